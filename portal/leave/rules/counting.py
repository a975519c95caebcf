"""Counting leave: which days of a time count, months by the calendar, working days ahead."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from portal.leave.choices import Part, Slots, Unit
from portal.leave.rules.weeks import NoCalendar, WorkCalendar

_A_DAY: Final = timedelta(days=1)
_LONGEST_WITHOUT_WORK: Final = 366
"""Days without a working day after which there is none to wait for."""
_SLOTS: Final = {
    Part.FULL: (Slots.MORNING, Slots.END),
    Part.MORNING: (Slots.MORNING, Slots.AFTERNOON),
    Part.AFTERNOON: (Slots.AFTERNOON, Slots.END),
}


@dataclass(frozen=True, slots=True)
class CountedDay:
    """
    One day that leave uses up: its halves ``[lower, upper)``, how much, and of which year.

    ``lower`` and ``upper`` are those of ``LeaveDay.slots``; ``quantity`` is 1 or 0.5.
    """

    day: date
    lower: int
    upper: int
    quantity: Decimal
    year: int


def count_days(
    *, unit: Unit, first: date, last: date, part: Part, calendar: WorkCalendar
) -> list[CountedDay]:
    """
    Return the days that count from one day to another, both included, soonest first.

    Where working days count, a free day does not, neither whole nor half; joint leave counts
    for somebody who was on duty alone. Where calendar days count, each does, and the calendar
    is not asked. Nothing counts if the last day lies before the first.

    :raises NoCalendar: if working days count and no week covers one of the days.
    """
    lower, upper = _SLOTS[part]
    quantity = Decimal(upper - lower) / 2
    return [
        CountedDay(day, int(lower), int(upper), quantity, day.year)
        for day in days_from(first, last)
        if unit == Unit.CALENDAR_DAY or calendar.is_working(day)
    ]


def count_anew(
    claimed: Sequence[CountedDay],
    *,
    first: date,
    last: date,
    part: Part,
    is_running: bool,
    today: date,
    calendar: WorkCalendar,
) -> list[CountedDay]:
    """
    Return the days that granted leave uses up by the calendar of now, soonest first.

    For leave counted in working days; ``claimed`` is what it uses up so far. A day that has
    become free is given back, however long ago. Days to come, those after ``today``, are
    counted as if they were asked for now, as long as nothing has ended the leave. Of days that
    have come nothing else changes: that somebody has moved to a unit with another week, or that
    a week was entered late, rewrites no history.

    :raises NoCalendar: if no week covers one of the days it has to judge.
    """
    kept = [one for one in claimed if not _has_become_free(one.day, calendar)]
    if not is_running:
        return kept
    past = [one for one in kept if one.day <= today]
    ahead = max(first, today + _A_DAY)
    return past + count_days(
        unit=Unit.WORKING_DAY, first=ahead, last=last, part=part, calendar=calendar
    )


def _has_become_free(day: date, calendar: WorkCalendar) -> bool:
    return day in calendar.holidays and not calendar.is_working(day)


def days_from(first: date, last: date) -> Iterator[date]:
    """Return every calendar day from one to another, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def add_months(start: date, n: int) -> date:
    """
    Return the last day of ``n`` calendar months that begin on a day; ``n`` is 1 or more.

    Three months from 15 January end on 14 April. Where the month is too short to have the day,
    they end with it: one month from 31 January ends on 28 or 29 February.

    :raises ValueError: for less than a month, or beyond the last year of the calendar.
    """
    if n < 1:
        raise ValueError("months are added one at least")
    year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
    length = monthrange(year, month + 1)[1]
    if start.day > length:
        return date(year, month + 1, length)
    return date(year, month + 1, start.day) - _A_DAY


def months_between(first: date, day: date) -> int:
    """
    Return how many whole months from a first day on are over when another day begins.

    The counterpart of `add_months`: ``n`` months are over on every day after their last. From
    15 January 2025 twelve are over on 15 January 2026. None before the first day.
    """
    months = (day.year - first.year) * 12 + day.month - first.month
    return max(0, months - (day.day < first.day))


def working_day_after(day: date, n: int, calendar: WorkCalendar) -> date:
    """
    Return the ``n``-th working day after a day, the day itself not counted; for 0 the day.

    :raises NoCalendar: if the calendar ends before, or knows no working day for a whole year.
    """
    found, here, since = 0, day, 0
    while found < n:
        here, since = here + _A_DAY, since + 1
        if calendar.is_working(here):
            found, since = found + 1, 0
        elif since > _LONGEST_WITHOUT_WORK:
            raise NoCalendar(here)
    return here


def working_days_between(first: date, last: date, calendar: WorkCalendar) -> int:
    """
    Return how many working days have come after a day, up to and with another one.

    The first day itself does not count, as with deadlines: asked on Monday, one has come on
    Tuesday. The counterpart of `working_day_after`. None if the last day is not later.

    :raises NoCalendar: if no week covers one of the days.
    """
    return sum(calendar.is_working(day) for day in days_from(first + _A_DAY, last))
