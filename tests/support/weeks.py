"""Calendars by hand: the days off of four years as they were published, and plain weeks."""

from collections.abc import Iterable
from datetime import date

from portal.calendars.choices import HolidayKind
from portal.leave.rules.weeks import WeekSpan, WorkCalendar

_PUBLIC = {
    2024: "01-01 02-08 02-10 02-14 03-11 03-29 03-31 04-10 04-11 05-01 05-09 05-23 06-01 06-17 "
    "07-07 08-17 09-16 11-27 12-25",
    2025: "01-01 01-27 01-29 03-29 03-31 04-01 04-18 04-20 05-01 05-12 05-29 06-01 06-06 06-27 "
    "08-17 09-05 12-25",
    2026: "01-01 01-16 02-17 03-19 03-21 03-22 04-03 04-05 05-01 05-14 05-27 05-31 06-01 06-16 "
    "08-17 08-25 12-25",
    2028: "01-01 01-26 02-27 02-28 03-26 04-14 04-16 05-01 05-05 05-09 05-25 05-26 06-01 08-04 "
    "08-17 12-14 12-25",
}
_JOINT = {
    2024: "02-09 03-12 04-08 04-09 04-12 04-15 05-10 05-24 06-18 12-26",
    2025: "01-28 03-28 04-02 04-03 04-04 04-07 05-13 05-30 06-09 08-18 12-26",
    2026: "02-16 03-18 03-20 03-23 03-24 05-15 05-28 12-24",
    2028: "",
}
FIVE = frozenset(range(1, 6))
SIX = frozenset(range(1, 7))
SINCE = date(2020, 1, 1)


def _days(years: dict[int, str]) -> Iterable[date]:
    for year, days in years.items():
        yield from (date.fromisoformat(f"{year}-{day}") for day in days.split())


HOLIDAYS = dict.fromkeys(_days(_PUBLIC), HolidayKind.PUBLIC) | dict.fromkeys(
    _days(_JOINT), HolidayKind.JOINT_LEAVE
)
"""Public holidays and joint leave of 2024, 2025, 2026 and, without joint leave, 2028."""


def week(
    days: frozenset[int] = FIVE,
    *,
    since: date = SINCE,
    until: date | None = None,
    minutes: int = 450,
) -> WeekSpan:
    """Return a week that holds for a time."""
    return WeekSpan(since, until, days, minutes)


def calendar(
    *spans: WeekSpan,
    without: Iterable[date] = (),
    local: Iterable[date] = (),
    duty: Iterable[date] = (),
) -> WorkCalendar:
    """Return a calendar with the published holidays, less some, and with local ones."""
    left = {day: kind for day, kind in HOLIDAYS.items() if day not in set(without)}
    return WorkCalendar(
        spans=spans or (week(),),
        holidays=left | dict.fromkeys(local, HolidayKind.LOCAL),
        duty_days=frozenset(duty),
    )
