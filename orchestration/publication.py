"""Publications: immutable, numbered copies of the marts; the link `current` names one of them.

`<home>/published/<number>/` holds `rapport.duckdb` (schema `marts`), `parquet/<mart>.parquet`, the
extras, and `manifest.json`, all read-only. A reader resolves `current` once and opens what it names
(`read`, or `current(home).database`): after a switch it keeps the publication it has open, and gets
the new one when it resolves again. Opening the path `published/current/rapport.duckdb` itself is a
trap: a process that has it open would be given the old file again.

Writers hold the lock of the data home (`orchestration.locking.hold`) around `publish` and `switch`.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

STORAGE_VERSION = "v1.0.0"  # drivers of the 1.x line cannot open what DuckDB 2 writes by default
DATABASE, PARQUET, MANIFEST, CURRENT = "rapport.duckdb", "parquet", "manifest.json", "current"


@dataclass(frozen=True)
class Mart:
    """A table of schema `marts`, and the columns that order its rows: its grain."""

    name: str
    order_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Publication:
    """One numbered publication, whole on disk."""

    number: int
    path: Path

    @property
    def database(self) -> Path:
        """The DuckDB file, for opening read-only."""
        return self.path / DATABASE

    @property
    def manifest(self) -> dict[str, Any]:
        """What `manifest.json` says."""
        return json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))


def publish(
    build: Path,
    home: Path,
    marts: Sequence[Mart],
    manifest: Mapping[str, Any],
    extras: Mapping[str, Path],
) -> Publication:
    """Copy `marts` from the closed database `build` into a new publication and switch to it.

    The same rows give the same Parquet bytes, in whatever order the build wrote them (the DuckDB
    file holds the same rows in the same order, its blocks may differ). `extras` are files or
    folders, copied in under their key. Until the switch nothing changes for a reader; whatever is
    raised before it leaves `current` alone and removes what was written. What a killed run left
    behind is removed first.

    Raises:
        ValueError: no marts, two of one name, a name that is taken or not a plain one.
        FileNotFoundError: the build or an extra does not exist.
        duckdb.Error: a mart or an ordering column does not exist, or the build is open for writing.
        OSError: the disk refused.
    """
    _refuse_names(marts, manifest, extras)
    for path in (build, *extras.values()):
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist: nothing was published")
    root = home / "published"
    root.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(root)
    number = max((p.number for p in publications(home)), default=0) + 1
    written, final = root / f".{number}.partial", root / str(number)
    try:
        written.mkdir()
        described = _write_marts(build, written, marts)
        _copy_extras(written, extras)
        _write_manifest(written, {**manifest, "marts": described})
        _seal(written)
        written.rename(final)
        written = final
        _sync(root)
        _point(root, number)
    except BaseException:
        if _pointed(root) != number:
            _remove(written)
        raise
    return Publication(number, final.resolve())


def publications(home: Path) -> list[Publication]:
    """Every whole publication, oldest first."""
    root = home / "published"
    folders = (p for p in root.iterdir() if _is_number(p.name)) if root.is_dir() else ()
    return sorted((Publication(int(p.name), p.resolve()) for p in folders), key=lambda p: p.number)


def current(home: Path) -> Publication | None:
    """The publication that `current` names now, with its link resolved; None before the first one.

    Raises:
        FileNotFoundError: `current` names a publication that someone has removed.
    """
    number = _pointed(home / "published")
    return None if number is None else _find(home, number)


def switch(home: Path, number: int) -> Publication:
    """Point `current` at another publication, back or forward, in one atomic step.

    Raises:
        FileNotFoundError: there is no such publication; the message lists those there are.
    """
    found = _find(home, number)
    _point(home / "published", number)
    return found


def read(home: Path) -> duckdb.DuckDBPyConnection:
    """Open the current publication; the connection reads this one file and nothing else.

    Raises:
        FileNotFoundError: nothing has been published yet.
    """
    found = current(home)
    if found is None:
        raise FileNotFoundError(
            f"{home / 'published'} has no publication yet: run the pipeline first"
        )
    config = {"enable_external_access": "false", "autoload_known_extensions": "false"}
    connection = duckdb.connect(found.database, read_only=True, config=config)
    connection.execute("set lock_configuration = true")
    return connection


def _refuse_names(
    marts: Sequence[Mart], manifest: Mapping[str, Any], extras: Mapping[str, Path]
) -> None:
    names = [mart.name for mart in marts]
    if not names or len({name.lower() for name in names}) != len(names):
        raise ValueError(f"a publication needs marts, each with its own name: {names}")
    if "marts" in manifest:
        raise ValueError("the manifest's key 'marts' is written here: choose another")
    taken = {DATABASE, PARQUET, MANIFEST, ""}
    for name in (*names, *extras):
        if name != Path(name).name or name.startswith(".") or (name in taken and name in extras):
            raise ValueError(f"{name!r} is taken or is not a plain name")


def _write_marts(build: Path, folder: Path, marts: Sequence[Mart]) -> dict[str, Any]:
    (folder / PARQUET).mkdir()
    # One thread: the order of rows, and with it every byte, stays the same on any machine.
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {_text(build)} as build (read_only)")
        connection.execute(
            f"attach {_text(folder / DATABASE)} as published (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute("create schema published.marts")
        described = {m.name: _write_mart(connection, folder / PARQUET, m) for m in marts}
        connection.execute("checkpoint published")
        connection.execute("detach published")
    left = [p.name for p in folder.glob(f"{DATABASE}?*")]
    if left:
        raise OSError(f"the database did not close whole: {left} lie beside it")
    return described


def _write_mart(connection: duckdb.DuckDBPyConnection, folder: Path, mart: Mart) -> dict[str, Any]:
    source, target = f"build.marts.{_name(mart.name)}", f"published.marts.{_name(mart.name)}"
    file = folder / f"{mart.name}.parquet"
    columns = connection.execute(f"describe {source}").fetchall()
    ordered = [*mart.order_by, *(c[0] for c in columns if c[0] not in mart.order_by)]  # no ties
    by = ", ".join(map(_name, ordered))
    connection.execute(f"create table {target} as select * from {source} order by {by}")
    connection.execute(f"copy {target} to {_text(file)} (format parquet, compression zstd)")
    _copy_comments(connection, mart, target)
    (rows,) = connection.execute(f"select count(*) from {target}").fetchone() or (0,)
    with file.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    return {
        "rows": rows,
        "sha256": digest,
        "order_by": list(mart.order_by),
        "columns": [{"name": name, "type": kind} for name, kind, *_ in columns],
    }


def _copy_comments(connection: duckdb.DuckDBPyConnection, mart: Mart, target: str) -> None:
    """What dbt wrote beside tables and columns; creating a table from a query loses it."""
    found = connection.execute(
        """
        select null as column_name, comment from duckdb_tables()
        where database_name = 'build' and schema_name = 'marts' and table_name = $1
        union all
        select column_name, comment from duckdb_columns()
        where database_name = 'build' and schema_name = 'marts' and table_name = $1
        """,
        [mart.name],
    ).fetchall()
    for column, comment in found:
        what = f"table {target}" if column is None else f"column {target}.{_name(column)}"
        if comment is not None:
            connection.execute(f"comment on {what} is {_text(comment)}")


def _copy_extras(folder: Path, extras: Mapping[str, Path]) -> None:
    for name, source in extras.items():
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copyfile(source, folder / name)


def _write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _seal(folder: Path) -> None:
    """Read-only and on disk: files first, then the folders that name them."""
    for path in _inside_out(folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _point(root: Path, number: int) -> None:
    link = root / f".{CURRENT}.partial"
    link.unlink(missing_ok=True)
    link.symlink_to(str(number))
    link.replace(root / CURRENT)
    _sync(root)


def _pointed(root: Path) -> int | None:
    link = root / CURRENT
    return int(link.readlink().name) if link.is_symlink() else None


def _find(home: Path, number: int) -> Publication:
    found = publications(home)
    for publication in found:
        if publication.number == number and publication.database.is_file():
            return publication
    there = ", ".join(str(p.number) for p in found) or "none"
    raise FileNotFoundError(f"{home / 'published'} has no publication {number}; there are: {there}")


def _remove_leftovers(root: Path) -> None:
    for path in root.glob(".*.partial"):
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        for folder in [p for p in _inside_out(path) if p.is_dir()][::-1]:
            folder.chmod(0o755)  # a sealed folder keeps what is in it
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _inside_out(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _inside_out(path)
        else:
            yield path
    yield folder


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
