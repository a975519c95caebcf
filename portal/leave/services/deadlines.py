"""
What happens when nobody does anything: reminders, the next instance, and on. Never a decision.

Each request is looked at under its employee's lock and read again there: whoever answered while
the sweep was on its way has answered, and nothing is told that is no longer so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from portal.common.logs import event
from portal.leave import notices, policies
from portal.leave.choices import EVIDENCE_OPEN, HOUSE, Action, ConsiderationState, State
from portal.leave.models import Consideration, LeaveRequest
from portal.leave.rules.deadlines import (
    LOOK_AHEAD,
    Step,
    due_step,
    is_certificate_late,
    is_certificate_soon,
)
from portal.leave.rules.routing import stand_in_of, substitute_for
from portal.leave.rules.weeks import NoCalendar, WorkCalendar
from portal.leave.selectors.calendars import work_calendar, work_calendars
from portal.leave.selectors.days import day_of
from portal.leave.selectors.lines import Line, line_above
from portal.leave.services.considerations import (
    no_longer_asked,
    pass_on,
    tell_asked,
    withdraw_question,
)
from portal.leave.services.desk import LeaveRefused, employee_locked, step
from portal.leave.services.settling import settle
from portal.leave.services.telling import tell_desk_ready, tell_owner, tell_role
from portal.people.choices import Role

_WAITS: Final = (*EVIDENCE_OPEN, State.CONSIDERATION)
_EVERYWHERE: Final = timedelta(days=1)
"""It is not the same day everywhere; what a day's difference lets in is looked at closely."""


@dataclass(slots=True)
class _Case:
    """An open question about a request, read under the lock, and the line of this moment."""

    row: LeaveRequest
    asked: Consideration
    line: Line
    now: datetime

    @property
    def is_deserted(self) -> bool:
        """Say whether whoever was asked has departed and nobody stands in for her."""
        holder = self.line.cards.get(self.asked.asked_id)
        is_gone = holder is None or not holder.is_active
        return is_gone and self.delegate is None

    @property
    def delegate(self) -> UUID | None:
        """Return who stands in today for whoever was asked."""
        return stand_in_of(asked=self.asked.asked_id, line=self.line.posts, bars=self.line.bars)


def advance_considerations(*, now: datetime) -> int:
    """
    Take the steps of all open questions whose working day has come; return how many moved.

    First a reminder; then a second one, and a substitute may answer as well; then the next
    instance is asked; after five working days in all the request goes on without a
    consideration. Whoever has begun to stand in gets what lies open. Run twice, or after days
    of rest, it does the same: missed reminders are not made up for.
    """
    return _each(_due_questions(now), _advance, now=now)


def advance_evidence(*, now: datetime) -> int:
    """
    Remind of certificates on their last days, and note those that are late; return the latter.

    A late one ends what took effect before it was decided, and the employee is told what she
    can do. It marks nobody as absent and takes nothing from the days she asked for.
    """
    waiting = LeaveRequest.objects.filter(
        state=State.EVIDENCE_DUE, evidence_due_on__lte=now.date() + 2 * _EVERYWHERE
    ).order_by("evidence_due_on", "id")
    return _each(waiting.values_list("pk", "employee_id"), _look_at_certificate, now=now)


def _each(ids: Iterable[tuple[UUID, UUID]], deed: Callable[..., int], *, now: datetime) -> int:
    done = 0
    for row_id, employee_id in list(ids):
        try:
            with employee_locked(employee_id=employee_id):
                done += deed(row_id, now=now)
        except LeaveRefused:
            continue  # somebody is at it; the next sweep looks again
        except Exception:  # noqa: BLE001 - the other requests still have to move
            event("leave: a deadline failed", state="FAILED")
    return done


def _due_questions(now: datetime) -> list[tuple[UUID, UUID]]:
    """Return question and employee where something may have to be done, oldest first."""
    rows = list(
        Consideration.objects.filter(state=ConsiderationState.OPEN)
        .annotate(since=Subquery(_rounds_first()))
        .select_related("request__employee__unit", "request__employee__agency", "asked__user")
        .order_by("asked_on", "id")
    )
    if not rows:
        return []
    calendars = work_calendars(
        employee_ids={row.request.employee_id for row in rows},
        first=min(row.since for row in rows),
        last=now.date() + LOOK_AHEAD,
    )
    given = policies.delegations_on(giver_ids={row.asked_id for row in rows}, now=now)
    stand_ins = {(row.giver_id, row.stand_in_id) for row in given}
    givers = {row.giver_id for row in given}
    return [
        (row.pk, row.request.employee_id)
        for row in rows
        if row.request.state not in _WAITS
        or not row.asked.user.is_active
        or (row.asked_id in givers and (row.asked_id, row.stand_in_id) not in stand_ins)
        or _is_due(row, row.since, calendars, now=now)
    ]


