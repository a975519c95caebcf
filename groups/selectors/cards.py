"""Circles as cards on a list: the same queries whoever looks and whatever she may join."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils.timezone import localdate

from groups import policies
from groups.choices import (
    AssignmentKind,
    EnrolmentState,
    GroupKind,
    GroupStatus,
    PlaceState,
    Visibility,
    Way,
)
from groups.models import (
    Agreement,
    Assignment,
    Enrolment,
    Meeting,
    MeetingSeries,
    Place,
    SupportGroup,
)
from groups.rules.enrolment import best_band
from groups.selectors.closeness import closed_to
from groups.selectors.planning import words_of
from groups.selectors.pools import (
    PoolCount,
    count_pools,
    is_first_come,
    plain_way_rows,
    way_rows,
)
from groups.selectors.rows import CircleList, CircleRow, WayRow
from portal.calendars.rules import local_day
from portal.people.actors import Account


@dataclass(frozen=True, slots=True)
class Facts:
    """What the cards of several circles are made of."""

    own: Mapping[UUID, Enrolment]
    closed: frozenset[UUID]
    """Circles that are shown as full: something stands in the way, or did at the last visit."""
    pools: Sequence[PoolCount]
    next_meetings: Mapping[UUID, Meeting]
    leaders: Mapping[UUID, list[tuple[str, str]]]
    rhythms: Mapping[UUID, str]
    versions: Mapping[UUID, int]
    offers: frozenset[UUID]


def list_circles(*, actor: Account, now: datetime) -> CircleList:
    """
    Return the actor's own circles and the listed others, by name.

    What stands between her and a place shows as "full", in words and in cost.
    """
    if actor.agency_id is None:
        return CircleList([], [])
    groups = list(
        policies.visible_groups(actor)
        .exclude(status=GroupStatus.ARCHIVED)
        .order_by("name", "pk")
    )
    own = live_among(actor, groups)
    shown = [
        group for group in groups if group.pk in own or group.visibility == Visibility.LISTED
    ]
    facts = gather(actor, shown, own, now=now)
    return CircleList(
        own=[card(group, facts, now=now) for group in shown if group.pk in own],
        others=[card(group, facts, now=now) for group in shown if group.pk not in own],
    )


def list_own_circles(*, actor: Account, now: datetime) -> list[CircleRow]:
    """Return the actor's own circles alone, by name."""
    groups = list(
        policies.visible_groups(actor)
        .exclude(status=GroupStatus.ARCHIVED)
        .order_by("name", "pk")
    )
    own = live_among(actor, groups)
    mine = [group for group in groups if group.pk in own]
    facts = gather(actor, mine, own, now=now)
    return [card(group, facts, now=now) for group in mine]


def list_others(
    *, actor: Account, group: SupportGroup, now: datetime, most: int
) -> list[CircleRow]:
    """Return other listed circles that take people in and that the actor is not in, by name."""
    groups = list(
        policies.listed_groups(actor)
        .filter(status=GroupStatus.ACTIVE)
        .exclude(pk=group.pk)
        .order_by("name", "pk")
    )
    own = live_among(actor, groups)
    others = [one for one in groups if one.pk not in own][:most]
    facts = gather(actor, others, own, now=now)
    return [card(one, facts, now=now) for one in others]


def live_among(actor: Account, groups: Collection[SupportGroup]) -> dict[UUID, Enrolment]:
    """Return the actor's live enrolments among these groups, by group; one query."""
    ids = [group.pk for group in groups]
    live = policies.enrolments_of(actor=actor, group_ids=ids).live()
    return {row.group_id: row for row in live}


def gather(
    actor: Account,
    groups: Sequence[SupportGroup],
    own: Mapping[UUID, Enrolment],
    *,
    now: datetime,
) -> Facts:
    """Read what the cards of several circles need, in queries that do not grow with them."""
    ids = [group.pk for group in groups]
    meetings = _next_meetings(ids, now=now)
    return Facts(
        own=own,
        closed=closed_for(closed_to(actor=actor, group_ids=ids, now=now), own),
        pools=count_pools(group_ids=ids, meeting_ids=[row.pk for row in meetings.values()]),
        next_meetings=meetings,
        leaders=leaders_of(ids, now=now),
        rhythms=rhythms_of(ids, now=now),
        versions=versions_of(ids),
        offers=_offers(own.values()),
    )


