"""While leave lasts the organisation is silent; what she booked and what saves lives is not."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core import mail as post
from django.db import transaction

from counselling.notices import CLIENT
from portal.leave import notices
from portal.leave.choices import State
from portal.leave.models import LeaveDay, LeaveRequest
from portal.leave.services.telling import tell
from portal.notifications import registry, services
from portal.notifications.services import choose_address, deliver_due, plan_reminders
from tests.factories import book, make_practice, wib
from tests.support.leave import open_room
from tests.support.leave_team import MONDAY, NOW, absent, on, open_question, send

pytestmark = pytest.mark.django_db
NOON = on(MONDAY, 12) + timedelta(minutes=15)
"""The window at 12.15."""
TUESDAY = MONDAY + timedelta(days=1)
AFTER = on(MONDAY + timedelta(days=2), 7) + timedelta(minutes=15)


def by_mail(person, *namespaces: str) -> None:
    """Let somebody read these inboxes by mail as well."""
    for namespace in namespaces:
        choose_address(
            namespace=namespace, user_id=person.user_id, address="pribadi@mail.test", now=NOW
        )


def test_a_question_to_a_superior_on_leave_waits_until_she_is_back(room):
    by_mail(room.manager, notices.MANAGER)
    row = send(room)
    absent(room, room.manager, MONDAY, TUESDAY)

    report = deliver_due(now=NOON)
    assert (report.sent, report.put_back) == (0, 1)
    assert post.outbox == []
    # In the portal it stands all the same.
    assert registry.find_notice(notices.FOR_MANAGER_ASKED).still_true(
        open_question(row).pk, 0, NOON
    )
    assert deliver_due(now=on(TUESDAY, 12) + timedelta(minutes=15)).sent == 0
    assert deliver_due(now=AFTER).sent == 1
    assert len(post.outbox) == 1


@pytest.mark.parametrize("state", [State.DECISION, State.WITHDRAWN, State.CANCELLED])
def test_leave_that_is_not_approved_silences_nothing(room, state):
    by_mail(room.manager, notices.MANAGER)
    send(room)
    absent(room, room.manager, MONDAY, TUESDAY, state=state)
    assert deliver_due(now=NOON).sent == 1


def test_a_recall_that_took_every_day_silences_nothing(room):
    by_mail(room.manager, notices.MANAGER)
    send(room)
    row = absent(room, room.manager, MONDAY, TUESDAY)
    LeaveDay.objects.filter(request=row).update(active=False)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.RECALLED)
    assert deliver_due(now=NOON).sent == 1


def test_days_that_became_holidays_stay_a_rest(room):
    by_mail(room.manager, notices.MANAGER)
    send(room)
    row = absent(room, room.manager, MONDAY, TUESDAY)
    LeaveDay.objects.filter(request=row).update(active=False)
    assert deliver_due(now=NOON).sent == 0


def test_what_concerns_her_own_leave_reaches_her(room):
    by_mail(room.employee, notices.OWN)
    row = absent(room, room.employee, MONDAY, TUESDAY)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.GRANTED)
    with transaction.atomic():
        tell(
            user_ids=[room.employee.user_id], namespace=notices.OWN, notice=notices.ENDED,
            subject_id=row.pk, now=NOW,
        )  # fmt: skip
    assert deliver_due(now=NOON).sent == 1


def test_the_reminder_of_a_meeting_she_booked_reaches_her():
    practice = make_practice()
    room = open_room(agency=practice.agency)
    by_mail(room.employee, CLIENT, notices.MANAGER)
    book(practice, room.asker, wib(10, day=date(2026, 11, 25)), now=NOW)
    post.outbox.clear()
    deliver_due(now=NOON)
    plan_reminders(now=on(TUESDAY, 8))
    absent(room, room.employee, MONDAY, MONDAY + timedelta(days=4))
    post.outbox.clear()

    deliver_due(now=on(TUESDAY, 16) + timedelta(minutes=15))
    assert [message.to for message in post.outbox] == [["pribadi@mail.test"]]


def test_the_safety_lane_knows_no_leave(room):
    by_mail(room.manager, notices.MANAGER)
    absent(room, room.manager, MONDAY, TUESDAY)
    row = absent(room, room.employee, TUESDAY, TUESDAY)
    with transaction.atomic():
        services.enqueue(
            recipient=services.recipient_for(
                namespace=notices.MANAGER, user_id=room.manager.user_id
            ),
            notice=notices.FOR_MANAGER_DATES,
            subject_id=row.pk,
            rev=0,
            safety=True,
            now=NOW,
        )
    assert deliver_due(now=NOW + timedelta(minutes=1)).sent == 1


def test_the_room_says_who_rests(room):
    absent(room, room.manager, MONDAY, TUESDAY)
    people = {room.manager.user_id, room.employee.user_id, uuid4()}
    assert registry.who_rests(people, NOW) == {room.manager.user_id}
    assert registry.who_rests(people, AFTER) == frozenset()
