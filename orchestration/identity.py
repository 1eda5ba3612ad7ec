"""Which party records hang together: connected components of the edges that dbt lists.

What an edge is, when it counts and how large a component may be is decided in SQL
(int_identity_edges_listed, int_parties_merged); here is only the graph.
"""

import duckdb
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from orchestration import source_tables
from orchestration.settings import ROOT

Codes = NDArray[np.int64]

SOURCE = ROOT / "models" / "staging" / "parties" / "_computed.yml"
INPUTS = ("int_identity_edges_listed",)


def components(ends: Codes, other_ends: Codes, nodes: int) -> tuple[Codes, Codes]:
    """Return for each node the smallest node of its component and the component's size; (nodes,).

    Nodes are 0 to nodes - 1; edge i links ends[i] with other_ends[i]. The order of the edges, which
    end comes first, and repeated edges make no difference.
    """
    weights = np.ones(len(ends), dtype=bool)  # repeated edges are summed
    graph = coo_array((weights, (ends, other_ends)), shape=(nodes, nodes))
    _, labels = connected_components(graph, directed=False)
    _, first, place, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    return first[place], sizes[place]


def refresh(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Write table computed.party_components; return its numbers of records and of components.

    Reads table int_identity_edges_listed of schema intermediate: party_id, other_party_id, status.
    Records are numbered in the order of their ids, so that the smallest number is the smallest id.
    """
    connection.execute(
        """
        create or replace temp table edges as
        select party_id, other_party_id
        from intermediate.int_identity_edges_listed
        where status = 'stands'
        """
    )
    connection.execute(
        """
        create or replace temp table records as
        select party_id, row_number() over (order by party_id) - 1 as code
        from (select party_id from edges union select other_party_id from edges)
        """
    )
    found = connection.execute(
        """
        select one.code as ends, other.code as other_ends
        from edges
        join records as one on edges.party_id = one.party_id
        join records as other on edges.other_party_id = other.party_id
        """
    ).fetchnumpy()
    nodes = _count(connection, "records")
    first, sizes = components(found["ends"], found["other_ends"], nodes)
    connection.register("found", {"code": np.arange(nodes), "first": first, "parties": sizes})
    source_tables.create(connection, SOURCE, "party_components")
    connection.execute(
        """
        insert into computed.party_components by name
        select records.party_id, firsts.party_id as first_party_id, found.parties
        from found
        join records on found.code = records.code
        join records as firsts on found.first = firsts.code
        order by records.code
        """
    )
    connection.unregister("found")
    return nodes, len(np.unique(first))


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
