"""
The one place where seats and queue numbers are given out; always under the group's lock.

The constraints have the last word, so that a forgotten lock oversells nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from groups.choices import LIVE_PLACES, SEATED, EnrolmentState, PlaceState
from groups.models import SEAT_ONCE, SEAT_WITHIN, CapacityPool, Enrolment, Meeting, Place
from groups.rules.places import free_seat
from portal.common.db import violated_constraint

OFFERABLE: Final = (EnrolmentState.WAITING, EnrolmentState.ACTIVE)
"""Whose turn may come: who waits for the group, or is in it and waits for a meeting."""


@dataclass(frozen=True, slots=True)
class Room:
    """A pool and every live claim on it, as they stand under the group's lock."""

    pool: CapacityPool
    places: list[Place]
    """With their enrolments, in the order of turns."""

    @property
    def queue(self) -> list[Place]:
        """Return who waits and whose turn may come, in the order of turns."""
        return [
            place
            for place in self.places
            if place.state == PlaceState.WAITING
            and not place.enrolment.held_back
            and place.enrolment.state in OFFERABLE
        ]

    @property
    def seats(self) -> frozenset[int]:
        """Return the numbers of the seats that are offered or taken."""
        seats = (place.seat_no for place in self.places if place.state in SEATED)
        return frozenset(seat for seat in seats if seat is not None)

    @property
    def has_place(self) -> bool:
        """Say whether there is a free seat that nobody waits for."""
        return len(self.seats) < self.pool.capacity and not self.queue


def rooms_of(pools: Iterable[CapacityPool]) -> list[Room]:
    """Return pools with who has or wants their places; one query, whatever there is."""
    rooms = {pool.pk: Room(pool, []) for pool in pools}
    live = Place.objects.filter(pool__in=list(rooms), state__in=LIVE_PLACES)
    for place in live.select_related("enrolment").order_by("turn", "queue_no", "pk"):
        rooms[place.pool_id].places.append(place)
    return list(rooms.values())


def claim(*, room: Room, enrolment: Enrolment, turn: int, walks_past: bool = False) -> Place:
    """
    Give somebody a seat if one is free and nobody waits for it, else a number in the queue.

    ``walks_past`` takes a free seat whoever waits: shortly before a meeting the first wins. The
    same queries for somebody who is held back as for anybody before a full group.
    """
    pool = room.pool
    seat = free_seat(capacity=pool.capacity, taken=room.seats)
    may_sit = (walks_past or not room.queue) and not enrolment.held_back
    if seat is not None and may_sit:
        row = Place(
            pool=pool, enrolment=enrolment, state=PlaceState.TAKEN, seat_no=seat, turn=turn
        )
        if _insert(row):
            return row
    row = Place(
        pool=pool,
        enrolment=enrolment,
        state=PlaceState.WAITING,
        queue_no=draw_number(pool.pk),
        turn=turn,
    )
    if _insert(row):
        return row
    # Another tab of hers was faster.
    return pool.places.get(enrolment=enrolment, state__in=LIVE_PLACES)


def seat_waiting(place: Place, *, seat: int, **columns: object) -> bool:
    """
    Give a seat to somebody in the queue; return whether she still waited and it was free.

    ``columns`` are what else becomes of the row, its state among them.
    """
    try:
        with transaction.atomic():
            waiting = Place.objects.filter(pk=place.pk, state=PlaceState.WAITING)
            return waiting.update(seat_no=seat, **columns) == 1
    except IntegrityError as error:
        if violated_constraint(error) not in {SEAT_ONCE, SEAT_WITHIN}:
            raise
        return False


def release(places: QuerySet[Place]) -> list[UUID]:
    """Give up every live claim among some; return the pools concerned, by id."""
    live = places.filter(state__in=LIVE_PLACES)
    pools = sorted(set(live.values_list("pool_id", flat=True)))
    live.update(
        state=PlaceState.RELEASED, seat_no=None, offer_expires_at=None, asks_again=False
    )
    return pools


def has_way(pool: CapacityPool) -> bool:
    """Say whether the pool's meeting, or its group, is still held in the pool's way."""
    return pool.way in (pool.meeting.ways if pool.meeting else pool.group.ways)


@dataclass(frozen=True, slots=True)
class Aside:
    """Places in a way that a meeting is no longer held in, by id."""

    asked: list[UUID]
    """Taken ones: whoever has one is asked again."""
    offered: list[UUID]
    """Those that were kept for somebody, who waits again where she stood."""


def set_aside(meetings: Collection[Meeting]) -> Aside:
    """
    Set the places aside that lie in a way a meeting is no longer held in.

    They stay until the way comes back: a taken one with a question, an offered one in the queue
    where it stood, and what waits to be said about it is the caller's to take back.
    """
    ways = {row.pk: row.ways for row in meetings}
    pools = [
        pool.pk
        for pool in CapacityPool.objects.filter(meeting__in=list(ways))
        if pool.meeting_id is not None and pool.way not in ways[pool.meeting_id]
    ]
    places = Place.objects.filter(pool__in=pools).order_by("pk")
    offered = list(places.filter(state=PlaceState.OFFERED).values_list("pk", flat=True))
    Place.objects.filter(pk__in=offered).update(
        state=PlaceState.WAITING, seat_no=None, offer_expires_at=None, undelivered=False
    )
    taken = places.filter(state=PlaceState.TAKEN, asks_again=False)
    asked = list(taken.values_list("pk", flat=True))
    Place.objects.filter(pk__in=asked).update(asks_again=True)
    return Aside(asked, offered)


def draw_number(pool_id: UUID) -> int:
    """
    Draw the next number of a pool's queue.

    One conditional update: two people never draw the same, whatever lock was forgotten.
    """
    table = connection.ops.quote_name(CapacityPool._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET last_number = last_number + 1 "  # noqa: S608 - our own table
            "WHERE id = %s RETURNING last_number",
            [pool_id],
        )
        row = cursor.fetchone()
    number: int = row[0]
    return number


def _insert(row: Place) -> bool:
    # "On conflict do nothing" asks the constraints without an error and without a deadlock.
    Place.objects.bulk_create([row], ignore_conflicts=True)
    return Place.objects.filter(pk=row.pk).exists()
