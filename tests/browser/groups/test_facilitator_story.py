"""A facilitator makes a circle, opens it, leads a meeting: by keyboard, without a script."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from groups.choices import DutyState, GroupStatus, Mark
from groups.models import Attendance, Duty, Meeting, MeetingNote, SupportGroup
from groups.services import meetings
from portal.people.models import User
from tests.browser.walks import cast as people
from tests.browser.walks import steps
from tests.browser.walks.hands import Careful, Keyboard, Pointer
from tests.support.groups import Circle, join, make_circle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GROUP = re.compile(r"/f/[0-9a-f-]{36}/$")
PLAN = re.compile(r"/f/[0-9a-f-]{36}/rencana/$")
OWN = "Lingkar Embun"


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


def make_story() -> tuple[Circle, Meeting]:
    """Make a circle with two members whose meeting has just begun."""
    now = timezone.now()
    circle = make_circle(name="Lingkar Kenanga", topic="Kerja tanpa henti", zone="UTC")
    for nickname in ("Langit", "Hujan"):
        join(circle, alias=nickname, now=now - timedelta(days=2))
    begins = (now - timedelta(minutes=10)).astimezone(ZoneInfo("UTC"))
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


def sign_in(hand: Pointer, circle: Circle) -> None:
    """Sign the lead in and press the menu."""
    people.sign_in(hand, User.objects.get(pk=circle.lead.user_id))
    hand.press(hand.page.locator("nav.nav a[href='/f/']"))
    hand.page.wait_for_url("**/f/")


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_circle_is_made_and_opened_by_keyboard_without_a_script(open_window, language):
    circle, _meeting = make_story()
    hand = Keyboard(open_window(language, 320, java_script_enabled=False))
    sign_in(hand, circle)
    page = hand.page
    hand.look()

    hand.press(page.locator("a[href='/f/baru/']"))
    page.wait_for_url("**/f/baru/")
    hand.look()
    hand.write(page.locator("[name=name]"), OWN)
    hand.write(page.locator("[name=topic]"), "Setelah pindah tugas")
    hand.write(page.locator("[name=at]"), "15:00")
    hand.press(page.locator("main button.wide"))
    page.wait_for_url(GROUP)
    hand.look()
    hand.press(steps.form(page, "/buka/"))
    expect(page.locator("form[action$='/jeda/']")).to_have_count(1)

    made = SupportGroup.objects.get(name=OWN)
    assert made.status == GroupStatus.ACTIVE
    assert made.meetings.count() > 20


def test_a_meeting_is_led_by_keyboard_without_a_script(open_window):
    circle, meeting = make_story()
    hand = Keyboard(open_window("id", 320, java_script_enabled=False))
    sign_in(hand, circle)
    page = hand.page

    hand.press(steps.form(page, f"{meeting.pk}/siap/"))
    expect(page.locator("[role=status] .notice")).to_be_visible()
    duty = Duty.objects.get(meeting=meeting, facilitator=circle.facilitator(circle.lead))
    assert duty.state == DutyState.CONFIRMED

    hand.press(page.locator(f"a[href='/f/pertemuan/{meeting.pk}/']").first)
    page.wait_for_url("**/f/pertemuan/**")
    hand.look()
    hand.press(page.locator("#susunan button[value='0']"))
    expect(page.locator("#now-title")).to_be_visible()
    for number in range(2):
        hand.press(page.locator("button[data-mark=PRESENT]").nth(number))
        expect(page.locator("button[aria-pressed=true]")).to_have_count(number + 1)
    assert Attendance.objects.filter(meeting=meeting, mark=Mark.PRESENT).count() == 2

    hand.press(page.locator("#catatan summary"))
    hand.write(page.locator("#catatan [name=text]"), "Langit banyak diam")
    hand.press(page.locator("#catatan form button"))
    expect(page.locator("#catatan mark").first).to_have_text("Langit")
    hand.look()
    hand.write(page.locator("#catatan [name=text]"), "Ada yang banyak diam")
    hand.press(page.locator("#catatan form button"))
    page.wait_for_url("**/f/pertemuan/**")
    expect(page.locator("#catatan mark")).to_have_count(0)
    assert MeetingNote.objects.filter(meeting=meeting).exists()


def test_a_series_is_planned_and_one_meeting_moved_and_taken_back(open_window):
    circle, _meeting = make_story()
    hand = Careful(open_window("id", 360))
    sign_in(hand, circle)
    page = hand.page
    page.goto(f"/f/{circle.group.pk}/rencana/rangkaian/")
    hand.look()
    hand.write(page.locator("[name=at]"), "15:00")
    hand.write(page.locator("[name=count]"), "4")
    hand.press(page.locator("main button.wide"))
    page.wait_for_url(PLAN)
    hand.look()

    later = page.locator("a[href$='/ubah/']").last
    hand.press(later)
    page.wait_for_url("**/ubah/")
    before = page.locator("h1").text_content()
    hand.look()
    move = page.locator("form[action$='/ubah/']")
    steps.unfold(hand, move.locator("button"))
    hand.write(page.locator("[name=pindah-at]"), "17:30")
    hand.press(move.locator("button"))
    page.wait_for_url(PLAN)
    expect(page.locator(".undo")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("17.30")
    hand.look()

    hand.press(page.locator(".undo button"))
    expect(page.locator(".undo")).to_have_count(0)
    expect(page.locator("main")).not_to_contain_text("17.30")
    assert before


def test_the_people_of_a_circle_read_well_in_both_themes(open_window):
    circle, _meeting = make_story()
    hand = Careful(open_window("en", 360))
    sign_in(hand, circle)
    page = hand.page
    for path in ("", "anggota/", "pengumuman/", "bacaan/", "kesepakatan/", "susunan/", "kode/"):
        page.goto(f"/f/{circle.group.pk}/{path}")
        hand.look()
