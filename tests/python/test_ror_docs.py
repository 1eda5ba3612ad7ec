"""The queries of docs/ror.md: what they list sums to the published figure."""

import re

import duckdb
import pytest
from conftest import ROOT, Run

QUERIES = {
    re.match(r"-- (\w+)", text)[1]: text  # type: ignore[index]
    for text in re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "ror.md").read_text(), re.S)
}


@pytest.mark.parametrize("component", QUERIES)
def test_rows_of_a_component_sum_to_the_published_figure(demo: Run, component: str) -> None:
    with duckdb.connect(str(demo.home / "build" / "rapport.duckdb"), read_only=True) as build:
        published = dict(
            build.execute(
                f"select programme_id, cast({component} as double) from marts.ror_by_programme"
                " where is_latest and party_type = 'all' and segment = 'all'"
                " and programme_id != 'all'"
                + (" and evidence_tier in ('A', 'B')" if component == "retained_margin" else "")
            ).fetchall()
        )
        traced = {}
        for programme in published:
            query = re.sub(r"select 'PR\d\d' as", f"select '{programme}' as", QUERIES[component])
            (total,) = build.execute(
                f"select coalesce(sum(cast(amount as double)), 0) from ({query})"
            ).fetchall()[0]
            traced[programme] = total
    assert any(published.values())
    assert traced == pytest.approx(published, abs=0.001)
