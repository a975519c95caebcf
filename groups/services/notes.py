"""What a meeting was about, without anybody in it, and how its facilitators came out of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import models, transaction

from groups import notices, policies
from groups.choices import Feeling, Mood, Refusal, Theme
from groups.models import Debrief, Enrolment, Facilitator, Meeting, MeetingNote
from groups.rules.notes import Span, find_spans
from groups.rules.run import refuse_noting
from groups.services.desk import GroupRefused, group_locked
from groups.services.telling import tell_head
from portal.audit.services import record_staff
from portal.notifications import services as notifications
from portal.people.actors import Account
from portal.vault.services import open_field_text, seal_field


class NoteRefused(GroupRefused):
    """A note carries what it may not; ``spans`` are its places in the text as it was typed."""

    def __init__(self, reason: Refusal, spans: Sequence[Span]) -> None:
        super().__init__(reason)
        self.spans = tuple(spans)


def save_note(
    *,
    actor: Account,
    meeting_id: UUID,
    themes: Sequence[str],
    mood: str,
    text: str,
    now: datetime,
) -> None:
    """
    Keep what a meeting was about; the facilitators of the group share one note.

    Looked through under the group's lock, so that no nickname is taken meanwhile. Real names
    cannot be found: nobody here knows them.

    :raises Http404: if the actor may not run the meeting.
    :raises NoteRefused: if the text holds a nickname of the group, a number or an address;
        nothing is kept then.
    :raises GroupRefused: if there is nothing in it, or it is too early, too late or cancelled.
    """
    chosen = [theme.value for theme in Theme if theme in themes]
    felt = Mood(mood).value if mood else ""
    if not (chosen or felt or text.strip()):
        raise GroupRefused(Refusal.TEXT_EMPTY)
    found = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with group_locked(group_id=found.group_id):
        meeting, facilitator = _noting(actor, meeting_id, now=now)
        spans = find_spans(text, _aliases(meeting.group_id))
        if spans:
            raise NoteRefused(Refusal.NAME_IN_TEXT, spans)
        row = MeetingNote.objects.filter(meeting=meeting).first()
        row = row or MeetingNote(meeting=meeting)
        row.themes, row.mood = chosen, felt
        _seal(row, text)
        row.save()
        record_staff(
            role="FACILITATOR",
            handle=str(facilitator.pk),
            action="circle.note",
            subject=str(meeting.pk),
            now=now,
        )


def save_debrief(
    *,
    actor: Account,
    meeting_id: UUID,
    feeling: str,
    wants_talk: bool,
    text: str,
    now: datetime,
) -> None:
    """
    Keep how the actor came out of a meeting; her words are read by herself alone.

    If she would like to talk, the head of the service is told so, and nothing else. The record
    does not name it: how she is, is her own affair.

    :raises Http404: if the actor may not run the meeting.
    :raises GroupRefused: if it is too early, too late, or the meeting is cancelled.
    """
    with transaction.atomic(durable=True):
        meeting, facilitator = _noting(actor, meeting_id, now=now)
        row, _ = Debrief.objects.get_or_create(
            meeting=meeting, facilitator=facilitator, defaults={"feeling": Feeling(feeling)}
        )
        row = Debrief.objects.select_for_update().get(pk=row.pk)
        wanted, row.wants_talk = row.wants_talk, wants_talk
        row.feeling = Feeling(feeling)
        _seal(row, text)
        row.save()
        if wants_talk and not wanted:
            tell_head(
                agency_id=facilitator.agency_id,
                notice=notices.FOR_HEAD_TALK,
                subject_id=row.pk,
                now=now,
            )
        elif wanted and not wants_talk:
            notifications.withdraw(subject_id=row.pk, notices=[notices.FOR_HEAD_TALK], now=now)


def _noting(actor: Account, meeting_id: UUID, *, now: datetime) -> tuple[Meeting, Facilitator]:
    """
    Return a meeting that may be written about now, and who writes.

    :raises Http404: if the actor may not run it.
    :raises GroupRefused: if it is too early, too late, or the meeting is cancelled.
    """
    meeting = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
    refusal = refuse_noting(
        status=meeting.status,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        now=now,
    )
    if refusal is not None:
        raise GroupRefused(refusal)
    return meeting, policies.facilitator_of(actor)


def _aliases(group_id: UUID) -> list[str]:
    """Return the nicknames of a group, and of people who left while theirs stay taken."""
    rows = Enrolment.objects.filter(group_id=group_id, alias__isnull=False)
    return [open_field_text(row, "alias") for row in rows]


def _seal(row: models.Model, text: str) -> None:
    if text.strip():
        seal_field(row, "text", text.strip())
    else:
        row.text = None  # type: ignore[attr-defined]
