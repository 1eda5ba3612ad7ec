"""The hidden world of one block of customers: loyalty, lives, touches, every possible order.

Times are days since the first instant of the data (float). Loyalty stands behind everything:

    loyalty B ~ Beta(r, s), pace G ~ Gamma(r + s)
    purchase rate = G * B / alpha, dropout rate = G * (1 - B) / beta

so that the two rates are independent gammas, which is exactly the Pareto/NBD model (Schmittlein,
Morrison & Colombo 1987), and yet the loyal buy more *and* stay longer. Programmes add orders for a
while (uplift) and stretch the remaining lifetime. Orders of every possible world are drawn once
(common random numbers); a world keeps those that happen in it. So the effect of a programme on a
person is a difference of two known sums.
"""

from __future__ import annotations

import zlib
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from .tables import Bools, Floats, Ints

DAY = 86_400
NEVER = np.inf


@dataclass(frozen=True)
class Brand:
    """The configuration, and the random streams: one for each name and block."""

    config: dict[str, Any]
    seed: int
    customers: int

    @classmethod
    def read(cls, size: str, seed: int) -> Brand:
        """Read brand.yml beside this module."""
        config = yaml.safe_load((Path(__file__).parent / "brand.yml").read_text("utf-8"))
        return cls(config, seed, int(config["sizes"][size]))

    def calm(self) -> Brand:
        """Return the brand where nothing changes a customer's rate or life on the way."""
        config = deepcopy(self.config)
        for programme in config["programmes"]:
            programme |= {"uplift": 0.0, "stretch": 0.0}
        config["service"]["incident_stretch"] = 0.0
        return replace(self, config=config)

    def __getitem__(self, section: str) -> Any:
        """Return a section of the configuration."""
        return self.config[section]

    def rng(self, name: str, block: int = 0) -> np.random.Generator:
        """Return the stream of a name: a new input does not shift the others."""
        sequence = np.random.SeedSequence(self.seed, spawn_key=(zlib.crc32(name.encode()), block))
        return np.random.Generator(np.random.PCG64(sequence))

    @property
    def start(self) -> date:
        """First day of the data."""
        return self["calendar"]["start"]

    @property
    def month_starts(self) -> Floats:
        """First instants of the months and of the one after the last, in days, (months + 1,)."""
        first = np.datetime64(self.start, "M")
        months = first + np.arange(self["calendar"]["months"] + 1)
        return (months.astype("datetime64[D]") - np.datetime64(self.start, "D")).astype(float)

    @property
    def days(self) -> float:
        """Length of the data in days."""
        return float(self.month_starts[-1])

    @property
    def epoch_day(self) -> int:
        """Days from 1970 to the first day of the data."""
        return int(np.datetime64(self.start, "D").astype(int))

    def seconds(self, days: Floats) -> Ints:
        """Seconds since 1970, for `times`; what is not finite or too late becomes null (-1)."""
        inside = np.isfinite(days) & (days < self.days - 1 / DAY)
        return np.where(
            inside, np.rint(np.where(inside, days, 0.0) * DAY) + self.epoch_day * DAY, -1
        ).astype(np.int64)

    def month(self, days: Floats) -> Ints:
        """Month number 0, 1, ... of times, shape as given."""
        return np.searchsorted(self.month_starts, days, side="right") - 1

    @property
    def programmes(self) -> list[dict[str, Any]]:
        """The programmes, in the order of their rows in `World.touch`."""
        return self["programmes"]

    def blocks(self) -> list[tuple[int, int, int]]:
        """(block, first customer number, customers) of every block."""
        step = self["block"]
        return [
            (i, first, min(step, self.customers - first))
            for i, first in enumerate(range(0, self.customers, step))
        ]


def pick(
    rng: np.random.Generator, shares: dict[str, Any], size: int, at: int | None = None
) -> Ints:
    """Draw codes by share; `at` is the place of the share where entries are lists."""
    weights = np.array([v if at is None else v[at] for v in shares.values()], float)
    return rng.choice(len(weights), size=size, p=weights / weights.sum()).astype(np.int64)


def logistic(x: Floats) -> Floats:
    """Inverse of the logit."""
    return 1 / (1 + np.exp(-x))


def texts_by_mood(
    brand: Brand, rng: np.random.Generator, trouble: Floats
) -> tuple[list[str], Ints]:
    """All texts with a mood, and a drawn one for each row: the more trouble (0..1), the worse."""
    moods = [brand["texts"][m] for m in ("positive", "neutral", "negative")]
    size = len(trouble)
    u = rng.random(size) + 0.5 * (trouble - 0.4)
    mood = np.where(u < 0.45, 0, np.where(u < 0.78, 1, 2))
    first = np.cumsum([0, *map(len, moods)])
    count = np.array(list(map(len, moods)))
    return [text for texts in moods for text in texts], first[mood] + (
        rng.random(size) * count[mood]
    ).astype(int)


