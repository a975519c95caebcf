"""
What administrators may look up and do: people and roles of the agencies they run.

The role reaches accounts, units, roles and holidays. No function here knows a room in which
people are helped. Every deed is recorded in the transaction that does it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from portal.audit.services import record_staff
from portal.people import services
from portal.people.actors import Account
from portal.people.choices import PeopleRefusal, Role
from portal.people.models import ActivationSlip, Agency, RoleGrant, Unit, User, new_stamp
from portal.people.services import AccountRefused

FOUND_AT_MOST = 20
SLIPS_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role somebody holds, will hold, or lost today."""

    id: UUID
    name: str
    role: Role
    agency: str
    starts_on: date
    ends_on: date | None
    has_ended: bool

    @property
    def last_day(self) -> date | None:
        """Return the last day with the role; ``ends_on`` is the first without it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as an administrator sees her; never with a NIP, which tells age and sex."""

    id: UUID
    name: str
    unit: str
    email: str
    is_active: bool
    has_password: bool
    slip_until: date | None = None
    roles: list[Role] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed for one person."""

    name: str
    unit: str
    code: str
    valid_until: date
    by_nip: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """An agency or unit to choose."""

    id: UUID
    name: str


# --- what the actor runs -------------------------------------------------------------------


def list_agencies(*, actor: Account, now: datetime) -> list[Choice]:
    """Return the agencies in which the actor is administrator today, by name."""
    mine = RoleGrant.objects.on(timezone.localdate(now)).filter(
        user_id=actor.user_id, role=Role.ADMIN
    )
    rows = Agency.objects.filter(pk__in=mine.values("agency_id")).order_by("name", "id")
    return [Choice(agency.pk, agency.name) for agency in rows]


def get_agency(*, actor: Account, agency_id: UUID | None, now: datetime) -> Choice:
    """Return one of the actor's agencies; without an id the first. Foreign ones are a 404."""
    for choice in list_agencies(actor=actor, now=now):
        if agency_id in {None, choice.id}:
            return choice
    raise Http404


def list_units(*, agency_id: UUID) -> list[Choice]:
    """Return the units of an agency, by name."""
    rows = Unit.objects.filter(agency_id=agency_id).order_by("name", "id")
    return [Choice(unit.pk, unit.name) for unit in rows]


def _people(actor: Account, now: datetime) -> QuerySet[User]:
    """Return the accounts of the actor's agencies, and those that no agency employs."""
    agencies = [choice.id for choice in list_agencies(actor=actor, now=now)]
    return User.objects.filter(
        Q(employee__agency_id__in=agencies) | Q(employee__isnull=True)
    ).select_related("employee__unit")


def find_people(*, actor: Account, text: str, now: datetime) -> list[PersonRow]:
    """Return up to twenty people by a part of the name, a whole address or a whole NIP."""
    wanted = " ".join(text.split())
    if not wanted:
        return []
    digits = wanted.replace(" ", "")
    rows = _people(actor, now).filter(
        Q(full_name__icontains=wanted) | Q(email=wanted.lower()) | Q(nip=digits)
    )
    return _rows(rows.order_by("full_name", "id")[:FOUND_AT_MOST], now)


def get_person(*, actor: Account, user_id: UUID, now: datetime) -> PersonRow:
    """Return one person; a foreign one is a 404."""
    rows = _rows(_people(actor, now).filter(pk=user_id), now)
    if not rows:
        raise Http404
    return rows[0]


def list_without_password(
    *, actor: Account, agency_id: UUID, unit_id: UUID | None, now: datetime
) -> list[PersonRow]:
    """Return up to a hundred active employees who have no password yet, by unit and name."""
    rows = (
        _people(actor, now)
        .filter(
            employee__agency_id=agency_id,
            is_active=True,
            password__startswith=UNUSABLE_PASSWORD_PREFIX,
        )
        .order_by("employee__unit__name", "full_name", "id")
    )
    if unit_id is not None:
        rows = rows.filter(employee__unit_id=unit_id)
    return _rows(rows[:SLIPS_AT_MOST], now)


def _rows(users: Iterable[User], now: datetime) -> list[PersonRow]:
    today = timezone.localdate(now)
    if isinstance(users, QuerySet):
        users = users.prefetch_related(
            Prefetch("grants", RoleGrant.objects.on(today), to_attr="held")
        )
    people = list(users)
    slips = dict(
        ActivationSlip.objects.filter(user__in=people).values_list("user_id", "valid_until")
    )
    return [
        PersonRow(
            id=user.pk,
            name=user.full_name,
            unit=user.employee.unit.name if hasattr(user, "employee") else "",
            email=user.email,
            is_active=user.is_active,
            has_password=user.has_usable_password(),
            slip_until=slips.get(user.pk),
            roles=[Role(role) for role in sorted({grant.role for grant in user.held})],
        )
        for user in people
    ]


# --- roles ---------------------------------------------------------------------------------


def list_grants(*, actor: Account, now: datetime) -> list[GrantRow]:
    """Return roles in the actor's agencies: held, coming, ended today; by role and name."""
    today = timezone.localdate(now)
    agencies = [choice.id for choice in list_agencies(actor=actor, now=now)]
    again = RoleGrant.objects.filter(
        user=OuterRef("user"), agency=OuterRef("agency"), role=OuterRef("role"), ends_on=None
    )
    rows = (
        RoleGrant.objects.filter(agency_id__in=agencies)
        .filter(
            Q(ends_on__isnull=True)
            | (Q(ends_on__gt=today) & Q(ends_on__gt=F("starts_on")))
            | (_ended_now(today) & ~Exists(again))
        )
        .select_related("user", "agency")
        .order_by("role", "user__full_name", "starts_on", "id")
    )
    return [
        GrantRow(
            id=grant.pk,
            name=grant.user.full_name,
            role=Role(grant.role),
            agency=grant.agency.short_name,
            starts_on=grant.starts_on,
            ends_on=grant.ends_on,
            has_ended=grant.ends_on is not None
            and (grant.ends_on <= today or grant.ends_on == grant.starts_on),
        )
        for grant in rows
    ]


