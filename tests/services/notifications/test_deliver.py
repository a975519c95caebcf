"""The sweep: what leaves, what stays and why, and that what it leaves behind tells nothing."""

import smtplib
from datetime import timedelta
from unittest import mock

import pytest
from django.core import mail as post
from django.core.management import CommandError, call_command

from portal.notifications import rules, services
from portal.notifications.choices import Lane, Priority, Reason, State
from portal.notifications.models import AccountMail, AddressChoice, Delivery
from portal.people.models import User
from tests.services.notifications.cast import (
    NOON,
    NOW,
    SECOND_ROOM,
    choose,
    later,
    make_person,
    only_delivery,
    only_item,
    outcome,
    sweep,
)

pytestmark = pytest.mark.django_db
SEND = "django.core.mail.backends.locmem.EmailBackend.send_messages"


# --- what leaves -----------------------------------------------------------------------------


def test_nothing_leaves_before_its_window_and_one_mail_in_it(room, rina):
    room.tell(rina)
    assert sweep(NOON - timedelta(seconds=1)).claimed == 0
    report = sweep()
    assert (report.claimed, report.sent, report.mails) == (1, 1, 1)
    assert [message.to for message in post.outbox] == [["r.private@mail.test"]]
    assert sweep(NOON + timedelta(hours=9)).claimed == 0
    assert len(post.outbox) == 1


def test_a_finished_delivery_knows_nothing_but_its_day(room, rina):
    room.tell(rina)
    sweep()
    kept = Delivery.objects.values().get()
    assert kept.pop("id")
    assert len(kept.pop("dedupe_key")) == 32
    assert kept == {
        "state": State.SENT,
        "channel": "MAIL",
        "day_on": NOON.date(),
        "reason": "",
        "attempt": 0,
        "notification_id": None,
        "priority": None,
        "not_before": None,
        "useful_until": None,
        "lease_token": None,
        "lease_until": None,
    }


def test_several_facts_in_one_window_are_one_mail(room, rina):
    for _ in range(3):
        room.tell(rina)
    report = sweep()
    assert (report.sent, report.coalesced, len(post.outbox)) == (1, 2, 1)
    assert Delivery.objects.filter(state=State.SENT, reason=Reason.COALESCED).count() == 2


def test_several_facts_are_one_mail_even_when_the_claim_is_small(room, rina):
    for _ in range(3):
        room.tell(rina)
    sweep(limit=1)
    assert len(post.outbox) == 1
    assert Delivery.objects.filter(state=State.SENT).count() == 3


def test_two_rooms_with_one_mailbox_are_one_mail(room, rina):
    choose(rina, "r.private@mail.test", SECOND_ROOM)
    room.tell(rina)
    room.tell(rina, namespace=SECOND_ROOM)
    assert sweep().mails == len(post.outbox) == 1


def test_everybody_gets_her_own_mail(room, rina):
    yosef = make_person("yosef@demo.test", "y@mail.test")
    room.tell(rina)
    room.tell(yosef)
    assert sweep().sent == 2
    assert {message.to[0] for message in post.outbox} == {"r.private@mail.test", "y@mail.test"}


def test_the_safety_lane_leaves_the_rest_alone(room, rina):
    room.tell(rina, urgent=True)
    yosef = make_person("yosef@demo.test", "y@mail.test")
    room.tell(yosef, urgent=True)
    services.enqueue_account_mail(address="a@b.test", subject="s", body="b", now=NOW)
    theirs = Delivery.objects.order_by("id").first()
    Delivery.objects.filter(pk=theirs.pk).update(priority=Priority.SAFETY)
    report = sweep(NOW, lane=Lane.SAFETY)
    assert (report.claimed, len(post.outbox)) == (1, 1)
    assert sweep(NOW, lane=Lane.ACCOUNT).account == 1
    assert sweep(NOW).sent == 1


