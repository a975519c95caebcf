"""
What somebody reads about her own leave: where it stands and what she can do.

No line names a kind or a reason, and none is worded differently for one kind than for another:
whoever looks over a shoulder learns that there is leave, as from a calendar on the wall.
"""

from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from portal.common.wording import long_day
from portal.leave import notices
from portal.leave.choices import KEPT, DecisionState, Outcome, PlanState, State
from portal.leave.models import Decision, LeaveRequest, ReturnPlan
from portal.leave.notices import TRUE_IN
from portal.leave.selectors.told.saying import (
    dates,
    days_of,
    load_decisions,
    load_plans,
    load_requests,
    page,
)
from portal.notifications.registry import InboxLines, Notice
from portal.notifications.saying import Moment, notice

_ANSWERED: Final = (State.DEFERRED, State.RETURNED, State.REFUSED)


def _news(row: LeaveRequest, body: str) -> InboxLines:
    """Say that there is news about a request; every line about it has the same title."""
    title = _("There is news about your leave, %(dates)s") % dates(row)
    return InboxLines(title, body, page("request", row.pk))


def _sent(row: LeaveRequest, at: Moment) -> InboxLines | None:
    if row.state not in TRUE_IN[notices.SENT] or row.round != at.rev:
        return None
    return _news(row, _("It is on its way. You need not explain anything to your manager."))


def _needs_more(row: LeaveRequest, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    if row.state not in TRUE_IN[notices.NEEDS_MORE]:
        return None
    return _news(row, _("One more thing is needed. Its page says which."))


def _soon(row: LeaveRequest, at: Moment) -> InboxLines | None:
    if (
        row.state not in TRUE_IN[notices.EVIDENCE_SOON]
        or row.round != at.rev
        or row.evidence_due_on is None
    ):
        return None
    until = {"day": long_day(row.evidence_due_on)}
    return _news(row, _("You can add to it until %(day)s.") % until)


def _late(row: LeaveRequest, at: Moment) -> InboxLines | None:
    if row.state not in TRUE_IN[notices.EVIDENCE_LATE] or row.round != at.rev:
        return None
    return _news(
        row, _("The day for it has passed, and nothing is lost. Its page shows your ways on.")
    )


def _decided(decision: Decision, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    row = decision.request
    if decision.state != DecisionState.FINAL or row.round != decision.round:
        return None
    if row.state in _ANSWERED:
        return _news(
            row,
            _(
                "It could not be granted as you asked. This is no judgement of your health or "
                "your work. Its page shows what you can do."
            ),
        )
    if row.state not in KEPT or decision.outcome not in (Outcome.GRANT, Outcome.AMEND):
        return None
    title = _("Your leave is granted, %(dates)s") % dates(row)
    return InboxLines(title, _("Rest. Work can wait."), page("request", row.pk))


def _ended(row: LeaveRequest, at: Moment) -> InboxLines | None:
    if row.rev != at.rev:
        return None
    where = {"state": State(row.state).label}
    return _news(row, _("Where it stands now: %(state)s.") % where)


def _recounted(row: LeaveRequest, at: Moment) -> InboxLines | None:
    if row.rev != at.rev or row.state not in TRUE_IN[notices.RECOUNTED]:
        return None
    return _news(row, _("A holiday has changed, and your days are counted anew."))


def _opened(row: LeaveRequest, at: Moment) -> InboxLines | None:
    # The revision is the day on which it was opened.
    on_day = {"day": long_day(date.fromordinal(at.rev))} if at.rev else {"day": ""}
    return _news(
        row, _("What you handed in was opened on %(day)s. Its page says by whom.") % on_day
    )


def _plan(plan: ReturnPlan, at: Moment) -> InboxLines | None:
    if plan.version != at.rev:
        return None
    row = plan.request
    body = {
        PlanState.PROPOSED: _("A plan is waiting for you. Nothing in it says why."),
        PlanState.AGREED: _("All three of you have agreed to it."),
        PlanState.ENDED: _("The plan has ended."),
    }
    title = _("Coming back after your leave, %(dates)s")
    return InboxLines(
        title % {"dates": days_of(row.first_day, row.last_day)},
        body[PlanState(plan.state)],
        page("return-plan", row.pk),
    )


OWN_NOTICES: Final[tuple[Notice, ...]] = (
    notice(notices.SENT, load_requests, _sent),
    notice(notices.NEEDS_MORE, load_requests, _needs_more, newest=True),
    notice(notices.EVIDENCE_SOON, load_requests, _soon),
    notice(notices.EVIDENCE_LATE, load_requests, _late),
    notice(notices.DECIDED, load_decisions, _decided),
    notice(notices.ENDED, load_requests, _ended),
    notice(notices.RECOUNTED, load_requests, _recounted),
    notice(notices.OPENED, load_requests, _opened),
    notice(notices.RETURN_PLAN, load_plans, _plan),
)
