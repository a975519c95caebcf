"""Who takes part, under which nickname, and who holds which place."""

from typing import Final, Self

from django.db import models
from django.db.models import Q

from groups.choices import (
    LIVE_ENROLMENTS,
    LIVE_PLACES,
    MEMBERS,
    SEATED,
    EnrolmentState,
    PlaceState,
    Turn,
    Way,
)
from groups.models.groups import SupportGroup
from groups.models.plan import Meeting
from portal.common.db import BaseModel
from portal.vault.fields import BoxField, RowSealedField, TagField, sealed_check, tag_check

MEMBER_ONCE: Final = "enrolment_member_once_per_group"
ALIAS_ONCE: Final = "enrolment_alias_once_per_group"
SEAT_ONCE: Final = "place_seat_once"
NUMBER_ONCE: Final = "place_number_once"
LIVE_PLACE_ONCE: Final = "place_live_once_per_pool"
SEAT_WITHIN: Final = "place_seat_within_capacity"
"""Raised by a trigger: a new seat lies within the capacity of its pool."""
MOST_SEATS: Final = 500


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Questions asked of enrolments."""

    def live(self) -> Self:
        """Keep those on their way into a group or in it."""
        return self.filter(state__in=LIVE_ENROLMENTS)

    def members(self) -> Self:
        """Keep those who belong to a group."""
        return self.filter(state__in=MEMBERS)


class Enrolment(BaseModel):
    """
    Somebody's standing membership of one group, under a nickname for this group alone.

    Found from the person by recomputing ``member_tag`` from her and the group, never the other
    way; two enrolments of one person share nothing. ``contact`` is a box that only the sending
    process opens. ``held_back`` means that she is never given a place until a deed of hers
    shows that nothing stands in the way any more; for everybody looking it is "full".
    ``barred`` stays with somebody who may not come back, whatever she asks later. ``way`` and
    ``turn`` are what she wished for and came with, for the day she is taken in. ``rev`` counts
    how often she asked to join, so that each time is told anew. No clock finer than a month. A
    nickname stays taken for twelve months after leaving, then both its columns are emptied.
    """

    group = models.ForeignKey(SupportGroup, on_delete=models.CASCADE, related_name="enrolments")
    member_tag = TagField()
    contact = BoxField()
    alias = RowSealedField(null=True)
    alias_tag = TagField(null=True)
    state = models.CharField(max_length=9, choices=EnrolmentState)
    held_back = models.BooleanField(default=False)
    barred = models.BooleanField(default=False)
    way = models.CharField(max_length=8, choices=Way, blank=True, default="")
    turn = models.PositiveSmallIntegerField(choices=Turn, default=Turn.USUAL)
    rev = models.PositiveSmallIntegerField(default=0)
    agreement_version = models.PositiveSmallIntegerField()
    joined_month = models.DateField()
    left_month = models.DateField(null=True, blank=True)

    objects = models.Manager.from_queryset(EnrolmentQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "member_tag"], name=MEMBER_ONCE),
            models.UniqueConstraint(fields=["group", "alias_tag"], name=ALIAS_ONCE),
            models.CheckConstraint(
                condition=Q(joined_month__day=1)
                & (Q(left_month__isnull=True) | Q(left_month__day=1)),
                name="enrolment_knows_months_only",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=LIVE_ENROLMENTS, left_month__isnull=True)
                    | (~Q(state__in=LIVE_ENROLMENTS) & Q(left_month__isnull=False))
                ),
                name="enrolment_left_in_some_month",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=LIVE_ENROLMENTS)
                | Q(alias__isnull=False, alias_tag__isnull=False),
                name="enrolment_live_has_an_alias",
            ),
            tag_check("member_tag", "enrolment_member_tag_length"),
            tag_check("alias_tag", "enrolment_alias_tag_length"),
            sealed_check("contact", "enrolment_contact_sealed", BoxField),
            sealed_check("alias", "enrolment_alias_sealed", RowSealedField),
        ]
        indexes = [models.Index(fields=["group", "state"], name="enrolment_by_state")]


class Block(BaseModel):
    """
    A member does not want to meet somebody in this group.

    ``blocked_tag`` is a keyed hash of group and person in a domain of its own: it equals no
    member's tag, and it can only be compared with whoever asks to join. It keeps later comers
    out and tells nobody anything.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="blocks")
    blocked_tag = TagField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "blocked_tag"], name="block_once"),
            tag_check("blocked_tag", "block_tag_length"),
        ]


