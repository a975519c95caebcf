"""The calendars people work by, put together from weeks, holidays and joint leave."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q

from portal.calendars.choices import HolidayKind
from portal.calendars.selectors import list_holidays_between
from portal.leave.choices import PatternKind
from portal.leave.models import JointLeaveDuty, WorkPattern
from portal.leave.rules.weeks import Pattern, WorkCalendar, spans_between
from portal.people.selectors import EmployeeCard, employees_by_id, unit_lines

_FURTHEST: Final = 1000
"""The rank of an agency's week; no line of units is as long."""
_LAST_WORD: Final = (HolidayKind.JOINT_LEAVE, HolidayKind.LOCAL, HolidayKind.PUBLIC)
"""Of a day with several kinds the last one of these counts: a free day is nobody's leave."""


def work_calendar(*, employee_id: UUID, first: date, last: date) -> WorkCalendar:
    """
    Return the calendar somebody works by from one day to another, both included.

    It knows nothing outside these days: questions about them raise `NoCalendar`. Whoever looks
    for working days ahead, or for days between two times, reads a few weeks more.

    :raises LookupError: if there is no such employee.
    """
    return work_calendars(employee_ids=[employee_id], first=first, last=last)[employee_id]


def work_calendars(
    *, employee_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, WorkCalendar]:
    """
    Return the calendars of these employees from one day to another; see `work_calendar`.

    One query and those of `calendars_for`; none for nobody. An employee who does not exist is
    left out.
    """
    people = employees_by_id(employee_ids=employee_ids).values()
    return calendars_for(people, first=first, last=last)


def calendars_for(
    cards: Iterable[EmployeeCard], *, first: date, last: date
) -> dict[UUID, WorkCalendar]:
    """
    Return the calendars of employees who are read already; see `work_calendar`.

    Their own week counts before that of their unit, the nearest one upwards, and that before
    their agency's. Three queries and one for each agency, however many people; none for nobody.
    """
    people = list(cards)
    if not people:
        return {}
    lines = unit_lines(unit_ids={person.unit_id for person in people})
    weeks = _weeks(people, lines, first, last)
    free = _free_days(people, lines, first, last)
    duties = _duties(people, first, last)
    return {
        person.id: WorkCalendar(
            spans=spans_between(_patterns_of(person, lines, weeks), first=first, last=last),
            holidays=_holidays_of(person, lines, free),
            duty_days=frozenset(duties[person.id]),
        )
        for person in people
    }


_Lines = Mapping[UUID, Sequence[UUID]]
_Weeks = Mapping[UUID, Sequence[WorkPattern]]
"""By what they belong to: an employee, a unit, or an agency."""
_Free = Mapping[UUID, Mapping[date, HolidayKind]]
"""By what they belong to: an agency, or a unit."""


def _weeks(people: Sequence[EmployeeCard], lines: _Lines, first: date, last: date) -> _Weeks:
    of_units = Q(unit__in={unit_id for line in lines.values() for unit_id in line})
    of_people = Q(employee__in=[person.id for person in people])
    of_agencies = Q(
        agency__in={person.agency_id for person in people}, unit=None, employee=None
    )
    rows = WorkPattern.objects.between(first, last).filter(of_units | of_people | of_agencies)
    found: dict[UUID, list[WorkPattern]] = defaultdict(list)
    for row in rows.order_by("valid_from", "id"):
        found[row.employee_id or row.unit_id or row.agency_id].append(row)
    return found


def _patterns_of(person: EmployeeCard, lines: _Lines, weeks: _Weeks) -> list[Pattern]:
    ranked = [(0, person.id), (_FURTHEST, person.agency_id)]
    ranked += list(enumerate(lines.get(person.unit_id, ()), start=1))
    return [_pattern(row, rank) for rank, owner in ranked for row in weeks.get(owner, ())]


def _pattern(row: WorkPattern, rank: int) -> Pattern:
    return Pattern(
        rank=rank,
        is_ramadan=row.kind == PatternKind.RAMADAN,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        days=frozenset(row.days),
        weekly_minutes=row.weekly_minutes,
    )


def _free_days(people: Sequence[EmployeeCard], lines: _Lines, first: date, last: date) -> _Free:
    found: dict[UUID, dict[date, HolidayKind]] = defaultdict(dict)
    units_of: dict[UUID, set[UUID]] = defaultdict(set)
    for person in people:
        units_of[person.agency_id].update(lines.get(person.unit_id, ()))
    for agency_id, unit_ids in units_of.items():
        for row in list_holidays_between(
            first=first, last=last, agency_id=agency_id, unit_ids=unit_ids
        ):
            _close(found[row.unit_id or agency_id], row.day, row.kind)
    return found


def _holidays_of(person: EmployeeCard, lines: _Lines, free: _Free) -> dict[date, HolidayKind]:
    found = dict(free.get(person.agency_id, {}))
    for unit_id in lines.get(person.unit_id, ()):
        for day, kind in free.get(unit_id, {}).items():
            _close(found, day, kind)
    return found


def _close(found: dict[date, HolidayKind], day: date, kind: HolidayKind) -> None:
    if day not in found or _LAST_WORD.index(kind) > _LAST_WORD.index(found[day]):
        found[day] = kind


def _duties(
    people: Sequence[EmployeeCard], first: date, last: date
) -> Mapping[UUID, Sequence[date]]:
    found: dict[UUID, list[date]] = defaultdict(list)
    rows = JointLeaveDuty.objects.filter(
        employee__in=[person.id for person in people], day__range=(first, last)
    )
    for employee_id, day in rows.values_list("employee_id", "day"):
        found[employee_id].append(day)
    return found
