"""What Dagster sees: keys, job, schedule, and that every check guards something that is built."""

import datetime
import json
import shutil
from pathlib import Path

import dagster as dg
import pytest

from orchestration import event_log
from orchestration.contract import read_contract
from orchestration.defs.warehouse import (
    ensure_manifest,
    fitted_models,
    merged_models,
    models,
    published_marts,
    scored_models,
)
from orchestration.settings import ROOT


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    from orchestration.definitions import defs

    return defs()


def test_every_input_and_every_mart_is_an_asset(definitions: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().executable_asset_keys}
    inputs = {f"raw/{spec.name}" for spec in read_contract(ROOT / "models" / "staging")}
    marts = {f"marts/{mart.name}" for mart in published_marts()}
    assert inputs | marts | {"landing", "raw/deliveries", "published/current"} <= keys


def test_what_python_writes_for_dbt_is_written_by_an_asset(definitions: dg.Definitions) -> None:
    sources = json.loads(ensure_manifest().read_text(encoding="utf-8"))["sources"].values()
    tables = {
        f"{source['schema']}/{source['name']}"
        for source in sources
        if source["schema"] in ("computed", "fits")
    }
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().executable_asset_keys}
    assert tables
    assert tables <= keys


def test_dbt_steps_are_decided_by_what_a_model_reads(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()

    def reads(key: dg.AssetKey, *path: str) -> bool:
        above = graph.get_ancestor_asset_keys(key)
        return any(tuple(one.path[: len(path)]) == path for one in above)

    steps = (models, merged_models, scored_models, fitted_models)
    built = [key for step in steps for key in sorted(step.keys)]
    nodes = json.loads(ensure_manifest().read_text(encoding="utf-8"))["nodes"].values()
    assert len(built) == len(set(built))
    assert set(built) == {
        dg.AssetKey([node["schema"], node["alias"]])
        for node in nodes
        if node["resource_type"] in ("model", "seed")
    }
    assert fitted_models.keys == {key for key in built if reads(key, "fits")}
    scored = {key for key in built if reads(key, "computed", "text_sentiments")}
    assert scored_models.keys == scored - fitted_models.keys
    merged = {key for key in built if reads(key, "computed", "party_components")}
    assert merged_models.keys == merged - scored - fitted_models.keys
    assert dg.AssetKey(["intermediate", "int_texts_listed"]) in merged_models.keys


def test_every_check_guards_an_asset_that_is_built(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    checks = graph.asset_check_keys
    assert {key.asset_key for key in checks} <= graph.executable_asset_keys
    watched = {key.asset_key.to_user_string() for key in checks if key.name == "expectations"}
    files = (ROOT / "expectations").glob("*/*/*.yml")
    assert watched == {f"{path.parent.parent.name}/{path.stem}" for path in files}


def test_every_mart_is_watched_and_gates_the_publication(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    parents = graph.get(dg.AssetKey(["published", "current"])).parent_keys
    assert parents == {dg.AssetKey(["marts", mart.name]) for mart in published_marts()}
    for key in parents:
        spec = graph.get_check_spec(dg.AssetCheckKey(key, "expectations"))
        assert spec.blocking


def test_the_schedule_runs_the_job_as_of_the_day_of_its_tick(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("every_night")
    assert (schedule.job_name, schedule.cron_schedule) == ("nightly", "0 3 * * *")
    tick = datetime.datetime(2025, 3, 9, 3, tzinfo=datetime.UTC)
    context = dg.build_schedule_context(scheduled_execution_time=tick)
    requests = schedule.evaluate_tick(context).run_requests
    assert [
        request.run_config["resources"]["warehouse"]["config"]["as_of_date"] for request in requests
    ] == ["2025-03-09"]


def test_a_run_is_noted_where_dagster_reads_it(tmp_path: Path) -> None:
    @dg.asset
    def one() -> int:
        return 1

    shutil.copy(ROOT / "dagster.yaml", tmp_path)
    with event_log.instance(tmp_path) as instance:
        assert isinstance(instance.event_log_storage, event_log.HeldEventLog)
        done = dg.materialize([one], instance=instance)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not isinstance(instance.event_log_storage, event_log.HeldEventLog)
        assert [run.run_id for run in instance.get_runs()] == [done.run_id]
        noted = instance.get_latest_materialization_event(dg.AssetKey("one"))
        assert noted is not None
        assert noted.run_id == done.run_id
