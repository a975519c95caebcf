"""Places in single meetings, words ahead of one, and how many places there are."""

from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from groups import policies
from groups.choices import (
    LIVE_PLACES,
    MEMBERS,
    GroupKind,
    GroupStatus,
    Mark,
    MeetingStatus,
    PlaceState,
    Refusal,
    Turn,
)
from groups.models import Attendance, CapacityPool, Enrolment, Meeting, Place, SupportGroup
from groups.models.members import PlaceQuerySet
from groups.rules.places import Turns, free_seat
from groups.services.desk import GroupRefused, group_locked, record_member
from groups.services.offers import expire_offers, fill, turns_in
from groups.services.seats import Room, claim, release, rooms_of, seat_waiting
from portal.audit.services import record_staff
from portal.people.actors import Account
from portal.people.choices import Role


def take_place(*, actor: Account, meeting_id: UUID, way: str, now: datetime) -> PlaceState:
    """
    Take a place in one meeting of an open group, or a number in its queue; return which.

    Locks the member, then the group. Shortly before the start whoever presses first has a free
    place; before that those who wait are asked in their order. Pressing twice changes nothing.

    :raises Http404: if the meeting is not of a group of hers.
    :raises GroupRefused: if the rules say no.
    """
    _seen, own = policies.get_member_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with _desk_of(own):
        meeting, row = policies.get_member_meeting(actor=actor, meeting_id=meeting_id, now=now)
        pool = _pool_of(meeting, row, way, now=now)
        seated = _live(row, meeting).seated().filter(pool__way__in=meeting.ways).first()
        if seated is not None:
            return PlaceState(seated.state)
        (room,) = rooms_of([pool])
        expire_offers(room, now=now)
        walks_past = turns_in(pool, now=now) != Turns.OFFERED
        state = _take(room, row, walks_past=walks_past)
        if state == PlaceState.TAKEN:
            # A turn in the queue of the other way is no longer needed.
            release(_live(row, meeting).waiting())
        release(_aside(row, meeting))
        if not walks_past:
            fill(pool_ids=[pool.pk], now=now)
        record_member(row, "lingkar.asked_place", now=now)
    return state


def give_up_place(*, actor: Account, meeting_id: UUID, now: datetime) -> None:
    """
    Give up a place in one meeting, or the turn in its queue; it goes to whoever is next.

    Locks the member, then the group. Giving up twice changes nothing.

    :raises Http404: if the meeting is not of a group of hers.
    :raises GroupRefused: if it has begun.
    """
    _seen, own = policies.get_member_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with _desk_of(own):
        meeting, row = _before_start(actor, meeting_id, now=now)
        _give_up(meeting, row, now=now)
        record_member(row, "lingkar.gave_up_place", now=now)


def confirm_place(*, actor: Account, meeting_id: UUID, now: datetime) -> None:
    """
    Say that a meeting that moved still suits.

    Where it is no longer held in the way of her place she has one in another way, or, where
    those are full, stands at the head of the queue: the place was lost through us.

    :raises Http404: if the meeting is not of a group of hers.
    """
    _seen, own = policies.get_member_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with _desk_of(own):
        meeting, row = policies.get_member_meeting(actor=actor, meeting_id=meeting_id, now=now)
        if _is_ahead(meeting, now=now) and _aside(row, meeting).exists():
            _come_over(meeting, row, now=now)
        _live(row, meeting).filter(asks_again=True).update(asks_again=False)
        record_member(row, "lingkar.confirmed_place", now=now)


def excuse(*, actor: Account, meeting_id: UUID, now: datetime) -> None:
    """
    Say ahead of a meeting that one will not be there; no reason is asked.

    Locks the member, then the group. In an open group the place goes to whoever is next.

    :raises Http404: if the meeting is not of a group of hers.
    :raises GroupRefused: if it has begun, or she does not belong to the group yet.
    """
    _seen, own = policies.get_member_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with _desk_of(own):
        meeting, row = _before_start(actor, meeting_id, now=now)
        if row.state not in MEMBERS:
            raise GroupRefused(Refusal.NOT_MEMBER)
        Attendance.objects.update_or_create(
            meeting=meeting, enrolment=row, defaults={"mark": Mark.EXCUSED}
        )
        if meeting.group.kind == GroupKind.OPEN:
            _give_up(meeting, row, now=now)
        record_member(row, "lingkar.excused", now=now)


def take_back_excuse(*, actor: Account, meeting_id: UUID, now: datetime) -> None:
    """
    Come after all. In an open group the place has to be taken anew.

    :raises Http404: if the meeting is not of a group of hers.
    :raises GroupRefused: if it has begun.
    """
    _seen, own = policies.get_member_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with _desk_of(own):
        meeting, row = _before_start(actor, meeting_id, now=now)
        Attendance.objects.filter(meeting=meeting, enrolment=row, mark=Mark.EXCUSED).delete()
        record_member(row, "lingkar.comes_after_all", now=now)


