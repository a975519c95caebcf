"""Reading marks."""

from datetime import datetime
from uuid import UUID

from portal.notifications import policies


def mark_read(*, user_id: UUID, notification_id: UUID, now: datetime) -> None:
    """
    Mark one item of the person's inbox, and older ones about the same thing, as read.

    :raises Http404: if it is not in the person's own inbox.
    """
    told = policies.get_notification(user_id=user_id, notification_id=notification_id, now=now)
    policies.inbox_of(user_id=user_id, now=now).filter(
        notice=told.notice, subject_id=told.subject_id
    ).update(read=True)


def mark_all_read(*, user_id: UUID, now: datetime) -> int:
    """Mark everything the inbox shows now as read; return how many rows that were."""
    return policies.inbox_of(user_id=user_id, now=now).filter(read=False).update(read=True)
