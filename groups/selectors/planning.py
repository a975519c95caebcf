"""The plan of a group: its series in words, its coming meetings, what is about to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from groups import policies
from groups.choices import (
    CancelReason,
    ChangeKind,
    ClockNote,
    HolidayPolicy,
    MeetingStatus,
    Readiness,
    Rhythm,
    Way,
)
from groups.models import Meeting, MeetingNote, MeetingSeries, PlanChange, SupportGroup
from groups.rules import series as rules
from groups.selectors.ready import readiness_by_meeting
from portal.calendars.rules import local_day
from portal.calendars.selectors import HolidayRow, list_holidays_between
from portal.common.wording import span
from portal.people.actors import Account

_LOOK_BACK: Final = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series that still gives meetings; ``until_on`` is its last possible day."""

    id: UUID
    words: str
    version: int
    until_on: date | None
    holiday_policy: str
    holiday_policy_label: str


@dataclass(frozen=True, slots=True)
class UsualRow:
    """What the series of a meeting says; ``weekday`` counts from 0, Monday."""

    words: str
    weekday: int
    at: time
    duration_minutes: int
    ways: tuple[str, ...]
    room: str
    directions: str


@dataclass(frozen=True, slots=True)
class PlanMeetingRow:
    """
    One meeting as its facilitators plan it.

    ``room`` and ``directions`` are empty where the meeting is held where its group usually is.
    ``holiday_name`` is set whenever the day is a holiday; somebody has to say what becomes of
    the meeting only where ``needs_holiday_answer``. ``usual`` is where "this and following"
    starts from; a meeting beside every series has none.
    """

    id: UUID
    group_id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: str
    status: str
    status_label: str
    cancel_reason_label: str
    is_moved: bool
    asks_about_move: bool
    clock_note: str
    holiday_name: str
    needs_holiday_answer: bool
    readiness: str
    readiness_label: str
    ways: tuple[str, ...]
    way_labels: tuple[str, ...]
    room: str
    directions: str
    rev: int
    series_id: UUID | None
    usual: UsualRow | None
    version: int

    @property
    def day(self) -> date:
        """Return the local day."""
        return local_day(self.starts_at, self.zone)

    @property
    def is_planned(self) -> bool:
        """Say whether it is to take place."""
        return self.status == MeetingStatus.PLANNED


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change nobody has been told of yet; the one who made it can take it back."""

    id: UUID
    kind: str
    kind_label: str
    from_on: date
    tell_at: datetime
    can_undo: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    """When a group meets from now on, soonest first; cancelled meetings included."""

    group_id: UUID
    group_name: str
    zone: str
    series: tuple[SeriesRow, ...]
    meetings: tuple[PlanMeetingRow, ...]
    pending: tuple[ChangeRow, ...]


def pattern_of(series: MeetingSeries) -> rules.Pattern:
    """Return what a series says, as the rules read it."""
    return rules.Pattern(
        rule=series.rule,
        starts_on=series.starts_on,
        at=series.at,
        zone=series.zone,
        minutes=series.duration_minutes,
        until_on=series.until_on,
    )


def words_of(series: MeetingSeries) -> str:
    """Return when a series meets, in words: every Friday, 08.00-09.30 WIT (an en dash)."""
    starts_at, ends_at, _note = rules.on_the_clock(
        series.starts_on, series.at, series.zone, series.duration_minutes
    )
    words = {
        "day": str(WEEKDAYS[rules.weekday_of(series.rule)]),
        "time": span(starts_at, ends_at, series.zone),
    }
    rhythm = rules.rhythm_of(series.rule)
    if rhythm == Rhythm.WEEKLY:
        return _("every %(day)s, %(time)s") % words
    if rhythm == Rhythm.FORTNIGHTLY:
        return _("every second week on %(day)s, %(time)s") % words
    monthly = {
        1: _("every month on the first %(day)s, %(time)s"),
        2: _("every month on the second %(day)s, %(time)s"),
        3: _("every month on the third %(day)s, %(time)s"),
        4: _("every month on the fourth %(day)s, %(time)s"),
        -1: _("every month on the last %(day)s, %(time)s"),
    }
    return monthly[rules.nth_of(series.rule)] % words


def current_series(*, group_id: UUID, now: datetime) -> list[MeetingSeries]:
    """Return the series of a group that still give meetings, soonest first."""
    rows = MeetingSeries.objects.filter(group_id=group_id).order_by("starts_on", "at", "id")
    return [
        row
        for row in rows
        if row.until_on is None or row.until_on >= max(local_day(now, row.zone), row.starts_on)
    ]


def list_series(*, group_id: UUID, now: datetime) -> tuple[SeriesRow, ...]:
    """Return the series of a group that still give meetings, soonest first, in words."""
    return tuple(
        SeriesRow(
            id=row.pk,
            words=words_of(row),
            version=row.version,
            until_on=row.until_on,
            holiday_policy=row.holiday_policy,
            holiday_policy_label=str(HolidayPolicy(row.holiday_policy).label),
        )
        for row in current_series(group_id=group_id, now=now)
    )


def planned_meetings(group: SupportGroup, *, now: datetime) -> list[Meeting]:
    """
    Return the meetings of a group since four weeks, soonest first, cancelled ones included.

    With their series, and whether somebody wrote a note as ``has_note``; one query.
    """
    noted = MeetingNote.objects.filter(meeting=OuterRef("pk"))
    since = group.meetings.filter(period__endswith__gt=now - _LOOK_BACK)
    rows = since.select_related("group", "series").annotate(has_note=Exists(noted))
    return list(rows.order_by("period", "id"))


def count_asking(meetings: Sequence[Meeting], *, now: datetime) -> int:
    """Return how many of a group's meetings fall on a holiday and wait for an answer."""
    return sum(
        holiday is not None and _asks(row, now=now) for row, holiday in _with_holidays(meetings)
    )


