"""Worries that were handed to somebody."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.timezone import localdate

from groups.choices import ConcernState
from groups.models import (
    Assignment,
    Concern,
    SealedCopy,
    SupportGroup,
)
from groups.policies.tags import reader_tag_of, refuse
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import RoleGrant


def readable_concerns(actor: Account, *, now: datetime) -> QuerySet[Concern]:
    """
    Return the worries that were handed to the actor: a copy is sealed to her.

    Whoever has lost the duty in an agency, or a group, has lost their worries with it.

    :raises Http404: if she neither holds the duty nor leads groups today.
    """
    if not actor.roles & {Role.DUTY, Role.FACILITATOR}:
        raise Http404
    readable = Q(for_duty=True, group__agency__in=_on_duty_in(actor, now=now))
    if Role.FACILITATOR in actor.roles:
        readable |= Q(for_duty=False, group__in=_led_open_ended(actor))
    return Concern.objects.filter(readable).filter(Exists(_copy_for(actor)))


def concerns_sealed_to_others(actor: Account, *, now: datetime) -> QuerySet[Concern]:
    """Return the open worries for those on duty of which the actor holds no copy."""
    return Concern.objects.filter(
        ~Exists(_copy_for(actor)),
        for_duty=True,
        state=ConcernState.OPEN,
        group__agency__in=_on_duty_in(actor, now=now),
    )


def _on_duty_in(actor: Account, *, now: datetime) -> QuerySet[RoleGrant, UUID]:
    """Return the agencies in which the actor is on duty today."""
    if Role.DUTY not in actor.roles:
        return RoleGrant.objects.none().values_list("agency_id", flat=True)
    return (
        RoleGrant.objects.on(localdate(now))
        .filter(user_id=actor.user_id, role=Role.DUTY)
        .values_list("agency_id", flat=True)
    )


def _copy_for(actor: Account) -> QuerySet[SealedCopy]:
    return SealedCopy.objects.filter(
        subject_id=OuterRef("pk"), reader_tag=reader_tag_of(user_id=actor.user_id)
    )


def _led_open_ended(actor: Account) -> QuerySet[SupportGroup]:
    """Return the groups whose assignment of the actor has no end; none without a profile."""
    open_ended = Assignment.objects.filter(
        group=OuterRef("pk"),
        facilitator__user_id=actor.user_id,
        facilitator__is_active=True,
        ends_on__isnull=True,
    )
    return SupportGroup.objects.filter(Exists(open_ended))


def get_concern(*, actor: Account, concern_id: UUID, now: datetime) -> Concern:
    """
    Return a worry that was handed to the actor, with its group.

    :raises Http404: if it was not, or does not exist; the two look and cost alike.
    """
    found = (
        readable_concerns(actor, now=now)
        .filter(pk=concern_id)
        .select_related("group", "meeting", "enrolment")
        .first()
    )
    if found is None:
        refuse(now)
    return found
