"""Groups and meetings of those who lead them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.timezone import localdate

from groups.choices import DutyState, GroupStatus
from groups.models import (
    Assignment,
    CapacityPool,
    Duty,
    Enrolment,
    Facilitator,
    Meeting,
    PlanChange,
    SupportGroup,
)
from groups.policies.tags import one_of
from portal.people.actors import Account
from portal.people.choices import Role

STAND_IN_AFTER = timedelta(days=2)
"""How long after a meeting somebody who only stood in may still write down what happened."""


def facilitator_of(actor: Account) -> Facilitator:
    """
    Return the facilitator the actor is.

    :raises Http404: if she holds no facilitator's role today or is not set up as one.
    """
    found = _profiles(actor).first()
    if found is None:
        raise Http404
    return found


def facilitated_groups(actor: Account, *, now: datetime) -> QuerySet[SupportGroup]:
    """
    Return the groups the actor leads today, in any state; none without a profile.

    :raises Http404: if she holds no facilitator's role today.
    """
    in_force = Assignment.objects.on(localdate(now)).filter(
        _her_own(actor), group=OuterRef("pk")
    )
    return SupportGroup.objects.filter(Exists(in_force))


def get_facilitated_group(*, actor: Account, group_id: UUID, now: datetime) -> SupportGroup:
    """
    Return a group the actor leads today.

    :raises Http404: if she does not, or it does not exist; the two look and cost alike.
    """
    return one_of(facilitated_groups(actor, now=now).filter(pk=group_id), now=now)


def get_facilitated_enrolment(
    *, actor: Account, enrolment_id: UUID, now: datetime
) -> Enrolment:
    """
    Return the enrolment of somebody in a group the actor leads today, with the group.

    Whoever is held back is not shown to facilitators and cannot be opened either.

    :raises Http404: if she does not lead it, or there is none; they look and cost alike.
    """
    own = Enrolment.objects.filter(
        pk=enrolment_id, held_back=False, group__in=facilitated_groups(actor, now=now)
    )
    return one_of(own.select_related("group"), now=now)


def get_facilitated_pool(*, actor: Account, pool_id: UUID, now: datetime) -> CapacityPool:
    """
    Return a pool of places of a group the actor leads today.

    :raises Http404: if she does not lead it, or there is none; the two look and cost alike.
    """
    own = CapacityPool.objects.filter(group__in=facilitated_groups(actor, now=now))
    return one_of(own.filter(pk=pool_id), now=now)


def facilitated_meetings(actor: Account, *, now: datetime) -> QuerySet[Meeting]:
    """
    Return the meetings the actor may open: of her groups, and those she stands in for.

    Somebody who stands in keeps the page for two days after the meeting.

    :raises Http404: if she holds no facilitator's role today.
    """
    her_own = _her_own(actor)
    leads = Assignment.objects.on(localdate(now)).filter(her_own, group=OuterRef("group"))
    on_duty = Duty.objects.filter(
        her_own,
        meeting=OuterRef("pk"),
        state__in=[DutyState.CONFIRMED, DutyState.SWAP_WANTED],
    )
    # Who has just been taken off a group keeps nothing of it, not even of yesterday.
    taken_off = Assignment.objects.filter(
        her_own,
        group=OuterRef("group"),
        ends_on__gt=localdate(now - STAND_IN_AFTER) - timedelta(days=1),
    )
    stands_in = Exists(on_duty) & (
        Q(period__endswith__gt=now)
        | (Q(period__endswith__gt=now - STAND_IN_AFTER) & ~Exists(taken_off))
    )
    return Meeting.objects.filter(Exists(leads) | stands_in)


def get_facilitated_meeting(*, actor: Account, meeting_id: UUID, now: datetime) -> Meeting:
    """
    Return a meeting the actor may run, with its group.

    :raises Http404: if she may not, or it does not exist; the two look and cost alike.
    """
    own = facilitated_meetings(actor, now=now).filter(pk=meeting_id)
    return one_of(own.select_related("group", "series"), now=now)


def get_plannable_meeting(*, actor: Account, meeting_id: UUID, now: datetime) -> Meeting:
    """
    Return a meeting whose plan is the actor's to change; to stand in once is not enough.

    :raises Http404: if she does not lead its group, or there is none; they look and cost alike.
    """
    own = Meeting.objects.filter(group__in=facilitated_groups(actor, now=now))
    return one_of(own.filter(pk=meeting_id).select_related("group", "series"), now=now)


def get_facilitated_change(*, actor: Account, change_id: UUID, now: datetime) -> PlanChange:
    """
    Return a change of the plan of a group the actor leads today.

    :raises Http404: if she does not lead it, or it does not exist; the two look and cost alike.
    """
    own = PlanChange.objects.filter(group__in=facilitated_groups(actor, now=now))
    return one_of(own.filter(pk=change_id), now=now)


def rota_meetings(actor: Account, *, now: datetime) -> QuerySet[Meeting]:
    """
    Return the coming meetings of the agency that the actor may take a duty in.

    :raises Http404: if she holds no facilitator's role today.
    """
    agency = _profiles(actor).values("agency")
    return (
        Meeting.objects.planned()
        .ahead(now=now)
        .filter(group__agency__in=agency, group__status=GroupStatus.ACTIVE)
    )


def _profiles(actor: Account) -> QuerySet[Facilitator]:
    """
    Return the facilitator the actor is, as a question not asked yet.

    :raises Http404: if she holds no facilitator's role today.
    """
    if Role.FACILITATOR not in actor.roles:
        raise Http404
    return Facilitator.objects.filter(user_id=actor.user_id, is_active=True)


def _her_own(actor: Account) -> Q:
    """Return what picks the rows of the facilitator the actor is; none without a profile."""
    return Q(facilitator__in=_profiles(actor))
