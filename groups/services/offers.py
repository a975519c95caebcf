"""Free places find whoever is next: offers, their clocks, their ends."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from groups import notices, policies
from groups.choices import (
    SEATED,
    EnrolmentState,
    GroupStatus,
    MeetingStatus,
    PlaceState,
    Refusal,
)
from groups.models import CapacityPool, Enrolment, Place
from groups.rules.places import (
    Turns,
    free_seat,
    turns_of,
)
from groups.selectors.closeness import is_closed_to
from groups.services.desk import GroupRefused, group_locked
from groups.services.offer_clocks import clock_of
from groups.services.seats import (
    OFFERABLE,
    Room,
    has_way,
    release,
    rooms_of,
    seat_waiting,
)
from groups.services.telling import tell_head, tell_members
from portal.audit.services import record_client, record_staff
from portal.people.actors import Account


def fill(*, pool_ids: Iterable[UUID], now: datetime, most: int | None = None) -> int:
    """
    End offers that have run out and offer free places to whoever is next; return how many.

    Inside the group's lock, pools by id. ``most`` caps the offers of each pool.
    """
    pools = (
        CapacityPool.objects.filter(pk__in=list(pool_ids))
        .select_related("group", "meeting")
        .order_by("pk")
    )
    return fill_rooms(rooms_of(pools), now=now, most=most)


def fill_rooms(rooms: Iterable[Room], *, now: datetime, most: int | None = None) -> int:
    """Do as `fill` with pools that were read already; what is read stays true."""
    offers = 0
    for room in rooms:
        expire_offers(room, now=now)
        offers += _promote(room, most=most, now=now)
    return offers


def fill_group(*, group_id: UUID, now: datetime) -> int:
    """Do in one group what the sweep would do a minute later; inside the group's lock."""
    pools = _pools_to_sweep(CapacityPool.objects.filter(group=group_id), now=now)
    return fill(pool_ids=pools.get(group_id, []), now=now)


def take_offer(*, actor: Account, place_id: UUID, now: datetime) -> None:
    """
    Take the place that is kept for the actor; taking it twice changes nothing.

    Locks the member, then the group. Before somebody comes in it is asked once more whether
    anything stands in the way; then the offer is gone as any other that ran out.

    :raises Http404: if it is not hers.
    :raises GroupRefused: if it is no longer kept, or the meeting has begun.
    """
    seen = policies.get_own_place(actor=actor, place_id=place_id, now=now)
    with _desk_of(seen):
        place = _fresh(seen)
        if place.state == PlaceState.TAKEN:
            return
        is_gone = _is_gone(place, actor, now=now)
        if is_gone:
            fill(pool_ids=[place.pool_id], now=now)
        else:
            _take(place, now=now)
    if is_gone:
        raise GroupRefused(Refusal.OFFER_GONE)


def decline_offer(*, actor: Account, place_id: UUID, now: datetime) -> None:
    """
    Let the place that is kept for the actor, or her turn in the queue, go to the next.

    Locks the member, then the group. Declining twice changes nothing; she can queue again.

    :raises Http404: if it is not hers.
    :raises GroupRefused: if the place is taken already.
    """
    seen = policies.get_own_place(actor=actor, place_id=place_id, now=now)
    with _desk_of(seen):
        place = _fresh(seen)
        if place.state == PlaceState.TAKEN:
            raise GroupRefused(Refusal.ALREADY_IN)
        if place.state in {PlaceState.OFFERED, PlaceState.WAITING}:
            _end(place, PlaceState.RELEASED)
            _record(place, "lingkar.declined", now=now)
        fill(pool_ids=[place.pool_id], now=now)


def offer_next(*, actor: Account, pool_id: UUID, now: datetime) -> bool:
    """
    Offer a free place to whoever is next, now instead of with the next sweep.

    Locks the group. Return whether there was a free place and somebody waiting.

    :raises Http404: if the actor does not lead the group.
    """
    group_id = policies.get_facilitated_pool(actor=actor, pool_id=pool_id, now=now).group_id
    with group_locked(group_id=group_id):
        offered = fill(pool_ids=[pool_id], most=1, now=now)
        record_staff(
            role="FACILITATOR",
            handle=str(policies.facilitator_of(actor).pk),
            action="circle.offered",
            subject=str(group_id),
            now=now,
        )
    return offered > 0


