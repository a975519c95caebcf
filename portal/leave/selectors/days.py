"""Which day it is where somebody works; a leave year, a deadline and a step turn over there."""

from datetime import date, datetime
from uuid import UUID

from portal.calendars.rules import local_day
from portal.leave.models import LeaveRequest
from portal.people.selectors import employees_by_id


def day_of(row: LeaveRequest, *, now: datetime) -> date:
    """Return the day it is where the employee of a request works; asks nothing of its own."""
    return local_day(now, row.employee.work_zone)


def day_at(*, employee_id: UUID, now: datetime) -> date:
    """
    Return the day it is where an employee works; one query.

    :raises LookupError: if there is no such employee.
    """
    return local_day(now, employees_by_id(employee_ids=[employee_id])[employee_id].zone)
