"""A fact is told in its own transaction, once, without naming anybody."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.notifications import registry, services
from portal.notifications.choices import Priority, Reason, State
from portal.notifications.models import AccountMail, AddressChoice, Delivery, Notification
from tests.services.notifications.cast import (
    EVENING,
    NEWS,
    NOON,
    NOW,
    ROOM,
    SECOND_ROOM,
    choose,
    later,
    make_person,
    only_delivery,
    only_item,
)

pytestmark = pytest.mark.django_db


def everything() -> bytes:
    """Return all rows of the outbox as the database prints them."""
    text = ""
    with connection.cursor() as cursor:
        for model in (Notification, Delivery, AddressChoice, AccountMail):
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t")
            text += "\n".join(row[0] for row in cursor.fetchall())
    return text.encode()


def test_without_a_chosen_address_only_the_inbox_is_told(room):
    room.tell(make_person())
    assert Delivery.objects.count() == 0
    item = only_item()
    assert (item.created_hour.minute, item.created_hour.second, item.read) == (0, 0, False)


def test_a_mail_waits_for_the_next_window_of_the_house(room, rina):
    room.tell(rina)
    delivery = only_delivery()
    assert (delivery.not_before, delivery.state) == (NOON, State.PENDING)
    assert delivery.priority == Priority.CHANGE


def test_a_fact_at_the_window_itself_waits_for_the_one_after(room, rina):
    room.tell(rina, now=NOON)
    assert only_delivery().not_before == EVENING


def test_what_cannot_wait_leaves_at_once(room, rina):
    room.tell(rina, urgent=True)
    assert only_delivery().not_before == NOW


def test_what_somebody_else_changed_at_short_notice_cannot_wait():
    assert services.cannot_wait(starts_at=NOON, now=NOW)
    assert services.cannot_wait(starts_at=later(minutes=5), now=NOW)
    assert not services.cannot_wait(starts_at=NOON + timedelta(seconds=1), now=NOW)
    assert not services.cannot_wait(starts_at=NOW, now=NOW)


def test_a_rollback_takes_everything_along(room, rina):
    with transaction.atomic():
        room.tell(rina, urgent=True)
        assert Delivery.objects.count() == 1
        transaction.set_rollback(True)
    assert Notification.objects.count() == Delivery.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_outside_the_transaction_of_the_fact_nothing_is_told(room):
    user = make_person()
    recipient = services.recipient_for(namespace=ROOM, user_id=user.pk)
    with pytest.raises(transaction.TransactionManagementError):
        services.enqueue(recipient=recipient, notice=NEWS, subject_id=user.pk, rev=1, now=NOW)


def test_the_same_fact_is_told_once_and_a_new_revision_again(room, rina):
    subject = room.tell(rina)
    room.tell(rina, subject_id=subject, now=later(hours=1))
    assert Notification.objects.count() == Delivery.objects.count() == 1
    room.tell(rina, subject_id=subject, rev=2)
    assert Notification.objects.count() == Delivery.objects.count() == 2


def test_the_same_fact_is_told_to_everybody_it_concerns(room, rina):
    subject = room.tell(rina)
    room.tell(make_person("yosef@demo.test", "y@mail.test"), subject_id=subject)
    room.tell(rina, subject_id=subject, notice="test.other")
    assert Notification.objects.count() == Delivery.objects.count() == 3


def test_an_unknown_notice_is_refused(room, rina):
    with pytest.raises(registry.UnknownNotice):
        room.tell(rina, notice="test.unheard")


def test_a_recipient_of_an_unknown_room_is_refused(room, rina):
    with pytest.raises(ValueError, match="registered"):
        services.recipient_for(namespace="nowhere", user_id=rina.pk)
    with pytest.raises(services.NoSuchNamespace):
        services.choose_address(namespace="nowhere", user_id=rina.pk, address=None, now=NOW)


def test_no_row_names_anybody(room, rina):
    choose(rina, "r.private@mail.test", SECOND_ROOM)
    room.tell(rina)
    room.tell(rina, namespace=SECOND_ROOM)
    services.enqueue_account_mail(
        address="rina@demo.test", subject="Kode", body="canary-body", now=NOW
    )
    rows = everything()
    for secret in (b"r.private", b"rina", b"mail.test", b"Rina", b"canary-body"):
        assert secret not in rows
        assert secret.hex().encode() not in rows
    assert str(rina.pk).encode() not in rows
    assert rina.pk.hex.encode() not in rows


def test_two_rooms_share_no_handle(room, rina):
    choose(rina, "r.private@mail.test", SECOND_ROOM)
    room.tell(rina)
    room.tell(rina, namespace=SECOND_ROOM)
    one, two = Notification.objects.order_by("id")
    assert one.recipient_tag != two.recipient_tag
    assert one.contact != two.contact
    first, second = AddressChoice.objects.order_by("id")
    assert first.tag != second.tag
    assert first.address != second.address


# --- addresses -------------------------------------------------------------------------------


def test_a_choice_is_shown_masked_and_can_be_taken_back(room, rina):
    assert services.address_choice(namespace=ROOM, user_id=rina.pk) == "r•••@mail.test"
    assert services.address_choice(namespace=SECOND_ROOM, user_id=rina.pk) is None
    choose(rina, "other@mail.test")
    assert services.address_choice(namespace=ROOM, user_id=rina.pk) == "o•••@mail.test"
    assert AddressChoice.objects.count() == 1
    choose(rina, None)
    assert services.address_choice(namespace=ROOM, user_id=rina.pk) is None


def test_taking_the_address_back_stops_what_waits_and_keeps_the_inbox(room, rina):
    room.tell(rina)
    choose(rina, None)
    delivery = only_delivery()
    assert (delivery.state, delivery.reason) == (State.SUPPRESSED, Reason.NO_ADDRESS)
    assert only_item().read is False


def test_forgetting_leaves_no_trace_of_the_room(room, rina):
    room.tell(rina)
    services.forget(namespace=ROOM, user_id=rina.pk, now=NOW)
    assert Notification.objects.count() == AddressChoice.objects.count() == 0
    assert only_delivery().notification_id is None


# --- withdrawing -----------------------------------------------------------------------------


def test_a_withdrawn_fact_leaves_neither_mail_nor_unread_item(room, rina):
    subject = room.tell(rina)
    other = room.tell(rina)
    with transaction.atomic():
        assert services.withdraw(subject_id=subject, now=NOW) == 1
    assert {row.subject_id for row in Notification.objects.all()} == {other}
    gone = Delivery.objects.get(state=State.WITHDRAWN)
    assert (gone.notification_id, gone.not_before, gone.priority) == (None, None, None)
    report = services.deliver_due(now=NOON)
    assert (report.claimed, report.sent) == (1, 1)


def test_only_the_named_notices_are_withdrawn(room, rina):
    subject = room.tell(rina)
    assert services.withdraw(subject_id=subject, notices=["test.other"], now=NOW) == 0
    assert only_delivery().state == State.PENDING
    assert services.withdraw(subject_id=subject, notices=[NEWS], now=NOW) == 1


def test_many_subjects_are_withdrawn_at_the_cost_of_one(room, rina):
    def cost(subjects) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert services.withdraw_all(subject_ids=subjects, now=NOW) == len(subjects)
        return len(queries)

    kept = room.tell(rina)
    one, many = [room.tell(rina)], [room.tell(rina) for _ in range(7)]
    assert cost(one) == cost(many)
    assert cost([]) == 0
    assert [row.subject_id for row in Notification.objects.all()] == [kept]
    assert Delivery.objects.filter(state=State.PENDING).count() == 1


def test_a_rolled_back_cancellation_withdraws_nothing(room, rina):
    subject = room.tell(rina)
    with transaction.atomic():
        assert services.withdraw(subject_id=subject, now=NOW) == 1
        transaction.set_rollback(True)
    assert only_delivery().state == State.PENDING
    assert Notification.objects.count() == 1


def test_a_withdrawn_fact_told_again_is_not_mailed_again(room, rina):
    subject = room.tell(rina)
    services.withdraw(subject_id=subject, now=NOW)
    room.tell(rina, subject_id=subject)
    assert Notification.objects.count() == 1
    assert only_delivery().state == State.WITHDRAWN


def test_read_items_stay_for_the_page_to_word_anew(room, rina):
    subject = room.tell(rina)
    services.mark_read(user_id=rina.pk, notification_id=only_item().id, now=later(hours=1))
    services.withdraw(subject_id=subject, now=NOW)
    assert only_item().read


# --- what the database itself refuses --------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("delivery_in_hand_means_leased", {"state": State.LEASED}),
        ("delivery_in_hand_means_leased", {"lease_until": NOW}),
        ("delivery_finished_is_bare", {"state": State.SENT}),
        ("delivery_finished_is_bare", {"not_before": None}),
        ("delivery_finished_is_bare", {"notification": None}),
        ("delivery_finished_is_bare", {"state": "ANOTHER"}),
        (
            "delivery_unsent_says_why",
            {
                "state": State.DEAD,
                "notification": None,
                "priority": None,
                "not_before": None,
                "day_on": NOW.date(),
            },
        ),
        ("delivery_key_is_a_tag", {"dedupe_key": b"short"}),
    ],
)
def test_a_delivery_cannot_contradict_itself(room, rina, constraint, change):
    room.tell(rina)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Delivery.objects.update(**change)


def test_plain_text_is_refused_in_sealed_columns(room, rina):
    room.tell(rina)
    for model, column in (
        (Notification, "contact"),
        (AddressChoice, "address"),
        (AddressChoice, "masked"),
    ):
        with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
            model.objects.update(**{column: b"r.private@mail.test" * 40})


# --- after a while ---------------------------------------------------------------------------


def test_tidying_strips_after_thirty_days_and_the_key_stays(room, rina):
    subject = room.tell(rina)
    services.deliver_due(now=NOON)
    services.tidy(now=NOON + timedelta(days=30))
    assert only_delivery().day_on is not None
    services.tidy(now=NOON + timedelta(days=32))
    delivery = only_delivery()
    assert (delivery.day_on, delivery.reason, delivery.state) == (None, "", State.SENT)
    services.tidy(now=NOON + timedelta(days=100))
    assert Notification.objects.count() == 0
    room.tell(rina, subject_id=subject, now=NOON + timedelta(days=100))
    assert only_delivery().state == State.SENT


def test_tidying_keeps_what_waits_and_what_is_unread(room, rina):
    room.tell(rina)
    services.tidy(now=later(days=95))
    assert Notification.objects.count() == 1
    choose(rina, None)
    services.tidy(now=later(days=89))
    assert Notification.objects.count() == 1
    services.mark_all_read(user_id=rina.pk, now=later(days=1))
    services.tidy(now=later(days=31))
    assert Notification.objects.count() == 0


def test_tidying_drops_account_mails_that_never_left(room, rina):
    services.enqueue_account_mail(address="a@b.test", subject="s", body="b", now=NOW)
    services.deliver_due(now=later(hours=1))
    row = AccountMail.objects.get()
    assert (row.state, row.reason, row.box) == (State.DEAD, Reason.EXPIRED, None)
    services.tidy(now=later(days=40))
    assert AccountMail.objects.count() == 0
