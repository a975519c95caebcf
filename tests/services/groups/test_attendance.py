"""Who came, with one tap: set and never toggled, within its time, for those expected alone."""

from datetime import date, time, timedelta

import pytest
from django.http import Http404

from groups.choices import GroupKind, Mark, Refusal, Way
from groups.models import Attendance
from groups.services import attendance, leaving, meetings, places, standing
from groups.services.desk import GroupRefused
from portal.audit.models import StaffEvent
from tests.factories import NOW
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_member_account,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db
MONDAY_AFTERNOON = date(2026, 11, 23), time(14, 0)


@pytest.fixture
def circle():
    return make_circle()


@pytest.fixture
def meeting(circle):
    day, at = MONDAY_AFTERNOON
    plan_series(circle, starts_on=day, at=at, meetings=2)
    return meetings_of(circle)[0]


@pytest.fixture
def rina(circle):
    return join(circle, alias="Kenanga")


def tap(circle, meeting, member, mark, *, actor=None, now=None):
    attendance.mark_attendance(
        actor=actor or circle.lead,
        meeting_id=meeting.pk,
        enrolment_id=enrolment_of(circle, member).pk,
        mark=mark,
        now=now or meeting.period.lower,
    )


def marks(meeting) -> list[str]:
    return list(Attendance.objects.filter(meeting=meeting).values_list("mark", flat=True))


def events() -> int:
    return StaffEvent.objects.filter(action="circle.attendance").count()


def test_a_tap_sets_and_never_toggles(circle, meeting, rina):
    for _ in range(3):
        tap(circle, meeting, rina, Mark.PRESENT)

    assert (marks(meeting), events()) == (["PRESENT"], 1)


def test_another_tap_writes_over_and_none_takes_back(circle, meeting, rina):
    tap(circle, meeting, rina, Mark.PRESENT)
    tap(circle, meeting, rina, Mark.LATE, actor=circle.co)
    assert marks(meeting) == ["LATE"]

    for _ in range(2):
        tap(circle, meeting, rina, None)

    assert (marks(meeting), events()) == ([], 3)


def test_the_members_own_word_may_be_overridden(circle, meeting, rina):
    places.excuse(actor=rina, meeting_id=meeting.pk, now=NOW)
    assert marks(meeting) == ["EXCUSED"]

    tap(circle, meeting, rina, Mark.PRESENT)

    assert marks(meeting) == ["PRESENT"]


def test_from_an_hour_before_to_two_weeks_after(circle, meeting, rina):
    first, last = meeting.period.lower - timedelta(hours=1), meeting.period.upper
    tap(circle, meeting, rina, Mark.PRESENT, now=first)
    tap(circle, meeting, rina, Mark.ABSENT, now=last + timedelta(days=14))

    with pytest.raises(GroupRefused) as early:
        tap(circle, meeting, rina, Mark.LATE, now=first - timedelta(seconds=1))
    with pytest.raises(GroupRefused) as late:
        tap(circle, meeting, rina, Mark.LATE, now=last + timedelta(days=14, seconds=1))

    assert (early.value.reason, late.value.reason) == (
        Refusal.NOT_YET,
        Refusal.NOTED_LONG_AGO,
    )
    assert marks(meeting) == ["ABSENT"]


def test_a_cancelled_meeting_has_no_attendance(circle, meeting, rina):
    meetings.cancel_meeting(actor=circle.lead, meeting_id=meeting.pk, now=NOW)

    with pytest.raises(GroupRefused) as refused:
        tap(circle, meeting, rina, Mark.PRESENT)

    assert refused.value.reason == Refusal.NOT_PLANNED


def test_only_members_who_are_in_the_group_now(circle, meeting, rina):
    gone, resting = join(circle, alias="Langit"), join(circle, alias="Awan")
    leaving.leave_circle(actor=gone, group_id=circle.group.pk, now=NOW)
    standing.pause_circle(actor=resting, group_id=circle.group.pk, now=NOW)
    other = make_circle()
    stranger = join(other, alias="Lain")

    for enrolment in (
        enrolment_of(circle, gone),
        enrolment_of(circle, resting),
        enrolment_of(other, stranger),
    ):
        with pytest.raises(Http404):
            attendance.mark_attendance(
                actor=circle.lead,
                meeting_id=meeting.pk,
                enrolment_id=enrolment.pk,
                mark=Mark.PRESENT,
                now=meeting.period.lower,
            )

    assert marks(meeting) == []


def test_in_an_open_group_only_who_has_a_place():
    circle = make_circle(kind=GroupKind.OPEN, capacity=1)
    plan_series(circle, starts_on=MONDAY_AFTERNOON[0], at=MONDAY_AFTERNOON[1], meetings=2)
    meeting, other = meetings_of(circle)
    comes, waits, later = (join(circle) for _ in range(3))
    for member, one in ((comes, meeting), (waits, meeting), (later, other)):
        places.take_place(actor=member, meeting_id=one.pk, way=Way.ROOM, now=NOW)

    tap(circle, meeting, comes, Mark.PRESENT)
    for member in (waits, later):
        with pytest.raises(Http404):
            tap(circle, meeting, member, Mark.PRESENT)

    assert marks(meeting) == ["PRESENT"]


def test_only_by_who_leads_the_group(circle, meeting, rina):
    for actor in (make_circle().lead, circle.head, make_member_account(circle), rina):
        with pytest.raises(Http404):
            tap(circle, meeting, rina, Mark.PRESENT, actor=actor)

    assert marks(meeting) == []
