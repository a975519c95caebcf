"""Who may decide, and who stands in: decrees and delegations, as HR keeps them."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.common.db import database_now
from portal.leave.choices import DelegationKind, Refusal
from portal.leave.forms.rules import DecreeForm, DelegationForm
from portal.leave.selectors.kept import (
    find_colleague,
    list_decrees,
    list_holders,
    list_unit_choices,
)
from portal.leave.selectors.stand_ins import list_stand_ins
from portal.leave.services.decrees import enter_decree, withdraw_decree
from portal.leave.services.delegations import delegate, end_delegation
from portal.leave.services.desk import LeaveRefused
from portal.leave.views.desk import about
from portal.people.actors import Account, actor_of
from portal.people.policies import Who, policy

_FORMS: Final = ["GET", "HEAD", "POST"]


@policy("leave.decrees", who=(Who.HR,))
@require_http_methods(_FORMS)
def decrees(request: HttpRequest) -> HttpResponse:
    """Show who may decide under which decree, and enter one."""
    actor, now = actor_of(request), database_now()
    holders = list_holders(actor=actor, now=now)
    form = DecreeForm(
        request.POST or None, holders=holders, units=list_unit_choices(actor=actor)
    )
    if request.method == "POST" and form.is_valid():
        try:
            enter_decree(actor=actor, terms=form.terms(), now=now)
        except LeaveRefused as refused:
            form.add_error(None, str(refused.reason.label))
        else:
            messages.success(request, _("The decree is entered. It counts from its first day."))
            return redirect("leave:decrees")
    rows = list_decrees(actor=actor, now=now)
    context = {
        "rows": [row for row in rows if not row.is_over],
        "past": [row for row in rows if row.is_over],
        "holders": holders,
        "form": form,
        **about(actor, "decrees"),
    }
    return render(request, "leave/desk_decrees.html", context)


@policy("leave.decree_withdraw", who=(Who.HR,))
@require_POST
def decree_withdraw(request: HttpRequest, decree_id: UUID) -> HttpResponse:
    """Withdraw a decree; nothing is decided under it any more."""
    withdraw_decree(actor=actor_of(request), decree_id=decree_id, now=database_now())
    messages.success(request, _("Withdrawn. Nothing is decided under it from now on."))
    return redirect("leave:decrees")


@policy("leave.delegations", who=(Who.HR,))
@require_http_methods(_FORMS)
def delegations(request: HttpRequest) -> HttpResponse:
    """Show who stands in for which superior, and enter it."""
    actor, now = actor_of(request), database_now()
    form = DelegationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _delegate(form, actor):
        messages.success(request, _("Entered. Whoever stands in is asked from the first day."))
        return redirect("leave:delegations")
    rows = list_stand_ins(actor=actor, now=now)
    context = {"rows": rows, "form": form, **about(actor, "delegations")}
    return render(request, "leave/desk_delegations.html", context)


@policy("leave.delegation_end", who=(Who.HR,))
@require_POST
def delegation_end(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """End a delegation at once."""
    end_delegation(actor=actor_of(request), delegation_id=delegation_id, now=database_now())
    messages.success(request, _("Ended. Open questions stay with the superior."))
    return redirect("leave:delegations")


def _delegate(form: DelegationForm, actor: Account) -> bool:
    """Enter what the form says; where it cannot be, say at which field."""
    data = form.cleaned_data
    found: dict[str, UUID] = {}
    for name in ("giver", "stand_in"):
        employee_id = find_colleague(actor=actor, login=data[name])
        if employee_id is None:
            form.add_error(name, str(Refusal.NO_SUCH_COLLEAGUE.label))
        else:
            found[name] = employee_id
    if form.errors:
        return False
    try:
        delegate(
            actor=actor,
            giver_id=found["giver"],
            stand_in_id=found["stand_in"],
            kind=DelegationKind(data["kind"]),
            decree_number=data["decree_number"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            now=database_now(),
        )
    except LeaveRefused as refused:
        form.add_error(None, str(refused.reason.label))
        return False
    return True
