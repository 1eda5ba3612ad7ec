"""The whole pipeline, as `make run` runs it, on the demo brand, on faults and on real data."""

import json
import math
import shutil
import threading
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, Run, run_pipeline, source_of

from orchestration import publication
from orchestration.locking import hold


def parquet(run: Run) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((run.current / "parquet").iterdir())}


def rows(run: Run, query: str) -> list[tuple]:
    with publication.read(run.home) as connection:
        return connection.execute(query).fetchall()


def test_what_is_published_is_what_the_contract_says(demo: Run) -> None:
    models = [
        model
        for path in sorted((ROOT / "models/published").glob("*.yml"))
        for model in yaml.safe_load(path.read_text())["models"]
    ]
    assert {model["name"].removeprefix("published_") for model in models} == {
        path.removesuffix(".parquet") for path in parquet(demo)
    }
    for model in models:
        mart = model["name"].removeprefix("published_")
        found = rows(demo, f"describe marts.{mart}")
        assert [row[0] for row in found] == [column["name"] for column in model["columns"]]
        assert "as_of_date" in [row[0] for row in found]


def test_summary_names_marts_figures_and_where_to_look(demo: Run) -> None:
    for text in ("customer_months", "90-day churn", "NPS", "CLV", "ROR", "tier ", "Look next"):
        assert text in demo.said
    manifest = json.loads((demo.current / "manifest.json").read_text())
    for mart, described in manifest["marts"].items():
        assert rows(demo, f"select count(*) from marts.{mart}") == [(described["rows"],)]
    assert (demo.current / "data_docs" / "index.html").is_file()


def test_same_input_gives_the_same_bytes_and_another_date_other_figures(
    demo: Run, tmp_path: Path
) -> None:
    shuffled = tmp_path / "landing"
    for folder in sorted((demo.home / "landing").iterdir(), reverse=True):
        (shuffled / folder.name).mkdir(parents=True)
        for file in sorted(folder.iterdir(), reverse=True):
            shutil.copy(file, shuffled / folder.name)
    again = run_pipeline(tmp_path / "again", LANDING=str(shuffled))
    assert again.code == 0, again.said
    assert parquet(again) == parquet(demo)

    earlier = run_pipeline(tmp_path / "again", LANDING=str(shuffled), AS_OF_DATE="2025-06-30")
    assert earlier.code == 0, earlier.said
    assert rows(earlier, "select distinct as_of_date from marts.parties")[0][0].isoformat() == (
        "2025-06-30"
    )
    assert rows(earlier, "select max(month) from marts.customer_months")[0][0].isoformat() == (
        "2025-06-01"
    )
    assert parquet(earlier)["customer_months.parquet"] != parquet(demo)["customer_months.parquet"]


@pytest.fixture
def faulty(demo: Run, tmp_path: Path) -> Path:
    """A landing folder with a score of 14, an unknown currency and a response delivered twice."""
    landing = tmp_path / "landing"
    shutil.copytree(demo.home / "landing", landing)
    responses = sorted((landing / "survey_responses").iterdir())[0]
    lines = [json.loads(line) for line in responses.read_text().splitlines()]
    scored = next(i for i, line in enumerate(lines) if line["question_type"] == "nps")
    lines[scored]["score"] = 14
    lines.append(lines[scored + 1] | {"score": 3 if lines[scored + 1]["score"] != 3 else 4})
    responses.write_text("".join(json.dumps(line) + "\n" for line in lines))
    orders = sorted((landing / "orders").iterdir())[0]
    text = orders.read_text().splitlines()
    names = text[0].split(",")
    fields = text[3].split(",")
    fields[names.index("currency")] = "ZZZ"
    text[3] = ",".join(fields)
    orders.write_text("\n".join(text) + "\n")
    return landing


def test_faults_are_named_and_the_last_good_publication_stands(demo: Run, faulty: Path) -> None:
    before = publication.current(demo.home)
    bytes_before = parquet(demo)
    failed = run_pipeline(demo.home, LANDING=str(faulty))
    assert failed.code == 1
    file = sorted((faulty / "survey_responses").iterdir())[0].name
    orders = sorted((faulty / "orders").iterdir())[0].name
    assert f"orders/{orders} row 3" in failed.said
    assert "currency = 'ZZZ'" in failed.said
    assert f"survey_responses/{file} row" in failed.said
    assert "score = 14" in failed.said
    assert "have one key and different values" in failed.said
    assert "Nothing was published" in failed.said
    assert publication.current(demo.home) == before
    assert parquet(demo) == bytes_before


