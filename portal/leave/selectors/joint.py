"""Joint leave that is taken off the annual leave: which days are due, which have been taken."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef

from portal.leave.choices import EntryKind, Unit
from portal.leave.models import JointLeaveYear, LeaveDay, LeaveRequest, LedgerEntry
from portal.leave.rules.entitlement import JointDay
from portal.leave.rules.weeks import NoCalendar, WorkCalendar
from portal.leave.selectors.calendars import calendars_for
from portal.people.selectors import EmployeeCard

Code = tuple[UUID, str]
"""An employee and the code of a kind."""


def is_deducted(*, agency_id: UUID, year: int) -> bool:
    """Say whether the joint leave of a year is taken off the annual leave in an agency."""
    return year in _deducting([agency_id], [year]).get(agency_id, ())


def joint_days_off(
    cards: Iterable[EmployeeCard],
    *,
    years: Collection[int],
    deducting: Mapping[UUID, Collection[int]] | None = None,
) -> dict[UUID, frozenset[date]]:
    """
    Return the days of joint leave that each employee stays at home at the cost of her own days.

    Those on a weekday of her week, in years in which her agency takes them off, that she did
    not work and that no granted leave of hers counts itself, as sick leave does. ``deducting``
    are the years of each agency that does, where they have been read already. One query at most
    where no agency does that, else a constant number.
    """
    people = list(cards)
    if deducting is None:
        deducting = _deducting({card.agency_id for card in people}, years)
    concerned = {card.id: own for card in people if (own := deducting.get(card.agency_id))}
    if not concerned:
        return {}
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    calendars = calendars_for(
        (card for card in people if card.id in concerned), first=first, last=last
    )
    counted = _counted_by_leave(concerned, first, last)
    return {
        who: _off(calendar, concerned[who]) - counted.get(who, set())
        for who, calendar in calendars.items()
    }


def joint_days_taken(
    *, employee_ids: Collection[UUID], since: int
) -> dict[Code, list[JointDay]]:
    """Return what was taken off for joint leave and stands, by employee and code; one query."""
    given_back = LedgerEntry.objects.filter(reverses=OuterRef("pk"))
    rows = (
        LedgerEntry.objects.filter(
            ~Exists(given_back),
            kind=EntryKind.JOINT_LEAVE,
            account__employee__in=list(employee_ids),
            account__leave_year__gte=since,
        )
        .select_related("account")
        .order_by("on_day", "id")
    )
    found: dict[Code, list[JointDay]] = defaultdict(list)
    for row in rows:
        place = row.account
        found[place.employee_id, place.code].append(
            JointDay(row.pk, place.leave_year, place.source_year, row.on_day, -row.quantity)
        )
    return found


def _deducting(
    agency_ids: Collection[UUID], years: Collection[int]
) -> Mapping[UUID, Collection[int]]:
    found: dict[UUID, set[int]] = defaultdict(set)
    rows = JointLeaveYear.objects.filter(
        agency__in=list(agency_ids), year__in=list(years), deducts=True
    )
    for agency_id, year in rows.values_list("agency_id", "year"):
        found[agency_id].add(year)
    return found


def _counted_by_leave(
    employee_ids: Collection[UUID], first: date, last: date
) -> Mapping[UUID, set[date]]:
    """Return the days on which granted leave counted in calendar days lies, by employee."""
    found: dict[UUID, set[date]] = defaultdict(set)
    rows = LeaveDay.objects.filter(
        active=True,
        employee__in=list(employee_ids),
        day__range=(first, last),
        request__in=LeaveRequest.objects.kept().filter(leave_type__unit=Unit.CALENDAR_DAY),
    )
    for employee_id, day in rows.values_list("employee_id", "day"):
        found[employee_id].add(day)
    return found


def _off(calendar: WorkCalendar, years: Collection[int]) -> frozenset[date]:
    return frozenset(
        day for day in calendar.holidays if day.year in years and _is_off(calendar, day)
    )


def _is_off(calendar: WorkCalendar, day: date) -> bool:
    try:
        return calendar.is_joint_leave(day) and not calendar.is_working(day)
    except NoCalendar:
        return False
