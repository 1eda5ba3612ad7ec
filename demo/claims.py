"""What the demo brand claims, read back from a landing folder and its truth.

`python -m demo.claims [--size SIZE] [--seed N] [--picture FILE]` generates the brand in a temporary
folder and prints it; the picture sets the naive effect of each programme beside the true one.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from .__main__ import generate
from .world import Brand

# true_effect: EUR per touched customer within six months. naive: the margin of those touched in a
# month less that of all others known by then and not touched, over the six months after it.
# roi: of the coded margin; own_ror: of the true effect within the horizon, without referrals.
PROGRAMMES = """
with touches as (
    select programme_id, party_id, margin_with - margin_without as effect,
           later_margin_with - later_margin_without as later_effect, touched_at,
           date_trunc('month', touched_at) as month
    from '{truth}/programme_effects/*.parquet'
    where touched_at is not null
),
early as (
    select * from touches
    where month < (select max(month) from touches) - interval 5 month
),
months as (select distinct programme_id, month from early),
orders as (
    select party_id, ordered_at, kept_margin
    from '{truth}/orders/*.parquet' where is_delivered and party_id is not null
),
margins as (
    select m.month, c.party_id, coalesce(sum(o.kept_margin), 0) as margin
    from (select distinct month from months) m
    join '{truth}/customers/*.parquet' c on c.first_ordered_at < m.month
    left join orders o on o.party_id = c.party_id
        and o.ordered_at >= m.month + interval 1 month and o.ordered_at < m.month + interval 7 month
    group by all
),
compared as (
    select p.programme_id, p.month, t.party_id is not null as is_touched, avg(margin) as margin,
           count(*) as customers
    from months p
    join margins using (month)
    left join touches t on t.programme_id = p.programme_id and t.party_id = margins.party_id
    where t.party_id is null or t.month = p.month
    group by all
),
naive as (
    select a.programme_id, sum(a.customers * (a.margin - b.margin)) / sum(a.customers) as naive
    from compared a join compared b using (programme_id, month)
    where a.is_touched and not b.is_touched
    group by all
),
truly as (
    select programme_id, count(*) as touched,
           avg(effect) filter (month in (select month from months)) as effect,
           sum(effect) as total_effect, sum(later_effect) as later_effect
    from touches group by all
)
select programme_id, programme_name, selection, t.touched,
       cast(effect as double) as true_effect, naive, cast(cost as double) as cost,
       coded_margin / cost - 1 as roi, total_effect / cost - 1 as own_ror,
       cast(later_effect as double) as later_effect
from truly t
join naive using (programme_id)
join '{truth}/programmes/*.parquet' using (programme_id)
join read_csv('{landing}/programmes/*.csv') using (programme_id)
order by programme_id
"""

WAVES = """
select wave, nps as true_nps, 100.0 * (avg((score >= 9)::int) - avg((score <= 6)::int)) as raw_nps,
       count(*) as responses
from '{truth}/nps_waves/*.parquet'
join read_csv('{landing}/survey_sends/*') using (wave)
join read_json('{landing}/survey_responses/*') using (send_id)
where question_type = 'nps' and score is not null
group by all order by wave
"""

BASE = """
select count(*) as customers, avg(is_alive_at_end::int) as alive_share, avg(orders) as orders,
       median(orders) as median_orders, cast(avg(margin) as double) as margin,
       sum(margin) filter (decile = 1) / sum(margin) as top_decile_share
from (select *, ntile(10) over (order by margin desc) as decile from '{truth}/customers/*.parquet')
"""


def ask(query: str, landing: Path, truth: Path) -> list[dict[str, Any]]:
    """Rows of one of the questions above."""
    with duckdb.connect() as connection:
        answer = connection.execute(query.format(landing=landing, truth=truth))
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def picture(rows: list[dict[str, Any]]) -> str:
    """Draw the naive and the true effect of each programme as bars (SVG)."""
    scale = 400 / max(max(r["naive"], r["true_effect"]) for r in rows)
    marks = []
    for i, r in enumerate(rows):
        y = 46 + 34 * i
        marks.append(f'<text x="150" y="{y + 17}" text-anchor="end">{r["programme_name"]}</text>')
        for value, colour in ((r["naive"], "#c9c9c9"), (r["true_effect"], "#1f6f8b")):
            width = max(0.0, value * scale)
            bar = f'<rect x="160" y="{y}" width="{width:.1f}" height="11" fill="{colour}"/>'
            number = f'<text x="{166 + width:.1f}" y="{y + 9}" font-size="10">{value:.0f}</text>'
            marks += [bar, number]
            y += 13
    title = "EUR per touched customer in six months: grey, touched less untouched; blue, the truth"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{60 + 34 * len(rows)}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
        f'<text x="10" y="24">{title}</text>{"".join(marks)}</svg>\n'
    )


def _shown(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def main() -> None:
    """Generate, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m demo.claims", description=__doc__)
    parser.add_argument("--size", choices=["default", "50k", "1m"], default="default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        landing, truth = Path(folder, "landing"), Path(folder, "truth")
        generate(Brand.read(arguments.size, arguments.seed), landing, truth)
        for query in (BASE, PROGRAMMES, WAVES):
            rows = ask(query, landing, truth)
            print(*(f"{name:>16}" for name in rows[0]))
            for row in rows:
                print(*(f"{_shown(value):>16}" for value in row.values()))
            print()
        if arguments.picture:
            arguments.picture.write_text(picture(ask(PROGRAMMES, landing, truth)), "utf-8")


if __name__ == "__main__":
    main()
