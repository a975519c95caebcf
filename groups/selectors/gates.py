"""Coming meetings as the head of the service decides about them, and who could stand in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404
from django.utils.timezone import localdate

from groups import policies
from groups.choices import DutyState, GroupStatus, MeetingStatus, Readiness, Way
from groups.models import Duty, Facilitator, Meeting
from groups.rules.readiness import DutyFacts, count_confirmed, is_trained, readiness_of
from portal.calendars.rules import local_day
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import RoleGrant

DECIDE_WITHIN: Final = timedelta(hours=24)
"""A meeting that lacks a facilitator so shortly before is for the head to decide."""
MEETING: Final = (GroupStatus.ACTIVE, GroupStatus.PAUSED)
"""States of a group in which its meetings take place."""


@dataclass(frozen=True, slots=True)
class GateRow:
    """A coming meeting as the head sees it: whether enough facilitators are there."""

    id: UUID
    group_id: UUID
    group_name: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    readiness: Readiness
    readiness_label: str
    confirmed: int
    """Facilitators who said that they are there and whose training counts on that day."""
    needed: int

    @property
    def is_lacking(self) -> bool:
        """Return whether somebody has to be found, or something decided."""
        return self.readiness == Readiness.LACKING


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody the head can choose, and in a word what to know about her."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class DutyRow:
    """What a facilitator said about one meeting."""

    name: str
    state_label: str
    is_there: bool
    is_trained: bool


@dataclass(frozen=True, slots=True)
class GatePage:
    """One meeting for the head to decide about."""

    meeting: GateRow
    topic: str
    way_labels: tuple[str, ...]
    is_planned: bool
    has_begun: bool
    duties: tuple[DutyRow, ...]
    stand_ins: tuple[Choice, ...]

    @property
    def can_run(self) -> bool:
        """Return whether fewer facilitators could be enough: somebody has to be there."""
        return self.meeting.is_lacking and any(duty.is_there for duty in self.duties)


def count_to_decide(*, actor: Account, now: datetime) -> int:
    """
    Return how many meetings of the next 24 hours lack a facilitator.

    :raises Http404: if the actor heads no service.
    """
    soon = gated(
        Meeting.objects.planned()
        .ahead(now=now)
        .filter(
            group__agency_id=policies.headed_agency(actor),
            group__status__in=MEETING,
            period__startswith__lte=now + DECIDE_WITHIN,
        )
    )
    return sum(row.is_lacking for row in soon)


def get_gate(*, actor: Account, meeting_id: UUID, now: datetime) -> GatePage:
    """
    Return a meeting for the head to decide about.

    :raises Http404: if it is another agency's or does not exist.
    """
    own = policies.headed_meetings(actor).filter(pk=meeting_id)
    meeting = _with_duties(own).first()
    if meeting is None:
        raise Http404
    day = local_day(meeting.period.lower, meeting.zone)
    duties = [one for one in meeting.duties.all() if one.state != DutyState.VACATED]
    return GatePage(
        meeting=_gate(meeting),
        topic=meeting.group.topic,
        way_labels=tuple(str(way.label) for way in Way if way in meeting.ways),
        is_planned=meeting.status == MeetingStatus.PLANNED,
        has_begun=meeting.period.lower <= now,
        duties=tuple(
            DutyRow(
                name=one.facilitator.display_name,
                state_label=str(one.get_state_display()),
                is_there=one.state == DutyState.CONFIRMED,
                is_trained=is_trained(one.facilitator.trained_until, day=day),
            )
            for one in duties
        ),
        stand_ins=list_free(
            actor=actor,
            without={one.facilitator_id for one in duties},
            trained_on=day,
            free_at=(meeting.period.lower, meeting.period.upper),
            now=now,
        ),
    )


def is_urgent(row: GateRow, *, now: datetime) -> bool:
    """Return whether a meeting lacks somebody and begins within the next 24 hours."""
    return row.is_lacking and now < row.starts_at <= now + DECIDE_WITHIN


def gated(meetings: QuerySet[Meeting]) -> list[GateRow]:
    """Return meetings with who is there, in the order they come."""
    return [_gate(row) for row in _with_duties(meetings)]


def _gate(meeting: Meeting) -> GateRow:
    day = local_day(meeting.period.lower, meeting.zone)
    duties = [
        DutyFacts(
            state=one.state,
            trained_until=one.facilitator.trained_until,
            is_active=one.facilitator.is_active,
        )
        for one in meeting.duties.all()
    ]
    readiness = readiness_of(
        duties,
        needed=meeting.group.min_facilitators,
        runs_anyway=meeting.runs_anyway,
        day=day,
    )
    return GateRow(
        id=meeting.pk,
        group_id=meeting.group_id,
        group_name=meeting.group.name,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        zone=meeting.zone,
        readiness=readiness,
        readiness_label=str(readiness.label),
        confirmed=count_confirmed(duties, day=day),
        needed=meeting.group.min_facilitators,
    )


def list_free(
    *,
    actor: Account,
    without: Collection[UUID],
    trained_on: date | None = None,
    free_at: tuple[datetime, datetime] | None = None,
    now: datetime,
) -> tuple[Choice, ...]:
    """Return who may lead today, by name; trained on a day and free at a time if asked."""
    agency_id = policies.headed_agency(actor)
    role = RoleGrant.objects.on(localdate(now)).filter(
        user=OuterRef("user"), agency_id=agency_id, role=Role.FACILITATOR
    )
    found = Facilitator.objects.filter(
        Exists(role), agency_id=agency_id, is_active=True, user__is_active=True
    ).exclude(pk__in=without)
    if trained_on is not None:
        found = found.filter(trained_until__gt=trained_on)
    if free_at is not None:
        elsewhere = Duty.objects.filter(
            facilitator=OuterRef("pk"),
            state=DutyState.CONFIRMED,
            meeting__status=MeetingStatus.PLANNED,
            meeting__period__overlap=free_at,
        )
        found = found.exclude(Exists(elsewhere))
    return tuple(
        Choice(row.pk, row.display_name) for row in found.order_by("display_name", "id")
    )


def _with_duties(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    duties = Duty.objects.select_related("facilitator").order_by(
        "facilitator__display_name", "id"
    )
    return meetings.select_related("group").prefetch_related(Prefetch("duties", duties))
