"""Phased returns as each of the three sees them."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.calendars.rules import local_day
from portal.leave.choices import EMPLOYEE, MANAGER, REVIEWER, Place, PlanState, Restriction
from portal.leave.models import LeaveRequest, ReturnPlan, ReturnStage
from portal.leave.policies import plans as policies
from portal.leave.rules.counting import working_day_after
from portal.leave.rules.returns import LATEST_START_DAYS, MOST_DAYS, minutes_a_day
from portal.leave.rules.weeks import NoCalendar, WorkCalendar
from portal.leave.selectors.calendars import calendars_for
from portal.leave.selectors.lengths import daily_label
from portal.leave.selectors.papers import place_of
from portal.papers.pdf import make_pdf
from portal.papers.shapes import Agreement, ReturnPlanPaper, Stage
from portal.people.actors import Account
from portal.people.selectors import card_of


@dataclass(frozen=True, slots=True)
class StageRow:
    """
    One stage, in words and in values.

    ``daily_label`` is what the percent is of a day of hers, in hours; empty where no week says
    how long she works.
    """

    first_day: date
    last_day: date
    percent: int
    daily_label: str
    place: Place
    place_label: str


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """Who of the three has agreed, and when."""

    party: str
    label: str
    who: str
    agreed_on: date | None


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan; ``id`` is None where none has been proposed yet. It says work, never why."""

    id: UUID | None
    request_id: UUID
    name: str
    unit: str
    leave_ends: date
    earliest: date
    latest: date
    state: PlanState | None
    state_label: str
    version: int
    stages: tuple[StageRow, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    restriction_labels: tuple[str, ...] = ()
    review_days: tuple[date, ...] = ()
    agreements: tuple[AgreementRow, ...] = ()

    @property
    def last_day(self) -> date:
        """Return the last day of the last stage; without a plan that of the leave."""
        return self.stages[-1].last_day if self.stages else self.leave_ends

    @property
    def is_running(self) -> bool:
        """Say whether there is a plan that has not ended."""
        return self.state is not None and self.state != PlanState.ENDED

    def __repr__(self) -> str:
        return "<plan>"


def get_own_plan(*, actor: Account, request_id: UUID) -> PlanPage:
    """
    Return the plan to come back from a leave of the actor's own, the running one first.

    :raises Http404: if it is not a granted leave of hers.
    """
    row = policies.get_returning_request(actor=actor, request_id=request_id)
    plan = (
        policies.own_plans(actor)
        .filter(request=row)
        .select_related("manager__user")
        .order_by(F("ended_on").desc(nulls_first=True), "-id")
        .first()
    )
    return _page(row, plan, calendar=_calendar(row, plan))


def get_managed_plan(*, actor: Account, plan_id: UUID) -> PlanPage:
    """
    Return a plan the actor agrees to as superior.

    :raises Http404: if it is not hers.
    """
    plan = policies.get_plan(policies.managed_plans(actor), plan_id=plan_id)
    return _page(plan.request, plan, calendar=_calendar(plan.request, plan))


def get_reviewed_plan(*, actor: Account, plan_id: UUID, now: datetime) -> PlanPage:
    """
    Return a plan the actor agrees to as medical reviewer.

    :raises Http404: if it is not hers.
    """
    today = local_day(now, actor.zone)
    plans = policies.reviewed_plans(actor=actor, today=today)
    plan = policies.get_plan(plans, plan_id=plan_id)
    return _page(plan.request, plan, calendar=_calendar(plan.request, plan))


def list_plans_to_review(*, actor: Account, now: datetime) -> list[PlanPage]:
    """Return the plans that wait for the actor's agreement as reviewer, oldest first."""
    today = local_day(now, actor.zone)
    rows = (
        policies.reviewed_plans(actor=actor, today=today)
        .filter(state=PlanState.PROPOSED, reviewer_agreed_on=None)
        .select_related(*policies.ALONG, "manager__user")
        .prefetch_related("stages")
    )
    return [_page(plan.request, plan) for plan in rows]


def own_plan_pdf(*, actor: Account, request_id: UUID) -> bytes:
    """
    Return a plan all three have agreed to as PDF, for whoever comes back by it.

    Dated by the last agreement. It names no reviewer and says no reason.

    :raises Http404: if it is not hers, or not agreed.
    """
    row = policies.get_returning_request(actor=actor, request_id=request_id)
    plan = (
        policies.own_plans(actor)
        .filter(request=row, state=PlanState.AGREED)
        .select_related("manager__user")
        .first()
    )
    if plan is None:
        raise Http404
    page = _page(row, plan, calendar=_calendar(row, plan))
    stages = tuple(
        Stage(
            starts_on=stage.first_day,
            ends_on=stage.last_day,
            percent=stage.percent,
            hours=stage.daily_label,
            place=stage.place_label,
            restrictions=page.restriction_labels,
        )
        for stage in page.stages
    )
    return make_pdf(
        paper=ReturnPlanPaper(
            language="en" if get_language() == "en" else "id",
            agency=row.employee.agency.name,
            name=page.name,
            unit=page.unit,
            starts_on=page.stages[0].first_day,
            ends_on=page.stages[-1].last_day,
            stages=stages,
            review_dates=page.review_days,
            agreements=tuple(
                Agreement(party=one.label, who=one.who, agreed_on=one.agreed_on)
                for one in page.agreements
            ),
            place=place_of(row),
            made_on=max(one.agreed_on for one in page.agreements if one.agreed_on),
        )
    )


def _page(
    row: LeaveRequest, plan: ReturnPlan | None, *, calendar: WorkCalendar | None = None
) -> PlanPage:
    """Return a plan as a page shows it; without a calendar its stages say no hours."""
    state = PlanState(plan.state) if plan else None
    return PlanPage(
        id=plan.pk if plan else None,
        request_id=row.pk,
        name=row.employee.user.full_name,
        unit=row.employee.unit.name,
        leave_ends=row.last_day,
        earliest=_earliest(row, None if plan else calendar),
        latest=row.last_day + timedelta(days=LATEST_START_DAYS),
        state=state,
        state_label=str(state.label) if state else "",
        version=plan.version if plan else 0,
        stages=_stages(plan, calendar),
        restrictions=tuple(Restriction(one) for one in plan.restrictions) if plan else (),
        restriction_labels=(
            tuple(str(Restriction(one).label) for one in plan.restrictions) if plan else ()
        ),
        review_days=tuple(plan.review_days) if plan else (),
        agreements=_agreements(row, plan) if plan else (),
    )


def _calendar(row: LeaveRequest, plan: ReturnPlan | None) -> WorkCalendar:
    """Return the calendar of her days from a leave on as long as a plan lasts, or can begin."""
    days = LATEST_START_DAYS + (MOST_DAYS if plan else 0)
    last = row.last_day + timedelta(days=days)
    cards = [card_of(row.employee)]
    return calendars_for(cards, first=row.last_day, last=last)[row.employee_id]


def _earliest(row: LeaveRequest, calendar: WorkCalendar | None) -> date:
    """Return the first working day after a leave; the day after it where no week is known."""
    if calendar is not None:
        with suppress(NoCalendar):
            return working_day_after(row.last_day, 1, calendar)
    return row.last_day + timedelta(days=1)


def _stages(plan: ReturnPlan | None, calendar: WorkCalendar | None) -> tuple[StageRow, ...]:
    if plan is None:
        return ()
    return tuple(
        StageRow(
            first_day=stage.first_day,
            last_day=stage.last_day,
            percent=stage.percent,
            daily_label=_daily(stage, calendar),
            place=Place(stage.place),
            place_label=str(Place(stage.place).label),
        )
        for stage in sorted(plan.stages.all(), key=lambda one: one.number)
    )


def _daily(stage: ReturnStage, calendar: WorkCalendar | None) -> str:
    if calendar is None:
        return ""
    minutes = minutes_a_day(
        first=stage.first_day,
        last=stage.last_day,
        percent=stage.percent,
        calendar=calendar,
    )
    return daily_label(*minutes) if minutes else ""


def _agreements(row: LeaveRequest, plan: ReturnPlan) -> tuple[AgreementRow, ...]:
    superior = plan.manager.user.full_name if plan.manager else ""
    return (
        AgreementRow(
            EMPLOYEE, _("Employee"), row.employee.user.full_name, plan.employee_agreed_on
        ),
        # The reviewer is named by her part: who she is belongs to the sealed side.
        AgreementRow(REVIEWER, _("Medical reviewer"), "", plan.reviewer_agreed_on),
        AgreementRow(MANAGER, _("Superior"), superior, plan.manager_agreed_on),
    )
