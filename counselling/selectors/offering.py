"""What the head of the service sets up: services, counsellors, and what hinders a booking."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from counselling import policies
from counselling.choices import ExceptionKind, Hindrance, Mode
from counselling.models import Availability, AvailabilityException, Counsellor, Service
from portal.calendars.rules import local_day
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import RoleGrant
from portal.people.selectors import agency_of
from portal.people.services import find_by_login
from portal.vault.services import users_with_vault


@dataclass(frozen=True, slots=True)
class OfferedService:
    """A kind of meeting of the agency; lengths in minutes, the horizon in days."""

    id: UUID
    name: str
    duration_minutes: int
    grid_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    min_notice_minutes: int
    horizon_days: int
    modes: tuple[str, ...]
    mode_labels: tuple[str, ...]
    position: int
    is_active: bool
    is_first: bool
    """Whether it is the one whose times people are shown."""
    counsellors: int


@dataclass(frozen=True, slots=True)
class OfferedCounsellor:
    """A counsellor as the head of the service sees her: what is published, and what hinders."""

    id: UUID
    name: str
    account_name: str
    is_outside: bool
    zone: str
    sex: str
    modes: tuple[str, ...]
    mode_labels: tuple[str, ...]
    about: str
    languages: tuple[str, ...]
    phone: str
    room: str
    directions: str
    link_base: str
    is_active: bool
    service_ids: tuple[UUID, ...]
    service_names: tuple[str, ...]
    hindrances: tuple[Hindrance, ...]


@dataclass(frozen=True, slots=True)
class OfferCounts:
    """How much is set up, in numbers."""

    counsellors: int
    hindered: int
    services: int


def list_offered_services(*, actor: Account) -> list[OfferedService]:
    """
    Return the services of the agency the actor heads, those still offered first.

    :raises Http404: if the actor heads no service.
    """
    rows = list(
        Service.objects.filter(agency_id=policies.headed_agency(actor))
        .annotate(taking_part=Count("counsellors", filter=Q(counsellors__is_active=True)))
        .order_by("-is_active", "position", "name", "id")
    )
    return [_service(row, is_first=row.is_active and row is rows[0]) for row in rows]


def get_offered_service(*, actor: Account, service_id: UUID) -> OfferedService:
    """
    Return one service of the agency the actor heads.

    :raises Http404: if it is another agency's or does not exist.
    """
    policies.get_service(actor=actor, service_id=service_id)
    return next(row for row in list_offered_services(actor=actor) if row.id == service_id)


def list_offered_counsellors(*, actor: Account, now: datetime) -> list[OfferedCounsellor]:
    """
    Return the counsellors the actor looks after, by name.

    :raises Http404: if the actor heads no service.
    """
    return _counsellors(policies.offered_counsellors(actor), actor=actor, now=now)


def read_offered_counsellor(
    *, actor: Account, counsellor_id: UUID, now: datetime
) -> OfferedCounsellor:
    """
    Return one counsellor the actor looks after.

    :raises Http404: if there is none, or she is not hers to look after.
    """
    row = policies.get_offered_counsellor(actor=actor, counsellor_id=counsellor_id)
    return _counsellors(Counsellor.objects.filter(pk=row.pk), actor=actor, now=now)[0]


def count_offer(*, actor: Account, now: datetime) -> OfferCounts:
    """
    Return how many counsellors and services there are, and how many cannot be booked yet.

    :raises Http404: if the actor heads no service.
    """
    counsellors = list_offered_counsellors(actor=actor, now=now)
    services = Service.objects.filter(agency_id=policies.headed_agency(actor), is_active=True)
    return OfferCounts(
        counsellors=len(counsellors),
        hindered=sum(bool(row.hindrances) for row in counsellors),
        services=services.count(),
    )


def find_account(*, actor: Account, login: str, now: datetime) -> UUID | None:
    """
    Return the open account with this work e-mail or NIP that may counsel in the agency.

    Somebody it employs, somebody no agency employs, or a holder of its counsellor's role.
    Anybody else is as unknown as a name that does not exist.

    :raises Http404: if the actor heads no service.
    """
    agency_id = policies.headed_agency(actor)
    user = find_by_login(login)
    if user is None:
        return None
    if agency_of(user_id=user.pk) in {None, agency_id}:
        return user.pk
    granted = RoleGrant.objects.on(localdate(now)).filter(
        user=user, agency_id=agency_id, role=Role.COUNSELLOR
    )
    return user.pk if granted.exists() else None


def _service(row: Service, *, is_first: bool) -> OfferedService:
    return OfferedService(
        id=row.pk,
        name=row.name,
        duration_minutes=row.duration_minutes,
        grid_minutes=row.grid_minutes,
        buffer_before_minutes=row.buffer_before_minutes,
        buffer_after_minutes=row.buffer_after_minutes,
        min_notice_minutes=row.min_notice_minutes,
        horizon_days=row.horizon_days,
        modes=tuple(row.modes),
        mode_labels=_labels(row.modes),
        position=row.position,
        is_active=row.is_active,
        is_first=is_first,
        counsellors=row.taking_part,  # type: ignore[attr-defined]  # annotated above
    )


def _counsellors(
    found: QuerySet[Counsellor], *, actor: Account, now: datetime
) -> list[OfferedCounsellor]:
    agency_id = policies.headed_agency(actor)
    own_services = Service.objects.filter(agency_id=agency_id).order_by(
        "position", "name", "id"
    )
    in_force = RoleGrant.objects.on(localdate(now)).filter(
        user=OuterRef("user"), agency_id=agency_id, role=Role.COUNSELLOR
    )
    extra = AvailabilityException.objects.filter(
        counsellor=OuterRef("pk"), kind=ExceptionKind.EXTRA, period__endswith__gt=now
    )
    rows = list(
        found.select_related("user")
        .prefetch_related(
            Prefetch(
                "services", own_services.order_by("position", "name", "id"), to_attr="offered"
            )
        )
        .annotate(has_role=Exists(in_force), has_extra=Exists(extra))
        .order_by("display_name", "id")
    )
    published = users_with_vault(row.user_id for row in rows)
    with_hours = _with_weekly_hours(rows, now=now)
    return [
        _counsellor(row, agency_id=agency_id, published=published, with_hours=with_hours)
        for row in rows
    ]


def _counsellor(
    row: Counsellor,
    *,
    agency_id: UUID,
    published: Collection[UUID],
    with_hours: Collection[UUID],
) -> OfferedCounsellor:
    offered: list[Service] = row.offered  # type: ignore[attr-defined]  # prefetched above
    has_hours = row.pk in with_hours or row.has_extra  # type: ignore[attr-defined]  # annotated
    checks = {
        Hindrance.PAUSED: row.is_active,
        Hindrance.ACCOUNT_CLOSED: row.user.is_active,
        Hindrance.NO_ROLE: row.has_role,  # type: ignore[attr-defined]  # annotated
        Hindrance.NO_VAULT: row.user_id in published,
        Hindrance.NO_HOURS: has_hours,
        Hindrance.NO_SERVICE: any(one.is_active for one in offered),
        Hindrance.NO_WAY: _has_a_way(row, offered),
    }
    return OfferedCounsellor(
        id=row.pk,
        name=row.display_name,
        account_name=row.user.full_name,
        is_outside=row.home_agency_id != agency_id,
        zone=row.zone,
        sex=row.sex,
        modes=tuple(row.modes),
        mode_labels=_labels(row.modes),
        about=row.about,
        languages=tuple(row.languages),
        phone=row.phone,
        room=row.room,
        directions=row.directions,
        link_base=row.link_base,
        is_active=row.is_active,
        service_ids=tuple(one.pk for one in offered),
        service_names=tuple(one.name for one in offered if one.is_active),
        hindrances=tuple(hindrance for hindrance, is_fine in checks.items() if not is_fine),
    )


def _has_a_way(row: Counsellor, offered: list[Service]) -> bool:
    """Say whether some service can be met in a way she offers; without a service, nothing."""
    active = [one for one in offered if one.is_active]
    return not active or any(set(row.modes) & set(one.modes) for one in active)


def _with_weekly_hours(rows: Sequence[Counsellor], *, now: datetime) -> frozenset[UUID]:
    """Return those who have a weekly range that is or will be valid on their own calendar."""
    today = {row.pk: local_day(now, row.zone) for row in rows}
    ranges = Availability.objects.filter(counsellor__in=rows).values_list(
        "counsellor_id", "valid_until"
    )
    return frozenset(
        counsellor_id
        for counsellor_id, until in ranges
        if until is None or until > today[counsellor_id]
    )


def _labels(modes: Collection[str]) -> tuple[str, ...]:
    return tuple(str(mode.label) for mode in Mode if mode in modes)
