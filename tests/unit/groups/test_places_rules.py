"""Seats, turns, bands and the clock of an offer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groups.choices import Band, GroupStatus, MeetingStatus, QueueBand, Refusal
from groups.rules.enrolment import (
    NICKNAMES,
    JoinFacts,
    band_of,
    best_band,
    forget_before,
    pick_nickname,
    queue_band_of,
    refuse_join,
)
from groups.rules.places import FLOOR, Turns, free_seat, offer_clock, turns_of

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def facts(**changes) -> JoinFacts:
    given_facts = {
        "group_status": GroupStatus.ACTIVE, "is_live": False, "has_lapsed": False,
        "needs_code": False, "has_code": False, "agreement_version": 1, "current_version": 1,
        "way": "", "ways": ["ROOM"],
    }  # fmt: skip
    return JoinFacts(**{**given_facts, **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"group_status": GroupStatus.PAUSED}, Refusal.NOT_OPEN),
        ({"group_status": GroupStatus.ARCHIVED}, Refusal.NOT_OPEN),
        ({"is_live": True}, Refusal.ALREADY_IN),
        ({"is_live": True, "has_lapsed": True}, None),
        ({"needs_code": True}, Refusal.CODE_UNKNOWN),
        ({"needs_code": True, "has_code": True}, None),
        ({"needs_code": True, "is_live": True, "has_lapsed": True}, None),
        ({"agreement_version": 0}, Refusal.AGREEMENT_CHANGED),
        ({"way": "ONLINE"}, Refusal.WAY_NOT_OFFERED),
        ({"way": "ROOM"}, None),
    ],
)
def test_joining_is_refused_for_one_reason_at_a_time(changes, reason):
    assert refuse_join(facts(**changes)) == reason


@pytest.mark.parametrize(
    ("capacity", "seated", "waiting", "band"),
    [
        (8, 0, 0, Band.MANY), (8, 4, 0, Band.MANY), (8, 5, 0, Band.FEW), (8, 7, 0, Band.FEW),
        (8, 8, 0, Band.FULL), (5, 8, 0, Band.FULL), (8, 2, 1, Band.FULL), (0, 0, 0, Band.FULL),
    ],
)  # fmt: skip
def test_free_places_are_words(capacity, seated, waiting, band):
    assert band_of(capacity=capacity, seated=seated, waiting=waiting) == band


def test_the_most_open_way_counts():
    assert best_band([Band.FULL, Band.FEW]) == Band.FEW
    assert best_band([]) == Band.CLOSED


@pytest.mark.parametrize(
    ("position", "band"),
    [(1, QueueBand.NEXT), (3, QueueBand.NEXT), (4, QueueBand.SOON), (10, QueueBand.SOON),
     (11, QueueBand.LATER)],
)  # fmt: skip
def test_a_queue_is_words(position, band):
    assert queue_band_of(position) == band


@given(st.integers(0, 12), st.frozensets(st.integers(1, 12)))
def test_a_free_seat_is_free_within_the_capacity_and_the_lowest(capacity, taken):
    seat = free_seat(capacity=capacity, taken=taken)
    if len(taken) >= capacity:
        assert seat is None
    else:
        assert seat not in taken
        assert 1 <= seat <= capacity
        assert set(range(1, seat)) <= taken


@pytest.mark.parametrize(
    ("left", "turns"),
    [
        (timedelta(hours=2), Turns.OFFERED),
        (timedelta(hours=2) - timedelta(seconds=1), Turns.FIRST_COME),
        (timedelta(minutes=31), Turns.FIRST_COME),
        (timedelta(minutes=30), Turns.NONE),
        (timedelta(0), Turns.NONE),
        (timedelta(hours=-1), Turns.NONE),
    ],
)
def test_how_a_place_in_a_meeting_finds_somebody(left, turns):
    assert (
        turns_of(
            group_status=GroupStatus.ACTIVE,
            meeting_status=MeetingStatus.PLANNED,
            starts_at=NOW + left,
            has_way=True,
            now=NOW,
        )
        == turns
    )


def test_nothing_is_offered_by_a_group_or_meeting_that_stands_still():
    soon = NOW + timedelta(days=2)
    for group, meeting, starts_at, has_way in (
        (GroupStatus.PAUSED, None, None, True),
        (GroupStatus.ARCHIVED, None, None, True),
        (GroupStatus.ACTIVE, None, None, False),
        (GroupStatus.PAUSED, MeetingStatus.PLANNED, soon, True),
        (GroupStatus.ACTIVE, MeetingStatus.CANCELLED, soon, True),
        (GroupStatus.ACTIVE, MeetingStatus.PLANNED, soon, False),
    ):
        assert (
            turns_of(
                group_status=group,
                meeting_status=meeting,
                starts_at=starts_at,
                has_way=has_way,
                now=NOW,
            )
            == Turns.NONE
        )


def test_a_place_in_a_group_is_kept_for_the_allowed_hours():
    end = NOW + timedelta(days=3)
    clock = offer_clock(window=NOW + HOUR, allowed_end=end, starts_at=None, now=NOW)
    assert (clock.expires_at, clock.urgent) == (end, False)


def test_an_offer_for_a_meeting_takes_a_third_of_the_time_left():
    clock = offer_clock(
        window=NOW + HOUR, allowed_end=NOW + 40 * HOUR, starts_at=NOW + 30 * HOUR, now=NOW
    )
    assert (clock.expires_at, clock.urgent) == (NOW + 10 * HOUR, False)


def test_a_mail_that_would_come_too_late_leaves_at_once():
    clock = offer_clock(
        window=NOW + 4 * HOUR, allowed_end=NOW + 12 * HOUR, starts_at=NOW + 6 * HOUR, now=NOW
    )
    assert (clock.expires_at, clock.urgent) == (NOW + 2 * HOUR, True)


@given(st.integers(120, 20_000), st.integers(1, 900), st.integers(480, 9_000))
def test_everybody_has_half_an_hour_from_her_message_on(minutes_left, window, allowed):
    starts_at = NOW + timedelta(minutes=minutes_left)
    at = NOW + timedelta(minutes=window)
    clock = offer_clock(
        window=at, allowed_end=at + timedelta(minutes=allowed), starts_at=starts_at, now=NOW
    )
    told = NOW if clock.urgent else at
    assert clock.expires_at >= told + FLOOR
    assert clock.expires_at <= NOW + max((starts_at - NOW) / 3, FLOOR)


def test_a_nickname_is_a_free_word_and_then_a_number():
    seed = bytes(range(32))
    word = pick_nickname(seed, free=NICKNAMES)
    assert word in NICKNAMES
    other = pick_nickname(seed, free=set(NICKNAMES) - {word})
    assert other in NICKNAMES
    assert other != word
    numbered = pick_nickname(seed, free=())
    assert numbered.split()[0] in NICKNAMES
    assert numbered.split()[1].isdigit()


def test_the_words_are_distinct_and_short():
    assert len(set(NICKNAMES)) == len(NICKNAMES)
    assert max(map(len, NICKNAMES)) <= 20


def test_twelve_whole_months():
    assert forget_before(date(2027, 11, 1)) == date(2026, 11, 1)
