"""
The only door to groups, meetings, enrolments and worries.

Absent and not-yours are one and the same 404. Nothing here asks who administers the house.
"""

from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.timezone import localdate

from groups.choices import ConcernState, DutyState, GroupStatus, Visibility
from groups.models import (
    Assignment,
    CapacityPool,
    Concern,
    Duty,
    Enrolment,
    Facilitator,
    Meeting,
    Place,
    PlanChange,
    SealedCopy,
    SupportGroup,
)
from groups.models.members import EnrolmentQuerySet
from groups.notices import MEMBER
from portal.audit.services import count_refusal
from portal.notifications.services import inbox_tag
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import RoleGrant
from portal.vault.services import tag

ROUTE = "lingkar"
NO_AGENCY = UUID(int=0)
"""Where somebody without an agency looks: nothing is there, at the same cost."""
STAND_IN_AFTER = timedelta(days=2)
"""How long after a meeting somebody who only stood in may still write down what happened."""


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


# ---- members


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


def get_circle(*, actor: Account, group_id: UUID, now: datetime) -> SupportGroup:
    """
    Return a group whose page the actor may open: listed or not, with the address.

    Ended ones are open to those who were in them.

    :raises Http404: for a draft, another agency's or none; they look and cost alike.
    """
    group = visible_groups(actor).filter(pk=group_id).first()
    if group is None:
        _refuse(now)
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
        _refuse(now)
    return found


def get_member_meeting(
    *, actor: Account, meeting_id: UUID, now: datetime
) -> tuple[Meeting, Enrolment]:
    """
    Return a meeting of a group the actor belongs to or waits for, and her enrolment.

    :raises Http404: in every other case, all alike.
    """
    meeting = (
        Meeting.objects.filter(pk=meeting_id, group__agency_id=actor.agency_id or NO_AGENCY)
        .select_related("group", "series")
        .first()
    )
    # One more query for a random id as well, so that the two cost alike.
    group_id = meeting.group_id if meeting else meeting_id
    enrolment = enrolments_of(actor=actor, group_ids=[group_id]).live().first()
    if meeting is None or enrolment is None:
        _refuse(now)
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
        _refuse(now)
    return found


# ---- facilitators


def facilitator_of(actor: Account) -> Facilitator:
    """
    Return the facilitator the actor is.

    :raises Http404: if she holds no facilitator's role today or is not set up as one.
    """
    if Role.FACILITATOR not in actor.roles:
        raise Http404
    found = Facilitator.objects.filter(user_id=actor.user_id, is_active=True).first()
    if found is None:
        raise Http404
    return found


def facilitated_groups(actor: Account, *, now: datetime) -> QuerySet[SupportGroup]:
    """
    Return the groups the actor leads today, in any state.

    :raises Http404: if she is no facilitator.
    """
    in_force = Assignment.objects.on(localdate(now)).filter(
        group=OuterRef("pk"), facilitator=facilitator_of(actor)
    )
    return SupportGroup.objects.filter(Exists(in_force))


def get_facilitated_group(*, actor: Account, group_id: UUID, now: datetime) -> SupportGroup:
    """
    Return a group the actor leads today.

    :raises Http404: if she does not, or it does not exist; the two look and cost alike.
    """
    found = facilitated_groups(actor, now=now).filter(pk=group_id).first()
    if found is None:
        _refuse(now)
    return found


def get_facilitated_enrolment(
    *, actor: Account, enrolment_id: UUID, now: datetime
) -> Enrolment:
    """
    Return the enrolment of somebody in a group the actor leads today, with the group.

    Whoever is held back is not shown to facilitators and cannot be opened either.

    :raises Http404: if she does not lead it, or there is none; they look and cost alike.
    """
    found = (
        Enrolment.objects.filter(
            pk=enrolment_id, held_back=False, group__in=facilitated_groups(actor, now=now)
        )
        .select_related("group")
        .first()
    )
    if found is None:
        _refuse(now)
    return found


def get_facilitated_pool(*, actor: Account, pool_id: UUID, now: datetime) -> CapacityPool:
    """
    Return a pool of places of a group the actor leads today.

    :raises Http404: if she does not lead it, or there is none; the two look and cost alike.
    """
    found = CapacityPool.objects.filter(
        pk=pool_id, group__in=facilitated_groups(actor, now=now)
    ).first()
    if found is None:
        _refuse(now)
    return found


def facilitated_meetings(actor: Account, *, now: datetime) -> QuerySet[Meeting]:
    """
    Return the meetings the actor may open: of her groups, and those she stands in for.

    Somebody who stands in keeps the page for two days after the meeting.
    """
    facilitator = facilitator_of(actor)
    leads = Assignment.objects.on(localdate(now)).filter(
        group=OuterRef("group"), facilitator=facilitator
    )
    on_duty = Duty.objects.filter(
        meeting=OuterRef("pk"),
        facilitator=facilitator,
        state__in=[DutyState.CONFIRMED, DutyState.SWAP_WANTED],
    )
    # Who has just been taken off a group keeps nothing of it, not even of yesterday.
    taken_off = Assignment.objects.filter(
        group=OuterRef("group"),
        facilitator=facilitator,
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
    found = (
        facilitated_meetings(actor, now=now)
        .filter(pk=meeting_id)
        .select_related("group", "series")
        .first()
    )
    if found is None:
        _refuse(now)
    return found


def get_facilitated_change(*, actor: Account, change_id: UUID, now: datetime) -> PlanChange:
    """
    Return a change of the plan of a group the actor leads today.

    :raises Http404: if she does not lead it, or it does not exist; the two look and cost alike.
    """
    found = PlanChange.objects.filter(
        pk=change_id, group__in=facilitated_groups(actor, now=now)
    ).first()
    if found is None:
        _refuse(now)
    return found


def rota_meetings(actor: Account, *, now: datetime) -> QuerySet[Meeting]:
    """Return the coming meetings of the agency that somebody may take a duty in."""
    facilitator = facilitator_of(actor)
    return (
        Meeting.objects.planned()
        .ahead(now=now)
        .filter(group__agency_id=facilitator.agency_id, group__status=GroupStatus.ACTIVE)
    )


# ---- the head of the service


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


def get_headed_meeting(*, actor: Account, meeting_id: UUID) -> Meeting:
    """
    Return a meeting of the agency the actor heads.

    :raises Http404: if it is another agency's or does not exist.
    """
    found = (
        Meeting.objects.filter(pk=meeting_id, group__agency_id=headed_agency(actor))
        .select_related("group")
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_headed_facilitator(*, actor: Account, facilitator_id: UUID) -> Facilitator:
    """
    Return a facilitator of the agency the actor heads.

    :raises Http404: if she is another agency's or does not exist.
    """
    found = Facilitator.objects.filter(
        pk=facilitator_id, agency_id=headed_agency(actor)
    ).first()
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


# ---- worries


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
        _refuse(now)
    return found


def _refuse(now: datetime) -> NoReturn:
    # Counted by hour and room, without a person: a foreign id and a random one alike.
    count_refusal(route=ROUTE, now=now)
    raise Http404
