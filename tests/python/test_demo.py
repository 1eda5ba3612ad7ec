"""The demo brand: the same bytes for a seed, and a landing folder that keeps the raw contract."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest
import yaml

from demo.__main__ import generate
from demo.world import Brand

ROOT = Path(__file__).parents[2]
CONTRACT = {
    table["name"]: table
    for file in sorted((ROOT / "models/staging").glob("*/_*__sources.yml"))
    for table in yaml.safe_load(file.read_text("utf-8"))["sources"][0]["tables"]
    if table["name"] != "parameter_overrides"
}
REQUIRED = [
    (name, column["name"])
    for name, table in CONTRACT.items()
    for column in table["columns"]
    if column.get("config", {}).get("meta", {}).get("is_required")
]
SQL_TYPES = {"string": "varchar"}


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def source(folder: Path, name: str) -> str:
    """SQL that reads every file of an input, as delivered."""
    files = sorted(map(str, (folder / name).iterdir()))
    if files[0].endswith(".parquet"):
        return f"read_parquet({files})"
    if files[0].endswith(".jsonl"):
        return f"read_json({files}, format = 'newline_delimited')"
    return f"read_csv({files}, all_varchar = true, header = true)"


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    generate(Brand.read("tiny", 1), folder / "landing", folder / "truth")
    return folder / "landing"


@pytest.fixture(scope="module")
def raw(landing: Path) -> duckdb.DuckDBPyConnection:
    """Every input as a view, typed by the contract: a value that does not fit its type raises."""
    connection = duckdb.connect()
    for name, table in CONTRACT.items():
        columns = ", ".join(
            f"cast({c['name']} as {SQL_TYPES.get(c['data_type'], c['data_type'])}) as {c['name']}"
            for c in table["columns"]
        )
        connection.execute(f"create table {name} as select {columns} from {source(landing, name)}")
    connection.execute(
        "create macro responses_to(question) as table"
        " from survey_responses where question_type = question"
    )
    return connection


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return connection.execute(f"select count(*) from ({query})").fetchone()[0]


def test_same_seed_same_bytes(landing: Path, tmp_path: Path) -> None:
    generate(Brand.read("tiny", 1), tmp_path / "landing", tmp_path / "truth")
    assert hashes(tmp_path) == hashes(landing.parent)
    generate(
        Brand.read("tiny", 1), tmp_path / "landing"
    )  # again over the old files, without the truth
    assert hashes(tmp_path / "landing") == hashes(landing)


def test_other_seed_differs(landing: Path, tmp_path: Path) -> None:
    generate(Brand.read("tiny", 2), tmp_path)
    same = {k for k, v in hashes(tmp_path).items() if hashes(landing).get(k) == v}
    assert {name.split("/")[0] for name in same} <= {"programmes"}


def test_no_truth_unless_asked(tmp_path: Path) -> None:
    generate(Brand.read("tiny", 1), tmp_path / "landing")
    assert [p.name for p in tmp_path.iterdir()] == ["landing"]


@pytest.mark.parametrize("name", CONTRACT)
def test_exact_columns(landing: Path, name: str) -> None:
    shown = duckdb.sql(f"select * from {source(landing, name)} limit 0").columns
    assert shown == [column["name"] for column in CONTRACT[name]["columns"]]


def test_no_further_input(landing: Path) -> None:
    assert {p.name for p in landing.iterdir()} == set(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_rows_and_keys(raw: duckdb.DuckDBPyConnection, name: str) -> None:
    key = ", ".join(CONTRACT[name]["config"]["meta"]["key"])
    assert count(raw, f"from {name}") > 0
    assert count(raw, f"select {key} from {name} group by all having count(*) > 1") == 0


@pytest.mark.parametrize(("name", "column"), REQUIRED)
def test_required_columns(raw: duckdb.DuckDBPyConnection, name: str, column: str) -> None:
    assert count(raw, f"from {name} where {column} is null") == 0


REFERENCES = [
    *(
        (t, c["name"], "parties", "party_id")
        for t, v in CONTRACT.items()
        for c in v["columns"]
        if c["name"].endswith("party_id") and t != "parties"
    ),
    *(
        (t, c["name"], "programmes", "programme_id")
        for t, v in CONTRACT.items()
        for c in v["columns"]
        if c["name"].endswith("programme_id") and t != "programmes"
    ),
    ("order_lines", "order_id", "orders", "order_id"),
    ("refunds", "order_id", "orders", "order_id"),
    ("referrals", "order_id", "orders", "order_id"),
    ("messages", "conversation_id", "conversations", "conversation_id"),
    ("survey_responses", "send_id", "survey_sends", "send_id"),
    ("engagement_events", "parent_event_id", "engagement_events", "event_id"),
    ("content_metrics_daily", "content_id", "engagement_events", "content_id"),
]


@pytest.mark.parametrize(("name", "column", "other", "key"), REFERENCES)
def test_references(
    raw: duckdb.DuckDBPyConnection, name: str, column: str, other: str, key: str
) -> None:
    missing = (
        f"select {column} from {name} where {column} is not null except select {key} from {other}"
    )
    assert count(raw, missing) == 0


TIMES = [
    (name, column["name"])
    for name, table in CONTRACT.items()
    for column in table["columns"]
    if column["data_type"] in ("timestamp", "date") and name != "fx_rates"
]


@pytest.mark.parametrize(("name", "column"), TIMES)
def test_times_inside_the_calendar(raw: duckdb.DuckDBPyConnection, name: str, column: str) -> None:
    assert count(raw, f"from {name} where {column} < '2024-01-01' or {column} >= '2026-01-01'") == 0


NEVER = {
    "net is gross less discount": "from orders where net_amount <> gross_amount - discount_amount",
    "lines sum to the order": """
        select o.order_id from orders o left join order_lines l using (order_id)
        group by o.order_id, o.gross_amount, o.discount_amount
        having sum(l.quantity * l.unit_price) is distinct from o.gross_amount
            or sum(l.discount_amount) is distinct from o.discount_amount""",
    "whole yen": """
        from orders where currency = 'JPY' and (net_amount % 1 <> 0 or gross_amount % 1 <> 0
            or tax_amount % 1 <> 0 or shipping_amount % 1 <> 0 or cost_amount % 1 <> 0)""",
    "nps from 0 to 10": "from responses_to('nps') where score not between 0 and 10",
    "csat from 1 to 5": "from responses_to('csat') where score not between 1 and 5",
    "ces from 1 to 7": "from responses_to('ces') where score not between 1 and 7",
    "refunds after the order": """
        from refunds r join orders o using (order_id)
        where r.refunded_at < o.ordered_at or r.amount > o.net_amount
            or r.currency <> o.currency""",
    "a rate for every day and currency": """
        select distinct ordered_at::date, currency from orders where currency <> 'EUR'
        except select rate_date, currency from fx_rates""",
    "one merge target, not merged itself": """
        from identities a join identities b on a.merged_into_party_id = b.party_id
        where b.merged_into_party_id is not null""",
    "a conversion is the first order": """
        from referrals r join orders o using (order_id)
        where o.party_id <> r.referred_party_id or o.ordered_at <> r.converted_at
            or exists (
                from orders p where p.party_id = o.party_id and p.ordered_at < o.ordered_at)""",
    "negative costs are avoided research or product": """
        from relationship_costs where amount < 0 and category not in ('research', 'product')""",
    "answers after the question": """
        from messages m join conversations c using (conversation_id)
        where m.sent_at < c.opened_at""",
    "real addresses": "from parties where email not like '%@example.org'",
}


@pytest.mark.parametrize("rule", NEVER)
def test_never(raw: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert count(raw, NEVER[rule]) == 0


PRESENT = {
    "sales to nobody known": "from orders where party_id is null",
    "orders without a cost": "from orders where cost_amount is null",
    "a cycle of referrals": """
        from referrals a join referrals b
          on a.referrer_party_id = b.referred_party_id and a.referred_party_id = b.referrer_party_id
        where a.referrer_party_id <> a.referred_party_id""",
    "a self-referral": "from referrals where referrer_party_id = referred_party_id",
    "private notes": "from messages where not is_public",
    "conversations nobody answered": """
        from conversations where conversation_id not in
            (select conversation_id from messages
             where author_role in ('brand', 'peer') and is_public)""",
    "blank scores": "from survey_responses where score is null",
    "merged records": "from identities where merged_into_party_id is not null",
    "unknown actors": "from engagement_events where party_id is null and actor_handle is not null",
    "grouped events": "from engagement_events where event_count > 1",
    "counters that fall": """
        select impressions
            < lag(impressions) over (partition by content_id order by metric_date) as falls
        from content_metrics_daily where is_cumulative qualify falls""",
    "costs without a programme": "from relationship_costs where programme_id is null",
    "avoided costs": "from relationship_costs where amount < 0",
}


@pytest.mark.parametrize("what", PRESENT)
def test_present(raw: duckdb.DuckDBPyConnection, what: str) -> None:
    assert count(raw, PRESENT[what]) > 0


def test_truth_agrees_with_the_delivery(landing: Path, raw: duckdb.DuckDBPyConnection) -> None:
    truth = landing.parent / "truth"
    differs = f"""
        select * from orders o
        full join (from '{truth}/orders/*.parquet' where is_delivered) t using (order_id)
        where o.order_id is null or t.order_id is null or o.ordered_at <> t.ordered_at"""
    assert count(raw, differs) == 0
