"""Customer lifetime values through the whole pipeline: CDNOW, history, and dbt without a fit."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Run, run_pipeline, source_of

from orchestration import publication


def test_cdnow_publishes_what_the_literature_has(tmp_path: Path) -> None:
    source = source_of("cdnow")
    done = run_pipeline(tmp_path, EXAMPLE="cdnow", SOURCE=str(source), AS_OF_DATE="1997-09-30")
    assert done.code == 0, done.said
    with publication.read(tmp_path) as marts:
        found = marts.execute(
            "select model, parameters, round(log_likelihood, 3), n_customers, converged"
            " from marts.clv_model_fits order by model"
        ).fetchall()
        values = marts.execute(
            "select count(*), sum(expected_orders), max(abs(residual_clv"
            " - expected_orders * expected_average_margin)), min(horizon_days), max(model)"
            " from marts.customer_lifetime_values"
        ).fetchone()
    assert [(row[0], *row[2:]) for row in found] == [
        ("bg_nbd", -9582.429, 2357, True),
        ("gamma_gamma", -4055.918, 946, True),
        ("pareto_nbd", -9594.976, 2357, True),
    ]
    pareto = {name: round(value, 3) for name, value in json.loads(found[2][1]).items()}
    assert pareto == {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    assert values is not None
    assert (values[0], values[3], values[4]) == (2357, 273, "pareto_nbd")
    assert values[1] == pytest.approx(1665.5, abs=0.05)
    assert values[2] < 1e-9  # no discount in this example


def test_without_a_fit_dbt_builds_and_values_fall_back(demo: Run, tmp_path: Path) -> None:
    shutil.copytree(demo.home / "build", tmp_path / "build")
    with duckdb.connect(str(tmp_path / "build" / "rapport.duckdb")) as build:
        build.execute("drop schema fits cascade")
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"),
            "build",
            "--select",
            "source:fits+",
            "--exclude",
            "resource_type:unit_test",
        ],
        cwd=ROOT,
        env=os.environ
        | {
            "HOME_DIR": str(tmp_path),
            "DBT_TARGET_PATH": str(tmp_path / "dbt"),
            "DBT_LOG_PATH": str(tmp_path / "logs"),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect(str(tmp_path / "build" / "rapport.duckdb"), read_only=True) as build:
        found = build.execute(
            "select distinct model, p_alive, expected_orders, residual_clv, total_clv"
            " from marts.customer_lifetime_values"
        ).fetchall()
        empty = build.execute("select count(*) from marts.clv_model_fits").fetchone()
    assert found == [("fallback", None, None, None, None)]
    assert empty == (0,)
