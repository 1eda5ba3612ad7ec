"""What a run says when it ends: account of the load, what failed and where, the headline."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publication import Publication
from orchestration.settings import ROOT, Settings, disabled_optimizers

HEADLINE = Path(__file__).parent / "headline.sql"


def as_of_date(build: Path) -> str:
    """Return the date, YYYY-MM-DD, as of which the build was computed."""
    with duckdb.connect(str(build), read_only=True) as connection:
        found = connection.execute(
            "select as_of_date from intermediate.int_parameters_resolved"
        ).fetchone()
    return str(found[0]) if found else ""


def headline(build: Path) -> list[dict[str, Any]]:
    """Return the figures of headline.sql, in order, as dictionaries of its columns."""
    with duckdb.connect(str(build), read_only=True) as connection:
        connection.execute(f"set disabled_optimizers = '{disabled_optimizers()}'")
        found = connection.execute(HEADLINE.read_text(encoding="utf-8"))
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def published(done: Publication) -> str:
    """Return the closing summary of a publication, as lines of text."""
    manifest = done.manifest
    lines = [
        "",
        f"Published {done.path}  (input {manifest['input']}, as of {manifest['as_of_date']})",
        "",
        f"  {'mart':<28}{'rows':>12}",
        *(f"  {name:<28}{mart['rows']:>12,}" for name, mart in manifest["marts"].items()),
        "",
    ]
    for part in ("headline", "coverage"):
        lines += [_figure(row) for row in manifest["headline"] if row["part"] == part]
        lines.append("")
    return "\n".join(lines)


def _figure(row: Mapping[str, Any]) -> str:
    shown = f"{row['value']:,.2f}".removesuffix(".00") if row["value"] is not None else "none"
    if row["low"] is not None and row["high"] is not None:
        shown += f" [{row['low']:,.2f}, {row['high']:,.2f}]"
    return f"  {row['figure']:<34}{shown:<28}{row['note'] or ''}"


def account(run: Settings) -> Iterator[str]:
    """Yield what was rejected or set aside, the first rows of each input."""
    for path in sorted(run.loads.glob("*.json")):
        load = json.loads(path.read_text(encoding="utf-8"))
        if load["rejected"]:
            yield f"  REJECTED {load['input']}: {load['rejected']}"
        if load["new_columns"]:
            columns = ", ".join(load["new_columns"])
            yield f"  {load['input']}: not in the contract, not loaded: {columns}"
        for row in load["duplicate_rows"]:
            yield (
                f"  {load['input']}/{row['file']} row {row['row']} ({row['key']}) repeats"
                f" {row['repeats_file']} row {row['repeats_row']} and was left out"
            )
        if (more := load["duplicates"] - len(load["duplicate_rows"])) > 0:
            yield f"  {load['input']}: {more:,} more repeated rows"
        for row in load["problems"]:
            yield (
                f"  QUARANTINED {load['input']}/{row['file']} row {row['row']} ({row['key']}):"
                f" {row['column'] or 'row'} = {row['value']!r}: {row['reason']}. {row['mend']}"
            )
        if (more := load["quarantined"] - len(load["problems"])) > 0:
            rest = run.quarantine / f"{load['input']}.parquet"
            yield f"  {load['input']}: {more:,} more rows in {rest}"


def not_delivered(run: Settings, expected: Sequence[str]) -> list[str]:
    """Return the inputs among `expected` that were not delivered."""
    loads = {path.stem: json.loads(path.read_text()) for path in run.loads.glob("*.json")}
    return [name for name in expected if not loads.get(name, {}).get("is_delivered", False)]


def failed_expectations(run: Settings) -> Iterator[str]:
    """Yield each expectation that failed, warnings first, with sample rows and the mend."""
    outcomes = [
        outcome
        for path in sorted(run.checks.glob("*.json"), reverse=True)
        for outcome in json.loads(path.read_text(encoding="utf-8"))
        if not outcome["success"]
    ]
    for outcome in sorted(outcomes, key=lambda outcome: outcome["severity"] == "error"):
        label = "ERROR" if outcome["severity"] == "error" else "warning"
        column = f".{outcome['column']}" if outcome["column"] else ""
        yield (
            f"  {label} {outcome['layer']}.{outcome['table']}{column}:"
            f" {outcome['why'] or outcome['expectation']} Found: {outcome['observed']}"
        )
        for sample in outcome["samples"]:
            yield f"      {_sample(outcome, sample)}"
        if outcome["mend"]:
            yield f"      mend: {outcome['mend']}"


def _sample(outcome: Mapping[str, Any], sample: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in sample.items() if name not in ("_file", "_row_number")}
    values = ", ".join(f"{name} = {value}" for name, value in rest.items())
    if "_file" not in sample:
        return values
    return f"{outcome['table']}/{sample['_file']} row {sample['_row_number']}: {values}"


def failed_dbt(run: Settings) -> Iterator[str]:
    """Yield each dbt model or test that failed, with up to five of the rows a test found."""
    path = run.home / "build" / "run_results.json"
    if not path.exists():
        return
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    with duckdb.connect(str(run.build), read_only=True) as connection:
        connection.execute(f"set disabled_optimizers = '{disabled_optimizers()}'")
        for result in results:
            if result["status"] not in ("error", "fail", "runtime error", "warn"):
                continue
            name = result["unique_id"].split(".")[2]
            label = "warning" if result["status"] == "warn" else "ERROR"
            message = (result["message"] or "").split("Stack Trace")[0]
            yield f"  {label} dbt {name}: {' '.join(message.split())}"
            if result["unique_id"].startswith("test.") and result.get("compiled_code"):
                found = connection.execute(f"select * from ({result['compiled_code']}) limit 5")
                names = [column[0] for column in found.description]
                for row in found.fetchall():
                    yield "      " + ", ".join(
                        f"{name} = {value}" for name, value in zip(names, row, strict=True)
                    )


def next_steps(run: Settings, done: Publication | None) -> str:
    """Return where to look next."""
    lines = ["Look next:"]
    if done:
        current = _shown(run.home / "published" / "current")
        lines += [
            f"  marts       {current}/rapport.duckdb (schema marts), {current}/parquet/",
            f"  Data Docs   {current}/data_docs/index.html",
        ]
    lines += ["  Dagster     make dev", "  every mart  models/published/"]
    return "\n".join(lines)


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
