"""
Everything this room ever tells anyone; no name carries a confidential word.

Beside each stands its subject: whose id the row of the outbox carries. The same notices leave
for every kind of leave, at the same steps: silence or speed would tell the kind.
"""

from collections.abc import Mapping
from typing import Final

from portal.leave.choices import EVIDENCE_OPEN, KEPT, State

SENT: Final = "cuti.sent"  # the request, LeaveRequest.round
NEEDS_MORE: Final = "cuti.needs_more"  # the request, its version when it was asked for
EVIDENCE_SOON: Final = "cuti.evidence_soon"  # the request
EVIDENCE_LATE: Final = "cuti.evidence_late"  # the request
DECIDED: Final = "cuti.decided"  # the decision
ENDED: Final = "cuti.ended"  # the request, LeaveRequest.rev
RECOUNTED: Final = "cuti.recounted"  # the request, LeaveRequest.rev
OPENED: Final = "cuti.opened"  # the request, the day (ordinal) a reviewer opened a paper
RETURN_PLAN: Final = "cuti.return_plan"  # the plan, ReturnPlan.version

FOR_MANAGER_ASKED: Final = "cuti.m_asked"  # the consideration, its step
FOR_MANAGER_DATES: Final = "cuti.m_dates"  # the request, LeaveRequest.rev
FOR_MANAGER_PLAN: Final = "cuti.m_plan"  # the plan, ReturnPlan.version
FOR_REVIEWER_PAPER: Final = "cuti.r_paper"  # the request, its version; the day if given back
FOR_REVIEWER_PLAN: Final = "cuti.r_plan"  # the plan, ReturnPlan.version
FOR_DESK_READY: Final = "cuti.h_ready"  # the request, LeaveRequest.round
FOR_DESK_ASKED: Final = "cuti.h_asked"  # the request, LeaveRequest.version
FOR_DESK_OVERDUE: Final = "cuti.h_overdue"  # the request

OWN: Final = "cuti.own"
"""The inbox of whoever asked for leave; leave is known by the employee, so no scope."""
MANAGER: Final = "cuti.manager"
REVIEWER: Final = "cuti.reviewer"
DESK: Final = "cuti.desk"
"""Inboxes of people at work: the organisation's, silent while they are on leave."""

TRUE_IN: Final[Mapping[str, tuple[State, ...]]] = {
    SENT: (*EVIDENCE_OPEN, State.CONSIDERATION, State.DECISION),
    NEEDS_MORE: (State.EVIDENCE_DUE, State.EVIDENCE_OVERDUE),
    EVIDENCE_SOON: (State.EVIDENCE_DUE,),
    EVIDENCE_LATE: (State.EVIDENCE_OVERDUE,),
    RECOUNTED: KEPT,
    FOR_REVIEWER_PAPER: (State.EVIDENCE_REVIEW,),
    FOR_DESK_READY: (State.DECISION, State.ATTESTED),
    FOR_DESK_ASKED: (State.CANCEL_REQUESTED, State.EARLY_RETURN_REQUESTED),
    FOR_DESK_OVERDUE: (State.EVIDENCE_OVERDUE,),
}
"""In which states of a request a notice about it is still true; the step out takes it back."""
