"""What an official can decide, and under which right. No database, no clock."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from portal.leave.choices import (
    Action,
    Decider,
    Family,
    Outcome,
    Profile,
    Purpose,
    Reason,
    Refusal,
    State,
    WayForward,
)
from portal.leave.rules.transitions import allowed_outcomes, next_states

UNDO_FOR: Final = timedelta(minutes=10)
"""As long as a decision can be taken back; nothing leaves the house before."""
LONGEST_DEFERRAL: Final = timedelta(days=366)
NEVER_DEFERRED: Final = (Purpose.FIRST_HAJJ, Purpose.BIRTH)
"""Long leave that the rule does not let anybody put off."""
_ACTIONS: Final = {
    Outcome.GRANT: (Action.GRANT, State.GRANTED),
    Outcome.AMEND: (Action.AMEND, State.GRANTED_AMENDED),
    Outcome.DEFER: (Action.DEFER, State.DEFERRED),
    Outcome.RETURN: (Action.RETURN, State.RETURNED),
    Outcome.REFUSE: (Action.REFUSE, State.REFUSED),
}
GRANTING: Final = (Outcome.GRANT, Outcome.AMEND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """
    What an official presses: an outcome and the dates it is about.

    Anything but a grant carries a reason of the fixed vocabulary and a way forward;
    ``other_first`` and ``other_last`` are dates suggested instead.
    """

    outcome: Outcome
    first_day: date
    last_day: date
    reason: Reason | str = ""
    ways_forward: tuple[WayForward, ...] = ()
    other_first: date | None = None
    other_last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """
    What a ruling hangs on.

    ``covers`` are the days an attestation covers; None where none was asked for, since nothing
    comes to a decision that waits for one. ``asked`` and ``granted`` are days by year: those
    the employee asked for, and those the dates of the ruling use up.
    """

    state: State
    first_day: date
    last_day: date
    can_refuse: bool
    can_defer: bool
    covers: tuple[date, date] | None = None
    asked: Mapping[int, Decimal] = field(default_factory=dict)
    granted: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Right:
    """A decree as far as its reach goes; ``families`` empty is every kind."""

    decree_id: UUID
    unit_id: UUID | None
    families: Collection[str]
    is_ppk: bool
    valid_from: date
    valid_until: date | None


def action_of(outcome: Outcome) -> tuple[Action, State]:
    """Return the step a decision takes when it is signed, and where it leads."""
    return _ACTIONS[outcome]


def outcomes_at(*, state: State, can_refuse: bool, can_defer: bool) -> tuple[Outcome, ...]:
    """Return what can be decided about a request where it stands, in the order of the form."""
    return tuple(
        outcome
        for outcome in allowed_outcomes(can_refuse=can_refuse, can_defer=can_defer)
        if next_states(_ACTIONS[outcome][0], state)
    )


def may_be_deferred(*, can_defer: bool, family: Family, purpose: Purpose) -> bool:
    """Say whether the rule lets leave be put off; a first pilgrimage and a birth never."""
    return can_defer and not (family == Family.LONG and purpose in NEVER_DEFERRED)


def needs_ppk(*, decider: Decider, is_abroad: bool, profile: Profile) -> bool:
    """Say whether the appointing official alone decides: some kinds, and leave abroad."""
    return decider == Decider.PPK or (is_abroad and profile == Profile.ASN)


def fitting_right(
    rights: Iterable[Right],
    *,
    day: date,
    family: str,
    unit_line: Collection[UUID],
    ppk_only: bool,
) -> Right | None:
    """
    Return the right under which leave can be decided on a day, or None.

    A decree reaches from its first to its last day, both included; its unit and everything
    below it, or the whole agency; the kinds it names, or all. The newest one that fits.
    """
    fitting = [
        right
        for right in rights
        if right.valid_from <= day
        and (right.valid_until is None or day <= right.valid_until)
        and (right.unit_id is None or right.unit_id in unit_line)
        and (not right.families or family in right.families)
        and (right.is_ppk or not ppk_only)
    ]
    return max(fitting, key=lambda one: (one.valid_from, str(one.decree_id)), default=None)


def refuse_ruling(ruling: Ruling, facts: CaseFacts) -> Refusal | None:
    """Return why a ruling cannot stand, or None if it can."""
    if ruling.outcome not in allowed_outcomes(
        can_refuse=facts.can_refuse, can_defer=facts.can_defer
    ):
        return Refusal.RULE_FORBIDS
    if not next_states(_ACTIONS[ruling.outcome][0], facts.state):
        return Refusal.NOT_NOW
    return _refuse_words(ruling) or _refuse_other_dates(ruling) or _refuse_dates(ruling, facts)


def _refuse_words(ruling: Ruling) -> Refusal | None:
    if ruling.outcome == Outcome.GRANT:
        return None
    known = set(ruling.ways_forward) <= set(WayForward)
    if not known or not ruling.ways_forward or ruling.reason not in set(Reason):
        return Refusal.NO_WAY_FORWARD
    return None


def _refuse_other_dates(ruling: Ruling) -> Refusal | None:
    first, last = ruling.other_first, ruling.other_last
    if first is None and last is None:
        return None
    if first is None or last is None or last < first:
        return Refusal.ENDS_BEFORE_START
    return Refusal.TOO_FAR if first > ruling.first_day + LONGEST_DEFERRAL else None


def _refuse_dates(ruling: Ruling, facts: CaseFacts) -> Refusal | None:
    """Look at the dates of a ruling; only one that changes them may name others."""
    if ruling.last_day < ruling.first_day:
        return Refusal.ENDS_BEFORE_START
    is_as_asked = (ruling.first_day, ruling.last_day) == (facts.first_day, facts.last_day)
    if is_as_asked == (ruling.outcome == Outcome.AMEND):
        return Refusal.NOT_NOW
    if ruling.outcome not in GRANTING:
        return None
    if not _is_covered(ruling, facts):
        return Refusal.BEYOND_EVIDENCE
    if not facts.granted:
        return Refusal.NO_DAYS
    is_more = any(n > facts.asked.get(year, Decimal(0)) for year, n in facts.granted.items())
    return Refusal.OVER_LIMIT if is_more else None


def _is_covered(ruling: Ruling, facts: CaseFacts) -> bool:
    if facts.covers is None:
        return True
    return facts.covers[0] <= ruling.first_day and ruling.last_day <= facts.covers[1]


def covered_part(
    *, first_day: date, last_day: date, covers: tuple[date, date] | None
) -> tuple[date, date] | None:
    """Return the part of some dates that an attestation covers; all of them without one."""
    if covers is None:
        return first_day, last_day
    first, last = max(first_day, covers[0]), min(last_day, covers[1])
    return (first, last) if first <= last else None


def days_by_year(days: Sequence[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """Return quantities summed by their year."""
    sums: dict[int, Decimal] = {}
    for year, quantity in days:
        sums[year] = sums.get(year, Decimal(0)) + quantity
    return sums
