"""Where news about leave goes: one's own, and what waits for somebody at work."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.http import Http404

from portal.leave import notices
from portal.notifications.services.addresses import choose_address
from portal.people.actors import Account
from portal.people.selectors import private_addresses

INBOXES: Final = (notices.OWN, notices.MANAGER, notices.REVIEWER, notices.DESK)


def choose_news_address(*, actor: Account, address: str, now: datetime) -> None:
    """
    Let neutral mails about leave go to one of the actor's own private addresses, or to none.

    One choice for all of it: leave is a personnel record, so nothing is tied by that which does
    not stand in it already. Rooms that hide who asked have choices of their own.

    :raises Http404: for an address that is not hers or not verified.
    """
    own = {row.email for row in private_addresses(actor=actor)}
    if address and address not in own:
        raise Http404
    with transaction.atomic(durable=True):
        for namespace in INBOXES:
            choose_address(
                namespace=namespace, user_id=actor.user_id, address=address or None, now=now
            )
