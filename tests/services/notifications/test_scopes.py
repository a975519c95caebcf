"""A room whose people have an inbox in each group, and nobody can tell that two are hers."""

from uuid import UUID, uuid4

import pytest
from django.core import mail as post
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.notifications import policies, registry, selectors, services
from portal.notifications.choices import Reason, State
from portal.notifications.models import AddressChoice, Delivery, Notification
from portal.notifications.services.outbox import user_id_behind
from portal.people.models import User
from portal.vault.services import tag
from tests.services.notifications.cast import (
    NEWS,
    NOON,
    NOW,
    OTHER,
    ROOM,
    later,
    make_person,
)

pytestmark = pytest.mark.django_db
GROUPS = "test.group"
FIRST, SECOND = uuid4(), uuid4()


@pytest.fixture
def groups(room):
    """A second kind of recipient, with an inbox a group."""
    registry.register_namespace(GROUPS, lambda: (FIRST, SECOND))
    return room


def tell(user: User, scope: UUID, *, notice: str = NEWS, subject_id: UUID | None = None):
    subject_id = subject_id or uuid4()
    with transaction.atomic():
        services.enqueue(
            recipient=services.recipient_for(namespace=GROUPS, user_id=user.pk, scope=scope),
            notice=notice,
            subject_id=subject_id,
            rev=1,
            now=NOW,
        )
    return subject_id


def choose(user: User, scope: UUID, address: str | None = "r.private@mail.test") -> None:
    services.choose_address(
        namespace=GROUPS, user_id=user.pk, address=address, scope=scope, now=NOW
    )


def inbox_tag(user: User, scope: UUID) -> bytes:
    return services.inbox_tag(namespace=GROUPS, user_id=user.pk, scope=scope)


# --- tags ------------------------------------------------------------------------------------


def test_every_group_has_a_tag_of_its_own_and_the_others_keep_theirs(groups, rina):
    tags = {
        inbox_tag(rina, FIRST),
        inbox_tag(rina, SECOND),
        inbox_tag(make_person("yosef@demo.test"), FIRST),
    }
    assert len(tags) == 3
    without = services.inbox_tag(namespace=ROOM, user_id=rina.pk)
    assert without == tag("inbox", ROOM, rina.pk)


def test_the_rows_of_one_person_have_nothing_in_common(groups, rina):
    tell(rina, FIRST)
    tell(rina, SECOND)
    one, other = Notification.objects.values("recipient_tag", "contact", "fact_key")
    assert not set(map(bytes, one.values())) & set(map(bytes, other.values()))


def test_a_contact_opens_without_its_group(groups, rina):
    recipient = services.recipient_for(namespace=GROUPS, user_id=rina.pk, scope=FIRST)
    assert user_id_behind(recipient.contact) == rina.pk


@pytest.mark.parametrize(("namespace", "scope"), [(GROUPS, None), (ROOM, FIRST), ("x", FIRST)])
def test_a_missing_or_needless_scope_is_refused_everywhere(groups, rina, namespace, scope):
    words = {"namespace": namespace, "user_id": rina.pk, "scope": scope}
    for call in (policies.inbox_tag, services.recipient_for, selectors.address_choice):
        with pytest.raises(ValueError, match=r"scope|registered"):
            call(**words)
    with pytest.raises(ValueError, match=r"scope|x"):
        services.choose_address(**words, address="a@b.test", now=NOW)
    with pytest.raises(ValueError, match="scope"):
        services.forget(**words, now=NOW)


def test_a_namespace_is_registered_with_one_kind_of_scopes(groups):
    registry.register_namespace(ROOM)
    with pytest.raises(ValueError, match="two namespaces"):
        registry.register_namespace(GROUPS)


# --- the inbox -------------------------------------------------------------------------------


def test_the_inbox_is_read_over_all_groups(groups, rina):
    mine = {tell(rina, FIRST), tell(rina, SECOND), groups.tell(rina)}
    tell(make_person("yosef@demo.test"), FIRST)
    rows = selectors.list_inbox(user_id=rina.pk, zone="Asia/Jakarta", now=NOW)
    assert {UUID(row.url.split("/")[2]) for row in rows} == mine
    assert selectors.count_unread(user_id=rina.pk, now=NOW) == 3
    assert services.mark_all_read(user_id=rina.pk, now=NOW) == 3


def test_a_hundred_groups_cost_the_inbox_no_more_queries(groups, rina):
    tell(rina, FIRST)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            selectors.count_unread(user_id=rina.pk, now=NOW)
        return len(captured)

    few = count()
    registry._namespaces[GROUPS] = lambda: [FIRST, *(uuid4() for _ in range(100))]
    assert count() == few == 1


def test_a_group_that_is_gone_shows_nothing_more(groups, rina):
    tell(rina, FIRST)
    registry._namespaces[GROUPS] = lambda: ()
    assert selectors.list_inbox(user_id=rina.pk, zone="Asia/Jakarta", now=NOW) == []


