"""Scorers of texts: what one is, those that come with it, and scoring on all cores.

Each process that scores imports this module, so it imports little.
"""

import importlib
import itertools
import multiprocessing
import os
import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Protocol

DEFAULT = "orchestration.scorers:VaderWithoutNames"
CHUNK = 1_000  # texts that a process is handed at a time
FEW = 5_000  # up to so many texts are scored before another process has started


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
    """VADER's compound score of the text as it is (Hutto & Gilbert 2014)."""

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


class VaderWithoutNames(Vader):
    """VADER's compound score of the text without its @names: they say who is meant, not how it was.

    A name that is a word of the lexicon, as in @united, would move every text that addresses it.
    """

    name = "vader_without_names"

    def score(self, texts: Sequence[str]) -> list[float | None]:
        """Return the compound score of each text."""
        return super().score([re.sub(r"@\w+", "", text) for text in texts])


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
    cores = processes or available_cores()
    if cores == 1 or len(texts) <= FEW:
        return _checked(load_scorer(path), texts)
    chunks = [list(texts[i : i + CHUNK]) for i in range(0, len(texts), CHUNK)]
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(cores, len(chunks)), _start, (path,)) as pool:
        return list(itertools.chain.from_iterable(pool.imap(_score, chunks)))


def available_cores() -> int:
    """Return how many cores this process may use."""
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
