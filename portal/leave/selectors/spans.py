"""Which days somebody means when she says from when and how long."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.leave import policies
from portal.leave.choices import Certificate, Unit
from portal.leave.rules import spans
from portal.leave.selectors.calendars import work_calendar
from portal.leave.selectors.kinds import kind_for
from portal.people.actors import Account


@dataclass(frozen=True, slots=True)
class Wish:
    """The two answers: a first day, and a number of days or a last day."""

    first_day: date
    days: int = 0
    last_day: date | None = None
    certificate: Certificate = Certificate.NONE
    code: str = ""


def find_span(*, actor: Account, wish: Wish) -> tuple[date, date]:
    """
    Return the first and the last day somebody means.

    :raises Http404: for somebody who is no employee.
    """
    if wish.last_day is not None:
        return wish.first_day, wish.last_day
    if wish.days <= 1:
        return wish.first_day, wish.first_day
    employee_id = policies.employee_id_of(actor)
    kind = kind_for(
        employee_id=employee_id,
        certificate=wish.certificate,
        code=wish.code,
        on=wish.first_day,
    )
    unit = kind.unit if kind else Unit.CALENDAR_DAY
    reach = wish.first_day + timedelta(days=wish.days * 2 + 60)
    calendar = work_calendar(employee_id=employee_id, first=wish.first_day, last=reach)
    last = spans.last_day(
        first=wish.first_day,
        days=wish.days,
        unit=unit,
        counts=lambda day: day <= reach and calendar.is_working(day),
    )
    return wish.first_day, last