class CapacityPool(BaseModel):
    """
    The places of one way of meeting: of a group or, where ``meeting`` is set, of one meeting.

    A closed group has its members' places here. An open group's own pools are the pattern from
    which each meeting's are made. ``last_number`` is the last queue number drawn; drawing one
    is a single conditional update, so that numbers differ whatever else is forgotten.
    """

    group = models.ForeignKey(SupportGroup, on_delete=models.CASCADE, related_name="pools")
    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, null=True, blank=True, related_name="pools"
    )
    way = models.CharField(max_length=8, choices=Way)
    capacity = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "way"],
                condition=Q(meeting__isnull=True),
                name="pool_once_per_group_and_way",
            ),
            models.UniqueConstraint(fields=["meeting", "way"], name="pool_once_per_meeting"),
            models.CheckConstraint(
                condition=Q(capacity__lte=MOST_SEATS), name="pool_capacity_makes_sense"
            ),
        ]


class PlaceQuerySet(models.QuerySet["Place"]):
    """Questions asked of places."""

    def seated(self) -> Self:
        """Keep those that hold a seat."""
        return self.filter(state__in=SEATED)

    def waiting(self) -> Self:
        """Keep the queue, in no order."""
        return self.filter(state=PlaceState.WAITING)


class Place(BaseModel):
    """
    A member's claim on one place of a pool: in the queue, offered, taken, or past.

    Invariants held by the database: no two seats of a pool share a number; a new seat's number
    is within the capacity (a trigger); one live claim a member and pool; queue numbers differ.
    """

    pool = models.ForeignKey(CapacityPool, on_delete=models.CASCADE, related_name="places")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="places")
    state = models.CharField(max_length=8, choices=PlaceState)
    turn = models.PositiveSmallIntegerField(choices=Turn, default=Turn.USUAL)
    queue_no = models.PositiveIntegerField(null=True, blank=True)
    seat_no = models.PositiveSmallIntegerField(null=True, blank=True)
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    undelivered = models.BooleanField(default=False)
    """The message about the offer could not be delivered; the turn was kept once for that."""
    asks_again = models.BooleanField(default=False)
    """The meeting moved after the place was taken: does it still suit?"""
    rev = models.PositiveSmallIntegerField(default=0)
    """Counts offers, so that each is told once and an old one never again."""

    objects = models.Manager.from_queryset(PlaceQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "seat_no"], condition=Q(state__in=SEATED), name=SEAT_ONCE
            ),
            models.UniqueConstraint(
                fields=["pool", "enrolment"],
                condition=Q(state__in=LIVE_PLACES),
                name=LIVE_PLACE_ONCE,
            ),
            models.UniqueConstraint(fields=["pool", "queue_no"], name=NUMBER_ONCE),
            models.CheckConstraint(
                condition=(
                    Q(state__in=SEATED, seat_no__range=(1, MOST_SEATS))
                    | (~Q(state__in=SEATED) & Q(seat_no__isnull=True))
                ),
                name="place_seated_has_a_seat",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=PlaceState.OFFERED, offer_expires_at__isnull=False)
                    | (~Q(state=PlaceState.OFFERED) & Q(offer_expires_at__isnull=True))
                ),
                name="place_offer_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state=PlaceState.WAITING) | Q(queue_no__isnull=False),
                name="place_waiting_has_a_number",
            ),
        ]
        indexes = [
            models.Index(
                fields=["offer_expires_at"],
                condition=Q(state=PlaceState.OFFERED),
                name="place_offers",
            ),
        ]
