"""Taking people in: at once, after a talk with a facilitator, or into the queue."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import UUID

from django.utils.timezone import localdate

from groups import notices, policies
from groups.choices import (
    EnrolmentState,
    GroupKind,
    Joined,
    PlaceState,
    Refusal,
)
from groups.models import Assignment, Enrolment, SealedCopy, SupportGroup
from groups.services.desk import GroupRefused, group_locked
from groups.services.leaving import go, remove_member
from groups.services.offers import fill_rooms
from groups.services.seats import Room, claim, rooms_of
from groups.services.telling import tell_facilitators, tell_members
from portal.audit.services import record_staff
from portal.people.actors import Account
from portal.people.selectors import line_of
from portal.vault.services import CannotOpen, KeyTampered, NoVault, seal_to_person

__all__ = [
    "accept_applicant",
    "apply",
    "copy_context",
    "open_application",
    "refer_applicant",
    "remove_member",
    "take_in",
    "tell_applied",
]

_LONG_PAST: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Vault(Protocol):
    """The unlocked vault of whoever asks; it raises ``Locked`` when it is not."""

    def open(self, blob: bytes, *context: str) -> bytes:
        """Open what was sealed to this person."""


def take_in(row: Enrolment, group: SupportGroup, *, now: datetime) -> Joined:
    """
    Make a member of somebody, or put her into the queue; inside the group's lock.

    An open group has room for everybody; places are taken meeting by meeting. Who is held back
    is answered as before a full group.
    """
    if group.kind == GroupKind.OPEN:
        _become(row, EnrolmentState.ACTIVE)
        _tell(row, notices.JOINED, row.pk, rev=row.rev, now=now)
        return Joined.JOINED
    pools = group.pools.filter(meeting__isnull=True, way__in=group.ways)
    rooms = rooms_of(pools.select_related("group", "meeting").order_by("way"))
    fill_rooms(rooms, now=now)
    place = claim(room=_room_for(row.way, rooms), enrolment=row, turn=row.turn)
    if place.state == PlaceState.WAITING:
        _become(row, EnrolmentState.WAITING)
        _tell(row, notices.QUEUED, place.pk, rev=place.rev, now=now)
        return Joined.QUEUED
    _become(row, EnrolmentState.ACTIVE)
    _tell(row, notices.JOINED, row.pk, rev=row.rev, now=now)
    return Joined.JOINED


def apply(
    row: Enrolment, group: SupportGroup, *, actor: Account, words: str, now: datetime
) -> Joined:
    """
    Put somebody's wish to join before the facilitators; inside the group's lock.

    Her words are sealed to each of them who has a vault, and to none in the actor's own line,
    who gets an empty copy of the same length. While something stands in the way nobody is told;
    rows and queries are the same.
    """
    leaders = _facilitator_ids(group, now=now)
    close = set(line_of(actor=actor))
    SealedCopy.objects.filter(subject_id=row.pk).delete()
    copies = []
    for user_id in leaders if words.strip() else ():
        text = " " * len(words) if user_id in close or user_id == actor.user_id else words
        copy = _sealed(row.pk, user_id, text)
        copies += [copy] if copy else []
    SealedCopy.objects.bulk_create(copies)
    tell_applied(row, group, now=now)
    return Joined.APPLIED


def tell_applied(row: Enrolment, group: SupportGroup, *, now: datetime) -> None:
    """Tell the facilitators that somebody asked to join; of one held back, nothing is shown."""
    tell_facilitators(
        user_ids=_facilitator_ids(group, now=now),
        notice=notices.FOR_FACILITATOR_APPLIED,
        subject_id=row.pk,
        # A revision that no enrolment has: of somebody held back nothing is ever shown.
        rev=0 if row.held_back else row.rev,
        useful_until=_LONG_PAST if row.held_back else None,
        now=now,
    )


def accept_applicant(*, actor: Account, enrolment_id: UUID, now: datetime) -> None:
    """
    Take somebody in who asked to join: into a place, or into the queue. She is told.

    Locks the group. Accepting twice changes nothing.

    :raises Http404: if the actor does not lead the group, or nobody asked.
    :raises GroupRefused: if the group is not open, or she has gone meanwhile.
    """
    seen = policies.get_facilitated_enrolment(actor=actor, enrolment_id=enrolment_id, now=now)
    with group_locked(group_id=seen.group_id):
        row = policies.get_facilitated_enrolment(
            actor=actor, enrolment_id=enrolment_id, now=now
        )
        if row.state in {EnrolmentState.WAITING, EnrolmentState.ACTIVE, EnrolmentState.PAUSED}:
            return
        if row.state != EnrolmentState.APPLIED:
            raise GroupRefused(Refusal.NOT_MEMBER)
        SealedCopy.objects.filter(subject_id=row.pk).delete()
        take_in(row, row.group, now=now)
        _record(actor, "circle.accepted", row.pk, now=now)


def refer_applicant(*, actor: Account, enrolment_id: UUID, now: datetime) -> None:
    """
    Suggest another circle to somebody who asked to join; she is told kindly, with the others.

    Locks the group. Referring twice changes nothing.

    :raises Http404: if the actor does not lead the group, or nobody asked.
    :raises GroupRefused: if she is in the group or its queue already.
    """
    seen = policies.get_facilitated_enrolment(actor=actor, enrolment_id=enrolment_id, now=now)
    with group_locked(group_id=seen.group_id):
        row = policies.get_facilitated_enrolment(
            actor=actor, enrolment_id=enrolment_id, now=now
        )
        if row.state == EnrolmentState.REFERRED:
            return
        if row.state != EnrolmentState.APPLIED:
            raise GroupRefused(Refusal.NOT_MEMBER)
        go(row, state=EnrolmentState.REFERRED, now=now)
        _tell(row, notices.REFERRED, row.pk, rev=row.rev, now=now)
        _record(actor, "circle.referred", row.pk, now=now)


def open_application(*, actor: Account, enrolment_id: UUID, vault: Vault, now: datetime) -> str:
    """
    Open what somebody wrote when she asked to join, with the reader's own key; recorded.

    Empty where nothing was written to her, or it was sealed to a key that is gone.

    :raises Http404: if the actor does not lead the group, or nobody asked.
    :raises Locked: if her vault is locked.
    """
    row = policies.get_facilitated_enrolment(actor=actor, enrolment_id=enrolment_id, now=now)
    reader_tag = policies.reader_tag_of(user_id=actor.user_id)
    copy = SealedCopy.objects.filter(subject_id=row.pk, reader_tag=reader_tag).first()
    if copy is None:
        return ""
    try:
        words = vault.open(bytes(copy.sealed), *copy_context(row.pk)).decode()
    except CannotOpen:
        return ""
    _record(actor, "circle.application_opened", row.pk, now=now)
    return words.strip()


def copy_context(subject_id: UUID) -> tuple[str, str, str]:
    """Return what a sealed copy is bound to: it opens beside no other subject."""
    return ("groups.SealedCopy", "sealed", str(subject_id))


def _sealed(subject_id: UUID, user_id: UUID, text: str) -> SealedCopy | None:
    """Return a copy sealed to one reader, or None if she has no sound key."""
    try:
        sealed = seal_to_person(
            user_id=user_id, data=text.encode(), context=copy_context(subject_id)
        )
    except (NoVault, KeyTampered):
        return None
    return SealedCopy(
        subject_id=subject_id,
        reader_tag=policies.reader_tag_of(user_id=user_id),
        sealed=sealed,
    )


def _facilitator_ids(group: SupportGroup, *, now: datetime) -> list[UUID]:
    """Return who leads a group today, by id."""
    found = Assignment.objects.on(localdate(now)).filter(
        group=group, facilitator__is_active=True
    )
    return sorted(found.values_list("facilitator__user_id", flat=True).distinct())


def _room_for(way: str, rooms: Sequence[Room]) -> Room:
    """
    Return the pool of the wished way; without a wish the first with a place, or the first.

    :raises GroupRefused: if the group does not meet that way.
    """
    fitting = [room for room in rooms if way in ("", room.pool.way)]
    if not fitting:
        raise GroupRefused(Refusal.WAY_NOT_OFFERED)
    return next((room for room in fitting if room.has_place), fitting[0])


def _become(row: Enrolment, state: EnrolmentState) -> None:
    if row.state != state:
        row.state = state
        Enrolment.objects.filter(pk=row.pk).update(state=state)


def _tell(row: Enrolment, notice: str, subject_id: UUID, *, rev: int, now: datetime) -> None:
    tell_members(enrolments=[row], notice=notice, subject_id=subject_id, rev=rev, now=now)


def _record(actor: Account, action: str, subject: UUID, *, now: datetime) -> None:
    record_staff(
        role="FACILITATOR",
        handle=str(policies.facilitator_of(actor).pk),
        action=action,
        subject=str(subject),
        now=now,
    )
