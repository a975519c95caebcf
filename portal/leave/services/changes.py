"""
What somebody asks of leave she has: cancel it, come back earlier, take it as annual leave.

An extension is a new request that ``continues`` another; a change of granted leave is a new
request that ``supersedes`` it, one in flight. What was granted stays until the new one is: days
that both claim are rows of the new request that are not active yet, and only what is new is
reserved. `take_over_days` finishes it when the new one is signed.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from portal.common.db import violated_constraint
from portal.leave import notices
from portal.leave.choices import (
    EMPLOYEE,
    IN_FORCE,
    OFFICIAL,
    Action,
    Certificate,
    ConsiderationState,
    Family,
    PlanState,
    Purpose,
    Refusal,
    State,
)
from portal.leave.models import (
    DAY_ONCE,
    Consideration,
    LeaveDay,
    LeaveRequest,
    ReturnPlan,
)
from portal.leave.policies import employee_id_of, get_own_request
from portal.leave.rules.asking import LeaveAsk
from portal.leave.selectors.asking import weigh
from portal.leave.selectors.days import day_of
from portal.leave.services import ledger, sending
from portal.leave.services.considerations import ask_superior
from portal.leave.services.desk import LeaveRefused, employee_locked, step
from portal.leave.services.details import open_details
from portal.leave.services.telling import tell_role
from portal.people.actors import Account
from portal.people.choices import Role

_CONVERSION: Final = "annual"


def ask_cancel(*, actor: Account, request_id: UUID, version: int, now: datetime) -> None:
    """
    Ask for granted leave that has not begun to be cancelled; it stands until HR agrees.

    :raises Http404: if it is no request of the actor's own.
    :raises LeaveRefused: if it is not granted, has begun, or a change of it is being decided.
    """
    with employee_locked(employee_id=employee_id_of(actor)):
        row = get_own_request(actor=actor, request_id=request_id)
        _refuse_in_flight(row)
        if row.first_day < day_of(row, now=now):
            raise LeaveRefused(Refusal.NOT_NOW)
        step(
            row,
            Action.ASK_CANCEL,
            to=State.CANCEL_REQUESTED,
            role=EMPLOYEE,
            version=version,
            now=now,
        )
        _tell_desk(row, now=now)


def ask_early_return(
    *, actor: Account, request_id: UUID, last_day: date, version: int, now: datetime
) -> None:
    """
    Ask to come back earlier; ``last_day`` is to be the last day of leave.

    :raises Http404: if it is no request of the actor's own.
    :raises LeaveRefused: if the leave is not granted or is over, if the day does not lie within
        it or not before its end, or if a change of it is being decided.
    """
    with employee_locked(employee_id=employee_id_of(actor)):
        row = get_own_request(actor=actor, request_id=request_id)
        _refuse_in_flight(row)
        _refuse_return(row, last_day, today=day_of(row, now=now))
        row.wanted_last_day = last_day
        step(
            row,
            Action.ASK_EARLY_RETURN,
            to=State.EARLY_RETURN_REQUESTED,
            role=EMPLOYEE,
            version=version,
            fields=["wanted_last_day"],
            now=now,
        )
        _tell_desk(row, now=now)


def to_annual(*, actor: Account, request_id: UUID, version: int, now: datetime) -> UUID:
    """
    Take the days as annual leave where the certificate does not come; return the new request.

    The request is withdrawn and a new one with the same dates and wishes is sent, however far
    back they lie. The question to the superior goes over with whatever has been answered, so
    that nobody is asked twice about the same dates. Repeated: the same request.

    :raises Http404: if it is no request of the actor's own.
    :raises LeaveRefused: with what stands in the way; nothing is written then.
    """
    key = uuid5(request_id, _CONVERSION)
    employee_id = employee_id_of(actor)
    with sending.asking(employee_id=employee_id):
        row = get_own_request(actor=actor, request_id=request_id)
        made = LeaveRequest.objects.filter(employee=employee_id, key=key).first()
        if made is not None:
            return made.pk
        if row.leave_type.family != Family.SICK or not sending.has_certificate_out(row):
            raise LeaveRefused(Refusal.NOT_NOW)
        ask = _as_annual(row, key)
        sending.take_back(row, version=version, keeps_question=True, now=now)
        found = weigh(actor=actor, ask=ask, converts=True, now=now)
        sending.refuse(found)
        new = sending.write(found, now=now)
        if not _hand_question_over(row, new):
            ask_superior(new, now=now)
        sending.send_on(new, now=now)
    return new.pk


def take_over_days(row: LeaveRequest, *, now: datetime) -> None:
    """
    Let a change of granted leave take the place of what it changes; nothing for any other one.

    For whoever signs a grant, inside the deed and before the days are consumed. What it
    changes becomes SUPERSEDED: its days are given back to the buckets they came from, its
    claims end, its plan ends; its letter is revoked by whoever signs. Then every day of
    ``row`` is claimed. Consume all granted days afterwards: what ``row`` had reserved is only
    what was new in it. Leave that ended otherwise meanwhile is left as it is, and its days
    with it.

    :raises LeaveRefused: if days of the old leave have passed that the new one does not hold,
        or if other leave stands on one of the days by now; the deed then ends without a trace.
    """
    if row.supersedes_id is None:
        return
    old = LeaveRequest.objects.select_related("leave_type", "employee__unit").get(
        pk=row.supersedes_id
    )
    if old.state in IN_FORCE:
        _refuse_begun(old, row, today=day_of(row, now=now))
        _supersede(old, now=now)
    _claim_everything(row)


def _as_annual(row: LeaveRequest, key: UUID) -> LeaveAsk:
    return LeaveAsk(
        first_day=row.first_day,
        last_day=row.last_day,
        certificate=Certificate.NONE,
        details=replace(open_details(row), purpose=Purpose.NONE),
        is_abroad=row.is_abroad,
        supersedes=row.supersedes_id,
        key=key,
    )


def _hand_question_over(row: LeaveRequest, new: LeaveRequest) -> bool:
    """Let what a superior was asked belong to the new request; False if nobody was asked."""
    asked = Consideration.objects.filter(request=row).exclude(
        state=ConsiderationState.WITHDRAWN
    )
    return bool(asked.update(request=new, round=new.round))


def _refuse_in_flight(row: LeaveRequest) -> None:
    if LeaveRequest.objects.filter(supersedes=row).undecided().exists():
        raise LeaveRefused(Refusal.IN_FLIGHT)


def _refuse_return(row: LeaveRequest, last_day: date, *, today: date) -> None:
    if row.last_day < today:
        raise LeaveRefused(Refusal.NOT_NOW)
    if last_day < row.first_day:
        raise LeaveRefused(Refusal.ENDS_BEFORE_START)
    if last_day >= row.last_day:
        raise LeaveRefused(Refusal.NOT_EARLIER)


def _refuse_begun(old: LeaveRequest, row: LeaveRequest, *, today: date) -> None:
    passed = LeaveDay.objects.filter(request=old, active=True, day__lt=today)
    kept = LeaveDay.objects.filter(request=row).values("day")
    if passed.exclude(day__in=kept).exists():
        raise LeaveRefused(Refusal.NOT_NOW)


def _supersede(old: LeaveRequest, *, now: datetime) -> None:
    today = day_of(old, now=now)
    held = LeaveDay.objects.filter(request=old, active=True)
    ledger.give_back(old, sorted(held.values_list("day", flat=True)), now=now)
    held.update(active=False)
    old.rev, old.closed_on = old.rev + 1, today
    step(
        old,
        Action.SUPERSEDE,
        to=State.SUPERSEDED,
        role=OFFICIAL,
        fields=["rev", "closed_on"],
        now=now,
    )
    ReturnPlan.objects.filter(request=old).exclude(state=PlanState.ENDED).update(
        state=PlanState.ENDED, ended_on=today
    )


def _claim_everything(row: LeaveRequest) -> None:
    try:
        with transaction.atomic():
            LeaveDay.objects.filter(request=row, active=False).update(active=True)
    except IntegrityError as error:
        if violated_constraint(error) != DAY_ONCE:
            raise
        raise LeaveRefused(Refusal.OVERLAP) from error


def _tell_desk(row: LeaveRequest, *, now: datetime) -> None:
    for role in (Role.HR, Role.OFFICIAL):
        tell_role(row, role, notices.FOR_DESK_ASKED, rev=row.version, now=now)
