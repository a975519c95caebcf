"""Who came, tapped on a phone of 360 pixels: fast, and nothing lost when the line is."""

import re
from datetime import timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from groups.choices import Mark
from groups.models import Attendance, Meeting
from groups.services import meetings
from portal.people.models import User
from tests.browser.walks import cast as people
from tests.browser.walks.hands import Pointer
from tests.support.groups import Circle, join, make_circle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NICKNAMES = (
    "Langit", "Kenanga", "Hujan", "Embun", "Fajar", "Senja", "Ombak", "Pelangi", "Rumput",
    "Teratai",
)  # fmt: skip
SECONDS = 30
LEFT = re.compile(r"^\d+:\d\d$")


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


def make_running_meeting(members: int = 10) -> tuple[Circle, Meeting]:
    """Make a circle whose meeting has begun a quarter of an hour ago."""
    now = timezone.now()
    circle = make_circle(name="Lingkar Kenanga", capacity=members, zone="UTC")
    for nickname in NICKNAMES[:members]:
        join(circle, alias=nickname, now=now - timedelta(days=2))
    begins = (now - timedelta(minutes=15)).astimezone(ZoneInfo("UTC"))
    meeting_id = meetings.add_meeting(
        actor=circle.lead,
        group_id=circle.group.pk,
        day=begins.date(),
        at=begins.time().replace(second=0, microsecond=0),
        duration_minutes=90,
        ways=[*circle.group.ways],
        now=now - timedelta(days=1),
    )
    return circle, Meeting.objects.get(pk=meeting_id)


def open_meeting(page: Page, circle: Circle, meeting: Meeting) -> Page:
    """Sign its facilitator in and go to the page of the meeting."""
    people.sign_in(Pointer(page), User.objects.get(pk=circle.lead.user_id))
    page.goto(f"/f/pertemuan/{meeting.pk}/")
    return page


def taps(page: Page, mark: str = "PRESENT") -> list:
    """Return the button of one mark for each nickname."""
    return page.locator(f"button[data-mark={mark}]").all()


def stored(meeting: Meeting) -> dict[str, int]:
    """Return how many stand in the tables with which mark."""
    found: dict[str, int] = {}
    for mark in Attendance.objects.filter(meeting=meeting).values_list("mark", flat=True):
        found[mark] = found.get(mark, 0) + 1
    return found


@pytest.mark.parametrize("script", [True, False])
def test_ten_are_noted_in_under_thirty_seconds(open_window, script):
    circle, meeting = make_running_meeting()
    window = open_window("id", 360, java_script_enabled=script, has_touch=True)
    page = open_meeting(window, circle, meeting)

    began = monotonic()
    for number in range(10):
        page.locator("button[data-mark=PRESENT]").nth(number).tap()
        if not script:
            expect(page.locator("button[aria-pressed=true]")).to_have_count(number + 1)
    expect(page.locator("[data-noted]")).to_have_text("10")
    if script:
        expect(page.locator("[data-said]")).to_have_text("Tersimpan.")
    took = monotonic() - began

    assert stored(meeting) == {Mark.PRESENT: 10}
    assert took < SECONDS


def test_what_is_tapped_while_the_line_is_gone_goes_out_when_it_is_back(open_window):
    circle, meeting = make_running_meeting()
    page = open_meeting(open_window("id", 360), circle, meeting)
    for button in taps(page)[:4]:
        button.click()
    expect(page.locator("[data-said]")).to_have_text("Tersimpan.")

    page.context.set_offline(True)
    for button in taps(page)[4:]:
        button.click()
    expect(page.locator("button[data-mark=PRESENT][aria-pressed=true]")).to_have_count(10)
    expect(page.locator("[data-said]")).to_contain_text("6")
    assert stored(meeting) == {Mark.PRESENT: 4}

    page.context.set_offline(False)
    expect(page.locator("[data-said]")).to_have_text("Tersimpan.", timeout=20_000)
    assert stored(meeting) == {Mark.PRESENT: 10}


def test_the_last_tap_counts_however_often_it_changed_offline(open_window):
    circle, meeting = make_running_meeting(1)
    page = open_meeting(open_window("id", 360), circle, meeting)
    page.context.set_offline(True)
    for mark in ("PRESENT", "ABSENT", "LATE"):
        taps(page, mark)[0].click()
    page.context.set_offline(False)

    expect(page.locator("[data-said]")).to_have_text("Tersimpan.", timeout=20_000)
    assert stored(meeting) == {Mark.LATE: 1}


def test_a_second_tap_takes_the_mark_back(open_window):
    circle, meeting = make_running_meeting(1)
    page = open_meeting(open_window("id", 360), circle, meeting)
    taps(page)[0].click()
    expect(page.locator("[data-said]")).to_have_text("Tersimpan.")
    taps(page)[0].click()
    expect(page.locator("[data-noted]")).to_have_text("0")
    page.wait_for_timeout(500)

    assert stored(meeting) == {}


def test_the_browser_keeps_nothing_of_it(open_window):
    circle, meeting = make_running_meeting(2)
    page = open_meeting(open_window("id", 360), circle, meeting)
    page.context.set_offline(True)
    taps(page)[0].click()

    kept = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, document.cookie,"
        " (await indexedDB.databases()).length, (await caches.keys()).length]"
    )
    page.context.set_offline(False)
    expect(page.locator("[data-said]")).to_have_text("Tersimpan.", timeout=20_000)

    assert kept[:2] == [0, 0]
    assert kept[3:] == [0, 0]
    assert "Langit" not in kept[2]


def test_the_clock_counts_down_and_the_page_says_until_when_without_a_script(open_window):
    circle, meeting = make_running_meeting(1)
    page = open_meeting(open_window("id", 360), circle, meeting)
    page.locator("#susunan button[value='0']").click()
    expect(page.locator("[role=timer]")).to_have_text(LEFT)

    plain = open_window("id", 360, java_script_enabled=False)
    open_meeting(plain, circle, meeting)
    expect(plain.locator("[role=timer]")).to_contain_text("UTC")
    plain.locator("#susunan button[value='1']").click()
    steps = plain.locator("ol.line > li")
    expect(steps.nth(1)).to_have_attribute("aria-current", "step")
