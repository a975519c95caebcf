"""A superior's pages: what she is asked, who is away, who is coming back. Dates, never why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Max, Min, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.utils.translation import get_language

from portal.calendars.rules import local_day
from portal.leave import policies
from portal.leave.choices import UNDECIDED, ConsiderationState, ManagerSees, PlanState
from portal.leave.models import Consideration, LeaveRequest, ReturnPlan
from portal.leave.policies.plans import managed_plans
from portal.leave.rules.deadlines import LOOK_AHEAD, lapses_on
from portal.leave.rules.weeks import NoCalendar, WorkCalendar
from portal.leave.selectors.absences import AbsencePublic, absence_of, taking_place
from portal.leave.selectors.calendars import calendars_for
from portal.leave.selectors.papers import public_name
from portal.people.actors import Account
from portal.people.selectors import card_of

_SHOWN = ("request__leave_type", "request__employee__user", "request__employee__unit",
          "request__employee__agency", "asked__user")  # fmt: skip


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """
    A question that waits for the actor.

    ``in_place_of`` names the superior whose turn it is, if it is another's. ``goes_on`` is the
    working day on which the request goes on without an answer; None where no calendar tells.
    """

    id: UUID
    absence: AbsencePublic
    in_place_of: str
    goes_on: date | None

    def __repr__(self) -> str:
        return "<question>"


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One question, and who of the same team is away on these days already."""

    row: QuestionRow
    beside: tuple[AbsencePublic, ...]

    def __repr__(self) -> str:
        return "<question page>"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A phased return in the actor's team: when, and whether it waits for her."""

    id: UUID
    name: str
    first_day: date | None
    last_day: date | None
    state_label: str
    waits: bool

    def __repr__(self) -> str:
        return "<plan>"


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """
    What a superior knows of leave in her team, soonest first: now and to come, no history.

    ``waiting`` are requests whose question is behind her and that are not decided yet.
    """

    questions: tuple[QuestionRow, ...]
    waiting: tuple[AbsencePublic, ...]
    away: tuple[AbsencePublic, ...]
    coming: tuple[AbsencePublic, ...]
    plans: tuple[PlanRow, ...]
    stands_in_for: tuple[str, ...]
    leads: bool

    def __repr__(self) -> str:
        return "<team>"


def get_reports(*, actor: Account, now: datetime) -> ReportsPage:
    """
    Return the page of a superior, or of whoever stands in for one.

    :raises Http404: for somebody under whom nobody works, who stands in for nobody and whom
        nobody asks.
    """
    today = local_day(now, actor.zone)
    given = policies.delegations_on(user_id=actor.user_id, now=now)
    still_hers = policies.open_considerations(actor, now=now, given=given)
    questions = _questions(_asked(still_hers), actor, now=now)
    granted = taking_place(policies.requests_of_reports(actor, now=now, given=given))
    shown = (
        _waiting(actor, still_hers)
        .values("pk")
        .union(granted.filter(last_day__gte=today).values("pk"))
    )
    rows = _in_order(LeaveRequest.objects.filter(pk__in=shown))
    waiting = tuple(_absence(row) for row in rows if row.state in UNDECIDED)
    absences = tuple(_absence(row) for row in rows if row.state not in UNDECIDED)
    plans = _plans(actor)
    if not (actor.leads or given or questions or waiting or plans):
        raise Http404
    return ReportsPage(
        questions=questions,
        waiting=waiting,
        away=tuple(one for one in absences if one.first_day <= today),
        coming=tuple(one for one in absences if one.first_day > today),
        plans=plans,
        stands_in_for=tuple(sorted({row.giver.user.full_name for row in given})),
        leads=actor.leads,
    )


def leads_somebody(*, actor: Account, now: datetime) -> bool:
    """Say whether `get_reports` has a page for the actor; no query for a line manager."""
    if actor.leads:
        return True
    given = policies.delegations_on(user_id=actor.user_id, now=now)
    still_hers = policies.open_considerations(actor, now=now, given=given)
    return bool(
        given
        or still_hers.exists()
        or _waiting(actor, still_hers).exists()
        or _running_plans(actor).exists()
    )


def count_questions(*, actor: Account, now: datetime) -> int:
    """Return how many questions wait for the actor."""
    return policies.open_considerations(actor, now=now).count()


