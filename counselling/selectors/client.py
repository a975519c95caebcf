"""What the pages of a client show, as plain rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from counselling import notices, policies, rules
from counselling.choices import AppointmentStatus, CancelledBy, Mode, Sex
from counselling.models import Appointment, Client
from counselling.selectors.bookable import Offer, find_offer
from portal.audit.selectors import list_for_subject
from portal.notifications.selectors import address_choice
from portal.people.actors import Account, Actor
from portal.people.selectors import is_close, private_addresses
from portal.vault.services import open_field_text


@dataclass(frozen=True, slots=True)
class CounsellorChoice:
    """A counsellor one can wish for."""

    id: UUID
    name: str
    about: str
    languages: tuple[str, ...]
    sex_label: str
    outside: bool


@dataclass(frozen=True, slots=True)
class OwnAppointment:
    """One line of somebody's own list."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    counsellor_name: str
    counsellor_zone: str
    mode_label: str
    status: str
    status_label: str
    is_open: bool
    cancelled_by_counsellor: bool
    news: bool
    """The counsellor cancelled and the client has not said yet that she read it."""


@dataclass(frozen=True, slots=True)
class OwnList:
    """Somebody's own meetings: coming soonest first, past and cancelled latest first."""

    coming: tuple[OwnAppointment, ...]
    past: tuple[OwnAppointment, ...]
    cancelled: tuple[OwnAppointment, ...]


@dataclass(frozen=True, slots=True)
class CheckRow:
    """What somebody checks before she books."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    counsellor_name: str
    counsellor_zone: str
    mode: str
    modes: tuple[tuple[str, str], ...]
    hold_expires_at: datetime
    alias: str
    addresses: tuple[tuple[str, str], ...]
    """(address, masked) of the verified private addresses; empty for somebody without one."""
    address_choice: str | None
    consent_version: int


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A meeting as its client sees it."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    counsellor_id: UUID
    counsellor_name: str
    counsellor_zone: str
    service_id: UUID
    mode: str
    mode_label: str
    status: str
    status_label: str
    phone: str
    room: str
    directions: str
    link: str
    can_change: bool
    cancelled_by_counsellor: bool
    address_choice: str | None
    addresses: tuple[tuple[str, str], ...]
    alias: str
    rev: int
    wrote_something: bool
    too_close: bool
    """The counsellor has since come to work close to the client; she may want another one."""


@dataclass(frozen=True, slots=True)
class MailChoice:
    """The verified private addresses as (address, masked), and the masked one in use."""

    addresses: tuple[tuple[str, str], ...]
    chosen: str | None


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """Who opened what somebody wrote, and on which day."""

    role: str
    action: str
    day: date


def list_counsellor_choices(
    *, actor: Account, now: datetime, offer: Offer | None = None
) -> list[CounsellorChoice]:
    """Return the counsellors the actor may wish for, by name."""
    offer = offer or find_offer(actor=actor, now=now)
    return [
        CounsellorChoice(
            id=row.pk,
            name=row.display_name,
            about=row.about,
            languages=tuple(row.languages),
            sex_label=str(Sex(row.sex).label),
            outside=row.home_agency_id != actor.agency_id,
        )
        for row in (offer.counsellors if offer else ())
    ]


def list_own_appointments(*, actor: Actor, now: datetime) -> OwnList:
    """Return the actor's own meetings; a hold is not one yet."""
    found = list(
        policies.appointments_of(actor)
        .exclude(status=AppointmentStatus.HELD)
        .select_related("counsellor")
        .order_by("period", "id")
    )
    rows = [_own(row, now=now) for row in found]
    cancelled = [row for row in rows if row.status == AppointmentStatus.CANCELLED]
    alive = [row for row in rows if row.status != AppointmentStatus.CANCELLED]
    return OwnList(
        coming=tuple(row for row in alive if row.is_open),
        past=tuple(row for row in reversed(alive) if not row.is_open),
        cancelled=tuple(reversed(cancelled)),
    )


def appointment_status(*, actor: Actor, appointment_id: UUID, now: datetime) -> str:
    """
    Return the state of an own appointment.

    :raises Http404: if it is not the actor's.
    """
    found = policies.get_own_appointment(actor=actor, appointment_id=appointment_id, now=now)
    return found.status


