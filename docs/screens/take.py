# ruff: noqa: INP001, S603, T201, TID251 - a script that runs our own commands and prints
"""
Take the pictures of the README: thirteen pages, light and dark, on a small telephone.

`make screens` runs this in a throw-away place. It fills the demo's organisation, opens the web
server alone, walks through a booking as Rina, looks at Sari's day, at the circles, at the
meeting Lina leads, and at leave: Rina's questions and what she checks, the queue, and what her
manager sees. It writes PNG files beside this one. Pictures named on the command line are
the only ones written: `make screens ARGS="home ticket"`.
"""

import importlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCREEN = {"width": 360, "height": 700}
"""A cheap telephone; pictures show whole pages, one point for each CSS pixel."""
SCHEMES = ("light", "dark")
DIARY = ("yosef", "agus", "maya")
"""Who else books with Sari, so that her day is one."""
ZONE = ZoneInfo("Asia/Jakarta")
PATIENCE_SECONDS = 60
MOST_BYTES = 300_000


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@contextmanager
def open_house() -> Iterator[str]:
    """Fill the organisation, run the web server and yield its address."""
    port = free_port()
    address = f"http://localhost:{port}"
    os.environ |= {
        "TEDUH_DEMO": "1",
        "TEDUH_REQUIRE_STAFF_MFA": "0",
        "TEDUH_PUBLIC_URL": address,
        "PORT": str(port),
    }
    for step in (["collectstatic", "--no-input", "-v", "0"], ["seed_demo"]):
        subprocess.run([sys.executable, "manage.py", *step], cwd=ROOT, check=True)
    words = ["-m", "gunicorn", "portal.wsgi", "-k", "gthread", "--threads", "4", "-b"]
    quiet = ["--log-level", "warning", "--no-control-socket"]
    server = subprocess.Popen([sys.executable, *words, f"127.0.0.1:{port}", *quiet], cwd=ROOT)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz/")
        yield address
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def wait_for(address: str) -> None:
    """
    Wait until a page answers.

    :raises TimeoutError: if it does not.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < until:
        try:
            with direct.open(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


@contextmanager
def window(browser: Browser, address: str) -> Iterator[Page]:
    """Open a small window in which nothing moves."""
    context = browser.new_context(
        base_url=address,
        viewport=SCREEN,
        device_scale_factor=1,
        locale="id-ID",
        timezone_id=ZONE.key,
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def sign_in(page: Page, handle: str) -> None:
    """Come in as one of the demo's people."""
    facts = importlib.import_module("portal.demo_facts")
    page.goto("/masuk/")
    page.fill("input[name=login]", f"{handle}@{facts.DOMAIN}")
    page.fill("input[name=password]", facts.PASSWORD)
    page.locator("form:has(input[name=password]) button").first.click()
    page.wait_for_url("**/")


def coming_times(page: Page, counsellor: str) -> list[tuple[date, str]]:
    """Return (day, what the button sends) of a counsellor's times on the list, not of today."""
    page.goto("/temu/")
    buttons = page.locator("button.slot", has_text=counsellor).all()
    values = [str(button.get_attribute("value")) for button in buttons]
    days = [datetime.fromisoformat(value.split("|")[2]).astimezone(ZONE) for value in values]
    today = datetime.now(ZONE).date()
    rows = zip(days, values, strict=True)
    return [(day.date(), value) for day, value in rows if day.date() > today]


def hold_with(page: Page, counsellor: str, day: date | None, *, nth: int = 0) -> date:
    """Press a time of a counsellor on a day, else on the first day to come; return its day."""
    rows = coming_times(page, counsellor)
    day = day if any(row[0] == day for row in rows) else rows[0][0]
    wanted = [value for at, value in rows if at == day]
    page.locator(f"button.slot[value='{wanted[nth % len(wanted)]}']").click()
    page.wait_for_selector("input[name=consent]", state="attached")
    return day


def book(page: Page) -> None:
    """Press the one big button of the check page."""
    page.locator("form[action$='/pesan/'] button.wide").click()
    page.wait_for_selector("form[action$='/kalender/']", state="attached")


class Album:
    """The pictures that are wanted, written in both schemes as the walk passes them."""

    def __init__(self, wanted: set[str]) -> None:
        self.wanted = wanted

    def take(self, page: Page, name: str) -> None:
        """Write the whole page, in light and in dark."""
        if self.wanted and name not in self.wanted:
            return
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate("scrollTo(0, 0)")
            path = HERE / f"{name}-{scheme}.png"
            page.screenshot(path=path, full_page=True, animations="disabled", caret="hide")
            size = path.stat().st_size
            too_big = "  (too big for a README)" if size > MOST_BYTES else ""
            print(f"{path.relative_to(ROOT)}  {size // 1000} kB{too_big}")
        page.emulate_media(color_scheme="light", reduced_motion="reduce")


def walk(browser: Browser, address: str, album: Album) -> None:
    """Go the way of a booking and stop at the pages worth showing."""
    with window(browser, address) as page:
        page.goto("/bantuan/")
        album.take(page, "help")
    day: date | None = None
    for place, handle in enumerate(DIARY):
        with window(browser, address) as page:
            sign_in(page, handle)
            day = hold_with(page, "Sari", day, nth=place)
            book(page)
    with window(browser, address) as page:
        sign_in(page, "rina")
        album.take(page, "home")
        page.goto("/temu/")
        album.take(page, "times")
        day = hold_with(page, "Sari", day)
        album.take(page, "check")
        book(page)
        album.take(page, "ticket")
    with window(browser, address) as page:
        sign_in(page, "sari")
        page.goto(f"/k/hari/{day.isoformat()}/")
        album.take(page, "day")
    _circles(browser, address, album)
    _leave(browser, address, album)


def _circles(browser: Browser, address: str, album: Album) -> None:
    """Look at the circles as Rina, at one of them, and at the meeting Lina leads right now."""
    with window(browser, address) as page:
        sign_in(page, "rina")
        page.goto("/lingkar/")
        album.take(page, "circles")
        page.locator("main a[href^='/lingkar/']").last.click()
        page.wait_for_selector("form[action$='/ikut/']")
        album.take(page, "circle")
    with window(browser, address) as page:
        sign_in(page, "lina")
        page.goto("/f/")
        page.locator("main a[href^='/f/pertemuan/']").first.click()
        page.wait_for_selector("h1")
        album.take(page, "meeting")


def _leave(browser: Browser, address: str, album: Album) -> None:
    """Ask for rest as Rina up to the last page, and look at it from the desk and from above."""
    with window(browser, address) as page:
        sign_in(page, "rina")
        page.goto("/cuti/baru/")
        page.check("[name=start][value=MONDAY]")
        page.check("[name=length][value=THREE]")
        page.check("[name=certificate][value=LATER]")
        album.take(page, "rest")
        page.locator("form[action$='/cuti/baru/'] button.wide").click()
        page.wait_for_selector("form[action$='/kirim/']")
        album.take(page, "rest-check")
    for handle, path, name in (("ratih", "/h/", "queue"), ("agus", "/t/", "away")):
        with window(browser, address) as page:
            sign_in(page, handle)
            page.goto(path)
            album.take(page, name)


def main(names: list[str]) -> int:
    """Take the pictures; return an exit status."""
    sys.path.insert(0, str(ROOT))
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        print("No Chromium here: install it or set CHROMIUM.", file=sys.stderr)
        return 1
    with open_house() as address, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        walk(browser, address, Album(set(names)))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
