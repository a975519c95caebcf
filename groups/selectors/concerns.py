"""Worries that were handed on: to whom one could go, and what a reader sees without her key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.utils.timezone import localdate

from groups import notices, policies
from groups.choices import ConcernLevel, ConcernState, RaisedBy
from groups.models import Assignment, Concern, Enrolment, SupportGroup
from groups.policies import reader_tag_of
from portal.notifications.selectors import count_told
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.selectors import list_with_role
from portal.vault.services import has_vault, open_field_text, users_with_vault

CLOSED_SHOWN: Final = 20
"""How many closed worries the list shows."""


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """A worry as its readers see it without opening what was written."""

    id: UUID
    level: str
    level_label: str
    group_name: str
    on_day: date
    state: str
    state_label: str
    raised_by_label: str
    is_mine: bool
    is_red: bool


@dataclass(frozen=True, slots=True)
class ConcernPage:
    """One worry: about whom, and what its reader may do with it."""

    row: ConcernRow
    topic: str
    alias: str
    """The nickname of whom it is about, or of who wrote it; empty for the group as a whole."""
    is_from_member: bool
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    can_take: bool
    can_close: bool
    can_invite: bool
    is_invited: bool
    is_elsewhere: bool
    """Somebody else looks after it."""


@dataclass(frozen=True, slots=True)
class DutyDesk:
    """The worries that were handed to somebody, the pressing ones first."""

    waiting: list[ConcernRow]
    mine: list[ConcernRow]
    elsewhere: list[ConcernRow]
    closed: list[ConcernRow]
    sealed_to_others: int
    """Open worries that were written before there was a key of hers to seal them to."""
    has_vault: bool
    is_on_duty: bool

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to read here."""
        return not (self.waiting or self.mine or self.elsewhere or self.closed)


@dataclass(frozen=True, slots=True)
class MeetingWorry:
    """What the form of a facilitator needs: the meeting, its nicknames, who would read it."""

    meeting_id: UUID
    group_name: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    people: tuple[tuple[str, str], ...]
    is_duty_reachable: bool


@dataclass(frozen=True, slots=True)
class CircleWorry:
    """What the form of a member needs: the group, and who would read it."""

    group_id: UUID
    group_name: str
    are_facilitators_reachable: bool
    is_duty_reachable: bool


def duty_readers(*, agency_id: UUID, now: datetime) -> list[UUID]:
    """Return who is on duty in an agency today and can read what is sealed, by id."""
    on_duty = list_with_role(agency_id=agency_id, role=Role.DUTY, today=localdate(now))
    return _with_vault(on_duty)


def facilitator_readers(*, group: SupportGroup, now: datetime) -> list[UUID]:
    """Return who leads a group today and can read what is sealed, by id."""
    today = localdate(now)
    leads = (
        Assignment.objects.on(today)
        .filter(group=group, ends_on__isnull=True, facilitator__is_active=True)
        .values_list("facilitator__user_id", flat=True)
    )
    holders = list_with_role(agency_id=group.agency_id, role=Role.FACILITATOR, today=today)
    return _with_vault(sorted(set(leads) & set(holders)))


def readers_of(*, concern: Concern, now: datetime) -> list[UUID]:
    """Return who could look after a worry today, by id; its group is loaded."""
    if concern.for_duty:
        return duty_readers(agency_id=concern.group.agency_id, now=now)
    return facilitator_readers(group=concern.group, now=now)


def duty_is_reachable(*, agency_id: UUID, now: datetime) -> bool:
    """Return whether anybody on duty could read a worry; if not, pages say so beforehand."""
    return bool(duty_readers(agency_id=agency_id, now=now))


def is_free(*, concern: Concern, now: datetime) -> bool:
    """Return whether nobody looks after a worry, or whoever did is not here any more."""
    if concern.state == ConcernState.OPEN:
        return True
    tags = {reader_tag_of(user_id=one) for one in readers_of(concern=concern, now=now)}
    return concern.state == ConcernState.TAKEN and concern.owner_tag not in tags


