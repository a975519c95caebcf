"""Reading accounts and the organisation; nothing here knows what anybody does with them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from portal.people.actors import Account
from portal.people.choices import Employment, Role, Zone
from portal.people.models import Employee, RoleGrant, Unit, User

_CONFLICT_SCOPE = """
WITH RECURSIVE me AS (
    SELECT id, unit_id, manager_id FROM people_employee WHERE user_id = %s
), line AS (
    SELECT e.id, e.manager_id, e.user_id
    FROM people_employee e JOIN me ON e.id = me.manager_id
    UNION
    SELECT e.id, e.manager_id, e.user_id
    FROM people_employee e JOIN line ON e.id = line.manager_id
)
SELECT %s::uuid
UNION
SELECT user_id FROM line
UNION
SELECT e.user_id FROM people_employee e JOIN me ON e.manager_id = me.id
UNION
SELECT e.user_id FROM people_employee e JOIN me ON e.unit_id = me.unit_id
"""

_LINE = """
WITH RECURSIVE me AS (
    SELECT id, user_id, manager_id FROM people_employee WHERE user_id = %s
), above AS (
    SELECT e.id, e.manager_id, e.user_id
    FROM people_employee e JOIN me ON e.id = me.manager_id
    UNION
    SELECT e.id, e.manager_id, e.user_id
    FROM people_employee e JOIN above ON e.id = above.manager_id
), below AS (
    SELECT e.id, e.user_id FROM people_employee e JOIN me ON e.manager_id = me.id
    UNION
    SELECT e.id, e.user_id FROM people_employee e JOIN below ON e.manager_id = below.id
)
SELECT user_id FROM (SELECT user_id FROM above UNION SELECT user_id FROM below) AS line
WHERE user_id NOT IN (SELECT user_id FROM me)
ORDER BY user_id
"""

MOST_SUPERIORS = 5
"""How far up a line is looked for somebody who can act; a longer one is a mistake."""

_SUPERIORS = """
WITH RECURSIVE line AS (
    SELECT manager_id AS id, 1 AS steps, ARRAY[id] AS seen
    FROM people_employee WHERE id = %s AND manager_id IS NOT NULL
    UNION ALL
    SELECT e.manager_id, line.steps + 1, line.seen || e.id
    FROM line JOIN people_employee e ON e.id = line.id
    WHERE e.manager_id IS NOT NULL AND line.steps < %s
        AND e.manager_id <> ALL (line.seen || e.id)
)
SELECT e.id, e.user_id, e.agency_id, e.unit_id, unit.name, person.full_name, person.nip,
    e.employment, e.zone, unit.zone, agency.zone, e.manager_id, person.is_active
FROM line
JOIN people_employee e ON e.id = line.id
JOIN people_user person ON person.id = e.user_id
JOIN people_unit unit ON unit.id = e.unit_id
JOIN people_agency agency ON agency.id = e.agency_id
ORDER BY line.steps
"""
_CARD = (
    "id", "user_id", "agency_id", "unit_id", "unit__name", "user__full_name", "user__nip",
    "employment", "zone", "unit__zone", "agency__zone", "manager_id", "user__is_active",
)  # fmt: skip
"""The same columns in the same order, for Django's queries."""

_UNITS_ABOVE = """
WITH RECURSIVE above AS (
    SELECT id AS start, id, parent_id, 0 AS steps, ARRAY[id] AS seen
    FROM people_unit WHERE id = ANY (%s)
    UNION ALL
    SELECT above.start, u.id, u.parent_id, above.steps + 1, above.seen || u.id
    FROM above JOIN people_unit u ON u.id = above.parent_id
    WHERE u.id <> ALL (above.seen)
)
SELECT start, id FROM above ORDER BY start, steps
"""

_UNITS_BELOW = """
WITH RECURSIVE below AS (
    SELECT id FROM people_unit WHERE id = %s
    UNION
    SELECT u.id FROM below JOIN people_unit u ON u.parent_id = below.id
)
SELECT id FROM below
"""


