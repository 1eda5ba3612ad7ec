"""Bench of the return on relationship: what it says of the demo brand, held against what is true.

python bench/ror.py [--seeds 40] [--lots 10] [--size 50k] [--workers 2] [--out data/bench-ror.csv]
[--go-on]: makes the brand of each seed with its truth, loads it, merges its records, scores its
texts, builds ror_by_programme and what it reads, and compares each programme of the last window
with the true effect on the customers that were compared. One lot a brand says little of how often
an interval holds, so it then draws the customers of the brand's randomised programme, and their
lots, anew --lots times, gives each the margin that is true of it in its arm, and estimates again.
Prints a line per seed and programme as it goes, adds it to the file --out, and ends with the
summary; --go-on keeps what the file has of a run that was cut. Customer values are not fitted, so
there is no future value.

python bench/ror.py --rows 10000000: times the SQL of uplift and jackknife on so many made-up
customers of one month instead, and prints their known effect beside the estimate.
"""

import argparse
import csv
import json
import math
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from scipy.stats import binom, norm

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from demo.__main__ import generate  # noqa: E402
from demo.world import Brand  # noqa: E402
from orchestration import identity, sentiment  # noqa: E402
from orchestration.contract import read_contract  # noqa: E402
from orchestration.defs.load import write_deliveries  # noqa: E402
from orchestration.loading import load_input  # noqa: E402
from orchestration.settings import disabled_optimizers, hash_key, settings  # noqa: E402

Row = dict[str, Any]
# The parts of the pipeline between which Python has its say.
FIRST, SECOND = "+int_identity_edges_listed", "+int_texts_listed"
REFERRALS = ROOT / "tests" / "truth" / "ror_by_programme__referral_margin.sql"
PAIR = ("PR03", "PR07")  # the same return on the orders coded to them, and not the same effect
COMPARED = """
with

compared as (

    select distinct
        candidates.design,
        candidates.programme_id,
        candidates.party_id,
        candidates.has_before
    from build.intermediate.int_uplift_candidates_classed as candidates
    inner join build.intermediate.int_uplift_strata_merged as merged
        using (design, programme_id, treated_month, full_stratum, purchase_stratum)
    inner join build.intermediate.int_uplift_strata_averaged as strata
        using (design, programme_id, treated_month, stratification, level, stratum)
    inner join marts.ror_by_programme as windows
        on
            candidates.programme_id = windows.programme_id
            and candidates.treated_month between windows.window_start and windows.window_end
            and windows.is_latest
            and windows.party_type = 'all'
            and windows.segment = 'all'
    where
        merged.stratification = 'full'
        and candidates.is_treated

),

effects as (

    select
        compared.design,
        compared.programme_id,
        count(*) as parties,
        sum(coalesce(effects.margin_with - effects.margin_without, 0)) as true_effect,
        sum(case when has_before then effects.margin_with - effects.margin_without else 0 end)
            as true_effect_before
    from compared
    left join truth.programme_effects as effects using (programme_id, party_id)
    group by all

)

select
    0 as lot,
    mart.programme_id,
    programmes.selection,
    programmes.uplift > 0 or programmes.stretch > 0 as has_effect,
    mart.evidence_tier,
    mart.demotion_reason,
    mart.warning,
    effects.parties,
    estimates.n_compared,
    mart.n_treated,
    effects.true_effect,
    cast(null as double) as expected_effect,
    -- a change is counted on those who were there a horizon before
    case when mart.evidence_tier = 'C' then true_effect_before else true_effect end
        as true_of_published,
    estimates.adjusted,
    estimates.adjusted - parameters.confidence_z * estimates.adjusted_error as adjusted_low,
    estimates.adjusted + parameters.confidence_z * estimates.adjusted_error as adjusted_high,
    estimates.naive,
    estimates.naive - parameters.confidence_z * estimates.naive_error as naive_low,
    estimates.naive + parameters.confidence_z * estimates.naive_error as naive_high,
    least(
        estimates.difference_in_differences, estimates.stratified,
        estimates.bound - parameters.confidence_z * estimates.bound_error
    ) as bracket_low,
    greatest(estimates.difference_in_differences, estimates.stratified, estimates.bound)
        as bracket_high,
    mart.retained_margin,
    mart.retained_margin_low,
    mart.retained_margin_high,
    mart.bracket_low is not null as has_bracket,
    mart.relationship_cost,
    mart.ror,
    mart.ror_low,
    mart.ror_high,
    mart.roi,
    mart.halo,
    mart.touched_share,
    mart.max_imbalance,
    mart.placebo_p_value
from marts.ror_by_programme as mart
inner join truth.programmes as programmes using (programme_id)
cross join build.intermediate.int_parameters_resolved as parameters
inner join build.intermediate.int_evidence_graded as evidence using (programme_id, window_month)
left join build.intermediate.int_uplifts_estimated as estimates
    on
        mart.programme_id = estimates.programme_id
        and mart.window_month = estimates.window_month
        and estimates.party_type = 'all'
        and estimates.segment = 'all'
        and evidence.design = estimates.design
left join effects
    on estimates.programme_id = effects.programme_id and estimates.design = effects.design
where mart.is_latest and mart.party_type = 'all' and mart.segment = 'all'
order by mart.programme_id
"""

