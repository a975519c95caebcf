"""Addresses a calendar program reads: made, made anew, and taken back at once."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Final

from django.db import transaction
from django.http import Http404
from django.utils.timezone import localdate

from portal.common.db import lock
from portal.leave.choices import FeedKind
from portal.leave.models import CalendarAddress
from portal.leave.policies import feeds as policies
from portal.leave.selectors.feeds import address_tag
from portal.people.actors import Account
from portal.vault.services import seal_field

_LOCK: Final = "leave.calendar"
_TOKEN_BYTES: Final = 24


def make_address(*, actor: Account, kind: FeedKind, now: datetime) -> str:
    """
    Make an address for a calendar of the actor's and return the word in it.

    One a kind: an earlier one stops working in the same moment, so that asking anew is also
    the way to take an address away from whoever has seen it.

    :raises Http404: for somebody who is no employee, and for a kind that is not open to her.
    """
    if kind not in policies.feed_kinds(actor):
        raise Http404
    token = token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        lock(_LOCK, actor.user_id)
        policies.own_addresses(actor).filter(kind=kind).delete()
        row = CalendarAddress(
            owner_id=actor.user_id,
            kind=kind,
            token_tag=address_tag(token),
            made_on=localdate(now),
        )
        seal_field(row, "sealed_token", token)
        row.save(force_insert=True)
    return token


def remove_address(*, actor: Account, kind: FeedKind) -> bool:
    """Take an address back: it leads nowhere from now on. Say whether there was one."""
    deleted, _rows = policies.own_addresses(actor).filter(kind=kind).delete()
    return bool(deleted)
