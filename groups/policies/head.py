"""Groups, meetings and facilitators of the agency somebody heads."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from groups.models import (
    Assignment,
    Facilitator,
    Meeting,
    SupportGroup,
)
from portal.people.actors import Account
from portal.people.choices import Role


def headed_agency(actor: Account) -> UUID:
    """
    Return the agency whose service the actor heads.

    :raises Http404: if there is none.
    """
    if Role.HEAD not in actor.roles or actor.agency_id is None:
        raise Http404
    return actor.agency_id


def headed_groups(actor: Account) -> QuerySet[SupportGroup]:
    """Return the groups of the agency the actor heads."""
    return SupportGroup.objects.filter(agency_id=headed_agency(actor))


def get_headed_group(*, actor: Account, group_id: UUID) -> SupportGroup:
    """
    Return a group of the agency the actor heads.

    :raises Http404: if it is another agency's or does not exist.
    """
    found = headed_groups(actor).filter(pk=group_id).first()
    if found is None:
        raise Http404
    return found


def headed_meetings(actor: Account) -> QuerySet[Meeting]:
    """Return the meetings of the agency the actor heads."""
    return Meeting.objects.filter(group__agency_id=headed_agency(actor))


def get_headed_meeting(*, actor: Account, meeting_id: UUID) -> Meeting:
    """
    Return a meeting of the agency the actor heads.

    :raises Http404: if it is another agency's or does not exist.
    """
    found = headed_meetings(actor).filter(pk=meeting_id).select_related("group").first()
    if found is None:
        raise Http404
    return found


def headed_facilitators(actor: Account) -> QuerySet[Facilitator]:
    """Return the facilitators of the agency the actor heads, former ones too."""
    return Facilitator.objects.filter(agency_id=headed_agency(actor))


def get_headed_facilitator(*, actor: Account, facilitator_id: UUID) -> Facilitator:
    """
    Return a facilitator of the agency the actor heads.

    :raises Http404: if she is another agency's or does not exist.
    """
    found = headed_facilitators(actor).filter(pk=facilitator_id).first()
    if found is None:
        raise Http404
    return found


def get_headed_assignment(*, actor: Account, assignment_id: UUID) -> Assignment:
    """
    Return an assignment in a group of the agency the actor heads.

    :raises Http404: if it is another agency's or does not exist.
    """
    found = Assignment.objects.filter(
        pk=assignment_id, group__agency_id=headed_agency(actor)
    ).first()
    if found is None:
        raise Http404
    return found
