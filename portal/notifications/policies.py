"""The only door to what lies in an inbox: a person's own tags, one a room."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from portal.notifications import registry
from portal.notifications.models import Notification
from portal.vault.services import tag


def inbox_tag(*, namespace: str, user_id: UUID) -> bytes:
    """Return the tag of a person's inbox in one room; no two rooms share one."""
    return tag("inbox", namespace, user_id)


def inbox_of(*, user_id: UUID, now: datetime) -> QuerySet[Notification]:
    """Return what lies in a person's inboxes by now, over all rooms."""
    tags = [
        inbox_tag(namespace=namespace, user_id=user_id)
        for namespace in registry.list_namespaces()
    ]
    return Notification.objects.filter(recipient_tag__in=tags, created_hour__lte=now)


def get_notification(*, user_id: UUID, notification_id: UUID, now: datetime) -> Notification:
    """
    Return one item of the person's own inboxes.

    :raises Http404: alike for a foreign and for an absent one.
    """
    told = inbox_of(user_id=user_id, now=now).filter(id=notification_id).first()
    if told is None:
        raise Http404
    return told
