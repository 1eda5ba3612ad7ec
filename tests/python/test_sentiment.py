"""Sentiment: what is scored when, what the store keeps, and that scores are the scorer's own."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import correlation

import duckdb
import pytest
from conftest import Run, source_of
from test_dbt import dbt
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from orchestration import publication, scorers, sentiment

VADER = "orchestration.scorers:Vader"
NAMES = re.compile(r"@\w+")
TEXTS = ["I love it", "I hate it", "It is a box", "Not good, not bad, just late"]


class Length:
    """A scorer of the tests: the longer, the better; blank of anything without an e."""

    name, version, languages = "length", "1", frozenset({"en", "de"})

    def score(self, texts: Sequence[str]) -> list[float | None]:
        return [len(text) / 100 if "e" in text else None for text in texts]


class LengthAgain(Length):
    version = "2"


class OutOfRange(Length):
    def score(self, texts: Sequence[str]) -> list[float | None]:
        return [7.0 for _ in texts]


class OneShort(Length):
    def score(self, texts: Sequence[str]) -> list[float | None]:
        return [0.5 for _ in texts[1:]]


class Where(Length):
    """Says in which process it works: its score is different in each."""

    def score(self, texts: Sequence[str]) -> list[float | None]:
        return [1 / os.getpid() for _ in texts]


def tweets() -> list[tuple[str, str, str]]:
    """Return text, airline and label of every tweet."""
    file = source_of("airline_tweets") / "Tweets.csv"
    found = (
        duckdb.read_csv(str(file), header=True, all_varchar=True)
        .select("text, airline, airline_sentiment")
        .fetchall()
    )
    assert len(found) == 14_640
    return found


def build(texts: Sequence[str], language: str = "en") -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema intermediate")
    connection.execute(
        "create table intermediate.int_texts_listed"
        " (text_hash varchar, language varchar, text varchar)"
    )
    connection.execute(
        "insert into intermediate.int_texts_listed"
        " select md5(text), $language, text from unnest(cast($texts as varchar[])) as _(text)",
        {"texts": list(texts), "language": language},
    )
    return connection


def scores(connection: duckdb.DuckDBPyConnection) -> dict[str, float | None]:
    found = connection.execute(
        "select text, score from intermediate.int_texts_listed"
        " join computed.text_sentiments using (text_hash, language)"
    ).fetchall()
    return dict(found)


def test_scores_are_those_of_the_library_and_known_the_second_time(tmp_path: Path) -> None:
    store = tmp_path / "scores.parquet"
    first = build(TEXTS)
    assert sentiment.refresh(first, store, VADER) == (4, 0, 0)
    library = SentimentIntensityAnalyzer()
    assert scores(first) == {text: library.polarity_scores(text)["compound"] for text in TEXTS}
    again = build(TEXTS)
    assert sentiment.refresh(again, store, VADER) == (0, 4, 0)
    assert scores(again) == scores(first)
    assert again.execute("from computed.text_sentiments order by all").fetchall() == (
        first.execute("from computed.text_sentiments order by all").fetchall()
    )


def test_a_name_that_is_a_word_of_the_lexicon_moves_no_score_of_the_default() -> None:
    texts = ["@united you lost my bag", "@other you lost my bag"]
    one, other = scorers.Vader().score(texts)
    assert one > other
    assert scorers.load_scorer(scorers.DEFAULT).score(texts) == [other, other]


def test_only_a_new_or_changed_text_is_scored(tmp_path: Path) -> None:
    store = tmp_path / "scores.parquet"
    sentiment.refresh(build(TEXTS), store, VADER)
    changed = build([*TEXTS[:3], TEXTS[3] + "!"])
    assert sentiment.refresh(changed, store, VADER) == (1, 3, 0)
    assert set(scores(changed)) == {*TEXTS[:3], TEXTS[3] + "!"}


def test_a_new_version_scores_anew_and_the_old_scores_stay(tmp_path: Path) -> None:
    store = tmp_path / "scores.parquet"
    assert sentiment.refresh(build(TEXTS), store, f"{__name__}:Length") == (4, 0, 0)
    assert sentiment.refresh(build(TEXTS), store, f"{__name__}:LengthAgain") == (4, 0, 0)
    assert sentiment.refresh(build(TEXTS), store, VADER) == (4, 0, 0)
    back = build(TEXTS)
    assert sentiment.refresh(back, store, f"{__name__}:Length") == (0, 4, 0)
    assert set(
        back.execute("select scorer, scorer_version from computed.text_sentiments").fetchall()
    ) == {("length", "1")}


def test_what_is_no_longer_delivered_leaves_the_store_which_holds_no_text(tmp_path: Path) -> None:
    store = tmp_path / "scores.parquet"
    sentiment.refresh(build(TEXTS), store, VADER)
    sentiment.refresh(build(TEXTS[:1]), store, VADER)
    kept = duckdb.from_parquet(str(store))
    assert kept.columns == ["text_hash", "scorer", "scorer_version", "score"]
    assert (
        kept.select("text_hash").fetchall()
        == duckdb.execute("select md5($text)", {"text": TEXTS[0]}).fetchall()
    )
    assert not any(text.encode() in store.read_bytes() for text in TEXTS)
    sentiment.refresh(build([]), store, VADER)
    assert duckdb.from_parquet(str(store)).fetchall() == []


def test_another_language_is_null_and_counted(tmp_path: Path) -> None:
    connection = build(TEXTS, "de")
    assert sentiment.refresh(connection, tmp_path / "scores.parquet", VADER) == (0, 0, 4)
    assert set(scores(connection).values()) == {None}
    assert connection.execute(
        "select distinct is_spoken from computed.text_sentiments"
    ).fetchall() == [(False,)]
    spoken = build(TEXTS, "de")
    sentiment.refresh(spoken, tmp_path / "scores.parquet", f"{__name__}:Length")
    assert scores(spoken) == dict(zip(TEXTS, [0.09, 0.09, None, 0.28], strict=True))


def test_the_order_of_the_texts_does_not_matter(tmp_path: Path) -> None:
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"
    sentiment.refresh(build(TEXTS), one, VADER)
    sentiment.refresh(build(TEXTS[::-1]), other, VADER)
    assert one.read_bytes() == other.read_bytes()


def test_many_texts_are_scored_by_several_processes_in_order() -> None:
    texts = [f"number {n} is {'good' if n % 3 else 'bad'}" for n in range(2 * scorers.FEW)]
    assert scorers.score_texts(texts, VADER, 2) == scorers.Vader().score(texts)
    assert 1 / os.getpid() not in scorers.score_texts(texts, f"{__name__}:Where", 2)
    assert set(scorers.score_texts(texts, f"{__name__}:Where", 1)) == {1 / os.getpid()}


def test_where_few_texts_are_new_no_process_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(scorers.multiprocessing, "get_context", refuse)
    assert scorers.score_texts([], VADER, 2) == []
    assert len(scorers.score_texts(TEXTS, VADER, 2)) == 4
    with pytest.raises(AssertionError, match="was started"):
        scorers.score_texts(TEXTS * scorers.FEW, VADER, 2)


@pytest.mark.parametrize("name", ["OutOfRange", "OneShort"])
def test_a_scorer_that_does_not_keep_its_word_stops_the_run(tmp_path: Path, name: str) -> None:
    store = tmp_path / "scores.parquet"
    with pytest.raises(ValueError, match="scorer length gave"):
        sentiment.refresh(build(TEXTS), store, f"{__name__}:{name}")
    assert not store.exists()


@pytest.mark.parametrize("path", ["", "nothing", "no.such.module:Class", f"{__name__}:Nobody"])
def test_a_scorer_that_is_not_there_is_named(path: str) -> None:
    with pytest.raises(ValueError, match=f"SENTIMENT_SCORER={path} is not module:Class"):
        scorers.load_scorer(path)


def test_every_airline_tweet_has_the_score_of_the_library(tmp_path: Path) -> None:
    texts = sorted({text for text, _, _ in tweets()})
    connection, store = build(texts), tmp_path / "scores.parquet"
    library = SentimentIntensityAnalyzer()
    for path, read in ((VADER, texts), (scorers.DEFAULT, [NAMES.sub("", text) for text in texts])):
        assert sentiment.refresh(connection, store, path) == (14_427, 0, 0)
        found = scores(connection)
        assert [found[text] for text in texts] == [
            library.polarity_scores(text)["compound"] for text in read
        ]
        assert sentiment.refresh(build(texts), store, path) == (0, 14_427, 0)


def test_the_default_puts_the_airlines_where_their_labels_do() -> None:
    written = tweets()
    found = scorers.load_scorer(scorers.DEFAULT).score([text for text, _, _ in written])
    sums: dict[str, list[float]] = {}
    for (_, airline, label), score in zip(written, found, strict=True):
        assert score is not None
        of = sums.setdefault(airline, [0, 0, 0])
        of[0] += score
        of[1] += {"negative": -1, "neutral": 0, "positive": 1}[label]
        of[2] += 1
    means = [(score / n, label / n) for score, label, n in sums.values()]
    assert correlation(*zip(*means, strict=True)) > 0.95


def test_the_published_means_are_those_of_the_delivered_texts(demo: Run) -> None:
    library = SentimentIntensityAnalyzer()
    with duckdb.connect(str(demo.home / "build" / "rapport.duckdb"), read_only=True) as build:
        written = build.execute(
            """
            with authors as (
                select events.*, coalesce(events.party_id, handles.party_id) as author
                from raw.engagement_events as events
                left join raw.identities as handles
                    on actor_handle = identifier and identifier_type = 'handle'
            )
            select cast(date_trunc('month', occurred_at) as date), platform, text
            from authors
            where language = 'en' and length(trim(text)) > 0
                and coalesce(author not in (select party_id from raw.parties where is_test), true)
                and coalesce(author not in (select party_id from raw.erasure_requests), true)
            """
        ).fetchall()
    sums: dict[tuple[object, str], list[float]] = {}
    for month, platform, text in written:
        sums.setdefault((month, platform), []).append(library.polarity_scores(text)["compound"])
    with publication.read(demo.home) as marts:
        found = marts.execute(
            "select month, platform, scored_text_events, sentiment_mean"
            " from marts.engagement_by_month"
            " where programme_id = 'all' and platform != 'all' and scored_text_events > 0"
        ).fetchall()
    assert {(month, platform): n for month, platform, n, _ in found} == {
        (month, platform): len(values) for (month, platform), values in sums.items()
    }
    for month, platform, n, mean in found:
        assert mean == pytest.approx(sum(sums[month, platform]) / n, abs=1e-6)


def test_no_text_is_published(demo: Run) -> None:
    with duckdb.connect(str(demo.home / "build" / "rapport.duckdb"), read_only=True) as build:
        texts = build.execute(
            "select distinct text from intermediate.int_texts_gathered"
        ).fetchall()
    assert texts
    with publication.read(demo.home) as marts:
        columns = marts.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        for table, column in columns:
            values = marts.execute(f'select distinct "{column}" from marts."{table}"').fetchall()
            assert not {text for (text,) in texts} & {value for (value,) in values}


def test_without_scores_dbt_builds_and_texts_have_no_sentiment(demo: Run, tmp_path: Path) -> None:
    shutil.copytree(demo.home / "build", tmp_path / "build")
    with duckdb.connect(str(tmp_path / "build" / "rapport.duckdb")) as build:
        build.execute("drop schema computed cascade")
        query = "select sum(text_events), sum({}) from marts.engagement_by_month"
        before = build.execute(query.format("scored_text_events")).fetchone()
    done = dbt(
        tmp_path, "build", "--select", "source:computed+", "--exclude", "resource_type:unit_test"
    )
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect(str(tmp_path / "build" / "rapport.duckdb"), read_only=True) as build:
        after = build.execute(query.format("scored_text_events")).fetchone()
        means = build.execute(
            "select count(sentiment_mean), sum(other_language_texts) from marts.engagement_by_month"
        ).fetchone()
    assert before is not None
    assert before[1] > 0
    assert after == (before[0], 0)
    assert means == (0, 0)
