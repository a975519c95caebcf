"""This meeting and all that follow in its series: another time or place, or the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404
from psycopg.types.range import TimestamptzRange

from groups.choices import (
    CancelReason,
    ChangeKind,
    ClockNote,
    MeetingStatus,
    Refusal,
    Rhythm,
    Way,
)
from groups.models import Facilitator, Meeting, MeetingSeries
from groups.rules import series as rules
from groups.selectors.planning import pattern_of
from groups.services.desk import GroupRefused
from groups.services.edits import Edit, meeting_locked, refuse_begun, write_change
from groups.services.series import fill_series, offered_ways, record
from portal.calendars.rules import local_day
from portal.people.actors import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowingPlan:
    """
    How a series goes on. ``weekday`` counts from 0, Monday; None leaves it as it is.

    So does an absent ``rhythm``. Empty words about the place mean: as the group.
    """

    weekday: int | None
    at: time
    duration_minutes: int
    ways: Sequence[Way]
    room: str = ""
    directions: str = ""
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True)
class _Turn:
    """Where a series turns: its first row and slot from then on, and what becomes different."""

    pivot: Meeting
    since: rules.Slot
    target: MeetingSeries
    changes: frozenset[str]


def change_following(
    *, actor: Account, meeting_id: UUID, plan: FollowingPlan, version: int, now: datetime
) -> UUID:
    """
    Give a meeting and all later ones of its series another plan; return the id of the change.

    Locks the group. The old series ends the day before; a new one of the same root goes on, or,
    where the meeting is the first, the series itself changes. Rows keep their ids and are given
    the slot of their own week or month; what was changed for one meeting alone stays, and where
    both its time and the series' differ now, somebody is asked. Cancelled ones stay cancelled;
    a meeting the new rhythm leaves out is cancelled; past and running ones are not touched.

    :raises Http404: if the actor does not lead the group, or the meeting has no series.
    :raises GroupRefused: if the series was changed meanwhile (``version``), the meeting has
        begun or is cancelled, a meeting would lie in the past, or none would come of it.
    """
    with meeting_locked(actor=actor, meeting_id=meeting_id, now=now) as (pivot, facilitator):
        series = _series_at(pivot, version=version, now=now)
        edit, old = Edit(now), pattern_of(series)
        since = _slot_at(pivot, old)
        turn = _turn(edit, pivot, series, since, plan)
        _retime(edit, turn, _rows_from(pivot, series, now=now))
        fill_series(series=[turn.target], now=now)
        record(facilitator, "plan_following", turn.target.pk, now=now)
        return _write(edit, pivot, series, since, facilitator)


def end_following(*, actor: Account, meeting_id: UUID, version: int, now: datetime) -> UUID:
    """
    Cancel a meeting and all later ones of its series, and end it; return the id of the change.

    Locks the group.

    :raises Http404: if the actor does not lead the group, or the meeting has no series.
    :raises GroupRefused: if the series was changed meanwhile (``version``), or the meeting has
        begun or is cancelled.
    """
    with meeting_locked(actor=actor, meeting_id=meeting_id, now=now) as (pivot, facilitator):
        series = _series_at(pivot, version=version, now=now)
        edit, since = Edit(now), _slot_at(pivot, pattern_of(series))
        edit.change_series(series, until_on=since.day - timedelta(days=1))
        for row in _rows_from(pivot, series, now=now):
            _cancel(edit, row)
        record(facilitator, "plan_ended", series.pk, now=now)
        return _write(edit, pivot, series, since, facilitator)


def _series_at(pivot: Meeting, *, version: int, now: datetime) -> MeetingSeries:
    series = pivot.series
    if series is None:
        raise Http404
    if series.version != version:
        raise GroupRefused(Refusal.CHANGED)
    refuse_begun(pivot, now=now)
    if pivot.status != MeetingStatus.PLANNED:
        raise GroupRefused(Refusal.NOT_PLANNED)
    return series


def _slot_at(pivot: Meeting, old: rules.Pattern) -> rules.Slot:
    """Return the slot a meeting has in its series, wherever it was moved since."""
    slot = rules.slot_of(old, pivot.period_key)
    if slot is not None:
        return slot
    return rules.Slot(
        slot_key=pivot.slot_key,
        period_key=pivot.period_key,
        day=local_day(pivot.period.lower, pivot.zone),
        starts_at=pivot.period.lower,
        ends_at=pivot.period.upper,
        clock_note=ClockNote(pivot.clock_note),
    )


def _rows_from(pivot: Meeting, series: MeetingSeries, *, now: datetime) -> list[Meeting]:
    return list(
        Meeting.objects.filter(series=series, slot_key__gte=pivot.slot_key)
        .ahead(now=now)
        .select_related("group")
        .order_by("slot_key")
    )


def _turn(
    edit: Edit, pivot: Meeting, series: MeetingSeries, since: rules.Slot, plan: FollowingPlan
) -> _Turn:
    """Let the series go on as planned: in a branch, or in itself when nothing went before."""
    old = pattern_of(series)
    new = rules.replacing(old, _pattern(plan, series, since), since=since)
    if next(rules.slots(new, last=date.max), None) is None:
        raise GroupRefused(Refusal.PLAN_EMPTY)
    values = {
        "rule": new.rule,
        "starts_on": new.starts_on,
        "at": new.at,
        "duration_minutes": new.minutes,
        "until_on": new.until_on,
        "ways": offered_ways(pivot.group, plan.ways),
        "room": plan.room,
        "directions": plan.directions,
    }
    changes = _differences(series, values)
    went_before = Meeting.objects.filter(series=series, slot_key__lt=pivot.slot_key).exists()
    if not went_before and rules.are_alike(old.rule, new.rule):
        edit.change_series(series, **values)
        edit.target = series
        return _Turn(pivot, since, series, changes)
    edit.change_series(series, until_on=since.day - timedelta(days=1))
    branch_id = uuid4()
    branch = MeetingSeries(
        id=branch_id,
        group_id=series.group_id,
        root_id=series.root_id if rules.are_alike(old.rule, new.rule) else branch_id,
        zone=series.zone,
        holiday_policy=series.holiday_policy,
        # Above the old one: who still has the old plan open is told that it changed.
        version=series.version,
        **values,
    )
    edit.branch_off(branch)
    return _Turn(pivot, since, branch, changes)


def _pattern(plan: FollowingPlan, series: MeetingSeries, since: rules.Slot) -> rules.Pattern:
    rule = series.rule
    if plan.rhythm is not None and plan.rhythm != rules.rhythm_of(rule):
        rule = rules.make_rule(plan.rhythm, since.day)
    return rules.Pattern(
        rule=rules.on_weekday(rule, plan.weekday),
        starts_on=since.day,
        at=plan.at.replace(second=0, microsecond=0),
        zone=series.zone,
        minutes=plan.duration_minutes,
    )


def _differences(series: MeetingSeries, values: dict[str, Any]) -> frozenset[str]:
    fields = {
        rules.TIME: ("rule", "at", "duration_minutes"),
        rules.WAYS: ("ways",),
        rules.PLACE: ("room", "directions"),
    }
    return frozenset(
        name
        for name, columns in fields.items()
        if any(getattr(series, column) != values[column] for column in columns)
    )


def _retime(edit: Edit, turn: _Turn, rows: Sequence[Meeting]) -> None:
    """Give each row the slot of its own stretch, in place."""
    slots = rules.pair([row.period_key for row in rows], pattern_of(turn.target))
    for row in rows:
        slot = slots.get(row.period_key)
        if slot is None:
            _cancel(edit, row)
            continue
        edit.change(row, **_merged(row, slot, turn))
        if row.period.lower <= edit.now:
            raise GroupRefused(Refusal.PLAN_PAST)


def _merged(row: Meeting, slot: rules.Slot, turn: _Turn) -> dict[str, Any]:
    """Return what a row becomes: field by field its own, or else the series'."""
    own = _own(row, slot, turn)
    series = turn.target
    values: dict[str, Any] = {"series_id": series.pk, "overrides": sorted(own)}
    if rules.TIME not in own:
        values["period"] = TimestamptzRange(slot.starts_at, slot.ends_at)
        values["clock_note"] = slot.clock_note.value
        if slot.day != local_day(row.period.lower, row.zone):
            values["holiday_kept"] = False
    if rules.WAYS not in own:
        values["ways"] = series.ways
    if rules.PLACE not in own:
        values |= {"room": series.room, "directions": series.directions}
    return values


def _own(row: Meeting, slot: rules.Slot, turn: _Turn) -> set[str]:
    """Return what stays this meeting's own; the meeting in hand takes what was said of it."""
    own = set(row.overrides)
    is_there = row.period == TimestamptzRange(slot.starts_at, slot.ends_at)
    if is_there:
        own -= {rules.TIME, rules.ASK}
    if row.pk == turn.pivot.pk:
        return own - turn.changes - ({rules.ASK} if rules.TIME in turn.changes else set())
    if rules.TIME in own & turn.changes:
        own.add(rules.ASK)
    return own


def _cancel(edit: Edit, row: Meeting) -> None:
    if row.status == MeetingStatus.PLANNED:
        edit.change(
            row, status=MeetingStatus.CANCELLED.value, cancel_reason=CancelReason.PLAN.value
        )


def _write(
    edit: Edit,
    pivot: Meeting,
    series: MeetingSeries,
    since: rules.Slot,
    facilitator: Facilitator,
) -> UUID:
    return write_change(
        edit,
        kind=ChangeKind.FOLLOWING,
        group_id=pivot.group_id,
        series=series,
        from_on=since.day,
        author=facilitator,
    )
