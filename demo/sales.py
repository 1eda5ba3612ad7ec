"""Orders, lines, refunds and subscriptions of one block of customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .tables import (
    NO_MONEY,
    Bools,
    Column,
    Floats,
    Ints,
    Writer,
    counts,
    dates,
    flags,
    ids,
    labels,
    money,
    party,
    times,
)
from .world import DAY, NEVER, Brand, World, death_times, pick, stretches

SPAN = 10_000_000  # identifiers of one block
CURRENCIES = ("EUR", "USD", "GBP", "JPY")
YEN = CURRENCIES.index("JPY")
FX_DAYS_BEFORE = 7


def fx_rates(brand: Brand) -> Ints:
    """Rates to EUR in 1e-8, shape (currencies, days from a week before the start); EUR first."""
    rng = brand.rng("fx")
    days = int(brand.days) + FX_DAYS_BEFORE
    rates = [np.full(days, 10**8)]
    for first, sd in brand["fx"].values():
        walk = np.cumsum(rng.normal(0, sd, days)) * 0.6
        rates.append(np.rint(first * np.exp(walk) * 1e8))
    return np.array(rates).astype(np.int64)


def currency_of(brand: Brand) -> Ints:
    """Currency code of every country, shape (countries,)."""
    return np.array([CURRENCIES.index(c[1]) for c in brand["customers"]["countries"].values()])


@dataclass
class Sold:
    """Delivered orders; amounts in hundredths of their currency, shape (d,)."""

    party: Ints  # number it is booked to, -1 for nobody known
    second: Ints
    currency: Ints
    gross: Ints
    discount: Ints
    cost: Ints  # NO_MONEY where none is delivered
    counts: Bools  # neither a test, nor of a test account, nor cancelled
    programme: Ints


@dataclass
class Refunds:
    """Delivered refunds; shape (r,)."""

    party: Ints
    order: Ints  # place in Sold, -1 where the refund names no order
    second: Ints
    amount: Ints  # hundredths of the order's currency
    currency: Ints
    counts: Bools  # not of a test account, nor of an order that is named and does not count


@dataclass
class Orders:
    """Orders of the delivered world and of those compared with it, by time; shape (e,)."""

    number: Ints  # identifier, -1 where the order was not delivered
    customer: Ints  # place in the block, -1 for nobody known
    day: Floats
    source: Ints
    untouched: Bools  # happens also where nothing touches anybody: pure Pareto/NBD
    currency: Ints
    net: Ints  # hundredths
    margin: Floats  # EUR, as the delivered amounts say
    kept: Floats  # EUR, after refunds; 0 where cancelled or a test
    counts: Bools  # neither a test, nor of a test account, nor cancelled
    programme: Ints  # that the order is coded to
    worlds: dict[str, Bools]  # which of them happen in other worlds
    sold: Sold
    refunds: Refunds


def compared_worlds(brand: Brand, world: World) -> dict[str, Bools]:
    """Say which orders happen in each world of interest, shape (e,) each.

    `without X`: nobody is touched by X. `with X`: the controls of a randomised X are touched too.
    """
    effect, stretch = brand["orders"]["effect_days"], stretches(brand)
    worlds = {"delivered": world.happens(world.touch, world.death, effect)}
    worlds["untouched"] = world.happens(np.full_like(world.touch, NEVER), world.life, effect)
    for row, programme in enumerate(brand.programmes):
        other = world.touch.copy()
        other[row] = NEVER
        worlds[f"without {programme['id']}"] = world.happens(
            other, death_times(world.life, other, stretch), effect
        )
        if programme["selection"] == "randomised":
            other[row] = world.assigned[row]
            worlds[f"with {programme['id']}"] = world.happens(
                other, death_times(world.life, other, stretch), effect
            )
    return worlds


def write_orders(brand: Brand, world: World, rates: Ints, writer: Writer) -> Orders:
    """Write orders, their lines and refunds; return what the truth and the costs need."""
    o = brand["orders"]
    worlds = compared_worlds(brand, world)
    wanted = np.logical_or.reduce(list(worlds.values()))
    worlds = {name: happens[wanted] for name, happens in worlds.items()}
    customer, day, source, margin_drawn = (
        a[wanted]
        for a in (world.order_customer, world.order_day, world.order_source, world.order_margin)
    )
    rng = brand.rng("sales", world.block)

    # Sales to nobody known come on top.
    guests = max(1, round(o["guest"] * worlds["delivered"].sum()))
    m = brand["margin"]
    guest_scale = m["gamma"] / rng.gamma(m["q"], size=guests)
    customer = np.concatenate([customer, np.full(guests, -1)])
    day = np.concatenate([day, rng.uniform(1, brand.days, guests)])
    day = np.minimum(day, brand.days - 2 / DAY)
    source = np.concatenate([source, np.full(guests, -1)])
    margin_drawn = np.concatenate([margin_drawn, rng.gamma(m["p"], size=guests) * guest_scale])
    worlds = {name: np.concatenate([h, np.ones(guests, bool)]) for name, h in worlds.items()}
    by_time = np.argsort(day, kind="stable")
    customer, day, source, margin_drawn = (
        a[by_time] for a in (customer, day, source, margin_drawn)
    )
    worlds = {name: h[by_time] for name, h in worlds.items()}
    delivered = worlds["delivered"]
    size = len(day)
    known = customer >= 0

    # Money, in hundredths of the order's currency (yen: whole).
    country = np.where(
        known, world.country[customer], pick(rng, brand["customers"]["countries"], size, 0)
    )
    currency = currency_of(brand)[country]
    rate = rates[currency, np.floor(day).astype(int) + FX_DAYS_BEFORE]
    unit = np.where(currency == YEN, 100, 1)

    def whole(amount: Floats) -> Ints:
        return (np.rint(amount / unit) * unit).astype(np.int64)

    local = margin_drawn * 100 / (rate / 1e8)
    net = np.maximum(whole(local / m["rate"]), unit)
    cost = np.maximum(net - whole(local), 0)
    loyalty = np.where(known, world.loyalty[customer], 0.3)
    at0, at1 = o["discounted"]
    has_discount = rng.random(size) < at0 + (at1 - at0) * loyalty
    share = np.array(o["discounts"])[rng.integers(0, len(o["discounts"]), size)]
    discount = np.where(has_discount, whole(net * share / (1 - share)), 0)
    gross = net + discount
    tax = whole(net * np.array([c[2] for c in brand["customers"]["countries"].values()])[country])
    fee, free_from = o["shipping"]
    shipping = np.where(net * rate / 1e10 < free_from, whole(fee * 100 / (rate / 1e8)), 0)
    margin = (net - cost) * rate / 1e10

    # What becomes of the order.
    sales_channel = pick(rng, o["channels"], size)
    cancelled_day = np.where(rng.random(size) < o["cancelled"], day + 2 * rng.random(size), NEVER)
    cancelled = cancelled_day < brand.days - 0.001
    is_test = rng.random(size) < o["test"]
    median, sd = o["refund_delay"]
    refund_day = day + 1 + median * np.exp(rng.normal(0, sd, size))
    refunded = (rng.random(size) < o["refunded"]) & (refund_day < brand.days - 0.001) & ~cancelled
    full = rng.random(size) < o["full_refund"]
    refund = np.where(full, net, whole(net / 2))
    refund_rate = rates[
        currency, np.floor(np.minimum(refund_day, brand.days - 1)).astype(int) + FX_DAYS_BEFORE
    ]
    # Where no cost is delivered the goods of a refunded order come back into stock.
    no_cost = sales_channel == list(o["channels"]).index(o["no_cost_channel"])
    lost = refund * refund_rate / 1e10 * np.where(no_cost, m["rate"], 1.0)
    counts = ~(cancelled | is_test | (known & world.is_test[customer]))
    kept = np.where(counts, margin - np.where(refunded, lost, 0.0), 0.0)

    # Last touch: the order is coded to the programme that touched the customer shortly before.
    programme = np.full(size, -1)
    last = np.full(size, -NEVER)
    for row, p in enumerate(brand.programmes):
        begun = np.where(known, world.touch[row, customer], NEVER)
        near = (begun <= day) & (day < begun + o["coding_days"]) & (begun > last)
        coded = near & (rng.random(size) < p["coded"])
        programme[coded], last[coded] = row, begun[coded]
    programme[no_cost | cancelled | is_test | refunded | (source == -2)] = -1

    number = np.where(delivered, np.cumsum(delivered) - 1 + world.block * SPAN, -1)
    d = np.flatnonzero(delivered)
    owner = np.where(known, booked_to(brand, world, customer, day), -1)
    half_year = (brand.month(day) // 6)[d]
    names = _half_years(brand)
    updated = np.where(cancelled, cancelled_day, day)
    writer.write(
        "orders",
        {
            "order_id": ids("O", number[d]),
            "party_id": party(owner[d]),
            "ordered_at": times(brand.seconds(day[d])),
            "gross_amount": money(gross[d]),
            "discount_amount": money(discount[d]),
            "tax_amount": money(tax[d]),
            "shipping_amount": money(shipping[d]),
            "net_amount": money(net[d]),
            "currency": labels(CURRENCIES, currency[d]),
            "cost_amount": money(np.where(no_cost, NO_MONEY, cost)[d]),
            "channel": labels(list(o["channels"]), sales_channel[d]),
            "programme_id": labels([p["id"] for p in brand.programmes], programme[d]),
            "cancelled_at": times(brand.seconds(cancelled_day[d])),
            "is_test": flags(is_test[d]),
            "updated_at": times(brand.seconds(updated[d])),
        },
        ["order_id"],
        f"b{world.block:03d}",
        (half_year, names),
    )
    _write_lines(
        brand, world, writer, number[d], gross[d], discount[d], cost[d], no_cost[d], unit[d]
    )

    r = np.flatnonzero(delivered & refunded)
    drop = rng.random(len(r))
    unnamed = (drop < 0.1) & known[r]
    of_test = known & world.is_test[customer]
    valid = ~(is_test | cancelled)
    sold = Sold(
        owner[d],
        brand.seconds(day[d]),
        currency[d],
        gross[d],
        discount[d],
        np.where(no_cost, NO_MONEY, cost)[d],
        (valid & ~of_test)[d],
        programme[d],
    )
    refunds = Refunds(
        owner[r],
        np.where(unnamed, -1, np.searchsorted(d, r)),
        brand.seconds(refund_day[r]),
        refund[r],
        currency[r],
        (valid[r] | unnamed) & ~of_test[r],
    )
    reasons = ["damaged", "not as described", "late", "changed mind"]
    writer.write(
        "refunds",
        {
            "refund_id": ids("R", np.arange(len(r)) + world.block * SPAN),
            "order_id": ids("O", np.where(unnamed, -1, number[r])),
            "party_id": party(np.where(drop < 0.5, owner[r], -1)),
            "refunded_at": times(brand.seconds(refund_day[r])),
            "amount": money(refund[r]),
            "currency": labels(CURRENCIES, currency[r]),
            "reason": labels(reasons, rng.integers(-1, len(reasons), len(r))),
        },
        ["refund_id"],
        f"b{world.block:03d}",
    )
    return Orders(
        number,
        customer,
        day,
        source,
        worlds["untouched"],
        currency,
        net,
        margin,
        kept,
        counts,
        programme,
        worlds,
        sold,
        refunds,
    )


def booked_to(brand: Brand, world: World, customer: Ints, day: Floats) -> Ints:
    """Party numbers of the orders: some are booked to a duplicate record that is merged later."""
    twin, merged = duplicates(brand, world)
    other = twin[customer]
    # A fixed half of the orders, without a draw: those of an odd second.
    odd = brand.seconds(day) % 2 == 1
    use = (other >= 0) & odd & (day > world.acquired[customer]) & (day < merged[customer])
    return np.where(use, other, world.first + customer)


def duplicates(brand: Brand, world: World) -> tuple[Ints, Floats]:
    """Party number of the duplicate record of each customer or -1, and when it was merged; (n,)."""
    rng = brand.rng("duplicates", world.block)
    twin, merged = np.full(world.n, -1), np.full(world.n, NEVER)
    count = max(1, round(brand["customers"]["duplicate"] * world.n))
    early = np.flatnonzero((world.acquired < brand.days * 0.6) & world.buys)
    chosen = np.sort(rng.choice(early, min(count, len(early)), replace=False))
    twin[chosen] = brand.customers + world.block * 100_000 + np.arange(len(chosen))
    merged[chosen] = world.acquired[chosen] + rng.uniform(60, 280, len(chosen))
    return twin, merged


def _half_years(brand: Brand) -> list[str]:
    first = brand.start.year * 2 + (brand.start.month > 6)
    count = -(-brand["calendar"]["months"] // 6)
    return [f"{(first + i) // 2}h{(first + i) % 2 + 1}" for i in range(count)]


def _write_lines(
    brand: Brand,
    world: World,
    writer: Writer,
    number: Ints,
    gross: Ints,
    discount: Ints,
    cost: Ints,
    no_cost: Bools,
    unit: Ints,
) -> None:
    """Split every order into one to four lines that sum to it exactly."""
    rng = brand.rng("lines", world.block)
    lines = 1 + rng.choice(4, size=len(number), p=[0.5, 0.3, 0.13, 0.07])
    order = np.repeat(np.arange(len(number)), lines)
    start = np.cumsum(lines) - lines
    place = np.arange(len(order)) - start[order]
    weight = rng.random(len(order)) + 0.2
    upto = np.cumsum(weight) - np.repeat(np.cumsum(weight)[start] - weight[start], lines)
    total = np.add.reduceat(weight, start)[order]
    is_last = place == lines[order] - 1

    def split(amount: Ints) -> Ints:
        ends = np.where(
            is_last,
            amount[order],
            np.floor(amount[order] * (upto / total) / unit[order]) * unit[order],
        )
        ends = ends.astype(np.int64)
        return np.diff(ends, prepend=0) + np.where(place == 0, np.concatenate([[0], ends[:-1]]), 0)

    line_gross, line_discount, line_cost = split(gross), split(discount), split(cost)
    wish = rng.choice([1, 2, 4], size=len(order), p=[0.75, 0.2, 0.05])
    quantity = np.where(line_gross % (wish * unit[order]) == 0, wish, 1)
    price = line_gross // quantity
    listed = np.where(
        rng.random(len(order)) < 0.1,
        (price * 1.1 // unit[order]).astype(np.int64) * unit[order],
        price,
    )
    unit_cost = np.rint(line_cost / quantity / unit[order]).astype(np.int64) * unit[order]
    writer.write(
        "order_lines",
        {
            "line_id": ids("L", np.arange(len(order)) + world.block * SPAN),
            "order_id": ids("O", number[order]),
            "product_id": ids("SKU", rng.integers(0, brand["orders"]["products"], len(order))),
            "quantity": counts(quantity),
            "unit_price": money(price),
            "list_price": money(listed),
            "unit_cost": money(np.where(no_cost[order], NO_MONEY, unit_cost)),
            "discount_amount": money(line_discount),
        },
        ["line_id"],
        f"b{world.block:03d}",
    )


def write_fx(brand: Brand, rates: Ints, writer: Writer) -> None:
    """Write the daily rates of every currency but the reporting one."""
    days = np.arange(rates.shape[1]) + brand.epoch_day - FX_DAYS_BEFORE
    writer.write(
        "fx_rates",
        {
            "rate_date": dates(np.tile(days, len(rates) - 1)),
            "currency": labels(CURRENCIES, np.repeat(np.arange(1, len(rates)), len(days))),
            "rate_to_reporting": Column(
                rates[1:].ravel(), "({0}::decimal(18,0) * 0.00000001)::decimal(18,8)"
            ),
        },
        ["rate_date", "currency"],
    )


TRIALING, ACTIVE, PAST_DUE, PAUSED, CANCELLED = range(5)
STATUS = ("trialing", "active", "past_due", "paused", "cancelled")


@dataclass
class Terms:
    """Terms of contracts, by contract and time; shape (rows,)."""

    contract: Ints
    customer: Ints  # place in the block
    second: Ints  # from which they hold
    state: Ints
    amount: Ints  # per month, hundredths of the currency
    currency: Ints


def write_subscriptions(brand: Brand, world: World, writer: Writer) -> Terms:
    """Write contracts: a state for each, moved once a month; one row for each change of terms.

    The monthly churn probability is Beta (shifted beta geometric, Fader & Hardie 2007), handed out
    so that loyal customers tend to get the low ones.
    """
    s = brand["subscriptions"]
    rng = brand.rng("subscriptions", world.block)
    count = max(2, round(s["share"] * world.n))
    chosen = np.sort(rng.choice(world.n, min(count, world.n), replace=False))
    second = chosen[rng.random(len(chosen)) < s["second"]]
    owner = np.concatenate([chosen, second])
    churn = np.sort(rng.beta(*s["churn"], size=len(owner)))
    rank = np.argsort(
        np.argsort(-world.loyalty[owner] + rng.normal(0, 0.2, len(owner)), kind="stable"),
        kind="stable",
    )
    churn = churn[rank]
    began = world.acquired[owner] + rng.exponential(s["start_after"], len(owner))
    began[len(chosen) :] += 20
    keep = began < brand.days - 1
    owner, churn, began = owner[keep], churn[keep], began[keep]
    size = len(owner)
    plans = list(s["plans"])
    prices = np.array([[round(s["plans"][p][c] * 100) for c in CURRENCIES] for p in plans])
    currency = currency_of(brand)[world.country[owner]]
    plan = rng.choice(len(plans), size=size, p=[0.55, 0.33, 0.12])
    quantity = 1 + (rng.random(size) < 0.1) * rng.integers(1, 5, size)
    trial_share, trial_days, trial_converts = s["trial"]
    same_month = rng.random(size) < s["same_month"]
    state = np.where((rng.random(size) < trial_share) & ~same_month, TRIALING, ACTIVE)
    rows: list[dict[str, np.ndarray]] = []

    def emit(which: Ints, when: Floats, asked: Floats | None = None) -> None:
        """Add rows with the present terms of subscriptions `which`."""
        ended = state[which] == CANCELLED
        rows.append(
            {
                "sub": which,
                "day": when,
                "state": state[which].copy(),
                "plan": plan[which].copy(),
                "quantity": quantity[which].copy(),
                "amount": np.where(
                    ended, 0, prices[plan[which], currency[which]] * quantity[which]
                ),
                "ended": np.where(ended, when, NEVER),
                "asked": np.full(len(which), NEVER) if asked is None else asked,
            }
        )

    everyone = np.arange(size)
    emit(everyone, began)
    # Started and ended within one month.
    month_end = brand.month_starts[np.minimum(brand.month(began) + 1, len(brand.month_starts) - 1)]
    quick = everyone[same_month & (month_end - began > 4)]
    state[quick] = CANCELLED
    ends = began[quick] + (month_end[quick] - began[quick]) * rng.uniform(0.3, 0.9, len(quick))
    emit(quick, ends, ends - 0.2)
    moved = began.copy()  # time of the last row
    moved[quick] = ends
    trial = everyone[state == TRIALING]
    decided = began[trial] + trial_days
    state[trial] = np.where(rng.random(len(trial)) < trial_converts, ACTIVE, CANCELLED)
    inside = decided < brand.days - 1
    state[trial[~inside]] = TRIALING
    emit(
        trial[inside],
        decided[inside],
        np.where(state[trial[inside]] == CANCELLED, decided[inside] - 1, NEVER),
    )
    moved[trial[inside]] = decided[inside]

    steps = brand["calendar"]["months"]
    for step in range(1, steps + 1):
        when = began + 30.4 * step + rng.uniform(0, 2, size)
        u, v, w = rng.random((3, size))
        able = (when < brand.days - 1) & (when > moved + 3) & (state != TRIALING)
        was = state.copy()
        leaves = able & (((was == ACTIVE) & (u < churn)) | ((was == PAST_DUE) & (u < 0.3)))
        stays = able & (was == ACTIVE) & ~leaves
        new_plan = stays & (v < s["plan_change"])
        more = stays & ~new_plan & (v < s["plan_change"] + s["quantity_change"])
        pauses = stays & ~new_plan & ~more & (w < s["pause"])
        owes = stays & ~new_plan & ~more & ~pauses & (w > 1 - s["past_due"])
        returns = able & (
            ((was == PAUSED) & (u < 0.5))
            | ((was == PAST_DUE) & ~leaves)
            | ((was == CANCELLED) & (u < s["reactivate"]))
        )
        state[leaves], state[pauses], state[owes], state[returns] = (
            CANCELLED,
            PAUSED,
            PAST_DUE,
            ACTIVE,
        )
        plan[new_plan] = (plan[new_plan] + 1 + (w[new_plan] < 0.3)) % len(plans)
        quantity[more] = np.where(
            (w[more] < 0.3) & (quantity[more] > 1), quantity[more] - 1, quantity[more] + 1
        )
        changed = everyone[leaves | new_plan | more | pauses | owes | returns]
        asked = np.where(
            leaves[changed], np.maximum(when[changed] - 6, moved[changed] + 0.5), NEVER
        )
        emit(changed, when[changed], asked)
        moved[changed] = when[changed]

    row = {name: np.concatenate([r[name] for r in rows]) for name in rows[0]}
    sub = row["sub"]
    writer.write(
        "subscriptions",
        {
            "subscription_id": ids("S", sub + world.block * SPAN),
            "valid_from": times(brand.seconds(row["day"])),
            "party_id": party(world.first + owner[sub]),
            "status": labels(STATUS, row["state"]),
            "plan_id": labels(plans, row["plan"]),
            "quantity": counts(row["quantity"]),
            "monthly_amount": money(row["amount"]),
            "currency": labels(CURRENCIES, currency[sub]),
            "started_at": times(brand.seconds(began[sub])),
            "ended_at": times(brand.seconds(row["ended"])),
            "cancel_requested_at": times(brand.seconds(row["asked"])),
        },
        ["subscription_id", "valid_from"],
        f"b{world.block:03d}",
    )
    second = brand.seconds(row["day"])
    order = np.lexsort((second, sub))
    return Terms(
        *(a[order] for a in (sub, owner[sub], second, row["state"], row["amount"], currency[sub]))
    )
