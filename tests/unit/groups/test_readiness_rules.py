"""When a meeting is ready, and when somebody else may take a duty."""

from datetime import UTC, date, datetime, timedelta

import pytest

from groups.choices import DutyState, Readiness
from groups.rules.readiness import DutyFacts, has_open_seat, readiness_of

DAY = date(2026, 11, 27)
START = datetime(2026, 11, 27, 1, tzinfo=UTC)
LATER = date(2027, 1, 1)

sure = DutyFacts(DutyState.CONFIRMED, LATER)
asked = DutyFacts(DutyState.PROPOSED, LATER)
swaps = DutyFacts(DutyState.SWAP_WANTED, LATER)
gone = DutyFacts(DutyState.VACATED, LATER)
expired = DutyFacts(DutyState.CONFIRMED, DAY)
untrained = DutyFacts(DutyState.CONFIRMED, None)
inactive = DutyFacts(DutyState.CONFIRMED, LATER, is_active=False)
last_day = DutyFacts(DutyState.CONFIRMED, DAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("duties", "runs_anyway", "readiness"),
    [
        ([sure, sure], False, Readiness.READY),
        ([sure, last_day], False, Readiness.READY),
        ([sure, asked], False, Readiness.LACKING),
        ([sure, swaps], False, Readiness.LACKING),
        ([sure, gone], False, Readiness.LACKING),
        ([sure, expired], False, Readiness.LACKING),
        ([sure, untrained], False, Readiness.LACKING),
        ([sure, inactive], False, Readiness.LACKING),
        ([sure, expired, sure], False, Readiness.READY),
        ([sure], True, Readiness.RUNS_ANYWAY),
        ([sure, sure], True, Readiness.READY),
        ([swaps], True, Readiness.LACKING),
        ([], True, Readiness.LACKING),
        ([], False, Readiness.LACKING),
    ],
)
def test_ready_means_confirmed_and_trained(duties, runs_anyway, readiness):
    assert readiness_of(duties, needed=2, runs_anyway=runs_anyway, day=DAY) == readiness


@pytest.mark.parametrize(
    ("duties", "hours_before", "is_open"),
    [
        ([sure, swaps], 200, True),  # somebody looks for a stand-in
        ([sure, sure, swaps], 200, True),
        ([sure, sure], 200, False),
        ([asked, asked], 200, False),  # they have been asked and have time
        ([asked, asked], 24, True),
        ([sure, asked], 24, True),
        ([sure, sure], 24, False),
        ([sure], 200, True),  # nobody else was asked
        ([sure, gone], 200, True),
        ([sure, DutyFacts(DutyState.PROPOSED, DAY)], 200, True),
    ],
)
def test_a_duty_is_open_to_others(duties, hours_before, is_open):
    now = START - timedelta(hours=hours_before)

    assert has_open_seat(duties, needed=2, day=DAY, starts_at=START, now=now) is is_open