def test_the_next_window_can_be_tried_now(room, rina, capsys):
    with mock.patch(
        "portal.notifications.management.commands.deliver_due.database_now", return_value=NOW
    ):
        room.tell(rina)
        call_command("deliver_due")
        assert len(post.outbox) == 0
        call_command("deliver_due", "--next-window")
    assert len(post.outbox) == 1
    assert "sent=1" in capsys.readouterr().out


# --- what stays ------------------------------------------------------------------------------


def test_what_is_no_longer_true_stays(room, rina):
    room.untrue.add(room.tell(rina))
    assert sweep().suppressed == 1
    assert outcome() == (State.SUPPRESSED, Reason.NOT_TRUE)
    assert post.outbox == []


def test_what_is_of_no_use_any_more_stays(room, rina):
    room.tell(rina, useful_until=NOON)
    sweep()
    assert outcome() == (State.SUPPRESSED, Reason.EXPIRED)
    assert room.asked == []


def test_what_was_read_in_the_portal_stays(room, rina):
    room.tell(rina)
    services.mark_read(user_id=rina.pk, notification_id=only_item().id, now=NOON)
    sweep()
    assert outcome() == (State.SUPPRESSED, Reason.ALREADY_READ)


def test_nobody_writes_to_a_person_who_has_left(room, rina):
    room.tell(rina)
    User.objects.update(is_active=False)
    sweep()
    assert outcome() == (State.SUPPRESSED, Reason.NO_RECIPIENT)


def test_an_address_that_vanished_is_not_written_to(room, rina):
    room.tell(rina)
    AddressChoice.objects.all().delete()
    sweep()
    assert outcome() == (State.SUPPRESSED, Reason.NO_ADDRESS)


def test_no_reason_could_come_from_leave_a_zone_or_a_unit():
    words = {"LEAVE", "ZONE", "UNIT", "CUTI", "QUIET", "HOLIDAY"}
    assert not [name for name in Reason.values if words & set(name.split("_"))]


# --- bad rows --------------------------------------------------------------------------------


def test_one_failing_answer_does_not_stop_the_others(room, rina, caplog):
    yosef = make_person("yosef@demo.test", "y@mail.test")
    room.broken.add(room.tell(rina))
    room.tell(yosef)
    report = sweep()
    assert (report.sent, report.put_back) == (1, 1)
    waiting = Delivery.objects.get(state=State.PENDING)
    assert (waiting.reason, waiting.attempt) == (Reason.CHECK_FAILED, 1)
    assert NOON < waiting.not_before < NOON + timedelta(minutes=1)
    assert "canary-in-an-exception" not in caplog.text
    room.broken.clear()
    assert sweep(NOON + timedelta(minutes=1)).sent == 1


def test_a_row_that_fails_for_ever_ends_and_says_why(room, rina):
    room.broken.add(room.tell(rina))
    now = NOON
    for _ in range(len(rules.BACKOFF) + 1):
        assert only_delivery().state == State.PENDING
        sweep(now)
        now += timedelta(hours=8)
    assert outcome() == (State.DEAD, Reason.CHECK_FAILED)


def test_a_damaged_address_waits_and_harms_nobody_else(room, rina):
    yosef = make_person("yosef@demo.test", "y@mail.test")
    room.tell(rina)
    room.tell(yosef)
    mine, theirs = AddressChoice.objects.all()
    mine.address, theirs.address = theirs.address, mine.address
    mine.save()
    report = sweep()
    # moved to another person's row, an address does not open: its box is bound to the tag
    assert (report.sent, report.put_back) == (1, 1)
    assert Delivery.objects.get(state=State.PENDING).reason == Reason.UNREADABLE


