import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.suites import Suite, SuiteError, find_suites, run_suites

ROOT = Path(__file__).parents[2]
KEYS = {"raw.orders": ("order_id",), "marts.parties": ("party_id",)}
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

ORDERS = """
# what was bought
expectations:
  - type: expect_column_values_to_be_between
    kwargs: {column: amount, min_value: 0}
    meta: {why: a refund has its own input, mend: ask the shop for a new file}
  - type: expect_column_values_to_not_be_null
    kwargs: {column: email}
    severity: warning
  - type: expect_column_values_to_be_in_set
    kwargs: {column: currency, value_set: [EUR, "it's 5%:x"]}
  - type: expect_column_values_to_be_unique
    kwargs: {column: order_id}
  - type: expect_compound_columns_to_be_unique
    kwargs: {column_list: [order_id, currency]}
  - type: unexpected_rows_expectation
    kwargs:
      unexpected_rows_query: >
        select _file, _row_number, order_id, amount, ordered_at from {batch}
        where amount < 0 and order_id like 'o%' order by _row_number desc;
    description: no order is negative
  - type: expect_table_row_count_to_be_between
    kwargs: {min_value: 1000}
    severity: info
  - type: expect_column_mean_to_be_between
    kwargs: {column: amount, min_value: 0, max_value: 100}
  - type: expect_column_values_to_be_between
    kwargs: {column: amount, min_value: 0, mostly: 0.5}
"""
PARTIES = "expectations: [{type: expect_column_values_to_not_be_null, kwargs: {column: party_id}}]"


