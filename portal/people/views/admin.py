"""The first page of administrators; roles, accounts, activation slips."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.people import administration
from portal.people.actors import actor_of
from portal.people.admin_forms import GrantForm, SearchForm, SlipFilterForm, SlipForm
from portal.people.choices import Role
from portal.people.policies import Who, policy
from portal.people.services import AccountRefused

_FORMS = ["GET", "HEAD", "POST"]
_ADMIN = (Who.ADMIN,)
_SEES = {Who.ADMIN: gettext_lazy("your name, unit, work address and roles, to keep them right")}
_THING = gettext_lazy("Your account")


@policy("people.admin", who=_ADMIN)
@require_safe
def admin_home(request: HttpRequest) -> HttpResponse:
    """Say what the role can do, and what it cannot."""
    agencies = administration.list_agencies(actor=actor_of(request), now=timezone.now())
    return render(request, "people/admin_home.html", {"agencies": agencies})


# --- roles ---------------------------------------------------------------------------------


@policy("people.role.list", who=_ADMIN, sees=_SEES, thing=_THING)
@require_http_methods(_FORMS)
def role_list(request: HttpRequest) -> HttpResponse:
    """Show who holds which role; a POST looks for a person to give one to."""
    return _roles(request)


@policy("people.role.grant", who=_ADMIN)
@require_POST
def role_grant(request: HttpRequest) -> HttpResponse:
    """Give somebody a role."""
    actor, now = actor_of(request), timezone.now()
    form = _grant_form(request)
    if not form.is_valid():
        return _roles(request, form)
    data = form.cleaned_data
    person = administration.get_person(actor=actor, user_id=data["user"], now=now)
    try:
        administration.grant_role(
            actor=actor,
            user_id=person.id,
            agency_id=data["agency"],
            role=Role(data["role"]),
            starts_on=data["starts_on"],
            last_day=data["last_day"],
            now=now,
        )
    except AccountRefused as refused:
        form.add_error("role", str(refused.reason.label))
        return _roles(request, form)
    messages.success(
        request,
        _("%(name)s: %(role)s.") % {"name": person.name, "role": Role(data["role"]).label},
    )
    return redirect("people:role-list")


@policy("people.role.end", who=_ADMIN)
@require_POST
def role_end(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """End a role today; the list then offers to take it back."""
    try:
        grant = administration.end_role(
            actor=actor_of(request), grant_id=grant_id, now=timezone.now()
        )
    except AccountRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        words = {"name": grant.name, "role": grant.role.label}
        messages.success(request, _("%(name)s no longer holds: %(role)s.") % words)
    return redirect("people:role-list")


@policy("people.role.reopen", who=_ADMIN)
@require_POST
def role_reopen(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Take back the end of a role."""
    try:
        administration.reopen_role(
            actor=actor_of(request), grant_id=grant_id, now=timezone.now()
        )
    except AccountRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, _("The role is back."))
    return redirect("people:role-list")


def _grant_form(request: HttpRequest, person: UUID | None = None) -> GrantForm:
    now = timezone.now()
    return GrantForm(
        request.POST if person is None else None,
        agencies=administration.list_agencies(actor=actor_of(request), now=now),
        today=timezone.localdate(now),
        initial={"user": person},
        auto_id="id_%s" if person is None else f"id_%s_{person}",
    )


def _roles(request: HttpRequest, grant_form: GrantForm | None = None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    searching = request.method == "POST" and grant_form is None
    search = SearchForm(request.POST if searching else None)
    found, chosen = None, None
    if searching and search.is_valid():
        people = administration.find_people(
            actor=actor, text=search.cleaned_data["text"], now=now
        )
        found = [(person, _grant_form(request, person.id)) for person in people]
    elif grant_form is not None and grant_form.cleaned_data.get("user"):
        user_id = grant_form.cleaned_data["user"]
        chosen = administration.get_person(actor=actor, user_id=user_id, now=now)
    context = {
        "search": search,
        "form": grant_form or search,
        "found": found,
        "chosen": chosen,
        "grant_form": grant_form,
        "grants": administration.list_grants(actor=actor, now=now),
    }
    return render(request, "people/role_list.html", context)


# --- accounts ------------------------------------------------------------------------------


@policy("people.account.list", who=_ADMIN, sees=_SEES, thing=_THING)
@require_http_methods(_FORMS)
def account_list(request: HttpRequest) -> HttpResponse:
    """Look for a person whose account is to be closed or opened."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    found = None
    if request.method == "POST" and form.is_valid():
        found = administration.find_people(
            actor=actor_of(request), text=form.cleaned_data["text"], now=timezone.now()
        )
    return render(request, "people/account_list.html", {"form": form, "found": found})


@policy("people.account.close", who=_ADMIN)
@require_http_methods(_FORMS)
def account_close(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Ask once, then close an account."""
    actor, now = actor_of(request), timezone.now()
    if request.method != "POST":
        person = administration.get_person(actor=actor, user_id=user_id, now=now)
        return render(request, "people/account_close.html", {"person": person})
    return _set_active(request, user_id, active=False)


@policy("people.account.open", who=_ADMIN)
@require_POST
def account_open(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Open a closed account again."""
    return _set_active(request, user_id, active=True)


def _set_active(request: HttpRequest, user_id: UUID, *, active: bool) -> HttpResponse:
    try:
        person = administration.set_active(
            actor=actor_of(request), user_id=user_id, active=active, now=timezone.now()
        )
    except AccountRefused as refused:
        messages.warning(request, str(refused.reason.label))
        return redirect("people:account-list")
    words = {"name": person.name}
    if active:
        messages.success(request, _("The account of %(name)s is open again.") % words)
        return redirect("people:account-list")
    return render(request, "people/account_closed.html", {"person": person})


# --- slips ---------------------------------------------------------------------------------


@policy("people.slip.list", who=_ADMIN)
@require_http_methods(_FORMS)
def slip_list(request: HttpRequest) -> HttpResponse:
    """Show people who have no password yet; a POST narrows them to a unit."""
    return _slips(request)


@policy("people.slip.print", who=_ADMIN)
@never_cache
@require_POST
def slip_print(request: HttpRequest) -> HttpResponse:
    """Make a slip for each chosen person and show the codes, this once."""
    form = SlipForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose at least one person."))
        return redirect("people:slip-list")
    slips = administration.make_slips(
        actor=actor_of(request), user_ids=form.cleaned_data["people"], now=timezone.now()
    )
    return render(
        request, "people/slip_print.html", {"slips": slips, "address": settings.PUBLIC_URL}
    )


def _slips(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    agencies = administration.list_agencies(actor=actor, now=now)
    units = [unit for one in agencies for unit in administration.list_units(agency_id=one.id)]
    form = SlipFilterForm(
        request.POST if request.method == "POST" else None, agencies=agencies, units=units
    )
    agency_id, unit_id = None, None
    if request.method == "POST" and form.is_valid():
        agency_id, unit_id = form.cleaned_data["agency"], form.cleaned_data["unit"]
    agency = administration.get_agency(actor=actor, agency_id=agency_id, now=now)
    people = administration.list_without_password(
        actor=actor, agency_id=agency.id, unit_id=unit_id, now=now
    )
    context = {
        "form": form,
        "people": people,
        "most": administration.SLIPS_AT_MOST if _is_full(people) else None,
    }
    return render(request, "people/slip_list.html", context)


def _is_full(people: list[administration.PersonRow]) -> bool:
    return len(people) >= administration.SLIPS_AT_MOST
