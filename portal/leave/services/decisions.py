"""Decisions: pressed, taken back within ten minutes, then signed and told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError

from portal.audit.services import record_staff
from portal.common.db import violated_constraint
from portal.common.logs import event
from portal.leave import notices, policies
from portal.leave.choices import (
    DecisionState,
    Outcome,
    Refusal,
    State,
)
from portal.leave.models import DAY_ONCE, DECIDED_ONCE, Decision, LeaveRequest
from portal.leave.rules.counting import CountedDay
from portal.leave.rules.deciding import (
    GRANTING,
    UNDO_FOR,
    CaseFacts,
    Ruling,
    action_of,
    days_by_year,
    refuse_ruling,
)
from portal.leave.selectors.authority import can_be_deferred, covers_of
from portal.leave.selectors.days import day_of
from portal.leave.services import claims, ledger
from portal.leave.services.authority import right_to_decide, role_under
from portal.leave.services.changes import take_over_days
from portal.leave.services.considerations import withdraw_question
from portal.leave.services.desk import LeaveRefused, employee_locked, record, step
from portal.leave.services.letters import revoke_superseded, sign_letter
from portal.leave.services.telling import tell_manager_dates, tell_owner
from portal.people.actors import Account

__all__ = ["Ruling", "decide", "sign_due", "sign_now", "undo_decision"]

_NAMED: Final = {DECIDED_ONCE: Refusal.ALREADY_DECIDED, DAY_ONCE: Refusal.OVERLAP}
"""What the database says no to, in words."""


def decide(
    *, actor: Account, request_id: UUID, ruling: Ruling, version: int, now: datetime
) -> UUID:
    """
    Decide about a request; nothing leaves the house until it is signed ten minutes later.

    Returns the id of the decision. Holds the lock of the employee.

    :raises Http404: for a request of another agency, and for the actor's own.
    :raises LeaveRefused: if somebody has decided already, the request has changed, the actor
        has no decree for it or a part in it, or the rule of the kind does not know the step.
    """
    shown = policies.get_desk_request(actor=actor, request_id=request_id)
    with _in_words(), employee_locked(employee_id=shown.employee_id):
        row = policies.get_desk_request(actor=actor, request_id=request_id)
        _refuse_second(row, version=version)
        authority = right_to_decide(actor=actor, row=row, now=now)
        _refuse(row, ruling)
        is_grant = ruling.outcome == Outcome.GRANT
        decision = Decision.objects.create(
            request=row,
            round=row.round,
            outcome=ruling.outcome,
            first_day=ruling.first_day,
            last_day=ruling.last_day,
            reason="" if is_grant else ruling.reason,
            ways_forward=[] if is_grant else list(ruling.ways_forward),
            other_first=None if is_grant else ruling.other_first,
            other_last=None if is_grant else ruling.other_last,
            decided_by_id=actor.user_id,
            decree_id=authority.decree_id,
            decided_at=now,
            final_at=now + UNDO_FOR,
        )
        record(actor, authority.role, "leave.decided", row.pk, now=now)
        return decision.pk


def undo_decision(*, actor: Account, decision_id: UUID, now: datetime) -> None:
    """
    Take a decision back that is not signed yet; repeated it changes nothing.

    Whoever decided can, for ten minutes. Neither number nor notice has left by then.

    :raises Http404: for somebody else's decision.
    :raises LeaveRefused: if the ten minutes are over, or it is signed.
    """
    shown = policies.get_own_decision(actor=actor, decision_id=decision_id)
    with employee_locked(employee_id=shown.request.employee_id):
        decision = policies.get_own_decision(actor=actor, decision_id=decision_id)
        if decision.state == DecisionState.UNDONE:
            return
        if decision.state == DecisionState.FINAL or now >= decision.final_at:
            raise LeaveRefused(Refusal.UNDO_OVER)
        _turn(decision, DecisionState.UNDONE, otherwise=Refusal.UNDO_OVER)
        role = role_under(decision.decree_id)
        record(actor, role, "leave.undone", decision.request_id, now=now)


def sign_now(*, actor: Account, decision_id: UUID, now: datetime) -> None:
    """
    Sign a decision of one's own at once; repeated it changes nothing.

    :raises Http404: for somebody else's decision.
    :raises LeaveRefused: if it no longer fits the request; it is taken back then.
    """
    decision = policies.get_own_decision(actor=actor, decision_id=decision_id)
    if decision.state == DecisionState.FINAL:
        return
    _sign_or_take_back(decision.pk, decision.request.employee_id, now=now)


def sign_due(*, now: datetime) -> int:
    """
    Sign every decision whose ten minutes are over; return how many were signed.

    Each in a transaction of its own, in the order they were made. One that fails is noted
    without a word about anybody and does not stop the others.
    """
    due = (
        Decision.objects.filter(state=DecisionState.PENDING, final_at__lte=now)
        .order_by("decided_at", "id")
        .values_list("id", "request__employee_id")
    )
    signed = 0
    for decision_id, employee_id in list(due):
        try:
            signed += _sign_or_take_back(decision_id, employee_id, now=now)
        except LeaveRefused:
            continue
        except Exception:  # noqa: BLE001 - the others still have to be signed
            event("leave: a decision was not signed", state="FAILED")
    return signed


def _sign_or_take_back(decision_id: UUID, employee_id: UUID, *, now: datetime) -> bool:
    """
    Sign a decision that is pending; say whether it was signed by this call.

    One that cannot be carried out any more is taken back: the request waits for a new one.

    :raises LeaveRefused: if it cannot be carried out, or if somebody holds the lock; in that
        case nothing is changed and the next sweep signs it.
    """
    try:
        with _in_words(), employee_locked(employee_id=employee_id):
            return _sign(decision_id, now=now)
    except LeaveRefused as refused:
        if refused.reason != Refusal.BUSY:
            pending = Decision.objects.filter(pk=decision_id, state=DecisionState.PENDING)
            pending.update(state=DecisionState.UNDONE)
        raise


def _sign(decision_id: UUID, *, now: datetime) -> bool:
    """
    Carry out a decision and write it down as signed, once; needs the employee's lock.

    Returns False if it is signed already.

    :raises LeaveRefused: if it was taken back, or can no longer be carried out.
    """
    decision = _read(decision_id)
    if decision.state == DecisionState.FINAL:
        return False
    row = decision.request
    if row.round != decision.round or (decision.decree and decision.decree.withdrawn_on):
        raise LeaveRefused(Refusal.STALE)
    _turn(decision, DecisionState.FINAL, otherwise=Refusal.STALE)
    record_staff(
        role=role_under(decision.decree_id),
        handle=str(decision.decided_by_id),
        action="leave.signed",
        subject=str(row.pk),
        now=now,
    )
    tell_owner(row, notices.DECIDED, subject_id=decision.pk, now=now)
    if decision.outcome not in GRANTING:
        _end(decision, now=now)
        return True
    _grant(decision, now=now)
    tell_manager_dates(row, now=now)
    # Last, since whoever signs next waits for the number from here on.
    sign_letter(decision)
    return True


def _grant(decision: Decision, *, now: datetime) -> None:
    row = decision.request
    take_over_days(row, now=now)
    if row.supersedes_id:
        revoke_superseded(row.supersedes_id, day=day_of(row, now=now))
    days = claims.days_for(row, first=decision.first_day, last=decision.last_day)
    if not days:
        raise LeaveRefused(Refusal.NO_DAYS)
    claims.claim(row, days)
    row.rev += (row.first_day, row.last_day) != (decision.first_day, decision.last_day)
    row.first_day, row.last_day = decision.first_day, decision.last_day
    row.days = claims.total(days)
    row.is_provisional = False
    _step(decision, ("first_day", "last_day", "days", "is_provisional", "rev"), now=now)
    ledger.consume(row, days, now=now)


def _end(decision: Decision, *, now: datetime) -> None:
    """
    Send a request back, or end it without leave; its days are free again then.

    What a superior has not answered by now is no longer asked: it is decided. One that came
    back asks her anew when it is sent again.
    """
    row = decision.request
    withdraw_question(row, now=now)
    if decision.outcome == Outcome.RETURN:
        _step(decision, (), now=now)
        return
    row.is_provisional = False
    row.closed_on = day_of(row, now=now)
    _step(decision, ("is_provisional", "closed_on"), now=now)
    claims.let_go(row)
    # After the step: what was deferred goes on in full into the next year.
    ledger.release(row, now=now)


def _step(decision: Decision, fields: tuple[str, ...], *, now: datetime) -> None:
    action, to = action_of(Outcome(decision.outcome))
    role = role_under(decision.decree_id)
    step(decision.request, action, to=to, role=role, fields=fields, now=now)


def _turn(decision: Decision, to: DecisionState, *, otherwise: Refusal) -> None:
    """Let a pending decision become something else, once; the database has the last word."""
    pending = Decision.objects.filter(pk=decision.pk, state=DecisionState.PENDING)
    if not pending.update(state=to):
        raise LeaveRefused(otherwise)
    decision.state = to


def _read(decision_id: UUID) -> Decision:
    return Decision.objects.select_related(
        "request__leave_type",
        "request__agency",
        "request__employee__user",
        "request__employee__unit",
        "request__employee__agency",
        "request__employee__manager__user",
        "decree",
        "decided_by",
    ).get(pk=decision_id)


def _refuse_second(row: LeaveRequest, *, version: int) -> None:
    """
    Let one decision a round come through, and only about what the page showed.

    :raises LeaveRefused: if somebody has decided, or the request has changed.
    """
    of_round = Decision.objects.filter(request=row, round=row.round)
    if of_round.exclude(state=DecisionState.UNDONE).exists():
        raise LeaveRefused(Refusal.ALREADY_DECIDED)
    if row.version != version:
        raise LeaveRefused(Refusal.STALE)


def _refuse(row: LeaveRequest, ruling: Ruling) -> None:
    """
    Ask the rules about a ruling.

    :raises LeaveRefused: if it cannot stand.
    """
    days: list[CountedDay] = []
    if ruling.outcome in GRANTING and ruling.first_day <= ruling.last_day:
        days = claims.days_for(row, first=ruling.first_day, last=ruling.last_day)
    refusal = refuse_ruling(ruling, _facts(row, days))
    if refusal is not None:
        raise LeaveRefused(refusal)
    if claims.overlaps(row, days):
        raise LeaveRefused(Refusal.OVERLAP)


def _facts(row: LeaveRequest, days: Sequence[CountedDay]) -> CaseFacts:
    kind = row.leave_type
    asked = claims.days_for(row, first=row.first_day, last=row.last_day)
    return CaseFacts(
        state=State(row.state),
        first_day=row.first_day,
        last_day=row.last_day,
        can_refuse=kind.can_refuse,
        can_defer=can_be_deferred(row),
        covers=covers_of(row),
        asked=days_by_year([(one.year, one.quantity) for one in asked]),
        granted=days_by_year([(one.year, one.quantity) for one in days]),
    )


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what the constraints refuse into a sentence; everything is undone by then."""
    try:
        yield
    except IntegrityError as error:
        refusal = _NAMED.get(violated_constraint(error) or "")
        if refusal is None:
            raise
        raise LeaveRefused(refusal) from error
