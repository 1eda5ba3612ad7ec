"""Every defect an input can have leads to its named outcome, and every record is accounted for."""

import dataclasses
import gzip
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import loading
from orchestration.contract import Column, Input, read_contract
from orchestration.loading import AccountingError, FileRejected, Load, load_input, unknown_folders
from orchestration.settings import ROOT

KEY = b"a key for tests"
LOADED_AT = datetime(2026, 1, 2, 3, 4, 5)
ORDERS = Input(
    "orders",
    "sales",
    (
        Column("order_id", "string", is_required=True),
        Column("ordered_at", "timestamp", is_required=True),
        Column("amount", "decimal(18,4)"),
        Column("currency", "string"),
        Column("quantity", "bigint", default="1"),
        Column("is_test", "boolean"),
        Column("due_on", "date"),
        Column("weight", "double"),
        Column("note", "string"),
    ),
    ("order_id",),
    event_time="ordered_at",
)
VERSIONED = dataclasses.replace(
    ORDERS, columns=(*ORDERS.columns[:3], Column("updated_at", "timestamp"))
)
PARTIES = Input(
    "parties",
    "parties",
    (Column("party_id", "string", is_required=True), Column("email", "string", is_hashed=True)),
    ("party_id",),
)
HEAD = "order_id,ordered_at"


class Bench:
    """A landing folder, a quarantine folder and a build database."""

    def __init__(self, root: Path) -> None:
        root.mkdir(exist_ok=True)
        self.landing, self.quarantine = root / "landing[1]", root / "quarantine"
        self.database = root / "build.duckdb"
        self.connection = duckdb.connect(str(self.database))

    def deliver(self, name: str, content: str | bytes, spec: Input = ORDERS) -> Path:
        path = self.landing / spec.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, spec: Input = ORDERS) -> Load:
        load = load_input(
            self.connection,
            spec,
            self.landing,
            self.quarantine,
            hash_key=KEY,
            load_id="load-1",
            loaded_at=LOADED_AT,
        )
        parts = load.loaded + load.replaced + load.duplicates + load.quarantined
        assert load.delivered == parts == sum(file.rows for file in load.files)
        assert json.loads(json.dumps(dataclasses.asdict(load)))["input"] == spec.name
        assert self.rows("select table_name from duckdb_tables() where temporary") == []
        return load

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def column(self, name: str, table: str = "raw.orders") -> list[Any]:
        return [row[0] for row in self.rows(f"select {name} from {table}")]

    def kept(self, load: Load) -> list[dict[str, Any]]:
        found = self.connection.execute(
            f"from read_parquet('{self.quarantine / load.input}.parquet')"
        )
        names = [item[0] for item in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def counts(load: Load) -> tuple[int, int, int, int, int]:
    return load.delivered, load.loaded, load.replaced, load.duplicates, load.quarantined


def places(load: Load) -> list[tuple[str, int, str | None, str | None]]:
    return [(item.file, item.row, item.column, item.value) for item in load.problems]


# Accepted


def test_a_missing_folder_gives_an_empty_typed_table(bench: Bench) -> None:
    load = bench.load()
    assert (load.is_delivered, counts(load)) == (False, (0, 0, 0, 0, 0))
    types = dict(bench.rows("select column_name, data_type from duckdb_columns()"))
    assert (types["amount"], types["ordered_at"], types["quantity"]) == (
        "DECIMAL(18,4)",
        "TIMESTAMP",
        "BIGINT",
    )
    assert (types["_file"], types["_row_number"]) == ("VARCHAR", "BIGINT")
    assert (types["_loaded_at"], types["_load_id"]) == ("TIMESTAMP", "VARCHAR")


def test_values_take_their_types(bench: Bench) -> None:
    names = ",".join(column.name for column in ORDERS.columns)
    bench.deliver(
        "a.csv", f'{names}\nO-1,2024-03-01T10:00:00+02:00,10.005,EUR,,T,2024-02-29,.5,""\n'
    )
    load = bench.load()
    assert bench.rows("from raw.orders") == [
        (
            "O-1",
            datetime(2024, 3, 1, 8),
            Decimal("10.0050"),
            "EUR",
            1,
            True,
            datetime(2024, 2, 29).date(),
            0.5,
            None,
            "a.csv",
            1,
            LOADED_AT,
            "load-1",
        )
    ]
    assert (load.first_event_date, load.last_event_date) == ("2024-03-01", "2024-03-01")
    content = (bench.landing / "orders" / "a.csv").read_bytes()
    (file,) = load.files
    assert (file.name, file.bytes, file.rows) == ("a.csv", len(content), 1)
    assert file.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-01", datetime(2024, 3, 1)),
        ("2024-03-01 10:00", datetime(2024, 3, 1, 10)),
        ("2024-03-01T10:00:01.5", datetime(2024, 3, 1, 10, 0, 1, 500000)),
        ("2024-03-01T10:00Z", datetime(2024, 3, 1, 10)),
        ("2024-03-01 10:00:00-05", datetime(2024, 3, 1, 15)),
        ("2024-03-01 10:00:00.123456+05:30", datetime(2024, 3, 1, 4, 30, 0, 123456)),
    ],
)
def test_timestamps_become_utc(bench: Bench, text: str, expected: datetime) -> None:
    bench.connection.execute("set TimeZone = 'America/New_York'")
    bench.deliver("a.csv", f"{HEAD}\nO-1,{text}\n")
    bench.load()
    assert bench.column("ordered_at") == [expected]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\ufefforder_id,ordered_at,note\nO-1,2024-01-01,x\n", id="byte order mark"),
        pytest.param("order_id,ordered_at,note\r\nO-1,2024-01-01,x\r\n", id="CRLF"),
        pytest.param("note,ORDERED_AT, Order_ID \nx,2024-01-01,O-1\n", id="order and case"),
        pytest.param("order_id,ordered_at,note\nO-1,2024-01-01,x", id="no last line end"),
        pytest.param("order_id,ordered_at,note\n\nO-1,2024-01-01,x\n\n", id="blank lines"),
        pytest.param('"order_id","ordered_at","note"\n"O-1","2024-01-01","x"\n', id="quotes"),
    ],
)
def test_forms_of_csv_that_are_accepted(bench: Bench, content: str) -> None:
    bench.deliver("a.csv", content)
    assert counts(bench.load()) == (1, 1, 0, 0, 0)
    assert bench.rows("select order_id, note, _row_number from raw.orders") == [("O-1", "x", 1)]