def test_readers_read_while_a_run_writes_and_a_second_run_is_refused(demo: Run) -> None:
    seen: list[int] = []
    failures: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.append(rows(demo, "select count(*) from marts.parties")[0][0])
            except Exception as error:
                failures.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with hold(demo.home, "a run of somebody else"):
            refused = run_pipeline(demo.home, SIZE="tiny")
        assert refused.code == 75
        assert "a run of somebody else" in refused.said
        written = run_pipeline(demo.home, SIZE="tiny")
    finally:
        stop.set()
        reader.join()
    assert written.code == 0, written.said
    assert not failures
    assert len(seen) > 10
    assert set(seen) == {seen[0]}


def test_an_input_that_was_published_before_and_is_missing_stops_the_run(
    demo: Run, tmp_path: Path
) -> None:
    landing = tmp_path / "landing"
    shutil.copytree(demo.home / "landing", landing)
    home = tmp_path / "home"
    assert run_pipeline(home, LANDING=str(landing)).code == 0
    shutil.rmtree(landing / "refunds")
    failed = run_pipeline(home, LANDING=str(landing))
    assert failed.code == 1
    assert "input = refunds" in failed.said


def test_a_missing_exchange_rate_stops_the_run_and_names_pair_and_day(
    demo: Run, tmp_path: Path
) -> None:
    landing = tmp_path / "landing"
    shutil.copytree(demo.home / "landing", landing)
    shutil.rmtree(landing / "fx_rates")
    failed = run_pipeline(tmp_path / "home", LANDING=str(landing))
    assert failed.code == 1
    assert "every_amount_has_a_rate" in failed.said
    assert "currency = USD, first_day = 2024-" in failed.said


def test_orders_alone_are_enough(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "orders"
    folder.mkdir(parents=True)
    (folder / "orders.csv").write_text(
        "order_id,party_id,ordered_at,gross_amount,discount_amount,net_amount,currency\n"
        "O-1,ann,2025-01-05 10:00:00,100.00,10.00,90.00,EUR\n"
        "O-2,ann,2025-03-05 10:00:00,50.00,0.00,50.00,EUR\n"
        "O-3,,2025-03-06 10:00:00,20.00,0.00,20.00,EUR\n"
    )
    done = run_pipeline(tmp_path / "home", LANDING=str(tmp_path / "landing"))
    assert done.code == 0, done.said
    months = rows(
        done, "select month, orders, net_amount, margin_amount from marts.customer_months"
    )
    assert [(m.isoformat(), o, float(n), float(g)) for m, o, n, g in months] == [
        ("2025-01-01", 1, 90.0, 31.5),
        ("2025-02-01", 0, 0.0, 0.0),
        ("2025-03-01", 1, 50.0, 17.5),
    ]


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


def test_online_retail_agrees_with_its_counts(tmp_path: Path) -> None:
    source = source_of("online_retail")
    done = run_pipeline(tmp_path / "home", EXAMPLE="online_retail", SOURCE=str(source))
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


def test_cdnow_agrees_with_its_total(tmp_path: Path) -> None:
    source = source_of("cdnow")
    done = run_pipeline(tmp_path / "home", EXAMPLE="cdnow", SOURCE=str(source))
    assert done.code == 0, done.said
    assert audit_totals(done) == {Decimal("244091.94")} == {total_of_raw(done)}


def test_sfo_survey_agrees_with_its_counts(tmp_path: Path) -> None:
    source = source_of("sfo_survey")
    done = run_pipeline(tmp_path / "home", EXAMPLE="sfo_survey", SOURCE=str(source))
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


def test_stackexchange_agrees_with_its_counts(tmp_path: Path) -> None:
    source = source_of("stackexchange_quantumcomputing")
    done = run_pipeline(
        tmp_path / "home", EXAMPLE="stackexchange_quantumcomputing", SOURCE=str(source)
    )
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


def test_facebook_live_sellers_agrees_with_its_counts(tmp_path: Path) -> None:
    source = source_of("facebook_live_sellers")
    done = run_pipeline(tmp_path / "home", EXAMPLE="facebook_live_sellers", SOURCE=str(source))
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