def holidays_between(*, agency_id: UUID, first: date, last: date) -> dict[date, HolidayRow]:
    """Return the holidays of an agency by day; of two on a day the one that is sure."""
    rows = list_holidays_between(first=first, last=last, agency_id=agency_id)
    return {row.day: row for row in sorted(rows, key=lambda row: not row.is_estimated)}


def get_plan(*, actor: Account, group_id: UUID, now: datetime) -> PlanPage:
    """
    Return the plan of a group the actor leads: its meetings since four weeks, soonest first.

    :raises Http404: if she does not lead it.
    """
    group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
    pending = PlanChange.objects.filter(group=group, told=False).select_related("author")
    return PlanPage(
        group_id=group.pk,
        group_name=group.name,
        zone=group.zone,
        series=list_series(group_id=group.pk, now=now),
        meetings=_meeting_rows(planned_meetings(group, now=now), now=now),
        pending=tuple(
            ChangeRow(
                id=row.pk,
                kind=row.kind,
                kind_label=str(ChangeKind(row.kind).label),
                from_on=row.from_on,
                tell_at=row.tell_at,
                can_undo=row.author is not None and row.author.user_id == actor.user_id,
            )
            for row in pending.order_by("tell_at", "id")
        ),
    )


def get_plan_meeting(*, actor: Account, meeting_id: UUID, now: datetime) -> PlanMeetingRow:
    """
    Return one meeting of a group the actor leads, as it is planned.

    :raises Http404: if she does not lead its group.
    """
    meeting = policies.get_plannable_meeting(actor=actor, meeting_id=meeting_id, now=now)
    return _meeting_rows([meeting], now=now)[0]


def _meeting_rows(meetings: Sequence[Meeting], *, now: datetime) -> tuple[PlanMeetingRow, ...]:
    ready = readiness_by_meeting(meetings)
    return tuple(
        _meeting_row(row, holiday, ready[row.pk], now=now)
        for row, holiday in _with_holidays(meetings)
    )


def _with_holidays(
    meetings: Sequence[Meeting],
) -> list[tuple[Meeting, HolidayRow | None]]:
    """Return each of a group's meetings with the holiday its local day is; one query."""
    if not meetings:
        return []
    days = [local_day(row.period.lower, row.zone) for row in meetings]
    holidays = holidays_between(
        agency_id=meetings[0].group.agency_id, first=min(days), last=max(days)
    )
    return [(row, holidays.get(day)) for row, day in zip(meetings, days, strict=True)]


def _meeting_row(
    row: Meeting, holiday: HolidayRow | None, readiness: Readiness, *, now: datetime
) -> PlanMeetingRow:
    is_planned = row.status == MeetingStatus.PLANNED
    return PlanMeetingRow(
        id=row.pk,
        group_id=row.group_id,
        starts_at=row.period.lower,
        ends_at=row.period.upper,
        zone=row.zone,
        status=row.status,
        status_label=str(MeetingStatus(row.status).label),
        cancel_reason_label=_reason_of(row),
        is_moved=rules.TIME in row.overrides,
        asks_about_move=is_planned and rules.ASK in row.overrides,
        clock_note=str(ClockNote(row.clock_note).label),
        holiday_name=holiday.name if holiday else "",
        needs_holiday_answer=holiday is not None and _asks(row, now=now),
        readiness=readiness,
        readiness_label=str(readiness.label),
        ways=tuple(row.ways),
        way_labels=tuple(str(Way(way).label) for way in row.ways),
        room=row.room,
        directions=row.directions,
        rev=row.rev,
        series_id=row.series_id,
        usual=_usual(row.series) if row.series else None,
        version=row.series.version if row.series else 0,
    )


def _reason_of(row: Meeting) -> str:
    return str(CancelReason(row.cancel_reason).label) if row.cancel_reason else ""


def _usual(series: MeetingSeries) -> UsualRow:
    return UsualRow(
        words=words_of(series),
        weekday=rules.weekday_of(series.rule),
        at=series.at,
        duration_minutes=series.duration_minutes,
        ways=tuple(series.ways),
        room=series.room,
        directions=series.directions,
    )


def _asks(row: Meeting, *, now: datetime) -> bool:
    """Say whether a meeting on a holiday waits for an answer; nothing is cancelled without."""
    return (
        row.status == MeetingStatus.PLANNED
        and row.period.lower > now
        and not row.holiday_kept
        and (row.series is None or row.series.holiday_policy != HolidayPolicy.KEEP)
    )
