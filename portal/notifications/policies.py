"""The only door to what lies in an inbox: a person's own tags, one a room or one a scope."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from portal.notifications import registry
from portal.notifications.models import Notification
from portal.vault.services import tag


def inbox_tag(*, namespace: str, user_id: UUID, scope: UUID | None = None) -> bytes:
    """
    Return the tag of a person's inbox in one room or scope of it; no two share one.

    :raises ValueError: if a scoped namespace lacks its scope, or another one is given one.
    """
    if (scope is not None) is not registry.is_scoped(namespace):
        msg = f"{namespace} is asked with its scope if it has scopes, and only then"
        raise ValueError(msg)
    return tag("inbox", namespace, user_id, *(() if scope is None else (scope,)))


def inbox_of(*, user_id: UUID, now: datetime) -> QuerySet[Notification]:
    """Return what lies in a person's inboxes by now, over all rooms and their scopes."""
    tags = [
        inbox_tag(namespace=namespace, user_id=user_id, scope=scope)
        for namespace, scope in registry.list_inboxes()
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
