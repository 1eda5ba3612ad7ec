"""Load one input from its landing folder into `raw`: every record once, in quarantine, or counted.

A file that cannot be read with certainty is rejected whole (FileRejected). A record that breaks the
contract goes to quarantine with the column, the value, the reason and the mend. Of records with
the same key one is kept. Files are read as text by header name, and only then cast by rule, because
a typed reader rounds 10.005 and takes 1e3 for an integer. Columns that are hashed are hashed in the
first statement that reads them, so that no table and no quarantine file ever holds the clear value.
"""

import codecs
import contextlib
import csv
import gzip
import hashlib
import io
import itertools
import json
import re
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
from babel.core import get_global

from orchestration.contract import Column, Input

SHOWN = 20  # problems and duplicates listed in a Load; all of them are in the quarantine file
MAX_RECORD = 2_000_000  # bytes
MAX_UNPACKED_RATIO, MAX_UNPACKED_FREE = 200, 64 << 20  # a .gz beyond both is taken for a bomb
CHUNK = 8 << 20
FILE_NAME = re.compile(
    r"\w[\w .,+@=&~#()-]*\.((?P<kind>csv|jsonl)(\.(?P<packing>gz|zst))?|(?P<parquet>parquet))"
)
CURRENCY_SINCE = 2000
QUOTE, COMMA, LF, CR = b'",\n\r'

NUMBER = r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
OFFSET = r"[+-](0[0-9]|1[0-5])(:[0-5][0-9])?"
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
INVISIBLE = r"[\x{00}-\x{1F}\x{7F}\x{AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}]"
EDGE = r"^[\s\x{A0}]|[\s\x{A0}]$"
TRUE, FALSE = "('true', 't', '1', 'yes')", "('false', 'f', '0', 'no')"
# Splits a JSON text into (anything but a number)(number or end): turns bare numbers into strings.
JSON_NUMBER = r'((?:"(?:[^"\\]|\\.)*"|[^"0-9-])*)(-?[0-9][0-9.eE+-]*|$)'


class FileRejected(ValueError):
    """A delivered file that cannot be read with certainty; nothing of its input is loaded."""

    def __init__(self, file: Path, reason: str, mend: str, line: int | None = None) -> None:
        """Name the file, the line where one is to blame, and what to do."""
        at = f" line {line}" if line else ""
        super().__init__(f"{file.parent.name}/{file.name}{at}: {reason}. {mend}.")
        self.file, self.line, self.reason, self.mend = file.name, line, reason, mend


class AccountingError(RuntimeError):
    """Delivered records do not add up to loaded, replaced, duplicate and quarantined ones."""


@dataclass(frozen=True)
class Problem:
    """A record in quarantine, the first of its columns that is at fault, and what to do."""

    file: str
    row: int
    key: str
    column: str | None
    value: str | None
    reason: str
    mend: str


@dataclass(frozen=True)
class Duplicate:
    """A record that repeats another one exactly; the other one was kept."""

    file: str
    row: int
    key: str
    repeats_file: str
    repeats_row: int


@dataclass(frozen=True)
class Delivery:
    """A file that was read: its hash and size as delivered, and its records."""

    name: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True)
class Load:
    """What became of one input; `dataclasses.asdict` of it can be written as JSON."""

    input: str
    is_delivered: bool
    files: tuple[Delivery, ...]
    delivered: int
    loaded: int
    replaced: int
    duplicates: int
    quarantined: int
    problems: tuple[Problem, ...]
    duplicate_rows: tuple[Duplicate, ...]
    new_columns: tuple[str, ...]
    first_event_date: str | None
    last_event_date: str | None


class _Rule(NamedTuple):
    condition: str
    reason: str
    mend: str


def unknown_folders(landing: Path, contract: Sequence[Input]) -> list[str]:
    """Return what lies in `landing` under a name that is no input of the contract."""
    known = {spec.name for spec in contract}
    if not landing.is_dir():
        return []
    names = sorted(path.name for path in landing.iterdir() if not path.name.startswith("."))
    return [name for name in names if name not in known]


