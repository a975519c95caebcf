"""What the first pages say about leave: what is coming, and what waits at a desk."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from portal.calendars.rules import local_day
from portal.leave import policies
from portal.leave.choices import IN_FORCE, UNDECIDED, DecisionState, State
from portal.leave.models import Decision
from portal.people.actors import Account


@dataclass(frozen=True, slots=True)
class ComingLeave:
    """One's own leave that is on its way or not over yet."""

    id: UUID
    first_day: date
    last_day: date
    state_label: str


def list_coming_leave(*, actor: Account, now: datetime) -> list[ComingLeave]:
    """Return the actor's leave that is being decided or is not over, soonest first."""
    today = local_day(now, actor.zone)
    rows = (
        policies.own_requests(actor)
        .filter(Q(state__in=UNDECIDED) | Q(state__in=IN_FORCE, last_day__gte=today))
        .order_by("first_day", "id")
        .values_list("id", "first_day", "last_day", "state")
    )
    return [
        ComingLeave(row_id, first, last, str(State(state).label))
        for row_id, first, last, state in rows
    ]


def count_to_decide(*, actor: Account) -> int:
    """
    Return how many requests wait at the actor's desk: to be decided, or to be taken back.

    :raises Http404: for anybody without a desk.
    """
    taken = Decision.objects.filter(request=OuterRef("pk"), state=DecisionState.PENDING)
    waits = (State.DECISION, State.CANCEL_REQUESTED, State.EARLY_RETURN_REQUESTED)
    return policies.desk_requests(actor).filter(~Exists(taken), state__in=waits).count()
