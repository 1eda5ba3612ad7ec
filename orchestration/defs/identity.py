"""The step between what links party records and who they are."""

import dagster as dg
import duckdb

from orchestration import identity
from orchestration.defs.warehouse import Warehouse
from orchestration.settings import settings


@dg.asset(
    key=["computed", "party_components"],
    deps=[dg.AssetKey(["intermediate", table]) for table in identity.INPUTS],
    group_name="computed",
    description="Which party records hang together, by the edges that count.",
)
def party_components(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult:
    """Find the components and write them where dbt reads them."""
    with duckdb.connect(str(settings().build)) as connection:
        records, parties = identity.refresh(connection)
    context.log.info(f"merge {records:,} linked records of {parties:,} parties")
    return dg.MaterializeResult(metadata={"records": records, "parties": parties})


defs = dg.Definitions(assets=[party_components])
