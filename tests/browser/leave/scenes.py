"""People around a leave on the days around today, and what they do on the pages, told once."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
from django.utils import timezone
from playwright.sync_api import FilePayload, Locator, Page, expect

from portal.leave.models import LeaveRequest
from portal.leave.rules.deciding import UNDO_FOR
from portal.leave.services import decisions
from portal.people.actors import Account
from portal.people.models import Employee, User
from portal.wellbeing.services import seed_contacts
from tests.browser.walks import cast as people
from tests.browser.walks.hands import Careful, Keyboard, Pointer
from tests.browser.walks.steps import form
from tests.factories import PASSPHRASE
from tests.support import leave_cases
from tests.support.leave import Room, open_room
from tests.support.reviews import photo
from tests.support.scans import pdf

REQUEST = re.compile(r"/cuti/[0-9a-f-]{36}/$")
CERTIFICATE = re.compile(r"/cuti/[0-9a-f-]{36}/surat/$")
SMALL_AND_PLAIN = {"width": 320, "java_script_enabled": False}
MANNERS: list[tuple[str, type[Pointer], dict[str, object], str]] = [
    ("careful-id", Careful, {"width": 1280}, "id"),
    ("320-no-script-id", Pointer, SMALL_AND_PLAIN, "id"),
    ("360-no-script-en", Pointer, {**SMALL_AND_PLAIN, "width": 360}, "en"),
    ("320-keyboard-id", Keyboard, {"width": 320}, "id"),
    ("keyboard-en", Keyboard, {"width": 1280}, "en"),
]
"""A pointer read by axe in both themes, a phone without a script, and the keyboard alone."""
NAMES = {
    "employee": "Siti Rahmawati",
    "manager": "I Gusti Ayu Made Kartikasari",
    "director": "Raden Bambang Prawirohardjo",
    "hr": "Maya Anggraini",
    "official": "Yohanes Wenda",
    "reviewer": "Dewi Lestari",
    "other_reviewer": "Hendra Wijaya",
}
JPEG: FilePayload = {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": photo()}
TEXT = b"BT /F1 12 Tf 20 350 Td (Surat keterangan) Tj ET"
PDF: FilePayload = {"name": "surat.pdf", "mimeType": "application/pdf", "buffer": pdf(TEXT)}


def make_room() -> Room:
    """Make an agency that does leave, its people with their names, and the numbers."""
    seed_contacts(now=timezone.now())
    room = open_room()
    for place, name in NAMES.items():
        User.objects.filter(pk=user_of(room, place).pk).update(full_name=name)
        whom = getattr(room, place)
        if isinstance(whom, Employee):
            whom.refresh_from_db()
    return room


def user_of(room: Room, place: str) -> User:
    """Return the account of one of the people of a room."""
    whom: Employee | Account = getattr(room, place)
    user_id = whom.user.pk if isinstance(whom, Employee) else whom.user_id
    return User.objects.get(pk=user_id)


def enter(hand: Pointer, room: Room, place: str) -> Page:
    """Sign one of the people of a room in."""
    return people.sign_in(hand, user_of(room, place))


def today() -> date:
    """Return the day it is where the people of the room work."""
    return timezone.now().astimezone(ZoneInfo("Asia/Jakarta")).date()


def workdays(weeks: int = 2, length: int = 3) -> tuple[date, date]:
    """Return days from a Monday on, so many weeks after the coming one."""
    now = today()
    first = now + timedelta(days=7 * weeks + 8 - now.isoweekday())
    return first, first + timedelta(days=length - 1)


def in_force(
    room: Room, *, first: date, last: date, ago: int = 0, **more: object
) -> LeaveRequest:
    """Let leave have been granted by everybody it passes, so many days ago."""
    now = timezone.now() - timedelta(days=ago, hours=1)
    row = leave_cases.sent(room, first=first, last=last, now=now, **more)  # type: ignore[arg-type]
    row = leave_cases.considered(row, now=now)
    leave_cases.decide(room, row, now=now)
    decisions.sign_due(now=now + UNDO_FOR)
    return leave_cases.read(row.pk)


def ten_minutes_pass() -> None:
    """Let what was decided be signed."""
    decisions.sign_due(now=timezone.now() + UNDO_FOR)


def give(hand: Pointer, target: Locator, *files: FilePayload) -> None:
    """Choose files; a window of the system does that, so keys are followed to its button."""
    if isinstance(hand, Keyboard):
        hand.reach(target)
    target.set_input_files(list(files))


def unlock(hand: Pointer) -> None:
    """Write the passphrase on the page before us."""
    page = hand.page
    hand.look()
    hand.write(page.locator("input[name=passphrase]"), PASSPHRASE)
    hand.press(form(page, "/brankas/buka/"))


def fetch(hand: Pointer, link: Locator) -> bytes:
    """Press a link to a file, and return what comes."""
    with hand.page.expect_download() as coming:
        hand.press(link)
    return Path(coming.value.path()).read_bytes()


def words_of(data: bytes) -> str:
    """Open a PDF as a reader does; return its words, title and everything it says of itself."""
    paper = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_bounded() for page in paper]
    assert all(page.strip() for page in pages)
    return "\n".join([*pages, *map(str, paper.get_metadata_dict().values())])


def read_in_full(hand: Pointer, folded: str = "main details") -> None:
    """Unfold everything and look at it."""
    for fold in hand.page.locator(folded).all():
        fold.evaluate("fold => { fold.open = true }")
    hand.look()


def on_the_way(page: Page, ending: str, deed: Callable[[], object]) -> None:
    """Do what leads to an address, and wait for it."""
    deed()
    page.wait_for_url(f"**{ending}")
    expect(page.locator("h1")).to_be_visible()
