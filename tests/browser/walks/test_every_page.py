"""
Every page of the address book, as everybody who may read it, in a real browser.

The list is the address book itself: a new page is walked without a line written here, and one
that nobody of the cast can read fails until somebody can, or it is named below with a reason.
"""

from collections.abc import Callable, Iterable

import pytest
from django.conf import settings as house
from django.utils import timezone
from playwright.sync_api import Page

from portal.wellbeing.services import seed_contacts
from tests.browser.walks import looks
from tests.support.routes import Route, all_routes
from tests.support.world import World, build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

READERS = (
    "anonymous", "owner", "assigned", "leader", "duty", "head", "admin", "dpo",
    "manager", "hr", "official", "reviewer",
)  # fmt: skip
"""Between them they reach every page; axe reads each page once, as the first who reaches it."""
NOT_PAGES = {
    "health": "one word for machines",
    "notifications:outbox-health": "one word for machines",
    "mfa_login_webauthn": "data for a script",
    "leave:feed": "a file",
    "leave:numbers-file": "a file",
    "leave:request-calendar": "a file",
    "leave:desk-attestation": "a paper",
    "leave:desk-form": "a paper",
    "leave:desk-letter": "a paper",
    "leave:evidence-page": "a picture, or a paper",
    "leave:leave-form": "a paper",
    "leave:letter": "a paper",
    "leave:plan-paper": "a paper",
    "leave:review": "behind a vault: axe reads it in browser/leave/test_reviewer_story.py",
    "privacy:leave-data": "a file",
    "socialaccount_signup": "leads on to the door",
    "account_signup": "missing unless the organisation names its mail domain",
    "account_set_password": "only for accounts without a password",
    "openid_connect_callback": "only with a single sign-on",
    "openid_connect_login": "only with a single sign-on",
}
AMONG_THE_ACCOUNTS = {
    "account_complete_password_reset", "account_confirm_login_code",
    "account_confirm_password_reset_code", "account_email_verification_sent",
    "mfa_activate_totp", "mfa_add_webauthn", "mfa_authenticate", "mfa_deactivate_totp",
    "mfa_edit_webauthn", "mfa_generate_recovery_codes", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes",
}  # fmt: skip
"""In the middle of signing in or of changing a factor: walked in tests/browser/people."""
Look = Callable[[Page], list[str]]


@pytest.fixture
def world() -> World:
    """Make everybody, and the help contacts."""
    seed_contacts(now=timezone.now())
    return build_world()


def _window(open_window, live_server, world: World, person: str, language: str) -> Page:
    """Open a window in which somebody is signed in: signing in is walked elsewhere."""
    page = open_window(language, 320)
    session = world.browsers[person].cookies.get(house.SESSION_COOKIE_NAME)
    if session:
        cookie = {"name": house.SESSION_COOKIE_NAME, "value": session.value}
        page.context.add_cookies([{**cookie, "url": live_server.url}])
    return page


def _readable(page: Page, world: World) -> dict[str, Route]:
    """Return the pages that answer this person by themselves, by address."""
    found = {}
    for route in all_routes():
        if route.name in NOT_PAGES:
            continue
        path = route.path(**world.arguments(route.name))
        answer = page.request.get(path, max_redirects=0)
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if is_page and answer.status in {200, 401}:
            found[path] = route
    return found


def _walk(page: Page, paths: Iterable[str], look: Look) -> list[tuple[str, str]]:
    found = []
    for path in paths:
        page.goto(path)
        found += [(path, fault) for fault in look(page)]
    return found


def _shape(page: Page) -> list[str]:
    return [*looks.all_of(page), *looks.spaced(page)]


def test_axe_reads_every_page(open_window, live_server, world):
    faults: list[tuple[str, str, str]] = []
    read: set[str] = set()
    for person in READERS:
        page = _window(open_window, live_server, world, person, "id")
        pages = _readable(page, world)
        fresh = [path for path, route in pages.items() if route.name not in read]
        read |= {route.name for route in pages.values()}
        # The menu differs by role: the first page is read as everybody.
        fresh += [path for path in ("/",) if path in pages and path not in fresh]
        faults += [(person, *one) for one in _walk(page, fresh, looks.closely)]
        page.close()
    assert faults == []
    posts = {route.name for route in all_routes() if _takes_posts_only(world, route)}
    unread = {route.name for route in all_routes()} - read - posts
    assert unread == AMONG_THE_ACCOUNTS | (set(NOT_PAGES) & {one.name for one in all_routes()})


def _takes_posts_only(world: World, route: Route) -> bool:
    """Say whether an address answers a look with 405, for anybody."""
    path = route.path(**world.arguments(route.name))
    return any(world.browsers[person].get(path).status_code == 405 for person in READERS)


def test_every_page_keeps_its_shape_in_english(open_window, live_server, world):
    faults: list[tuple[str, str, str]] = []
    read: set[str] = set()
    for person in READERS:
        page = _window(open_window, live_server, world, person, "en")
        pages = _readable(page, world)
        fresh = [path for path in pages if path not in read or path == "/"]
        read |= set(fresh)
        faults += [(person, *one) for one in _walk(page, fresh, _shape)]
        page.close()
    assert faults == []
