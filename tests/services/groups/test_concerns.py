"""Worries: sealed to their readers, and gone for them with a role or a group."""

from datetime import time

import pytest
from django.http import Http404

from groups import notices, policies
from groups.choices import Refusal
from groups.models import Concern, Facilitator, SealedCopy
from groups.selectors import concerns as selectors
from groups.services import concerns, crew
from groups.services.desk import GroupRefused
from portal.audit.models import ClientEvent, StaffEvent
from portal.notifications import services as notifications
from portal.notifications.choices import Priority
from portal.notifications.models import Delivery, Notification
from portal.people.choices import Role
from portal.people.models import RoleGrant
from portal.vault.unlock import Locked
from tests.factories import MONDAY, NOW, account, grant, make_agency
from tests.support.groups import (
    Circle,
    enrolment_of,
    give_vault,
    join,
    make_circle,
    make_duty,
    make_facilitator,
    meetings_of,
    plan_series,
)
from tests.support.worries import AMBER, RED, TEXT, hand_on, read, told, write

pytestmark = pytest.mark.django_db


class LockedVault:
    """A vault nobody has opened."""

    def open(self, blob: bytes, *context: str) -> bytes:
        """Refuse."""
        raise Locked


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


def test_everybody_on_duty_can_open_it_with_a_key_of_her_own(circle, duty):
    second = make_duty(circle.agency)
    concern_id = hand_on(circle)

    assert read(duty, concern_id) == read(second, concern_id) == TEXT
    assert SealedCopy.objects.filter(subject_id=concern_id).count() == 2
    deeds = StaffEvent.objects.filter(action="circle.concern_opened")
    assert {deed.handle for deed in deeds} == {str(duty.user_id), str(second.user_id)}
    assert {deed.subject for deed in deeds} == {str(concern_id)}


def test_a_copy_opens_for_no_other_worry(circle, duty):
    first, second = hand_on(circle), hand_on(circle, text="Yang lain.")
    copy = SealedCopy.objects.get(subject_id=first)
    SealedCopy.objects.filter(subject_id=second).update(sealed=copy.sealed)

    with pytest.raises(concerns.ConcernUnreadable):
        read(duty, second)


def test_whoever_raised_it_cannot_read_it_back(circle, duty):
    give_vault(circle.lead.user_id)
    concern_id = hand_on(circle)

    with pytest.raises(Http404):
        read(circle.lead, concern_id)


def test_who_is_on_duty_is_told_at_once_and_a_red_one_goes_first(circle, duty):
    notifications.choose_address(
        namespace=notices.DUTY, user_id=duty.user_id, address="jaga@rumah.test", now=NOW
    )
    hand_on(circle)
    assert any("soon" in one for one in told(duty))

    hand_on(circle, level=RED)
    assert any("danger" in one for one in told(duty))
    mails = Delivery.objects.order_by("priority").values_list("priority", "not_before")
    assert list(mails) == [(Priority.SAFETY, NOW), (Priority.CHANGE, NOW)]


def test_where_nobody_could_read_it_nothing_is_written(circle):
    make_duty(circle.agency, with_vault=False)
    make_duty(make_agency())

    assert not selectors.duty_is_reachable(agency_id=circle.agency.pk, now=NOW)
    with pytest.raises(GroupRefused) as refused:
        hand_on(circle)
    assert refused.value.reason == Refusal.NO_DUTY
    assert not Concern.objects.exists()
    assert not Notification.objects.filter(notice=notices.FOR_DUTY_CONCERN).exists()


def test_a_role_that_has_ended_receives_nothing(circle, duty):
    RoleGrant.objects.filter(user_id=duty.user_id).update(ends_on=MONDAY)

    with pytest.raises(GroupRefused):
        hand_on(circle)


def test_an_empty_worry_is_refused(circle, duty):
    with pytest.raises(GroupRefused) as refused:
        hand_on(circle, text="  \n ")
    assert refused.value.reason == Refusal.TEXT_EMPTY


def test_it_is_about_a_nickname_of_this_group_or_about_nobody(circle, duty):
    member = join(circle, alias="Langit")
    stranger = join(make_circle(agency=circle.agency, head=circle.head))

    concern_id = hand_on(circle, about=enrolment_of(circle, member).pk)
    page = selectors.get_concern_page(actor=duty, concern_id=concern_id, now=NOW)
    assert page.alias == "Langit"
    other = policies.enrolments_of(actor=stranger, group_ids=list(_all_groups())).get()
    with pytest.raises(Http404):
        hand_on(circle, about=other.pk)


def _all_groups():
    return type(make_circle().group).objects.values_list("pk", flat=True)


def test_somebody_else_s_meeting_is_no_place_to_raise_one(circle, duty):
    other = make_circle(agency=circle.agency, head=circle.head)

    with pytest.raises(Http404):
        concerns.raise_concern(
            actor=other.lead, meeting_id=meetings_of(circle)[0].pk, enrolment_id=None,
            level=AMBER, text=TEXT, now=NOW,
        )  # fmt: skip


