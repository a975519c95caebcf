"""Requests as the desk sees them: read once for all, shown without asking again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import ExtractYear, Lower
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.leave import policies
from portal.leave.choices import (
    ConsiderationState,
    DecisionState,
    Opinion,
    Outcome,
    Part,
    Refusal,
    State,
    Unit,
    Verdict,
)
from portal.leave.models import (
    Attestation,
    CaseEvent,
    Consideration,
    Decision,
    LeaveAccount,
    LeaveRequest,
)
from portal.leave.rules.deciding import GRANTING, covered_part, outcomes_at
from portal.leave.selectors.authority import (
    Standing,
    covered_by,
    part_in,
    standing_of,
)
from portal.leave.selectors.lengths import days_label
from portal.leave.selectors.papers import public_name
from portal.people.actors import Account

ASKED: Final = (State.CANCEL_REQUESTED, State.EARLY_RETURN_REQUESTED)
_ANSWERED: Final = (ConsiderationState.GIVEN, ConsiderationState.LAPSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """
    One request at the desk; what is granted in one press is what it was asked for.

    ``covered_first`` and ``covered_last`` are the days that can be granted: all that was asked,
    or the part the attestation covers; None if it covers none of them. ``outcomes`` are what
    the rule of the kind knows at this step. ``since`` is the day it last moved; ``waits_long``
    says that more than five working days have passed since, and decides nothing.
    """

    id: UUID
    name: str
    unit: str
    kind_name: str
    first_day: date
    last_day: date
    part_label: str
    days_label: str
    balance_label: str
    verdict_label: str
    opinion_label: str
    state: State
    state_label: str
    since: date | None
    waits_long: bool
    is_change: bool
    is_abroad: bool
    covered_first: date | None
    covered_last: date | None
    outcomes: tuple[Outcome, ...]
    wanted_last_day: date | None
    version: int
    can_decide: bool
    conflict_label: str

    @property
    def is_covered(self) -> bool:
        """Say whether everything that was asked for can be granted."""
        return (self.covered_first, self.covered_last) == (self.first_day, self.last_day)

    @property
    def asks_cancel(self) -> bool:
        """Say whether the whole leave is to be cancelled, not only its end."""
        return self.state == State.CANCEL_REQUESTED

    def __repr__(self) -> str:
        return "<queue row>"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRow:
    """A decision that takes effect soon; ``is_own`` ones can be taken back until then."""

    decision_id: UUID
    request_id: UUID
    name: str
    unit: str
    kind_name: str
    first_day: date
    last_day: date
    outcome: Outcome
    outcome_label: str
    decided_by: str
    undo_until: datetime
    is_own: bool

    def __repr__(self) -> str:
        return "<pending row>"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRow:
    """
    A granted leave that somebody asked to revoke; another person confirms it.

    One of the two needs the right to decide; the service says so where neither has it.
    """

    request_id: UUID
    name: str
    unit: str
    kind_name: str
    first_day: date
    last_day: date
    reason_label: str
    asked_by: str
    asked_on: date
    version: int
    is_own: bool
    can_confirm: bool

    def __repr__(self) -> str:
        return "<revocation row>"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """
    Everything at the desk, the soonest leave first.

    ``waiting`` for a decision; ``overdue`` without the certificate that was to come, and those
    can only be sent back; ``asked`` to be cancelled or shortened; ``pending`` until it takes
    effect; ``revocations`` for a second person.
    """

    waiting: tuple[QueueRow, ...]
    overdue: tuple[QueueRow, ...]
    asked: tuple[QueueRow, ...]
    pending: tuple[PendingRow, ...]
    revocations: tuple[RevocationRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningRow:
    """A granted leave that is not closed yet."""

    id: UUID
    name: str
    unit: str
    kind_name: str
    first_day: date
    last_day: date
    part_label: str
    days_label: str
    state_label: str
    letter_number: str
    is_provisional: bool
    can_recall: bool
    version: int

    def __repr__(self) -> str:
        return "<running row>"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a list of requests is shown with, read once for all of them."""

    standing: Standing
    decisions: Mapping[UUID, Decision]
    verdicts: Mapping[UUID, Attestation]
    opinions: Mapping[UUID, Consideration]


def with_part(rows: QuerySet[LeaveRequest], actor: Account) -> QuerySet[LeaveRequest]:
    """
    Add to requests whether the actor has a part in them, and when they last moved.

    And ``left``: what is left in the year they begin in, where their kind has an account.
    """
    accounts = LeaveAccount.objects.filter(
        employee=OuterRef("employee"),
        code=OuterRef("leave_type__code"),
        leave_year=ExtractYear(OuterRef("first_day")),
    ).order_by()
    moves = CaseEvent.objects.filter(request=OuterRef("pk")).order_by("-number")
    return (
        rows.annotate(
            has_part=ExpressionWrapper(part_in(actor.user_id), output_field=BooleanField()),
            moved_on=Subquery(moves.values("on_day")[:1]),
            left=Subquery(
                accounts.values("employee").annotate(sum=Sum("available")).values("sum")
            ),
        )
        .defer("sealed_details")
        .select_related(
            "leave_type",
            "employee__user",
            "employee__unit",
            "employee__agency",
            "revocation__asked_by",
        )
        .order_by("first_day", Lower("employee__user__full_name"), "id")
    )


