"""From when, how long: what somebody answers, as a first and a last day."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from portal.leave.choices import Unit

MONDAY: Final = 1
_LONGEST_SEARCH_DAYS: Final = 800
"""No leave by the working day is longer; a week without a working day would search for ever."""


def next_monday(today: date) -> date:
    """Return the Monday after today; on a Monday the one of next week."""
    return today + timedelta(days=8 - today.isoweekday())


def last_day(*, first: date, days: int, unit: Unit, counts: Callable[[date], bool]) -> date:
    """
    Return the last day of so many days from the first on, counted the way the kind counts.

    Where working days count, a free first day is passed over. A week has seven calendar days
    whatever the unit, so it is asked for by its last day, not here.
    """
    if unit == Unit.CALENDAR_DAY:
        return first + timedelta(days=days - 1)
    day, left = first, days
    for _step in range(_LONGEST_SEARCH_DAYS):
        left -= counts(day)
        if left <= 0:
            return day
        day += timedelta(days=1)
    return first
