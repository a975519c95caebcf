"""Reminders of meetings: planned from the rows, and never after somebody has left."""

from datetime import date, time, timedelta

import pytest
from django.core import mail as post
from django.utils import timezone

from groups import notices, policies
from groups.choices import EnrolmentState, GroupKind, GroupStatus, Mark, PlaceState
from groups.models import Attendance, Enrolment, Meeting, Place, SupportGroup
from groups.selectors.told import plan_reminders
from groups.selectors.told.reminders import expected_at
from groups.services import leaving, places, setup, standing
from portal.notifications import services as notifications
from portal.notifications.choices import State
from portal.notifications.models import Delivery, Notification
from portal.notifications.services import planning
from tests.factories import MONDAY, NOW
from tests.support.groups import (
    Circle,
    enrolment_of,
    join,
    make_circle,
    meetings_of,
    plan_series,
)
from tests.support.worries import told

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 11, 25)
AHEAD = timedelta(days=7)


@pytest.fixture
def circle() -> Circle:
    """A circle that meets on Wednesdays from this week on."""
    made = make_circle()
    plan_series(made, starts_on=WEDNESDAY, at=time(10, 0))
    return made


@pytest.fixture
def open_circle() -> Circle:
    """A circle to which people come meeting by meeting."""
    made = make_circle(kind=GroupKind.OPEN, capacity=5)
    plan_series(made, starts_on=WEDNESDAY, at=time(10, 0))
    return made


def planned(*, days: int = 4):
    """Return what the planner asks for in the next days, as (tag, subject)."""
    found = plan_reminders(now=NOW, until=NOW + timedelta(days=days))
    return [(one.recipient.tag, one.subject_id, one.due_at) for one in found]


def tag_of(circle, actor) -> bytes:
    return policies.member_tag_of(user_id=actor.user_id, group_id=circle.group.pk)


def choose_mail(circle, actor) -> None:
    """Let news of one circle go to an address."""
    notifications.choose_address(
        namespace=notices.MEMBER,
        user_id=actor.user_id,
        scope=circle.group.pk,
        address="rina@rumah.test",
        now=NOW,
    )


def test_each_member_is_reminded_in_the_evening_and_in_the_morning(circle):
    first, second = join(circle), join(circle)
    meeting = meetings_of(circle)[0]

    found = planned()

    assert {tag for tag, _subject, _due in found} == {
        tag_of(circle, first),
        tag_of(circle, second),
    }
    assert {subject for _tag, subject, _due in found} == {meeting.pk}
    assert sorted({due for _tag, _subject, due in found}) == list(
        notifications.reminder_times(starts_at=meeting.period.lower)
    )
    assert len(found) == 4
    assert planned() == found, "the same facts give the same reminders"


def test_who_has_no_place_or_gave_it_up_is_not_reminded(open_circle):
    coming, gone, idle = join(open_circle), join(open_circle), join(open_circle)
    meeting = meetings_of(open_circle)[0]
    for actor in (coming, gone):
        state = places.take_place(actor=actor, meeting_id=meeting.pk, way="ROOM", now=NOW)
        assert state == PlaceState.TAKEN
    places.give_up_place(actor=gone, meeting_id=meeting.pk, now=NOW)

    assert {tag for tag, *_ in planned()} == {tag_of(open_circle, coming)}
    assert tag_of(open_circle, idle)


def leave(circle, actor):
    leaving.leave_circle(actor=actor, group_id=circle.group.pk, now=NOW)


def pause(circle, actor):
    standing.pause_circle(actor=actor, group_id=circle.group.pk, now=NOW)


def excuse(circle, actor):
    places.excuse(actor=actor, meeting_id=meetings_of(circle)[0].pk, now=NOW)


def end(circle, actor):
    setup.end_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)


def remove(circle, actor):
    leaving.remove_member(
        actor=circle.lead,
        enrolment_id=enrolment_of(circle, actor).pk,
        may_return=True,
        now=NOW,
    )


