"""What may be booked, moved, cancelled and noted: pure decisions, no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from counselling.choices import AppointmentStatus, Mode, PartOfDay, Refusal
from portal.calendars.rules import day_bounds, local_day

HOLD: Final = timedelta(minutes=10)
GRACE: Final = timedelta(minutes=10)
"""A meeting counts as missed no earlier than this after its start."""
CORRECTABLE: Final = timedelta(days=14)
"""How long a counsellor may correct what she noted about attendance."""
MAX_OPEN_FIRST: Final = 1
MAX_OPEN: Final = 3
SHOWN_PER_DAY: Final = 6
"""A list shows a sample of this many times a day, so that nobody can watch a diary empty."""
CONSENT_VERSION: Final = 1
"""Version of the words about the limits of confidentiality on the check page."""

S = AppointmentStatus
TRANSITIONS: Final[dict[AppointmentStatus, frozenset[AppointmentStatus]]] = {
    S.HELD: frozenset({S.BOOKED}),  # a hold let go is deleted, never kept
    S.BOOKED: frozenset({S.BOOKED, S.CANCELLED, S.FULFILLED, S.NO_SHOW}),
    S.FULFILLED: frozenset({S.NO_SHOW, S.BOOKED}),
    S.NO_SHOW: frozenset({S.FULFILLED, S.BOOKED}),
    S.CANCELLED: frozenset(),
}
"""Every change of state there is. BOOKED to BOOKED is a move."""


def may_become(before: str, after: AppointmentStatus) -> bool:
    """Return whether a state may follow another."""
    return after in TRANSITIONS[AppointmentStatus(before)]


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """What a service asks of a booking; durations carry their unit in the type."""

    duration: timedelta
    grid: timedelta
    buffer_before: timedelta
    buffer_after: timedelta
    min_notice: timedelta
    horizon_days: int


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """What has to be known to decide on one hold."""

    starts_at: datetime
    is_offered: bool
    """The free-times statement, run under the locks, offers exactly this start."""
    mode: Mode
    modes: Sequence[Mode]
    counsellor_zone: str
    terms: ServiceTerms
    open_appointments: int
    had_a_meeting: bool
    overlaps_own: bool


def refuse_hold(facts: HoldFacts, *, now: datetime) -> Refusal | None:
    """Return why this time cannot be kept for this client, or None."""
    if facts.open_appointments >= MAX_OPEN_FIRST and not facts.had_a_meeting:
        return Refusal.FIRST_FIRST
    if facts.open_appointments >= MAX_OPEN:
        return Refusal.TOO_MANY_OPEN
    return refuse_time(facts, now=now)


def refuse_time(facts: HoldFacts, *, now: datetime) -> Refusal | None:
    """Return why this time cannot be given, whoever asks, or None; used for moves as well."""
    if facts.mode not in facts.modes:
        return Refusal.MODE_NOT_OFFERED
    if facts.starts_at < now + facts.terms.min_notice:
        return Refusal.TOO_SOON
    if facts.starts_at >= horizon_end(facts.terms, zone=facts.counsellor_zone, now=now):
        return Refusal.TOO_FAR
    if facts.overlaps_own:
        return Refusal.OVERLAPS_OWN
    if not facts.is_offered:
        return Refusal.SLOT_TAKEN
    return None


def horizon_end(terms: ServiceTerms, *, zone: str, now: datetime) -> datetime:
    """Return the first instant too far ahead: the last day is complete in the given zone."""
    last = local_day(now, zone) + timedelta(days=terms.horizon_days)
    return day_bounds(last, zone).ends


def refuse_book(
    *, status: str, hold_expires_at: datetime | None, consent_version: int, now: datetime
) -> Refusal | None:
    """Return why a hold cannot become a booking, or None."""
    if status != AppointmentStatus.HELD:
        return Refusal.NOT_OPEN
    if hold_expires_at is None or hold_expires_at <= now:
        return Refusal.HOLD_LAPSED
    if consent_version != CONSENT_VERSION:
        return Refusal.CONSENT_CHANGED
    return None


def refuse_change(*, status: str, starts_at: datetime, now: datetime) -> Refusal | None:
    """Return why a client cannot cancel or move a meeting, or None; she can until its start."""
    if status != AppointmentStatus.BOOKED:
        return Refusal.NOT_OPEN
    if starts_at <= now:
        return Refusal.ALREADY_STARTED
    return None


def refuse_attendance(
    *,
    status: str,
    outcome: AppointmentStatus,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    now: datetime,
) -> Refusal | None:
    """
    Return why a counsellor cannot note this outcome, or None.

    A meeting that took place may be noted from the beginning of its day in the counsellor's
    zone (people come early); a missed one only after start and grace; a correction within 14
    days.
    """
    if not may_become(status, outcome):
        return Refusal.NOT_OPEN
    if status != AppointmentStatus.BOOKED and now > ends_at + CORRECTABLE:
        return Refusal.NOT_OPEN
    if outcome == AppointmentStatus.NO_SHOW and now < starts_at + GRACE:
        return Refusal.NOT_YET
    if local_day(now, zone) < local_day(starts_at, zone):
        return Refusal.NOT_YET
    return None


def part_of_day(local: datetime) -> PartOfDay:
    """Return the part of the day of a wall-clock time."""
    if local.hour < 11:
        return PartOfDay.MORNING
    return PartOfDay.MIDDAY if local.hour < 15 else PartOfDay.EVENING
