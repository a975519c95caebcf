"""Who is told what; written inside the transaction of the deed that calls for it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from portal.leave import notices
from portal.leave.models import LeaveRequest
from portal.leave.services.desk import day_of
from portal.notifications.services.outbox import Message, enqueue_all, recipient_for
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
    """Tell whoever asked for the leave."""
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
