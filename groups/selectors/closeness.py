"""
What stands between somebody and a place: computed from her when she looks, stored nowhere.

For whoever asks it is never told apart from a full group.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from groups import policies
from groups.choices import LIVE_PLACES, MEMBERS, EnrolmentState
from groups.models import Assignment, Block, Enrolment, Place
from portal.people.actors import Account
from portal.people.selectors import line_of

LONGEST_LINE: Final = 500
"""With more people above and below somebody, a list of groups says nothing of places."""
_NOBODY: Final = b""
"""A tag that no row has: no list of tags is empty, so that the statement stays the same."""


def closed_to(*, actor: Account, group_ids: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """
    Return those of the groups in which something stands between the actor and a place.

    A superior or subordinate is in it, on the way into it or leads it; the actor leads it
    herself; a member asked never to meet her there; or she was barred. Whoever is held back
    herself keeps nobody out. Always the same two queries, whatever they find.
    """
    return _closed(actor, line_of(actor=actor), list(group_ids), now=now)


def _closed(
    actor: Account, line: list[UUID], ids: list[UUID], *, now: datetime
) -> frozenset[UUID]:
    barred = policies.enrolments_of(actor=actor, group_ids=ids).filter(barred=True)
    closed = _led_by([*line, actor.user_id], ids, now=now).union(
        _joined_by(line, ids), _avoided_in(actor, ids), barred.values_list("group", flat=True)
    )
    return frozenset(closed)


def closed_in_list(
    *, actor: Account, group_ids: Collection[UUID], now: datetime
) -> frozenset[UUID] | None:
    """
    Return `closed_to` for a list, or None where the actor's line is longer than `LONGEST_LINE`.

    To compare sixteen thousand people with each of twenty groups takes seconds. Nothing is told
    then of any group; the page of a single one still tells.
    """
    line = line_of(actor=actor)
    if len(line) > LONGEST_LINE:
        return None
    return _closed(actor, line, list(group_ids), now=now)


def is_closed_to(*, actor: Account, group_id: UUID, now: datetime) -> bool:
    """Return whether something stands between the actor and a place; see `closed_to`."""
    return group_id in closed_to(actor=actor, group_ids=[group_id], now=now)


def _led_by(
    user_ids: list[UUID], group_ids: list[UUID], *, now: datetime
) -> "QuerySet[Any, UUID]":
    led = Assignment.objects.on(localdate(now)).filter(
        group__in=group_ids, facilitator__user__in=user_ids
    )
    return led.values_list("group", flat=True)


def _joined_by(user_ids: list[UUID], group_ids: list[UUID]) -> "QuerySet[Any, UUID]":
    tags = [
        policies.member_tag_of(user_id=user_id, group_id=group_id)
        for group_id in group_ids
        for user_id in user_ids
    ]
    in_line = Place.objects.filter(enrolment=OuterRef("pk"), state__in=LIVE_PLACES)
    inside = Enrolment.objects.filter(
        Q(state__in=[*MEMBERS, EnrolmentState.APPLIED]) | Exists(in_line),
        group__in=group_ids,
        member_tag__in=[_NOBODY, *tags],
        held_back=False,
    )
    return inside.values_list("group", flat=True)


def _avoided_in(actor: Account, group_ids: list[UUID]) -> "QuerySet[Any, UUID]":
    tags = [
        policies.blocked_tag_of(user_id=actor.user_id, group_id=group_id)
        for group_id in group_ids
    ]
    avoided = Block.objects.filter(
        blocked_tag__in=tags, enrolment__state__in=MEMBERS, enrolment__held_back=False
    )
    return avoided.values_list("enrolment__group", flat=True)