def facts_for(rows: Sequence[LeaveRequest], *, actor: Account) -> Facts:
    """Read everything that requests are shown with; six queries at most."""
    ids = [row.pk for row in rows]
    decisions = (
        Decision.objects.filter(request__in=ids, state=DecisionState.PENDING)
        .select_related("decided_by")
        .order_by("decided_at", "id")
    )
    verdicts = Attestation.objects.filter(request__in=ids, stands=True).defer("pdf")
    opinions = Consideration.objects.filter(request__in=ids, state__in=_ANSWERED)
    return facts_among(
        rows,
        standing=standing_for(rows, actor),
        decisions=decisions,
        verdicts=verdicts,
        opinions=opinions.order_by("asked_on", "step", "id"),
    )


def facts_among(
    rows: Iterable[LeaveRequest],
    *,
    standing: Standing,
    decisions: Iterable[Decision],
    verdicts: Iterable[Attestation],
    opinions: Iterable[Consideration],
) -> Facts:
    """
    Return what requests are shown with, of what has been read of them already.

    ``verdicts`` are those that stand. Of ``decisions`` those that take effect soon count, of
    ``opinions`` the last one of the round; both in the order in which they came.
    """
    by_round = {row.pk: row.round for row in rows}
    return Facts(
        standing=standing,
        decisions={
            one.request_id: one for one in decisions if one.state == DecisionState.PENDING
        },
        verdicts={one.request_id: one for one in verdicts},
        opinions={
            one.request_id: one
            for one in opinions
            if one.state in _ANSWERED and one.round == by_round[one.request_id]
        },
    )


def queue_row(
    row: LeaveRequest, facts: Facts, *, waits_long: bool = False, now: datetime
) -> QueueRow:
    """Return a request as the desk sees it; asks the database nothing."""
    obstacle = obstacle_to(row, facts.standing, now=now)
    verdict = facts.verdicts.get(row.pk)
    covered = covered_part(
        first_day=row.first_day, last_day=row.last_day, covers=covered_by(verdict)
    )
    kind = row.leave_type
    return QueueRow(
        id=row.pk,
        name=row.employee.user.full_name,
        unit=row.employee.unit.name,
        kind_name=kind_name(row),
        first_day=row.first_day,
        last_day=row.last_day,
        part_label=part_label(row),
        days_label=days_label(row.days, Unit(kind.unit)),
        balance_label=_balance_label(row),
        verdict_label=str(Verdict(verdict.verdict).label) if verdict else "",
        opinion_label=opinion_label(facts.opinions.get(row.pk)),
        state=State(row.state),
        state_label=str(State(row.state).label),
        since=getattr(row, "moved_on", None),
        waits_long=waits_long,
        is_change=row.supersedes_id is not None,
        is_abroad=row.is_abroad,
        covered_first=covered[0] if covered else None,
        covered_last=covered[1] if covered else None,
        outcomes=_outcomes(row, covered),
        wanted_last_day=row.wanted_last_day,
        version=row.version,
        can_decide=obstacle is None,
        conflict_label=str(obstacle.label) if obstacle else "",
    )


def part_label(row: LeaveRequest) -> str:
    """Return which half of the days is meant; nothing for whole days."""
    return "" if row.part == Part.FULL else str(Part(row.part).label)


def kind_name(row: LeaveRequest) -> str:
    """Return the kind of leave in the reader's language, as the desk reads it."""
    return public_name(row.leave_type, get_language() or "id")


def opinion_label(found: Consideration | None) -> str:
    """Return what the superior said, that she said nothing, or that nobody was asked."""
    if found is None:
        return _("No superior was asked")
    if found.state == ConsiderationState.GIVEN:
        return str(Opinion(found.opinion).label)
    return str(ConsiderationState(found.state).label)


def _outcomes(row: LeaveRequest, covered: tuple[date, date] | None) -> tuple[Outcome, ...]:
    """Return what the rule knows at this step, without what the evidence does not carry."""
    known = outcomes_at(
        state=State(row.state),
        can_refuse=row.leave_type.can_refuse,
        can_defer=row.leave_type.can_defer,
    )
    if covered == (row.first_day, row.last_day):
        return known
    barred = (Outcome.GRANT,) if covered else GRANTING
    return tuple(one for one in known if one not in barred)


def obstacle_to(row: LeaveRequest, standing: Standing, *, now: datetime) -> Refusal | None:
    """Return why the one who looks cannot decide about a request read by `with_part`."""
    return standing.obstacle(row, has_part=bool(getattr(row, "has_part", False)), now=now)


def standing_for(rows: Iterable[LeaveRequest], actor: Account) -> Standing:
    """Return what lets the actor decide about requests of her agency; three queries."""
    return standing_of(
        user_id=actor.user_id,
        roles=actor.roles,
        agency_id=policies.desk_agency(actor),
        unit_ids={row.employee.unit_id for row in rows},
    )


def _balance_label(row: LeaveRequest) -> str:
    """Return what is left once a request is granted; its own days are reserved already."""
    if not row.leave_type.has_account:
        return ""
    left: Decimal | None = getattr(row, "left", None)
    days = days_label(left or Decimal(0), Unit(row.leave_type.unit))
    return _("%(days)s left after this") % {"days": days}
