"""
Counting a quarter, once: the table that is frozen is the only one there ever is.

Two versions of one table could be subtracted to find somebody, so a quarter is counted when
nothing much changes in it any more, and later changes change nothing.
"""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Min, QuerySet

from portal.calendars.rules import local_day
from portal.common.db import lock
from portal.leave.choices import KEPT
from portal.leave.models import LeaveDay, QuarterTable
from portal.leave.rules.quarters import UnitCount, after, column_of, hide, quarter_of
from portal.leave.selectors.desks import open_agencies
from portal.people.models import Agency, Employee
from portal.people.selectors import list_units, top_unit_of

SETTLED_AFTER: Final = timedelta(days=30)
"""Certificates and decisions of the last days come in; a quarter is counted then."""
_LOCK: Final = "leave.quarter"


def freeze(*, now: datetime) -> int:
    """
    Count every quarter that has settled and has no table yet; return how many were made.

    It catches up after a rest and makes none twice. Of two at once one waits for the other and
    finds nothing to do. Each in a transaction of its own.
    """
    made = 0
    for agency in Agency.objects.filter(pk__in=open_agencies()).order_by("id"):
        for quarter in _settled(agency, now=now):
            made += _freeze_one(agency, quarter, now=now)
    return made


def _settled(agency: Agency, *, now: datetime) -> list[date]:
    """Return the quarters since the first leave that have settled and are not frozen."""
    first = _days_of(agency).aggregate(first=Min("day"))["first"]
    if first is None:
        return []
    frozen = set(QuarterTable.objects.filter(agency=agency).values_list("quarter", flat=True))
    today = local_day(now, agency.zone)
    found, quarter = [], quarter_of(first)
    while after(quarter) + SETTLED_AFTER <= today:
        if quarter not in frozen:
            found.append(quarter)
        quarter = after(quarter)
    return found


def _freeze_one(agency: Agency, quarter: date, *, now: datetime) -> int:
    with transaction.atomic():
        lock(_LOCK, agency.pk)
        if QuarterTable.objects.filter(agency=agency, quarter=quarter).exists():
            return 0
        QuarterTable.objects.create(
            agency=agency,
            quarter=quarter,
            rows=hide(_count(agency, quarter)),
            frozen_on=local_day(now, agency.zone),
        )
    return 1


def _count(agency: Agency, quarter: date) -> list[UnitCount]:
    """
    Return a line for every unit at the top; people are told apart, not requests.

    Whoever had leave of two columns counts in both. People stand where they work on the day of
    counting, the departed included; the headcount is of those who are here.
    """
    units = list_units(agency_id=agency.pk)
    top = top_unit_of([unit.id for unit in units])
    here = Employee.objects.filter(agency=agency, user__is_active=True)
    headcount = Counter(top[unit_id] for unit_id in here.values_list("unit_id", flat=True))
    had_leave = (
        _days_of(agency)
        .filter(day__gte=quarter, day__lt=after(quarter))
        .values_list("employee_id", "employee__unit_id", "request__leave_type__family")
        .distinct()
    )
    people: dict[UUID, dict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for employee_id, unit_id, family in had_leave:
        people[top[unit_id]][column_of(family)].add(employee_id)
    names = {unit.id: unit.name for unit in units}
    return [
        UnitCount(
            name=names[unit_id],
            headcount=headcount[unit_id],
            people={column: len(who) for column, who in people[unit_id].items()},
        )
        for unit_id in sorted(set(top.values()), key=str)
    ]


def _days_of(agency: Agency) -> QuerySet[LeaveDay]:
    """Return the days that were or will be leave by a decision of this agency."""
    return LeaveDay.objects.filter(
        active=True,
        request__agency=agency,
        request__state__in=KEPT,
        request__desk_only=False,
        employee__agency=agency,
    )