def test_quoted_line_ends_and_quotes_stay(bench: Bench) -> None:
    bench.deliver(
        "a.csv", f'{HEAD},note\r\nO-1,2024-01-01,"a\nb\r\n""c"", d"\r\nO-2,2024-01-01,\r\n'
    )
    bench.load()
    assert bench.rows("select note, _row_number from raw.orders") == [
        ('a\nb\r\n"c", d', 1),
        (None, 2),
    ]


def test_header_only(bench: Bench) -> None:
    bench.deliver("a.csv", HEAD)
    load = bench.load()
    assert (load.is_delivered, counts(load)) == (True, (0, 0, 0, 0, 0))


def test_a_new_column_is_reported(bench: Bench) -> None:
    bench.deliver("a.csv", f"{HEAD},colour\nO-1,2024-01-01,red\n")
    assert bench.load().new_columns == ("colour",)
    assert "colour" not in [row[0] for row in bench.rows("describe raw.orders")]


def test_unknown_folders_are_reported(bench: Bench) -> None:
    bench.deliver("a.csv", f"{HEAD}\n")
    (bench.landing / "order").mkdir()
    (bench.landing / ".hidden").mkdir()
    assert unknown_folders(bench.landing, [ORDERS, PARTIES]) == ["order"]
    assert unknown_folders(bench.landing / "missing", [ORDERS]) == []


# The same rows in every form, in any order

