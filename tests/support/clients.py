"""Booking a meeting by HTTP alone, as a browser does it."""

import re
from html import unescape

from counselling import rules
from tests.support.web import Answer, Browser

_TIME = re.compile(r'<button class="slot" name="time" value="([^"]+)"')


def times_on(page: Answer) -> list[str]:
    """Return what the buttons of a list of times would send."""
    return [unescape(token) for token in _TIME.findall(page.text)]


def hold(browser: Browser, token: str) -> Answer:
    """Press a time."""
    return browser.post("/temu/", time=token)


def book(browser: Browser, held: Answer, token: str, **more: str) -> Answer:
    """Press the button of the check page, with a note as most people write one."""
    return browser.post(
        f"{held.location}pesan/",
        mode=token.rsplit("|", 1)[1],
        consent=str(rules.CONSENT_VERSION),
        alias="",
        name="",
        reach="",
        note="Saya ingin bicara soal pekerjaan.",
        **more,
    )
