"""Making a group, changing what it is, opening, pausing and ending it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import localdate

from groups import notices, policies
from groups.choices import (
    LIVE_ENROLMENTS,
    LIVE_PLACES,
    AssignmentKind,
    Block,
    CancelReason,
    EnrolmentState,
    GroupKind,
    GroupStatus,
    JoinPolicy,
    MeetingStatus,
    PlaceState,
    Refusal,
    Visibility,
    Way,
)
from groups.models import (
    GROUP_NAME_ONCE,
    Agreement,
    Assignment,
    CapacityPool,
    Enrolment,
    Facilitator,
    Invitation,
    Meeting,
    Place,
    SealedCopy,
    SupportGroup,
)
from groups.models import Block as Avoided
from groups.rules.run import RUN_SHEET
from groups.selectors.every import look_again
from groups.services.desk import GroupRefused, group_locked, month_of
from groups.services.offers import fill_group
from groups.services.telling import tell_members
from portal.audit.services import record_staff
from portal.common.db import violated_constraint
from portal.notifications import services as notifications
from portal.people.actors import Account
from portal.vault.codes import NotACode, new_code, parse, printable
from portal.vault.services import tag

CODE_BYTES: Final = 10
CODE_DAYS: Final = 30
"""How long a printed code opens a group by referral."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """What a group is; ``capacity`` has an entry for each way it meets in."""

    name: str
    topic: str
    about: str = ""
    kind: GroupKind = GroupKind.CLOSED
    visibility: Visibility = Visibility.LISTED
    join_policy: JoinPolicy = JoinPolicy.INSTANT
    language: str = "Indonesia"
    zone: str = "Asia/Jakarta"
    capacity: Mapping[Way, int] = field(default_factory=lambda: {Way.ROOM: 10})
    room: str = ""
    directions: str = ""
    link_base: str = ""
    min_facilitators: int = 2

    @property
    def ways(self) -> list[str]:
        """Return the ways of meeting, in the order of their names."""
        return sorted(way.value for way in self.capacity)


def create_group(*, actor: Account, plan: GroupPlan, now: datetime) -> UUID:
    """
    Make a group that nobody sees yet; the actor leads it.

    :raises Http404: if the actor is no facilitator.
    :raises GroupRefused: if another group of the agency has the name.
    """
    facilitator = policies.facilitator_of(actor)
    with _one_of_a_kind(), transaction.atomic(durable=True):
        group = SupportGroup.objects.create(
            agency_id=facilitator.agency_id,
            run_sheet=[[block.value, minutes] for block, minutes in RUN_SHEET.items()],
            **_columns(plan),
        )
        _set_pools(group, plan)
        Assignment.objects.create(
            group=group,
            facilitator=facilitator,
            kind=AssignmentKind.LEAD,
            starts_on=localdate(now),
        )
        _record(facilitator, "circle.created", group.pk, now=now)
    look_again()
    return group.pk


def change_group(*, actor: Account, group_id: UUID, plan: GroupPlan, now: datetime) -> None:
    """
    Change what a group is. Its kind stays, and nobody loses a place.

    A way that is dropped keeps the places that were given; new ones are not.

    :raises Http404: if the actor does not lead it.
    :raises GroupRefused: if another group of the agency has the name.
    """
    with _one_of_a_kind(), group_locked(group_id=group_id):
        group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
        columns = _columns(plan) | {"kind": group.kind}
        SupportGroup.objects.filter(pk=group.pk).update(**columns)
        _set_pools(group, plan)
        fill_group(group_id=group.pk, now=now)
        _record(policies.facilitator_of(actor), "circle.changed", group.pk, now=now)


def set_run_sheet(
    *, actor: Account, group_id: UUID, minutes: Mapping[Block, int], now: datetime
) -> None:
    """
    Weigh the parts of a meeting anew; a part of 0 minutes is left out.

    :raises Http404: if the actor does not lead the group.
    """
    with group_locked(group_id=group_id):
        group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
        group.run_sheet = [
            [block.value, minutes[block]] for block in Block if minutes.get(block, 0) > 0
        ]
        group.save(update_fields=["run_sheet"])


def publish_agreement(
    *, actor: Account, group_id: UUID, text_id: str, text_en: str, now: datetime
) -> int:
    """
    Publish a new version of the agreement and tell the members; return its number.

    Everybody says yes once more before coming in. Equal words make no new version.

    :raises Http404: if the actor does not lead the group.
    :raises GroupRefused: if there are no words.
    """
    if not text_id.strip():
        raise GroupRefused(Refusal.TEXT_EMPTY)
    with group_locked(group_id=group_id):
        group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
        last = group.agreements.order_by("-version").first()
        if last and (last.text_id, last.text_en) == (text_id.strip(), text_en.strip()):
            return last.version
        fresh = Agreement.objects.create(
            group=group,
            version=last.version + 1 if last else 1,
            text_id=text_id.strip(),
            text_en=text_en.strip(),
            published_on=localdate(now),
        )
        tell_members(
            enrolments=group.enrolments.live().order_by("id"),
            notice=notices.AGREEMENT,
            subject_id=fresh.pk,
            now=now,
        )
        _record(policies.facilitator_of(actor), "circle.agreement", group.pk, now=now)
    return fresh.version


def open_group(*, actor: Account, group_id: UUID, now: datetime) -> None:
    """
    Let people see a group and join it; a paused one goes on, and free places find somebody.

    :raises Http404: if the actor does not lead it.
    :raises GroupRefused: if it has no agreement, or has ended.
    """
    with group_locked(group_id=group_id):
        group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
        if group.status == GroupStatus.ARCHIVED:
            raise GroupRefused(Refusal.NOT_DRAFT)
        if not group.agreements.exists():
            raise GroupRefused(Refusal.NO_AGREEMENT)
        _set_status(group, GroupStatus.ACTIVE, "circle.opened", actor, now=now)
        fill_group(group_id=group.pk, now=now)


def pause_group(*, actor: Account, group_id: UUID, now: datetime) -> None:
    """
    Take nobody in for a while; meetings and places stay, no place is offered.

    :raises Http404: if the actor does not lead it.
    :raises GroupRefused: if it is not open.
    """
    with group_locked(group_id=group_id):
        group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
        if group.status not in {GroupStatus.ACTIVE, GroupStatus.PAUSED}:
            raise GroupRefused(Refusal.NOT_OPEN)
        _set_status(group, GroupStatus.PAUSED, "circle.paused", actor, now=now)


def end_group(*, actor: Account, group_id: UUID, now: datetime) -> None:
    """
    End a group for good: coming meetings fall away, members are told and free.

    Locks the group. What was noted stays for its facilitators; nicknames stay taken for twelve
    months. Ending an ended group changes nothing.

    :raises Http404: if the actor does not lead it.
    """
    with group_locked(group_id=group_id):
        group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
        if group.status == GroupStatus.ARCHIVED:
            return
        _cancel_coming(group, now=now)
        live = list(group.enrolments.live().order_by("id"))
        Place.objects.filter(enrolment__in=live, state__in=LIVE_PLACES).update(
            state=PlaceState.RELEASED, seat_no=None, offer_expires_at=None
        )
        Enrolment.objects.filter(group=group, state__in=LIVE_ENROLMENTS).update(
            state=EnrolmentState.COMPLETED, left_month=month_of(now)
        )
        # As for whoever leaves: what she wished, and what she wrote to join, goes.
        Avoided.objects.filter(enrolment__in=live).delete()
        SealedCopy.objects.filter(subject_id__in=[row.pk for row in live]).delete()
        tell_members(enrolments=live, notice=notices.ENDED, subject_id=group.pk, now=now)
        SupportGroup.objects.filter(pk=group.pk).update(ended_on=localdate(now))
        _set_status(group, GroupStatus.ARCHIVED, "circle.ended", actor, now=now)


def make_invitation(*, actor: Account, group_id: UUID, now: datetime) -> str:
    """
    Make a code that opens a group by referral once, within thirty days; return it.

    Only its keyed hash is kept, so it can be shown this one time.

    :raises Http404: if the actor does not lead the group.
    """
    group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
    code = new_code(CODE_BYTES)
    Invitation.objects.create(
        group=group,
        code_tag=tag("groups.invitation", code),
        valid_until=localdate(now) + timedelta(days=CODE_DAYS),
    )
    return printable(code)


def find_invitation_tag(typed: str) -> bytes | None:
    """Return the tag of a code as somebody typed it, or None if it cannot be one."""
    try:
        return tag("groups.invitation", parse(typed, CODE_BYTES))
    except NotACode:
        return None


@contextmanager
def _one_of_a_kind() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if violated_constraint(error) != GROUP_NAME_ONCE:
            raise
        raise GroupRefused(Refusal.NAME_TAKEN) from error


def _columns(plan: GroupPlan) -> dict[str, object]:
    names = (
        "name", "topic", "about", "kind", "visibility", "join_policy", "language", "zone",
        "ways", "room", "directions", "link_base", "min_facilitators",
    )  # fmt: skip
    return {name: getattr(plan, name) for name in names}


def _set_pools(group: SupportGroup, plan: GroupPlan) -> None:
    for way, capacity in plan.capacity.items():
        CapacityPool.objects.update_or_create(
            group=group, meeting=None, way=way, defaults={"capacity": capacity}
        )
    group.pools.filter(meeting__isnull=True).exclude(way__in=plan.ways).update(capacity=0)


def _cancel_coming(group: SupportGroup, *, now: datetime) -> None:
    coming: Sequence[Meeting] = list(group.meetings.planned().ahead(now=now).order_by("id"))
    ids = [row.pk for row in coming]
    notifications.withdraw_all(subject_ids=ids, now=now)
    Meeting.objects.filter(pk__in=ids).update(
        status=MeetingStatus.CANCELLED, cancel_reason=CancelReason.PLAN, rev=F("rev") + 1
    )


def _set_status(
    group: SupportGroup, status: GroupStatus, action: str, actor: Account, *, now: datetime
) -> None:
    SupportGroup.objects.filter(pk=group.pk).update(status=status)
    _record(policies.facilitator_of(actor), action, group.pk, now=now)


def _record(facilitator: Facilitator, action: str, subject: UUID, *, now: datetime) -> None:
    record_staff(
        role="FACILITATOR",
        handle=str(facilitator.pk),
        action=action,
        subject=str(subject),
        now=now,
    )
