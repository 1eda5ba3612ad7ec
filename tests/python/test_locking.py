import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.locking import Busy, hold

HOLDER = """
import sys
from pathlib import Path
from orchestration.locking import hold
with hold(Path(sys.argv[1]), "publish"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_one_holder_after_the_other(tmp_path):
    home = tmp_path / "data"
    for purpose in ("load", "publish"):
        with hold(home, purpose):
            assert json.loads((home / ".lock").read_text())["purpose"] == purpose
        assert (home / ".lock").read_text() == ""


def test_busy_names_the_holder_and_what_to_do(tmp_path, holder):
    with pytest.raises(Busy) as busy, hold(tmp_path, "load"):
        pytest.fail("two holders")
    message = str(busy.value)
    for said in (str(holder.pid), "publish", str(tmp_path), "at work since 20", "Wait until"):
        assert said in message
    assert busy.value.exit_code == 75


def test_the_same_process_is_busy_too(tmp_path):
    with hold(tmp_path, "load"):
        with pytest.raises(Busy), hold(tmp_path, "load again"):
            pytest.fail("two holders")
        assert json.loads((tmp_path / ".lock").read_text())["purpose"] == "load"


def test_a_holder_that_has_written_nothing_yet(tmp_path):
    with hold(tmp_path, "load"):
        (tmp_path / ".lock").write_text("{")
        with pytest.raises(Busy, match="just started"), hold(tmp_path, "load"):
            pytest.fail("two holders")


def test_a_dead_holder_holds_nothing(tmp_path, holder):
    holder.kill()
    holder.wait()
    assert json.loads((tmp_path / ".lock").read_text())["pid"] == holder.pid
    with hold(tmp_path, "load"):
        assert json.loads((tmp_path / ".lock").read_text())["purpose"] == "load"


def test_an_error_inside_frees_it(tmp_path):
    with pytest.raises(ZeroDivisionError), hold(tmp_path, "load"):
        raise ZeroDivisionError
    with hold(tmp_path, "load"):
        pass


def test_a_program_that_the_holder_starts_does_not_inherit_it(tmp_path):
    with hold(tmp_path, "load"):
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False
        )
    for _ in range(100):  # the kernel closes what is not inherited a moment after the start
        try:
            with hold(tmp_path, "load"):
                break
        except Busy:
            time.sleep(0.05)
    else:
        pytest.fail("the child holds the lock")
    assert child.poll() is None
    child.communicate(b"\n")
