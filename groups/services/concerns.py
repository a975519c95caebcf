"""
Worries: handed on in words that their readers alone open, taken by one of them, closed.

What was written lies in a copy sealed to each reader and nowhere else: no notice, no record and
no log carries it. The person it is about stays a nickname for everybody.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.timezone import localdate

from groups import notices, policies
from groups.choices import MEMBERS, ConcernLevel, ConcernState, RaisedBy, Refusal
from groups.models import Concern, Enrolment, Meeting, SealedCopy, SupportGroup
from groups.policies import reader_tag_of
from groups.selectors.concerns import duty_readers, facilitator_readers, is_free
from groups.services.desk import GroupRefused
from groups.services.telling import tell_duty, tell_facilitators, tell_members
from portal.audit.services import record_client, record_staff
from portal.notifications import services as notifications
from portal.people.actors import Account
from portal.vault.services import CannotOpen, KeyTampered, NoVault, seal_to_person

TOLD_TO_READERS: Final = (notices.FOR_DUTY_CONCERN, notices.FOR_FACILITATOR_CONCERN)


class Vault(Protocol):
    """The unlocked vault of whoever asks; it raises ``Locked`` when it is not."""

    def open(self, blob: bytes, *context: str) -> bytes:
        """Open what was sealed to this person."""


class ConcernUnreadable(Exception):
    """What was written was sealed to a key that its reader has no longer."""


@dataclass(frozen=True, slots=True)
class Written:
    """Who can read what a member has just written."""

    by_facilitators: bool
    by_duty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worry:
    """A worry on its way to its readers."""

    group: SupportGroup
    enrolment: Enrolment | None
    raised_by: RaisedBy
    level: ConcernLevel
    text: str = field(repr=False)
    meeting: Meeting | None = None


def raise_concern(
    *,
    actor: Account,
    meeting_id: UUID,
    enrolment_id: UUID | None,
    level: ConcernLevel,
    text: str,
    now: datetime,
) -> UUID:
    """
    Hand a worry to everybody who is on duty and has a vault; return its id.

    About one member, under her nickname, or about the group as a whole.

    :raises Http404: if the actor does not run the meeting, or the member is not of its group.
    :raises GroupRefused: if nothing is written, or nobody on duty could read it.
    """
    with transaction.atomic(durable=True):
        meeting = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
        worry = _Worry(
            group=meeting.group,
            meeting=meeting,
            enrolment=_member_of(meeting.group, enrolment_id),
            raised_by=RaisedBy.FACILITATOR,
            level=level,
            text=_written(text),
        )
        concern_id = _hand_to_duty(worry, now=now)
        if concern_id is None:
            raise GroupRefused(Refusal.NO_DUTY)
        _record(actor, "circle.concern_raised", concern_id, as_duty=False, now=now)
    return concern_id


def write_to_facilitators(
    *,
    actor: Account,
    group_id: UUID,
    text: str,
    level: ConcernLevel,
    to_duty: bool,
    now: datetime,
) -> Written:
    """
    Tell in private that something worries a member; return who can read it.

    The facilitators of the group read it, or with ``to_duty`` whoever is on duty instead. Where
    somebody may be in danger now, both do.

    :raises Http404: if the actor has never been in the group.
    :raises GroupRefused: if she is no member now, nothing is written, or nobody could read it.
    """
    with transaction.atomic(durable=True):
        enrolment = policies.own_enrolment(actor=actor, group_id=group_id, now=now)
        if enrolment.state not in MEMBERS:
            raise GroupRefused(Refusal.NOT_MEMBER)
        worry = _Worry(
            group=enrolment.group,
            enrolment=enrolment,
            raised_by=RaisedBy.MEMBER,
            level=level,
            text=_written(text),
        )
        pressing = to_duty or level == ConcernLevel.RED
        done = Written(
            by_facilitators=not to_duty and _hand_to_facilitators(worry, now=now) is not None,
            by_duty=pressing and _hand_to_duty(worry, now=now) is not None,
        )
        if not (done.by_facilitators or done.by_duty):
            raise GroupRefused(Refusal.NO_DUTY if pressing else Refusal.NO_READER)
        record_client(
            handle=str(enrolment.pk), action="lingkar.worry", subject=str(group_id), now=now
        )
    return done


def open_concern(*, actor: Account, concern_id: UUID, vault: Vault, now: datetime) -> str:
    """
    Open what was written, with the reader's own key, and record that it was opened.

    :raises Http404: if it was not handed to the actor.
    :raises Locked: if her vault is locked.
    :raises ConcernUnreadable: if it was sealed to a key that is gone.
    """
    concern = policies.get_concern(actor=actor, concern_id=concern_id, now=now)
    copy = SealedCopy.objects.get(
        subject_id=concern.pk, reader_tag=reader_tag_of(user_id=actor.user_id)
    )
    try:
        body = json.loads(vault.open(copy.sealed, *concern_context(concern.pk)))
    except CannotOpen as error:
        raise ConcernUnreadable from error
    _record(actor, "circle.concern_opened", concern.pk, as_duty=concern.for_duty, now=now)
    return str(body["text"])


def take_concern(*, actor: Account, concern_id: UUID, now: datetime) -> None:
    """
    Look after a worry from now on; the others see that somebody does. Repeated: no change.

    Locks the worry: of two at once one has it.

    :raises Http404: if it was not handed to the actor.
    :raises GroupRefused: if somebody else looks after it.
    """
    with _in_hand(actor, concern_id, now=now):
        pass


def close_concern(*, actor: Account, concern_id: UUID, now: datetime) -> None:
    """
    Close a worry, taking it first where nobody has; repeated it changes nothing.

    Locks the worry.

    :raises Http404: if it was not handed to the actor.
    :raises GroupRefused: if somebody else looks after it.
    """
    with _in_hand(actor, concern_id, now=now) as concern:
        if concern.state == ConcernState.CLOSED:
            return
        _set(concern, ConcernState.CLOSED)
        _record(actor, "circle.concern_closed", concern.pk, as_duty=concern.for_duty, now=now)


def invite_to_talk(*, actor: Account, concern_id: UUID, now: datetime) -> None:
    """
    Tell the member a worry is about that somebody on duty would like to talk with her, once.

    She is told under the tag of that group; a nickname stays all that is known of her. Takes
    the worry where nobody has. Locks the worry.

    :raises Http404: if it was not handed to those on duty, or is about nobody in particular.
    :raises GroupRefused: if somebody else looks after it.
    """
    with _in_hand(actor, concern_id, now=now) as concern:
        if not concern.for_duty or concern.enrolment is None:
            raise Http404
        tell_members(
            enrolments=[concern.enrolment],
            notice=notices.INVITED,
            subject_id=concern.pk,
            now=now,
        )
        _record(actor, "circle.concern_invited", concern.pk, as_duty=True, now=now)


def concern_context(concern_id: UUID) -> tuple[str, str, str]:
    """Return what a sealed copy is bound to: it opens for no other worry."""
    return ("groups.Concern", "words", str(concern_id))


@contextmanager
def _in_hand(actor: Account, concern_id: UUID, *, now: datetime) -> Iterator[Concern]:
    """Lock a worry and make it the actor's own, unless somebody else looks after it."""
    with transaction.atomic(durable=True):
        found = policies.get_concern(actor=actor, concern_id=concern_id, now=now)
        concern = (
            Concern.objects.select_related("group", "enrolment")
            .select_for_update(of=("self",))
            .get(pk=found.pk)
        )
        own_tag = reader_tag_of(user_id=actor.user_id)
        if concern.owner_tag != own_tag:
            if not is_free(concern=concern, now=now):
                raise GroupRefused(Refusal.DUTY_GONE)
            concern.owner_tag = own_tag
            _set(concern, ConcernState.TAKEN)
            notifications.withdraw(subject_id=concern.pk, notices=TOLD_TO_READERS, now=now)
            _record(
                actor, "circle.concern_taken", concern.pk, as_duty=concern.for_duty, now=now
            )
        yield concern