def load_input(
    connection: duckdb.DuckDBPyConnection,
    spec: Input,
    landing: Path,
    quarantine: Path,
    *,
    hash_key: bytes,
    load_id: str,
    loaded_at: datetime,
) -> Load:
    """Replace table `raw.<input>` by what lies in `landing/<input>/`; say what became of it.

    The table has the contract's columns, then _file, _row_number (1 = first record after the
    header; in JSONL the line), _loaded_at and _load_id, ordered by file name and row. Records in
    quarantine are written to `quarantine/<input>.parquet`, or no such file is left. A folder that
    is missing or holds no file gives an empty table. Hidden files are passed over.

    The connection must not be in a transaction. Raises FileRejected (the table stays as it was),
    AccountingError, and ValueError where the hash key is empty.
    """
    if not hash_key:
        raise ValueError("hash_key is empty: set the key for hashed columns")
    work = _Work(connection, spec, hash_key)
    quarantine_file = quarantine / f"{spec.name}.parquet"
    quarantine_file.unlink(missing_ok=True)
    folder = landing / spec.name
    paths = sorted(folder.iterdir(), key=lambda path: path.name) if folder.is_dir() else []
    paths = [path for path in paths if not path.name.startswith(".")]
    files: list[Delivery] = []
    new_columns: set[str] = set()
    work.open()
    try:
        for path in paths:
            rows, header = work.read(path)
            files.append(Delivery(path.name, _sha256(path), path.stat().st_size, rows))
            new_columns.update(set(header).difference(work.names))
        work.settle_keys()
        if loaded_at.tzinfo:
            loaded_at = loaded_at.astimezone(UTC).replace(tzinfo=None)
        counts = work.publish(sum(file.rows for file in files), load_id, loaded_at)
        if counts["quarantined"]:
            work.write_quarantine(quarantine_file)
        return Load(
            input=spec.name,
            is_delivered=bool(paths),
            files=tuple(files),
            problems=work.problems(),
            duplicate_rows=work.duplicate_rows(),
            new_columns=tuple(sorted(new_columns)),
            **counts,
        )
    finally:
        work.close()


