"""Worries in tests: handed on, written, read, and what an inbox says."""

from datetime import datetime
from uuid import UUID

from django.utils import translation

from groups.choices import ConcernLevel
from groups.services import concerns
from groups.services.concerns import Written
from portal.notifications import selectors as inbox
from portal.people.actors import Account
from tests.factories import NOW
from tests.support.groups import Circle, meetings_of, vault_of

TEXT = "Ia berkata tidak ingin bangun lagi."
RED, AMBER = ConcernLevel.RED, ConcernLevel.AMBER


def hand_on(
    circle: Circle,
    *,
    about: UUID | None = None,
    level: ConcernLevel = AMBER,
    text: str = TEXT,
) -> UUID:
    """Hand a worry on as the circle's lead, from its first meeting."""
    return concerns.raise_concern(
        actor=circle.lead,
        meeting_id=meetings_of(circle)[0].pk,
        enrolment_id=about,
        level=level,
        text=text,
        now=NOW,
    )


def write(
    circle: Circle,
    actor: Account,
    *,
    level: ConcernLevel = AMBER,
    to_duty: bool = False,
    text: str = TEXT,
) -> Written:
    """Write to the facilitators, or to who is on duty, as a member."""
    return concerns.write_to_facilitators(
        actor=actor, group_id=circle.group.pk, text=text, level=level, to_duty=to_duty, now=NOW
    )


def read(actor: Account, concern_id: UUID) -> str:
    """Open a worry with somebody's own key."""
    return concerns.open_concern(
        actor=actor, concern_id=concern_id, vault=vault_of(actor), now=NOW
    )


def told(actor: Account, *, now: datetime = NOW) -> list[str]:
    """Return the titles of somebody's inbox, in English."""
    with translation.override("en"):
        rows = inbox.list_inbox(user_id=actor.user_id, zone="Asia/Jakarta", now=now)
    return [row.title for row in rows]