def list_concerns(*, actor: Account, now: datetime) -> DutyDesk:
    """
    Return the worries that were handed to the actor, the pressing and then the newest first.

    Of the closed ones some; none that waits or is looked after is ever left out.

    :raises Http404: if she neither holds the duty nor leads groups today.
    """
    found = policies.readable_concerns(actor, now=now).select_related("group")
    rows = [_row(concern, actor) for concern in found.order_by("-on_day", "id")]
    rows.sort(key=lambda row: not row.is_red)
    taken = [row for row in rows if row.state == ConcernState.TAKEN]
    return DutyDesk(
        waiting=[row for row in rows if row.state == ConcernState.OPEN],
        mine=[row for row in taken if row.is_mine],
        elsewhere=[row for row in taken if not row.is_mine],
        closed=[row for row in rows if row.state == ConcernState.CLOSED][:CLOSED_SHOWN],
        sealed_to_others=policies.concerns_sealed_to_others(actor, now=now).count(),
        has_vault=has_vault(user_id=actor.user_id),
        is_on_duty=Role.DUTY in actor.roles,
    )


def get_concern_page(*, actor: Account, concern_id: UUID, now: datetime) -> ConcernPage:
    """
    Return a worry that was handed to the actor, without what was written.

    :raises Http404: if it was not, or does not exist.
    """
    concern = policies.get_concern(actor=actor, concern_id=concern_id, now=now)
    row = _row(concern, actor)
    about, meeting = concern.enrolment, concern.meeting
    invited = count_told(subject_id=concern.pk, notice=notices.INVITED) > 0
    can_act = is_free(concern=concern, now=now)
    is_running = concern.state != ConcernState.CLOSED
    return ConcernPage(
        row=row,
        topic=concern.group.topic,
        alias=open_field_text(about, "alias") if about and about.alias else "",
        is_from_member=concern.raised_by == RaisedBy.MEMBER,
        starts_at=meeting.period.lower if meeting else None,
        ends_at=meeting.period.upper if meeting else None,
        zone=concern.group.zone,
        can_take=can_act,
        can_close=is_running and (can_act or row.is_mine),
        can_invite=concern.for_duty
        and about is not None
        and not invited
        and is_running
        and (can_act or row.is_mine),
        is_invited=invited,
        is_elsewhere=is_running and not can_act and not row.is_mine,
    )


def get_meeting_worry(*, actor: Account, meeting_id: UUID, now: datetime) -> MeetingWorry:
    """
    Return what the form needs with which a facilitator hands a worry on.

    :raises Http404: if she does not run the meeting.
    """
    meeting = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
    members = Enrolment.objects.members().filter(group=meeting.group_id, held_back=False)
    people = [(str(one.pk), open_field_text(one, "alias")) for one in members]
    return MeetingWorry(
        meeting_id=meeting.pk,
        group_name=meeting.group.name,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        zone=meeting.zone,
        people=tuple(sorted(people, key=lambda person: person[1].casefold())),
        is_duty_reachable=duty_is_reachable(agency_id=meeting.group.agency_id, now=now),
    )


def get_circle_worry(*, actor: Account, group_id: UUID, now: datetime) -> CircleWorry:
    """
    Return what the form needs with which a member tells of a worry.

    :raises Http404: if she is not in the group.
    """
    enrolment = policies.own_enrolment(actor=actor, group_id=group_id, now=now)
    group = enrolment.group
    return CircleWorry(
        group_id=group.pk,
        group_name=group.name,
        are_facilitators_reachable=bool(facilitator_readers(group=group, now=now)),
        is_duty_reachable=duty_is_reachable(agency_id=group.agency_id, now=now),
    )


def _row(concern: Concern, actor: Account) -> ConcernRow:
    return ConcernRow(
        id=concern.pk,
        level=concern.level,
        level_label=str(ConcernLevel(concern.level).label),
        group_name=concern.group.name,
        on_day=concern.on_day,
        state=concern.state,
        state_label=str(ConcernState(concern.state).label),
        raised_by_label=str(RaisedBy(concern.raised_by).label),
        is_mine=concern.owner_tag == reader_tag_of(user_id=actor.user_id),
        is_red=concern.level == ConcernLevel.RED,
    )


def _with_vault(user_ids: Sequence[UUID]) -> list[UUID]:
    able = users_with_vault(user_ids)
    return [one for one in user_ids if one in able]