class _Work:
    """The temporary tables of one load.

    load_text is one file as text, load_typed every record that could be read, with the number of
    the rule it breaks, load_fate what becomes of records that share a key.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, spec: Input, key: bytes) -> None:
        self.connection, self.spec = connection, spec
        key = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
        self.pads = {"inner": bytes(b ^ 0x36 for b in key), "outer": bytes(b ^ 0x5C for b in key)}
        self.names = [column.name for column in spec.columns]
        self.columns = ", ".join(f'"{name}"' for name in self.names)
        self.keys = ", ".join(f'"{name}"' for name in spec.key)
        self.key_text = " || ', ' || ".join(
            f"'{name}=' || coalesce(cast(\"{name}\" as varchar), '')" for name in spec.key
        )
        fields = ", ".join(f"'{name}': \"{name}\"" for name in self.names)
        self.record = f"cast(to_json({{{fields}}}) as varchar)"
        self.rules = [(c.name, rule) for c in spec.columns for rule in _rules(c, spec)]
        has_hashed = any(column.is_hashed for column in spec.columns)
        self.withheld = "'withheld: it may hold a value that is to be hashed'" if has_hashed else ""

    def run(self, sql: str, **values: Any) -> duckdb.DuckDBPyConnection:
        values |= {name: pad for name, pad in self.pads.items() if f"${name}" in sql}
        return self.connection.execute(sql, values or None)

    def count(self, sql: str) -> int:
        return self.run(f"select count(*) from {sql}").fetchall()[0][0]

    def open(self) -> None:
        self.close()
        types = ", ".join(f'"{c.name}" {_sql_type(c)}' for c in self.spec.columns)
        self.run("set preserve_insertion_order = true")
        self.run(
            f"create temp table load_typed"
            f" ({types}, _file varchar, _row_number bigint, _fault integer)"
        )
        self.run(
            'create temp table load_quarantine (file varchar, "row" bigint, "key" varchar,'
            ' "column" varchar, "value" varchar, reason varchar, mend varchar, record varchar)'
        )

    def close(self) -> None:
        for table in ("text", "lines", "typed", "fate", "quarantine", "rejects", "reject_scans"):
            self.run(f"drop table if exists temp.load_{table}")

    def read(self, path: Path) -> tuple[int, list[str]]:
        """Stage one file and sort its records; return how many it delivers, and its header."""
        if path.is_symlink() or not path.is_file():
            raise FileRejected(path, "it is a link or a folder", "Deliver a plain file")
        name = FILE_NAME.fullmatch(path.name)
        if not name:
            reason = (
                "its name is not <letters and digits>.csv, .jsonl (both also .gz, .zst), .parquet"
            )
            raise FileRejected(path, reason, "Rename it")
        stage = {"csv": self.stage_csv, "jsonl": self.stage_jsonl}
        with tempfile.TemporaryDirectory() as scratch:
            try:
                plain = self.unpack(path, name["packing"], Path(scratch) / "plain")
                rows, header = stage.get(name["kind"], self.stage_parquet)(path, plain)
            except duckdb.Error as error:
                reason = f"it cannot be read ({str(error).splitlines()[0][:200]})"
                raise FileRejected(path, reason, "Export it again") from error
        self.sort_records(path.name)
        return rows, header

    def unpack(self, path: Path, packing: str | None, plain: Path) -> Path:
        """Return a plain copy of a compressed file, or the file itself."""
        if packing is None:
            return path
        if packing == "gz":
            return _gunzip(path, plain)
        if not _is_whole_zstd(path):
            raise FileRejected(path, "it is not a whole zstd file", "Deliver it again")
        # Byte for byte where lines end in LF. A carriage return makes the reader fail with that
        # setting; then every line end becomes LF.
        target = f"{_literal(plain)} (format csv, header false, delim '\x01', quote '', escape '')"
        for options in (r", new_line='\n'", ""):
            with contextlib.suppress(duckdb.InvalidInputException):
                self.run(f"copy (from {_lines(path, options)}) to {target}")
                return plain
        raise FileRejected(path, "it is not text packed by zstd", "Deliver it again")

    def stage(self, fields: dict[str, str], source: str, line: str, nested: str = "null") -> None:
        """Create load_text: the contract's columns as text, hashed where that is asked for."""
        texts = ", ".join(
            f'{_text(c, fields.get(c.name))} as "{c.name}"' for c in self.spec.columns
        )
        self.run(
            f"create or replace temp table load_text as select {texts}, cast({line} as bigint)"
            f" as _line, cast({nested} as varchar) as _nested from {source}"
        )

    def check_header(self, path: Path, header: list[str]) -> None:
        if not set(header) & set(self.names):
            reason = "its first line holds none of the columns of the contract"
            mend = "Write their names there, separated by commas"
            raise FileRejected(path, reason, mend, 1)
        for place, name in enumerate(header):
            if not name or name in header[:place]:
                fault = f"the name of another, {name}" if name else "no name"
                reason = f"column {place + 1} has {fault}"
                raise FileRejected(path, reason, "Give each column its own name", 1)
        for column in self.spec.columns:
            if column.is_required and column.default is None and column.name not in header:
                mend = f"Add it; the file has: {', '.join(header)[:200]}"
                raise FileRejected(path, f"required column {column.name} is missing", mend, 1)

    def stage_csv(self, path: Path, plain: Path) -> tuple[int, list[str]]:
        header = _header(path, plain)
        self.check_header(path, header)
        delivered, malformed = _scan_csv(path, plain, len(header))
        columns = ", ".join(f"'c{place}': 'varchar'" for place in range(len(header)))
        self.run("drop table if exists temp.load_rejects")
        self.run("drop table if exists temp.load_reject_scans")
        self.stage(
            {name: f"c{place}" for place, name in enumerate(header)},
            f"read_csv({_pattern(plain)}, auto_detect=false, header=true, delim=',', quote='\"',"
            f" escape='\"', columns={{{columns}}}, null_padding=false, hive_partitioning=false,"
            f" strict_mode=true, max_line_size={MAX_RECORD}, store_rejects=true, rejects_limit=0,"
            " rejects_table='load_rejects', rejects_scan='load_reject_scans')",
            line="null",
        )
        rows = self.count("load_text")
        rejects = self.count("(select distinct line_byte_position from load_rejects)")
        if rejects != len(malformed) or rows + rejects != delivered:
            reason = f"of {delivered} records {rows} can be read and {rejects} cannot"
            mend = "Put quotes around every value that holds a comma, a quote or a line end"
            raise FileRejected(path, reason, mend)
        if rejects:
            self.quarantine_malformed(path.name, malformed)
        return delivered, header

    def quarantine_malformed(self, file: str, malformed: list[int]) -> None:
        """Quarantine the records the reader left out, and number the others around them."""
        self.run(
            """
            create or replace temp table load_text as
            select text.* replace (text.rowid + 1 + coalesce(gap.missing, 0) as _line)
            from load_text as text
            asof left join (
                select number - place as read_before, max(place) as missing
                from (
                    select unnest($numbers::bigint[]) as number,
                        unnest(range(1, len($numbers::bigint[]) + 1)) as place
                )
                group by read_before
            ) as gap on text.rowid >= gap.read_before
            order by text.rowid
            """,
            numbers=malformed,
        )
        record = self.withheld or "left(trim(any_value(csv_line), e'\\r\\n'), 100000)"
        self.run(
            f"""
            insert into load_quarantine
            select
                $file, ($numbers::bigint[])[row_number() over (order by line_byte_position)],
                '', null, null,
                case any_value(error_type)
                    when 'MISSING COLUMNS' then 'the record has too few values'
                    when 'TOO MANY COLUMNS' then 'the record has too many values'
                    else 'the record is longer than {MAX_RECORD} bytes'
                end,
                'Export the record again, one value a column, quoted where it holds a comma',
                {record}
            from load_rejects
            group by line_byte_position
            """,
            file=file,
            numbers=malformed,
        )

    def stage_jsonl(self, path: Path, plain: Path) -> tuple[int, list[str]]:
        for _ in _chunks(path, plain):
            pass  # refuses what is not UTF-8 text
        self.run(f"create or replace temp table load_text as from {_lines(plain)}")
        self.run(
            f"""
            create or replace temp table load_lines as
            select line, rowid + 1 as number, case
                when strlen(line) > {MAX_RECORD} then 'the line is longer than {MAX_RECORD} bytes'
                when not json_valid(line) or json_type(line) != 'OBJECT'
                    then 'the line is not a JSON object'
                end as fault
            from load_text
            where line is not null
            """
        )
        self.run(
            "insert into load_quarantine select $file, number, '', null, null, fault,"
            f" 'Write one JSON object a line', {self.withheld or 'left(line, 100000)'}"
            " from load_lines where fault is not null",
            file=path.name,
        )
        shapes = self.run(
            "select json_keys(line) as keys, min(number) from load_lines where fault is null"
            " group by keys order by 2"
        ).fetchall()
        spelling: dict[str, str] = {}
        for keys, line in shapes:
            names = [key.strip().lower() for key in keys]
            for key, name in zip(keys, names, strict=True):
                if names.count(name) > 1 or spelling.setdefault(name, key) != key:
                    reason = f"the name {name} is given twice, or in two spellings"
                    raise FileRejected(path, reason, "Give each name once, in one spelling", line)
        if shapes:
            self.check_header(path, list(spelling))
        wanted = {name: spelling[name] for name in self.names if name in spelling}
        structure = dict.fromkeys(wanted.values() or self.names[:1], "VARCHAR")
        nested = " ".join(
            f"when json_type(line, {_literal(_pointer(key))}) in ('OBJECT', 'ARRAY') then '{name}'"
            for name, key in wanted.items()
        )
        self.stage(
            {name: f"fields.{_identifier(key)}" for name, key in wanted.items()},
            f"""(
                select number, from_json(
                    case when regexp_matches(line, '[:\\s]-?[0-9]+([.eE]|[0-9]{{15}})')
                        then regexp_replace(line, {_literal(JSON_NUMBER)}, '\\1"\\2"', 'g')[:-3]
                        else line end,
                    {_literal(json.dumps(structure, ensure_ascii=False))}) as fields,
                    case when not regexp_matches(line, '[:\\s][\\[{{]') then null {nested} end
                        as nested
                from load_lines where fault is null
            )""",
            line="number",
            nested="nested",
        )
        return self.count("load_lines"), list(spelling)

    def stage_parquet(self, path: Path, plain: Path) -> tuple[int, list[str]]:
        source = f"read_parquet({_pattern(plain)}, hive_partitioning=false, file_row_number=true)"
        schema = self.run(f"describe select * exclude (file_row_number) from {source}").fetchall()
        header = [row[0].strip().lower() for row in schema]
        self.check_header(path, header)
        types = {column.name: column.data_type for column in self.spec.columns}
        fields = {}
        for name, (original, kind, *_) in zip(header, schema, strict=True):
            data_type = types.get(name, "")
            if data_type not in ("", "double") and kind in ("DOUBLE", "FLOAT"):
                raise FileRejected(path, f"column {name} is {kind}", f"Write {data_type.upper()}")
            if data_type and re.search(r"\]$|^(STRUCT|MAP|UNION|BLOB)", kind):
                raise FileRejected(path, f"column {name} is {kind}", f"Write {data_type.upper()}")
            zone = " at time zone 'UTC'" if kind == "TIMESTAMP WITH TIME ZONE" else ""
            fields[name] = f"cast({_identifier(original)}{zone} as varchar)"
        self.stage(fields, source, line="file_row_number + 1")
        return self.count(source), header

    def sort_records(self, file: str) -> None:
        """Append load_text to load_typed; a record that breaks a rule also goes to quarantine."""
        typed = ", ".join(f'{_typed(column)} as "{column.name}"' for column in self.spec.columns)
        faults = " ".join(
            f"when {rule.condition} then {n}" for n, (_, rule) in enumerate(self.rules, 1)
        )
        self.run(
            f"insert into load_typed select {typed}, $file, coalesce(_line, rowid + 1), case"
            f" when _nested is not null then 0 {faults} end from load_text",
            file=file,
        )
        values = " ".join(f"when '{name}' then \"{name}\"" for name in self.names)
        self.run(
            f"""
            insert into load_quarantine
            select
                $file, _row_number, {self.key_text}, _column,
                left(case _column {values} end, 200),
                coalesce($reasons[_fault], 'is an object or a list'),
                coalesce($mends[_fault], 'Write one plain value'),
                {self.record}
            from (
                select text.*, _row_number, _fault, coalesce(_nested, $columns[_fault]) as _column
                from load_text as text
                join load_typed as typed
                    on typed._file = $file and typed._fault is not null
                    and typed._row_number = coalesce(text._line, text.rowid + 1)
            )
            """,
            file=file,
            columns=[name for name, _ in self.rules],
            reasons=[rule.reason for _, rule in self.rules],
            mends=[rule.mend for _, rule in self.rules],
        )

    def settle_keys(self) -> None:
        """Decide which of the records with one key is loaded.

        Different records in one file are both at fault. Of different ones in different files the
        later replaces the earlier: by updated_at where every record of the key carries it, else by
        file name. Of equal ones the first is kept.
        """
        updated_at = "updated_at" if "updated_at" in self.names else "cast(null as timestamp)"
        self.run(
            f"""
            create or replace temp table load_fate as
            with shared as (
                select typed.rowid as id, key_id, _file, _row_number, {updated_at} as version,
                    md5({self.record}) as content
                from load_typed as typed
                join (
                    select {self.keys}, min(rowid) as key_id from load_typed where _fault is null
                    group by all having count(*) > 1
                ) using ({self.keys})
                where _fault is null
            ),
            conflicts as (
                select key_id, _file, string_agg(_row_number, ', ' order by _row_number) as rows
                from shared group by key_id, _file having min(content) != max(content)
            ),
            judged as (
                select shared.*, rows from shared left join conflicts using (key_id, _file)
            ),
            latest as (
                select key_id, case
                    when count(version) = count(*)
                        then arg_max(content, (version, _file, _row_number))
                    else arg_max(content, (_file, _row_number)) end as content
                from judged where rows is null group by key_id
            ),
            winners as (
                select key_id, content, arg_min(id, (_file, _row_number)) as winner
                from judged join latest using (key_id, content)
                where rows is null group by key_id, content
            )
            select id, winner, rows, case
                when rows is not null then 'quarantined' when id = winner then 'loaded'
                when judged.content = winners.content then 'duplicate' else 'replaced' end as fate
            from judged left join winners using (key_id)
            """
        )
        self.run(
            f"""
            insert into load_quarantine
            select
                _file, _row_number, {self.key_text}, '{", ".join(self.spec.key)}',
                concat_ws(', ', {self.keys}),
                'rows ' || left(rows, 100) || ' of the file have one key and different values',
                'Deliver the record once', {self.record}
            from load_fate join load_typed as typed on typed.rowid = id
            where fate = 'quarantined'
            """
        )

    def publish(self, delivered: int, load_id: str, loaded_at: datetime) -> dict[str, Any]:
        """Replace raw.<input> in one transaction, after checking that the counts add up."""
        table = f"raw.{self.spec.name}"
        event_time = self.spec.event_time or "null"
        self.run("begin transaction")
        try:
            self.run("create schema if not exists raw")
            self.run(
                f"""
                create or replace table {table} as
                select {self.columns}, _file, _row_number,
                    $loaded_at::timestamp as _loaded_at, $load_id::varchar as _load_id
                from load_typed
                where _fault is null
                    and rowid not in (select id from load_fate where fate != 'loaded')
                order by _file, _row_number
                """,
                loaded_at=loaded_at,
                load_id=load_id,
            )
            counts = {
                "delivered": delivered,
                "loaded": self.count(table),
                "replaced": self.count("load_fate where fate = 'replaced'"),
                "duplicates": self.count("load_fate where fate = 'duplicate'"),
                "quarantined": self.count("load_quarantine"),
            }
            if delivered != sum(counts.values()) - delivered:
                raise AccountingError(f"{self.spec.name}: the counts do not add up: {counts}")
            dates = f"min({event_time})::date::varchar, max({event_time})::date::varchar"
            first, last = self.run(f"select {dates} from {table}").fetchall()[0]
            self.run("commit")
        except BaseException:
            self.run("rollback")
            raise
        return counts | {"first_event_date": first, "last_event_date": last}

    def write_quarantine(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        target = f"{_literal(file)} (format parquet)"
        self.run(f'copy (from load_quarantine order by file, "row") to {target}')

    def problems(self) -> tuple[Problem, ...]:
        found = self.run(
            'select file, "row", "key", "column", "value", reason, mend from load_quarantine'
            f' order by file, "row" limit {SHOWN}'
        )
        return tuple(Problem(*row) for row in found.fetchall())

    def duplicate_rows(self) -> tuple[Duplicate, ...]:
        found = self.run(
            f"""
            select typed._file, typed._row_number, {self.key_text}, kept._file, kept._row_number
            from load_fate
            join load_typed as typed on typed.rowid = id
            join (select rowid as kept_id, _file, _row_number from load_typed) as kept
                on kept_id = winner
            where fate = 'duplicate'
            order by typed._file, typed._row_number limit {SHOWN}
            """
        )
        return tuple(Duplicate(*row) for row in found.fetchall())


def _sql_type(column: Column) -> str:
    return "varchar" if column.data_type == "string" else column.data_type


def _text(column: Column, field: str | None) -> str:
    """SQL of a column as text: empty is null, null is the default, hashed is hashed."""
    text = f"nullif({field}, '')" if field else "cast(null as varchar)"
    if column.default is not None:
        text = f"coalesce({text}, {_literal(column.default)})"
    if column.is_hashed:
        normal = f"encode(lower(trim(nfc_normalize({text}))))"
        text = (
            f"case when regexp_matches({text}, '{INVISIBLE}')"
            f" then '(' || length({text}) || ' characters)'"
            f" else sha256($outer || unhex(sha256($inner || {normal}))) end"
        )
    return text


def _typed(column: Column) -> str:
    """SQL of load_text's column in its type; null where _rules finds a fault."""
    text = f'"{column.name}"'
    if column.data_type == "timestamp":
        return (
            f"case when regexp_matches({text}, ':.*[+-]')"
            f" then try_cast({text} as timestamptz) at time zone 'UTC'"
            f" else try_cast(rtrim({text}, 'Z') as timestamp) end"
        )
    if column.data_type == "boolean":
        truth = f"lower({text}) in {TRUE}"
        return f"case when {truth} then true when lower({text}) in {FALSE} then false end"
    return text if column.data_type == "string" else f"try_cast({text} as {column.data_type})"


def _rules(column: Column, spec: Input) -> Iterator[_Rule]:
    """Yield what makes a record unfit because of one column, the plainest fault first."""
    text, kind, typed = f'"{column.name}"', column.data_type, _typed(column)
    unread = f"{text} is not null and {typed} is null"

    def unlike(pattern: str) -> str:
        return f"not regexp_full_match({text}, '{pattern}')"

    if column.is_required:
        yield _Rule(f"{text} is null", "is missing", "Fill it in")
    if kind == "string":
        if column.is_hashed:
            unfit = f"starts_with({text}, '(')"
            yield _Rule(unfit, "holds an invisible character", "Remove the character")
        elif column.name in spec.key or column.name.endswith("_id"):
            unfit = f"regexp_matches({text}, '{INVISIBLE}|{EDGE}')"
            reason = "holds an invisible character, or a space at an end"
            yield _Rule(unfit, reason, "Remove the character")
        if column.name == "currency":
            codes = ", ".join(f"'{code}'" for code in currencies())
            mend = "Write an ISO 4217 code in capitals, such as EUR"
            yield _Rule(f"{text} not in ({codes})", "is not a currency", mend)
    elif kind in ("timestamp", "date"):
        pattern = DATE if kind == "date" else f"{DATE}([ T]{CLOCK}(Z|{OFFSET})?)?"
        form = "YYYY-MM-DD" if kind == "date" else "YYYY-MM-DD HH:MM:SS, with Z or +HH:MM"
        yield _Rule(unlike(pattern), f"is not an ISO 8601 {kind}", f"Write {form}")
        yield _Rule(unread, "is not in the calendar", "Correct the day")
        years = f"year({typed}) not between 1900 and 2200"
        yield _Rule(years, "is outside the years 1900 to 2200", "Correct the year")
    elif kind == "boolean":
        yield _Rule(unread, "is neither true nor false", "Write true or false")
    elif kind == "bigint":
        yield _Rule(unlike("[+-]?[0-9]+"), "is not a whole number", "Write digits only")
        yield _Rule(unread, "does not fit in bigint", "Correct the number")
    elif kind == "double":
        unfit = f"{text} is not null and not coalesce(isfinite({typed}), false)"
        yield _Rule(unfit, "is not a finite number", "Write a number such as 12.5")
    else:
        scale = int(kind.split(",")[1].rstrip(")"))
        exact = rf"[+-]?([0-9]+(\.[0-9]{{1,{scale}}}0*)?|\.[0-9]{{1,{scale}}}0*)"
        plain = f"{unlike(exact)} and {unlike(NUMBER)}"
        yield _Rule(plain, "is not a plain decimal number", "Write it such as 1234.50")
        yield _Rule(unlike(exact), f"has more than {scale} decimals", "Round it at the source")
        yield _Rule(unread, f"does not fit in {kind}", "Correct the number")


@cache
def currencies() -> tuple[str, ...]:
    """Return the ISO 4217 codes that are, or since 2000 were, legal tender somewhere (CLDR).

    Withdrawn ones are in, because a history of orders holds them (HRK until 2022).
    """
    codes = {
        code
        for periods in get_global("territory_currencies").values()
        for code, _, end, is_tender in periods
        if is_tender and (end is None or end[0] >= CURRENCY_SINCE)
    }
    return tuple(sorted(codes))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _gunzip(path: Path, plain: Path) -> Path:
    limit = max(MAX_UNPACKED_FREE, MAX_UNPACKED_RATIO * path.stat().st_size)
    written = 0
    try:
        with gzip.open(path) as packed, plain.open("wb") as unpacked:
            while chunk := packed.read(CHUNK):
                written += unpacked.write(chunk)
                if written > limit:
                    reason = f"it unpacks to more than {MAX_UNPACKED_RATIO} times its size"
                    raise FileRejected(path, reason, "Deliver it unpacked")
        return plain
    except (OSError, EOFError, zlib.error) as error:
        reason = f"it is not a whole gzip file ({error})"
        raise FileRejected(path, reason, "Deliver it again") from error


def _is_whole_zstd(path: Path) -> bool:
    """Say whether a file is zstd frames up to its last byte (RFC 8878, section 3.1).

    DuckDB loads a torn file as far as it goes, without an error.
    """
    at, size = 0, path.stat().st_size
    with path.open("rb") as file:

        def number(length: int) -> int:
            file.seek(at)
            return int.from_bytes(file.read(length), "little")

        while at < size:
            magic = number(4)
            at += 4
            if magic & ~0xF == 0x184D2A50:  # a skippable frame
                at += 4 + number(4)
                continue
            if magic != 0xFD2FB528:
                return False
            flags = number(1)
            is_single = flags >> 5 & 1
            at += 2 - is_single + (0, 1, 2, 4)[flags & 3] + (is_single, 2, 4, 8)[flags >> 6]
            is_last = 0
            while not is_last and at < size:
                block = number(3)
                is_last = block & 1
                at += 3 + (1 if block >> 1 & 3 == 1 else block >> 3)
            at += 4 * (flags >> 2 & 1)
            if not is_last:
                return False
    return at == size


def _chunks(path: Path, plain: Path) -> Iterator[bytes]:
    """Yield `plain` in pieces, without byte order mark; refuse what is not text, or empty."""
    decoder, line, is_empty = codecs.getincrementaldecoder("utf-8")(), 1, True
    with plain.open("rb") as file:
        while chunk := file.read(CHUNK):
            try:
                decoder.decode(chunk, final=len(chunk) < CHUNK)
            except UnicodeDecodeError as error:
                line += error.object.count(b"\n", 0, error.start)
                raise FileRejected(path, "it is not UTF-8", "Save it as UTF-8", line) from error
            if (nul := chunk.find(b"\0")) >= 0:
                line += chunk.count(b"\n", 0, nul)
                raise FileRejected(path, "it holds a NUL byte", "Save it as UTF-8 text", line)
            line += chunk.count(b"\n")
            text = chunk.removeprefix(codecs.BOM_UTF8) if is_empty else chunk
            if text:
                yield text
                is_empty = False
    if is_empty:
        raise FileRejected(path, "it is empty", "Deliver it again, with a header if it has no rows")


def _header(path: Path, plain: Path) -> list[str]:
    """Return the names in a CSV's first record, trimmed and in lower case."""
    text = io.StringIO(
        next(_chunks(path, plain))[:MAX_RECORD].decode("utf-8", errors="ignore"), newline=""
    )
    try:
        names = [name.strip().lower() for name in next(csv.reader(text), [])]
    except csv.Error as error:
        reason = f"its header cannot be read ({error})"
        raise FileRejected(path, reason, "Write the column names first", 1) from error
    if not names:
        raise FileRejected(path, "its first line is blank", "Write the column names there", 1)
    return names


def _scan_csv(path: Path, plain: Path, width: int) -> tuple[int, list[int]]:
    """Count the records of a CSV apart from the reader, and find those without `width` values.

    Returns the number of records after the header, blank lines left out, and the numbers of the
    malformed ones. Raises FileRejected where quotes or line ends leave open what a record is.
    """
    records, malformed, is_crlf = 0, [], False
    rest, line = b"", 1  # a record whose end is still to come, and its line
    for chunk in itertools.chain(_chunks(path, plain), [b""]):
        if not chunk and not rest:
            break
        block = rest + (chunk or (b"\r\n" if is_crlf else b"\n"))
        data = np.frombuffer(block, np.uint8)
        before = np.append(np.uint8(LF), data[:-1])
        outside, stray = _outside_quotes(data, before)
        ends = np.flatnonzero((data == LF) & outside)
        is_unclosed = not len(ends) and (not chunk or len(block) > 8 * CHUNK)
        if is_unclosed or len(stray):
            at = line if is_unclosed else line + block.count(b"\n", 0, stray.min())
            reason = "a quote stands inside a value without quotes around it, or is not closed"
            mend = 'Put quotes around the value and write "" for a quote inside it'
            raise FileRejected(path, reason, mend, at)
        if not len(ends):
            rest = block
            continue
        is_crlf = before[ends[0]] == CR if not records else is_crlf
        lone = np.flatnonzero((before == CR) & (data != LF) & outside)
        odd = np.concatenate((lone, ends[(before[ends] == CR) != is_crlf]))
        if len(odd):
            at = line + block.count(b"\n", 0, odd.min())
            raise FileRejected(path, "its line ends are mixed", "Use LF or CRLF throughout", at)
        lengths = np.diff(ends, prepend=-1)
        commas = np.flatnonzero((data == COMMA) & outside)
        values = np.diff(np.searchsorted(commas, ends), prepend=0) + 1
        is_record = (lengths > 1 + is_crlf) | (width == 1)
        numbers = records + np.cumsum(is_record)
        is_malformed = is_record & ((values != width) | (lengths > MAX_RECORD))
        malformed += (numbers[is_malformed] - 1).tolist()  # the header is no record
        records = int(numbers[-1])
        line += block.count(b"\n", 0, ends[-1] + 1)
        rest = block[ends[-1] + 1 :]
    return records - 1, malformed


def _outside_quotes(data: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mark the bytes outside quotes, of text that starts a record; find misplaced quotes."""
    quote = data == QUOTE
    if not quote.any():
        return np.ones(len(data), bool), np.flatnonzero(quote)
    inside = np.logical_xor.accumulate(quote)
    opening = np.flatnonzero(quote & inside)
    follower = np.flatnonzero((before == QUOTE) & np.concatenate(([False], ~inside[:-1])))
    misplaced = opening[~np.isin(before[opening], (COMMA, LF, QUOTE))]
    unfollowed = follower[~np.isin(data[follower], (COMMA, LF, CR, QUOTE))]
    return ~inside, np.concatenate((misplaced, unfollowed))


def _lines(path: Path, options: str = "") -> str:
    """SQL of a text file, a row a line; a blank line is null."""
    return (
        f"read_csv({_pattern(path)}, auto_detect=false, header=false, delim='\x01', quote='',"
        f" escape='', columns={{'line': 'varchar'}}, max_line_size={10 * MAX_RECORD},"
        f" hive_partitioning=false{options})"
    )


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _pattern(path: Path) -> str:
    """Return the path as a literal that DuckDB, which takes every path for a pattern, finds."""
    return _literal(re.sub(r"([*?\[])", r"[\1]", str(path)))
