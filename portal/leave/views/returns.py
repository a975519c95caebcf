"""Coming back in stages: the page of the employee, of her superior, of the reviewer."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.db import database_now
from portal.common.files import FileKind, file_answer
from portal.leave.choices import EMPLOYEE, MANAGER, REVIEWER
from portal.leave.forms.returns import PlanForm
from portal.leave.forms.versions import VersionForm
from portal.leave.selectors.returns import (
    PlanPage,
    get_managed_plan,
    get_own_plan,
    get_reviewed_plan,
    own_plan_pdf,
)
from portal.leave.services import returns
from portal.leave.services.desk import LeaveRefused
from portal.people.actors import Account, actor_of
from portal.people.policies import Who, policy

_FORMS: Final = ["GET", "HEAD", "POST"]
_PLAN: Final = gettext_lazy("A return to work in stages: hours, place, what helps")


@policy(
    "leave.return_plan",
    who=(Who.OWNER,),
    thing=_PLAN,
    sees={Who.OWNER: gettext_lazy("you propose it, and it holds when all three agree")},
)
@require_http_methods(_FORMS)
def return_plan(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Propose how to come back from one's own leave; agree, or end it."""
    actor, now = actor_of(request), database_now()
    page = get_own_plan(actor=actor, request_id=request_id)
    if (
        request.method == "POST"
        and page.id
        and ("agree" in request.POST or "end" in request.POST)
    ):
        return _settle(request, actor, page, role=EMPLOYEE, now=now)
    form = PlanForm(request.POST or None, initial=PlanForm.initial_of(page))
    if request.method == "POST" and form.is_valid():
        try:
            returns.propose_plan(
                actor=actor, request_id=request_id, draft=form.draft(), now=now
            )
        except LeaveRefused as refused:
            form.add_error("starts_on", str(refused.reason.label))
        else:
            messages.success(request, _("Proposed. The other two are asked now."))
            return redirect("leave:return-plan", request_id)
    return _show(request, page, form, role=EMPLOYEE)


@policy("leave.plan_paper", who=(Who.OWNER,))
@require_safe
def plan_paper(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand over the plan all three have agreed to."""
    data = own_plan_pdf(actor=actor_of(request), request_id=request_id)
    return file_answer(data, FileKind.PDF)


@policy(
    "leave.plan_manager",
    who=(Who.MANAGER,),
    thing=_PLAN,
    sees={Who.MANAGER: gettext_lazy("stages, hours, place and what helps; never why")},
)
@require_http_methods(_FORMS)
def plan_manager(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Agree as the superior, or propose other hours."""
    actor, now = actor_of(request), database_now()
    page = get_managed_plan(actor=actor, plan_id=plan_id)
    return _of_others(request, actor, page, role=MANAGER, now=now)


@policy(
    "leave.plan_reviewer",
    who=(Who.REVIEWER,),
    thing=_PLAN,
    sees={Who.REVIEWER: gettext_lazy("the plan, to agree to it or to propose another")},
)
@require_http_methods(_FORMS)
def plan_reviewer(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Agree as the medical reviewer, or propose otherwise."""
    actor, now = actor_of(request), database_now()
    page = get_reviewed_plan(actor=actor, plan_id=plan_id, now=now)
    return _of_others(request, actor, page, role=REVIEWER, now=now)


def _of_others(
    request: HttpRequest, actor: Account, page: PlanPage, *, role: str, now: datetime
) -> HttpResponse:
    with_all = role == REVIEWER
    sent = request.POST if request.method == "POST" else None
    if request.POST.keys() & {"agree", "end"}:
        return _settle(request, actor, page, role=role, now=now)
    initial = PlanForm.initial_of(page)
    form = PlanForm(sent, initial=initial, with_restrictions=with_all)
    if sent is not None and form.is_valid() and page.id is not None:
        try:
            returns.propose_otherwise(
                actor=actor,
                plan_id=page.id,
                draft=form.draft(),
                role=role,
                version=form.cleaned_data["version"],
                now=now,
            )
        except LeaveRefused as refused:
            form.add_error("starts_on", str(refused.reason.label))
        else:
            messages.success(request, _("Proposed. The other two are asked now."))
            return redirect(request.path)
    return _show(request, page, form, role=role)


def _settle(
    request: HttpRequest, actor: Account, page: PlanPage, *, role: str, now: datetime
) -> HttpResponse:
    """Agree to a plan as it was shown, or end it."""
    version = VersionForm(request.POST).shown()
    plan_id = page.id
    if plan_id is None:
        return redirect(request.path)
    deeds: dict[bool, Callable[[], None]] = {
        True: lambda: returns.end_plan(actor=actor, plan_id=plan_id, role=role, now=now),
        False: lambda: returns.agree_plan(
            actor=actor, plan_id=plan_id, role=role, version=version, now=now
        ),
    }
    ends = "end" in request.POST
    try:
        deeds[ends]()
    except LeaveRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, _("The plan has ended.") if ends else _("Agreed. Thank you."))
    return redirect(request.path)


def _show(request: HttpRequest, page: PlanPage, form: PlanForm, *, role: str) -> HttpResponse:
    agreed = {row.party for row in page.agreements if row.agreed_on}
    context = {
        "page": page,
        "form": form,
        "is_employee": role == EMPLOYEE,
        "is_reviewer": role == REVIEWER,
        "can_agree": page.is_running and role not in agreed,
    }
    return render(request, "leave/return_plan.html", context)
