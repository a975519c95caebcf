"""Seats, turns and the clock of an offer: facts in, answers out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from groups.choices import GroupStatus, MeetingStatus

OFFER_HOURS: Final = timedelta(hours=8)
"""How much of the day an offer lies open, counted in hours in which people are awake."""
OPENS: Final = time(7)
CLOSES: Final = time(19)
FLOOR: Final = timedelta(minutes=30)
"""The shortest time anybody has to answer, and the last moment before a start."""
LAST_OFFER: Final = timedelta(minutes=30)
FIRST_COME: Final = timedelta(hours=2)
"""Under this time before a meeting those who wait may take a free place themselves."""
_SHARE: Final = 3
"""An offer of a place in one meeting takes this part of the time that is left, at most."""


class Turns(StrEnum):
    """How free places of a pool find somebody."""

    OFFERED = "OFFERED"
    FIRST_COME = "FIRST_COME"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class OfferClock:
    """When an offer ends, and whether its mail leaves at once because the next comes late."""

    expires_at: datetime
    urgent: bool


def turns_of(
    *,
    group_status: str,
    meeting_status: str | None,
    starts_at: datetime | None,
    has_way: bool,
    now: datetime,
) -> Turns:
    """
    Return how free places of a pool find somebody at this moment.

    ``meeting_status`` and ``starts_at`` are None for the places of a group itself. ``has_way``:
    the group, or the meeting, is still held in the pool's way.
    """
    if group_status != GroupStatus.ACTIVE or not has_way:
        return Turns.NONE
    if starts_at is None:
        return Turns.OFFERED
    left = starts_at - now
    if meeting_status != MeetingStatus.PLANNED or left <= LAST_OFFER:
        return Turns.NONE
    return Turns.FIRST_COME if left < FIRST_COME else Turns.OFFERED


def offer_clock(
    *, window: datetime, allowed_end: datetime, starts_at: datetime | None, now: datetime
) -> OfferClock:
    """
    Return when an offer made now ends.

    ``window`` is when its message leaves with the others and ``allowed_end`` when eight allowed
    hours have passed from there. For a meeting it takes a third of the time left at most and
    half an hour at least; where the next window comes too late for that, the mail leaves now.
    """
    if starts_at is None:
        return OfferClock(allowed_end, urgent=False)
    cap = now + (starts_at - now) / _SHARE
    if window + FLOOR <= cap:
        return OfferClock(max(min(allowed_end, cap), window + FLOOR), urgent=False)
    return OfferClock(max(min(allowed_end, cap), now + FLOOR), urgent=True)


def free_seat(*, capacity: int, taken: Collection[int]) -> int | None:
    """
    Return the lowest free seat, or None.

    Where the capacity was reduced more seats may be taken than there are: nobody loses one, and
    none is given until fewer are.
    """
    if len(taken) >= capacity:
        return None
    return next((seat for seat in range(1, capacity + 1) if seat not in taken), None)
