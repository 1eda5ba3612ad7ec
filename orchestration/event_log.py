"""Dagster's event log with its files held open, for a run in this process.

Dagster opens and closes a file for each thing that it notes or asks, thousands of times in a run.
The files and what is in them are the same, so that `make dev` shows the run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage


class HeldEventLog(SqliteEventLogStorage):
    """SqliteEventLogStorage with one connection to each file."""

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "HeldEventLog":
        """Return one of this class; the inherited method returns one of its own."""
        return cls(inst_data=inst_data, **config_value)

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        for engine in vars(self).pop("_held", {}).values():
            engine.dispose()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        with self._db_lock:
            held = vars(self).setdefault("_held", {})
            if shard not in held:
                held[shard] = sqlalchemy.create_engine(
                    self.conn_string_for_shard(shard),
                    poolclass=sqlalchemy.StaticPool,
                    connect_args={"timeout": 60, "check_same_thread": False},
                )
                self._initdb(held[shard])
            with held[shard].begin() as connection:
                yield connection


def instance(home: Path) -> dg.DagsterInstance:
    """Return the instance of a folder with a dagster.yaml, its event log held open."""
    log = {
        "module": __name__,
        "class": HeldEventLog.__name__,
        "config": {"base_dir": str(home / "history" / "runs")},
    }
    return dg.DagsterInstance.from_ref(
        InstanceRef.from_dir(str(home), overrides={"event_log_storage": log})
    )
