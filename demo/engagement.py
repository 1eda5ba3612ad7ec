"""Engagement: what people do of their own accord and after a touch, and what content earns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .parties import COMMON, HANDLE, MEMBER, PARTNER, has_handle, member_days
from .sales import SPAN
from .tables import (
    Bools,
    Floats,
    Ints,
    Writer,
    address,
    counts,
    dates,
    flags,
    ids,
    labels,
    party,
    times,
)
from .world import Brand, World, is_german, pick, texts_by_mood


@dataclass
class Events:
    """Engagement events before they are written; every array has shape (rows,)."""

    actor: Ints  # party number, -1 unknown
    day: Floats
    kind: Ints
    platform: Ints
    programme: Ints
    loyalty: Floats


@dataclass
class Touches:
    """Contacts of a customer with a programme; shape (rows,)."""

    customer: Ints  # place in the block
    second: Ints
    programme: Ints


@dataclass
class Acted:
    """Engagement events as they were written; every array has shape (rows,)."""

    actor: Ints  # party number of who really acted
    is_named: Bools  # the event, or its handle, leads to the party
    second: Ints
    kind: Ints  # of `event_types`
    platform: Ints
    programme: Ints
    count: Ints
    is_organic: Bools
    is_written: Bools
    is_foreign: Bools  # written in another language than English


@dataclass
class Content:
    """What really was counted of content, by day; every array has shape (rows,)."""

    content: Ints
    day: Ints  # since 1970
    platform: Ints  # of CONTENT_PLATFORMS
    impressions: Ints
    organic: Ints
    engagements: Ints
    shares: Ints


CONTENT_PLATFORMS = ("instagram", "youtube", "x")


def event_types(brand: Brand) -> list[str]:
    """Every type of event, in the order of their codes."""
    return [*brand["engagement"]["types"], "attend", "refer", "accepted_answer"]


def write_engagement(brand: Brand, world: World, writer: Writer) -> tuple[Touches, Acted]:
    """Write what customers do of their own accord while they live, and after a touch."""
    e = brand["engagement"]
    rng = brand.rng("engagement", world.block)
    types = list(e["types"])
    platforms = list(e["platforms"])
    last = np.minimum(world.death, brand.days)
    span = np.maximum(last - world.acquired, 0)
    o = brand["orders"]
    pull = 0.3 + 0.7 * world.loyalty / (o["r"] / (o["r"] + o["s"]))
    who = np.repeat(np.arange(world.n), rng.poisson(e["events_per_day"] * pull * span))
    day = world.acquired[who] + rng.random(len(who)) * span[who]
    # Types by loyalty: a mixture of the two columns of weights.
    at0, at1 = (np.cumsum([w[i] for w in e["types"].values()]) for i in (0, 1))
    edge = np.where(
        rng.random(len(who)) < world.loyalty[who],
        np.searchsorted(at1 / at1[-1], u := rng.random(len(who))),
        np.searchsorted(at0 / at0[-1], u),
    )
    parts = [
        Events(
            world.first + who,
            day,
            edge,
            pick(rng, e["platforms"], len(who)),
            np.full(len(who), -1),
            world.loyalty[who],
        )
    ]
    for row, p in enumerate(brand.programmes):
        if not p["types"]:
            continue
        touched = np.flatnonzero(np.isfinite(world.touch[row]))
        again = np.repeat(touched, rng.poisson(e["after_touch"], len(touched)))
        who = np.concatenate([touched, again])
        day = world.touch[row, who] + np.concatenate(
            [np.zeros(len(touched)), rng.uniform(0.1, 45, len(again))]
        )
        kinds = np.array(
            [
                types.index(t) if t in types else len(types) + ("attend", "refer").index(t)
                for t in p["types"]
            ]
        )
        kind = kinds[rng.integers(0, len(kinds), len(who))]
        platform = np.full(len(who), platforms.index(p["platform"]))
        parts.append(
            Events(
                world.first + who, day, kind, platform, np.full(len(who), row), world.loyalty[who]
            )
        )
    acted = _write_events(brand, writer, world.block, parts, rng)
    actor, day, programme = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("actor", "day", "programme")
    )
    of = np.flatnonzero((programme >= 0) & (day < brand.days - 0.001))
    return Touches(actor[of] - world.first, brand.seconds(day[of]), programme[of]), acted


def write_community(brand: Brand, writer: Writer) -> Acted:
    """Write what the members of the community do, who are no customers: they post and answer."""
    c, e = brand["community"], brand["engagement"]
    rng = brand.rng("community")
    types = list(e["types"])
    joined = member_days(brand)
    span = brand.days - joined
    zeal = rng.gamma(0.8, 1 / 0.8, len(joined))
    who = np.repeat(np.arange(len(joined)), rng.poisson(c["events_per_day"] * zeal * span))
    day = joined[who] + rng.random(len(who)) * span[who]
    kinds = np.array(
        [*(types.index(t) for t in ("post", "comment", "reply", "answer")), len(types) + 2]
    )
    kind = kinds[rng.choice(5, len(who), p=[0.2, 0.25, 0.15, 0.28, 0.12])]
    platform = np.full(len(who), list(e["platforms"]).index("forum"))
    programme = np.where(
        day > brand.month_starts[2], np.where(rng.random(len(who)) < 0.6, 0, -1), -1
    )
    return _write_events(
        brand,
        writer,
        COMMON,
        [Events(MEMBER + who, day, kind, platform, programme, np.full(len(who), 0.7))],
        rng,
    )


def _write_events(
    brand: Brand, writer: Writer, block: int, parts: list[Events], rng: np.random.Generator
) -> Acted:
    """Sort, number and write engagement events."""
    e = brand["engagement"]
    types = event_types(brand)
    actor, day, kind, platform, programme, loyalty = (
        np.concatenate([getattr(p, name) for p in parts]) for name in Events.__dataclass_fields__
    )
    keep = day < brand.days - 0.001
    order = np.flatnonzero(keep)[np.argsort(day[keep], kind="stable")]
    actor, day, kind, platform, programme, loyalty = (
        a[order] for a in (actor, day, kind, platform, programme, loyalty)
    )
    size = len(day)
    number = np.arange(size) + block * SPAN
    written = np.isin(
        kind,
        [
            types.index(t)
            for t in ("comment", "reply", "mention", "post", "review", "answer", "accepted_answer")
        ],
    )
    reacts = np.isin(
        kind, [types.index(t) for t in ("comment", "reply", "answer", "accepted_answer")]
    )
    passive = np.isin(kind, [types.index(t) for t in ("view", "reaction", "share")])
    unknown = (rng.random(size) < e["unknown_actor"]) & (programme < 0)
    handle = np.where(unknown | has_handle(actor), actor, -1)
    threads = np.concatenate(
        [np.flatnonzero(written), [-1]]
    )  # what can be answered, in order of time
    earlier = np.cumsum(written) - written
    parent = threads[
        np.where(
            reacts & (earlier > 0) & (rng.random(size) < 0.7),
            (rng.random(size) * earlier).astype(np.int64),
            -1,
        )
    ]
    addressed = np.where((parent >= 0) & ~unknown[parent], actor[parent], -1)
    contents, published = content_days(brand)
    content = (rng.random(size) * np.searchsorted(published, day)).astype(np.int64)
    content = np.where(passive & (content < contents) & (day > published[0]), content, -1)
    grouped = (rng.random(size) < e["grouped"]) & passive
    paid = (programme >= 0) & np.isin(
        programme, [i for i, p in enumerate(brand.programmes) if p["kind"] == "paid"]
    )
    paid |= (programme < 0) & passive & (rng.random(size) < 0.12)
    texts, text = texts_by_mood(brand, rng, 1 - loyalty)
    count = np.where(grouped, 2 + rng.poisson(2, size), 1)
    second = brand.seconds(day)
    writer.write(
        "engagement_events",
        {
            "event_id": ids("E", number),
            "party_id": party(np.where(unknown, -1, actor)),
            "actor_handle": address(handle, HANDLE),
            "occurred_at": times(second),
            "platform": labels(list(e["platforms"]), platform),
            "event_type": labels(types, kind),
            "target_party_id": party(addressed),
            "content_id": ids("CT", content),
            "parent_event_id": ids("E", np.where(parent >= 0, number[parent], -1)),
            "is_organic": flags(~paid),
            "is_user_generated": flags(written),
            "text": labels(texts, np.where(written, text, -1)),
            "language": labels(["en", "de"], np.where(written, is_german(texts)[text], -1)),
            "event_count": counts(count),
            "programme_id": labels([p["id"] for p in brand.programmes], programme),
        },
        ["event_id"],
        f"b{block:03d}",
    )
    is_named = ~unknown | has_handle(actor) | (actor >= PARTNER)  # who is no customer has a handle
    foreign = written & (is_german(texts)[text] == 1)
    return Acted(actor, is_named, second, kind, platform, programme, count, ~paid, written, foreign)


def content_days(brand: Brand) -> tuple[int, Floats]:
    """Pieces of content and when each was published, in order."""
    count = brand["engagement"]["contents"]
    return count, np.linspace(0, brand.days - 20, count)


def write_content_metrics(brand: Brand, writer: Writer) -> Content:
    """Write sixty days of counts of every content: running totals on one platform, one reset."""
    rng = brand.rng("content")
    count, published = content_days(brand)
    content = np.repeat(np.arange(count), 60)
    age = np.tile(np.arange(60), count)
    day = np.floor(published[content]) + age
    fame = np.repeat(rng.lognormal(6.5, 0.7, count), 60)
    views = rng.poisson(fame * np.exp(-age / 9) + 3)
    organic = rng.binomial(views, 0.7)
    engaged = rng.binomial(views, 0.06)
    shared = rng.binomial(engaged, 0.15)
    platform = content % 3
    running = platform == 0
    reset = running & (content == 6) & (age >= 31)  # the counter of one piece starts again

    def shown(values: Ints) -> Ints:
        total = np.cumsum(values.reshape(count, 60), axis=1).ravel()
        before = np.where(reset, total[6 * 60 + 30], 0)
        return np.where(running, total - before, values)

    keep = day < brand.days
    date = day[keep].astype(np.int64) + brand.epoch_day
    columns = {
        "content_id": ids("CT", content[keep]),
        "metric_date": dates(date),
        "platform": labels(CONTENT_PLATFORMS, platform[keep]),
        "impressions": counts(shown(views)[keep]),
        "organic_impressions": counts(shown(organic)[keep]),
        "engagements": counts(shown(engaged)[keep]),
        "shares": counts(shown(shared)[keep]),
        "is_cumulative": flags(running[keep]),
    }
    writer.write("content_metrics_daily", columns, ["content_id", "metric_date"])
    counted = (values[keep] for values in (views, organic, engaged, shared))
    return Content(content[keep], date, platform[keep], *counted)
