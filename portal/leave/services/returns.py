"""Coming back in stages: proposed by one of three, agreed by all three, ended by any."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.http import Http404

from portal.calendars.rules import local_day
from portal.leave import notices
from portal.leave.choices import EMPLOYEE, MANAGER, REVIEWER, PlanState, Refusal, Restriction
from portal.leave.models import LeaveRequest, ReturnPlan, ReturnStage
from portal.leave.policies import plans as policies
from portal.leave.rules.returns import PlanDraft, refuse_plan
from portal.leave.selectors.days import day_of
from portal.leave.selectors.lines import line_above
from portal.leave.services.desk import LeaveRefused, employee_locked, record
from portal.leave.services.telling import tell, tell_owner
from portal.notifications.services.outbox import withdraw
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import Employee
from portal.people.selectors import list_with_role

_AGREED: Final = {
    EMPLOYEE: "employee_agreed_on",
    REVIEWER: "reviewer_agreed_on",
    MANAGER: "manager_agreed_on",
}


def propose_plan(*, actor: Account, request_id: UUID, draft: PlanDraft, now: datetime) -> UUID:
    """
    Propose how to come back from one's own leave, or another way than proposed before.

    It counts as the employee's agreement; reviewer and superior are asked. The superior is the
    nearest one she did not leave out.

    :raises Http404: if it is not a granted leave of the actor's own.
    :raises LeaveRefused: if the stages do not fit, or nobody above her is there to agree.
    """
    row = policies.get_returning_request(actor=actor, request_id=request_id)
    with employee_locked(employee_id=row.employee_id):
        row = policies.get_returning_request(actor=actor, request_id=request_id)
        _refuse(draft, row)
        plan = ReturnPlan.objects.filter(request=row).exclude(state=PlanState.ENDED).first()
        if plan is None:
            plan = ReturnPlan(request=row, proposed_by_id=actor.user_id, version=0)
        plan.manager = _superior(row, now=now)
        _propose(plan, draft, by=EMPLOYEE, actor=actor, today=day_of(row, now=now))
        _tell(plan, row, but=EMPLOYEE, now=now)
    return plan.pk


def propose_otherwise(
    *, actor: Account, plan_id: UUID, draft: PlanDraft, role: str, version: int, now: datetime
) -> None:
    """
    Propose other stages, as the superior or the reviewer; all three are asked anew.

    A superior changes hours, days and places; restrictions are the reviewer's and stay.

    :raises Http404: if the plan is not hers to see.
    :raises LeaveRefused: if the stages do not fit, or the plan has changed meanwhile.
    """
    plan = _find(actor, plan_id, role=role, now=now)
    with employee_locked(employee_id=plan.request.employee_id):
        plan = _find(actor, plan_id, role=role, now=now)
        _current(plan, version)
        row = plan.request
        if role == MANAGER:
            draft = _with_what_helps(draft, plan)
        _refuse(draft, row)
        _propose(plan, draft, by=role, actor=actor, today=day_of(row, now=now))
        _record(plan, actor, role, "plan_propose", now=now)
        _tell(plan, row, but=role, now=now)


def agree_plan(
    *, actor: Account, plan_id: UUID, role: str, version: int, now: datetime
) -> None:
    """
    Agree to a plan as it stands; with the third agreement it holds.

    :raises Http404: if the plan is not the actor's in that part.
    :raises LeaveRefused: if it has changed or ended meanwhile.
    """
    plan = _find(actor, plan_id, role=role, now=now)
    with employee_locked(employee_id=plan.request.employee_id):
        plan = _find(actor, plan_id, role=role, now=now)
        _current(plan, version)
        field = _AGREED[role]
        if getattr(plan, field) is not None:
            return
        setattr(plan, field, day_of(plan.request, now=now))
        if all(getattr(plan, name) for name in _AGREED.values()):
            # A version of its own: what is told about it is news to everybody once more.
            plan.state, plan.version = PlanState.AGREED, plan.version + 1
        plan.save()
        _record(plan, actor, role, "plan_agree", now=now)
        if plan.state == PlanState.AGREED:
            _tell(plan, plan.request, but="", now=now)


def end_plan(*, actor: Account, plan_id: UUID, role: str, now: datetime) -> None:
    """
    End a plan before its time; any of the three may, and nobody says why.

    :raises Http404: if the plan is not the actor's in that part.
    """
    plan = _find(actor, plan_id, role=role, now=now)
    with employee_locked(employee_id=plan.request.employee_id):
        plan = _find(actor, plan_id, role=role, now=now)
        if plan.state == PlanState.ENDED:
            return
        _end(plan, today=day_of(plan.request, now=now))
        _record(plan, actor, role, "plan_end", now=now)
        _tell(plan, plan.request, but=role, now=now)


def end_finished_plans(*, now: datetime) -> int:
    """End every plan whose last stage is over, and return how many; tells nobody."""
    done = 0
    running = ReturnPlan.objects.exclude(state=PlanState.ENDED).select_related(
        "request__employee__unit", "request__employee__agency"
    )
    for plan in running:
        today = day_of(plan.request, now=now)
        last = plan.stages.order_by("-number").values_list("last_day", flat=True).first()
        if last is not None and last < today:
            with employee_locked(employee_id=plan.request.employee_id):
                done += end_quietly(plan, today=today, now=now)
    return done


def end_quietly(plan: ReturnPlan, *, today: date, now: datetime) -> bool:
    """End a plan and tell nobody; inside a deed. Say whether it was this call that ended it."""
    same = ReturnPlan.objects.filter(pk=plan.pk, version=plan.version)
    running = same.exclude(state=PlanState.ENDED)
    if not running.update(state=PlanState.ENDED, ended_on=today):
        return False
    withdraw(subject_id=plan.pk, now=now)
    return True


def _find(actor: Account, plan_id: UUID, *, role: str, now: datetime) -> ReturnPlan:
    today = local_day(now, actor.zone)
    plans: dict[str, Callable[[], object]] = {
        EMPLOYEE: lambda: policies.own_plans(actor),
        MANAGER: lambda: policies.managed_plans(actor),
        REVIEWER: lambda: policies.reviewed_plans(actor=actor, today=today),
    }
    if role not in plans:
        raise Http404
    return policies.get_plan(plans[role](), plan_id=plan_id)  # type: ignore[arg-type]  # a queryset each


def _current(plan: ReturnPlan, version: int) -> None:
    if plan.state == PlanState.ENDED or plan.version != version:
        raise LeaveRefused(Refusal.STALE)


def _refuse(draft: PlanDraft, row: LeaveRequest) -> None:
    refusal = refuse_plan(draft, leave_ends=row.last_day)
    if refusal is not None:
        raise LeaveRefused(refusal)


def _with_what_helps(draft: PlanDraft, plan: ReturnPlan) -> PlanDraft:
    """Take over what a superior does not change; days outside the stages fall away."""
    spans = [(stage.first_day, stage.last_day) for stage in draft.stages]
    return PlanDraft(
        stages=draft.stages,
        restrictions=tuple(Restriction(one) for one in plan.restrictions),
        review_days=tuple(
            day for day in plan.review_days if any(one <= day <= two for one, two in spans)
        ),
    )


def _superior(row: LeaveRequest, *, now: datetime) -> Employee:
    line = line_above(row, now=now)
    for post in line.posts:
        card = line.cards[post.holder]
        if post.holder not in line.bars.never and card.is_active:
            return Employee.objects.get(pk=post.holder)
    raise LeaveRefused(Refusal.NO_SUPERIOR)


def _propose(
    plan: ReturnPlan, draft: PlanDraft, *, by: str, actor: Account, today: date
) -> None:
    plan.state, plan.version = PlanState.PROPOSED, plan.version + 1
    plan.restrictions, plan.review_days = list(draft.restrictions), list(draft.review_days)
    plan.proposed_by_id = actor.user_id
    for role, field in _AGREED.items():
        setattr(plan, field, today if role == by else None)
    plan.save()
    plan.stages.all().delete()
    ReturnStage.objects.bulk_create(
        ReturnStage(
            plan=plan,
            number=number,
            first_day=stage.first_day,
            last_day=stage.last_day,
            percent=stage.percent,
            place=stage.place,
        )
        for number, stage in enumerate(draft.stages, start=1)
    )


def _end(plan: ReturnPlan, *, today: date) -> None:
    plan.state, plan.ended_on, plan.version = PlanState.ENDED, today, plan.version + 1
    plan.save()


def _record(plan: ReturnPlan, actor: Account, role: str, deed: str, *, now: datetime) -> None:
    """Write down what a superior or a reviewer did; the employee's own deed is the plan."""
    if role != EMPLOYEE:
        record(actor, role, f"leave.{deed}", plan.pk, now=now)


def _tell(plan: ReturnPlan, row: LeaveRequest, *, but: str, now: datetime) -> None:
    """Tell the other two that there is something to look at, in place of what was there."""
    withdraw(subject_id=plan.pk, now=now)
    if but != EMPLOYEE:
        tell_owner(row, notices.RETURN_PLAN, subject_id=plan.pk, rev=plan.version, now=now)
    if but != MANAGER and plan.manager is not None and plan.manager.user.is_active:
        tell(
            user_ids=[plan.manager.user_id],
            namespace=notices.MANAGER,
            notice=notices.FOR_MANAGER_PLAN,
            subject_id=plan.pk,
            rev=plan.version,
            now=now,
        )
    if but != REVIEWER:
        reviewers = list_with_role(
            agency_id=row.agency_id, role=Role.REVIEWER, today=day_of(row, now=now)
        )
        tell(
            user_ids=[one for one in reviewers if one != row.employee.user_id],
            namespace=notices.REVIEWER,
            notice=notices.FOR_REVIEWER_PLAN,
            subject_id=plan.pk,
            rev=plan.version,
            now=now,
        )
