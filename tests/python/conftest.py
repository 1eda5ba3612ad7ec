"""What the tests of the whole pipeline share: runs of it, each made once."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration import publication

ROOT = Path(__file__).parent.parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class Run:
    """A finished run: its data home, exit code and everything that it printed."""

    home: Path
    code: int
    said: str

    @property
    def current(self) -> Path:
        return (self.home / "published" / "current").resolve()


def run_pipeline(home: Path, **settings: str) -> Run:
    """Run the command that `make run` calls, with no setting but those given."""
    names = ("HOME_DIR", "LANDING", "EXAMPLE", "SOURCE", "SIZE", "SEED", "MESS", "AS_OF_DATE")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    done = subprocess.run(
        [sys.executable, "-m", "orchestration", "run"],
        cwd=ROOT,
        env=environment | settings | {"HOME_DIR": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Run(home, done.returncode, done.stdout)


def rows(run: Run, query: str) -> list[tuple]:
    with publication.read(run.home) as connection:
        return connection.execute(query).fetchall()


def source_of(example: str) -> Path:
    """Return the folder of a real data set, or skip the test where it is not at hand."""
    folder = SHARED_DATA / example
    if not folder.is_dir():
        pytest.skip(f"the data set {example} is not at {SHARED_DATA}")
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The demo brand at its smallest, published once."""
    done = run_pipeline(tmp_path_factory.mktemp("demo"), SIZE="tiny")
    assert done.code == 0, done.said
    return done
