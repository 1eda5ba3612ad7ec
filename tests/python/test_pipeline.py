"""The whole pipeline, as `make run` runs it, on the demo brand, on faults and on real data."""

import json
import shutil
import threading
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Run, rows, run_pipeline

from orchestration import publication
from orchestration.locking import hold


def parquet(run: Run) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((run.current / "parquet").iterdir())}


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
    for text in ("customer_months", "Churn by inactivity", "NPS", "CLV", "ROI", "Look next"):
        assert text in demo.said
    manifest = json.loads((demo.current / "manifest.json").read_text())
    for mart, described in manifest["marts"].items():
        assert rows(demo, f"select count(*) from marts.{mart}") == [(described["rows"],)]
    assert (demo.current / "data_docs" / "index.html").is_file()


@pytest.fixture(scope="module")
def copied(demo: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """A copy of the demo brand's landing folder, written in another order, and its first run."""
    folder = tmp_path_factory.mktemp("copied")
    landing = folder / "landing"
    for input_folder in sorted((demo.home / "landing").iterdir(), reverse=True):
        (landing / input_folder.name).mkdir(parents=True)
        for file in sorted(input_folder.iterdir(), reverse=True):
            shutil.copy(file, landing / input_folder.name)
    done = run_pipeline(folder / "home", LANDING=str(landing))
    assert done.code == 0, done.said
    return landing, done


def without(landing: Path, name: str, home: Path) -> Run:
    """Run on a landing folder while one of its inputs is not there."""
    away = (landing / name).rename(landing.parent / name)
    try:
        return run_pipeline(home, LANDING=str(landing))
    finally:
        away.rename(landing / name)


def test_same_input_gives_the_same_bytes(demo: Run, copied: tuple[Path, Run]) -> None:
    assert parquet(copied[1]) == parquet(demo)


def test_readers_read_while_another_date_is_written_and_a_second_run_is_refused(
    demo: Run, copied: tuple[Path, Run]
) -> None:
    landing, again = copied
    counted: list[tuple] = []
    failures: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                counted.extend(
                    rows(again, "select as_of_date, count(*) from marts.parties group by all")
                )
            except Exception as error:
                failures.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with hold(again.home, "a run of somebody else"):
            refused = run_pipeline(again.home, LANDING=str(landing))
        earlier = run_pipeline(again.home, LANDING=str(landing), AS_OF_DATE="2025-06-30")
    finally:
        stop.set()
        reader.join()
    assert refused.code == 75
    assert "a run of somebody else" in refused.said
    assert earlier.code == 0, earlier.said
    assert not failures
    assert len(counted) > 10
    assert {row[0].isoformat() for row in counted} <= {"2025-12-31", "2025-06-30"}
    assert len(set(counted)) <= 2  # what was, then what is; nothing in between
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


def test_faults_are_named_and_the_last_good_publication_stands(
    copied: tuple[Path, Run], faulty: Path
) -> None:
    _, good = copied  # not the shared demo home: a failed run leaves a half-built warehouse
    before = publication.current(good.home)
    bytes_before = parquet(good)
    failed = run_pipeline(good.home, LANDING=str(faulty))
    assert failed.code == 1
    file = sorted((faulty / "survey_responses").iterdir())[0].name
    orders = sorted((faulty / "orders").iterdir())[0].name
    assert f"orders/{orders} row 3" in failed.said
    assert "currency = 'ZZZ'" in failed.said
    assert f"survey_responses/{file} row" in failed.said
    assert "score = 14" in failed.said
    assert "have one key and different values" in failed.said
    assert "Nothing was published" in failed.said
    assert publication.current(good.home) == before
    assert parquet(good) == bytes_before


def test_an_input_that_was_published_before_and_is_missing_stops_the_run(
    copied: tuple[Path, Run],
) -> None:
    landing, done = copied
    failed = without(landing, "refunds", done.home)
    assert failed.code == 1
    assert "input = refunds" in failed.said


def test_a_missing_exchange_rate_stops_the_run_and_names_pair_and_day(
    copied: tuple[Path, Run], tmp_path: Path
) -> None:
    landing, _ = copied
    failed = without(landing, "fx_rates", tmp_path / "home")
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


def test_a_landing_folder_that_nothing_dates_asks_for_the_date(tmp_path: Path) -> None:
    (tmp_path / "landing" / "parties").mkdir(parents=True)
    (tmp_path / "landing" / "parties" / "parties.csv").write_text(
        "party_id,party_type,created_at\nann,customer,2025-01-05 10:00:00\n"
    )
    done = run_pipeline(tmp_path / "home", LANDING=str(tmp_path / "landing"))
    assert done.code == 1
    assert "no row of parties says up to when the data go" in done.said
    assert "make run AS_OF_DATE=" in done.said


def test_an_experiment_from_outside_has_its_effects_beside_orders_and_parties(
    tmp_path: Path,
) -> None:
    """Two arms and a control of 200 each: the asked spend 40 more, the called order once more."""
    orders = ["x,,2024-01-01 10:00:00,1,1,", "y,,2025-09-30 10:00:00,1,1,"]
    parties, assignments = [], []
    margins: dict[str, list[int]] = {"control": [], "asked": [], "called": []}
    for i in range(600):
        arm = list(margins)[i % 3]
        spent = 50 + i % 7 * 10 + (40 if arm == "asked" else 0)
        parties.append(f"c{i},customer,2024-01-01 00:00:00")
        assignments.append(f"c{i},outside,{arm},2025-01-15 12:00:00,true")
        orders.append(f"{i}a,c{i},2024-10-0{1 + i % 9} 10:00:00,{60 + i % 7 * 10},0,")
        margins[arm].append(0)
        if i % 5:
            orders.append(f"{i}b,c{i},2025-02-1{i % 10} 10:00:00,{spent},0,outside")
            margins[arm][-1] += spent
        if arm == "called":
            orders.append(f"{i}c,c{i},2025-04-1{i % 10} 10:00:00,30,0,")
            margins[arm][-1] += 30
    orders = [line + f",{line.split(',')[3]},0,EUR" for line in orders]
    headers = {
        "orders": "order_id,party_id,ordered_at,net_amount,cost_amount,programme_id,gross_amount"
        ",discount_amount,currency",
        "parties": "party_id,party_type,created_at",
        "treatment_assignments": "party_id,programme_id,arm,assigned_at,is_randomised",
    }
    for name, lines in zip(headers, (orders, parties, assignments), strict=True):
        (tmp_path / "landing" / name).mkdir(parents=True)
        text = "\n".join([headers[name], *lines]) + "\n"
        (tmp_path / "landing" / name / "all.csv").write_text(text)
    done = run_pipeline(tmp_path / "home", LANDING=str(tmp_path / "landing"))
    assert done.code == 0, done.said
    found = {
        (arm, outcome): effect
        for arm, outcome, *effect in rows(
            done,
            "select arm, outcome, unadjusted_estimate, estimate, low, high, n_treated, n_control"
            " from marts.treatment_effects where programme_id = 'outside'",
        )
    }
    mean = {arm: sum(amounts) / 200 for arm, amounts in margins.items()}
    expected = {
        ("asked", "margin"): mean["asked"] - mean["control"],
        ("called", "margin"): mean["called"] - mean["control"],
        ("asked", "order_rate"): 0,
        ("called", "order_rate"): 0.2,
        ("asked", "orders"): 0,
        ("called", "orders"): 1,
    }
    assert found.keys() == expected.keys()
    for key, (unadjusted, estimate, low, high, *n) in found.items():
        assert unadjusted == pytest.approx(expected[key], abs=1e-9), key
        assert low <= estimate <= high, key
        assert n == [200, 200], key
    assert found["asked", "margin"][2] > 0
    # what only the code of an order names has its row, so that the rows sum to 'all'
    assert rows(
        done,
        "select programme_id, evidence_tier, coded_margin > 0 from marts.ror_by_programme"
        " where is_latest and party_type = 'all' and segment = 'all' order by programme_id",
    ) == [("all", "A", True), ("outside", "A", True)]
