"""One writer at a time: a lock on the data home, which the system frees with its process."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


class Busy(RuntimeError):
    """Someone else holds the data home; a command then exits with `exit_code` (try again later)."""

    exit_code = 75


@contextmanager
def hold(home: Path, purpose: str) -> Iterator[None]:
    """Hold the data home for `purpose` until the block ends.

    The lock is `flock` on `<home>/.lock`: it ends with its process, however that process dies, so
    a lock file that lies around says nothing. Programs that the holder starts do not inherit it.

    Raises:
        Busy: another holder is at work; the message says who, since when, and what to do.
        OSError: the folder cannot be made, written or locked.
    """
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(_busy(home, os.pread(descriptor, 4096, 0))) from None
        holder = {"pid": os.getpid(), "purpose": purpose, "started_at": _now()}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _busy(home: Path, written: bytes) -> str:
    try:
        holder = json.loads(written)
        who = f"process {holder['pid']} ({holder['purpose']}), at work since {holder['started_at']}"
    except (ValueError, TypeError, KeyError):  # it has only just taken the lock
        who = "a process that has just started"
    return (
        f"{home} is held by {who}. "
        "Wait until it has finished or stop it, then run this again; nothing was changed."
    )
