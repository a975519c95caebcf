"""Places meeting by meeting: queues, offers near the start, words ahead of a meeting."""

from datetime import timedelta

import pytest
from django.http import Http404

from groups import notices
from groups.choices import (
    Band,
    GroupKind,
    Mark,
    MeetingStatus,
    PlaceState,
    Refusal,
    Way,
)
from groups.models import Attendance, CapacityPool, Meeting, Place
from groups.selectors.circles import get_circle_page, get_meeting_page, list_coming
from groups.services import enrolment, offers, places
from groups.services.room_secrets import rotate_secrets
from portal.notifications.models import Notification
from tests.factories import NOW, wib
from tests.services.groups.test_joining import refused
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_member_account,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db

FRIDAY = wib(0).date() + timedelta(days=4)
START = wib(10, day=FRIDAY)


def opened(*, capacity=1, ways=(Way.ROOM,)):
    circle = make_circle(kind=GroupKind.OPEN, capacity=capacity, ways=ways)
    plan_series(circle, starts_on=FRIDAY, at=START.time(), meetings=3)
    return circle, meetings_of(circle)[0]


def take(actor, meeting, *, way="", now=NOW) -> PlaceState:
    return places.take_place(actor=actor, meeting_id=meeting.pk, way=way, now=now)


def give_up(actor, meeting, *, now=NOW) -> None:
    places.give_up_place(actor=actor, meeting_id=meeting.pk, now=now)


def claim_of(circle, actor) -> Place:
    return Place.objects.filter(enrolment=enrolment_of(circle, actor)).latest("queue_no")


def page_of(actor, meeting, *, now=NOW):
    return get_meeting_page(actor=actor, meeting_id=meeting.pk, now=now)


def test_each_meeting_has_places_of_its_own():
    circle, meeting = opened()
    other = meetings_of(circle)[1]
    rina, dewi = join(circle), join(circle)
    assert [take(one, meeting) for one in (rina, rina, dewi, dewi)] == [
        "TAKEN", "TAKEN", "WAITING", "WAITING",
    ]  # fmt: skip
    assert take(dewi, other) == PlaceState.TAKEN
    assert [row.id for row in list_coming(actor=rina, now=NOW)] == [meeting.pk]
    rows = get_circle_page(actor=rina, group_id=circle.group.pk, now=NOW).meetings
    assert [row.place_state for row in rows] == [PlaceState.TAKEN, None, None]


def test_giving_up_a_place_offers_it_to_the_next():
    circle, meeting = opened()
    rina, dewi, tia = (join(circle) for _ in range(3))
    for one in (rina, dewi, tia):
        take(one, meeting)
    give_up(rina, meeting)
    place = claim_of(circle, dewi)
    assert place.state == PlaceState.OFFERED
    # A third of four days, or eight waking hours: the shorter.
    assert place.offer_expires_at <= NOW + (START - NOW) / 3
    assert page_of(dewi, meeting).offer.place_id == place.pk
    offers.take_offer(actor=dewi, place_id=place.pk, now=NOW)
    assert claim_of(circle, tia).state == PlaceState.WAITING


def test_who_comes_by_takes_no_seat_that_the_queue_has_not_been_asked_for():
    circle, meeting = opened()
    rina, dewi, tia = (join(circle) for _ in range(3))
    take(rina, meeting), take(dewi, meeting)
    # Free, with somebody waiting, and the sweep has not come by yet.
    CapacityPool.objects.filter(meeting=meeting).update(capacity=2)
    assert take(tia, meeting) == PlaceState.WAITING
    assert claim_of(circle, dewi).state == PlaceState.OFFERED


def test_shortly_before_the_first_to_press_has_it():
    circle, meeting = opened()
    rina, dewi, tia = (join(circle) for _ in range(3))
    for one in (rina, dewi, tia):
        take(one, meeting)
    soon = START - timedelta(minutes=90)
    give_up(rina, meeting, now=soon)
    assert claim_of(circle, dewi).state == PlaceState.WAITING
    for _ in range(2):
        assert offers.sweep_offers(now=soon) == 0
    told = Notification.objects.filter(notice=notices.FIRST_COME)
    assert {bytes(row.recipient_tag) for row in told} == {
        bytes(enrolment_of(circle, one).member_tag) for one in (dewi, tia)
    }
    assert told.count() == 2
    assert page_of(tia, meeting, now=soon).can_take
    assert take(tia, meeting, now=soon) == PlaceState.TAKEN
    assert take(dewi, meeting, now=soon) == PlaceState.WAITING
    assert not Notification.objects.filter(notice=notices.OFFERED).exists()


