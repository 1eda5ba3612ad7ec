"""Expectation suites: Great Expectations on the build database, pushed down into DuckDB.

A suite is one YAML file, `expectations/<layer>/<domain>/<table>.yml`; its path says which table it
watches: `<layer>.<table>` (the layers are schemas). Its format:

    # why this table is watched
    expectations:
      - type: expect_column_values_to_be_between
        kwargs: {column: score, min_value: 0, max_value: 10}
        severity: critical            # the default; warning and info never stop a run
        meta: {why: "...", mend: "..."}
      - type: unexpected_rows_expectation      # the rows that must not exist
        kwargs: {unexpected_rows_query: "select ... from {batch} where ..."}
        description: what this says, in words
"""

import atexit
import functools
import html
import importlib.util
import json
import logging
import os
import re
import shutil
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from orchestration.settings import disabled_optimizers

LAYERS = ("raw", "marts")
ORIGIN = ("_file", "_row_number")  # where a raw row was read
SAMPLES = 5
SEVERITIES = {"critical": "error", "warning": "warning", "info": "warning"}
ROWS = "unexpected_rows_expectation"
COMPOUND = "expect_compound_columns_to_be_unique"


class SuiteError(ValueError):
    """An expectation file is wrong; the message names the file, the entry, and what is wrong."""


@dataclass(frozen=True)
class Suite:
    """The expectations on one table."""

    layer: str
    domain: str
    table: str
    path: Path
    expectations: tuple[dict[str, Any], ...] = field(repr=False)

    @property
    def name(self) -> str:
        """The table it watches, as `<layer>.<table>`."""
        return f"{self.layer}.{self.table}"


@dataclass(frozen=True)
class Outcome:
    """What one expectation found; every value is plain JSON.

    `severity` is what a failure counts as: error or warning. An expectation that could not be
    checked is a failed error whose `observed` is the message. `samples` are up to five offending
    rows: file and row number on raw tables, keys, and the value.
    """

    layer: str
    domain: str
    table: str
    expectation: str
    column: str | None
    severity: str
    success: bool
    observed: Any
    unexpected_count: int | None
    samples: list[dict[str, Any]]
    why: str | None
    mend: str | None
    description: str | None

    def to_json(self) -> dict[str, Any]:
        """The fields, ready for `json.dumps`."""
        return asdict(self)


def find_suites(root: Path) -> list[Suite]:
    """Read every suite below `root` (the folder `expectations`), by layer, domain and table.

    Raises:
        SuiteError: a file in the wrong place, YAML that does not parse, an unknown key,
            expectation or severity, or a table watched twice.
    """
    found = [_read_suite(root, p) for p in root.rglob("*") if p.suffix in (".yml", ".yaml")]
    found.sort(key=lambda s: (LAYERS.index(s.layer), s.domain, s.table))
    seen: dict[str, Suite] = {}
    for suite in found:
        other = seen.setdefault(suite.name, suite)
        if other is not suite:
            raise SuiteError(f"{suite.path}: {suite.name} is already watched by {other.path}")
    return found


def run_suites(
    build: Path,
    suites: Sequence[Suite],
    docs: Path | None = None,
    keys: Mapping[str, Sequence[str]] | None = None,
    at: datetime | None = None,
) -> list[Outcome]:
    """Check `suites` on the database `build`, read-only, and say what each expectation found.

    `keys` names the key columns that samples show, by `<layer>.<table>`. With `docs`, Data Docs are
    written there: one site with the pages of every layer that was run into that folder; a run
    replaces the pages of the layers it runs and keeps the others. `at` is the time its pages show.

    Raises:
        SuiteError: an expectation's arguments are not what its type takes.
        FileNotFoundError: there is no such database.
    """
    if not build.is_file():
        raise FileNotFoundError(f"{build} does not exist: nothing was checked")
    outcomes: list[Outcome] = []
    reports: dict[str, dict[str, Any]] = {}
    with _context() as context, _engine(context, build) as source:
        for suite in suites:
            report, found = _run(context, source, suite, (keys or {}).get(suite.name, ()))
            outcomes += found
            reports[suite.name] = report
        if docs is not None and suites:
            _write_docs(context, docs, {s.layer for s in suites}, reports, at or datetime.now(UTC))
    return outcomes


