"""Somebody asks for rest, hands a certificate in, changes her mind, and has her letter."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.leave.choices import State
from portal.leave.models import LeaveRequest
from tests.browser.leave import scenes
from tests.browser.walks.hands import Careful, Keyboard, Pointer
from tests.browser.walks.steps import form, unfold

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MANNERS = [pytest.param(*rest, id=name) for name, *rest in scenes.MANNERS]
WORDS = "Belum bisa tidur, ZX-KEJIWAAN-91."


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def room(transactional_db):
    """An agency that does leave."""
    return scenes.make_room()


class Counted:
    """Counts what somebody presses and what she answers, whatever hand she has."""

    def __init__(self, hand: Pointer) -> None:
        self.hand = hand
        self.clicks = 0
        self.fields: set[str] = set()

    def press(self, target: Locator) -> None:
        """Press something: a click."""
        self.clicks += 1
        self.hand.press(target)

    def answer(self, target: Locator) -> None:
        """Fill a field in."""
        self.fields.add(str(target.get_attribute("name")))
        self.hand.choose(target)

    def say(self, target: Locator) -> None:
        """Choose one of a few that decides how it goes on: a click."""
        self.clicks += 1
        self.hand.choose(target)


def one(page: Page, name: str, value: str) -> Locator:
    """Return one answer of a question."""
    return page.locator(f"[name={name}][value={value}]")


def ask(hand: Pointer, *, certificate: str, length: str = "THREE", **words: str) -> Counted:
    """Ask from the first page on, and count."""
    page, counted = hand.page, Counted(hand)
    page.goto("/")
    hand.look()
    counted.press(page.locator("main a[href='/cuti/baru/']"))
    page.wait_for_url("**/cuti/baru/")
    hand.look()
    counted.answer(one(page, "start", "MONDAY"))
    counted.answer(one(page, "length", length))
    counted.say(one(page, "certificate", certificate))
    for name, text in words.items():
        field = page.locator(f"[name={name}]")
        unfold(hand, field)
        hand.write(field, text)
    counted.press(form(page, "/cuti/baru/"))
    send = page.locator("form[action$='/kirim/'] button.wide")
    expect(send).to_be_visible()
    hand.look()
    counted.press(send)
    page.wait_for_url(scenes.CERTIFICATE if certificate == "NOW" else scenes.REQUEST)
    expect(page.locator("[role=status] .notice")).to_be_visible()
    hand.look()
    return counted


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_four_clicks_and_two_fields(open_window, room, kind, window, language):
    hand = kind(open_window(language, **window))
    page = scenes.enter(hand, room, "employee")

    counted = ask(hand, certificate="NONE")

    assert counted.clicks == 4
    assert counted.fields == {"start", "length"}
    row = LeaveRequest.objects.get()
    assert (row.leave_type.code, row.days, row.state) == ("CT-PNS", 3, State.CONSIDERATION)
    assert page.locator("ol.line [aria-current=step]").count() == 1

    unfold(hand, form(page, "/tarik/"))
    hand.press(form(page, "/tarik/"))
    expect(form(page, "/tarik/")).to_have_count(0)
    hand.look()
    row.refresh_from_db()
    assert row.state == State.WITHDRAWN
    hand.press(page.locator("main a[href='/cuti/']").first)
    page.wait_for_url("**/cuti/")
    hand.look()


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_a_certificate_as_photo_and_as_pdf(open_window, room, kind, window, language):
    hand = kind(open_window(language, **window))
    page = scenes.enter(hand, room, "employee")
    ask(hand, certificate="NOW", length="WEEK", words=WORDS)

    hand.press(page.locator("main form button.wide"))
    expect(page.locator(".errsum")).to_be_visible()
    assert page.title().startswith(("Perbaiki:", "Fix:"))
    hand.look()
    scenes.give(hand, page.locator("[name=papers]"), scenes.JPEG, scenes.PDF)
    hand.press(page.locator("main form button.wide"))
    page.wait_for_url(scenes.REQUEST)

    row = LeaveRequest.objects.get()
    assert row.state == State.EVIDENCE_REVIEW
    sealed = page.locator("main .card.seal li li, main .card.seal .rows > li")
    expect(sealed).to_have_count(2)
    expect(page.locator("main")).not_to_contain_text("ZX-KEJIWAAN-91")
    hand.look()
    page.goto("/saya/")
    expect(page.locator(f"main a[href='/cuti/{row.pk}/']")).to_have_count(1)
    hand.look()


def test_a_paper_that_is_none_is_said_at_its_field(open_window, room):
    hand = Pointer(open_window("id", 320))
    page = scenes.enter(hand, room, "employee")
    ask(hand, certificate="NOW", length="WEEK")
    wrong = {"name": "catatan.txt", "mimeType": "text/plain", "buffer": b"bukan gambar"}
    scenes.give(hand, page.locator("[name=papers]"), wrong)
    hand.press(page.locator("main form button.wide"))

    expect(page.locator(".errsum")).to_be_focused()
    hand.look()
    scenes.give(hand, page.locator("[name=papers]"), scenes.PDF)
    hand.press(page.locator("main form button.wide"))
    page.wait_for_url(scenes.REQUEST)


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_granted_leave_has_a_letter_and_can_be_changed(
    open_window, room, kind, window, language
):
    first, last = scenes.workdays()
    row = scenes.in_force(room, first=first, last=last)
    hand = kind(open_window(language, **window))
    page = scenes.enter(hand, room, "employee")
    page.goto("/cuti/")
    hand.look()
    hand.press(page.locator(f"main a[href='/cuti/{row.pk}/']"))
    page.wait_for_url(scenes.REQUEST)
    hand.look()

    for path in ("dokumen", "formulir"):
        said = scenes.words_of(scenes.fetch(hand, page.locator(f"a[href$='/{path}/']")))
        assert scenes.NAMES["employee"] in said
        assert "ZX-KEJIWAAN-91" not in said

    hand.press(page.locator("main a[href$='/ubah/']"))
    page.wait_for_url("**/ubah/")
    hand.look()
    hand.write(page.locator("[name=until_day]"), (last + timedelta(days=1)).isoformat())
    hand.press(form(page, "/cuti/baru/"))
    hand.press(page.locator("form[action$='/kirim/'] button.wide"))
    page.wait_for_url(scenes.REQUEST)
    hand.look()
    changed = LeaveRequest.objects.exclude(pk=row.pk).get()
    assert (changed.supersedes_id, changed.last_day) == (row.pk, last + timedelta(days=1))
    row.refresh_from_db()
    assert row.state == State.GRANTED

    unfold(hand, form(page, "/tarik/"))
    hand.press(form(page, "/tarik/"))
    expect(form(page, "/tarik/")).to_have_count(0)
    page.goto(f"/cuti/{row.pk}/")
    unfold(hand, form(page, "/batal/"))
    hand.press(form(page, "/batal/"))
    expect(form(page, "/batal/")).to_have_count(0)
    hand.look()
    row.refresh_from_db()
    assert row.state == State.CANCEL_REQUESTED


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_coming_back_earlier(open_window, room, kind, window, language):
    first, wanted = scenes.today() - timedelta(days=3), scenes.today() + timedelta(days=2)
    row = scenes.in_force(room, first=first, last=first + timedelta(days=12), ago=5)
    hand = kind(open_window(language, **window))
    page = scenes.enter(hand, room, "employee")
    page.goto(f"/cuti/{row.pk}/")
    hand.look()
    hand.press(page.locator("main a[href$='/pulang/']"))
    page.wait_for_url("**/pulang/")
    hand.press(page.locator("main form button.wide"))
    expect(page.locator(".errsum")).to_be_visible()
    hand.look()
    hand.write(page.locator("[name=last_day]"), wanted.isoformat())
    hand.press(page.locator("main form button.wide"))
    page.wait_for_url(scenes.REQUEST)
    hand.look()
    row.refresh_from_db()
    assert (row.state, row.wanted_last_day) == (State.EARLY_RETURN_REQUESTED, wanted)


def test_what_was_typed_comes_back_with_what_is_missing(open_window, room):
    hand = Keyboard(open_window("en", 320))
    page = scenes.enter(hand, room, "employee")
    page.goto("/cuti/baru/")
    hand.choose(one(page, "start", "OTHER"))
    expect(page.locator("[name=start_day]")).to_be_visible()
    hand.choose(one(page, "length", "DAYS"))
    hand.write(page.locator("[name=length_days]"), "4")
    hand.press(form(page, "/cuti/baru/"))

    expect(page.locator(".errsum")).to_be_focused()
    assert page.title().startswith("Fix:")
    assert page.locator("[name=length_days]").input_value() == "4"
    hand.look()
    hand.write(page.locator("[name=start_day]"), scenes.workdays()[0].isoformat())
    hand.choose(one(page, "certificate", "NONE"))
    hand.press(form(page, "/cuti/baru/"))
    edit = page.locator("button[name=edit]")
    hand.press(edit)
    expect(page.locator("[name=length_days]")).to_have_value("4")
    assert not re.search(r"kirim", page.url)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_menu_stays_on_one_line_beside_news(open_window, room, language):
    first, last = scenes.workdays()
    scenes.in_force(room, first=first, last=last)
    page = open_window(language, 320)
    scenes.enter(Pointer(page), room, "employee")
    page.goto("/cuti/")
    expect(page.locator("nav.nav .count")).to_be_visible()
    tops = page.locator("nav.nav ul").first.evaluate(
        "menu => new Set([...menu.children].map(one => one.offsetTop)).size"
    )
    assert tops == 1


def test_axe_reads_the_questions_unfolded(open_window, room):
    hand = Careful(open_window("id", 320))
    page = scenes.enter(Pointer(hand.page), room, "employee")
    page.goto("/cuti/baru/")
    scenes.read_in_full(hand)