def pause_group(circle, actor):
    setup.pause_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)


WAYS_OUT = (leave, pause, excuse, end, remove, pause_group)


@pytest.mark.parametrize("go", WAYS_OUT)
def test_who_is_not_expected_is_not_reminded(circle, go):
    actor = join(circle)
    go(circle, actor)

    assert tag_of(circle, actor) not in {tag for tag, *_ in planned(days=3)}


@pytest.mark.parametrize("go", WAYS_OUT)
def test_a_planner_that_ran_before_reaches_nobody_after(circle, go):
    """The race: rows were read, somebody left, and only then the reminder was written."""
    actor = join(circle)
    choose_mail(circle, actor)
    meeting = meetings_of(circle)[0]
    read = list(plan_reminders(now=NOW, until=NOW + AHEAD))
    go(circle, actor)
    notifications.plan_reminders(now=NOW)
    planning._plan(read, now=NOW)
    left_over = Notification.objects.filter(notice=notices.REMINDER)
    assert left_over.exists(), "without a row in the way there is no race"
    evening = notifications.reminder_times(starts_at=meeting.period.lower)[0]

    post.outbox.clear()
    notifications.deliver_due(now=evening)

    reminders = Delivery.objects.filter(notification__notice=notices.REMINDER)
    assert not reminders.filter(state=State.SENT).exists()
    assert not [one for one in told(actor, now=evening) if "Coming up" in one]


def test_who_stays_is_reminded_by_mail_and_in_the_inbox(circle):
    actor = join(circle)
    choose_mail(circle, actor)
    notifications.deliver_due(now=NOW + timedelta(hours=12))
    notifications.plan_reminders(now=NOW)
    evening = notifications.reminder_times(starts_at=meetings_of(circle)[0].period.lower)[0]
    post.outbox.clear()

    notifications.plan_reminders(now=evening - timedelta(hours=1))
    notifications.deliver_due(now=evening)

    assert len(post.outbox) == 1
    assert [one for one in told(actor, now=evening) if circle.group.name in one]


def test_nobody_is_reminded_of_a_group_that_sleeps_or_a_meeting_that_is_off(circle):
    join(circle)
    assert planned()

    Meeting.objects.update(status="CANCELLED", cancel_reason="PLAN")
    assert not planned()
    Meeting.objects.update(status="PLANNED", cancel_reason="")
    SupportGroup.objects.update(status=GroupStatus.PAUSED)
    assert not planned()


def test_a_thousand_reminders_cost_no_more_queries_than_one(
    circle, open_circle, django_assert_num_queries
):
    join(circle)
    guest = join(open_circle)
    meeting = meetings_of(open_circle)[0]
    places.take_place(actor=guest, meeting_id=meeting.pk, way="ROOM", now=NOW)
    pattern = Enrolment.objects.get(group=circle.group)
    Enrolment.objects.bulk_create(
        Enrolment(
            group=circle.group,
            member_tag=number.to_bytes(32, "big"),
            contact=pattern.contact,
            alias=pattern.alias,
            alias_tag=(number + 10_000).to_bytes(32, "big"),
            state=EnrolmentState.ACTIVE,
            agreement_version=1,
            joined_month=MONDAY.replace(day=1),
        )
        for number in range(1, 1001)
    )

    with django_assert_num_queries(4):
        found = planned()
    assert len(found) == 2 * 1002

    with django_assert_num_queries(4):
        kept = expected_at({(subject, tag) for tag, subject, _due in found}, timezone.now())
    assert len(kept) == 1002


def test_who_says_no_for_one_meeting_is_reminded_of_the_next(circle):
    actor = join(circle)
    first, second = meetings_of(circle)[:2]
    Attendance.objects.create(
        meeting=first, enrolment=enrolment_of(circle, actor), mark=Mark.EXCUSED
    )

    subjects = {subject for _tag, subject, _due in planned(days=10)}

    assert subjects == {second.pk}
    assert not Place.objects.filter(pool__meeting=first).exists()
