"""What holds on every page: one heading, a neutral title, nothing cut, times in full."""

import re
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
RUN_AXE = """async options => (await axe.run(document, options)).violations.map(
  one => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 160)])"""
TOO_WIDE = """() => { const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return null;
  const far = [...document.querySelectorAll('body *')].find(
    e => e.getBoundingClientRect().right > page.clientWidth + 1 && !e.closest('.scroll,.vh'));
  return far ? far.outerHTML.slice(0, 120) : 'something'; }"""
SPACING = """() => { const s = new CSSStyleSheet(); s.replaceSync(
  '*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}' +
  'p{margin-bottom:2em!important}'); document.adoptedStyleSheets = [s]; }"""
SMALL = """() => [...document.querySelectorAll('a,button,input,select,summary,textarea')]
  .filter(e => { const q = e.getBoundingClientRect();
    return q.width && q.height && (q.height < 24 || q.width < 24)
      && getComputedStyle(e).display !== 'inline' && !e.closest('.vh')
      && !e.classList.contains('skip'); }).map(e => e.outerHTML.slice(0, 80))"""
TELLING = re.compile(
    r"konsel|counsel|psiko|psycho|jiwa|mental|lelah|tired|krisis|crisis", re.IGNORECASE
)
"""Words that no title, address or file name holds."""
_DAYS = "Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu|Monday|Tuesday|Wednesday|Thursday|Friday"
COMPLETE = re.compile(
    rf"({_DAYS}|Saturday|Sunday) \d{{1,2}} \w+, \d\d\.\d\d (WIB|WITA|WIT|UTC)"
)
"""Day, date, time and zone, in the name of every time that can be pressed."""


def axe(page: Page, *, only: list[str] | None = None) -> list[str]:
    """Return what axe finds; evaluated in the page, so that its own policy stays in force."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    run = {"type": "rule", "values": only} if only else {"type": "tag", "values": RULES}
    found = page.evaluate(RUN_AXE, {"runOnly": run, "resultTypes": ["violations"]})
    return [f"axe {name}, {count} times: {html}" for name, count, html in found]


def frame(page: Page) -> list[str]:
    """Return what is wrong with the heading, the title and the language of a page."""
    faults = []
    if page.locator("h1").count() != 1:
        faults.append(f"{page.locator('h1').count()} h1")
    title = page.title()
    if not title.strip() or TELLING.search(title):
        faults.append(f"title {title!r}")
    if TELLING.search(page.url):
        faults.append("address")
    return faults


def times(page: Page) -> list[str]:
    """Return what is wrong with the names of the times that can be pressed."""
    names = [" ".join(one.split()) for one in page.locator("button.slot").all_text_contents()]
    faults = [f"incomplete time {one!r}" for one in names if not COMPLETE.search(one)]
    if len(set(names)) != len(names):
        faults.append("two times of one name")
    return faults


def shape(page: Page) -> list[str]:
    """Return what is cut, too wide or too small to press at the width the window has."""
    wide = page.evaluate(TOO_WIDE)
    return [f"wide: {wide}"] * bool(wide) + [f"small: {one}" for one in page.evaluate(SMALL)]


def spaced(page: Page) -> list[str]:
    """Return what grows too wide with generous spacing of the text."""
    page.evaluate(SPACING)
    wide = page.evaluate(TOO_WIDE)
    page.evaluate("() => { document.adoptedStyleSheets = []; }")
    return [f"wide when spaced: {wide}"] * bool(wide)


def all_of(page: Page) -> list[str]:
    """Return every quick look at once."""
    return [*frame(page), *times(page), *shape(page)]


def closely(page: Page) -> list[str]:
    """
    Return what is wrong in both themes at both widths, with spaced text, and in a low window.

    A theme changes no word, no order and no size: in the dark axe reads the colours alone.
    """
    before = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 640})
    faults = [*all_of(page), *axe(page)]
    page.emulate_media(color_scheme="dark")
    faults += axe(page, only=COLOURS)
    page.set_viewport_size({"width": 1280, "height": 800})
    faults += axe(page, only=COLOURS)
    page.emulate_media(color_scheme="light")
    faults += [*shape(page), *axe(page)]
    page.set_viewport_size({"width": 320, "height": 256})
    faults += spaced(page)
    page.set_viewport_size(before or {"width": 1280, "height": 640})
    return faults
