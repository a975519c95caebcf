"""Somebody's days, as HR keeps them: found, shown with every line, put right by hand."""

from typing import Final
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.db import database_now
from portal.leave.choices import EntryKind
from portal.leave.forms.days import CorrectionForm, JointDutyForm, ServiceForm
from portal.leave.forms.desk import SearchForm
from portal.leave.policies.desk import get_settled_employee
from portal.leave.rules.weeks import NoCalendar
from portal.leave.selectors.kept import SHOWN, find_people
from portal.leave.selectors.kept_weeks import EntitlementPage, get_entitlement
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.setup import adjust
from portal.leave.services.weeks import (
    record_joint_duty,
    set_service,
    withdraw_joint_duty,
)
from portal.leave.views.desk import about
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

CORRECTION, SERVICE, DUTY = "koreksi", "masa", "bersama"
"""Prefixes of the three forms of one page, so that every field has an id of its own."""
YEAR: Final = "tahun"
_FORMS: Final = ["GET", "HEAD", "POST"]


@policy("leave.people", who=(Who.HR,))
@require_http_methods(_FORMS)
def people(request: HttpRequest) -> HttpResponse:
    """Find somebody by name; the name is sent by post, so that no address carries it."""
    actor = actor_of(request)
    form = SearchForm(request.POST or None)
    rows = None
    if request.method == "POST" and form.is_valid():
        rows = find_people(actor=actor, words=form.cleaned_data["words"])
    context = {"form": form, "rows": rows, "most": SHOWN, **about(actor, "people")}
    return render(request, "leave/desk_people.html", context)


@policy("leave.entitlement", who=(Who.HR,))
@require_safe
def entitlement(request: HttpRequest, employee_id: UUID) -> HttpResponse:
    """Show somebody's days of a year with every line behind them."""
    return _show(request, employee_id)


@policy("leave.entitlement_correct", who=(Who.HR,))
@require_POST
def entitlement_correct(request: HttpRequest, employee_id: UUID) -> HttpResponse:
    """Put days right by hand, in a line of its own."""
    page = _page(request, employee_id)
    form = CorrectionForm(request.POST, prefix=CORRECTION, codes=page.codes, years=page.years)
    if form.is_valid():
        data = form.cleaned_data
        try:
            adjust(
                actor=actor_of(request),
                employee_id=employee_id,
                code=data["code"],
                year=data["year"],
                quantity=form.signed(),
                why=EntryKind(data["why"]),
                source_year=data["source_year"],
                key=data["key"],
                now=database_now(),
            )
        except LeaveRefused as refused:
            form.add_error("quantity", str(refused.reason.label))
        else:
            messages.success(request, _("Corrected. The line stands below."))
            return redirect("leave:entitlement", employee_id)
    return _show(request, employee_id, form)


@policy("leave.service_start", who=(Who.HR,))
@require_POST
def service_start(request: HttpRequest, employee_id: UUID) -> HttpResponse:
    """Write down since when somebody serves."""
    form = ServiceForm(request.POST, prefix=SERVICE)
    if form.is_valid():
        data = form.cleaned_data
        try:
            set_service(
                actor=actor_of(request),
                employee_id=employee_id,
                started_on=data["started_on"],
                contract_until=data["contract_until"],
                now=database_now(),
            )
        except LeaveRefused as refused:
            form.add_error("started_on", str(refused.reason.label))
        else:
            messages.success(request, _("The service is written down."))
            return redirect("leave:entitlement", employee_id)
    return _show(request, employee_id, form)


@policy("leave.joint_duty", who=(Who.HR,))
@require_POST
def joint_duty(request: HttpRequest, employee_id: UUID) -> HttpResponse:
    """Write down that somebody worked on a day of joint leave; she gets it back."""
    form = JointDutyForm(request.POST, prefix=DUTY)
    if form.is_valid():
        try:
            record_joint_duty(
                actor=actor_of(request),
                employee_id=employee_id,
                day=form.cleaned_data["day"],
                now=database_now(),
            )
        except LeaveRefused as refused:
            form.add_error("day", str(refused.reason.label))
        except NoCalendar:
            form.add_error("day", _("No week is entered for that day. Enter one first."))
        else:
            messages.success(request, _("Written down. The day is given back."))
            return redirect("leave:entitlement", employee_id)
    return _show(request, employee_id, form)


@policy("leave.joint_duty_remove", who=(Who.HR,))
@require_POST
def joint_duty_remove(request: HttpRequest, employee_id: UUID) -> HttpResponse:
    """Take back that somebody worked on a day of joint leave."""
    actor = actor_of(request)
    get_settled_employee(actor=actor, employee_id=employee_id)
    form = JointDutyForm(request.POST)
    if not form.is_valid():
        return redirect("leave:entitlement", employee_id)
    day = form.cleaned_data["day"]
    try:
        withdraw_joint_duty(actor=actor, employee_id=employee_id, day=day, now=database_now())
    except LeaveRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, _("Taken back, with the day that was given for it."))
    return redirect("leave:entitlement", employee_id)


def _page(request: HttpRequest, employee_id: UUID) -> EntitlementPage:
    typed = request.GET.get(YEAR, "")
    return get_entitlement(
        actor=actor_of(request),
        employee_id=employee_id,
        year=int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else None,
        now=database_now(),
    )


def _show(
    request: HttpRequest, employee_id: UUID, failed: forms.Form | None = None
) -> HttpResponse:
    """Show the page; a form that came back keeps what was typed and lies open."""
    page = _page(request, employee_id)
    first = {"year": page.year, "source_year": page.year, "key": uuid4()}
    correction = CorrectionForm(
        prefix=CORRECTION, codes=page.codes, years=page.years, initial=first
    )
    service = ServiceForm(
        prefix=SERVICE,
        initial={"started_on": page.since, "contract_until": page.contract_until},
    )
    context = {
        "page": page,
        "correction_form": correction,
        "service_form": service,
        "duty_form": JointDutyForm(prefix=DUTY),
        "failed": str(failed.prefix) if failed else "",
        "form": failed,
        **about(actor_of(request), "people"),
    }
    names = {CORRECTION: "correction_form", SERVICE: "service_form", DUTY: "duty_form"}
    if failed:
        context[names[str(failed.prefix)]] = failed
    return render(request, "leave/desk_entitlement.html", context)
