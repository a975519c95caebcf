"""One word to everybody in a group, counted; and what there is to read."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.http import Http404

from groups.choices import Refusal
from groups.models import Announcement, Resource
from groups.notices import ANNOUNCED
from groups.selectors.words import get_announcements, get_resources
from groups.services import announcements, leaving, resources, standing
from groups.services.desk import GroupRefused
from portal.audit.models import StaffEvent
from portal.notifications.models import Delivery, Notification
from tests.factories import NOW
from tests.support.groups import enrolment_of, join, make_circle, make_member_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle():
    return make_circle()


def announce(circle, text="Minggu ini di ruang sebelah.", *, reason=None, actor=None):
    return announcements.announce(
        actor=actor or circle.lead,
        group_id=circle.group.pk,
        text=text,
        urgent_reason=reason,
        now=NOW,
    )


def rows_of(circle):
    page = get_announcements(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    return list(page.rows)


def test_active_members_are_told_each_in_her_own_inbox(circle):
    members = [join(circle) for _ in range(3)]
    resting, gone = join(circle), join(circle)
    standing.pause_circle(actor=resting, group_id=circle.group.pk, now=NOW)
    leaving.leave_circle(actor=gone, group_id=circle.group.pk, now=NOW)
    join(make_circle())

    announcement_id = announce(circle)

    told = Notification.objects.filter(notice=ANNOUNCED)
    assert {bytes(row.recipient_tag) for row in told} == {
        bytes(enrolment_of(circle, member).member_tag) for member in members
    }
    row = Announcement.objects.get(pk=announcement_id)
    assert (row.expected, row.told) == (3, 3)
    assert b"ruang" not in bytes(row.text)
    page = get_announcements(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert page.expected == 3


def test_what_was_expected_is_compared_with_what_was_written(circle, monkeypatch):
    for _ in range(2):
        join(circle)
    tell = announcements.tell_members

    def tell_one(*, enrolments, **rest):
        return tell(enrolments=enrolments[:1], **rest)

    monkeypatch.setattr(announcements, "tell_members", tell_one)
    announce(circle)

    row = rows_of(circle)[0]
    assert (row.expected, row.told, row.held, row.is_complete) == (2, 1, 1, False)


def test_the_newest_is_first_and_its_reach_is_counted_anew(circle):
    rina = join(circle)
    announce(circle, "Satu.")
    announce(circle, "Dua.")
    Notification.objects.filter(
        recipient_tag=enrolment_of(circle, rina).member_tag, notice=ANNOUNCED
    ).order_by("pk")[:1].get().delete()

    rows = rows_of(circle)
    assert [row.text for row in rows] == ["Dua.", "Satu."]
    assert sorted(row.held for row in rows) == [0, 1]
    assert all(row.is_complete and row.author == "Lina" for row in rows)


def test_only_with_a_reason_does_the_mail_leave_at_once(circle):
    rina = make_member_account(circle)
    EmailAddress.objects.create(user_id=rina.user_id, email="r@mail.test", verified=True)
    join(circle, rina, address="r@mail.test")
    Delivery.objects.all().delete()
    announce(circle)
    later = Delivery.objects.get()
    assert later.not_before > NOW

    announce(circle, "Ruang terkunci.", reason="Hari ini")

    at_once = Delivery.objects.exclude(pk=later.pk).get()
    assert at_once.not_before - NOW < timedelta(seconds=1)
    assert rows_of(circle)[0].urgent_reason == "Hari ini"


def test_nothing_written_and_no_reason_are_refused(circle):
    join(circle)
    with pytest.raises(GroupRefused) as empty:
        announce(circle, "  ")
    with pytest.raises(GroupRefused) as unreasoned:
        announce(circle, reason=" ")

    assert (empty.value.reason, unreasoned.value.reason) == (
        Refusal.TEXT_EMPTY,
        Refusal.REASON_MISSING,
    )
    assert not Announcement.objects.exists()
    assert not Notification.objects.filter(notice=ANNOUNCED).exists()


def test_only_who_leads_the_group_announces(circle):
    for actor in (make_circle().lead, circle.head, join(circle)):
        with pytest.raises(Http404):
            announce(circle, actor=actor)
        with pytest.raises(Http404):
            get_announcements(actor=actor, group_id=circle.group.pk, now=NOW)

    assert not Announcement.objects.exists()


def test_the_record_knows_that_but_not_what(circle):
    announce(circle, "Ruang terkunci.", reason="Kunci hilang")

    event = StaffEvent.objects.get(action="circle.announced")
    assert (event.subject, event.reason) == (str(circle.group.pk), "")


# ---- something to read


def add(circle, title="Tidur", text="Tujuh jam.", *, actor=None):
    return resources.add_resource(
        actor=actor or circle.lead, group_id=circle.group.pk, title=title, text=text, now=NOW
    )


def test_reading_is_added_in_order_and_taken_away(circle):
    first, second = add(circle, "Tidur"), add(circle, "Napas")
    assert [row.title for row in reading(circle)] == ["Tidur", "Napas"]
    assert b"jam" not in bytes(Resource.objects.get(pk=first).text)

    resources.remove_resource(
        actor=circle.co, group_id=circle.group.pk, resource_id=first, now=NOW
    )
    with pytest.raises(Http404):
        resources.remove_resource(
            actor=circle.co, group_id=circle.group.pk, resource_id=first, now=NOW
        )

    third = add(circle, "Jalan")
    assert [row.id for row in reading(circle)] == [second, third]


def reading(circle):
    page = get_resources(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    return list(page.rows)


def test_reading_needs_words_and_a_facilitator_of_the_group(circle):
    with pytest.raises(GroupRefused):
        add(circle, " ")
    with pytest.raises(GroupRefused):
        add(circle, text=" ")
    other = make_circle()
    theirs = add(other)
    for actor in (other.lead, circle.head, join(circle)):
        with pytest.raises(Http404):
            add(circle, actor=actor)
    with pytest.raises(Http404):
        resources.remove_resource(
            actor=circle.lead, group_id=circle.group.pk, resource_id=theirs, now=NOW
        )

    assert Resource.objects.filter(pk=theirs).exists()
