"""Reading marks."""

from datetime import datetime
from uuid import UUID

from portal.notifications import registry
from portal.notifications.models import Notification
from portal.notifications.services.outbox import inbox_tag


def mark_read(*, user_id: UUID, notification_id: UUID) -> None:
    """Mark one item of the person's inbox as read; somebody else's stays as it is."""
    Notification.objects.filter(id=notification_id, recipient_tag__in=_tags(user_id)).update(
        read=True
    )


def mark_all_read(*, user_id: UUID, now: datetime) -> int:
    """Mark everything the inbox shows now as read; return how many that were."""
    return Notification.objects.filter(
        recipient_tag__in=_tags(user_id), read=False, created_hour__lte=now
    ).update(read=True)


def _tags(user_id: UUID) -> list[bytes]:
    return [
        inbox_tag(namespace=namespace, user_id=user_id)
        for namespace in registry.list_namespaces()
    ]
