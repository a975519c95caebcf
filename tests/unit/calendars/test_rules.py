"""Intervals, local days and zone names."""

import itertools
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendars import rules
from portal.calendars.rules import Interval

START = datetime(2026, 11, 22, tzinfo=UTC)


def span(starts, ends):
    return Interval(START + timedelta(minutes=starts), START + timedelta(minutes=ends))


spans = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: span(p[0], p[0] + p[1]))
many = st.lists(spans, max_size=12)


def minutes(intervals):
    return {
        minute
        for minute in range(100)
        if any(one.contains(START + timedelta(minutes=minute)) for one in intervals)
    }


@given(many)
def test_merged_intervals_hold_the_same_minutes_apart_and_in_order(intervals):
    merged = rules.merge(intervals)
    assert minutes(merged) == minutes(intervals)
    assert all(one.ends < other.starts for one, other in itertools.pairwise(merged))


@given(many, many)
def test_subtraction_leaves_exactly_the_rest(intervals, taken):
    left = rules.subtract(intervals, taken)
    assert minutes(left) == minutes(intervals) - minutes(taken)
    assert left == rules.merge(left)


@given(spans, spans)
def test_overlapping_is_sharing_a_minute(one, other):
    assert one.overlaps(other) == bool(minutes([one]) & minutes([other]))


def test_touching_intervals_become_one_and_do_not_overlap():
    assert rules.merge([span(0, 10), span(10, 20)]) == [span(0, 20)]
    assert not span(0, 10).overlaps(span(10, 20))


@pytest.mark.parametrize(
    "text", ["", "besok", "2026-11-23", "2026-11-23T10:00", "9999-12-31T23:00+00:00"]
)
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        rules.read_instant(text)


def test_an_instant_is_read_with_its_offset():
    assert rules.read_instant("2026-11-23T10:00+07:00") == datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_an_interval_is_aware_and_not_empty():
    with pytest.raises(ValueError, match="aware"):
        Interval(datetime(2026, 1, 1), datetime(2026, 1, 2))
    with pytest.raises(ValueError, match="ends after"):
        span(5, 5)


def test_the_last_evening_of_the_year_in_jakarta_is_new_year_in_jayapura():
    instant = datetime(2026, 12, 31, 22, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert rules.local_day(instant, "Asia/Jakarta") == date(2026, 12, 31)
    assert rules.local_day(instant, "Asia/Jayapura") == date(2027, 1, 1)
    assert rules.local_day(instant.astimezone(timezone(timedelta(hours=-3))), "UTC") == date(
        2026, 12, 31
    )
    with pytest.raises(ValueError, match="aware"):
        rules.local_day(datetime(2026, 1, 1), "UTC")


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 30)),
    st.sampled_from(["Asia/Jakarta", "Asia/Jayapura", "Europe/Berlin", "America/Sao_Paulo"]),
)
def test_days_follow_each_other_without_a_gap(day, zone):
    today = rules.day_bounds(day, zone)
    tomorrow = rules.day_bounds(day + timedelta(days=1), zone)
    assert today.ends == tomorrow.starts
    assert rules.local_day(today.starts, zone) == day
    assert rules.local_day(today.ends - timedelta(microseconds=1), zone) == day


def test_a_day_has_the_hours_its_zone_gives_it():
    def hours(day, zone):
        bounds = rules.day_bounds(day, zone)
        return (bounds.ends - bounds.starts) / timedelta(hours=1)

    assert hours(date(2026, 3, 29), "Europe/Berlin") == 23
    assert hours(date(2026, 10, 25), "Europe/Berlin") == 25
    assert hours(date(2026, 10, 25), "Asia/Makassar") == 24


def test_zone_names_are_known_or_not():
    assert rules.is_zone("Asia/Jayapura")
    for wrong in ("", "WIT", "Asia/Nowhere", "../etc/passwd", "/etc/passwd"):
        assert not rules.is_zone(wrong), wrong