def test_a_locked_vault_opens_nothing_and_is_not_recorded(circle, duty):
    concern_id = hand_on(circle)

    with pytest.raises(Locked):
        concerns.open_concern(actor=duty, concern_id=concern_id, vault=LockedVault(), now=NOW)
    assert not StaffEvent.objects.filter(action="circle.concern_opened").exists()


# ---- a member writes


def test_a_member_writes_to_the_facilitators_who_have_keys(circle, duty):
    member = join(circle, alias="Langit")
    give_vault(circle.lead.user_id)

    done = write(circle, member)

    assert (done.by_facilitators, done.by_duty) == (True, False)
    concern = Concern.objects.get()
    assert read(circle.lead, concern.pk) == TEXT
    with pytest.raises(Http404):
        read(duty, concern.pk)
    with pytest.raises(Http404):
        policies.get_concern(actor=circle.co, concern_id=concern.pk, now=NOW)
    assert any("written to you" in one for one in told(circle.lead))
    assert not any("written to you" in one for one in told(circle.co))
    event = ClientEvent.objects.get(action="lingkar.worry")
    assert event.handle == str(enrolment_of(circle, member).pk)


def test_a_member_can_pass_the_facilitators_by(circle, duty):
    member = join(circle)
    give_vault(circle.lead.user_id)

    done = write(circle, member, to_duty=True)

    assert (done.by_facilitators, done.by_duty) == (False, True)
    concern = Concern.objects.get()
    assert read(duty, concern.pk) == TEXT
    with pytest.raises(Http404):
        policies.get_concern(actor=circle.lead, concern_id=concern.pk, now=NOW)


def test_danger_reaches_both(circle, duty):
    member = join(circle)
    give_vault(circle.lead.user_id)

    done = write(circle, member, level=RED)

    assert (done.by_facilitators, done.by_duty) == (True, True)
    assert Concern.objects.count() == 2


def test_danger_reaches_the_facilitators_where_nobody_is_on_duty(circle):
    member = join(circle)
    give_vault(circle.lead.user_id)

    done = write(circle, member, level=RED)

    assert (done.by_facilitators, done.by_duty) == (True, False)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, Refusal.NO_READER),
        ({"to_duty": True}, Refusal.NO_DUTY),
        ({"level": RED}, Refusal.NO_DUTY),
    ],
)
def test_a_member_whom_nobody_could_read_is_told_so(circle, options, reason):
    member = join(circle)

    with pytest.raises(GroupRefused) as refused:
        write(circle, member, **options)
    assert refused.value.reason == reason
    assert not Concern.objects.exists()
    assert not ClientEvent.objects.filter(action="lingkar.worry").exists()


def test_who_is_not_in_the_circle_writes_to_nobody_there(circle, duty):
    outsider = join(make_circle(agency=circle.agency, head=circle.head))

    with pytest.raises(Http404):
        write(circle, outsider, to_duty=True)


# ---- who may read, and for how long


def test_who_has_lost_the_role_has_lost_the_worries(circle, duty):
    concern_id = hand_on(circle)
    RoleGrant.objects.filter(user_id=duty.user_id).update(ends_on=MONDAY)
    kept_role = account(duty_user(duty), roles=[Role.DUTY])

    for actor in (account(duty_user(duty)), kept_role):
        with pytest.raises(Http404):
            policies.get_concern(actor=actor, concern_id=concern_id, now=NOW)


def duty_user(duty):
    return RoleGrant.objects.filter(user_id=duty.user_id).first().user


def test_who_has_lost_the_group_has_lost_its_worries(circle):
    member = join(circle)
    give_vault(circle.co.user_id)
    write(circle, member)
    concern = Concern.objects.get()
    assert read(circle.co, concern.pk) == TEXT

    circle.group.assignments.filter(facilitator__user_id=circle.co.user_id).update(
        ends_on=MONDAY
    )

    with pytest.raises(Http404):
        read(circle.co, concern.pk)


def test_the_duty_gives_no_way_back_into_a_group_that_was_taken(circle):
    """Somebody on duty who led the group once reads what is for the duty, and no more."""
    member = join(circle)
    give_vault(circle.co.user_id)
    write(circle, member)
    concern = Concern.objects.get()
    grant(duty_user_of(circle.co), circle.agency, Role.DUTY)
    circle.group.assignments.filter(facilitator__user_id=circle.co.user_id).update(
        ends_on=MONDAY
    )

    with pytest.raises(Http404):
        read(account(duty_user_of(circle.co)), concern.pk)


def duty_user_of(actor):
    return Facilitator.objects.get(user_id=actor.user_id).user


def test_a_facilitator_who_comes_later_reads_nothing_older(circle):
    member = join(circle)
    give_vault(circle.lead.user_id)
    write(circle, member)
    late = make_facilitator(circle.agency, circle.head)
    crew.assign(
        actor=circle.head,
        group_id=circle.group.pk,
        facilitator_id=Facilitator.objects.get(user_id=late.user_id).pk,
        kind="CO",
        now=NOW,
    )

    with pytest.raises(Http404):
        policies.get_concern(actor=late, concern_id=Concern.objects.get().pk, now=NOW)