# --- reading ---


def _read_suite(root: Path, path: Path) -> Suite:
    parts = path.relative_to(root).with_suffix("").parts
    if len(parts) != 3 or parts[0] not in LAYERS or path.suffix != ".yml":
        raise SuiteError(f"{path}: a suite lies at <{' or '.join(LAYERS)}>/<domain>/<table>.yml")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SuiteError(f"{path}: not YAML: {error}") from error
    if not isinstance(content, dict) or set(content) != {"expectations"}:
        raise SuiteError(f"{path}: the file holds one key, `expectations`")
    entries = content["expectations"]
    if not isinstance(entries, list) or not entries:
        raise SuiteError(f"{path}: `expectations` is a list with at least one entry")
    return Suite(*parts, path, tuple(_entry(path, i, e) for i, e in enumerate(entries, 1)))


def _entry(path: Path, position: int, entry: Any) -> dict[str, Any]:
    where = f"{path}, expectation {position}"
    allowed = {"type", "kwargs", "severity", "meta", "description"}
    if not isinstance(entry, dict) or "type" not in entry or set(entry) - allowed:
        raise SuiteError(f"{where}: needs `type`; may have {', '.join(sorted(allowed))}")
    kind, severity = entry["type"], entry.get("severity", "critical")
    kwargs, meta = entry.get("kwargs") or {}, entry.get("meta") or {}
    if kind not in _known_types():
        raise SuiteError(f"{where}: there is no expectation {kind!r}")
    if "regex" in kind or "like_pattern" in kind:
        raise SuiteError(
            f"{where}: {kind} does not run inside DuckDB: use {ROWS}, "
            "with regexp_matches(...) or like in its query"
        )
    if severity not in SEVERITIES:
        raise SuiteError(f"{where}: severity {severity!r} is none of {', '.join(SEVERITIES)}")
    if not isinstance(kwargs, dict) or not isinstance(meta, dict):
        raise SuiteError(f"{where}: `kwargs` and `meta` are mappings")
    if kind == ROWS and "{batch}" not in str(kwargs.get("unexpected_rows_query")):
        raise SuiteError(f"{where}: unexpected_rows_query selects from {{batch}}")
    described = {"description": entry["description"]} if entry.get("description") else {}
    return {"type": kind, "kwargs": kwargs, "severity": severity, "meta": meta, **described}


@functools.cache
def _known_types() -> frozenset[str]:
    """Read off the library's files: importing it takes seconds, and a reader has no need of it."""
    spec = importlib.util.find_spec("great_expectations")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("great_expectations is not installed")
    files = (Path(spec.origin).parent / "expectations" / "core").glob("*expect*.py")
    return frozenset(p.stem for p in files)


# --- the library, kept quiet and let go of ---


@contextmanager
def _context() -> Iterator[Any]:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx

    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # what it would log, the outcomes say
    try:
        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(False)
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        yield context
    finally:
        logger.setLevel(level)


@contextmanager
def _engine(context: Any, build: Path) -> Iterator[Any]:
    _register_dialect()
    source = context.data_sources.add_sql(
        "build",
        connection_string=f"duckdb+rapport:///{build}?access_mode=read_only"
        f"&disabled_optimizers={disabled_optimizers()}",
        create_temp_table=False,
    )
    try:
        yield source
    finally:  # or the file stays locked
        source.get_execution_engine().close()
        source.get_engine().dispose()