def sweep_offers(*, now: datetime) -> int:
    """
    End what has run out and offer what is free, group by group; return how many offers.

    Each group in a transaction of its own; one that is busy waits for the next sweep. Any
    number of sweeps may run at once.
    """
    made = 0
    due = _pools_to_sweep(CapacityPool.objects.all(), now=now)
    for group_id, pool_ids in due.items():
        try:
            with group_locked(group_id=group_id):
                made += fill(pool_ids=pool_ids, now=now)
        except GroupRefused:
            continue
    return made


def keep_turn(*, place_id: UUID, rev: int, now: datetime) -> None:
    """
    Keep a turn whose message could not be delivered: once, the offer's clock starts anew.

    Locks the group; the head of the service is told. An offer that is over, an older one and
    one that was kept before are left alone.
    """
    seen = Place.objects.select_related("pool").filter(pk=place_id).first()
    if seen is None:
        return
    with group_locked(group_id=seen.pool.group_id):
        place = _fresh(seen)
        if place.state != PlaceState.OFFERED or place.rev != rev or place.undelivered:
            return
        clock = clock_of(place.pool, now=now)
        Place.objects.filter(pk=place.pk).update(
            undelivered=True, offer_expires_at=clock.expires_at
        )
        tell_head(
            agency_id=place.pool.group.agency_id,
            notice=notices.FOR_HEAD_UNDELIVERED,
            subject_id=place.pk,
            rev=rev,
            now=now,
        )


def turns_in(pool: CapacityPool, *, now: datetime) -> Turns:
    """Return how free places of a pool find somebody at this moment."""
    meeting = pool.meeting
    return turns_of(
        group_status=pool.group.status,
        meeting_status=meeting.status if meeting else None,
        starts_at=meeting.period.lower if meeting else None,
        has_way=has_way(pool),
        now=now,
    )


def _promote(room: Room, *, most: int | None, now: datetime) -> int:
    pool, queue = room.pool, room.queue
    turns = turns_in(pool, now=now)
    taken = set(room.seats)
    free = max(0, pool.capacity - len(taken))
    if turns == Turns.NONE:
        return 0
    if free == 0:
        return 0
    if turns == Turns.FIRST_COME:
        _tell_first_come(pool, queue, now=now)
        return 0
    offers = 0
    for place in queue[: free if most is None else min(free, most)]:
        seat = free_seat(capacity=pool.capacity, taken=taken)
        if seat is None:
            break
        offers += _offer(place, pool, seat=seat, now=now)
        taken.add(seat)
    return offers


def _offer(place: Place, pool: CapacityPool, *, seat: int, now: datetime) -> int:
    clock = clock_of(pool, now=now)
    made = seat_waiting(
        place,
        seat=seat,
        state=PlaceState.OFFERED,
        offer_expires_at=clock.expires_at,
        rev=F("rev") + 1,
        undelivered=False,
    )
    if made:
        place.state, place.seat_no = PlaceState.OFFERED, seat
        place.offer_expires_at = clock.expires_at
        tell_members(
            enrolments=[place.enrolment],
            notice=notices.OFFERED,
            subject_id=place.pk,
            rev=place.rev + 1,
            useful_until=clock.expires_at,
            urgent=clock.urgent,
            now=now,
        )
    return int(made)


def _tell_first_come(pool: CapacityPool, queue: list[Place], *, now: datetime) -> None:
    """Tell those who wait that the first to press has the place; the outbox tells each once."""
    meeting = pool.meeting
    if meeting is None:
        return
    tell_members(
        enrolments=[place.enrolment for place in queue],
        notice=notices.FIRST_COME,
        subject_id=pool.pk,
        rev=meeting.rev,
        useful_until=meeting.period.lower,
        urgent=True,
        now=now,
    )


def expire_offers(room: Room, *, now: datetime) -> None:
    """
    End the offers of a pool that have run out, inside the group's lock; tell each.

    Where nobody could have taken one, because group or meeting stands still, no turn is lost:
    whoever had it waits again where she stood.
    """
    over = [
        place
        for place in room.places
        if place.state == PlaceState.OFFERED
        and place.offer_expires_at is not None
        and place.offer_expires_at <= now
    ]
    waits_again = _stands_still(room.pool, now=now)
    for place in sorted(over, key=lambda place: place.pk):
        if waits_again:
            _end(place, PlaceState.WAITING)
            place.state, place.seat_no, place.offer_expires_at = PlaceState.WAITING, None, None
            continue
        _end(place, PlaceState.LAPSED)
        room.places.remove(place)
        tell_members(
            enrolments=[place.enrolment],
            notice=notices.LAPSED,
            subject_id=place.pk,
            rev=place.rev,
            now=now,
        )


