"""Reminders: planned from the facts, told in two windows, and only while they help."""

from datetime import timedelta

import pytest
from django.core import mail as post

from portal.notifications import services
from portal.notifications.choices import State
from portal.notifications.models import Delivery
from tests.services.notifications.cast import (
    NOON,
    NOW,
    OTHER,
    ROOM,
    SECOND_ROOM,
    choose,
    later,
    make_person,
    only_delivery,
    only_item,
)

pytestmark = pytest.mark.django_db


def sweep(now=NOON, **more):
    return services.deliver_due(now=now, **more)


def test_reminders_are_planned_ahead_once_and_leave_in_two_windows(room, rina):
    subject = room.tell(rina)
    sweep()
    post.outbox.clear()
    starts_at = NOW + timedelta(hours=24)
    room.remind(rina, subject_id=subject, starts_at=starts_at)
    assert services.plan_reminders(now=NOW) == 2
    assert services.plan_reminders(now=later(minutes=1)) == 0
    due = sorted(
        Delivery.objects.filter(state=State.PENDING).values_list("not_before", flat=True)
    )
    assert due == list(services.reminder_times(starts_at=starts_at))
    for window in due:
        assert sweep(window).sent == 1
        assert services.plan_reminders(now=window) == 0
    assert len(post.outbox) == 2


def test_a_reminder_is_not_in_the_inbox_before_its_hour(room, rina):
    room.remind(rina, subject_id=rina.pk, starts_at=NOW + timedelta(hours=24))
    services.plan_reminders(now=NOW)
    evening, morning = services.reminder_times(starts_at=NOW + timedelta(hours=24))
    assert services.mark_all_read(user_id=rina.pk, now=NOW) == 0
    assert services.mark_all_read(user_id=rina.pk, now=evening) == 1
    assert services.mark_all_read(user_id=rina.pk, now=morning) == 1


def test_reminders_after_an_outage_leave_only_while_they_help(room, rina):
    room.remind(rina, subject_id=rina.pk, starts_at=NOON + timedelta(hours=1))
    room.remind(rina, subject_id=make_person("x@y.test").pk, starts_at=NOW)
    room.remind(rina, subject_id=make_person("z@y.test").pk, starts_at=NOON)
    assert services.plan_reminders(now=NOW) == 1
    assert services.plan_reminders(now=later(minutes=1)) == 0
    assert only_item().notice == OTHER
    assert only_delivery().not_before == NOON
    assert sweep().mails == 1


def test_who_books_after_the_evening_window_is_reminded_in_the_morning_only(room, rina):
    starts_at = NOW + timedelta(hours=24)
    evening, morning = services.reminder_times(starts_at=starts_at)
    room.remind(rina, subject_id=rina.pk, starts_at=starts_at)
    assert services.plan_reminders(now=evening + timedelta(minutes=5)) == 1
    assert only_delivery().not_before == morning


def test_an_address_chosen_later_gets_the_reminders_that_are_still_to_come(room):
    user = make_person()
    room.remind(user, subject_id=user.pk, starts_at=NOW + timedelta(hours=24))
    services.plan_reminders(now=NOW)
    assert Delivery.objects.count() == 0
    choose(user, "r@mail.test")
    services.plan_reminders(now=later(minutes=1))
    assert Delivery.objects.count() == 2


def test_a_cancelled_reminder_never_leaves(room, rina):
    room.remind(rina, subject_id=rina.pk, starts_at=NOW + timedelta(hours=24))
    services.plan_reminders(now=NOW)
    assert services.withdraw(subject_id=rina.pk, now=NOW) == 2
    assert sweep(NOW + timedelta(hours=23)).claimed == 0
    # and a sweep of the planner that had read the old facts cannot bring it back
    services.plan_reminders(now=NOW)
    assert Delivery.objects.filter(state=State.WITHDRAWN).count() == 2
    assert sweep(NOW + timedelta(hours=23)).claimed == 0


def test_one_failing_planner_does_not_stop_the_others(room, rina, caplog):
    from portal.notifications import registry

    def broken(*, now, until):
        raise RuntimeError("canary-in-a-planner")

    registry.register_planner("a-broken-one", broken)
    room.remind(rina, subject_id=rina.pk, starts_at=NOW + timedelta(hours=24))
    with caplog.at_level("INFO", logger="teduh"):
        assert services.plan_reminders(now=NOW) == 2
    assert "a-broken-one failed" in caplog.text
    assert "canary" not in caplog.text


def test_the_namespace_of_a_choice_is_its_own(room, rina):
    room.tell(rina, namespace=SECOND_ROOM)
    assert Delivery.objects.count() == 0
    assert services.address_choice(namespace=ROOM, user_id=rina.pk)
