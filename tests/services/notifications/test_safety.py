"""What cannot wait for a window, and a room that hears of a mail that was given up."""

import smtplib
from datetime import UTC, datetime, timedelta
from unittest import mock
from uuid import uuid4

import pytest
from django.core import mail as post
from django.db import IntegrityError, transaction

from portal.notifications import registry, rules, services
from portal.notifications.choices import Lane, Priority, Reason, State
from portal.notifications.models import Delivery
from portal.notifications.services import claims
from portal.notifications.services.claims import Hold
from tests.services.notifications.cast import (
    NOON,
    NOW,
    OTHER,
    ROOM,
    make_person,
    only_delivery,
)

pytestmark = pytest.mark.django_db
SEND = "django.core.mail.backends.locmem.EmailBackend.send_messages"
AT_NIGHT = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)  # 02.00 WIB, a Monday
REFUSED = smtplib.SMTPRecipientsRefused({"a": (550, b"no")})
NOTED = "test.noted"


def alarm(user, *, now=AT_NIGHT, notice=OTHER):
    subject_id = uuid4()
    with transaction.atomic():
        services.enqueue_all(
            messages=[
                services.Message(
                    recipient=services.recipient_for(namespace=ROOM, user_id=user.pk),
                    notice=notice,
                    subject_id=subject_id,
                    rev=3,
                    safety=True,
                )
            ],
            now=now,
        )
    return subject_id


# --- safety ----------------------------------------------------------------------------------


def test_a_matter_of_safety_leaves_at_once_in_the_middle_of_the_night(room, rina):
    alarm(rina)
    row = only_delivery()
    assert (row.priority, row.not_before) == (Priority.SAFETY, AT_NIGHT)
    report = services.deliver_due(now=AT_NIGHT, lane=Lane.SAFETY)
    assert (report.sent, len(post.outbox)) == (1, 1)


def test_one_message_can_be_told_as_a_matter_of_safety(room, rina):
    with transaction.atomic():
        services.enqueue(
            recipient=services.recipient_for(namespace=ROOM, user_id=rina.pk),
            notice=OTHER,
            subject_id=uuid4(),
            rev=1,
            safety=True,
            now=AT_NIGHT,
        )
    assert services.deliver_due(now=AT_NIGHT, lane=Lane.SAFETY).sent == 1


def test_the_safety_lane_takes_nothing_that_is_only_urgent(room, rina):
    room.tell(rina, urgent=True)
    assert services.deliver_due(now=NOW, lane=Lane.SAFETY).claimed == 0


def test_it_leaves_before_two_hundred_codes(room, rina):
    for number in range(5):
        services.enqueue_account_mail(
            address=f"c{number}@mail.test", subject="s", body="b", now=NOW
        )
    room.tell(make_person("yosef@demo.test", "y@mail.test"), urgent=True)
    alarm(rina, now=NOW)
    services.deliver_due(now=NOW)
    assert post.outbox[0].to == ["r.private@mail.test"]
    assert len(post.outbox) == 7


def test_it_may_be_one_mail_with_what_left_in_the_same_sweep(room, rina):
    room.tell(rina, urgent=True)
    alarm(rina, now=NOW)
    report = services.deliver_due(now=NOW)
    assert (report.sent, report.coalesced, len(post.outbox)) == (1, 1, 1)


def test_it_is_told_even_after_a_mail_of_an_earlier_sweep(room, rina):
    room.tell(rina, urgent=True)
    services.deliver_due(now=NOW)
    alarm(rina, now=NOW)
    assert services.deliver_due(now=NOW).sent == 1
    assert len(post.outbox) == 2


def test_a_mailbox_that_failed_in_this_sweep_is_not_taken_for_told(room, rina, monkeypatch):
    monkeypatch.setattr("portal.notifications.services.delivery._BATCH", 1)
    second = make_person("second@demo.test", "r.private@mail.test")
    room.tell(rina)
    room.tell(second)
    with mock.patch(SEND, side_effect=[smtplib.SMTPDataError(451, b"later"), 1]) as tried:
        report = services.deliver_due(now=NOON)
    assert (report.put_back, report.sent, report.coalesced) == (1, 1, 0)
    assert tried.call_count == 2


# --- given up --------------------------------------------------------------------------------