def get_check(
    *, actor: Account, appointment_id: UUID, with_addresses: bool = True, now: datetime
) -> CheckRow | None:
    """
    Return what the check page shows, or None when the hold has lapsed or is booked.

    Without addresses it is for a form that leaves the choice of mail as it is.

    :raises Http404: if it is not the actor's.
    """
    row = policies.get_own_appointment(actor=actor, appointment_id=appointment_id, now=now)
    lapsed = row.hold_expires_at is None or row.hold_expires_at <= now
    if row.status != AppointmentStatus.HELD or row.hold_expires_at is None or lapsed:
        return None
    return CheckRow(
        id=row.pk,
        starts_at=row.period.lower,
        ends_at=row.period.upper,
        counsellor_name=row.counsellor.display_name,
        counsellor_zone=row.counsellor.zone,
        mode=row.mode,
        modes=_modes(row),
        hold_expires_at=row.hold_expires_at,
        alias=open_field_text(row.client, "alias"),
        addresses=_addresses(actor) if with_addresses else (),
        address_choice=address_choice(namespace=notices.CLIENT, user_id=actor.user_id)
        if with_addresses
        else None,
        consent_version=rules.CONSENT_VERSION,
    )


def get_ticket(*, actor: Account, appointment_id: UUID, now: datetime) -> TicketRow:
    """
    Return a meeting as its client sees it; where it happens shows only while it is booked.

    :raises Http404: if it is not the actor's.
    """
    row = policies.get_own_appointment(actor=actor, appointment_id=appointment_id, now=now)
    place = row.counsellor if row.status == AppointmentStatus.BOOKED else None
    return TicketRow(
        id=row.pk,
        starts_at=row.period.lower,
        ends_at=row.period.upper,
        counsellor_id=row.counsellor_id,
        counsellor_name=row.counsellor.display_name,
        counsellor_zone=row.counsellor.zone,
        service_id=row.service_id,
        mode=row.mode,
        mode_label=str(Mode(row.mode).label),
        status=row.status,
        status_label=str(AppointmentStatus(row.status).label),
        phone=place.phone if place and row.mode == Mode.PHONE else "",
        room=place.room if place and row.mode == Mode.IN_PERSON else "",
        directions=place.directions if place and row.mode == Mode.IN_PERSON else "",
        link=place.link_base if place and row.mode in {Mode.VIDEO, Mode.CHAT} else "",
        can_change=rules.refuse_change(status=row.status, starts_at=row.period.lower, now=now)
        is None,
        cancelled_by_counsellor=row.cancelled_by == CancelledBy.COUNSELLOR,
        address_choice=address_choice(namespace=notices.CLIENT, user_id=actor.user_id),
        addresses=_addresses(actor),
        alias=open_field_text(row.client, "alias"),
        rev=row.rev,
        wrote_something=row.sealed_request is not None,
        too_close=place is not None and is_close(actor=actor, user_id=place.user_id),
    )


def get_mail_choice(*, actor: Account) -> MailChoice:
    """Return where neutral mails about the actor's meetings go, and where they could."""
    return MailChoice(
        addresses=_addresses(actor),
        chosen=address_choice(namespace=notices.CLIENT, user_id=actor.user_id),
    )


def list_opened(*, actor: Actor) -> list[OpenedRow]:
    """Return who opened what the actor wrote: role, deed and day, latest first."""
    client = policies.clients_of(actor).only("id").first()
    if client is None:
        return []
    return [
        OpenedRow(role=row.role, action=row.action, day=row.day)
        for row in list_for_subject(subject=str(client.pk))
    ]


def alias_of(client: Client) -> str:
    """Return a client's nickname."""
    return open_field_text(client, "alias")


def _own(row: Appointment, *, now: datetime) -> OwnAppointment:
    by_counsellor = row.cancelled_by == CancelledBy.COUNSELLOR
    return OwnAppointment(
        id=row.pk,
        starts_at=row.period.lower,
        ends_at=row.period.upper,
        counsellor_name=row.counsellor.display_name,
        counsellor_zone=row.counsellor.zone,
        mode_label=str(Mode(row.mode).label),
        status=row.status,
        status_label=str(AppointmentStatus(row.status).label),
        is_open=row.status == AppointmentStatus.BOOKED and row.period.upper > now,
        cancelled_by_counsellor=by_counsellor,
        news=by_counsellor and not row.cancel_seen,
    )


def _modes(row: Appointment) -> tuple[tuple[str, str], ...]:
    offered = [mode for mode in row.counsellor.modes if mode in row.service.modes]
    return tuple((mode, str(Mode(mode).label)) for mode in offered)


def _addresses(actor: Account) -> tuple[tuple[str, str], ...]:
    return tuple((row.email, row.masked) for row in private_addresses(actor=actor))
