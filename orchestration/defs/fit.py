"""The step between what is fitted and what is scored: parameters of the customer-value models."""

import dagster as dg
import duckdb

from orchestration import clv_history
from orchestration.defs.warehouse import Warehouse
from orchestration.settings import settings


@dg.asset(
    key=["fits", "clv_parameters"],
    deps=[dg.AssetKey(["intermediate", table]) for table in clv_history.INPUTS],
    group_name="fits",
    description="Parameters of Pareto/NBD, BG/NBD, Gamma-Gamma and sBG, with their history.",
)
def clv_parameters(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """Fit what changed, keep the history, and write it where dbt reads it."""
    run = settings()
    with duckdb.connect(str(run.build)) as connection:
        done = clv_history.refresh(connection, run.home / "fits" / "clv_parameters.parquet")
    for line in done:
        context.log.info(f"fit {line}")
    return dg.MaterializeResult(metadata={"fits": len(done)})


defs = dg.Definitions(assets=[clv_parameters])
