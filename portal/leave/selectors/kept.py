"""What HR keeps about who decides; and finding the people it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower

from portal.calendars.rules import local_day
from portal.leave import policies
from portal.leave.choices import Family
from portal.leave.models import Decree
from portal.leave.policies.desk import settled_employees
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import User
from portal.people.selectors import find_account, list_units, list_with_role

SHOWN: Final = 30
"""How many people a search shows; whoever has a longer name types more of it."""
SHORTEST: Final = 3
"""Letters to search for; fewer would list the house."""


@dataclass(frozen=True, slots=True)
class DecreeRow:
    """One decree: who decides, on what, from when to when; its number and office."""

    id: UUID
    number: str
    issued_on: date
    holder: str
    office: str
    unit: str
    """Empty for the whole agency."""
    families: tuple[str, ...]
    """Empty for every kind."""
    is_ppk: bool
    valid_from: date
    valid_until: date | None
    withdrawn_on: date | None
    is_now: bool
    is_over: bool

    def __repr__(self) -> str:
        return "<decree>"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody whose days HR keeps."""

    id: UUID
    name: str
    unit: str

    def __repr__(self) -> str:
        return "<person>"


def list_decrees(*, actor: Account, now: datetime) -> list[DecreeRow]:
    """
    Return the decrees of the agency whose rules the actor keeps, the newest first; one query.

    :raises Http404: for anybody but an HR officer.
    """
    agency_id = policies.get_settled_agency(actor)
    today = local_day(now, actor.zone)
    rows = (
        Decree.objects.filter(agency_id=agency_id)
        .select_related("holder", "unit")
        .order_by("-valid_from", Lower("holder__full_name"), "id")
    )
    return [_decree(row, today=today) for row in rows]


def list_holders(*, actor: Account, now: datetime) -> list[tuple[UUID, str]]:
    """
    Return whom the actor can name in a decree: officials and HR officers, never herself.

    By name; three queries.

    :raises Http404: for anybody but an HR officer.
    """
    agency_id = policies.get_settled_agency(actor)
    today = local_day(now, actor.zone)
    holders = {
        user_id
        for role in (Role.OFFICIAL, Role.HR)
        for user_id in list_with_role(agency_id=agency_id, role=role, today=today)
    }
    rows = User.objects.filter(pk__in=holders - {actor.user_id})
    return list(rows.order_by(Lower("full_name"), "id").values_list("id", "full_name"))


def list_unit_choices(*, actor: Account) -> list[tuple[UUID, str]]:
    """
    Return the units of the agency whose rules the actor keeps, by name; one query.

    :raises Http404: for anybody but an HR officer.
    """
    rows = list_units(agency_id=policies.get_settled_agency(actor))
    return sorted(((row.id, row.name) for row in rows), key=lambda one: one[1].lower())


def find_people(*, actor: Account, words: str) -> list[PersonRow]:
    """
    Return people of the agency by a part of their name, or by work mail or NIP; not the actor.

    At most `SHOWN`, by name; nobody for fewer than `SHORTEST` letters. Two queries.

    :raises Http404: for anybody but an HR officer.
    """
    everybody = settled_employees(actor).filter(user__is_active=True)
    typed = " ".join(words.split())
    if len(typed) < SHORTEST:
        return []
    found = everybody.filter(
        Q(user__full_name__icontains=typed) | Q(user_id=find_account(who=typed))
    )
    rows = found.select_related("user", "unit").order_by(Lower("user__full_name"), "id")
    return [PersonRow(row.pk, row.user.full_name, row.unit.name) for row in rows[:SHOWN]]


def find_colleague(*, actor: Account, login: str) -> UUID | None:
    """
    Return the employee of the agency with this work mail or NIP; anybody else is unknown.

    :raises Http404: for anybody but an HR officer.
    """
    rows = settled_employees(actor, herself=True).filter(user__is_active=True)
    user_id = find_account(who=login)
    if user_id is None:
        return None
    return rows.filter(user_id=user_id).values_list("id", flat=True).first()


def _decree(row: Decree, *, today: date) -> DecreeRow:
    is_over = row.withdrawn_on is not None or (
        row.valid_until is not None and row.valid_until < today
    )
    return DecreeRow(
        id=row.pk,
        number=row.number,
        issued_on=row.issued_on,
        holder=row.holder.full_name,
        office=row.office,
        unit=row.unit.name if row.unit else "",
        families=labels_of(row.families),
        is_ppk=row.is_ppk,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        withdrawn_on=row.withdrawn_on,
        is_now=not is_over and row.valid_from <= today,
        is_over=is_over,
    )


def labels_of(families: Iterable[str]) -> tuple[str, ...]:
    """Return the statutory kinds in words, in the order of the law."""
    wanted = set(families)
    return tuple(str(one.label) for one in Family if one in wanted)
