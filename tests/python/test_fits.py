"""The fits: gradients, known parameters got back, published parameters got again, the history."""

from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import source_of

from orchestration import clv_history, fits

RANDOM = np.random.default_rng(20260101)


def simulate_pareto_nbd(
    customers: int, r: float, alpha: float, s: float, beta: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Repeat purchases, recency and age of customers of up to 100 weeks, at exact times."""
    age = RANDOM.uniform(20, 100, customers)
    alive_until = np.minimum(RANDOM.exponential(1 / RANDOM.gamma(s, 1 / beta, customers)), age)
    frequency = RANDOM.poisson(RANDOM.gamma(r, 1 / alpha, customers) * alive_until)
    # the last of x uniform times
    last = alive_until * RANDOM.uniform(size=customers) ** (1 / np.maximum(frequency, 1))
    return frequency.astype(float), np.where(frequency > 0, last, 0.0), age


def simulate_bg_nbd(
    customers: int, r: float, alpha: float, a: float, b: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    age = RANDOM.uniform(20, 100, customers)
    rate, dropout = RANDOM.gamma(r, 1 / alpha, customers), RANDOM.beta(a, b, customers)
    frequency, last = np.zeros(customers), np.zeros(customers)
    alive = np.ones(customers, bool)
    while alive.any():
        time = last + RANDOM.exponential(1 / rate)
        alive &= time <= age
        last = np.where(alive, time, last)
        frequency += alive
        alive &= RANDOM.uniform(size=customers) >= dropout
    return frequency, last, age


HISTORIES = (
    np.array([0.0, 1.0, 2.0, 7.0, 40.0, 300.0]),
    np.array([0.0, 3.0, 30.4, 12.0, 38.0, 38.86]),
    np.array([10.0, 38.86, 38.86, 38.0, 38.0, 38.86]),
    np.array([900.0, 300.0, 50.0, 9.0, 2.0, 1.0]),
)


@pytest.mark.parametrize(
    ("likelihood", "theta"),
    [
        (fits.bg_nbd_likelihood(*HISTORIES), (0.24, 4.4, 0.8, 2.4)),
        (fits.bg_nbd_likelihood(*HISTORIES), (2.0, 60.0, 1.0, 0.3)),
        (fits.pareto_nbd_likelihood(*HISTORIES), (0.55, 10.6, 0.6, 11.7)),
        (fits.pareto_nbd_likelihood(*HISTORIES), (1.5, 2.0, 2.0, 900.0)),
        (fits.pareto_nbd_likelihood(*HISTORIES), (1.5, 90.0, 0.3, 0.2)),
        (
            fits.gamma_gamma_likelihood(
                np.array([1.0, 2.0, 30.0]), np.array([12.0, 70.0, 33.3]), np.array([5.0, 3.0, 1.0])
            ),
            (6.2, 3.7, 15.4),
        ),
        (
            fits.sbg_likelihood(
                np.array([0.0, 1.0, 2.0, 7.0]),
                np.array([0.0, 369.0, 163.0, 5.0]),
                np.array([2.0, 3.0, 0.0, 241.0]),
            ),
            (0.7, 1.2),
        ),
    ],
)
def test_gradients_are_the_differences(
    likelihood: fits.Likelihood, theta: tuple[float, ...]
) -> None:
    point = np.array(theta)
    _, slopes = likelihood(point)
    for slope, unit in zip(slopes, np.eye(len(point)), strict=True):
        step = 1e-5 * (point @ unit) * unit
        difference = likelihood(point + step)[0] - likelihood(point - step)[0]
        assert slope == pytest.approx(difference / (2 * step.sum()), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize(
    "theta", [(0.55, 10.6, 0.6, 11.7), (1.5, 2.0, 2.0, 900.0), (2, 60, 0.3, 0.2)]
)
def test_pareto_nbd_likelihood_is_the_integral(theta: tuple[float, ...]) -> None:
    mpmath = pytest.importorskip("mpmath")
    r, alpha, s, beta = map(mpmath.mpf, theta)
    for x, last, age in ((0, 0, 38.86), (2, 30.43, 38.86), (300, 38, 38.86), (7, 12, 38)):
        one = [np.array([float(value)]) for value in (x, last, age, 1)]
        value, _ = fits.pareto_nbd_likelihood(*one)(np.array(theta, float))
        with mpmath.mp.workdps(40):
            points = [mpmath.mpf(last) + (age - last) * mpmath.mpf(k) / 16 for k in range(17)]
            dead = mpmath.quad(
                lambda time, x=x: (alpha + time) ** -(r + x) * (beta + time) ** -(s + 1), points
            )
            whole = (alpha + age) ** -(r + x) * (beta + age) ** -s + s * dead
            exact = mpmath.log(mpmath.gamma(r + x) / mpmath.gamma(r) * alpha**r * beta**s * whole)
        assert value == pytest.approx(float(exact), abs=1e-9, rel=1e-12)


def test_known_parameters_are_got_back() -> None:
    def near(found: fits.Fit, truth: dict[str, float]) -> None:
        assert found.converged
        for name, value in truth.items():
            assert abs(found.parameters[name] - value) < 4 * found.standard_errors[name], name

    ones = np.ones(60_000)
    pareto = {"r": 0.8, "alpha": 9.0, "s": 0.7, "beta": 12.0}
    near(fits.fit_pareto_nbd(*simulate_pareto_nbd(60_000, **pareto), ones), pareto)
    bg = {"r": 0.4, "alpha": 5.0, "a": 0.8, "b": 2.5}
    near(fits.fit_bg_nbd(*simulate_bg_nbd(60_000, **bg), ones), bg)

    count = RANDOM.integers(0, 6, 60_000).astype(float)
    rate = RANDOM.gamma(3.7, 1 / 15.4, 60_000)
    mean = RANDOM.gamma(6.2 * np.maximum(count, 1), 1 / (rate * np.maximum(count, 1)))
    euros = fits.fit_gamma_gamma(count, mean, ones)
    near(euros, {"p": 6.2, "q": 3.7, "v": 15.4})
    rupiahs = fits.fit_gamma_gamma(count, 1e5 * mean, ones)
    assert rupiahs.converged
    for name, unit in {"p": 1, "q": 1, "v": 1e5}.items():
        assert rupiahs.parameters[name] == pytest.approx(unit * euros.parameters[name], rel=1e-8)
        assert rupiahs.standard_errors[name] == pytest.approx(
            unit * euros.standard_errors[name], rel=1e-6
        )
    assert rupiahs.log_likelihood == pytest.approx(
        euros.log_likelihood - (count > 0).sum() * np.log(1e5), rel=1e-9
    )

    left = RANDOM.geometric(RANDOM.beta(0.7, 1.2, 60_000))
    lost = np.bincount(np.minimum(left, 13), minlength=14)[1:13]
    months = np.arange(1.0, 13.0)
    kept = np.where(months == 12, (left > 12).sum(), 0)
    near(fits.fit_sbg(months, lost, kept), {"alpha": 0.7, "beta": 1.2})


def test_grouped_customers_count_as_they_would_one_by_one() -> None:
    whole = simulate_pareto_nbd(3_000, 0.8, 9.0, 0.7, 12.0)
    days = [np.round(column) for column in whole]
    groups, counts = np.unique(np.stack(days), axis=1, return_counts=True)
    alone = fits.fit_pareto_nbd(*days, np.ones(3_000))
    grouped = fits.fit_pareto_nbd(*groups, counts.astype(float))
    assert grouped.log_likelihood == pytest.approx(alone.log_likelihood, rel=1e-9)
    for name, value in alone.parameters.items():
        assert grouped.parameters[name] == pytest.approx(value, rel=1e-6)


def test_the_unit_of_time_changes_only_the_scales() -> None:
    days = simulate_bg_nbd(3_000, 0.4, 30.0, 0.8, 2.5)
    ones = np.ones(3_000)
    by_day = fits.fit_bg_nbd(*days, ones)
    by_week = fits.fit_bg_nbd(days[0], days[1] / 7, days[2] / 7, ones)
    assert by_week.parameters["alpha"] * 7 == pytest.approx(by_day.parameters["alpha"], rel=1e-6)
    assert by_week.parameters["b"] == pytest.approx(by_day.parameters["b"], rel=1e-6)


def test_beyond_the_limit_a_hash_sample_is_fitted_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    histories = simulate_pareto_nbd(20_000, 0.8, 9.0, 0.7, 12.0)
    monkeypatch.setattr(fits, "MAX_GROUPS", 5_000)
    found = fits.fit_pareto_nbd(*histories, np.ones(20_000))
    again = fits.fit_pareto_nbd(*[column[::-1] for column in histories], np.ones(20_000))
    assert found.sample_fraction == pytest.approx(0.25, abs=0.02)
    assert found.customers == 20_000
    assert found.converged
    assert again.parameters["r"] == pytest.approx(found.parameters["r"], rel=1e-8)


def test_nothing_to_fit_is_said() -> None:
    nobody = np.zeros(3)
    with pytest.raises(fits.NoFit):
        fits.fit_bg_nbd(nobody, nobody, np.ones(3), np.ones(3))
    with pytest.raises(fits.NoFit):
        fits.fit_gamma_gamma(np.array([1.0]), np.array([-5.0]), np.ones(1))
    with pytest.raises(fits.NoFit):
        fits.fit_sbg(np.array([1.0]), np.zeros(1), np.ones(1))


def test_sbg_gives_the_published_parameters() -> None:
    """Fader & Hardie 2007, the cohort "Regular", seven years, and its forecast of year 12."""
    survivors = np.array([1000, 631, 468, 382, 326, 289, 262, 241.0])
    years = np.arange(1.0, 8.0)
    kept = np.where(years == 7, survivors[-1], 0)
    found = fits.fit_sbg(years, survivors[:-1] - survivors[1:], kept)
    alpha, beta = found.parameters["alpha"], found.parameters["beta"]
    assert (round(alpha, 3), round(beta, 3)) == (0.704, 1.182)
    assert round(found.log_likelihood, 1) == -1680.3
    kept_in_12 = np.prod([(beta + t - 1) / (alpha + beta + t - 1) for t in range(1, 13)])
    assert round(100 * kept_in_12, 1) == 17.0


def cdnow() -> tuple[np.ndarray, ...]:
    """The sample's customers to 1997-09-30: repeat days, recency and age in weeks, mean spend."""
    path = source_of("cdnow") / "CDNOW_sample.txt"
    with duckdb.connect() as connection:
        found = connection.execute(
            r"""
            with lines as (
                select regexp_split_to_array(trim(text), '\s+') as fields
                from read_csv(?, header = false, delim = '|', columns = {'text': 'varchar'})
            ),
            days as (
                select
                    fields[2] as customer,
                    cast(strptime(fields[3], '%Y%m%d') as date) as day,
                    sum(cast(fields[5] as decimal(10, 2))) as spend
                from lines
                where fields[3] <= '19970930'
                group by all
            ),
            firsts as (select *, min(day) over (partition by customer) as first_day from days)
            select
                cast(count(*) - 1 as double) as frequency,
                (max(day) - min(first_day)) / 7.0 as recency,
                (date '1997-09-30' - min(first_day)) / 7.0 as age,
                coalesce(
                    cast(sum(case when day > first_day then spend end) as double)
                    / nullif(count(*) - 1, 0), 0
                ) as spend
            from firsts
            group by customer
            order by customer
            """,
            [str(path)],
        ).fetchnumpy()
    return tuple(np.asarray(column, float) for column in found.values())


def test_cdnow_gives_the_published_parameters() -> None:
    """Fader, Hardie & Lee 2005 (BG/NBD and Pareto/NBD), Fader & Hardie 2013 (Gamma-Gamma)."""
    frequency, recency, age, spend = cdnow()
    ones = np.ones(len(frequency))
    published = {
        "bg_nbd": ({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.429),
        "pareto_nbd": ({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9594.976),
        "gamma_gamma": ({"p": 6.25, "q": 3.744, "v": 15.444}, -4055.918),
    }
    found = {
        "bg_nbd": fits.fit_bg_nbd(frequency, recency, age, ones),
        "pareto_nbd": fits.fit_pareto_nbd(frequency, recency, age, ones),
        "gamma_gamma": fits.fit_gamma_gamma(frequency, spend, ones),
    }
    for model, (parameters, log_likelihood) in published.items():
        assert found[model].converged
        assert round(found[model].log_likelihood, 3) == log_likelihood
        for name, value in parameters.items():
            digits = len(str(value).split(".")[1])
            assert round(found[model].parameters[name], digits) == value, (model, name)
    assert int(((frequency > 0) & (spend > 0)).sum()) == 946


@pytest.fixture
def build(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A build database with 500 simulated customers and no contracts."""
    frequency, recency, age = simulate_pareto_nbd(500, 0.8, 9.0, 0.7, 12.0)
    connection = duckdb.connect(str(tmp_path / "build.duckdb"))
    connection.execute("create schema intermediate")
    connection.execute(
        "create table intermediate.int_parameters_resolved as"
        " select date '2025-12-31' as as_of_date, 7.0::double as clv_time_unit_days,"
        " 100::bigint as clv_min_customers"
    )
    connection.execute(
        "create table intermediate.int_purchase_histories_grouped (basis varchar,"
        " observed_until date, frequency bigint, recency_days bigint, age_days bigint,"
        " customers bigint)"
    )
    connection.executemany(
        "insert into intermediate.int_purchase_histories_grouped values"
        " ('score', '2025-12-31', ?, ?, ?, 1)",
        [
            (int(x), int(7 * last), int(7 * end))
            for x, last, end in zip(frequency, recency, age, strict=True)
        ],
    )
    connection.execute(
        "create table intermediate.int_purchase_margins_grouped as"
        " select 'score' as basis, date '2025-12-31' as observed_until, 1::bigint as frequency,"
        " 10.0::decimal(28, 4) as repeat_margin_amount, 5::bigint as customers"
    )
    connection.execute(
        "create table intermediate.int_contract_terms_grouped"
        " (months bigint, customers_lost bigint, customers_kept bigint)"
    )
    return connection


def test_parameters_keep_their_history(build: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    history = tmp_path / "fits" / "clv_parameters.parquet"
    clv_history.refresh(build, history)
    query = (
        "select model, as_of_date, converged, is_current, r from fits.clv_parameters"
        " where variation = 0 order by all"
    )
    first = build.execute(query).fetchall()
    assert [(row[0], row[2]) for row in first] == [
        ("bg_nbd", True),
        ("gamma_gamma", False),  # five customers are too few, and the row says so
        ("pareto_nbd", True),
    ]

    variations = "select count(*) from fits.clv_parameters where variation != 0"
    assert build.execute(variations).fetchone() == (16,)  # of two models, up and down four ways

    build.execute("drop schema fits cascade")  # the build is made anew, the home stays
    said = clv_history.refresh(build, history)
    assert all(line.endswith("as kept") for line in said if "customers, log" in line)
    assert build.execute(query).fetchall() == first

    build.execute("update intermediate.int_parameters_resolved set as_of_date = '2026-01-31'")
    clv_history.refresh(build, history)
    kept = build.execute(query).fetchall()
    assert [row for row in kept if str(row[1]) == "2025-12-31"] == first
    assert len(kept) == 2 * len(first)

    build.execute("update intermediate.int_parameters_resolved set as_of_date = '2025-12-31'")
    build.execute("delete from intermediate.int_purchase_histories_grouped where frequency = 1")
    clv_history.refresh(build, history)
    now = [row for row in build.execute(query).fetchall() if str(row[1]) == "2025-12-31"]
    current = [row for row in now if row[3] and row[4] is not None]
    old = [row for row in now if not row[3]]
    assert [row[:3] for row in old] == [row[:3] for row in first if row[2]]
    assert {row[4] for row in current}.isdisjoint({row[4] for row in old})
