"""
The one table of what can happen to a request: who, from which state, to which state.

A pair that is not in the table is refused. Which of the offered steps the rule of a kind allows
is asked on top of it (`allowed_outcomes`, `can_recall`).
"""

from dataclasses import dataclass
from typing import Final

from portal.leave.choices import (
    EMPLOYEE,
    EVIDENCE_OPEN,
    HOUSE,
    IN_FORCE,
    MANAGER,
    REVIEWER,
    UNDECIDED,
    Action,
    Outcome,
    State,
)

DESK: Final = "DESK"
"""Whoever of HR and the authorised officials it is."""

_ON_THE_WAY: Final = (
    State.EVIDENCE_DUE,
    State.EVIDENCE_REVIEW,
    State.CONSIDERATION,
    State.DECISION,
)


@dataclass(frozen=True, slots=True)
class Transition:
    """Who may do what from where, and where it can lead."""

    action: Action
    before: tuple[State, ...]
    after: tuple[State, ...]
    who: str


TABLE: Final[tuple[Transition, ...]] = (
    Transition(
        Action.HAND_IN,
        (*EVIDENCE_OPEN, State.RETURNED),
        (State.EVIDENCE_REVIEW,),
        EMPLOYEE,
    ),
    Transition(
        Action.ATTEST,
        (State.EVIDENCE_REVIEW,),
        (State.CONSIDERATION, State.DECISION, State.ATTESTED),
        REVIEWER,
    ),
    Transition(Action.ASK_AGAIN, (State.EVIDENCE_REVIEW,), (State.EVIDENCE_DUE,), REVIEWER),
    Transition(
        Action.SECOND_LOOK,
        (State.EVIDENCE_DUE, State.EVIDENCE_OVERDUE, State.RETURNED),
        (State.EVIDENCE_REVIEW,),
        EMPLOYEE,
    ),
    Transition(
        Action.EVIDENCE_LAPSE, (State.EVIDENCE_DUE,), (State.EVIDENCE_OVERDUE,), HOUSE
    ),
    Transition(
        Action.CONSIDER,
        (*EVIDENCE_OPEN, State.CONSIDERATION),
        (*EVIDENCE_OPEN, State.DECISION),
        MANAGER,
    ),
    Transition(
        Action.PASS_ON,
        (*EVIDENCE_OPEN, State.CONSIDERATION),
        (*EVIDENCE_OPEN, State.CONSIDERATION),
        HOUSE,
    ),
    Transition(
        Action.LAPSE,
        (*EVIDENCE_OPEN, State.CONSIDERATION),
        (*EVIDENCE_OPEN, State.DECISION),
        HOUSE,
    ),
    Transition(Action.GRANT, (State.DECISION,), (State.GRANTED,), DESK),
    Transition(Action.AMEND, (State.DECISION,), (State.GRANTED_AMENDED,), DESK),
    Transition(Action.DEFER, (State.DECISION,), (State.DEFERRED,), DESK),
    Transition(Action.REFUSE, (State.DECISION,), (State.REFUSED,), DESK),
    Transition(
        Action.RETURN, (State.DECISION, State.EVIDENCE_OVERDUE), (State.RETURNED,), DESK
    ),
    Transition(Action.RESUBMIT, (State.RETURNED,), _ON_THE_WAY, EMPLOYEE),
    # The house in her place once she has left.
    Transition(Action.WITHDRAW, UNDECIDED, (State.WITHDRAWN,), EMPLOYEE),
    Transition(
        Action.ASK_CANCEL,
        (State.GRANTED, State.GRANTED_AMENDED),
        (State.CANCEL_REQUESTED,),
        EMPLOYEE,
    ),
    Transition(Action.CANCEL, (State.CANCEL_REQUESTED,), (State.CANCELLED,), DESK),
    Transition(
        Action.KEEP,
        (State.CANCEL_REQUESTED, State.EARLY_RETURN_REQUESTED),
        (State.GRANTED, State.GRANTED_AMENDED),
        DESK,
    ),
    Transition(
        Action.ASK_EARLY_RETURN,
        (State.GRANTED, State.GRANTED_AMENDED),
        (State.EARLY_RETURN_REQUESTED,),
        EMPLOYEE,
    ),
    Transition(Action.END_EARLY, (State.EARLY_RETURN_REQUESTED,), (State.ENDED_EARLY,), DESK),
    Transition(Action.RECALL, IN_FORCE, (State.RECALLED,), DESK),
    Transition(Action.REVOKE, (*IN_FORCE, State.ENDED_EARLY, State.RECALLED, State.CLOSED),
               (State.REVOKED,), DESK),
    Transition(Action.SUPERSEDE, IN_FORCE, (State.SUPERSEDED,), DESK),
    Transition(
        Action.CLOSE,
        (*IN_FORCE, State.ENDED_EARLY, State.RECALLED),
        (State.CLOSED,),
        HOUSE,
    ),
)  # fmt: skip


def next_states(action: Action, before: State) -> frozenset[State]:
    """Return where an action can lead from a state; empty when the table does not know it."""
    return frozenset(
        after
        for line in TABLE
        if line.action == action and before in line.before
        for after in line.after
    )


def allowed_outcomes(*, can_refuse: bool, can_defer: bool) -> tuple[Outcome, ...]:
    """Return what an official can decide under the rule of a kind, in the order of the form."""
    return (
        Outcome.GRANT,
        Outcome.AMEND,
        *((Outcome.DEFER,) if can_defer else ()),
        Outcome.RETURN,
        *((Outcome.REFUSE,) if can_refuse else ()),
    )
