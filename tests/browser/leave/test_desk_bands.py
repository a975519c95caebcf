"""HR sets bands of the allowance by keyboard alone, on a small phone, without a script."""

import pytest
from playwright.sync_api import expect

from portal.leave.models import PayBand
from tests.browser.leave import scenes
from tests.browser.walks.hands import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


def test_bands_are_set_by_keyboard(open_window):
    room = scenes.make_room()
    PayBand.objects.filter(agency=room.agency).delete()
    hand = Keyboard(open_window("id", 320, java_script_enabled=False))
    page = scenes.enter(hand, room, "hr")
    page.goto("/h/aturan/potongan/")
    hand.look()
    hand.press(page.locator("a[href$='/potongan/sakit/']"))
    hand.look()
    send = page.locator("main form button.wide")
    for name, text in (("code_1", "S0"), ("percent_1", "0"), ("from_1", "2")):
        hand.write(page.locator(f"[name={name}]"), text)
    hand.press(send)
    expect(page.locator(".errsum a")).to_have_count(3)
    hand.look()
    hand.write(page.locator("[name=valid_from]"), "2027-01-01")
    hand.write(page.locator("[name=legal_basis]"), "Peraturan 6/2026")
    hand.write(page.locator("[name=from_1]"), "1")
    hand.press(send)
    page.wait_for_url("**/h/aturan/potongan/")
    expect(page.locator("main")).to_contain_text("S0: ")
    hand.look()
    assert PayBand.objects.get(agency=room.agency).code == "S0"