# One month of one programme: who is loyal orders more, shows more signs of life, spends more, and
# is likelier to be touched. What is measured tells all of it, so that the effect can be found.
STEPS = (
    "int_uplift_cells_summed",
    "int_uplift_strata_merged",
    "int_uplift_strata_averaged",
    "int_uplift_buckets_compared",
    "int_uplift_replicates_estimated",
    "int_uplifts_estimated",
)
WINDOWS = """
create table intermediate.int_programme_windows_set as
select
    date '2026-06-01' as window_month,
    'PR' as programme_id,
    'Programme' as programme_name,
    'community' as programme_kind,
    date '2025-01-01' as window_start,
    date '2025-12-31' as window_end,
    true as is_latest
"""
WINDOWS_OF_LOTS = """
create or replace table intermediate.int_programme_windows_set as
select distinct
    date '2026-06-01' as window_month,
    programme_id,
    programme_id as programme_name,
    'email' as programme_kind,
    min(treated_month) over () as window_start,
    max(treated_month) over () as window_end,
    true as is_latest
from intermediate.int_uplift_candidates_classed
"""
CANDIDATES = """
create table intermediate.int_uplift_candidates_classed as
with

drawn as (

    select
        place,
        {draws}
    from range($rows) as places (place)

),

lived as (

    select
        *,
        least(14, cast(floor(-8 * u1 * ln(u2)) as bigint)) as orders_before,
        5 - cast(floor(5 * u3 * u4) as bigint) as tenure_class,
        8 - cast(floor(8 * u1 * sqrt(u5)) as bigint) as days_since_sign_class,
        8 - cast(floor(8 * u1 * sqrt(u6)) as bigint) as days_since_order_class,
        1 + cast(floor(7 * u1 * sqrt(u7)) as bigint) as engagement_rate_class
    from drawn

),

keyed as (

    select
        *,
        tenure_class * 100 + orders_before as count_stratum,
        tenure_class * 10 + least(7, 1 + orders_before // 2) as orders_stratum,
        1 + (days_since_sign_class - 1) // 2 as days_since_sign_group,
        u8 < 0.01 + 0.008 * orders_before + 0.01 * engagement_rate_class as is_treated,
        10 * (0.5 + u9) as effect
    from lived

)

select
    'observed' as design,
    'PR' as programme_id,
    date '2025-06-01' as treated_month,
    printf('P%08d', place) as party_id,
    is_treated,
    place * 7919 % 100 as bucket,
    tenure_class,
    orders_stratum,
    orders_stratum * 10 + days_since_sign_group as signs_stratum,
    count_stratum,
    count_stratum * 10 + days_since_sign_group as count_signs_stratum,
    (count_stratum * 10 + days_since_sign_group) * 10 + 1 + engagement_rate_class // 3
        as coarse_stratum,
    (count_stratum * 10 + days_since_sign_class) * 10 + engagement_rate_class as full_stratum,
    count_stratum * 10 + days_since_order_class as purchase_stratum,
    tenure_class = 5 as has_placebo,
    tenure_class >= 4 as has_before,
    {covariates},
    orders_before,
    orders_before // 2 as orders_after,
    orders_before // 3 as full_price_orders_after,
    cast(null as decimal(18, 4)) as residual_clv,
    cast(orders_before * 20 * u10 as decimal(18, 4)) as margin_long_before,
    cast(orders_before * (10 + 20 * u11) as decimal(18, 4)) as margin_before,
    cast(
        orders_before * (5 + 15 * u11) + 5 * engagement_rate_class - 2 * days_since_sign_class
        + 100 * (u12 - 0.5) + case when is_treated then effect else 0 end as decimal(18, 4)
    ) as margin_after,
    cast(0 as decimal(18, 4)) as margin_touched,
    'customer' as party_type,
    case when u13 < 0.7 then 'consumer' else 'business' end as segment,
    case when u14 < 0.5 then 'search' else 'social' end as acquisition_channel,
    effect
from keyed
""".format(
    draws=",\n        ".join(
        f"(hash(place * 100 + {i}) + 0.5) / 18446744073709551616 as u{i}" for i in range(1, 15)
    ),
    covariates=",\n    ".join(
        f"cast({name} as decimal(18, 6)) as {column}"
        for column, name in (
            ("tenure_days", "90 * tenure_class"),
            ("days_since_order", "20 * days_since_order_class"),
            ("days_since_sign", "20 * days_since_sign_class"),
            ("engagement_rate", "engagement_rate_class"),
            ("sentiment_before", "u12 - 0.5"),
            ("programmes_before", "0"),
        )
    ),
)

