"""What stands on somebody's days already, and what her requests hold."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from portal.leave.choices import IN_FORCE, LIVE, EntryKind, Family
from portal.leave.models import LeaveDay, LeaveRequest, LedgerEntry
from portal.leave.rules.counting import CountedDay


def reserved_by(row: LeaveRequest) -> Mapping[int, Decimal]:
    """Return what a request has reserved and not let go, by leave year."""
    rows = (
        LedgerEntry.objects.filter(request=row, kind__in=(EntryKind.RESERVE, EntryKind.RELEASE))
        .values("account__leave_year")
        .annotate(sum=Sum("quantity"))
    )
    return {found["account__leave_year"]: -found["sum"] for found in rows}


def plans_long_leave(*, employee_id: UUID, years: Collection[int]) -> bool:
    """Say whether somebody asked for or has long leave that begins in one of these years."""
    rows = LeaveRequest.objects.filter(
        employee=employee_id,
        leave_type__family=Family.LONG,
        state__in=LIVE,
        first_day__year__in=set(years),
    )
    return rows.exists()


def is_taken(*, employee_id: UUID, days: Sequence[CountedDay], freed: Collection[UUID]) -> bool:
    """
    Say whether somebody's own leave stands on one of these days or halves.

    ``freed`` are requests whose days do not count. The constraint has the last word.
    """
    if not days:
        return False
    wanted = {day.day: day for day in days}
    taken = (
        LeaveDay.objects.filter(
            employee=employee_id, active=True, day__range=(days[0].day, days[-1].day)
        )
        .exclude(request__in=freed)
        .values_list("day", "slots")
    )
    return any(
        day in wanted and slots.lower < wanted[day].upper and wanted[day].lower < slots.upper
        for day, slots in taken
    )


def halves_held_by(row: LeaveRequest | None) -> Mapping[date, tuple[int, int]]:
    """Return the halves that granted leave holds on its days, while it is in force."""
    if row is None or row.state not in IN_FORCE:
        return {}
    return halves_of(row)


def halves_of(row: LeaveRequest) -> Mapping[date, tuple[int, int]]:
    """Return the halves ``[lower, upper)`` a request claims, by day."""
    rows = LeaveDay.objects.filter(request=row, active=True).values_list("day", "slots")
    found: dict[date, tuple[int, int]] = {}
    for day, slots in rows:
        low, high = found.get(day, (slots.lower, slots.upper))
        found[day] = (min(low, slots.lower), max(high, slots.upper))
    return found
