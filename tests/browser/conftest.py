"""One Chromium a worker, and windows in it that listen to what the browser complains about."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as house
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
LOCALES = {"id": "id-ID", "en": "en-GB"}
"""en-GB writes day before month and hours to 24, so that keys mean the same in both."""


@pytest.fixture(scope="session")
def browser(chromium_path) -> Iterator[Browser]:
    """Return the worker's only browser."""
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium_path, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def open_window(browser, live_server) -> Iterator[Callable[..., Page]]:
    """Return a maker of windows with cookies of their own; a complaint fails the test."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(language: str = "id", width: int = 1280, **options) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale=LOCALES[language],
            viewport={"width": width, "height": 640},
            reduced_motion="reduce",
            **options,
        )
        choice = {"name": house.LANGUAGE_COOKIE_NAME, "value": language}
        context.add_cookies([{**choice, "url": live_server.url}])
        context.set_default_timeout(10_000)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _listen(page, said, complaints))
        return page

    yield open_one
    for context in opened:
        context.close()
    assert not complaints


def _listen(page: Page, said, complaints: list[str]) -> None:
    """Note what the policy of the page refused; a missing page is an answer, not a fault."""
    if "Content Security" in said.text:
        complaints.append(f"{page.url}: {said.text}")
