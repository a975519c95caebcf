"""Codes that open a group by referral: looked up, spent once, not guessed."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.timezone import localdate

from groups import policies
from groups.choices import Refusal, Turn
from groups.models import Invitation
from groups.services.desk import GroupRefused
from groups.services.setup import find_invitation_tag
from portal.audit.services import count_refusal
from portal.people.actors import Account
from portal.vault.services import tag

ATTEMPTS: Final = 10
WINDOW_SECONDS: Final = 15 * 60


def check_code(*, actor: Account, group_id: UUID, typed: str, now: datetime) -> bytes:
    """
    Return the tag of a code that opens a group today; nothing is spent yet.

    Outside any transaction, so that a wrong one is counted. After ten wrong ones within a
    quarter of an hour a right one is refused as well, in the same words.

    :raises GroupRefused: if the code opens nothing.
    """
    name = tag("groups.code attempts", actor.user_id).hex()
    tries = cache.get(name, 0)
    code_tag = find_invitation_tag(typed)
    known = _open_ones(group_id, now=now).filter(code_tag=code_tag or b"").exists()
    if code_tag is None or not known or tries >= ATTEMPTS:
        cache.add(name, 0, WINDOW_SECONDS)
        cache.incr(name)
        count_refusal(route=policies.ROUTE, now=now)
        raise GroupRefused(Refusal.CODE_UNKNOWN)
    return code_tag


def spend_code(*, group_id: UUID, code_tag: bytes, now: datetime) -> Turn:
    """
    Use a code up, in the transaction of the joining; return the turn it gives.

    :raises GroupRefused: if somebody else was faster with it.
    """
    found = _open_ones(group_id, now=now).filter(code_tag=code_tag)
    turn = found.values_list("turn", flat=True).first()
    if turn is None or found.update(used=True) != 1:
        raise GroupRefused(Refusal.CODE_UNKNOWN)
    return Turn(turn)


def _open_ones(group_id: UUID, *, now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(group=group_id, used=False, valid_until__gt=localdate(now))
