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
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
from mpmath import fsum, hyp2f1, log, loggamma, mp, mpf, nstr

ROOT = Path(__file__).parent.parent
STEP = Path(__file__).parent / "clv_step.py"
ORACLE = Path(__file__).parent / "clv_lifetimes.py"
sys.path.insert(0, str(ROOT))

from orchestration import fits  # noqa: E402

PUBLISHED = {
    "bg_nbd": "r .24259 (.0126)  alpha 4.4136 (.378)  a .79292 (.186)  b 2.42589 (.705)"
    "  LL -9582.429",
    "pareto_nbd": "r .55327 (.0476)  alpha 10.5777 (.843)  s .60621 (.187)  beta 11.668 (6.21)"
    "  LL -9594.976",
    "gamma_gamma": "p 6.2494  q 3.7442  v 15.444  LL -4055.918",
}
TABLE = {  # the parameters of the same table
    "bg_nbd": ("0.24259", "4.4136", "0.79292", "2.42589"),
    "pareto_nbd": ("0.55327", "10.5777", "0.60621", "11.668"),
    "gamma_gamma": ("6.2494", "3.7442", "15.444"),
}
STEP_LOG = mpf("1e-8")
TRACKING = {39: (2457, 2502, 2532), 78: (4339, 4166, 4274)}  # actual, BG/NBD, Pareto/NBD
TRUTH = {"r": 0.55, "alpha": 10.6, "s": 0.61, "beta": 11.7, "p": 6.25, "q": 3.74, "v": 15.44}
PARAMETERS = {  # of the scores that are timed
    "bg_nbd": {"r": 0.25, "alpha": 4.6, "a": 0.72, "b": 2.4},
    "pareto_nbd": {name: TRUTH[name] for name in ("r", "alpha", "s", "beta")},
}
REPEATS = 9
SLOW = (
    100_000  # customers up to which lifetimes fits Pareto/NBD: a million take a quarter of an hour
)
LIFETIMES = ["lifetimes==0.11.3", "numpy<2", "pandas<2.1", "scipy<1.12", "dill", "autograd<1.7"]


def main() -> None:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cdnow", type=Path, default=ROOT.parent / "shared" / "data" / "cdnow")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--models", nargs="*", default=["bg_nbd", "pareto_nbd"])
    arguments = parser.parse_args()
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
    times = [
        (int(x), mpf(round(7 * a)) / 7, mpf(round(7 * b)) / 7)
        for x, a, b in zip(frequency, recency, age, strict=True)
    ]
    spent = [
        (int(x), mpf(round(100 * m)) / 100 / int(x))
        for x, m in zip(frequency, spend, strict=True)
        if x and m > 0
    ]
    print("\n  at 30 digits, exact likelihood   log-likelihood    largest gradient   ours - table")
    with mp.workdps(30):
        at_many_digits(found["bg_nbd"], exact_bg_nbd, Counter(times))
        at_many_digits(found["pareto_nbd"], exact_pareto_nbd, Counter(times))
        at_many_digits(found["gamma_gamma"], exact_gamma_gamma, Counter(spent))
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


def at_many_digits(fit: fits.Fit, exact: Callable[..., mpf], groups: Counter) -> None:
    """Print whether our point or the table's is the maximum, from the exact likelihood.

    The gradient is that of the whole log-likelihood in log-parameters: 0 at a maximum.
    """
    ours = [mpf(repr(value)) for value in fit.parameters.values()]
    table = [mpf(value) for value in TABLE[fit.model]]

    def total(theta: list[mpf]) -> mpf:
        return fsum(n * exact(theta, *group) for group, n in groups.items())

    def slope(point: list[mpf], i: int) -> mpf:
        up, down = (
            total([t * mp.exp(step * (i == j)) for j, t in enumerate(point)])
            for step in (STEP_LOG, -STEP_LOG)
        )
        return abs(up - down) / (2 * STEP_LOG)

    best = total(ours)
    for name, point in (("ours", ours), ("table", table)):
        value = total(point)
        steepest = max(slope(point, i) for i in range(len(point)))
        print(
            f"  {fit.model:<12} {name:<18} {nstr(value, 14):>16} {nstr(steepest, 3):>18}"
            + (f" {nstr(best - value, 3):>14}" if name == "table" else "")
        )
    away = max(
        abs(a - b) / mpf(error)
        for a, b, error in zip(ours, table, fit.standard_errors.values(), strict=True)
    )
    print(f"  {'':<12} furthest apart: {nstr(away, 2)} standard errors")


