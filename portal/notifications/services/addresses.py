"""Where people want to be told, room by room."""

from datetime import datetime
from uuid import UUID

from django.core.validators import validate_email
from django.db import transaction

from portal.common.db import lock
from portal.notifications import registry
from portal.notifications.choices import Reason, State
from portal.notifications.models import AddressChoice, Notification
from portal.notifications.policies import inbox_tag
from portal.notifications.services.outbox import finish_waiting
from portal.people.selectors import mask
from portal.vault import services as vault


class NoSuchNamespace(ValueError):
    """No room has registered this kind of recipient."""


def choose_address(
    *,
    namespace: str,
    user_id: UUID,
    address: str | None,
    scope: UUID | None = None,
    now: datetime,
) -> None:
    """
    Let one room write to an address of the person's choice, or to none.

    The caller has checked that the address is hers. None stops what is waiting, too. Locks the
    person's choice in that room. To have a fact mailed, choose before enqueueing it.

    :raises NoSuchNamespace: if no room has registered the namespace.
    :raises ValidationError: if this is no address.
    :raises ValueError: if a scoped namespace lacks its scope, or another one is given one.
    """
    if not registry.is_namespace(namespace):
        raise NoSuchNamespace(namespace)
    tag = inbox_tag(namespace=namespace, user_id=user_id, scope=scope)
    with transaction.atomic():
        lock("notifications.address", UUID(bytes=tag[:16]))
        if address is None:
            _drop(tag, now=now)
            return
        validate_email(address)
        choice = AddressChoice.objects.filter(tag=tag).first() or AddressChoice(tag=tag)
        choice.address = vault.seal_to_notifier(address.encode(), *address_context(tag))
        vault.seal_field(choice, "masked", mask(address))
        choice.save()


def forget(*, namespace: str, user_id: UUID, scope: UUID | None = None, now: datetime) -> None:
    """
    Erase a person's inbox and address choice in one room or scope; see `forget_recipient`.

    :raises ValueError: if a scoped namespace lacks its scope, or another one is given one.
    """
    forget_recipient(tag=inbox_tag(namespace=namespace, user_id=user_id, scope=scope), now=now)


def forget_recipient(*, tag: bytes, now: datetime) -> None:
    """
    Erase the inbox and the address choice behind a tag; nothing waits for it any more.

    Locks the recipient's choice, then her deliveries by id.
    """
    tag = bytes(tag)
    with transaction.atomic():
        lock("notifications.address", UUID(bytes=tag[:16]))
        _drop(tag, now=now)
        Notification.objects.filter(recipient_tag=tag).delete()


def address_context(tag: bytes) -> tuple[str, str]:
    """Return what the box of an address is bound to: it cannot be moved to another person."""
    return ("address choice", tag.hex())


def _drop(tag: bytes, *, now: datetime) -> None:
    AddressChoice.objects.filter(tag=tag).delete()
    finish_waiting(
        Notification.objects.filter(recipient_tag=tag),
        state=State.SUPPRESSED,
        reason=Reason.NO_ADDRESS,
        now=now,
    )
