"""Going out of a group: one transaction, whoever decided it."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from groups import notices, policies
from groups.choices import (
    LIVE_ENROLMENTS,
    LIVE_PLACES,
    MEMBERS,
    EnrolmentState,
    Mark,
    Refusal,
)
from groups.models import (
    Attendance,
    Concern,
    Enrolment,
    MeetingSignal,
    Place,
    SealedCopy,
    SupportGroup,
)
from groups.rules.enrolment import forget_before
from groups.services.desk import GroupRefused, group_locked, month_of, record_member
from groups.services.offers import fill
from groups.services.run import rotate_coming
from groups.services.seats import release
from groups.services.telling import tell_members
from portal.audit.services import record_staff
from portal.notifications import services as notifications
from portal.people.actors import Account
from portal.people.selectors import list_departed


def leave_circle(*, actor: Account, group_id: UUID, now: datetime) -> None:
    """
    Leave a group, its queue, or take back the wish to join; no reason is asked.

    Locks the member, then the group. Her places go to whoever is next, nothing about the group
    waits for her any more, and rooms get new addresses. Leaving twice changes nothing.

    :raises Http404: if she was never in it.
    """
    seen = policies.own_enrolment(actor=actor, group_id=group_id, now=now)
    with group_locked(group_id=group_id, member_tag=bytes(seen.member_tag)):
        row = policies.own_enrolment(actor=actor, group_id=group_id, now=now)
        if row.state not in LIVE_ENROLMENTS:
            return
        go(row, state=EnrolmentState.LEFT, now=now)
        notifications.forget_recipient(tag=bytes(row.member_tag), now=now)
        record_member(row, "lingkar.left", now=now)


def remove_member(
    *, actor: Account, enrolment_id: UUID, may_return: bool, now: datetime
) -> None:
    """
    End somebody's membership; she is told kindly, with other circles and ways to talk.

    Locks the group. Without ``may_return`` she is barred: for her this group is full.

    :raises Http404: if the actor does not lead the group, or there is no such member.
    :raises GroupRefused: if she is not in the group any more.
    """
    seen = policies.get_facilitated_enrolment(actor=actor, enrolment_id=enrolment_id, now=now)
    with group_locked(group_id=seen.group_id):
        row = policies.get_facilitated_enrolment(
            actor=actor, enrolment_id=enrolment_id, now=now
        )
        if row.state not in LIVE_ENROLMENTS:
            raise GroupRefused(Refusal.NOT_MEMBER)
        if not may_return:
            Enrolment.objects.filter(pk=row.pk).update(barred=True)
        go(
            row,
            state=EnrolmentState.REMOVED if may_return else EnrolmentState.BARRED,
            now=now,
        )
        notifications.withdraw_for(tag=bytes(row.member_tag), now=now)
        tell_members(
            enrolments=[row], notice=notices.REMOVED, subject_id=row.pk, rev=row.rev, now=now
        )
        record_staff(
            role="FACILITATOR",
            handle=str(policies.facilitator_of(actor).pk),
            action="circle.removed",
            subject=str(row.pk),
            now=now,
        )


def go(row: Enrolment, *, state: EnrolmentState, now: datetime) -> None:
    """
    Take somebody out of a group, inside the group's lock; what is told is the caller's.

    Her nickname stays taken; what she asked of the group, and what facilitators were handed
    about her wish to join, goes.
    """
    was_member = row.state in MEMBERS
    pools = release(row.places.all())
    Enrolment.objects.filter(pk=row.pk).update(
        state=state, held_back=False, left_month=month_of(now)
    )
    row.blocks.all().delete()
    MeetingSignal.objects.filter(enrolment=row).delete()
    Attendance.objects.filter(
        enrolment=row, mark=Mark.EXCUSED, meeting__period__startswith__gt=now
    ).delete()
    SealedCopy.objects.filter(subject_id=row.pk).delete()
    if was_member:
        rotate_coming(group_id=row.group_id, now=now)
    fill(pool_ids=pools, now=now)


def leave_for_departed(*, now: datetime) -> int:
    """
    Take closed accounts out of every group; return how many enrolments ended.

    Group by group in a drawn order, so that no two enrolments of one person stand together in
    any record. Each is a transaction of its own; a busy group waits for the next run.
    """
    departed = list_departed()
    groups = list(SupportGroup.objects.values_list("pk", flat=True))
    secrets.SystemRandom().shuffle(groups)
    return sum(_leave_group(group_id, departed, now=now) for group_id in groups)


def forget_old_aliases(*, now: datetime) -> int:
    """
    Free the nicknames of those who left twelve months ago; return how many rows changed.

    Their past claims on places go, and the whole enrolment where nothing hangs on it; that
    somebody was barred stays. Somebody whose offer ran out that long ago has left.
    """
    last = forget_before(month_of(now))
    Enrolment.objects.filter(
        ~Exists(Place.objects.filter(enrolment=OuterRef("pk"), state__in=LIVE_PLACES)),
        state=EnrolmentState.WAITING,
        joined_month__lte=last,
    ).update(state=EnrolmentState.LEFT, left_month=last, held_back=False)
    old = Enrolment.objects.filter(left_month__lte=last).exclude(state__in=LIVE_ENROLMENTS)
    Place.objects.filter(enrolment__in=old).delete()
    attended = Attendance.objects.filter(enrolment=OuterRef("pk"))
    worried = Concern.objects.filter(enrolment=OuterRef("pk"))
    needless = old.filter(~Exists(attended), ~Exists(worried), barred=False)
    gone = needless.delete()[0]
    worn = old.filter(Q(alias__isnull=False) | Q(alias_tag__isnull=False))
    return gone + worn.update(alias=None, alias_tag=None)


def _leave_group(group_id: UUID, departed: list[UUID], *, now: datetime) -> int:
    tags = [policies.member_tag_of(user_id=one, group_id=group_id) for one in departed]
    ids = list(
        Enrolment.objects.live()
        .filter(group=group_id, member_tag__in=tags)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return sum(_leave_one(group_id, one, now=now) for one in ids)


def _leave_one(group_id: UUID, enrolment_id: UUID, *, now: datetime) -> int:
    try:
        with group_locked(group_id=group_id):
            row = Enrolment.objects.live().filter(pk=enrolment_id).first()
            if row is None:
                return 0
            go(row, state=EnrolmentState.LEFT, now=now)
            notifications.forget_recipient(tag=bytes(row.member_tag), now=now)
            record_member(row, "lingkar.left", now=now)
    except GroupRefused:
        return 0
    return 1