ROWS = [
    {"order_id": "O-1", "ordered_at": "2024-01-01T10:00:00Z", "amount": "12345678901234.1234"},
    {"order_id": "O-2", "ordered_at": "2024-01-02T10:00:00Z", "note": 'a "b", é\n: 5.0'},
    {"order_id": "O-3", "ordered_at": "2024-01-03T10:00:00Z", "amount": "0.10", "is_test": "true"},
]


def as_csv(rows: list[dict[str, str]]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    quoted = [['"' + row.get(name, "").replace('"', '""') + '"' for name in names] for row in rows]
    return "\n".join([",".join(names), *map(",".join, quoted), ""]).encode()


def as_jsonl(rows: list[dict[str, str]]) -> bytes:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    bare = [
        line.replace(f'"{row.get("amount")}"', str(row.get("amount")))
        for line, row in zip(lines, rows, strict=True)
    ]
    return "\n".join([*bare, ""]).replace('"true"', "true").encode()


def in_duckdb(kind: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        plain = path.parent.parent / "plain.csv"
        plain.write_bytes(as_csv(ROWS))
        connection = duckdb.connect()
        if kind == "zstd":
            lines = f"read_csv('{plain}', columns={{'l': 'varchar'}}, header=false, quote='',"
            lines += " escape='', delim='\x01', auto_detect=false)"
            options = "compression zstd, header false, quote '', escape '', delimiter '\x01'"
            connection.execute(f"copy (from {lines}) to '{path}' (format csv, {options})")
        else:
            connection.execute("set TimeZone = 'America/New_York'")
            connection.execute(
                f"copy (select order_id, ordered_at::timestamptz as Ordered_At,"
                f" amount::decimal(30,4) as amount, note, is_test::boolean as is_test"
                f" from read_csv('{plain}', all_varchar=true)) to '{path}' (format parquet)"
            )

    return write


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv.gz", lambda path: path.write_bytes(gzip.compress(as_csv(ROWS)))),
        ("a.jsonl", lambda path: path.write_bytes(as_jsonl(ROWS))),
        ("a.jsonl.gz", lambda path: path.write_bytes(gzip.compress(as_jsonl(ROWS)))),
        ("a.csv.zst", in_duckdb("zstd")),
        ("a.parquet", in_duckdb("parquet")),
    ],
)
def test_every_format_gives_the_same_table(
    bench: Bench, name: str, write: Callable[[Path], None]
) -> None:
    path = bench.deliver("a.csv", as_csv(ROWS))
    bench.load()
    columns = "select * exclude (_file) from raw.orders"
    expected = bench.rows(columns)
    assert expected[0][2] == Decimal("12345678901234.1234")
    path.unlink()
    write(path.with_name(name))
    assert counts(bench.load()) == (3, 3, 0, 0, 0)
    assert bench.rows(columns) == expected


def test_the_order_in_which_files_are_created_does_not_matter(tmp_path: Path) -> None:
    files = {
        f"{letter}.csv": f"{HEAD}\nO-1,2024-01-01\nO-{letter},2024-01-01\nO-2,2024-01-0{day}\n"
        for day, letter in enumerate("abcde", 1)
    }
    found = []
    for number, names in enumerate(
        (sorted(files), sorted(files, reverse=True), ["c.csv", "a.csv", "d.csv", "b.csv", "e.csv"])
    ):
        bench = Bench(tmp_path / str(number))
        for name in names:
            bench.deliver(name, files[name])
        load = bench.load()
        found.append((load, bench.rows("from raw.orders")))
    assert found[0] == found[1] == found[2]
    assert counts(found[0][0]) == (15, 7, 4, 4, 0)