@pytest.mark.parametrize("minutes", [30, 5])
def test_nothing_is_offered_or_told_in_the_last_half_hour(minutes):
    circle, meeting = opened()
    rina, dewi = join(circle), join(circle)
    take(rina, meeting), take(dewi, meeting)
    soon = START - timedelta(minutes=minutes)
    give_up(rina, meeting, now=soon)
    assert offers.sweep_offers(now=soon) == 0
    assert claim_of(circle, dewi).state == PlaceState.WAITING
    assert not Notification.objects.filter(
        notice__in=[notices.OFFERED, notices.FIRST_COME]
    ).exists()
    # Still, who comes by may have it.
    assert take(dewi, meeting, now=soon) == PlaceState.TAKEN


def test_after_the_start_and_without_a_meeting_nothing_is_given():
    circle, meeting = opened()
    rina, dewi, tia = (join(circle) for _ in range(3))
    take(rina, meeting), take(dewi, meeting)
    assert refused(lambda: take(tia, meeting, now=START)) == Refusal.STARTED
    late = START + timedelta(hours=3)
    assert refused(lambda: take(tia, meeting, now=late)) == Refusal.OVER
    assert refused(lambda: give_up(rina, meeting, now=START)) == Refusal.STARTED
    Meeting.objects.filter(pk=meeting.pk).update(
        status=MeetingStatus.CANCELLED, cancel_reason="PLAN"
    )
    assert refused(lambda: take(tia, meeting)) == Refusal.CHANGED
    give_up(rina, meeting)
    assert offers.sweep_offers(now=NOW) == 0
    assert claim_of(circle, dewi).state == PlaceState.WAITING


def test_an_offer_for_a_meeting_that_was_cancelled_is_gone():
    circle, meeting = opened()
    rina, dewi = join(circle), join(circle)
    take(rina, meeting), take(dewi, meeting)
    give_up(rina, meeting)
    Meeting.objects.filter(pk=meeting.pk).update(
        status=MeetingStatus.CANCELLED, cancel_reason="PLAN"
    )
    place = claim_of(circle, dewi)
    late = lambda: offers.take_offer(actor=dewi, place_id=place.pk, now=NOW)  # noqa: E731
    assert refused(late) == Refusal.OFFER_GONE


def test_two_queues_and_one_place():
    circle, meeting = opened(ways=(Way.ROOM, Way.ONLINE))
    for way in circle.group.ways:
        take(join(circle), meeting, way=way)
    rina = join(circle)
    for way in circle.group.ways:
        assert take(rina, meeting, way=way) == PlaceState.WAITING
    holder = Place.objects.get(pool__way=Way.ROOM, state=PlaceState.TAKEN)
    soon = START - timedelta(hours=1)
    Place.objects.filter(pk=holder.pk).update(state=PlaceState.RELEASED, seat_no=None)
    assert take(rina, meeting, way=Way.ROOM, now=soon) == PlaceState.TAKEN
    live = Place.objects.filter(enrolment=enrolment_of(circle, rina)).exclude(
        state=PlaceState.RELEASED
    )
    assert [place.pool.way for place in live] == [Way.ROOM]
    assert refused(lambda: take(join(circle), meeting, way="TELEPON")) == (
        Refusal.WAY_NOT_OFFERED
    )


def test_the_pattern_changes_coming_meetings_too():
    circle, meeting = opened()
    rina, dewi = join(circle), join(circle)
    take(rina, meeting), take(dewi, meeting)
    places.set_capacity(
        actor=circle.lead, group_id=circle.group.pk, way=Way.ROOM, capacity=2, now=NOW
    )
    assert set(CapacityPool.objects.values_list("capacity", flat=True)) == {2}
    assert claim_of(circle, dewi).state == PlaceState.OFFERED


