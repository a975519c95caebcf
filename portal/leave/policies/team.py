"""What a superior is asked about, and the dates of the people under her."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from portal.leave.choices import KEPT, ConsiderationState
from portal.leave.models import Consideration, LeaveRequest
from portal.people.actors import Account


def open_considerations(actor: Account) -> QuerySet[Consideration]:
    """Return what waits for the actor, as the one asked or as the one who stands in."""
    return Consideration.objects.filter(
        Q(asked__user_id=actor.user_id) | Q(stand_in__user_id=actor.user_id),
        state=ConsiderationState.OPEN,
    )


def get_consideration(*, actor: Account, consideration_id: UUID) -> Consideration:
    """
    Return an open question to the actor, with its request.

    :raises Http404: for one that is another's, answered, or about a request of her own.
    """
    found = (
        open_considerations(actor)
        .exclude(request__employee__user_id=actor.user_id)
        .filter(pk=consideration_id)
        .select_related("request__leave_type", "request__employee__unit")
        .first()
    )
    if found is None:
        raise Http404
    return found


def team_requests(actor: Account) -> QuerySet[LeaveRequest]:
    """
    Return the granted leave of the actor's direct reports.

    What is still being decided appears only where she is asked about it: a superior whom
    somebody left out learns the dates when they are granted, like everybody in the team.
    """
    return LeaveRequest.objects.filter(
        employee__manager__user_id=actor.user_id, state__in=KEPT, desk_only=False
    )


def get_team_request(*, actor: Account, request_id: UUID) -> LeaveRequest:
    """
    Return a granted leave of a direct report.

    :raises Http404: for anything else.
    """
    found = team_requests(actor).filter(pk=request_id).select_related("employee__unit").first()
    if found is None:
        raise Http404
    return found
