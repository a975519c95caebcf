"""Worries: one takes each, closes it, offers a talk; their words lie nowhere."""

import threading
from datetime import time

import pytest
from django.db import connection
from django.http import Http404
from django.utils import timezone

from groups import notices
from groups.choices import ConcernState, Refusal
from groups.models import Concern
from groups.selectors import concerns as selectors
from groups.services import concerns
from groups.services.desk import GroupRefused
from portal.audit.models import StaffEvent
from portal.notifications.models import Notification
from portal.people.models import RoleGrant
from portal.vault.services import abandon_vault
from tests.factories import MONDAY, NOW
from tests.support.exits import dump_database, search
from tests.support.groups import (
    Circle,
    enrolment_of,
    give_vault,
    join,
    make_circle,
    make_duty,
    plan_series,
)
from tests.support.worries import RED, hand_on, read, told, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle() -> Circle:
    """A circle that meets today."""
    made = make_circle()
    plan_series(made, starts_on=MONDAY, at=time(10, 0))
    return made


@pytest.fixture
def duty(circle):
    """Somebody on duty."""
    return make_duty(circle.agency)


def test_one_takes_it_and_the_others_see_that(circle, duty):
    second = make_duty(circle.agency)
    concern_id = hand_on(circle)

    concerns.take_concern(actor=duty, concern_id=concern_id, now=NOW)
    concerns.take_concern(actor=duty, concern_id=concern_id, now=NOW)
    with pytest.raises(GroupRefused) as refused:
        concerns.take_concern(actor=second, concern_id=concern_id, now=NOW)

    assert refused.value.reason == Refusal.DUTY_GONE
    assert StaffEvent.objects.filter(action="circle.concern_taken").count() == 1
    assert not told(second), "nothing to do any more"
    assert selectors.list_concerns(actor=duty, now=NOW).mine
    assert selectors.list_concerns(actor=second, now=NOW).elsewhere
    with pytest.raises(GroupRefused):
        concerns.close_concern(actor=second, concern_id=concern_id, now=NOW)


def test_what_somebody_took_who_left_can_be_taken_again(circle, duty):
    second = make_duty(circle.agency)
    concern_id = hand_on(circle)
    concerns.take_concern(actor=duty, concern_id=concern_id, now=NOW)
    RoleGrant.objects.filter(user_id=duty.user_id).update(ends_on=MONDAY)

    concerns.take_concern(actor=second, concern_id=concern_id, now=NOW)

    assert selectors.list_concerns(actor=second, now=NOW).mine


def test_closing_takes_it_first_and_is_final(circle, duty):
    second = make_duty(circle.agency)
    concern_id = hand_on(circle)

    concerns.close_concern(actor=duty, concern_id=concern_id, now=NOW)
    concerns.close_concern(actor=duty, concern_id=concern_id, now=NOW)

    assert Concern.objects.get().state == ConcernState.CLOSED
    actions = StaffEvent.objects.filter(subject=str(concern_id)).values_list(
        "action", flat=True
    )
    assert sorted(actions) == [
        "circle.concern_closed", "circle.concern_raised", "circle.concern_taken",
    ]  # fmt: skip
    with pytest.raises(GroupRefused):
        concerns.take_concern(actor=second, concern_id=concern_id, now=NOW)


def test_an_invitation_reaches_the_member_under_her_nickname_once(circle, duty):
    member = join(circle)
    concern_id = hand_on(circle, about=enrolment_of(circle, member).pk)

    concerns.invite_to_talk(actor=duty, concern_id=concern_id, now=NOW)
    concerns.invite_to_talk(actor=duty, concern_id=concern_id, now=NOW)

    row = Notification.objects.get(notice=notices.INVITED)
    assert bytes(row.recipient_tag) == enrolment_of(circle, member).member_tag
    assert any("talk with you" in one for one in told(member))
    page = selectors.get_concern_page(actor=duty, concern_id=concern_id, now=NOW)
    assert page.is_invited
    assert not page.can_invite


def test_nobody_in_particular_cannot_be_invited(circle, duty):
    concern_id = hand_on(circle)

    with pytest.raises(Http404):
        concerns.invite_to_talk(actor=duty, concern_id=concern_id, now=NOW)
    assert Concern.objects.get().state == ConcernState.OPEN, "nothing of it was written"


def test_facilitators_do_not_invite(circle):
    member = join(circle)
    give_vault(circle.lead.user_id)
    write(circle, member)

    with pytest.raises(Http404):
        concerns.invite_to_talk(actor=circle.lead, concern_id=Concern.objects.get().pk, now=NOW)


def test_the_desk_says_what_was_sealed_before_she_had_a_key(circle, duty):
    late = make_duty(circle.agency, with_vault=False)
    hand_on(circle)

    desk = selectors.list_concerns(actor=late, now=NOW)

    assert desk.is_empty
    assert not desk.has_vault
    assert desk.sealed_to_others == 1
    assert selectors.list_concerns(actor=duty, now=NOW).sealed_to_others == 0


def test_a_lost_key_is_said_and_not_guessed(circle, duty):
    concern_id = hand_on(circle)
    abandon_vault(user_id=duty.user_id)
    give_vault(duty.user_id)

    with pytest.raises(concerns.ConcernUnreadable):
        read(duty, concern_id)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_has_it():
    circle = make_circle()
    plan_series(circle, starts_on=MONDAY, at=time(10, 0))
    both = [make_duty(circle.agency), make_duty(circle.agency)]
    concern_id = hand_on(circle)
    start, outcomes = threading.Barrier(2), []

    def take(actor):
        start.wait()
        try:
            concerns.take_concern(actor=actor, concern_id=concern_id, now=NOW)
        except GroupRefused as refused:
            outcomes.append(refused.reason)
        else:
            outcomes.append("has it")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(actor,)) for actor in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [Refusal.DUTY_GONE, "has it"]
    assert StaffEvent.objects.filter(action="circle.concern_taken").count() == 1


@pytest.mark.django_db(transaction=True)
def test_its_words_are_nowhere_in_the_database():
    circle = make_circle()
    plan_series(circle, starts_on=MONDAY, at=time(10, 0))
    duty, member = make_duty(circle.agency), join(circle)
    give_vault(circle.lead.user_id)
    words = {"facilitator": "kanariabiru", "member": "kanarijingga"}
    concern_id = hand_on(circle, text=f"Ia {words['facilitator']}.")
    write(circle, member, text=f"Saya {words['member']}.", level=RED)
    for one in Concern.objects.filter(for_duty=True):
        read(duty, one.pk)
    concerns.take_concern(actor=duty, concern_id=concern_id, now=timezone.now())

    records = dump_database()

    assert any(record.where == "groups_sealedcopy" for record in records)
    assert search(records, words) == []
