"""Parameters of the customer-value models as data: fitted from the build, kept with their history.

The history lies in the data home, because the build is made anew by each run. A fit whose input,
settings and method are what they were is used again; it would come out the same.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from orchestration import fits, source_tables
from orchestration.settings import ROOT

SOURCE = ROOT / "models" / "staging" / "value" / "_fits.yml"
INPUTS = (
    "int_parameters_resolved",
    "int_purchase_histories_grouped",
    "int_purchase_margins_grouped",
    "int_contract_terms_grouped",
)
PURCHASES = ("pareto_nbd", "bg_nbd")
HISTORIES = """
    select frequency, recency_days, age_days, customers
    from intermediate.int_purchase_histories_grouped
    where basis = $basis
    order by frequency, recency_days, age_days
"""
MARGINS = """
    select frequency, cast(repeat_margin_amount as double) / frequency as margin, customers
    from intermediate.int_purchase_margins_grouped
    where basis = $basis
    order by frequency, repeat_margin_amount
"""
TERMS = """
    select months, customers_lost, customers_kept
    from intermediate.int_contract_terms_grouped
    order by months
"""


@dataclass(frozen=True)
class Task:
    """One model to fit on one basis: its input as columns, and how many customers it needs."""

    model: str
    basis: str
    fitted_at: Any
    columns: tuple[fits.Vector, ...]
    informing: int  # customers with a repeat purchase, or under contract


def refresh(connection: duckdb.DuckDBPyConnection, history: Path) -> list[str]:
    """Write table fits.clv_parameters and the file `history`; return a line on each fit.

    Reads the tables INPUTS of schema intermediate. For each model, basis and last day of the data
    one fit is current: that of this run's input. Others of the history stay as they are.
    """
    names = source_tables.create(connection, SOURCE, "clv_parameters")
    if history.exists():
        connection.execute(
            "insert into fits.clv_parameters by name select * from read_parquet(?)", [str(history)]
        )
    as_of_date, unit, minimum = connection.execute(
        "select as_of_date, clv_time_unit_days, clv_min_customers"
        " from intermediate.int_parameters_resolved"
    ).fetchone() or (None, 7.0, 100)
    said = []
    for task in _tasks(connection) if as_of_date else ():
        key = [task.model, task.basis, task.fitted_at, as_of_date]
        digest = _hash(task, unit, minimum)
        where = "model = ? and basis = ? and fitted_at = ? and as_of_date = ?"
        found = connection.execute(
            f"select count(*) from fits.clv_parameters where {where} and input_hash = ?",
            [*key, digest],
        ).fetchone()
        known = bool(found and found[0])
        connection.execute(
            f"update fits.clv_parameters set is_current = (input_hash = ?) where {where}",
            [digest, *key],
        )
        if not known:
            rows = [
                row | {"as_of_date": as_of_date, "time_unit_days": unit, "input_hash": digest}
                for row in _fit(task, unit, minimum)
            ]
            marks = ", ".join("?" * len(names))
            connection.executemany(
                f"insert into fits.clv_parameters values ({marks})",
                [[row.get(name) for name in names] for row in rows],
            )
        said.append(_line(connection, where, [*key, digest], known))
    history.parent.mkdir(parents=True, exist_ok=True)
    partial = history.with_suffix(".partial")
    target = str(partial).replace("'", "''")
    connection.execute(
        f"copy (from fits.clv_parameters order by all) to '{target}' (format parquet)"
    )
    partial.replace(history)
    return said


def _tasks(connection: duckdb.DuckDBPyConnection) -> Iterator[Task]:
    dates = dict(
        connection.execute(
            "select basis, max(observed_until) from intermediate.int_purchase_histories_grouped"
            " group by basis order by basis desc"
        ).fetchall()
    )
    for basis, day in dates.items():
        columns = _columns(connection, HISTORIES, basis=basis)
        repeaters = int(columns[3][columns[0] > 0].sum())
        for model in PURCHASES:
            yield Task(model, basis, day, columns, repeaters)
        columns = _columns(connection, MARGINS, basis=basis)
        yield Task("gamma_gamma", basis, day, columns, int(columns[2].sum()))
    columns = _columns(connection, TERMS)
    if len(columns[0]):
        (day,) = connection.execute(
            "select as_of_date from intermediate.int_parameters_resolved"
        ).fetchone() or (None,)
        yield Task("sbg", "score", day, columns, int(columns[1].sum() + columns[2].sum()))


def _columns(
    connection: duckdb.DuckDBPyConnection, query: str, **parameters: str
) -> tuple[fits.Vector, ...]:
    found = connection.execute(query, parameters).fetchnumpy()
    return tuple(np.ascontiguousarray(column, dtype=np.float64) for column in found.values())


def _hash(task: Task, unit: float, minimum: int) -> str:
    digest = hashlib.sha256(f"{fits.VERSION} {task.model} {unit!r} {minimum}".encode())
    for column in task.columns:
        digest.update(column.tobytes())
    return digest.hexdigest()[:32]


def _fit(task: Task, unit: float, minimum: int) -> list[dict[str, Any]]:
    """Fit one task; return the estimate and its variations or one row that says why not."""
    row: dict[str, Any] = {
        "model": task.model,
        "basis": task.basis,
        "fitted_at": task.fitted_at,
        "variation": 0,
        "n_customers": task.informing,
        "converged": False,
        "is_current": True,
    }
    if task.informing < minimum:
        return [row | {"method": f"none: {task.informing} customers, {minimum} are needed"}]
    try:
        done = FITS[task.model](task.columns, unit)
    except fits.NoFit as error:
        return [row | {"method": f"none: {error}"}]
    described = row | {
        **{f"{name}_se": value for name, value in done.standard_errors.items()},
        "log_likelihood": done.log_likelihood,
        "n_customers": done.customers,
        "sample_fraction": done.sample_fraction,
        "converged": done.converged,
        "method": done.method,
    }
    return [described | done.parameters, *_variations(row, done)]


def _variations(row: dict[str, Any], done: fits.Fit) -> Iterator[dict[str, Any]]:
    """One standard deviation up and down each column of the deviations: what totals vary by."""
    if not done.converged or row["model"] not in PURCHASES:
        return
    for j, column in enumerate(done.deviations.T, 1):
        for sign in (1, -1):
            moved = {
                name: fits.rounded(value * math.exp(sign * step))
                for (name, value), step in zip(done.parameters.items(), column, strict=True)
            }
            yield row | moved | {"variation": sign * j, "converged": True, "method": "variation"}


def _line(connection: duckdb.DuckDBPyConnection, where: str, key: list[Any], known: bool) -> str:
    found = connection.execute(
        "select model, basis, fitted_at, n_customers, converged, log_likelihood, method"
        f" from fits.clv_parameters where {where} and input_hash = ? and variation = 0",
        key,
    ).fetchone()
    assert found
    model, basis, day, customers, converged, likelihood, method = found
    if likelihood is None:
        return f"{model} ({basis}, to {day}): {method}"
    end = "" if converged else ", did not converge"
    again = ", as kept" if known else ""
    known_as = f"{model} ({basis}, to {day}): {customers:,} customers"
    return f"{known_as}, log-likelihood {likelihood:.3f}{end}{again}"


def _histories(columns: tuple[fits.Vector, ...], unit: float) -> tuple[fits.Vector, ...]:
    frequency, recency, age, customers = columns
    return frequency, recency / unit, age / unit, customers


FITS: Mapping[str, Any] = {
    "pareto_nbd": lambda columns, unit: fits.fit_pareto_nbd(*_histories(columns, unit)),
    "bg_nbd": lambda columns, unit: fits.fit_bg_nbd(*_histories(columns, unit)),
    "gamma_gamma": lambda columns, unit: fits.fit_gamma_gamma(*columns),
    "sbg": lambda columns, unit: fits.fit_sbg(*columns),
}
