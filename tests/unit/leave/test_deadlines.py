"""Which step is due on which day, by working days alone."""

from datetime import date, timedelta

import pytest

from portal.calendars.choices import HolidayKind
from portal.leave.rules.deadlines import (
    Step,
    due_step,
    has_waited_long,
    is_certificate_late,
    is_certificate_soon,
    lapses_on,
)
from portal.leave.rules.weeks import NoCalendar, WeekSpan, WorkCalendar

MONDAY = date(2026, 11, 23)
WEEK = WeekSpan(date(2020, 1, 1), None, frozenset({1, 2, 3, 4, 5}), 450)
PLAIN = WorkCalendar((WEEK,))


def step_after(days: int, *, calendar: WorkCalendar = PLAIN, asked_on: date = MONDAY) -> Step:
    return due_step(asked_on=asked_on, today=asked_on + timedelta(days=days), calendar=calendar)


def test_each_step_on_its_day():
    steps = [int(step_after(days)) for days in range(9)]

    assert steps == [0, 1, 2, 3, 3, 3, 3, 5, 5]


def test_holidays_and_joint_leave_move_every_later_step():
    free = {
        MONDAY + timedelta(days=1): HolidayKind.PUBLIC,
        MONDAY + timedelta(days=2): HolidayKind.JOINT_LEAVE,
    }
    calendar = WorkCalendar((WEEK,), free)

    assert [int(step_after(days, calendar=calendar)) for days in range(8)] == [
        0, 0, 0, 1, 2, 2, 2, 3
    ]  # fmt: skip
    assert lapses_on(asked_on=MONDAY, calendar=calendar) == date(2026, 12, 2)


def test_asked_on_a_free_day_the_count_begins_on_the_next_working_day():
    saturday = MONDAY - timedelta(days=2)

    assert [int(step_after(days, asked_on=saturday)) for days in range(4)] == [0, 0, 1, 2]


def test_a_clock_set_back_takes_no_step():
    assert step_after(-3) == Step.ASKED


def test_without_a_week_nothing_is_guessed():
    with pytest.raises(NoCalendar):
        step_after(1, calendar=WorkCalendar(()))


@pytest.mark.parametrize(
    ("days", "soon", "late"),
    [(-2, False, False), (-1, True, False), (0, True, False), (1, False, True)],
)
def test_the_last_days_of_a_certificate(days, soon, late):
    today = MONDAY + timedelta(days=days)

    assert is_certificate_soon(due_on=MONDAY, today=today) is soon
    assert is_certificate_late(due_on=MONDAY, today=today) is late


def test_a_decision_is_waited_for_long_from_the_sixth_working_day_on():
    def long_after(days: int, calendar: WorkCalendar = PLAIN) -> bool:
        today = MONDAY + timedelta(days=days)
        return has_waited_long(since=MONDAY, today=today, calendar=calendar)

    assert [long_after(days) for days in range(10)] == [False] * 8 + [True] * 2
    free = {MONDAY + timedelta(days=2): HolidayKind.PUBLIC}
    assert not long_after(8, WorkCalendar((WEEK,), free))
    assert long_after(9, WorkCalendar((WEEK,), free))
