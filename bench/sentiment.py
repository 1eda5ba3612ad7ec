"""Bench of the sentiment scores: against the library, against people, and against one core.

python bench/sentiment.py [--tweets FOLDER] [--scorer MODULE:CLASS] [--repeat N]: scores the airline
tweets as a run does, with each scorer that comes with the project and the one named, and prints a
column for each: whether the stored scores are the library's, how they agree with the labels that
people gave, and the time of `score_texts` against a plain loop, both in turn on the same texts.
"""

from __future__ import annotations

import argparse
import os
import re
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

SHIPPED = ("orchestration.scorers:Vader", "orchestration.scorers:VaderWithoutNames")
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
    texts = tweets["text"].tolist()
    labels = np.array([LABELS[label] for label in tweets["airline_sentiment"]])
    paths = list(dict.fromkeys(filter(None, (*SHIPPED, arguments.scorer))))
    columns = []
    for path in paths:
        rows, scores = stored(path, texts)
        columns.append(rows | classes(scores, labels) | trends(scores, labels, tweets))
    for label in columns[0]:
        print(f"{label:39}" + "".join(f"{column[label]:38}" for column in columns).rstrip())
    for path in paths:
        throughput(path, texts * arguments.repeat, arguments.rounds)


def stored(path: str, texts: list[str]) -> tuple[dict[str, str], np.ndarray]:
    """Score the texts as a run does, twice: what became of them, and the stored score of each."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    scorer = scorers.load_scorer(path)
    mark = " (default)" if path == scorers.DEFAULT else ""
    rows = {f"{len(texts):,} texts": f"{scorer.name} {scorer.version}{mark}"}
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        store = Path(folder) / "text_scores.parquet"
        connection.register("delivered", {"text": np.array(texts), "number": np.arange(len(texts))})
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_texts_listed as"
            " select distinct md5(text) as text_hash, 'en' as language, text from delivered"
        )
        for what in ("first run", "second run"):
            new, known, _ = sentiment.refresh(connection, store, path)
            rows[what] = f"{new:,} scored, {known:,} known"
        scores = connection.execute(
            "select score from delivered join read_parquet(?) on md5(text) = text_hash"
            " order by number",
            [str(store)],
        ).fetchnumpy()["score"]
    analyzer = SentimentIntensityAnalyzer()
    for what, leave_out in (("as they are", "(?!)"), ("without @names", r"@\w+")):
        library = [analyzer.polarity_scores(re.sub(leave_out, "", t))["compound"] for t in texts]
        rows[f"library's score {what}"] = f"{int((scores == np.array(library)).sum()):,} equal"
    return rows, np.nan_to_num(np.ma.filled(scores, np.nan))


def classes(scores: np.ndarray, labels: np.ndarray) -> dict[str, str]:
    """Return how the scores tell the three labels apart, and how they rank the polar ones."""
    found = np.where(scores >= THRESHOLD, 1, np.where(scores <= -THRESHOLD, -1, 0))
    rows = {"accuracy": f"{(found == labels).mean():.3f}"}
    values = []
    for name, label in LABELS.items():
        right = int(((found == label) & (labels == label)).sum())
        precision, recall = right / (found == label).sum(), right / (labels == label).sum()
        values.append(2 * precision * recall / (precision + recall))
        rows[f"{name}: precision, recall, F1"] = f"{precision:.3f}  {recall:.3f}  {values[-1]:.3f}"
    rows["macro-F1"] = f"{np.mean(values):.3f}"
    polar = labels != 0
    ranks, positive = rankdata(scores[polar]), labels[polar] == 1
    n, m = int(positive.sum()), int((~positive).sum())
    area = (ranks[positive].sum() - n * (n + 1) / 2) / (n * m)
    rows[f"AUC of {n:,} positive, {m:,} negative"] = f"{area:.3f}"
    return rows


def trends(scores: np.ndarray, labels: np.ndarray, tweets: dict[str, np.ndarray]) -> dict[str, str]:
    """Return whether a group's interval holds what its labels say.

    Labels and scores have different scales: a straight line from label to score is drawn through
    the texts of all other groups, and the group's mean label is put on it. The month is the only
    one: its line is drawn through the texts of every other author, its interval from the rest.
    """
    day, airline = tweets["day"], tweets["airline"]
    pairs = np.array([f"{a} {d}" for a, d in zip(airline, day, strict=True)])
    _, number = np.unique(tweets["name"], return_inverse=True)
    month = np.where(number % 2 == 0, [d[:7] for d in day], "")
    rows = {}
    for what, groups in (
        ("month", month),
        ("month and airline", airline),
        ("day", day),
        ("day and airline", pairs),
    ):
        found = []
        for group in filter(None, np.unique(groups)):
            inside = groups == group
            if inside.sum() < LEAST:
                continue
            slope, level = np.polyfit(labels[~inside], scores[~inside], 1)
            expected = level + slope * labels[inside].mean()
            mean, low, high = interval(scores[inside], tweets["name"][inside])
            found.append((mean, labels[inside].mean(), low <= expected <= high))
            if what != "day and airline":
                where = "inside" if found[-1][-1] else "outside"
                rows[f"  {group} ({inside.sum():,} texts)"] = (
                    f"{mean:.3f} [{low:.3f}, {high:.3f}] {expected:.3f} {where}"
                )
        of_scores, of_labels, held = zip(*found, strict=True)
        rows[f"by {what}: holds the labels'"] = f"{sum(held)} of {len(held)}" + (
            f", correlation {np.corrcoef(of_scores, of_labels)[0, 1]:.2f}" if len(held) > 1 else ""
        )
    return rows


def interval(scores: np.ndarray, authors: np.ndarray) -> tuple[float, float, float]:
    """Return mean and interval as int_month_sentiments_averaged has them."""
    _, which = np.unique(authors, return_inverse=True)
    mean = scores.mean()
    sums = np.bincount(which, scores - mean)
    variance = len(sums) / (len(sums) - 1) * (sums**2).sum() / len(scores) ** 2
    half = student.ppf(0.975, len(sums) - 1) * np.sqrt(variance)
    return mean, mean - half, mean + half


def throughput(path: str, texts: list[str], rounds: int) -> None:
    """Print the rates of a plain loop and of all cores, and the ratio of the best of each.

    The best round is the one that other work on the machine disturbed least.
    """
    scorer, cores = scorers.load_scorer(path), scorers.available_cores()
    print(f"\n{scorer.name}, {len(texts):,} texts, one loop and {cores} processes, in turn:")
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        plain = scorer.score(texts)
        middle = time.perf_counter()
        scores = scorers.score_texts(texts, path)
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
