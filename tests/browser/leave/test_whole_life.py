"""One leave among four people, each at a browser of her own, without a script."""

import pytest
from playwright.sync_api import Page, expect

from portal.leave.choices import State
from portal.leave.models import Consideration, Decision, LeaveRequest
from tests.browser.leave import scenes
from tests.browser.walks.hands import Pointer
from tests.browser.walks.steps import form, unfold

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLANTED = "ZX-KEJIWAAN-91"
WORDS = f"Belum bisa tidur, {PLANTED}."


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def room(transactional_db):
    """An agency that does leave."""
    return scenes.make_room()


@pytest.fixture
def hands(open_window, room):
    """Everybody at a small phone without a script, signed in."""
    found = {}
    for number, place in enumerate(("employee", "reviewer", "manager", "official", "hr")):
        language = ("id", "en")[number % 2]
        found[place] = Pointer(open_window(language, **scenes.SMALL_AND_PLAIN))
        scenes.enter(found[place], room, place)
    return found


def test_from_the_question_to_the_dates(room, hands):
    row = _asks(hands["employee"])
    _hands_in(hands["employee"], row)
    _passes_on(hands["reviewer"], row)
    _agrees(hands["manager"])
    _grants(hands["official"], row)
    row.refresh_from_db()
    assert row.state == State.GRANTED

    own = hands["employee"].page
    own.goto(f"/cuti/{row.pk}/")
    hands["employee"].look()
    letter = scenes.words_of(
        scenes.fetch(hands["employee"], own.locator("a[href$='/dokumen/']"))
    )
    assert scenes.NAMES["employee"] in letter
    assert PLANTED not in letter
    team = hands["manager"].page
    team.goto("/t/")
    hands["manager"].look()
    expect(team.locator("main")).to_contain_text(scenes.NAMES["employee"])
    desk = hands["hr"].page
    desk.goto("/h/berjalan/")
    hands["hr"].look()
    for hand in hands.values():
        _says_nothing(hand.page)


def _asks(hand: Pointer) -> LeaveRequest:
    page = hand.page
    page.goto("/")
    hand.press(page.locator("main a[href='/cuti/baru/']"))
    hand.choose(page.locator("[name=start][value=MONDAY]"))
    hand.choose(page.locator("[name=length][value=WEEK]"))
    hand.choose(page.locator("[name=certificate][value=NOW]"))
    unfold(hand, page.locator("[name=words]"))
    hand.write(page.locator("[name=words]"), WORDS)
    hand.press(form(page, "/cuti/baru/"))
    hand.press(page.locator("form[action$='/kirim/'] button.wide"))
    page.wait_for_url(scenes.CERTIFICATE)
    return LeaveRequest.objects.get()


def _hands_in(hand: Pointer, row: LeaveRequest) -> None:
    page = hand.page
    scenes.give(hand, page.locator("[name=papers]"), scenes.JPEG)
    hand.press(page.locator("main form button.wide"))
    page.wait_for_url(scenes.REQUEST)
    row.refresh_from_db()
    assert row.state == State.EVIDENCE_REVIEW


def _passes_on(hand: Pointer, row: LeaveRequest) -> None:
    page = hand.page
    page.goto("/m/")
    hand.press(form(page, f"/m/{row.pk}/ambil/"))
    scenes.unlock(hand)
    page.wait_for_url(f"**/m/{row.pk}/")
    expect(page.locator("main")).to_contain_text(PLANTED)
    hand.choose(page.locator("[name=verdict][value=ENOUGH]"))
    hand.press(page.locator("main form button.wide"))
    page.wait_for_url("**/m/")
    hand.look()


def _agrees(hand: Pointer) -> None:
    page = hand.page
    question = Consideration.objects.get()
    page.goto("/t/")
    hand.press(page.locator(f"a.btn[href='/t/{question.pk}/']"))
    hand.choose(page.locator("[name=opinion][value=AGREED]"))
    hand.press(page.locator("main form button.wide"))
    page.wait_for_url("**/t/")


def _grants(hand: Pointer, row: LeaveRequest) -> None:
    page = hand.page
    page.goto("/h/")
    hand.press(page.locator(f"a.btn[href='/h/{row.pk}/putus/']"))
    hand.press(form(page, f"/h/{row.pk}/putus/"))
    page.wait_for_url("**/h/")
    hand.press(form(page, f"/h/putusan/{Decision.objects.get().pk}/tanda-tangan/"))
    expect(page.locator(".undo form")).to_have_count(0)


def _says_nothing(page: Page) -> None:
    page.goto("/saya/kabar/")
    assert PLANTED not in page.content()
