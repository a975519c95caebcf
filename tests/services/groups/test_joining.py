"""Joining: a place, the queue, or the facilitators; a nickname of one's own."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Max
from django.http import Http404

from groups import notices
from groups.choices import (
    LIVE_PLACES,
    EnrolmentState,
    GroupKind,
    Joined,
    PlaceState,
    Refusal,
    Turn,
    Visibility,
    Way,
)
from groups.models import CapacityPool, Enrolment, Invitation, Place, SealedCopy
from groups.selectors.circles import get_circle_page
from groups.services import enrolment, places, setup
from groups.services.codes import ATTEMPTS
from groups.services.desk import GroupRefused
from groups.services.enrolment import JoinRequest, join_circle
from portal.audit.models import ClientEvent, RefusalCount
from portal.notifications.models import AddressChoice, Notification
from portal.people.models import User
from portal.vault.services import open_field_text
from tests.factories import NOW, account, make_employee
from tests.support.groups import enrolment_of, join, make_circle, make_member_account

pytestmark = pytest.mark.django_db


def press(circle, actor, *, now=NOW, **request) -> Joined:
    request.setdefault("agreement_version", 1)
    return join_circle(
        actor=actor, group_id=circle.group.pk, request=JoinRequest(**request), now=now
    )


def place_of(circle, actor) -> Place:
    claims = Place.objects.filter(enrolment=enrolment_of(circle, actor))
    return claims.filter(state__in=LIVE_PLACES).first() or claims.latest("queue_no")


def alias_of(circle, actor) -> str:
    return open_field_text(enrolment_of(circle, actor), "alias")


def refused(deed) -> Refusal:
    with pytest.raises(GroupRefused) as caught:
        deed()
    return Refusal(caught.value.reason)


# ---- places and the queue


def test_a_free_place_makes_a_member():
    circle = make_circle(capacity=1)
    rina = make_member_account(circle)
    assert press(circle, rina) == Joined.JOINED
    row = enrolment_of(circle, rina)
    assert (row.state, row.held_back, row.agreement_version) == ("ACTIVE", False, 1)
    assert (row.joined_month, row.left_month) == (date(2026, 11, 1), None)
    place = row.places.get()
    assert (place.state, place.seat_no, place.queue_no) == ("TAKEN", 1, None)
    assert Notification.objects.get(subject_id=row.pk).notice == notices.JOINED
    event = ClientEvent.objects.latest("sequence")
    assert (event.handle, event.action) == (str(row.pk), "lingkar.joined")


def test_a_full_group_gives_numbers_in_order():
    circle = make_circle(capacity=1)
    join(circle)
    waiting = [join(circle) for _ in range(3)]
    assert [place_of(circle, one).queue_no for one in waiting] == [1, 2, 3]
    assert {enrolment_of(circle, one).state for one in waiting} == {"WAITING"}
    told = Notification.objects.filter(notice=notices.QUEUED)
    assert {row.subject_id for row in told} == {place_of(circle, one).pk for one in waiting}


def test_who_walks_in_while_somebody_waits_is_queued():
    circle = make_circle(capacity=1)
    first = join(circle)
    join(circle)
    # A seat comes free, and is kept for the queue.
    enrolment.leave_circle(actor=first, group_id=circle.group.pk, now=NOW)
    places.set_capacity(
        actor=circle.lead, group_id=circle.group.pk, way=Way.ROOM, capacity=1, now=NOW
    )
    assert press(circle, make_member_account(circle)) == Joined.QUEUED


def test_who_walks_in_takes_no_seat_that_the_queue_has_not_been_asked_for():
    circle = make_circle(capacity=1)
    join(circle)
    waiting = join(circle)
    # Free, with somebody waiting, and the sweep has not come by yet.
    CapacityPool.objects.update(capacity=2)
    assert press(circle, make_member_account(circle)) == Joined.QUEUED
    assert place_of(circle, waiting).state == PlaceState.OFFERED


def test_joining_again_is_refused_and_changes_nothing():
    circle = make_circle(capacity=1)
    rina = join(circle)
    before = list(Place.objects.values())
    assert refused(lambda: press(circle, rina)) == Refusal.ALREADY_IN
    assert list(Place.objects.values()) == before


def test_the_wished_way_decides_the_pool():
    circle = make_circle(capacity=1, ways=(Way.ROOM, Way.ONLINE))
    assert place_of_pool(circle, join(circle, way=Way.ROOM)) == Way.ROOM
    other = join(circle, way=Way.ROOM)
    assert enrolment_of(circle, other).state == EnrolmentState.WAITING
    # Without a wish: where there is room.
    assert place_of_pool(circle, join(circle)) == Way.ONLINE


def place_of_pool(circle, actor) -> str:
    return enrolment_of(circle, actor).places.get().pool.way


def test_a_way_that_is_not_offered_is_refused():
    circle = make_circle()
    rina = make_member_account(circle)
    assert refused(lambda: press(circle, rina, way=Way.ONLINE)) == Refusal.WAY_NOT_OFFERED


def test_the_button_is_a_yes_to_the_words_as_they_stand():
    circle = make_circle()
    rina = make_member_account(circle)
    setup.publish_agreement(
        actor=circle.lead, group_id=circle.group.pk, text_id="Baru.", text_en="", now=NOW
    )
    assert refused(lambda: press(circle, rina)) == Refusal.AGREEMENT_CHANGED
    assert not Enrolment.objects.exists()
    press(circle, rina, agreement_version=2)
    assert enrolment_of(circle, rina).agreement_version == 2


@pytest.mark.parametrize("stop", [setup.pause_group, setup.end_group])
def test_a_group_that_takes_nobody_in_says_so(stop):
    circle = make_circle()
    rina, old = make_member_account(circle), join(circle)
    stop(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    with pytest.raises((GroupRefused, Http404)):
        press(circle, rina)
    assert enrolment_of(circle, old)


def test_another_agencys_group_and_a_draft_are_not_there():
    circle, draft = make_circle(), make_circle(open_it=False)
    stranger = account(make_employee())
    for actor, where in ((stranger, circle), (make_member_account(draft), draft)):
        with pytest.raises(Http404):
            press(where, actor)


def test_an_open_group_has_room_for_everybody():
    circle = make_circle(kind=GroupKind.OPEN, capacity=1)
    for _ in range(3):
        assert press(circle, make_member_account(circle)) == Joined.JOINED
    assert not Place.objects.exists()


def test_who_comes_back_goes_to_the_tail():
    circle = make_circle(capacity=1)
    join(circle)
    first, second = join(circle), join(circle)
    enrolment.leave_circle(actor=first, group_id=circle.group.pk, now=NOW)
    press(circle, first)
    assert place_of(circle, first).queue_no > place_of(circle, second).queue_no
    # The row lives on; only one per person and group.
    row = enrolment_of(circle, first)
    assert (row.state, row.left_month, row.rev) == ("WAITING", None, 2)


# ---- nicknames


def test_a_nickname_is_drawn_and_stays_for_the_month():
    circle = make_circle()
    rina = make_member_account(circle)

    def proposed(now=NOW):
        page = get_circle_page(actor=rina, group_id=circle.group.pk, now=now)
        return page.suggested_alias

    assert proposed() == proposed(NOW + timedelta(days=3))
    months = {proposed(datetime(2026, month, 10, 3, tzinfo=UTC)) for month in range(1, 13)}
    assert len(months) > 1
    wanted = proposed()
    press(circle, rina)
    assert alias_of(circle, rina) == wanted


def test_the_proposed_nickname_is_free():
    circle = make_circle(capacity=200)
    rina = make_member_account(circle)
    page = get_circle_page(actor=rina, group_id=circle.group.pk, now=NOW)
    join(circle, alias=page.suggested_alias)
    again = get_circle_page(actor=rina, group_id=circle.group.pk, now=NOW)
    assert again.suggested_alias != page.suggested_alias


def test_two_groups_propose_apart():
    circle = make_circle()
    others = [make_circle(agency=circle.agency, head=circle.head) for _ in range(6)]
    rina = make_member_account(circle)
    words = {
        get_circle_page(actor=rina, group_id=one.group.pk, now=NOW).suggested_alias
        for one in (circle, *others)
    }
    assert len(words) > 1


CYRILLIC, WIDE = "\u041aen\u0430nga", "".join(chr(ord(sign) + 0xFEE0) for sign in "Kenanga")


@pytest.mark.parametrize("twin", ["Kenanga", "kenanga", "KENANGA ", CYRILLIC, WIDE])
def test_a_nickname_is_unique_however_it_is_written(twin):
    circle = make_circle()
    join(circle, alias="Kenanga")
    rina = make_member_account(circle)
    assert refused(lambda: press(circle, rina, alias=twin)) == Refusal.ALIAS_TAKEN


def test_a_nickname_shows_nobody():
    circle = make_circle()
    rina = account(make_employee("rina", agency=circle.agency, full_name="Rina Wulandari"))
    User.objects.filter(pk=rina.user_id).update(nip="198503152010012001")
    unit = User.objects.get(pk=rina.user_id).employee.unit
    unit.name = "Biro Keuangan"
    unit.save()
    for alias in ("Rina", "si wulandari", "198503152010012001", "Biro Keuangan"):
        assert refused(lambda a=alias: press(circle, rina, alias=a)) == Refusal.ALIAS_TELLS
    assert refused(lambda: press(circle, rina, alias="a")) == Refusal.ALIAS_EMPTY
    press(circle, rina, alias="Kemuning")


def test_one_person_wears_no_nickname_twice():
    circle = make_circle()
    other = make_circle(agency=circle.agency, head=circle.head)
    rina = join(circle, alias="Kenanga")
    assert refused(lambda: press(other, rina, alias="kenanga")) == Refusal.ALIAS_TELLS
    press(other, rina, alias="Senja")
    tags = Enrolment.objects.values_list("alias_tag", "member_tag", "contact")
    assert len({bytes(value) for row in tags for value in row}) == 6


def test_a_nickname_can_be_changed():
    circle = make_circle()
    rina, dewi = join(circle, alias="Kenanga"), join(circle, alias="Senja")

    def rename(alias):
        enrolment.rename_in_circle(actor=rina, group_id=circle.group.pk, alias=alias, now=NOW)

    assert refused(lambda: rename("senja")) == Refusal.ALIAS_TAKEN
    rename("Kenanga")
    rename("Embun")
    assert alias_of(circle, rina) == "Embun"
    assert alias_of(circle, dewi) == "Senja"
    # The old one is free again.
    join(circle, alias="Kenanga")


# ---- codes


@pytest.fixture
def by_referral():
    return make_circle(capacity=1, visibility=Visibility.REFERRAL)


def code_for(circle) -> str:
    return setup.make_invitation(actor=circle.lead, group_id=circle.group.pk, now=NOW)


def test_a_code_opens_once_and_goes_first(by_referral):
    circle = by_referral
    rina, dewi = make_member_account(circle), make_member_account(circle)
    code = code_for(circle)
    press(circle, rina, code=code)
    assert refused(lambda: press(circle, dewi, code=code)) == Refusal.CODE_UNKNOWN
    assert Invitation.objects.get().used
    Invitation.objects.all().delete()
    press(circle, dewi, code=code_for(circle).lower())
    assert place_of(circle, dewi).turn == Turn.REFERRED


def test_a_wrong_code_is_one_sentence_and_is_counted(by_referral):
    circle = by_referral
    rina = make_member_account(circle)
    elsewhere = make_circle(agency=circle.agency, head=circle.head)
    late = NOW + timedelta(days=40)
    for code, now in (
        ("", NOW),
        ("bukan kode", NOW),
        (code_for(elsewhere), NOW),
        (code_for(circle), late),
    ):
        sent = {"code": code, "now": now}
        assert refused(lambda s=sent: press(circle, rina, **s)) == Refusal.CODE_UNKNOWN
    assert sum(RefusalCount.objects.values_list("count", flat=True)) == 4
    assert not Enrolment.objects.exists()


def test_nobody_guesses_codes(by_referral):
    circle = by_referral
    rina = make_member_account(circle)
    for _ in range(ATTEMPTS):
        refused(lambda: press(circle, rina, code="bukan"))
    code = code_for(circle)
    assert refused(lambda: press(circle, rina, code=code)) == Refusal.CODE_UNKNOWN
    # Somebody else is not stopped.
    assert press(circle, make_member_account(circle), code=code) == Joined.JOINED


def test_a_refusal_for_another_reason_spends_no_code(by_referral):
    circle = by_referral
    rina, code = make_member_account(circle), code_for(circle)
    refused(lambda: press(circle, rina, code=code, agreement_version=7))
    assert not Invitation.objects.get().used


# ---- where news goes, and what is written nowhere


def test_an_address_of_ones_own_is_chosen_at_the_door(add_private_address):
    circle = make_circle()
    rina = make_member_account(circle)
    add_private_address(rina, "rina.pribadi@mail.test")
    press(circle, rina, address="rina.pribadi@mail.test")
    assert AddressChoice.objects.count() == 1
    page = get_circle_page(actor=rina, group_id=circle.group.pk, now=NOW)
    assert page.address == "r•••@mail.test"
    enrolment.choose_circle_address(actor=rina, group_id=circle.group.pk, address="", now=NOW)
    assert not AddressChoice.objects.exists()


def test_a_foreign_address_is_no_choice():
    circle = make_circle()
    rina = make_member_account(circle)
    press(circle, rina, address="orang.lain@mail.test")
    assert not AddressChoice.objects.exists()


def test_no_row_of_the_room_names_anybody():
    circle = make_circle(capacity=1)
    actors = [join(circle), join(circle)]
    for model in (Enrolment, Place, SealedCopy, Notification, ClientEvent):
        written = repr(list(model.objects.values()))
        assert not [one for one in actors if str(one.user_id) in written]
    assert Place.objects.aggregate(last=Max("queue_no"))["last"] == 1


@pytest.fixture
def add_private_address():
    def add(actor, email):
        from allauth.account.models import EmailAddress

        EmailAddress.objects.create(user_id=actor.user_id, email=email, verified=True)

    return add
