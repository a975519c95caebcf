"""Asking for leave, granting it and looking at it in a test, in one line each."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from portal.leave.choices import Action, Certificate, Refusal, State
from portal.leave.models import LeaveDay, LeaveRequest
from portal.leave.rules.counting import CountedDay
from portal.leave.selectors.balances import balance_of
from portal.leave.services import changes, requests
from portal.leave.services.desk import LeaveRefused, employee_locked, step
from portal.leave.services.ledger import consume
from portal.leave.services.requests import LeaveAsk
from tests.factories import NOW
from tests.support.leave import Room

TODAY = date(2026, 11, 23)
DEC_1 = date(2026, 12, 1)
"""A Tuesday."""
DEC_2, DEC_3, DEC_4, DEC_7, DEC_8 = (date(2026, 12, day) for day in (2, 3, 4, 7, 8))


def ask_for(
    first: date, last: date | None = None, certificate=Certificate.NONE, **more
) -> LeaveAsk:
    return LeaveAsk(
        first_day=first, last_day=last or first, certificate=certificate,
        **{"key": uuid4(), **more},
    )  # fmt: skip


def send(
    room: Room, first: date, last: date | None = None, certificate=Certificate.NONE, now=NOW,
    **more,
) -> UUID:  # fmt: skip
    return requests.submit_leave_request(
        actor=room.asker, ask=ask_for(first, last, certificate, **more), now=now
    )


def left(room: Room, year: int = 2026) -> Decimal:
    return balance_of(
        employee_id=room.employee.pk, code="CT-PNS", year=year, today=TODAY
    ).available


def sick(room: Room, first: date, last: date, **more) -> UUID:
    """Send sick leave whose certificate comes later."""
    return send(room, first, last, Certificate.LATER, **more)


def grant(request_id: UUID) -> LeaveRequest:
    """Sign a grant as the desk does: days over, then taken."""
    row = row_of(request_id)
    with employee_locked(employee_id=row.employee_id):
        LeaveRequest.objects.filter(pk=row.pk).update(state=State.DECISION)
        row.refresh_from_db()
        changes.take_over_days(row, now=NOW)
        step(row, Action.GRANT, to=State.GRANTED, role="OFFICIAL", now=NOW)
        consume(row, _counted(row), now=NOW)
    return row


def _counted(row: LeaveRequest) -> list[CountedDay]:
    return [
        CountedDay(one.day, one.slots.lower, one.slots.upper, one.quantity, one.day.year)
        for one in LeaveDay.objects.filter(request=row, active=True).order_by("day")
    ]


def row_of(request_id: UUID) -> LeaveRequest:
    return LeaveRequest.objects.get(pk=request_id)


def claimed(request_id: UUID, *, active: bool = True) -> list[date]:
    rows = LeaveDay.objects.filter(request=request_id, active=active)
    return sorted(rows.values_list("day", flat=True))


def refusal(call, *args, **more) -> Refusal:
    with pytest.raises(LeaveRefused) as caught:
        call(*args, **more)
    return caught.value.reason