def _rounds_first() -> QuerySet[Consideration, Any]:
    """Return the day of the first question of the same round."""
    return (
        Consideration.objects.filter(request=OuterRef("request"), round=OuterRef("round"))
        .exclude(state=ConsiderationState.WITHDRAWN)
        .order_by("asked_on")
        .values("asked_on")[:1]
    )


def _is_due(
    row: Consideration,
    since: date,
    calendars: Mapping[UUID, WorkCalendar],
    *,
    now: datetime,
) -> bool:
    calendar = calendars.get(row.request.employee_id)
    if calendar is None:
        return False
    try:
        return _due(row.request, since, calendar, now=now) > row.step
    except NoCalendar:
        event("leave: no week to count a deadline by", state="FAILED")
        return False


def _due(row: LeaveRequest, since: date, calendar: WorkCalendar, *, now: datetime) -> Step:
    return due_step(asked_on=since, today=day_of(row, now=now), calendar=calendar)


def _advance(consideration_id: UUID, *, now: datetime) -> int:
    asked = (
        Consideration.objects.filter(pk=consideration_id, state=ConsiderationState.OPEN)
        .annotate(since=Subquery(_rounds_first()))
        .select_related("request__employee__unit", "request__employee__agency")
        .select_related("request__employee__user", "request__leave_type")
        .first()
    )
    if asked is None:
        return 0
    row = asked.request
    if row.state not in _WAITS:
        withdraw_question(row, now=now)
        return 1
    calendar = work_calendar(
        employee_id=row.employee_id, first=asked.since, last=now.date() + LOOK_AHEAD
    )
    due = _due(row, asked.since, calendar, now=now)
    case = _Case(row, asked, line_above(row, now=now), now)
    return _move(case, due)


def _move(case: _Case, due: Step) -> int:
    if case.is_deserted:
        due = max(due, Step.PASS_ON)
    if due >= Step.LAPSE:
        return _lapse(case)
    if due > case.asked.step:
        return _take(case, due)
    return _hand_to_delegate(case)


def _take(case: _Case, due: Step) -> int:
    if due == Step.PASS_ON:
        return _pass_on(case)
    if due == Step.SUBSTITUTE:
        found = substitute_for(
            asked=case.asked.asked_id, line=case.line.posts, bars=case.line.bars
        )
        return _remind(case, due, found)
    return _remind(case, due, case.delegate)


def _remind(case: _Case, due: Step, stand_in: UUID | None) -> int:
    _keep(case, step=due, stand_in_id=stand_in)
    tell_asked(
        case.asked, case.line, step=due, who=(case.asked.asked_id, stand_in), now=case.now
    )
    return 1


def _pass_on(case: _Case) -> int:
    if pass_on(case.row, case.asked, now=case.now):
        settle(case.row, Action.PASS_ON, role=HOUSE, now=case.now)
        return 1
    if case.is_deserted:
        return _lapse(case)
    # Nobody is above her: she keeps the chance to answer until the fifth day.
    _keep(case, step=Step.PASS_ON)
    return 1


def _lapse(case: _Case) -> int:
    _keep(case, step=Step.LAPSE, state=ConsiderationState.LAPSED)
    no_longer_asked(case.asked, now=case.now)
    settle(case.row, Action.LAPSE, role=HOUSE, now=case.now)
    tell_desk_ready(case.row, now=case.now)
    return 1


def _hand_to_delegate(case: _Case) -> int:
    """Let whoever has begun to stand in answer what lies open, and tell her."""
    found = case.delegate
    if found is None or found == case.asked.stand_in_id:
        return 0
    _keep(case, stand_in_id=found)
    tell_asked(case.asked, case.line, step=Step(case.asked.step), who=(found,), now=case.now)
    return 1


def _keep(case: _Case, **values: object) -> None:
    Consideration.objects.filter(pk=case.asked.pk, state=ConsiderationState.OPEN).update(
        **values
    )


def _look_at_certificate(request_id: UUID, *, now: datetime) -> int:
    row = (
        LeaveRequest.objects.filter(pk=request_id, state=State.EVIDENCE_DUE)
        .select_related("employee__unit", "employee__agency", "employee__user")
        .first()
    )
    if row is None or row.evidence_due_on is None:
        return 0
    today = day_of(row, now=now)
    if is_certificate_soon(due_on=row.evidence_due_on, today=today):
        tell_owner(row, notices.EVIDENCE_SOON, rev=row.round, now=now)
    if not is_certificate_late(due_on=row.evidence_due_on, today=today):
        return 0
    row.is_provisional = False
    step(
        row,
        Action.EVIDENCE_LAPSE,
        to=State.EVIDENCE_OVERDUE,
        role=HOUSE,
        fields=["is_provisional"],
        now=now,
    )
    tell_owner(row, notices.EVIDENCE_LATE, rev=row.round, now=now)
    tell_role(row, Role.HR, notices.FOR_DESK_OVERDUE, rev=row.round, now=now)
    return 1
