"""Who does something, as the services see them."""

from dataclasses import dataclass
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, Q
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

    One query, once a request; ``has_mfa`` is about this session, not about the account.

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


def forget_actor(request: HttpRequest) -> None:
    """Drop the cached actor, after something in this request changed who it is."""
    if hasattr(request, _CACHE):
        delattr(request, _CACHE)


def has_second_factor(*, user_id: UUID) -> bool:
    """Return whether the account has an authenticator app or a passkey set up."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    found: bool = Authenticator.objects.filter(user_id=user_id, type__in=kinds).exists()
    return found


def _read(request: HttpRequest) -> Account:
    user_id: UUID = request.user.pk  # type: ignore[assignment]  # somebody is signed in
    today = timezone.localdate()
    in_force = Q(grants__starts_on__lte=today) & (
        Q(grants__ends_on__isnull=True) | Q(grants__ends_on__gt=today)
    )
    row = (
        User.objects.filter(pk=user_id)
        .values_list(
            "employee__agency_id",
            "employee__zone",
            "employee__unit__zone",
            "employee__agency__zone",
        )
        .annotate(
            held=ArrayAgg("grants__role", filter=in_force, distinct=True, default=[]),
            leads=Exists(Employee.objects.filter(manager__user_id=user_id)),
        )
        .get()
    )
    agency_id, own, unit, agency, held, leads = row
    methods = {record["method"] for record in get_authentication_records(request, request.user)}
    return Account(
        user_id=user_id,
        agency_id=agency_id,
        zone=own or unit or agency or Zone.JAKARTA.value,
        roles=frozenset(Role(role) for role in held),
        has_mfa=bool(methods & SECOND_FACTORS),
        leads=leads,
    )
