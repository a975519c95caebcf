"""Leave as it stands once it is granted: claimed day by day, and taken from the account."""

from datetime import date, datetime
from uuid import uuid4

from portal.leave.choices import Certificate, Part, State, Unit
from portal.leave.models import LeaveRequest, LeaveType
from portal.leave.rules.counting import count_days
from portal.leave.selectors.calendars import work_calendar
from portal.leave.services import claims, ledger
from portal.leave.services.desk import employee_locked
from portal.leave.services.details import Details, seal_details
from portal.people.models import Employee
from tests.support.leave import Room


def grant_leave(
    room: Room,
    first: date,
    last: date,
    *,
    code: str = "CT-PNS",
    part: Part = Part.FULL,
    state: State = State.GRANTED,
    employee: Employee | None = None,
    now: datetime,
) -> LeaveRequest:
    """Write leave down as a decision leaves it, counted by the calendar of now."""
    employee = employee or room.employee
    kind = LeaveType.objects.get(agency=room.agency, code=code)
    days = count_days(
        unit=Unit(kind.unit),
        first=first,
        last=last,
        part=part,
        calendar=work_calendar(employee_id=employee.pk, first=first, last=last),
    )
    row = LeaveRequest(
        employee=employee,
        agency=room.agency,
        leave_type=kind,
        key=uuid4(),
        first_day=first,
        last_day=last,
        part=part,
        days=claims.total(days),
        state=state,
        certificate=Certificate.NONE,
        sent_on=first,
    )
    seal_details(row, Details())
    with employee_locked(employee_id=employee.pk):
        row.save()
        claims.claim(row, days)
        ledger.consume(row, days, now=now)
    return row
