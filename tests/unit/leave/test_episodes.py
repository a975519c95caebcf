"""Which leave belongs together: free days join, one worked day parts."""

from datetime import date

import pytest

from portal.leave.rules.episodes import episode_of
from portal.leave.rules.weeks import NoCalendar, WorkCalendar
from tests.support.weeks import SIX, calendar, week

FRIDAY, MONDAY = date(2026, 10, 2), date(2026, 10, 5)


def episode(first, last, *spans, by=None):
    return episode_of(spans=spans, first=first, last=last, calendar=by or calendar())


@pytest.mark.parametrize(("last", "length"), [(date(2026, 3, 29), 14), (date(2026, 3, 30), 15)])
def test_an_episode_is_measured_in_calendar_days(last, length):
    assert episode(date(2026, 3, 16), last).calendar_days == length


def test_friday_and_monday_are_one_episode_from_either_side():
    for one, other in ((FRIDAY, MONDAY), (MONDAY, FRIDAY)):
        found = episode(one, one, (other, other))
        assert (found.first, found.last, found.calendar_days) == (FRIDAY, MONDAY, 4)


def test_where_saturday_is_worked_friday_and_monday_are_two():
    found = episode(MONDAY, MONDAY, (FRIDAY, FRIDAY), by=calendar(week(SIX)))

    assert found.calendar_days == 1


def test_one_worked_day_begins_a_new_episode():
    assert episode(MONDAY, MONDAY, (date(2026, 10, 1), date(2026, 10, 1))).first == MONDAY
    assert episode(FRIDAY, FRIDAY, (date(2026, 10, 6), date(2026, 10, 8))).last == FRIDAY


def test_holidays_and_joint_leave_bridge_and_duty_on_one_does_not():
    before = (date(2026, 3, 16), date(2026, 3, 17))

    assert episode(date(2026, 3, 25), date(2026, 3, 26), before).calendar_days == 11
    on_duty = calendar(duty=[date(2026, 3, 20)])
    assert episode(date(2026, 3, 25), date(2026, 3, 26), before, by=on_duty).first == date(
        2026, 3, 25
    )


def test_a_chain_joins_through_its_links_in_any_order():
    found = episode(
        date(2026, 10, 12), date(2026, 10, 13),
        (date(2026, 9, 28), FRIDAY),
        (date(2026, 10, 16), date(2026, 10, 16)),
        (MONDAY, date(2026, 10, 9)),
        (date(2026, 10, 14), date(2026, 10, 15)),
    )  # fmt: skip

    assert (found.first, found.last) == (date(2026, 9, 28), date(2026, 10, 16))


def test_overlapping_and_enclosing_leave_belongs_to_it():
    wide = (date(2026, 10, 1), date(2026, 10, 9))

    assert episode(MONDAY, date(2026, 10, 6), wide).calendar_days == 9
    assert episode(wide[0], wide[1], (MONDAY, MONDAY)).calendar_days == 9
    assert episode(FRIDAY, MONDAY, (MONDAY, date(2026, 10, 6))).last == date(2026, 10, 6)


def test_far_leave_needs_no_calendar_as_far_as_that():
    october = calendar(week(since=date(2026, 10, 1), until=date(2026, 10, 31)))

    assert episode(MONDAY, MONDAY, (date(2025, 1, 6), date(2025, 1, 8)), by=october).first == (
        MONDAY
    )


def test_what_lies_between_without_a_week_is_not_guessed():
    with pytest.raises(NoCalendar):
        episode(MONDAY, MONDAY, (FRIDAY, FRIDAY), by=WorkCalendar(spans=()))


def test_alone_or_touching_it_asks_no_calendar():
    nothing = WorkCalendar(spans=())

    assert episode(MONDAY, MONDAY, by=nothing).calendar_days == 1
    touching = (date(2026, 10, 4), date(2026, 10, 4))
    assert episode(MONDAY, MONDAY, touching, by=nothing).calendar_days == 2