def test_a_stranger_finds_no_meeting():
    circle, meeting = opened()
    for deed in (give_up, take, page_of):
        with pytest.raises(Http404):
            deed(make_member_account(circle), meeting)


def test_where_it_is_shows_to_who_has_a_place():
    circle, meeting = opened()
    rina, dewi = join(circle), join(circle)
    take(rina, meeting), take(dewi, meeting)
    assert page_of(rina, meeting).room == "Ruang Melati"
    assert page_of(dewi, meeting).room == ""
    assert page_of(dewi, meeting).ways[0].band == Band.FULL


def test_the_room_is_open_to_who_has_a_place_and_in_time():
    circle, meeting = opened(ways=(Way.ONLINE,))
    rotate_secrets(meetings=[meeting])
    rina, dewi = join(circle), join(circle)
    take(rina, meeting), take(dewi, meeting)
    for minutes, is_open in ((16, False), (15, True), (-10, True), (-120, False)):
        now = START - timedelta(minutes=minutes)
        assert page_of(rina, meeting, now=now).is_room_open is is_open
        assert not page_of(dewi, meeting, now=now).is_room_open


def test_a_meeting_that_moved_is_confirmed():
    circle, meeting = opened()
    rina = join(circle)
    take(rina, meeting)
    Place.objects.update(asks_again=True)
    assert page_of(rina, meeting).asks_again
    places.confirm_place(actor=rina, meeting_id=meeting.pk, now=NOW)
    assert not page_of(rina, meeting).asks_again


# ---- words ahead of a meeting


def excuse(actor, meeting, *, now=NOW):
    places.excuse(actor=actor, meeting_id=meeting.pk, now=now)


def test_saying_that_one_does_not_come_and_coming_after_all():
    circle = make_circle()
    plan_series(circle, starts_on=FRIDAY, at=START.time(), meetings=3)
    meeting = meetings_of(circle)[0]
    rina = join(circle)
    for _ in range(2):
        excuse(rina, meeting)
    assert Attendance.objects.get().mark == Mark.EXCUSED
    assert page_of(rina, meeting).is_excused
    assert meeting.pk not in {row.id for row in list_coming(actor=rina, now=NOW)}
    places.take_back_excuse(actor=rina, meeting_id=meeting.pk, now=NOW)
    assert not Attendance.objects.exists()
    assert refused(lambda: excuse(rina, meeting, now=START)) == Refusal.STARTED
    # The place in the circle is hers all the time.
    assert Place.objects.get().state == PlaceState.TAKEN


def test_in_an_open_group_the_place_goes_on():
    circle, meeting = opened()
    rina, dewi = join(circle), join(circle)
    take(rina, meeting), take(dewi, meeting)
    excuse(rina, meeting)
    assert claim_of(circle, dewi).state == PlaceState.OFFERED


def test_who_only_waits_says_nothing_ahead():
    circle = make_circle(capacity=1)
    plan_series(circle, starts_on=FRIDAY, at=START.time(), meetings=1)
    join(circle)
    waiting = join(circle)
    meeting = meetings_of(circle)[0]
    assert refused(lambda: excuse(waiting, meeting)) == Refusal.NOT_MEMBER
    assert refused(lambda: take(waiting, meeting)) == Refusal.NOT_MEMBER


def test_who_leaves_gives_up_all_her_places():
    circle, meeting = opened()
    rina, dewi = join(circle), join(circle)
    take(rina, meeting), take(dewi, meeting)
    enrolment.leave_circle(actor=rina, group_id=circle.group.pk, now=NOW)
    assert claim_of(circle, dewi).state == PlaceState.OFFERED


def test_somebody_on_a_break_is_not_asked():
    circle, meeting = opened()
    rina, dewi, tia = (join(circle) for _ in range(3))
    for one in (rina, dewi, tia):
        take(one, meeting)
    enrolment.pause_circle(actor=dewi, group_id=circle.group.pk, now=NOW)
    give_up(rina, meeting)
    assert claim_of(circle, dewi).state == PlaceState.WAITING
    assert claim_of(circle, tia).state == PlaceState.OFFERED
