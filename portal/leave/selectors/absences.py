"""Who is away: a name, dates and a phase, the same for every kind of leave."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.calendars.rules import local_day
from portal.leave.choices import KEPT, Part, Phase, State
from portal.leave.models import LeaveDay, LeaveRequest
from portal.people.choices import Zone

NOON: Final = time(12)
"""Where a half day begins or ends."""
_ROW: Final = (
    "employee__user_id", "first_day", "last_day", "part",
    "employee__zone", "employee__unit__zone", "employee__agency__zone",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsencePublic:
    """
    What anybody but the employee, HR and the official ever sees of a leave.

    No kind, no count of days, no state: sick leave and annual leave of equal dates are equal.
    ``kind_name`` is empty unless the rule of the kind shows it to the line manager and the
    reader is one; ``part_label`` is empty for whole days.
    """

    id: UUID
    name: str
    first_day: date
    last_day: date
    part_label: str
    phase: Phase
    phase_label: str
    kind_name: str = ""

    def __repr__(self) -> str:
        return "<absence>"


def absence_of(row: LeaveRequest, *, kind_name: str = "") -> AbsencePublic:
    """Return what others see of a request; needs its employee's account."""
    return AbsencePublic(
        id=row.pk,
        name=row.employee.user.full_name,
        first_day=row.first_day,
        last_day=row.last_day,
        part_label="" if row.part == Part.FULL else str(Part(row.part).label),
        phase=row.phase,
        phase_label=str(row.phase.label),
        kind_name=kind_name,
    )


def taking_place(rows: QuerySet[LeaveRequest]) -> QuerySet[LeaveRequest]:
    """
    Keep granted leave that still takes place: an early return or a recall can take all of it.

    Days that became holidays are no reason to leave one out. Kinds that count working days
    alone would vanish then, and so tell themselves.
    """
    days = LeaveDay.objects.filter(request=OuterRef("pk"), active=True)
    shortened = (State.ENDED_EARLY, State.RECALLED)
    return rows.filter(Exists(days) | ~Q(state__in=shortened), state__in=KEPT)


def away_today(*, user_ids: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """
    Return who of these accounts is on approved leave at an instant, by her own clock.

    From the first to the last day, free days between them included; a half day lasts until
    noon, or from noon on. What nobody has decided yet is not approved. One query, none for
    nobody.
    """
    if not user_ids:
        return frozenset()
    rows = (
        taking_place(LeaveRequest.objects.filter(employee__user_id__in=set(user_ids)))
        .filter(desk_only=False)
        # A day to both sides: it is not the same day everywhere.
        .filter(first_day__lte=now.date() + timedelta(days=1))
        .filter(last_day__gte=now.date() - timedelta(days=1))
        .values_list(*_ROW)
    )
    return frozenset(
        user_id
        for user_id, first, last, part, *zones in rows
        if _is_within(first, last, Part(part), zone=_first_of(zones), now=now)
    )


def _is_within(first: date, last: date, part: Part, *, zone: str, now: datetime) -> bool:
    if not first <= local_day(now, zone) <= last:
        return False
    is_morning = now.astimezone(ZoneInfo(zone)).time() < NOON
    return part == Part.FULL or is_morning == (part == Part.MORNING)


def _first_of(zones: Iterable[str]) -> str:
    return next((zone for zone in zones if zone), Zone.JAKARTA.value)