# Quarantined: the record is kept aside, and nothing is rounded or made null


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("ordered_at", "2024-02-30", "is not in the calendar"),
        ("ordered_at", "01/02/2024", "is not an ISO 8601 timestamp"),
        ("ordered_at", "2024-01-01 24:00:00", "is not an ISO 8601 timestamp"),
        ("ordered_at", "2024-01-01 10:00:00 Europe/Paris", "is not an ISO 8601 timestamp"),
        ("ordered_at", "2024-01-01 10:00:00.1234567", "is not an ISO 8601 timestamp"),
        ("ordered_at", "1704103200", "is not an ISO 8601 timestamp"),
        ("ordered_at", "1899-12-31", "is outside the years 1900 to 2200"),
        ("ordered_at", "2201-01-01", "is outside the years 1900 to 2200"),
        ("due_on", "2024-01-01 00:00:00", "is not an ISO 8601 date"),
        ("due_on", "2023-02-29", "is not in the calendar"),
        ("amount", "1.00001", "has more than 4 decimals"),
        ("amount", "100000000000000", "does not fit in decimal(18,4)"),
        ("amount", "1e3", "is not a plain decimal number"),
        ("amount", "1,5", "is not a plain decimal number"),
        ("amount", " 1.5", "is not a plain decimal number"),
        ("amount", "NaN", "is not a plain decimal number"),
        ("quantity", "1.0", "is not a whole number"),
        ("quantity", "1e3", "is not a whole number"),
        ("quantity", "0x10", "is not a whole number"),
        ("quantity", "9223372036854775808", "does not fit in bigint"),
        ("is_test", "maybe", "is neither true nor false"),
        ("weight", "heavy", "is not a finite number"),
        ("weight", "inf", "is not a finite number"),
        ("currency", "XXX", "is not a currency"),
        ("currency", "eur", "is not a currency"),
        ("order_id", "O\u200b-2", "holds an invisible character, or a space at an end"),
        ("order_id", "O-2 ", "holds an invisible character, or a space at an end"),
    ],
)
def test_a_bad_value_sends_its_row_to_quarantine(
    bench: Bench, column: str, value: str, reason: str
) -> None:
    bad = {"order_id": "O-2", "ordered_at": "2024-01-01"} | {column: value}
    good = {"order_id": "O-1", "ordered_at": "2024-01-01"} | {
        name: "" for name in bad if name not in ("order_id", "ordered_at")
    }
    bench.deliver("a.csv", as_csv([good, bad]))
    load = bench.load()
    assert counts(load) == (2, 1, 0, 0, 1)
    assert places(load) == [("a.csv", 2, column, value)]
    (problem,) = load.problems
    assert (problem.reason, problem.key) == (reason, f"order_id={bad['order_id']}")
    assert problem.mend
    (kept,) = bench.kept(load)
    assert (kept["file"], kept["row"], kept["value"]) == ("a.csv", 2, value)
    assert json.loads(kept["record"])[column] == value


def test_a_missing_required_value(bench: Bench) -> None:
    bench.deliver("a.csv", f"{HEAD}\nO-1,\n,2024-01-01\n")
    load = bench.load()
    assert places(load) == [("a.csv", 1, "ordered_at", None), ("a.csv", 2, "order_id", None)]
    assert [problem.key for problem in load.problems] == ["order_id=O-1", "order_id="]


def test_short_and_long_records_keep_the_numbers_of_the_others(bench: Bench) -> None:
    lines = [
        HEAD + ",note",
        'O-1,2024-01-01,"two\nlines"',
        "O-2,2024-01-01",
        "",
        "O-4,2024-01-01,x,y",
        'O-5,2024-01-01,"again\n\ntwo"',
        "O-6",
        "O-7,2024-01-01,z",
    ]
    for end in ("\n", "\r\n"):
        bench.deliver("a.csv", end.join(lines))
        load = bench.load()
        assert counts(load) == (6, 3, 0, 0, 3)
        assert places(load) == [("a.csv", row, None, None) for row in (2, 3, 5)]
        assert [problem.reason for problem in load.problems] == [
            "the record has too few values",
            "the record has too many values",
            "the record has too few values",
        ]
        assert bench.rows("select order_id, _row_number from raw.orders") == [
            ("O-1", 1),
            ("O-5", 4),
            ("O-7", 6),
        ]
        assert bench.kept(load)[1]["record"] == "O-4,2024-01-01,x,y"


