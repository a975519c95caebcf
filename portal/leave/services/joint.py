"""
Joint leave that somebody worked: a day of her own comes back, or one is given to her.

Where the joint leave of the year costs annual leave, the day is not taken off; where it costs
nothing, she gets one more. Which of the two is read from the facts of now, so that a year may
be decided late.
"""

from datetime import date, datetime
from uuid import UUID

from portal.leave.choices import Refusal
from portal.leave.models import JointLeaveDuty
from portal.leave.selectors.days import day_at
from portal.leave.selectors.joint import is_deducted
from portal.leave.services.desk import LeaveRefused, employee_locked
from portal.leave.services.ledger import credit_joint, take_back_joint
from portal.leave.services.years import open_year


def settle_duty(*, agency_id: UUID, employee_id: UUID, day: date, now: datetime) -> bool:
    """
    Give somebody for a day of joint leave she worked what it is worth; say if anything moved.

    Inside an open deed. Repeated it changes nothing.

    :raises LeaveRefused: NOT_ENOUGH_DAYS if a day has to go back that has been taken meanwhile.
    """
    if not is_deducted(agency_id=agency_id, year=day.year):
        return credit_joint(employee_id, day, now=now)
    took = take_back_joint(employee_id, day, now=now)
    return reopen(employee_id=employee_id, day=day, now=now) > 0 or took


def reopen(*, employee_id: UUID, day: date, now: datetime) -> int:
    """Let the leave year of a day follow its joint leave; inside an open deed."""
    year = max(day.year, day_at(employee_id=employee_id, now=now).year)
    return open_year(employee_id=employee_id, year=year, now=now)


def settle_duties(*, now: datetime) -> int:
    """
    Look again at the joint leave worked this year and last; return how many moved.

    For a year that somebody has decided about late. A day given before and taken meanwhile
    stays hers; somebody whose leave is being changed right now is left for the next run.
    """
    rows = JointLeaveDuty.objects.filter(day__year__gte=now.year - 1).order_by("day", "id")
    found = rows.values_list("employee__agency_id", "employee_id", "day")
    return sum(_settle_one(*one, now=now) for one in list(found))


def _settle_one(agency_id: UUID, employee_id: UUID, day: date, *, now: datetime) -> bool:
    try:
        with employee_locked(employee_id=employee_id):
            if not JointLeaveDuty.objects.filter(employee=employee_id, day=day).exists():
                return False
            return settle_duty(agency_id=agency_id, employee_id=employee_id, day=day, now=now)
    except LeaveRefused as error:
        if error.reason not in (Refusal.BUSY, Refusal.NOT_ENOUGH_DAYS):
            raise
        return False
