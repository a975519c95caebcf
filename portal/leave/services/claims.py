"""The days a request claims, taken and given back day by day."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from psycopg.types.range import Int4Range

from portal.leave.choices import Part, Unit
from portal.leave.models import LeaveDay, LeaveRequest
from portal.leave.rules.counting import CountedDay, count_days
from portal.leave.selectors.calendars import work_calendar


def claimed_days(row: LeaveRequest) -> list[CountedDay]:
    """Return the days a request claims now, soonest first."""
    return [_counted(one) for one in _active(row)]


def claims_of(request_ids: Collection[UUID]) -> dict[UUID, list[CountedDay]]:
    """Return the days these requests claim now, soonest first; one query."""
    found: dict[UUID, list[CountedDay]] = {key: [] for key in request_ids}
    rows = LeaveDay.objects.filter(request__in=found, active=True).order_by("day", "id")
    for one in rows:
        found[one.request_id].append(_counted(one))
    return found


def days_for(row: LeaveRequest, *, first: date, last: date) -> list[CountedDay]:
    """
    Return the days that some dates of a request use up.

    Within the dates it claims, those claimed; other dates are counted by the calendar of now,
    and so are those of a change, whose days belong to the leave it replaces until it is signed.
    """
    is_own = row.supersedes_id is None
    if is_own and row.first_day <= first and last <= row.last_day:
        return [one for one in claimed_days(row) if first <= one.day <= last]
    return count_days(
        unit=Unit(row.leave_type.unit),
        first=first,
        last=last,
        part=Part(row.part),
        calendar=work_calendar(employee_id=row.employee_id, first=first, last=last),
    )


def overlaps(row: LeaveRequest, days: Collection[CountedDay]) -> bool:
    """Say whether other leave of the employee claims one of these days already."""
    others = LeaveDay.objects.filter(
        employee_id=row.employee_id, active=True, day__in=[one.day for one in days]
    ).exclude(request=row)
    if row.supersedes_id:
        others = others.exclude(request=row.supersedes_id)
    halves = {(one.day, half) for one in days for half in range(one.lower, one.upper)}
    return any(
        (day, half) in halves
        for day, slots in others.values_list("day", "slots")
        for half in range(slots.lower, slots.upper)
    )


def claim(row: LeaveRequest, days: Sequence[CountedDay]) -> None:
    """
    Let a request claim exactly these days; what it no longer claims stays as a dead row.

    Needs the employee's lock. A day somebody else holds is refused by the database
    (`DAY_ONCE`).
    """
    wanted = {(one.day, one.lower, one.upper): one for one in days}
    kept = {_place(one): one.pk for one in _active(row)}
    stale = [pk for place, pk in kept.items() if place not in wanted]
    LeaveDay.objects.filter(pk__in=stale).update(active=False)
    LeaveDay.objects.bulk_create(
        LeaveDay(
            request=row,
            employee_id=row.employee_id,
            day=one.day,
            slots=Int4Range(one.lower, one.upper),
            quantity=one.quantity,
        )
        for place, one in wanted.items()
        if place not in kept
    )


def let_go(row: LeaveRequest, *, since: date | None = None) -> list[date]:
    """Let a request claim nothing any more, from a day on if one is given; return the days."""
    rows = [one for one in _active(row) if since is None or one.day >= since]
    LeaveDay.objects.filter(pk__in=[one.pk for one in rows]).update(active=False)
    return [one.day for one in rows]


def total(days: Collection[CountedDay]) -> Decimal:
    """Return how much some days come to."""
    return sum((one.quantity for one in days), Decimal(0))


def _active(row: LeaveRequest) -> list[LeaveDay]:
    return list(LeaveDay.objects.filter(request=row, active=True).order_by("day", "id"))


def _counted(row: LeaveDay) -> CountedDay:
    return CountedDay(
        day=row.day,
        lower=row.slots.lower,
        upper=row.slots.upper,
        quantity=row.quantity,
        year=row.day.year,
    )


def _place(row: LeaveDay) -> tuple[date, int, int]:
    return row.day, row.slots.lower, row.slots.upper
