"""What a facilitator sees of her groups: her desk, and one group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from groups import policies
from groups.choices import (
    MEMBERS,
    AssignmentKind,
    Block,
    DutyState,
    EnrolmentState,
    GroupKind,
    GroupStatus,
    JoinPolicy,
    MeetingStatus,
    Readiness,
    Visibility,
)
from groups.models import (
    Agreement,
    Assignment,
    Meeting,
    MeetingNote,
    SupportGroup,
)
from groups.rules.readiness import has_open_seat, is_trained
from groups.rules.run import NOTING_CLOSES, read_sheet
from groups.selectors.meeting import duty_label, way_labels
from groups.selectors.planning import (
    SeriesRow,
    count_asking,
    list_series,
    planned_meetings,
)
from groups.selectors.ready import Rota, rotas_of
from portal.calendars.rules import local_day
from portal.people.actors import Account

AHEAD: Final = timedelta(days=28)
"""How far ahead the desk looks."""
MOST_WANTED: Final = 10
MOST_COMING: Final = 6
MOST_PAST: Final = 6


@dataclass(frozen=True, slots=True)
class DeskMeetingRow:
    """One meeting on a facilitator's desk."""

    id: UUID
    group_id: UUID
    group_name: str
    topic: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    readiness: str
    readiness_label: str
    my_duty: str
    my_duty_label: str
    status: str
    status_label: str
    way_labels: tuple[str, ...]
    has_note: bool = False


@dataclass(frozen=True, slots=True)
class DeskGroupRow:
    """One of her groups; how many are in it, wait for it, have asked to join."""

    id: UUID
    name: str
    topic: str
    status: str
    status_label: str
    members: int
    waiting: int
    applicants: int


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A facilitator's first page; ``wanted`` are meetings she may take a duty in."""

    today: tuple[DeskMeetingRow, ...]
    coming: tuple[DeskMeetingRow, ...]
    groups: tuple[DeskGroupRow, ...]
    wanted: tuple[DeskMeetingRow, ...]


@dataclass(frozen=True, slots=True)
class GroupCrewRow:
    """Who leads a group today."""

    name: str
    kind: str
    kind_label: str
    is_trained: bool
    is_me: bool


@dataclass(frozen=True, slots=True)
class GroupPage:
    """One group as its facilitators see it."""

    id: UUID
    name: str
    topic: str
    about: str
    kind: str
    kind_label: str
    visibility: str
    visibility_label: str
    join_policy: str
    join_policy_label: str
    status: str
    status_label: str
    language: str
    zone: str
    way_labels: tuple[str, ...]
    room: str
    directions: str
    has_link: bool
    min_facilitators: int
    facilitators: tuple[GroupCrewRow, ...]
    series: tuple[SeriesRow, ...]
    agreement_version: int
    agreement_on: date | None
    run_sheet: tuple[tuple[str, int], ...]
    members: int
    waiting: int
    applicants: int
    coming: tuple[DeskMeetingRow, ...]
    past: tuple[DeskMeetingRow, ...]
    asking: int
    """How many meetings fall on a holiday and wait for an answer."""
    can_open: bool
    can_pause: bool
    can_resume: bool
    is_ended: bool


def list_desk(*, actor: Account, now: datetime) -> DeskPage:
    """
    Return what a facilitator needs today, in five queries however much it is.

    :raises Http404: if the actor is no facilitator.
    """
    me = policies.facilitator_of(actor)
    own = _in_view(policies.facilitated_meetings(actor, now=now), now=now)
    wanted = _in_view(policies.rota_meetings(actor, now=now), now=now)
    rotas = rotas_of([*own, *wanted])
    mine = [_row(row, rotas[row.pk], actor) for row in own]
    today = [
        row
        for row in mine
        if local_day(row.starts_at, row.zone) == local_day(now, row.zone)
        # One that began before midnight and goes on is what she is in the middle of.
        or row.starts_at <= now < row.ends_at
    ]
    later = [row for row in mine if row not in today and row.starts_at > now]
    takeable = [row for row in wanted if _is_takeable(row, rotas[row.pk], actor, now=now)]
    return DeskPage(
        today=tuple(today),
        coming=tuple(later),
        groups=tuple(_groups(policies.facilitated_groups(actor, now=now))),
        wanted=tuple(
            _row(row, rotas[row.pk], actor)
            for row in takeable
            if is_trained(me.trained_until, day=local_day(row.period.lower, row.zone))
        )[:MOST_WANTED],
    )


