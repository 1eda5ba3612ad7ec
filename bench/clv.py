"""Bench of the customer-value models: published figures, and lifetimes side by side.

python bench/clv.py [--cdnow FOLDER] [--sizes 100000 1000000]: prints the parameters and
log-likelihoods on CDNOW, how forecasts track its weeks 39 and 78, and times and peak memory of fit
and score on simulated customers, each in a process of its own. lifetimes 0.11.3 is an oracle: it
goes into a throwaway virtual environment, is never a dependency, and is left out where it cannot be
installed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from orchestration import fits  # noqa: E402

PUBLISHED = {
    "bg_nbd": "r .24259 (.0126)  alpha 4.4136 (.378)  a .79292 (.186)  b 2.42589 (.705)"
    "  LL -9582.429",
    "pareto_nbd": "r .55327 (.0476)  alpha 10.5777 (.843)  s .60621 (.187)  beta 11.668 (6.21)"
    "  LL -9594.976",
    "gamma_gamma": "p 6.2494  q 3.7442  v 15.444  LL -4055.918",
}
TRACKING = {39: (2457, 2502, 2532), 78: (4339, 4166, 4274)}  # actual, BG/NBD, Pareto/NBD
TRUTH = {"r": 0.55, "alpha": 10.6, "s": 0.61, "beta": 11.7, "p": 6.25, "q": 3.74, "v": 15.44}
MONTHS, YEARLY = 36, 0.10
LIFETIMES = ["lifetimes==0.11.3", "numpy<2", "pandas<2.1", "scipy<1.12", "dill", "autograd<1.7"]


def main() -> None:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cdnow", type=Path, default=ROOT.parent / "shared" / "data" / "cdnow")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--models", nargs="*", default=["bg_nbd", "pareto_nbd"])
    parser.add_argument("--child", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(*arguments.child)
        return
    if (arguments.cdnow / "CDNOW_sample.txt").exists():
        cdnow(arguments.cdnow / "CDNOW_sample.txt")
    else:
        print(f"CDNOW_sample.txt is not at {arguments.cdnow}: its part is left out")
    if arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder), arguments.sizes, arguments.models)


def cdnow(path: Path) -> None:
    """Print parameters, log-likelihoods and tracking beside what is published."""
    with duckdb.connect() as connection:
        connection.execute(
            r"""
            create table days as
            with lines as (
                select regexp_split_to_array(trim(text), '\s+') as fields
                from read_csv(?, header = false, delim = '|', columns = {'text': 'varchar'})
            )
            select
                fields[2] as customer,
                cast(strptime(fields[3], '%Y%m%d') as date) as day,
                sum(cast(fields[5] as decimal(10, 2))) as spend,
                min(day) over (partition by customer) as first_day
            from lines
            group by customer, day
            """,
            [str(path)],
        )
        histories = _columns(
            connection,
            """
            select
                count(*) - 1 as frequency,
                (max(day) - min(first_day)) / 7.0 as recency,
                (date '1997-09-30' - min(first_day)) / 7.0 as age,
                sum(case when day > first_day then spend else 0 end) as spend
            from days where day <= date '1997-09-30' group by customer order by customer
            """,
        )
        trials, begun = _columns(
            connection,
            "select first_day - date '1997-01-01' as trial, count(*) as customers"
            " from (select distinct customer, first_day from days) group by trial order by trial",
        )
        actual = {
            week: connection.execute(
                "select count(*) from days where day > first_day"
                " and day < date '1997-01-01' + cast(? as integer)",
                [7 * week],
            ).fetchone()
            for week in TRACKING
        }
    frequency, recency, age, spend = histories
    ones = np.ones(len(frequency))
    found = {
        "bg_nbd": fits.fit_bg_nbd(frequency, recency, age, ones),
        "pareto_nbd": fits.fit_pareto_nbd(frequency, recency, age, ones),
        "gamma_gamma": fits.fit_gamma_gamma(frequency, spend / np.maximum(frequency, 1), ones),
    }
    print("CDNOW sample, 2,357 customers, weeks, calibration to 1997-09-30\n")
    for model, fit in found.items():
        shown = "  ".join(
            f"{name} {value:.6g} ({fit.standard_errors[name]:.3g})"
            for name, value in fit.parameters.items()
        )
        print(f"  {model:<12} ours       {shown}  LL {fit.log_likelihood:.3f}")
        print(f"  {'':<12} published  {PUBLISHED[model]}")
    print("\n  cumulative repeat orders      actual (published)   BG/NBD (published)   Pareto/NBD")
    for week, (real, bg, pareto) in TRACKING.items():
        since = np.maximum(7 * week - trials, 0) / 7  # from the start of the first day
        ours = [begun @ expected(found[m], since) for m in ("bg_nbd", "pareto_nbd")]
        print(
            f"  week {week:<24} {(actual[week] or (0,))[0]:>6} ({real})"
            f"    {ours[0]:>9.1f} ({bg}, {100 * (ours[0] / bg - 1):+.2f} %)"
            f"   {ours[1]:>9.1f} ({pareto}, {100 * (ours[1] / pareto - 1):+.2f} %)"
        )
    print()


def expected(fit: fits.Fit, time: np.ndarray) -> np.ndarray:
    """Expected purchases of a new customer within `time` (both papers, E[X(t)])."""
    from scipy.special import hyp2f1

    theta = fit.parameters
    r, alpha = theta["r"], theta["alpha"]
    if fit.model == "pareto_nbd":
        s, beta = theta["s"], theta["beta"]
        return r * beta / (alpha * (s - 1)) * (1 - (beta / (beta + time)) ** (s - 1))
    a, b = theta["a"], theta["b"]
    lost = (alpha / (alpha + time)) ** r * hyp2f1(r, b, a + b - 1, time / (alpha + time))
    return (a + b - 1) / (a - 1) * (1 - lost)


def compare(folder: Path, sizes: list[int], models: list[str]) -> None:
    """Time fit and score against lifetimes, each in its own process, and print the ratios."""
    queries = compile_scores(folder)
    oracle = install_lifetimes(folder)
    print("  customers  model       step   ours s  lifetimes s   ratio   ours MB  lifetimes MB")
    for size in sizes:
        data = folder / f"{size}.parquet"
        simulate(size, data)
        for model in models:
            ours = run([sys.executable, __file__, "--child", model, str(data), str(queries)])
            theirs = (
                run([str(oracle), str(folder / "oracle.py"), model, str(data)]) if oracle else {}
            )
            for step in ("fit", "score"):
                one, other = ours[step], theirs.get(step)
                print(
                    f"  {size:>9,}  {model:<10}  {step:<5} {one:>8.2f}"
                    + (f" {other:>12.2f} {other / one:>7.1f}" if other else f" {'-':>12} {'-':>7}")
                    + f" {ours[step + '_mb']:>9.0f}"
                    + (f" {theirs[step + '_mb']:>13.0f}" if other else ""),
                    flush=True,
                )


def run(command: list[str]) -> dict[str, float]:
    """Run a child and read the JSON that it prints last; empty where it fails."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "2"},
    )
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return {}
    return json.loads(done.stdout.splitlines()[-1])