def _ended_now(today: date) -> Q:
    return Q(ends_on=today) | Q(ends_on=F("starts_on"), starts_on__gte=today)


def grant_role(
    *,
    actor: Account,
    user_id: UUID,
    agency_id: UUID,
    role: Role,
    starts_on: date | None,
    last_day: date | None,
    now: datetime,
) -> None:
    """
    Give a role from a day on, today if none is named, to a last day or without an end.

    :raises AccountRefused: if she holds it or one that excludes it, or she is the actor.
    """
    get_agency(actor=actor, agency_id=agency_id, now=now)
    get_person(actor=actor, user_id=user_id, now=now)
    with transaction.atomic():
        _refuse_own(actor, user_id)
        grant_id = services.grant_role(
            actor=actor, user_id=user_id, agency_id=agency_id, role=role, now=now
        )
        RoleGrant.objects.filter(pk=grant_id).update(
            starts_on=starts_on or timezone.localdate(now),
            ends_on=last_day + timedelta(days=1) if last_day else None,
        )


def end_role(*, actor: Account, grant_id: UUID, now: datetime) -> GrantRow:
    """
    End a role today, with the person's sessions, and return it.

    :raises AccountRefused: if it is the actor's own role of administrator.
    """
    grant = _get_grant(actor, grant_id, now)
    if grant.user_id == actor.user_id and grant.role == Role.ADMIN:
        raise AccountRefused(PeopleRefusal.OWN_ROLE)
    services.end_role(actor=actor, grant_id=grant_id, now=now)
    return next(row for row in list_grants(actor=actor, now=now) if row.id == grant_id)


def reopen_role(*, actor: Account, grant_id: UUID, now: datetime) -> None:
    """
    Take back the end of a role that ended today; it is then without an end.

    :raises AccountRefused: if she holds it again meanwhile, or one that excludes it.
    """
    grant = _get_grant(actor, grant_id, now)
    today = timezone.localdate(now)
    with transaction.atomic():
        RoleGrant.objects.select_for_update().get(pk=grant_id)
        _refuse_own(actor, grant.user_id)
        services.lock_for_role(user_id=grant.user_id, role=Role(grant.role), now=now)
        again = RoleGrant.objects.filter(
            user_id=grant.user_id, agency_id=grant.agency_id, role=grant.role, ends_on=None
        )
        if again.exists():
            raise AccountRefused(PeopleRefusal.ROLE_HELD)
        ended = RoleGrant.objects.filter(_ended_now(today), pk=grant_id)
        if not ended.update(ends_on=None):
            raise AccountRefused(PeopleRefusal.NO_SUCH_ROLE)
        User.objects.filter(pk=grant.user_id).update(session_stamp=new_stamp())
        record(actor, "role.reopen", grant.user_id, grant.role, now)


def _get_grant(actor: Account, grant_id: UUID, now: datetime) -> RoleGrant:
    agencies = [choice.id for choice in list_agencies(actor=actor, now=now)]
    grant = RoleGrant.objects.filter(pk=grant_id, agency_id__in=agencies).first()
    if grant is None:
        raise Http404
    return grant


def _refuse_own(actor: Account, user_id: UUID) -> None:
    if user_id == actor.user_id:
        raise AccountRefused(PeopleRefusal.OWN_ROLE)


# --- slips and accounts --------------------------------------------------------------------


def make_slips(*, actor: Account, user_ids: Iterable[UUID], now: datetime) -> list[Slip]:
    """
    Return a fresh slip for each of these people; earlier slips of theirs end.

    People who have a password meanwhile, or are foreign, get none.
    """
    wanted = _people(actor, now).filter(
        pk__in=list(user_ids)[:SLIPS_AT_MOST],
        is_active=True,
        employee__isnull=False,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
    )
    until = timezone.localdate(now) + timedelta(days=services.SLIP_DAYS)
    with transaction.atomic():
        return [
            Slip(
                name=user.full_name,
                unit=user.employee.unit.name,
                code=services.make_slip(actor=actor, user_id=user.pk, now=now),
                valid_until=until,
                by_nip=user.nip is not None,
            )
            for user in wanted.order_by("employee__unit__name", "full_name", "id")
        ]


def set_active(*, actor: Account, user_id: UUID, active: bool, now: datetime) -> PersonRow:
    """
    Close an account or open it again, and return the person as she was.

    :raises AccountRefused: if it is the actor's own.
    """
    person = get_person(actor=actor, user_id=user_id, now=now)
    deed: Callable[..., None] = services.reactivate_user if active else services.deactivate_user
    deed(actor=actor, user_id=user_id, now=now)
    return person


def record(actor: Account, action: str, subject: UUID, reason: str, now: datetime) -> None:
    """Write down a deed of an administrator, in the transaction of the deed."""
    record_staff(
        role=Role.ADMIN.value,
        handle=str(actor.user_id),
        action=f"people.{action}",
        subject=str(subject),
        reason=reason,
        now=now,
    )
