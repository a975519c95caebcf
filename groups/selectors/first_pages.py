"""What the first page and one's own list show of circles, in few queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from groups import policies
from groups.choices import (
    ConcernState,
    EnrolmentState,
    GroupStatus,
    MeetingStatus,
)
from groups.models import Meeting
from groups.selectors.cards import live_among
from groups.selectors.shapes import has_offer, version_of, with_version
from portal.calendars.rules import day_bounds, local_day
from portal.people.actors import Account


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A circle somebody could join, with its next meeting."""

    id: UUID
    name: str
    topic: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One of one's own circles, and what waits there."""

    id: UUID
    name: str
    state_label: str
    has_offer: bool
    agreement_is_stale: bool
    next_starts_at: datetime | None
    next_ends_at: datetime | None


def list_open(*, actor: Account, now: datetime, count: int = 2) -> list[OpenRow]:
    """Return the listed circles that meet next, soonest first; one query."""
    if actor.agency_id is None:
        return []
    found = (
        policies.listed_groups(actor)
        .filter(status=GroupStatus.ACTIVE)
        .annotate(next_period=Subquery(_next_period(now)))
        .filter(next_period__isnull=False)
        .order_by("next_period", "pk")[:count]
    )
    return [OpenRow(row.pk, row.name, row.topic, row.next_period.lower) for row in found]


def list_own(*, actor: Account, now: datetime) -> list[OwnRow]:
    """Return the actor's own circles, by name; two queries however many they are."""
    if actor.agency_id is None:
        return []
    there = with_version(policies.visible_groups(actor).exclude(status=GroupStatus.ARCHIVED))
    groups = list(
        there.annotate(next_period=Subquery(_next_period(now))).order_by("name", "pk")
    )
    own = live_among(actor, groups)
    return [
        OwnRow(
            id=group.pk,
            name=group.name,
            state_label=str(EnrolmentState(own[group.pk].state).label),
            has_offer=has_offer(own[group.pk]),
            agreement_is_stale=own[group.pk].agreement_version != version_of(group),
            next_starts_at=group.next_period.lower if group.next_period else None,
            next_ends_at=group.next_period.upper if group.next_period else None,
        )
        for group in groups
        if group.pk in own
    ]


def count_meetings_today(*, actor: Account, now: datetime) -> int:
    """
    Return how many meetings a facilitator has today, on her own clock, that are not over.

    :raises Http404: if she is not set up as a facilitator.
    """
    policies.facilitator_of(actor)
    today = day_bounds(local_day(now, actor.zone), actor.zone)
    return (
        policies.facilitated_meetings(actor, now=now)
        .filter(status=MeetingStatus.PLANNED)
        .filter(period__startswith__lt=today.ends, period__endswith__gt=now)
        .count()
    )


def count_waiting_worries(*, actor: Account, now: datetime) -> int:
    """
    Return how many worries were handed to the actor that nobody has taken yet.

    :raises Http404: if she neither holds the duty nor leads groups today.
    """
    return policies.readable_concerns(actor, now=now).filter(state=ConcernState.OPEN).count()


def _next_period(now: datetime) -> "QuerySet[Meeting, Any]":
    return (
        Meeting.objects.planned()
        .coming(now=now)
        .filter(group=OuterRef("pk"))
        .order_by("period")
        .values("period")[:1]
    )
