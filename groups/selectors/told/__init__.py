"""
What the inbox and the reminders say about groups, from the facts of the moment.

`saying`: how a notice is put together from its rows. `members`, `staff`: its words.
`concerned`: whom something concerns still. `reminders`: what is told ahead of a meeting.
"""

from dataclasses import replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from groups import notices
from groups.selectors.every import every_group
from groups.selectors.told.members import MEMBER_NOTICES
from groups.selectors.told.reminders import plan_reminders
from groups.selectors.told.staff import STAFF_NOTICES
from portal.notifications import registry

__all__ = ["plan_reminders", "register"]


class KeepTurn(Protocol):
    """Keeps the turn of somebody whose offer could not be delivered."""

    def __call__(self, *, place_id: UUID, rev: int, now: datetime) -> None:
        """Keep it, in a transaction of its own."""


def register(*, keep_turn: KeepTurn) -> None:
    """Tell the outbox what this room may say, and whom to ask when an offer is given up."""

    def undelivered(subject_id: UUID, rev: int, now: datetime) -> None:
        keep_turn(place_id=subject_id, rev=rev, now=now)

    registry.register_namespace(notices.MEMBER, every_group)
    for namespace in (notices.FACILITATOR, notices.HEAD, notices.DUTY):
        registry.register_namespace(namespace)
    registry.register_planner("lingkar", plan_reminders)
    for notice in (*MEMBER_NOTICES, *STAFF_NOTICES):
        is_offer = notice.name == notices.OFFERED
        registry.register(replace(notice, undelivered=undelivered) if is_offer else notice)
