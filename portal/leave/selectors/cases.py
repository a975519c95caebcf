"""One request as the desk sees it: what was asked, said and decided, and what can be done."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Subquery
from django.db.models.expressions import BaseExpression
from django.db.models.functions import ExtractYear
from django.http import Http404

from portal.leave import policies
from portal.leave.choices import (
    KEPT,
    Action,
    ConsiderationState,
    DecisionState,
    Outcome,
    Reason,
    Refusal,
    State,
    WayForward,
)
from portal.leave.models import (
    Attestation,
    CaseEvent,
    Consideration,
    Decision,
    LeaveAccount,
    LeaveRequest,
    Letter,
    Revocation,
)
from portal.leave.rules.transitions import next_states
from portal.leave.selectors.authority import can_be_deferred
from portal.leave.selectors.desk_rows import (
    ASKED,
    Facts,
    QueueRow,
    facts_among,
    opinion_label,
    queue_row,
    standing_for,
    with_part,
)
from portal.people.actors import Account
from portal.people.models import Employee

_SHOWN: Final = (ConsiderationState.WITHDRAWN,)
"""Questions that were taken back say nothing about anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionRow:
    """One question to a superior and what came of it."""

    asked: str
    answered_by: str
    label: str
    reason_label: str
    other_first: date | None
    other_last: date | None
    asked_on: date
    answered_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """One decision that was signed, or takes effect soon."""

    id: UUID
    outcome: Outcome
    outcome_label: str
    state: DecisionState
    state_label: str
    first_day: date
    last_day: date
    reason_label: str
    way_labels: tuple[str, ...]
    other_first: date | None
    other_last: date | None
    decided_by: str
    undo_until: datetime
    is_own: bool
    letter_number: str
    is_valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One step: a day, a role, never a name."""

    on_day: date
    label: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRow:
    """The verdict that stands: dates and number; never the certificate or who signed it."""

    label: str
    covers_from: date | None
    covers_until: date | None
    number: str
    on_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """
    One request at the desk.

    ``outcomes`` are what can be decided now, ``can`` what else can be done. ``unit_away`` of
    ``unit_size`` colleagues of the unit are away on one of these days. ``revocation_asked_by``
    is empty unless a second person is waited for.
    """

    row: QueueRow
    sent_on: date
    round: int
    legal_basis: str
    outcomes: tuple[Outcome, ...]
    can: frozenset[Action]
    verdict: VerdictRow | None
    opinions: tuple[OpinionRow, ...]
    decisions: tuple[DecisionRow, ...]
    events: tuple[EventRow, ...]
    buckets: tuple[tuple[int, str], ...]
    unit_away: int
    unit_size: int
    has_letter: bool
    revocation_asked_by: str
    revocation_is_own: bool

    def __repr__(self) -> str:
        return "<case page>"


def get_case(*, actor: Account, request_id: UUID, now: datetime) -> CasePage:
    """
    Return one request of the actor's agency, with everything the desk may know of it.

    Why it was asked for, the certificate and who signed it are not among that.

    :raises Http404: for a request of another agency, and for the actor's own.
    """
    row = (
        with_part(policies.desk_requests(actor), actor)
        .annotate(**_beside())
        .filter(pk=request_id, desk_only=False)
        .first()
    )
    if row is None:
        raise Http404
    decided, asked = _decided(row), _asked(row)
    facts = facts_among(
        [row],
        standing=standing_for([row], actor),
        decisions=decided,
        verdicts=Attestation.objects.filter(request=row, stands=True).defer("pdf"),
        opinions=asked,
    )
    shown = queue_row(row, facts, now=now)
    decisions = tuple(_decision(one, actor) for one in decided)
    revocation = _revocation(row)
    return CasePage(
        row=shown,
        sent_on=row.sent_on,
        round=row.round,
        legal_basis=row.leave_type.legal_basis,
        outcomes=_outcomes(row, shown, facts),
        can=_can(row, shown, has_revocation=revocation is not None),
        verdict=_verdict(row, facts),
        opinions=tuple(_opinion(one) for one in asked),
        decisions=decisions,
        events=_events(row),
        buckets=_buckets(row),
        unit_away=getattr(row, "unit_away", None) or 0,
        unit_size=getattr(row, "unit_size", None) or 0,
        has_letter=any(one.letter_number for one in decisions),
        revocation_asked_by=revocation.asked_by.full_name if revocation else "",
        revocation_is_own=revocation is not None and revocation.asked_by_id == actor.user_id,
    )


def _beside() -> dict[str, BaseExpression]:
    """
    Return what is read with a request: the days left by source year, and its unit.

    ``unit_away`` are the colleagues with granted leave on one of these days.
    """
    accounts = LeaveAccount.objects.filter(
        employee=OuterRef("employee"),
        code=OuterRef("leave_type__code"),
        leave_year=ExtractYear(OuterRef("first_day")),
    ).order_by("source_year")
    colleagues = Employee.objects.filter(unit=OuterRef("employee__unit"), user__is_active=True)
    away = LeaveRequest.objects.filter(
        employee__unit=OuterRef("employee__unit"),
        state__in=KEPT,
        claims__active=True,
        claims__day__range=(OuterRef("first_day"), OuterRef("last_day")),
    ).exclude(employee=OuterRef("employee"))
    return {
        "sources": ArraySubquery(accounts.values("source_year")),
        "lefts": ArraySubquery(accounts.values("available")),
        "unit_size": Subquery(
            colleagues.order_by().values("unit").annotate(all=Count("pk")).values("all")
        ),
        "unit_away": Subquery(
            away.order_by()
            .values("employee__unit")
            .annotate(all=Count("employee", distinct=True))
            .values("all")
        ),
    }


def _revocation(row: LeaveRequest) -> Revocation | None:
    """Return the revocation that waits for a second person."""
    found: Revocation | None = getattr(row, "revocation", None)
    return found if found is not None and found.confirmed_by_id is None else None


def _outcomes(row: LeaveRequest, shown: QueueRow, facts: Facts) -> tuple[Outcome, ...]:
    """Return what the actor can decide now; nothing while a decision takes effect."""
    if not shown.can_decide or row.pk in facts.decisions:
        return ()
    if can_be_deferred(row):
        return shown.outcomes
    return tuple(one for one in shown.outcomes if one != Outcome.DEFER)


def _can(row: LeaveRequest, shown: QueueRow, *, has_revocation: bool) -> frozenset[Action]:
    """Return what can be done with granted leave; a revocation is asked for by anybody here."""
    state = State(row.state)
    found: set[Action] = set()
    if shown.can_decide and state in ASKED:
        found |= {Action.KEEP}
        found |= {Action.CANCEL if shown.asks_cancel else Action.END_EARLY}
    if shown.can_decide and row.leave_type.can_recall and next_states(Action.RECALL, state):
        found |= {Action.RECALL}
    is_apart = shown.conflict_label != str(Refusal.CONFLICT.label)
    if is_apart and not has_revocation and next_states(Action.REVOKE, state):
        found |= {Action.REVOKE}
    return frozenset(found)


def _verdict(row: LeaveRequest, facts: Facts) -> VerdictRow | None:
    found = facts.verdicts.get(row.pk)
    if found is None:
        return None
    return VerdictRow(
        label=str(found.get_verdict_display()),
        covers_from=found.covers_from,
        covers_until=found.covers_until,
        number=found.number,
        on_day=found.on_day,
    )


def _asked(row: LeaveRequest) -> list[Consideration]:
    return list(
        Consideration.objects.filter(request=row)
        .exclude(state__in=_SHOWN)
        .select_related("asked__user", "acted_by__user")
        .order_by("round", "asked_on", "step", "id")
    )


def _opinion(one: Consideration) -> OpinionRow:
    return OpinionRow(
        asked=one.asked.user.full_name,
        answered_by=one.acted_by.user.full_name if one.acted_by else "",
        label=opinion_label(one),
        reason_label=str(Reason(one.reason).label) if one.reason else "",
        other_first=one.other_first,
        other_last=one.other_last,
        asked_on=one.asked_on,
        answered_on=one.answered_on,
    )


def _decided(row: LeaveRequest) -> list[Decision]:
    return list(
        Decision.objects.filter(request=row)
        .exclude(state=DecisionState.UNDONE)
        .select_related("decided_by", "letter")
        .defer("letter__pdf", "letter__sealed_token")
        .order_by("round", "decided_at")
    )


def _decision(one: Decision, actor: Account) -> DecisionRow:
    letter: Letter | None = getattr(one, "letter", None)
    return DecisionRow(
        id=one.pk,
        outcome=Outcome(one.outcome),
        outcome_label=str(Outcome(one.outcome).label),
        state=DecisionState(one.state),
        state_label=str(DecisionState(one.state).label),
        first_day=one.first_day,
        last_day=one.last_day,
        reason_label=str(Reason(one.reason).label) if one.reason else "",
        way_labels=tuple(str(WayForward(way).label) for way in one.ways_forward),
        other_first=one.other_first,
        other_last=one.other_last,
        decided_by=one.decided_by.full_name,
        undo_until=one.final_at,
        is_own=one.decided_by_id == actor.user_id,
        letter_number=letter.number if letter else "",
        is_valid=letter is not None and letter.revoked_on is None,
    )


def _events(row: LeaveRequest) -> tuple[EventRow, ...]:
    rows = CaseEvent.objects.filter(request=row).order_by("number")
    return tuple(
        EventRow(on_day=one.on_day, label=str(Action(one.action).label), role=one.role)
        for one in rows
    )


def _buckets(row: LeaveRequest) -> tuple[tuple[int, str], ...]:
    """Return what is left by source year, the oldest first; taken in this order."""
    if not row.leave_type.has_account:
        return ()
    sources: list[int] = getattr(row, "sources", [])
    lefts: list[Decimal] = getattr(row, "lefts", [])
    return tuple(
        (year, f"{left.normalize():f}") for year, left in zip(sources, lefts, strict=True)
    )
