"""When a meeting has the facilitators it needs, and when somebody else may take a duty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from groups.choices import DutyState, Readiness

ESCALATES: Final = timedelta(hours=24)
"""From so long before a meeting on, anybody may take the duty of who has not answered."""
_LIVE: Final = (DutyState.PROPOSED, DutyState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """A facilitator's word for a meeting; ``trained_until`` is the first day without."""

    state: str
    trained_until: date | None
    is_active: bool = True

    def counts_on(self, day: date) -> bool:
        """Say whether she may lead on a day: active, and trained beyond it."""
        return self.is_active and is_trained(self.trained_until, day=day)


def is_trained(trained_until: date | None, *, day: date) -> bool:
    """Say whether a training counts on a day; without a date there is none yet."""
    return trained_until is not None and trained_until > day


def count_confirmed(duties: Sequence[DutyFacts], *, day: date) -> int:
    """Return how many have said that they are there and are trained on the day."""
    return sum(duty.state == DutyState.CONFIRMED and duty.counts_on(day) for duty in duties)


def readiness_of(
    duties: Sequence[DutyFacts], *, needed: int, runs_anyway: bool, day: date
) -> Readiness:
    """
    Return whether a meeting has the facilitators it needs; ``day`` is its local day.

    Who looks for a stand-in does not count. A decision to run with fewer holds for as long as
    anybody at all is there.
    """
    confirmed = count_confirmed(duties, day=day)
    if confirmed >= needed:
        return Readiness.READY
    return Readiness.RUNS_ANYWAY if runs_anyway and confirmed else Readiness.LACKING


def has_open_seat(
    duties: Sequence[DutyFacts],
    *,
    needed: int,
    day: date,
    starts_at: datetime,
    now: datetime,
) -> bool:
    """
    Say whether somebody from outside may take a duty.

    Either somebody looks for a stand-in, or too few were asked at all, or the meeting is a day
    away and too few have answered.
    """
    if any(duty.state == DutyState.SWAP_WANTED for duty in duties):
        return True
    if count_confirmed(duties, day=day) >= needed:
        return False
    asked = sum(duty.state in _LIVE and duty.counts_on(day) for duty in duties)
    return asked < needed or starts_at - now <= ESCALATES