def has_ended(*, actor: Account, consideration_id: UUID) -> bool:
    """Say whether a question that was the actor's waits no more, so that she can be told."""
    return policies.ended_considerations(actor).filter(pk=consideration_id).exists()


def get_question(*, actor: Account, consideration_id: UUID, now: datetime) -> QuestionPage:
    """
    Return an open question to the actor.

    :raises Http404: for one that is another's, answered, or about a request of her own.
    """
    given = policies.delegations_on(user_id=actor.user_id, now=now)
    still_hers = policies.open_considerations(actor, now=now, given=given)
    found = _asked(still_hers.filter(pk=consideration_id))
    if not found:
        raise Http404
    rows = _questions(found, actor, now=now)
    request = found[0][0].request
    beside = policies.requests_of_reports(actor, now=now, given=given).filter(
        employee__manager=request.employee.manager_id,
        first_day__lte=request.last_day,
        last_day__gte=request.first_day,
    )
    others = beside.exclude(employee=request.employee_id)
    beside_her = tuple(_absence(row) for row in _in_order(taking_place(others)))
    return QuestionPage(row=rows[0], beside=beside_her)


def _asked(rows: QuerySet[Consideration]) -> list[tuple[Consideration, date]]:
    """Return questions with what is shown of them, and since when anybody has been asked."""
    first_of_round = (
        Consideration.objects.filter(request=OuterRef("request"), round=OuterRef("round"))
        .exclude(state=ConsiderationState.WITHDRAWN)
        .order_by("asked_on")
        .values("asked_on")[:1]
    )
    found = (
        rows.annotate(since=Subquery(first_of_round))
        .select_related(*_SHOWN)
        .order_by(
            "since", "request__first_day", "request__last_day",
            "request__employee__user__full_name", "id",
        )
    )  # fmt: skip
    return [(row, row.since) for row in found]


def _questions(
    found: Sequence[tuple[Consideration, date]], actor: Account, *, now: datetime
) -> tuple[QuestionRow, ...]:
    if not found:
        return ()
    people = {row.request.employee_id: card_of(row.request.employee) for row, _since in found}
    calendars = calendars_for(
        people.values(),
        first=min(since for _row, since in found),
        last=now.date() + LOOK_AHEAD,
    )
    return tuple(
        QuestionRow(
            id=row.pk,
            absence=_absence(row.request),
            in_place_of="" if row.asked.user_id == actor.user_id else row.asked.user.full_name,
            goes_on=_goes_on(since, calendars.get(row.request.employee_id)),
        )
        for row, since in found
    )


def _goes_on(since: date, calendar: WorkCalendar | None) -> date | None:
    if calendar is None:
        return None
    try:
        return lapses_on(asked_on=since, calendar=calendar)
    except NoCalendar:
        return None


def _waiting(actor: Account, still_hers: QuerySet[Consideration]) -> QuerySet[LeaveRequest]:
    """Return what the actor was asked about; a later round is hers only if it asks her anew."""
    answered = policies.answered_considerations(actor).filter(round=F("request__round"))
    return LeaveRequest.objects.filter(
        pk__in=answered.values("request"), state__in=UNDECIDED
    ).exclude(pk__in=still_hers.values("request"))


def _in_order(rows: QuerySet[LeaveRequest]) -> list[LeaveRequest]:
    shown = rows.select_related("leave_type", "employee__user")
    return list(shown.order_by("first_day", "last_day", "employee__user__full_name", "id"))


def _absence(row: LeaveRequest) -> AbsencePublic:
    """Return what a superior sees; the kind only where its rule shows it to her."""
    kind = row.leave_type
    if kind.manager_sees != ManagerSees.TYPE:
        return absence_of(row)
    return absence_of(row, kind_name=public_name(kind, get_language() or "id"))


def _running_plans(actor: Account) -> QuerySet[ReturnPlan]:
    return managed_plans(actor).exclude(state=PlanState.ENDED)


def _plans(actor: Account) -> tuple[PlanRow, ...]:
    rows = (
        _running_plans(actor)
        .select_related("request__employee__user")
        .annotate(begins=Min("stages__first_day"), ends=Max("stages__last_day"))
        .order_by("begins", "request__employee__user__full_name", "id")
    )
    return tuple(
        PlanRow(
            id=row.pk,
            name=row.request.employee.user.full_name,
            first_day=row.begins,
            last_day=row.ends,
            state_label=str(PlanState(row.state).label),
            waits=row.manager_agreed_on is None,
        )
        for row in rows
    )