@dataclass(frozen=True, slots=True)
class EmployeeCard:
    """
    An employee as the rooms that serve the organisation know her.

    ``manager_id`` is an employee, not an account. ``zone`` is hers, else her unit's, else her
    agency's. ``nip`` tells age and sex and never leaves a page of her own or of HR.
    """

    id: UUID
    user_id: UUID
    agency_id: UUID
    unit_id: UUID
    unit_name: str
    full_name: str
    nip: str
    employment: Employment
    zone: str
    manager_id: UUID | None
    is_active: bool

    def __repr__(self) -> str:
        return "<employee>"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of an agency."""

    id: UUID
    parent_id: UUID | None
    name: str
    code: str
    zone: str


@dataclass(frozen=True, slots=True)
class PrivateAddress:
    """A verified address of a person's own, and how a page may show it."""

    email: str
    masked: str


@dataclass(frozen=True, slots=True)
class Signs:
    """What would show who a person is, and where she works."""

    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<signs>"


def conflict_query(*, actor: Account) -> RawSQL:
    """
    Return the accounts too close to the actor to hear her, for use in ``…__in``.

    They are her own, her superiors up the line, her direct reports and the colleagues of her
    unit. Computed from the signed-in person and stored nowhere. A circle in the line ends.
    """
    return RawSQL(_CONFLICT_SCOPE, [actor.user_id, actor.user_id])  # noqa: S611 - constant text


def is_close(*, actor: Account, user_id: UUID) -> bool:
    """Return whether an account is too close to the actor to hear her; see `conflict_query`."""
    return User.objects.filter(pk=user_id, pk__in=conflict_query(actor=actor)).exists()


def line_of(*, actor: Account) -> list[UUID]:
    """
    Return the accounts of everybody above and below the actor in the line, by id.

    All superiors up the line and everybody who works under her, however far down; not herself,
    and not the colleagues of her unit. Whoever has her in his line is in hers. A circle in the
    line ends. One query; stored nowhere.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LINE, [actor.user_id])
        return [row[0] for row in cursor.fetchall()]


def private_addresses(*, actor: Account) -> list[PrivateAddress]:
    """Return the actor's verified addresses other than the work address, by alphabet."""
    emails = (
        EmailAddress.objects.filter(user_id=actor.user_id, verified=True)
        .exclude(email__iexact=F("user__email"))
        .order_by(Lower("email"), "id")
        .values_list("email", flat=True)
    )
    return [PrivateAddress(email, mask(email)) for email in emails]


def mask(email: str) -> str:
    """Return an address that its owner recognises and a glance over the shoulder does not."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"


def agency_of(*, user_id: UUID) -> UUID | None:
    """Return the agency a person is employed by; None for an external counsellor."""
    return Employee.objects.filter(user_id=user_id).values_list("agency_id", flat=True).first()


def find_account(*, who: str) -> UUID | None:
    """Return the account with this work mail or NIP, however it was spaced; one query."""
    typed = who.strip().lower()
    digits = "".join(sign for sign in typed if sign.isdigit())
    found = User.objects.filter(Q(email=typed) & ~Q(email="") | Q(nip=digits))
    return found.values_list("id", flat=True).first()


def is_active(*, user_id: UUID) -> bool:
    """Return whether the account exists and may sign in."""
    return User.objects.filter(pk=user_id, is_active=True).exists()


def signs_of(*, user_id: UUID) -> Signs:
    """Return what would show who a person is and where she works, in one query."""
    addresses = ArrayAgg("emailaddress__email", default=[])
    row = (
        User.objects.filter(pk=user_id)
        .annotate(addresses=addresses)
        .values_list(
            "full_name",
            "nip",
            "email",
            "addresses",
            "employee__unit__name",
            "employee__unit__code",
            "employee__agency__short_name",
        )
        .first()
    )
    if row is None:
        return Signs()
    full_name, nip, email, others, *places = row
    mailboxes = (address.partition("@")[0] for address in (email, *others) if address)
    return Signs(
        names=tuple(name for name in (full_name, nip or "", *mailboxes) if name),
        units=tuple(place for place in places if place),
    )


def list_with_role(*, agency_id: UUID, role: Role, today: date) -> list[UUID]:
    """Return the active accounts that hold a role in an agency today, by id."""
    return list(
        RoleGrant.objects.on(today)
        .filter(agency_id=agency_id, role=role, user__is_active=True)
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )


def list_departed() -> list[UUID]:
    """Return the accounts that were closed, in no order."""
    return list(User.objects.filter(is_active=False).values_list("id", flat=True))


def employee_of(*, user_id: UUID) -> EmployeeCard | None:
    """Return the employee behind an account; None for an external counsellor."""
    row = Employee.objects.filter(user_id=user_id).values_list(*_CARD).first()
    return _card(row) if row else None


def employees_by_id(*, employee_ids: Collection[UUID]) -> dict[UUID, EmployeeCard]:
    """Return these employees by their ids, departed ones too; one query, none for nobody."""
    if not employee_ids:
        return {}
    rows = Employee.objects.filter(pk__in=set(employee_ids)).values_list(*_CARD)
    return {row[0]: _card(row) for row in rows}


def card_of(employee: Employee) -> EmployeeCard:
    """Return an employee that is read already, with her account, unit and agency; no query."""
    person, unit = employee.user, employee.unit
    return EmployeeCard(
        id=employee.pk,
        user_id=person.pk,
        agency_id=employee.agency_id,
        unit_id=unit.pk,
        unit_name=unit.name,
        full_name=person.full_name,
        nip=person.nip or "",
        employment=Employment(employee.employment),
        zone=employee.work_zone,
        manager_id=employee.manager_id,
        is_active=person.is_active,
    )


def managers_above(*, employee_id: UUID) -> list[EmployeeCard]:
    """
    Return the superiors up the line, the nearest first, at most five; one query.

    Departed ones are among them: whoever asks decides whom to skip. A circle in the line ends
    before it comes back to somebody, and never reaches the employee herself.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SUPERIORS, [employee_id, MOST_SUPERIORS])
        return [_card(row) for row in cursor.fetchall()]


