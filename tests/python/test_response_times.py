"""First answers on a real support channel: the mart against the annotated replies themselves."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from conftest import Run, run_pipeline, source_of

from orchestration import publication

Line = tuple[str, int]


@pytest.fixture(scope="module")
def source() -> Path:
    return source_of("irc_support_chat")


@pytest.fixture(scope="module")
def chat(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The support channel, published once."""
    home = tmp_path_factory.mktemp("chat")
    done = run_pipeline(home, EXAMPLE="irc_support_chat", SOURCE=str(source))
    assert done.code == 0, done.said
    return done


def waits_by_month(source: Path) -> dict[str, list[float]]:
    """Seconds from each starting line to the first line of somebody else that it leads to.

    Follows the reply links themselves, down from the starting line and across; infinite where
    nobody else spoke.
    """
    messages = f"'{source}/stripe_messages.parquet'"
    links = f"'{source}/stripe_reply_links.parquet'"
    with duckdb.connect() as connection:
        lines: dict[Line, tuple[datetime, str]] = {
            (log, number): (at, user)
            for log, number, at, user in connection.execute(
                f"select log_file, message_no, sent_at, user_key from {messages}"
            ).fetchall()
        }
        replies = connection.execute(
            f"select log_file, message_no, reply_to_message_no from {links}"
        ).fetchall()
    assert len(replies) == 603
    beside: dict[Line, set[Line]] = defaultdict(set)
    for log, number, other in replies:
        beside[log, number].add((log, other))
        beside[log, other].add((log, number))
    found: dict[str, list[float]] = defaultdict(list)
    for log, number, other in replies:
        if number != other:
            continue
        start, seen, ahead = (log, number), {(log, number)}, [(log, number)]
        while ahead:
            for line in beside[ahead.pop()] - seen:
                seen.add(line)
                ahead.append(line)
        assert min(seen) == start
        opened, customer = lines[start]
        answers = [lines[line][0] for line in seen if lines[line][1] != customer]
        wait = (min(answers) - opened).total_seconds() if answers else math.inf
        found[f"{opened:%Y-%m-01}"].append(wait)
    return found


def median(waits: list[float]) -> float:
    """Return the wait by which half have their answer; nobody left before it, so no curve."""
    return sorted(waits)[(len(waits) - 1) // 2]


def test_median_first_answer_of_the_support_channel(source: Path, chat: Run) -> None:
    expected = waits_by_month(source)
    with publication.read(chat.home) as connection:
        rows = connection.execute(
            "select cast(month as varchar), conversations, unanswered, median_minutes,"
            " naive_median_minutes, answered_within_sla, answered_by_peers_share"
            " from marts.response_times where channel = 'all' and segment = 'all'"
        ).fetchall()
    assert {row[0] for row in rows} == set(expected)
    for month, conversations, unanswered, middle, naive, within, by_peers in rows:
        waits = expected[month]
        answered = [wait for wait in waits if math.isfinite(wait)]
        assert (conversations, unanswered) == (len(waits), len(waits) - len(answered))
        assert middle == pytest.approx(median(waits) / 60)
        assert naive == pytest.approx(median(answered) / 60)
        assert within == sum(wait <= 15 * 60 for wait in waits)
        assert by_peers == 1


def test_ignoring_the_unanswered_would_be_wrong(source: Path) -> None:
    waits = [wait for month in waits_by_month(source).values() for wait in month]
    assert len(waits) == 62
    assert median([wait for wait in waits if math.isfinite(wait)]) < median(waits)
