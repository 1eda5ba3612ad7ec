"""Sentiment of texts: each distinct text is scored once, on all cores, and kept by its hash.

The store lies in the data home, because the build is made anew by each run. It holds hashes and
scores, no text; a text that is no longer delivered, or whose writer was erased, leaves it.
"""

import importlib
import itertools
import multiprocessing
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import duckdb
import numpy as np

from orchestration import source_tables
from orchestration.settings import ROOT

SOURCE = ROOT / "models" / "staging" / "engagement" / "_computed.yml"
INPUTS = ("int_texts_listed",)
CHUNK = 1_000  # texts that a process is handed at a time
FEW = 4_000  # up to so many texts are scored before another process has started


class Scorer(Protocol):
    """What scores texts: made without arguments, once in each process.

    The same text must get the same score whatever stands beside it; another method or model needs
    another `version`, so that texts are scored anew.
    """

    name: str
    version: str
    languages: frozenset[str]  # ISO 639-1 codes of the languages it speaks

    def score(self, texts: Sequence[str]) -> list[float | None]:
        """Return one number from -1 (negative) to 1 (positive) per text, None where it has none."""
        ...


class Vader:
    """VADER's compound score (Hutto & Gilbert 2014)."""

    name = "vader"
    version = version("vadersentiment")
    languages = frozenset({"en"})

    def __init__(self) -> None:
        """Read the lexicon."""
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        self._analyzer = SentimentIntensityAnalyzer()

    def score(self, texts: Sequence[str]) -> list[float | None]:
        """Return the compound score of each text."""
        return [self._analyzer.polarity_scores(text)["compound"] for text in texts]


def load_scorer(path: str) -> Scorer:
    """Return the scorer that `module:Class` names; raises ValueError where there is none."""
    module, _, name = path.partition(":")
    try:
        scorer: Scorer = getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"SENTIMENT_SCORER={path} is not module:Class: {error}") from error
    return scorer


def score_texts(
    texts: Sequence[str], path: str, processes: int | None = None
) -> list[float | None]:
    """Return the score of each text, in their order, from as many processes as there are cores.

    Few texts are scored in this process. Others are started anew, not forked: the caller has
    threads. Raises ValueError where a scorer gives anything but one score from -1 to 1 per text.
    """
    cores = processes or _cores()
    if cores == 1 or len(texts) <= FEW:
        return _checked(load_scorer(path), texts)
    chunks = [list(texts[i : i + CHUNK]) for i in range(0, len(texts), CHUNK)]
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(cores, len(chunks)), _start, (path,)) as pool:
        return list(itertools.chain.from_iterable(pool.imap(_score, chunks)))


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


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _checked(scorer: Scorer, texts: Sequence[str]) -> list[float | None]:
    scores = scorer.score(texts)
    wrong = [score for score in scores if score is not None and not -1 <= score <= 1]
    if len(scores) != len(texts) or wrong:
        found = f"{wrong[0]!r}" if wrong else f"{len(scores)} scores for {len(texts)} texts"
        raise ValueError(f"scorer {scorer.name} gave {found}: expected one of -1 to 1 per text")
    return scores


_scorer: Scorer


def _start(path: str) -> None:
    global _scorer
    _scorer = load_scorer(path)


def _score(texts: list[str]) -> list[float | None]:
    return _checked(_scorer, texts)