def set_capacity(
    *, actor: Account, group_id: UUID, way: str, capacity: int, now: datetime
) -> None:
    """
    Set how many places one way of meeting has, in an open group for its coming meetings too.

    Locks the group. More places are offered at once; with fewer nobody loses one, and none is
    given until fewer are taken. For a facilitator of the group or the head of its service.

    :raises Http404: for anybody else.
    :raises GroupRefused: if the group does not meet that way.
    """
    _chair(actor, group_id, now=now)
    with group_locked(group_id=group_id):
        group, role, handle = _chair(actor, group_id, now=now)
        if way not in group.ways:
            raise GroupRefused(Refusal.WAY_NOT_OFFERED)
        pools = CapacityPool.objects.filter(group=group, way=way)
        pattern = pools.filter(meeting__isnull=True)
        coming = pools.filter(meeting__period__startswith__gt=now)
        ids = [*pattern.values_list("pk", flat=True), *coming.values_list("pk", flat=True)]
        CapacityPool.objects.filter(pk__in=ids).update(capacity=capacity)
        fill(pool_ids=ids, now=now)
        record_staff(
            role=role, handle=handle, action="circle.capacity", subject=str(group_id), now=now
        )


def _chair(actor: Account, group_id: UUID, *, now: datetime) -> tuple[SupportGroup, str, str]:
    """Return the group, the role in which the actor may change it, and her handle there."""
    if Role.HEAD in actor.roles:
        group = policies.get_headed_group(actor=actor, group_id=group_id)
        return group, Role.HEAD.value, str(actor.user_id)
    group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
    return group, Role.FACILITATOR.value, str(policies.facilitator_of(actor).pk)


def _take(room: Room, row: Enrolment, *, walks_past: bool) -> PlaceState:
    """Seat somebody who already waits here where she may, else claim."""
    waiting = next(
        (
            place
            for place in room.places
            if place.enrolment_id == row.pk and place.state == PlaceState.WAITING
        ),
        None,
    )
    if waiting is None:
        return PlaceState(
            claim(room=room, enrolment=row, turn=row.turn, walks_past=walks_past).state
        )
    seat = free_seat(capacity=room.pool.capacity, taken=room.seats)
    if seat is None or not walks_past or row.held_back:
        return PlaceState.WAITING
    seated = seat_waiting(waiting, seat=seat, state=PlaceState.TAKEN)
    return PlaceState.TAKEN if seated else PlaceState.WAITING


def _aside(row: Enrolment, meeting: Meeting) -> PlaceQuerySet:
    """Return somebody's places in ways a meeting is no longer held in."""
    taken = _live(row, meeting).filter(state=PlaceState.TAKEN)
    return taken.exclude(pool__way__in=meeting.ways)


def _come_over(meeting: Meeting, row: Enrolment, *, now: datetime) -> None:
    """Give somebody whose way was dropped a place in another, or the first turn there."""
    pools = CapacityPool.objects.filter(meeting=meeting, way__in=meeting.ways)
    rooms = rooms_of(pools.select_related("group", "meeting").order_by("way"))
    for room in rooms:
        expire_offers(room, now=now)
    chosen = next((room for room in rooms if room.has_place), rooms[0])
    walks_past = turns_in(chosen.pool, now=now) != Turns.OFFERED
    claim(room=chosen, enrolment=row, turn=Turn.BUMPED, walks_past=walks_past)
    release(_aside(row, meeting))


def _is_ahead(meeting: Meeting, *, now: datetime) -> bool:
    return meeting.status == MeetingStatus.PLANNED and meeting.period.lower > now


def _pool_of(meeting: Meeting, row: Enrolment, way: str, *, now: datetime) -> CapacityPool:
    """
    Return the pool somebody asks for a place in.

    :raises GroupRefused: if the meeting, the group or the way does not allow it.
    """
    _refuse_begun(meeting, now=now)
    if row.state not in MEMBERS:
        raise GroupRefused(Refusal.NOT_MEMBER)
    if meeting.group.status != GroupStatus.ACTIVE:
        raise GroupRefused(Refusal.NOT_OPEN)
    if meeting.status != MeetingStatus.PLANNED:
        raise GroupRefused(Refusal.CHANGED)
    pools = CapacityPool.objects.filter(meeting=meeting, way__in=meeting.ways).order_by("way")
    pool = pools.select_related("group", "meeting").filter(
        way__in=[way] if way else meeting.ways
    )
    found = pool.first()
    if found is None:
        raise GroupRefused(Refusal.WAY_NOT_OFFERED)
    return found


def _give_up(meeting: Meeting, row: Enrolment, *, now: datetime) -> None:
    pools = release(_live(row, meeting))
    fill(pool_ids=pools, now=now)


def _live(row: Enrolment, meeting: Meeting) -> PlaceQuerySet:
    return Place.objects.filter(enrolment=row, pool__meeting=meeting, state__in=LIVE_PLACES)


def _before_start(
    actor: Account, meeting_id: UUID, *, now: datetime
) -> tuple[Meeting, Enrolment]:
    meeting, row = policies.get_member_meeting(actor=actor, meeting_id=meeting_id, now=now)
    _refuse_begun(meeting, now=now)
    return meeting, row


def _refuse_begun(meeting: Meeting, *, now: datetime) -> None:
    if meeting.period.upper <= now:
        raise GroupRefused(Refusal.OVER)
    if meeting.period.lower <= now:
        raise GroupRefused(Refusal.STARTED)


def _desk_of(row: Enrolment) -> AbstractContextManager[None]:
    return group_locked(group_id=row.group_id, member_tag=bytes(row.member_tag))
