"""What facilitators see of one meeting: its parts on the clock, who is there, notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from groups import policies
from groups.choices import (
    CAME,
    MEMBERS,
    Block,
    DutyState,
    EnrolmentState,
    Feeling,
    GroupKind,
    Mark,
    MeetingStatus,
    Mood,
    PlaceState,
    Readiness,
    SignalKind,
    Theme,
    Way,
)
from groups.models import (
    Attendance,
    Debrief,
    Enrolment,
    Meeting,
    MeetingNote,
    MeetingSignal,
    Place,
)
from groups.models.members import EnrolmentQuerySet
from groups.rules import run as rules
from groups.rules.readiness import is_trained
from groups.selectors.ready import Rota, rotas_of
from portal.calendars.rules import local_day
from portal.people.actors import Account
from portal.vault.services import open_field_text


@dataclass(frozen=True, slots=True)
class RunBlockRow:
    """One part of the meeting on the clock; ``no`` counts from 0."""

    no: int
    label: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    is_now: bool
    is_past: bool


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """Somebody expected at the meeting; ``mark`` is empty as long as nothing was noted."""

    enrolment_id: UUID
    alias: str
    mark: str
    mark_label: str
    signal: str
    signal_label: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What the meeting was about; the facilitators of the group share one note."""

    themes: tuple[str, ...]
    theme_labels: tuple[str, ...]
    mood: str
    mood_label: str
    text: str


@dataclass(frozen=True, slots=True)
class DebriefRow:
    """How the reader herself came out of the meeting; nobody else's is ever here."""

    feeling: str
    feeling_label: str
    wants_talk: bool
    text: str


@dataclass(frozen=True, slots=True)
class FacilitatorRow:
    """A facilitator's word for the meeting; her name is no secret."""

    name: str
    duty: str
    duty_label: str
    is_trained: bool
    is_me: bool


@dataclass(frozen=True, slots=True)
class RunPage:
    """One meeting before, while and after it takes place."""

    id: UUID
    group_id: UUID
    group_name: str
    topic: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    status: str
    status_label: str
    cancel_reason_label: str
    rev: int
    way_labels: tuple[str, ...]
    is_online: bool
    readiness: str
    readiness_label: str
    my_duty: str
    my_duty_label: str
    blocks: tuple[RunBlockRow, ...]
    block_no: int | None
    ends_block_at: datetime | None
    """When the running part was to end; in the past if it takes longer."""
    late_minutes: int
    """By how many minutes the plan, as it runs now, goes beyond the end of the meeting."""
    people: tuple[AttendanceRow, ...]
    other_aliases: tuple[str, ...]
    """Members of the group who are not expected at this meeting."""
    can_mark: bool
    can_step: bool
    can_take: bool
    count_present: int
    note: NoteRow | None
    debrief: DebriefRow | None
    facilitators: tuple[FacilitatorRow, ...]
    room: str
    directions: str
    is_host_open: bool
    host_opens_at: datetime


def expected_at(meeting: Meeting) -> EnrolmentQuerySet:
    """
    Return who is expected at a meeting, its group loaded.

    In a closed group its active members, in an open one whoever has a place there.
    """
    active = Enrolment.objects.filter(group_id=meeting.group_id, state=EnrolmentState.ACTIVE)
    if meeting.group.kind == GroupKind.CLOSED:
        return active
    return active.filter(Exists(_taken(meeting)))


def get_run_page(*, actor: Account, meeting_id: UUID, now: datetime) -> RunPage:
    """
    Return a meeting as its facilitators see it, in six queries however many come.

    :raises Http404: if the actor may not run it.
    """
    meeting = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
    rota = rotas_of([meeting])[meeting.pk]
    here, others = _people(meeting)
    blocks = planned_blocks(meeting, now=now)
    running = next((row for row in blocks if row.is_now), None)
    starts_at, ends_at = meeting.period.lower, meeting.period.upper
    own = rota.of_user(actor.user_id)
    span = {"status": meeting.status, "starts_at": starts_at, "ends_at": ends_at}
    return RunPage(
        id=meeting.pk,
        group_id=meeting.group_id,
        group_name=meeting.group.name,
        topic=meeting.group.topic,
        kind=meeting.group.kind,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=meeting.zone,
        status=meeting.status,
        status_label=str(MeetingStatus(meeting.status).label),
        cancel_reason_label=str(meeting.get_cancel_reason_display()),
        rev=meeting.rev,
        way_labels=way_labels(meeting.ways),
        is_online=Way.ONLINE in meeting.ways,
        readiness=rota.readiness,
        readiness_label=str(Readiness(rota.readiness).label),
        my_duty=own.state if own else "",
        my_duty_label=duty_label(own.state) if own else "",
        blocks=tuple(blocks),
        block_no=running.no if running else None,
        ends_block_at=_ends_block_at(meeting, running),
        late_minutes=_late_minutes(blocks, ends_at) if running else 0,
        people=tuple(here),
        other_aliases=tuple(others),
        can_mark=rules.refuse_noting(**span, now=now) is None,
        can_step=rules.refuse_step(**span, now=now) is None,
        can_take=own is None or own.state == DutyState.VACATED,
        count_present=sum(row.mark in CAME for row in here),
        note=_note(meeting),
        debrief=_debrief(meeting, actor),
        facilitators=_facilitators(meeting, rota, actor),
        room=meeting.room or meeting.group.room,
        directions=meeting.directions or meeting.group.directions,
        is_host_open=is_room_open(meeting, opens_before=rules.HOSTS_ENTER, now=now),
        host_opens_at=starts_at - rules.HOSTS_ENTER,
    )


