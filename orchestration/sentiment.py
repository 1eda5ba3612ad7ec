"""The store of sentiment scores: each distinct text is scored once, and kept by its hash.

It lies in the data home, because the build is made anew by each run. It holds hashes and scores, no
text; a text that is no longer delivered, or whose writer was erased, leaves it.
"""

from pathlib import Path

import duckdb
import numpy as np

from orchestration import source_tables
from orchestration.scorers import load_scorer, score_texts
from orchestration.settings import ROOT

SOURCE = ROOT / "models" / "staging" / "engagement" / "_computed.yml"
INPUTS = ("int_texts_listed",)


def refresh(connection: duckdb.DuckDBPyConnection, store: Path, path: str) -> tuple[int, int, int]:
    """Write table computed.text_sentiments and the file `store`.

    Reads view int_texts_listed of schema intermediate. Returns the numbers of texts that were
    scored now, that were known, and whose language the scorer does not speak.
    """
    scorer = load_scorer(path)
    is_current = "scorer = $scorer and scorer_version = $version"
    this = {"scorer": scorer.name, "version": scorer.version}
    connection.execute(
        "create or replace temp table listed as"
        " select *, list_contains($languages, language) as is_spoken"
        " from intermediate.int_texts_listed",
        {"languages": sorted(scorer.languages)},
    )
    connection.execute(
        "create or replace temp table kept (text_hash varchar, scorer varchar,"
        " scorer_version varchar, score double)"
    )
    if store.exists():
        connection.execute(
            "insert into kept by name select * from read_parquet($store)"
            " where text_hash in (select text_hash from listed)",
            {"store": str(store)},
        )
    new = connection.execute(
        "select distinct text_hash, text from listed where is_spoken and text_hash not in"
        f" (select text_hash from kept where {is_current}) order by text_hash",
        this,
    ).fetchnumpy()
    scores = score_texts(new["text"].tolist(), path)
    if scores:
        found = {"text_hash": new["text_hash"], "score": np.array(scores, dtype=np.float64)}
        connection.register("found", found)
        connection.execute(
            "insert into kept select text_hash, $scorer, $version,"
            " case when not isnan(score) then score end from found",
            this,
        )
        connection.unregister("found")
    source_tables.create(connection, SOURCE, "text_sentiments")
    connection.execute(
        "insert into computed.text_sentiments by name"
        " select listed.text_hash, listed.language, $scorer as scorer,"
        " $version as scorer_version, listed.is_spoken,"
        " case when listed.is_spoken then kept.score end as score"
        f" from listed left join (from kept where {is_current}) as kept using (text_hash)",
        this,
    )
    store.parent.mkdir(parents=True, exist_ok=True)
    partial = store.with_suffix(".partial")
    target = str(partial).replace("'", "''")
    connection.execute(f"copy (from kept order by all) to '{target}' (format parquet)")
    partial.replace(store)
    spoken, foreign = connection.execute(
        "select count(*) filter (is_spoken), count(*) filter (not is_spoken)"
        " from computed.text_sentiments"
    ).fetchone() or (0, 0)
    return len(scores), spoken - len(scores), foreign