def test_record_numbers_hold_in_a_large_file(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "CHUNK", 100_003)
    bad = range(7, 60_000, 1_777)
    lines = [f'O-{n},2024-01-01,"{n}\n, ""{"x" * (n % 90)}"' for n in range(1, 60_001)]
    for n in bad:
        lines[n - 1] = f"O-{n},2024-01-01" if n % 2 else f"O-{n},2024-01-01,a,b"
    bench.deliver("a.csv", "\n".join([HEAD + ",note", *lines]))
    load = bench.load()
    assert counts(load) == (60_000, 60_000 - len(bad), 0, 0, len(bad))
    assert [row["row"] for row in bench.kept(load)] == list(bad)
    assert len(load.problems) == loading.SHOWN
    assert bench.column("count(*) filter (where order_id != 'O-' || _row_number)") == [0]


def test_a_large_table_is_in_order_of_file_and_row(bench: Bench) -> None:
    for name in ("b.csv", "a.csv"):
        path = bench.deliver(name, b"")
        row = f"'{name[0]}' || i as order_id, '2024-01-01' as ordered_at, 'EUR' as currency"
        duckdb.execute(f"copy (select {row} from range(1, 300001) as t(i)) to '{path}' (header)")
    bench.deliver("c.csv", f"{HEAD},currency\nb5,2024-01-01,USD\n")
    assert counts(bench.load()) == (600_001, 600_000, 1, 0, 0)
    found = bench.connection.execute("select order_id, _file, _row_number from raw.orders")
    rows = found.fetchall()
    assert [row[1:] for row in rows] == sorted(row[1:] for row in rows)
    assert all(order == f"{file[0]}{row}" for order, file, row in rows[:-1])


def test_a_record_of_ten_megabytes(bench: Bench) -> None:
    bench.deliver("a.csv", f"{HEAD},note\nO-1,2024-01-01,{'x' * 10_000_000}\nO-2,2024-01-01,\n")
    load = bench.load()
    assert (counts(load), places(load)) == ((2, 1, 0, 0, 1), [("a.csv", 1, None, None)])
    assert bench.column("_row_number") == [2]


def test_bad_lines_of_jsonl(bench: Bench) -> None:
    lines = [
        '{"order_id": "O-1", "ordered_at": "2024-01-01", "amount": 1e3}',
        '{"order_id": "O-2", "ordered_at": "2024-01-01", "amount": 1.00001}',
        '{"order_id": "O-3", ',
        "",
        "[1]",
        '{"order_id": "O-6", "ordered_at": "2024-01-01", "note": {"a": 1}}',
        '{"order_id": 7, "ordered_at": "2024-01-01", "amount": -0.10, "note": null}',
        '{"order_id": "O-8", "ordered_at": "2024-01-01", "quantity": 1.0}',
    ]
    bench.deliver("a.jsonl", "\ufeff" + "\r\n".join(lines))
    load = bench.load()
    assert counts(load) == (7, 1, 0, 0, 6)
    assert places(load) == [
        ("a.jsonl", 1, "amount", "1e3"),
        ("a.jsonl", 2, "amount", "1.00001"),
        ("a.jsonl", 3, None, None),
        ("a.jsonl", 5, None, None),
        ("a.jsonl", 6, "note", '{"a":1}'),
        ("a.jsonl", 8, "quantity", "1.0"),
    ]
    assert bench.kept(load)[2]["record"] == lines[2]
    assert bench.rows("select order_id, amount, _row_number from raw.orders") == [
        ("7", Decimal("-0.1"), 7)
    ]


def test_a_stale_quarantine_file_goes(bench: Bench) -> None:
    bench.deliver("a.csv", f"{HEAD}\nO-1,never\n")
    bench.load()
    assert (bench.quarantine / "orders.parquet").exists()
    bench.deliver("a.csv", f"{HEAD}\nO-1,2024-01-01\n")
    bench.load()
    assert not (bench.quarantine / "orders.parquet").exists()


# One key, several records