def planned_blocks(meeting: Meeting, *, now: datetime) -> list[RunBlockRow]:
    """Return the parts of a meeting on the clock; its group is loaded."""
    planned = rules.plan_blocks(
        minutes_of(meeting),
        starts_at=meeting.period.lower,
        block_no=meeting.block_no,
        block_since=meeting.block_since,
        now=now,
    )
    return [
        RunBlockRow(
            no=row.no,
            label=str(Block(row.block).label),
            minutes=row.minutes,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            is_now=row.is_now,
            is_past=row.is_past,
        )
        for row in planned
    ]


def minutes_of(meeting: Meeting) -> dict[Block, int]:
    """Return the minutes of each part: the group's weights, fitted to the meeting's length."""
    length = int((meeting.period.upper - meeting.period.lower).total_seconds() // 60)
    stored = rules.read_sheet(meeting.group.run_sheet)
    return rules.fit(stored, length) if stored else rules.default_minutes(length)


def is_room_open(
    meeting: Meeting, *, opens_before: timedelta = rules.MEMBERS_ENTER, now: datetime
) -> bool:
    """Say whether the online room of a meeting, its group loaded, lets people in."""
    return bool(meeting.group.link_base) and rules.is_room_open(
        status=meeting.status,
        group_status=meeting.group.status,
        ways=meeting.ways,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        opens_before=opens_before,
        now=now,
    )


def way_labels(ways: Sequence[str]) -> tuple[str, ...]:
    """Return the words for ways of meeting."""
    return tuple(str(Way(way).label) for way in ways)


def duty_label(state: str) -> str:
    """Return the words for a facilitator's word."""
    return str(DutyState(state).label)


def _people(meeting: Meeting) -> tuple[list[AttendanceRow], list[str]]:
    """
    Return who is expected, by nickname, and the nicknames of the other members.

    Whoever is held back is not among them: nobody here learns that something stands in the way.
    """
    own = {"meeting": meeting, "enrolment": OuterRef("pk")}
    members = Enrolment._base_manager.filter(
        group_id=meeting.group_id, state__in=MEMBERS, held_back=False
    )
    rows = members.annotate(
        is_expected=Exists(expected_at(meeting).filter(pk=OuterRef("pk"))),
        mark=Subquery(Attendance.objects.filter(**own).values("mark")[:1]),
        signal=Subquery(MeetingSignal.objects.filter(**own).values("kind")[:1]),
    )
    here, others = [], []
    for row in rows:
        alias = open_field_text(row, "alias")
        if not row.is_expected:
            others.append(alias)
            continue
        here.append(
            AttendanceRow(
                enrolment_id=row.pk,
                alias=alias,
                mark=row.mark or "",
                mark_label=str(Mark(row.mark).label) if row.mark else "",
                signal=row.signal or "",
                signal_label=str(SignalKind(row.signal).label) if row.signal else "",
            )
        )
    here.sort(key=lambda row: (row.alias.casefold(), row.enrolment_id))
    return here, sorted(others, key=str.casefold)


def _taken(meeting: Meeting) -> QuerySet[Place]:
    return Place.objects.filter(
        pool__meeting=meeting, enrolment=OuterRef("pk"), state=PlaceState.TAKEN
    )


def _ends_block_at(meeting: Meeting, running: RunBlockRow | None) -> datetime | None:
    if running is None or meeting.block_since is None:
        return None
    return meeting.block_since + timedelta(minutes=running.minutes)


def _late_minutes(blocks: Sequence[RunBlockRow], ends_at: datetime) -> int:
    late = int((blocks[-1].ends_at - ends_at).total_seconds() // 60) if blocks else 0
    return max(0, late)


def _note(meeting: Meeting) -> NoteRow | None:
    row = MeetingNote.objects.filter(meeting=meeting).first()
    if row is None:
        return None
    return NoteRow(
        themes=tuple(row.themes),
        theme_labels=tuple(str(Theme(theme).label) for theme in row.themes),
        mood=row.mood,
        mood_label=str(Mood(row.mood).label) if row.mood else "",
        text=open_field_text(row, "text") if row.text else "",
    )


def _debrief(meeting: Meeting, actor: Account) -> DebriefRow | None:
    row = Debrief.objects.filter(meeting=meeting, facilitator__user_id=actor.user_id).first()
    if row is None:
        return None
    return DebriefRow(
        feeling=row.feeling,
        feeling_label=str(Feeling(row.feeling).label),
        wants_talk=row.wants_talk,
        text=open_field_text(row, "text") if row.text else "",
    )


def _facilitators(meeting: Meeting, rota: Rota, actor: Account) -> tuple[FacilitatorRow, ...]:
    day = local_day(meeting.period.lower, meeting.zone)
    return tuple(
        FacilitatorRow(
            name=row.facilitator.display_name,
            duty=row.state,
            duty_label=duty_label(row.state),
            is_trained=is_trained(row.facilitator.trained_until, day=day),
            is_me=row.facilitator.user_id == actor.user_id,
        )
        for row in rota.duties
    )
