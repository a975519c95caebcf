"""Telling both sides of a meeting, inside the transaction of what happened."""

from datetime import datetime

from counselling import notices
from counselling.models import Appointment
from counselling.services.clients import counsellor_recipient, recipient_of
from portal.notifications import services as notifications
from portal.people.actors import Account, Actor
from portal.people.choices import Role
from portal.people.selectors import private_addresses

OWN_DEEDS = frozenset({notices.BOOKED, notices.MOVED, notices.CANCELLED})
"""What a client is told of her own deeds: she knows, so its mail can wait for a window."""


def tell(row: Appointment, *, client: str = "", counsellor: str = "", now: datetime) -> None:
    """Write the notices to either side or both into the caller's transaction."""
    told = []
    recipient = recipient_of(row.client) if client else None
    if recipient is not None:
        told.append(_message(recipient, row, client, now=now))
    if counsellor:
        recipient = counsellor_recipient(user_id=row.counsellor.user_id)
        told.append(_message(recipient, row, counsellor, now=now))
    notifications.enqueue_all(messages=told, now=now)


def _message(
    recipient: notifications.Recipient, row: Appointment, notice: str, *, now: datetime
) -> notifications.Message:
    # What the other side did at short notice is not known yet and cannot wait for a window.
    news = notice not in OWN_DEEDS
    return notifications.Message(
        recipient=recipient,
        notice=notice,
        subject_id=row.pk,
        rev=row.rev,
        useful_until=row.period.upper,
        urgent=news and notifications.cannot_wait(starts_at=row.period.lower, now=now),
    )


def set_address(*, actor: Actor, address: str | None, now: datetime) -> None:
    """Write the choice of mail in the caller's transaction; a foreign address is no choice."""
    if address is None or not isinstance(actor, Account):
        return
    own = {row.email for row in private_addresses(actor=actor)}
    # A counsellor's agenda has an inbox apart from her own as an employee; one choice for both.
    agenda = [notices.COUNSELLOR] if Role.COUNSELLOR in actor.roles else []
    for namespace in (notices.CLIENT, *agenda):
        notifications.choose_address(
            namespace=namespace,
            user_id=actor.user_id,
            address=address if address in own else None,
            now=now,
        )
