"""What HR and the authorised officials of an agency see: dates, kind, balance, verdict."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from portal.leave.models import LeaveRequest
from portal.people.actors import Account
from portal.people.choices import Role


def desk_agency(actor: Account) -> UUID:
    """
    Return the agency whose leave the actor handles, as HR officer or authorised official.

    :raises Http404: if there is none.
    """
    if not actor.roles & {Role.HR, Role.OFFICIAL} or actor.agency_id is None:
        raise Http404
    return actor.agency_id


def get_settled_agency(actor: Account) -> UUID:
    """
    Return the agency whose rules, weeks and decrees the actor keeps: an HR officer's.

    :raises Http404: for anybody else.
    """
    if Role.HR not in actor.roles or actor.agency_id is None:
        raise Http404
    return actor.agency_id


def desk_requests(actor: Account) -> QuerySet[LeaveRequest]:
    """Return the requests of the actor's agency, without her own: nobody handles herself."""
    return LeaveRequest.objects.filter(agency_id=desk_agency(actor)).exclude(
        employee__user_id=actor.user_id
    )


def get_desk_request(*, actor: Account, request_id: UUID) -> LeaveRequest:
    """
    Return a request of the actor's agency that is not her own.

    :raises Http404: alike for a foreign and for an absent one.
    """
    found = (
        desk_requests(actor)
        .filter(pk=request_id)
        .select_related("leave_type", "employee__unit", "employee__user")
        .first()
    )
    if found is None:
        raise Http404
    return found
