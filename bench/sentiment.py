"""Bench of the sentiment scores: against the library, against people, and against one core.

python bench/sentiment.py [--tweets FOLDER] [--scorer MODULE:CLASS] [--repeat N]: scores the airline
tweets as a run does, compares the stored scores with the library's and those of each scorer with
the labels that people gave, and holds the time of `score_texts` against a plain loop over one
analyzer, both in turn on the same texts.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from orchestration import scorers  # noqa: E402

if __name__ != "__mp_main__":  # a process that scores imports this file too, and needs none of it
    import duckdb
    import numpy as np
    from scipy.stats import rankdata
    from scipy.stats import t as student

    from orchestration import sentiment

SHIPPED = (scorers.DEFAULT, "orchestration.scorers:VaderWithoutNames")
LABELS = {"negative": -1, "neutral": 0, "positive": 1}
THRESHOLD = 0.05  # VADER's own: neutral between -0.05 and 0.05 (Hutto & Gilbert 2014)
LEAST = 200  # texts that make a group's mean worth a comparison


def main() -> None:
    """Print every part."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = ROOT.parent / "shared" / "data" / "airline_tweets"
    parser.add_argument("--tweets", type=Path, default=shared)
    parser.add_argument("--scorer", help="a scorer beside those that come with the project")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    file = arguments.tweets / "Tweets.csv"
    if not file.exists():
        print(f"Tweets.csv is not at {arguments.tweets}: nothing to score")
        return
    tweets = duckdb.execute(
        "select text, airline_sentiment, airline, name, substr(tweet_created, 1, 10) as day"
        " from read_csv(?, header = true, all_varchar = true)",
        [str(file)],
    ).fetchnumpy()
    stored(tweets["text"])
    labels = np.array([LABELS[label] for label in tweets["airline_sentiment"]])
    for path in filter(None, (*SHIPPED, arguments.scorer)):
        scorer = scorers.load_scorer(path)
        scores = np.array(scorer.score(tweets["text"].tolist()), dtype=np.float64)
        print(f"\n{scorer.name} {scorer.version}")
        classes(np.nan_to_num(scores), labels)
        trends(np.nan_to_num(scores), labels, tweets)
    throughput(tweets["text"].tolist(), arguments.repeat, arguments.rounds)


