"""Tables that Python writes and dbt reads, typed from the YAML of their dbt source."""

from pathlib import Path

import duckdb
import yaml


def create(connection: duckdb.DuckDBPyConnection, source: Path, name: str) -> list[str]:
    """Make table `name` as the source YAML types it, empty; return its columns."""
    (described,) = yaml.safe_load(source.read_text(encoding="utf-8"))["sources"]
    (table,) = (table for table in described["tables"] if table["name"] == name)
    columns = {column["name"]: column["data_type"] for column in table["columns"]}
    typed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    connection.execute(f"create schema if not exists {described['schema']}")
    connection.execute(f"create or replace table {described['schema']}.{name} ({typed})")
    return list(columns)