@pytest.fixture
def noted(room):
    """A notice whose room wants to hear of a mail that was given up."""
    heard = []

    def undelivered(subject_id, rev, now):
        heard.append((subject_id, rev, now, only_delivery().state))

    registry.register(
        registry.Notice(NOTED, room.still_true, room.lines, undelivered=undelivered)
    )
    return heard


def test_a_refusal_for_good_is_told_to_the_room_after_it_is_stored(noted, rina):
    subject = alarm(rina, now=NOW, notice=NOTED)
    with mock.patch(SEND, side_effect=REFUSED):
        assert services.deliver_due(now=NOW).dead == 1
    ((told, rev, at, state),) = noted
    assert (told, rev, state) == (subject, 3, State.DEAD)
    assert NOW <= at < NOW + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_the_room_opens_a_transaction_of_its_own(room, rina):
    states = []

    def undelivered(subject_id, rev, now):
        with transaction.atomic(durable=True):
            states.append(only_delivery().state)

    registry.register(
        registry.Notice(NOTED, room.still_true, room.lines, undelivered=undelivered)
    )
    alarm(rina, now=NOW, notice=NOTED)
    with mock.patch(SEND, side_effect=REFUSED):
        services.deliver_due(now=NOW)
    assert states == [State.DEAD]


def test_tries_that_are_used_up_are_told_once(noted, rina):
    alarm(rina, now=NOW, notice=NOTED)
    now = NOW
    with mock.patch(SEND, side_effect=smtplib.SMTPDataError(451, b"later")):
        for number in range(len(rules.BACKOFF) + 1):
            assert (len(noted), number) == (0, number)
            services.deliver_due(now=now)
            now += timedelta(hours=8)
    assert len(noted) == 1


def test_a_row_that_outlived_all_its_holders_is_told_too(noted, rina):
    subject = alarm(rina, now=NOW, notice=NOTED)
    Delivery.objects.update(attempt=len(rules.BACKOFF))
    claims.claim_deliveries(Hold(now=NOW, due_by=NOW), lane=Lane.ALL, limit=1)
    report = services.deliver_due(now=NOW + timedelta(minutes=5))
    assert (report.dead, only_delivery().reason) == (1, Reason.LEASE_EXPIRED)
    assert [entry[0] for entry in noted] == [subject]


def test_what_stays_for_another_reason_is_not_told(noted, rina, room):
    room.untrue.add(alarm(rina, now=NOW, notice=NOTED))
    assert services.deliver_due(now=NOW).suppressed == 1
    assert noted == []


def test_a_withdrawal_in_the_meantime_is_no_failure(noted, rina, monkeypatch):
    subject = alarm(rina, now=NOW, notice=NOTED)

    def withdrawn_meanwhile(*_):
        services.withdraw(subject_id=subject, now=NOW)
        raise REFUSED

    with mock.patch(SEND, side_effect=withdrawn_meanwhile):
        report = services.deliver_due(now=NOW)
    assert (report.dead, report.lost, noted) == (0, 1, [])


def broken_in_words(subject_id, rev, now):
    raise RuntimeError("canary-in-an-exception")


def broken_in_the_database(subject_id, rev, now):
    with transaction.atomic():
        Delivery.objects.create(state=State.PENDING, dedupe_key=b"short")


@pytest.mark.parametrize(
    ("undelivered", "kind"),
    [(broken_in_words, RuntimeError), (broken_in_the_database, IntegrityError)],
)
def test_a_room_that_fails_to_note_it_stops_nobody(room, rina, caplog, undelivered, kind):
    with pytest.raises(kind), transaction.atomic():
        undelivered(uuid4(), 1, NOW)
    registry.register(
        registry.Notice(NOTED, room.still_true, room.lines, undelivered=undelivered)
    )
    caplog.set_level("INFO", "teduh")
    alarm(rina, now=NOW, notice=NOTED)
    room.tell(make_person("yosef@demo.test", "y@mail.test"), urgent=True)
    with mock.patch(SEND, side_effect=[REFUSED, 1]):
        report = services.deliver_due(now=NOW)
    assert (report.dead, report.sent) == (1, 1)
    assert Delivery.objects.get(state=State.DEAD).reason == Reason.REFUSED
    assert "could not note" in caplog.text
    assert "canary-in-an-exception" not in caplog.text