def _stands_still(pool: CapacityPool, *, now: datetime) -> bool:
    """Say whether nothing of a pool is given out for now, whoever comes and however soon."""
    meeting = pool.meeting
    if meeting is not None and meeting.period.lower <= now:
        return False
    is_off = meeting is not None and meeting.status != MeetingStatus.PLANNED
    return is_off or pool.group.status != GroupStatus.ACTIVE or not has_way(pool)


def _desk_of(place: Place) -> AbstractContextManager[None]:
    return group_locked(
        group_id=place.pool.group_id, member_tag=bytes(place.enrolment.member_tag)
    )


def _fresh(place: Place) -> Place:
    """Read a place again, now that nobody else changes it."""
    return Place.objects.select_related("pool__group", "pool__meeting", "enrolment").get(
        pk=place.pk
    )


def _is_gone(place: Place, actor: Account, *, now: datetime) -> bool:
    """Return whether an offer cannot be taken any more, and hold back whoever may not come."""
    expires_at = place.offer_expires_at
    if place.state != PlaceState.OFFERED or expires_at is None or expires_at <= now:
        return True
    meeting = place.pool.meeting
    if _stands_still(place.pool, now=now) or (meeting and meeting.period.lower <= now):
        return True
    # Whoever is in already stays.
    if place.enrolment.state != EnrolmentState.WAITING or not is_closed_to(
        actor=actor, group_id=place.pool.group_id, now=now
    ):
        return False
    Enrolment.objects.filter(pk=place.enrolment_id).update(held_back=True)
    _end(place, PlaceState.LAPSED)
    return True


def _take(place: Place, *, now: datetime) -> None:
    Place.objects.filter(pk=place.pk).update(
        state=PlaceState.TAKEN, offer_expires_at=None, undelivered=False
    )
    if place.pool.meeting_id is not None:
        # One seat a person: what she has or wants in another way goes to whoever is next.
        others = Place.objects.filter(
            enrolment=place.enrolment_id, pool__meeting=place.pool.meeting_id
        )
        fill(pool_ids=release(others.exclude(pk=place.pk)), now=now)
    else:
        Enrolment.objects.filter(pk=place.enrolment_id).update(state=EnrolmentState.ACTIVE)
        tell_members(
            enrolments=[place.enrolment],
            notice=notices.JOINED,
            subject_id=place.enrolment_id,
            rev=place.enrolment.rev,
            now=now,
        )
    _record(place, "lingkar.took_place", now=now)


def _end(place: Place, state: PlaceState) -> None:
    Place.objects.filter(pk=place.pk).update(state=state, seat_no=None, offer_expires_at=None)


def _record(place: Place, action: str, *, now: datetime) -> None:
    record_client(
        handle=str(place.enrolment_id),
        action=action,
        subject=str(place.pool.group_id),
        now=now,
    )


def _pools_to_sweep(pools: QuerySet[CapacityPool], *, now: datetime) -> dict[UUID, list[UUID]]:
    """Return the pools where an offer has run out or a free place finds somebody waiting."""
    ran_out = Q(places__state=PlaceState.OFFERED, places__offer_expires_at__lte=now)
    over = pools.filter(ran_out).values_list("group_id", "pk")
    can_wait = (
        pools.filter(group__status=GroupStatus.ACTIVE)
        .filter(
            Q(meeting__isnull=True, group__ways__contains=[F("way")])
            | Q(
                meeting__ways__contains=[F("way")],
                meeting__status=MeetingStatus.PLANNED,
                meeting__period__startswith__gt=now,
            )
        )
        .annotate(
            seated=Count("places", filter=Q(places__state__in=SEATED)),
            queue=Count(
                "places",
                filter=Q(
                    places__state=PlaceState.WAITING,
                    places__enrolment__held_back=False,
                    places__enrolment__state__in=OFFERABLE,
                ),
            ),
        )
        .filter(seated__lt=F("capacity"), queue__gt=0)
        .values_list("group_id", "pk")
    )
    by_group: dict[UUID, list[UUID]] = {}
    for group_id, pool_id in sorted({*over, *can_wait}):
        by_group.setdefault(group_id, []).append(pool_id)
    return by_group
