"""The step between texts and their sentiment: every new text scored once."""

import dagster as dg
import duckdb

from orchestration import sentiment
from orchestration.defs.warehouse import Warehouse
from orchestration.settings import settings


@dg.asset(
    key=["computed", "text_sentiments"],
    deps=[dg.AssetKey(["intermediate", table]) for table in sentiment.INPUTS],
    group_name="computed",
    description="Score of every distinct text, by its hash.",
)
def text_sentiments(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult:
    """Score what is new, keep the scores, and write them where dbt reads them."""
    run = settings()
    with duckdb.connect(str(run.build)) as connection:
        new, known, foreign = sentiment.refresh(
            connection, run.home / "sentiment" / "text_scores.parquet", run.sentiment_scorer
        )
    context.log.info(
        f"score texts: {new:,} new, {known:,} known, {foreign:,} in a language not spoken"
    )
    return dg.MaterializeResult(metadata={"new": new, "known": known, "not_spoken": foreign})


defs = dg.Definitions(assets=[text_sentiments])
