"""Ways to use a page: a pointer, or the keyboard alone. Both see what they do."""

from datetime import datetime

from playwright.sync_api import Locator, Page, expect

from tests.browser.walks import looks

FAR = 150
"""More stops than any page has: a thing that is not reached by then cannot be reached."""
STOP = """() => { const e = document.activeElement;
  if (!e || e === document.body) return null;
  const q = [...e.getClientRects()].find(one => one.width && one.height);
  const look = getComputedStyle(e);
  const box = q || e.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2,
    (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2);
  return {what: e.outerHTML.slice(0, 120), name: e.getAttribute("name"), ring: look.outlineStyle
    + " " + look.outlineWidth, inside: box.bottom > 0 && box.top < innerHeight,
    over: top && top.outerHTML.slice(0, 80) + " " + box.y + "+" + box.height,
    seen: !!top && (e === top || e.contains(top) || top.contains(e))}; }"""
IS_FOCUSED = "e => e === document.activeElement"
RING = "solid 3px"
FIELDS = {"date": ("%d%m%Y", "%m%d%Y"), "time": ("%H%M", "%I%M%p")}
DAY = "2000-01-01T"


class Pointer:
    """A mouse or a finger."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        """Press a button, a link or the head of something folded."""
        target.click()

    def write(self, target: Locator, text: str) -> None:
        """Replace what stands in a field."""
        target.fill(text)

    def choose(self, target: Locator) -> None:
        """Choose one of several."""
        target.check()

    def pick(self, target: Locator, value: str) -> None:
        """Pick a line of a list."""
        target.select_option(value)

    def arrive(self) -> None:
        """Wait until a page is there: between two, what was pressed is gone already."""
        self.page.wait_for_load_state("domcontentloaded")
        self.page.locator("h1").first.wait_for()

    def look(self) -> None:
        """Fail where the page before us breaks what holds on every page."""
        self.arrive()
        faults = looks.all_of(self.page)
        assert not faults, f"{self.page.url}: {faults}"


class Careful(Pointer):
    """A pointer that stops at every page and has axe read it, in both themes at both widths."""

    def look(self) -> None:
        self.arrive()
        faults = looks.closely(self.page)
        assert not faults, f"{self.page.url}: {faults}"


class Keyboard(Pointer):
    """Tab, Enter, Space and arrows; every stop on the way has to be seen, with its ring."""

    last = ""

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self.reach(target)
        kind = target.get_attribute("type")
        if kind in FIELDS:
            self._dial(
                target, datetime.fromisoformat(DAY + text if kind == "time" else text), kind
            )
        else:
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
        assert target.input_value() == text, target.input_value()

    def _dial(self, target: Locator, moment: datetime, kind: str) -> None:
        """Type a date or a time; in which order the digits go is the browser's own affair."""
        wanted = moment.strftime("%H:%M" if kind == "time" else "%Y-%m-%d")
        for layout in FIELDS[kind]:
            for _ in range(3):
                self.page.keyboard.press("ArrowLeft")
            self.page.keyboard.type(moment.strftime(layout))
            if target.input_value() == wanted:
                return

    def choose(self, target: Locator) -> None:
        group = self.page.locator(f"input[name={target.get_attribute('name')}]")
        self.reach(target, group=True)
        for _ in range(group.count()):
            if target.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        expect(target).to_be_checked()

    def pick(self, target: Locator, value: str) -> None:
        self.reach(target)
        self.page.keyboard.press("Home")
        for _ in range(target.locator("option").count()):
            if target.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        assert target.input_value() == value

    def reach(self, target: Locator, *, group: bool = False) -> None:
        """Press Tab until the target has the focus."""
        target.wait_for()
        name = target.get_attribute("name")
        for _ in range(FAR):
            stop = self.page.evaluate(STOP)
            if stop is not None and (
                stop["name"] == name if group else target.evaluate(IS_FOCUSED)
            ):
                return
            self.page.keyboard.press("Tab")
            self._look()
        raise AssertionError(f"no key leads to {target}")

    def _look(self) -> None:
        """Fail where the focus cannot be seen or lies under something."""
        stop = self.page.evaluate(STOP)
        if stop is None:
            return
        assert stop["inside"], f"{self.page.url}: out of the window: {stop['what']}"
        assert stop["seen"], f"{self.page.url}: {stop['over']} covers {stop['what']}"
        # A field for a date has parts of its own; the browser draws the ring of the later ones.
        is_part, self.last = stop["what"] == self.last, stop["what"]
        if is_part:
            return
        assert stop["ring"] == RING, f"{self.page.url}: {stop['ring']} at {stop['what']}"
