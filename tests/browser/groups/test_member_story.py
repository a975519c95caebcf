"""Somebody joins a circle, waits, takes a place and leaves: by keyboard, without a script."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from groups.choices import EnrolmentState, Way
from groups.services import enrolment
from portal.people.models import User
from portal.wellbeing.services import seed_contacts
from tests.browser.walks import cast as people
from tests.browser.walks import steps
from tests.browser.walks.hands import Careful, Keyboard, Pointer
from tests.factories import account, make_employee
from tests.support.groups import Circle, enrolment_of, join, make_circle, plan_series

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CIRCLE = re.compile(r"/lingkar/[0-9a-f-]{36}/$")


def make_story(**options) -> tuple[Circle, User]:
    """Make a circle that meets from tomorrow on, and somebody of its agency."""
    now = timezone.now()
    seed_contacts(now=now)
    circle = make_circle(name="Lingkar Kenanga", topic="Kerja tanpa henti", **options)
    tomorrow = (now + timedelta(days=1)).astimezone(ZoneInfo("Asia/Jakarta"))
    plan_series(
        circle,
        starts_on=tomorrow.date(),
        at=tomorrow.time().replace(hour=15, minute=0),
        now=now,
    )
    rina = make_employee("rina", full_name="Rina Wulandari", agency=circle.agency).user
    return circle, rina


def state_of(circle: Circle, user: User) -> str:
    """Return what somebody is in the circle."""
    return enrolment_of(circle, account(user)).state


def walk_to_the_circle(hand: Pointer) -> Page:
    """Press Circles in the menu, then the circle: two presses."""
    page = hand.page
    hand.press(page.locator("nav.nav a[href='/lingkar/']"))
    page.wait_for_url("**/lingkar/")
    hand.look()
    hand.press(page.locator("main li.card a.btn").first)
    page.wait_for_url(CIRCLE)
    hand.look()
    return page


@pytest.mark.parametrize("language", ["id", "en"])
def test_joining_takes_three_presses_of_a_key(open_window, language):
    circle, rina = make_story()
    hand = Keyboard(open_window(language, 320, java_script_enabled=False))
    people.sign_in(hand, rina)

    page = walk_to_the_circle(hand)
    hand.press(steps.form(page, "/ikut/"))
    expect(page.locator("form[action$='/jeda/']")).to_have_count(1)
    hand.look()

    assert state_of(circle, rina) == EnrolmentState.ACTIVE
    hand.press(page.locator("main li.call a.btn").first)
    page.wait_for_url("**/lingkar/pertemuan/**")
    hand.look()
    steps.unfold(hand, steps.form(page, "/izin/"))
    hand.press(steps.form(page, "/izin/"))
    hand.press(steps.form(page, "/datang/"))
    expect(steps.form(page, "/izin/")).to_have_count(1)
    page.go_back()


@pytest.mark.parametrize("language", ["id", "en"])
def test_waiting_taking_an_offer_and_leaving(open_window, language):
    circle, rina = make_story(capacity=1)
    first = join(circle, now=timezone.now())
    hand = Keyboard(open_window(language, 320, java_script_enabled=False))
    people.sign_in(hand, rina)

    page = walk_to_the_circle(hand)
    hand.press(steps.form(page, "/ikut/"))
    expect(page.locator("form[action$='/keluar/']")).to_have_count(1)
    hand.look()
    assert state_of(circle, rina) == EnrolmentState.WAITING

    enrolment.leave_circle(actor=first, group_id=circle.group.pk, now=timezone.now())
    walk_to_the_circle(hand)
    hand.press(steps.form(page, "/ambil/"))
    expect(page.locator("form[action$='/jeda/']")).to_have_count(1)
    hand.look()
    assert state_of(circle, rina) == EnrolmentState.ACTIVE

    steps.unfold(hand, steps.form(page, "/keluar/"))
    hand.press(steps.form(page, "/keluar/"))
    expect(steps.form(page, "/ikut/")).to_have_count(1)
    hand.look()
    assert state_of(circle, rina) == EnrolmentState.LEFT


def test_a_no_comes_back_at_its_field_with_the_focus_on_it(open_window):
    _circle, rina = make_story(ways=[Way.ROOM, Way.ONLINE])
    hand = Pointer(open_window("id", 320))
    people.sign_in(hand, rina)
    page = walk_to_the_circle(hand)

    hand.write(page.locator("[name=alias]"), "Rina")
    hand.press(steps.form(page, "/ikut/"))

    expect(page.locator(".errsum")).to_be_focused()
    assert page.locator("[name=alias]").input_value() == "Rina"
    assert page.title().startswith("Perbaiki:")
    hand.look()
    hand.write(page.locator("[name=alias]"), "Hujan Pagi")
    hand.press(steps.form(page, "/ikut/"))
    expect(page.locator("form[action$='/jeda/']")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("Hujan Pagi")


def test_axe_reads_every_state_of_a_circle(open_window):
    circle, rina = make_story(capacity=1, ways=[Way.ONLINE])
    first = join(circle, now=timezone.now())
    hand = Careful(open_window("id", 320))
    people.sign_in(Pointer(hand.page), rina)
    page = walk_to_the_circle(hand)
    page.locator("form[action$='/ikut/'] button").click()
    hand.look()
    enrolment.leave_circle(actor=first, group_id=circle.group.pk, now=timezone.now())
    page.reload()
    hand.look()
    steps.form(page, "/ambil/").click()
    for fold in page.locator("main details").all():
        fold.evaluate("e => { e.open = true }")
    hand.look()
    for path in ("/", "/saya/", "/saya/atur/"):
        page.goto(path)
        hand.look()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_menu_fits_on_one_line_of_a_small_phone(open_window, language):
    circle, rina = make_story()
    join(circle, account(rina), now=timezone.now())
    page = people.sign_in(Pointer(open_window(language, 320)), rina)
    assert page.locator("nav.nav .count").count() == 1
    tops = {round(one.bounding_box()["y"]) for one in page.locator("nav.nav li").all()}
    assert len(tops) == 1
