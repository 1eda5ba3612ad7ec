"""Components of the identity graph: chains, order, sizes, and the table that dbt reads."""

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import Run, run_pipeline

from orchestration.defs.warehouse import ensure_manifest
from orchestration.identity import components, refresh


def run(edges: list[tuple[int, int]], nodes: int) -> tuple[list[int], list[int]]:
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2)
    first, sizes = components(ends[:, 0], ends[:, 1], nodes)
    return first.tolist(), sizes.tolist()


def test_a_chain_gets_the_smallest_number() -> None:
    links = [(i, i + 1) for i in range(1000)]
    first, sizes = run(links, 1003)
    assert first == [0] * 1001 + [1001, 1002]
    assert sizes == [1001] * 1001 + [1, 1]


def test_ring_repeats_loops_and_direction_make_no_difference() -> None:
    assert run([(4, 2), (2, 1), (1, 4), (1, 2), (2, 1), (3, 3)], 5) == (
        [0, 1, 1, 3, 1],
        [1, 3, 3, 1, 3],
    )
    assert run([(0, 1)] * 256, 2) == ([0, 0], [2, 2])


def test_no_edges() -> None:
    assert run([], 2) == ([0, 1], [1, 1])
    assert run([], 0) == ([], [])


def test_order_of_the_edges_makes_no_difference() -> None:
    draw = np.random.default_rng(1)
    ends = draw.integers(0, 5000, (4000, 2))
    first, sizes = components(ends[:, 0], ends[:, 1], 5000)
    # the same by plain propagation
    least = np.arange(5000)
    for _ in range(5000):
        before = least.copy()
        np.minimum.at(least, ends[:, 0], before[ends[:, 1]])
        np.minimum.at(least, ends[:, 1], before[ends[:, 0]])
        if (before == least).all():
            break
    assert (first == least).all()
    assert (sizes == np.bincount(least, minlength=5000)[least]).all()
    mixed = draw.permuted(ends[draw.permutation(len(ends))], axis=1)
    again = components(mixed[:, 0], mixed[:, 1], 5000)
    assert (again[0] == first).all()
    assert (again[1] == sizes).all()


@pytest.mark.parametrize("order", ["party_id", "other_party_id desc", "hash(party_id)"])
def test_table_names_the_smallest_id_in_the_order_of_text(order: str) -> None:
    with duckdb.connect() as build:
        build.execute("create schema intermediate")
        build.execute(
            "create table intermediate.int_identity_edges_listed as"
            " select * from (values ('p9', 'p10', 'stands'), ('Z', 'p10', 'stands'),"
            " ('é', 'z', 'stands'), ('z', 'p9', 'taken back'), ('a', 'b', 'shared by too many'))"
            f" as edges (party_id, other_party_id, status) order by {order}"
        )
        assert refresh(build) == (5, 2)
        assert build.execute("from computed.party_components").fetchall() == [
            ("Z", "Z", 3),
            ("p10", "Z", 3),
            ("p9", "Z", 3),
            ("z", "z", 2),
            ("é", "z", 2),
        ]


def test_table_without_edges_is_empty() -> None:
    with duckdb.connect() as build:
        build.execute("create schema intermediate")
        build.execute(
            "create table intermediate.int_identity_edges_listed"
            " (party_id varchar, other_party_id varchar, status varchar)"
        )
        assert refresh(build) == (0, 0)
        assert build.execute("from computed.party_components").fetchall() == []


def test_models_read_every_input_under_the_ids_of_merged_parties() -> None:
    """Only the models that resolve read staging models with party ids; so do tests of models."""
    manifest = json.loads(ensure_manifest().read_text(encoding="utf-8"))
    of_parties = {
        f"stg_{source['fqn'][2]}__{source['name']}"
        for source in manifest["sources"].values()
        if source["schema"] == "raw" and any(c.endswith("party_id") for c in source["columns"])
    } - {"stg_parties__parties", "stg_parties__identities"}
    readers = {
        (node["name"], above.rpartition(".")[2])
        for node in manifest["nodes"].values()
        if (node["resource_type"] == "model" and node["schema"] != "staging")
        or (node["resource_type"] == "test" and not node.get("test_metadata"))
        for above in node["depends_on"]["nodes"]
        if above.rpartition(".")[2] in of_parties
    }
    resolving = {(f"int_{name.partition('__')[2]}_resolved", name) for name in of_parties}
    exempt = {  # days, not whose; tests that hold the resolved against the delivered
        "int_months_listed",
        "int_business_days_listed",
        "engagement_matches_events",
        "merging_keeps_rows_and_amounts",
    }
    no_party = {name for name in readers if name[0] in exempt}
    assert len(of_parties) == 12
    assert readers - no_party == resolving


