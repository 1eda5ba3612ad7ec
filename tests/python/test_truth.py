"""The marts against the truth: they agree, a wrong mart is seen, and nobody reads the truth."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import ROOT, Run

from demo.__main__ import generate, generate_calm
from demo.accounts import divide, months_before
from demo.world import Brand
from tests.truth import CALM, FOLDER, Comparison, compare, connect

MARTS = sorted({file.stem.partition("__")[0] for file in FOLDER.glob("*.sql")})
# What a comparison watches to the last digit: a step too small to be seen in a total.
WATCHED = [
    ("advocacy_chains", "direct_referrals", "1"),
    ("advocacy_chains", "converted_referrals", "1"),
    ("advocacy_chains", "chain_depth", "1"),
    ("advocacy_chains", "credited_margin", "0.0001"),
    ("advocacy_chains", "rewards", "0.0001"),
    ("acquisition_costs", "booked_cost", "0.0001"),
    ("acquisition_costs", "reward_cost", "0.0001"),
    ("acquisition_costs", "new_customers", "1"),
    ("acquisition_costs", "cac", "0.01"),
    ("cohort_retention", "cohort_size", "1"),
    ("cohort_retention", "active_customers", "1"),
    ("community_scorecards", "active_members", "1"),
    ("community_scorecards", "questions", "1"),
    ("customer_lifetime_values", "historic_margin", "0.0001"),
    ("customer_months", "orders", "1"),
    ("customer_months", "gross_amount", "0.0001"),
    ("customer_months", "discount_amount", "0.0001"),
    ("customer_months", "refunded_amount", "0.0001"),
    ("customer_months", "net_amount", "0.0001"),
    ("customer_months", "margin_amount", "0.0001"),
    ("engagement_by_month", "events", "1"),
    ("engagement_by_month", "participants", "1"),
    ("engagement_by_month", "organic_events", "1"),
    ("engagement_by_month", "user_generated_events", "1"),
    ("engagement_by_month", "replies", "1"),
    ("engagement_by_month", "shares", "1"),
    ("engagement_by_month", "text_events", "1"),
    ("engagement_by_month", "other_language_texts", "1"),
    ("engagement_by_month", "impressions", "1"),
    ("engagement_by_month", "content_engagements", "1"),
    ("nps_by_period", "sent", "1"),
    ("nps_by_period", "delivered", "1"),
    ("nps_by_period", "reminders", "1"),
    ("nps_by_period", "bounced", "1"),
    ("nps_by_period", "opened", "1"),
    ("nps_by_period", "responded", "1"),
    ("nps_by_period", "detractors", "1"),
    ("nps_by_period", "nps", "0.01"),
    ("nps_follow_ups", "score", "1"),
    ("nps_follow_ups", "hours_to_follow_up", "0.001"),
    ("nps_follow_ups", "next_score", "1"),
    ("nps_follow_ups", "margin_180_days", "0.0001"),
    ("recurring_revenue_movements", "amount", "0.0001"),
    ("recurring_revenue_movements", "customers", "1"),
    ("recurring_revenue_movements", "closing_mrr", "0.0001"),
    ("relationship_scorecard", "value", "0.01"),
    ("relationship_scorecard", "numerator", "1"),
    ("response_times", "conversations", "1"),
    ("response_times", "answered", "1"),
    ("response_times", "answered_within_sla", "1"),
    ("response_times", "after_hours_conversations", "1"),
    ("response_to_retention", "customers", "1"),
    ("response_to_retention", "repurchasers", "1"),
    ("party_merges", "parties", "1"),
    ("ror_by_programme", "referral_margin", "0.0001"),
    ("ror_by_programme", "coded_margin", "0.0001"),
    ("ror_by_programme", "treated_parties", "1"),
    ("treatment_effects", "estimate", "1000"),
]
# Where not every row of a mart is compared, one that is.
SHOWN = {
    "ror_by_programme": "is_latest and segment = 'all' and party_type = 'all'",
    "treated_parties": "is_latest and segment = 'all' and party_type = 'customer'",
}


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The truth of the brand that the fixture `demo` runs on, made beside it."""
    folder = tmp_path_factory.mktemp("truth")
    generate(Brand.read("tiny", 1), folder / "landing", folder / "truth")
    return folder / "truth"


