"""Circles as cards on a list: the same queries whoever looks and whatever she may join."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from groups import policies
from groups.choices import Band, EnrolmentState, GroupKind, GroupStatus, Visibility, Way
from groups.models import Enrolment, Meeting, SupportGroup
from groups.rules.enrolment import best_band
from groups.selectors.closeness import closed_in_list
from groups.selectors.pools import (
    PoolCount,
    count_pools,
    is_first_come,
    plain_way_rows,
    way_rows,
)
from groups.selectors.rows import CircleList, CircleRow, WayRow
from groups.selectors.shapes import (
    has_offer,
    leaders_of,
    version_of,
    with_leaders,
    with_offer,
    with_version,
)
from portal.people.actors import Account


@dataclass(frozen=True, slots=True)
class Facts:
    """What the cards of several circles are made of."""

    own: Mapping[UUID, Enrolment]
    closed: frozenset[UUID]
    """Circles shown as full: something stands in the way, or did when she last asked."""
    pools: Sequence[PoolCount]
    next_meetings: Mapping[UUID, Meeting]
    has_bands: bool = True
    """Whether the cards say how many places are free."""


def list_circles(*, actor: Account, now: datetime) -> CircleList:
    """
    Return the actor's own circles by name, and the listed others: the next to meet first.

    What stands between her and a place shows as "full", in words and in cost.
    """
    if actor.agency_id is None:
        return CircleList([], [])
    there = policies.visible_groups(actor).exclude(status=GroupStatus.ARCHIVED)
    groups = list(with_version(with_leaders(there, now=now)).order_by("name", "pk"))
    own = live_among(actor, groups)
    shown = [
        group for group in groups if group.pk in own or group.visibility == Visibility.LISTED
    ]
    facts = gather(actor, shown, own, now=now)
    return CircleList(
        own=[card(group, facts, now=now) for group in shown if group.pk in own],
        others=sorted(
            (card(group, facts, now=now) for group in shown if group.pk not in own),
            key=_soonest_first,
        ),
    )


def _soonest_first(row: CircleRow) -> tuple[bool, float, str, UUID]:
    starts_at = row.next_starts_at
    return (starts_at is None, starts_at.timestamp() if starts_at else 0, row.name, row.id)


def live_among(actor: Account, groups: Collection[SupportGroup]) -> dict[UUID, Enrolment]:
    """Return the actor's live enrolments among these groups, by group, `with_offer`."""
    ids = [group.pk for group in groups]
    live = with_offer(policies.enrolments_of(actor=actor, group_ids=ids).live())
    return {row.group_id: row for row in live}


def gather(
    actor: Account,
    groups: Sequence[SupportGroup],
    own: Mapping[UUID, Enrolment],
    *,
    now: datetime,
) -> Facts:
    """Read what the cards of several circles need, in four queries however many they are."""
    ids = [group.pk for group in groups]
    meetings = _next_meetings(ids, now=now)
    closed = closed_in_list(actor=actor, group_ids=ids, now=now)
    return Facts(
        own=own,
        closed=closed_for(closed or frozenset(), own),
        pools=count_pools(group_ids=ids, meeting_ids=[row.pk for row in meetings.values()]),
        next_meetings=meetings,
        has_bands=closed is not None,
    )


def closed_for(closed: frozenset[UUID], own: Mapping[UUID, Enrolment]) -> frozenset[UUID]:
    """
    Return what to show as full: what is closed to her, but for groups she is in already.

    Whoever was held back sees it as full until she has asked again.
    """
    held = {group_id for group_id, row in own.items() if row.held_back}
    inside = {group_id for group_id, row in own.items() if not row.held_back}
    return frozenset((closed - inside) | held)


def card(group: SupportGroup, facts: Facts, *, now: datetime) -> CircleRow:
    """Return a circle as a card."""
    own = facts.own.get(group.pk)
    meeting = facts.next_meetings.get(group.pk)
    band = _band_of(group, facts, now=now)
    return CircleRow(
        id=group.pk,
        name=group.name,
        topic=group.topic,
        language=group.language,
        way_labels=tuple(str(Way(way).label) for way in group.ways),
        kind_label=str(GroupKind(group.kind).label),
        facilitators=tuple(name for name, _about in leaders_of(group)),
        next_id=meeting.pk if meeting else None,
        next_starts_at=meeting.period.lower if meeting else None,
        next_ends_at=meeting.period.upper if meeting else None,
        zone=meeting.zone if meeting else group.zone,
        status=group.status,
        band=band,
        band_label=str(band.label) if band else "",
        state=own.state if own else "",
        state_label=str(EnrolmentState(own.state).label) if own else "",
        has_offer=own is not None and has_offer(own),
        agreement_is_stale=own is not None and own.agreement_version != version_of(group),
    )


def _band_of(group: SupportGroup, facts: Facts, *, now: datetime) -> Band | None:
    if not facts.has_bands:
        return None
    return best_band([row.band for row in ways_of(group, facts, now=now)])


def ways_of(group: SupportGroup, facts: Facts, *, now: datetime) -> tuple[WayRow, ...]:
    """
    Return the ways of meeting with their bands.

    A closed group's own places; of an open one those of its next meeting.
    """
    is_closed = group.pk in facts.closed
    meeting = facts.next_meetings.get(group.pk)
    if group.kind == GroupKind.CLOSED:
        pools = [
            pool
            for pool in facts.pools
            if pool.group_id == group.pk and pool.meeting_id is None and pool.way in group.ways
        ]
        return way_rows(group, pools, is_closed=is_closed, first_come=False)
    pools = [
        pool
        for pool in facts.pools
        if meeting and pool.meeting_id == meeting.pk and pool.way in meeting.ways
    ]
    if meeting is None or not pools:
        return plain_way_rows(group, is_closed=is_closed)
    first_come = is_first_come(meeting, now=now)
    return way_rows(group, pools, is_closed=is_closed, first_come=first_come)


def _next_meetings(group_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Meeting]:
    found = (
        Meeting.objects.planned()
        .coming(now=now)
        .filter(group__in=list(group_ids))
        .order_by("group_id", "period", "pk")
        .distinct("group_id")
    )
    return {row.group_id: row for row in found}
