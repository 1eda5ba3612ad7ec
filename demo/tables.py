"""Columns of a landing table, and their way into files.

Everything is generated as numbers (seconds, hundredths, codes); DuckDB turns them into
identifiers, labels and times while it writes. A column is an array of shape (rows,) with the
SQL that shows it; -1 stands for null, `NO_MONEY` for a null amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NO_MONEY = np.iinfo(np.int64).min
PARTY_SPAN = 100_000_000  # party numbers: customers, then partners, members, employees

# How each input is delivered; what is not named here is plain CSV.
FORMATS = {
    "engagement_events": "parquet",
    "messages": "parquet",
    "survey_responses": "jsonl",
    "order_lines": "csv.gz",
    "survey_sends": "csv.gz",
}
_TIME = "timestampformat '%Y-%m-%d %H:%M:%S'"
_COPY = {
    "csv": f"format csv, header, {_TIME}",
    "csv.gz": f"format csv, header, compression gzip, {_TIME}",
    "jsonl": f"format json, {_TIME}",
    "parquet": "format parquet, compression zstd",
}


class Column(NamedTuple):
    """Values of shape (rows,) and the SQL expression over `{}` that shows them."""

    values: npt.NDArray
    sql: str = "{}"


def ids(prefix: str, numbers: Ints) -> Column:
    """Identifiers: a prefix and nine digits or more."""
    return Column(numbers, f"case when {{0}} >= 0 then printf('{prefix}%09d', {{0}}) end")


def party(numbers: Ints) -> Column:
    """Party identifiers; the letter says which numbers the party comes from."""
    letter = f"substring('CPME', ({{0}} // {PARTY_SPAN} + 1)::int, 1)"
    number = f"printf('%07d', {{0}} % {PARTY_SPAN})"
    return Column(numbers, f"case when {{0}} >= 0 then {letter} || {number} end")


def address(numbers: Ints, pattern: str) -> Column:
    """Made-up addresses of parties: `pattern` with an asterisk for the party identifier."""
    before, after = pattern.split("*")
    name = party(numbers).sql
    return Column(numbers, f"'{before}' || lower({name}) || '{after}'")


def labels(names: Sequence[str], codes: npt.NDArray) -> Column:
    """Labels from codes 0, 1, ...; -1 is null."""
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    return Column(codes.astype(np.int32), f"([{quoted}])[{{0}} + 1]")


def times(seconds: Ints) -> Column:
    """Time stamps (UTC) from seconds since 1970."""
    return Column(seconds, "case when {0} >= 0 then make_timestamp({0} * 1000000) end")


def dates(days: Ints) -> Column:
    """Dates from days since 1970."""
    return Column(days, "case when {0} >= 0 then date '1970-01-01' + {0}::int end")


def money(hundredths: Ints) -> Column:
    """Amounts from hundredths of the currency's unit."""
    return Column(
        hundredths,
        f"case when {{0}} <> {NO_MONEY} then ({{0}}::decimal(16,0) * 0.01)::decimal(18,4) end",
    )


def flags(values: npt.NDArray) -> Column:
    """Booleans."""
    return Column(values.astype(np.int8), "case {0} when 1 then true when 0 then false end")


def counts(values: npt.NDArray) -> Column:
    """Whole numbers, -1 is null."""
    return Column(values.astype(np.int64), "case when {0} >= 0 then {0} end")


def nothing(rows: int, kind: str = "varchar") -> Column:
    """A column of nulls."""
    return Column(np.zeros(rows, np.int8), f"null::{kind}")


class Writer:
    """Writes tables under one folder; one thread, rows ordered by key: always the same bytes."""

    def __init__(self, folder: Path) -> None:
        """Start with an empty, private database in memory."""
        self.folder = folder
        self.rows: dict[str, int] = {}
        self._connection = duckdb.connect(config={"threads": 1})
        self._connection.execute("set enable_progress_bar = false")

    def write(
        self,
        name: str,
        columns: dict[str, Column],
        key: Sequence[str],
        part: str = "all",
        split: tuple[Ints, Sequence[str]] | None = None,
        form: str | None = None,
    ) -> None:
        """Write one table as `<name>/<part>.<form>`, or one file for each value of `split`."""
        form = form or FORMATS.get(name, "csv")
        source = {f"c{i}": column.values for i, column in enumerate(columns.values())}
        rows = len(next(iter(source.values())))
        lengths = {name_: len(column.values) for name_, column in columns.items()}
        assert set(lengths.values()) == {rows}, (name, lengths)
        source["part"] = split[0] if split else np.zeros(rows, np.int64)
        self._connection.register("source", source)
        shown = ", ".join(
            f"{column.sql.format(f'c{i}')} as {name_}"
            for i, (name_, column) in enumerate(columns.items())
        )
        target = self.folder / name
        target.mkdir(parents=True, exist_ok=True)
        if name not in self.rows:  # what an earlier run of ours left behind
            for pattern in ("all.*", "others.*", "b[0-9][0-9][0-9]*.*", "mess_*.*"):
                for old in target.glob(pattern):
                    old.unlink()
        for number, suffix in enumerate(split[1] if split else [""]):
            file = target / f"{part}{'_' if suffix else ''}{suffix}.{form}"
            self._connection.execute(
                f"copy (select {shown} from source where part = {number} order by {', '.join(key)})"
                f" to '{str(file).replace(chr(39), chr(39) * 2)}' ({_COPY[form]})"
            )
        self._connection.unregister("source")
        self.rows[name] = self.rows.get(name, 0) + rows
