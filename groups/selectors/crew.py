"""The facilitators of an agency, as the head of the service looks after them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.utils.timezone import localdate

from groups import policies
from groups.choices import GroupStatus
from groups.models import Assignment, Facilitator
from groups.rules.readiness import is_trained
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import RoleGrant
from portal.people.services import find_by_login
from portal.vault.services import users_with_vault

SOON_DAYS: Final = 60
"""So many days ahead a training that ends is shown."""


@dataclass(frozen=True, slots=True)
class CrewRow:
    """A facilitator: what members read, what hinders her, which groups she leads."""

    id: UUID
    name: str
    account_name: str
    about: str
    trained_until: date | None
    is_active: bool
    is_open: bool
    """Whether her account is open."""
    has_role: bool
    is_trained: bool
    ends_soon: bool
    """Whether her training counts today and ends within sixty days."""
    has_vault: bool
    """Whether a worry can be sealed to her."""
    groups: tuple[str, ...]

    @property
    def may_lead(self) -> bool:
        """Return whether she may lead a meeting today that counts on her."""
        return self.is_active and self.is_open and self.has_role and self.is_trained


def list_crew(*, actor: Account, now: datetime) -> list[CrewRow]:
    """
    Return the facilitators of the agency the actor heads, those who lead first, by name.

    :raises Http404: if the actor heads no service.
    """
    return _rows(policies.headed_facilitators(actor), now=now)


def read_facilitator(*, actor: Account, facilitator_id: UUID, now: datetime) -> CrewRow:
    """
    Return one facilitator of the agency the actor heads.

    :raises Http404: if she is another agency's or does not exist.
    """
    own = policies.headed_facilitators(actor).filter(pk=facilitator_id)
    found = _rows(own, now=now)
    if not found:
        raise Http404
    return found[0]


def find_holder(*, actor: Account, login: str, now: datetime) -> UUID | None:
    """
    Return the open account with this work e-mail or NIP that holds the role in the agency.

    Anybody else is as unknown as a name that does not exist.

    :raises Http404: if the actor heads no service.
    """
    agency_id = policies.headed_agency(actor)
    user = find_by_login(login)
    if user is None:
        return None
    holds = RoleGrant.objects.on(localdate(now)).filter(
        user=user, agency_id=agency_id, role=Role.FACILITATOR
    )
    return user.pk if holds.exists() else None


def _rows(found: QuerySet[Facilitator], *, now: datetime) -> list[CrewRow]:
    today = localdate(now)
    role = RoleGrant.objects.on(today).filter(
        user=OuterRef("user"), agency=OuterRef("agency"), role=Role.FACILITATOR
    )
    rows = list(
        found.select_related("user")
        .annotate(has_role=Exists(role))
        .order_by("-is_active", "display_name", "id")
    )
    leads: dict[UUID, list[str]] = defaultdict(list)
    for facilitator_id, name in (
        Assignment.objects.on(today)
        .filter(facilitator__in=rows)
        .exclude(group__status=GroupStatus.ARCHIVED)
        .order_by("group__name", "id")
        .values_list("facilitator_id", "group__name")
    ):
        leads[facilitator_id].append(name)
    sealed_to = users_with_vault(row.user_id for row in rows)
    return [
        CrewRow(
            id=row.pk,
            name=row.display_name,
            account_name=row.user.full_name,
            about=row.about,
            trained_until=row.trained_until,
            is_active=row.is_active,
            is_open=row.user.is_active,
            has_role=row.has_role,
            is_trained=is_trained(row.trained_until, day=today),
            ends_soon=_ends_soon(row.trained_until, today),
            has_vault=row.user_id in sealed_to,
            groups=tuple(leads[row.pk]),
        )
        for row in rows
    ]


def _ends_soon(trained_until: date | None, today: date) -> bool:
    return trained_until is not None and 0 < (trained_until - today).days <= SOON_DAYS
