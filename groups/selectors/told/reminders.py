"""Reminders of meetings: who is expected at which, from the rows of the moment."""

from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from groups import notices
from groups.choices import EnrolmentState, GroupKind, GroupStatus, Mark, PlaceState
from groups.models import Attendance, Enrolment, Meeting, Place
from portal.notifications.registry import Planned, Recipient, SubjectFor
from portal.notifications.services import reminder_times


@dataclass(frozen=True, slots=True)
class _Expected:
    """Somebody who is expected at a meeting."""

    meeting_id: UUID
    tag: bytes
    contact: bytes


def plan_reminders(*, now: datetime, until: datetime) -> Iterable[Planned]:
    """
    Yield the reminders that the meetings of the next days call for, soonest first.

    In a closed group its active members are reminded, in an open one whoever has a place;
    nobody who has excused herself. Four queries, however many they are.
    """
    # The evening of the day before lies at most two days ahead of the start.
    soon = (
        Meeting.objects.planned()
        .ahead(now=now)
        .filter(
            period__startswith__lte=until + timedelta(days=2), group__status=GroupStatus.ACTIVE
        )
        .select_related("group")
        .order_by("period", "id")
    )
    meetings = {row.pk: row for row in soon}
    times = {pk: reminder_times(starts_at=row.period.lower) for pk, row in meetings.items()}
    for one in _expected(list(meetings.values())):
        row = meetings[one.meeting_id]
        for due_at in times[row.pk]:
            if due_at < until:
                yield Planned(
                    recipient=Recipient(tag=one.tag, contact=one.contact),
                    notice=notices.REMINDER,
                    subject_id=row.pk,
                    rev=row.rev,
                    due_at=due_at,
                    useful_until=row.period.lower,
                )


def expected_at(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:  # noqa: ARG001 - one signature
    """Keep those who are still expected at these meetings: no reminder follows who left."""
    meetings = Meeting.objects.filter(
        pk__in={meeting_id for meeting_id, _tag in pairs}, group__status=GroupStatus.ACTIVE
    ).select_related("group")
    tags = {tag for _meeting_id, tag in pairs}
    return pairs & {(one.meeting_id, one.tag) for one in _expected(list(meetings), tags=tags)}


def _expected(
    meetings: Collection[Meeting], *, tags: Set[bytes] | None = None
) -> Iterator[_Expected]:
    ids = [row.pk for row in meetings]
    excused = set(
        Attendance.objects.filter(meeting__in=ids, mark=Mark.EXCUSED).values_list(
            "meeting_id", "enrolment_id"
        )
    )
    members = _members(meetings, tags)
    guests = _guests(meetings, tags)
    for row in meetings:
        coming = guests.get(row.pk, ()) if _is_open(row) else members.get(row.group_id, ())
        for enrolment_id, tag, contact in coming:
            if (row.pk, enrolment_id) not in excused:
                yield _Expected(row.pk, tag, contact)


_Coming = dict[UUID, list[tuple[UUID, bytes, bytes]]]


def _members(meetings: Collection[Meeting], tags: Set[bytes] | None) -> _Coming:
    """Return the active members of the closed groups among these, by group."""
    found = Enrolment.objects.filter(
        group__in={row.group_id for row in meetings if not _is_open(row)},
        state=EnrolmentState.ACTIVE,
    )
    if tags is not None:
        found = found.filter(member_tag__in=tags)
    return _by_first(found.values_list("group_id", "pk", "member_tag", "contact"))


def _guests(meetings: Collection[Meeting], tags: Set[bytes] | None) -> _Coming:
    """Return who has a place in the meetings of open groups among these, by meeting."""
    found = Place.objects.filter(
        pool__meeting__in=[row.pk for row in meetings if _is_open(row)],
        state=PlaceState.TAKEN,
        enrolment__state=EnrolmentState.ACTIVE,
    )
    if tags is not None:
        found = found.filter(enrolment__member_tag__in=tags)
    return _by_first(
        found.values_list(
            "pool__meeting_id", "enrolment_id", "enrolment__member_tag", "enrolment__contact"
        )
    )


def _by_first(rows: Iterable[tuple[UUID, UUID, bytes, bytes]]) -> _Coming:
    coming: _Coming = {}
    for where, enrolment_id, tag, contact in rows:
        coming.setdefault(where, []).append((enrolment_id, bytes(tag), bytes(contact)))
    return coming


def _is_open(meeting: Meeting) -> bool:
    return meeting.group.kind == GroupKind.OPEN
