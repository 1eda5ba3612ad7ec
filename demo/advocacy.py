"""Advocacy: who referred whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .parties import PARTNER, partner_days
from .sales import SPAN, Orders
from .tables import NO_MONEY, Floats, Ints, Writer, ids, labels, money, party, times
from .world import NEVER, Brand, World

REFERRAL_KINDS = (
    "incremental",
    "anyway",
    "unconverted",
    "self",
    "cycle",
    "second_claim",
    "partner",
)


@dataclass
class Referrals:
    """Referrals of one block; party numbers, days; shape (rows,)."""

    referrer: Ints
    referred: Ints  # -1 unknown
    day: Floats
    converted: Floats
    order: Ints
    kind: Ints


def write_referrals(brand: Brand, world: World, orders: Orders, writer: Writer) -> Referrals:
    """Write referrals: the loyal refer, chains arise; cycles and a self-referral are put in."""
    r = brand["referrals"]
    rng = brand.rng("referrals", world.block)
    channels = list(brand["customers"]["channels"])
    everyone = np.arange(world.n)
    ready = world.buys & (everyone > 5)
    first = np.full(world.n, -1)
    firsts = np.flatnonzero((orders.source == -2) & (orders.number >= 0))
    first[orders.customer[firsts]] = orders.number[firsts]

    def referrers(when: Floats, below: Ints) -> Ints:
        """Pick the most loyal living one of four customers acquired before."""
        few = (rng.random((4, len(when))) * below).astype(np.int64)
        score = world.loyalty[few] + 2 * (world.death[few] > when) + 4 * world.buys[few]
        return few[score.argmax(axis=0), np.arange(len(when))]

    rows: list[tuple[Ints, Ints, Floats, Floats, Ints, Ints]] = []

    def add(
        referrer: Ints, referred: Ints, day: Floats, converted: np.ndarray, kind: np.ndarray
    ) -> None:
        at = np.where(converted, world.acquired[referred], NEVER)
        rows.append(
            (
                referrer,
                np.where(referred >= 0, world.first + referred, -1),
                day,
                at,
                np.where(converted, first[referred], -1),
                kind,
            )
        )

    def before(referrer: Ints, referred: Ints) -> Floats:
        """Pick a time after the referrer came and before the referred one bought."""
        a, b = world.acquired[referrer], world.acquired[referred]
        return np.maximum(a + 0.3 * (b - a), b - 0.5 - rng.exponential(6, len(a)))

    came = everyone[ready & (world.channel == channels.index("referral"))]
    by = referrers(world.acquired[came], came)
    kind = np.where(rng.random(len(came)) < r["incremental"], 0, 1)
    add(world.first + by, came, before(by, came), np.ones(len(came), bool), kind)
    # Someone else claims the same customer too.
    claimed = came[rng.random(len(came)) < 0.02]
    by = referrers(world.acquired[claimed], claimed)
    add(
        world.first + by,
        claimed,
        before(by, claimed),
        np.ones(len(claimed), bool),
        np.full(len(claimed), 5),
    )
    # Partners send customers.
    sent = everyone[ready & (world.channel == channels.index("partner"))]
    there = np.maximum(np.searchsorted(partner_days(brand), world.acquired[sent]), 1)
    partner = PARTNER + (rng.random(len(sent)) ** 2 * there).astype(np.int64)  # some send more
    add(
        partner,
        sent,
        world.acquired[sent] * (1 - 0.02 * rng.random(len(sent))),
        np.ones(len(sent), bool),
        np.full(len(sent), 6),
    )
    # Invitations that led to nothing; some name a customer who registered and never bought.
    count = round(r["unconverted"] * len(came))
    when = rng.uniform(60, brand.days - 1, count)
    by = referrers(when, np.maximum(np.searchsorted(world.acquired, when), 1))
    idle = np.flatnonzero(~world.buys)
    known = (rng.random(count) < 0.2) & (len(idle) > 0)
    whom = np.where(known, rng.choice(idle if len(idle) else everyone, count), -1)
    add(world.first + by, whom, when, np.zeros(count, bool), np.full(count, 2))
    if world.block == 0:
        # Two who refer each other, three in a ring, and one who refers herself.
        plain = everyone[ready & (world.channel == channels.index("organic"))]
        start = len(plain) // 2
        for ring in (
            plain[start : start + 2],
            plain[start + 2 : start + 5],
            plain[start + 5 : start + 6],
        ):
            early = np.full(len(ring), max(world.acquired[ring].min() - 0.4, 0.01))
            add(
                world.first + np.roll(ring, 1),
                ring,
                early,
                np.ones(len(ring), bool),
                np.full(len(ring), 4 if len(ring) > 1 else 3),
            )
    referrals = Referrals(*(np.concatenate(c) for c in zip(*rows, strict=True)))
    order = np.argsort(referrals.day, kind="stable")
    referrals = Referrals(
        *(getattr(referrals, name)[order] for name in Referrals.__dataclass_fields__)
    )
    paid = np.isfinite(referrals.converted) & (referrals.kind != 6)
    reward = np.where(paid, round(r["reward"] * 100), NO_MONEY)
    writer.write(
        "referrals",
        {
            "referral_id": ids("F", np.arange(len(order)) + world.block * SPAN),
            "referrer_party_id": party(referrals.referrer),
            "referred_party_id": party(referrals.referred),
            "referred_at": times(brand.seconds(referrals.day)),
            "converted_at": times(brand.seconds(referrals.converted)),
            "order_id": ids("O", referrals.order),
            "reward_amount": money(reward),
            "currency": labels(["EUR"], np.where(paid, 0, -1)),
        },
        ["referral_id"],
        f"b{world.block:03d}",
    )
    return referrals