def get_group_page(*, actor: Account, group_id: UUID, now: datetime) -> GroupPage:
    """
    Return one group, in six queries however much there is of it.

    :raises Http404: if the actor does not lead it today.
    """
    own = policies.facilitated_groups(actor, now=now).filter(pk=group_id)
    group = policies.one_of(_with_agreement(_counted(own)), now=now)
    version = getattr(group, "agreement_version", None) or 0
    meetings = planned_meetings(group, now=now)
    coming, past = _around(meetings, now=now)
    rotas = rotas_of([*coming, *past])
    return GroupPage(
        id=group.pk,
        name=group.name,
        topic=group.topic,
        about=group.about,
        kind=group.kind,
        kind_label=str(GroupKind(group.kind).label),
        visibility=group.visibility,
        visibility_label=str(Visibility(group.visibility).label),
        join_policy=group.join_policy,
        join_policy_label=str(JoinPolicy(group.join_policy).label),
        status=group.status,
        status_label=str(GroupStatus(group.status).label),
        language=group.language,
        zone=group.zone,
        way_labels=way_labels(group.ways),
        room=group.room,
        directions=group.directions,
        has_link=bool(group.link_base),
        min_facilitators=group.min_facilitators,
        facilitators=_crew(group, actor, now=now),
        series=list_series(group_id=group.pk, now=now),
        agreement_version=version,
        agreement_on=getattr(group, "agreement_on", None),
        run_sheet=tuple(
            (str(Block(block).label), minutes)
            for block, minutes in read_sheet(group.run_sheet).items()
        ),
        **_counts_of(group),
        coming=tuple(_row(row, rotas[row.pk], actor) for row in coming),
        past=tuple(_row(row, rotas[row.pk], actor) for row in past),
        asking=count_asking(meetings, now=now),
        can_open=group.status == GroupStatus.DRAFT and version > 0,
        can_pause=group.status == GroupStatus.ACTIVE,
        can_resume=group.status == GroupStatus.PAUSED,
        is_ended=group.status == GroupStatus.ARCHIVED,
    )


def _counted(groups: QuerySet[SupportGroup]) -> QuerySet[SupportGroup]:
    """
    Add how many are in each group, wait for it, have asked to join.

    Whoever is held back counts as little as she shows: the sum tells no more than the list.
    """

    def count(*states: str) -> Count:
        shown = Q(enrolments__state__in=states, enrolments__held_back=False)
        return Count("enrolments", filter=shown)

    return groups.annotate(
        members=count(*MEMBERS),
        waiting=count(EnrolmentState.WAITING),
        applicants=count(EnrolmentState.APPLIED),
    )


def _counts_of(group: SupportGroup) -> dict[str, int]:
    return {name: getattr(group, name) for name in ("members", "waiting", "applicants")}


def _with_agreement(groups: QuerySet[SupportGroup]) -> QuerySet[SupportGroup]:
    """Add which version of each group's agreement is in force, and since when."""
    latest = Agreement.objects.filter(group=OuterRef("pk")).order_by("-version")
    return groups.annotate(
        agreement_version=Subquery(latest.values("version")[:1]),
        agreement_on=Subquery(latest.values("published_on")[:1]),
    )


def _in_view(meetings: QuerySet[Meeting], *, now: datetime) -> list[Meeting]:
    """Return meetings from yesterday to four weeks ahead, soonest first."""
    # Where it is still today somewhere, it began at most a day ago.
    return list(
        meetings.filter(
            period__startswith__gt=now - timedelta(days=1), period__startswith__lt=now + AHEAD
        )
        .select_related("group")
        .annotate(has_note=Exists(MeetingNote.objects.filter(meeting=OuterRef("pk"))))
        .order_by("period", "id")
    )


def _is_takeable(meeting: Meeting, rota: Rota, actor: Account, *, now: datetime) -> bool:
    own = rota.of_user(actor.user_id)
    if own is not None and own.state != DutyState.VACATED:
        return False
    return has_open_seat(
        rota.facts,
        needed=meeting.group.min_facilitators,
        day=local_day(meeting.period.lower, meeting.zone),
        starts_at=meeting.period.lower,
        now=now,
    )


def _row(meeting: Meeting, rota: Rota, actor: Account) -> DeskMeetingRow:
    own = rota.of_user(actor.user_id)
    return DeskMeetingRow(
        id=meeting.pk,
        group_id=meeting.group_id,
        group_name=meeting.group.name,
        topic=meeting.group.topic,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        zone=meeting.zone,
        readiness=rota.readiness,
        readiness_label=str(Readiness(rota.readiness).label),
        my_duty=own.state if own else "",
        my_duty_label=duty_label(own.state) if own else "",
        status=meeting.status,
        status_label=str(MeetingStatus(meeting.status).label),
        way_labels=way_labels(meeting.ways),
        has_note=getattr(meeting, "has_note", False),
    )


def _groups(groups: QuerySet[SupportGroup]) -> list[DeskGroupRow]:
    rows = _counted(groups.exclude(status=GroupStatus.ARCHIVED))
    return [
        DeskGroupRow(
            id=row.pk,
            name=row.name,
            topic=row.topic,
            status=row.status,
            status_label=str(GroupStatus(row.status).label),
            **_counts_of(row),
        )
        for row in rows.order_by("name", "id")
    ]


def _around(
    meetings: Sequence[Meeting], *, now: datetime
) -> tuple[list[Meeting], list[Meeting]]:
    """Return the next of a group's meetings, soonest first, and the last, newest first."""
    coming = [row for row in meetings if row.period.upper > now]
    past = [
        row
        for row in reversed(meetings)
        if now - NOTING_CLOSES < row.period.upper <= now and row.status == MeetingStatus.PLANNED
    ]
    return coming[:MOST_COMING], past[:MOST_PAST]


def _crew(group: SupportGroup, actor: Account, *, now: datetime) -> tuple[GroupCrewRow, ...]:
    today = localdate(now)
    in_force = Assignment.objects.on(today).filter(group=group).select_related("facilitator")
    return tuple(
        GroupCrewRow(
            name=row.facilitator.display_name,
            kind=row.kind,
            kind_label=str(AssignmentKind(row.kind).label),
            is_trained=is_trained(row.facilitator.trained_until, day=today),
            is_me=row.facilitator.user_id == actor.user_id,
        )
        for row in in_force.order_by("-kind", "facilitator__display_name", "id")
    )
