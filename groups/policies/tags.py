"""By which tags rows are found from a person, and the one 404."""

from datetime import datetime
from typing import NoReturn, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404

from groups.notices import MEMBER
from portal.audit.services import count_refusal
from portal.notifications.services import inbox_tag
from portal.vault.services import tag

_Row = TypeVar("_Row", bound=Model)

ROUTE = "lingkar"
NO_AGENCY = UUID(int=0)
"""Where somebody without an agency looks: nothing is there, at the same cost."""


def member_tag_of(*, user_id: UUID, group_id: UUID) -> bytes:
    """
    Return the tag under which a person's enrolment in a group can be found.

    It is the tag of her inbox for this group, too: one a person and group, shared with nothing.
    """
    return inbox_tag(namespace=MEMBER, user_id=user_id, scope=group_id)


def blocked_tag_of(*, user_id: UUID, group_id: UUID) -> bytes:
    """Return the tag under which others may have asked never to meet a person in a group."""
    return tag("groups.block", group_id, user_id)


def reader_tag_of(*, user_id: UUID) -> bytes:
    """Return the tag under which the copies sealed to somebody who works here are found."""
    return tag("groups.reader", user_id)


def refuse(now: datetime) -> NoReturn:
    """
    Answer that there is nothing here.

    :raises Http404: always.
    """
    # Counted by hour and room, without a person: a foreign id and a random one alike.
    count_refusal(route=ROUTE, now=now)
    raise Http404


def one_of(rows: QuerySet[_Row], *, now: datetime) -> _Row:
    """
    Return the first of the rows somebody may have, with one question whatever there is.

    :raises Http404: if there is none.
    """
    found = rows.first()
    if found is None:
        refuse(now)
    return found
