"""Groups, meetings and places as a member may have them."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from groups.choices import GroupStatus, Visibility
from groups.models import (
    Enrolment,
    Meeting,
    Place,
    SupportGroup,
)
from groups.models.members import EnrolmentQuerySet
from groups.policies.tags import NO_AGENCY, member_tag_of, refuse
from portal.people.actors import Account

_Rows = TypeVar("_Rows")
Shape = Callable[[_Rows], _Rows]
"""How a page asks for more of the rows it gets; it never widens which ones they are."""


def as_it_is(rows: _Rows) -> _Rows:
    """Ask for nothing more."""
    return rows


def visible_groups(actor: Account) -> QuerySet[SupportGroup]:
    """Return the groups of the actor's agency whose pages she may open: no drafts."""
    return SupportGroup.objects.filter(agency_id=actor.agency_id or NO_AGENCY).exclude(
        status=GroupStatus.DRAFT
    )


def listed_groups(actor: Account) -> QuerySet[SupportGroup]:
    """Return the groups that the list shows to everybody of the agency."""
    return visible_groups(actor).filter(
        visibility=Visibility.LISTED, status__in=[GroupStatus.ACTIVE, GroupStatus.PAUSED]
    )


def get_circle(
    *,
    actor: Account,
    group_id: UUID,
    now: datetime,
    shape: "Shape[QuerySet[SupportGroup]]" = as_it_is,
) -> SupportGroup:
    """
    Return a group whose page the actor may open: listed or not, with the address.

    Ended ones are open to those who were in them. ``shape`` brings along what a page needs.

    :raises Http404: for a draft, another agency's or none; they look and cost alike.
    """
    group = shape(visible_groups(actor)).filter(pk=group_id).first()
    if group is None:
        refuse(now)
    if group.status == GroupStatus.ARCHIVED:
        own_enrolment(actor=actor, group_id=group_id, now=now)
    return group


def enrolments_of(*, actor: Account, group_ids: list[UUID]) -> EnrolmentQuerySet:
    """Return the actor's own enrolments among these groups, past ones included."""
    tags = [member_tag_of(user_id=actor.user_id, group_id=group_id) for group_id in group_ids]
    return Enrolment.objects.filter(member_tag__in=tags)


def own_enrolment(*, actor: Account, group_id: UUID, now: datetime) -> Enrolment:
    """
    Return the actor's enrolment in a group, whatever its state, with its group.

    :raises Http404: if she has none; a foreign and a random group look and cost alike.
    """
    found = enrolments_of(actor=actor, group_ids=[group_id]).select_related("group").first()
    if found is None:
        refuse(now)
    return found


def get_member_meeting(
    *,
    actor: Account,
    meeting_id: UUID,
    now: datetime,
    shape: "Shape[QuerySet[Meeting]]" = as_it_is,
    own_shape: "Shape[EnrolmentQuerySet]" = as_it_is,
) -> tuple[Meeting, Enrolment]:
    """
    Return a meeting of a group the actor belongs to or waits for, and her enrolment.

    ``shape`` and ``own_shape`` bring along what a page needs of the two.

    :raises Http404: in every other case, all alike.
    """
    meeting = (
        shape(Meeting.objects.filter(group__agency_id=actor.agency_id or NO_AGENCY))
        .filter(pk=meeting_id)
        .select_related("group", "series")
        .first()
    )
    # One more query for a random id as well, so that the two cost alike.
    group_id = meeting.group_id if meeting else meeting_id
    own = enrolments_of(actor=actor, group_ids=[group_id]).live()
    enrolment = own_shape(own).first()
    if meeting is None or enrolment is None:
        refuse(now)
    return meeting, enrolment


def get_own_place(*, actor: Account, place_id: UUID, now: datetime) -> Place:
    """
    Return the actor's claim on a place, with its pool and her enrolment.

    :raises Http404: if it is somebody else's or none; the two look and cost alike.
    """
    found = (
        Place.objects.filter(pk=place_id)
        .select_related("pool__group", "pool__meeting", "enrolment")
        .first()
    )
    group_id = found.pool.group_id if found else place_id
    own = member_tag_of(user_id=actor.user_id, group_id=group_id)
    if found is None or bytes(found.enrolment.member_tag) != own:
        refuse(now)
    return found
