"""How long a number may be trusted."""

from datetime import date

import pytest

from portal.wellbeing import rules

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("checked_on", "stale"),
    [(None, True), (TODAY, False), (date(2026, 8, 25), False), (date(2026, 8, 24), True)],
)
def test_a_number_is_stale_after_ninety_days(checked_on, stale):
    assert rules.is_stale(checked_on, today=TODAY) is stale


def test_a_tap_belongs_to_the_first_of_its_month():
    assert rules.month_of(date(2026, 11, 30)) == date(2026, 11, 1)