@pytest.mark.parametrize(
    ("error", "state", "reason", "attempt"),
    [
        (
            smtplib.SMTPRecipientsRefused({"a": (550, b"no")}),
            State.DEAD,
            Reason.REFUSED,
            0,
        ),
        (smtplib.SMTPRecipientsRefused({"a": (451, b"")}), State.PENDING, Reason.PUT_OFF, 1),
        (smtplib.SMTPDataError(452, b"full"), State.PENDING, Reason.PUT_OFF, 1),
        (smtplib.SMTPSenderRefused(550, b"", "us"), State.PENDING, Reason.PUT_OFF, 1),
        (smtplib.SMTPServerDisconnected("bye"), State.PENDING, Reason.NO_ANSWER, 0),
        (ConnectionRefusedError(), State.PENDING, Reason.NO_ANSWER, 0),
        (TimeoutError(), State.PENDING, Reason.NO_ANSWER, 0),
        (ValueError("a line break in a header"), State.DEAD, Reason.REFUSED, 0),
    ],
)
def test_what_the_server_says_decides(room, rina, error, state, reason, attempt):
    room.tell(rina)
    with mock.patch(SEND, side_effect=error):
        sweep()
    delivery = only_delivery()
    assert (delivery.state, delivery.reason, delivery.attempt) == (state, reason, attempt)
    assert (delivery.notification_id is None) == (state == State.DEAD)


def test_a_silent_server_is_left_alone_and_asked_again_later(room, rina):
    for number in range(5):
        room.tell(make_person(f"p{number}@demo.test", f"p{number}@mail.test"))
    with mock.patch(SEND, side_effect=TimeoutError) as tried:
        assert sweep().put_back == 5
    assert tried.call_count == 3
    assert sweep(NOON + timedelta(seconds=30)).claimed == 0
    assert sweep(NOON + timedelta(minutes=2)).sent == 5


def test_temporary_refusals_end_after_the_last_pause(room, rina):
    room.tell(rina)
    now, tries = NOON, 0
    with mock.patch(SEND, side_effect=smtplib.SMTPDataError(451, b"later")):
        while only_delivery().state == State.PENDING:
            tries += sweep(now).claimed
            now += timedelta(hours=8)
    assert tries == len(rules.BACKOFF) + 1
    assert outcome() == (State.DEAD, Reason.PUT_OFF)


# --- who may ---------------------------------------------------------------------------------


def test_without_the_notifiers_key_nothing_is_touched(room, rina, settings, tmp_path, caplog):
    room.tell(rina)
    before = Delivery.objects.values().get()
    settings.KEYS_DIR = tmp_path
    with caplog.at_level("INFO", logger="teduh"):
        report = sweep()
    assert report.key_missing
    assert "no notifier key" in caplog.text
    assert Delivery.objects.values().get() == before
    assert post.outbox == []
    with pytest.raises(CommandError, match="key"):
        call_command("deliver_due")


# --- account mails ---------------------------------------------------------------------------


def test_account_mails_leave_at_once_and_leave_nothing(room, db):
    services.enqueue_account_mail(
        address="rina@demo.test", subject="Kode masuk", body="482 913", now=NOW
    )
    assert sweep(NOW).account == 1
    (message,) = post.outbox
    assert (message.to, message.subject) == (["rina@demo.test"], "Kode masuk")
    assert "482 913" in message.body
    assert AccountMail.objects.count() == 0


def test_an_old_code_is_not_sent(room, db):
    services.enqueue_account_mail(address="a@b.test", subject="s", body="b", now=NOW)
    assert sweep(later(minutes=31)).dead == 1
    assert post.outbox == []
    row = AccountMail.objects.get()
    assert (row.box, row.not_before, row.reason) == (None, None, Reason.EXPIRED)


def test_a_line_break_in_a_subject_adds_no_header(room, db):
    services.enqueue_account_mail(
        address="a@b.test", subject="Kode\nBcc: all@mail.test", body="b", now=NOW
    )
    assert sweep(NOW).dead == 1
    assert post.outbox == []


def test_the_accounts_room_sends_through_this_outbox(room, db):
    from portal.people.services import send_account_mail

    send_account_mail(address="a@b.test", subject="Kode", body="b", now=NOW)
    assert AccountMail.objects.count() == 1
