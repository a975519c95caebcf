"""What counts as leave, by days worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from portal.leave.choices import Part, Unit
from portal.leave.rules.counting import (
    add_months,
    count_anew,
    count_days,
    months_between,
    working_day_after,
    working_days_between,
)
from portal.leave.rules.weeks import NoCalendar, WorkCalendar
from tests.support.weeks import FIVE, HOLIDAYS, SIX, calendar, week


def days_of(first, last, by=None, *, unit=Unit.WORKING_DAY, part=Part.FULL):
    return count_days(unit=unit, first=first, last=last, part=part, calendar=by or calendar())


@pytest.mark.parametrize(
    ("first", "last", "days", "count"),
    [
        (date(2026, 3, 16), date(2026, 3, 27), FIVE, 5),
        (date(2026, 3, 16), date(2026, 3, 28), SIX, 6),
        (date(2024, 2, 26), date(2024, 3, 1), FIVE, 5),
        (date(2028, 2, 25), date(2028, 3, 1), FIVE, 3),
        (date(2026, 5, 25), date(2026, 6, 2), FIVE, 4),
        (date(2026, 10, 3), date(2026, 10, 3), SIX, 1),
        (date(2025, 12, 22), date(2026, 1, 4), FIVE, 7),
    ],
)
def test_working_days_by_hand(first, last, days, count):
    assert len(days_of(first, last, calendar(week(days)))) == count


def test_twelve_calendar_days_are_twelve_where_calendar_days_count():
    assert len(days_of(date(2026, 3, 16), date(2026, 3, 27), unit=Unit.CALENDAR_DAY)) == 12


def test_calendar_days_ask_no_calendar():
    nothing = WorkCalendar(spans=())
    counted = days_of(date(2026, 3, 21), date(2026, 3, 22), nothing, unit=Unit.CALENDAR_DAY)

    assert [found.day for found in counted] == [date(2026, 3, 21), date(2026, 3, 22)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 3, 19), date(2026, 3, 19)),
        (date(2026, 10, 3), date(2026, 10, 4)),
        (date(2026, 3, 18), date(2026, 3, 24)),
        (date(2026, 10, 6), date(2026, 10, 5)),
    ],
)
def test_free_days_alone_count_nothing(first, last):
    assert days_of(first, last) == []


def test_the_leap_day_counts_and_its_year_is_known():
    counted = days_of(date(2024, 2, 29), date(2024, 2, 29))

    assert [(found.day, found.year) for found in counted] == [(date(2024, 2, 29), 2024)]


def test_leave_over_new_year_belongs_to_two_years():
    counted = days_of(date(2025, 12, 29), date(2026, 1, 5))

    assert [found.year for found in counted] == [2025, 2025, 2025, 2026, 2026]


def test_a_day_of_joint_leave_that_came_later_is_given_back():
    first, last = date(2025, 8, 15), date(2025, 8, 20)
    before = days_of(first, last, calendar(without=[date(2025, 8, 18)]))
    after = days_of(first, last)

    assert {found.day for found in before} - {found.day for found in after} == {
        date(2025, 8, 18)
    }


def test_joint_leave_on_duty_is_a_working_day_and_a_public_holiday_never():
    by = calendar(duty=[date(2026, 3, 18), date(2026, 3, 19)])

    assert by.is_working(date(2026, 3, 18))
    assert not by.is_working(date(2026, 3, 19))


def test_half_days_count_half():
    counted = days_of(date(2026, 10, 1), date(2026, 10, 2), part=Part.MORNING)

    assert [(found.lower, found.upper, found.quantity) for found in counted] == [
        (1, 2, Decimal("0.5")),
        (1, 2, Decimal("0.5")),
    ]
    assert {found.lower for found in days_of(date(2026, 10, 1), date(2026, 10, 1))} == {1}
    noon = days_of(date(2026, 10, 1), date(2026, 10, 1), part=Part.AFTERNOON)
    assert [(found.lower, found.upper) for found in noon] == [(2, 3)]


@pytest.mark.parametrize("part", [Part.MORNING, Part.AFTERNOON])
def test_a_half_day_at_the_edge_on_a_holiday_takes_nothing_off(part):
    counted = days_of(date(2026, 4, 2), date(2026, 4, 3), part=part)

    assert sum(found.quantity for found in counted) == Decimal("0.5")
    assert days_of(date(2026, 4, 3), date(2026, 4, 3), part=part) == []


def test_a_local_holiday_is_free_where_it_holds():
    galungan = date(2026, 6, 17)

    assert len(days_of(galungan, galungan)) == 1
    assert days_of(galungan, galungan, calendar(local=[galungan])) == []


def test_a_change_of_week_in_the_middle_of_a_leave_counts_each_day_by_its_own_week():
    by = calendar(week(FIVE, until=date(2026, 10, 9)), week(SIX, since=date(2026, 10, 10)))

    counted = {found.day for found in days_of(date(2026, 9, 28), date(2026, 10, 17), by)}

    assert len(counted) == 5 + 5 + 1 + 6
    assert date(2026, 10, 3) not in counted
    assert {date(2026, 10, 10), date(2026, 10, 17)} <= counted


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2019, 12, 31), date(2020, 1, 2)), (date(2026, 12, 31), date(2027, 1, 1))],
)
def test_a_day_without_a_week_stops_the_count(first, last):
    by = calendar(week(until=date(2026, 12, 31)))

    with pytest.raises(NoCalendar):
        days_of(first, last, by)


def anew(claimed, by, *, today, is_running=True, first=date(2025, 8, 14)):
    found = count_anew(
        claimed,
        first=first,
        last=date(2025, 8, 20),
        part=Part.FULL,
        is_running=is_running,
        today=today,
        calendar=by,
    )
    return [one.day.day for one in found]


THE_18TH = date(2025, 8, 18)
WITHOUT = calendar(without=[THE_18TH])


@pytest.mark.parametrize("is_running", [True, False])
@pytest.mark.parametrize("today", [date(2025, 8, 1), THE_18TH, date(2026, 5, 1)])
def test_what_became_free_is_given_back_whenever_it_is_noticed(today, is_running):
    claimed = days_of(date(2025, 8, 14), date(2025, 8, 20), WITHOUT)

    assert anew(claimed, WITHOUT, today=today, is_running=is_running) == [14, 15, 18, 19, 20]
    assert anew(claimed, calendar(), today=today, is_running=is_running) == [14, 15, 19, 20]


@pytest.mark.parametrize(
    ("today", "is_running", "days"),
    [
        (date(2025, 8, 17), True, [14, 15, 18, 19, 20]),
        (date(2025, 8, 18), True, [14, 15, 19, 20]),
        (date(2025, 8, 17), False, [14, 15, 19, 20]),
    ],
)
def test_what_became_a_working_day_is_taken_while_it_is_to_come(today, is_running, days):
    claimed = days_of(date(2025, 8, 14), date(2025, 8, 20))

    assert anew(claimed, WITHOUT, today=today, is_running=is_running) == days


def test_another_week_leaves_what_has_been_as_it_was():
    claimed = days_of(date(2025, 8, 14), date(2025, 8, 20), WITHOUT)
    weekends = calendar(week(frozenset({6, 7})), without=[THE_18TH, date(2025, 8, 17)])

    assert anew(claimed, weekends, today=date(2025, 8, 20)) == [14, 15, 18, 19, 20]
    assert anew(claimed, weekends, today=date(2025, 8, 15)) == [14, 15, 16, 17]


def test_leave_far_ahead_is_counted_from_its_first_day():
    claimed = days_of(date(2025, 8, 14), date(2025, 8, 20))

    assert anew(claimed, calendar(), today=date(2024, 1, 1)) == [14, 15, 19, 20]


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2026, 1, 15), 3, date(2026, 4, 14)),
        (date(2026, 1, 1), 1, date(2026, 1, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 29), 1, date(2026, 2, 28)),
        (date(2028, 1, 29), 1, date(2028, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2026, 10, 31), 4, date(2027, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
        (date(2026, 12, 31), 12, date(2027, 12, 30)),
    ],
)
def test_months_go_by_the_calendar(start, months, last):
    assert add_months(start, months) == last


def test_no_months_are_no_time():
    with pytest.raises(ValueError, match="one at least"):
        add_months(date(2026, 1, 1), 0)


@pytest.mark.parametrize(
    ("first", "day", "months"),
    [
        (date(2025, 1, 15), date(2026, 1, 14), 11),
        (date(2025, 1, 15), date(2026, 1, 15), 12),
        (date(2026, 1, 31), date(2026, 2, 28), 0),
        (date(2026, 1, 31), date(2026, 3, 1), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2024, 2, 29), date(2025, 3, 1), 12),
        (date(2026, 2, 1), date(2026, 1, 1), 0),
    ],
)
def test_months_that_are_over(first, day, months):
    assert months_between(first, day) == months


@pytest.mark.parametrize(
    ("day", "n", "found"),
    [
        (date(2026, 3, 17), 1, date(2026, 3, 25)),
        (date(2026, 3, 13), 5, date(2026, 3, 27)),
        (date(2026, 3, 19), 1, date(2026, 3, 25)),
        (date(2026, 3, 19), 0, date(2026, 3, 19)),
    ],
)
def test_deadlines_fall_on_working_days(day, n, found):
    assert working_day_after(day, n, calendar()) == found
    assert working_days_between(day, found, calendar()) == n


def test_a_deadline_beyond_the_calendar_is_not_guessed():
    with pytest.raises(NoCalendar):
        working_day_after(date(2026, 12, 29), 3, calendar(week(until=date(2026, 12, 31))))


def test_a_year_without_work_has_no_next_working_day():
    never = WorkCalendar(spans=(week(frozenset()),))

    with pytest.raises(NoCalendar):
        working_day_after(date(2026, 1, 1), 1, never)


def test_the_holidays_by_hand_are_those_of_the_library():
    import holidays

    for year in (2024, 2025, 2026, 2028):
        for category, kind in (("public", "PUBLIC"), ("government", "JOINT_LEAVE")):
            found = holidays.country_holidays("ID", years=[year], categories=(category,))
            ours = {day for day, is_a in HOLIDAYS.items() if day.year == year and is_a == kind}
            assert ours == set(found)
