"""The one way to change leave: one transaction, the employee's lock, a step that is allowed."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import F

from portal.audit.services import record_staff
from portal.common.db import is_lock_timeout, lock
from portal.common.errors import Refused
from portal.leave.choices import Action, Refusal, State
from portal.leave.models import CaseEvent, LeaveRequest
from portal.leave.rules.transitions import next_states
from portal.leave.selectors.days import day_of
from portal.leave.services.telling import take_back
from portal.people.actors import Account

EMPLOYEE_LOCK: Final = "leave.employee"
PATIENCE_SECONDS: Final = 3.0


class LeaveRefused(Refused):
    """The rules, or the database, said no; ``reason.label`` is fit to show the person."""


@contextmanager
def employee_locked(*, employee_id: UUID) -> Iterator[None]:
    """
    Open the transaction of one deed and hold the lock of the employee whose leave it is.

    Days, balances and states of one employee change under this lock only; the constraints have
    the last word.

    :raises LeaveRefused: if the lock stays taken; nothing is written then.
    """
    with locked(EMPLOYEE_LOCK, employee_id):
        yield


@contextmanager
def locked(space: str, key: UUID) -> Iterator[None]:
    """
    Open the transaction of one deed and hold a lock of a kind; see `employee_locked`.

    :raises LeaveRefused: if the lock stays taken; nothing is written then.
    """
    try:
        with transaction.atomic(durable=True):
            lock(space, key, PATIENCE_SECONDS)
            yield
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        raise LeaveRefused(Refusal.BUSY) from error


def step(
    row: LeaveRequest,
    action: Action,
    *,
    to: State,
    role: str,
    version: int | None = None,
    fields: Collection[str] = (),
    now: datetime,
) -> None:
    """
    Move a request along the table of transitions and write the step down.

    The row is updated where its id, version and state still are what was read: whoever comes
    second changes nothing. ``fields`` of the row are saved along; ``version``, if given, is
    what the page showed. What is unread in an inbox and no longer true is taken back, so tell
    what is new afterwards.

    :raises LeaveRefused: if the table does not know the step, or the request has changed.
    """
    if version is not None and version != row.version:
        raise LeaveRefused(Refusal.STALE)
    before = State(row.state)
    if to not in next_states(action, before):
        raise LeaveRefused(Refusal.NOT_NOW)
    values = {name: getattr(row, name) for name in fields}
    moved = LeaveRequest.objects.filter(pk=row.pk, version=row.version, state=before).update(
        state=to, version=F("version") + 1, **values
    )
    if not moved:
        raise LeaveRefused(Refusal.STALE)
    row.state, row.version = to, row.version + 1
    note(row, action, role=role, now=now)
    take_back(row, has_moved="rev" in fields, now=now)


def note(row: LeaveRequest, action: Action, *, role: str, now: datetime) -> None:
    """Write a step of a request down, after those before it; needs the employee's lock."""
    number = CaseEvent.objects.filter(request=row).count() + 1
    CaseEvent.objects.create(
        request=row,
        number=number,
        action=action,
        state=row.state,
        role=role,
        on_day=day_of(row, now=now),
    )


def record(actor: Account, role: str, action: str, subject: object, *, now: datetime) -> None:
    """Write down a deed of somebody who works on leave."""
    record_staff(
        role=role, handle=str(actor.user_id), action=action, subject=str(subject), now=now
    )
