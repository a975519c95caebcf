"""One change of the plan: what it does to the rows, written down with the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from psycopg.types.range import Range, TimestamptzRange

from groups import policies
from groups.choices import (
    ChangeKind,
    MeetingStatus,
    PlaceState,
    Refusal,
)
from groups.models import Facilitator, Meeting, MeetingSeries, Place, PlanChange
from groups.rules import series as rules
from groups.services.desk import GroupRefused, group_locked
from groups.services.duties import propose_duties
from groups.services.offers import fill_group
from groups.services.pools import ensure_pools
from groups.services.seats import set_aside
from groups.services.series import plannable_group
from portal.calendars.rules import local_day
from portal.notifications import services as notifications
from portal.people.actors import Account

Picture = dict[str, Any]
_ROW: Final = (
    "series_id", "period", "zone", "ways", "status", "cancel_reason", "overrides",
    "clock_note", "holiday_kept", "room", "directions",
)  # fmt: skip
_SERIES: Final = (
    "rule", "starts_on", "at", "duration_minutes", "until_on", "ways", "room", "directions",
)  # fmt: skip
COUNTED: Final = frozenset({"period", "ways", "status"})
"""A change of one of these makes every notice about the meeting stale: ``rev`` goes up."""
_TOLD: Final = COUNTED | {"room", "directions"}
"""A change of one of these concerns whoever comes."""


@dataclass(slots=True)
class Edit:
    """What one change does to the rows, each with its picture before and after."""

    now: datetime
    rows: dict[str, dict[str, Picture]] = field(default_factory=dict)
    series: dict[str, dict[str, Picture]] = field(default_factory=dict)
    target: MeetingSeries | None = None
    """The series that gives the meetings from now on, where that is another or has changed."""
    affected: list[Meeting] = field(default_factory=list)
    moved: list[Meeting] = field(default_factory=list)
    rewayed: list[Meeting] = field(default_factory=list)
    """Meetings that are held in other ways than before."""
    stale: list[UUID] = field(default_factory=list)
    """Meetings about which what waits to be said is true no longer."""

    def change(self, row: Meeting, **values: object) -> None:
        """Give a meeting other values; `write_change` takes back what waits to be said."""
        was = picture(row)
        changed = write_meeting(row, values)
        self.rows[str(row.pk)] = {"was": was, "is": picture(row)}
        if changed & COUNTED:
            self.stale.append(row.pk)
        if changed & {"period"}:
            self.moved.append(row)
        if changed & {"ways"}:
            self.rewayed.append(row)
        planned = MeetingStatus.PLANNED.value
        if changed & _TOLD and planned in (was["status"], row.status):
            self.affected.append(row)

    def change_series(self, row: MeetingSeries, **values: object) -> None:
        """Give a series other values and count the change."""
        was = series_picture(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.save()
        self.series[str(row.pk)] = {"was": was, "is": series_picture(row)}

    def branch_off(self, row: MeetingSeries) -> None:
        """Add the series that takes over from another."""
        row.save(force_insert=True)
        self.target = row
        self.series[str(row.pk)] = {"was": {}, "is": series_picture(row)}


def picture(row: Meeting) -> Picture:
    """Return a meeting as it is planned, in what JSON knows; it names nobody."""
    return {name: _plain(getattr(row, name)) for name in _ROW}


def series_picture(row: MeetingSeries) -> Picture:
    """Return a series in what JSON knows."""
    return {name: _plain(getattr(row, name)) for name in _SERIES}


@contextmanager
def meeting_locked(
    *, actor: Account, meeting_id: UUID, now: datetime
) -> Iterator[tuple[Meeting, Facilitator]]:
    """
    Open the transaction of a change: the meeting as it is under the group's lock, and who acts.

    :raises Http404: if the actor does not lead its group, or that has ended.
    :raises GroupRefused: if the group stays locked.
    """
    found = policies.get_plannable_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with group_locked(group_id=found.group_id):
        plannable_group(actor=actor, group_id=found.group_id, now=now)
        row = policies.get_plannable_meeting(actor=actor, meeting_id=meeting_id, now=now)
        yield row, policies.facilitator_of(actor)


def refuse_begun(row: Meeting, *, now: datetime) -> None:
    """
    Let nothing change about a meeting that has begun.

    :raises GroupRefused: if it has.
    """
    if row.period.upper <= now:
        raise GroupRefused(Refusal.OVER)
    if row.period.lower <= now:
        raise GroupRefused(Refusal.STARTED)


def write_change(
    edit: Edit,
    *,
    kind: ChangeKind,
    group_id: UUID,
    series: MeetingSeries | None,
    from_on: date,
    author: Facilitator | None,
) -> UUID:
    """
    Write a change down with its way back; whom it concerns is told in three minutes.

    ``from_on`` is the day in hand; where one of the meetings lay or lies on an earlier day,
    that counts. What concerns nobody counts as told. Who has a place in a meeting that moved,
    or in a way it is no longer held in, is asked again. Places that are free now find somebody.
    """
    aside = set_aside(edit.rewayed)
    notifications.withdraw_all(subject_ids=[*edit.stale, *aside.offered], now=edit.now)
    asked = [*_ask_again(edit), *map(str, aside.asked)]
    live = [row for row in edit.affected if row.status == MeetingStatus.PLANNED]
    ensure_pools(meetings=live)
    propose_duties(meetings=live)
    change = PlanChange.objects.create(
        group_id=group_id,
        series=series,
        author=author,
        kind=kind,
        before={
            "rows": edit.rows,
            "series": edit.series,
            "target": str(edit.target.pk) if edit.target else None,
            "asked": asked,
        },
        affected=[row.pk for row in edit.affected],
        from_on=min([from_on, *_days(edit)]),
        tell_at=edit.now + rules.UNDO,
        told=not edit.affected,
    )
    fill_group(group_id=group_id, now=edit.now)
    return change.pk


def write_meeting(row: Meeting, values: dict[str, Any]) -> set[str]:
    """
    Write other values into a meeting; return the names of those that differ.

    Another time, way or status (`COUNTED`) raises ``rev``; what waits to be said about the
    meeting is the caller's to take back.
    """
    was = picture(row)
    for name, value in values.items():
        setattr(row, name, value)
    changed = {name for name, value in picture(row).items() if value != was[name]}
    if changed & COUNTED:
        row.rev += 1
    if changed:
        row.save(update_fields=[*changed, "rev"])
    return changed


def values_of(was: Picture) -> dict[str, Any]:
    """Return what a picture of a meeting shows, as values of its columns."""
    starts_at, ends_at = (datetime.fromisoformat(end) for end in was["period"])
    series_id = was["series_id"]
    return {
        **was,
        "series_id": UUID(series_id) if series_id else None,
        "period": TimestamptzRange(starts_at, ends_at),
    }


def series_values_of(was: Picture) -> dict[str, Any]:
    """Return what a picture of a series shows, as values of its columns."""
    until_on = was["until_on"]
    return {
        **was,
        "starts_on": date.fromisoformat(was["starts_on"]),
        "at": time.fromisoformat(was["at"]),
        "until_on": date.fromisoformat(until_on) if until_on else None,
    }


def _plain(value: object) -> object:
    if isinstance(value, Range):
        return [end.astimezone(UTC).isoformat() for end in (value.lower, value.upper) if end]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _days(edit: Edit) -> list[date]:
    """Return the local days on which the meetings a change concerns lay, and lie now."""
    pictures = [shown for row in edit.affected for shown in edit.rows[str(row.pk)].values()]
    return [local_day(values_of(shown)["period"].lower, shown["zone"]) for shown in pictures]


def _ask_again(edit: Edit) -> list[str]:
    """Ask whoever has a place in a meeting that moved whether it still suits; return which."""
    places = Place.objects.filter(
        pool__meeting__in=edit.moved, state=PlaceState.TAKEN, asks_again=False
    )
    asked = sorted(places.values_list("pk", flat=True))
    Place.objects.filter(pk__in=asked).update(asks_again=True)
    return [str(place_id) for place_id in asked]
