"""What sending, sending again and converting have in common; all inside one deed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from psycopg.types.range import Int4Range

from portal.common.db import violated_constraint
from portal.leave import notices
from portal.leave.choices import (
    EMPLOYEE,
    Action,
    Certificate,
    DecisionState,
    Mode,
    Refusal,
    State,
)
from portal.leave.models import (
    CHANGE_ONCE,
    DAY_ONCE,
    KEY_ONCE,
    NEVER_OVERSPENT,
    Decision,
    HealthDossier,
    LeaveDay,
    LeaveRequest,
)
from portal.leave.rules.asking import Claim
from portal.leave.selectors.asking import Weighed
from portal.leave.selectors.days import day_of
from portal.leave.services import ledger
from portal.leave.services.considerations import withdraw_question
from portal.leave.services.desk import LeaveRefused, employee_locked, note, step
from portal.leave.services.details import seal_details
from portal.leave.services.evidence import seal_words
from portal.leave.services.settling import waits_for
from portal.leave.services.telling import tell_desk_ready, tell_owner

_SAID_BY: Final = {
    DAY_ONCE: Refusal.OVERLAP,
    CHANGE_ONCE: Refusal.IN_FLIGHT,
    NEVER_OVERSPENT: Refusal.NOT_ENOUGH_DAYS,
}
"""What a constraint says that has the last word."""


class SentAlready(Exception):
    """The same form has been sent before."""


@contextmanager
def asking(*, employee_id: UUID) -> Iterator[None]:
    """
    Open a deed in which days are claimed, under the employee's lock.

    :raises LeaveRefused: if the lock stays taken, or a constraint has the last word; nothing is
        written then.
    :raises SentAlready: if a request with the same key was written at the same moment.
    """
    try:
        with employee_locked(employee_id=employee_id):
            yield
    except IntegrityError as error:
        broken = violated_constraint(error)
        if broken == KEY_ONCE:
            raise SentAlready from error
        if broken not in _SAID_BY:
            raise
        raise LeaveRefused(_SAID_BY[broken]) from error


def refuse(found: Weighed) -> None:
    """
    Stop where a request does not go through.

    :raises LeaveRefused: with what stands in the way.
    """
    if found.refusal is not None:
        raise LeaveRefused(found.refusal)


def write(found: Weighed, *, now: datetime) -> LeaveRequest:
    """
    Write a new request with its days, its dossier and its reservation, inside a deed.

    Every kind gets a dossier, so that its being there tells nothing. The words go to the
    medical reviewers and nowhere else.

    :raises LeaveRefused: if the account has too few days, or no reviewer could read the words.
    """
    ask = found.ask
    row = LeaveRequest(
        employee_id=found.person.id,
        agency_id=found.person.agency_id,
        key=ask.key,
        sent_on=found.today,
        desk_only=found.mode == Mode.ATTESTATION,
        supersedes_id=ask.supersedes,
        state=State.EVIDENCE_DUE if found.issuers else State.CONSIDERATION,
        certificate=ask.certificate,
    )
    fill(row, found)
    row.save(force_insert=True)
    dossier = HealthDossier.objects.create(request=row)
    seal_words(dossier, ask.words, now=now)
    claim(row, found.claims)
    reserve(row, found, now=now)
    return row


def fill(row: LeaveRequest, found: Weighed) -> None:
    """Put what was asked into a request; the caller saves it and its state."""
    kind, ask = found.kind, found.ask
    if kind is None:  # refused before
        raise LeaveRefused(Refusal.NO_SUCH_TYPE)
    row.leave_type_id = kind.id
    row.first_day, row.last_day, row.part = ask.first_day, ask.last_day, ask.part
    row.days = found.quantity
    row.evidence_due_on = found.evidence_due_on
    row.is_provisional = found.is_provisional
    row.is_abroad = ask.is_abroad
    row.continues_id = found.continues_id
    seal_details(row, ask.details)


FILLED: Final = (
    "leave_type",
    "first_day",
    "last_day",
    "part",
    "days",
    "evidence_due_on",
    "is_provisional",
    "is_abroad",
    "continues",
    "sealed_details",
)
"""The columns that `fill` writes."""


def reserve(row: LeaveRequest, found: Weighed, *, now: datetime) -> None:
    """
    Reserve what is new in a request; nothing where another system keeps the balance.

    :raises LeaveRefused: if there are too few days.
    """
    if found.fresh and not row.desk_only:
        ledger.reserve(row, found.fresh, now=now)


def claim(row: LeaveRequest, claims: Iterable[Claim]) -> None:
    """
    Claim days; those that the leave to be replaced holds wait as inactive rows.

    The database refuses a half that somebody's own other leave holds (`DAY_ONCE`).
    """
    LeaveDay.objects.bulk_create(
        LeaveDay(
            request=row,
            employee_id=row.employee_id,
            day=one.day,
            slots=Int4Range(one.lower, one.upper),
            quantity=one.quantity,
            active=one.active,
        )
        for one in claims
    )


def send_on(row: LeaveRequest, *, now: datetime) -> None:
    """Let a new request go where it waits first, write it down, and tell who has to know."""
    if row.state == State.CONSIDERATION:
        row.state = waits_for(row)
        LeaveRequest.objects.filter(pk=row.pk).update(state=row.state)
    note(row, Action.SUBMIT, role=EMPLOYEE, now=now)
    tell_sent(row, now=now)


def tell_sent(row: LeaveRequest, *, now: datetime) -> None:
    """Tell the asker that it was sent, and the desk where nothing else is waited for."""
    tell_owner(row, notices.SENT, rev=row.round, now=now)
    tell_desk_ready(row, now=now)


def take_back(
    row: LeaveRequest,
    *,
    version: int,
    keeps_question: bool = False,
    role: str = EMPLOYEE,
    now: datetime,
) -> None:
    """
    Withdraw an undecided request, inside a deed: days, reservation and question come back.

    A decision that was not signed yet is undone with it. ``keeps_question`` leaves what the
    superior was asked open, for a request that takes the place of this one. ``role`` is the
    house's where its employee has left.

    :raises LeaveRefused: if it is decided, or no longer what the page showed.
    """
    row.is_provisional, row.rev = False, row.rev + 1
    row.closed_on = day_of(row, now=now)
    step(
        row,
        Action.WITHDRAW,
        to=State.WITHDRAWN,
        role=role,
        version=version,
        fields=["is_provisional", "rev", "closed_on"],
        now=now,
    )
    LeaveDay.objects.filter(request=row, active=True).update(active=False)
    ledger.release(row, now=now)
    if not keeps_question:
        withdraw_question(row, now=now)
    Decision.objects.filter(request=row, state=DecisionState.PENDING).update(
        state=DecisionState.UNDONE
    )


def has_certificate_out(row: LeaveRequest) -> bool:
    """Say whether a request waits for a certificate that has not come."""
    return row.certificate != Certificate.NONE and row.state in (
        State.EVIDENCE_DUE,
        State.EVIDENCE_OVERDUE,
        State.RETURNED,
    )
