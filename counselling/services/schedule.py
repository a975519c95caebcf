"""A counsellor changes her own availability; every change can be taken back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from psycopg.types.range import TimestamptzRange

from counselling import policies
from counselling.choices import AppointmentStatus, ExceptionKind, Refusal, ScheduleDeed
from counselling.models import (
    Appointment,
    Availability,
    AvailabilityException,
    AvailabilityRevision,
    Counsellor,
)
from counselling.services.claims import COUNSELLOR_LOCK
from portal.common.db import lock
from portal.common.errors import Refused
from portal.people.actors import Account

KEPT_REVISIONS = 10


class ScheduleRefused(Refused):
    """The change makes no sense; ``reason.label`` is fit to show the counsellor."""


def add_range(
    *,
    actor: Account,
    weekday: int,
    starts_minute: int,
    ends_minute: int,
    valid_from: date,
    valid_until: date | None,
    now: datetime,
) -> UUID:
    """
    Open a weekly range ``[starts_minute, ends_minute)`` in the actor's zone.

    ``weekday`` is ISO; ``valid_until`` is the first day without it. Meetings already booked
    stay.

    :raises Http404: if the actor is no counsellor.
    :raises ScheduleRefused: if the range or its validity is empty.
    """
    counsellor = policies.counsellor_of(actor)
    if starts_minute >= ends_minute or (valid_until is not None and valid_until <= valid_from):
        raise ScheduleRefused(Refusal.RANGE_EMPTY)
    with transaction.atomic(durable=True):
        lock(COUNSELLOR_LOCK, counsellor.pk)
        row = Availability.objects.create(
            counsellor=counsellor,
            weekday=weekday,
            starts_minute=starts_minute,
            ends_minute=ends_minute,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        _remember(counsellor, ScheduleDeed.RANGE_ADDED, _range_row(row), now=now)
    return row.pk


def remove_range(*, actor: Account, range_id: UUID, now: datetime) -> None:
    """
    Remove one of the actor's weekly ranges; one that is gone already changes nothing.

    :raises Http404: if the actor is no counsellor.
    """
    counsellor = policies.counsellor_of(actor)
    with transaction.atomic(durable=True):
        lock(COUNSELLOR_LOCK, counsellor.pk)
        row = Availability.objects.filter(counsellor=counsellor, pk=range_id).first()
        if row is None:
            return
        _remember(counsellor, ScheduleDeed.RANGE_REMOVED, _range_row(row), now=now)
        row.delete()


def close_period(
    *, actor: Account, starts_at: datetime, ends_at: datetime, now: datetime
) -> UUID:
    """
    Close ``[starts_at, ends_at)`` for new bookings and let go of holds in it.

    Booked meetings stay and are shown; nobody is cancelled by a change of hours.

    :raises Http404: if the actor is no counsellor.
    :raises ScheduleRefused: if the period is empty or over.
    """
    counsellor = policies.counsellor_of(actor)
    with transaction.atomic(durable=True):
        lock(COUNSELLOR_LOCK, counsellor.pk)
        row = _except(counsellor, ExceptionKind.CLOSED, starts_at, ends_at, now=now)
        Appointment.objects.filter(
            counsellor=counsellor, status=AppointmentStatus.HELD, period__overlap=row.period
        ).delete()
    return row.pk


def open_period(
    *, actor: Account, starts_at: datetime, ends_at: datetime, now: datetime
) -> UUID:
    """
    Open ``[starts_at, ends_at)`` beyond the weekly pattern, on a holiday as well.

    :raises Http404: if the actor is no counsellor.
    :raises ScheduleRefused: if the period is empty or over.
    """
    counsellor = policies.counsellor_of(actor)
    with transaction.atomic(durable=True):
        lock(COUNSELLOR_LOCK, counsellor.pk)
        return _except(counsellor, ExceptionKind.EXTRA, starts_at, ends_at, now=now).pk


def remove_exception(*, actor: Account, exception_id: UUID, now: datetime) -> None:
    """
    Remove one of the actor's dated changes; one that is gone already changes nothing.

    :raises Http404: if the actor is no counsellor.
    """
    counsellor = policies.counsellor_of(actor)
    with transaction.atomic(durable=True):
        lock(COUNSELLOR_LOCK, counsellor.pk)
        row = AvailabilityException.objects.filter(
            counsellor=counsellor, pk=exception_id
        ).first()
        if row is None:
            return
        _remember(counsellor, ScheduleDeed.EXCEPTION_REMOVED, _exception_row(row), now=now)
        row.delete()


def undo_schedule(*, actor: Account, now: datetime) -> ScheduleDeed:  # noqa: ARG001 - deeds have a clock
    """
    Take the actor's latest change back and return which kind it was.

    :raises Http404: if the actor is no counsellor.
    :raises ScheduleRefused: if there is nothing to take back.
    """
    counsellor = policies.counsellor_of(actor)
    with transaction.atomic(durable=True):
        lock(COUNSELLOR_LOCK, counsellor.pk)
        revision = counsellor.revisions.order_by("-made_at", "id").first()
        if revision is None:
            raise ScheduleRefused(Refusal.NOTHING_TO_UNDO)
        deed = ScheduleDeed(revision.deed)
        _take_back(counsellor, deed, revision.row)
        revision.delete()
    return deed


def _except(
    counsellor: Counsellor,
    kind: ExceptionKind,
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
) -> AvailabilityException:
    if starts_at >= ends_at:
        raise ScheduleRefused(Refusal.RANGE_EMPTY)
    if ends_at <= now:
        raise ScheduleRefused(Refusal.PERIOD_PAST)
    row = AvailabilityException.objects.create(
        counsellor=counsellor, period=TimestamptzRange(starts_at, ends_at), kind=kind
    )
    _remember(counsellor, ScheduleDeed.EXCEPTION_ADDED, _exception_row(row), now=now)
    return row


def _remember(
    counsellor: Counsellor, deed: ScheduleDeed, row: dict[str, Any], *, now: datetime
) -> None:
    AvailabilityRevision.objects.create(counsellor=counsellor, deed=deed, row=row, made_at=now)
    old = counsellor.revisions.order_by("-made_at", "id").values_list("id", flat=True)
    AvailabilityRevision.objects.filter(id__in=list(old[KEPT_REVISIONS:])).delete()


def _take_back(counsellor: Counsellor, deed: ScheduleDeed, row: dict[str, Any]) -> None:
    if deed == ScheduleDeed.RANGE_ADDED:
        Availability.objects.filter(counsellor=counsellor, pk=row["id"]).delete()
    elif deed == ScheduleDeed.EXCEPTION_ADDED:
        AvailabilityException.objects.filter(counsellor=counsellor, pk=row["id"]).delete()
    elif deed == ScheduleDeed.RANGE_REMOVED:
        Availability.objects.create(
            id=row["id"],
            counsellor=counsellor,
            weekday=row["weekday"],
            starts_minute=row["starts_minute"],
            ends_minute=row["ends_minute"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
        )
    else:
        AvailabilityException.objects.create(
            id=row["id"],
            counsellor=counsellor,
            period=TimestamptzRange(
                datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["ends_at"])
            ),
            kind=row["kind"],
        )


def _range_row(row: Availability) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "weekday": row.weekday,
        "starts_minute": row.starts_minute,
        "ends_minute": row.ends_minute,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else "",
    }


def _exception_row(row: AvailabilityException) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "starts_at": row.period.lower.isoformat(),
        "ends_at": row.period.upper.isoformat(),
        "kind": row.kind,
    }