def _set(concern: Concern, state: ConcernState) -> None:
    concern.state = state
    concern.save(update_fields=["state", "owner_tag"])


def _hand_to_duty(worry: _Worry, *, now: datetime) -> UUID | None:
    agency_id = worry.group.agency_id
    readers = duty_readers(agency_id=agency_id, now=now)
    concern_id = _hand_on(worry, readers, for_duty=True, now=now)
    if concern_id is not None:
        tell_duty(
            agency_id=agency_id,
            notice=notices.FOR_DUTY_CONCERN,
            subject_id=concern_id,
            safety=worry.level == ConcernLevel.RED,
            now=now,
        )
    return concern_id


def _hand_to_facilitators(worry: _Worry, *, now: datetime) -> UUID | None:
    readers = facilitator_readers(group=worry.group, now=now)
    concern_id = _hand_on(worry, readers, for_duty=False, now=now)
    if concern_id is not None:
        tell_facilitators(
            user_ids=readers,
            notice=notices.FOR_FACILITATOR_CONCERN,
            subject_id=concern_id,
            urgent=worry.level == ConcernLevel.RED,
            now=now,
        )
    return concern_id


def _hand_on(
    worry: _Worry, readers: Sequence[UUID], *, for_duty: bool, now: datetime
) -> UUID | None:
    """Write a worry and a copy for each reader; None, and nothing written, without any."""
    concern = Concern(
        group=worry.group,
        meeting=worry.meeting,
        enrolment=worry.enrolment,
        raised_by=worry.raised_by,
        level=worry.level,
        for_duty=for_duty,
        on_day=localdate(now),
    )
    copies = list(_copies(concern.pk, worry.text, readers))
    if not copies:
        return None
    concern.save(force_insert=True)
    SealedCopy.objects.bulk_create(copies)
    return concern.pk


def _copies(concern_id: UUID, text: str, readers: Sequence[UUID]) -> Iterator[SealedCopy]:
    data = json.dumps({"text": text}, ensure_ascii=False).encode()
    for user_id in readers:
        # Whose key was lost a moment ago is left out; the others can still read it.
        with suppress(NoVault, KeyTampered):
            yield SealedCopy(
                subject_id=concern_id,
                reader_tag=reader_tag_of(user_id=user_id),
                sealed=seal_to_person(
                    user_id=user_id, data=data, context=concern_context(concern_id)
                ),
            )


def _member_of(group: SupportGroup, enrolment_id: UUID | None) -> Enrolment | None:
    if enrolment_id is None:
        return None
    shown = Enrolment.objects.members().filter(group=group, held_back=False)
    found = shown.filter(pk=enrolment_id).first()
    if found is None:
        raise Http404
    return found


def _written(text: str) -> str:
    if not text.strip():
        raise GroupRefused(Refusal.TEXT_EMPTY)
    return text.strip()


def _record(
    actor: Account, action: str, concern_id: UUID, *, as_duty: bool, now: datetime
) -> None:
    """Write a deed down; the subject is the worry, so that no nickname is near a reader."""
    handle = actor.user_id if as_duty else policies.facilitator_of(actor).pk
    record_staff(
        role="DUTY" if as_duty else "FACILITATOR",
        handle=str(handle),
        action=action,
        subject=str(concern_id),
        now=now,
    )