@pytest.fixture
def connection(demo: Run, truth: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(demo.current / "rapport.duckdb", truth) as connection:
        yield connection


def wrong(connection: duckdb.DuckDBPyConnection, mart: str = "*") -> list[Comparison]:
    return [one for one in compare(connection, f"{mart}__*") if not one.ok]


def test_the_run_was_on_the_brand_of_this_truth(demo: Run, truth: Path) -> None:
    mine = truth.parent / "landing"
    files = sorted(path.relative_to(mine) for path in mine.rglob("*") if path.is_file())
    landing = demo.home / "landing"
    assert files == sorted(p.relative_to(landing) for p in landing.rglob("*") if p.is_file())
    assert all((mine / file).read_bytes() == (landing / file).read_bytes() for file in files)


def test_every_mart_agrees_with_the_truth(connection: duckdb.DuckDBPyConnection) -> None:
    assert wrong(connection) == []
    assert {one.mart for one in compare(connection)} == set(MARTS)


@pytest.mark.parametrize("mart", MARTS)
def test_a_missing_row_is_seen(connection: duckdb.DuckDBPyConnection, mart: str) -> None:
    order = f"order by {SHOWN[mart]} desc" if mart in SHOWN else ""
    rows = f"select *, row_number() over ({order}) as place from publication.marts.{mart}"
    connection.execute(
        f"create or replace view marts.{mart} as"
        f" select * exclude (place) from ({rows}) where place > 1"
    )
    assert wrong(connection, mart)


@pytest.mark.parametrize(("mart", "column", "step"), WATCHED)
def test_one_wrong_value_is_seen(
    connection: duckdb.DuckDBPyConnection, mart: str, column: str, step: str
) -> None:
    shown = SHOWN.get(column) or SHOWN.get(mart) or f"{column} is not null"
    rows = f"select *, row_number() over (order by {shown} desc) as place"
    connection.execute(
        f"create or replace view marts.{mart} as select * exclude (place) replace"
        f" (case when place = 1 then {column} + {step} else {column} end as {column})"
        f" from ({rows} from publication.marts.{mart})"
    )
    assert wrong(connection, mart)


def test_running_totals_become_the_counts_of_each_day(demo: Run, truth: Path) -> None:
    columns = "content_id, metric_date, platform, impressions, organic_impressions"
    columns += ", engagements, shares"
    actual = f"select {columns} from '{truth}/content_days/*.parquet'"
    with duckdb.connect(str(demo.home / "build" / "rapport.duckdb"), read_only=True) as connection:
        found = "intermediate.int_content_metrics_differenced"
        assert connection.execute(f"select sum(cast(is_reset as int)) from {found}").fetchall() == [
            (1,)
        ]
        for one, other in (
            (actual, f"select {columns} from {found}"),
            (f"select {columns} from {found}", actual),
        ):
            assert connection.execute(f"{one} except all {other}").fetchall() == []


def test_a_post_stratified_score_far_off_or_missing_is_seen(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """The waves of so small a brand have too few strata to be compared: here they all are."""
    found = {}
    for instead in ("post_stratified_nps", "post_stratified_nps + 30", "null"):
        connection.execute(
            "create or replace view marts.nps_by_period as"
            f" select * replace ({instead} as post_stratified_nps, 4 as strata)"
            " from publication.marts.nps_by_period"
        )
        found[instead] = bool(wrong(connection, "nps_by_period"))
    assert list(found.values()) == [False, True, True]


def test_a_retained_margin_whose_interval_misses_the_truth_is_seen(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """No programme of so small a brand has a tier: here each is given one, and an interval."""
    found = {}
    for name, tier, low, n_treated in (
        ("wide", "B", -1e9, "n_treated"),
        ("beside the truth", "B", 1e8, "n_treated"),
        ("wide, of nobody", "A", -1e9, "0"),
        ("none", "none", 1e8, "n_treated"),
    ):
        connection.execute(
            "create or replace view marts.ror_by_programme as"
            f" select * replace ('{tier}' as evidence_tier, 0.0 as trimmed_share,"
            f" {n_treated} as n_treated, 0.0 as naive_margin, 2e8 as retained_margin,"
            f" {low} as retained_margin_low, 4e8 as retained_margin_high)"
            " from publication.marts.ror_by_programme"
        )
        missed = {one.quantity.split(",")[0] for one in wrong(connection, "ror_by_programme")}
        found[name] = sorted(missed)
    assert found == {
        "wide": ["customers counted"],
        "beside the truth": ["customers counted", "retained margin"],
        "wide, of nobody": ["customers counted"],
        "none": [],
    }


def test_returns_of_a_brand_with_evidence_of_every_tier_hold_the_truth(tmp_path: Path) -> None:
    """What `make bench-ror` does for forty brands of 50,000 customers, once for 5,000."""
    out = tmp_path / "out.csv"
    command = [sys.executable, "bench/ror.py", "--size", "default", "--seeds", "1", "--out", out]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with out.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    rows = {row["programme_id"]: row for row in found if row["lot"] == "0"}
    assert len(rows) == 8
    assert {row["evidence_tier"] for row in rows.values()} == {"A", "B", "C"}
    missed = {
        name
        for name, row in rows.items()
        if not float(row["retained_margin_low"])
        <= float(row["true_of_published"])
        <= float(row["retained_margin_high"])
    }
    assert missed == set()
    assert {row["wrong_referral_margins"] for row in rows.values()} == {"0"}
    held = [
        float(row["adjusted_low"]) <= float(row["true_effect"]) <= float(row["adjusted_high"])
        for row in found
        if row["lot"] != "0"
    ]
    assert len(held) == 10
    # by chance alone an interval of 95 % holds it in fewer one time in a hundred
    assert sum(held) >= 8


def test_a_value_that_is_not_there_is_not_ok() -> None:
    assert Comparison("mart", "quantity", 1.0, 1.05, 0.1).ok
    assert not Comparison("mart", "quantity", 1.0, 1.2, 0.1).ok
    assert not Comparison("mart", "quantity", 1.0, None, 0.1).ok
    assert not Comparison("mart", "quantity", None, 1.0, 0.1).ok


def test_command_prints_a_line_each_and_fails_where_one_is_not_ok(
    demo: Run, truth: Path, tmp_path: Path
) -> None:
    def told(folder: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.truth", "--home", str(demo.home), "--truth"]
        return subprocess.run(
            [*command, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
        )

    good = told(truth)
    assert good.returncode == 0, good.stdout + good.stderr
    assert re.search(
        r"^customer_months +margin amount +[\d,.]+ +[\d,.]+ +0 +yes$", good.stdout, re.M
    )
    generate(Brand.read("tiny", 2), tmp_path / "landing", tmp_path / "truth")
    bad = told(tmp_path / "truth")
    assert bad.returncode == 1
    assert "NO" in bad.stdout


def test_nothing_that_a_run_reads_names_the_truth() -> None:
    """No model, seed, macro, expectation, test of a model or step of the run knows of it."""
    tables = {"customer_margins", "mrr_movements", "referral_credits", "survey_periods"}
    tables |= {"coded_margins", "programme_effects", "nps_waves", "engagement_months"}
    tables |= {"content_days", "response_accounts", "follow_ups"}
    tables |= {"detractor_follow_ups", "referrer_accounts"}
    names = re.compile(rf"truth[/.]|--truth|data-truth|demo\.truth|\b({'|'.join(tables)})\b", re.I)
    rooms = ("models", "seeds", "macros", "expectations", "orchestration", "analyses", "tests/dbt")
    files = [path for room in rooms for path in (ROOT / room).rglob("*") if path.is_file()]
    files = [path for path in files if "__pycache__" not in path.parts]
    assert len(files) > 100
    named = [path for path in files if names.search(path.read_text("utf-8", errors="replace"))]
    assert named == []
    assert names.search("from 'data/truth/orders/*.parquet'")


def test_a_run_needs_no_truth(demo: Run) -> None:
    """The run of the fixture succeeded while no truth of its brand was anywhere near."""
    assert demo.code == 0
    assert not [path for path in demo.home.rglob("*") if path.name in ("truth", "mess.csv")]
    assert not {path.name for path in (demo.home / "landing").iterdir()} & {"truth", "customers"}


def test_rounding_is_half_away_from_zero() -> None:
    assert divide(np.array([5, -5, 4, -4, 15, -15]), 10).tolist() == [1, -1, 0, 0, 2, -2]


def test_months_before_keep_within_the_month() -> None:
    days = np.array(["2025-03-31", "2024-02-29", "2025-01-01"], "datetime64[D]").astype(int)
    shown = months_before(days, 12).astype("datetime64[D]").astype(str).tolist()
    assert shown == ["2024-03-31", "2023-02-28", "2024-01-01"]
    assert str(months_before(days[:1], 1).astype("datetime64[D]")[0]) == "2025-02-28"


def test_a_wrong_forecast_is_seen(tmp_path: Path) -> None:
    """A mart that knows the calm brand's future is right, and one that is a little off is not."""
    generate_calm(Brand.read("20k", 1), tmp_path / "landing", tmp_path / "truth")
    with duckdb.connect() as connection:
        connection.execute("create schema marts; create schema truth")
        files = tmp_path / "truth" / "outlooks" / "*.parquet"
        connection.execute(f"create table truth.outlooks as from read_parquet('{files}')")
        connection.execute(
            "create table marts.customer_lifetime_values as"
            " select party_id, expected_purchases as expected_orders,"
            " is_alive::int::double as p_alive,"
            " case when hash(party_id) % 20 = 0 then -1 else discounted_margin end"
            " as residual_clv_high, -2 as residual_clv_low from truth.outlooks where is_customer"
        )
        assert [one for one in compare(connection, folder=CALM) if not one.ok] == []
        for name, change in (
            (
                "orders of 52 weeks, as the true rates have it",
                "expected_orders = expected_orders * 1.03",
            ),
            ("share alive", "p_alive = p_alive - 0.006"),
            (
                "share alive, decile 1 of p_alive",
                "p_alive = case when p_alive < 0.5 then 0.02 else p_alive end",
            ),
            ("share whose value lies within its interval", "residual_clv_high = 1e9"),
        ):
            connection.execute("begin")
            connection.execute(f"update marts.customer_lifetime_values set {change}")
            found = {one.quantity for one in compare(connection, folder=CALM) if not one.ok}
            connection.execute("rollback")
            assert name in found