def test_equal_records_are_kept_once(bench: Bench) -> None:
    bench.deliver("a.csv", f"{HEAD},amount\nO-1,2024-01-01,1.5\nO-1,2024-01-01,1.50\n")
    bench.deliver("b.csv", f"amount,{HEAD}\n1.5000,O-1,2024-01-01T00:00:00Z\n")
    load = bench.load()
    assert counts(load) == (3, 1, 0, 2, 0)
    assert bench.rows("select _file, _row_number from raw.orders") == [("a.csv", 1)]
    assert [
        (row.file, row.row, row.key, row.repeats_file, row.repeats_row)
        for row in load.duplicate_rows
    ] == [("a.csv", 2, "order_id=O-1", "a.csv", 1), ("b.csv", 1, "order_id=O-1", "a.csv", 1)]


def test_different_records_with_one_key_in_one_file(bench: Bench) -> None:
    bench.deliver("a.csv", f"{HEAD},amount\nO-1,2024-01-01,1\nO-2,2024-01-01,\nO-1,2024-01-01,2\n")
    load = bench.load()
    assert counts(load) == (3, 1, 0, 0, 2)
    assert places(load) == [("a.csv", 1, "order_id", "O-1"), ("a.csv", 3, "order_id", "O-1")]
    assert "rows 1, 3 " in load.problems[0].reason
    assert bench.column("order_id") == ["O-2"]


def test_a_later_file_replaces(bench: Bench) -> None:
    bench.deliver("b.csv", f"{HEAD},amount\nO-1,2024-01-01,2\nO-1,2024-01-01,2\n")
    bench.deliver("a.csv", f"{HEAD},amount\nO-1,2024-01-01,1\n")
    load = bench.load()
    assert counts(load) == (3, 1, 1, 1, 0)
    assert bench.rows("select amount, _file, _row_number from raw.orders") == [(2, "b.csv", 1)]


def test_an_identifier_keeps_every_party_that_has_it(bench: Bench) -> None:
    contract = read_contract(ROOT / "models" / "staging")
    identities = next(spec for spec in contract if spec.name == "identities")
    head = "identifier,identifier_type,party_id,valid_from\n"
    bench.deliver("a.csv", f"{head}d1,device,ann,\nd1,device,bob,\n", identities)
    bench.deliver("b.csv", f"{head}d1,device,bob,2024-01-01\n", identities)
    load = bench.load(identities)
    assert counts(load) == (3, 2, 1, 0, 0)
    assert bench.rows("select party_id, _file from raw.identities order by all") == [
        ("ann", "a.csv"),
        ("bob", "b.csv"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("2024-01-02", "2024-01-01", "a.csv"),
        ("2024-01-01", "2024-01-02", "b.csv"),
        ("2024-01-02", "2024-01-02", "b.csv"),
        ("2024-01-02", "", "b.csv"),
    ],
)
def test_updated_at_decides_where_both_carry_it(
    bench: Bench, first: str, second: str, kept: str
) -> None:
    bench.deliver("a.csv", f"{HEAD},amount,updated_at\nO-1,2024-01-01,1,{first}\n")
    bench.deliver("b.csv", f"{HEAD},amount,updated_at\nO-1,2024-01-01,2,{second}\n")
    load = bench.load(VERSIONED)
    assert (counts(load), bench.column("_file")) == ((2, 1, 1, 0, 0), [kept])


def test_a_quarantined_record_replaces_nothing(bench: Bench) -> None:
    bench.deliver("a.csv", f"{HEAD}\nO-1,2024-01-01\n")
    bench.deliver("b.csv", f"{HEAD}\nO-1,never\n")
    assert counts(bench.load()) == (2, 1, 0, 0, 1)
    assert bench.column("_file") == ["a.csv"]


# Rejected: the whole file, with the line and what to do


