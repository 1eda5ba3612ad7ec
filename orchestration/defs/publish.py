"""The last step: what passed every check becomes the publication that readers see."""

import json
from datetime import UTC, datetime

import dagster as dg

from orchestration import publication, report
from orchestration.defs.warehouse import Warehouse, published_marts
from orchestration.settings import settings

MARTS = published_marts()


@dg.asset(
    key=["published", "current"],
    deps=[dg.AssetKey(["marts", mart.name]) for mart in MARTS],
    group_name="published",
)
def published(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """An immutable copy of the marts, with Parquet and Data Docs; `current` is switched to it."""
    run = settings()
    loads = {path.stem: json.loads(path.read_text()) for path in sorted(run.loads.glob("*.json"))}
    manifest = {
        "input": run.input,
        "as_of_date": report.as_of_date(run.build),
        "run_id": context.run_id,
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "loads": loads,
        "headline": report.headline(run.build),
    }
    try:
        done = publication.publish(
            run.build, run.home, MARTS, manifest, {"data_docs": run.data_docs}
        )
    except OSError as error:
        raise dg.RetryRequested(max_retries=2, seconds_to_wait=2) from error
    context.log.info(f"publish: publication {done.number} is current")
    return dg.MaterializeResult(metadata={"number": done.number, "path": str(done.path)})


defs = dg.Definitions(assets=[published])