def simulate(customers: int, path: Path) -> None:
    """Write Pareto/NBD customers of up to two years, in days, with Gamma-Gamma margins."""
    random = np.random.default_rng(1)
    age = random.integers(28, 730, customers)
    dropout = random.exponential(1 / random.gamma(TRUTH["s"], 1 / TRUTH["beta"], customers))
    alive = np.minimum(7 * dropout, age)
    frequency = random.poisson(random.gamma(TRUTH["r"], 1 / TRUTH["alpha"], customers) * alive / 7)
    last = alive * random.uniform(size=customers) ** (1 / np.maximum(frequency, 1))
    recency = np.where(frequency > 0, np.ceil(last), 0)
    rate = random.gamma(TRUTH["q"], 1 / TRUTH["v"], customers)
    margin = random.gamma(TRUTH["p"] * np.maximum(frequency, 1), 1 / rate) / np.maximum(
        frequency, 1
    )
    with duckdb.connect() as connection:
        columns = {"frequency": frequency, "recency": recency, "age": age, "margin": margin}  # noqa: F841
        connection.execute(
            f"copy (select cast(frequency as bigint) as frequency,"
            " cast(least(recency, age) as bigint) as recency_days, cast(age as bigint) as age_days,"
            " case when frequency > 0 then margin end as average_margin"
            f" from columns) to '{path}' (format parquet)"
        )
        plain = path.with_suffix(".csv")
        connection.execute(f"copy (from '{path}') to '{plain}' (header)")


