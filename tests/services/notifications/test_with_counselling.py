"""The outbox with the room it was built for: booked, reminded, cancelled, told in time."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as post

from counselling import services as counselling
from portal.notifications import selectors, services
from portal.notifications.choices import State
from portal.notifications.models import Delivery
from portal.people.models import User
from tests.factories import MONDAY, NOW, book, make_client_account, make_practice, wib

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)
MAILBOX = "r.private@mail.test"


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def rina(practice):
    actor = make_client_account(practice)
    user = User.objects.get(pk=actor.user_id)
    EmailAddress.objects.create(user=user, email=MAILBOX, verified=True)
    return actor


def sweep(now):
    services.plan_reminders(now=now)
    return services.deliver_due(now=now)


def inbox(actor, now):
    return selectors.list_inbox(user_id=actor.user_id, zone=actor.zone, now=now)


def test_booked_then_reminded_in_the_evening_and_in_the_morning(practice, rina):
    book(practice, rina, wib(10, day=TUESDAY), address=MAILBOX)
    assert sweep(NOW).mails == 0
    for window in (wib(12, 15), wib(16, 15), wib(7, 15, day=TUESDAY)):
        assert sweep(window).mails == 1
    assert sweep(wib(12, 15, day=TUESDAY)).claimed == 0
    assert {message.to[0] for message in post.outbox} == {MAILBOX}
    assert len({message.body for message in post.outbox}) == 1


def test_portal_only_means_no_mail_and_a_full_inbox(practice, rina):
    book(practice, rina, wib(10, day=TUESDAY), address="")
    for now in (wib(12, 15), wib(16, 15), wib(7, 15, day=TUESDAY)):
        assert sweep(now).mails == 0
    assert Delivery.objects.count() == 0
    assert len(inbox(rina, wib(7, 15, day=TUESDAY))) == 2


def test_a_cancellation_takes_all_waiting_mails_with_it(practice, rina):
    appointment_id = book(practice, rina, wib(10, day=TUESDAY), address=MAILBOX)
    sweep(NOW)
    assert Delivery.objects.filter(state=State.PENDING).count() == 3
    counselling.cancel_appointment(actor=rina, appointment_id=appointment_id, now=wib(9))
    assert Delivery.objects.filter(state=State.WITHDRAWN).count() == 3
    assert sweep(wib(16, 15)).sent <= 1  # at most: that it is cancelled
    assert sweep(wib(7, 15, day=TUESDAY)).mails == 0


def test_a_counsellor_who_falls_ill_reaches_the_client_before_the_meeting(practice, rina):
    book(practice, rina, wib(11), address=MAILBOX)
    sweep(wib(8, 30))
    post.outbox.clear()
    assert counselling.call_in_ill(actor=practice.actor, now=wib(9)) == 1
    assert sweep(wib(9)).mails == 1
    assert [message.to for message in post.outbox] == [[MAILBOX]]
    (line,) = inbox(rina, wib(9))
    assert line.title


def test_a_counsellor_has_her_own_inbox(practice, rina):
    book(practice, rina, wib(10, day=TUESDAY))
    (line,) = inbox(practice.actor, NOW)
    assert line.url.startswith("/k/temu/")
    assert all(not row.url.startswith("/k/") for row in inbox(rina, NOW))
    assert selectors.count_unread(user_id=practice.actor.user_id, now=NOW) == 1
