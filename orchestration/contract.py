"""The raw contract: what may land, read from the dbt source YAML under `models/staging/`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

NAME = re.compile(r"[a-z][a-z0-9_]*")
DATA_TYPE = re.compile(r"string|timestamp|date|bigint|boolean|double|decimal\(\d{1,2},\s*\d{1,2}\)")


class ContractError(ValueError):
    """The source YAML does not describe an input; the message names the file, table and column."""


@dataclass(frozen=True)
class Column:
    """One column of an input; `default` is the text that stands for a missing value."""

    name: str
    data_type: str
    is_required: bool = False
    is_hashed: bool = False
    default: str | None = None


@dataclass(frozen=True)
class Input:
    """One input: its columns in order, its key, and the column that dates its events."""

    name: str
    domain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_optional: bool = False
    event_time: str | None = None


def read_contract(staging: Path) -> tuple[Input, ...]:
    """Return every input declared in `staging/<domain>/_*__sources.yml`, sorted by name.

    Raises ContractError where a file is not YAML, a field is missing or of the wrong kind, a name
    is declared twice, or the key or event time is not a column that can serve as one.
    """
    inputs: dict[str, Input] = {}
    for path in sorted(staging.glob("*/_*__sources.yml")):
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise ContractError(f"{path.name}: not valid YAML: {error}") from error
        for source in _list(content, "sources", path.name):
            for table in _list(source, "tables", path.name):
                found = _input(table, path.parent.name, path.name)
                if found.name in inputs:
                    raise ContractError(f"{path.name}: table {found.name} is declared twice")
                inputs[found.name] = found
    if not inputs:
        raise ContractError(f"{staging}: no input is declared in */_*__sources.yml")
    return tuple(inputs[name] for name in sorted(inputs))


def _input(table: Any, domain: str, file: str) -> Input:
    name = _name(table, f"{file}: a table")
    where = f"{file}: table {name}"
    config = _mapping(table, "config", where)
    meta = _mapping(config, "meta", where)
    columns = tuple(_column(item, where) for item in _list(table, "columns", where))
    by_name = {column.name: column for column in columns}
    if len(by_name) < len(columns):
        raise ContractError(f"{where}: a column is declared twice")
    key = tuple(_list(meta, "key", where))
    for part in key:
        if part not in by_name:
            raise ContractError(f"{where}: key column {part!r} is not one of its columns")
        if not by_name[part].is_required:
            raise ContractError(f"{where}: key column {part} must be is_required")
    event_time = config.get("event_time")
    if event_time is not None and (
        event_time not in by_name or by_name[event_time].data_type not in ("timestamp", "date")
    ):
        raise ContractError(f"{where}: event_time {event_time!r} is not a timestamp or date column")
    return Input(name, domain, columns, key, bool(meta.get("is_optional", False)), event_time)


def _column(item: Any, where: str) -> Column:
    name = _name(item, f"{where}: a column")
    where = f"{where}, column {name}"
    data_type = str(item.get("data_type", "")).lower()
    if not DATA_TYPE.fullmatch(data_type):
        raise ContractError(f"{where}: unknown data_type {data_type!r}")
    meta = _mapping(_mapping(item, "config", where), "meta", where)
    if meta.get("is_hashed") and data_type != "string":
        raise ContractError(f"{where}: only a string can be is_hashed")
    default = meta.get("default")
    return Column(
        name,
        data_type,
        is_required=bool(meta.get("is_required", False)),
        is_hashed=bool(meta.get("is_hashed", False)),
        default=None if default is None else str(default),
    )


def _name(item: Any, where: str) -> str:
    name = item.get("name") if isinstance(item, Mapping) else None
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ContractError(f"{where} has no lower-case snake_case name: {name!r}")
    return name


def _list(item: Any, field: str, where: str) -> list[Any]:
    value = item.get(field) if isinstance(item, Mapping) else None
    if not isinstance(value, list) or not value:
        raise ContractError(f"{where}: {field} must be a list with at least one entry")
    return value


def _mapping(item: Mapping[str, Any], field: str, where: str) -> Mapping[str, Any]:
    value = item.get(field, {})
    if not isinstance(value, Mapping):
        raise ContractError(f"{where}: {field} must be a mapping")
    return value
