"""Free places find whoever is next: order, clock, end, and what stops them."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.http import Http404

from groups import notices
from groups.choices import EnrolmentState, Joined, PlaceState, Refusal, Turn, Way
from groups.models import CapacityPool, Enrolment, Place
from groups.selectors.circles import get_circle_page, list_circles
from groups.selectors.members import list_members
from groups.services import applicants, enrolment, offers, places, setup
from portal.notifications.models import Notification
from portal.people.models import Agency
from tests.factories import NOW, at, wib
from tests.services.groups.test_joining import place_of, press, refused
from tests.support.groups import enrolment_of, join, make_circle, make_member_account

pytestmark = pytest.mark.django_db


def leave(circle, actor, *, now=NOW) -> None:
    enrolment.leave_circle(actor=actor, group_id=circle.group.pk, now=now)


def resize(circle, capacity, *, now=NOW) -> None:
    places.set_capacity(
        actor=circle.lead, group_id=circle.group.pk, way=Way.ROOM, capacity=capacity, now=now
    )


def states(circle, actors) -> str:
    """Return the states of claims as letters: Waiting, Offered, Taken, Lapsed, Released."""
    return "".join(place_of(circle, one).state[0] for one in actors)


@pytest.fixture
def full():
    """Return a full circle of one place, who is in, and four who wait."""
    circle = make_circle(capacity=1)
    return circle, join(circle), [join(circle) for _ in range(4)]


def test_a_place_that_comes_free_is_offered_to_whoever_is_next(full):
    circle, inside, waiting = full
    leave(circle, inside)
    assert states(circle, waiting) == "OWWW"
    place = place_of(circle, waiting[0])
    assert (place.seat_no, place.rev, place.undelivered) == (1, 1, False)
    told = Notification.objects.get(notice=notices.OFFERED)
    assert (told.subject_id, told.rev) == (place.pk, 1)
    assert told.recipient_tag == enrolment_of(circle, waiting[0]).member_tag
    page = get_circle_page(actor=waiting[0], group_id=circle.group.pk, now=NOW)
    assert page.own.offer.place_id == place.pk
    assert list_circles(actor=waiting[0], now=NOW).own[0].has_offer


def test_taking_it_makes_a_member_and_twice_is_once(full):
    circle, inside, waiting = full
    leave(circle, inside)
    place = place_of(circle, waiting[0])
    for _ in range(2):
        offers.take_offer(actor=waiting[0], place_id=place.pk, now=NOW)
    place.refresh_from_db()
    assert (place.state, place.seat_no, place.offer_expires_at) == ("TAKEN", 1, None)
    assert enrolment_of(circle, waiting[0]).state == EnrolmentState.ACTIVE


def test_letting_it_go_offers_it_to_the_next(full):
    circle, inside, waiting = full
    leave(circle, inside)
    for _ in range(2):
        offers.decline_offer(
            actor=waiting[0], place_id=place_of(circle, waiting[0]).pk, now=NOW
        )
    assert states(circle, waiting) == "ROWW"
    page = get_circle_page(actor=waiting[0], group_id=circle.group.pk, now=NOW)
    assert (page.own.state, page.can_join) == ("LAPSED", True)
    # Back into the queue, at its end.
    assert press(circle, waiting[0]) == Joined.QUEUED
    assert place_of(circle, waiting[0]).queue_no == 5


def test_an_offer_that_runs_out_goes_on(full):
    circle, inside, waiting = full
    leave(circle, inside)
    ends = place_of(circle, waiting[0]).offer_expires_at
    assert offers.sweep_offers(now=ends - timedelta(minutes=1)) == 0
    assert offers.sweep_offers(now=ends) == 1
    assert states(circle, waiting) == "LOWW"
    assert Notification.objects.filter(notice=notices.LAPSED).count() == 1
    late = place_of(circle, waiting[0])
    taken_late = lambda: offers.take_offer(actor=waiting[0], place_id=late.pk, now=ends)  # noqa: E731
    assert refused(taken_late) == Refusal.OFFER_GONE
    assert press(circle, waiting[0], now=ends) == Joined.QUEUED


def test_who_presses_too_late_hands_it_on_at_once(full):
    circle, inside, waiting = full
    leave(circle, inside)
    place = place_of(circle, waiting[0])
    ends = place.offer_expires_at
    taken_late = lambda: offers.take_offer(actor=waiting[0], place_id=place.pk, now=ends)  # noqa: E731
    assert refused(taken_late) == Refusal.OFFER_GONE
    assert states(circle, waiting) == "LOWW"


def test_nobody_takes_what_is_offered_to_another(full):
    circle, inside, waiting = full
    leave(circle, inside)
    place = place_of(circle, waiting[0])
    for deed in (offers.take_offer, offers.decline_offer):
        with pytest.raises(Http404):
            deed(actor=waiting[1], place_id=place.pk, now=NOW)


def test_a_turn_comes_before_a_number(full):
    circle, inside, waiting = full
    Place.objects.filter(pk=place_of(circle, waiting[2]).pk).update(turn=Turn.BUMPED)
    Place.objects.filter(pk=place_of(circle, waiting[3]).pk).update(turn=Turn.REFERRED)
    leave(circle, inside)
    resize(circle, 3)
    assert states(circle, waiting) == "OWOO"


def test_fewer_places_take_none_away():
    circle = make_circle(capacity=8)
    inside = [join(circle) for _ in range(8)]
    waiting = [join(circle) for _ in range(3)]
    resize(circle, 5)
    assert states(circle, inside) == "T" * 8
    for gone in inside[:3]:
        leave(circle, gone)
        offers.sweep_offers(now=NOW)
        assert states(circle, waiting) == "WWW"
    leave(circle, inside[3])
    assert states(circle, waiting) == "OWW"
    assert place_of(circle, waiting[0]).seat_no <= 5


def test_more_places_are_offered_in_order(full):
    circle, _inside, waiting = full
    resize(circle, 3)
    assert states(circle, waiting) == "OOWW"


def test_the_head_sets_places_too_and_nobody_else(full):
    circle, _inside, waiting = full
    places.set_capacity(
        actor=circle.head, group_id=circle.group.pk, way=Way.ROOM, capacity=2, now=NOW
    )
    assert states(circle, waiting) == "OWWW"
    other = make_circle(agency=circle.agency, head=circle.head)
    for actor in (waiting[0], other.lead, make_circle().head):
        with pytest.raises(Http404):
            places.set_capacity(
                actor=actor, group_id=circle.group.pk, way=Way.ROOM, capacity=9, now=NOW
            )


def test_offering_by_hand_goes_in_order_too(full):
    circle, inside, waiting = full
    pool = CapacityPool.objects.get()
    assert offers.offer_next(actor=circle.lead, pool_id=pool.pk, now=NOW) is False
    # Room that nobody has been asked for yet.
    CapacityPool.objects.update(capacity=3)
    assert offers.offer_next(actor=circle.lead, pool_id=pool.pk, now=NOW) is True
    assert states(circle, waiting) == "OWWW"
    with pytest.raises(Http404):
        offers.offer_next(actor=inside, pool_id=pool.pk, now=NOW)


def test_a_paused_group_offers_nothing_and_makes_up_for_it_at_once(full):
    circle, inside, waiting = full
    setup.pause_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    leave(circle, inside)
    assert offers.sweep_offers(now=NOW) == 0
    assert states(circle, waiting) == "WWWW"
    setup.open_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert offers.sweep_offers(now=NOW) == 0
    assert states(circle, waiting) == "OWWW"


# ---- the clock


def test_the_clock_starts_when_mails_may_leave_and_counts_waking_hours():
    agency = Agency.objects.create(name="Papua", short_name="Papua", zone="Asia/Jayapura")
    circle = make_circle(capacity=1, zone="Asia/Jayapura", agency=agency)
    inside, waiting = join(circle), join(circle)
    # 16.30 WIB is past the last window; the next is 07.15 WIB on Tuesday, 09.15 in Jayapura.
    leave(circle, inside, now=wib(16, 30))
    tuesday = wib(0).date() + timedelta(days=1)
    ends = place_of(circle, waiting).offer_expires_at
    assert ends == at("Asia/Jayapura", 17, 15, day=tuesday)


def test_it_pauses_over_night_and_the_weekend(full):
    circle, inside, waiting = full
    friday = wib(0).date() + timedelta(days=4)
    monday = friday + timedelta(days=3)
    # The window of 16.15: under three hours on Friday, the rest on Monday.
    leave(circle, inside, now=wib(13, day=friday))
    assert place_of(circle, waiting[0]).offer_expires_at == wib(12, 15, day=monday)


def test_a_message_that_does_not_arrive_keeps_the_turn_once(full):
    circle, inside, waiting = full
    leave(circle, inside)
    place = place_of(circle, waiting[0])
    later = NOW + timedelta(hours=6)
    offers.keep_turn(place_id=place.pk, rev=place.rev, now=later)
    kept = place_of(circle, waiting[0])
    assert kept.undelivered
    assert kept.offer_expires_at > place.offer_expires_at
    assert Notification.objects.get(notice=notices.FOR_HEAD_UNDELIVERED).subject_id == place.pk
    shown = list_members(actor=circle.lead, group_id=circle.group.pk, now=later).waiting
    assert [row.undelivered for row in shown] == [True, False, False, False]
    for rev, when in ((kept.rev, later + timedelta(hours=4)), (0, later)):
        offers.keep_turn(place_id=place.pk, rev=rev, now=when)
        assert place_of(circle, waiting[0]).offer_expires_at == kept.offer_expires_at


def test_an_offer_that_is_over_is_not_kept(full):
    circle, inside, waiting = full
    leave(circle, inside)
    place = place_of(circle, waiting[0])
    offers.take_offer(actor=waiting[0], place_id=place.pk, now=NOW)
    offers.keep_turn(place_id=place.pk, rev=place.rev, now=NOW)
    assert not Place.objects.filter(undelivered=True).exists()


# ---- after a talk


@pytest.fixture
def screening():
    return make_circle(capacity=1, join_policy="SCREENING", ways=(Way.ROOM, Way.ONLINE))


def test_a_wish_to_join_waits_for_the_facilitators(screening):
    circle = screening
    rina = make_member_account(circle)
    assert press(circle, rina, way=Way.ONLINE) == Joined.APPLIED
    row = enrolment_of(circle, rina)
    told = Notification.objects.filter(notice=notices.FOR_FACILITATOR_APPLIED)
    assert {(one.subject_id, one.rev) for one in told} == {(row.pk, row.rev)}
    assert told.count() == 2
    shown = list_members(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert [one.way_label for one in shown.applicants] == [str(Way.ONLINE.label)]
    for _ in range(2):
        applicants.accept_applicant(actor=circle.lead, enrolment_id=row.pk, now=NOW)
    assert enrolment_of(circle, rina).state == EnrolmentState.ACTIVE
    # The way she wished for waited with her.
    assert place_of(circle, rina).pool.way == Way.ONLINE


def test_accepted_into_a_full_group_is_accepted_into_its_queue(screening):
    circle = screening
    for actor in (make_member_account(circle) for _ in range(2)):
        press(circle, actor, way=Way.ROOM)
        row = enrolment_of(circle, actor)
        applicants.accept_applicant(actor=circle.lead, enrolment_id=row.pk, now=NOW)
    assert enrolment_of(circle, actor).state == EnrolmentState.WAITING


def test_another_circle_is_suggested_kindly(screening):
    circle = screening
    rina = make_member_account(circle)
    press(circle, rina)
    row = enrolment_of(circle, rina)
    for _ in range(2):
        applicants.refer_applicant(actor=circle.lead, enrolment_id=row.pk, now=NOW)
    assert enrolment_of(circle, rina).state == EnrolmentState.REFERRED
    assert Notification.objects.filter(notice=notices.REFERRED, subject_id=row.pk).count() == 1
    accept = lambda: applicants.accept_applicant(  # noqa: E731
        actor=circle.lead, enrolment_id=row.pk, now=NOW
    )
    assert refused(accept) == Refusal.NOT_MEMBER
    # She may ask again.
    assert press(circle, rina) == Joined.APPLIED


def test_nobody_else_decides(screening):
    circle = screening
    rina = make_member_account(circle)
    press(circle, rina)
    row = enrolment_of(circle, rina)
    other = make_circle(agency=circle.agency, head=circle.head)
    for actor in (other.lead, rina, circle.head):
        for deed in (applicants.accept_applicant, applicants.refer_applicant):
            with pytest.raises(Http404):
                deed(actor=actor, enrolment_id=row.pk, now=NOW)


def test_an_offer_is_written_with_what_made_it(full):
    """A transaction that fails takes its offers, and what was told of them, along."""
    circle, inside, waiting = full

    before = Notification.objects.count()
    with transaction.atomic():
        row = Enrolment.objects.get(pk=enrolment_of(circle, inside).pk)
        Place.objects.filter(enrolment=row).update(state=PlaceState.RELEASED, seat_no=None)
        offers.fill(pool_ids=[CapacityPool.objects.get().pk], now=NOW)
        assert states(circle, waiting) == "OWWW"
        transaction.set_rollback(True)
    assert states(circle, waiting) == "WWWW"
    assert Notification.objects.count() == before
