"""A way of meeting that is dropped: places are set aside with a question, and come back."""

from datetime import timedelta

import pytest

from groups import notices
from groups.choices import (
    LIVE_PLACES,
    EnrolmentState,
    GroupKind,
    PlaceState,
    Refusal,
    Turn,
    Way,
)
from groups.models import Place
from groups.selectors.circles import get_meeting_page, list_circles
from groups.services import changes, enrolment, meetings, offers, places, setup
from portal.notifications.models import Notification
from tests.factories import NOW, wib
from tests.services.groups.test_joining import refused
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    meetings_of,
    plan_series,
)
from tests.support.plans import turn

pytestmark = pytest.mark.django_db
FRIDAY = wib(0).date() + timedelta(days=4)
BOTH = (Way.ONLINE, Way.ROOM)


class World:
    """An open circle with two places in each way, and its first meeting."""

    def __init__(self) -> None:
        self.circle = make_circle(kind=GroupKind.OPEN, capacity=2, ways=BOTH)
        plan_series(self.circle, starts_on=FRIDAY, at=wib(10).time(), meetings=3)
        self.meeting = meetings_of(self.circle)[0]

    def ways(self, *ways, now=NOW):
        self.meeting.refresh_from_db()
        return meetings.change_meeting_place(
            actor=self.circle.lead,
            meeting_id=self.meeting.pk,
            room="",
            directions="",
            ways=ways,
            rev=self.meeting.rev,
            now=now,
        )

    def comes(self, way=Way.ONLINE, *, actor=None):
        actor = actor or join(self.circle)
        places.take_place(actor=actor, meeting_id=self.meeting.pk, way=way, now=NOW)
        return actor

    def gives_up(self, actor):
        places.give_up_place(actor=actor, meeting_id=self.meeting.pk, now=NOW)

    def confirms(self, actor):
        places.confirm_place(actor=actor, meeting_id=self.meeting.pk, now=NOW)

    def place(self, actor, way=Way.ONLINE) -> Place:
        rows = Place.objects.filter(enrolment=enrolment_of(self.circle, actor))
        return rows.get(pool__way=way, pool__meeting=self.meeting, state__in=LIVE_PLACES)

    def live(self, actor) -> list[tuple[str, str]]:
        rows = Place.objects.filter(enrolment=enrolment_of(self.circle, actor))
        return sorted(rows.filter(state__in=LIVE_PLACES).values_list("pool__way", "state"))

    def page(self, actor):
        return get_meeting_page(actor=actor, meeting_id=self.meeting.pk, now=NOW)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def queue(world):
    """Two who have a place online, one to whom one is offered, two who wait."""
    people = [world.comes() for _ in range(5)]
    world.gives_up(people[0])
    # The first place that came free is kept for the third.
    again = world.comes(actor=people[0])
    return [people[1], people[2], people[3], people[4], again]


def test_whoever_has_a_place_is_asked_and_an_offer_goes_back_where_it_stood(world, queue):
    inside, offered, *waiting = queue
    number = world.place(offered).queue_no
    world.ways(Way.ROOM)
    assert (world.place(inside).state, world.place(inside).asks_again) == ("TAKEN", True)
    place = world.place(offered)
    assert (place.state, place.queue_no, place.seat_no) == ("WAITING", number, None)
    assert not place.asks_again
    assert not Notification.objects.filter(notice=notices.OFFERED, subject_id=place.pk).exists()
    assert [world.place(one).state for one in waiting] == ["WAITING"] * 3
    page = world.page(inside)
    assert page.asks_again
    assert [row.way for row in page.ways] == [Way.ROOM]
    # Until she has said that she comes over, her place is none in the room.
    assert page.room == ""


def test_nothing_is_offered_in_a_dropped_way_and_no_old_offer_is_taken(world, queue):
    inside, offered, *_waiting = queue
    world.ways(Way.ROOM)
    world.gives_up(inside)
    place = world.place(offered)
    assert offers.sweep_offers(now=NOW) == 0
    assert not offers.offer_next(actor=world.circle.lead, pool_id=place.pool_id, now=NOW)
    assert not Place.objects.filter(state=PlaceState.OFFERED).exists()
    said = {"actor": offered, "place_id": place.pk, "now": NOW}
    assert refused(lambda: offers.take_offer(**said)) == Refusal.OFFER_GONE


