"""
Who may enter a page: the register of every route's policy, and the door that enforces it.

The door asks for a sign-in, a role and a second factor. Which *row* somebody may have is
decided in each room's own ``policies.get_*``. The public page on who can see what is written
from the register, so a route that is not in it does not exist.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.db.models import TextChoices
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from portal.people.actors import Account, actor_of, has_second_factor
from portal.people.choices import Role

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponseBase]
Text = str | Promise


class Who(TextChoices):
    """Who can stand in front of a door."""

    ANYONE = "ANYONE", _("Anyone, without signing in")
    EMPLOYEE = "EMPLOYEE", _("Everyone who is signed in")
    OWNER = "OWNER", _("You yourself")
    ASSIGNED = "ASSIGNED", _("Your own counsellor")
    COUNSELLOR = "COUNSELLOR", _("Counsellors")
    FACILITATOR = "FACILITATOR", _("Facilitators")
    MANAGER = "MANAGER", _("Your line manager")
    HR = "HR", _("HR officers")
    REVIEWER = "REVIEWER", _("Medical reviewers")
    OFFICIAL = "OFFICIAL", _("Authorised officials")
    HEAD = "HEAD", _("The head of the counselling service")
    DUTY = "DUTY", _("Duty counsellors")
    ADMIN = "ADMIN", _("System administrators")
    DPO = "DPO", _("The data protection officer")


_ROLE_OF = {
    Who.ASSIGNED: Role.COUNSELLOR,
    Who.COUNSELLOR: Role.COUNSELLOR,
    Who.FACILITATOR: Role.FACILITATOR,
    Who.HR: Role.HR,
    Who.REVIEWER: Role.REVIEWER,
    Who.OFFICIAL: Role.OFFICIAL,
    Who.HEAD: Role.HEAD,
    Who.DUTY: Role.DUTY,
    Who.ADMIN: Role.ADMIN,
    Who.DPO: Role.DPO,
}
"""Whose door needs a role today; the others are open to every account, row by row."""


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """What the register holds about one policy."""

    name: str
    who: tuple[Who, ...]
    sees: Mapping[Who, Text] | None = None
    thing: Text | None = None
    anonymous: bool = False

    @property
    def roles(self) -> frozenset[Role] | None:
        """Return the roles of which one is needed; None when every account may knock."""
        if any(who not in _ROLE_OF for who in self.who):
            return None
        return frozenset(_ROLE_OF[who] for who in self.who)


_REGISTER: dict[str, PolicyEntry] = {}


def registry() -> list[PolicyEntry]:
    """Return every registered policy, by name."""
    return [_REGISTER[name] for name in sorted(_REGISTER)]


def policy(
    name: str,
    *,
    who: tuple[Who, ...],
    sees: Mapping[Who, Text] | None = None,
    thing: Text | None = None,
    anonymous: bool = False,
) -> Callable[[View[Params]], View[Params]]:
    """
    Register a route's policy and guard its view; goes outermost.

    A signed-out person is sent to sign in, a signed-in person without a role that the door asks
    for gets the same 404 as a missing page, and anybody with a staff role but without a second
    factor in this session is led to it. ``sees`` says in a sentence what each of ``who`` reads
    of ``thing``; both go onto the public page.

    :raises ValueError: if the name is registered with other content.
    """
    entry = PolicyEntry(name, who, sees, thing, anonymous)
    if not who or (anonymous and Who.ANYONE not in who):
        msg = f"{name}: say who; an anonymous door names ANYONE"
        raise ValueError(msg)
    if _REGISTER.setdefault(name, entry) != entry:
        msg = f"{name} is registered twice with different content"
        raise ValueError(msg)

    def guard(view: View[Params]) -> View[Params]:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs
        ) -> HttpResponseBase:
            refusal = None if anonymous else _stop(request, entry)
            return refusal if refusal is not None else view(request, *args, **kwargs)

        guarded.policy = entry  # type: ignore[attr-defined]  # read by the matrix of routes
        guarded.login_required = not anonymous  # type: ignore[attr-defined]  # read by Django
        return guarded  # type: ignore[return-value]  # only the name of `request` differs

    return guard


def lacks_second_factor(actor: Account) -> bool:
    """Return whether a staff role stands here without a second factor in this session."""
    return settings.REQUIRE_STAFF_MFA and bool(actor.roles) and not actor.has_mfa


def second_factor_route(actor: Account) -> str:
    """Return the route that brings the second factor: proving it, or setting it up first."""
    return "mfa_reauthenticate" if has_second_factor(user_id=actor.user_id) else "mfa_index"


def _stop(request: HttpRequest, entry: PolicyEntry) -> HttpResponseBase | None:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
    actor = actor_of(request)
    if entry.roles is not None and not entry.roles & actor.roles:
        raise Http404
    if lacks_second_factor(actor):
        return _to_second_factor(request, actor)
    return None


def _to_second_factor(request: HttpRequest, actor: Account) -> HttpResponseBase:
    """Lead to the second factor, and from proving it back to the page."""
    address = reverse(second_factor_route(actor))
    if request.method in {"GET", "HEAD"}:
        address += "?" + urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
    return redirect(address)
