"""Free places in words, queues in words: read alike for everybody who looks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from groups.choices import (
    Band,
    GroupStatus,
    PlaceState,
    Way,
)
from groups.models import CapacityPool, Meeting, SupportGroup
from groups.rules.enrolment import band_of
from groups.rules.places import FIRST_COME
from groups.selectors.rows import WayRow
from groups.selectors.shapes import IN_TURN


@dataclass(frozen=True, slots=True)
class PoolCount:
    """How full one pool is."""

    id: UUID
    group_id: UUID
    meeting_id: UUID | None
    way: str
    capacity: int
    taken: int
    offered: int
    waiting: int

    def band(self, *, first_come: bool = False) -> Band:
        """Return how many places are free, in words."""
        return band_of(
            capacity=self.capacity,
            seated=self.taken + self.offered,
            waiting=0 if first_come else self.waiting,
        )


def count_pools(
    *, group_ids: Collection[UUID] = (), meeting_ids: Collection[UUID] = ()
) -> list[PoolCount]:
    """Return the pools of groups themselves and of meetings, by way; one query."""
    queue = Q(
        places__state=PlaceState.WAITING,
        places__enrolment__held_back=False,
        places__enrolment__state__in=IN_TURN,
    )
    found = (
        CapacityPool.objects.filter(
            Q(group__in=list(group_ids), meeting__isnull=True)
            | Q(meeting__in=list(meeting_ids))
        )
        .annotate(
            taken=Count("places", filter=Q(places__state=PlaceState.TAKEN)),
            offered=Count("places", filter=Q(places__state=PlaceState.OFFERED)),
            waiting=Count("places", filter=queue),
        )
        .order_by("way")
    )
    return [
        PoolCount(
            id=row.pk,
            group_id=row.group_id,
            meeting_id=row.meeting_id,
            way=row.way,
            capacity=row.capacity,
            taken=row.taken,
            offered=row.offered,
            waiting=row.waiting,
        )
        for row in found
    ]


def way_rows(
    group: SupportGroup, pools: Collection[PoolCount], *, is_closed: bool, first_come: bool
) -> tuple[WayRow, ...]:
    """Return the ways of meeting with their bands; ``is_closed`` shows every one as full."""
    return tuple(
        _way_row(
            pool.way,
            _band(group, pool, is_closed=is_closed, first_come=first_come),
        )
        for pool in pools
    )


def plain_way_rows(group: SupportGroup, *, is_closed: bool) -> tuple[WayRow, ...]:
    """Return the ways of an open group that has no meeting to count places of yet."""
    band = Band.MANY if group.status == GroupStatus.ACTIVE else Band.CLOSED
    if is_closed and band == Band.MANY:
        band = Band.FULL
    return tuple(_way_row(way, band) for way in group.ways)


def is_first_come(meeting: Meeting, *, now: datetime) -> bool:
    """Say whether a meeting is so near that whoever presses first has a free place."""
    return bool(meeting.period.lower - now < FIRST_COME)


def _band(group: SupportGroup, pool: PoolCount, *, is_closed: bool, first_come: bool) -> Band:
    if group.status != GroupStatus.ACTIVE:
        return Band.CLOSED
    return Band.FULL if is_closed else pool.band(first_come=first_come)


def _way_row(way: str, band: Band) -> WayRow:
    return WayRow(way=way, label=str(Way(way).label), band=band, band_label=str(band.label))
