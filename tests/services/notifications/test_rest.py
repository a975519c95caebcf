"""While somebody is on leave the organisation is silent, and nothing says that it is."""

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail as post
from django.db import DatabaseError, connection, transaction

from portal.notifications import registry, services
from portal.notifications.choices import State
from portal.notifications.models import Delivery, Notification
from tests.services.notifications.cast import (
    EVENING,
    NEWS,
    NOON,
    NOW,
    ROOM,
    choose,
    make_person,
    only_delivery,
    only_item,
)

pytestmark = pytest.mark.django_db
WORK = "test.work"
MORNING = NOON + timedelta(hours=19)
"""The window at 07.15 WIB on the next day."""


class Leave:
    """A room that knows who is on leave until when."""

    def __init__(self):
        self.until, self.broken, self.asked = {}, set(), []

    def __call__(self, user_ids, now):
        self.asked.append((user_ids, now))
        if user_ids & self.broken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT canary")
        return {one for one in user_ids if one in self.until and now < self.until[one]}


@pytest.fixture
def leave(room):
    registry.register(
        registry.Notice(WORK, room.still_true, room.lines, organisation=True),
    )
    lookup = Leave()
    registry.register_rest("test", lookup)
    return lookup


def sweep(now=NOON, **more):
    return services.deliver_due(now=now, **more)


def columns(delivery):
    """Return everything a copy of the database holds about a row but its own random keys."""
    row = Delivery.objects.filter(pk=delivery.pk).values().get()
    keys = {"id", "dedupe_key", "notification_id"}
    return {name: value for name, value in row.items() if name not in keys}


def delivery_of(subject_id):
    return Delivery.objects.get(notification__subject_id=subject_id)


# --- held and released ---------------------------------------------------------------------


def test_the_organisation_is_silent_until_she_is_back(room, rina, leave):
    leave.until[rina.pk] = MORNING + timedelta(hours=1)
    room.tell(rina, notice=WORK)
    for window in (NOON, EVENING, MORNING):
        report = sweep(window)
        assert (report.claimed, report.put_back, report.mails) == (1, 1, 0)
        assert sweep(window + timedelta(minutes=30)).claimed == 0
    back = only_delivery().not_before
    assert back == NOON + timedelta(days=1)
    assert sweep(back).sent == len(post.outbox) == 1
    assert only_delivery().state == State.SENT


def test_what_she_has_read_meanwhile_is_not_mailed(room, rina, leave):
    leave.until[rina.pk] = MORNING
    room.tell(rina, notice=WORK)
    sweep()
    assert only_item().read is False
    services.mark_all_read(user_id=rina.pk, now=NOON)
    assert sweep(EVENING).suppressed == 1
    assert sweep(NOON + timedelta(days=1)).mails == 0


def test_the_end_of_its_use_ends_the_waiting(room, rina, leave):
    leave.until[rina.pk] = MORNING + timedelta(days=9)
    room.tell(rina, notice=WORK, useful_until=EVENING + timedelta(hours=1))
    sweep()
    sweep(EVENING)
    assert sweep(MORNING).suppressed == 1
    assert only_delivery().state == State.SUPPRESSED
    assert post.outbox == []


def test_urgent_work_waits_as_well(room, rina, leave):
    leave.until[rina.pk] = MORNING
    room.tell(rina, notice=WORK, urgent=True)
    assert sweep(NOW).put_back == 1
    assert only_delivery().not_before == NOON


def test_what_is_no_longer_true_does_not_wait(room, rina, leave):
    leave.until[rina.pk] = MORNING
    room.untrue.add(room.tell(rina, notice=WORK))
    assert sweep().suppressed == 1


def test_waiting_for_weeks_costs_no_attempt(room, rina, leave):
    leave.until[rina.pk] = NOON + timedelta(days=40)
    room.tell(rina, notice=WORK)
    for day in range(20):
        sweep(NOON + timedelta(days=day))
    assert only_delivery().attempt == 0
    assert sweep(NOON + timedelta(days=41)).sent == 1


# --- what leaves all the same --------------------------------------------------------------