@pytest.mark.parametrize(
    ("name", "content", "line", "reason"),
    [
        ("a.csv", b"", None, "it is empty"),
        ("a.csv", b"\xef\xbb\xbf", None, "it is empty"),
        ("a.csv", b"\norder_id,ordered_at\n", 1, "its first line is blank"),
        ("a.csv", b"O-1,2024-01-01\nO-2,2024-01-01\n", 1, "its first line holds none"),
        ("a.csv", b"order_id;ordered_at\nO-1;2024-01-01\n", 1, "separated by commas"),
        ("a.csv", b"order_id,note\nO-1,x\n", 1, "column ordered_at is missing"),
        ("a.csv", b"order_id,ordered_at, ORDER_ID\n", 1, "the name of another, order_id"),
        ("a.csv", b"order_id,ordered_at,\n", 1, "column 3 has no name"),
        ("a.csv", b"order_id,ordered_at\nO-1,2024-01-01\nO-\xe9,2024-01-01\n", 3, "not UTF-8"),
        ("a.csv", "order_id,ordered_at\n".encode("utf-16"), 1, "not UTF-8"),
        ("a.csv", b"order_id,ordered_at\nO-1,2024-01-01\nO-\0,2024-01-01\n", 3, "NUL"),
        ("a.csv", b"order_id,ordered_at\nO-1,2024-01-01\r\nO-2,2024-01-01\n", 2, "mixed"),
        ("a.csv", b"order_id,ordered_at\rO-1,2024-01-01\r", 1, "mixed"),
        ("a.csv", b'order_id,ordered_at\nO-1,2024-01-01\n"O-2,2024-01-01\nO-3,\n', 3, "quote"),
        ("a.csv", b'order_id,ordered_at\nO-1,2024-01-01\nO"2,2024-01-01\n', 3, "quote"),
        ("a.csv", b'order_id,ordered_at\n"O-1"x,2024-01-01\n', 2, "quote"),
        ("a.jsonl", b'{"order_id": 1, "ordered_at": "\xff"}\n', 1, "not UTF-8"),
        ("a.jsonl", b'{"order_id": 1}\n', 1, "column ordered_at is missing"),
        ("a.jsonl", b'{"ordered_at":"2024-01-01","order_id":1,"Order_ID":2}\n', 1, "twice"),
        ("a.csv.gz", b"order_id,ordered_at\n", None, "not a whole gzip file"),
        (
            "a.csv.gz",
            gzip.compress(b"order_id,ordered_at\n" * 99, mtime=0)[:-9],
            None,
            "not a whole gzip",
        ),
        ("a.csv.zst", b"order_id,ordered_at\n", None, "not a whole zstd file"),
        ("a.parquet", b"PAR1", None, "cannot be read"),
        ("a'b.csv", b"order_id,ordered_at\n", None, "its name"),
        ("[ab].csv", b"order_id,ordered_at\n", None, "its name"),
        ("a.xlsx", b"order_id,ordered_at\n", None, "its name"),
    ],
)
def test_a_file_that_is_rejected(
    bench: Bench, name: str, content: bytes, line: int | None, reason: str
) -> None:
    good = bench.deliver("a.csv", f"{HEAD}\nO-1,2024-01-01\n")
    bench.load()
    good.unlink()
    bench.deliver(name, content)
    with pytest.raises(FileRejected) as error:
        bench.load()
    assert (error.value.file, error.value.line) == (name, line)
    assert reason in str(error.value)
    assert f"orders/{name}" in str(error.value)
    assert error.value.mend in str(error.value)
    assert bench.column("order_id") == ["O-1"]


def test_links_and_folders_are_rejected(bench: Bench) -> None:
    secret = bench.landing.parent / "secret.csv"
    secret.write_text(f"{HEAD}\nO-1,2024-01-01\n")
    (bench.landing / "orders").mkdir(parents=True)
    link = bench.landing / "orders" / "a.csv"
    link.symlink_to(secret)
    with pytest.raises(FileRejected, match="a link or a folder"):
        bench.load()
    link.unlink()
    link.mkdir()
    with pytest.raises(FileRejected, match="a link or a folder"):
        bench.load()


