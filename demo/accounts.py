"""Accounts: what the marts must say to the last digit, kept by the generator from its own arrays.

Whole numbers only: amounts of delivered records in hundredths of their currency, times the rate of
the day in 1e-8, rounded half away from zero to 1e-4 of the reporting currency. The rules are those
of DECISIONS.md. What is booked to a duplicate record that was merged counts for the customer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from .advocacy import Referrals
from .engagement import CONTENT_PLATFORMS, Acted, Content, Touches, event_types
from .feedback import Polled
from .parties import People
from .relationship import CATEGORIES, Costs
from .sales import ACTIVE, FX_DAYS_BEFORE, PAST_DUE, PAUSED, SPAN, Refunds, Sold, Terms
from .service import Talks, channels
from .tables import (
    NO_MONEY,
    Bools,
    Column,
    Ints,
    Writer,
    counts,
    dates,
    flags,
    ids,
    labels,
    party,
    times,
)
from .world import DAY, Brand, World

NOT_YET = np.iinfo(np.int64).max
MOVEMENTS = ("new", "expansion", "contraction", "churned", "reactivation", "currency")
EVENTS = {  # how engagement_by_month names the events of a type
    "view": "views",
    "reaction": "reactions",
    "comment": "comments",
    "reply": "replies",
    "share": "shares",
    "mention": "mentions",
    "post": "posts",
    "review": "reviews",
    "follow": "follows",
    "unfollow": "unfollows",
    "answer": "answers",
    "attend": "attendances",
    "refer": "referrals",
    "accepted_answer": "accepted_answers",
}
ADVOCATES = ("direct_referrals", "self_referrals", "converted_referrals")
ADVOCATES += ("customers_in_chain", "chain_depth", "rewards", "credited_margin")
NEW, EXPANSION, CONTRACTION, CHURNED, REACTIVATION, CURRENCY = range(6)


def divide(numerator: Ints, denominator: int) -> Ints:
    """Divide whole numbers, rounding half away from zero."""
    return np.sign(numerator) * ((np.abs(numerator) + denominator // 2) // denominator)


def amount(units: Ints) -> Column:
    """Show amounts in 1e-4 of the reporting currency."""
    return Column(units, "({0}::decimal(18,0) * 0.0001)::decimal(38,4)")


def by_rate(units: Ints, share: float) -> Ints:
    """Take a share, itself in 1e-8, of amounts in 1e-4."""
    return divide(units * round(share * 10**8), 10**8)


def months_before(day: Ints, months: int) -> Ints:
    """Days since 1970, whole months before others; at most the last day of that month."""
    date = day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    earlier = (month - months).astype("datetime64[D]").astype(np.int64)
    end = (month - months + 1).astype("datetime64[D]").astype(np.int64) - 1
    return np.minimum(earlier + (date - month.astype("datetime64[D]")).astype(np.int64), end)


@dataclass
class Accounts:
    """What is summed over blocks. S segments, then 'unknown', then 'all'; M months; D days."""

    brand: Brand
    rates: Ints  # in 1e-8, shape (currencies, days)
    segments: list[str]
    starts: Ints  # seconds of the first instants of the months, and of the one after; (M + 1,)
    cohorts: dict[str, Ints] = field(default_factory=dict)  # (S + 2, M, M): cohort, period
    levels: Ints = field(init=False)  # recurring: opening, closing; (S + 2, M, 2)
    moved: Ints = field(init=False)  # (S + 2, M, movements, 4)
    polls: dict[str, Ints] = field(default_factory=dict)  # by survey (S + 2, D, 9)
    coded: Ints = field(init=False)  # margin of orders by programme and month; (P, M)
    # Engagement by month, platform (and all), programme (and none, and all); (M, F + 1, P + 2)
    engaged: dict[str, Ints] = field(default_factory=dict)
    advocates: dict[str, dict[int, int]] = field(default_factory=dict)  # by party number
    followed: Ints = field(init=False)  # customers and repurchasers by bucket; (5, 2)
    talks: list[Ints] = field(default_factory=list)  # (9, rows) of each block, see add_talks
    booked: Ints = field(init=False)  # of the last block: party, day, margin; (3, orders, refunds)
    won: Ints = field(init=False)  # customers by channel and month; (channels + unknown, M)
    rewards: Ints = field(init=False)  # of the referrals that brought them, likewise

    @classmethod
    def empty(cls, brand: Brand, rates: Ints) -> Accounts:
        """Start at zero."""
        starts = (brand.month_starts.astype(np.int64) + brand.epoch_day) * DAY
        self = cls(brand, rates, [*brand["customers"]["segments"], "unknown", "all"], starts)
        size, months = len(self.segments), len(starts) - 1
        self.levels = np.zeros((size, months, 2), np.int64)
        self.moved = np.zeros((size, months, len(MOVEMENTS), 4), np.int64)
        self.coded = np.zeros((len(brand.programmes), months), np.int64)
        self.advocates = {what: {} for what in ADVOCATES}
        self.followed = np.zeros((len(brand["accounts"]["bucket_hours"]) + 2, 2), np.int64)
        self.booked = np.zeros((3, 0), np.int64)
        channels = len(brand["customers"]["channels"]) + 1
        self.won = np.zeros((channels, months), np.int64)
        self.rewards = np.zeros((channels, months), np.int64)
        return self

    @property
    def months(self) -> int:
        """Number of months."""
        return len(self.starts) - 1

    def month(self, second: Ints) -> Ints:
        """Month number of seconds."""
        return np.searchsorted(self.starts, second, side="right") - 1

    def converted(self, hundredths: Ints, currency: Ints, day: Ints) -> Ints:
        """Convert at the rate of days since 1970, into 1e-4 of the reporting currency."""
        rate = self.rates[currency, day - self.brand.epoch_day + FX_DAYS_BEFORE]
        return divide(hundredths * rate, 10**6)

    def first_of_month(self, month: Ints) -> Column:
        """Show month numbers as dates."""
        return dates(self.starts[month] // DAY)

    def add_to(self, total: Ints, segment: Ints, place: tuple[Any, ...], value: Any) -> None:
        """Add to the segment and to 'all'."""
        np.add.at(total, (np.where(segment < 0, len(self.segments) - 2, segment), *place), value)
        np.add.at(total, (np.full(len(segment), len(self.segments) - 1), *place), value)

    def add_sales(
        self, world: World, people: People, sold: Sold, refunds: Refunds, writer: Writer
    ) -> tuple[Ints, Ints]:
        """Write customers and their months; return first orders (n,) and margins (n, M)."""
        rate = self.brand["margin"]["rate"]
        size, months = len(people.number), self.months
        row = _rows(people, world)
        day = sold.second // DAY
        gross = self.converted(sold.gross, sold.currency, day)
        discount = self.converted(sold.discount, sold.currency, day)
        has_cost = sold.cost != NO_MONEY
        cost = self.converted(np.where(has_cost, sold.cost, 0), sold.currency, day)
        net = gross - discount
        margin = np.where(has_cost, net - cost, by_rate(net, rate))
        given = self.converted(refunds.amount, refunds.currency, refunds.second // DAY)
        named = refunds.order >= 0
        whole = named & has_cost[refunds.order]
        lost = np.where(whole, given, by_rate(given, rate))

        coded = np.flatnonzero(sold.counts & (sold.programme >= 0))
        at = (sold.programme[coded], self.month(sold.second[coded]))
        np.add.at(self.coded, at, margin[coded])
        back = np.flatnonzero(refunds.counts & named & (sold.programme[refunds.order] >= 0))
        order = refunds.order[back]
        np.add.at(self.coded, (sold.programme[order], self.month(sold.second[order])), -lost[back])

        o = np.flatnonzero(sold.counts & (sold.party >= 0))
        who, first = row(sold.party[o]), np.full(size, NOT_YET)
        np.minimum.at(first, who, sold.second[o])
        when = self.month(sold.second[o])
        r = np.flatnonzero(refunds.counts & (refunds.party >= 0))
        refunded, refund_month = row(refunds.party[r]), self.month(refunds.second[r])
        self.booked = np.array(
            [
                np.concatenate([sold.party[o], refunds.party[r]]),
                np.concatenate([day[o], refunds.second[r] // DAY]),
                np.concatenate([margin[o], -lost[r]]),
            ]
        )
        n = np.flatnonzero(refunds.counts & (refunds.party >= 0) & named)
        of_order = (row(refunds.party[n]), self.month(sold.second[refunds.order[n]]))

        def total(*parts: tuple[Ints, Ints, Any]) -> Ints:
            sums = np.zeros((size, months), np.int64)
            for whom, month, value in parts:
                np.add.at(sums, (whom, month), value)
            return sums

        table = {
            "orders": total((who, when, 1)),
            "orders_with_estimated_margin": total((who, when, ~has_cost[o])),
            "gross_amount": total((who, when, gross[o])),
            "discount_amount": total((who, when, discount[o])),
            "refunded_amount": total((refunded, refund_month, given[r])),
            "refunded_amount_of_orders": total((*of_order, given[n])),
            "margin_amount": total((who, when, margin[o]), (refunded, refund_month, -lost[r])),
        }
        table["net_amount"] = (
            table["gross_amount"] - table["discount_amount"] - table["refunded_amount"]
        )
        cohort = np.where(first < NOT_YET, self.month(np.minimum(first, self.starts[-1])), months)
        whom, month = np.nonzero(np.arange(months) >= cohort[:, None])
        table = {name: sums[whom, month] for name, sums in table.items()}
        is_count = {"orders", "orders_with_estimated_margin"}
        writer.write(
            "customer_months",
            {
                "party_id": party(people.number[whom]),
                "segment": labels(self.segments, _known(people.segment, self.segments)[whom]),
                "cohort_month": self.first_of_month(cohort[whom]),
                "month": self.first_of_month(month),
                **{k: counts(v) if k in is_count else amount(v) for k, v in table.items()},
            },
            ["party_id", "month"],
            f"b{world.block:03d}",
            form="parquet",
        )
        twin = np.flatnonzero(people.linked >= 0)
        writer.write(
            "duplicates",
            {
                "party_id": party(people.number[twin]),
                "customer_party_id": party(people.number[people.person[twin]]),
                "merged_on": dates(people.linked[twin] // DAY),
            },
            ["party_id"],
            f"b{world.block:03d}",
            form="parquet",
        )
        margins = np.zeros((size, months), np.int64)
        margins[whom, month] = table["margin_amount"]
        bought = np.flatnonzero(cohort < months)
        np.add.at(self.won, (people.channel[bought], cohort[bought]), 1)
        writer.write(
            "customer_margins",
            {
                "party_id": party(people.number[bought]),
                "segment": labels(self.segments, _known(people.segment, self.segments)[bought]),
                "cohort_month": self.first_of_month(cohort[bought]),
                "historic_margin": amount(margins[bought].sum(axis=1)),
            },
            ["party_id"],
            f"b{world.block:03d}",
            form="parquet",
        )
        place = (cohort[whom], month - cohort[whom])
        table |= {"cohort_size": np.ones_like(whom), "active_customers": table["orders"] > 0}
        for name, value in table.items():
            shape = (len(self.segments), months, months)
            sums = self.cohorts.setdefault(name, np.zeros(shape, np.int64))
            self.add_to(sums, people.segment[whom], place, value)
        return first, margins

    def add_contracts(self, world: World, people: People, terms: Terms) -> None:
        """Add the recurring revenue of a block, month by month."""
        n, size = world.n, int(terms.contract.max(initial=-1)) + 1
        keep = terms.second >= 0
        contract, customer, second, state, monthly, currency = (
            getattr(terms, name)[keep] for name in Terms.__dataclass_fields__
        )
        held = np.isin(state, (ACTIVE, PAST_DUE, PAUSED))
        monthly = np.where(np.isin(state, (ACTIVE, PAST_DUE)), monthly, 0)
        last_row = np.append(contract[1:] != contract[:-1], True)
        until = np.where(last_row, NOT_YET, np.append(second[1:], 0))
        place = np.arange(len(second))
        money = np.zeros(n, np.int64)  # currency of each customer
        money[customer] = currency
        counted = ~people.is_test[:n]
        segment = people.segment[:n]
        before = np.zeros(n, bool)

        def latest(which: Bools) -> tuple[Bools, Ints]:
            """Sum up, by customer, the last of some terms of each contract: any, and amount."""
            last = np.full(size, -1)
            np.maximum.at(last, contract[which], place[which])
            last = last[last >= 0]
            sums, some = np.zeros(n, np.int64), np.zeros(n, bool)
            np.add.at(sums, customer[last], monthly[last])
            some[customer[last]] = True
            return some, sums

        for month in range(self.months):
            start, end = self.starts[month], self.starts[month + 1]
            opens, opening = latest(held & (second < start) & (until >= start))
            closes, closing = latest(held & (second < end) & (until >= end))
            there, carried = latest(held & (second < end) & (until >= start))
            eve, last_day = start // DAY - 1, end // DAY - 1
            opening_old = self.converted(opening, money, eve)
            closing_new = self.converted(closing, money, last_day)
            closing_old = np.where(opening != 0, self.converted(closing, money, eve), closing_new)
            change, drift = closing_old - opening_old, closing_new - closing_old
            inside = there & ~opens & ~closes
            change = np.where(inside, self.converted(carried, money, last_day), change)
            began = np.where(before, REACTIVATION, NEW)
            kind = np.where(change > 0, EXPANSION, np.where(change < 0, CONTRACTION, -1))
            kind = np.where(opens, np.where(closes, kind, CHURNED), began)
            who = np.flatnonzero(there & counted)
            self.add_to(self.levels, segment[who], (month, 0), opening_old[who])
            self.add_to(self.levels, segment[who], (month, 1), closing_new[who])
            for which, movement, value in (
                (there & (kind >= 0), kind, change),
                (inside, np.full(n, CHURNED), -change),
                (there & (drift != 0), np.full(n, CURRENCY), drift),
            ):
                who = np.flatnonzero(which & counted)
                for measure, what in enumerate(
                    (np.ones(n, np.int64), value, inside, np.where(inside, value, 0))
                ):
                    at = (month, movement[who], measure)
                    self.add_to(self.moved, segment[who], at, what[who])
            before |= there

    def add_poll(self, polled: Polled, people: People | None = None) -> None:
        """Add by day: invitations sent, delivered, reminded, opened, answered; responses."""
        segment, keep = np.full(len(polled.party), -1), np.ones(len(polled.party), bool)
        if people:
            segment, keep = people.segment[polled.party], ~people.is_test[polled.party]
        shape = (len(self.segments), int(self.brand.days), 9)
        total = self.polls.setdefault(polled.survey, np.zeros(shape, np.int64))
        replied = polled.answered >= 0
        promoter, detractor = polled.score >= 9, polled.score <= 6
        for which, second, measures in (
            (
                keep,
                polled.sent,
                (
                    np.ones_like(keep),
                    polled.delivered,
                    polled.reminded,
                    polled.delivered & (polled.opened | replied),
                    polled.delivered & replied,
                ),
            ),
            (
                keep & replied,
                polled.answered,
                (replied, promoter, ~promoter & ~detractor, detractor),
            ),
        ):
            who = np.flatnonzero(which)
            day = second[who] // DAY - self.brand.epoch_day
            for measure, value in enumerate(measures, 0 if len(measures) == 5 else 5):
                self.add_to(total, segment[who], (day, measure), value[who].astype(np.int64))

    def add_engagement(self, acted: Acted, people: People | None = None, first: int = 0) -> None:
        """Add events, by their count, who took part, and texts; `first` is the first of `people`.

        A test is known for one by name or by handle, and so is who asked to be erased: nobody reads
        those texts. Who cannot be named stands for itself by the
        handle: a participant beside the one that the party is.
        """
        platforms, programmes = (
            len(self.brand["engagement"]["platforms"]),
            len(self.brand.programmes),
        )
        shape = (self.months, platforms + 1, programmes + 2)
        keep = readable = np.ones(len(acted.actor), bool)
        if people is not None:
            keep = ~(people.is_test[acted.actor - first] & acted.is_named)
            readable = keep & ~(people.is_erased[acted.actor - first] & acted.is_named)
        month = self.month(acted.second)
        participant = acted.actor * 2 + acted.is_named
        span = int(participant.max(initial=0)) + 1
        own = np.where(acted.programme < 0, programmes, acted.programme)
        for platform in (acted.platform, np.full_like(own, platforms)):
            for programme in (own, np.full_like(own, programmes + 1)):
                place = np.ravel_multi_index((month, platform, programme), shape)
                taken = np.unique(place[keep] * span + participant[keep]) // span
                self._engage("participants", shape, taken, np.ones_like(taken))
                for name, which in {
                    "events_of_known_parties": acted.is_named,
                    "organic_events": acted.is_organic,
                    "user_generated_events": acted.is_written,
                    **{
                        EVENTS[kind]: acted.kind == code
                        for code, kind in enumerate(event_types(self.brand))
                    },
                }.items():
                    some = keep & which
                    self._engage(name, shape, place[some], acted.count[some])
                for name, which in {
                    "text_events": acted.is_written,
                    "other_language_texts": acted.is_foreign,
                }.items():
                    some = readable & which
                    self._engage(name, shape, place[some], np.ones_like(place[some]))

    def _engage(self, name: str, shape: tuple[int, ...], place: Ints, value: Ints) -> None:
        total = self.engaged.setdefault(name, np.zeros(shape, np.int64))
        np.add.at(total.reshape(-1), place, value)

    def add_talks(self, people: People, talks: Talks) -> None:
        """Add the conversations that count: segment, channel, month, wait, and flags."""
        rules, minute = self.brand["accounts"], 60
        opened = self.brand.seconds(talks.day)
        named = talks.is_named
        segment = np.where(named, people.segment[talks.customer], -1)
        date = (opened // DAY).astype("datetime64[D]")
        holidays = np.zeros(len(date), bool)
        for shown in rules["holidays"]:
            holidays |= np.char.endswith(date.astype(str), shown)
        first, last = (60 * minute * hour for hour in rules["open_hours"])
        is_open = np.is_busday(date) & ~holidays
        is_open &= (opened % DAY >= first) & (opened % DAY < last)
        answered = np.isfinite(talks.answer_day)
        whole = np.isfinite(talks.wait)
        until = np.rint(np.where(whole, talks.day + talks.wait, 0) * DAY).astype(np.int64)
        wait = np.where(whole, until + self.brand.epoch_day * DAY - opened, NOT_YET)
        sla, end = minute * rules["sla_minutes"], self.starts[-1]
        columns = (
            np.where(segment < 0, len(self.segments) - 2, segment),
            talks.channel,
            self.month(opened),
            wait,
            answered,
            answered & talks.peer,
            ~is_open,
            answered & (wait <= sla),
            ~answered & (end - opened < sla),
        )
        counted = ~(named & people.is_test[talks.customer])
        self.talks.append(np.array(columns, np.int64)[:, counted])

    def add_follow_ups(self, people: People, sold: Sold, first: Ints, talks: Talks) -> None:
        """Add first conversations after first orders, and orders after them, by bucket."""
        rules = self.brand["accounts"]
        landmark, window = (DAY * rules[name] for name in ("landmark_days", "window_days"))
        opened = self.brand.seconds(talks.day)
        own = talks.customer
        counted = talks.is_named & ~people.is_test[own] & (opened > first[own])
        which = np.flatnonzero(counted)  # in order of time: the first one of each customer
        which = which[np.unique(own[which], return_index=True)[1]]
        which = which[self.starts[-1] - opened[which] >= landmark + window]
        answered = np.isfinite(talks.answer_day[which])
        until = self.brand.seconds(talks.answer_day[which])
        wait = np.where(answered, until - opened[which], NOT_YET)
        limits = [3600 * hours for hours in rules["bucket_hours"]]
        bucket = np.searchsorted([*limits, landmark], wait)
        begins = np.full(len(people.number), NOT_YET)
        begins[own[which]] = opened[which] + landmark
        o = np.flatnonzero(sold.counts & np.isin(sold.party, people.number))
        whom = people.person[np.searchsorted(people.number, sold.party[o])]
        since = sold.second[o] - begins[whom]
        again = np.zeros(len(people.number), bool)
        again[whom[(since >= 0) & (since < window)]] = True
        np.add.at(self.followed, (bucket, 0), 1)
        np.add.at(self.followed, (bucket, 1), again[own[which]])

    def write_follow_ups(
        self, polled: Polled, writer: Writer, people: People | None = None, part: str = "others"
    ) -> None:
        """Write each response of a detractor that counts, and what came of it."""
        rules, last = self.brand["accounts"], self.starts[-1]
        counts_too = ~people.is_test[polled.party] if people else np.ones(len(polled.party), bool)
        a = np.flatnonzero(counts_too & (polled.answered >= 0))
        a = a[np.lexsort((polled.answered[a], polled.number[a]))]
        again = np.append(polled.number[a][1:] == polled.number[a][:-1], False)
        following = np.where(again, np.append(polled.score[a][1:], -1), -1)
        low = polled.score[a] <= 6
        a, following = a[low], following[low]
        answered, followed = polled.answered[a], polled.followed[a]
        limit = rules["follow_up_hours"] * 3600
        in_time = np.where((followed < 0) & (answered + limit >= last), -1, 0)
        in_time[(followed >= 0) & (followed - answered <= limit)] = 1
        whom, day, value = self.booked if people else np.zeros((3, 0), np.int64)
        span = 10**6
        order = np.argsort(whom * span + day, kind="stable")
        keys, upto = (whom * span + day)[order], np.append(0, np.cumsum(value[order]))
        begin = polled.number[a] * span + answered // DAY
        end = begin + rules["follow_up_days"]
        margin = np.subtract(*(upto[np.searchsorted(keys, k, side="right")] for k in (end, begin)))
        complete = (answered // DAY + rules["follow_up_days"] + 1) * DAY <= last
        shown = amount(margin).sql
        writer.write(
            "detractor_follow_ups",
            {
                "response_id": ids("A", polled.response[a]),
                "survey_id": labels([polled.survey], np.zeros(len(a), int)),
                "party_id": party(polled.number[a]),
                "responded_at": times(answered),
                "score": counts(polled.score[a]),
                "follow_up_at": times(followed),
                "in_time": counts(in_time),
                "next_score": counts(following),
                "margin_amount": Column(
                    np.where(complete, margin, NO_MONEY),
                    f"case when {{0}} != {NO_MONEY} then {shown} end",
                ),
            },
            ["response_id"],
            part,
            form="parquet",
        )

    def credited(self, world: World, referrals: Referrals, touches: Touches, talks: Talks) -> Ints:
        """Find the programme that last touched each referrer, in the year before; -1 none."""
        called = np.flatnonzero((talks.programme >= 0) & np.isfinite(talks.answer_day))
        whom = np.concatenate([touches.customer, talks.customer[called]])
        answered = self.brand.seconds(talks.answer_day[called])
        day = np.concatenate([touches.second, answered]) // DAY
        programme = np.concatenate([touches.programme, talks.programme[called]])
        on = self.brand.seconds(referrals.day) // DAY
        back = self.brand["accounts"]["lookback_months"]
        latest, best = months_before(on, back), np.full(len(on), -1)
        for row in range(len(self.brand.programmes)):  # of one day, the first programme
            span = 10**6
            keys = np.sort((whom * span + day)[programme == row])
            keys = np.concatenate([[-1], keys])
            own = (referrals.referrer - world.first) * span
            found = keys[np.searchsorted(keys, own + on, side="right") - 1] - own
            later = (found > latest) & (referrals.referrer < world.first + world.n)
            latest, best = np.where(later, found, latest), np.where(later, row, best)
        return best

    def add_referrals(
        self,
        world: World,
        people: People,
        referrals: Referrals,
        credited: Ints,
        first: Ints,
        margins: Ints,
        writer: Writer,
    ) -> None:
        """Write the referrals that count, the first ones before first orders, and who has what."""
        second = self.brand.seconds(referrals.day)
        place = referrals.referred - world.first
        local = np.where(referrals.referred >= 0, place, 0)
        begun = np.where(referrals.referred >= 0, first[local], NOT_YET)
        by_test = (referrals.referrer < world.first + world.n) & people.is_test[
            np.clip(referrals.referrer - world.first, 0, world.n - 1)
        ]
        possible = np.flatnonzero(
            (begun < NOT_YET)
            & (second <= begun)
            & (referrals.referrer != referrals.referred)
            & ~by_test
        )
        # Rows are in order of time: the first one of each referred customer stands.
        chosen = possible[np.unique(local[possible], return_index=True)[1]]
        whom = local[chosen]
        cohort = self.month(first[whom])
        horizon = self.brand["accounts"]["referral_months"]
        span = np.arange(self.months) - cohort[:, None]
        margin = np.where((span >= 0) & (span < horizon), margins[whom], 0).sum(axis=1)
        paid = np.isfinite(referrals.converted) & (referrals.referrer < self.brand.customers)
        programmes = [p["id"] for p in self.brand.programmes]
        reward = np.where(paid, round(self.brand["referrals"]["reward"] * 10**4), 0)[chosen]
        chains = self._chains(referrals.referrer[chosen], referrals.referred[chosen], chosen)
        row, step, by, part = self._shares(chains, margin - reward)
        advocate = referrals.referrer[chosen[by]]
        np.add.at(self.rewards, (people.channel[whom], cohort), reward)
        writer.write(
            "referral_credits",
            {
                "referral_id": ids("F", chosen[row] + world.block * SPAN),
                "referred_party_id": party(referrals.referred[chosen[row]]),
                "credited_party_id": party(advocate),
                "step": counts(step),
                "programme_id": labels(programmes, credited[chosen[by]]),
                "first_order_month": self.first_of_month(cohort[row]),
                "referral_margin": amount(part),
            },
            ["referral_id", "step"],
            f"b{world.block:03d}",
            form="parquet",
        )
        tested = (referrals.referred >= 0) & people.is_test[local]
        own = referrals.referrer == referrals.referred
        counted = ~by_test & ~tested
        for what, whom, value in (
            ("direct_referrals", referrals.referrer, counted & ~own),
            ("self_referrals", referrals.referrer, counted & own),
            ("converted_referrals", referrals.referrer[chosen], np.ones(len(chosen), np.int64)),
            ("customers_in_chain", advocate, np.ones(len(row), np.int64)),
            ("rewards", referrals.referrer[chosen], reward),
            ("credited_margin", advocate, part),
        ):
            sums = self.advocates[what]
            for number, one in zip(whom.tolist(), value.tolist(), strict=True):
                sums[number] = sums.get(number, 0) + int(one)
        depth = self.advocates["chain_depth"]
        for number, one in zip(advocate.tolist(), step.tolist(), strict=True):
            depth[number] = max(depth.get(number, 0), one)

    def _chains(self, referrer: Ints, referred: Ints, number: Ints) -> list[list[int]]:
        """List for each referral the rows it leads back through, itself first, cycles cut."""
        parent = {int(number): row for row, number in enumerate(referred)}
        cut: set[int] = set()
        for start in range(len(referred)):
            trail, row = [start], parent.get(int(referrer[start]))
            while row is not None and row not in trail:
                trail.append(row)
                row = parent.get(int(referrer[row]))
            if row == start:
                cut.add(min(trail, key=lambda one: number[one]))  # numbers are in order of time
        chains = []
        for start in range(len(referred)):
            chain, row = [start], parent.get(int(referrer[start]))
            while row is not None and row not in cut and referrer[row] != referred[start]:
                chain.append(row)
                row = parent.get(int(referrer[row]))
            chains.append(chain[: self.brand["accounts"]["referral_steps"]])
        return chains

    def _shares(self, chains: list[list[int]], whole: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """Divide amounts along chains: referral, step, row of whom, part; in 1e-4."""
        rows: list[tuple[int, int, int, int]] = []
        for row, chain in enumerate(chains):
            weights = self.brand["accounts"]["referral_decay"] ** np.arange(len(chain))
            in_units = np.rint(weights / weights.sum() * 10**8).astype(np.int64)
            parts = divide(whole[row] * in_units, 10**8)
            parts[0] = whole[row] - parts[1:].sum()
            rows += [(row, step + 1, by, int(parts[step])) for step, by in enumerate(chain)]
        return tuple(np.array(rows, np.int64).reshape(-1, 4).T)

    def write(self, costs: Costs, writer: Writer) -> None:
        """Write what was summed up over all blocks."""
        self._write_acquisition(costs, writer)
        self._write_cohorts(writer)
        self._write_movements(writer)
        self._write_polls(writer)
        self._write_engagement(writer)
        self._write_talks(writer)
        self._write_advocates(writer)
        self._write_follow_ups(writer)
        programme, month = np.nonzero(self.coded)
        writer.write(
            "coded_margins",
            {
                "programme_id": labels([p["id"] for p in self.brand.programmes], programme),
                "month": self.first_of_month(month),
                "margin_amount": amount(self.coded[programme, month]),
            },
            ["programme_id", "month"],
            form="parquet",
        )

    def _write_acquisition(self, costs: Costs, writer: Writer) -> None:
        """Write the cost of winning customers, by channel and month of their first order.

        What names no channel goes to the channels with a new customer, in order of their names:
        each takes what is rounded up to it less what is rounded before it.
        """
        names = [*self.brand["customers"]["channels"], "unknown"]
        booked = np.zeros(self.won.shape, np.int64)
        mine = costs.category == CATEGORIES.index("acquisition")
        np.add.at(booked, (costs.channel[mine], costs.month[mine]), costs.amount[mine] * 100)
        order = np.argsort(names)
        shared, booked[-1] = booked[-1].copy(), 0
        for month in np.flatnonzero(shared):
            upto = np.cumsum(self.won[order, month])
            if not upto[-1]:
                booked[-1, month] = shared[month]
                continue
            parts = divide(shared[month] * upto, int(upto[-1]))
            booked[order, month] += np.diff(parts, prepend=0)
        channel, month = np.nonzero((booked != 0) | (self.won > 0) | (self.rewards != 0))
        at = (channel, month)
        writer.write(
            "acquisition_costs",
            {
                "cohort_month": self.first_of_month(month),
                "acquisition_channel": labels(names, channel),
                "booked_cost": amount(booked[at]),
                "reward_cost": amount(self.rewards[at]),
                "acquisition_cost": amount(booked[at] + self.rewards[at]),
                "new_customers": counts(self.won[at]),
            },
            ["cohort_month", "acquisition_channel"],
            form="parquet",
        )

    def _write_cohorts(self, writer: Writer) -> None:
        at = np.nonzero(self.cohorts["cohort_size"])
        segment, cohort, period = at
        shown = ("cohort_size", "active_customers")
        writer.write(
            "cohorts",
            {
                "cohort_month": self.first_of_month(cohort),
                "period_number": counts(period),
                "segment": labels(self.segments, segment),
                **{
                    name: counts(sums[at]) if name in shown else amount(sums[at])
                    for name, sums in self.cohorts.items()
                    if name not in ("orders", "orders_with_estimated_margin")
                },
            },
            ["cohort_month", "period_number", "segment"],
            form="parquet",
        )

    def _write_movements(self, writer: Writer) -> None:
        # A segment begins with its first contract and then has every movement of every month.
        begun = np.maximum.accumulate(
            (self.moved[..., 0].sum(axis=2) > 0) | (self.levels != 0).any(axis=2), axis=1
        )
        segment, month, movement = np.nonzero(np.repeat(begun[..., None], len(MOVEMENTS), axis=2))
        customers, value, within, value_within = self.moved[segment, month, movement].T
        writer.write(
            "mrr_movements",
            {
                "month": self.first_of_month(month),
                "segment": labels(self.segments, segment),
                "movement": labels(MOVEMENTS, movement),
                "customers": counts(customers),
                "amount": amount(value),
                "customers_within_month": counts(within),
                "amount_within_month": amount(value_within),
                "opening_mrr": amount(self.levels[segment, month, 0]),
                "closing_mrr": amount(self.levels[segment, month, 1]),
            },
            ["month", "segment", "movement"],
            form="parquet",
        )

    def _write_engagement(self, writer: Writer) -> None:
        events = sum(self.engaged[name] for name in EVENTS.values())
        at = np.nonzero(events)
        month, platform, programme = at
        writer.write(
            "engagement_months",
            {
                "month": self.first_of_month(month),
                "platform": labels([*self.brand["engagement"]["platforms"], "all"], platform),
                "programme_id": labels(
                    [*(p["id"] for p in self.brand.programmes), "none", "all"], programme
                ),
                "events": counts(events[at]),
                **{name: counts(total[at]) for name, total in self.engaged.items()},
            },
            ["month", "platform", "programme_id"],
            form="parquet",
        )

    def write_content(self, content: Content, writer: Writer) -> None:
        """Write what was counted of each content on each day."""
        writer.write(
            "content_days",
            {
                "content_id": ids("CT", content.content),
                "metric_date": dates(content.day),
                "platform": labels(CONTENT_PLATFORMS, content.platform),
                "impressions": counts(content.impressions),
                "organic_impressions": counts(content.organic),
                "engagements": counts(content.engagements),
                "shares": counts(content.shares),
            },
            ["content_id", "metric_date"],
            form="parquet",
        )

    def _write_advocates(self, writer: Writer) -> None:
        direct, own = (self.advocates[what] for what in ADVOCATES[:2])
        who = [number for number in direct if direct[number] + own[number]]
        values = {
            what: np.array([sums.get(n, 0) for n in who], np.int64)
            for what, sums in self.advocates.items()
        }
        writer.write(
            "referrer_accounts",
            {
                "referrer_party_id": party(np.array(who, np.int64)),
                **{
                    what: amount(v) if what in ADVOCATES[-2:] else counts(v)
                    for what, v in values.items()
                },
            },
            ["referrer_party_id"],
            form="parquet",
        )

    def _write_follow_ups(self, writer: Writer) -> None:
        writer.write(
            "follow_ups",
            {
                "bucket_number": counts(np.arange(len(self.followed)) + 1),
                "customers": counts(self.followed[:, 0]),
                "repurchasers": counts(self.followed[:, 1]),
            },
            ["bucket_number"],
            form="parquet",
        )

    def _write_talks(self, writer: Writer) -> None:
        rows: list[tuple[int, ...]] = []
        names = [*channels(self.brand), "all"]
        talks = np.concatenate(self.talks, axis=1)
        everywhere = np.full(talks.shape[1], len(names) - 1)
        everybody = np.full(talks.shape[1], len(self.segments) - 1)
        for channel in (talks[1], everywhere):
            for segment in (talks[0], everybody):
                keys = np.stack([talks[2], channel, segment])
                order = np.lexsort((talks[3], *keys[::-1]))
                keys, sorted_talks = keys[:, order], talks[:, order]
                begins = np.flatnonzero(np.r_[True, (keys[:, 1:] != keys[:, :-1]).any(axis=0)])
                for begin, end in pairwise([*begins.tolist(), len(order)]):
                    size = end - begin
                    middle = sorted_talks[3, begin + (size - 1) // 2]  # half are answered by then
                    sums = sorted_talks[4:, begin:end].sum(axis=1)
                    rows.append((*keys[:, begin], size, middle if middle < NOT_YET else -1, *sums))
        month, channel, segment, size, median, *flagged = np.array(rows, np.int64).T
        measures = ("answered", "answered_by_peers", "after_hours_conversations")
        measures += ("answered_within_sla", "undecided_within_sla")
        writer.write(
            "response_accounts",
            {
                "month": self.first_of_month(month),
                "channel": labels(names, channel),
                "segment": labels(self.segments, segment),
                "conversations": counts(size),
                "median_seconds": counts(median),
                **{name: counts(sums) for name, sums in zip(measures, flagged, strict=True)},
            },
            ["month", "channel", "segment"],
            form="parquet",
        )

    def _write_polls(self, writer: Writer) -> None:
        least = self.brand["accounts"]["least_responses"]
        rows: list[tuple[Any, ...]] = []
        surveys = sorted(self.polls)
        for survey, name in enumerate(surveys):
            upto = np.cumsum(np.pad(self.polls[name], ((0, 0), (1, 0), (0, 0))), axis=1)
            for kind, first, end in self._periods():
                found = upto[:, end] - upto[:, max(first, 0)]
                responses = found[:-1, 5]
                hidden = (responses > 0) & (responses < least)
                # What is hidden must not follow from 'all' less the others.
                if hidden.sum() == 1 or (hidden.any() and responses[hidden].sum() < least):
                    others = [s for s in range(len(responses)) if responses[s] >= least]
                    if others:
                        hidden[min(others, key=lambda s: (responses[s], self.segments[s]))] = True
                for segment in np.flatnonzero(found[:, 0] + found[:, 5]):
                    is_all = segment == len(responses)
                    hide = 0 < found[segment, 5] < least if is_all else hidden[segment]
                    sent = found[segment, :2] if found[segment, 0] else (-1, -1)
                    answers = np.where(hide, -1, found[segment, 2:])
                    answers[:3] = answers[:3] if found[segment, 0] else -1
                    rows.append((survey, kind, first, end - 1, segment, *sent, *answers, hide))
        survey, kind, first, last, segment, *measures, hide = np.array(rows, np.int64).T
        names = ("sent", "delivered", "reminders", "opened", "delivered_and_answered")
        names += ("responded", "promoters", "passives", "detractors")
        writer.write(
            "survey_periods",
            {
                "survey_id": labels(surveys, survey),
                "period_type": labels(("month", "quarter", "rolling"), kind),
                "period_start": dates(first + self.brand.epoch_day),
                "period_end": dates(last + self.brand.epoch_day),
                "segment": labels(self.segments, segment),
                **{name: counts(value) for name, value in zip(names, measures, strict=True)},
                "is_suppressed": flags(hide),
            },
            ["survey_id", "period_type", "period_end", "segment"],
            form="parquet",
        )

    def _periods(self) -> list[tuple[int, int, int]]:
        """Months, quarters and rolling periods: kind, first day, and the day after the last."""
        starts = self.brand.month_starts.astype(int).tolist()
        rolling = self.brand["accounts"]["rolling_days"]
        return [
            *((0, a, b) for a, b in pairwise(starts)),
            *((1, a, b) for a, b in pairwise(starts[::3])),
            *((2, b - rolling, b) for b in starts[1:]),
        ]


def _known(segment: Ints, segments: list[str]) -> Ints:
    return np.where(segment < 0, len(segments) - 2, segment)


def _rows(people: People, world: World) -> Any:
    """Return a function from party numbers of a block to the places of the persons in `people`."""
    twins = people.number[world.n :]

    def place(number: Ints) -> Ints:
        own = number < world.first + world.n
        row = np.where(own, number - world.first, world.n + np.searchsorted(twins, number))
        return people.person[row]

    return place
