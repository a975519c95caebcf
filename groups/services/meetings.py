"""One meeting: added, moved, held elsewhere, cancelled, reinstated."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from psycopg.types.range import TimestamptzRange

from groups import policies
from groups.choices import CancelReason, ChangeKind, MeetingStatus, Refusal, Way
from groups.models import Facilitator, Meeting
from groups.rules import series as rules
from groups.selectors.planning import pattern_of
from groups.services.desk import GroupRefused, group_locked
from groups.services.edits import Edit, meeting_locked, refuse_begun, write_change
from groups.services.series import (
    is_holiday,
    make_rows,
    offered_ways,
    plannable_group,
    record,
)
from portal.audit.services import record_staff
from portal.calendars.rules import local_day
from portal.people.actors import Account


def add_meeting(
    *,
    actor: Account,
    group_id: UUID,
    day: date,
    at: time,
    duration_minutes: int,
    ways: Sequence[Way],
    now: datetime,
) -> UUID:
    """
    Add one meeting beside every series, on the clock of the group; return its id.

    Locks the group. Who chooses a holiday means it.

    :raises Http404: if the actor does not lead the group, or it has ended.
    :raises GroupRefused: if it lies in the past or asks for a way the group does not meet in.
    """
    policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
    with group_locked(group_id=group_id):
        group = plannable_group(actor=actor, group_id=group_id, now=now)
        starts_at, ends_at, note = rules.on_the_clock(day, at, group.zone, duration_minutes)
        if starts_at <= now:
            raise GroupRefused(Refusal.PLAN_PAST)
        row = Meeting(
            group=group,
            period=TimestamptzRange(starts_at, ends_at),
            zone=group.zone,
            ways=offered_ways(group, ways),
            clock_note=note,
            holiday_kept=is_holiday(group, day),
        )
        make_rows([row])
        record(policies.facilitator_of(actor), "meeting_added", row.pk, now=now)
    return row.pk


def move_meeting(
    *,
    actor: Account,
    meeting_id: UUID,
    day: date,
    at: time,
    duration_minutes: int,
    rev: int,
    now: datetime,
) -> UUID:
    """
    Give one meeting another time, on its own clock; return the id of the change.

    Locks the group. It stays apart from its series until it is moved back to the series' time.
    To "move" it to where it stands answers whether it may stay there, and nobody is told.

    :raises Http404: if the actor does not lead its group.
    :raises GroupRefused: if it has begun, is cancelled, was changed meanwhile (``rev``), or
        would lie in the past.
    """
    with meeting_locked(actor=actor, meeting_id=meeting_id, now=now) as (row, facilitator):
        _refuse_change(row, rev=rev, now=now)
        starts_at, ends_at, note = rules.on_the_clock(
            day, at.replace(second=0, microsecond=0), row.zone, duration_minutes
        )
        if starts_at <= now:
            raise GroupRefused(Refusal.PLAN_PAST)
        period = TimestamptzRange(starts_at, ends_at)
        edit, from_on = Edit(now), _day(row)
        edit.change(
            row,
            period=period,
            clock_note=note.value,
            overrides=_overrides(row, {rules.TIME: not _is_usual_time(row, period)}),
            holiday_kept=is_holiday(row.group, day),
        )
        record(facilitator, "meeting_moved", row.pk, now=now)
        return _write(edit, row, ChangeKind.MOVED, from_on, facilitator)


def change_meeting_place(
    *,
    actor: Account,
    meeting_id: UUID,
    room: str,
    directions: str,
    ways: Sequence[Way],
    rev: int,
    now: datetime,
) -> UUID:
    """
    Hold one meeting in another room or way; return the id of the change.

    Locks the group. Empty words mean: where the group usually meets.

    :raises Http404: if the actor does not lead its group.
    :raises GroupRefused: if it has begun, is cancelled, was changed meanwhile (``rev``), or
        asks for a way the group does not meet in.
    """
    with meeting_locked(actor=actor, meeting_id=meeting_id, now=now) as (row, facilitator):
        _refuse_change(row, rev=rev, now=now)
        wanted = offered_ways(row.group, ways)
        usual = row.series
        own = {
            rules.WAYS: usual is not None and wanted != usual.ways,
            rules.PLACE: usual is not None
            and (room, directions) != (usual.room, usual.directions),
        }
        edit, from_on = Edit(now), _day(row)
        edit.change(
            row,
            room=room,
            directions=directions,
            ways=wanted,
            overrides=_overrides(row, own),
        )
        record(facilitator, "meeting_place", row.pk, now=now)
        return _write(edit, row, ChangeKind.PLACE, from_on, facilitator)


def cancel_meeting(*, actor: Account, meeting_id: UUID, now: datetime) -> UUID:
    """
    Cancel one meeting; places, duties and attendance stay. Return the id of the change.

    Locks the group. The row stays for good: nothing plans this meeting again by itself.

    :raises Http404: if the actor does not lead its group.
    :raises GroupRefused: if it has begun or is cancelled already.
    """
    with meeting_locked(actor=actor, meeting_id=meeting_id, now=now) as (row, facilitator):
        record(facilitator, "meeting_cancelled", row.pk, now=now)
        return _cancel(row, CancelReason.FACILITATOR, facilitator, now=now)


def reinstate_meeting(*, actor: Account, meeting_id: UUID, now: datetime) -> UUID:
    """
    Let a cancelled meeting take place after all; return the id of the change.

    Locks the group. On a holiday this is the answer that it takes place.

    :raises Http404: if the actor does not lead its group.
    :raises GroupRefused: if it is not cancelled or its time has come.
    """
    with meeting_locked(actor=actor, meeting_id=meeting_id, now=now) as (row, facilitator):
        if row.status != MeetingStatus.CANCELLED:
            raise GroupRefused(Refusal.NOT_CANCELLED)
        refuse_begun(row, now=now)
        edit = Edit(now)
        edit.change(
            row,
            status=MeetingStatus.PLANNED.value,
            cancel_reason="",
            holiday_kept=is_holiday(row.group, _day(row)),
        )
        record(facilitator, "meeting_reinstated", row.pk, now=now)
        return _write(edit, row, ChangeKind.REINSTATED, _day(row), facilitator)


def cancel_by_head(*, actor: Account, meeting_id: UUID, now: datetime) -> UUID:
    """
    Cancel a meeting that lacks facilitators; return the id of the change.

    Locks the group. The facilitators are told like the members and can let it take place again.

    :raises Http404: if the actor does not head the service of its agency.
    :raises GroupRefused: if it has begun or is cancelled already.
    """
    found = policies.get_headed_meeting(actor=actor, meeting_id=meeting_id)
    with group_locked(group_id=found.group_id):
        row = policies.get_headed_meeting(actor=actor, meeting_id=meeting_id)
        record_staff(
            role="HEAD",
            handle=str(actor.user_id),
            action="circle.meeting_cancelled",
            subject=str(row.pk),
            now=now,
        )
        return _cancel(row, CancelReason.GATE, None, now=now)


def answer_holiday(
    *, actor: Account, meeting_id: UUID, keep: bool, now: datetime
) -> UUID | None:
    """
    Say whether a meeting takes place although its day is a holiday.

    Locks the group. Returns the id of the change that cancels it, or None: that it takes place
    is what everybody knows already.

    :raises Http404: if the actor does not lead its group.
    :raises GroupRefused: if it has begun or is cancelled already.
    """
    with meeting_locked(actor=actor, meeting_id=meeting_id, now=now) as (row, facilitator):
        record(facilitator, "holiday_answered", row.pk, now=now)
        if not keep:
            return _cancel(row, CancelReason.HOLIDAY, facilitator, now=now)
        _refuse_change(row, rev=row.rev, now=now)
        row.holiday_kept = True
        row.save(update_fields=["holiday_kept"])
        return None


def _refuse_change(row: Meeting, *, rev: int, now: datetime) -> None:
    if row.rev != rev:
        raise GroupRefused(Refusal.CHANGED)
    refuse_begun(row, now=now)
    if row.status != MeetingStatus.PLANNED:
        raise GroupRefused(Refusal.NOT_PLANNED)


def _cancel(
    row: Meeting, reason: CancelReason, author: Facilitator | None, *, now: datetime
) -> UUID:
    _refuse_change(row, rev=row.rev, now=now)
    edit = Edit(now)
    edit.change(row, status=MeetingStatus.CANCELLED.value, cancel_reason=reason.value)
    return _write(edit, row, ChangeKind.CANCELLED, _day(row), author)


def _write(
    edit: Edit, row: Meeting, kind: ChangeKind, from_on: date, author: Facilitator | None
) -> UUID:
    return write_change(
        edit,
        kind=kind,
        group_id=row.group_id,
        series=row.series,
        from_on=from_on,
        author=author,
    )


def _day(row: Meeting) -> date:
    return local_day(row.period.lower, row.zone)


def _is_usual_time(row: Meeting, period: TimestamptzRange) -> bool:
    """Say whether a meeting is where its series has it; beside a series every time is usual."""
    if row.series is None:
        return True
    slot = rules.slot_of(pattern_of(row.series), row.period_key)
    return slot is not None and (slot.starts_at, slot.ends_at) == (period.lower, period.upper)


def _overrides(row: Meeting, own: dict[str, bool]) -> list[str]:
    """Return what is this meeting's own, with these fields decided anew."""
    decided = set(own) | ({rules.ASK} if rules.TIME in own else set())
    apart = {name for name, is_own in own.items() if is_own}
    return sorted((set(row.overrides) - decided) | apart)