# One programme for each lot drawn anew: as many customers as the randomised programme had, drawn
# from them with replacement, each given to an arm by lot, with the margin that is true of it there.
DRAWN = """
create table drawn as
with

known as (

    select
        candidates.*,
        coalesce(effects.margin_with - effects.margin_without, 0) as effect,
        row_number() over (order by candidates.party_id) - 1 as place,
        count(*) over () as places
    from intermediate.int_uplift_candidates_classed as candidates
    left join read_parquet('$truth/programme_effects/*.parquet') as effects
        using (programme_id, party_id)
    where candidates.design = 'randomised'

),

numbers as (

    select
        lots.lot,
        places.place as number,
        hash(printf('who $seed %d %d', lots.lot, places.place)) % places.places as place,
        hash(printf('lot $seed %d %d', lots.lot, places.place)) % 2 = 0 as is_drawn
    from (select place, places from known) as places
    cross join range(1, $lots + 1) as lots (lot)

)

select
    known.* exclude (place, places) replace (
        printf('%d', numbers.lot) as programme_id,
        printf('P%08d', numbers.number) as party_id,
        numbers.number % 100 as bucket,
        numbers.is_drawn as is_treated,
        cast(
            known.margin_after
            + (cast(numbers.is_drawn as integer) - cast(known.is_treated as integer)) * known.effect
            as decimal(18, 4)
        ) as margin_after
    ),
    avg(known.effect) over (partition by known.treated_month) as mean_effect
from numbers
inner join known using (place)
"""
# The effect on the very ones who were treated, which the interval of tier A should hold, and that
# expected of as many such customers.
ESTIMATED_AGAIN = """
with

truths as (

    select
        programme_id,
        count(*) filter (where is_treated) as parties,
        sum(case when is_treated then effect else 0 end) as true_effect,
        sum(case when is_treated then mean_effect else 0 end) as expected_effect
    from intermediate.int_uplift_candidates_classed
    group by programme_id

)

select
    cast(estimates.programme_id as integer) as lot,
    truths.parties,
    estimates.n_compared,
    truths.true_effect,
    truths.expected_effect,
    estimates.adjusted,
    estimates.adjusted - parameters.confidence_z * estimates.adjusted_error as adjusted_low,
    estimates.adjusted + parameters.confidence_z * estimates.adjusted_error as adjusted_high,
    estimates.naive,
    estimates.naive - parameters.confidence_z * estimates.naive_error as naive_low,
    estimates.naive + parameters.confidence_z * estimates.naive_error as naive_high
from intermediate.int_uplifts_estimated as estimates
inner join truths using (programme_id)
cross join intermediate.int_parameters_resolved as parameters
where estimates.party_type = 'all' and estimates.segment = 'all'
order by lot
"""


