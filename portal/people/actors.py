"""Who does something, as the services see them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from portal.people.choices import Role, Zone
from portal.people.models import Employee, User

_CACHE = "_teduh_actor"
SECOND_FACTORS = frozenset({"mfa", "sso-mfa"})
"""Authentication records that count: allauth's own, and a single sign-on that said it asked."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed in: an employee or an external counsellor."""

    user_id: UUID
    agency_id: UUID | None
    zone: str
    roles: frozenset[Role] = frozenset()
    has_mfa: bool = False
    leads: bool = False
    """Whether anybody works under this person."""

    def __repr__(self) -> str:
        return "<account>"


@dataclass(frozen=True, slots=True)
class CodeHolder:
    """Somebody without an account who holds six words; ``code_tag`` is their keyed hash."""

    code_tag: bytes

    def __repr__(self) -> str:
        return "<code holder>"


Actor = Account | CodeHolder


def actor_of(request: HttpRequest) -> Account:
    """
    Return the signed-in account with the roles it holds today.

    No query of its own: the account was read with its roles (`backends`). ``has_mfa`` is about
    this session, not about the account.

    :raises LookupError: if nobody is signed in; every guarded view has somebody.
    """
    cached: Account | None = getattr(request, _CACHE, None)
    if cached is not None:
        return cached
    if not request.user.is_authenticated:
        msg = "nobody is signed in"
        raise LookupError(msg)
    actor = _read(request)
    setattr(request, _CACHE, actor)
    return actor


def has_second_factor(*, user_id: UUID) -> bool:
    """Return whether the account has an authenticator app or a passkey set up."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    found: bool = Authenticator.objects.filter(user_id=user_id, type__in=kinds).exists()
    return found


def accounts_with_roles(*, today: date) -> QuerySet[User]:
    """Return accounts together with what makes an actor of them, for one query a request."""
    in_force = Q(grants__starts_on__lte=today) & (
        Q(grants__ends_on__isnull=True) | Q(grants__ends_on__gt=today)
    )
    reports = Employee.objects.filter(manager__user_id=OuterRef("pk"))
    return User.objects.select_related("employee__unit", "employee__agency").annotate(
        held_roles=ArrayAgg("grants__role", filter=in_force, distinct=True, default=[]),
        leads=Exists(reports),
    )


def _read(request: HttpRequest) -> Account:
    user: Any = request.user
    if not hasattr(user, "held_roles"):
        # Signed in a moment ago, within this very request.
        user = accounts_with_roles(today=timezone.localdate()).get(pk=user.pk)
    employee: Employee | None = getattr(user, "employee", None)
    methods = {record["method"] for record in get_authentication_records(request, request.user)}
    return Account(
        user_id=user.pk,
        agency_id=employee.agency_id if employee else None,
        zone=employee.work_zone if employee else Zone.JAKARTA.value,
        roles=frozenset(Role(role) for role in user.held_roles),
        has_mfa=bool(methods & SECOND_FACTORS),
        leads=user.leads,
    )
