"""The rules of an agency and the room itself, as HR keeps them."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.db import database_now
from portal.leave import policies
from portal.leave.choices import Family, Mode, Profile
from portal.leave.forms.rules import RoomForm, RuleVersionForm
from portal.leave.rules.kinds import Kind
from portal.leave.selectors.desks import DeskSettings, desk_of
from portal.leave.selectors.kept_rules import get_rule, list_rule_histories
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.rulebook import new_version, switch_type
from portal.leave.services.setup import close_desk, open_desk
from portal.leave.views.desk import about
from portal.people.actors import Account, actor_of
from portal.people.policies import Who, policy

_FORMS: Final = ["GET", "HEAD", "POST"]


@policy("leave.rules", who=(Who.HR,))
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show every kind of leave with its rule, its legal basis and its dates."""
    actor, now = actor_of(request), database_now()
    histories = list_rule_histories(actor=actor, now=now)
    context = {
        "kinds": [one for one in histories if not one.shown.purpose_label],
        "bent": [one for one in histories if one.shown.purpose_label],
        **about(actor, "rules"),
    }
    return render(request, "leave/desk_rules.html", context)


@policy("leave.rule", who=(Who.HR,))
@require_http_methods(_FORMS)
def rule(request: HttpRequest, leave_type_id: UUID) -> HttpResponse:
    """Show one rule with its versions, and make a new one from a day on."""
    actor, now = actor_of(request), database_now()
    kind, words, history = get_rule(actor=actor, leave_type_id=leave_type_id, now=now)
    profile = desk_of(agency_id=policies.get_settled_agency(actor)).profile
    form = RuleVersionForm(
        request.POST or None, kind=kind, profile=profile, initial=_values(kind)
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = new_version(
                actor=actor,
                leave_type_id=leave_type_id,
                valid_from=data["valid_from"],
                legal_basis=data["legal_basis"],
                now=now,
                **form.changes(),
            )
        except LeaveRefused as refused:
            form.add_error("valid_from", str(refused.reason.label))
        else:
            messages.success(
                request, _("The new version is there. Requests already sent keep the old one.")
            )
            return redirect("leave:rule", made)
    context = {
        "rule": words,
        "history": history,
        "form": form,
        "extra_months": kind.extra_months,
        "can_close": kind.family != Family.SICK,
        **about(actor, "rules"),
    }
    return render(request, "leave/desk_rule.html", context)


@policy("leave.rule_switch", who=(Who.HR,))
@require_POST
def rule_switch(request: HttpRequest, leave_type_id: UUID) -> HttpResponse:
    """Open a kind of leave, or close it."""
    is_on = request.POST.get("is_on") == "1"
    try:
        switch_type(
            actor=actor_of(request),
            leave_type_id=leave_type_id,
            is_on=is_on,
            now=database_now(),
        )
    except LeaveRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        said = _("Open again.") if is_on else _("Closed. What was asked for before goes on.")
        messages.success(request, said)
    return redirect("leave:rule", leave_type_id)


@policy("leave.leave_settings", who=(Who.HR,))
@require_http_methods(_FORMS)
def leave_settings(request: HttpRequest) -> HttpResponse:
    """Show whether and how the room is open, the condition first; change it."""
    actor, now = actor_of(request), database_now()
    agency_id = policies.get_settled_agency(actor)
    desk = desk_of(agency_id=agency_id)
    has_rules = bool(list_rule_histories(actor=actor, now=now))
    stands = desk.profile if has_rules else None
    form = RoomForm(request.POST or None, stands=stands, initial=_settings(desk))
    if request.method == "POST" and form.is_valid():
        try:
            made = _set(actor, form)
        except LeaveRefused as refused:
            form.add_error(None, str(refused.reason.label))
        else:
            messages.success(request, _said(form, made))
            return redirect("leave:leave-settings")
    context = {
        "desk": desk,
        "has_rules": has_rules,
        "form": form,
        **about(actor, "settings"),
    }
    return render(request, "leave/desk_settings.html", context)


def _set(actor: Account, form: RoomForm) -> int:
    data = form.cleaned_data
    mode = Mode(data["mode"])
    if mode == Mode.OFF:
        close_desk(actor=actor, now=database_now())
        return 0
    return open_desk(
        actor=actor,
        mode=mode,
        profile=Profile(data["profile"]),
        reviewer_decree=data["reviewer_decree"],
        reviewer_decree_on=data["reviewer_decree_on"],
        all_sick_leave=data["all_sick_leave"],
        retention_days=data["retention_days"],
        retention_basis=data["retention_basis"],
        number_template=data["number_template"],
        place=data["place"],
        hr_decides=data.get("hr_decides", False),
        now=database_now(),
    )


def _said(form: RoomForm, made: int) -> str:
    if form.cleaned_data["mode"] == Mode.OFF:
        return _("Closed. What is on its way goes on to its end.")
    if made:
        return ngettext(
            "Saved. %(count)s rule of the profile was loaded.",
            "Saved. %(count)s rules of the profile were loaded.",
            made,
        ) % {"count": made}
    return _("Saved.")


def _settings(desk: DeskSettings) -> dict[str, Any]:
    return {name: getattr(desk, name) for name in RoomForm.base_fields}


def _values(kind: Kind) -> dict[str, Any]:
    same = (
        *RuleVersionForm.NUMBERS, *RuleVersionForm.LIMITS, *RuleVersionForm.FLAGS,
        "manager_sees",
    )  # fmt: skip
    return {name: getattr(kind, name) for name in same} | {"legal_basis": kind.legal_basis}
