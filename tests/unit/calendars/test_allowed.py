"""Allowed hours, counted by rule and minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.calendars.rules import add_allowed

MINUTE = timedelta(minutes=1)
ZONES = (
    "Asia/Jakarta",
    "Asia/Jayapura",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # goes forward by half an hour
    "America/Havana",  # goes forward at midnight
    "Asia/Kathmandu",
)
NEVER = frozenset[date]()


def slowly(start, *, allowed, zone, opens, closes, free):
    """Walk minute by minute: a window opens and closes once a day, when its time has come."""
    here, passed = start.astimezone(UTC), timedelta(0)
    now = here - timedelta(hours=36)
    day, has_opened, has_closed = None, False, False
    while True:
        local = now.astimezone(ZoneInfo(zone))
        if local.date() != day:
            day, has_opened, has_closed = local.date(), False, False
        wall = local.time()
        has_opened = has_opened or wall >= opens
        has_closed = has_closed or wall >= closes
        if now >= here and has_opened and not has_closed and day not in free:
            if passed >= allowed:
                return now
            passed += MINUTE
            if passed >= allowed:
                return now + MINUTE
        now += MINUTE


def walls(low, high):
    return st.integers(low, high).map(lambda m: time(m // 60, m % 60))


@settings(deadline=None, max_examples=60)
@given(
    zone=st.sampled_from(ZONES),
    start=st.integers(0, 40 * 24 * 60),
    around=st.sampled_from([(2026, 3, 1), (2026, 10, 1), (2026, 10, 25)]),
    minutes=st.integers(0, 40 * 60),
    opens=walls(0, 12 * 60),
    open_for=st.integers(30, 11 * 60),
    free=st.frozensets(st.integers(0, 50), max_size=20),
)
@example(  # Berlin goes forward at 02.00 on 29 March; the window opens within the jump
    zone="Europe/Berlin", start=27 * 1440, around=(2026, 3, 1), minutes=90,
    opens=time(2, 30), open_for=60, free=frozenset(),
)  # fmt: skip
@example(  # Berlin goes back at 03.00 on 25 October; the window closes within the hour twice
    zone="Europe/Berlin", start=24 * 1440 - 300, around=(2026, 10, 1), minutes=200,
    opens=time(0), open_for=150, free=frozenset(),
)  # fmt: skip
@example(  # Havana has no midnight on 8 March
    zone="America/Havana", start=7 * 1440, around=(2026, 3, 1), minutes=45,
    opens=time(0), open_for=90, free=frozenset(),
)  # fmt: skip
def test_the_rule_agrees_with_the_clock(zone, start, around, minutes, opens, open_for, free):
    first = datetime(*around, tzinfo=UTC)
    closes_at = opens.hour * 60 + opens.minute + open_for
    closes = time(closes_at // 60, closes_at % 60)
    days = {first.date() + timedelta(days=step) for step in free}
    begins = first + start * MINUTE
    allowed = minutes * MINUTE
    words = {"allowed": allowed, "zone": zone, "opens": opens, "closes": closes}
    expected = slowly(begins, **words, free=days)
    assert add_allowed(begins, **words, is_free_day=days.__contains__) == expected


def wib(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Jakarta"))


def eight_hours(start, *, hours=8, free=NEVER):
    return add_allowed(
        start,
        allowed=timedelta(hours=hours),
        zone="Asia/Jakarta",
        opens=time(7),
        closes=time(19),
        is_free_day=lambda day: day.weekday() > 4 or day in free,
    )


@pytest.mark.parametrize(
    ("start", "hours", "ends"),
    [
        (wib(23, 8), 8, wib(23, 16)),
        (wib(23, 3), 8, wib(23, 15)),
        (wib(23, 15), 8, wib(24, 11)),
        (wib(23, 19), 8, wib(24, 15)),
        (wib(23, 7), 12, wib(23, 19)),
        (wib(27, 20), 8, wib(30, 15)),  # a Friday evening: Monday
        (wib(28, 12), 0, wib(30, 7)),
        (wib(23, 12), 0, wib(23, 12)),
    ],
)
def test_an_offer_never_runs_out_overnight_or_over_a_weekend(start, hours, ends):
    assert eight_hours(start, hours=hours) == ends


def test_a_holiday_counts_nothing():
    assert eight_hours(wib(23, 15), free=frozenset({date(2026, 11, 24)})) == wib(25, 11)


def test_days_far_apart_are_counted_together():
    ends = add_allowed(
        wib(1, 19),
        allowed=timedelta(hours=20 * 12),
        zone="Asia/Jakarta",
        opens=time(7),
        closes=time(19),
        is_free_day=lambda day: day.day != 1,
    )
    assert ends == datetime(2028, 7, 1, 19, tzinfo=ZoneInfo("Asia/Jakarta"))


def test_seconds_are_kept():
    start = wib(23, 8) + timedelta(seconds=7, microseconds=9)
    assert eight_hours(start) - start == timedelta(hours=8)
    assert eight_hours(start).tzinfo is UTC


@pytest.mark.parametrize(
    "words",
    [
        {"start": datetime(2026, 11, 23, 8)},
        {"allowed": timedelta(seconds=-1)},
        {"opens": time(19)},
        {"opens": time(20)},
        {"is_free_day": lambda day: True},
    ],
)
def test_what_cannot_be_counted_is_refused(words):
    usual = {
        "start": wib(23, 8),
        "allowed": timedelta(hours=1),
        "zone": "Asia/Jakarta",
        "opens": time(7),
        "closes": time(19),
        "is_free_day": lambda day: False,
    }
    with pytest.raises(ValueError, match=r"allowed time|no day"):
        add_allowed(**{**usual, **words})


def test_a_day_that_never_was_is_passed_over():
    """Samoa went from Thursday straight to Saturday."""
    start = datetime(2011, 12, 29, 18, tzinfo=ZoneInfo("Pacific/Apia"))
    ends = add_allowed(
        start,
        allowed=timedelta(hours=2),
        zone="Pacific/Apia",
        opens=time(8),
        closes=time(18),
        is_free_day=lambda day: False,
    )
    assert ends == datetime(2011, 12, 31, 10, tzinfo=ZoneInfo("Pacific/Apia"))
