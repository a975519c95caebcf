"""The shapes of somebody's own leave: the list, and one request with everything about it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from portal.leave.choices import (
    IN_FORCE,
    KEPT,
    Action,
    Certificate,
    Family,
    Outcome,
    Part,
    State,
    WayForward,
)
from portal.leave.rules.asking import Details
from portal.leave.selectors.timeline import Step

_A_DAY: Final = timedelta(days=1)
_STANDING: Final = (*IN_FORCE, State.ENDED_EARLY, State.RECALLED, State.ATTESTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    """One request in the list; ``needs`` says what waits for the asker, empty for nothing."""

    id: UUID
    kind_name: str
    first_day: date
    last_day: date
    days_label: str
    state: State
    state_label: str
    is_open: bool
    needs: str


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """What is left of one kind in the year of now, by the year it comes from."""

    name: str
    year: int
    available: Decimal
    reserved: Decimal
    buckets: tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnList:
    """Somebody's leave: on its way, granted and not over, over; and what is left."""

    is_closed: bool
    is_desk: bool
    """Whether the house attests here and decides in another system."""
    rows: tuple[OwnRow, ...]
    balances: tuple[BalanceRow, ...]
    today: date

    @property
    def open(self) -> tuple[OwnRow, ...]:
        """Return those on their way, the next first."""
        return tuple(row for row in self.rows if row.is_open)

    @property
    def coming(self) -> tuple[OwnRow, ...]:
        """Return those granted or attested that are not over, the next first."""
        return tuple(row for row in self.rows if not row.is_open and self._stands(row))

    @property
    def past(self) -> tuple[OwnRow, ...]:
        """Return the others, the latest first."""
        others = [row for row in self.rows if not row.is_open and not self._stands(row)]
        return tuple(reversed(others))

    def _stands(self, row: OwnRow) -> bool:
        return row.state in _STANDING and row.last_day >= self.today


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A piece that was handed in, and who opened it when; never its content."""

    id: UUID
    number: int
    is_words: bool
    pages: int
    sha256: str
    handed_in_on: date
    openings: tuple[tuple[date, str], ...]
    deleted_on: date | None


@dataclass(frozen=True, slots=True)
class AttestationRow:
    """What the medical reviewer passed on; a verdict has a number unless it is not enough."""

    label: str
    covers_from: date | None
    covers_until: date | None
    number: str
    on_day: date


@dataclass(frozen=True, slots=True)
class WayRow:
    """Something that can be done instead."""

    way: WayForward
    label: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What was decided and signed; one that can still be taken back is not shown."""

    outcome: Outcome
    outcome_label: str
    reason_label: str
    ways: tuple[WayRow, ...]
    first_day: date
    last_day: date
    other_first: date | None
    other_last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAsked(OwnRow):
    """One request of one's own as it was asked for, without what came of it."""

    version: int
    code: str
    part: Part
    certificate: Certificate
    details: Details
    is_abroad: bool

    @property
    def next_day(self) -> date:
        """Return the day after the last one, on which an extension begins."""
        return self.last_day + _A_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """Where a certificate is handed in: for which days, and who may have signed it."""

    id: UUID
    first_day: date
    last_day: date
    can_hand_in: bool
    evidence_labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage(OwnAsked):
    """
    One request of one's own with everything about it.

    ``can`` is what the table of transitions and the facts allow her; what needs no step of this
    request, such as extending it, has a field of its own. ``sequence`` is that of calendar
    entries.
    """

    family: Family
    desk_only: bool
    provisional: bool
    lead: str
    sent_on: date
    steps: tuple[Step, ...]
    evidence: tuple[EvidenceRow, ...]
    evidence_labels: tuple[str, ...]
    evidence_due_on: date | None
    attestation: AttestationRow | None
    missing_labels: tuple[str, ...]
    asks_paper_again: bool
    decision: DecisionRow | None
    letter_number: str
    can: frozenset[Action]
    can_extend: bool
    can_change: bool
    can_to_annual: bool
    expected_words: str
    plan_id: UUID | None
    sequence: int
    continues_id: UUID | None
    supersedes_id: UUID | None
    change_id: UUID | None
    """The change of this leave that is being decided."""
    wanted_last_day: date | None

    @property
    def can_hand_in(self) -> bool:
        """Say whether a certificate can be handed in."""
        return Action.HAND_IN in self.can

    @property
    def waits_for_paper(self) -> bool:
        """Say whether a certificate is waited for; the reviewer may have one and take more."""
        return self.can_hand_in and self.state != State.EVIDENCE_REVIEW

    @property
    def can_plan(self) -> bool:
        """Say whether coming back in stages is offered: after a rest, not after a holiday."""
        rested = self.state in KEPT and not self.desk_only and self.family != Family.ANNUAL
        return rested or self.plan_id is not None

    @property
    def can_second_look(self) -> bool:
        """Say whether another reviewer can be asked to look."""
        return Action.SECOND_LOOK in self.can

    @property
    def can_resubmit(self) -> bool:
        """Say whether it can be completed and sent again."""
        return Action.RESUBMIT in self.can

    @property
    def can_withdraw(self) -> bool:
        """Say whether it can be withdrawn."""
        return Action.WITHDRAW in self.can

    @property
    def can_cancel(self) -> bool:
        """Say whether cancelling can be asked for."""
        return Action.ASK_CANCEL in self.can

    @property
    def can_return_early(self) -> bool:
        """Say whether an earlier return can be asked for."""
        return Action.ASK_EARLY_RETURN in self.can
