"""
What superiors, medical reviewers, HR and officials read in their inboxes: who and when.

The organisation speaks here: no mail of it leaves while the reader is on leave herself. A
superior's lines are made from `AbsencePublic` alone, so that they cannot tell kinds apart.
"""

from dataclasses import replace
from typing import Final

from django.utils.translation import gettext as _

from portal.leave import notices
from portal.leave.choices import (
    ConsiderationState,
    Phase,
    PlanState,
    State,
)
from portal.leave.models import Consideration, LeaveRequest, ReturnPlan
from portal.leave.notices import TRUE_IN
from portal.leave.selectors.absences import absence_of
from portal.leave.selectors.told.concerned import (
    agrees_to_plan,
    holds_key,
    is_asked,
    leads,
    works_at_desk,
    works_in_review,
)
from portal.leave.selectors.told.saying import (
    dates,
    days_of,
    load_absences,
    load_plans,
    load_questions,
    load_requests,
    page,
)
from portal.notifications.registry import InboxLines, Notice
from portal.notifications.saying import Moment, notice

_GONE: Final = (State.CANCELLED, State.REVOKED)


def _who_and_when(row: LeaveRequest) -> dict[str, str]:
    absence = absence_of(row)
    return {
        "name": absence.name,
        "dates": days_of(absence.first_day, absence.last_day),
    }


def _asked(question: Consideration, at: Moment) -> InboxLines | None:
    if question.state != ConsiderationState.OPEN or question.step < at.rev:
        return None
    return InboxLines(
        _("Your consideration is awaited: %(name)s, leave %(dates)s")
        % _who_and_when(question.request),
        _("It is advice. Without an answer the request goes on to the next person."),
        page("question", question.pk),
    )


def _dates(row: LeaveRequest, at: Moment) -> InboxLines | None:
    unseen: int = getattr(row, "unseen", 0)
    if not row.rev - unseen <= at.rev <= row.rev:
        return None
    if row.phase == Phase.GRANTED:
        title = _("%(name)s is on leave, %(dates)s")
        if getattr(row, "is_moved", False):
            title = _("The dates have changed: %(name)s is on leave, %(dates)s")
    elif row.state in _GONE:
        title = _("%(name)s is not on leave after all, %(dates)s")
    else:
        return None
    body = _("You see the dates and nothing else.")
    return InboxLines(title % _who_and_when(row), body, page("team"))


def _manager_plan(plan: ReturnPlan, at: Moment) -> InboxLines | None:
    if plan.version != at.rev or plan.state == PlanState.ENDED:
        return None
    return InboxLines(
        _("%(name)s is coming back in stages") % {"name": plan.request.employee.user.full_name},
        _("You see hours, days and place."),
        page("plan-manager", plan.pk),
    )


def _paper(row: LeaveRequest, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    """Say no name: the list keeps it back as well until somebody takes the case on."""
    if row.state not in TRUE_IN[notices.FOR_REVIEWER_PAPER]:
        return None
    return InboxLines(
        _("A certificate waits for your review, %(dates)s") % dates(row),
        _("It opens with your vault."),
        page("review", row.pk),
    )


def _reviewer_plan(plan: ReturnPlan, at: Moment) -> InboxLines | None:
    if plan.version != at.rev or plan.state == PlanState.ENDED:
        return None
    return InboxLines(
        _("%(name)s is coming back in stages") % {"name": plan.request.employee.user.full_name},
        _("The plan is open to you as well."),
        page("plan-reviewer", plan.pk),
    )


def _ready(row: LeaveRequest, at: Moment) -> InboxLines | None:
    if row.state not in TRUE_IN[notices.FOR_DESK_READY] or row.round != at.rev:
        return None
    if row.state == State.ATTESTED:
        title = _("An attestation is ready: %(name)s, %(dates)s")
        return InboxLines(title % _who_and_when(row), "", page("case", row.pk))
    return InboxLines(
        _("A request waits for the decision: %(name)s, %(dates)s") % _who_and_when(row),
        _("Two clicks, and ten minutes to take it back."),
        page("case", row.pk),
    )


def _wants(row: LeaveRequest, at: Moment) -> InboxLines | None:
    if row.state not in TRUE_IN[notices.FOR_DESK_ASKED] or row.version < at.rev:
        return None
    return InboxLines(
        _("%(name)s asks to change granted leave, %(dates)s") % _who_and_when(row),
        str(State(row.state).label),
        page("case", row.pk),
    )


def _overdue(row: LeaveRequest, at: Moment) -> InboxLines | None:
    if row.state not in TRUE_IN[notices.FOR_DESK_OVERDUE] or row.round != at.rev:
        return None
    return InboxLines(
        _("A request is incomplete and its time has passed: %(name)s, %(dates)s")
        % _who_and_when(row),
        _("Nobody is marked as missing. The employee has been shown the ways on."),
        page("case", row.pk),
    )


_WORK: Final[tuple[Notice, ...]] = (
    notice(notices.FOR_MANAGER_ASKED, load_questions, _asked, concerns=is_asked, newest=True),
    notice(notices.FOR_MANAGER_DATES, load_absences, _dates, concerns=leads),
    notice(notices.FOR_MANAGER_PLAN, load_plans, _manager_plan, concerns=agrees_to_plan),
    notice(notices.FOR_REVIEWER_PAPER, load_requests, _paper, concerns=holds_key, newest=True),
    notice(notices.FOR_REVIEWER_PLAN, load_plans, _reviewer_plan, concerns=works_in_review),
    notice(notices.FOR_DESK_READY, load_requests, _ready, concerns=works_at_desk),
    notice(notices.FOR_DESK_ASKED, load_requests, _wants, concerns=works_at_desk, newest=True),
    notice(notices.FOR_DESK_OVERDUE, load_requests, _overdue, concerns=works_at_desk),
)
WORK_NOTICES: Final[tuple[Notice, ...]] = tuple(
    replace(one, organisation=True) for one in _WORK
)
