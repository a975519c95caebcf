"""Counting granted leave anew when a holiday or a week has changed afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from portal.calendars.selectors import list_holidays
from portal.common.logs import event
from portal.leave import notices
from portal.leave.choices import HOUSE, IN_FORCE, Action, Part, Refusal, Unit
from portal.leave.models import LeaveDay, LeaveDesk, LeaveRequest
from portal.leave.rules.counting import CountedDay, count_anew
from portal.leave.rules.weeks import NoCalendar, WorkCalendar
from portal.leave.selectors.calendars import work_calendar, work_calendars
from portal.leave.selectors.days import day_of
from portal.leave.services import claims, ledger
from portal.leave.services.desk import LeaveRefused, employee_locked, note
from portal.leave.services.telling import take_back, tell_owner

_YEARS_BACK: Final = 1
"""Days of the last year may still be given back; older balances are closed."""
_YEARS_AHEAD: Final = 2
_AT_ONCE: Final = 500
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Change:
    """What another calendar makes of a granted leave."""

    kept: list[CountedDay]
    gone: list[CountedDay]
    added: list[CountedDay]

    def __bool__(self) -> bool:
        return bool(self.gone or self.added)


def recount(*, now: datetime) -> int:
    """
    Count granted leave anew by the calendar of now; return how many requests changed.

    A day that became free is given back to the bucket it came from, by an entry of its own; a
    day to come that became a working day is taken, if the account still has it and no other
    leave claims it, else it stays hers: the letter names it. The employee is told. Each request
    is a transaction of its own; running it again changes nothing. Leave counted in calendar
    days is never touched, nor leave that is still being decided.
    """
    changed = 0
    for agency_id in LeaveDesk.objects.order_by("agency_id").values_list(
        "agency_id", flat=True
    ):
        ids = _candidates(agency_id, now=now)
        for start in range(0, len(ids), _AT_ONCE):
            for row in _differing(ids[start : start + _AT_ONCE], now=now):
                changed += _recount_safely(row, now=now)
    return changed


def _candidates(agency_id: UUID, *, now: datetime) -> list[UUID]:
    """Return granted requests with a claim on a free day, or with days to come, by id."""
    today = now.date()
    years = range(today.year - _YEARS_BACK, today.year + _YEARS_AHEAD + 1)
    free = {
        row.day
        for year in years
        for row in list_holidays(year=year, agency_id=agency_id, with_units=True)
    }
    granted = LeaveRequest.objects.kept().filter(
        agency_id=agency_id, leave_type__unit=Unit.WORKING_DAY
    )
    on_free_days = LeaveDay.objects.filter(
        active=True, day__in=free, request__in=granted.values("id")
    ).values_list("request_id", flat=True)
    # A day before: somewhere in the country it may still be yesterday.
    ahead = granted.filter(state__in=IN_FORCE, last_day__gte=today - _A_DAY)
    return sorted({*on_free_days, *ahead.values_list("id", flat=True)})


def _differing(ids: Sequence[UUID], *, now: datetime) -> Iterator[LeaveRequest]:
    """Return those whose days are no longer what the calendar says, without a lock."""
    rows = list(_rows().filter(pk__in=ids).order_by("id"))
    if not rows:
        return
    claimed = claims.claims_of([row.pk for row in rows])
    calendars = work_calendars(
        employee_ids={row.employee_id for row in rows},
        first=min(_first(row, claimed[row.pk]) for row in rows),
        last=max(_last(row, claimed[row.pk]) for row in rows),
    )
    for row in rows:
        if _judge(row, claimed[row.pk], calendars[row.employee_id], now=now):
            yield row


def _recount_safely(row: LeaveRequest, *, now: datetime) -> bool:
    """Count one request anew; somebody who is changing it right now goes first."""
    try:
        return _recount_one(row.pk, row.employee_id, now=now)
    except LeaveRefused as refused:
        if refused.reason != Refusal.BUSY:
            raise
        return False


def _recount_one(request_id: UUID, employee_id: UUID, *, now: datetime) -> bool:
    with employee_locked(employee_id=employee_id):
        row = _rows().filter(pk=request_id).first()
        if row is None:
            return False
        claimed = claims.claimed_days(row)
        calendar = work_calendar(
            employee_id=employee_id, first=_first(row, claimed), last=_last(row, claimed)
        )
        change = _judge(row, claimed, calendar, now=now)
        if change.gone:
            ledger.give_back(row, [one.day for one in change.gone], now=now)
        taken = [one for one in change.added if _take(row, one, now=now)]
        if not change.gone and not taken:
            return False
        days = sorted([*change.kept, *taken], key=lambda one: one.day)
        claims.claim(row, days)
        _write(row, claims.total(days), now=now)
        return True


def _take(row: LeaveRequest, day: CountedDay, *, now: datetime) -> bool:
    """Take one day more from the account, if it is there and no other leave claims the day."""
    if claims.overlaps(row, [day]):
        return False
    try:
        with transaction.atomic():
            ledger.consume(row, [day], now=now)
    except LeaveRefused as refused:
        if refused.reason != Refusal.NOT_ENOUGH_DAYS:
            raise
        return False
    return True


def _write(row: LeaveRequest, days: Decimal, *, now: datetime) -> None:
    """Write down that a request was counted anew, and tell whoever has the leave."""
    LeaveRequest.objects.filter(pk=row.pk).update(
        days=days, rev=F("rev") + 1, version=F("version") + 1
    )
    row.days, row.rev, row.version = days, row.rev + 1, row.version + 1
    note(row, Action.RECOUNT, role=HOUSE, now=now)
    take_back(row, has_moved=True, now=now)
    tell_owner(row, notices.RECOUNTED, rev=row.rev, now=now)


def _judge(
    row: LeaveRequest,
    claimed: Sequence[CountedDay],
    calendar: WorkCalendar,
    *,
    now: datetime,
) -> _Change:
    """Compare what a request claims with a calendar; where none is known, nothing changes."""
    try:
        wanted = count_anew(
            claimed,
            first=row.first_day,
            last=row.last_day,
            part=Part(row.part),
            is_running=row.state in IN_FORCE,
            today=day_of(row, now=now),
            calendar=calendar,
        )
    except NoCalendar:
        event("leave: a granted leave has no calendar any more", state="SKIPPED")
        wanted = list(claimed)
    return _Change(
        kept=[one for one in wanted if one in claimed],
        gone=[one for one in claimed if one not in wanted],
        added=[one for one in wanted if one not in claimed],
    )


def _rows() -> QuerySet[LeaveRequest]:
    """Return granted requests counted in working days."""
    granted = LeaveRequest.objects.kept().filter(leave_type__unit=Unit.WORKING_DAY)
    return granted.select_related("leave_type", "employee__unit", "employee__agency")


def _first(row: LeaveRequest, claimed: Sequence[CountedDay]) -> date:
    return min(row.first_day, *(one.day for one in claimed), row.last_day)


def _last(row: LeaveRequest, claimed: Sequence[CountedDay]) -> date:
    return max(row.last_day, *(one.day for one in claimed), row.first_day)
