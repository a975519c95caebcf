"""
Tables of the record. Rows are only ever added: migration `0002` sets triggers against the rest.

Two chains, so that nothing an employee did stands beside an instant. Links hold no clock at
all.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models

from portal.common.db import BaseModel
from portal.vault.fields import TagField, tag_check


def house_day(at: datetime) -> date:
    """Return the day of an instant in the house's own zone."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _sequence() -> "models.BigIntegerField[int, int]":
    """Return a column that the database counts up; migration `0002` makes it an identity."""
    return models.BigIntegerField(unique=True, db_default=0, editable=False)


class StaffEvent(BaseModel):
    """
    A deed of somebody in a staff role: who opened, changed or granted what, and when.

    Invariants: never updated, never deleted; ``mac`` proves every column but ``sequence``,
    which the link proves. ``handle`` and ``subject`` are ids of rows, never names; ``reason``
    is a code or a neutral sentence, never what somebody confided.
    """

    sequence = _sequence()
    at = models.DateTimeField()
    role = models.CharField(max_length=16)
    handle = models.CharField(max_length=64)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True, default="")
    mac = TagField()

    class Meta:
        constraints = [tag_check("mac", "staff_event_mac_length")]
        indexes = [models.Index(fields=["subject", "-sequence"], name="staff_event_by_subject")]


class ClientEvent(BaseModel):
    """
    A deed of a client in counselling, by the day.

    Invariants: never updated, never deleted; ``handle`` is the client's random id, never an
    account; no instant anywhere. What the order tells: ``sequence`` counts client deeds alone,
    so it says which of two clients came first on a day, as the order of rows in a table that is
    only added to says anyway; staff deeds count elsewhere, so it cannot be laid beside theirs.
    The primary key is random and the order is in a column of its own, so that an id handed out
    does not tell how many came before.
    """

    sequence = _sequence()
    on_day = models.DateField()
    handle = models.CharField(max_length=64)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    mac = TagField()

    class Meta:
        constraints = [tag_check("mac", "client_event_mac_length")]
        indexes = [
            models.Index(fields=["subject", "-sequence"], name="client_event_by_subject")
        ]


class Link(models.Model):
    """
    One event's place in its chain. ``mac`` proves the place, the event and the link before it.

    It points to the event by value: a link outlives whoever tears the event out, and so finds
    it.
    """

    position = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    sequence = models.BigIntegerField(unique=True)
    mac = TagField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.position}"


class StaffLink(Link):
    """The chain of staff deeds: positions 1, 2, 3 … without a gap."""

    class Meta:
        constraints = [tag_check("mac", "staff_link_mac_length")]


class ClientLink(Link):
    """The chain of client deeds: positions 1, 2, 3 … without a gap."""

    class Meta:
        constraints = [tag_check("mac", "client_link_mac_length")]


class RefusalCount(BaseModel):
    """
    How many requests a route refused within one hour. It knows no actor and no subject.

    The only table of this room whose rows change: a count goes up.
    """

    route = models.CharField(max_length=100)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["route", "hour"], name="refusal_count_once_an_hour"
            ),
        ]