def reports_of(*, user_id: UUID) -> list[EmployeeCard]:
    """Return who works directly under an account and is still here, by name."""
    reports = Employee.objects.filter(manager__user_id=user_id, user__is_active=True)
    rows = reports.order_by(Lower("user__full_name"), "id").values_list(*_CARD)
    return [_card(row) for row in rows]


def unit_line(*, unit_id: UUID) -> list[UUID]:
    """Return a unit and those it belongs to, the nearest first; a circle ends. One query."""
    return _lines_of_units([unit_id]).get(unit_id, [])


def unit_lines(*, unit_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return for each unit its `unit_line`; one query, none for no units."""
    return _lines_of_units(set(unit_ids)) if unit_ids else {}


def unit_tree(*, unit_id: UUID) -> frozenset[UUID]:
    """Return a unit and everything below it; a circle ends. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_UNITS_BELOW, [unit_id])
        return frozenset(row[0] for row in cursor.fetchall())


def top_unit_of(unit_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """
    Return for each unit the one at the top of its tree, itself if it has none above it.

    One query, none for no units. Circles, which the staff list refuses, end.
    """
    return {unit_id: line[-1] for unit_id, line in unit_lines(unit_ids=unit_ids).items()}


def list_units(*, agency_id: UUID) -> list[UnitRow]:
    """Return the units of an agency, by name."""
    rows = Unit.objects.filter(agency_id=agency_id).order_by("name", "id")
    return [UnitRow(row.pk, row.parent_id, row.name, row.code, row.zone) for row in rows]


def _lines_of_units(unit_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(_UNITS_ABOVE, [list(unit_ids)])
        lines: dict[UUID, list[UUID]] = {}
        for start, unit_id in cursor.fetchall():
            lines.setdefault(start, []).append(unit_id)
    return lines


def _card(row: tuple[Any, ...]) -> EmployeeCard:
    (
        employee_id, user_id, agency_id, unit_id, unit_name, full_name, nip,
        employment, own_zone, unit_zone, agency_zone, manager_id, is_active,
    ) = row  # fmt: skip
    return EmployeeCard(
        id=employee_id,
        user_id=user_id,
        agency_id=agency_id,
        unit_id=unit_id,
        unit_name=unit_name,
        full_name=full_name,
        nip=nip or "",
        employment=Employment(employment),
        zone=own_zone or unit_zone or agency_zone or Zone.JAKARTA.value,
        manager_id=manager_id,
        is_active=is_active,
    )
