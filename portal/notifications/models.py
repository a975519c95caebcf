"""Tables of the outbox: what somebody may read, what has to leave, and where to."""

from datetime import datetime
from typing import Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from portal.common.db import BaseModel
from portal.notifications.choices import (
    FINISHED,
    IN_HAND,
    LIVE,
    Channel,
    Level,
    Priority,
    Reason,
    State,
)
from portal.vault.fields import BoxField, RowSealedField, TagField, sealed_check, tag_check

_HELD = Q(lease_token__isnull=False, lease_until__isnull=False)
_FREE = Q(lease_token__isnull=True, lease_until__isnull=True)
_NO_CLOCK = Q(not_before__isnull=True, useful_until__isnull=True)


class Notification(BaseModel):
    """
    One thing the portal tells one person of one room: an item of the inbox.

    It names no user: ``recipient_tag`` is computed per room from whoever reads, and ``contact``
    is a box only the notifier opens. The words are not stored; they follow from the facts when
    they are read. Invariant: one row a fact and recipient, held by ``fact_key``.
    """

    recipient_tag = TagField()
    contact = BoxField()
    notice = models.CharField(max_length=64)
    subject_id = models.UUIDField()
    rev = models.PositiveIntegerField()
    read = models.BooleanField(default=False)
    created_hour = models.DateTimeField()
    """The hour from which the inbox shows it; a reminder's lies ahead. Never finer."""
    useful_until = models.DateTimeField(null=True)
    """The hour from which it is no news any more, read or not; rounded up."""
    fact_key = TagField(unique=True)

    class Meta:
        constraints = [
            tag_check("recipient_tag", "notification_recipient_is_a_tag"),
            tag_check("fact_key", "notification_fact_is_a_tag"),
            sealed_check("contact", "notification_contact_sealed", BoxField),
        ]
        indexes = [
            models.Index(fields=["recipient_tag", "-created_hour"], name="notification_inbox"),
            models.Index(fields=["subject_id"], name="notification_subject"),
            models.Index(
                fields=["recipient_tag"], condition=Q(read=False), name="notification_unread"
            ),
            models.Index(fields=["created_hour"], name="notification_age"),
        ]


Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class OutgoingQuerySet(models.QuerySet[Row_co]):
    """Questions asked of rows that leave the house."""

    def due(self, now: datetime) -> Self:
        """Keep those whose time has come and that nobody holds."""
        return self.filter(state=State.PENDING, not_before__lte=now)

    def lapsed(self, now: datetime) -> Self:
        """Keep those whose holder has given no sign of life."""
        return self.filter(state__in=IN_HAND, lease_until__lte=now)

    def held_by(self, token: UUID) -> Self:
        """Keep those still held under a fencing token."""
        return self.filter(state__in=IN_HAND, lease_token=token)


class Outgoing(BaseModel):
    """
    What leaves the house and how far it has come.

    A row in hand carries a fencing token and a lease; every write of its holder names the
    token, so that whoever lost the lease writes nothing. A finished row has no clock, only a
    day.
    """

    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    not_before = models.DateTimeField(null=True)
    useful_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=13, choices=Reason, blank=True, default="")
    day_on = models.DateField(null=True)
    """The day it was finished; goes with the reason after 30 days."""

    class Meta:
        abstract = True


class DeliveryQuerySet(OutgoingQuerySet["Delivery"]):
    """Questions asked of deliveries."""


class Delivery(Outgoing):
    """
    One notification on its way through one channel.

    Invariants, held by constraints: in hand means leased; live means that notification,
    priority and time are known; finished means that all of these are gone, and that what was
    not sent says why. ``dedupe_key`` (a keyed hash of the fact and the channel) stays for ever:
    after 30 days a finished row is that key, the channel and the state, about a hundred bytes,
    so that a stripped row is never planned again, and nothing in it leads anywhere.
    """

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.MAIL)
    dedupe_key = TagField(unique=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, null=True)

    objects = models.Manager.from_queryset(DeliveryQuerySet)()

    class Meta:
        constraints = [
            tag_check("dedupe_key", "delivery_key_is_a_tag"),
            models.CheckConstraint(
                condition=(Q(state__in=IN_HAND) & _HELD) | (~Q(state__in=IN_HAND) & _FREE),
                name="delivery_in_hand_means_leased",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=LIVE,
                    notification__isnull=False,
                    not_before__isnull=False,
                    priority__isnull=False,
                    day_on__isnull=True,
                )
                | (
                    Q(
                        state__in=FINISHED,
                        notification__isnull=True,
                        priority__isnull=True,
                        attempt=0,
                    )
                    & _NO_CLOCK
                ),
                name="delivery_finished_is_bare",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(State.SUPPRESSED, State.DEAD))
                | ~Q(reason="")
                | Q(day_on__isnull=True),
                name="delivery_unsent_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "not_before", "id"],
                condition=Q(state=State.PENDING),
                name="delivery_due",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state__in=IN_HAND), name="delivery_lease"
            ),
            models.Index(
                fields=["day_on"], condition=Q(day_on__isnull=False), name="delivery_finished"
            ),
        ]


class AccountMailQuerySet(OutgoingQuerySet["AccountMail"]):
    """Questions asked of account mails."""


class AccountMail(Outgoing):
    """
    A mail of the sign-in pages (a code, a confirmation), in a box to the notifier.

    It belongs to no room, carries no handle and is deleted when it has left. One that could not
    leave keeps state, reason and day for 30 days; its box is emptied.
    """

    box = BoxField(null=True)

    objects = models.Manager.from_queryset(AccountMailQuerySet)()

    class Meta:
        constraints = [
            sealed_check("box", "account_mail_sealed", BoxField),
            models.CheckConstraint(
                condition=(Q(state__in=IN_HAND) & _HELD) | (~Q(state__in=IN_HAND) & _FREE),
                name="account_mail_in_hand_means_leased",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=LIVE,
                    box__isnull=False,
                    not_before__isnull=False,
                    useful_until__isnull=False,
                    day_on__isnull=True,
                )
                | (
                    Q(state=State.DEAD, box__isnull=True, attempt=0, day_on__isnull=False)
                    & ~Q(reason="")
                    & _NO_CLOCK
                ),
                name="account_mail_finished_is_bare",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(state=State.PENDING), name="account_mail_due"
            ),
        ]


class AddressChoice(BaseModel):
    """
    Where one person of one room wants to be told that there is news, and how much of it.

    One row a room and person, found by the same tag as her inbox; without one nothing leaves
    the house. ``masked`` lets a page show what was chosen; the address itself only the notifier
    opens.
    """

    tag = TagField(unique=True)
    address = BoxField()
    masked = RowSealedField()
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.NEUTRAL)

    class Meta:
        constraints = [
            tag_check("tag", "address_choice_is_found_by_a_tag"),
            sealed_check("address", "address_choice_address_sealed", BoxField),
            sealed_check("masked", "address_choice_masked_sealed", RowSealedField),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="address_choice_level_known"
            ),
        ]
