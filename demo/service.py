"""Service: conversations with the brand, and their messages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .parties import EMPLOYEE, MEMBER, member_days
from .sales import SPAN
from .tables import Floats, Ints, Writer, counts, flags, ids, labels, party, times
from .world import DAY, NEVER, Brand, World, is_german


@dataclass
class Talks:
    """Conversations that happened; shape (rows,)."""

    customer: Ints
    day: Floats
    answer_day: Floats  # first public answer by a person, NEVER if none
    resolved: Floats
    peer: np.ndarray
    programme: Ints  # -1 none
    channel: Ints  # as in `channels`
    is_named: np.ndarray  # the conversation says who opened it
    wait: Floats  # days until the first answer, though it came after the end; NEVER if none


def channels(brand: Brand) -> list[str]:
    """Name the channels: those that customers choose, and the phone of the care calls."""
    return [*brand["service"]["channels"], "phone"]


def write_service(brand: Brand, world: World, writer: Writer) -> Talks:
    """Write conversations and messages; care calls are answered at once."""
    s = brand["service"]
    rng = brand.rng("service", world.block)
    part = f"b{world.block:03d}"
    names = channels(brand)
    happened = np.flatnonzero(
        world.talk_day < np.minimum(world.death, brand.days - 0.01)[world.talk_customer]
    )
    care = next(i for i, p in enumerate(brand.programmes) if p["kind"] == "care")
    called = np.flatnonzero(np.isfinite(world.touch[care]))
    customer = np.concatenate([world.talk_customer[happened], called])
    day = np.concatenate([world.talk_day[happened], world.touch[care, called]])
    channel = np.concatenate([world.talk_channel[happened], np.full(len(called), len(names) - 1)])
    answered = np.concatenate([world.talk_answered[happened], np.ones(len(called), bool)])
    is_call = np.arange(len(day)) >= len(happened)
    by_time = np.argsort(day, kind="stable")
    customer, day, channel, answered, is_call = (
        a[by_time] for a in (customer, day, channel, answered, is_call)
    )
    size = len(day)

    # The clock of the first answer runs faster in the day than at night.
    median = np.array([*(s["median_hours"][c] for c in s["channels"]), 0.01])[channel]
    hours = median * np.exp(rng.normal(0, s["log_sd"], size))
    at_night = np.abs(day % 1 * 24 - 13) > 5
    hours = np.where(is_call, 0.02, hours * np.where(at_night, 2.5, 1.0))
    wait = np.where(answered, hours / 24, NEVER)
    answer = np.where(day + wait < brand.days - 0.001, day + wait, NEVER)
    has_answer = np.isfinite(answer)
    public = np.isin(channel, [names.index("forum"), names.index("social")])
    peer = (channel == names.index("forum")) & has_answer & (rng.random(size) < s["peer_answer"])
    resolved = np.where(
        has_answer & (rng.random(size) < 0.9), answer + rng.exponential(0.5, size), NEVER
    )
    rates_it = (
        np.isfinite(resolved)
        & (resolved < brand.days)
        & (rng.random(size) < brand["surveys"]["after_contact"])
    )
    slow = np.log1p(np.where(has_answer, hours, 0)) * 0.35
    csat = np.clip(
        np.rint(3.0 + 2.0 * world.loyalty[customer] - slow + rng.normal(0, 0.7, size)), 1, 5
    )
    number = np.arange(size) + world.block * SPAN
    asker = world.first + customer
    topics = brand["texts"]["topics"]
    is_named = (rng.random(size) >= 0.03) | is_call
    writer.write(
        "conversations",
        {
            "conversation_id": ids("K", number),
            "party_id": party(np.where(is_named, asker, -1)),
            "opened_at": times(brand.seconds(day)),
            "channel": labels(names, channel),
            "is_public": flags(public),
            "topic": labels(
                topics, np.where(rng.random(size) < 0.1, -1, rng.integers(0, len(topics), size))
            ),
            "resolved_at": times(brand.seconds(resolved)),
            "csat_score": counts(np.where(rates_it, csat, -1)),
            "programme_id": labels(
                [p["id"] for p in brand.programmes], np.where(is_call, care, -1)
            ),
        },
        ["conversation_id"],
        part,
    )

    # Messages: the question, a bot, a private note, the answer, a reply, another.
    roles = ("customer", "brand", "peer", "bot")
    members = (rng.random(size) * np.maximum(np.searchsorted(member_days(brand), day), 1)).astype(
        np.int64
    )
    staff = EMPLOYEE + rng.integers(0, brand["employees"], size)
    who_answers = np.where(peer, MEMBER + members, staff)
    texts = {
        name: brand["texts"][name]
        for name in ("question", "answer", "note", "bot", "peer", "positive", "negative")
    }
    every = [t for group in texts.values() for t in group]
    first = dict(zip(texts, np.cumsum([0, *map(len, texts.values())]), strict=False))

    def say(group: str, rows: Ints) -> Ints:
        return first[group] + rng.integers(0, len(texts[group]), len(rows))

    rows: list[tuple[Ints, Floats, Ints, np.ndarray, Ints, Ints]] = []

    def add(
        which: np.ndarray, when: Floats, role: np.ndarray, open_: bool, author: Ints, text: Ints
    ) -> None:
        rows.append((which, when, role, np.full(len(which), open_), author, text))

    everyone = np.arange(size)
    add(everyone, day, np.zeros(size, int), True, asker, say("question", everyone))
    bots = np.flatnonzero((channel == names.index("chat")) & (rng.random(size) < 0.8))
    add(
        bots,
        day[bots] + 5 / DAY,
        np.full(len(bots), 3),
        True,
        np.full(len(bots), -1),
        say("bot", bots),
    )
    notes = np.flatnonzero(~is_call & ~peer & (rng.random(size) < s["private_note"]))
    noted = day[notes] + 0.4 * np.where(has_answer[notes], answer[notes] - day[notes], 0.5)
    add(notes, noted, np.full(len(notes), 1), False, staff[notes], say("note", notes))
    told = np.flatnonzero(has_answer)
    add(
        told,
        answer[told],
        np.where(peer[told], 2, 1),
        True,
        who_answers[told],
        np.where(peer[told], say("peer", told), say("answer", told)),
    )
    back = np.flatnonzero(has_answer & (rng.random(size) < 0.5))
    replied = answer[back] + rng.exponential(0.3, len(back)) + 1 / DAY
    mood = np.where(csat[back] >= 4, say("positive", back), say("negative", back))
    add(back, replied, np.zeros(len(back), int), True, asker[back], mood)
    more = np.flatnonzero(rng.random(len(back)) < 0.3)
    add(
        back[more],
        replied[more] + rng.exponential(0.3, len(more)) + 1 / DAY,
        np.full(len(more), 1),
        True,
        staff[back[more]],
        say("answer", more),
    )
    which, when, role, is_open, author, text = (np.concatenate(c) for c in zip(*rows, strict=True))
    keep = np.flatnonzero(when < brand.days - 0.0001)
    order = keep[np.lexsort((when[keep], which[keep]))]
    writer.write(
        "messages",
        {
            "message_id": ids("M", np.arange(len(order)) + world.block * SPAN),
            "conversation_id": ids("K", number[which[order]]),
            "sent_at": times(brand.seconds(when[order])),
            "author_role": labels(roles, role[order]),
            "is_public": flags(is_open[order]),
            "author_party_id": party(author[order]),
            "text": labels(every, text[order]),
            "language": labels(["en", "de"], is_german(every)[text[order]]),
        },
        ["message_id"],
        part,
    )
    programme = np.where(is_call, care, -1)
    rated = np.where(rates_it, resolved, NEVER)
    return Talks(customer, day, answer, rated, peer, programme, channel, is_named, wait)
