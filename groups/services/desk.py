"""The one way to change a group: one transaction, the person's lock, then the group's."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils.timezone import localdate

from groups.choices import Refusal
from groups.models import Enrolment
from portal.audit.services import record_client
from portal.common.db import is_lock_timeout, lock
from portal.common.errors import Refused

GROUP_LOCK: Final = "groups.group"
MEMBER_LOCK: Final = "groups.member"
PATIENCE_SECONDS: Final = 3.0
"""Who waits longer for a group is told that many people are here, and tries again."""


class GroupRefused(Refused):
    """The rules, or the database, said no; ``reason.label`` is fit to show the person."""


@contextmanager
def group_locked(*, group_id: UUID, member_tag: bytes | None = None) -> Iterator[None]:
    """
    Open the transaction of one deed and hold the locks of a member and her group.

    The member's lock first, where one acts. Everything the rules count inside a group (places,
    plan, rota) changes under this lock only.

    :raises GroupRefused: if the group stays locked; nothing is written then.
    """
    try:
        with transaction.atomic(durable=True):
            if member_tag is None:
                lock_group(group_id)
            else:
                lock(MEMBER_LOCK, UUID(bytes=member_tag[:16]), PATIENCE_SECONDS)
                lock(GROUP_LOCK, group_id)  # with the patience of the transaction
            yield
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        raise GroupRefused(Refusal.BUSY) from error


def lock_group(group_id: UUID) -> None:
    """Hold the lock of a group to the end of the transaction that is open."""
    lock(GROUP_LOCK, group_id, PATIENCE_SECONDS)


def record_member(row: Enrolment, action: str, *, now: datetime) -> None:
    """Write down a member's deed by the handle of this group alone."""
    record_client(handle=str(row.pk), action=action, subject=str(row.group_id), now=now)


def month_of(now: datetime) -> date:
    """Return the first day of the month: the finest clock of an enrolment."""
    return localdate(now).replace(day=1)
