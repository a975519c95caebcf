"""What a medical reviewer may look at: requests with a piece whose key is sealed to her."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from portal.leave.models import Consideration, Decree, HealthDossier, LeaveRequest
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import RoleGrant
from portal.people.selectors import list_with_role, managers_above


def reviewed_agencies(*, actor: Account, today: date) -> list[UUID]:
    """Return the agencies the actor reviews for; a reviewer may be shared between agencies."""
    return list(
        RoleGrant.objects.on(today)
        .filter(user_id=actor.user_id, role=Role.REVIEWER)
        .values_list("agency_id", flat=True)
        .distinct()
    )


def reviewers_for(row: LeaveRequest, *, today: date) -> list[UUID]:
    """
    Return the reviewers who may be handed the evidence of a request, by id.

    Active ones of its agency who have no other part in it: not the employee, nobody above her,
    nobody who is or was asked about it, no holder of a decree. Whether they have a vault is not
    looked at. Five queries.
    """
    apart = {row.employee.user_id}
    apart.update(one.user_id for one in managers_above(employee_id=row.employee_id))
    asked = Consideration.objects.filter(request=row)
    for users in asked.values_list("asked__user", "stand_in__user", "acted_by__user"):
        apart.update(users)  # an empty place among them is nobody's id
    decrees = Decree.objects.on(today).filter(agency=row.agency_id, withdrawn_on=None)
    apart.update(decrees.values_list("holder", flat=True))
    active = list_with_role(agency_id=row.agency_id, role=Role.REVIEWER, today=today)
    return [user_id for user_id in active if user_id not in apart]


def keyed_reviews(*, actor: Account, today: date) -> QuerySet[HealthDossier]:
    """
    Return the dossiers the actor has a key to, whoever of her colleagues has taken them on.

    Of her agencies; never her own, never one she has another part in.
    """
    asked = Consideration.objects.filter(
        Q(asked__user_id=actor.user_id)
        | Q(stand_in__user_id=actor.user_id)
        | Q(acted_by__user_id=actor.user_id)
    )
    return (
        HealthDossier.objects.filter(
            request__agency__in=reviewed_agencies(actor=actor, today=today),
            pieces__keys__reviewer_id=actor.user_id,
        )
        .exclude(not_again_id=actor.user_id)
        .exclude(request__employee__user_id=actor.user_id)
        .exclude(request__employee__manager__user_id=actor.user_id)
        .exclude(request__in=asked.values("request"))
        .distinct()
    )


def reviews(*, actor: Account, today: date) -> QuerySet[HealthDossier]:
    """
    Return the dossiers the actor may open: of her agencies, never her own or her reports'.

    One that a colleague has taken on is hers alone; a second look is another reviewer's.
    """
    return keyed_reviews(actor=actor, today=today).filter(
        Q(reviewer__isnull=True) | Q(reviewer_id=actor.user_id)
    )


def get_review(*, actor: Account, request_id: UUID, today: date) -> HealthDossier:
    """
    Return one dossier the actor may open, found by its request.

    :raises Http404: alike for a foreign and for an absent one.
    """
    found = (
        reviews(actor=actor, today=today)
        .filter(request_id=request_id)
        .select_related(
            "request__leave_type",
            "request__agency",
            "request__employee__user",
            "request__employee__agency",
            "request__employee__unit",
        )
        .first()
    )
    if found is None:
        raise Http404
    return found
