"""One meeting from both sides, walked by pointer, without a script, and with the keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.walks import cast as people
from tests.browser.walks import steps
from tests.browser.walks.hands import Careful, Keyboard, Pointer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL_AND_PLAIN = {"width": 320, "java_script_enabled": False}
KEYS = {"width": 1280}
MANNERS = [
    pytest.param(Careful, {"width": 1280}, "id", id="careful-id"),
    pytest.param(Pointer, SMALL_AND_PLAIN, "id", id="320-no-script-id"),
    pytest.param(Pointer, SMALL_AND_PLAIN, "en", id="320-no-script-en"),
    pytest.param(Keyboard, {"width": 320}, "id", id="320-keyboard-id"),
    pytest.param(Keyboard, KEYS, "en", id="keyboard-en"),
]
GREETINGS = {"id": "Sampai jumpa", "en": "See you"}
NOTE = "Ingin mulai dari tidur."


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    """Let staff in with a password alone; second factors are walked among the accounts."""
    settings.REQUIRE_STAFF_MFA = False


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_rina_books_keeps_moves_and_cancels(open_window, kind, window, language):
    cast = people.make_cast()
    hand = kind(open_window(language, **window))
    page = people.sign_in(hand, cast.rina)
    assert page.locator("html").get_attribute("lang") == language

    starts_at = steps.choose_nearest(hand)
    steps.confirm(hand)
    expect(page.locator("h1")).to_contain_text(GREETINGS[language])
    meeting = people.open_meeting(cast.rina)
    assert meeting.period.lower == starts_at
    steps.find_in_own_list(hand)
    steps.read_inbox(hand)
    steps.get_calendar_file(hand, starts_at)
    moved_to = steps.move(hand)
    assert moved_to != starts_at
    assert people.open_meeting(cast.rina).period.lower == moved_to
    steps.get_calendar_file(hand, moved_to)
    steps.cancel(hand)

    hand.press(page.locator("button.slot").first)
    page.wait_for_url(steps.MEETING)
    steps.write_beforehand(hand, NOTE, alias="Rina W")
    hand.press(steps.form(page, "/pesan/"))
    expect(page.locator(".errsum")).to_be_visible()
    hand.look()
    assert page.title().startswith(("Perbaiki:", "Fix:"))
    assert page.locator("[name=alias]").input_value() == "Rina W"
    assert page.locator("[name=note]").input_value() == NOTE
    hand.write(page.locator("[name=alias]"), "Hujan Sore")
    steps.confirm(hand)
    expect(page.locator("main")).to_contain_text("Hujan Sore")


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_sari_reads_notes_and_keeps_her_hours(open_window, kind, window, language):
    cast = people.make_cast()
    meeting_id = people.begun_meeting(cast)
    hand = kind(open_window(language, **window))
    page = people.sign_in(hand, cast.sari)
    hand.press(page.locator("nav.nav a[href='/k/']"))
    page.wait_for_url("**/k/")
    hand.look()
    expect(page.locator("main")).not_to_contain_text("Bram")
    alias = page.locator("main li.card b, main .leafy b").first.inner_text()
    assert alias

    hand.press(page.locator(f"main a[href='/k/temu/{meeting_id}/']"))
    page.wait_for_url(f"**/k/temu/{meeting_id}/")
    steps.open_what_was_written(hand, people.NOTE)
    assert page.url.endswith(f"/k/temu/{meeting_id}/")
    expect(page.locator("main")).to_contain_text(alias)
    steps.note_attendance(hand)
    hand.press(steps.form(page, "/brankas/kunci/"))
    expect(page.locator("main a[href='/brankas/buka/']")).to_be_visible()
    page.goto(f"/k/temu/{meeting_id}/")
    expect(page.locator("main")).not_to_contain_text(people.NOTE.splitlines()[0])
    steps.change_hours(hand)
