"""The line above somebody as it stands right now, and who of it is not asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.leave import policies
from portal.leave.choices import ConsiderationState, DecisionState
from portal.leave.models import Attestation, Consideration, Decision, LeaveRequest
from portal.leave.rules.routing import Bars, Post
from portal.leave.selectors.absences import away_today
from portal.leave.selectors.days import day_of
from portal.leave.selectors.details import open_details
from portal.people.choices import Role
from portal.people.selectors import (
    EmployeeCard,
    employees_by_id,
    list_with_role,
    managers_above,
)

_TURN_OVER = (
    ConsiderationState.GIVEN,
    ConsiderationState.PASSED,
    ConsiderationState.LAPSED,
)


@dataclass(frozen=True, slots=True)
class Line:
    """The superiors of somebody, the nearest first, who is not asked, and all their cards."""

    posts: tuple[Post, ...]
    bars: Bars
    cards: dict[UUID, EmployeeCard]

    def __repr__(self) -> str:
        return "<line>"


def line_above(row: LeaveRequest, *, now: datetime) -> Line:
    """
    Return the line above whoever asked for leave, by the facts of now.

    Leaving out the manager bars her direct manager and whoever stands in for her today, in any
    right. A medical reviewer is asked in her own right alone: she holds keys to other things.
    Nine queries at most, whatever the line.
    """
    chain = managers_above(employee_id=row.employee_id)
    given = policies.delegations_on(giver_ids=[card.id for card in chain], now=now)
    posts = tuple(
        Post(card.id, tuple(d.stand_in_id for d in given if d.giver_id == card.id))
        for card in chain
    )
    cards = {card.id: card for card in chain}
    cards |= employees_by_id(employee_ids={d.stand_in_id for d in given} - cards.keys())
    return Line(posts=posts, bars=_bars(row, posts, cards, now=now), cards=cards)


def _bars(
    row: LeaveRequest, posts: Sequence[Post], cards: dict[UUID, EmployeeCard], *, now: datetime
) -> Bars:
    away = away_today(user_ids={card.user_id for card in cards.values()}, now=now)
    today = day_of(row, now=now)
    reviewers = set(list_with_role(agency_id=row.agency_id, role=Role.REVIEWER, today=today))
    acted = _acted_elsewhere(row)
    return Bars(
        never=frozenset(
            {row.employee_id, *_left_out(row, posts)}
            | {card.id for card in cards.values() if card.user_id in acted}
        ),
        done=_done(row),
        absent=frozenset(
            card.id for card in cards.values() if card.user_id in away or not card.is_active
        ),
        apart=frozenset(card.id for card in cards.values() if card.user_id in reviewers),
    )


def _left_out(row: LeaveRequest, posts: Sequence[Post]) -> set[UUID]:
    if not posts or not open_details(row).leave_out_manager:
        return set()
    # The nearest post is the direct manager's, whether or not she is here.
    return {posts[0].holder, *posts[0].stand_ins}


def _done(row: LeaveRequest) -> frozenset[UUID]:
    rows = Consideration.objects.filter(request=row, round=row.round, state__in=_TURN_OVER)
    acted = rows.exclude(acted_by=None).values_list("acted_by", flat=True)
    return frozenset({*rows.values_list("asked", flat=True), *acted})


def _acted_elsewhere(row: LeaveRequest) -> set[UUID]:
    """Return the accounts that decided on a request or attested it, in any round."""
    decided = Decision.objects.filter(request=row).exclude(state=DecisionState.UNDONE)
    attested = Attestation.objects.filter(request=row)
    return {
        *decided.values_list("decided_by", flat=True),
        *attested.values_list("reviewer", flat=True),
    }
