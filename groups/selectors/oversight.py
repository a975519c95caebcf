"""What the head of the service sees of the groups: plans and people who lead, no member."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.http import Http404
from django.utils.timezone import localdate

from groups import policies
from groups.choices import AssignmentKind, GroupStatus, PlaceState
from groups.models import Assignment, CapacityPool, Meeting, Place, SupportGroup
from groups.rules.readiness import is_trained
from groups.selectors.gates import (
    DECIDE_WITHIN,
    MEETING,
    Choice,
    GateRow,
    gated,
    is_urgent,
    list_free,
)
from portal.people.actors import Account

COMING_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class OverseenPool:
    """The places of one way, and for how long people have been waiting, never how many."""

    way: str
    way_label: str
    capacity: int
    is_waited_for: bool
    months: int | None
    """Whole months since the longest wait began; None where places go meeting by meeting."""


@dataclass(frozen=True, slots=True)
class OverseenGroup:
    """A group of the agency: what it is, who leads it, when it meets."""

    id: UUID
    name: str
    topic: str
    status: GroupStatus
    status_label: str
    leaders: tuple[str, ...]
    next: GateRow | None
    pools: tuple[OverseenPool, ...]


@dataclass(frozen=True, slots=True)
class UndeliveredRow:
    """A kept place nobody could be told of: the group and until when it is kept, no more."""

    group_id: UUID
    group_name: str
    expires_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Oversight:
    """All groups of an agency, and before them what waits for a decision."""

    to_decide: tuple[GateRow, ...]
    undelivered: tuple[UndeliveredRow, ...]
    groups: tuple[OverseenGroup, ...]
    ended: tuple[OverseenGroup, ...]


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """Somebody who leads a group today."""

    id: UUID
    name: str
    kind_label: str
    is_lead: bool
    is_trained: bool


@dataclass(frozen=True, slots=True)
class GroupOversight:
    """One group: who leads it and who could lead it, its places, its coming meetings."""

    group: OverseenGroup
    assigned: tuple[AssignmentRow, ...]
    free: tuple[Choice, ...]
    coming: tuple[GateRow, ...]

    @property
    def is_ended(self) -> bool:
        """Return whether nothing can be set up here any more."""
        return self.group.status == GroupStatus.ARCHIVED


def oversee(*, actor: Account, now: datetime) -> Oversight:
    """
    Return every group of the agency the actor heads, by name.

    :raises Http404: if the actor heads no service.
    """
    groups = list(
        _with_leaders(policies.headed_groups(actor), now=now).order_by(Lower("name"), "id")
    )
    meetings = _meetings_of(groups, now=now)
    by_group: dict[UUID, list[GateRow]] = defaultdict(list)
    for row in meetings:
        by_group[row.group_id].append(row)
    pools = _pools(groups, now=now)
    rows = [_group(one, by_group[one.pk], pools[one.pk]) for one in groups]
    return Oversight(
        to_decide=tuple(row for row in meetings if is_urgent(row, now=now)),
        undelivered=_undelivered(actor, now=now),
        groups=tuple(row for row in rows if row.status != GroupStatus.ARCHIVED),
        ended=tuple(row for row in rows if row.status == GroupStatus.ARCHIVED),
    )


def oversee_group(*, actor: Account, group_id: UUID, now: datetime) -> GroupOversight:
    """
    Return one group of the agency the actor heads.

    :raises Http404: if it is another agency's or does not exist.
    """
    own = policies.headed_groups(actor).filter(pk=group_id)
    group = _with_leaders(own, now=now).first()
    if group is None:
        raise Http404
    coming = gated(
        group.meetings.planned().coming(now=now).order_by("period", "id")[:COMING_SHOWN]
    )
    pools = _pools([group], now=now)[group.pk]
    today = localdate(now)
    assigned = list(group.assignments.all())
    return GroupOversight(
        group=_group(group, coming, pools),
        assigned=tuple(
            AssignmentRow(
                id=one.pk,
                name=one.facilitator.display_name,
                kind_label=str(one.get_kind_display()),
                is_lead=one.kind == AssignmentKind.LEAD,
                is_trained=is_trained(one.facilitator.trained_until, day=today),
            )
            for one in assigned
        ),
        free=list_free(
            actor=actor,
            without={one.facilitator_id for one in assigned if one.kind == AssignmentKind.LEAD},
            now=now,
        ),
        coming=tuple(coming),
    )


def group_of_assignment(*, actor: Account, assignment_id: UUID) -> UUID:
    """
    Return the group that somebody was given, in the agency the actor heads.

    :raises Http404: if it is another agency's or does not exist.
    """
    return policies.get_headed_assignment(actor=actor, assignment_id=assignment_id).group_id


def _with_leaders(groups: QuerySet[SupportGroup], *, now: datetime) -> QuerySet[SupportGroup]:
    in_force = Assignment.objects.on(localdate(now)).select_related("facilitator")
    leads_first = in_force.order_by("-kind", "facilitator__display_name", "id")
    return groups.prefetch_related(Prefetch("assignments", leads_first))


def _meetings_of(groups: Sequence[SupportGroup], *, now: datetime) -> list[GateRow]:
    """Return the next meeting of each group, and all of the next 24 hours, soonest first."""
    coming = Meeting.objects.planned().coming(now=now)
    following = coming.filter(group=OuterRef("group")).order_by("period", "id")
    wanted = Q(pk=Subquery(following.values("pk")[:1])) | Q(
        period__startswith__lte=now + DECIDE_WITHIN
    )
    meeting = [one for one in groups if one.status in MEETING]
    return gated(coming.filter(wanted, group__in=meeting).order_by("period", "id"))


def _pools(groups: Sequence[SupportGroup], *, now: datetime) -> dict[UUID, list[OverseenPool]]:
    """Return the places of each group by its own pools; people may wait for single meetings."""
    waiting = (
        Place.objects.waiting()
        .filter(pool__group=OuterRef("group"), pool__way=OuterRef("way"))
        .filter(Q(pool__meeting__isnull=True) | Q(pool__meeting__period__endswith__gt=now))
    )
    since = Min("places__enrolment__joined_month", filter=Q(places__state=PlaceState.WAITING))
    rows = (
        CapacityPool.objects.filter(group__in=groups, meeting__isnull=True)
        .annotate(is_waited_for=Exists(waiting), since=since)
        .order_by("-way")
    )
    found: dict[UUID, list[OverseenPool]] = defaultdict(list)
    for row in rows:
        found[row.group_id].append(
            OverseenPool(
                way=row.way,
                way_label=str(row.get_way_display()),
                capacity=row.capacity,
                is_waited_for=row.is_waited_for,
                months=_months(row.since, localdate(now)),
            )
        )
    return found


def _months(since: date | None, today: date) -> int | None:
    if since is None:
        return None
    return (today.year - since.year) * 12 + today.month - since.month


def _group(
    row: SupportGroup, coming: Sequence[GateRow], pools: Sequence[OverseenPool]
) -> OverseenGroup:
    return OverseenGroup(
        id=row.pk,
        name=row.name,
        topic=row.topic,
        status=GroupStatus(row.status),
        status_label=str(row.get_status_display()),
        leaders=tuple(one.facilitator.display_name for one in row.assignments.all()),
        next=coming[0] if coming else None,
        pools=tuple(pools),
    )


def _undelivered(actor: Account, *, now: datetime) -> tuple[UndeliveredRow, ...]:
    rows = Place.objects.filter(
        pool__group__in=policies.headed_groups(actor),
        state=PlaceState.OFFERED,
        undelivered=True,
        offer_expires_at__gt=now,
    ).order_by("offer_expires_at", "id")
    return tuple(
        UndeliveredRow(group_id, name, expires_at, zone)
        for group_id, name, expires_at, zone in rows.values_list(
            "pool__group_id", "pool__group__name", "offer_expires_at", "pool__group__zone"
        )
        if expires_at is not None
    )
