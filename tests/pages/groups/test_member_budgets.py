"""What a member's pages ask the database, whoever looks, and that nothing adds to it."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.choices import GroupKind, JoinPolicy
from groups.services import enrolment, offers, places
from portal.people.models import User
from tests.factories import NOW
from tests.pages.counselling.conftest import sign_in
from tests.support.clock import at, follow_the_clock
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_member_account,
    meetings_of,
    plan_series,
)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


def gathering(**options):
    """Make a circle that meets every week from tomorrow, beside one more of the agency."""
    circle = make_circle(**options)
    plan_series(circle, starts_on=NOW.date() + timedelta(days=1), at=NOW.time())
    make_circle(agency=circle.agency, head=circle.head)
    return circle


def asked(actor, path: str) -> int:
    """Return how many questions a page asks of somebody whom the process has seen before."""
    browser = sign_in(User.objects.get(pk=actor.user_id))
    assert browser.get(path).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        browser.get(path)
    return len(queries)


def new(circle):
    return make_member_account(circle)


def new_before_a_full_one(circle):
    for _ in range(8):
        join(circle)
    return make_member_account(circle)


def waiting(circle):
    return join(circle, new_before_a_full_one(circle))


def held_back(circle):
    return join(circle, circle.co)


def lapsed(circle):
    actor = waiting(circle)
    (place,) = enrolment_of(circle, actor).places.all()
    offers.decline_offer(actor=actor, place_id=place.pk, now=NOW)
    return actor


def gone(circle):
    actor = join(circle)
    enrolment.leave_circle(actor=actor, group_id=circle.group.pk, now=NOW)
    return actor


def member(circle):
    return join(circle)


def member_with_an_address(circle):
    actor = join(circle)
    user = User.objects.get(pk=actor.user_id)
    EmailAddress.objects.create(user=user, email="payung@kotak.test", verified=True)
    return actor


CLOSED, OPEN = GroupKind.CLOSED, GroupKind.OPEN


@pytest.mark.parametrize(
    ("who", "kind", "most"),
    [
        (new, CLOSED, 11), (new, OPEN, 11), (new_before_a_full_one, CLOSED, 12),
        (waiting, CLOSED, 10), (held_back, CLOSED, 10), (held_back, OPEN, 10),
        (lapsed, CLOSED, 10), (gone, CLOSED, 10), (member, CLOSED, 10), (member, OPEN, 10),
        (member_with_an_address, CLOSED, 11),
    ],
)  # fmt: skip
def test_the_page_of_a_circle(who, kind, most):
    circle = gathering(kind=kind)

    assert asked(who(circle), f"/lingkar/{circle.group.pk}/") <= most


@pytest.mark.parametrize("policy", JoinPolicy.values)
def test_whoever_is_held_back_costs_what_whoever_waits_costs(policy):
    circle = gathering(join_policy=policy)
    path = f"/lingkar/{circle.group.pk}/"

    assert asked(held_back(circle), path) == asked(waiting(circle), path)


@pytest.mark.parametrize("who", [new, waiting, held_back, gone, member])
def test_the_list_of_circles(who):
    circle = gathering()

    assert asked(who(circle), "/lingkar/") <= 9


@pytest.mark.parametrize("kind", GroupKind.values)
@pytest.mark.parametrize("who", [held_back, member])
def test_the_page_of_a_meeting(who, kind):
    circle = gathering(kind=kind)
    actor = who(circle)
    (meeting, *_) = meetings_of(circle)
    if kind == OPEN:
        places.take_place(actor=actor, meeting_id=meeting.pk, way="", now=NOW)

    assert asked(actor, f"/lingkar/pertemuan/{meeting.pk}/") <= 10