def test_when_the_way_comes_back_everything_works_again_at_once(world, queue):
    inside, offered, *waiting = queue
    world.ways(Way.ROOM)
    rev = world.place(offered).rev
    world.ways(*BOTH)
    place = world.place(offered)
    assert (place.state, place.rev) == ("OFFERED", rev + 1)
    assert Notification.objects.filter(notice=notices.OFFERED, subject_id=place.pk).count() == 1
    assert [world.place(one).state for one in waiting] == ["WAITING"] * 3
    world.confirms(inside)
    assert (world.place(inside).state, world.place(inside).asks_again) == ("TAKEN", False)
    offers.take_offer(actor=offered, place_id=place.pk, now=NOW)
    assert world.place(offered).state == "TAKEN"


def test_undone_nobody_is_asked_and_the_offer_is_kept_again(world, queue):
    inside, offered, *_waiting = queue
    change_id = world.ways(Way.ROOM)
    changes.undo_change(actor=world.circle.lead, change_id=change_id, now=NOW)
    assert not world.place(inside).asks_again
    assert world.place(offered).state == "OFFERED"


def test_who_was_quick_in_a_way_that_is_undone_is_asked(world):
    world.ways(Way.ROOM)
    change_id = world.ways(*BOTH, now=NOW + timedelta(minutes=4))
    quick = world.comes()
    changes.undo_change(
        actor=world.circle.lead, change_id=change_id, now=NOW + timedelta(minutes=5)
    )
    assert world.place(quick).asks_again


def test_who_says_yes_comes_over_and_nobody_sits_on_two(world):
    one, two, three = (world.comes() for _ in range(3))
    world.comes(Way.ROOM)
    world.ways(Way.ROOM)
    world.confirms(one)
    assert world.live(one) == [("ROOM", "TAKEN")]
    assert world.page(one).room == "Ruang Melati"
    # The room is full now: whoever lost her place through us is next.
    world.confirms(two)
    world.confirms(two)
    assert world.live(two) == [("ROOM", "WAITING")]
    assert world.place(two, Way.ROOM).turn == Turn.BUMPED
    assert world.live(three) == [("ONLINE", "WAITING")]
    early = world.comes(Way.ROOM)
    world.gives_up(one)
    assert world.live(two) == [("ROOM", "OFFERED")]
    assert world.live(early) == [("ROOM", "WAITING")]


def test_who_takes_a_place_in_another_way_gives_up_the_one_set_aside(world):
    one = world.comes()
    world.ways(Way.ROOM)
    world.comes(Way.ROOM, actor=one)
    assert world.live(one) == [("ROOM", "TAKEN")]
    world.ways(*BOTH)
    assert world.live(one) == [("ROOM", "TAKEN")]


def test_nobody_holds_two_seats_of_one_meeting(world):
    holders = {way: [world.comes(way) for _ in range(2)] for way in BOTH}
    greedy = world.comes()
    world.comes(Way.ROOM, actor=greedy)
    patient = world.comes(Way.ROOM)
    for way in BOTH:
        world.gives_up(holders[way][0])
    assert world.live(greedy) == [("ONLINE", "OFFERED"), ("ROOM", "OFFERED")]
    offers.take_offer(actor=greedy, place_id=world.place(greedy).pk, now=NOW)
    assert world.live(greedy) == [("ONLINE", "TAKEN")]
    assert world.live(patient) == [("ROOM", "OFFERED")]


def test_a_change_of_this_and_the_following_sets_aside_in_each(world):
    inside = world.comes()
    second = meetings_of(world.circle)[1]
    places.take_place(actor=inside, meeting_id=second.pk, way=Way.ONLINE, now=NOW)
    turn(world.circle, world.meeting, weekday=None, at=wib(10).time(), ways=[Way.ROOM])
    asks = Place.objects.filter(enrolment=enrolment_of(world.circle, inside))
    assert set(asks.values_list("state", "asks_again")) == {("TAKEN", True)}


