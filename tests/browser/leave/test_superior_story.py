"""A superior is asked about dates, answers in one of four boxes, and is never told why."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.leave.choices import Opinion
from portal.leave.models import Consideration
from tests.browser.leave import scenes
from tests.browser.walks.hands import Careful, Pointer
from tests.factories import make_employee
from tests.support import leave_cases
from tests.support.leave_team import stands_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MANNERS = [pytest.param(*rest, id=name) for name, *rest in scenes.MANNERS]
BOXES = [
    pytest.param(Opinion.AGREED, {}, id="agreed"),
    pytest.param(Opinion.CHANGED, {"reason": "UNIT_FULL"}, id="changed"),
    pytest.param(Opinion.DEFER, {"reason": "URGENT_DUTY"}, id="defer"),
    pytest.param(Opinion.DISAGREED, {"reason": "URGENT_DUTY"}, id="disagreed"),
]
WHY = re.compile(r"\bsakit\b|\bsick\b|diagnos|penyakit|illness", re.IGNORECASE)
"""No page that asks a superior says any of these."""


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def room(transactional_db):
    """An agency in which somebody has just asked for sick leave."""
    room = scenes.make_room()
    first, last = scenes.workdays(length=5)
    leave_cases.sent(room, code="CS", first=first, last=last, now=timezone.now())
    return room


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_from_the_first_page_to_the_answer(open_window, room, kind, window, language):
    hand = kind(open_window(language, **window))
    page = scenes.enter(hand, room, "manager")
    page.goto("/")
    hand.look()
    hand.press(page.locator("main a.btn[href='/t/']"))
    page.wait_for_url("**/t/")
    hand.look()
    question = Consideration.objects.get()
    hand.press(page.locator(f"a.btn[href='/t/{question.pk}/']"))
    page.wait_for_url(f"**/t/{question.pk}/")
    hand.look()
    expect(page.locator("main")).to_contain_text(scenes.NAMES["employee"])
    assert not WHY.search(page.locator("main").inner_text())
    expect(page.locator("[name=opinion]")).to_have_count(4)

    hand.press(page.locator("main form button.wide"))
    expect(page.locator(".errsum")).to_be_visible()
    hand.look()
    hand.choose(page.locator("[name=opinion][value=AGREED]"))
    hand.press(page.locator("main form button.wide"))
    page.wait_for_url("**/t/")
    hand.look()
    question.refresh_from_db()
    assert question.opinion == Opinion.AGREED

    hand.press(page.locator("main a[href='/t/cara/']"))
    page.wait_for_url("**/t/cara/")
    hand.look()


@pytest.mark.parametrize(("opinion", "more"), BOXES)
def test_each_of_the_four_boxes(open_window, room, opinion, more):
    hand = Pointer(open_window("en", 320, java_script_enabled=False))
    page = scenes.enter(hand, room, "manager")
    question = Consideration.objects.get()
    page.goto(f"/t/{question.pk}/")
    hand.choose(page.locator(f"[name=opinion][value={opinion}]"))
    for name, value in more.items():
        hand.choose(page.locator(f"[name={name}][value={value}]"))
    if opinion == Opinion.CHANGED:
        first, last = scenes.workdays(weeks=4)
        hand.write(page.locator("[name=other_first]"), first.isoformat())
        hand.write(page.locator("[name=other_last]"), last.isoformat())
    hand.press(page.locator("main form button.wide"))
    page.wait_for_url("**/t/")
    hand.look()
    question.refresh_from_db()
    assert (question.opinion, question.reason) == (opinion, more.get("reason", ""))


def test_a_stand_in_is_asked_in_her_place(open_window, room):
    today, (first, last) = scenes.today(), scenes.workdays(weeks=3)
    stands_in(room.manager, room.director, first=today, last=today + timedelta(days=9))
    peer = make_employee(
        "sejawat", agency=room.agency, unit=room.unit, manager=room.manager, full_name="Yo"
    )
    row = leave_cases.sent(room, employee=peer, first=first, last=last, now=timezone.now())
    hand = Careful(open_window("id", 320))
    page = scenes.enter(Pointer(hand.page), room, "director")
    page.goto("/t/")
    hand.look()
    question = Consideration.objects.get(request=row)
    hand.press(page.locator(f"a.btn[href='/t/{question.pk}/']"))
    page.wait_for_url(f"**/t/{question.pk}/")
    expect(page.locator("main")).to_contain_text(scenes.NAMES["manager"])
    hand.look()
    hand.choose(page.locator("[name=opinion][value=AGREED]"))
    hand.press(page.locator("main form button.wide"))
    page.wait_for_url("**/t/")
    question.refresh_from_db()
    assert question.acted_by == room.director
    page.goto("/t/wakil/")
    scenes.read_in_full(hand)


def test_an_empty_page_says_so(open_window, room):
    Consideration.objects.all().delete()
    hand = Careful(open_window("en", 320))
    page = scenes.enter(Pointer(hand.page), room, "director")
    page.goto("/t/")
    hand.look()
