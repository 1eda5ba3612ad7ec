"""Bench of identity: 1.2 million identifiers, a chain of 1,000 links, a mailbox of 5,000 people.

python bench/identity.py [--parties 1000000]: lands made-up parties and identifiers and takes them
through the loader, the edges (dbt), the components and the merged parties (dbt), twice: as they are
and shuffled. Prints the seconds of each step, and fails where the chain is not one party, the
mailbox merges anybody, or the shuffled input gives other ids.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from orchestration import identity  # noqa: E402
from orchestration.contract import read_contract  # noqa: E402
from orchestration.defs.load import write_deliveries  # noqa: E402
from orchestration.loading import load_input  # noqa: E402

LINKS, MAILBOX, HANDLES = 1_000, 5_000, 0.2
PAIRED = 20  # every so many-th party has a second record
INPUTS = ("parties", "identities")
MERGED = ("stg_parties__party_components", "int_parties_merged", "int_identity_reviews_listed")

# Places 0, 1, ... get ids in another order, so that a chain does not run in the order of its ids.
# The first are the chain, each with the address of the one before; then the mailbox; then others,
# of whom some have the address of the one before. Everybody also has an address of one's own.
PARTIES = """
    select
        printf('P%08d', place * 7919 % $parties) as party_id,
        'customer' as party_type,
        timestamp '2025-01-01' + interval (place % 8000) hours as created_at,
        case
            when place between 1 and $links then printf('%d@example.org', place - 1)
            when place between $links + 1 and $links + $mailbox then 'office@example.org'
            when place > $links + $mailbox and place % $paired = 0
                then printf('%d@example.org', place - 1)
            else printf('%d@example.org', place)
        end as email
    from range($parties) as places (place)
"""
IDENTITIES = """
    select
        printf(pattern, place) as identifier,
        identifier_type,
        printf('P%08d', place * 7919 % $parties) as party_id,
        cast(null as varchar) as merged_into_party_id,
        cast(null as timestamp) as merged_at,
        timestamp '2025-01-01' as valid_from
    from
        (values ('email', '%d@example.org', 1.0), ('handle', '@%d', $handles))
            as kinds (identifier_type, pattern, share),
        range($parties) as places (place)
    where place < share * $parties
"""


def main() -> None:
    """Run both orders and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parties", type=int, default=1_000_000)
    parties = parser.parse_args().parties
    with tempfile.TemporaryDirectory() as folder:
        plain, shuffled = (
            run(Path(folder) / name, parties, order)
            for name, order in (("plain", "all"), ("shuffled", "hash(party_id)"))
        )
    if plain != shuffled:
        sys.exit("the shuffled input gave other ids")
    print(f"shuffled input: the same {len(plain):,} merged records")


def run(home: Path, parties: int, order: str) -> list[tuple[str, str, int]]:
    """Take one order of the input through every step; return the merged records."""
    build = home / "build" / "rapport.duckdb"
    build.parent.mkdir(parents=True)
    identifiers = land(home / "landing", parties, order)
    print(f"{home.name}: {parties:,} party records, {identifiers:,} identifiers")
    load(build, home)
    dbt(home, "edges", "+int_identity_edges_listed")
    with duckdb.connect(str(build)) as connection:
        start = time.perf_counter()
        records, components = identity.refresh(connection)
        show("components", start, f"{records:,} linked records, {components:,} components")
    dbt(home, "merged", *MERGED)
    with duckdb.connect(str(build), read_only=True) as connection:
        check(connection, parties)
        return connection.execute(
            "select party_id, resolved_party_id, parties"
            " from intermediate.int_parties_merged order by all"
        ).fetchall()


