"""The dbt project on a built demo brand: unit tests, macros on literals, and dbt alone."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, Run


def dbt(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments],
        cwd=ROOT,
        env=os.environ
        | {
            "HOME_DIR": str(home),
            "DBT_TARGET_PATH": str(home / "dbt"),
            "DBT_LOG_PATH": str(home / "logs"),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_dbt_build_alone_builds_every_model_and_passes_every_test(demo: Run) -> None:
    done = dbt(demo.home, "build")
    assert done.returncode == 0, done.stdout[-5000:]
    assert "ERROR=0" in done.stdout
    assert "unit tests" in done.stdout
