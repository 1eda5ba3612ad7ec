"""One step of our side of the bench, in a process of its own that loads only what the step needs.

python bench/clv_step.py fit|score MODEL DATA PARAMETERS TIMES QUERIES
"""

import json
import math
import re
import sys
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parent.parent))

P, Q, V = 6.25, 3.74, 15.44  # Gamma-Gamma
ROW_GROUP = 122_880
MONTHS, YEARLY = 36, 0.10


def main(step: str, model: str, data: str, theta: str, times: str, queries: str) -> None:
    """Fit one model, or score every customer in SQL; print seconds, CPU seconds and peak memory."""
    connection = duckdb.connect(config={"disabled_optimizers": "partial_aggregate_pushdown"})
    (customers,) = connection.execute(f"select count(*) from '{data}'").fetchone() or (0,)
    # DuckDB hands out work by row groups: a second thread on one of them only holds memory
    connection.execute(f"set threads = {2 if customers > ROW_GROUP else 1}")
    if step == "fit":
        import numpy as np

        from orchestration import fits

        def fit() -> None:
            found = connection.execute(
                "select frequency, recency_days / 7.0, age_days / 7.0, count(*)"
                f" from '{data}' group by all order by all"
            ).fetchnumpy()
            groups = [np.asarray(column, float) for column in found.values()]
            (fits.fit_bg_nbd if model == "bg_nbd" else fits.fit_pareto_nbd)(*groups)

        work = fit
    else:
        query = (Path(queries) / f"int_{model}_scored.sql").read_text(encoding="utf-8")
        prepare(connection, model, data, json.loads(theta))

        def work() -> None:
            score(connection, query)

    result = {"seconds": math.inf, "cpu": math.inf}
    for _ in range(int(times)):
        begun, used = time.perf_counter(), time.process_time()
        work()
        result["seconds"] = min(result["seconds"], time.perf_counter() - begun)
        result["cpu"] = min(result["cpu"], time.process_time() - used)
    # getrusage would start from what the parent held
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    result["mb"] = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024
    if step == "score":
        (result["mean_clv"],) = connection.execute("select avg(clv) from scored").fetchone() or (0,)
    print(json.dumps(result))


def prepare(
    connection: duckdb.DuckDBPyConnection, model: str, data: str, theta: dict[str, float]
) -> None:
    """Hold the customers and the parameters in memory."""
    connection.execute("attach ':memory:' as rapport")
    connection.execute("create schema rapport.intermediate")
    connection.execute(f"create table customers as from '{data}'")
    connection.execute(  # no month ends: the value of today is what is timed
        "create table rapport.intermediate.int_purchase_histories_dated as select * from ("
        " select 0::bigint as frequency, 0::bigint as recency_days, 0::bigint as age_days) limit 0"
    )
    connection.execute(
        "create table rapport.intermediate.int_clv_parameters_chosen as select 'score' as basis,"
        " ? as model, 0::bigint as variation, ?::double as r, ?::double as alpha, ?::double as s,"
        " ?::double as beta, ?::double as a, ?::double as b, 7.0::double as time_unit_days,"
        " ?::double as horizon, ?::double as discount",
        [
            model,
            *(theta.get(name) for name in ("r", "alpha", "s", "beta", "a", "b")),
            MONTHS * 365.25 / 12 / 7,
            math.log1p(YEARLY) * 7 / 365.25,
        ],
    )


def score(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Score every customer by the model's own SQL: P(alive) and discounted value."""
    connection.execute(
        "create or replace table rapport.intermediate.int_purchase_histories_grouped as"
        " select 'score' as basis, frequency, recency_days, age_days, count(*) as customers"
        " from customers group by all"
    )
    connection.execute(
        "create or replace table kernels as"
        f" select frequency, recency_days, age_days, p_alive, discounted_orders from ({query})"
    )
    connection.execute(
        "create or replace table scored as select customers.*, kernels.p_alive,"
        f" kernels.discounted_orders * {P} * ({V} + frequency * coalesce(average_margin, 0))"
        f" / ({P} * frequency + {Q} - 1) as clv"
        " from customers join kernels using (frequency, recency_days, age_days)"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
