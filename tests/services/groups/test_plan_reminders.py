"""Reminders and the plan: none after a cancellation, a new one for what is planned anew."""

from datetime import date, time, timedelta

import pytest
from django.core import mail as post

from groups import notices
from groups.choices import (
    Way,
)
from groups.services import changes, meetings, setup
from portal.notifications import services as notifications
from portal.notifications.choices import Lane, State
from portal.notifications.models import Delivery, Notification
from portal.notifications.services import claims
from portal.notifications.services.claims import Hold
from tests.factories import NOW
from tests.support.groups import join, make_circle
from tests.support.plans import plan_fridays, rows

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DUE = NOW + 3 * MINUTE


def cancel(circle, row, *, actor=None, now=NOW):
    return meetings.cancel_meeting(actor=actor or circle.lead, meeting_id=row.pk, now=now)


def move(circle, row, *, now=NOW, actor=None, **when):
    row.refresh_from_db()
    values = {"day": date(2026, 12, 2), "at": time(15), "duration_minutes": 90, **when}
    return meetings.move_meeting(
        actor=actor or circle.lead, meeting_id=row.pk, rev=row.rev, now=now, **values
    )


def undo(circle, change_id, *, actor=None, now=NOW + MINUTE):
    changes.undo_change(actor=actor or circle.lead, change_id=change_id, now=now)


def told(notice=notices.PLAN_CHANGED):
    found = Notification.objects.filter(notice=notice)
    return list(found.values_list("subject_id", flat=True))


def choose(circle, member):
    """Give a member a private address and choose it for this circle."""
    notifications.choose_address(
        namespace=notices.MEMBER,
        user_id=member.user_id,
        scope=circle.group.pk,
        address=f"p{member.user_id.hex[:8]}@mail.test",
        now=NOW,
    )


@pytest.fixture
def reminded():
    """A circle with ten members whose two reminders each wait for the first meeting."""
    circle = make_circle(capacity=12)
    plan_fridays(circle)
    circle.members = [join(circle) for _ in range(10)]
    for member in circle.members:
        choose(circle, member)
    Notification.objects.all().delete()
    Delivery.objects.all().delete()
    circle.eve = rows(circle)[0].period.lower - timedelta(hours=30)
    notifications.plan_reminders(now=circle.eve)
    return circle


def reminders(**which):
    return Delivery.objects.filter(notification__notice=notices.REMINDER, **which)


def test_no_reminder_leaves_after_a_cancellation_not_even_one_in_hand(reminded):
    first = rows(reminded)[0]
    assert reminders(state=State.PENDING).count() == 20
    due = reminders().order_by("not_before").first().not_before
    hold = Hold(now=due, due_by=due)
    held = claims.claim_deliveries(hold, lane=Lane.ALL, limit=1)
    assert Delivery.objects.filter(state=State.LEASED).count() >= 1
    cancel(reminded, first, now=due)
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.WITHDRAWN}
    assert Delivery.objects.count() == 20
    # whoever held one finds that it is no longer hers to send
    assert claims.renew(Delivery, [row.id for row in held], hold) == frozenset()
    assert not Notification.objects.filter(notice=notices.REMINDER).exists()
    notifications.plan_reminders(now=due)
    changes.tell_changes(now=due + 3 * MINUTE)
    for hours in range(48):
        notifications.deliver_due(now=due + timedelta(hours=hours))
        notifications.plan_reminders(now=due + timedelta(hours=hours))
    assert len(post.outbox) == 10
    assert not Notification.objects.filter(notice=notices.REMINDER).exists()
    assert len(told()) == 10


def test_cancelled_and_reinstated_it_is_reminded_of_anew(reminded):
    first = rows(reminded)[0]
    cancel(reminded, first, now=reminded.eve)
    meetings.reinstate_meeting(actor=reminded.lead, meeting_id=first.pk, now=reminded.eve)
    assert reminders(state=State.PENDING).count() == 0
    assert notifications.plan_reminders(now=reminded.eve) == 20
    assert set(reminders().values_list("notification__rev", flat=True)) == {2}


def test_undone_it_is_reminded_of_anew(reminded):
    first = rows(reminded)[0]
    change_id = cancel(reminded, first, now=reminded.eve)
    undo(reminded, change_id, now=reminded.eve + MINUTE)
    assert notifications.plan_reminders(now=reminded.eve + MINUTE) == 20


def test_another_name_of_the_group_or_another_room_is_no_news_to_a_reminder(reminded):
    first = rows(reminded)[0]
    setup.change_group(
        actor=reminded.lead,
        group_id=reminded.group.pk,
        plan=setup.GroupPlan(name="Nama Baru", topic="Lain", capacity={Way.ROOM: 12}),
        now=reminded.eve,
    )
    meetings.change_meeting_place(
        actor=reminded.lead,
        meeting_id=first.pk,
        room="Ruang Kecil",
        directions="",
        ways=[Way.ROOM],
        rev=first.rev,
        now=reminded.eve,
    )
    assert notifications.plan_reminders(now=reminded.eve) == 0
    assert reminders(state=State.PENDING).count() == 20


def test_a_moved_meeting_is_reminded_of_at_its_new_time_only(reminded):
    first = rows(reminded)[0]
    here = first.period.lower
    move(reminded, first, day=here.date(), at=time(16), now=reminded.eve)
    assert reminders().count() == 0
    assert notifications.plan_reminders(now=reminded.eve) == 20
    times = set(reminders().values_list("notification__rev", flat=True))
    assert times == {1}