def is_german(texts: list[str]) -> Ints:
    """1 for a German text, 0 for an English one; shape (texts,)."""
    return np.array([any(w in t for w in ("ich bin", "Wann")) for t in texts]).astype(np.int64)


@dataclass
class World:
    """One block of n customers and the e orders that are possible.

    Shapes: (n,) unless said otherwise; P programmes.
    """

    block: int
    first: int
    n: int
    # customers
    acquired: Floats = field(repr=False)  # time of the first order
    created: Floats = field(repr=False)
    buys: Bools = field(repr=False)
    is_test: Bools = field(repr=False)
    loyalty: Floats = field(repr=False)
    rate: Floats = field(repr=False)  # orders per day
    hazard: Floats = field(repr=False)  # dropouts per day
    margin: Floats = field(repr=False)  # mean margin per order, EUR
    channel: Ints = field(repr=False)
    country: Ints = field(repr=False)
    segment: Ints = field(repr=False)
    life: Floats = field(repr=False)  # time of death without any touch
    death: Floats = field(repr=False)  # time of death as it happened
    touch: Floats = field(repr=False)  # first touches, (P + 1, n); the last row: bad incident
    assigned: Floats = field(repr=False)  # randomised programmes: when, shape (P, n)
    treated: Bools = field(repr=False)  # randomised programmes: by lot, shape (P, n)
    # conversations with the brand that may happen, sorted by time
    talk_customer: Ints = field(repr=False)
    talk_day: Floats = field(repr=False)
    talk_channel: Ints = field(repr=False)
    talk_answered: Bools = field(repr=False)
    # orders of all possible worlds, sorted by time
    order_customer: Ints = field(repr=False)
    order_day: Floats = field(repr=False)
    order_source: Ints = field(
        repr=False
    )  # programme that makes it possible; -1: none, -2: first order
    order_margin: Floats = field(repr=False)  # EUR, before refunds

    def happens(
        self, touch: Floats, death: Floats, effect_days: float, inside: slice = slice(None)
    ) -> Bools:
        """Say which orders happen in the world with these touches and deaths, shape (e,)."""
        who, when, source = (
            a[inside] for a in (self.order_customer, self.order_day, self.order_source)
        )
        begun = touch[np.maximum(source, 0), who]
        lifted = (source < 0) | ((begun <= when) & (when < begun + effect_days))
        return self.buys[who] & ((source == -2) | (lifted & (when < death[who])))


def death_times(life: Floats, touch: Floats, stretch: Floats) -> Floats:
    """Times of death (n,) after touches (K, n), each of which stretches what is left by (K,)."""
    death = life.copy()
    if not len(touch):
        return death
    everyone = np.arange(touch.shape[1])
    for row in np.argsort(touch, axis=0, kind="stable"):
        when = touch[row, everyone]
        left = np.where(when < death, death - when, 0.0)
        death = death + left * np.where(left > 0, stretch[row], 0.0)
    return death


def stretches(brand: Brand) -> Floats:
    """Stretch of every row of `World.touch`, shape (P + 1,)."""
    own = [p["stretch"] for p in brand.programmes]
    return np.array([*own, brand["service"]["incident_stretch"]], float)


