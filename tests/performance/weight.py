"""What a first visit weighs, in a real browser: bytes, requests, and the largest paint."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, sync_playwright

from portal.people.models import User
from tests.support.web import Web, session_key_of

SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
"""A mobile line: 1.6 Mbit/s down, 150 ms."""
SLOW_CPU = 4
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_PAINT = """() => new Promise(done => {
  let last = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) last = e.startTime; })
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done(last), 600);
})"""


@dataclass
class Weight:
    """One view of one page."""

    requests: int = 0
    bytes: int = 0


def weigh(web: Web, user: User, chromium: str) -> dict[str, tuple[Weight, Weight, float]]:
    """Return (cold, warm, largest paint in ms on a slow line) of the first pages of a visit."""
    found = {}
    key = session_key_of(user)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=_QUIET)
        for name, path, session in (("sign-in", "/masuk/", ""), ("home", "/", key)):
            context = browser.new_context(
                base_url=f"http://localhost:{web.port}", locale="id-ID",
                viewport={"width": 360, "height": 740},
            )  # fmt: skip
            _sign_in(context, web, session)
            cold, warm = _view(context, path), _view(context, path)
            context.close()
            context = browser.new_context(
                base_url=f"http://localhost:{web.port}", locale="id-ID",
                viewport={"width": 360, "height": 740},
            )  # fmt: skip
            _sign_in(context, web, session)
            found[name] = cold, warm, _paint(context, path)
            context.close()
        browser.close()
    return found


def _sign_in(context: BrowserContext, web: Web, session: str) -> None:
    if session:
        context.add_cookies(
            [
                {
                    "name": f"teduh_{web.port}",
                    "value": session,
                    "url": f"http://localhost:{web.port}",
                }
            ]
        )


def _view(context: BrowserContext, path: str) -> Weight:
    page, weight = context.new_page(), Weight()
    line: CDPSession = context.new_cdp_session(page)
    line.send("Network.enable")
    cached: set[str] = set()

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] not in cached:
            weight.requests += 1
            weight.bytes += int(event["encodedDataLength"])

    line.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    line.on("Network.loadingFinished", finished)
    page.goto(path, wait_until="networkidle")
    page.close()
    return weight


def _paint(context: BrowserContext, path: str) -> float:
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
    page.goto(path, wait_until="load")
    largest: float = page.evaluate(_PAINT)
    page.close()
    return largest
