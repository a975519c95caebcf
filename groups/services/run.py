"""While a meeting runs: its parts, the online room, what members let the facilitators know."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from groups import policies
from groups.choices import (
    EnrolmentState,
    GroupKind,
    MeetingStatus,
    PlaceState,
    Refusal,
    SignalKind,
    Way,
)
from groups.models import Agreement, Enrolment, Meeting, MeetingSignal, Place
from groups.rules.run import AFTERWARDS, HOSTS_ENTER, MEMBERS_ENTER, refuse_step, takes_signals
from groups.selectors.meeting import expected_at, is_room_open, minutes_of
from groups.services.desk import GroupRefused, group_locked
from groups.services.room_secrets import rotate_secrets
from portal.audit.services import record_client
from portal.people.actors import Account
from portal.vault.services import open_field_text


@dataclass(frozen=True, slots=True)
class RoomEntry:
    """Where the online room is, and the name to go by in it."""

    link: str
    alias: str

    def __repr__(self) -> str:
        return "<room entry>"


def step_run(*, actor: Account, meeting_id: UUID, block_no: int | None, now: datetime) -> None:
    """
    Go to a part of the run sheet, counted from 0, whose time begins now; None stops it.

    The part that runs already goes on: two facilitators may press at once. Locks the meeting.

    :raises Http404: if the actor may not run the meeting.
    :raises GroupRefused: if it is too early, too late or cancelled, or has no such part any
        more.
    """
    with transaction.atomic(durable=True):
        found = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
        row = Meeting.objects.select_for_update().get(pk=found.pk)
        if row.block_no == block_no:
            return
        if block_no is not None:
            _refuse_step(found, block_no, now=now)
        row.block_no, row.block_since = block_no, None if block_no is None else now
        row.save(update_fields=["block_no", "block_since"])


def send_signal(
    *, actor: Account, meeting_id: UUID, kind: SignalKind | str | None, now: datetime
) -> None:
    """
    Let the facilitators of a running meeting know something quietly; None takes it back.

    It is kept nowhere else and goes with the meeting: no record, no notice.

    :raises Http404: if the actor is not expected at the meeting.
    :raises GroupRefused: if the meeting does not run.
    """
    with transaction.atomic(durable=True):
        meeting, enrolment = policies.get_member_meeting(
            actor=actor, meeting_id=meeting_id, now=now
        )
        if not expected_at(meeting).filter(pk=enrolment.pk).exists():
            raise Http404
        rows = MeetingSignal.objects.filter(meeting=meeting, enrolment=enrolment)
        if not kind:
            rows.delete()
            return
        if not _takes_signals(meeting, now=now):
            raise GroupRefused(Refusal.NOT_RUNNING)
        MeetingSignal.objects.bulk_create(
            [MeetingSignal(meeting=meeting, enrolment=enrolment, kind=SignalKind(kind))],
            update_conflicts=True,
            unique_fields=["meeting", "enrolment"],
            update_fields=["kind"],
        )


def sweep_signals(*, now: datetime) -> int:
    """Delete what was signalled in meetings that take no signals any more; return how many."""
    over = MeetingSignal.objects.filter(meeting__period__endswith__lt=now - AFTERWARDS)
    cancelled = MeetingSignal.objects.filter(meeting__status=MeetingStatus.CANCELLED)
    return over.delete()[0] + cancelled.delete()[0]


def enter_room(
    *, actor: Account, meeting_id: UUID, agreement_version: int, now: datetime
) -> RoomEntry:
    """
    Let a member into the online room, from 15 minutes before the start to the end.

    Pressing says yes to the agreement: the version she saw is noted. Locks member and group.

    :raises Http404: alike for a stranger, somebody who waits, has left or was removed, and for
        everybody too early, too late, or when the meeting does not take place online.
    :raises GroupRefused: if the agreement she saw is not the one in force; she belongs here and
        may read it.
    """
    found, _ = policies.get_member_meeting(actor=actor, meeting_id=meeting_id, now=now)
    tag = policies.member_tag_of(user_id=actor.user_id, group_id=found.group_id)
    with group_locked(group_id=found.group_id, member_tag=tag):
        meeting, enrolment = policies.get_member_meeting(
            actor=actor, meeting_id=meeting_id, now=now
        )
        is_open = is_room_open(meeting, opens_before=MEMBERS_ENTER, now=now)
        if not (is_open and _may_enter(meeting, enrolment)):
            raise Http404
        _accept(enrolment, agreement_version, now=now)
        return RoomEntry(_link(meeting), open_field_text(enrolment, "alias"))


def host_room(*, actor: Account, meeting_id: UUID, now: datetime) -> RoomEntry:
    """
    Let a facilitator into the online room, from 30 minutes before the start to the end.

    :raises Http404: if she may not run the meeting, or its room is not open.
    """
    found = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with group_locked(group_id=found.group_id):
        meeting = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
        if not is_room_open(meeting, opens_before=HOSTS_ENTER, now=now):
            raise Http404
        return RoomEntry(_link(meeting), policies.facilitator_of(actor).display_name)


def rotate_coming(*, group_id: UUID, now: datetime) -> None:
    """
    Draw the rooms of all meetings of a group anew that have not ended.

    Call it in the transaction in which somebody loses her right, under the group's lock. Rooms
    that nobody has asked for yet have no address to lose.
    """
    drawn = Meeting.objects.filter(group_id=group_id, room_secret__isnull=False)
    rotate_secrets(meetings=list(drawn.coming(now=now).order_by("id")))


def _refuse_step(meeting: Meeting, block_no: int, *, now: datetime) -> None:
    refusal = refuse_step(
        status=meeting.status,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        now=now,
    )
    if refusal is None and not 0 <= block_no < len(minutes_of(meeting)):
        refusal = Refusal.CHANGED
    if refusal is not None:
        raise GroupRefused(refusal)


def _takes_signals(meeting: Meeting, *, now: datetime) -> bool:
    return takes_signals(
        status=meeting.status,
        group_status=meeting.group.status,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        now=now,
    )


def _may_enter(meeting: Meeting, enrolment: Enrolment) -> bool:
    if enrolment.state != EnrolmentState.ACTIVE:
        return False
    if meeting.group.kind == GroupKind.CLOSED:
        return True
    return Place.objects.filter(
        enrolment=enrolment,
        pool__meeting=meeting,
        pool__way=Way.ONLINE,
        state=PlaceState.TAKEN,
    ).exists()


def _accept(enrolment: Enrolment, version: int, *, now: datetime) -> None:
    current = (
        Agreement.objects.filter(group_id=enrolment.group_id)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )
    if version != current:
        raise GroupRefused(Refusal.AGREEMENT_CHANGED)
    if enrolment.agreement_version == version:
        return
    Enrolment.objects.filter(pk=enrolment.pk).update(agreement_version=version)
    record_client(
        handle=str(enrolment.pk),
        action="lingkar.agreed",
        subject=str(enrolment.group_id),
        now=now,
    )


def _link(meeting: Meeting) -> str:
    """Return the address of a meeting's room; its secret is drawn when it is first needed."""
    if meeting.room_secret is None:
        rotate_secrets(meetings=[meeting])
    base = meeting.group.link_base.rstrip("/")
    return f"{base}/{open_field_text(meeting, 'room_secret')}"