@pytest.fixture
def build(tmp_path):
    path = tmp_path / "build.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("""
            create schema raw;
            create schema marts;
            create table raw.orders as
                select 'orders_' || (i % 2) || '.csv' as _file, i + 2 as _row_number,
                       'o' || (i % 99) as order_id,
                       (case when i % 10 = 3 then -1 else i end)::decimal(18, 2) as amount,
                       case when i = 41 then null else 'hash' end as email,
                       case when i in (5, 6) then 'XXX' else 'EUR' end as currency,
                       date '2026-01-01' + i::int as ordered_at
                from range(100) t(i);
            create table marts.parties as select i as party_id from range(3) t(i);
        """)
    return path


@pytest.fixture
def root(tmp_path):
    return tmp_path / "expectations"


def write(root, place, text):
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def run(build, root, docs=None, layers=("raw", "marts")):
    suites = [s for s in find_suites(root) if s.layer in layers]
    return run_suites(build, suites, docs, KEYS, AT)


# --- reading ---


def test_the_path_says_which_table(root):
    write(root, "marts/parties/parties.yml", PARTIES)
    path = write(root, "raw/sales/orders.yml", ORDERS)
    first, second = find_suites(root)
    assert first == Suite("raw", "sales", "orders", path, first.expectations)
    assert (first.name, second.name) == ("raw.orders", "marts.parties")
    assert first.expectations[0]["severity"] == "critical"


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        ("raw/orders.yml", PARTIES, "lies at <raw or marts>/<domain>/<table>.yml"),
        ("staging/sales/orders.yml", PARTIES, "lies at"),
        ("raw/sales/orders.yaml", PARTIES, "lies at"),
        ("raw/sales/orders.yml", "expectations: [", "not YAML"),
        ("raw/sales/orders.yml", "- 1", "one key"),
        ("raw/sales/orders.yml", "expectations: []\nother: 1", "one key"),
        ("raw/sales/orders.yml", "expectations: []", "at least one"),
        ("raw/sales/orders.yml", "expectations: [{kwargs: {}}]", "expectation 1: needs `type`"),
        ("raw/sales/orders.yml", "expectations: [{type: a, colour: 1}]", "needs `type`"),
        ("raw/sales/orders.yml", "expectations: [{type: expect_wonders}]", "'expect_wonders'"),
        (
            "raw/sales/orders.yml",
            "expectations: [{type: expect_column_to_exist, severity: fatal}]",
            "severity 'fatal' is none of critical, warning, info",
        ),
        (
            "raw/sales/orders.yml",
            "expectations: [{type: expect_column_to_exist, kwargs: [a]}]",
            "are mappings",
        ),
        (
            "raw/sales/orders.yml",
            "expectations: [{type: expect_column_values_to_match_regex}]",
            "regexp_matches",
        ),
        (
            "raw/sales/orders.yml",
            "expectations: [{type: unexpected_rows_expectation}]",
            "selects from {batch}",
        ),
    ],
)
def test_a_wrong_file_is_said_with_its_name(root, place, text, said):
    path = write(root, place, text)
    with pytest.raises(SuiteError) as error:
        find_suites(root)
    assert str(path) in str(error.value)
    assert said in str(error.value)


def test_a_table_has_one_suite(root):
    write(root, "raw/sales/orders.yml", PARTIES)
    write(root, "raw/service/orders.yml", PARTIES)
    with pytest.raises(SuiteError, match=r"raw\.orders is already watched by .*sales"):
        find_suites(root)


def test_reading_imports_no_library(root):
    write(root, "raw/sales/orders.yml", ORDERS)
    code = (
        "import sys; from pathlib import Path; from orchestration.suites import find_suites;"
        "find_suites(Path(sys.argv[1])); print('great_expectations' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(root)]
    assert subprocess.check_output(command, text=True, cwd=ROOT) == "False\n"


# --- running ---


def test_outcomes_follow_the_file_and_name_rows(build, root):
    write(root, "raw/sales/orders.yml", ORDERS)
    outcomes = run(build, root)
    negative, null, unknown, unique, compound, rows, small, mean, mostly = outcomes
    assert json.loads(json.dumps([o.to_json() for o in outcomes]))[0]["table"] == "orders"

    assert (negative.expectation, negative.column) == (
        "expect_column_values_to_be_between",
        "amount",
    )
    assert (negative.success, negative.severity, negative.unexpected_count) == (False, "error", 10)
    assert negative.why == "a refund has its own input"
    assert negative.mend == "ask the shop for a new file"
    assert negative.samples == [
        {"_file": "orders_1.csv", "_row_number": n + 2, "order_id": f"o{n}", "amount": "-1.00"}
        for n in (3, 13, 23, 33, 43)
    ]
    assert (null.success, null.severity) == (False, "warning")
    assert null.samples == [
        {"_file": "orders_1.csv", "_row_number": 43, "order_id": "o41", "email": None}
    ]
    assert [s["currency"] for s in unknown.samples] == ["XXX", "XXX"]
    for outcome in (unique, compound):
        assert (outcome.success, outcome.unexpected_count) == (False, 2)
        assert [(s["_row_number"], s["order_id"]) for s in outcome.samples] == [
            (2, "o0"),
            (101, "o0"),
        ]
    assert compound.column == "order_id, currency"
    assert (rows.success, rows.unexpected_count) == (False, 10)
    assert rows.description == "no order is negative"
    assert rows.samples[0] == {
        "_file": "orders_1.csv",
        "_row_number": 95,
        "order_id": "o93",
        "amount": "-1.00",
        "ordered_at": "2026-04-04",
    }
    assert len(rows.samples) == 5
    assert (small.success, small.severity, small.observed) == (False, "warning", 100)
    assert (mean.success, mean.samples) == (True, [])
    assert (mostly.success, mostly.unexpected_count, mostly.samples) == (True, 10, [])


def test_a_check_that_cannot_be_made_is_an_error(build, root):
    write(
        root,
        "raw/sales/orders.yml",
        """
        expectations:
          - type: expect_column_values_to_not_be_null
            kwargs: {column: colour}
            severity: warning
          - type: unexpected_rows_expectation
            kwargs: {unexpected_rows_query: "select nothing_there from {batch}"}
          - type: expect_column_values_to_not_be_null
            kwargs: {column: order_id}
        """,
    )
    write(root, "raw/sales/baskets.yml", PARTIES)
    missing, unknown, query, good = run(build, root)
    for outcome in (missing, unknown, query):
        assert (outcome.success, outcome.severity) == (False, "error")
    assert missing.observed == "raw.baskets does not exist in the build database"
    assert "colour" in unknown.observed
    assert "nothing_there" in query.observed
    assert good.success


def test_wrong_arguments_name_the_file(build, root):
    path = write(
        root,
        "raw/sales/orders.yml",
        "expectations: [{type: expect_column_values_to_not_be_null, kwargs: {colour: x}}]",
    )
    with pytest.raises(SuiteError, match=str(path)):
        run(build, root)


def test_no_database_no_check(root, tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing was checked"):
        run_suites(tmp_path / "no_such.duckdb", [])
    assert not (tmp_path / "no_such.duckdb").exists()


def test_the_file_is_free_afterwards(build, root):
    write(root, "marts/parties/parties.yml", PARTIES)
    assert [o.success for o in run(build, root)] == [True]
    with duckdb.connect(build) as connection:
        connection.execute("insert into marts.parties values (null)")
    (outcome,) = run(build, root)  # and sees what was written in between
    assert (outcome.success, outcome.samples) == (False, [{"party_id": None}])


# --- Data Docs ---


def test_docs_hold_the_pages_of_both_layers(build, root, tmp_path):
    docs = tmp_path / "data_docs"
    orders = write(root, "raw/sales/orders.yml", ORDERS)
    write(root, "marts/parties/parties.yml", PARTIES)
    run(build, root, docs, ["raw"])
    run(build, root, docs, ["marts"])
    index = (docs / "index.html").read_text()
    pages = {p.relative_to(docs).as_posix(): p.read_text() for p in docs.rglob("*.html")}
    for name in ("raw.orders", "marts.parties"):
        (page,) = (p for p in pages if p.startswith("validations/") and p.endswith(f"/{name}.html"))
        assert page in index
        assert f"expectations/{name.replace('.', '/')}.html" in pages
    (page,) = (t for p, t in pages.items() if p.endswith("/raw.orders.html"))
    for said in ("orders_1.csv", "order_id = o3", "no order is negative", "2026-04-04"):
        assert said in page
    assert "a refund has its own input" in pages["expectations/raw/orders.html"]

    for text in pages.values():  # nothing is fetched from elsewhere
        assert not re.search(r"<script|<link|<img|src=", text)

    orders.rename(orders.with_name("orders.txt"))
    write(root, "raw/sales/customers.yml", PARTIES.replace("party_id", "order_id"))
    with duckdb.connect(build) as connection:
        connection.execute("create table raw.customers as from raw.orders")
    run(build, root, docs, ["raw"])
    pages = [p.name for p in docs.rglob("validations/**/*.html")]
    assert sorted(pages) == ["marts.parties.html", "raw.customers.html"]


def test_nothing_is_said_on_the_way(build, root, tmp_path):
    write(root, "raw/sales/orders.yml", ORDERS)
    code = (
        "import sys; from pathlib import Path; from orchestration.suites import *;"
        "run_suites(Path(sys.argv[1]), find_suites(Path(sys.argv[2])), Path(sys.argv[3]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(build), str(root), str(tmp_path / "docs")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
