"""Coming back in stages: she proposes, three agree, and nobody says why."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.leave.models import LeaveRequest, ReturnPlan
from tests.browser.leave import scenes
from tests.browser.walks.hands import Careful, Pointer
from tests.support import leave_cases

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MANNERS = [pytest.param(*rest, id=name) for name, *rest in scenes.MANNERS]


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def room(transactional_db):
    """An agency in which somebody's sick leave is granted."""
    room = scenes.make_room()
    first, last = scenes.workdays(weeks=0, length=5)
    now = timezone.now()
    row = leave_cases.sent(room, code="CS", first=first, last=last, now=now)
    row = leave_cases.attested(leave_cases.considered(row, now=now), room.reviewer, now=now)
    leave_cases.decide(room, row, now=now)
    scenes.ten_minutes_pass()
    return room


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_proposed_by_one_and_agreed_by_three(open_window, room, kind, window, language):
    hand = kind(open_window(language, **window))
    page = scenes.enter(hand, room, "employee")
    page.goto("/cuti/")
    hand.press(page.locator("main a.btn.small[href^='/cuti/']").first)
    page.wait_for_url(scenes.REQUEST)
    hand.look()
    hand.press(page.locator("main a[href$='/kembali/']"))
    page.wait_for_url("**/kembali/")
    hand.look()
    hand.press(page.locator("main form button.wide"))
    expect(page.locator("[role=status] .notice")).to_be_visible()
    hand.look()
    plan = ReturnPlan.objects.get()
    assert plan.state == "PROPOSED"

    for place, home, way in (("reviewer", "/m/", "m"), ("manager", "/t/", "t")):
        other = Pointer(open_window(language, **scenes.SMALL_AND_PLAIN))
        scenes.enter(other, room, place)
        other.page.goto(home)
        other.look()
        other.press(other.page.locator(f"main a[href='/{way}/rencana/{plan.pk}/']"))
        other.look()
        other.press(other.page.locator("button[name=agree]"))
        expect(other.page.locator("button[name=agree]")).to_have_count(0)
        other.look()
    plan.refresh_from_db()
    assert plan.state == "AGREED"

    page.reload()
    expect(page.locator("main .card.ok")).to_be_visible()
    hand.look()
    hand.press(page.locator("button[name=end]"))
    expect(page.locator("button[name=end]")).to_have_count(0)
    hand.look()
    plan.refresh_from_db()
    assert plan.state == "ENDED"


def test_axe_reads_the_proposal_and_what_is_wrong_with_it(open_window, room):
    hand = Careful(open_window("id", 320))
    page = scenes.enter(Pointer(hand.page), room, "employee")
    row_id = LeaveRequest.objects.get().pk
    page.goto(f"/cuti/{row_id}/kembali/")
    hand.write(page.locator("[name=percent_1]"), "")
    hand.write(page.locator("[name=until_2]"), "")
    hand.press(page.locator("main form button.wide"))
    expect(page.locator(".errsum")).to_be_focused()
    hand.look()
    scenes.read_in_full(hand)
