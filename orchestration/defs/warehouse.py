"""The warehouse: its one writer, and the dbt models, seeds and tests as assets and checks."""

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from orchestration.locking import hold
from orchestration.publication import Mart
from orchestration.settings import ROOT, settings

MANIFEST = ROOT / "target" / "manifest.json"
DBT = str(Path(sys.executable).parent / "dbt")
NO_HOME = ROOT / "target"  # while dbt parses: with another path it would parse all anew
QUIET = ("--log-level", "none")
RESULTS = ("LogSeedResult", "LogModelResult", "LogTestResult")
PLACE = ("--project-dir", str(ROOT), "--profiles-dir", str(ROOT))


class Warehouse(dg.ConfigurableResource):
    """The right to write to the data home: held for the whole run, refused to a second one.

    `as_of_date` is YYYY-MM-DD; empty means the last date delivered.
    """

    as_of_date: str = ""

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Warehouse"]:
        """Take the home's lock until the run ends; raises locking.Busy."""
        with hold(settings().home, f"run {context.run_id}"):
            yield self


class LayeredTranslator(DagsterDbtTranslator):
    """Asset keys are schema and name, so that a published model is marts/<mart>."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return [schema, alias] of a model or seed, [schema, name] of a source."""
        name = dbt_resource_props.get("alias") or dbt_resource_props["name"]
        return dg.AssetKey([dbt_resource_props["schema"], name])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the layer: staging, intermediate, marts_draft, marts or parameters."""
        return str(dbt_resource_props["schema"])


def ensure_manifest() -> Path:
    """Parse the project where a file is newer than its manifest; return the manifest's path.

    It is put in its place whole: two processes that parse at once do not disturb each other.
    """
    folders = ("models", "macros", "seeds", "tests/dbt")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    newest = max(path.stat().st_mtime for path in [*files, ROOT / "dbt_project.yml"])
    if not MANIFEST.exists() or MANIFEST.stat().st_mtime < newest:
        MANIFEST.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=MANIFEST.parent) as scratch:
            parsed = MANIFEST.with_name("partial_parse.msgpack")
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(parsed, scratch)
            command = [DBT, "--quiet", "parse", "--target-path", scratch]
            environment = os.environ | {"HOME_DIR": str(NO_HOME)}
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
            for file in (parsed, MANIFEST):
                (Path(scratch) / file.name).replace(file)
    return MANIFEST


def published_marts() -> list[Mart]:
    """Return each published model, latest version, with its grain from its unique_key test."""
    nodes = json.loads(ensure_manifest().read_text(encoding="utf-8"))["nodes"].values()
    keys = {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes
        if (node.get("test_metadata") or {}).get("name") == "unique_key"
    }
    marts = [
        Mart(node["alias"], keys[node["unique_id"]])
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == "marts"
    ]
    return sorted(marts, key=lambda mart: mart.name)


# dbt runs in four steps, Python writes between them; what a model reads says in which it is built.
COMPUTED = "source:computed+"
SCORED = "source:computed.text_sentiments+"
FITTED = "source:fits+"
NOT_NIGHTLY = "resource_type:unit_test path:tests/dbt/macros"


@contextlib.contextmanager
def _home(path: Path) -> Iterator[None]:
    """Let the profile of dbt name another home meanwhile."""
    before = settings().home
    os.environ["HOME_DIR"] = str(path)
    try:
        yield
    finally:
        os.environ["HOME_DIR"] = str(before)


@functools.cache
def _parsed() -> Any:
    """Parse what changed since the last time, once in a process and for all homes."""
    from dbt.cli.main import dbtRunner

    place = ("--no-write-json", *PLACE, "--target-path", str(MANIFEST.parent))
    with _home(NO_HOME):
        done = dbtRunner().invoke([*QUIET, "parse", *place])
    if done.exception:
        raise done.exception
    return done.result


def _build(context: dg.AssetExecutionContext, as_of_date: str) -> Iterator[Any]:
    """Run dbt in this process, on what was parsed once: to start it takes longer than a model."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt_common.events.functions import msg_to_dict

    run = settings()
    chosen = get_updated_cli_invocation_params_for_context(
        context=context, manifest={}, dagster_dbt_translator=LayeredTranslator()
    )
    arguments = [*QUIET, "build", *PLACE, *chosen.selection_args]
    arguments += ["--target-path", str(run.dbt_target), "--log-path", str(run.home / "build/logs")]
    if chosen.indirect_selection:
        arguments += ["--indirect-selection", chosen.indirect_selection]
    if as_of_date:
        arguments += ["--vars", json.dumps({"as_of_date": as_of_date})]
    results, errors = [], []

    def hear(event: Any) -> None:
        if event.info.level == "error":
            errors.append(event.info.msg)
        if event.info.name in RESULTS:
            results.append(msg_to_dict(event))
            if len(results) % 50 == 0:
                context.log.info(f"dbt: {len(results)} models and tests done")

    manifest = _parsed()
    try:
        with _home(run.home):
            done = dbtRunner(manifest, callbacks=[hear]).invoke(arguments)
    finally:
        DuckDBConnectionManager.close_all_connections()  # the next step opens the file its own way
    for result in results:
        yield from DbtCoreCliEventMessage(
            result, event_history_metadata={}
        ).to_default_asset_events(
            chosen.manifest, chosen.dagster_dbt_translator, context, run.dbt_target
        )
    _keep_results(run.home / "build" / "run_results.json", run.dbt_target)
    if not done.success:
        why = [*errors, str(done.exception or "")]
        raise dg.Failure(description="dbt build failed: " + "\n".join(filter(None, why)))
    context.log.info(f"dbt: all {len(results)} models and tests done")


