"""When things leave: windows, their days, pauses, steps."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.notifications import rules
from portal.notifications.choices import FINISHED, LIVE, Lane, Priority, State

JAKARTA = ZoneInfo("Asia/Jakarta")
WINDOWS = rules.Windows((time(7, 15), time(12, 15), time(16, 15)), JAKARTA)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(
    lambda wall: wall.replace(tzinfo=UTC)
)


def wib(day, hour, minute=0, second=0):
    return datetime(2026, 11, day, hour, minute, second, tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("now", "window"),
    [
        (wib(23, 0), wib(23, 7, 15)),
        (wib(23, 7, 14, 59), wib(23, 7, 15)),
        (wib(23, 7, 15), wib(23, 12, 15)),
        (wib(23, 16, 14, 59), wib(23, 16, 15)),
        (wib(23, 16, 15), wib(24, 7, 15)),
        (wib(23, 23, 59, 59), wib(24, 7, 15)),
        (wib(30, 17), datetime(2026, 12, 1, 7, 15, tzinfo=JAKARTA)),
        # 23.30 UTC is the next morning in Jakarta: the house's day counts, not UTC's
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), wib(24, 7, 15)),
    ],
)
def test_the_next_window(now, window):
    assert rules.next_window(now, WINDOWS) == window


@given(INSTANTS)
def test_windows_follow_each_other_without_a_gap(now):
    after = rules.next_window(now, WINDOWS)
    assert after > now
    assert after.astimezone(JAKARTA).time() in WINDOWS.times
    assert after - now <= timedelta(hours=15)
    before = rules.previous_window(after, WINDOWS)
    assert before <= now
    assert rules.next_window(before, WINDOWS) == after


@given(INSTANTS)
def test_windows_lie_in_the_day_of_every_indonesian_zone(now):
    at = rules.next_window(now, WINDOWS)
    for zone in ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura"):
        assert time(7) <= at.astimezone(ZoneInfo(zone)).time() < time(19)


@given(INSTANTS)
def test_reminders_leave_the_evening_before_and_the_same_morning(starts_at):
    evening = rules.evening_before(starts_at, WINDOWS)
    day = starts_at.astimezone(JAKARTA).date()
    assert evening == datetime.combine(day - timedelta(days=1), time(16, 15), tzinfo=JAKARTA)
    assert evening < starts_at
    morning = rules.morning_of(starts_at, WINDOWS)
    first = datetime.combine(day, time(7, 15), tzinfo=JAKARTA)
    assert morning == (first if first < starts_at else None)


def test_a_meeting_at_eight_in_jayapura_is_told_the_evening_before_only():
    starts_at = datetime(2026, 11, 24, 8, tzinfo=ZoneInfo("Asia/Jayapura"))
    assert rules.evening_before(starts_at, WINDOWS) == wib(23, 16, 15)
    assert rules.morning_of(starts_at, WINDOWS) is None


def test_a_meeting_at_the_very_window_is_not_told_then():
    assert rules.morning_of(wib(24, 7, 15), WINDOWS) is None


@given(INSTANTS, INSTANTS, st.none() | INSTANTS)
def test_a_place_is_a_coming_window_that_is_of_use(due_at, now, useful_until):
    at = rules.place(due_at, now=now, useful_until=useful_until, windows=WINDOWS)
    if at is None:
        assert useful_until is not None
        # then no window ahead would have been of use, but perhaps one long before its time
        after = rules.next_window(now, WINDOWS)
        assert after >= useful_until or after < rules.previous_window(due_at, WINDOWS)
        return
    assert at > now
    assert at in WINDOWS.on(at)
    assert useful_until is None or at < useful_until


@given(INSTANTS)
def test_a_reminder_planned_in_time_leaves_in_its_window(starts_at):
    for due_at in (
        rules.evening_before(starts_at, WINDOWS),
        rules.morning_of(starts_at, WINDOWS),
    ):
        if due_at is not None:
            now = due_at - timedelta(hours=1)
            assert due_at == rules.place(
                due_at, now=now, useful_until=starts_at, windows=WINDOWS
            )


@given(INSTANTS)
def test_a_reminder_planned_late_takes_the_next_window_or_none(starts_at):
    due_at = rules.evening_before(starts_at, WINDOWS)
    now = due_at + timedelta(seconds=30)
    assume(now < starts_at)
    at = rules.place(due_at, now=now, useful_until=starts_at, windows=WINDOWS)
    following = rules.next_window(now, WINDOWS)
    assert at == (following if following < starts_at else None)


def test_pauses_grow_and_end():
    middle = [
        rules.pause_after(attempt, chance=0.5) for attempt in range(1, len(rules.BACKOFF) + 1)
    ]
    assert middle == list(rules.BACKOFF) == sorted(rules.BACKOFF)
    assert rules.pause_after(len(rules.BACKOFF) + 1, chance=0.5) is None
    assert rules.pause_after(1, chance=0) == timedelta(seconds=24)
    assert rules.pause_after(1, chance=0.999) < timedelta(seconds=36)


def test_what_a_server_says_for_good():
    assert rules.is_permanent([550])
    assert not rules.is_permanent([550, 451])
    assert not rules.is_permanent([552])
    assert not rules.is_permanent([421])
    assert not rules.is_permanent([])


def test_every_state_has_its_steps_and_finished_ones_none():
    assert set(rules.NEXT_STATES) == set(State) == {*LIVE, *FINISHED}
    assert all(not rules.NEXT_STATES[state] for state in FINISHED)
    assert State.SENT not in rules.NEXT_STATES[State.PENDING]


def test_lanes():
    assert rules.most_pressing(Lane.SAFETY) == Priority.SAFETY
    assert rules.most_pressing(Lane.ACCOUNT) == Priority.ACCOUNT
    assert rules.most_pressing(Lane.ALL) >= max(Priority)


def test_counts_are_coarse():
    assert [rules.coarse(n) for n in (0, 1, 9, 10, 11)] == [0, 10, 10, 10, 20]


def test_windows_must_be_named_in_order():
    with pytest.raises(ValueError, match="earliest first"):
        rules.Windows((time(12), time(7)), JAKARTA)
    with pytest.raises(ValueError, match="earliest first"):
        rules.Windows((), JAKARTA)


def test_the_hour():
    assert rules.hour_of(wib(23, 7, 15)) == wib(23, 7)
    assert rules.hour_after(wib(23, 7, 15)) == wib(23, 8)
    assert rules.hour_after(wib(23, 7)) == wib(23, 7)
    assert rules.hour_of(wib(23, 7, 15)).date() == date(2026, 11, 23)