@functools.cache
def _register_dialect() -> None:
    """Teach SQLAlchemy the dialect `duckdb+rapport`: DuckDB, reading only.

    duckdb-engine speaks PostgreSQL where DuckDB differs: a rollback on returning a connection drops
    rows not fetched yet, `AUTOCOMMIT` is not to be had, and reflection asks for missing catalogs.
    """
    import duckdb_engine
    import sqlalchemy
    from sqlalchemy.dialects import registry

    class ReadOnlyDialect(duckdb_engine.Dialect):
        driver = "rapport"
        supports_statement_cache = False

        def do_begin(self, connection: Any) -> None:
            pass

        do_commit = do_rollback = do_begin

        def get_columns(
            self, connection: Any, table_name: str, schema: str | None = None, **_: Any
        ) -> list[dict[str, Any]]:
            query = sqlalchemy.text(
                "select column_name, data_type, is_nullable from duckdb_columns() "
                "where database_name = current_database() and schema_name = :schema "
                "and table_name = :table order by column_index"
            )
            asked = {"schema": schema or "main", "table": str(table_name)}
            columns = connection.execute(query, asked).all()
            if not columns:
                raise sqlalchemy.exc.NoSuchTableError(f"{schema}.{table_name}")
            return [
                {
                    "name": name,
                    "type": self.ischema_names.get(
                        kind.split("(")[0].lower(), sqlalchemy.types.NullType
                    )(),
                    "nullable": nullable,
                    "default": None,
                }
                for name, kind, nullable in columns
            ]

        def get_pk_constraint(self, *_: Any, **__: Any) -> dict[str, Any]:
            return {"constrained_columns": [], "name": None}

    registry.impls["duckdb.rapport"] = lambda: ReadOnlyDialect
    atexit.register(_let_go)


def _let_go() -> None:
    """Forget duckdb-engine at exit, or DuckDB's binding reports what it holds as leaked."""
    for name in [n for n in sys.modules if n.partition(".")[0] == "duckdb_engine"]:
        vars(sys.modules[name]).clear()


# --- running ---


def _run(
    context: Any, source: Any, suite: Suite, keys: Sequence[str]
) -> tuple[dict[str, Any], list[Outcome]]:
    """One suite: its report for Data Docs, and its outcomes in the order of the file."""
    expectations = _build_suite(suite)
    columns = _columns(source, suite)
    if not columns:
        message = f"{suite.name} does not exist in the build database"
        return {}, [_outcome(suite, e, {}, [], message) for e in suite.expectations]
    wanted = [*(ORIGIN if suite.layer == "raw" else ()), *keys]
    shown = [c for c in dict.fromkeys(wanted) if c in columns]
    asset = source.add_table_asset(suite.name, table_name=suite.table, schema_name=suite.layer)
    batch = asset.add_batch_definition_whole_table("whole").get_batch()
    result_format = {
        "result_format": "SUMMARY",
        "partial_unexpected_count": SAMPLES,
        "return_unexpected_index_query": True,
        **({"unexpected_index_column_names": shown} if shown else {}),
    }
    result = batch.validate(expectations, result_format=result_format)
    by_id = {r.expectation_config.id: r for r in result.results}
    found = []
    for position, entry in enumerate(suite.expectations):
        one = by_id[_id(suite, position)]
        error = _error(one)
        samples = [] if one.success or error else _samples(source, suite, entry, one.result, shown)
        found.append(_outcome(suite, entry, one.to_json_dict(), samples, error))
        if samples:  # Data Docs would show values without their rows
            one.result["partial_unexpected_list"] = [
                ", ".join(f"{name} = {value}" for name, value in sample.items())
                for sample in samples
            ]
            one.result["partial_unexpected_counts"] = None
            one.result.setdefault("unexpected_count", one.result.get("observed_value"))
    result.meta.pop("batch_markers", None)  # a time of day
    report = {
        "suite": expectations.to_json_dict(),
        "result": json.loads(json.dumps(result.to_json_dict(), default=str)),
    }
    return report, found


