"""Who came to a meeting, noted with one tap."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from groups import policies
from groups.choices import Mark
from groups.models import Attendance, Meeting
from groups.rules.run import refuse_noting
from groups.selectors.meeting import expected_at
from groups.services.desk import GroupRefused
from portal.audit.services import record_staff
from portal.people.actors import Account


def mark_attendance(
    *,
    actor: Account,
    meeting_id: UUID,
    enrolment_id: UUID,
    mark: Mark | None,
    now: datetime,
) -> None:
    """
    Note how a member came to a meeting; None takes the note back.

    It sets and never toggles: sent again after a lost connection it changes nothing. What the
    member said ahead of time may be overridden. From an hour before the start to 14 days after
    the end.

    :raises Http404: if the actor may not run the meeting, or the member is not expected at it.
    :raises GroupRefused: if it is too early, too late, or the meeting is cancelled.
    """
    with transaction.atomic(durable=True):
        meeting = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
        _refuse_noting(meeting, now=now)
        if not expected_at(meeting).filter(pk=enrolment_id).exists():
            raise Http404
        if not _set(meeting, enrolment_id, mark):
            return
        record_staff(
            role="FACILITATOR",
            handle=str(policies.facilitator_of(actor).pk),
            action="circle.attendance",
            subject=str(meeting.pk),
            now=now,
        )


def _refuse_noting(meeting: Meeting, *, now: datetime) -> None:
    refusal = refuse_noting(
        status=meeting.status,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        now=now,
    )
    if refusal is not None:
        raise GroupRefused(refusal)


def _set(meeting: Meeting, enrolment_id: UUID, mark: Mark | None) -> bool:
    """Write a mark as it shall be; return whether anything is different now."""
    rows = Attendance.objects.filter(meeting=meeting, enrolment_id=enrolment_id)
    if mark is None:
        return rows.delete()[0] > 0
    if rows.filter(mark=mark).exists():
        return False
    # The constraint decides between two who tap at once: the later one is written over.
    Attendance.objects.bulk_create(
        [Attendance(meeting=meeting, enrolment_id=enrolment_id, mark=mark)],
        update_conflicts=True,
        unique_fields=["meeting", "enrolment"],
        update_fields=["mark"],
    )
    return True
