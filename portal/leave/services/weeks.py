"""What HR keeps of working time: weeks with their history, joint leave, length of service."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.http import Http404

from portal.calendars.rules import local_day
from portal.leave.choices import HR, PatternKind, Refusal
from portal.leave.models import JointLeaveDuty, JointLeaveYear, ServiceRecord, WorkPattern
from portal.leave.policies.desk import (
    get_settled_agency,
    get_settled_employee,
    get_settled_week,
)
from portal.leave.selectors.calendars import work_calendar
from portal.leave.services.desk import LeaveRefused, employee_locked, locked, record
from portal.leave.services.joint import reopen, settle_duty
from portal.leave.services.ledger import take_back_joint
from portal.people.actors import Account
from portal.people.selectors import list_units

WEEK_SET: Final = "leave.week_set"
WEEK_ENDED: Final = "leave.week_ended"
JOINT_DUTY: Final = "leave.joint_duty"
JOINT_DUTY_WITHDRAWN: Final = "leave.joint_duty_withdrawn"
JOINT_YEAR: Final = "leave.joint_year"
SERVICE_SET: Final = "leave.service_set"
_WEEKS_LOCK: Final = "leave.weeks"
_WEEKDAYS: Final = frozenset(range(1, 8))
_A_WEEK: Final = 7 * 24 * 60
_A_DAY: Final = timedelta(days=1)


def set_week(
    *,
    actor: Account,
    unit_id: UUID | None = None,
    employee_id: UUID | None = None,
    kind: PatternKind = PatternKind.USUAL,
    days: Collection[int],
    weekly_minutes: int,
    valid_from: date,
    valid_until: date | None,
    legal_basis: str = "",
    now: datetime,
) -> UUID:
    """
    Say which days a person, a unit or, without either, the whole agency works; return its id.

    ``days`` are ISO weekdays. From its first day on it takes the place of what held; what was
    entered earlier and lasts longer holds again after its last day. One with the same first day
    is corrected. Leave that is granted already is counted anew by `recount`.

    :raises Http404: if the actor keeps no agency's weeks, for a foreign or absent unit or
        employee, and for herself.
    :raises LeaveRefused: if its last day lies before its first, or another week begins within
        its time: that one keeps its dates until somebody ends it.
    :raises ValueError: for no days or unknown ones, minutes that no week has, two owners, or a
        week in Ramadan without a last day.
    """
    agency_id = get_settled_agency(actor)
    worked = sorted(set(days))
    if not worked or not _WEEKDAYS.issuperset(worked) or not 0 < weekly_minutes <= _A_WEEK:
        raise ValueError("a week has working days and minutes")
    if kind == PatternKind.RAMADAN and valid_until is None:
        raise ValueError("Ramadan has a last day")
    if valid_until is not None and valid_until < valid_from:
        raise LeaveRefused(Refusal.ENDS_BEFORE_START)
    owner = _owner(actor, agency_id, unit_id, employee_id)
    with locked(_WEEKS_LOCK, agency_id):
        _make_room(owner, kind, valid_from, valid_until)
        row = WorkPattern.objects.create(
            **owner,
            kind=kind,
            days=worked,
            weekly_minutes=weekly_minutes,
            valid_from=valid_from,
            valid_until=valid_until,
            legal_basis=legal_basis,
        )
        record(actor, HR, WEEK_SET, row.pk, now=now)
    return row.pk


def end_week(*, actor: Account, pattern_id: UUID, last_day: date, now: datetime) -> None:
    """
    Let a week hold until a day and no longer; before its first day it goes altogether.

    Then the next wider week holds: the unit's, or the agency's. The usual week of the agency
    itself does not end, another one takes its place: without it nothing could be counted.

    :raises Http404: if the actor does not keep it.
    :raises LeaveRefused: for the usual week of the agency.
    """
    agency_id = get_settled_agency(actor)
    with locked(_WEEKS_LOCK, agency_id):
        row = get_settled_week(actor=actor, pattern_id=pattern_id)
        is_widest = row.employee_id is None and row.unit_id is None
        if is_widest and row.kind == PatternKind.USUAL:
            raise LeaveRefused(Refusal.NOT_NOW)
        if last_day < row.valid_from:
            row.delete()
        elif row.valid_until is None or last_day < row.valid_until:
            row.valid_until = last_day
            row.save(update_fields=["valid_until"])
        record(actor, HR, WEEK_ENDED, pattern_id, now=now)


def record_joint_duty(*, actor: Account, employee_id: UUID, day: date, now: datetime) -> None:
    """
    Write down that somebody worked on a day of joint leave; she gets the day back, once.

    What it was worth: the day that had been taken off her annual leave, or one more.

    :raises Http404: if the actor does not keep her entitlement, as nobody keeps her own.
    :raises LeaveRefused: if the day is still to come, or is no joint leave in her week.
    :raises NoCalendar: if no week covers the day.
    """
    employee = get_settled_employee(actor=actor, employee_id=employee_id)
    with employee_locked(employee_id=employee_id):
        calendar = work_calendar(employee_id=employee_id, first=day, last=day)
        is_over = day <= local_day(now, employee.work_zone)
        if not is_over or not calendar.is_joint_leave(day):
            raise LeaveRefused(Refusal.NO_JOINT_LEAVE)
        _duty, is_new = JointLeaveDuty.objects.get_or_create(employee=employee, day=day)
        if is_new:
            settle_duty(agency_id=employee.agency_id, employee_id=employee_id, day=day, now=now)
            record(actor, HR, JOINT_DUTY, employee_id, now=now)


def withdraw_joint_duty(*, actor: Account, employee_id: UUID, day: date, now: datetime) -> None:
    """
    Take back that somebody worked on a day of joint leave, and the day she was given for it.

    :raises Http404: if the actor does not keep her entitlement, or nothing was written down.
    :raises LeaveRefused: if the day has been taken as leave meanwhile.
    """
    employee = get_settled_employee(actor=actor, employee_id=employee_id)
    with employee_locked(employee_id=employee_id):
        gone, _rows = JointLeaveDuty.objects.filter(employee=employee, day=day).delete()
        if not gone:
            raise Http404
        take_back_joint(employee_id, day, now=now)
        reopen(employee_id=employee_id, day=day, now=now)
        record(actor, HR, JOINT_DUTY_WITHDRAWN, employee_id, now=now)


def set_joint_year(
    *, actor: Account, year: int, deducts: bool, legal_basis: str, now: datetime
) -> None:
    """
    Say whether the joint leave of a year is taken off the annual leave, and by which rule.

    :raises Http404: if the actor keeps no agency's rules.
    :raises ValueError: without a legal basis.
    """
    agency_id = get_settled_agency(actor)
    if not legal_basis.strip():
        raise ValueError("a rule names its basis")
    with locked(_WEEKS_LOCK, agency_id):
        row, _is_new = JointLeaveYear.objects.update_or_create(
            agency_id=agency_id,
            year=year,
            defaults={"deducts": deducts, "legal_basis": legal_basis.strip()},
        )
        record(actor, HR, JOINT_YEAR, row.pk, now=now)


def set_service(
    *,
    actor: Account,
    employee_id: UUID,
    started_on: date,
    contract_until: date | None = None,
    now: datetime,
) -> None:
    """
    Write down since when somebody serves, and until when her contract runs, if it ends.

    :raises Http404: if the actor does not keep her entitlement, as nobody keeps her own.
    :raises LeaveRefused: if the contract would end before it starts.
    """
    employee = get_settled_employee(actor=actor, employee_id=employee_id)
    if contract_until is not None and contract_until < started_on:
        raise LeaveRefused(Refusal.ENDS_BEFORE_START)
    with employee_locked(employee_id=employee_id):
        ServiceRecord.objects.update_or_create(
            employee=employee,
            defaults={"started_on": started_on, "contract_until": contract_until},
        )
        record(actor, HR, SERVICE_SET, employee_id, now=now)


def _owner(
    actor: Account, agency_id: UUID, unit_id: UUID | None, employee_id: UUID | None
) -> dict[str, UUID | None]:
    """Return the columns of whose week it is, after a look whether the actor keeps it."""
    if unit_id is not None and employee_id is not None:
        raise ValueError("a week is a unit's or a person's")
    if employee_id is not None:
        get_settled_employee(actor=actor, employee_id=employee_id)
    if unit_id is not None and unit_id not in {
        unit.id for unit in list_units(agency_id=agency_id)
    }:
        raise Http404
    return {"agency_id": agency_id, "unit_id": unit_id, "employee_id": employee_id}


def _make_room(
    owner: dict[str, UUID | None], kind: PatternKind, first: date, last: date | None
) -> None:
    """Let the weeks that hold in a time end before it, and go on after it."""
    rows = list(WorkPattern.objects.between(first, last).filter(**owner, kind=kind))
    if any(row.valid_from > first for row in rows):
        raise LeaveRefused(Refusal.DATES_TAKEN)
    for row in rows:
        if last is not None and (row.valid_until is None or row.valid_until > last):
            _copy_from(row, last + _A_DAY)
        if row.valid_from == first:
            row.delete()
        else:
            row.valid_until = first - _A_DAY
            row.save(update_fields=["valid_until"])


def _copy_from(row: WorkPattern, first: date) -> None:
    WorkPattern.objects.create(
        agency_id=row.agency_id,
        unit_id=row.unit_id,
        employee_id=row.employee_id,
        kind=row.kind,
        days=row.days,
        weekly_minutes=row.weekly_minutes,
        valid_from=first,
        valid_until=row.valid_until,
        legal_basis=row.legal_basis,
    )