def test_how_many_were_told_is_counted(groups, rina):
    subject = tell(rina, FIRST)
    tell(make_person("yosef@demo.test"), FIRST, subject_id=subject)
    tell(rina, FIRST, subject_id=subject, notice=OTHER)
    tell(rina, SECOND)
    assert selectors.count_told(subject_id=subject, notice=NEWS) == 2
    assert selectors.count_told(subject_id=uuid4(), notice=NEWS) == 0


# --- addresses -------------------------------------------------------------------------------


def test_each_group_has_its_own_address(groups, rina):
    choose(rina, FIRST)
    read = {"namespace": GROUPS, "user_id": rina.pk}
    assert selectors.address_choice(**read, scope=FIRST) == "r•••@mail.test"
    assert selectors.address_choice(**read, scope=SECOND) is None
    tell(rina, FIRST)
    tell(rina, SECOND)
    assert services.deliver_due(now=NOON).claimed == 1
    choose(rina, FIRST, None)
    assert selectors.address_choice(**read, scope=FIRST) is None


def test_several_groups_with_one_mailbox_are_one_mail(groups, rina):
    for scope in (FIRST, SECOND):
        choose(rina, scope)
        tell(rina, scope)
    report = services.deliver_due(now=NOON)
    assert (report.sent, report.coalesced, len(post.outbox)) == (1, 1, 1)


def test_one_mailbox_gets_one_mail_although_its_rows_are_claimed_apart(
    groups, rina, monkeypatch
):
    monkeypatch.setattr("portal.notifications.services.delivery._BATCH", 1)
    for scope in (FIRST, SECOND):
        choose(rina, scope)
        tell(rina, scope)
    yosef = make_person("yosef@demo.test", "y@mail.test")
    groups.tell(yosef)
    report = services.deliver_due(now=NOON)
    assert (report.sent, report.coalesced, report.lost) == (2, 1, 0)
    assert sorted(message.to[0] for message in post.outbox) == [
        "r.private@mail.test", "y@mail.test"
    ]  # fmt: skip
    assert Delivery.objects.filter(state=State.SENT, reason=Reason.COALESCED).count() == 1


def test_the_next_sweep_has_forgotten_whom_this_one_told(groups, rina):
    choose(rina, FIRST)
    tell(rina, FIRST)
    services.deliver_due(now=NOON)
    tell(rina, FIRST)
    services.deliver_due(now=later(days=1))
    assert len(post.outbox) == 2


# --- leaving a group -------------------------------------------------------------------------


def test_whoever_leaves_is_told_nothing_more_and_the_others_are(groups, rina):
    yosef = make_person("yosef@demo.test")
    for person, scope in ((rina, FIRST), (rina, SECOND), (yosef, FIRST)):
        choose(person, scope, f"{uuid4().hex}@mail.test")
    subject = tell(rina, FIRST)
    tell(yosef, FIRST, subject_id=subject)
    tell(rina, SECOND)
    assert services.withdraw_for(tag=inbox_tag(rina, FIRST), now=NOW) == 1
    assert Delivery.objects.filter(state=State.WITHDRAWN).count() == 1
    assert Notification.objects.count() == 2
    assert not Notification.objects.filter(recipient_tag=inbox_tag(rina, FIRST)).exists()
    assert services.deliver_due(now=NOON).sent == 2


def test_only_what_is_named_is_taken_back(groups, rina):
    choose(rina, FIRST)
    one, two = tell(rina, FIRST), tell(rina, FIRST)
    tell(rina, FIRST, subject_id=one, notice=OTHER)
    words = {"tag": inbox_tag(rina, FIRST), "now": NOW}
    assert services.withdraw_for(**words, subject_id=one, notices=[OTHER]) == 1
    assert services.withdraw_for(**words, notices=[OTHER]) == 0
    assert services.withdraw_for(**words, subject_id=two) == 1
    assert list(Notification.objects.values_list("subject_id", flat=True)) == [one]


def test_what_was_read_stays_readable(groups, rina):
    tell(rina, FIRST)
    services.mark_all_read(user_id=rina.pk, now=NOW)
    assert services.withdraw_for(tag=inbox_tag(rina, FIRST), now=NOW) == 0
    assert Notification.objects.count() == 1


@pytest.mark.parametrize("by_tag", [True, False])
def test_a_forgotten_recipient_leaves_nothing_behind_in_this_group(groups, rina, by_tag):
    for scope in (FIRST, SECOND):
        choose(rina, scope)
        tell(rina, scope)
    if by_tag:
        services.forget_recipient(tag=memoryview(inbox_tag(rina, FIRST)), now=NOW)
    else:
        services.forget(namespace=GROUPS, user_id=rina.pk, scope=FIRST, now=NOW)
    left = inbox_tag(rina, SECOND)
    assert [bytes(row.recipient_tag) for row in Notification.objects.all()] == [left]
    assert {bytes(row.tag) for row in AddressChoice.objects.all()} == {
        left, services.inbox_tag(namespace=ROOM, user_id=rina.pk)
    }  # fmt: skip
    assert Delivery.objects.filter(state=State.SUPPRESSED).count() == 1
    assert services.deliver_due(now=NOON).sent == 1
