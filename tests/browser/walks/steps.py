"""What an employee and a counsellor do, told once and walked with any hand in any language."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from icalendar import Calendar
from playwright.sync_api import Locator, Page, expect

from tests.browser.walks import looks
from tests.browser.walks.hands import Pointer
from tests.factories import PASSPHRASE

MEETING = re.compile(r"/temu/[0-9a-f-]{36}/$")
NEUTRAL_TITLES = {"Agenda", "Janji", "Appointment"}


def form(page: Page, ending: str) -> Locator:
    """Return the buttons of the forms of a page that lead to an address ending so."""
    return page.locator(f"form[action$='{ending}'] button:not(.vh)")


def unfold(hand: Pointer, inside: Locator) -> None:
    """Open what something is folded into, if it is."""
    fold = inside.locator("xpath=ancestor-or-self::details[not(@open)]").first
    if fold.count():
        hand.press(fold.locator("summary").first)


def choose_nearest(hand: Pointer) -> datetime:
    """Press the first of the three times on the first page; return its instant."""
    page = hand.page
    page.wait_for_load_state()
    offered = page.locator("button.slot")
    expect(offered).to_have_count(3)
    hand.look()
    starts_at = datetime.fromisoformat(offered.first.get_attribute("value").split("|")[2])
    hand.press(offered.first)
    page.wait_for_url(MEETING)
    return starts_at


def confirm(hand: Pointer) -> str:
    """Press the one wide button of the check page; return the path of the meeting."""
    page = hand.page
    hand.look()
    hand.press(form(page, "/pesan/"))
    expect(page.locator("a[href$='/pindah/']")).to_be_visible()
    assert MEETING.search(page.url)
    hand.look()
    return page.url


def write_beforehand(hand: Pointer, note: str, *, alias: str = "") -> None:
    """Unfold the letter on the check page and write; with a nickname if one is given."""
    page = hand.page
    if alias:
        hand.write(page.locator("[name=alias]"), alias)
    unfold(hand, page.locator("[name=note]"))
    hand.write(page.locator("[name=note]"), note)


def find_in_own_list(hand: Pointer) -> None:
    """Go to the own list through the menu and open the meeting from there."""
    page = hand.page
    hand.press(page.locator("nav.nav a[href='/saya/']"))
    page.wait_for_url("**/saya/")
    hand.look()
    rows = page.locator("main a[href^='/temu/'][href$='-'], main li.call a[href^='/temu/']")
    expect(rows).to_have_count(1)
    hand.press(rows)
    page.wait_for_url(MEETING)


def read_inbox(hand: Pointer, *, at_least: int = 1) -> None:
    """See the news in the menu, open the newest, come to the meeting."""
    page = hand.page
    expect(page.locator("nav.nav .count")).to_have_text(re.compile(r"^\s*[1-9]"))
    hand.press(page.locator("nav.nav a[href='/saya/kabar/']"))
    page.wait_for_url("**/saya/kabar/")
    hand.look()
    assert page.locator("main li.card").count() >= at_least
    hand.press(page.locator("main button[name=open]").first)
    page.wait_for_url(MEETING)


def get_calendar_file(hand: Pointer, starts_at: datetime) -> None:
    """Fetch the file; it names the right instant, and nothing else about the meeting."""
    page = hand.page
    button = form(page, "/kalender/")
    unfold(hand, button)
    with page.expect_download() as download:
        hand.press(button)
    assert download.value.suggested_filename == "agenda.ics"
    text = Path(download.value.path()).read_bytes()
    calendar = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    assert event["CLASS"] == "PRIVATE"
    assert str(event["SUMMARY"]) in NEUTRAL_TITLES
    assert event.decoded("DTSTART") == starts_at
    assert event.decoded("DTEND") - starts_at == timedelta(minutes=50)
    told = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "SEQUENCE", "STATUS"}
    assert set(event) == told
    assert not looks.TELLING.search(text.decode())


def move(hand: Pointer) -> datetime:
    """Move the meeting to the second time offered; return the new instant."""
    page = hand.page
    hand.press(page.locator("a[href$='/pindah/']"))
    page.wait_for_url("**/pindah/")
    hand.look()
    wanted = page.locator("main > form button.slot").nth(1)
    starts_at = datetime.fromisoformat(wanted.get_attribute("value").split("|")[2])
    hand.press(wanted)
    page.wait_for_url(MEETING)
    hand.look()
    return starts_at


def cancel(hand: Pointer) -> None:
    """Take the meeting back; the page then says so and offers three other times."""
    page = hand.page
    button = form(page, "/batal/")
    unfold(hand, button)
    hand.press(button)
    expect(page.locator("a[href$='/pindah/']")).to_have_count(0)
    expect(page.locator("button.slot")).to_have_count(3)
    hand.look()


def open_what_was_written(hand: Pointer, note: str) -> None:
    """Find it locked, open the vault with the passphrase, and read it on the same meeting."""
    page = hand.page
    expect(page.locator("main")).not_to_contain_text(note.splitlines()[0])
    hand.look()
    hand.press(page.locator("main a[href='/brankas/buka/']"))
    page.wait_for_url("**/brankas/buka/")
    hand.look()
    hand.write(page.locator("input[name=passphrase]"), PASSPHRASE)
    hand.press(form(page, "/brankas/buka/"))
    expect(page.locator("main")).to_contain_text(note.splitlines()[0])
    hand.look()


def note_attendance(hand: Pointer) -> None:
    """Note that somebody came, take it back, note it again."""
    for ending in ("/hadir/", "/belum/", "/hadir/"):
        hand.press(form(hand.page, ending))
        other = "/hadir/" if ending == "/belum/" else "/belum/"
        expect(form(hand.page, other)).to_be_visible()
    hand.look()


def change_hours(hand: Pointer) -> None:
    """Add a weekly range, take that back, remove one, close a day, take that back."""
    page = hand.page
    hand.press(page.locator("nav.nav a[href='/k/jadwal/']"))
    page.wait_for_url("**/k/jadwal/")
    hand.look()
    undo = page.locator(".undo button")
    ranges = page.locator("form[action*='/k/jadwal/hapus/'] button")
    before = ranges.count()

    unfold(hand, page.locator("[name=pola-starts]"))
    hand.pick(page.locator("[name=pola-weekday]"), "3")
    hand.write(page.locator("[name=pola-starts]"), "09:00")
    hand.write(page.locator("[name=pola-ends]"), "08:00")
    hand.press(form(page, "/tambah/"))
    expect(page.locator(".errsum")).to_be_visible()
    assert page.locator("[name=pola-starts]").input_value() == "09:00"
    assert page.title().startswith(("Perbaiki:", "Fix:"))
    hand.look()
    hand.write(page.locator("[name=pola-ends]"), "12:00")
    hand.press(form(page, "/tambah/"))
    expect(ranges).to_have_count(before + 1)
    hand.look()
    hand.press(undo)
    expect(ranges).to_have_count(before)
    hand.press(ranges.first)
    expect(ranges).to_have_count(before - 1)
    hand.press(undo)
    expect(ranges).to_have_count(before)

    changes = page.locator("form[action*='/pengecualian/'] button")
    unfold(hand, page.locator("[name=tutup-day]"))
    day = (datetime.now() + timedelta(days=9)).date().isoformat()
    hand.write(page.locator("[name=tutup-day]"), day)
    hand.press(form(page, "/tutup/").last)
    expect(changes).to_have_count(1)
    hand.look()
    hand.press(changes)
    expect(changes).to_have_count(0)
    hand.press(undo)
    expect(changes).to_have_count(1)


def close_today(hand: Pointer) -> None:
    """Say in one action that today is not possible."""
    page = hand.page
    hand.press(page.locator("nav.nav a[href='/k/']"))
    page.wait_for_url("**/k/")
    button = form(page, "/k/sakit/")
    unfold(hand, button)
    hand.press(button)
    expect(page.locator("[role=status] .notice")).to_be_visible()
    hand.look()
