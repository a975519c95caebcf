"""Hold a time, book it, let it go. One public function, one deed, one transaction."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from counselling import notices, policies, rules
from counselling.choices import AppointmentStatus, Mode, Refusal
from counselling.models import Appointment, Client, Consent, Service
from counselling.selectors.free_times import is_offered
from counselling.services.claims import (
    COUNSELLOR_LOCK,
    BookingRefused,
    bookable,
    chosen_mode,
    claim_periods,
    drop_lapsed,
    gather_facts,
)
from counselling.services.clients import locked_client, rename
from counselling.services.requests import BookingRequest, seal_request
from counselling.services.telling import set_address, tell
from portal.audit.services import record_client
from portal.common.db import lock
from portal.people.actors import Account, Actor


def hold_appointment(
    *,
    actor: Actor,
    counsellor_id: UUID,
    service_id: UUID,
    starts_at: datetime,
    mode: str,
    now: datetime,
) -> UUID:
    """
    Keep one free time for the actor for ten minutes; it replaces her other hold.

    Locks the client, then the counsellor.

    :raises BookingRefused: if the rules say no or somebody was faster; an earlier hold stays.
    """
    with transaction.atomic(durable=True):
        client = locked_client(actor=actor, now=now)
        service, counsellor = bookable(
            actor=actor, service_id=service_id, counsellor_id=counsellor_id, now=now
        )
        lock(COUNSELLOR_LOCK, counsellor_id)
        client.appointments.filter(status=AppointmentStatus.HELD).delete()
        facts = gather_facts(
            client=client,
            service=service,
            counsellor=counsellor,
            starts_at=starts_at,
            mode=mode,
            now=now,
        )
        refusal = rules.refuse_hold(facts, now=now)
        if refusal is not None:
            raise BookingRefused(refusal)
        return _claim(client, service, counsellor_id, starts_at, facts.mode, now=now)


def release_hold(*, actor: Actor, appointment_id: UUID, now: datetime) -> None:
    """
    Let an own hold go; a booked meeting is left alone.

    :raises Http404: if it is not the actor's.
    """
    with transaction.atomic(durable=True):
        row = policies.get_own_appointment(actor=actor, appointment_id=appointment_id, now=now)
        Appointment.objects.filter(pk=row.pk, status=AppointmentStatus.HELD).delete()


def book_appointment(
    *, actor: Actor, appointment_id: UUID, request: BookingRequest, now: datetime
) -> None:
    """
    Turn the actor's hold into a booked meeting and tell both sides.

    Locks the client, then the counsellor. Seals the request to the counsellor, records the
    consent and the client's deed, and writes the notices, all in one transaction. Booking what
    is booked already changes nothing, so that a form sent twice does no harm.

    :raises Http404: if it is not the actor's.
    :raises BookingRefused: if the hold has lapsed or the time is no longer offered.
    :raises AliasRefused: if the nickname cannot be taken; the hold stays.
    """
    with transaction.atomic(durable=True):
        row = policies.lock_own_appointment(actor=actor, appointment_id=appointment_id, now=now)
        lock(COUNSELLOR_LOCK, row.counsellor_id)
        # The read above may be older than the locks: another tab, or a closed time, went first.
        row.status = _status_now(row)
        if row.status == AppointmentStatus.BOOKED:
            return
        refusal = rules.refuse_book(
            status=row.status,
            hold_expires_at=row.hold_expires_at,
            consent_version=request.consent_version,
            now=now,
        )
        if refusal is not None:
            raise BookingRefused(refusal)
        _refuse_changed_world(actor, row, now=now)
        rename(client=row.client, actor=actor, alias=request.alias)
        _turn_into_booking(row, request)
        _consent(row.client, version=request.consent_version, now=now)
        set_address(actor=actor, address=request.address, now=now)
        record_client(
            handle=str(row.client_id), action="temu.booked", subject=str(row.pk), now=now
        )
        tell(row, client=notices.BOOKED, counsellor=notices.FOR_COUNSELLOR_BOOKED, now=now)


def choose_address(*, actor: Account, address: str, now: datetime) -> None:
    """Choose where neutral mails about own meetings go: a verified private address, or none."""
    with transaction.atomic(durable=True):
        set_address(actor=actor, address=address, now=now)


def _status_now(row: Appointment) -> str:
    """
    Return the state of a row as it is under the locks.

    :raises BookingRefused: if the hold is gone.
    """
    status = Appointment.objects.filter(pk=row.pk).values_list("status", flat=True).first()
    if status is None:
        raise BookingRefused(Refusal.HOLD_LAPSED)
    return status


def _turn_into_booking(row: Appointment, request: BookingRequest) -> None:
    """Seal what was written and turn the locked hold into a booking."""
    row.mode = chosen_mode(row, request.mode)
    row.sealed_request = seal_request(row, request)
    row.status = AppointmentStatus.BOOKED
    row.hold_expires_at = None
    row.save(update_fields=["mode", "sealed_request", "status", "hold_expires_at"])


def _claim(
    client: Client,
    service: Service,
    counsellor_id: UUID,
    starts_at: datetime,
    mode: Mode,
    *,
    now: datetime,
) -> UUID:
    period, blocked = claim_periods(service, starts_at)
    drop_lapsed(counsellor_id=counsellor_id, blocked=blocked, now=now)
    row = Appointment(
        client=client,
        counsellor_id=counsellor_id,
        service=service,
        period=period,
        blocked=blocked,
        mode=mode,
        status=AppointmentStatus.HELD,
        hold_expires_at=now + rules.HOLD,
    )
    # The constraints have the last word. "On conflict do nothing" asks them without the storm
    # of deadlocks that a plain INSERT can raise when fifty people want one time and the lock is
    # gone (tests/concurrency/test_one_time_fifty_clients.py).
    Appointment.objects.bulk_create([row], ignore_conflicts=True)
    if not Appointment.objects.filter(pk=row.pk).exists():
        raise BookingRefused(Refusal.SLOT_TAKEN)
    return row.pk


def _refuse_changed_world(actor: Actor, row: Appointment, *, now: datetime) -> None:
    """
    Refuse a hold whose time was closed meanwhile, by the counsellor or by the organisation.

    The notice period is counted from the moment of the hold: checking must not eat it up.
    """
    bookable(actor=actor, service_id=row.service_id, counsellor_id=row.counsellor_id, now=now)
    held_at = (row.hold_expires_at or now) - rules.HOLD
    if not is_offered(
        service=row.service,
        counsellor_id=row.counsellor_id,
        starts_at=row.period.lower,
        client_id=row.client_id,
        now=held_at,
    ):
        raise BookingRefused(Refusal.SLOT_GONE)


def _consent(client: Client, *, version: int, now: datetime) -> None:
    month = now.date().replace(day=1)
    given = Consent(client=client, kind="LIMITS", version=version, given_month=month)
    Consent.objects.bulk_create([given], ignore_conflicts=True)
