"""Relationship: programmes, assignments by lot, what it all costs, and the partners' ledger."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .parties import PARTNER, PARTY_TYPES, partner_days
from .sales import Orders
from .service import Talks
from .tables import Floats, Ints, Writer, dates, flags, ids, labels, money, party, times
from .world import NEVER, Brand, World

CATEGORIES = (
    "up_front",
    "ongoing",
    "pr",
    "support",
    "research",
    "product",
    "acquisition",
    "incentive",
)


@dataclass
class Totals:
    """What the costs depend on, summed over blocks; shape (programmes or channels, months)."""

    touched: Floats
    coded_margin: Floats
    acquired: Floats
    talks: Floats = field(repr=False)

    @classmethod
    def empty(cls, brand: Brand) -> Totals:
        """Start at zero."""
        months, programmes = brand["calendar"]["months"], len(brand.programmes)
        channels = len(brand["customers"]["channels"])
        return cls(
            np.zeros((programmes, months)),
            np.zeros((programmes, months)),
            np.zeros((channels, months)),
            np.zeros(months),
        )

    def add(self, brand: Brand, world: World, orders: Orders, talks: Talks) -> None:
        """Add one block."""
        for row in range(len(brand.programmes)):
            when = world.touch[row][np.isfinite(world.touch[row])]
            np.add.at(self.touched[row], brand.month(when[when < brand.days]), 1)
        coded = np.flatnonzero((orders.programme >= 0) & (orders.number >= 0))
        np.add.at(
            self.coded_margin,
            (orders.programme[coded], brand.month(orders.day[coded])),
            orders.kept[coded],
        )
        new = np.flatnonzero(world.buys & ~world.is_test)
        np.add.at(self.acquired, (world.channel[new], brand.month(world.acquired[new])), 1)
        np.add.at(self.talks, brand.month(talks.day), 1)


def write_programmes(brand: Brand, writer: Writer) -> None:
    """Write the programmes."""
    starts = brand.month_starts
    first = np.array([starts[p["months"][0] - 1] for p in brand.programmes])
    end = np.array(
        [
            starts[p["months"][1]] if p["months"][1] < brand["calendar"]["months"] else NEVER
            for p in brand.programmes
        ]
    )
    kinds = sorted({p["kind"] for p in brand.programmes})
    size = len(first)
    writer.write(
        "programmes",
        {
            "programme_id": labels([p["id"] for p in brand.programmes], np.arange(size)),
            "programme_name": labels([p["name"] for p in brand.programmes], np.arange(size)),
            "programme_kind": labels(
                kinds, np.array([kinds.index(p["kind"]) for p in brand.programmes])
            ),
            "started_at": times(brand.seconds(first)),
            "ended_at": times(brand.seconds(end)),
            "objective": labels(["more purchases and longer relationships"], np.zeros(size, int)),
        },
        ["programme_id"],
    )


def write_assignments(brand: Brand, world: World, writer: Writer) -> None:
    """Write who was assigned by lot."""
    row, who = np.nonzero(np.isfinite(world.assigned))
    writer.write(
        "treatment_assignments",
        {
            "party_id": party(world.first + who),
            "programme_id": labels([p["id"] for p in brand.programmes], row),
            "assigned_at": times(brand.seconds(world.assigned[row, who])),
            "arm": labels(["control", "treatment"], world.treated[row, who]),
            "is_randomised": flags(np.ones(len(who), int)),
        },
        ["party_id", "programme_id", "assigned_at"],
        f"b{world.block:03d}",
    )


@dataclass
class Costs:
    """Cost entries; month, hundredths of EUR, codes with -1 for not attributed; shape (rows,)."""

    month: Ints
    amount: Ints
    category: Ints
    programme: Ints
    channel: Ints
    party_type: Ints


def write_costs(brand: Brand, totals: Totals, writer: Writer) -> Costs:
    """Write the costs of every month and category."""
    c = brand["costs"]
    rng = brand.rng("costs")
    months = brand["calendar"]["months"]
    thousands = brand.customers / 1000
    rows: list[tuple[int, int, int, int, int, int]] = []

    def add(
        month: int,
        amount: float,
        category: str,
        programme: int = -1,
        channel: int = -1,
        kind: int = 0,
    ) -> None:
        cents = round(amount * 100)
        if cents:
            rows.append((month, cents, CATEGORIES.index(category), programme, channel, kind))

    def noisy(amount: float) -> float:
        return amount * (1 + c["noise"] * float(np.clip(rng.normal(), -3, 3)))

    for row, p in enumerate(brand.programmes):
        begins, ends = p["months"][0] - 1, min(p["months"][1], months) - 1
        kind = 2 if p["kind"] == "community" else 0
        if "roi" in p:
            # The spend that makes the coded margin of each month return exactly `roi`.
            for month in range(months):
                spend = totals.coded_margin[row, month] / (1 + p["roi"])
                incentive = round(spend * c["incentive"], 2)
                add(month, spend - incentive, "ongoing", row)
                add(month, incentive, "incentive", row)
            continue
        up_front, each = p["cost"]
        add(begins, up_front * thousands, "up_front", row, -1, kind)
        for month in range(begins, ends + 1):
            spend = noisy(each * totals.touched[row, month])
            unattributed = spend * c["programme_unattributed"]
            add(month, (spend - unattributed) * (1 - c["incentive"]), "ongoing", row, -1, kind)
            add(month, (spend - unattributed) * c["incentive"], "incentive", row, -1, kind)
            add(month, unattributed, "ongoing", -1, -1, kind)
    community = next(i for i, p in enumerate(brand.programmes) if p["kind"] == "community")
    true_cost = np.array([v[2] for v in brand["customers"]["channels"].values()])
    for month in range(months):
        lost = 0.0
        for channel, cost in enumerate(true_cost):
            spend = noisy(cost * totals.acquired[channel, month])
            lost += spend * c["acquisition_unattributed"]
            add(month, spend * (1 - c["acquisition_unattributed"]), "acquisition", -1, channel)
        add(month, lost, "acquisition")
        add(month, noisy(c["pr"] * thousands), "pr")
        add(month, noisy(c["support_per_conversation"] * totals.talks[month]), "support")
        if month < brand.programmes[community]["months"][0] - 1:
            continue
        for category in ("research", "product"):
            add(month, noisy(c[category] * thousands), category, community, -1, 2)
            share, amount = c[f"avoided_{category}"]
            if rng.random() < share:
                add(month, -noisy(amount * thousands), category, community, -1, 2)
    costs = Costs(*np.array(rows, dtype=np.int64).T)
    starts = brand.month_starts.astype(np.int64)
    size = len(rows)
    writer.write(
        "relationship_costs",
        {
            "cost_id": ids("B", np.arange(size)),
            "cost_month": dates(starts[costs.month] + brand.epoch_day),
            "amount": money(costs.amount),
            "currency": labels(["EUR"], np.zeros(size, int)),
            "category": labels(CATEGORIES, costs.category),
            "programme_id": labels([p["id"] for p in brand.programmes], costs.programme),
            "channel": labels(list(brand["customers"]["channels"]), costs.channel),
            "party_type": labels(PARTY_TYPES, costs.party_type),
        },
        ["cost_id"],
    )
    return costs


def write_partner_ledger(brand: Brand, writer: Writer) -> None:
    """Write what each partnership gave and took, on both sides, month by month."""
    rng = brand.rng("ledger")
    count, months = brand["partners"]["count"], brand["calendar"]["months"]
    size = rng.gamma(2.0, 150.0, count)  # EUR a month
    partner, month, side, kind = (a.ravel() for a in np.indices((count, months, 2, 2)))
    joined = partner_days(brand)
    # The brand gains more than it invests; partners about break even.
    factor = np.array([[1.4, 1.0], [1.0, 0.9]])[side, kind]
    amount = np.rint(size[partner] * factor * rng.lognormal(0, 0.4, len(partner)) * 100).astype(
        np.int64
    )
    keep = (rng.random(len(partner)) < brand["partners"]["entry"]) & (
        brand.month_starts[month] > joined[partner]
    )
    partner, month, side, kind, amount = (a[keep] for a in (partner, month, side, kind, amount))
    writer.write(
        "partner_ledger",
        {
            "entry_id": ids("G", np.arange(len(partner))),
            "partner_party_id": party(PARTNER + partner),
            "entry_month": dates(brand.month_starts[month].astype(np.int64) + brand.epoch_day),
            "side": labels(["brand", "partner"], side),
            "kind": labels(["gain", "investment"], kind),
            "amount": money(amount),
            "currency": labels(["EUR"], np.zeros(len(partner), int)),
        },
        ["entry_id"],
    )