def test_what_she_booked_herself_leaves(room, rina, leave):
    leave.until[rina.pk] = MORNING
    room.tell(rina, notice=NEWS)
    room.tell(rina, notice=WORK)
    report = sweep()
    assert (report.sent, report.put_back, report.coalesced) == (1, 1, 0)
    assert len(post.outbox) == 1
    # Nobody is even asked about what is not the organisation's.
    assert len(leave.asked) == 1


def test_the_safety_lane_leaves(room, rina, leave):
    leave.until[rina.pk] = MORNING
    with transaction.atomic():
        services.enqueue(
            recipient=services.recipient_for(namespace=ROOM, user_id=rina.pk),
            notice=WORK, subject_id=uuid4(), rev=1, safety=True, now=NOW,
        )  # fmt: skip
    assert sweep(NOW).sent == 1
    assert leave.asked == []


def test_others_are_told(room, rina, leave):
    yosef = make_person("yosef@demo.test", "y@mail.test")
    leave.until[rina.pk] = MORNING
    for person in (rina, yosef):
        room.tell(person, notice=WORK)
    assert sweep().sent == 1
    assert [message.to for message in post.outbox] == [["y@mail.test"]]


def test_without_a_room_that_knows_nobody_rests(room, rina):
    registry.register(registry.Notice(WORK, room.still_true, room.lines, organisation=True))
    room.tell(rina, notice=WORK)
    assert sweep().sent == 1


def test_any_room_that_knows_is_heard(room, rina, leave):
    registry.register_rest("second", lambda user_ids, _now: user_ids & {rina.pk})
    room.tell(rina, notice=WORK)
    assert sweep().put_back == 1
    with pytest.raises(ValueError, match="second"):
        registry.register_rest("second", lambda user_ids, _now: user_ids)


# --- a room that fails ---------------------------------------------------------------------


def test_a_room_that_cannot_answer_stops_nobody_else(room, rina, leave, caplog):
    yosef = make_person("yosef@demo.test", "y@mail.test")
    choose(yosef, "y@mail.test")
    leave.broken.add(rina.pk)
    for person in (rina, yosef):
        room.tell(person, notice=WORK)
    room.tell(rina, notice=NEWS)
    with caplog.at_level(logging.DEBUG):
        report = sweep()
    assert (report.sent, report.put_back, report.dead) == (2, 1, 0)
    assert "canary" not in caplog.text
    assert str(rina.pk) not in caplog.text
    leave.broken.clear()
    assert sweep(EVENING).sent == 1


def test_the_failure_is_real(leave, rina):
    leave.broken.add(rina.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        registry.who_rests({rina.pk}, NOW)


# --- nothing says it -----------------------------------------------------------------------


def test_a_row_of_somebody_on_leave_looks_like_any_other(room, rina, leave):
    """Four rows that wait for the same window: never tried, held, unanswered, tried before."""
    people = {
        name: make_person(f"{name}@demo.test", f"{name}@mail.test")
        for name in ("fresh", "away", "unknown", "retried")
    }
    told = {
        name: room.tell(person, notice=WORK)
        for name, person in people.items()
        if name != "fresh"
    }
    leave.until[people["away"].pk] = leave.until[people["retried"].pk] = MORNING
    leave.broken.add(people["unknown"].pk)
    Delivery.objects.filter(pk=delivery_of(told["retried"]).pk).update(
        attempt=3, reason="PUT_OFF"
    )
    sweep()
    told["fresh"] = room.tell(people["fresh"], notice=WORK, now=NOON)
    rows = {name: columns(delivery_of(subject)) for name, subject in told.items()}
    assert rows["fresh"]["not_before"] == EVENING
    assert all(row == rows["fresh"] for row in rows.values())


def test_the_window_is_the_houses_own_and_not_the_end_of_a_leave(room, rina, leave):
    leave.until[rina.pk] = NOON + timedelta(minutes=30)
    room.tell(rina, notice=WORK)
    before = set(Notification.objects.values_list())
    sweep(NOON + timedelta(minutes=7, seconds=3))
    assert only_delivery().not_before == EVENING
    assert set(Notification.objects.values_list()) == before


def test_no_log_line_tells_that_somebody_rests(room, rina, leave, caplog):
    leave.until[rina.pk] = MORNING
    room.tell(rina, notice=WORK)
    with caplog.at_level(logging.DEBUG):
        sweep()
    assert not [record for record in caplog.records if record.name.startswith("teduh")]
    assert "deliver_due" not in caplog.text
