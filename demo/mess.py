"""A messy delivery: what real exports do to files, put into a landing folder on purpose.

Nothing here changes what is true: after loading, corrections differ in tax alone.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

Row = dict[str, str]


class Defect(NamedTuple):
    """What was put in: `rows` records of `file` that should end as `outcome`."""

    input: str
    file: str
    defect: str
    rows: int
    outcome: str  # loaded, duplicate, replaced or quarantined


def _read(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _write(
    file: Path, rows: list[Row], header: list[str], encoding: str = "utf-8", end: str = "\n"
) -> None:
    with file.open("w", encoding=encoding, newline="") as text:
        writer = csv.DictWriter(text, header, lineterminator=end)
        writer.writeheader()
        writer.writerows(rows)


def add_mess(landing: Path) -> list[Defect]:
    """Change and add files of a clean landing folder; return what was done."""
    defects: list[Defect] = []
    orders = landing / "orders"
    source = min(orders.glob("b000_*.csv"))
    rows = _read(source)
    header = list(rows[0])

    def deliver(name: str, chosen: list[Row], defect: str, outcome: str) -> None:
        _write(orders / name, chosen, header)
        defects.append(Defect("orders", name, defect, len(chosen), outcome))

    late = rows[3::50]
    _write(source, [row for i, row in enumerate(rows) if i % 50 != 3], header)
    deliver("mess_late.csv", late, "delivered late, in a file of their own", "loaded")
    deliver("mess_again.csv", rows[5::50], "the same record twice", "duplicate")
    corrected = [
        row | {"tax_amount": "0.0000", "updated_at": row["updated_at"][:10] + " 23:59:59"}
        for row in rows[7::50]
    ]
    deliver("mess_corrected.csv", corrected, "corrected later", "replaced")

    refunds = landing / "refunds"
    model = _read(refunds / "b000.csv")[0] | {"order_id": "", "party_id": ""}
    faults: dict[str, Callable[[Row], Row]] = {
        "a date that does not exist": lambda r: r | {"refunded_at": "2024-02-30 10:00:00"},
        "more decimals than the type": lambda r: r | {"amount": "10.00001"},
        "a number in scientific notation": lambda r: r | {"amount": "1e3"},
        "a currency that does not exist": lambda r: r | {"currency": "XQQ"},
        "a required value that is missing": lambda r: r | {"amount": ""},
    }
    bad = [
        change(model | {"refund_id": f"BAD{number}"})
        for number, change in enumerate(faults.values())
    ]
    _write(refunds / "mess_bad.csv", bad, list(model))
    defects += [Defect("refunds", "mess_bad.csv", name, 1, "quarantined") for name in faults]

    others = landing / "parties" / "others.csv"
    people = _read(others)
    turned = [{name.upper(): row[name] for name in reversed(row)} for row in people]
    _write(others, turned, list(turned[0]), "utf-8-sig", "\r\n")
    what = "columns in another order, upper case, byte order mark, CRLF"
    defects.append(Defect("parties", "others.csv", what, len(people), "loaded"))

    costs = landing / "relationship_costs" / "all.csv"
    entries = [row | {"approved_by": "finance"} for row in _read(costs)]
    _write(costs, entries, list(entries[0]))
    defects.append(Defect("relationship_costs", "all.csv", "a new column", len(entries), "loaded"))

    talks = landing / "conversations"
    _write(talks / "mess_empty.csv", [], list(_read(talks / "b000.csv")[0]))
    defects.append(Defect("conversations", "mess_empty.csv", "a header only", 0, "loaded"))

    ledger = landing / "partner_ledger"
    shutil.copyfile(ledger / "all.csv", ledger / "mess_again.csv")
    count = len(_read(ledger / "all.csv"))
    what = "the same file under another name"
    defects.append(Defect("partner_ledger", "mess_again.csv", what, count, "duplicate"))
    return defects


def write_defects(defects: list[Defect], truth: Path) -> None:
    """Write what was put in to `mess.csv` in the truth folder."""
    truth.mkdir(parents=True, exist_ok=True)
    _write(truth / "mess.csv", [d._asdict() for d in defects], list(Defect._fields))