def build(brand: Brand, block: int, first: int, n: int) -> World:
    """Draw one block of customers with all that can happen to them."""
    who, o, m = brand["customers"], brand["orders"], brand["margin"]
    rng = brand.rng("customers", block)
    acquired = np.sort(rng.uniform(0.02, brand.days - 0.5, n))
    created = np.maximum(
        acquired - rng.exponential(who["registration_lead"], n), 0.01 * rng.random(n)
    )
    buys = rng.random(n) >= who["never_ordering"]
    is_test = rng.random(n) < who["test"]
    channel = pick(rng, who["channels"], n, 0)
    country = pick(rng, who["countries"], n, 0)
    segment = pick(rng, who["segments"], n)
    loyalty = rng.beta(o["r"], o["s"], n)
    pace = rng.gamma(o["r"] + o["s"], size=n)
    multiplier = np.array([c[1] for c in who["channels"].values()])[channel]
    rate = pace * loyalty / o["alpha"] * multiplier
    hazard = pace * (1 - loyalty) / o["beta"]
    life = acquired + rng.exponential(size=n) / np.maximum(hazard, 1e-12)
    scale = m["gamma"] / rng.gamma(m["q"], size=n)
    mean_margin = m["p"] * scale

    # Orders that can happen: repeat orders at the own rate, further ones for each programme.
    rng = brand.rng("orders", block)
    alive_days = brand.days - acquired
    customers, days, sources = [np.arange(n)], [acquired], [np.full(n, -2)]
    for source, lift in [(-1, 1.0), *((i, p["uplift"]) for i, p in enumerate(brand.programmes))]:
        owner = np.repeat(np.arange(n), rng.poisson(rate * lift * alive_days))
        customers.append(owner)
        days.append(acquired[owner] + rng.random(len(owner)) * alive_days[owner])
        sources.append(np.full(len(owner), source))
    order_customer, order_day, order_source = map(np.concatenate, (customers, days, sources))
    by_time = np.argsort(order_day, kind="stable")
    order_customer, order_day, order_source = (
        a[by_time] for a in (order_customer, order_day, order_source)
    )
    order_day = np.minimum(order_day, brand.days - 2 / DAY)  # later ones would have no time
    order_margin = rng.gamma(m["p"], size=len(order_day)) * scale[order_customer]

    # Conversations that can happen. The first unanswered one shortens the remaining life.
    s = brand["service"]
    rng = brand.rng("talks", block)
    talks = rng.poisson(s["per_day"] * (1.4 - 0.6 * loyalty) * alive_days)
    talk_customer = np.repeat(np.arange(n), talks)
    talk_day = acquired[talk_customer] + rng.random(len(talk_customer)) * alive_days[talk_customer]
    by_time = np.argsort(talk_day, kind="stable")
    talk_customer, talk_day = talk_customer[by_time], talk_day[by_time]
    talk_channel = pick(rng, s["channels"], len(talk_day))
    unanswered = np.array([s["unanswered"][c] for c in s["channels"]])[talk_channel]
    talk_answered = rng.random(len(talk_day)) >= unanswered
    count = len(brand.programmes)
    touch = np.full((count + 1, n), NEVER)
    np.minimum.at(touch[count], talk_customer[~talk_answered], talk_day[~talk_answered])

    world = World(
        block,
        first,
        n,
        acquired,
        created,
        buys,
        is_test,
        loyalty,
        rate,
        hazard,
        mean_margin,
        channel,
        country,
        segment,
        life,
        life.copy(),
        touch,
        np.full((count, n), NEVER),
        np.zeros((count, n), bool),
        talk_customer,
        talk_day,
        talk_channel,
        talk_answered,
        order_customer,
        order_day,
        order_source,
        order_margin,
    )
    _touch_month_by_month(brand, world)
    return world


def _touch_month_by_month(brand: Brand, world: World) -> None:
    """Draw the touches of every programme, month by month, from what happened before the month."""
    rng = brand.rng("touches", world.block)
    o, starts, stretch = brand["orders"], brand.month_starts, stretches(brand)
    spread = np.sqrt(o["r"] * o["s"] / ((o["r"] + o["s"]) ** 2 * (o["r"] + o["s"] + 1)))
    standard = (world.loyalty - o["r"] / (o["r"] + o["s"])) / spread
    bounds = np.searchsorted(world.order_day, starts)
    orders = np.zeros((len(starts) - 1, world.n))  # factual orders by month
    for month in range(len(starts) - 1):
        world.death = death_times(world.life, world.touch, stretch)
        known = world.acquired < starts[month]
        recent = orders[max(0, month - 6) : month].sum(axis=0)
        day = starts[month] + rng.random((len(brand.programmes), world.n)) * (
            starts[month + 1] - starts[month]
        )
        lot = rng.random((3, len(brand.programmes), world.n))
        for row, programme in enumerate(brand.programmes):
            untouched = known & np.isinf(world.touch[row])
            if not programme["months"][0] <= month + 1 <= programme["months"][1]:
                continue
            if programme["selection"] == "randomised":
                chosen = (
                    known
                    & world.buys
                    & np.isinf(world.assigned[row])
                    & (month + 1 in programme["assigned"])
                )
                world.assigned[row, chosen] = starts[month] + 0.25
                world.treated[row, chosen] = lot[0, row, chosen] < 0.5
                taken = chosen & (lot[1, row] < programme["uptake"])
                hit = taken & world.treated[row]
                world.touch[row, hit] = starts[month] + 0.3 + 3 * lot[2, row, hit]
                continue
            a, b = programme["logit"]
            if programme["selection"] == "history":
                hit = untouched & (lot[0, row] < logistic(a + b * np.log1p(recent)))
            else:
                living = day[row] < world.death
                hit = untouched & living & (lot[0, row] < logistic(a + b * standard))
            world.touch[row, hit] = day[row, hit]
        # What really happened in this month is known now: later touches change later months only.
        world.death = death_times(world.life, world.touch, stretch)
        inside = slice(bounds[month], bounds[month + 1])
        happened = world.happens(world.touch, world.death, o["effect_days"], inside)
        orders[month] = np.bincount(world.order_customer[inside][happened], minlength=world.n)
