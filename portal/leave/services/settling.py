"""Where a request waits next: for the certificate, the superior, or the decision."""

from datetime import datetime

from portal.leave.choices import Action, Certificate, ConsiderationState, State, Verdict
from portal.leave.models import Attestation, Consideration, LeaveRequest
from portal.leave.services.desk import step


def is_evidenced(row: LeaveRequest) -> bool:
    """Say whether nothing is waited for from the medical reviewer."""
    if row.certificate == Certificate.NONE:
        return True
    return (
        Attestation.objects.filter(request=row, stands=True)
        .exclude(verdict=Verdict.NOT_ENOUGH)
        .exists()
    )


def waits_for(row: LeaveRequest) -> State:
    """
    Return where an undecided request belongs by the facts of now.

    A certificate that is still out keeps it where it is; a superior who has been asked and has
    not answered is waited for; then it is the decision's turn. The superior is asked when the
    request is sent, whatever its kind, so that the order of things tells nothing.
    """
    if row.state in (State.EVIDENCE_DUE, State.EVIDENCE_REVIEW, State.EVIDENCE_OVERDUE):
        if not is_evidenced(row):
            return State(row.state)
        if row.desk_only:
            return State.ATTESTED
    is_asked = Consideration.objects.filter(request=row, state=ConsiderationState.OPEN).exists()
    return State.CONSIDERATION if is_asked else State.DECISION


def settle(row: LeaveRequest, action: Action, *, role: str, now: datetime) -> None:
    """
    Write a step down and let the request go on to where it now belongs.

    Needs the employee's lock and the step's own rows written before.

    :raises LeaveRefused: if the table of transitions does not know the step.
    """
    step(row, action, to=waits_for(row), role=role, now=now)