def exact_bg_nbd(theta: list[mpf], x: int, last: mpf, age: mpf) -> mpf:
    """Log-likelihood of one customer (Fader, Hardie & Lee 2005, equation 6)."""
    r, alpha, a, b = theta
    value = loggamma(r + x) - loggamma(r) + r * log(alpha)
    value += loggamma(a + b) + loggamma(b + x) - loggamma(b) - loggamma(a + b + x)
    terms = (alpha + age) ** -(r + x)
    if x:
        terms += a / (b + x - 1) * (alpha + last) ** -(r + x)
    return value + log(terms)


def exact_pareto_nbd(theta: list[mpf], x: int, last: mpf, age: mpf) -> mpf:
    """Log-likelihood of one customer (Schmittlein, Morrison & Colombo 1987), by 2F1."""
    r, alpha, s, beta = theta
    large, small = max(alpha, beta), min(alpha, beta)
    second = s + 1 if alpha >= beta else r + x
    shape = r + s + x

    def tail(time: mpf) -> mpf:
        z = (large - small) / (large + time)
        return hyp2f1(shape, second, shape + 1, z) / (large + time) ** shape

    alive = (alpha + age) ** -(r + x) * (beta + age) ** -s
    dead = s / shape * (tail(last) - tail(age))
    known = loggamma(r + x) - loggamma(r) + r * log(alpha) + s * log(beta)
    return known + log(alive + dead)


def exact_gamma_gamma(theta: list[mpf], x: int, mean: mpf) -> mpf:
    """Log-likelihood of one customer (Fader & Hardie 2013, equation 1a)."""
    p, q, v = theta
    value = loggamma(p * x + q) - loggamma(p * x) - loggamma(q) + q * log(v)
    return value + (p * x - 1) * log(mean) + p * x * log(x) - (p * x + q) * log(v + x * mean)


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
    """Time fit and score against lifetimes, each in its own process, and print the ratios.

    Both fit the same customers, and score them in memory with the same parameters: P(alive) and
    discounted value of 36 months of each. The best of REPEATS counts; memory is the peak of a
    process that does the step alone. From 122,880 customers on ours has two threads, lifetimes uses
    one: the ratio of CPU seconds says what remains without the second, or on a busy machine.
    """
    queries = compile_scores(folder)
    oracle = install_lifetimes(folder)
    print(
        "  customers  model       step   ours s  lifetimes s   ratio  CPU ratio"
        "   ours MB  lifetimes MB"
    )
    for size in sizes:
        data = folder / f"{size}.parquet"
        simulate(size, data)
        for model in models:
            theta = json.dumps(PARAMETERS[model])
            for step in ("fit", "score"):
                # what takes it minutes is run once, and its fit of Pareto/NBD on a million not
                slow = step == "fit" and model == "pareto_nbd"
                mine = [sys.executable, str(STEP), step, model, str(data), theta]
                ours = run([*mine, str(REPEATS), str(queries)])
                theirs: dict[str, float] = {}
                if oracle and not (slow and size > SLOW):
                    times = 1 if slow or size > SLOW else REPEATS
                    command = [str(oracle), str(ORACLE), step, model, str(data), theta]
                    theirs = run([*command, str(times)])
                shown = f"  {size:>9,}  {model:<10}  {step:<5} {ours['seconds']:>8.3f}"
                if theirs:
                    ratio, cpu = (theirs[key] / ours[key] for key in ("seconds", "cpu"))
                    shown += f" {theirs['seconds']:>12.2f} {ratio:>7.1f} {cpu:>10.1f}"
                    shown += f" {ours['mb']:>9.0f} {theirs['mb']:>13.0f}"
                else:
                    shown += f" {'-':>12} {'-':>7} {'-':>10} {ours['mb']:>9.0f}"
                if step == "score":
                    means = [f"{side['mean_clv']:.2f}" for side in (ours, theirs) if side]
                    shown += "   mean value " + " / ".join(means)
                print(shown, flush=True)


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


def install_lifetimes(folder: Path) -> Path | None:
    """Install the oracle into a throwaway environment; return its Python, or None."""
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


if __name__ == "__main__":
    main()
