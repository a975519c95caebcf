"""What a stage of a return asks for on a day: a share of the hours she really works then."""

from datetime import date

import pytest

from portal.calendars.choices import HolidayKind
from portal.leave.rules.returns import minutes_a_day
from portal.leave.rules.weeks import WeekSpan, WorkCalendar

MONDAY, FRIDAY, SATURDAY, SUNDAY = (date(2026, 2, day) for day in (16, 20, 21, 22))
FIVE = frozenset(range(1, 6))
USUAL = WorkCalendar(spans=[WeekSpan(MONDAY, None, FIVE, 450)])
FASTING = WorkCalendar(
    spans=[
        WeekSpan(MONDAY, date(2026, 2, 17), FIVE, 450),
        WeekSpan(date(2026, 2, 18), None, FIVE, 390),
    ]
)


@pytest.mark.parametrize(
    ("percent", "minutes"), [(50, 225), (10, 45), (100, 450), (37, 167), (33, 149)]
)
def test_a_share_of_the_usual_day_in_whole_minutes(percent, minutes):
    found = minutes_a_day(first=MONDAY, last=SUNDAY, percent=percent, calendar=USUAL)
    assert found == (minutes, minutes)


def test_days_of_ramadan_are_shorter():
    within = minutes_a_day(first=date(2026, 2, 18), last=SUNDAY, percent=50, calendar=FASTING)
    across = minutes_a_day(first=MONDAY, last=SUNDAY, percent=50, calendar=FASTING)

    assert (within, across) == ((195, 195), (195, 225))


def test_free_days_say_nothing():
    closed = WorkCalendar(spans=FASTING.spans, holidays={MONDAY: HolidayKind.PUBLIC})
    opened = minutes_a_day(first=MONDAY, last=MONDAY, percent=50, calendar=FASTING)

    assert opened == (225, 225)
    assert minutes_a_day(first=MONDAY, last=MONDAY, percent=50, calendar=closed) is None
    assert minutes_a_day(first=SATURDAY, last=SUNDAY, percent=50, calendar=USUAL) is None


def test_without_a_week_nothing_is_guessed():
    ended = WorkCalendar(spans=[WeekSpan(MONDAY, FRIDAY, FIVE, 450)])

    assert minutes_a_day(first=MONDAY, last=SUNDAY, percent=50, calendar=ended) is None
