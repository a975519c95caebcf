"""Working time as HR keeps it: weeks of the agency, its units and its people; joint leave."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.common.db import database_now
from portal.leave.forms.days import JointYearForm, WeekEndForm, WeekForm
from portal.leave.policies.desk import get_settled_week
from portal.leave.selectors.kept import list_unit_choices
from portal.leave.selectors.kept_weeks import get_person, list_weeks
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.weeks import end_week, set_joint_year, set_week
from portal.leave.views.desk import about
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

_FORMS: Final = ["GET", "HEAD", "POST"]


@policy("leave.weeks", who=(Who.HR,))
@require_http_methods(_FORMS)
def weeks(request: HttpRequest) -> HttpResponse:
    """Show on which days is worked, and enter a week for the agency or a unit."""
    actor = actor_of(request)
    form = WeekForm(request.POST or None, units=list_unit_choices(actor=actor))
    if request.method == "POST" and form.is_valid():
        try:
            set_week(actor=actor, **form.week(), now=database_now())
        except LeaveRefused as refused:
            form.add_error("valid_from", str(refused.reason.label))
        else:
            messages.success(request, _("The week is entered. Granted leave is counted anew."))
            return redirect("leave:weeks")
    return _show(request, form=form)


@policy("leave.joint_year", who=(Who.HR,))
@require_POST
def joint_year(request: HttpRequest) -> HttpResponse:
    """Say whether the joint leave of a year is taken off the annual leave."""
    form = JointYearForm(request.POST, prefix="bersama")
    if not form.is_valid():
        return _show(request, joint_form=form)
    data = form.cleaned_data
    try:
        set_joint_year(
            actor=actor_of(request),
            year=data["year"],
            deducts=data["deducts"] == JointYearForm.DEDUCTED,
            legal_basis=data["legal_basis"],
            now=database_now(),
        )
    except LeaveRefused as refused:
        form.add_error("year", str(refused.reason.label))
        return _show(request, joint_form=form)
    messages.success(request, _("Saved. Granted leave is counted anew."))
    return redirect("leave:weeks")


@policy("leave.week_end", who=(Who.HR,))
@require_POST
def week_end(request: HttpRequest, pattern_id: UUID) -> HttpResponse:
    """Let a week hold until a day; then the next wider one holds."""
    actor = actor_of(request)
    get_settled_week(actor=actor, pattern_id=pattern_id)
    form = WeekEndForm(request.POST)
    if not form.is_valid():
        messages.warning(request, str(next(iter(form.errors.values()))[0]))
        return redirect("leave:weeks")
    try:
        end_week(
            actor=actor,
            pattern_id=pattern_id,
            last_day=form.cleaned_data["last_day"],
            now=database_now(),
        )
    except LeaveRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, _("Saved. Afterwards the next wider week holds."))
    return redirect("leave:weeks")


@policy("leave.own_week", who=(Who.HR,))
@require_http_methods(_FORMS)
def own_week(request: HttpRequest, employee_id: UUID) -> HttpResponse:
    """Enter a week that one person alone works."""
    actor, now = actor_of(request), database_now()
    page = get_person(actor=actor, employee_id=employee_id)
    form = WeekForm(request.POST or None, units=None)
    if request.method == "POST" and form.is_valid():
        week = {**form.week(), "unit_id": None, "employee_id": employee_id}
        try:
            set_week(actor=actor, **week, now=now)
        except LeaveRefused as refused:
            form.add_error("valid_from", str(refused.reason.label))
        else:
            messages.success(request, _("The week is entered. Granted leave is counted anew."))
            return redirect("leave:entitlement", employee_id)
    context = {"page": page, "form": form, **about(actor, "people")}
    return render(request, "leave/desk_own_week.html", context)


def _show(
    request: HttpRequest,
    *,
    form: WeekForm | None = None,
    joint_form: JointYearForm | None = None,
) -> HttpResponse:
    """Show the weeks; a form that came back keeps what was typed and lies open."""
    actor, now = actor_of(request), database_now()
    week_form = form or WeekForm(units=list_unit_choices(actor=actor))
    context = {
        "page": list_weeks(actor=actor, now=now),
        "week_form": week_form,
        "joint_form": joint_form or JointYearForm(prefix="bersama"),
        "form": joint_form or week_form,
        **about(actor, "weeks"),
    }
    return render(request, "leave/desk_weeks.html", context)
