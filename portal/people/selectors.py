"""Reading accounts and the organisation; nothing here knows what anybody does with them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import Employee, RoleGrant, User

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
