"""The parts of a meeting on the clock, and the minutes at which doors open."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groups.choices import Block, GroupStatus, MeetingStatus, Refusal, Way
from groups.rules import run as rules

START = datetime(2026, 11, 27, 1, tzinfo=UTC)
END = START + timedelta(minutes=90)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def plan(minutes, *, no=None, since=None, now=START):
    return rules.plan_blocks(minutes, starts_at=START, block_no=no, block_since=since, now=now)


def test_an_hour_and_a_half_has_whole_minutes_for_each_part():
    assert rules.default_minutes(90) == {
        Block.WELCOME: 5,
        Block.LIMITS: 5,
        Block.AGREEMENT: 5,
        Block.CHECK_IN: 20,
        Block.TOPIC: 35,
        Block.CHECK_OUT: 15,
        Block.RESOURCES: 5,
    }


@given(
    weights=st.dictionaries(st.sampled_from(list(Block)), st.integers(0, 200), max_size=7),
    length=st.integers(1, 480),
)
def test_the_parts_always_fill_the_meeting(weights, length):
    fitted = rules.fit(weights, length)
    wanted = [block for block in Block if weights.get(block, 0) > 0]

    assert list(fitted) == wanted[:length]
    assert all(minutes >= 1 for minutes in fitted.values())
    assert sum(fitted.values()) == (length if wanted else 0)


def test_minutes_that_fit_stay_as_they_were_written():
    minutes = {Block.WELCOME: 17, Block.TOPIC: 60, Block.CHECK_OUT: 13}

    assert rules.fit(minutes, 90) == minutes


def test_a_stored_sheet_is_read_in_order_and_without_what_is_unknown():
    stored = [["TOPIC", 60], ["WELCOME", 5], ["DANCE", 9], ["LIMITS", 0], ["CHECK_IN", "x"]]

    assert list(rules.read_sheet(stored).items()) == [(Block.WELCOME, 5), (Block.TOPIC, 60)]


def test_before_it_begins_the_parts_count_from_the_start():
    rows = plan(rules.default_minutes(90))

    assert (rows[0].starts_at, rows[-1].ends_at) == (START, END)
    assert all(one.ends_at == other.starts_at for one, other in pairwise(rows))
    assert not any(row.is_now or row.is_past for row in rows)


def test_a_part_begun_late_pushes_the_later_ones():
    rows = plan(
        rules.default_minutes(90), no=1, since=START + 12 * MINUTE, now=START + 13 * MINUTE
    )

    assert [row.is_past for row in rows[:3]] == [True, False, False]
    assert rows[1].is_now
    assert (rows[1].starts_at, rows[1].ends_at) == (START + 12 * MINUTE, START + 17 * MINUTE)
    assert rows[2].starts_at == START + 17 * MINUTE
    assert rows[-1].ends_at == END + 7 * MINUTE


def test_a_part_that_takes_longer_pushes_them_further():
    rows = plan(rules.default_minutes(90), no=0, since=START, now=START + 9 * MINUTE)

    assert rows[1].starts_at == START + 9 * MINUTE
    assert rows[-1].ends_at == END + 4 * MINUTE


def test_a_part_that_the_sheet_has_no_more_is_none():
    rows = plan({Block.TOPIC: 90}, no=3, since=START)

    assert not any(row.is_now or row.is_past for row in rows)


@pytest.mark.parametrize(
    ("now", "status", "refusal"),
    [
        (START - timedelta(hours=1) - SECOND, "PLANNED", Refusal.NOT_YET),
        (START - timedelta(hours=1), "PLANNED", None),
        (END + timedelta(days=14), "PLANNED", None),
        (END + timedelta(days=14) + SECOND, "PLANNED", Refusal.NOTED_LONG_AGO),
        (START, "CANCELLED", Refusal.NOT_PLANNED),
    ],
)
def test_when_something_may_be_noted(now, status, refusal):
    assert rules.refuse_noting(status=status, starts_at=START, ends_at=END, now=now) == refusal


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (START - 15 * MINUTE - SECOND, False),
        (START - 15 * MINUTE, True),
        (END - SECOND, True),
        (END, False),
    ],
)
def test_when_the_room_is_open(now, is_open):
    facts = {
        "status": MeetingStatus.PLANNED,
        "group_status": GroupStatus.ACTIVE,
        "ways": [Way.ONLINE],
        "starts_at": START,
        "ends_at": END,
        "now": now,
    }

    assert rules.is_room_open(**facts) is is_open
    assert not rules.is_room_open(**{**facts, "status": MeetingStatus.CANCELLED})
    assert not rules.is_room_open(**{**facts, "group_status": GroupStatus.PAUSED})
    assert not rules.is_room_open(**{**facts, "ways": [Way.ROOM]})


@pytest.mark.parametrize(
    ("now", "takes"),
    [
        (START - 15 * MINUTE - SECOND, False),
        (START - 15 * MINUTE, True),
        (END + 15 * MINUTE, True),
        (END + 15 * MINUTE + SECOND, False),
    ],
)
def test_when_a_meeting_takes_signals(now, takes):
    facts = {"group_status": GroupStatus.ACTIVE, "starts_at": START, "ends_at": END, "now": now}

    assert rules.takes_signals(status=MeetingStatus.PLANNED, **facts) is takes
    assert not rules.takes_signals(status=MeetingStatus.CANCELLED, **facts)
