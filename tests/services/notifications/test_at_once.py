"""Several sweeps, planners and people at once, on a real PostgreSQL."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core import mail as post
from django.db import connection, transaction

from portal.notifications import services
from portal.notifications.choices import Lane, State
from portal.notifications.models import Delivery, Notification
from portal.notifications.services import claims
from tests.services.notifications.cast import NOON, NOW, make_person, only_delivery

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20


def at_once(*deeds):
    """Run deeds in threads with connections of their own; raise what they raised."""
    start, errors = threading.Barrier(len(deeds)), []

    def run(deed):
        try:
            start.wait(PATIENCE)
            deed()
        except BaseException as error:  # noqa: BLE001 - shown below, in the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def crowd(room, count):
    people = []
    for number in range(count):
        user = make_person(f"p{number}@demo.test", f"p{number}@mail.test")
        room.tell(user)
        people.append(user)
    return people


def sweep():
    services.deliver_due(now=NOON)


def test_two_sweeps_at_once_send_each_mail_once(room):
    crowd(room, 40)
    at_once(sweep, sweep, sweep)
    addresses = [message.to[0] for message in post.outbox]
    assert len(addresses) == len(set(addresses)) == 40
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}


class Meeting:
    """Stands in for the notifications' manager: two claims meet between their two looks."""

    def __init__(self) -> None:
        self.objects = self
        self._meet = threading.Barrier(2)

    def filter(self, **kwargs):
        if "id__in" in kwargs:
            with suppress(threading.BrokenBarrierError):
                self._meet.wait(1)
        return Notification.objects.filter(**kwargs)


@pytest.mark.parametrize(("locked", "split"), [(True, [0, 2]), (False, [1, 1])])
def test_two_sweeps_never_split_one_person(room, monkeypatch, locked, split):
    """Without the lock of the claim each holds a row of hers, and she would get two mails."""
    user = make_person(address="r@mail.test")
    room.tell(user)
    room.tell(user)
    seen = []
    monkeypatch.setattr(claims, "Notification", Meeting())
    if not locked:
        monkeypatch.setattr(claims, "lock", lambda *_: None)

    def claim_one():
        hold = claims.Hold(now=NOON, due_by=NOON)
        seen.append(len(claims.claim_deliveries(hold, lane=Lane.ALL, limit=1)))

    at_once(claim_one, claim_one)
    assert sorted(seen) == split


def test_a_withdrawal_that_has_not_committed_makes_the_sweep_wait_and_win_nothing(room):
    user = make_person(address="r@mail.test")
    subject = room.tell(user)
    hold = claims.Hold(now=NOON, due_by=NOON)
    (row,) = claims.claim_deliveries(hold, lane=Lane.ALL, limit=1)
    withdrawn, results = threading.Event(), []

    def cancel():
        with transaction.atomic():
            assert services.withdraw(subject_id=subject, now=NOON) == 1
            withdrawn.set()
            threading.Event().wait(0.5)

    def send():
        assert withdrawn.wait(PATIENCE)
        results.append(claims.renew(Delivery, [row.id], hold))

    at_once(cancel, send)
    assert results == [frozenset()]
    assert only_delivery().state == State.WITHDRAWN


def test_a_row_that_somebody_is_withdrawing_is_passed_over(room):
    first, _ = crowd(room, 2)
    subject = room.tell(first)
    cancelling, swept = threading.Event(), threading.Event()

    def cancel():
        with transaction.atomic():
            services.withdraw(subject_id=subject, now=NOON)
            cancelling.set()
            assert swept.wait(PATIENCE)

    def send():
        assert cancelling.wait(PATIENCE)
        sweep()
        swept.set()

    at_once(cancel, send)
    assert len(post.outbox) == 2
    assert Delivery.objects.filter(state=State.WITHDRAWN).count() == 1


def test_two_planners_at_once_plan_each_reminder_once(room):
    people = crowd(room, 20)
    for user in people:
        room.remind(user, subject_id=user.pk, starts_at=NOW + timedelta(hours=24))

    def plan():
        services.plan_reminders(now=NOW)

    at_once(plan, plan, plan)
    reminders = Notification.objects.filter(notice="test.other")
    assert reminders.count() == 40
    assert Delivery.objects.filter(notification__in=reminders).count() == 40


def test_the_same_fact_told_twice_at_once_is_one_item(room):
    user = make_person(address="r@mail.test")
    subject = user.pk

    def tell():
        room.tell(user, subject_id=subject)

    at_once(tell, tell, tell)
    assert Notification.objects.count() == Delivery.objects.count() == 1


def test_one_person_choosing_twice_at_once_has_one_choice(room):
    user = make_person()

    def choose():
        services.choose_address(
            namespace="test.room", user_id=user.pk, address="r@mail.test", now=NOW
        )

    at_once(choose, choose)
    assert services.address_choice(namespace="test.room", user_id=user.pk)
