"""Bench of the relationship score: does it rank customers by the margin that they bring next?

python bench/scores.py [--home FOLDER]: reads a data home in which a run has been published, and
prints Spearman's rank correlation of the score, of P(alive) and of past margin with the margin of
the next three months, customers only. Months are those after the reference period of the scores
whose next three months are complete: all months together, and each. P(alive), alone and in the
score, knows the future by its four parameters, which are fitted to all data.
"""

import argparse
import os
from pathlib import Path

import duckdb
import numpy as np
from scipy.stats import spearmanr

PREDICTORS = {
    "score": "relationship score",
    "p_alive": "P(alive) alone",
    "past_3": "margin, past 3 months",
    "past_12": "margin, past 12 months",
}
HELD_OUT = """
with

reference as (

    select max(month) as last_month from intermediate.int_party_months_listed where is_reference

),

margins as (

    select
        party_id,
        month,
        cast(sum(margin_amount) as double) as margin

    from intermediate.int_customer_months_filled
    group by party_id, month

)

select
    scores.month,
    scores.party_id,
    scores.score,
    loyalties.p_alive,
    coalesce(
        sum(margins.margin) filter (
            where margins.month <= scores.month and margins.month > scores.month - interval 3 month
        ), 0
    ) as past_3,
    coalesce(
        sum(margins.margin) filter (
            where margins.month <= scores.month and margins.month > scores.month - interval 12 month
        ), 0
    ) as past_12,
    coalesce(
        sum(margins.margin) filter (
            where margins.month > scores.month and margins.month <= scores.month + interval 3 month
        ), 0
    ) as next_3

from marts.relationship_scores as scores
inner join intermediate.int_loyalties_measured as loyalties using (party_id, month)
inner join margins using (party_id)
where
    scores.month > (select last_month from reference)
    and scores.month + interval 4 month <= scores.as_of_date + interval 1 day
    and loyalties.p_alive is not null
    and scores.score is not null
group by all
order by scores.month, scores.party_id
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("HOME_DIR") or "data"))
    file = parser.parse_args().home / "build" / "rapport.duckdb"
    if not file.exists():
        print(f"{file} is not there: make run first, or give --home")
        return
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(HELD_OUT).fetchnumpy()
    months = rows["month"].astype("datetime64[M]")
    if not len(months):
        print("No month after the reference period has three complete months after it")
        return
    print("Spearman's rank correlation with the margin of the next three months")
    print(f"{'month':<12}{'customers':>10}" + "".join(f"{n:>26}" for n in PREDICTORS.values()))
    for name, which in [
        ("all", np.ones(len(months), bool)),
        *((str(month), months == month) for month in np.unique(months)),
    ]:
        found = (spearmanr(rows[key][which], rows["next_3"][which]) for key in PREDICTORS)
        figures = "".join(f"{one.statistic:>26.3f}" for one in found)
        print(f"{name:<12}{which.sum():>10,}{figures}")


if __name__ == "__main__":
    main()