def _build_suite(suite: Suite) -> Any:
    import great_expectations as gx

    try:
        return gx.ExpectationSuite(
            name=suite.name,
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, suite.name)),
            expectations=[
                {**e, "id": _id(suite, i), "notes": [*map(str, e["meta"].values())] or None}
                for i, e in enumerate(suite.expectations)
            ],
        )
    except Exception as error:
        raise SuiteError(f"{suite.path}: {error}") from error


def _id(suite: Suite, position: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{suite.name}/{position}"))


def _outcome(
    suite: Suite,
    entry: Mapping[str, Any],
    result: Mapping[str, Any],
    samples: list[dict[str, Any]],
    error: str | None,
) -> Outcome:
    kwargs, found = entry["kwargs"], result.get("result") or {}
    names = [kwargs[k] for k in ("column", "column_A", "column_B") if k in kwargs]
    count = found.get("unexpected_count")
    if entry["type"] == ROWS:
        count = found.get("observed_value")
    return Outcome(
        layer=suite.layer,
        domain=suite.domain,
        table=suite.table,
        expectation=entry["type"],
        column=", ".join(names or kwargs.get("column_list", ())) or None,
        severity="error" if error else SEVERITIES[entry["severity"]],
        success=bool(result.get("success")) and not error,
        observed=error or found.get("observed_value"),
        unexpected_count=count,
        samples=samples,
        why=entry["meta"].get("why"),
        mend=entry["meta"].get("mend"),
        description=entry.get("description"),
    )


def _error(result: Any) -> str | None:
    """The messages of the exceptions inside an expectation, each once."""
    info = result.exception_info or {}
    each = [info] if "raised_exception" in info else list(info.values())
    messages = [str(i.get("exception_message")) for i in each if i.get("raised_exception")]
    return "; ".join(dict.fromkeys(messages)) or None


def _columns(source: Any, suite: Suite) -> list[str]:
    rows = _query(
        source,
        "select column_name from duckdb_columns() where database_name = current_database() "
        f"and schema_name = '{suite.layer}' and table_name = '{_quoted(suite.table, chr(39))}' "
        "order by column_index",
        limit=10_000,
    )
    return [r["column_name"] for r in rows]


def _samples(
    source: Any, suite: Suite, entry: Mapping[str, Any], found: Mapping[str, Any], shown: list[str]
) -> list[dict[str, Any]]:
    """Up to five offending rows, first by file, row number and key."""
    table = f"{_name(suite.layer)}.{_name(suite.table)}"
    if entry["type"] == ROWS:
        query = entry["kwargs"]["unexpected_rows_query"].rstrip("; \t\r\n")
        return _query(source, query.format(batch=table), SAMPLES)
    if entry["type"] == COMPOUND:
        columns = ", ".join(map(_name, entry["kwargs"]["column_list"]))
        every = ", ".join(map(_name, dict.fromkeys([*shown, *entry["kwargs"]["column_list"]])))
        query = (
            f"select {every} from {table} where ({columns}) in "
            f"(select ({columns}) from {table} group by {columns} having count(*) > 1)"
        )
    elif query := str(found.get("unexpected_index_query") or "") if shown else "":
        query = query.rstrip("; \n")
    else:
        values = found.get("partial_unexpected_list") or []
        column = entry["kwargs"].get("column", "value")
        return [v if isinstance(v, dict) else {column: _plain(v)} for v in values[:SAMPLES]]
    return _query(source, f"{query} order by all limit {SAMPLES}", SAMPLES)


def _query(source: Any, query: str, limit: int) -> list[dict[str, Any]]:
    with source.get_engine().connect() as connection:
        result = connection.exec_driver_sql(query)
        names = list(result.keys())
        rows = result.fetchmany(limit)
    return [{n: _plain(v) for n, v in zip(names, row, strict=True)} for row in rows]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _name(identifier: str) -> str:
    return '"' + _quoted(identifier, '"') + '"'


def _quoted(text: str, mark: str) -> str:
    return text.replace(mark, mark * 2)


# --- Data Docs ---


def _write_docs(
    context: Any, docs: Path, layers: set[str], reports: Mapping[str, Any], at: datetime
) -> None:
    """Write the site anew from the reports kept in `<docs>/results`, this run's among them."""
    from great_expectations.core import (
        ExpectationSuite,
        RunIdentifier,
        expectationSuiteValidationResultSchema,
    )
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    results = docs / "results"
    results.mkdir(parents=True, exist_ok=True)
    for layer in layers:
        for old in results.glob(f"{layer}.*.json"):
            old.unlink()
    for name, report in reports.items():
        if report:
            run_id = {"run_name": name.partition(".")[0], "run_time": at.isoformat()}
            report["result"]["meta"]["run_id"] = run_id
            text = json.dumps({**report, "at": at.isoformat()}, indent=1, sort_keys=True)
            (results / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    for old in docs.iterdir():
        if old != results:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for file in sorted(results.glob("*.json")):
        report = json.loads(file.read_text(encoding="utf-8"))
        context.suites.add(ExpectationSuite(**{**report["suite"], "id": None}))
        run = RunIdentifier(
            run_name=file.stem.partition(".")[0], run_time=datetime.fromisoformat(report["at"])
        )
        identifier = ValidationResultIdentifier(
            ExpectationSuiteIdentifier(file.stem), run, file.stem
        )
        result = expectationSuiteValidationResultSchema.load(report["result"])
        context.validation_results_store.set(identifier, result)
    context.add_data_docs_site(
        "site",
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(docs.resolve()),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    context.build_data_docs(["site"])
    _make_self_contained(docs)


STYLE = """<style>
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 0 auto; padding: 1rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
td, th { border: 1px solid #8888; padding: .3rem .5rem; text-align: left; vertical-align: top }
code, pre { white-space: pre-wrap; overflow-wrap: anywhere }
footer, .modal, nav, .sticky, [data-toggle=collapse] { display: none }
.fa-check-circle::before { content: "✓"; color: #2a8a3e }
.fa-times::before { content: "✗"; color: #c3352b }
.fa-exclamation-triangle::before { content: "!"; color: #b26b00 }
</style>"""


def _make_self_contained(docs: Path) -> None:
    """Pages that need nothing from other hosts, where the library's are empty without them."""
    for page in docs.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>", "", text, flags=re.S)
        text = re.sub(r"(collapse-body)-[0-9a-f-]{36}", r"\1", text)  # drawn anew each time
        page.write_text(text.replace("</head>", f"{STYLE}\n</head>", 1), encoding="utf-8")
    shutil.rmtree(docs / "static", ignore_errors=True)
    rows = []
    for page in sorted(docs.glob("validations/**/*.html"), key=lambda p: p.stem):
        report = json.loads((docs / "results" / f"{page.stem}.json").read_text(encoding="utf-8"))
        results = report["result"]["results"]
        failed = [
            one["expectation_config"].get("severity") for one in results if not one["success"]
        ]
        warnings = sum(severity != "critical" for severity in failed)
        errors = len(failed) - warnings
        icon = "times" if errors else "exclamation-triangle" if warnings else "check-circle"
        link, name = page.relative_to(docs).as_posix(), html.escape(page.stem)
        rows.append(
            f'<tr><td><i class="fa-{icon}"></i></td>'
            f'<td><a href="{html.escape(link)}">{name}</a></td><td>{len(results)}</td>'
            f"<td>{errors}</td><td>{warnings}</td><td>{report['at'][:19]}</td></tr>"
        )
    (docs / "index.html").write_text(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Data Docs</title>'
        f"{STYLE}</head>\n<body><h1>Data Docs</h1><table>\n"
        "<tr><th></th><th>table</th><th>expectations</th><th>errors</th><th>warnings</th>"
        "<th>checked at (UTC)</th></tr>\n" + "\n".join(rows) + "\n</table></body></html>\n",
        encoding="utf-8",
    )
