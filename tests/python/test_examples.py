"""The examples: what is published of real data equals what can be counted in its files."""

import json
import math
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import Run, rows, run_pipeline, source_of


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data home for all examples, one after the other: dbt parses the project once."""
    return tmp_path_factory.mktemp("examples")


def audit_totals(done: Run) -> set[Decimal]:
    """Return what each table of the customer-base audit sums to; one figure where they agree."""
    marts = ("spend_deciles", "cohort_evolution", "revenue_by_cohort", "customer_months")
    totals = {rows(done, f"select sum(net_amount) from marts.{mart}")[0][0] for mart in marts}
    bridged = rows(
        done,
        "select sum(net_amount_after) + sum(case when period_start = first_start"
        " then net_amount_before else 0 end)"
        " from marts.period_bridge, (select min(period_start) as first_start"
        " from marts.period_bridge where period_type = 'quarter') where period_type = 'quarter'",
    )
    return totals | {bridged[0][0]}


def total_of_raw(done: Run) -> Decimal:
    """Return orders less refunds as loaded, from the month of each customer's first order on."""
    with duckdb.connect(str(done.home / "build" / "rapport.duckdb"), read_only=True) as build:
        found = build.execute(
            "with first as (select party_id, date_trunc('month', min(ordered_at)) as month"
            " from raw.orders where party_id is not null group by party_id)"
            " select (select sum(net_amount) from raw.orders where party_id is not null)"
            " - coalesce((select sum(amount) from raw.refunds inner join first using (party_id)"
            " where refunded_at >= first.month), 0)"
        ).fetchone()
    assert found is not None
    return found[0]


def test_online_retail_agrees_with_its_counts(home: Path) -> None:
    source = source_of("online_retail")
    done = run_pipeline(home, EXAMPLE="online_retail", SOURCE=str(source))
    assert done.code == 0, done.said
    assert rows(done, "select count(*) from marts.parties where is_customer") == [(4372,)]
    figures = {
        row["figure"]: row["value"]
        for row in json.loads((done.current / "manifest.json").read_text())["headline"]
    }
    assert round(figures["order lines less refunds, GBP"], 2) == 9_747_747.93
    assert figures["lines without a customer"] == 135_080
    with duckdb.connect(str(done.home / "build" / "rapport.duckdb"), read_only=True) as build:
        lines, refunds = build.execute(
            "select (select sum(quantity * unit_price) from raw.order_lines),"
            " (select sum(amount) from raw.refunds)"
        ).fetchone()
    assert str(round(lines - refunds, 2)) == "9747747.93"
    # 8,300,065.81 of known customers; 14,222.10 went back to some who had not ordered by then
    assert audit_totals(done) == {Decimal("8314287.9140")} == {total_of_raw(done)}


def test_cdnow_agrees_with_its_total(home: Path) -> None:
    source = source_of("cdnow")
    done = run_pipeline(home, EXAMPLE="cdnow", SOURCE=str(source))
    assert done.code == 0, done.said
    assert audit_totals(done) == {Decimal("244091.94")} == {total_of_raw(done)}


def test_sfo_survey_agrees_with_its_counts(home: Path) -> None:
    source = source_of("sfo_survey")
    done = run_pipeline(home, EXAMPLE="sfo_survey", SOURCE=str(source))
    assert done.code == 0, done.said
    found = rows(
        done,
        "select promoters, passives, detractors, round(nps, 2), round(weighted_nps, 2),"
        " round(effective_responses, 2), population, post_stratified_nps"
        " from marts.nps_by_period"
        " where period_type = 'month' and period_start = date '2017-05-01' and segment = 'all'",
    )
    assert found == [(1436, 968, 342, 39.84, 40.40, 2266.51, None, None)]
    # 2016 did not ask it: its rating of the airport is loaded, and is no NPS.
    with duckdb.connect(str(done.home / "build" / "rapport.duckdb"), read_only=True) as build:
        assert build.execute(
            "select year(responded_at), question_type, count(*), count(score)"
            " from raw.survey_responses group by all order by all"
        ).fetchall() == [
            (2016, "csat", 3087, 2919),
            (2017, "csat", 2831, 2688),
            (2017, "nps", 2831, 2746),
        ]
    assert rows(done, "select min(responded), max(responded) from marts.nps_by_period") == [
        (2746, 2746)
    ]


def engagement(done: Run, columns: str) -> tuple:
    """Return sums of columns of engagement_by_month over the months, as whole numbers."""
    sums = ", ".join(f"cast(sum({name}) as bigint)" for name in columns.split())
    every = "platform = 'all' and programme_id = 'all'"
    return rows(done, f"select {sums} from marts.engagement_by_month where {every}")[0]


