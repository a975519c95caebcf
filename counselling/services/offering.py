"""What the head of the service sets up: which meetings are offered, and by whom."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from counselling import policies
from counselling.choices import Mode, Refusal, Sex
from counselling.models import Counsellor, Service
from portal.audit.services import record_staff
from portal.common.db import violated_constraint
from portal.common.errors import Refused
from portal.people.actors import Account
from portal.people.models import User

_TAKEN: Final = {
    "service_name_once": Refusal.SERVICE_NAME_TAKEN,
    "counselling_counsellor_user_id_key": Refusal.COUNSELLOR_ALREADY,
}


class OfferRefused(Refused):
    """This cannot be set up so; ``reason.label`` is fit to show the head of the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTerms:
    """How a kind of meeting is offered; lengths in minutes, the horizon in days."""

    name: str
    duration_minutes: int = 50
    grid_minutes: int = 15
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 10
    min_notice_minutes: int = 120
    horizon_days: int = 30
    modes: Sequence[Mode] = tuple(Mode)
    position: int = 0
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CounsellorProfile:
    """What clients read about a counsellor, and where she can be met."""

    display_name: str
    zone: str
    sex: Sex
    modes: Sequence[Mode] = tuple(Mode)
    about: str = ""
    languages: Sequence[str] = ()
    phone: str = ""
    room: str = ""
    directions: str = ""
    link_base: str = ""
    is_active: bool = True


def add_service(*, actor: Account, terms: ServiceTerms, now: datetime) -> UUID:
    """
    Offer a new kind of meeting in the actor's agency.

    :raises Http404: if the actor does not head the service of an agency.
    :raises OfferRefused: if another one has its name.
    """
    agency_id = policies.headed_agency(actor)
    with _one_of_a_kind(), transaction.atomic():
        row = Service.objects.create(agency_id=agency_id, **_columns(terms))
        _record(actor, "service.added", row.pk, now=now)
    return row.pk


def change_service(
    *, actor: Account, service_id: UUID, terms: ServiceTerms, now: datetime
) -> None:
    """
    Change how a kind of meeting is offered; what is booked already stays as it was booked.

    :raises Http404: if it is not of the actor's agency.
    :raises OfferRefused: if another one has its name.
    """
    with _one_of_a_kind(), transaction.atomic():
        row = policies.get_service(actor=actor, service_id=service_id)
        Service.objects.filter(pk=row.pk).update(**_columns(terms))
        _record(actor, "service.changed", row.pk, now=now)


def retire_service(*, actor: Account, service_id: UUID, now: datetime) -> None:
    """
    Offer a kind of meeting no longer; what is booked stays. Repeated it changes nothing.

    :raises Http404: if it is not of the actor's agency.
    """
    _set_offered(actor, service_id, "service.retired", is_active=False, now=now)


def restore_service(*, actor: Account, service_id: UUID, now: datetime) -> None:
    """
    Offer a retired kind of meeting again. Repeated it changes nothing.

    :raises Http404: if it is not of the actor's agency.
    """
    _set_offered(actor, service_id, "service.restored", is_active=True, now=now)


def add_counsellor(
    *,
    actor: Account,
    user_id: UUID,
    profile: CounsellorProfile,
    service_ids: Sequence[UUID],
    now: datetime,
) -> UUID:
    """
    Set an account up as a counsellor; she can be booked once she has her role and her vault.

    :raises Http404: if the actor does not head the service, or a service is not of her agency.
    :raises OfferRefused: if the account is a counsellor already, or there is no such account.
    """
    services = policies.list_services(actor=actor, service_ids=service_ids)
    user = User.objects.filter(pk=user_id, is_active=True).select_related("employee").first()
    if user is None:
        raise OfferRefused(Refusal.NO_SUCH_ACCOUNT)
    if Counsellor.objects.filter(user=user).exists():
        raise OfferRefused(Refusal.COUNSELLOR_ALREADY)
    employee = getattr(user, "employee", None)
    with _one_of_a_kind(), transaction.atomic():
        row = Counsellor.objects.create(
            user=user,
            home_agency_id=employee.agency_id if employee else None,
            **_columns(profile),
        )
        row.services.set(services)
        _record(actor, "counsellor.added", row.pk, now=now)
    return row.pk


def change_counsellor(
    *,
    actor: Account,
    counsellor_id: UUID,
    profile: CounsellorProfile,
    service_ids: Sequence[UUID],
    now: datetime,
) -> None:
    """
    Change what clients read about a counsellor and which of the agency's meetings she offers.

    Services of other agencies she takes part in stay.

    :raises Http404: if she offers nothing in the actor's agency.
    """
    services = policies.list_services(actor=actor, service_ids=service_ids)
    with transaction.atomic():
        row = policies.get_offered_counsellor(actor=actor, counsellor_id=counsellor_id)
        Counsellor.objects.filter(pk=row.pk).update(**_columns(profile))
        agency_id = policies.headed_agency(actor)
        row.services.remove(*row.services.filter(agency_id=agency_id))
        row.services.add(*services)
        _record(actor, "counsellor.changed", row.pk, now=now)


@contextmanager
def _one_of_a_kind() -> Iterator[None]:
    """Put a broken promise of the database into words the head of the service can use."""
    try:
        yield
    except IntegrityError as error:
        refusal = _TAKEN.get(violated_constraint(error) or "")
        if refusal is None:
            raise
        raise OfferRefused(refusal) from error


def _set_offered(
    actor: Account, service_id: UUID, action: str, *, is_active: bool, now: datetime
) -> None:
    with transaction.atomic():
        row = policies.get_service(actor=actor, service_id=service_id)
        other = Service.objects.filter(pk=row.pk).exclude(is_active=is_active)
        if other.update(is_active=is_active):
            _record(actor, action, row.pk, now=now)


def _columns(values: ServiceTerms | CounsellorProfile) -> dict[str, object]:
    columns = asdict(values)
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in columns.items()
    }


def _record(actor: Account, action: str, subject: UUID, *, now: datetime) -> None:
    record_staff(
        role="HEAD", handle=str(actor.user_id), action=action, subject=str(subject), now=now
    )