def land(landing: Path, parties: int, order: str) -> int:
    """Write the two inputs; return the number of identifiers."""
    values = {
        "parties": parties,
        "links": LINKS,
        "mailbox": MAILBOX,
        "paired": PAIRED,
        "handles": HANDLES,
    }
    for name, query in zip(INPUTS, (PARTIES, IDENTITIES), strict=True):
        (landing / name).mkdir(parents=True)
        for key, value in values.items():
            query = query.replace(f"${key}", str(value))
        target = landing / name / "all.parquet"
        duckdb.execute(f"copy (from ({query}) order by {order}) to '{target}'")
    (count,) = duckdb.execute(f"select count(*) from '{target}'").fetchone() or (0,)
    return int(count)


def load(build: Path, home: Path) -> None:
    """Load every input of the contract; the others are empty."""
    records = []
    for spec in read_contract(ROOT / "models" / "staging"):
        start = time.perf_counter()
        with duckdb.connect(str(build)) as connection:
            done = load_input(
                connection,
                spec,
                home / "landing",
                home / "quarantine",
                hash_key=b"bench",
                load_id="bench",
                loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        records.append(vars(done) | {"rejected": None})
        if spec.name in INPUTS:
            show(f"load {spec.name}", start, f"{done.loaded:,} rows")
    write_deliveries(build, records, {})


def dbt(home: Path, step: str, *models: str) -> None:
    """Build models without their tests; show the seconds of dbt and of its models."""
    start = time.perf_counter()
    kinds = ["--resource-type", "model", "--resource-type", "seed"]
    day = ["--vars", "as_of_date: 2026-06-30"]
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "build", "--select", *models, *kinds, *day],
        cwd=ROOT,
        env=os.environ
        | {
            "HOME_DIR": str(home),
            "DBT_TARGET_PATH": str(home / "dbt"),
            "DBT_LOG_PATH": str(home / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout[-3000:])
    results = json.loads((home / "dbt" / "run_results.json").read_text(encoding="utf-8"))
    worked = sum(result["execution_time"] for result in results["results"])
    show(step, start, f"dbt, of which models {worked:.1f} s")


def check(connection: duckdb.DuckDBPyConnection, parties: int) -> None:
    """Stop where the chain, the mailbox or the pairs are not what they must be."""

    def count(query: str) -> int:
        return int(connection.execute(query).fetchall()[0][0])

    def ids(first: int, last: int) -> str:
        return (
            f"(select printf('P%08d', place * 7919 % {parties}) as party_id"
            f" from range({first}, {last + 1}) as places (place))"
        )

    merged = "intermediate.int_parties_merged"
    chain, mailbox = ids(0, LINKS), ids(LINKS + 1, LINKS + MAILBOX)
    smallest = connection.execute(f"select min(party_id) from {chain}").fetchall()
    named = connection.execute(
        f"select distinct resolved_party_id from {merged} where party_id in (from {chain})"
    ).fetchall()
    of_chain = count(f"select count(*) from {merged} where party_id in (from {chain})")
    of_mailbox = count(f"select count(*) from {merged} where party_id in (from {mailbox})")
    reviews = connection.execute(
        "select reason, parties from intermediate.int_identity_reviews_listed"
    ).fetchall()
    print(f"  chain of {LINKS:,} links: {of_chain:,} records merged into {len(named)} id")
    print(f"  mailbox of {MAILBOX:,}: {of_mailbox} merged, for review: {reviews}")
    if (of_chain, named) != (LINKS, smallest):
        sys.exit("the chain is not one party under its smallest id")
    if of_mailbox or reviews != [("identifier shared by too many", MAILBOX)]:
        sys.exit("the mailbox merged somebody, or is not listed")
    pairs = len(range((LINKS + MAILBOX) // PAIRED * PAIRED + PAIRED, parties, PAIRED))
    if (found := count(f"select count(*) from {merged}")) != LINKS + pairs:
        sys.exit(f"{found:,} records are merged, {LINKS + pairs:,} should be")


def show(step: str, start: float, what: str) -> None:
    """Print a line of the table."""
    print(f"  {step:<18}{time.perf_counter() - start:>7.1f} s   {what}", flush=True)


if __name__ == "__main__":
    main()