def test_stackexchange_agrees_with_its_counts(home: Path) -> None:
    source = source_of("stackexchange_quantumcomputing")
    done = run_pipeline(home, EXAMPLE="stackexchange_quantumcomputing", SOURCE=str(source))
    assert done.code == 0, done.said
    assert rows(done, "select count(*) from marts.parties") == [(3461,)]
    assert engagement(done, "posts answers comments") == (612, 1060, 3413)
    reactions, accepted, others, own = engagement(
        done, "reactions accepted_answers other_events brand_events"
    )
    # 12,560 votes; of 314 tag wikis 129 are the site's own, as the 4,671 badges are
    assert reactions + accepted + others == 12_560 + 314 - 129
    assert (reactions, accepted, own) == (11_481, 390, 4671 + 129)
    with duckdb.connect(str(done.home / "build" / "rapport.duckdb"), read_only=True) as build:
        talks = build.execute(
            "select author_role, count(*), count(distinct conversation_id) from raw.messages"
            " group by author_role order by author_role"
        ).fetchall()
        tags = build.execute(
            "select count(*) from raw.engagement_events"
            " where regexp_matches(text, '</?(p|a|em|li|strong|code|pre|ul|h[1-6])[ />]')"
        ).fetchall()
    assert talks[0] == ("customer", 612 + 43, 612)
    assert talks[1][:2] == ("peer", 1060 - 43)
    assert tags == [(0,)]
    waits = waits_of_questions(source)
    answered = sum(len(month) - month.count(math.inf) for month in waits.values())
    cards = rows(
        done,
        "select cast(month as varchar), questions, answered_questions, median_answer_minutes,"
        " deflected_questions, members from marts.community_scorecards order by month",
    )
    assert (sum(row[1] for row in cards), sum(row[2] for row in cards)) == (612, answered)
    assert sum(row[4] for row in cards) == answered  # nobody of the brand answers
    with duckdb.connect() as connection:
        actors = connection.execute(
            "select count(distinct id) from (select OwnerUserId as id"
            f" from '{source}/posts.parquet'"
            f" union select UserId from '{source}/comments.parquet'"
            f" union select UserId from '{source}/votes.parquet') where id != -1"
        ).fetchall()
    assert actors == [(cards[-1][5],)]
    for month, questions, of_them_answered, median, _, _ in cards:
        known = sorted(waits.get(month, []))
        assert (questions, of_them_answered) == (len(known), len(known) - known.count(math.inf))
        if known:  # nobody leaves before the median, so no curve
            assert median == pytest.approx(known[(len(known) - 1) // 2] / 60)


def waits_of_questions(source: Path) -> dict[str, list[float]]:
    """Seconds to the first answer of somebody else, by month of asking; infinite without one."""
    found: dict[str, list[float]] = {}
    with duckdb.connect() as connection:
        for month, wait in connection.execute(
            "select strftime(questions.CreationDate, '%Y-%m-01'),"
            " min(date_diff('second', questions.CreationDate, answers.CreationDate))"
            f" from '{source}/posts.parquet' as questions"
            f" left join '{source}/posts.parquet' as answers on answers.ParentId = questions.Id"
            " and answers.PostTypeId = 2"
            " and answers.OwnerUserId is distinct from questions.OwnerUserId"
            " where questions.PostTypeId = 1 group by questions.Id, questions.CreationDate"
        ).fetchall():
            found.setdefault(month, []).append(math.inf if wait is None else wait)
    return found


def test_facebook_live_sellers_agrees_with_its_counts(home: Path) -> None:
    source = source_of("facebook_live_sellers")
    done = run_pipeline(home, EXAMPLE="facebook_live_sellers", SOURCE=str(source))
    assert done.code == 0, done.said
    with duckdb.connect() as connection:
        lines = connection.execute(
            "select count(*), sum(num_reactions), sum(num_comments), sum(num_shares)"
            f" from read_csv('{source}/Live.csv')"
        ).fetchall()[0]
    assert lines == (7050, 1_622_326, 1_581_710, 282_159)
    repeated = (53, 48_337, 3089, 390)
    counted = engagement(done, "brand_events reactions comments shares")
    assert counted == tuple(a - b for a, b in zip(lines, repeated, strict=True))
    assert engagement(done, "anonymous_events participants events_with_known_origin") == (
        sum(counted[1:]),
        0,
        0,
    )
