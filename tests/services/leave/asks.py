"""Asking for leave in a test, in one line."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from portal.leave.choices import Certificate
from portal.leave.selectors.balances import balance_of
from portal.leave.services import requests
from portal.leave.services.requests import LeaveAsk
from tests.factories import NOW
from tests.support.leave import Room

TODAY = date(2026, 11, 23)
DEC_1 = date(2026, 12, 1)
"""A Tuesday."""


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
