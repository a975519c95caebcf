"""Whatever weeks and holidays there are, counting keeps its promises."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from portal.calendars.choices import HolidayKind
from portal.leave.choices import Part, Unit
from portal.leave.rules.counting import (
    add_months,
    count_days,
    months_between,
    working_day_after,
    working_days_between,
)
from portal.leave.rules.episodes import episode_of
from portal.leave.rules.weeks import Pattern, WorkCalendar, spans_between

START = date(2024, 1, 1)
END = date(2028, 12, 31)
A_DAY = timedelta(days=1)

days = st.dates(date(2024, 2, 1), date(2028, 6, 30))
some_weekdays = st.frozensets(st.integers(1, 7), min_size=1)
parts = st.sampled_from(list(Part))
units = st.sampled_from(list(Unit))


@st.composite
def patterns(draw, *, rank=None, is_ramadan=None, open_end=False):
    since = draw(st.dates(date(2023, 1, 1), date(2028, 1, 1)))
    length = draw(st.none() | st.integers(0, 700))
    return Pattern(
        rank=draw(st.integers(0, 4)) if rank is None else rank,
        is_ramadan=draw(st.booleans()) if is_ramadan is None else is_ramadan,
        valid_from=START if open_end else since,
        valid_until=None if open_end or length is None else since + length * A_DAY,
        days=draw(some_weekdays),
        weekly_minutes=draw(st.integers(60, 3000)),
    )


@st.composite
def calendars(draw):
    base = draw(patterns(rank=9, is_ramadan=False, open_end=True))
    others = draw(st.lists(patterns(), max_size=5))
    near = st.dates(date(2026, 1, 1), date(2026, 3, 31))
    return WorkCalendar(
        spans=spans_between([base, *others], first=START, last=END),
        holidays=draw(st.dictionaries(days | near, st.sampled_from(HolidayKind), max_size=40)),
        duty_days=draw(st.frozensets(days | near, max_size=6)),
    )


@st.composite
def times(draw):
    first = draw(days | st.dates(date(2025, 12, 15), date(2026, 4, 15)))
    return first, first + draw(st.integers(0, 120)) * A_DAY


def total(first, last, by, *, unit=Unit.WORKING_DAY, part=Part.FULL):
    found = count_days(unit=unit, first=first, last=last, part=part, calendar=by)
    return sum((one.quantity for one in found), Decimal(0))


@given(by=calendars(), time=times(), cut=st.integers(0, 120), unit=units, part=parts)
def test_the_count_adds_up_over_any_split(by, time, cut, unit, part):
    first, last = time
    middle = min(first + cut * A_DAY, last)

    whole = count_days(unit=unit, first=first, last=last, part=part, calendar=by)
    left = count_days(unit=unit, first=first, last=middle, part=part, calendar=by)
    right = count_days(unit=unit, first=middle + A_DAY, last=last, part=part, calendar=by)

    assert left + right == whole


@given(by=calendars(), time=times(), part=parts)
def test_a_free_day_is_never_counted(by, time, part):
    found = count_days(
        unit=Unit.WORKING_DAY, first=time[0], last=time[1], part=part, calendar=by
    )

    for one in found:
        assert by.is_working(one.day)
        assert time[0] <= one.day <= time[1]
    assert {one.day for one in found} >= {
        time[0] + n * A_DAY
        for n in range((time[1] - time[0]).days + 1)
        if by.is_working(time[0] + n * A_DAY)
    }


@given(by=calendars(), time=times(), later=days, part=parts)
def test_a_later_public_holiday_never_costs_a_day(by, time, later, part):
    more = WorkCalendar(
        spans=by.spans,
        holidays={**by.holidays, later: HolidayKind.PUBLIC},
        duty_days=by.duty_days,
    )

    before, after = total(*time, by, part=part), total(*time, more, part=part)
    assert after <= before
    assert before - after <= 1


@given(by=calendars(), time=times(), later=days)
def test_later_joint_leave_on_an_ordinary_day_never_costs_a_day(by, time, later):
    assume(later not in by.holidays)
    more = WorkCalendar(
        spans=by.spans,
        holidays={**by.holidays, later: HolidayKind.JOINT_LEAVE},
        duty_days=by.duty_days,
    )

    assert total(*time, more) <= total(*time, by)


@given(by=calendars(), time=times(), unit=units)
def test_the_two_halves_of_all_days_are_the_whole(by, time, unit):
    halves = [total(*time, by, unit=unit, part=part) for part in (Part.MORNING, Part.AFTERNOON)]

    assert halves[0] == halves[1]
    assert sum(halves) == total(*time, by, unit=unit)


@given(by=calendars(), time=times())
def test_working_days_are_no_more_than_calendar_days(by, time):
    whole = total(*time, by, unit=Unit.CALENDAR_DAY)

    assert whole == (time[1] - time[0]).days + 1
    assert 0 <= total(*time, by) <= whole


@given(by=calendars(), day=days)
def test_minutes_are_worked_on_working_days_alone(by, day):
    assert (by.minutes_on(day) > 0) == by.is_working(day)


@given(some=st.lists(patterns(), max_size=8), day=st.dates(START, END))
def test_spans_say_of_each_day_what_the_patterns_say(some, day):
    spans = [span for span in spans_between(some, first=START, last=END) if span.covers(day)]
    usual = [one for one in some if one.covers(day) and not one.is_ramadan]

    assert len(spans) == (1 if usual else 0)
    if usual:
        nearest = min(one.rank for one in usual)
        assert spans[0].days in {one.days for one in usual if one.rank == nearest}


@given(by=calendars(), day=days, n=st.integers(0, 15))
def test_deadlines_and_their_counting_agree(by, day, n):
    found = working_day_after(day, n, by)

    assert working_days_between(day, found, by) == n
    if n:
        assert by.is_working(found)
        assert working_days_between(day, found - A_DAY, by) == n - 1


@given(start=st.dates(date(1950, 1, 1), date(2090, 1, 1)), n=st.integers(1, 60))
def test_months_end_where_the_next_one_begins(start, n):
    last = add_months(start, n)

    assert months_between(start, last) == n - 1
    assert months_between(start, last + A_DAY) == n
    assert last > start
    assert add_months(start, n + 1) > last


@given(start=st.dates(date(1950, 1, 1), date(2090, 1, 1)), n=st.integers(1, 60))
def test_a_later_start_never_ends_earlier(start, n):
    assert add_months(start + A_DAY, n) >= add_months(start, n)


@given(
    by=calendars(),
    starts=st.lists(
        st.tuples(st.dates(date(2026, 1, 1), date(2026, 2, 28)), st.integers(0, 5)),
        min_size=1,
        max_size=8,
    ),
)
def test_an_episode_is_the_same_whichever_of_its_parts_is_asked(by, starts):
    spans = [(first, first + length * A_DAY) for first, length in starts]
    found = episode_of(spans=spans, first=spans[0][0], last=spans[0][1], calendar=by)

    inside = [span for span in spans if found.first <= span[0] and span[1] <= found.last]
    assert spans[0] in inside
    for first, last in inside:
        assert episode_of(spans=spans, first=first, last=last, calendar=by) == found


@given(
    by=calendars(),
    starts=st.lists(
        st.tuples(st.dates(date(2026, 1, 1), date(2026, 2, 28)), st.integers(0, 5)),
        min_size=1,
        max_size=8,
    ),
)
def test_every_day_of_an_episode_is_leave_or_free(by, starts):
    spans = [(first, first + length * A_DAY) for first, length in starts]
    found = episode_of(spans=spans, first=spans[0][0], last=spans[0][1], calendar=by)

    day = found.first
    while day <= found.last:
        assert any(first <= day <= last for first, last in spans) or not by.is_working(day)
        day += A_DAY
