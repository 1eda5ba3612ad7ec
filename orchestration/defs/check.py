"""Expectations as asset checks: on raw they stop the models, on marts the publication."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import dagster as dg

from orchestration.defs.load import CONTRACT, load
from orchestration.defs.warehouse import Warehouse, published_marts
from orchestration.settings import ROOT, settings
from orchestration.suites import Outcome, Suite, find_suites, run_suites

SUITES = find_suites(ROOT / "expectations")
RAW_SUITES = [suite for suite in SUITES if suite.layer == "raw"]
MART_SUITES = [suite for suite in SUITES if suite.layer == "marts"]
KEYS = {
    **{f"raw.{spec.name}": spec.key for spec in CONTRACT},
    **{f"marts.{mart.name}": mart.order_by for mart in published_marts()},
}


def _specs(suites: Sequence[Suite], deps: Sequence[dg.AssetKey]) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            "expectations",
            asset=dg.AssetKey([suite.layer, suite.table]),
            description=f"expectations/{suite.path.relative_to(ROOT / 'expectations')}",
            additional_deps=[key for key in deps if key.path[-1] != suite.table],
            blocking=True,
        )
        for suite in suites
    ]


def _check(
    context: dg.AssetCheckExecutionContext, layer: str, suites: Sequence[Suite]
) -> Iterator[dg.AssetCheckResult]:
    run = settings()
    outcomes = run_suites(run.build, suites, run.data_docs, keys=KEYS)
    run.checks.mkdir(parents=True, exist_ok=True)
    records = json.dumps([asdict(outcome) for outcome in outcomes], indent=1, default=str)
    (run.checks / f"{layer}.json").write_text(records)
    failed = [outcome for outcome in outcomes if not outcome.success]
    errors = sum(outcome.severity == "error" for outcome in failed)
    context.log.info(
        f"check {layer}: {len(outcomes)} expectations,"
        f" {errors} errors, {len(failed) - errors} warnings"
    )
    for suite in suites:
        yield _result(suite, [o for o in outcomes if (o.layer, o.table) == (layer, suite.table)])


def _result(suite: Suite, outcomes: Sequence[Outcome]) -> dg.AssetCheckResult:
    failed = [outcome for outcome in outcomes if not outcome.success]
    is_error = any(outcome.severity == "error" for outcome in failed)
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey([suite.layer, suite.table]),
        check_name="expectations",
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        metadata={
            "expectations": len(outcomes),
            **{
                f"failed {number}": dg.MetadataValue.json(
                    json.loads(json.dumps(asdict(outcome), default=str))
                )
                for number, outcome in enumerate(failed, 1)
            },
        },
    )


@dg.multi_asset_check(name="raw_expectations", specs=_specs(RAW_SUITES, sorted(load.keys)))
def raw_expectations(
    context: dg.AssetCheckExecutionContext, warehouse: Warehouse
) -> Iterator[dg.AssetCheckResult]:
    """Watch every raw table; an error stops the models."""
    yield from _check(context, "raw", RAW_SUITES)


@dg.multi_asset_check(
    name="mart_expectations",
    specs=_specs(MART_SUITES, [dg.AssetKey(["marts", mart.name]) for mart in published_marts()]),
)
def mart_expectations(
    context: dg.AssetCheckExecutionContext, warehouse: Warehouse
) -> Iterator[dg.AssetCheckResult]:
    """Watch every published mart; an error stops the publication."""
    yield from _check(context, "marts", MART_SUITES)


defs = dg.Definitions(asset_checks=[raw_expectations, mart_expectations])
