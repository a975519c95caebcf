"""The ids of all groups there ever were, asked by every page that counts what is unread."""

import time
from typing import Final
from uuid import UUID

from groups.models import SupportGroup

KNOWN_FOR_SECONDS: Final = 10.0
"""How long a process may not know of a group that another has just made."""


class _Known:
    """What this process knows; ids of groups say nothing about anybody."""

    ids: tuple[UUID, ...] = ()
    until: float = 0.0


def every_group() -> tuple[UUID, ...]:
    """
    Return the ids of all groups, ended ones too: what was told of them stays in inboxes.

    From the memory of the process where it is fresh; one query otherwise.
    """
    if time.monotonic() >= _Known.until:
        _Known.ids = tuple(SupportGroup.objects.order_by("pk").values_list("pk", flat=True))
        _Known.until = time.monotonic() + KNOWN_FOR_SECONDS
    return _Known.ids


def look_again() -> None:
    """Ask anew the next time: a group was made."""
    _Known.until = 0.0
