"""Move a meeting, cancel it, fall ill: what happens to a booked time."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from psycopg.types.range import TimestamptzRange

from counselling import notices, policies, rules
from counselling.choices import AppointmentStatus, CancelledBy, ExceptionKind, Refusal
from counselling.models import (
    CLIENT_BUSY,
    COUNSELLOR_BUSY,
    Appointment,
    AvailabilityException,
    Client,
    Counsellor,
)
from counselling.services.claims import (
    COUNSELLOR_LOCK,
    BookingRefused,
    bookable,
    claim_periods,
    drop_lapsed,
    gather_facts,
)
from counselling.services.requests import BookingRequest, seal_request
from counselling.services.telling import tell
from portal.audit.services import record_client, record_staff
from portal.calendars.rules import day_bounds, local_day
from portal.common.db import lock, violated_constraint
from portal.notifications import services as notifications
from portal.people.actors import Account, Actor

_DEADLOCK = "40P01"


def reschedule_appointment(
    *,
    actor: Actor,
    appointment_id: UUID,
    counsellor_id: UUID,
    service_id: UUID,
    starts_at: datetime,
    mode: str,
    request: BookingRequest | None,
    now: datetime,
) -> None:
    """
    Move an own meeting in place; it keeps its id and never stands in two places.

    Locks the client, then the counsellors in the order of their ids. With another counsellor
    what was written before cannot follow, since only the first can open it: without a new
    ``request`` that is refused, so that the page can ask.

    :raises Http404: if it is not the actor's.
    :raises BookingRefused: if the rules say no or somebody was faster; the meeting stays.
    """
    try:
        with transaction.atomic(durable=True):
            row = _locked_for_move(
                actor=actor, appointment_id=appointment_id, counsellor_id=counsellor_id, now=now
            )
            _move(
                actor=actor,
                row=row,
                target=(counsellor_id, service_id, starts_at, mode),
                request=request,
                now=now,
            )
    except IntegrityError as error:
        if violated_constraint(error) not in {COUNSELLOR_BUSY, CLIENT_BUSY}:
            raise
        raise BookingRefused(Refusal.SLOT_TAKEN) from error
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _DEADLOCK:
            raise
        raise BookingRefused(Refusal.SLOT_TAKEN) from error


def cancel_appointment(*, actor: Actor, appointment_id: UUID, now: datetime) -> None:
    """
    Take an own meeting back; no reason is asked, and what was written with it is deleted.

    Cancelling what is cancelled changes nothing.

    :raises Http404: if it is not the actor's.
    :raises BookingRefused: if it has begun or is no longer booked.
    """
    with transaction.atomic(durable=True):
        found = policies.lock_own_appointment(
            actor=actor, appointment_id=appointment_id, now=now
        )
        lock(COUNSELLOR_LOCK, found.counsellor_id)
        row = _fresh(found.pk)
        if row.status == AppointmentStatus.CANCELLED:
            return
        refusal = rules.refuse_change(status=row.status, starts_at=row.period.lower, now=now)
        if refusal is not None:
            raise BookingRefused(refusal)
        _cancel(row, by=CancelledBy.CLIENT, now=now)
        record_client(
            handle=str(row.client_id), action="temu.cancelled", subject=str(row.pk), now=now
        )
        tell(
            row, client=notices.CANCELLED, counsellor=notices.FOR_COUNSELLOR_CANCELLED, now=now
        )


def call_in_ill(*, actor: Account, now: datetime) -> int:
    """
    Cancel the rest of the actor's day, close it, and tell every client; return how many.

    Each client finds three other times on the page of her meeting. Locks the counsellor.

    :raises Http404: if the actor is no counsellor.
    """
    counsellor = policies.counsellor_of(actor)
    end = day_bounds(local_day(now, counsellor.zone), counsellor.zone).ends
    # The hour, not the second: mails of the same moment stand in a log with theirs.
    hour = now.replace(minute=0, second=0, microsecond=0)
    with transaction.atomic(durable=True):
        lock(COUNSELLOR_LOCK, counsellor.pk)
        AvailabilityException.objects.create(
            counsellor=counsellor, period=TimestamptzRange(hour, end), kind=ExceptionKind.CLOSED
        )
        count = _cancel_by_counsellor(counsellor, since=now, until=end, now=now)
        record_staff(
            role="COUNSELLOR",
            handle=str(counsellor.pk),
            action="agenda.day_closed",
            subject=str(counsellor.pk),
            now=now,
        )
    return count


def mark_cancel_seen(*, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - deeds have a clock
    """Wave off the news about meetings the counsellor cancelled."""
    policies.appointments_of(actor).filter(
        status=AppointmentStatus.CANCELLED, cancelled_by=CancelledBy.COUNSELLOR
    ).update(cancel_seen=True)


def cancel_for_departed_client(*, client_id: UUID, now: datetime) -> int:
    """Take back the coming meetings of somebody whose account was closed; return how many."""
    with transaction.atomic(durable=True):
        client = Client.objects.select_for_update().get(pk=client_id)
        rows = list(client.appointments.open(now=now).order_by("counsellor_id", "id"))
        for counsellor_id in sorted({row.counsellor_id for row in rows}):
            lock(COUNSELLOR_LOCK, counsellor_id)
        for row in rows:
            fresh = _fresh(row.pk)
            if fresh.status == AppointmentStatus.BOOKED:
                _cancel(fresh, by=CancelledBy.CLIENT, now=now)
                tell(fresh, counsellor=notices.FOR_COUNSELLOR_CANCELLED, now=now)
        client.appointments.filter(status=AppointmentStatus.HELD).delete()
    return len(rows)


def cancel_for_departed_counsellor(*, counsellor_id: UUID, now: datetime) -> int:
    """Cancel the coming meetings of a counsellor who no longer counsels; return how many."""
    with transaction.atomic(durable=True):
        lock(COUNSELLOR_LOCK, counsellor_id)
        counsellor = Counsellor.objects.get(pk=counsellor_id)
        return _cancel_by_counsellor(counsellor, since=now, until=None, now=now)


def _locked_for_move(
    *, actor: Actor, appointment_id: UUID, counsellor_id: UUID, now: datetime
) -> Appointment:
    found = policies.lock_own_appointment(actor=actor, appointment_id=appointment_id, now=now)
    for one in sorted({found.counsellor_id, counsellor_id}):
        lock(COUNSELLOR_LOCK, one)
    return _fresh(found.pk)


def _move(
    *,
    actor: Actor,
    row: Appointment,
    target: tuple[UUID, UUID, datetime, str],
    request: BookingRequest | None,
    now: datetime,
) -> None:
    counsellor_id, service_id, starts_at, mode = target
    refusal = rules.refuse_change(status=row.status, starts_at=row.period.lower, now=now)
    if refusal is not None:
        raise BookingRefused(refusal)
    service, counsellor = bookable(
        actor=actor, service_id=service_id, counsellor_id=counsellor_id, now=now
    )
    facts = gather_facts(
        client=row.client,
        service=service,
        counsellor=counsellor,
        starts_at=starts_at,
        mode=mode or row.mode,
        moving_id=row.pk,
        now=now,
    )
    refusal = rules.refuse_time(facts, now=now)
    if refusal is not None:
        raise BookingRefused(refusal)
    changes_hands = counsellor_id != row.counsellor_id
    if changes_hands and request is None and row.sealed_request is not None:
        raise BookingRefused(Refusal.NOTE_NEEDED)
    notifications.withdraw(subject_id=row.pk, now=now)
    if changes_hands:
        tell(row, counsellor=notices.FOR_COUNSELLOR_CANCELLED, now=now)
    row.client.appointments.filter(status=AppointmentStatus.HELD).delete()
    period, blocked = claim_periods(service, starts_at)
    drop_lapsed(counsellor_id=counsellor_id, blocked=blocked, now=now)
    row.counsellor = counsellor
    row.service = service
    row.period, row.blocked = period, blocked
    row.mode = facts.mode
    row.rev += 1
    if changes_hands:
        row.sealed_request = seal_request(row, request) if request else None
    row.save()
    record_client(handle=str(row.client_id), action="temu.moved", subject=str(row.pk), now=now)
    told = notices.FOR_COUNSELLOR_BOOKED if changes_hands else notices.FOR_COUNSELLOR_MOVED
    tell(row, client=notices.MOVED, counsellor=told, now=now)


def _cancel_by_counsellor(
    counsellor: Counsellor, *, since: datetime, until: datetime | None, now: datetime
) -> int:
    rows = Appointment.objects.filter(counsellor=counsellor, period__startswith__gt=since)
    if until is not None:
        rows = rows.filter(period__startswith__lt=until)
    rows.filter(status=AppointmentStatus.HELD).delete()
    booked = _all_fresh(rows.filter(status=AppointmentStatus.BOOKED))
    for row in booked:
        _cancel(row, by=CancelledBy.COUNSELLOR, now=now)
        tell(row, client=notices.CANCELLED_BY_COUNSELLOR, now=now)
    return len(booked)


def _cancel(row: Appointment, *, by: CancelledBy, now: datetime) -> None:
    """Cancel a locked row and withdraw what was waiting to be said about it."""
    notifications.withdraw(subject_id=row.pk, now=now)
    row.status = AppointmentStatus.CANCELLED
    row.cancelled_by = by
    row.sealed_request = None
    row.rev += 1
    row.save(update_fields=["status", "cancelled_by", "sealed_request", "rev"])


def _fresh(appointment_id: UUID) -> Appointment:
    return (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("counsellor", "service", "client")
        .get(pk=appointment_id)
    )


def _all_fresh(rows: Iterable[Appointment]) -> list[Appointment]:
    return [_fresh(row.pk) for row in rows]
