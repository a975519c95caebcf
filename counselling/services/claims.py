"""What every claim on a counsellor's time stands on: who may, the facts, the periods."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.range import TimestamptzRange

from counselling import rules
from counselling.choices import AppointmentStatus, Mode, Refusal
from counselling.models import Appointment, Client, Counsellor, Service
from counselling.selectors.bookable import find_bookable, modes_of
from counselling.selectors.free_times import is_offered, terms_of
from portal.common.errors import Refused
from portal.people.actors import Actor

COUNSELLOR_LOCK = "counsellor"
"""The lock of one counsellor's diary; taken after the client's row, never before."""


class BookingRefused(Refused):
    """The rules, or the database, said no; ``reason.label`` is fit to show the client."""


def bookable(
    *, actor: Actor, service_id: UUID, counsellor_id: UUID, now: datetime
) -> tuple[Service, Counsellor]:
    """
    Return a service and a counsellor this actor may book together.

    :raises BookingRefused: in every other case, always with the same reason.
    """
    found = find_bookable(
        actor=actor, service_id=service_id, counsellor_id=counsellor_id, now=now
    )
    if found is None:
        raise BookingRefused(Refusal.SLOT_GONE)
    return found


def gather_facts(
    *,
    client: Client,
    service: Service,
    counsellor: Counsellor,
    starts_at: datetime,
    mode: str,
    moving_id: UUID | None = None,
    now: datetime,
) -> rules.HoldFacts:
    """Read, under the locks, what the rules need to decide on one time."""
    terms = terms_of(service)
    ends_at = starts_at + terms.duration
    own = [
        (status, period)
        for row_id, status, period in client.appointments.exclude(
            status__in=[AppointmentStatus.HELD, AppointmentStatus.CANCELLED]
        ).values_list("id", "status", "period")
        if row_id != moving_id
    ]
    modes = modes_of(counsellor, service)
    return rules.HoldFacts(
        starts_at=starts_at,
        is_offered=is_offered(
            service=service,
            counsellor_id=counsellor.pk,
            starts_at=starts_at,
            client_id=client.pk,
            moving_id=moving_id,
            now=now,
        ),
        mode=_as_mode(mode, modes),
        modes=modes,
        counsellor_zone=counsellor.zone,
        terms=terms,
        open_appointments=sum(
            status == AppointmentStatus.BOOKED and period.upper > now for status, period in own
        ),
        had_a_meeting=any(_took_place(status, period, now) for status, period in own),
        overlaps_own=any(
            period.lower < ends_at and starts_at < period.upper for _, period in own
        ),
    )


def claim_periods(
    service: Service, starts_at: datetime
) -> tuple[TimestamptzRange, TimestamptzRange]:
    """Return the half-open period of a meeting, and it widened by the service's buffers."""
    terms = terms_of(service)
    ends_at = starts_at + terms.duration
    return (
        TimestamptzRange(starts_at, ends_at),
        TimestamptzRange(starts_at - terms.buffer_before, ends_at + terms.buffer_after),
    )


def chosen_mode(row: Appointment, wanted: str) -> str:
    """
    Return the way of meeting to book: the wanted one, or the one that was held.

    :raises BookingRefused: if it is not offered.
    """
    mode = wanted or row.mode
    if mode not in row.counsellor.modes or mode not in row.service.modes:
        raise BookingRefused(Refusal.MODE_NOT_OFFERED)
    return mode


def drop_lapsed(*, counsellor_id: UUID, blocked: TimestamptzRange, now: datetime) -> None:
    """Remove lapsed holds in the way: a constraint cannot look at the clock."""
    Appointment.objects.filter(
        counsellor_id=counsellor_id,
        status=AppointmentStatus.HELD,
        hold_expires_at__lte=now,
        blocked__overlap=blocked,
    ).delete()


def _took_place(status: str, period: TimestamptzRange, now: datetime) -> bool:
    """Return whether a meeting counts as one that was had; a missed one does not."""
    if status == AppointmentStatus.BOOKED:
        return period.upper is not None and period.upper <= now
    return status == AppointmentStatus.FULFILLED


def _as_mode(wanted: str, modes: Sequence[Mode]) -> Mode:
    """Return a known way of meeting; an unknown or missing one becomes the first offered."""
    if wanted in Mode.values:
        return Mode(wanted)
    return modes[0] if modes else Mode.IN_PERSON
