"""Which week holds, and how long somebody works on a day."""

from datetime import date

import pytest

from portal.leave.rules.weeks import NoCalendar, Pattern, WorkCalendar, spans_between
from tests.support.weeks import FIVE, SIX, calendar, week

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def pattern(rank, days=FIVE, *, since=date(2020, 1, 1), until=None, hours=37.5, ramadan=False):
    return Pattern(
        rank=rank,
        is_ramadan=ramadan,
        valid_from=since,
        valid_until=until,
        days=days,
        weekly_minutes=int(hours * 60),
    )


def weeks_of(*patterns, first=FIRST, last=LAST):
    return spans_between(patterns, first=first, last=last)


def test_the_nearest_week_counts_whatever_its_age():
    of_agency = pattern(9, since=date(2026, 1, 1))
    of_unit_above = pattern(2, frozenset({1, 2, 3}))
    of_unit = pattern(1, SIX)
    own = pattern(0, frozenset({2}))

    assert weeks_of(of_agency)[0].days == FIVE
    assert weeks_of(of_agency, of_unit_above)[0].days == {1, 2, 3}
    assert weeks_of(of_unit_above, of_agency, of_unit)[0].days == SIX
    assert weeks_of(of_unit, own, of_agency)[0].days == {2}


def test_a_week_of_ones_own_ends_and_the_unit_s_holds_again():
    own = pattern(0, frozenset({1, 2}), since=date(2026, 3, 2), until=date(2026, 3, 31))

    found = weeks_of(pattern(1, SIX), own)

    assert [(span.valid_from, span.valid_until, span.days) for span in found] == [
        (FIRST, date(2026, 3, 1), SIX),
        (date(2026, 3, 2), date(2026, 3, 31), {1, 2}),
        (date(2026, 4, 1), LAST, SIX),
    ]


def test_of_two_equally_near_the_later_one_counts():
    found = weeks_of(pattern(1, FIVE), pattern(1, SIX, since=date(2026, 7, 1)))

    assert [(span.valid_from, span.days) for span in found] == [
        (FIRST, FIVE),
        (date(2026, 7, 1), SIX),
    ]


def test_days_without_a_week_have_none():
    found = weeks_of(pattern(1, until=date(2026, 2, 28)), pattern(1, since=date(2026, 4, 1)))
    by = WorkCalendar(spans=found)

    assert by.is_working(date(2026, 2, 27))
    with pytest.raises(NoCalendar) as stopped:
        by.is_working(date(2026, 3, 31))
    assert stopped.value.day == date(2026, 3, 31)


def test_a_week_that_ends_with_the_calendar_itself_ends_there():
    found = weeks_of(pattern(1, until=date.max), first=FIRST, last=date.max)

    assert [span.valid_until for span in found] == [date.max]


def test_nothing_is_known_outside_the_time_asked_for():
    by = WorkCalendar(spans=weeks_of(pattern(1)))

    for day in (date(2025, 12, 31), date(2027, 1, 1)):
        with pytest.raises(NoCalendar):
            by.is_working(day)


def test_ramadan_shortens_the_days_it_covers_and_no_others():
    ramadan = pattern(
        9, since=date(2026, 2, 18), until=date(2026, 3, 19), hours=32.5, ramadan=True
    )
    by = WorkCalendar(spans=weeks_of(pattern(9), ramadan))

    assert by.minutes_on(date(2026, 2, 16)) == 450
    assert by.minutes_on(date(2026, 2, 18)) == 390
    assert by.minutes_on(date(2026, 3, 19)) == 390
    assert by.minutes_on(date(2026, 3, 20)) == 450
    assert by.minutes_on(date(2026, 2, 21)) == 0


def test_ramadan_of_the_agency_spreads_over_the_six_days_of_a_unit():
    ramadan = pattern(
        9, since=date(2026, 2, 18), until=date(2026, 3, 19), hours=32.5, ramadan=True
    )
    by = WorkCalendar(spans=weeks_of(pattern(1, SIX), pattern(9), ramadan))

    assert by.is_working(date(2026, 2, 21))
    assert by.minutes_on(date(2026, 2, 21)) == 325
    assert by.minutes_on(date(2026, 2, 14)) == 375


def test_ramadan_never_lengthens_a_short_day():
    part_time = pattern(0, frozenset({1, 2}), hours=8)
    ramadan = pattern(9, hours=32.5, ramadan=True)

    assert weeks_of(part_time, ramadan)[0].daily_minutes == 240


def test_a_week_in_ramadan_alone_is_no_week():
    assert weeks_of(pattern(9, ramadan=True)) == ()


def test_no_minutes_are_worked_on_holidays_but_on_duty():
    by = calendar(week(minutes=450), duty=[date(2026, 3, 18)])

    assert by.minutes_on(date(2026, 3, 18)) == 450
    assert by.minutes_on(date(2026, 3, 19)) == 0
    assert by.minutes_on(date(2026, 3, 20)) == 0
