"""Leave in one's own calendar, an address that can be taken back, and the code on a paper."""

import re
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.browser.leave import scenes
from tests.browser.walks.hands import Careful, Pointer
from tests.browser.walks.steps import form

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MANNERS = [pytest.param(*rest, id=name) for name, *rest in scenes.MANNERS]
NEUTRAL = {"Cuti", "Leave"}
CHECK = re.compile(r"/periksa/[\w-]+/")


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def room(transactional_db):
    """An agency in which somebody's leave is granted."""
    room = scenes.make_room()
    first, last = scenes.workdays()
    room.leave = scenes.in_force(room, first=first, last=last)
    return room


def feed_of(page: Page, slug: str) -> str:
    """Return the path a feed is read at, as the page prints it."""
    return urlsplit(page.locator(f"section[aria-labelledby={slug}] .code").inner_text()).path


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_an_address_is_made_and_taken_back(open_window, room, kind, window, language):
    hand = kind(open_window(language, **window))
    page = scenes.enter(hand, room, "employee")
    page.goto("/cuti/")
    hand.press(page.locator("main a[href='/cuti/kalender/']"))
    page.wait_for_url("**/cuti/kalender/")
    hand.look()
    hand.press(form(page, "/baru/").first)
    expect(page.locator(".code")).to_be_visible()
    hand.look()

    path = urlsplit(page.locator(".code").inner_text()).path
    read = open_window(language).request.get(path)
    assert read.status == 200
    (event,) = Calendar.from_ical(read.body()).walk("VEVENT")
    assert str(event["SUMMARY"]) in NEUTRAL
    assert scenes.NAMES["employee"] not in read.text()

    hand.press(form(page, "/hapus/"))
    expect(page.locator(".code")).to_have_count(0)
    assert open_window(language).request.get(path).status == 404


def test_a_manager_finds_names_and_days(open_window, room):
    hand = Careful(open_window("en", 320))
    page = scenes.enter(Pointer(hand.page), room, "manager")
    page.goto("/cuti/kalender/")
    expect(form(page, "/baru/")).to_have_count(2)
    hand.look()
    hand.press(form(page, "/baru/").last)
    expect(page.locator(".code")).to_be_visible()
    hand.look()
    path = urlsplit(page.locator(".code").inner_text()).path
    (event,) = Calendar.from_ical(page.request.get(path).body()).walk("VEVENT")
    assert scenes.NAMES["employee"] in str(event["SUMMARY"])


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_code_on_the_letter_says_a_number_and_no_more(open_window, room, language):
    hand = Pointer(open_window(language, 320, java_script_enabled=False))
    page = scenes.enter(hand, room, "employee")
    page.goto(f"/cuti/{room.leave.pk}/")
    letter = scenes.words_of(scenes.fetch(hand, page.locator("a[href$='/dokumen/']")))
    entry = scenes.fetch(hand, page.locator("a[href$='/kalender/'].btn"))
    (event,) = Calendar.from_ical(entry).walk("VEVENT")
    assert str(event["SUMMARY"]) in NEUTRAL

    (path,) = set(CHECK.findall(letter.replace("\r\n", "").replace("\n", "")))
    stranger = Pointer(open_window(language, 320, java_script_enabled=False))
    stranger.page.goto(path)
    stranger.look()
    said = stranger.page.locator("main").inner_text()
    number = re.search(r"\d+/\w+/\d{4}", said)
    assert number
    assert number.group() in letter
    assert scenes.NAMES["employee"] not in said
    assert str(room.leave.first_day.year) not in said.replace(number.group(), "")
    stranger.page.goto(path.replace(path[10:14], "zzzz"))
    stranger.look()
