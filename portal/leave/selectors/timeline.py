"""Where a request of one's own stands: what has been, what is now, what comes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from portal.leave.choices import (
    EVIDENCE_OPEN,
    IN_FORCE,
    UNDECIDED,
    Action,
    State,
)
from portal.leave.models import CaseEvent, LeaveRequest

DONE: Final = "done"
NOW: Final = "now"
NEXT: Final = "next"
_ENDS: Final = (
    State.ENDED_EARLY,
    State.RECALLED,
    State.CLOSED,
    State.DEFERRED,
    State.REFUSED,
    State.WITHDRAWN,
    State.CANCELLED,
    State.REVOKED,
    State.SUPERSEDED,
    State.ATTESTED,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``state`` is done, now or next; ``on_day`` is when it was, where it was."""

    label: str
    state: str
    on_day: date | None = None


def steps_of(
    row: LeaveRequest, events: Sequence[CaseEvent], *, is_asked: bool
) -> tuple[Step, ...]:
    """
    Return the steps of a request in their order.

    ``is_asked`` says whether a superior's answer is still out. Where the request has ended, the
    last step done says how. What was done and is where it stands is one step, with its day.
    """
    state = State(row.state)
    done = tuple(Step(_label(event), DONE, event.on_day) for event in events)
    if state in _ENDS:
        return done
    here = Step(str(state.label), NOW)
    if done and done[-1].label == here.label:
        done, here = done[:-1], Step(here.label, NOW, done[-1].on_day)
    return (*done, here, *(Step(label, NEXT) for label in _coming(row, state, is_asked)))


def _label(event: CaseEvent) -> str:
    return str(Action(event.action).label)


def _coming(row: LeaveRequest, state: State, is_asked: bool) -> Iterable[str]:  # noqa: FBT001 - a fact
    if state in IN_FORCE:
        return
    if state in EVIDENCE_OPEN or state == State.RETURNED:
        if state != State.EVIDENCE_REVIEW and row.certificate != "NONE":
            yield str(State.EVIDENCE_REVIEW.label)
        if row.desk_only:
            yield str(State.ATTESTED.label)
            return
        if is_asked or state == State.RETURNED:
            yield str(State.CONSIDERATION.label)
    if state in UNDECIDED and state != State.DECISION:
        yield str(State.DECISION.label)
    yield _("Your letter")
