"""Requests on their way to a superior, and who is around them; plain typed functions."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.test import Client

from portal.leave.choices import Certificate, DelegationKind, Part, Slots, State
from portal.leave.models import Consideration, Delegation, LeaveDay, LeaveRequest, LeaveType
from portal.leave.rules.asking import Details
from portal.leave.services.considerations import ask_superior
from portal.leave.services.desk import employee_locked
from portal.leave.services.details import seal_details
from portal.people.models import Employee, User
from tests.factories import make_employee
from tests.pages.counselling.conftest import sign_in
from tests.support.leave import Room

MONDAY = date(2026, 11, 23)
"""A Monday; the two weeks after it have no holiday."""


def on(day: date, hour: int = 9, zone: str = "Asia/Jakarta") -> datetime:
    """Return a time of a day by the clock of a zone, nine in the morning unless said."""
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)


NOW = on(MONDAY)


def send(
    room: Room,
    *,
    code: str = "CT-PNS",
    employee: Employee | None = None,
    first: date = date(2026, 12, 14),
    last: date = date(2026, 12, 16),
    certificate: Certificate | None = None,
    leave_out_manager: bool = False,
    now: datetime = NOW,
) -> LeaveRequest:
    """Write a request as sending it does, and ask the superior; annual unless said."""
    employee = employee or room.employee
    kind = LeaveType.objects.get(agency=room.agency, code=code)
    certificate = certificate or (Certificate.LATER if kind.evidence else Certificate.NONE)
    row = LeaveRequest(
        employee=employee,
        agency=room.agency,
        leave_type=kind,
        key=uuid4(),
        first_day=first,
        last_day=last,
        days=Decimal((last - first).days + 1),
        state=State.EVIDENCE_DUE if certificate == Certificate.LATER else State.DECISION,
        certificate=certificate,
        sent_on=now.astimezone(ZoneInfo("Asia/Jakarta")).date(),
    )
    if kind.evidence:
        row.evidence_due_on = first + timedelta(days=kind.evidence_within)
        row.is_provisional = kind.is_provisional
    seal_details(row, Details(leave_out_manager=leave_out_manager))
    with employee_locked(employee_id=employee.pk):
        row.save()
        claim(row)
        is_asked = ask_superior(row, now=now)
        if is_asked and row.state == State.DECISION:
            LeaveRequest.objects.filter(pk=row.pk).update(state=State.CONSIDERATION)
    row.refresh_from_db()
    return row


def claim(row: LeaveRequest) -> None:
    """Give a request a row for each of its days."""
    for number in range((row.last_day - row.first_day).days + 1):
        LeaveDay.objects.create(
            request=row,
            employee_id=row.employee_id,
            day=row.first_day + timedelta(days=number),
            slots=(Slots.MORNING, Slots.END),
            quantity=1,
        )


def absent(
    room: Room,
    employee: Employee,
    first: date,
    last: date,
    *,
    state: State = State.GRANTED,
    part: Part = Part.FULL,
) -> LeaveRequest:
    """Let somebody be on granted leave; nobody was asked about it."""
    row = LeaveRequest(
        employee=employee,
        agency=room.agency,
        leave_type=LeaveType.objects.get(agency=room.agency, code="CT-PNS"),
        key=uuid4(),
        first_day=first,
        last_day=last,
        part=part,
        days=1,
        state=state,
        certificate=Certificate.NONE,
        sent_on=first,
    )
    seal_details(row, Details())
    row.save()
    claim(row)
    return row


def stands_in(
    giver: Employee,
    stand_in: Employee,
    *,
    first: date = MONDAY,
    last: date | None = MONDAY,
    kind: DelegationKind = DelegationKind.PLH,
) -> Delegation:
    """Let somebody stand in for a superior, from and to a day, both included."""
    return Delegation.objects.create(
        giver=giver,
        stand_in=stand_in,
        kind=kind,
        decree_number="SPR-1/2026",
        valid_from=first,
        valid_until=last,
        entered_by=giver.user,
    )


def open_question(row: LeaveRequest) -> Consideration | None:
    """Return the question that waits about a request."""
    return Consideration.objects.filter(request=row, state="OPEN").first()


def page_of(row: LeaveRequest) -> str:
    """Return the address of the question that waits about a request."""
    question = open_question(row)
    assert question is not None
    return f"/t/{question.pk}/"


def colleague(room: Room, handle: str = "rekan", **more: Any) -> Employee:
    """Return somebody else of the same unit."""
    return make_employee(handle, agency=room.agency, unit=room.unit, **more)


def team_mate(room: Room, **more: Any) -> Employee:
    """Return somebody else of the same unit with the same superior."""
    return colleague(room, manager=room.manager, **more)


def browser_of(employee: Employee) -> Client:
    """Return a browser in which somebody is signed in."""
    return sign_in(User.objects.get(pk=employee.user_id))
