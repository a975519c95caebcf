"""Which requests have waited for a decision for long, by the calendars of their employees."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from portal.leave.models import LeaveRequest
from portal.leave.rules.deadlines import ANSWER_WITHIN, has_waited_long
from portal.leave.rules.weeks import NoCalendar, WorkCalendar
from portal.leave.selectors.calendars import work_calendars
from portal.leave.selectors.days import day_of


def waiting_long(rows: Sequence[LeaveRequest], *, now: datetime) -> frozenset[UUID]:
    """
    Return which of these requests have waited longer than five working days of the employee.

    For requests that wait for the decision, read by `with_part`. None where no week is known.
    No query as long as nothing has waited six days of any kind; from then on those of
    `work_calendars`, however many have.
    """
    spans = {row.pk: (_since(row), day_of(row, now=now)) for row in rows}
    old = [row for row in rows if _days(spans[row.pk]) > ANSWER_WITHIN]
    if not old:
        return frozenset()
    calendars = work_calendars(
        employee_ids={row.employee_id for row in old},
        first=min(spans[row.pk][0] for row in old),
        last=max(spans[row.pk][1] for row in old),
    )
    return frozenset(
        row.pk for row in old if _is_long(spans[row.pk], calendars.get(row.employee_id))
    )


def _since(row: LeaveRequest) -> date:
    moved_on: date | None = getattr(row, "moved_on", None)
    return moved_on or row.sent_on


def _days(span: tuple[date, date]) -> int:
    return (span[1] - span[0]).days


def _is_long(span: tuple[date, date], calendar: WorkCalendar | None) -> bool:
    if calendar is None:
        return False
    try:
        return has_waited_long(since=span[0], today=span[1], calendar=calendar)
    except NoCalendar:
        return False