def closed_for(closed: frozenset[UUID], own: Mapping[UUID, Enrolment]) -> frozenset[UUID]:
    """
    Return what to show as full: what is closed to her, but for groups she is in already.

    Whoever was held back sees it as full until a visit of hers has cleared that.
    """
    held = {group_id for group_id, row in own.items() if row.held_back}
    inside = {group_id for group_id, row in own.items() if not row.held_back}
    return frozenset((closed - inside) | held)


def card(group: SupportGroup, facts: Facts, *, now: datetime) -> CircleRow:
    """Return a circle as a card."""
    own = facts.own.get(group.pk)
    meeting = facts.next_meetings.get(group.pk)
    band = best_band([row.band for row in ways_of(group, facts, now=now)])
    return CircleRow(
        id=group.pk,
        name=group.name,
        topic=group.topic,
        language=group.language,
        way_labels=tuple(str(Way(way).label) for way in group.ways),
        kind_label=str(GroupKind(group.kind).label),
        facilitators=tuple(name for name, _about in facts.leaders.get(group.pk, [])),
        rhythm=facts.rhythms.get(group.pk, ""),
        next_id=meeting.pk if meeting else None,
        next_starts_at=meeting.period.lower if meeting else None,
        next_ends_at=meeting.period.upper if meeting else None,
        zone=meeting.zone if meeting else group.zone,
        status=group.status,
        band=band,
        band_label=str(band.label),
        state=own.state if own else "",
        state_label=str(EnrolmentState(own.state).label) if own else "",
        has_offer=own is not None and own.pk in facts.offers,
        agreement_is_stale=own is not None
        and own.agreement_version != facts.versions.get(group.pk, 0),
    )


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
    pools = [pool for pool in facts.pools if meeting and pool.meeting_id == meeting.pk]
    if meeting is None or not pools:
        return plain_way_rows(group, is_closed=is_closed)
    first_come = is_first_come(meeting, now=now)
    return way_rows(group, pools, is_closed=is_closed, first_come=first_come)


def leaders_of(
    group_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, list[tuple[str, str]]]:
    """Return (name, about) of who leads groups today, whoever leads first; one query."""
    found = (
        Assignment.objects.on(localdate(now))
        .filter(group__in=list(group_ids), facilitator__is_active=True)
        .select_related("facilitator")
    )
    ordered = sorted(
        found,
        key=lambda row: (row.kind != AssignmentKind.LEAD, row.facilitator.display_name, row.pk),
    )
    by_group: dict[UUID, list[tuple[str, str]]] = {}
    for row in ordered:
        who = (row.facilitator.display_name, row.facilitator.about)
        by_group.setdefault(row.group_id, []).append(who)
    return by_group


def rhythms_of(group_ids: Collection[UUID], *, now: datetime) -> dict[UUID, str]:
    """Return how groups meet, in words, by the first series that still gives meetings."""
    series = MeetingSeries.objects.filter(group__in=list(group_ids))
    by_group: dict[UUID, str] = {}
    for row in series.order_by("starts_on", "at", "pk"):
        goes_on = row.until_on is None or row.until_on >= max(
            local_day(now, row.zone), row.starts_on
        )
        if goes_on:
            by_group.setdefault(row.group_id, words_of(row))
    return by_group


def versions_of(group_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the newest version of each group's agreement; one query."""
    newest = (
        Agreement.objects.filter(group__in=list(group_ids))
        .values("group_id")
        .annotate(newest=Max("version"))
    )
    return {row["group_id"]: row["newest"] for row in newest}


def _next_meetings(group_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Meeting]:
    found = (
        Meeting.objects.planned()
        .coming(now=now)
        .filter(group__in=list(group_ids))
        .order_by("group_id", "period", "pk")
        .distinct("group_id")
    )
    return {row.group_id: row for row in found}


def _offers(own: Collection[Enrolment]) -> frozenset[UUID]:
    offered = Place.objects.filter(
        enrolment__in=[row.pk for row in own], state=PlaceState.OFFERED
    )
    return frozenset(offered.values_list("enrolment_id", flat=True))