def stored(texts: np.ndarray) -> None:
    """Score the texts as a run does, twice, and print how the store compares with the library."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        store = Path(folder) / "text_scores.parquet"
        connection.register("delivered", {"text": texts, "number": np.arange(len(texts))})
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_texts_listed as"
            " select distinct md5(text) as text_hash, 'en' as language, text from delivered"
        )
        for what in ("first run", "second run"):
            new, known, _ = sentiment.refresh(connection, store, scorers.DEFAULT)
            print(f"{what}: {len(texts):,} texts, {new:,} scored, {known:,} known")
        scores = connection.execute(
            "select score from delivered join read_parquet(?) on md5(text) = text_hash"
            " order by number",
            [str(store)],
        ).fetchnumpy()["score"]
    analyzer = SentimentIntensityAnalyzer()
    library = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    print(f"equal to the library's: {int((scores == library).sum()):,} of {len(texts):,}")


def classes(scores: np.ndarray, labels: np.ndarray) -> None:
    """Print how the scores tell the three labels apart, and how they rank the polar ones."""
    found = np.where(scores >= THRESHOLD, 1, np.where(scores <= -THRESHOLD, -1, 0))
    print(f"against the labels: accuracy {(found == labels).mean():.3f}")
    values = []
    for name, label in LABELS.items():
        right = int(((found == label) & (labels == label)).sum())
        precision, recall = right / (found == label).sum(), right / (labels == label).sum()
        values.append(2 * precision * recall / (precision + recall))
        print(f"  {name:9} precision {precision:.3f}  recall {recall:.3f}  F1 {values[-1]:.3f}")
    print(f"  macro-F1 {np.mean(values):.3f}")
    polar = labels != 0
    ranks, positive = rankdata(scores[polar]), labels[polar] == 1
    n, m = int(positive.sum()), int((~positive).sum())
    area = (ranks[positive].sum() - n * (n + 1) / 2) / (n * m)
    print(f"  AUC, positive against negative: {area:.3f} ({n:,} and {m:,} texts)")


def trends(scores: np.ndarray, labels: np.ndarray, tweets: dict[str, np.ndarray]) -> None:
    """Print whether a group's interval holds what its labels say.

    Labels and scores have different scales: a straight line from label to score is drawn through
    the texts of all other groups, and the group's mean label is put on it.
    """
    day, airline = tweets["day"], tweets["airline"]
    pairs = np.array([f"{a} {d}" for a, d in zip(airline, day, strict=True)])
    for what, groups in (("airline", airline), ("day", day), ("airline and day", pairs)):
        found = []
        for group in np.unique(groups):
            inside = groups == group
            if inside.sum() < LEAST:
                continue
            slope, level = np.polyfit(labels[~inside], scores[~inside], 1)
            expected = level + slope * labels[inside].mean()
            mean, low, high = interval(scores[inside], tweets["name"][inside])
            found.append((group, int(inside.sum()), mean, low, high, expected))
        held = [low <= expected <= high for *_, low, high, expected in found]
        means = np.array([[mean, expected] for _, _, mean, _, _, expected in found])
        raw = np.array([labels[groups == group].mean() for group, *_ in found])
        print(
            f"by {what}, {len(found)} groups of {LEAST} texts and more:"
            f" {sum(held)} intervals hold what the labels say;"
            f" correlation of mean score and mean label {np.corrcoef(means[:, 0], raw)[0, 1]:.2f}"
        )
        if what != "airline and day":
            for (group, n, mean, low, high, expected), is_held in zip(found, held, strict=True):
                print(
                    f"  {group:15} {n:6,} texts  {mean:.3f} [{low:.3f}, {high:.3f}]"
                    f"  labels {expected:.3f}  {'inside' if is_held else 'outside'}"
                )


def interval(scores: np.ndarray, authors: np.ndarray) -> tuple[float, float, float]:
    """Return mean and interval as int_month_sentiments_averaged has them."""
    _, which = np.unique(authors, return_inverse=True)
    mean = scores.mean()
    sums = np.bincount(which, scores - mean)
    variance = len(sums) / (len(sums) - 1) * (sums**2).sum() / len(scores) ** 2
    half = student.ppf(0.975, len(sums) - 1) * np.sqrt(variance)
    return mean, mean - half, mean + half


def throughput(texts: list[str], repeat: int, rounds: int) -> None:
    """Print the rates of a plain loop and of all cores, and the ratio of the best of each.

    The best round is the one that other work on the machine disturbed least.
    """
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    texts = texts * repeat
    cores = scorers.available_cores()
    print(f"\n{len(texts):,} texts, one analyzer in a loop and {cores} processes, in turn:")
    analyzer = SentimentIntensityAnalyzer()
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        plain = [analyzer.polarity_scores(text)["compound"] for text in texts]
        middle = time.perf_counter()
        scores = scorers.score_texts(texts, scorers.DEFAULT)
        end = time.perf_counter()
        assert scores == plain
        rates.append((len(texts) / (middle - start), len(texts) / (end - middle)))
        one, all_cores = rates[-1]
        print(
            f"  {one:8,.0f} and {all_cores:8,.0f} texts a second: {all_cores / one:.2f} times"
            f" (load {os.getloadavg()[0]:.1f})"
        )
    one, all_cores = (max(side) for side in zip(*rates, strict=True))
    print(f"  best of each: {one:,.0f} and {all_cores:,.0f}: {all_cores / one:.2f} times")


if __name__ == "__main__":
    main()
