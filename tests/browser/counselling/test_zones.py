"""A person in one zone, a counsellor in another: every page names the same instant."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walks import cast as people
from tests.browser.walks import steps
from tests.browser.walks.cast import JAKARTA, JAYAPURA
from tests.browser.walks.hands import Pointer

MEETING = timedelta(minutes=50)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


def _clock(instant: datetime, zone: str) -> str:
    return instant.astimezone(ZoneInfo(zone)).strftime("%H.%M %Z")


def _span(instant: datetime, ends: datetime, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%H.%M}\N{EN DASH}{_clock(ends, zone)}"


def _says(page: Page, *words: str) -> None:
    for word in words:
        expect(page.locator("main")).to_contain_text(word)


@pytest.mark.parametrize(
    ("here", "there"), [(JAYAPURA, JAKARTA), (JAKARTA, JAYAPURA)], ids=["yosef", "jakarta"]
)
def test_everything_names_one_instant_each_with_its_zone(open_window, here, there):
    cast = people.make_cast(zone=there, employee_zone=here)
    hand = Pointer(open_window("id", 320))
    page = people.sign_in(hand, cast.rina)
    slot = page.locator("button.slot").first
    offered = people.instant_of(slot.get_attribute("value"))
    both = f"({_clock(offered, there)} di tempat konselor Anda)"
    expect(slot).to_contain_text(_clock(offered, here))
    expect(slot).to_contain_text(both)
    page.goto("/temu/")
    _says(page, _clock(offered, here), both)
    page.goto("/")

    starts_at = steps.choose_nearest(hand)
    assert starts_at == offered
    ends_at = starts_at + MEETING
    mine = _span(starts_at, ends_at, here)
    hers = _span(starts_at, ends_at, there)
    _says(page, both, mine)
    steps.confirm(hand)
    assert people.open_meeting(cast.rina).period.upper == ends_at
    expect(page.locator("h1")).to_contain_text(_clock(starts_at, here))
    _says(page, mine, both)
    steps.get_calendar_file(hand, starts_at)
    page.goto(f"{page.url}pindah/")
    _says(page, _clock(starts_at, here))
    page.goto("/saya/")
    _says(page, mine)
    page.goto("/")
    _says(page, _clock(starts_at, here))
    page.goto("/saya/kabar/")
    _says(page, _clock(starts_at, here))

    sari = Pointer(open_window("id", 320))
    page = people.sign_in(sari, cast.sari)
    row = people.open_meeting(cast.rina)
    day = starts_at.astimezone(ZoneInfo(there)).date()
    for path in (f"/k/hari/{day}/", f"/k/minggu/{day}/", f"/k/temu/{row.pk}/"):
        page.goto(path)
        _says(page, hers)
    page.goto("/saya/kabar/")
    _says(page, _clock(starts_at, there))
