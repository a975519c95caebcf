"""Requests that have come to the desk by the way everybody takes; plain typed functions."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db.models import Sum

from portal.leave.choices import (
    REVIEWER,
    Action,
    Certificate,
    Issuer,
    Opinion,
    Outcome,
    Reason,
    Refusal,
    Verdict,
    WayForward,
)
from portal.leave.models import (
    Attestation,
    Consideration,
    Decision,
    LeaveAccount,
    LeaveRequest,
    Letter,
)
from portal.leave.rules.deciding import UNDO_FOR, Ruling
from portal.leave.services import decisions
from portal.leave.services.considerations import consider
from portal.leave.services.desk import LeaveRefused, employee_locked
from portal.leave.services.requests import LeaveAsk, submit_leave_request
from portal.leave.services.settling import settle
from portal.people.actors import Account
from portal.people.models import Employee
from portal.people.selectors import managers_above
from tests.factories import NOW, account
from tests.support.leave import Room

FIRST, LAST = date(2026, 12, 7), date(2026, 12, 9)
"""A Monday and the Wednesday after it; no holiday among them."""


def sent(
    room: Room,
    *,
    employee: Employee | None = None,
    code: str = "CT-PNS",
    first: date = FIRST,
    last: date = LAST,
    now: datetime = NOW,
    **more: object,
) -> LeaveRequest:
    """Send a request; one with a certificate says that it comes later."""
    certificate = Certificate.LATER if code.startswith("CS") else Certificate.NONE
    ask = LeaveAsk(
        first_day=first, last_day=last, certificate=certificate, code=code, key=uuid4(), **more
    )  # type: ignore[arg-type]
    actor = account(employee or room.employee)
    request_id = submit_leave_request(actor=actor, ask=ask, now=now)
    return read(request_id)


def considered(row: LeaveRequest, *, now: datetime = NOW) -> LeaveRequest:
    """Let the superior who was asked agree."""
    asked = Consideration.objects.get(request=row, state="OPEN")
    superior = account(asked.asked)
    consider(actor=superior, consideration_id=asked.pk, opinion=Opinion.AGREED, now=now)
    return read(row.pk)


def attested(
    row: LeaveRequest,
    reviewer: Account,
    *,
    covers: tuple[date, date] | None = None,
    now: datetime = NOW,
) -> LeaveRequest:
    """Let a verdict stand that covers all that was asked, or the given days."""
    first, last = covers or (row.first_day, row.last_day)
    is_all = (first, last) == (row.first_day, row.last_day)
    Attestation.objects.create(
        request=row,
        reviewer_id=reviewer.user_id,
        verdict=Verdict.ENOUGH if is_all else Verdict.PARTLY,
        covers_from=first,
        covers_until=last,
        issuer=Issuer.DOCTOR,
        number=f"{uuid4()}",
        on_day=now.date(),
    )
    LeaveRequest.objects.filter(pk=row.pk).update(state="EVIDENCE_REVIEW")
    row = read(row.pk)
    with employee_locked(employee_id=row.employee_id):
        settle(row, Action.ATTEST, role=REVIEWER, now=now)
    return read(row.pk)


def ready(room: Room, **more: object) -> LeaveRequest:
    """Return a request that waits for the decision."""
    covers = more.pop("covers", None)
    row = sent(room, **more)  # type: ignore[arg-type]
    if managers_above(employee_id=row.employee_id):
        row = considered(row)
    if row.certificate != Certificate.NONE:
        row = attested(row, room.reviewer, covers=covers)  # type: ignore[arg-type]
    assert row.state == "DECISION", row.state
    return row


def grants(row: LeaveRequest) -> Ruling:
    """Return a grant of everything that was asked."""
    return Ruling(outcome=Outcome.GRANT, first_day=row.first_day, last_day=row.last_day)


def rules(row: LeaveRequest, outcome: Outcome, **more: object) -> Ruling:
    """Return any other ruling, with a reason and a way forward."""
    values = {
        "first_day": row.first_day,
        "last_day": row.last_day,
        "reason": Reason.URGENT_DUTY,
        "ways_forward": (WayForward.OTHER_DATES,),
        **more,
    }
    return Ruling(outcome=outcome, **values)  # type: ignore[arg-type]


def decide(
    room: Room,
    row: LeaveRequest,
    ruling: Ruling | None = None,
    *,
    actor: Account | None = None,
    version: int | None = None,
    now: datetime = NOW,
) -> UUID:
    """Press the button, as the official unless said."""
    return decisions.decide(
        actor=actor or room.official,
        request_id=row.pk,
        ruling=ruling or grants(row),
        version=row.version if version is None else version,
        now=now,
    )


def granted(
    room: Room, row: LeaveRequest, ruling: Ruling | None = None, *, now: datetime = NOW
) -> LeaveRequest:
    """Decide and let the ten minutes pass."""
    decide(room, row, ruling, now=now)
    assert decisions.sign_due(now=now + UNDO_FOR) == 1
    return read(row.pk)


def read(request_id: UUID) -> LeaveRequest:
    """Return a request as it stands now."""
    return LeaveRequest.objects.select_related(
        "leave_type", "agency", "employee__user", "employee__unit", "employee__agency"
    ).get(pk=request_id)


def left(room: Room, employee: Employee | None = None, *, year: int = 2026) -> Decimal:
    """Return how many days of annual leave can still be asked for."""
    rows = LeaveAccount.objects.filter(employee=employee or room.employee, leave_year=year)
    return rows.aggregate(left=Sum("available"))["left"] or Decimal(0)


def the_decision(row: LeaveRequest) -> Decision:
    """Return the one decision of a request."""
    return Decision.objects.get(request=row)


def the_letter(row: LeaveRequest) -> Letter:
    """Return the one letter of a request."""
    return Letter.objects.get(decision__request=row)


def later(minutes: int, *, since: datetime = NOW) -> datetime:
    """Return a time some minutes later."""
    return since + timedelta(minutes=minutes)


def refused(call: Callable[..., object], *args: object, **kwargs: object) -> Refusal:
    """Return why a call was refused."""
    with pytest.raises(LeaveRefused) as caught:
        call(*args, **kwargs)
    return caught.value.reason


def outcome(result: object) -> str:
    """Name what came of an attempt, as a word that crosses processes."""
    if isinstance(result, LeaveRefused):
        return str(result.reason.value)
    return "DONE" if not isinstance(result, BaseException) else repr(result)


Race = list[Callable[[], object]]
