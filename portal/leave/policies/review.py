"""What a medical reviewer may look at: requests with a piece whose key is sealed to her."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from portal.leave.models import HealthDossier
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import RoleGrant


def reviewed_agencies(*, actor: Account, today: date) -> list[UUID]:
    """Return the agencies the actor reviews for; a reviewer may be shared between agencies."""
    return list(
        RoleGrant.objects.on(today)
        .filter(user_id=actor.user_id, role=Role.REVIEWER)
        .values_list("agency_id", flat=True)
        .distinct()
    )


def reviews(*, actor: Account, today: date) -> QuerySet[HealthDossier]:
    """
    Return the dossiers the actor may open: of her agencies, never her own or her reports'.

    One that a colleague has taken on is hers alone; a second look is another reviewer's.
    """
    return (
        HealthDossier.objects.filter(
            request__agency__in=reviewed_agencies(actor=actor, today=today),
            pieces__keys__reviewer_id=actor.user_id,
        )
        .filter(Q(reviewer__isnull=True) | Q(reviewer_id=actor.user_id))
        .exclude(not_again_id=actor.user_id)
        .exclude(request__employee__user_id=actor.user_id)
        .exclude(request__employee__manager__user_id=actor.user_id)
        .distinct()
    )


def get_review(*, actor: Account, request_id: UUID, today: date) -> HealthDossier:
    """
    Return one dossier the actor may open, found by its request.

    :raises Http404: alike for a foreign and for an absent one.
    """
    found = (
        reviews(actor=actor, today=today)
        .filter(request_id=request_id)
        .select_related("request__leave_type", "request__employee__unit")
        .first()
    )
    if found is None:
        raise Http404
    return found