def test_the_list_counts_no_places_of_a_dropped_way(world):
    world.comes(Way.ROOM)
    world.comes(Way.ROOM)
    world.ways(Way.ROOM)
    reader = join(world.circle)
    assert list_circles(actor=reader, now=NOW).own[0].band == "FULL"


def test_a_dropped_way_of_a_closed_circle_offers_nothing_and_keeps_who_is_in():
    circle = make_circle(capacity=1, ways=BOTH)
    first, second = join(circle, way=Way.ONLINE), join(circle, way=Way.ONLINE)

    def plan(*ways):
        group = circle.fresh()
        return setup.change_group(
            actor=circle.lead,
            group_id=group.pk,
            plan=setup.GroupPlan(
                name=group.name, topic=group.topic, capacity=dict.fromkeys(ways, 1)
            ),
            now=NOW,
        )

    plan(Way.ROOM)
    assert enrolment_of(circle, first).state == EnrolmentState.ACTIVE
    enrolment.leave_circle(actor=first, group_id=circle.group.pk, now=NOW)
    waits = Place.objects.filter(enrolment=enrolment_of(circle, second))
    assert (waits.get().state, offers.sweep_offers(now=NOW)) == ("WAITING", 0)
    # It is offered with the change itself, and no minute later.
    plan(*BOTH)
    assert waits.get().state == "OFFERED"


# --- the queue moves with what sets it free --------------------------------------------------


def test_a_circle_that_goes_on_offers_at_once():
    circle = make_circle(capacity=1)
    inside, waits = join(circle), join(circle)
    setup.pause_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    enrolment.leave_circle(actor=inside, group_id=circle.group.pk, now=NOW)
    place = Place.objects.filter(enrolment=enrolment_of(circle, waits))
    assert place.get().state == "WAITING"
    setup.open_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert place.get().state == "OFFERED"


@pytest.mark.parametrize("is_undone", [True, False])
def test_a_meeting_that_takes_place_after_all_offers_at_once(world, is_undone):
    inside, _other, waits = (world.comes() for _ in range(3))
    change_id = meetings.cancel_meeting(
        actor=world.circle.lead, meeting_id=world.meeting.pk, now=NOW
    )
    world.gives_up(inside)
    assert world.live(waits) == [("ONLINE", "WAITING")]
    if is_undone:
        changes.undo_change(actor=world.circle.lead, change_id=change_id, now=NOW)
    else:
        meetings.reinstate_meeting(
            actor=world.circle.lead, meeting_id=world.meeting.pk, now=NOW
        )
    assert world.live(waits) == [("ONLINE", "OFFERED")]


# --- no turn is lost through us --------------------------------------------------------------


def test_an_offer_that_nobody_could_take_burns_no_turn():
    circle = make_circle(capacity=1)
    inside, first, second = (join(circle) for _ in range(3))
    enrolment.leave_circle(actor=inside, group_id=circle.group.pk, now=NOW)
    rows = Place.objects.filter(enrolment=enrolment_of(circle, first))
    number = rows.get().queue_no
    setup.pause_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    late = rows.get().offer_expires_at
    offers.sweep_offers(now=late)
    assert (rows.get().state, rows.get().queue_no) == ("WAITING", number)
    assert not Notification.objects.filter(notice=notices.LAPSED).exists()
    setup.open_group(actor=circle.lead, group_id=circle.group.pk, now=late)
    assert rows.get().state == "OFFERED"
    assert Place.objects.get(enrolment=enrolment_of(circle, second)).state == "WAITING"
    # Where it could be taken, a turn ends as before.
    offers.sweep_offers(now=rows.get().offer_expires_at)
    assert rows.get().state == "LAPSED"


def test_a_meeting_cancelled_for_a_while_burns_no_turn(world):
    inside, _other, offered, waits = (world.comes() for _ in range(4))
    world.gives_up(inside)
    late = world.place(offered).offer_expires_at
    said = {"actor": world.circle.lead, "meeting_id": world.meeting.pk}
    meetings.cancel_meeting(**said, now=NOW)
    offers.sweep_offers(now=late)
    assert world.place(offered).state == "WAITING"
    meetings.reinstate_meeting(**said, now=late)
    assert (world.place(offered).state, world.place(waits).state) == ("OFFERED", "WAITING")
