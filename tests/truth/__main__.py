"""Command line: `python -m tests.truth --home DIR --truth DIR [--calm]`; exit 1 if one fails."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.truth import CALM, FOLDER, compare, connect


def _shown(value: float | None) -> str:
    return "null" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")


def main() -> int:
    """Compare the current publication of a data home with a truth folder, line by line."""
    parser = argparse.ArgumentParser(prog="python -m tests.truth", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="data home with a publication")
    parser.add_argument("--truth", type=Path, required=True, help="folder of the truth")
    parser.add_argument("--calm", action="store_true", help="the folder is of the calm brand")
    arguments = parser.parse_args()
    database = arguments.home / "published" / "current" / "rapport.duckdb"
    with connect(database.resolve(), arguments.truth) as connection:
        found = compare(connection, folder=CALM if arguments.calm else FOLDER)
    print(f"{'mart':30} {'quantity':44} {'truth':>18} {'estimate':>18} {'tolerance':>10}  ok")
    for one in found:
        numbers = f"{_shown(one.truth):>18} {_shown(one.estimate):>18} {_shown(one.tolerance):>10}"
        print(f"{one.mart:30} {one.quantity:44} {numbers}  {'yes' if one.ok else 'NO'}")
    wrong = sum(not one.ok for one in found)
    print(f"{len(found)} comparisons, {wrong} not ok")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
