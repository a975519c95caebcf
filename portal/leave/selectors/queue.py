"""What waits at the desk: everything a page needs, in so many queries whatever its length."""

from datetime import datetime
from typing import Final

from django.db.models import Q

from portal.leave import policies
from portal.leave.choices import KEPT, Outcome, Refusal, RevokeReason, State, Unit
from portal.leave.models import LeaveRequest, Letter
from portal.leave.selectors.desk_rows import (
    ASKED,
    Facts,
    PendingRow,
    QueuePage,
    QueueRow,
    RevocationRow,
    RunningRow,
    facts_for,
    kind_name,
    obstacle_to,
    part_label,
    queue_row,
    standing_for,
    with_part,
)
from portal.leave.selectors.lengths import days_label
from portal.leave.selectors.waiting import waiting_long
from portal.people.actors import Account

__all__ = [
    "PendingRow",
    "QueuePage",
    "QueueRow",
    "RevocationRow",
    "RunningRow",
    "list_queue",
    "list_running",
]

_WAITING: Final = (State.DECISION, State.EVIDENCE_OVERDUE)


def list_queue(*, actor: Account, now: datetime) -> QueuePage:
    """
    Return everything that waits at the actor's desk, in seven queries at most.

    Once something has waited for more than five days, five queries more tell working days.
    Without her own requests. What somebody has decided already waits among ``pending``.

    :raises Http404: for anybody without a desk.
    """
    rows = list(
        with_part(policies.desk_requests(actor), actor).filter(
            Q(state__in=(*_WAITING, *ASKED))
            | Q(revocation__isnull=False, revocation__confirmed_by=None),
            desk_only=False,
        )
    )
    facts = facts_for(rows, actor=actor)
    undecided = [row for row in rows if row.pk not in facts.decisions]
    long = waiting_long([row for row in undecided if row.state == State.DECISION], now=now)
    waiting, overdue, asked = [], [], []
    for row in undecided:
        if row.state == State.DECISION:
            waiting.append(queue_row(row, facts, waits_long=row.pk in long, now=now))
        elif row.state == State.EVIDENCE_OVERDUE:
            overdue.append(queue_row(row, facts, now=now))
        elif row.state in ASKED:
            asked.append(queue_row(row, facts, now=now))
    return QueuePage(
        waiting=tuple(waiting),
        overdue=tuple(overdue),
        asked=tuple(asked),
        pending=tuple(_pending(row, facts, actor) for row in rows if row.pk in facts.decisions),
        revocations=tuple(
            _revocation(row, facts, actor, now=now) for row in rows if _is_asked_back(row)
        ),
    )


def list_running(*, actor: Account, now: datetime) -> list[RunningRow]:
    """
    Return the granted leave of the actor's agency that is not closed, soonest first.

    Five queries. Without her own.

    :raises Http404: for anybody without a desk.
    """
    rows = list(
        with_part(policies.desk_requests(actor), actor).filter(
            state__in=[state for state in KEPT if state != State.CLOSED]
        )
    )
    standing = standing_for(rows, actor)
    letters = Letter.objects.filter(decision__request__in=[row.pk for row in rows])
    numbers = dict(letters.values_list("decision__request_id", "number"))
    return [
        RunningRow(
            id=row.pk,
            name=row.employee.user.full_name,
            unit=row.employee.unit.name,
            kind_name=kind_name(row),
            first_day=row.first_day,
            last_day=row.last_day,
            part_label=part_label(row),
            days_label=days_label(row.days, Unit(row.leave_type.unit)),
            state_label=str(State(row.state).label),
            letter_number=numbers.get(row.pk, ""),
            is_provisional=row.is_provisional,
            can_recall=row.leave_type.can_recall
            and obstacle_to(row, standing, now=now) is None,
            version=row.version,
        )
        for row in rows
    ]


def _pending(row: LeaveRequest, facts: Facts, actor: Account) -> PendingRow:
    decision = facts.decisions[row.pk]
    return PendingRow(
        decision_id=decision.pk,
        request_id=row.pk,
        name=row.employee.user.full_name,
        unit=row.employee.unit.name,
        kind_name=kind_name(row),
        first_day=decision.first_day,
        last_day=decision.last_day,
        outcome=Outcome(decision.outcome),
        outcome_label=str(Outcome(decision.outcome).label),
        decided_by=decision.decided_by.full_name,
        undo_until=decision.final_at,
        is_own=decision.decided_by_id == actor.user_id,
    )


def _is_asked_back(row: LeaveRequest) -> bool:
    return hasattr(row, "revocation") and row.revocation.confirmed_by_id is None


def _revocation(
    row: LeaveRequest, facts: Facts, actor: Account, *, now: datetime
) -> RevocationRow:
    asked = row.revocation
    is_own = asked.asked_by_id == actor.user_id
    return RevocationRow(
        request_id=row.pk,
        name=row.employee.user.full_name,
        unit=row.employee.unit.name,
        kind_name=kind_name(row),
        first_day=row.first_day,
        last_day=row.last_day,
        reason_label=str(RevokeReason(asked.reason).label),
        asked_by=asked.asked_by.full_name,
        asked_on=asked.asked_on,
        version=row.version,
        is_own=is_own,
        can_confirm=not is_own
        and obstacle_to(row, facts.standing, now=now) != Refusal.CONFLICT,
    )