def compile_scores(folder: Path) -> Path:
    """Compile the scoring models with dbt and return the folder of their SQL."""
    (folder / "build").mkdir()
    dbt = str(Path(sys.executable).parent / "dbt")
    places = {"HOME_DIR": str(folder), "DBT_TARGET_PATH": str(folder), "DBT_LOG_PATH": str(folder)}
    subprocess.run(
        [dbt, "--quiet", "compile", "--select", "int_pareto_nbd_scored", "int_bg_nbd_scored"],
        cwd=ROOT,
        env=os.environ | places,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return folder / "compiled" / "rapport" / "models" / "intermediate" / "value"


def child(model: str, data: str, queries: str) -> None:
    """Fit one model, then score every customer in SQL; print times and peak memory."""
    result: dict[str, Any] = {}
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
    connection.execute("attach ':memory:' as rapport")
    connection.execute("create schema rapport.intermediate")
    begun = time.perf_counter()
    connection.execute(
        "create table rapport.intermediate.int_purchase_histories_grouped as"
        " select 'score' as basis, frequency, recency_days, age_days, count(*) as customers"
        f" from '{data}' group by all"
    )
    groups = _columns(
        connection,
        "select frequency, recency_days / 7.0, age_days / 7.0, customers"
        " from rapport.intermediate.int_purchase_histories_grouped order by all",
    )
    fit = fits.fit_bg_nbd(*groups) if model == "bg_nbd" else fits.fit_pareto_nbd(*groups)
    result["fit"] = time.perf_counter() - begun
    result["fit_mb"] = _peak()
    del groups
    columns = {name: fit.parameters.get(name) for name in ("r", "alpha", "s", "beta", "a", "b")}
    begun = time.perf_counter()
    connection.execute(
        "create table rapport.intermediate.int_clv_parameters_chosen as select 'score' as basis,"
        " ? as model, 0::bigint as variation, ?::double as r, ?::double as alpha, ?::double as s,"
        " ?::double as beta, ?::double as a, ?::double as b, 7.0::double as time_unit_days,"
        " ?::double as horizon, ?::double as discount",
        [model, *columns.values(), MONTHS * 365.25 / 12 / 7, np.log1p(YEARLY) * 7 / 365.25],
    )
    query = (Path(queries) / f"int_{model}_scored.sql").read_text(encoding="utf-8")
    p, q, v = TRUTH["p"], TRUTH["q"], TRUTH["v"]
    connection.execute(
        f"create table scored as with kernels as materialized ({query})"
        f" select customers.*, kernels.p_alive, kernels.discounted_orders * {p}"
        f" * ({v} + frequency * coalesce(average_margin, 0)) / ({p} * frequency + {q} - 1) as clv"
        f" from '{data}' as customers join kernels using (frequency, recency_days, age_days)"
    )
    result["score"] = time.perf_counter() - begun
    result["score_mb"] = _peak()
    (result["mean_clv"],) = connection.execute("select avg(clv) from scored").fetchone() or (0,)
    print(json.dumps(result))


ORACLE = """
import json, resource, sys, time, warnings
warnings.filterwarnings("ignore")
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter
model, path = sys.argv[1:]
data = pd.read_csv(path.replace(".parquet", ".csv"))
frequency, recency, age = data.frequency, data.recency_days / 7, data.age_days / 7
fitter = BetaGeoFitter() if model == "bg_nbd" else ParetoNBDFitter()
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
begun = time.perf_counter()
fitter.fit(frequency, recency, age)
result = {"fit": time.perf_counter() - begun, "fit_mb": peak()}
money = GammaGammaFitter()
money.params_ = pd.Series({"p": 6.25, "q": 3.74, "v": 15.44})
begun = time.perf_counter()
fitter.conditional_probability_alive(frequency, recency, age)
value = money.customer_lifetime_value(
    fitter, frequency, recency, age, data.average_margin.fillna(0), time=36,
    discount_rate=1.1 ** (1 / 12) - 1, freq="W",
)
result |= {"score": time.perf_counter() - begun, "score_mb": peak(), "mean_clv": value.mean()}
print(json.dumps(result))
"""


def install_lifetimes(folder: Path) -> Path | None:
    """Install the oracle into a throwaway environment; return its Python, or None."""
    (folder / "oracle.py").write_text(ORACLE, encoding="utf-8")
    python = folder / "oracle" / "bin" / "python"
    steps = [
        [sys.executable, "-m", "venv", str(folder / "oracle")],
        [str(python), "-m", "pip", "install", "--quiet", *LIFETIMES],
    ]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"lifetimes cannot be installed, so it is left out: {done.stderr.strip()[-300:]}")
            return None
    return python


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[np.ndarray, ...]:
    found = connection.execute(query).fetchnumpy()
    return tuple(np.asarray(column, float) for column in found.values())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
