"""What the people around a meeting find: their own work, and nothing of anybody's meeting."""

import pytest
from playwright.sync_api import expect

from portal.people.choices import Role
from portal.people.models import Employee
from tests.browser.walks import cast as people
from tests.browser.walks.hands import Pointer
from tests.factories import grant, make_employee
from tests.support.routes import all_routes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STAFF = {
    "hadi": (Role.HEAD, "/l/kontak/"),
    "eko": (Role.ADMIN, "/a/pegawai/"),
    "tono": (Role.DPO, "/a/audit/"),
    "maya": (Role.HR, None),
    "agus": (None, None),
}
"""Head of the service, administrator, data protection officer, HR, and Rina's manager."""
OF_EVERYBODY = ("counselling:times", "counselling:times-later")
OF_THE_HEAD = "/l/"


SEND = """async path => {
  const token = document.querySelector('[name=csrfmiddlewaretoken]').value;
  const body = new URLSearchParams({csrfmiddlewaretoken: token});
  return (await fetch(path, {method: 'POST', body, redirect: 'manual'})).status; }"""
"""Posts as the page itself could: with its token, under its policy."""


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


def test_their_first_pages_are_honest_and_no_meeting_is_theirs(open_window):
    cast = people.make_cast()
    meeting_id = people.meeting_later_today(cast, cast.rina)
    staff = {name: make_employee(name, agency=cast.practice.agency) for name in STAFF}
    Employee.objects.filter(user=cast.rina).update(manager=staff["agus"])
    for name, (role, own_page) in STAFF.items():
        if role is not None:
            grant(staff[name].user, cast.practice.agency, role)
        hand = Pointer(open_window("id", 320))
        page = people.sign_in(hand, staff[name].user)
        page.goto("/")
        hand.look()
        for path in ("/", "/saya/", "/saya/kabar/", "/saya/data/", *filter(None, [own_page])):
            page.goto(path)
            expect(page.locator("h1")).to_be_visible()
            expect(page.locator("body")).not_to_contain_text("Rina")
            assert page.locator(f"[href*='{meeting_id}']").count() == 0
        _every_meeting_is_missing(page, meeting_id)
        page.close()


def _every_meeting_is_missing(page, meeting_id) -> None:
    """Ask for every address of the room with Rina's meeting in it: there is no such page."""
    for route in all_routes():
        if not route.name.startswith("counselling:") or route.name in OF_EVERYBODY:
            continue
        path = route.path(appointment_id=meeting_id)
        if path.startswith(OF_THE_HEAD):
            continue
        asked = page.request.get(path, max_redirects=0)
        # 405 is said of a method, before anybody's row is looked for.
        assert asked.status in {404, 405}, path
        if asked.status == 405 and "appointment_id" in route.parameters:
            sent = page.evaluate(SEND, path)
            assert sent == 404, path
