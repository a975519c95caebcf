"""Leaving fast from the pages that matter most."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walks import cast as people
from tests.browser.walks import steps
from tests.browser.walks.hands import Keyboard, Pointer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOTE = "Ingin mulai dari tidur."


def _leave(page: Page, how: str) -> None:
    button = page.locator("form[data-exit] button")
    if how == "shift":
        for _ in range(3):
            page.keyboard.press("Shift")
    elif how == "keys":
        Keyboard(page).press(button)
    else:
        button.click()
    page.wait_for_url("**/kalender/")


@pytest.mark.parametrize("how", ["click", "shift", "keys", "no-script"])
def test_nothing_comes_back(open_window, how):
    cast = people.make_cast()
    meeting_id = people.meeting_later_today(cast, cast.rina)
    page = people.sign_in(
        Pointer(open_window(java_script_enabled=how != "no-script")), cast.rina
    )
    for path in ("/saya/", "/temu/", f"/temu/{meeting_id}/", f"/temu/{meeting_id}/pindah/"):
        page.goto(path)
    cookies = page.context.cookies()
    _leave(page, how)
    Pointer(page).look()
    expect(page.locator("nav.nav")).to_have_count(0)
    for _ in range(4):
        page.go_back()
        page.wait_for_load_state()
        # Where the browser asks anew it is led to the door; nothing of before is shown.
        assert page.locator("nav.nav, button.slot, .sum").count() == 0
        expect(page.locator("body")).not_to_contain_text("Sari")
    # A copy of the cookie is worth nothing: the session itself has ended.
    page.context.add_cookies(cookies)
    page.goto(f"/temu/{meeting_id}/")
    assert "/masuk/" in page.url


def test_what_was_being_written_is_gone(open_window):
    cast = people.make_cast()
    hand = Pointer(open_window("id", 320))
    page = people.sign_in(hand, cast.rina)
    steps.choose_nearest(hand)
    steps.write_beforehand(hand, NOTE, alias="Hujan Sore")
    _leave(page, "click")
    page.go_back()
    page.wait_for_load_state()
    assert "/masuk/" in page.url or page.url.endswith("/kalender/")
    assert page.locator("[name=note]").count() == 0


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", [320, 1280])
def test_there_is_one_way_to_sign_out_and_it_works(open_window, width, script):
    cast = people.make_cast()
    hand = Pointer(open_window("id", width, java_script_enabled=script))
    page = people.sign_in(hand, cast.rina)
    page.goto("/temu/")
    button = page.get_by_role("button", name="Keluar", exact=True)
    expect(button).to_have_count(1)
    button.click()
    page.wait_for_url("**/masuk/")
    page.goto("/temu/")
    expect(page.locator("nav.nav")).to_have_count(0)
