"""Hold a time, book it, let it go. One public function, one deed, one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from counselling import notices, policies, rules
from counselling.choices import AppointmentStatus, Mode, Refusal
from counselling.models import Appointment, Client, Consent, Counsellor, Service
from counselling.selectors.bookable import find_bookable
from counselling.selectors.free_times import (
    is_offered,
    terms_of,
)
from counselling.services.clients import (
    counsellor_recipient,
    locked_client,
    recipient_of,
    rename,
)
from portal.audit.services import record_client
from portal.common.db import lock
from portal.common.errors import Refused
from portal.notifications import services as notifications
from portal.people.actors import Account, Actor
from portal.people.selectors import private_addresses
from portal.vault.services import seal_to_person

COUNSELLOR_LOCK = "counsellor"
OWN_DEEDS = frozenset({notices.BOOKED, notices.MOVED, notices.CANCELLED})
"""What a client is told of her own deeds: she knows, so its mail can wait for a window."""


class BookingRefused(Refused):
    """The rules, or the database, said no; ``reason.label`` is fit to show the client."""


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """
    What a client gives with a booking; every part may stay empty.

    ``address``: None leaves the choice of mail as it is, "" is the portal only, anything else is
    one of her own verified private addresses.
    """

    alias: str = ""
    mode: str = ""
    name: str = ""
    reach: str = ""
    note: str = ""
    consent_version: int = 0
    address: str | None = None

    def __repr__(self) -> str:
        return "<booking request>"

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to seal."""
        return not (self.name or self.reach or self.note)


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
        service = bookable_service(
            actor=actor, service_id=service_id, counsellor_id=counsellor_id, now=now
        )
        lock(COUNSELLOR_LOCK, counsellor_id)
        client.appointments.filter(status=AppointmentStatus.HELD).delete()
        facts = gather_facts(
            client=client,
            service=service,
            counsellor_id=counsellor_id,
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

    Locks the client, then the counsellor. Seals the request to the counsellor, records the consent
    and the client's deed, and writes the notices, all in one transaction. Booking what is booked
    already changes nothing, so that a form sent twice does no harm.

    :raises Http404: if it is not the actor's.
    :raises BookingRefused: if the hold has lapsed or the time is no longer offered.
    :raises AliasRefused: if the nickname cannot be taken; the hold stays.
    """
    with transaction.atomic(durable=True):
        client = locked_client(actor=actor, now=now)
        row = locked_appointment(actor=actor, appointment_id=appointment_id, now=now)
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
        rename(client=client, actor=actor, alias=request.alias)
        row.mode = chosen_mode(row, request.mode)
        row.sealed_request = seal_request(row, request)
        row.status = AppointmentStatus.BOOKED
        row.hold_expires_at = None
        row.save(update_fields=["mode", "sealed_request", "status", "hold_expires_at"])
        _consent(client, version=request.consent_version, now=now)
        set_address(actor=actor, address=request.address, now=now)
        record_client(handle=str(client.pk), action="temu.booked", subject=str(row.pk), now=now)
        tell_client(row, notices.BOOKED, now=now)
        tell_counsellor(row, notices.FOR_COUNSELLOR_BOOKED, now=now)


def choose_address(*, actor: Account, address: str, now: datetime) -> None:
    """Choose where neutral mails about own meetings go: a verified private address, or nowhere."""
    with transaction.atomic(durable=True):
        set_address(actor=actor, address=address, now=now)


# --- shared by the deeds of this room ------------------------------------------------------


def bookable_service(
    *, actor: Actor, service_id: UUID, counsellor_id: UUID, now: datetime
) -> Service:
    """
    Return a service this actor may book with this counsellor.

    :raises BookingRefused: in every other case, always with the same reason.
    """
    found = find_bookable(
        actor=actor, service_id=service_id, counsellor_id=counsellor_id, now=now
    )
    if found is None:
        raise BookingRefused(Refusal.SLOT_GONE)
    return found[0]


def gather_facts(
    *,
    client: Client,
    service: Service,
    counsellor_id: UUID,
    starts_at: datetime,
    mode: str,
    moving_id: UUID | None = None,
    now: datetime,
) -> rules.HoldFacts:
    """Read, under the locks, what the rules need to decide on one time."""
    counsellor = Counsellor.objects.get(pk=counsellor_id)
    terms = terms_of(service)
    period = DateTimeTZRange(starts_at, starts_at + terms.duration)
    own = client.appointments.exclude(pk=moving_id)
    modes = [Mode(value) for value in counsellor.modes if value in service.modes]
    return rules.HoldFacts(
        starts_at=starts_at,
        is_offered=is_offered(
            service=service,
            counsellor_id=counsellor_id,
            starts_at=starts_at,
            client_id=client.pk,
            moving_id=moving_id,
            now=now,
        ),
        mode=_as_mode(mode, modes),
        modes=modes,
        counsellor_zone=counsellor.zone,
        terms=terms,
        open_appointments=own.open(now=now).count(),
        had_a_meeting=own.filter(
            status__in=[AppointmentStatus.FULFILLED, AppointmentStatus.BOOKED],
            period__endswith__lte=now,
        ).exists()
        or own.filter(status=AppointmentStatus.FULFILLED).exists(),
        overlaps_own=own.claiming(now=now)
        .exclude(status=AppointmentStatus.HELD)
        .filter(period__overlap=period)
        .exists(),
    )


def locked_appointment(*, actor: Actor, appointment_id: UUID, now: datetime) -> Appointment:
    """
    Lock the counsellor of an own appointment, then the row, and return it fresh.

    Called with the client locked, so the counsellor cannot change in between.

    :raises Http404: if it is not the actor's.
    """
    row = policies.get_own_appointment(actor=actor, appointment_id=appointment_id, now=now)
    lock(COUNSELLOR_LOCK, row.counsellor_id)
    return (
        policies.appointments_of(actor)
        .select_for_update(of=("self",))
        .select_related("counsellor", "service", "client")
        .get(pk=row.pk)
    )


def claim_periods(
    service: Service, starts_at: datetime
) -> tuple[DateTimeTZRange, DateTimeTZRange]:
    """Return the half-open period of a meeting, and the same widened by the service's buffers."""
    terms = terms_of(service)
    ends_at = starts_at + terms.duration
    return (
        DateTimeTZRange(starts_at, ends_at),
        DateTimeTZRange(starts_at - terms.buffer_before, ends_at + terms.buffer_after),
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


def seal_request(row: Appointment, request: BookingRequest) -> bytes | None:
    """Seal what was written to the counsellor of the row; None when nothing was."""
    if request.is_empty:
        return None
    body = {"name": request.name, "reach": request.reach, "note": request.note}
    return seal_to_person(
        user_id=row.counsellor.user_id,
        data=json.dumps(body, ensure_ascii=False).encode(),
        context=request_context(row),
    )


def request_context(row: Appointment) -> tuple[str, str, str]:
    """Return what a sealed request is bound to: it opens in no other row and no other column."""
    return ("counselling.Appointment", "sealed_request", str(row.pk))


def set_address(*, actor: Actor, address: str | None, now: datetime) -> None:
    """Write the choice of mail inside the caller's transaction; a foreign address is no choice."""
    if address is None or not isinstance(actor, Account):
        return
    own = {row.email for row in private_addresses(actor=actor)}
    notifications.choose_address(
        namespace=notices.CLIENT,
        user_id=actor.user_id,
        address=address if address in own else None,
        now=now,
    )


def tell_client(row: Appointment, notice: str, *, now: datetime) -> None:
    """Write the notice to the client into the caller's transaction."""
    recipient = recipient_of(row.client)
    if recipient is not None:
        _enqueue(recipient, row, notice, now=now)


def tell_counsellor(row: Appointment, notice: str, *, now: datetime) -> None:
    """Write the notice to the counsellor into the caller's transaction."""
    _enqueue(counsellor_recipient(user_id=row.counsellor.user_id), row, notice, now=now)


def _enqueue(
    recipient: notifications.Recipient, row: Appointment, notice: str, *, now: datetime
) -> None:
    notifications.enqueue(
        recipient=recipient,
        notice=notice,
        subject_id=row.pk,
        rev=row.rev,
        useful_until=row.period.upper,
        # What the other side did at short notice is not known yet and cannot wait for a window.
        urgent=notice not in OWN_DEEDS
        and notifications.cannot_wait(starts_at=row.period.lower, now=now),
        now=now,
    )


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
    # The constraints have the last word. "On conflict do nothing" asks them without the storm of
    # deadlocks that a plain INSERT can raise when fifty people want one time and the lock is gone
    # (tests/concurrency/test_one_time_fifty_clients.py).
    Appointment.objects.bulk_create([row], ignore_conflicts=True)
    if not Appointment.objects.filter(pk=row.pk).exists():
        raise BookingRefused(Refusal.SLOT_TAKEN)
    return row.pk


def drop_lapsed(*, counsellor_id: UUID, blocked: DateTimeTZRange, now: datetime) -> None:
    """Remove lapsed holds in the way: a constraint cannot look at the clock."""
    Appointment.objects.filter(
        counsellor_id=counsellor_id,
        status=AppointmentStatus.HELD,
        hold_expires_at__lte=now,
        blocked__overlap=blocked,
    ).delete()


def _refuse_changed_world(actor: Actor, row: Appointment, *, now: datetime) -> None:
    """
    Refuse a hold whose time was closed meanwhile, by the counsellor or by the organisation.

    The notice period is counted from the moment of the hold: checking must not eat it up.
    """
    bookable_service(
        actor=actor, service_id=row.service_id, counsellor_id=row.counsellor_id, now=now
    )
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
    Consent.objects.get_or_create(
        client=client,
        kind="LIMITS",
        version=version,
        defaults={"given_month": now.date().replace(day=1)},
    )


def _as_mode(wanted: str, modes: Sequence[Mode]) -> Mode:
    """Return a known way of meeting; an unknown or missing one becomes the first offered."""
    if wanted in Mode.values:
        return Mode(wanted)
    return modes[0] if modes else Mode.IN_PERSON
