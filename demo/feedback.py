"""Feedback: surveys, their invitations and responses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .parties import COMMON, PARTNER, partner_days
from .sales import SPAN, Orders
from .service import Talks
from .tables import Bools, Ints, Writer, counts, flags, ids, labels, nothing, party, times
from .world import NEVER, Brand, World, is_german, logistic, texts_by_mood


@dataclass
class Wave:
    """Truth of one wave of the NPS survey: what everybody would have said, and all invited."""

    name: str
    customers: int
    promoters: int
    detractors: int
    invited: int
    invited_promoters: int
    invited_detractors: int


@dataclass
class Polled:
    """Invitations to one NPS survey, each of one party and wave, and what became of them.

    Shape (rows,); seconds since 1970. A reminder is part of the invitation.
    """

    survey: str
    party: Ints  # place in the block of customers, or -1 for another party
    number: Ints  # of the party
    sent: Ints
    delivered: Bools
    opened: Bools
    reminded: Bools
    answered: Ints  # when, -1 where there is no response that counts
    score: Ints
    response: Ints  # number of the response
    followed: Ints  # when the brand followed up, -1 where it did not


def write_surveys(
    brand: Brand, world: World, orders: Orders, talks: Talks, writer: Writer
) -> tuple[list[Wave], Polled]:
    """Write invitations and responses; who ordered lately answers more often, and scores higher."""
    s = brand["surveys"]
    rng = brand.rng("surveys", world.block)
    part = f"b{world.block:03d}"
    base, per_loyalty, if_alive, sd = s["score"]
    sends, answers, waves = [], [], []
    count = 0  # invitations so far
    for month in range(2, brand["calendar"]["months"], 3):
        sent_at = brand.month_starts[month] + 9.4
        alive = world.death > sent_at
        score = np.clip(
            np.rint(
                base + per_loyalty * world.loyalty + if_alive * alive + rng.normal(0, sd, world.n)
            ),
            0,
            10,
        )
        asked = (world.acquired < sent_at - 5) & ~world.is_test
        draw = rng.random((6, world.n))
        picked = draw[0] < s["sampled"]
        name = f"{brand.start.year + month // 12}-Q{month % 12 // 3 + 1}"
        would_say = [
            int(np.sum(group & said))
            for group in (asked & world.buys, asked & picked)
            for said in (True, score >= 9, score <= 6)
        ]
        waves.append(Wave(name, *would_say))
        invited = np.flatnonzero((world.acquired < sent_at - 5) & picked)
        a, b = s["respond"]
        lately = (orders.number >= 0) & (orders.customer >= 0) & (orders.day < sent_at)
        lately &= orders.day >= sent_at - s["respond_days"]
        recent = np.bincount(orders.customer[lately], minlength=world.n)
        willing = draw[1] < logistic(a + b * np.log1p(recent))
        at = sent_at + draw[2] * 0.2
        bounced = draw[3] < s["bounced"]
        opens = ~bounced & (willing | (draw[4] < s["opened"]))
        # Half of the willing answer only after the reminder.
        late = willing & (draw[5] < 0.3)
        for reminder in (False, True):
            to = (
                invited if not reminder else invited[(~willing | late)[invited] & ~bounced[invited]]
            )
            when = at[to] + (s["reminder_after"] if reminder else 0)
            replies = willing[to] & ~bounced[to] & (late[to] == reminder)
            opened = opens[to] & (replies | (rng.random(len(to)) < 0.7))
            number = count + np.arange(len(to)) + world.block * SPAN
            count += len(to)
            open_day = when + rng.exponential(0.6, len(to)) + 0.01
            sends.append(
                (
                    number,
                    np.zeros(len(to), int),
                    to,
                    when,
                    np.full(len(to), month // 3),
                    np.where(bounced[to], NEVER, when + 0.001),
                    np.where(opened, open_day, NEVER),
                    np.where(bounced[to], when + 0.002, NEVER),
                    np.full(len(to), reminder),
                )
            )
            r = np.flatnonzero(replies)
            answers.append(
                (
                    np.zeros(len(r), int),
                    number[r],
                    to[r],
                    open_day[r] + 0.003,
                    np.zeros(len(r), int),
                    score[to[r]],
                )
            )
    # After a contact: two questions, satisfaction and effort, on one invitation.
    t = np.flatnonzero(np.isfinite(talks.resolved))
    number = count + np.arange(len(t)) + world.block * SPAN
    when = talks.resolved[t] + 0.04
    none = np.full(len(t), NEVER)
    to = talks.customer[t]
    sends.append(
        (
            number,
            np.ones(len(t), int),
            to,
            when,
            np.full(len(t), -1),
            when + 0.001,
            when + 0.02,
            none,
            np.zeros(len(t), bool),
        )
    )
    wait = np.log1p((talks.answer_day - talks.day)[t] * 24)
    csat = np.clip(
        np.rint(3.0 + 2.0 * world.loyalty[to] - 0.35 * wait + rng.normal(0, 0.7, len(t))), 1, 5
    )
    ces = np.clip(np.rint(6.0 - 0.7 * wait + rng.normal(0, 1, len(t))), 1, 7)
    one = np.ones(len(t), int)
    answers.append((one, number, to, when + 0.03, one, csat))
    also = np.flatnonzero(rng.random(len(t)) < 0.6)
    answers.append(
        (one[also], number[also], to[also], when[also] + 0.031, 2 * one[also], ces[also])
    )

    surveys = ["relationship_nps", "after_contact", "partner_nps"]
    names = [w.name for w in waves]
    number, survey, to, when, wave, delivered, opened, bounced, reminder = (
        np.concatenate(c) for c in zip(*sends, strict=True)
    )
    keep = when < brand.days - 0.001
    writer.write(
        "survey_sends",
        {
            "send_id": ids("I", number[keep]),
            "survey_id": labels(surveys, survey[keep]),
            "party_id": party(world.first + to[keep]),
            "sent_at": times(brand.seconds(when[keep])),
            "channel": labels(["email"], np.zeros(keep.sum(), int)),
            "wave": labels(names, wave[keep]),
            "delivered_at": times(brand.seconds(delivered[keep])),
            "opened_at": times(brand.seconds(opened[keep])),
            "bounced_at": times(brand.seconds(bounced[keep])),
            "is_reminder": flags(reminder[keep]),
        },
        ["send_id"],
        part,
    )
    first = np.flatnonzero((survey == 0) & ~reminder.astype(bool))
    place = np.full((len(waves), world.n), -1)
    place[wave[first], to[first]] = np.arange(len(first))
    unanswered = np.full(len(first), -1)
    again = np.flatnonzero(keep & (survey == 0) & reminder.astype(bool))
    seen = np.flatnonzero((survey == 0) & (brand.seconds(opened) >= 0))
    was_opened, was_reminded = np.zeros((2, len(first)), bool)
    was_opened[place[wave[seen], to[seen]]] = True
    was_reminded[place[wave[again], to[again]]] = True
    polled = Polled(
        surveys[0],
        to[first],
        world.first + to[first],
        brand.seconds(when[first]),
        ~np.isfinite(bounced[first]),
        was_opened,
        was_reminded,
        *(unanswered.copy() for _ in range(4)),
    )

    survey, send, to, when, question, score = (
        np.concatenate(c) for c in zip(*answers, strict=True)
    )
    keep = np.flatnonzero(when < brand.days - 0.001)
    survey, send, to, when, question, score = (
        a[keep] for a in (survey, send, to, when, question, score)
    )
    size = len(score)
    blank = rng.random(size) < s["blank"]
    score = np.where(blank, -1, score).astype(np.int64)
    unhappy = (question == 0) & (score >= 0) & (score <= 6)
    delay = np.exp(rng.normal(np.log(1.2), 0.9, size))
    follow = np.where(unhappy & (rng.random(size) < s["followed_up"]), when + delay, NEVER)
    texts, text = texts_by_mood(
        brand, rng, np.where(question == 0, 1 - np.clip(score, 0, 10) / 8, 0.4)
    )
    commented = rng.random(size) < s["comment"]
    is_test = rng.random(size) < s["test"]
    valid = np.flatnonzero((question == 0) & (score >= 0) & ~is_test)
    reply = place[wave[send[valid] - world.block * SPAN], to[valid]]
    polled.answered[reply], polled.score[reply] = brand.seconds(when[valid]), score[valid]
    polled.response[reply] = valid + world.block * SPAN
    polled.followed[reply] = brand.seconds(follow[valid])
    writer.write(
        "survey_responses",
        {
            "response_id": ids("A", np.arange(size) + world.block * SPAN),
            "survey_id": labels(surveys, survey),
            "send_id": ids("I", send),
            "party_id": party(world.first + to),
            "responded_at": times(brand.seconds(when)),
            "question_type": labels(["nps", "csat", "ces"], question),
            "score": counts(score),
            "comment": labels(texts, np.where(commented, text, -1)),
            "language": labels(["en", "de"], np.where(commented, is_german(texts)[text], -1)),
            "weight": nothing(size, "decimal(18,6)"),
            "is_test": flags(is_test),
            "follow_up_at": times(brand.seconds(follow)),
        },
        ["response_id"],
        part,
    )
    return waves, polled


def write_partner_survey(brand: Brand, writer: Writer) -> Polled:
    """Write the survey of the partners, asked twice a year; half of them answer."""
    rng = brand.rng("partner survey")
    joined = partner_days(brand)
    rounds = np.array([m for m in range(5, brand["calendar"]["months"], 6)])
    asked = brand.month_starts[np.repeat(rounds, len(joined))] + 14.5
    who = np.tile(np.arange(len(joined)), len(rounds))
    keep = np.flatnonzero(joined[who] < asked - 30)
    asked, who, wave = asked[keep], who[keep], np.repeat(rounds, len(joined))[keep]
    names = [
        f"{brand.start.year + m // 12}-H{m % 12 // 6 + 1}"
        for m in range(brand["calendar"]["months"])
    ]
    sends = np.arange(len(who)) + COMMON * SPAN
    answered = rng.random(len(who)) < 0.5
    writer.write(
        "survey_sends",
        {
            "send_id": ids("I", sends),
            "survey_id": labels(["partner_nps"], np.zeros(len(who), int)),
            "party_id": party(PARTNER + who),
            "sent_at": times(brand.seconds(asked)),
            "channel": labels(["email"], np.zeros(len(who), int)),
            "wave": labels(names, wave),
            "delivered_at": times(brand.seconds(asked + 0.001)),
            "opened_at": times(brand.seconds(np.where(answered, asked + 0.9, NEVER))),
            "bounced_at": nothing(len(who), "timestamp"),
            "is_reminder": flags(np.zeros(len(who), int)),
        },
        ["send_id"],
        "others",
    )
    a = np.flatnonzero(answered)
    score = np.clip(np.rint(rng.normal(7.8, 1.8, len(a))), 0, 10).astype(np.int64)
    writer.write(
        "survey_responses",
        {
            "response_id": ids("A", np.arange(len(a)) + COMMON * SPAN),
            "survey_id": labels(["partner_nps"], np.zeros(len(a), int)),
            "send_id": ids("I", sends[a]),
            "party_id": party(PARTNER + who[a]),
            "responded_at": times(brand.seconds(asked[a] + 1.0)),
            "question_type": labels(["nps"], np.zeros(len(a), int)),
            "score": counts(score),
            "comment": nothing(len(a)),
            "language": nothing(len(a)),
            "weight": nothing(len(a), "decimal(18,6)"),
            "is_test": flags(np.zeros(len(a), int)),
            "follow_up_at": times(brand.seconds(np.where(score <= 6, asked[a] + 3, NEVER))),
        },
        ["response_id"],
        "others",
    )
    answer, said, response, followed = np.full((4, len(who)), -1)
    answer[a], said[a] = brand.seconds(asked[a] + 1.0), score
    response[a] = np.arange(len(a)) + COMMON * SPAN
    followed[a] = brand.seconds(np.where(score <= 6, asked[a] + 3, NEVER))
    every, none = np.ones(len(who), bool), np.zeros(len(who), bool)
    return Polled(
        "partner_nps",
        np.full(len(who), -1),
        PARTNER + who,
        brand.seconds(asked),
        every,
        answered,
        none,
        answer,
        said,
        response,
        followed,
    )