def main() -> None:
    """Measure the seeds that the file lacks, and print the summary of all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--lots", type=int, default=10)
    parser.add_argument("--size", default="50k")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "bench-ror.csv")
    parser.add_argument("--go-on", action="store_true")
    given = parser.parse_args()
    if given.rows:
        time_estimates(given.rows)
        return
    given.out.parent.mkdir(parents=True, exist_ok=True)
    if not given.go_on:
        given.out.unlink(missing_ok=True)
    done = {row["seed"] for row in read(given.out)}
    seeds = [seed for seed in range(1, given.seeds + 1) if seed not in done]
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        workers = [
            multiprocessing.get_context("spawn").Process(
                target=measure_all,
                args=(
                    seeds[i :: given.workers],
                    given.lots,
                    given.size,
                    Path(scratch) / str(i),
                    given.out,
                ),
            )
            for i in range(min(given.workers, len(seeds)))
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    if seeds:
        print(f"{len(seeds)} seeds in {(time.perf_counter() - began) / 60:.1f} minutes")
    rows = [row for row in read(given.out) if row["seed"] <= given.seeds]
    if rows:
        summarise(rows)
    if {row["seed"] for row in rows} != set(range(1, given.seeds + 1)):
        sys.exit("not every seed was measured")


def measure_all(seeds: Sequence[int], lots: int, size: str, scratch: Path, out: Path) -> None:
    """Measure one seed after the other in one folder, so that dbt reads its project once."""
    for seed in seeds:
        began = time.perf_counter()
        landing, truth, home = (scratch / name for name in ("landing", "truth", "home"))
        for folder in (landing, truth, home / "build"):
            shutil.rmtree(folder, ignore_errors=True)
        generate(Brand.read(size, seed), landing, truth)
        generated = time.perf_counter()
        build(landing, home)
        rows = compare(home / "build" / "rapport.duckdb", truth, seed)
        again = draw_again(home, truth, seed, lots) if lots else []
        with out.open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            if not file.tell():
                writer.writeheader()
            writer.writerows(rows + again)
        seconds = (generated - began, time.perf_counter() - generated)
        shown = [show(row) for row in rows]
        print(
            "\n".join(shown),
            f"\n{seed:>3} made in {seconds[0]:.0f} s, measured in {seconds[1]:.0f} s",
            flush=True,
        )


def build(landing: Path, home: Path) -> None:
    """Load every input and build ror_by_programme with what it reads, without tests."""
    file = load(landing, home)
    dbt(home, "build", "--select", FIRST)
    with duckdb.connect(str(file)) as connection:
        identity.refresh(connection)
    dbt(home, "build", "--select", SECOND, "--exclude", FIRST)
    with duckdb.connect(str(file)) as connection:
        connection.execute("set enable_progress_bar = false")
        store = home / "sentiment" / "text_scores.parquet"
        sentiment.refresh(connection, store, settings().sentiment_scorer)
    dbt(home, "build", "--select", "+ror_by_programme", "--exclude", FIRST, SECOND)


def load(landing: Path, home: Path) -> Path:
    """Load every input; what is not there is empty."""
    (home / "build").mkdir(parents=True)
    file = home / "build" / "rapport.duckdb"
    records = []
    with duckdb.connect(str(file)) as connection:
        connection.execute("set enable_progress_bar = false")
        for spec in read_contract(ROOT / "models" / "staging"):
            loaded = load_input(
                connection,
                spec,
                landing,
                home / "quarantine",
                hash_key=hash_key(home),
                load_id="bench",
                loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
            records.append(asdict(loaded) | {"rejected": None})
    write_deliveries(file, records, {})
    return file


def dbt(home: Path, command: str, *arguments: str) -> None:
    """Run dbt on one home; stop where it fails."""
    kinds = ["--resource-type", "model", "--resource-type", "seed"]
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), command, *kinds, *arguments],
        cwd=ROOT,
        env=os.environ
        | {
            "HOME_DIR": str(home),
            "DBT_TARGET_PATH": str(home / "dbt"),
            "DBT_LOG_PATH": str(home / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout[-3000:])


def compare(file: Path, truth: Path, seed: int) -> list[Row]:
    """Return a row for each programme: what the mart says, and what is true."""
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"attach '{file}' as build (read_only)")
        connection.execute(f"set disabled_optimizers = '{disabled_optimizers()}'")
        connection.execute("create schema marts; create schema truth")
        connection.execute(
            "create view marts.ror_by_programme as from build.marts_draft.ror_by_programme"
        )
        for name in ("programme_effects", "programmes", "referral_credits"):
            connection.execute(
                f"create view truth.{name} as from read_parquet('{truth / name}/*.parquet')"
            )
        rows = fetch(connection, COMPARED)
        wrong = [
            line[0]
            for line in connection.execute(REFERRALS.read_text(encoding="utf-8")).fetchall()
            if line[1] is None or line[1] != line[2]
        ]
    return [{"seed": seed} | row | {"wrong_referral_margins": len(wrong)} for row in rows]


def draw_again(home: Path, truth: Path, seed: int, lots: int) -> list[Row]:
    """Draw the randomised programme of a built brand `lots` times anew; return a row for each."""
    drawn = DRAWN
    for name, value in (("$seed", seed), ("$lots", lots), ("$truth", truth)):
        drawn = drawn.replace(name, str(value))
    file = str(home / "build" / "rapport.duckdb")
    with duckdb.connect(file) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"set disabled_optimizers = '{disabled_optimizers()}'")
        name = connection.execute(
            "select distinct programme_id from intermediate.int_uplift_candidates_classed"
            " where design = 'randomised'"
        ).fetchall()
        connection.execute(drawn)
        connection.execute(
            "create or replace table intermediate.int_uplift_candidates_classed as from drawn"
        )
        connection.execute(WINDOWS_OF_LOTS)
    dbt(home, "build", "--select", *STEPS)
    with duckdb.connect(file, read_only=True) as connection:
        rows = fetch(connection, ESTIMATED_AGAIN)
    if len(name) != 1 or len(rows) != lots:
        sys.exit(f"{len(rows)} of {lots} lots of the randomised programmes {name} estimated")
    return [{"seed": seed, "programme_id": name[0][0]} | row for row in rows]


def fetch(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """Return what a query finds, if it compared the very parties of whom the truth is known."""
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for row in rows:
        if row["parties"] != row["n_compared"]:
            sys.exit(f"{row['parties']} of {row['n_compared']} found again: {row}")
    return rows


def read(file: Path) -> list[Row]:
    """Read the rows of a file, with numbers as numbers."""
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            {name: typed(name, text) for name, text in row.items()} for row in csv.DictReader(lines)
        ]


TEXTS = ("programme_id", "selection", "evidence_tier", "demotion_reason", "warning")


def typed(name: str, text: str) -> Any:
    """Return a value of the file as what it was."""
    if name in TEXTS:
        return text
    if text in ("True", "False"):
        return text == "True"
    return math.nan if text == "" else int(text) if name in ("seed", "lot") else float(text)


def show(row: Row) -> str:
    """Return the line of a seed and programme."""

    def span(low: str, high: str) -> str:
        return f"[{number(row[low])}, {number(row[high])}]"

    def number(value: Any) -> str:
        return "-" if value is None else f"{value:,.0f}"

    def ratio(value: Any) -> str:
        return "-" if value is None else f"{value:.2f}"

    return (
        f"{row['seed']:>3} {row['programme_id']} {row['evidence_tier']}"
        f"{' ' + row['demotion_reason'].split(':')[0] if row['demotion_reason'] else ''}"
        f"  true {number(row['true_effect'])}  adjusted {number(row['adjusted'])}"
        f" {span('adjusted_low', 'adjusted_high')}"
        f"  published {span('retained_margin_low', 'retained_margin_high')}"
        f"  naive {number(row['naive'])}  bracket {span('bracket_low', 'bracket_high')}"
        f"  {'warned' if row['warning'] else 'no warning'}"
        f"  ROI {ratio(row['roi'])}  ROR {ratio(row['ror'])}  halo {ratio(row['halo'])}"
    )


def summarise(rows: Sequence[Row]) -> None:
    """Print what is promised, and what came of it."""
    seeds = len({row["seed"] for row in rows})
    rows = [row for row in rows if row["adjusted"] == row["adjusted"]]
    lots = [row for row in rows if row["lot"]]
    rows = [row for row in rows if not row["lot"]]
    print(
        f"\n{seeds} seeds. Means of the true effect and of the estimates; 'off' is the mean of the"
    )
    print("adjusted over the mean of the true, less 1; shares of seeds in which the interval of")
    print("chance, and the published one, hold the effect on the very customers who were compared,")
    print("whatever the tier; below it where A or B")
    print(
        f"{'':<6}{'tiers':<18}{'true':>10}{'adjusted':>10}{'naive':>10}{'off':>20}{'chance':>9}"
        f"{'published':>11}{'bracket':>9}{'warned':>8}"
    )
    for programme in sorted({row["programme_id"] for row in rows}):
        mine = [row for row in rows if row["programme_id"] == programme]
        tiers = Counter(row["evidence_tier"] for row in mine)
        shown = " ".join(f"{tier} {n}" for tier, n in sorted(tiers.items()))
        print(f"{programme:<6}{shown:<18}{figures(mine)}")
        graded = [row for row in mine if row["evidence_tier"] in "AB"]
        if 0 < len(graded) < len(mine):
            print(f"{'':<6}{'A or B':<18}{figures(graded)}")
        reasons = Counter(row["demotion_reason"] for row in mine if row["demotion_reason"])
        for reason, n in reasons.most_common():
            print(f"{'':<6}{n} times {reason}")
    print()
    for title, some, wanted in (
        (
            "observed history with an effect",
            [row for row in rows if row["selection"] == "history" and row["has_effect"]],
            "off 5 % at most, chance 93 to 97 %",
        ),
        (
            "no effect",
            [row for row in rows if not row["has_effect"]],
            "chance and published 90 %",
        ),
        (
            "randomised, the lots drawn anew among them",
            [row for row in rows if row["selection"] == "randomised"] + lots,
            "chance 93 to 97 %",
        ),
        (
            "latent",
            [row for row in rows if row["selection"] == "loyalty"],
            "published 90 %",
        ),
    ):
        own = [row for row in some if not row["lot"]]
        low, high = (edge / len(some) for edge in binom.interval(0.95, len(some), 0.95))
        print(
            f"{title} ({wanted}): off {off(some)}, chance {share(some, 'adjusted')} of {len(some)},"
            f" of which a method of 95 % has {low:.1%} to {high:.1%}; published"
            f" {share(own, 'retained_margin', 'true_of_published')} of {len(own)}"
        )
    if lots:
        anew(lots)
    pair(rows)
    wrong = sum(row["wrong_referral_margins"] for row in rows if row["programme_id"] == "PR01")
    print(f"referral margins that differ from the accounts: {wrong:.0f} of {9 * seeds}")


def figures(rows: Sequence[Row]) -> str:
    """Return the figures of one programme."""
    means = "".join(
        f"{np.mean([row[name] for row in rows]):>10,.0f}"
        for name in ("true_effect", "adjusted", "naive")
    )
    bracket, warned = (
        np.mean([bool(row[name]) for row in rows]) for name in ("has_bracket", "warning")
    )
    return (
        f"{means}{off(rows):>20}{share(rows, 'adjusted'):>9}"
        f"{share(rows, 'retained_margin', 'true_of_published'):>11}{bracket:>9.0%}{warned:>8.0%}"
    )


def anew(lots: Sequence[Row]) -> None:
    """Print of the lots drawn anew whether the errors are as large as they say."""
    print(f"{len(lots)} lots drawn anew:")
    width = 2 * norm.ppf(0.975)
    for estimate in ("adjusted", "naive"):
        for about, true in (
            ("the very ones treated", "true_effect"),
            ("such customers", "expected_effect"),
        ):
            by_error = [
                (row[estimate] - row[true])
                * width
                / (row[f"{estimate}_high"] - row[f"{estimate}_low"])
                for row in lots
            ]
            print(
                f"  {estimate} about {about}: off {off(lots, estimate, true)}, held in"
                f" {share(lots, estimate, true)}, spread {np.std(by_error):.3f} standard errors"
            )


def off(rows: Sequence[Row], name: str = "adjusted", of: str = "true_effect") -> str:
    """Return by how much an estimate is off in the mean, with its standard error."""
    true, estimate = (np.array([row[column] for row in rows]) for column in (of, name))
    if not true.any():
        return "-"
    ratio = estimate.sum() / true.sum()
    error = np.sqrt(np.sum((estimate - ratio * true) ** 2)) / true.sum()
    return f"{ratio - 1:+.1%} (se {error:.1%})"


def share(rows: Sequence[Row], estimate: str, true: str = "true_effect") -> str:
    """Return the share of rows whose interval holds what is true of the customers compared."""
    low, high = f"{estimate}_low", f"{estimate}_high"
    return f"{np.mean([row[low] <= row[true] <= row[high] for row in rows]):.1%}"


def pair(rows: Sequence[Row]) -> None:
    """Print how often two programmes of one ROI are told apart by ROR, and by halo."""
    found = {(row["seed"], row["programme_id"]): row for row in rows}
    seeds = {row["seed"] for row in rows}
    pairs = [
        (found[seed, PAIR[0]], found[seed, PAIR[1]])
        for seed in seeds
        if all((seed, name) in found for name in PAIR)
    ]
    if pairs:
        roi, halo, ror = (
            [np.mean([two[i][name] for two in pairs]) for i in (0, 1)]
            for name in ("roi", "halo", "ror")
        )
        above = np.mean([one["halo"] > other["halo"] for one, other in pairs])
        apart = np.mean([one["ror_low"] > other["ror_high"] for one, other in pairs])
        print(
            f"{PAIR[0]} and {PAIR[1]}: ROI {roi[0]:.2f} and {roi[1]:.2f}, ROR {ror[0]:.2f} and"
            f" {ror[1]:.2f}, halo {halo[0]:.2f} and {halo[1]:.2f}; the first's halo is above in"
            f" {above:.0%} of seeds, its whole interval of ROR in {apart:.0%}"
        )


def time_estimates(rows: int) -> None:
    """Time the steps from candidates to estimates on made-up customers of a known effect."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        load(home / "landing", home)
        day = ["--vars", "as_of_date: 2026-06-30"]
        dbt(home, "build", "--select", "+int_parameters_resolved", *day)
        with duckdb.connect(str(home / "build" / "rapport.duckdb")) as connection:
            connection.execute(CANDIDATES.replace("$rows", str(rows)))
            connection.execute(WINDOWS)
            treated, true = connection.execute(
                "select count(*), sum(effect) from intermediate.int_uplift_candidates_classed"
                " where is_treated"
            ).fetchall()[0]
        print(f"{rows:,} customers, of whom {treated:,} treated", flush=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        dbt(home, "build", "--select", *STEPS, *day)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        results = json.loads((home / "dbt" / "run_results.json").read_text(encoding="utf-8"))
        seconds = {
            result["unique_id"].split(".")[-1]: result["execution_time"]
            for result in results["results"]
        }
        with duckdb.connect(str(home / "build" / "rapport.duckdb"), read_only=True) as connection:
            for step in STEPS:
                count = connection.execute(f"select count(*) from intermediate.{step}").fetchall()
                print(f"  {step:<34}{seconds[step]:>8.2f} s  {count[0][0]:>12,} rows")
            estimate, error, naive, compared = connection.execute(
                "select adjusted, adjusted_error, naive, n_compared"
                " from intermediate.int_uplifts_estimated"
                " where party_type = 'all' and segment = 'all'"
            ).fetchall()[0]
        busy = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        total = sum(seconds[step] for step in STEPS)
        print(
            f"  {'total':<34}{total:>8.2f} s  {busy:.1f} s of processor time with dbt's own,"
            f" peak memory {used.ru_maxrss / 1024:,.0f} MiB"
        )
        print(
            f"  true effect {true:,.0f}, adjusted {estimate:,.0f} (standard error {error:,.0f},"
            f" {(estimate - true) / error:+.1f} of them off; {compared:,} compared), naive"
            f" {naive:,.0f}"
        )


if __name__ == "__main__":
    main()
