"""What really happened and what would have happened: the tables that no model may read.

Effects are margins in EUR after refunds, without cancelled orders and tests, on the same draws in
both worlds.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from .advocacy import REFERRAL_KINDS, Referrals
from .feedback import Wave
from .relationship import Costs, Totals
from .sales import SPAN, Orders
from .tables import (
    NO_MONEY,
    Bools,
    Column,
    Floats,
    Ints,
    Writer,
    counts,
    flags,
    ids,
    labels,
    money,
    party,
    times,
)
from .world import NEVER, Brand, World, stretches


def number(values: Floats) -> Column:
    """Floating-point numbers; what is not finite is null."""
    return Column(values.astype(float), "case when isfinite({0}) then {0} end")


def _cents(values: Floats) -> Column:
    return money(
        np.where(
            np.isfinite(values), np.rint(np.where(np.isfinite(values), values, 0) * 100), NO_MONEY
        ).astype(np.int64)
    )


def _sum(orders: Orders, which: Bools, n: int) -> Floats:
    """Kept margin by customer, shape (n,)."""
    return np.bincount(orders.customer[which], orders.kept[which], minlength=n)


def _count(orders: Orders, which: Bools, n: int) -> Ints:
    """Orders that count, by customer of the block; (n,)."""
    return np.bincount(orders.customer[which & orders.counts], minlength=n)


def write_block(
    brand: Brand, world: World, orders: Orders, referrals: Referrals, writer: Writer
) -> None:
    """Write the truth of one block: customers, orders of every world, effects, referrals."""
    n, part = world.n, f"b{world.block:03d}"
    everyone = world.first + np.arange(n)
    mine = orders.customer >= 0
    delivered = (orders.number >= 0) & mine
    writer.write(
        "customers",
        {
            "party_id": party(everyone),
            "loyalty": number(world.loyalty),
            "purchase_rate_per_day": number(world.rate),
            "dropout_rate_per_day": number(world.hazard),
            "mean_margin": number(world.margin),
            "channel": labels(list(brand["customers"]["channels"]), world.channel),
            "first_ordered_at": times(brand.seconds(np.where(world.buys, world.acquired, NEVER))),
            "days_to_death": number(world.death - world.acquired),
            "days_to_death_untouched": number(world.life - world.acquired),
            "died_at": times(brand.seconds(world.death)),
            "is_alive_at_end": flags(world.death >= brand.days),
            "is_test": flags(world.is_test),
            "orders": counts(np.bincount(orders.customer[delivered], minlength=n)),
            "margin": _cents(_sum(orders, delivered, n)),
            "margin_untouched": _cents(_sum(orders, orders.untouched & mine, n)),
            "first_unanswered_at": times(brand.seconds(world.touch[-1])),
        },
        ["party_id"],
        part,
        form="parquet",
    )

    programmes = [p["id"] for p in brand.programmes]
    writer.write(
        "orders",
        {
            "place": counts(np.arange(len(orders.day))),
            "order_id": ids("O", orders.number),
            "party_id": party(np.where(mine, world.first + orders.customer, -1)),
            "ordered_at": times(brand.seconds(orders.day)),
            "is_delivered": flags(orders.number >= 0),
            "is_first": flags(orders.source == -2),
            "made_possible_by": labels(programmes, np.maximum(orders.source, -1)),
            "happens_untouched": flags(orders.untouched),
            "margin": _cents(orders.margin),
            "kept_margin": _cents(orders.kept),
        },
        ["place"],
        part,
        form="parquet",
    )

    horizon, stretch = brand["orders"]["effect_days"], stretches(brand)
    for row, programme in enumerate(brand.programmes):
        lot = programme["selection"] == "randomised"
        begins = world.touch[row]
        if lot:  # controls, and those not reached: from the assignment on
            begins = np.where(np.isinf(begins), world.assigned[row], begins)
        at = begins[orders.customer]
        inside = mine & (orders.day >= at) & (orders.day < at + horizon)
        after = mine & (orders.day >= at + horizon)
        name = programme["id"]
        world0 = orders.worlds[f"without {name}"]
        world1 = orders.worlds["delivered"]
        if lot:
            treated = world.treated[row][orders.customer]
            world1 = np.where(treated, world1, orders.worlds[f"with {name}"])
        who = np.flatnonzero(np.isfinite(begins) & (begins < brand.days))
        expected = expected_effect(brand, world, row, begins, float(stretch[row]))
        refused = world.treated[row] & np.isinf(world.touch[row])  # assigned, and not reached
        expected = np.where(refused | world.is_test | ~world.buys, 0.0, expected)
        writer.write(
            "programme_effects",
            {
                "programme_id": labels([name], np.zeros(len(who), int)),
                "party_id": party(everyone[who]),
                "touched_at": times(brand.seconds(world.touch[row][who])),
                "begins_at": times(brand.seconds(begins[who])),
                "arm": labels(
                    ["control", "treatment"],
                    world.treated[row][who] if lot else np.full(len(who), -1),
                ),
                "margin_with": _cents(_sum(orders, inside & world1, n)[who]),
                "margin_without": _cents(_sum(orders, inside & world0, n)[who]),
                "orders_with": counts(_count(orders, inside & world1, n)[who]),
                "orders_without": counts(_count(orders, inside & world0, n)[who]),
                "later_margin_with": _cents(_sum(orders, after & world1, n)[who]),
                "later_margin_without": _cents(_sum(orders, after & world0, n)[who]),
                "expected_effect": number(expected[who]),
            },
            ["party_id"],
            f"{part}_{name}",
            form="parquet",
        )

    size = len(referrals.day)
    first_year = (world.acquired[orders.customer] + horizon > orders.day) & delivered
    gained = _sum(orders, first_year, n)
    local = np.maximum(referrals.referred - world.first, 0)
    converted = np.isfinite(referrals.converted)
    writer.write(
        "referrals",
        {
            "referral_id": ids("F", np.arange(size) + world.block * SPAN),
            "kind": labels(REFERRAL_KINDS, referrals.kind),
            "referrer_party_id": party(referrals.referrer),
            "referred_party_id": party(referrals.referred),
            "margin_within_horizon": _cents(np.where(converted, gained[local], np.inf)),
        },
        ["referral_id"],
        part,
        form="parquet",
    )


def write_outlook(brand: Brand, world: World, writer: Writer) -> None:
    """Write what the customers of a calm block do after the end: as expected, and as drawn.

    A customer alive at the end orders at rate r and leaves at rate d: in h days it is expected to
    place r (1 - exp(-d h)) / d orders. Those cancelled and tests do not count, and those of one
    day are one purchase: (1 - exp(-r)) / r of the orders open a day.
    """
    o, m, ahead = brand["orders"], brand["margin"], brand["outlook"]
    rng = brand.rng("outlook", world.block)
    n, h = world.n, float(ahead["days"])
    rate = np.maximum(world.rate * (1 - o["cancelled"]) * (1 - o["test"]), 1e-12)
    hazard = np.maximum(world.hazard, 1e-12)
    alive = world.death >= brand.days
    expected = np.where(alive, -np.expm1(-rate) * -np.expm1(-hazard * h) / hazard, 0.0)
    lived = np.where(alive, np.minimum(rng.exponential(size=n) / hazard, h), 0.0)
    owner = np.repeat(np.arange(n), rng.poisson(rate * lived))
    day = rng.random(len(owner)) * lived[owner]
    margin = rng.gamma(m["p"], size=len(owner)) * (world.margin / m["p"])[owner]
    worth = margin * (1 + ahead["discount"]) ** (-day / 365.25)
    opens = np.unique(owner * 1000 + np.floor(day).astype(np.int64)) // 1000
    writer.write(
        "outlooks",
        {
            "party_id": party(world.first + np.arange(n)),
            "is_customer": flags(world.buys & ~world.is_test),
            "is_alive": flags(alive),
            "expected_purchases": number(expected),
            "purchases": counts(np.bincount(opens, minlength=n)),
            "discounted_margin": number(np.bincount(owner, worth, minlength=n)),
        },
        ["party_id"],
        f"b{world.block:03d}",
        form="parquet",
    )


def write_overrides(brand: Brand, writer: Writer) -> None:
    """Write the parameter by which values reach as far as the outlook."""
    days = brand["outlook"]["days"]
    writer.write(
        "parameter_overrides",
        {
            "parameter": labels(["clv_horizon_days"], np.zeros(1, int)),
            "value": labels([str(days)], np.zeros(1, int)),
            "reason": labels(["The outlook reaches as far"], np.zeros(1, int)),
        },
        ["parameter"],
    )


def expected_effect(brand: Brand, world: World, row: int, begins: Floats, stretch: float) -> Floats:
    """Expected margin that programme `row` adds by itself within the horizon after `begins`; (n,).

    A customer alive at the touch orders at rate r and leaves at rate d: without the programme the
    expected orders of h days are r (1 - exp(-d h)) / d; with it the rate is r (1 + uplift) and the
    dropout rate d / (1 + stretch). Before refunds and cancellations.
    """
    touched = np.isfinite(begins)
    begins = np.where(touched, begins, 0.0)
    h = np.clip(np.minimum(brand["orders"]["effect_days"], brand.days - begins), 0, None)
    d = np.maximum(world.hazard, 1e-12)
    uplift = brand.programmes[row]["uplift"]
    without = -np.expm1(-d * h) / d
    slow = d / (1 + stretch)
    with_it = (1 + uplift) * -np.expm1(-slow * h) / slow
    alive = touched & (world.death > begins)
    return np.where(alive, world.rate * world.margin * (with_it - without), 0.0)


def write_common(
    brand: Brand, waves: list[Wave], totals: Totals, costs: Costs, writer: Writer
) -> None:
    """Write the truth over all blocks: programmes, acquisition costs, survey waves."""
    p = brand.programmes
    size = len(p)
    selections = ("history", "loyalty", "randomised")
    spent = np.bincount(
        costs.programme[costs.programme >= 0], costs.amount[costs.programme >= 0], minlength=size
    )
    writer.write(
        "programmes",
        {
            "programme_id": labels([q["id"] for q in p], np.arange(size)),
            "selection": labels(
                selections, np.array([selections.index(q["selection"]) for q in p])
            ),
            "uplift": number(np.array([q["uplift"] for q in p])),
            "stretch": number(np.array([q["stretch"] for q in p])),
            "touched": counts(totals.touched.sum(axis=1)),
            "coded_margin": _cents(totals.coded_margin.sum(axis=1)),
            "cost": money(spent.astype(np.int64)),
        },
        ["programme_id"],
        form="parquet",
    )
    channels = list(brand["customers"]["channels"])
    channel, month = (a.ravel() for a in np.indices(totals.acquired.shape))
    true_cost = np.array([v[2] for v in brand["customers"]["channels"].values()])
    writer.write(
        "acquisition",
        {
            "channel": labels(channels, channel),
            "month": times(brand.seconds(brand.month_starts[month])),
            "new_customers": counts(totals.acquired.ravel()),
            "true_cac": number(true_cost[channel]),
        },
        ["channel", "month"],
        form="parquet",
    )
    names = sorted({w.name for w in waves})
    measures = [f.name for f in fields(Wave) if f.name != "name"]
    sums = np.array(
        [[sum(getattr(w, k) for w in waves if w.name == n) for k in measures] for n in names]
    )
    said = dict(zip(measures, sums.T, strict=True))

    def score(people: str, promoters: str, detractors: str) -> Column:
        return number(100 * (said[promoters] - said[detractors]) / np.maximum(said[people], 1))

    writer.write(
        "nps_waves",
        {
            "wave": labels(names, np.arange(len(names))),
            **{name: counts(values) for name, values in said.items()},
            "nps": score("customers", "promoters", "detractors"),
            "invited_nps": score("invited", "invited_promoters", "invited_detractors"),
        },
        ["wave"],
        form="parquet",
    )