def test_whole_run_merges_chains_and_variants_and_leaves_mailbox_and_separated(
    demo: Run, tmp_path: Path
) -> None:
    """The demo brand with more identities: other parties, and not a cent or an order more."""
    landing = tmp_path / "landing"
    shutil.copytree(demo.home / "landing", landing)
    links = [f"c{i},customer_id,C{i + 1:07d},C{i:07d},2025-09-01," for i in range(20, 40)]
    owners = {"laptop": range(60, 62), "kiosk": range(70, 80)}
    devices = [
        f"{device},device,C{i:07d},,,2025-09-01"
        for device, parties in owners.items()
        for i in parties
    ]
    (landing / "identities" / "zz.csv").write_text(
        "identifier,identifier_type,party_id,merged_into_party_id,merged_at,valid_from\n"
        "C0000200 2025-08-01,customer_id,C0000200,C0000200,2025-08-01,\n"
        + "\n".join([*links, *devices, "of X001,handle,X001,,,"])
        + "\n",
        encoding="utf-8",
    )
    mailbox = [f"X{i:03d},customer,2025-03-01, Info@Example.org" for i in range(30)]
    variants = [
        "Y1,community_member,2025-03-01,jos\u00e9@example.org",
        "Y0,customer,2025-04-01,JOSE\u0301@example.org",
    ]
    (landing / "parties" / "zz.csv").write_text(
        "\n".join(["party_id,party_type,created_at,email", *mailbox, *variants]) + "\n",
        encoding="utf-8",
    )
    texts = {"C0000030": "of an erased person", "C0000050": "of somebody else"}
    events = [f"{party},2025-10-01,blog,post,{party},{text}" for party, text in texts.items()]
    (landing / "engagement_events" / "zz.csv").write_text(
        "\n".join(["event_id,occurred_at,platform,event_type,party_id,text", *events]) + "\n",
        encoding="utf-8",
    )
    (landing / "erasure_requests" / "zz.csv").write_text(
        "party_id,requested_at\nC0000020,2025-11-01\n", encoding="utf-8"
    )
    done = run_pipeline(tmp_path / "home", LANDING=str(landing))
    assert done.code == 0, done.said
    scores = tmp_path / "home" / "sentiment" / "text_scores.parquet"
    kept = duckdb.read_parquet(str(scores)).project("text_hash").fetchall()
    hashes = [hashlib.md5(text.encode()).hexdigest() for text in texts.values()]
    assert [(text_hash,) in kept for text_hash in hashes] == [False, True]
    assert "More than 20 records are one party" in done.said
    with duckdb.connect(str(done.current / "rapport.duckdb"), read_only=True) as marts:

        def ask(query: str) -> list[tuple]:
            return marts.execute(query).fetchall()

        assert ask(
            "select resolved_party_id, count(*), max(parties) from marts.party_merges"
            " group by all order by all"
        ) == [("C0000020", 20, 21), ("C0000060", 1, 2), ("Y0", 1, 2)]
        assert ask(
            "select reason, first_party_id, parties from marts.identity_reviews order by all"
        ) == [
            ("identifier shared by too many", "C0000070", 10),
            ("identifier shared by too many", "X000", 30),
            ("taken back", "C0000083", 2),
        ]
        total = "select sum(orders), sum(net_amount), sum(margin_amount) from marts.customer_months"
        after = ask(total)
    with duckdb.connect(str(demo.current / "rapport.duckdb"), read_only=True) as marts:
        assert marts.execute(total).fetchall() == after
