"""Phased returns: hers, those a superior agrees to, those a reviewer agrees to."""

from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from portal.leave.choices import KEPT
from portal.leave.models import LeaveRequest, ReturnPlan
from portal.leave.policies.review import reviewed_agencies
from portal.people.actors import Account

ALONG: Final = (
    "request__employee__user",
    "request__employee__unit",
    "request__employee__agency",
)


def get_returning_request(*, actor: Account, request_id: UUID) -> LeaveRequest:
    """
    Return a granted leave of the actor's own, from which she may come back in stages.

    :raises Http404: for anything else.
    """
    found = (
        LeaveRequest.objects.filter(
            pk=request_id, employee__user_id=actor.user_id, state__in=KEPT, desk_only=False
        )
        .select_related("employee__user", "employee__unit", "employee__agency", "leave_type")
        .first()
    )
    if found is None:
        raise Http404
    return found


def own_plans(actor: Account) -> QuerySet[ReturnPlan]:
    """Return the actor's own plans."""
    return ReturnPlan.objects.filter(request__employee__user_id=actor.user_id)


def managed_plans(actor: Account) -> QuerySet[ReturnPlan]:
    """Return the plans the actor is asked to agree to as superior, and those she agreed to."""
    return ReturnPlan.objects.filter(manager__user_id=actor.user_id).exclude(
        request__employee__user_id=actor.user_id
    )


def reviewed_plans(*, actor: Account, today: date) -> QuerySet[ReturnPlan]:
    """Return the plans of the agencies the actor reviews for; never her own or her reports'."""
    return (
        ReturnPlan.objects.filter(
            request__agency__in=reviewed_agencies(actor=actor, today=today)
        )
        .exclude(request__employee__user_id=actor.user_id)
        .exclude(manager__user_id=actor.user_id)
    )


def get_plan(plans: QuerySet[ReturnPlan], *, plan_id: UUID) -> ReturnPlan:
    """
    Return one plan of those the actor may see, with whose it is.

    :raises Http404: alike for a foreign and for an absent one.
    """
    found = plans.filter(pk=plan_id).select_related(*ALONG, "manager__user").first()
    if found is None:
        raise Http404
    return found
