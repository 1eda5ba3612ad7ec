"""The SQL scores against the closed forms at 50 digits, where double precision has a hard time."""

import datetime
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT
from mpmath import hyp2f1, log, mp, mpf, quad

UNIT = 7.0  # days
HORIZON = 39.0  # weeks
SMALLEST = 1e-250  # below, the exponents themselves are rounded to more than 1e-9
TOLERANCE = 1e-9
STRIDE = 29  # of the grid, which is 9,657 and 9,546 cases
AWKWARD = 81  # from here on the parameters are singular or extreme on purpose
AGES = (1, 3, 30, 272, 3650, 14600)  # days
HISTORIES = sorted(
    {(0, 0, age) for age in (0, *AGES)}
    | {
        (x, max(1, round(age * share)), age)
        for x, age, share in itertools.product(
            (1, 2, 5, 30, 200, 1000), AGES, (0.05, 0.5, 0.97, 1.0)
        )
        if x <= 3 or age >= 30
    }
)
PARETO_NBD = [  # r, alpha, s, beta
    *itertools.product((0.05, 0.55, 3.0), (0.5, 10.6, 300.0), (0.05, 0.61, 3.0), (0.1, 11.7, 1e4)),
    (0.55, 10.6, 1.0, 11.7),
    (0.55, 10.6, 1.0 + 1e-9, 11.7),
    (0.55, 10.6, 0.61, 10.6),
    (0.55, 10.6, 0.61, 10.6 * (1 + 1e-12)),
    (0.55, 10.6, 25.0, 1e6),
    (40.0, 1e4, 0.61, 1e-3),
]
BG_NBD = [  # r, alpha, a, b
    *itertools.product((0.05, 0.24, 3.0), (0.5, 4.4, 300.0), (0.05, 0.79, 5.0), (0.05, 2.4, 40.0)),
    (0.24, 4.4, 1.0, 2.4),
    (0.24, 4.4, 1.0 + 1e-9, 2.4),
    (0.24, 4.4, 0.4, 0.6),
    (0.24, 4.4, 0.4, 0.6 + 1e-9),
    (0.24, 4.4, 12.0, 300.0),
]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQL of the models, as dbt compiles them."""
    home = tmp_path_factory.mktemp("compiled")
    (home / "build").mkdir()
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"),
            "compile",
            "--select",
            "int_pareto_nbd_scored",
            "int_bg_nbd_scored",
            "int_purchase_chances_scored",
        ],
        cwd=ROOT,
        env=os.environ
        | {"HOME_DIR": str(home), "DBT_TARGET_PATH": str(home), "DBT_LOG_PATH": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return home / "compiled" / "rapport" / "models" / "intermediate" / "value"


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with every history of the grid, to be scored with every set of parameters."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as rapport")
        connection.execute("create schema rapport.intermediate")
        connection.execute(
            "create table rapport.intermediate.int_purchase_histories_grouped ("
            "basis varchar, observed_until date, frequency bigint, recency_days bigint,"
            " age_days bigint, customers bigint)"
        )
        connection.execute(
            "create table rapport.intermediate.int_purchase_histories_dated ("
            "frequency bigint, recency_days bigint, age_days bigint)"
        )
        connection.executemany(
            "insert into rapport.intermediate.int_purchase_histories_grouped"
            " values ('score', ?, ?, ?, ?, 1)",
            [(datetime.date(2025, 12, 31), *history) for history in HISTORIES],
        )
        yield connection


def score(
    connection: duckdb.DuckDBPyConnection,
    compiled: Path,
    model: str,
    names: str,
    parameters: list[tuple[float, ...]],
    discount: float = 0.0,
) -> list[tuple[float, ...]]:
    """Score the grid: rows (parameters' number, x, t_x, T, P(alive), orders, discounted, …)."""
    connection.execute(
        "create table rapport.intermediate.int_clv_parameters_chosen ("
        "basis varchar, model varchar, variation bigint, r double, alpha double, s double,"
        " beta double, a double, b double, time_unit_days double, horizon double, discount double)"
    )
    connection.executemany(
        "insert into rapport.intermediate.int_clv_parameters_chosen"
        f" (basis, model, variation, time_unit_days, horizon, discount, {names})"
        " values ('score', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(model, i, UNIT, HORIZON, discount, *row) for i, row in enumerate(parameters)],
    )
    query = (compiled / f"int_{model}_scored.sql").read_text(encoding="utf-8")
    purchase = "p_purchase"
    if model == "pareto_nbd":
        chances = (compiled / "int_purchase_chances_scored.sql").read_text(encoding="utf-8")
        query = f"{query}) join ({chances}) using (basis, variation, frequency, age_days"
        purchase = "p_alive * p_purchase_alive"
    return connection.execute(
        "select variation, frequency, recency_days, age_days, p_alive, expected_orders,"
        f" discounted_orders, twice_discounted_orders, discounted_pairs, {purchase} from ({query})"
        " order by all"
    ).fetchall()


def power_ratio(span: mpf, exponent: mpf) -> mpf:
    """(e^(exponent × span) - 1) / exponent, with its limit at 0."""
    return span if exponent == 0 else (mp.exp(exponent * span) - 1) / exponent


def pareto_nbd(parameters: tuple[float, ...], x: int, last: int, age: int) -> tuple[mpf, ...]:
    """P(alive) and expected orders (Schmittlein, Morrison & Colombo 1987; Fader & Hardie 2005)."""
    r, alpha, s, beta = map(mpf, parameters)
    recency, now, horizon = last / mpf(UNIT), age / mpf(UNIT), mpf(HORIZON)
    shape = r + x
    large, small = max(alpha, beta), min(alpha, beta)
    second = s + 1 if alpha >= beta else shape

    def tail(time: mpf) -> mpf:
        return hyp2f1(shape + s, second, shape + s + 1, (large - small) / (large + time)) / (
            (shape + s) * (large + time) ** (shape + s)
        )

    dead = s * (tail(recency) - tail(now)) * (alpha + now) ** shape * (beta + now) ** s
    alive = 1 / (1 + dead)
    life = power_ratio(log(1 + horizon / (beta + now)), 1 - s) * (beta + now)
    return alive, alive * shape / (alpha + now) * life


def bg_nbd(parameters: tuple[float, ...], x: int, last: int, age: int) -> tuple[mpf, ...]:
    """P(alive) and expected orders (Fader, Hardie & Lee 2005, equations 10 and following)."""
    r, alpha, a, b = map(mpf, parameters)
    recency, now, horizon = last / mpf(UNIT), age / mpf(UNIT), mpf(HORIZON)
    nudge = mpf(10) ** -40  # off the removable singularities at a = 1 and a + b + x = 1
    a = a + nudge if a == 1 else a
    b = b + nudge if a + b + x == 1 else b
    shape, joint = r + x, a + b + x - 1
    alive = mpf(1)
    if x:
        alive = 1 / (1 + a / (b + x - 1) * ((alpha + now) / (alpha + recency)) ** shape)
    z = horizon / (alpha + now + horizon)
    orders = joint / (a - 1) * (1 - (1 - z) ** shape * hyp2f1(shape, b + x, joint, z))
    return alive, alive * orders


def worst(
    rows: list[tuple[float, ...]], parameters: list[tuple[float, ...]], exact: object
) -> dict[str, tuple[float, object]]:
    """Return the largest relative error of P(alive) and expected orders, and where it is."""
    found: dict[str, tuple[float, object]] = {
        "p_alive": (0.0, None),
        "expected_orders": (0.0, None),
    }
    with mp.workdps(90):  # 50 digits are left where the closed forms cancel
        for number, x, last, age, *scores in rows:
            reference = exact(parameters[number], x, last, age)  # type: ignore[operator]
            for name, value, truth in zip(found, scores, reference, strict=False):
                if truth < SMALLEST:
                    assert value <= 2 * SMALLEST
                    continue
                error = float(abs(mpf(value) / truth - 1))
                if error > found[name][0]:
                    found[name] = (error, (parameters[number], x, last, age, value, float(truth)))
    return found


@pytest.mark.parametrize(
    ("model", "names", "parameters", "exact"),
    [
        ("pareto_nbd", "r, alpha, s, beta", PARETO_NBD, pareto_nbd),
        ("bg_nbd", "r, alpha, a, b", BG_NBD, bg_nbd),
    ],
)
def test_scores_are_exact_to_nine_digits(
    connection: duckdb.DuckDBPyConnection,
    compiled: Path,
    model: str,
    names: str,
    parameters: list[tuple[float, ...]],
    exact: object,
) -> None:
    rows = score(connection, compiled, model, names, parameters)
    assert len(rows) == len(parameters) * len(HISTORIES)
    for *_, alive, orders, discounted, twice, pairs, purchase in rows:
        for value in (alive, orders, discounted, twice, pairs, purchase):
            assert value is not None and 0 <= value < float("inf")
        assert max(alive, purchase) <= 1
        assert discounted == pytest.approx(orders, rel=1e-9)  # at a rate of 0
    awkward = [row for row in rows if row[0] >= AWKWARD]
    checked = [
        *rows[::STRIDE],
        *awkward[::3],
    ]  # the reference takes its time; the rest was seen once
    for name, (error, place) in worst(checked, parameters, exact).items():
        assert error < TOLERANCE, (name, place)


def test_discounting_is_the_integral_over_the_horizon(
    connection: duckdb.DuckDBPyConnection, compiled: Path
) -> None:
    rate = float(log(mpf("1.1"))) * UNIT / 365.25
    parameters = [(0.55, 10.6, 0.61, 11.7), (3.0, 0.5, 3.0, 0.1), (0.55, 10.6, 1.0, 1e4)]
    rows = score(connection, compiled, "pareto_nbd", "r, alpha, s, beta", parameters, rate)
    for number, x, _, age, alive, _, discounted, twice, pairs, _ in rows[::7]:
        r, alpha, s, beta = map(mpf, parameters[number])
        now = age / mpf(UNIT)
        pace = (r + x) / (alpha + now)

        def lives(
            time: mpf, faster: int = 1, s: mpf = s, scale: mpf = beta + now
        ) -> mpf:  # bound now, used at once
            return (scale / (scale + time)) ** s * mp.exp(-faster * rate * time)

        def annuity(time: mpf, lives: object = lives) -> mpf:
            return 2 * (1 - mp.exp(-rate * time)) / rate * lives(time)  # type: ignore[operator]

        with mp.workdps(20):
            parts = [0, 0.01, 0.1, 1, 5, HORIZON]
            expected = [
                alive * pace * quad(lives, parts),
                alive * pace * quad(lambda time, f=lives: f(time, 2), parts),
                alive * pace * (r + x + 1) / (alpha + now) * quad(annuity, parts),
            ]
        for value, truth in zip((discounted, twice, pairs), expected, strict=True):
            if truth > SMALLEST:
                assert value == pytest.approx(float(truth), rel=1e-9)