def _keep_results(path: Path, target: Path) -> None:
    """Add what a step of dbt found to what the steps before it found."""
    found = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))["results"]
        now = {result["unique_id"] for result in found["results"]}
        found["results"] = [r for r in before if r["unique_id"] not in now] + found["results"]
    path.write_text(json.dumps(found), encoding="utf-8")


@dbt_assets(
    manifest=ensure_manifest(),
    exclude=f"{NOT_NIGHTLY} {COMPUTED} {FITTED}",
    dagster_dbt_translator=LayeredTranslator(),
    name="models",
)
def models(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Build what reads nothing that Python computes, and test it: a failure stops what follows."""
    yield from _build(context, warehouse.as_of_date)


@dbt_assets(
    manifest=ensure_manifest(),
    select=COMPUTED,
    exclude=f"{NOT_NIGHTLY} {SCORED} {FITTED}",
    dagster_dbt_translator=LayeredTranslator(),
    name="merged_models",
)
def merged_models(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Build the models that read which records are one party, and run their tests."""
    yield from _build(context, warehouse.as_of_date)


@dbt_assets(
    manifest=ensure_manifest(),
    select=SCORED,
    exclude=f"{NOT_NIGHTLY} {FITTED}",
    dagster_dbt_translator=LayeredTranslator(),
    name="scored_models",
)
def scored_models(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Build the models that read the sentiment of texts, and run their tests."""
    yield from _build(context, warehouse.as_of_date)


@dbt_assets(
    manifest=ensure_manifest(),
    select=FITTED,
    exclude=NOT_NIGHTLY,
    dagster_dbt_translator=LayeredTranslator(),
    name="fitted_models",
)
def fitted_models(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Build the models that score with fitted parameters, and run their tests."""
    yield from _build(context, warehouse.as_of_date)


defs = dg.Definitions(
    assets=[models, merged_models, scored_models, fitted_models],
    resources={
        "warehouse": Warehouse(as_of_date=dg.EnvVar("AS_OF_DATE").get_value("") or ""),
    },
    executor=dg.in_process_executor,
)
