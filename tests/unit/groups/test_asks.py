"""What a meeting asks of facilitators and head, by how far ahead it lies."""

from datetime import UTC, datetime, timedelta

import pytest

from groups.rules.asks import Ask, asks_due

STARTS = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "missing", "ready"),
    [
        (72.1, set(), set()),
        (72, {Ask.WORD}, {Ask.WORD}),
        (24.1, {Ask.WORD}, {Ask.WORD}),
        (24, {Ask.WORD, Ask.STAND_IN}, {Ask.WORD}),
        (2.1, {Ask.WORD, Ask.STAND_IN}, {Ask.WORD}),
        (2, {Ask.WORD, Ask.STAND_IN, Ask.GATE}, {Ask.WORD}),
        (0.01, {Ask.WORD, Ask.STAND_IN, Ask.GATE}, {Ask.WORD}),
        (0, set(), set()),
        (-1, set(), set()),
    ],
)
def test_questions_come_nearer_and_louder(hours, missing, ready):
    now = STARTS - timedelta(hours=hours)

    assert asks_due(starts_at=STARTS, is_ready=False, now=now) == missing
    assert asks_due(starts_at=STARTS, is_ready=True, now=now) == ready
