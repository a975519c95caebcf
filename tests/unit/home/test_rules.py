"""The greeting by the hour, and working days."""

from datetime import date

import pytest

from portal.home import rules


@pytest.mark.parametrize(
    ("hour", "part"),
    [(0, "evening"), (3, "evening"), (4, "morning"), (10, "morning"), (11, "midday"),
     (14, "midday"), (15, "afternoon"), (17, "afternoon"), (18, "evening"), (23, "evening")],
)  # fmt: skip
def test_the_greeting_follows_the_hour(hour, part):
    assert rules.part_of_day(hour) == part


@pytest.mark.parametrize(
    ("first", "free", "days"),
    [
        (date(2026, 11, 1), (), 21),
        (
            date(2026, 2, 1),
            (date(2026, 2, 17), date(2026, 2, 14)),
            19,
        ),  # one on a Saturday
        (date(2028, 2, 1), (), 21),
        (date(2026, 12, 1), (date(2026, 12, 25), date(2026, 12, 24)), 21),
    ],
)
def test_working_days_of_a_month(first, free, days):
    assert rules.count_working_days(first, free=free) == days
