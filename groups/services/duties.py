"""Who is asked to be at a meeting, and who is no longer."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from groups.choices import DutyState
from groups.models import Assignment, Duty, Meeting
from portal.calendars.rules import local_day


def propose_duties(*, meetings: Sequence[Meeting]) -> None:
    """Ask everybody who leads a group on the day of a meeting to be there; nobody twice."""
    assigned = list(
        Assignment.objects.filter(group__in={row.group_id for row in meetings}).order_by("id")
    )
    fresh = [
        Duty(meeting=row, facilitator_id=one.facilitator_id)
        for row in meetings
        for one in assigned
        if one.group_id == row.group_id and _in_force(one, row)
    ]
    Duty.objects.bulk_create(fresh, ignore_conflicts=True)


def vacate_duties(
    *, facilitator_id: UUID, group_id: UUID | None = None, now: datetime
) -> list[UUID]:
    """Take a facilitator off coming meetings, of one group or of all; return their ids."""
    duties = Duty.objects.filter(
        facilitator_id=facilitator_id, meeting__period__endswith__gt=now
    ).exclude(state=DutyState.VACATED)
    if group_id is not None:
        duties = duties.filter(meeting__group_id=group_id)
    meetings = sorted(duties.values_list("meeting_id", flat=True))
    duties.update(state=DutyState.VACATED)
    return meetings


def _in_force(assignment: Assignment, meeting: Meeting) -> bool:
    day = local_day(meeting.period.lower, meeting.zone)
    ends_on = assignment.ends_on
    return assignment.starts_on <= day and (ends_on is None or day < ends_on)
