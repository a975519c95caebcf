"""The frame in a real browser: leaving fast, small screens, the keyboard, no script, axe."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as house
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page

from portal.people.choices import Role
from portal.people.models import BrowserSession
from portal.wellbeing.services import seed_contacts
from tests.factories import grant, make_agency, make_employee, make_practice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUBLIC = ("/bantuan/", "/siapa/", "/aman/", "/kalender/", "/tidak-ada/")
EMPLOYEE = ("/", "/kata/", "/kata/rehat/", "/saya/", "/saya/atur/", "/saya/data/")
STAFF = ("/", "/l/kontak/", "/l/kontak/baru/", "/a/audit/")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SPACING = """() => { const s = new CSSStyleSheet(); s.replaceSync(
  '*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}' +
  'p{margin-bottom:2em!important}'); document.adoptedStyleSheets = [s]; }"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll('a,button,input,select,summary,textarea')]
  .filter(e => { const q = e.getBoundingClientRect();
    return q.width && q.height && (q.height < 24 || q.width < 24)
      && getComputedStyle(e).display !== 'inline' && !e.closest('.vh')
      && !e.classList.contains('skip'); }).map(e => e.outerHTML.slice(0, 80))"""
FOCUS = """() => { const e = document.activeElement;
  if (!e || e === document.body) return null;
  const q = e.getBoundingClientRect();
  const top = document.elementFromPoint(q.x + q.width / 2, q.y + q.height / 2);
  const look = getComputedStyle(e);
  return {what: e.outerHTML.slice(0, 80), seen: !!top && (e === top || e.contains(top)
    || top.contains(e)), ring: look.outlineStyle + ' ' + look.outlineWidth}; }"""


@pytest.fixture
def cast(settings):
    """An employee with free times before her, and somebody with two staff roles."""
    settings.REQUIRE_STAFF_MFA = False
    seed_contacts(now=timezone.now())
    practice = make_practice(hours=tuple((day, 0, 24 * 60) for day in range(1, 8)))
    agency = make_agency()
    staff = make_employee("hadi", agency=agency)
    grant(staff.user, agency, Role.HEAD)
    grant(staff.user, agency, Role.DPO)
    return {"rina": make_employee("rina", agency=practice.agency).user, "hadi": staff.user}


@contextmanager
def _page(browser: Browser, live_server, user=None, **options) -> Iterator[Page]:
    """Open a page, signed in as somebody; what the console says about CSP fails the test."""
    context = browser.new_context(
        base_url=live_server.url, reduced_motion="reduce", locale="id-ID", **options
    )
    if user is not None:
        client = Client()
        client.force_login(user)
        session = client.cookies[house.SESSION_COOKIE_NAME].value
        cookie = {"name": house.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        context.add_cookies([cookie])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    yield page
    context.close()
    assert not complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_is_cut(browser, live_server, cast, scheme, width):
    found = []
    screen = {"viewport": {"width": width, "height": 640}, "color_scheme": scheme}
    for who, paths in ((None, PUBLIC), ("rina", EMPLOYEE), ("hadi", STAFF)):
        with _page(browser, live_server, cast.get(who), **screen) as page:
            for path in paths:
                page.goto(path)
                result = Axe().run(page, options={"runOnly": RULES})
                found += [
                    (path, v["id"], v["nodes"][0]["html"])
                    for v in result.response["violations"]
                ]
                found += [(path, "wide")] * (page.evaluate(TOO_WIDE) > 0)
                found += [(path, "small", one) for one in page.evaluate(SMALL)]
                found += [(path, "h1")] * (page.locator("h1").count() != 1)
    assert found == []


def test_four_times_zoom_with_wide_spacing_scrolls_one_way_only(browser, live_server, cast):
    wide = []
    screen = {"viewport": {"width": 320, "height": 256}}
    for who, paths in ((None, PUBLIC), ("rina", EMPLOYEE), ("hadi", STAFF)):
        with _page(browser, live_server, cast.get(who), **screen) as page:
            for path in paths:
                page.goto(path)
                page.evaluate(SPACING)
                wide += [path] * (page.evaluate(TOO_WIDE) > 0)
                if path != "/kalender/":
                    position = "getComputedStyle(document.querySelector('.bar.top')).position"
                    assert page.evaluate(position) == "static"
    assert wide == []


def test_the_keyboard_sees_where_it_is(browser, live_server, cast):
    screen = {"viewport": {"width": 360, "height": 640}}
    with _page(browser, live_server, cast["rina"], **screen) as page:
        page.goto("/")
        for _ in range(25):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUS)
            if stop is None:
                break
            assert stop["seen"], stop["what"]
            assert stop["ring"] == "solid 3px", stop["what"]


@pytest.mark.parametrize("how", ["click", "shift"])
def test_leaving_fast_ends_the_session_and_back_shows_nothing(browser, live_server, cast, how):
    with _page(browser, live_server, cast["rina"]) as page:
        for path in ("/", "/saya/", "/saya/atur/"):
            page.goto(path)
        if how == "shift":
            for _ in range(3):
                page.keyboard.press("Shift")
        else:
            page.click("form[data-exit] button")
        page.wait_for_url("**/kalender/")
        # The page goes at once and the word to the house travels beside it.
        for _ in range(100):
            if not BrowserSession.objects.exists():
                break
            page.wait_for_timeout(50)
        for _ in range(3):
            page.go_back()
            assert "/saya/" not in page.url or "/masuk/" in page.url
            assert page.locator("form[action='/kata/']").count() == 0
            assert page.locator("nav.nav").count() == 0


def test_two_shifts_and_a_word_do_not_leave(browser, live_server, cast):
    with _page(browser, live_server, cast["rina"]) as page:
        page.goto("/saya/")
        page.keyboard.press("Shift")
        page.keyboard.press("Shift")
        page.keyboard.press("A")
        page.keyboard.press("Shift")
        page.keyboard.press("Shift+B")
        page.wait_for_timeout(200)
        assert page.url.endswith("/saya/")


def test_without_a_script_the_tap_and_the_exit_work(browser, live_server, cast):
    with _page(browser, live_server, cast["rina"], java_script_enabled=False) as page:
        page.goto("/")
        page.click(".lelah")
        page.wait_for_url("**/kata/")
        assert page.locator("h1").is_visible()
        page.click("form[data-exit] button")
        page.wait_for_url("**/kalender/")
        page.goto("/")
        assert "/masuk/" in page.url


def test_the_fixed_header_covers_no_time(browser, live_server, cast):
    with _page(
        browser, live_server, cast["rina"], viewport={"width": 320, "height": 480}
    ) as page:
        page.goto("/")
        slots = page.locator(".slot")
        assert slots.count() == 3
        for number in range(3):
            slots.nth(number).scroll_into_view_if_needed()
            slots.nth(number).click(trial=True)
