"""
What the inbox says about leave, from the facts of the moment, and who rests.

`saying`: days in words, paths, rows. `own`: what somebody reads about her own leave. `work`:
what superiors, reviewers and the desk read. `concerned`: whom work concerns still.
"""

from collections.abc import Set
from datetime import datetime
from uuid import UUID

from portal.leave import notices
from portal.leave.selectors.absences import away_today
from portal.leave.selectors.told.own import OWN_NOTICES
from portal.leave.selectors.told.work import WORK_NOTICES
from portal.notifications import registry

__all__ = ["register"]


def register() -> None:
    """Tell the outbox what this room may say, and whom to leave in peace."""
    for namespace in (notices.OWN, notices.MANAGER, notices.REVIEWER, notices.DESK):
        registry.register_namespace(namespace)
    for notice in (*OWN_NOTICES, *WORK_NOTICES):
        registry.register(notice)
    registry.register_rest("leave", _rests)


def _rests(user_ids: Set[UUID], now: datetime) -> Set[UUID]:
    return away_today(user_ids=user_ids, now=now)