def test_a_gzip_bomb(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MAX_UNPACKED_FREE", 1 << 20)
    bench.deliver("a.csv.gz", gzip.compress(f"{HEAD}\n".encode() + b"x" * (3 << 20)))
    with pytest.raises(FileRejected, match="unpacks to more than 200 times"):
        bench.load()


def test_a_torn_zstd_file(bench: Bench) -> None:
    path = bench.deliver("a.csv.zst", b"")
    rows = "select 'O-' || i as order_id, '2024-01-01' as ordered_at from range(100000) as t(i)"
    duckdb.execute(f"copy ({rows}) to '{path}' (format csv, compression zstd)")
    whole = path.read_bytes()
    bench.deliver("b.csv.zst", b"\x50\x2a\x4d\x18\x02\0\0\0ab" + whole)
    assert counts(bench.load()) == (200_000, 100_000, 0, 100_000, 0)
    for size in (1, 5, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(FileRejected, match="not a whole zstd file"):
            bench.load()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1.5::double", "column amount is DOUBLE. Write DECIMAL"),
        ("1.5::float", "column amount is FLOAT. Write DECIMAL"),
        ("[1.5]", "column amount is "),
    ],
)
def test_parquet_types_that_are_rejected(bench: Bench, value: str, reason: str) -> None:
    path = bench.deliver("a.parquet", b"")
    row = f"select 'O-1' as order_id, timestamp '2024-01-01' as ordered_at, {value} as amount"
    duckdb.execute(f"copy ({row}) to '{path}' (format parquet)")
    with pytest.raises(FileRejected) as error:
        bench.load()
    assert reason in str(error.value)


# Privacy and accounting


def test_hashed_columns_leave_no_clear_value(bench: Bench) -> None:
    content = [
        "party_id,email",
        "P-1, Ann@Example.org ",
        "P-2,jose\u0301@example.org",
        "P-3,jos\u00e9@example.org",
        "P-4,zero\u200bwidth@example.org",
        ",bob@example.org",
        "P-6,eve@example.org,more",
        "P-7,",
    ]
    bench.deliver("a.csv", "\n".join(content), PARTIES)
    load = bench.load(PARTIES)
    assert counts(load) == (7, 4, 0, 0, 3)

    def expected(text: str) -> str:
        return hmac.new(KEY, text.encode(), "sha256").hexdigest()

    jose = expected("jos\u00e9@example.org")
    assert bench.column("email", "raw.parties") == [expected("ann@example.org"), jose, jose, None]
    assert places(load) == [
        ("a.csv", 4, "email", "(22 characters)"),
        ("a.csv", 5, "party_id", None),
        ("a.csv", 6, None, None),
    ]
    kept = bench.kept(load)
    assert json.loads(kept[1]["record"])["email"] == expected("bob@example.org")
    assert "withheld" in kept[2]["record"]
    bench.connection.execute("checkpoint")
    bench.connection.close()
    stored = bench.database.read_bytes() + (bench.quarantine / "parties.parquet").read_bytes()
    assert b"example.org" not in stored.lower()


def test_a_key_longer_than_a_block_is_hashed_like_any_hmac(bench: Bench) -> None:
    bench.deliver("a.csv", "party_id,email\nP-1,ann@example.org\n", PARTIES)
    key = b"k" * 100
    folders = (bench.landing, bench.quarantine)
    settings = {"load_id": "x", "loaded_at": LOADED_AT}
    load_input(bench.connection, PARTIES, *folders, hash_key=key, **settings)
    digest = hmac.new(key, b"ann@example.org", "sha256").hexdigest()
    assert bench.column("email", "raw.parties") == [digest]
    with pytest.raises(ValueError, match="hash_key is empty"):
        load_input(bench.connection, PARTIES, *folders, hash_key=b"", **settings)


def test_a_record_that_gets_lost_stops_the_load(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.deliver("a.csv", f"{HEAD}\nO-1,2024-01-01\n")
    bench.load()
    bench.deliver("b.csv", f"{HEAD}\nO-2,2024-01-01\n")
    monkeypatch.setattr(loading._Work, "sort_records", lambda self, file: None)
    with pytest.raises(AccountingError, match="do not add up"):
        bench.load()
    assert bench.column("order_id") == ["O-1"]
