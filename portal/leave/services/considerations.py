"""Asking superiors for their consideration, and taking it; for every kind alike."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.http import Http404

from portal.leave import notices, policies
from portal.leave.choices import (
    MANAGER,
    Action,
    ConsiderationState,
    DecisionState,
    Opinion,
    Reason,
    Refusal,
)
from portal.leave.models import Attestation, Consideration, Decision, LeaveRequest
from portal.leave.rules.deadlines import Step
from portal.leave.rules.routing import Turn, next_turn
from portal.leave.selectors.days import day_of
from portal.leave.selectors.lines import Line, line_above
from portal.leave.services.desk import LeaveRefused, employee_locked, record
from portal.leave.services.settling import settle
from portal.leave.services.telling import tell, tell_desk_ready
from portal.notifications.services.outbox import withdraw
from portal.people.actors import Account
from portal.people.models import Employee

REASONS: Final = (Reason.UNIT_FULL, Reason.URGENT_DUTY)
"""What a superior can say against the dates: the work of the unit, nothing of the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What was ticked, in the shape in which it is kept."""

    opinion: Opinion
    reason: str
    other_first: date | None
    other_last: date | None


def ask_superior(row: LeaveRequest, *, now: datetime) -> bool:
    """
    Ask whoever is next in line, inside a deed; return False when nobody is left.

    The request then waits for nothing but its certificate: `settling.waits_for` finds no open
    question and sends it on to the decision. The same for every kind, so that being asked, and
    when, tells nothing. Of the wish to leave the manager out nobody is told.
    """
    line = line_above(row, now=now)
    turn = next_turn(line=line.posts, bars=line.bars)
    if turn is None:
        return False
    _open_question(row, turn, line, step=Step.ASKED, now=now)
    return True


def pass_on(row: LeaveRequest, asked: Consideration, *, now: datetime) -> bool:
    """
    Hand an unanswered question to the next instance, inside a deed.

    Return False, with the question still open, when there is none: whoever was asked keeps the
    chance to answer until it lapses.
    """
    line = line_above(row, now=now)
    others = [post for post in line.posts if post.holder != asked.asked_id]
    turn = next_turn(line=others, bars=line.bars)
    if turn is None or not _close(asked, ConsiderationState.PASSED, now=now):
        return False
    _open_question(row, turn, line, step=Step.PASS_ON, now=now)
    return True


def withdraw_question(row: LeaveRequest, *, now: datetime) -> None:
    """Take back what a superior has been asked and has not answered, inside a deed."""
    for asked in Consideration.objects.filter(request=row, state=ConsiderationState.OPEN):
        _close(asked, ConsiderationState.WITHDRAWN, now=now)


def renew_question(row: LeaveRequest, *, now: datetime) -> None:
    """
    Take what superiors were asked about the same dates along into a new round, inside a deed.

    What was said, or was not said in time, still stands. Whoever had not had her turn when the
    request came back is asked now; an attestation desk asks nobody.
    """
    before = Consideration.objects.filter(request=row, round=row.round - 1)
    over = before.exclude(state=ConsiderationState.WITHDRAWN)
    if not over.update(round=row.round) and not row.desk_only:
        ask_superior(row, now=now)


def consider(
    *,
    actor: Account,
    consideration_id: UUID,
    opinion: Opinion,
    reason: str = "",
    other_first: date | None = None,
    other_last: date | None = None,
    now: datetime,
) -> None:
    """
    Give a consideration, as the one asked or in her place.

    It is advice: whatever it says, the request goes on to the decision once its certificate, if
    it needs one, is there. The first answer counts.

    :raises Http404: if the question never was the actor's.
    :raises LeaveRefused: if it has been answered, passed on or taken back meanwhile, or if the
        actor has another part in the request.
    :raises ValueError: if a reason or dates do not belong to the opinion; the form sees to it.
    """
    answer = _answer(opinion, reason, other_first, other_last)
    employee_id = _employee_behind(actor, consideration_id, now=now)
    with employee_locked(employee_id=employee_id):
        asked = _still_asked(actor, consideration_id, now=now)
        row = asked.request
        _refuse_conflict(row, actor)
        Consideration.objects.filter(pk=asked.pk).update(
            state=ConsiderationState.GIVEN,
            opinion=answer.opinion,
            reason=answer.reason,
            other_first=answer.other_first,
            other_last=answer.other_last,
            acted_by=Employee.objects.get(user_id=actor.user_id),
            answered_on=day_of(row, now=now),
        )
        no_longer_asked(asked, now=now)
        settle(row, Action.CONSIDER, role=MANAGER, now=now)
        record(actor, MANAGER, "leave.consider", asked.pk, now=now)
        tell_desk_ready(row, now=now)


def tell_asked(
    asked: Consideration, line: Line, *, step: Step, who: tuple[UUID | None, ...], now: datetime
) -> None:
    """Tell some of those who may answer (employees) that a question waits."""
    tell(
        user_ids=[line.cards[one].user_id for one in who if one is not None],
        namespace=notices.MANAGER,
        notice=notices.FOR_MANAGER_ASKED,
        subject_id=asked.pk,
        rev=step,
        now=now,
    )


def _open_question(
    row: LeaveRequest, turn: Turn, line: Line, *, step: Step, now: datetime
) -> None:
    asked = Consideration.objects.create(
        request=row,
        asked_id=turn.asked,
        stand_in_id=turn.stand_in,
        round=row.round,
        asked_on=day_of(row, now=now),
        step=step,
    )
    tell_asked(asked, line, step=step, who=(turn.asked, turn.stand_in), now=now)


def _close(asked: Consideration, state: ConsiderationState, *, now: datetime) -> bool:
    still_open = Consideration.objects.filter(pk=asked.pk, state=ConsiderationState.OPEN)
    if not still_open.update(state=state):
        return False
    no_longer_asked(asked, now=now)
    return True


def no_longer_asked(asked: Consideration, *, now: datetime) -> None:
    """Take back what is unread about a question that is no longer open, inside a deed."""
    withdraw(subject_id=asked.pk, notices=[notices.FOR_MANAGER_ASKED], now=now)


def _answer(
    opinion: Opinion, reason: str, other_first: date | None, other_last: date | None
) -> _Answer:
    if opinion == Opinion.AGREED:
        return _Answer(opinion=opinion, reason="", other_first=None, other_last=None)
    if reason not in REASONS:
        raise ValueError("anything but agreeing names a reason of the work")
    if opinion != Opinion.CHANGED:
        return _Answer(opinion=opinion, reason=reason, other_first=None, other_last=None)
    if other_first is None or other_last is None or other_last < other_first:
        raise ValueError("other dates are two days in order")
    return _Answer(
        opinion=opinion, reason=reason, other_first=other_first, other_last=other_last
    )


def _employee_behind(actor: Account, consideration_id: UUID, *, now: datetime) -> UUID:
    """
    Return whose lock a question needs; one that ended is told apart from a foreign one.

    Open first, ended afterwards: a question that ends between the two looks is found by the
    second, since none is ever opened again.
    """
    try:
        found = policies.get_consideration(
            actor=actor, consideration_id=consideration_id, now=now
        )
    except Http404 as error:
        if policies.ended_considerations(actor).filter(pk=consideration_id).exists():
            raise LeaveRefused(Refusal.STALE) from error
        raise
    return found.request.employee_id


def _still_asked(actor: Account, consideration_id: UUID, *, now: datetime) -> Consideration:
    try:
        return policies.get_consideration(
            actor=actor, consideration_id=consideration_id, now=now
        )
    except Http404 as error:
        # It was hers a moment ago: answered, passed on or taken back while she wrote.
        raise LeaveRefused(Refusal.STALE) from error


def _refuse_conflict(row: LeaveRequest, actor: Account) -> None:
    decided = Decision.objects.filter(request=row, decided_by_id=actor.user_id)
    attested = Attestation.objects.filter(request=row, reviewer_id=actor.user_id)
    if decided.exclude(state=DecisionState.UNDONE).exists() or attested.exists():
        raise LeaveRefused(Refusal.CONFLICT)
