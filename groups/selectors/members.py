"""Whom facilitators see in their groups: nicknames, turns, places; nobody's name."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from groups import policies
from groups.choices import EnrolmentState, PlaceState, Way
from groups.models import Enrolment, Place, SealedCopy
from groups.selectors.pools import count_pools
from groups.selectors.profile import GroupHead, head_of
from portal.people.actors import Account
from portal.vault.services import open_field_text


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member; ``state_label`` is empty for whoever simply takes part."""

    enrolment_id: UUID
    alias: str
    state_label: str
    way_label: str
    since_month: date


@dataclass(frozen=True, slots=True)
class ApplicantRow:
    """Somebody who asked to join, and whether she wrote something to the reader."""

    enrolment_id: UUID
    alias: str
    way_label: str
    has_words: bool
    since_month: date


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Somebody in the queue, in the order of turns; whoever has an offer stands before it."""

    enrolment_id: UUID
    alias: str
    position: int
    state_label: str
    way_label: str
    offer_expires_at: datetime | None
    undelivered: bool


@dataclass(frozen=True, slots=True)
class PoolRow:
    """The places of one way of meeting."""

    pool_id: UUID
    way: str
    way_label: str
    capacity: int
    taken: int
    offered: int
    waiting: int


@dataclass(frozen=True, slots=True)
class MemberList:
    """Who is in a group, who asks and who waits, by nickname."""

    group: GroupHead
    members: list[MemberRow]
    applicants: list[ApplicantRow]
    waiting: list[WaitingRow]
    pools: list[PoolRow]


def list_members(*, actor: Account, group_id: UUID, now: datetime) -> MemberList:
    """
    Return the members of a group the actor leads, by nickname; the queue in its order.

    Five queries however many they are.
    Whoever is held back is not shown: nobody here learns that something stands in the way.

    :raises Http404: if the actor does not lead it.
    """
    group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
    way = Place.objects.filter(
        enrolment=OuterRef("pk"), pool__meeting__isnull=True, state=PlaceState.TAKEN
    )
    people = (
        Enrolment.objects.live()
        .filter(group=group, held_back=False)
        .annotate(place_way=Subquery(way.values("pool__way")[:1]))
    )
    ordered = sorted(
        ((open_field_text(row, "alias"), row) for row in people),
        key=lambda pair: (pair[0].casefold(), pair[1].pk),
    )
    written = set(
        SealedCopy.objects.filter(
            reader_tag=policies.reader_tag_of(user_id=actor.user_id),
            subject_id__in=[row.pk for _alias, row in ordered],
        ).values_list("subject_id", flat=True)
    )
    return MemberList(
        group=head_of(group),
        members=[
            _member(alias, row, getattr(row, "place_way", None) or "")
            for alias, row in ordered
            if row.state in {EnrolmentState.ACTIVE, EnrolmentState.PAUSED}
        ],
        applicants=[
            ApplicantRow(
                enrolment_id=row.pk,
                alias=alias,
                way_label=_label(row.way),
                has_words=row.pk in written,
                since_month=row.joined_month,
            )
            for alias, row in ordered
            if row.state == EnrolmentState.APPLIED
        ],
        waiting=_waiting(group.pk),
        pools=[
            PoolRow(
                pool_id=pool.id,
                way=pool.way,
                way_label=_label(pool.way),
                capacity=pool.capacity,
                taken=pool.taken,
                offered=pool.offered,
                waiting=pool.waiting,
            )
            for pool in count_pools(group_ids=[group.pk])
            if pool.way in group.ways
        ],
    )


def _waiting(group_id: UUID) -> list[WaitingRow]:
    claims = (
        Place.objects.filter(
            pool__group=group_id,
            pool__meeting__isnull=True,
            state__in=[PlaceState.WAITING, PlaceState.OFFERED],
            enrolment__held_back=False,
        )
        .select_related("enrolment", "pool")
        .order_by("pool__way", "turn", "queue_no")
    )
    offered = [place for place in claims if place.state == PlaceState.OFFERED]
    queue = [place for place in claims if place.state == PlaceState.WAITING]
    return [
        WaitingRow(
            enrolment_id=place.enrolment_id,
            alias=open_field_text(place.enrolment, "alias"),
            position=position,
            state_label=str(PlaceState(place.state).label),
            way_label=_label(place.pool.way),
            offer_expires_at=place.offer_expires_at,
            undelivered=place.undelivered,
        )
        for position, place in enumerate([*offered, *queue], start=1)
    ]


def _member(alias: str, row: Enrolment, way: str) -> MemberRow:
    is_paused = row.state == EnrolmentState.PAUSED
    return MemberRow(
        enrolment_id=row.pk,
        alias=alias,
        state_label=str(EnrolmentState.PAUSED.label) if is_paused else "",
        way_label=_label(way),
        since_month=row.joined_month,
    )


def _label(way: str) -> str:
    return str(Way(way).label) if way else ""
