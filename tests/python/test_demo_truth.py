"""The demo brand is what it says: rates, effects, confounding and the mess have a known truth."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from statistics import NormalDist

import duckdb
import numpy as np
import pytest

from demo.__main__ import generate
from demo.claims import BASE, PROGRAMMES, WAVES, ask
from demo.mess import add_mess, write_defects
from demo.world import Brand, build, death_times
from orchestration.contract import read_contract
from orchestration.loading import load_input

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("brand")
    generate(Brand.read("default", 1), folder / "landing", folder / "truth")
    return folder / "landing", folder / "truth"


@pytest.fixture(scope="module")
def programmes(folders: tuple[Path, Path]) -> dict[str, dict]:
    return {row["programme_name"]: row for row in ask(PROGRAMMES, *folders)}


def test_confounded_programmes_fool_the_naive(programmes: dict[str, dict]) -> None:
    confounded = [r for r in programmes.values() if r["selection"] != "randomised"]
    assert {r["selection"] for r in confounded} == {"history", "loyalty"}
    assert all(r["naive"] >= 1.8 * r["true_effect"] for r in confounded)


def test_no_effect_is_exactly_none(programmes: dict[str, dict]) -> None:
    row = programmes["Spring coupons"]
    assert row["true_effect"] == 0 and row["later_effect"] == 0
    assert row["roi"] > 0 and row["naive"] > 0


def test_twins_have_equal_roi_and_different_halo(programmes: dict[str, dict]) -> None:
    card, ads = programmes["Club card"], programmes["Retargeting"]
    assert card["roi"] == pytest.approx(0.8, abs=1e-3) == ads["roi"]
    assert card["own_ror"] > 2 and ads["own_ror"] < 0


def test_costs_of_the_twins_follow_from_what_was_delivered(folders: tuple[Path, Path]) -> None:
    """ROI of the delivered orders that are coded to them, at the rates of their days."""
    landing, _ = folders
    rows = duckdb.sql(f"""
        with margins as (
            select o.programme_id,
                   sum((net_amount - cost_amount) * coalesce(rate_to_reporting, 1)) as margin
            from read_csv('{landing}/orders/*.csv') o
            left join read_csv('{landing}/fx_rates/*.csv') f
                on f.rate_date = o.ordered_at::date and f.currency = o.currency
            where programme_id in ('PR03', 'PR07') group by all
        )
        select margin / sum(amount) - 1
        from read_csv('{landing}/relationship_costs/*.csv') join margins using (programme_id)
        group by programme_id, margin""").fetchall()
    assert [roi for (roi,) in rows] == pytest.approx([0.8, 0.8], abs=0.03)


def test_realised_effects_agree_with_expected_ones(folders: tuple[Path, Path]) -> None:
    _, truth = folders
    rows = duckdb.sql(f"""
        with kept as (
            select sum(kept_margin) / sum(margin) as share
            from '{truth}/orders/*.parquet' where is_delivered
        ), gaps as (
            select programme_id, arm, expected_effect,
                   margin_with - margin_without - share * expected_effect as gap
            from '{truth}/programme_effects/*.parquet', kept
        )
        select programme_id, arm, avg(expected_effect), avg(gap), stddev(gap) / sqrt(count(*))
        from gaps group by all""").fetchall()
    assert len(rows) == 9
    assert {arm for _, arm, *_ in rows} == {None, "control", "treatment"}
    # Other programmes and incidents act on the same people: small against the effects.
    for programme, arm, effect, gap, se in rows:
        assert abs(gap) <= 4 * se + 0.1 * effect, (programme, arm)


def test_lot_gives_two_large_and_equal_arms(folders: tuple[Path, Path]) -> None:
    landing, truth = folders
    ((treated, controls, gap, se),) = duckdb.sql(f"""
        select count(*) filter (arm = 'treatment'), count(*) filter (arm = 'control'),
               avg(loyalty) filter (arm = 'treatment') - avg(loyalty) filter (arm = 'control'),
               stddev(loyalty) * 2 / sqrt(count(*))
        from read_csv('{landing}/treatment_assignments/*.csv')
        join '{truth}/customers/*.parquet' using (party_id)""").fetchall()
    assert min(treated, controls) > 100
    assert abs(gap) < 4 * se


def test_the_loyal_answer_more(folders: tuple[Path, Path]) -> None:
    waves = ask(WAVES, *folders)
    assert len(waves) == 8
    assert all(w["raw_nps"] > w["true_nps"] + 10 for w in waves if w["responses"] > 100)


def test_nps_is_what_the_scores_are_made_of(folders: tuple[Path, Path]) -> None:
    """The true NPS of the waves is that of a rounded normal score, within three errors."""
    brand = Brand.read("default", 1)
    base, per_loyalty, if_alive, sd = brand["surveys"]["score"]
    waves = duckdb.sql(f"from '{folders[1]}/nps_waves/*.parquet' order by wave").fetchall()
    customers = duckdb.sql(f"""
        select loyalty, epoch(first_ordered_at) as first, coalesce(epoch(died_at), 1e12) as died
        from '{folders[1]}/customers/*.parquet' where first_ordered_at is not null and not is_test
        """).fetchnumpy()
    assert len(waves) == 8
    gap = variance = 0.0
    for (_, count, promoters, detractors, *_, nps, _), month in zip(
        waves, brand.month_starts[2::3], strict=True
    ):
        sent = (month + 9.4 + brand.epoch_day) * 86400
        known = customers["first"] < sent - 5 * 86400
        mean = base + per_loyalty * customers["loyalty"] + if_alive * (customers["died"] > sent)
        low, high = (
            np.array([NormalDist().cdf((edge - m) / sd) for m in mean[known]])
            for edge in (6.5, 8.5)
        )
        expected = 1 - high - low
        gap += promoters - detractors - expected.sum()
        variance += np.sum(1 - high + low - expected**2)
        assert abs(count - known.sum()) <= 1  # times are stored in whole seconds
        assert nps == pytest.approx(100 * (promoters - detractors) / count)
    assert abs(gap) < 3 * np.sqrt(variance)


def test_base(folders: tuple[Path, Path]) -> None:
    (base,) = ask(BASE, *folders)
    assert base["customers"] == 5000
    assert 0.4 < base["alive_share"] < 0.8
    assert base["top_decile_share"] > 0.3


def test_spend_on_acquisition_follows_the_true_cost(folders: tuple[Path, Path]) -> None:
    landing, truth = folders
    ((spent, true),) = duckdb.sql(f"""
        select (select sum(amount) from read_csv('{landing}/relationship_costs/*.csv')
                where category = 'acquisition'),
               (select sum(new_customers * true_cac) from '{truth}/acquisition/*.parquet')
        """).fetchall()
    assert spent == pytest.approx(true, rel=0.03)


def test_death_times_stretch_what_is_left() -> None:
    life = np.array([10.0, 10.0, 10.0, 10.0])
    touch = np.array([[4.0, np.inf, 12.0, 8.0], [np.inf, 6.0, np.inf, 4.0]])
    # Last: at 4 half of 6 days is added (13), at 8 all of the remaining 5 once more (18).
    assert death_times(life, touch, np.array([1.0, 0.5])).tolist() == [16.0, 12.0, 10.0, 18.0]


def test_orders_nobody_touched_are_pareto_nbd() -> None:
    """Maximum likelihood on exact times finds the configured parameters within three errors."""
    optimize = pytest.importorskip("scipy.optimize")
    gammaln = pytest.importorskip("scipy.special").gammaln
    brand = Brand.read("default", 3)
    world = build(brand, 0, 0, 5000)
    happens = world.happens(np.full_like(world.touch, np.inf), world.life, 0.0)
    repeats = happens & (world.order_source == -1)
    who = world.order_customer[repeats]
    x = np.bincount(who, minlength=world.n)[world.buys].astype(float)
    last = world.acquired.copy()
    np.maximum.at(last, who, world.order_day[repeats])
    seen = (last - world.acquired)[world.buys]
    age = (brand.days - world.acquired)[world.buys]
    lift = np.array([c[1] for c in brand["customers"]["channels"].values()])
    lift = lift[world.channel][world.buys]
    nodes, weights = np.polynomial.legendre.leggauss(24)

    def loss(logs: np.ndarray) -> float:
        # Dropout time integrated in u = ln(m + time), see Fader & Hardie (2005) for the likelihood.
        r, alpha, s, beta = np.exp(logs)
        a = alpha / lift
        m = np.minimum(a, beta)
        low, high = np.log(m + seen), np.log(m + age)
        half = (high - low)[:, None] / 2
        u = (low + high)[:, None] / 2 + half * nodes
        time = np.exp(u) - m[:, None]
        left = -(r + x)[:, None] * np.log(a[:, None] + time) - (s + 1) * np.log(beta + time) + u
        alive = -(r + x) * np.log(a + age) - s * np.log(beta + age)
        top = np.maximum(alive, left.max(axis=1))
        gone = s * half[:, 0] * (np.exp(left - top[:, None]) @ weights)
        each = gammaln(r + x) - gammaln(r) + r * np.log(a) + s * np.log(beta)
        return -float(np.sum(each + top + np.log(np.exp(alive - top) + gone)))

    o = brand["orders"]
    true = np.log([o["r"], o["alpha"], o["s"], o["beta"]])
    found = optimize.minimize(loss, true, method="L-BFGS-B").x
    step = 0.02
    eye = np.eye(4) * step
    hessian = np.array([
        [(loss(found + i + j) - loss(found + i - j) - loss(found - i + j) + loss(found - i - j))
         / (4 * step**2) for j in eye] for i in eye
    ])  # fmt: skip
    errors = np.sqrt(np.diag(np.linalg.inv(hessian)))
    assert np.all(np.abs(found - true) < 3 * errors)
    assert np.all(errors < 0.3)


def test_mess_is_accounted_for(tmp_path: Path) -> None:
    """What the loader counts is what mess.csv says, input by input and file by file."""
    landing = tmp_path / "landing"
    rows = generate(Brand.read("tiny", 1), landing)
    write_defects(add_mess(landing), tmp_path / "truth")
    with (tmp_path / "truth" / "mess.csv").open(newline="") as text:
        defects = list(csv.DictReader(text))
    by_input: Counter[tuple[str, str]] = Counter()
    by_file: Counter[tuple[str, str]] = Counter()
    for defect in defects:
        by_input[defect["input"], defect["outcome"]] += int(defect["rows"])
        by_file[defect["input"], defect["file"]] += int(defect["rows"])
    outcomes = {"loaded", "duplicate", "replaced", "quarantined"}
    assert {outcome for _, outcome in by_input} == outcomes
    connection = duckdb.connect()
    connection.execute("create schema raw")
    (tmp_path / "quarantine").mkdir()
    for spec in read_contract(ROOT / "models/staging"):
        load = load_input(
            connection, spec, landing, tmp_path / "quarantine",
            hash_key=b"key", load_id="1", loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
        counted = (load.duplicates, load.replaced, load.quarantined)
        wanted = tuple(
            by_input[spec.name, outcome] for outcome in ("duplicate", "replaced", "quarantined")
        )
        assert counted == wanted, spec.name
        # The mess neither adds to what is true nor takes from it.
        assert load.loaded == rows.get(spec.name, 0), spec.name
        assert load.delivered == load.loaded + sum(counted), spec.name
        for file in load.files:
            wanted_rows = by_file.pop((spec.name, Path(file.name).name), file.rows)
            assert file.rows == wanted_rows, file
    assert not by_file
