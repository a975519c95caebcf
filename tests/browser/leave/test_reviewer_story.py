"""The reviewer's way from a locked vault to a verdict, and back with what was chosen."""

from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.leave.choices import State, Verdict
from portal.leave.models import Attestation
from portal.leave.services import evidence
from tests.browser.leave import scenes
from tests.browser.walks.hands import Careful, Pointer
from tests.browser.walks.steps import form
from tests.support import leave_cases
from tests.support.leave import Room
from tests.support.reviews import photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MANNERS = [pytest.param(*rest, id=name) for name, *rest in scenes.MANNERS]
WORDS = "Belum bisa tidur."


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def room(transactional_db):
    """An agency in which one certificate of two pages waits, with a few words."""
    room = scenes.make_room()
    first, last = scenes.workdays(length=5)
    now = timezone.now()
    row = leave_cases.sent(room, code="CS", first=first, last=last, words=WORDS, now=now)
    files = [photo("a"), photo("b")]
    evidence.hand_in(actor=room.asker, request_id=row.pk, files=files, now=now)
    return room


def at_the_certificate(hand: Pointer, room: Room) -> Page:
    """Come in, find it in the list, open it, and write the passphrase that is asked for."""
    page = scenes.enter(hand, room, "reviewer")
    page.goto("/m/")
    hand.look()
    expect(page.locator("main")).not_to_contain_text(scenes.NAMES["employee"])
    hand.press(form(page, "/ambil/"))
    page.wait_for_url("**/brankas/buka/")
    scenes.unlock(hand)
    page.wait_for_url("**/m/**")
    expect(page.locator("img.paper")).to_have_count(2)
    return page


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_open_choose_send(open_window, room, kind, window, language):
    hand = kind(open_window(language, **window))
    page = at_the_certificate(hand, room)
    case = urlsplit(page.url).path
    expect(page.locator("main")).to_contain_text(WORDS)
    assert (
        page.locator("main a[href$='.pdf'], main embed, main iframe, main object").count() == 0
    )
    if window.get("java_script_enabled", True):
        for picture in page.locator("img.paper").all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", value=True)
            assert picture.evaluate("image => image.naturalWidth") > 0
    hand.look()

    hand.choose(page.locator("[name=verdict][value=ENOUGH]"))
    hand.press(form(page, case))
    page.wait_for_url("**/m/")
    hand.look()
    assert Attestation.objects.get().verdict == Verdict.ENOUGH
    assert Attestation.objects.get().request.state == State.CONSIDERATION
    page.goto(case)
    expect(page.locator("img.paper")).to_have_count(0)
    hand.look()


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_a_vault_that_locked_meanwhile_keeps_what_was_chosen(
    open_window, room, kind, window, language
):
    hand = kind(open_window(language, **window))
    page = at_the_certificate(hand, room)
    case = urlsplit(page.url).path
    other = page.context.new_page()
    other.goto("/brankas/")
    other.locator("form[action='/brankas/kunci/'] button:not(.vh)").first.click()
    other.wait_for_load_state()
    other.close()

    hand.choose(page.locator("[name=verdict][value=NOT_ENOUGH]"))
    missing = page.locator("[name=missing][value=DATES]")
    if isinstance(hand, Careful) or type(hand) is Pointer:
        hand.choose(missing)
    else:
        hand.reach(missing)
        page.keyboard.press("Space")
    hand.press(page.locator("main form button.wide"))
    expect(page.locator("input[name=passphrase]")).to_be_visible()
    scenes.unlock(hand)

    again = form(page, case)
    expect(again).to_be_visible()
    hand.look()
    hand.press(again)
    page.wait_for_url("**/m/")
    assert Attestation.objects.get().missing == ["DATES"]
