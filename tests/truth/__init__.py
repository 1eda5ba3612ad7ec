"""Compare published marts with the truth of the demo brand.

Each `<mart>__<quantity>.sql` beside this file returns rows (quantity, truth, estimate, tolerance),
and more columns where they help. It reads the publication as schema `marts` and the truth as schema
`truth`. Where a mart must be exact, rows that differ are those that one of the two has and the
other lacks.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import duckdb

FOLDER = Path(__file__).parent
CALM = FOLDER / "calm"  # what holds on the calm brand, whose customers go on after the end


class Comparison(NamedTuple):
    """One line: what a mart says of a quantity, and what is true."""

    mart: str
    quantity: str
    truth: float | None
    estimate: float | None
    tolerance: float

    @property
    def ok(self) -> bool:
        """Say whether the estimate lies within the tolerance of the truth."""
        if self.truth is None or self.estimate is None:
            return False
        return abs(self.estimate - self.truth) <= self.tolerance


def connect(publication: Path, truth: Path) -> duckdb.DuckDBPyConnection:
    """Open a publication's database as schema `marts`, and a truth folder as schema `truth`."""
    connection = duckdb.connect()
    quoted = str(publication).replace("'", "''")
    connection.execute(f"attach '{quoted}' as publication (read_only)")
    connection.execute("create schema marts; create schema truth")
    for (mart,) in connection.execute(
        "select table_name from duckdb_tables()"
        " where database_name = 'publication' and schema_name = 'marts'"
    ).fetchall():
        connection.execute(f"create view marts.{mart} as from publication.marts.{mart}")
    for folder in sorted(path for path in truth.iterdir() if path.is_dir()):
        files = str(folder / "*.parquet").replace("'", "''")
        connection.execute(f"create view truth.{folder.name} as from read_parquet('{files}')")
    return connection


def compare(
    connection: duckdb.DuckDBPyConnection, pattern: str = "*", folder: Path = FOLDER
) -> list[Comparison]:
    """Run the comparisons whose file name matches; one that returns no row is not ok."""
    found: list[Comparison] = []
    for file in sorted(folder.glob(f"{pattern}.sql")):
        mart, _, quantity = file.stem.partition("__")
        rows = connection.execute(file.read_text("utf-8")).fetchall()
        found += [Comparison(mart, *row[:4]) for row in rows or [(quantity, None, None, 0)]]
    return found
