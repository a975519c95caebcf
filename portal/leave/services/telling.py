"""Who is told what; written inside the transaction of the deed that calls for it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from portal.leave import notices
from portal.leave.models import LeaveRequest
from portal.leave.notices import TRUE_IN
from portal.leave.selectors.days import day_of
from portal.notifications.services.outbox import (
    Message,
    enqueue_all,
    recipient_for,
    withdraw,
)
from portal.people.choices import Role
from portal.people.selectors import list_with_role


def tell(
    *,
    user_ids: Iterable[UUID],
    namespace: str,
    notice: str,
    subject_id: UUID,
    rev: int = 0,
    useful_until: datetime | None = None,
    now: datetime,
) -> None:
    """Tell some accounts in one of this room's inboxes; in order of their ids, each once."""
    enqueue_all(
        messages=[
            Message(
                recipient=recipient_for(namespace=namespace, user_id=user_id),
                notice=notice,
                subject_id=subject_id,
                rev=rev,
                useful_until=useful_until,
            )
            for user_id in sorted(set(user_ids))
        ],
        now=now,
    )


def tell_owner(
    row: LeaveRequest,
    notice: str,
    *,
    subject_id: UUID | None = None,
    rev: int = 0,
    now: datetime,
) -> None:
    """Tell whoever asked for the leave, unless she has left."""
    if not row.employee.user.is_active:
        return
    tell(
        user_ids=[row.employee.user_id],
        namespace=notices.OWN,
        notice=notice,
        subject_id=subject_id or row.pk,
        rev=rev,
        now=now,
    )


def tell_role(
    row: LeaveRequest, role: Role, notice: str, *, rev: int = 0, now: datetime
) -> None:
    """Tell everybody who holds a role in the request's agency, but never the asker herself."""
    people = list_with_role(agency_id=row.agency_id, role=role, today=day_of(row, now=now))
    tell(
        user_ids=[user_id for user_id in people if user_id != row.employee.user_id],
        namespace=notices.REVIEWER if role == Role.REVIEWER else notices.DESK,
        notice=notice,
        subject_id=row.pk,
        rev=rev,
        now=now,
    )


def tell_desk_ready(row: LeaveRequest, *, now: datetime) -> None:
    """
    Tell HR and the officials that a request waits for the decision, if it now does.

    At an attestation desk, that the attestation is there: the other system decides then. Once
    a round, and once to somebody who is both.
    """
    if row.state not in TRUE_IN[notices.FOR_DESK_READY]:
        return
    today = day_of(row, now=now)
    people = {
        user_id
        for role in (Role.HR, Role.OFFICIAL)
        for user_id in list_with_role(agency_id=row.agency_id, role=role, today=today)
    }
    tell(
        user_ids=people - {row.employee.user_id},
        namespace=notices.DESK,
        notice=notices.FOR_DESK_READY,
        subject_id=row.pk,
        rev=row.round,
        now=now,
    )


def tell_manager_dates(row: LeaveRequest, *, now: datetime) -> None:
    """
    Tell the line manager that dates of granted leave are there or have changed.

    The same for every kind, and for a manager who was left out as well: once granted, the dates
    are the team's. Whoever has left is not told.
    """
    manager = row.employee.manager
    if manager is None or not manager.user.is_active:
        return
    tell(
        user_ids=[manager.user_id],
        namespace=notices.MANAGER,
        notice=notices.FOR_MANAGER_DATES,
        subject_id=row.pk,
        rev=row.rev,
        now=now,
    )


def take_back(row: LeaveRequest, *, has_moved: bool, now: datetime) -> None:
    """
    Take back what is unread about a request and no longer true where it stands now.

    ``has_moved`` says that its revision is a new one: what was said of the last is over. The
    inbox leaves such lines out by itself; the number in the menu counts rows.
    """
    over = {name for name, states in TRUE_IN.items() if row.state not in states}
    if has_moved:
        over |= {notices.ENDED, notices.RECOUNTED}
    withdraw(subject_id=row.pk, notices=sorted(over), now=now)
