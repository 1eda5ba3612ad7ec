"""From the landing folder to the raw tables, and the account of what was delivered."""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb

from orchestration import landing, publication
from orchestration.contract import Input, read_contract
from orchestration.defs.warehouse import Warehouse
from orchestration.loading import FileRejected, load_input, unknown_folders
from orchestration.settings import ROOT, Settings, hash_key, settings

CONTRACT = read_contract(ROOT / "models" / "staging")
DELIVERIES = dg.AssetKey(["raw", "deliveries"])


@dg.asset(key="landing", group_name="raw", description="The landing folder that the run reads.")
def landing_folder(context: dg.AssetExecutionContext, warehouse: Warehouse) -> None:
    """Make the landing folder, and start from an empty build."""
    run = settings()
    shutil.rmtree(run.build.parent, ignore_errors=True)
    run.loads.mkdir(parents=True)
    context.log.info(f"landing: {landing.prepare(run)}")


@dg.multi_asset(
    name="load",
    specs=[
        *(
            dg.AssetSpec(
                ["raw", spec.name],
                deps=["landing"],
                group_name="raw",
                description=f"Every accepted row of the input {spec.name}, once.",
                metadata={"key": ", ".join(spec.key), "is_optional": spec.is_optional},
            )
            for spec in CONTRACT
        ),
        dg.AssetSpec(
            DELIVERIES,
            deps=["landing"],
            group_name="raw",
            description="One row per input: where each delivered row went.",
        ),
    ],
)
def load(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Load every input, then write down what became of each delivered row."""
    run = settings()
    run.loads.mkdir(parents=True, exist_ok=True)
    records = []
    for spec in CONTRACT:
        try:
            record = _load_one(run, spec, context.run_id)
        except OSError as error:  # a file system that is slow to appear; nothing else is retried
            raise dg.RetryRequested(max_retries=2, seconds_to_wait=2) from error
        records.append(record)
        if record["is_delivered"] or record["rejected"]:
            said = record["rejected"] or f"{record['loaded']:,} rows"
            context.log.info(f"load {spec.name}: {said}")
        counts = ("delivered", "loaded", "replaced", "duplicates", "quarantined")
        yield dg.MaterializeResult(
            asset_key=["raw", spec.name], metadata={name: record[name] for name in counts}
        )
    _stop_without_a_date(warehouse.as_of_date, records)
    last = publication.current(run.home)
    before = last.manifest.get("loads", {}) if last and last.manifest["input"] == run.input else {}
    write_deliveries(run.build, records, before)
    for name in unknown_folders(run.landing, CONTRACT):
        context.log.warning(f"landing/{name} is no input of the contract and is not read")
    yield dg.MaterializeResult(asset_key=DELIVERIES)


def _stop_without_a_date(as_of_date: str, records: Sequence[dict[str, Any]]) -> None:
    """Raise dg.Failure where all was read, but nothing of it says up to when the data go."""
    unread = any(record["rejected"] or record["quarantined"] for record in records)
    delivered = [record["input"] for record in records if record["is_delivered"]]
    dated = any(record["last_event_date"] for record in records)
    if delivered and not (as_of_date or unread or dated):
        dates = ", ".join(f"{spec.name}.{spec.event_time}" for spec in CONTRACT if spec.event_time)
        raise dg.Failure(
            f"no row of {', '.join(delivered)} says up to when the data go (the last of {dates}"
            " does). Give the date: make run AS_OF_DATE=2025-12-31",
            allow_retries=False,
        )


def _load_one(run: Settings, spec: Input, run_id: str) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "hash_key": hash_key(run.home),
        "load_id": run_id,
        "loaded_at": datetime.now(UTC),
    }
    rejected = None
    with duckdb.connect(str(run.build)) as connection:
        connection.execute("set enable_progress_bar = false")  # on even where nobody watches
        try:
            done = load_input(connection, spec, run.landing, run.quarantine, **arguments)
        except FileRejected as error:
            rejected = str(error)
            nothing = run.loads / "nothing"
            done = load_input(connection, spec, nothing, run.quarantine, **arguments)
    record = asdict(done) | {"rejected": rejected}
    (run.loads / f"{spec.name}.json").write_text(json.dumps(record, indent=1, default=str))
    return record


def write_deliveries(build: Any, records: Sequence[dict[str, Any]], before: dict[str, Any]) -> None:
    """Write table raw.deliveries from the loads of this run and of the last publication."""
    with duckdb.connect(str(build)) as connection:
        connection.execute(
            """
            create or replace table raw.deliveries (
                input varchar, is_delivered boolean, was_delivered boolean, is_rejected boolean,
                delivered bigint, loaded bigint, replaced bigint, duplicates bigint,
                quarantined bigint, last_event_on date
            )
            """
        )
        connection.executemany(
            "insert into raw.deliveries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    record["input"],
                    record["is_delivered"],
                    before.get(record["input"], {}).get("is_delivered", False),
                    record["rejected"] is not None,
                    *(
                        record[name]
                        for name in ("delivered", "loaded", "replaced", "duplicates", "quarantined")
                    ),
                    record["last_event_date"],
                )
                for record in records
            ],
        )


defs = dg.Definitions(assets=[landing_folder, load])
