"""Whoever decides: two clicks to grant, time to undo, and no refusal without a way forward."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.leave.choices import State
from portal.leave.models import Decision, LeaveRequest
from tests.browser.leave import scenes
from tests.browser.walks.hands import Careful, Keyboard, Pointer
from tests.browser.walks.steps import form, unfold
from tests.factories import make_employee
from tests.support import leave_cases

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MANNERS = [pytest.param(*rest, id=name) for name, *rest in scenes.MANNERS]
IS_CARD = "row => getComputedStyle(row).display === 'block'"
OTHERS = ("Raden Ajeng Kusumaningtyas Purwaningrum Wijayakusuma", "Yo")


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def room(transactional_db):
    """An agency in which three requests wait for the decision, two of them of sick leave."""
    room = scenes.make_room()
    first, last = scenes.workdays()
    now = timezone.now()
    _ready(room, first=first, last=last, now=now)
    for number, name in enumerate(OTHERS):
        person = make_employee(
            f"lain{number}", agency=room.agency, unit=room.unit, manager=room.manager,
            full_name=name,
        )  # fmt: skip
        _ready(room, employee=person, code="CS", first=first, last=last, now=now)
    return room


def _ready(room, *, now, **more) -> LeaveRequest:
    row = leave_cases.considered(leave_cases.sent(room, now=now, **more), now=now)
    return leave_cases.attested(row, room.reviewer, now=now) if "code" in more else row


def of(room) -> LeaveRequest:
    """Return the request of the employee as it is now."""
    return LeaveRequest.objects.get(employee=room.employee)


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_two_clicks_to_grant_then_undo_and_sign(open_window, room, kind, window, language):
    hand = kind(open_window(language, **window))
    page = scenes.enter(hand, room, "official")
    page.goto("/h/")
    hand.look()
    rows = page.locator("table.stack tbody tr")
    expect(rows).to_have_count(3)
    is_small = page.viewport_size["width"] < 640
    assert all(row.evaluate(IS_CARD) is is_small for row in rows.all())

    row = of(room)
    grant = page.locator(f"a.btn[href='/h/{row.pk}/putus/']")
    yes = form(page, f"/h/{row.pk}/putus/")
    hand.press(grant)
    expect(yes).to_be_visible()
    hand.look()
    hand.press(yes)
    page.wait_for_url("**/h/")
    expect(rows).to_have_count(2)
    hand.look()

    decision = Decision.objects.get()
    hand.press(form(page, f"/h/putusan/{decision.pk}/urungkan/"))
    expect(rows).to_have_count(3)
    assert of(room).state == State.DECISION
    hand.press(grant)
    hand.press(yes)
    page.wait_for_url("**/h/")
    decision = Decision.objects.exclude(pk=decision.pk).get()
    hand.press(form(page, f"/h/putusan/{decision.pk}/tanda-tangan/"))
    expect(page.locator(".undo form")).to_have_count(0)
    hand.look()
    assert of(room).state == State.GRANTED
    page.goto(f"/h/{row.pk}/")
    hand.look()
    letter = scenes.words_of(scenes.fetch(hand, page.locator("a[href$='/dokumen/']")))
    assert scenes.NAMES["employee"] in letter


@pytest.mark.parametrize(("kind", "window", "language"), MANNERS)
def test_no_refusal_without_a_way_forward(open_window, room, kind, window, language):
    hand = kind(open_window(language, **window))
    page = scenes.enter(hand, room, "official")
    row = of(room)
    page.goto(f"/h/{row.pk}/")
    hand.look()
    hand.press(page.locator("main a[href$='hasil=DEFER']"))
    page.wait_for_url("**/putus/?hasil=DEFER")
    hand.look()
    send = page.locator("main form button.wide")
    hand.press(send)
    expect(page.locator(".errsum a")).to_have_count(2)
    hand.look()

    hand.choose(page.locator("[name=reason][value=URGENT_DUTY]"))
    _tick(hand, "ways", "OTHER_DATES")
    for name, day in zip(("other_first", "other_last"), scenes.workdays(weeks=5), strict=True):
        field = page.locator(f"[name={name}]")
        unfold(hand, field)
        hand.write(field, day.isoformat())
    hand.press(send)
    read = page.locator("main .card.warn")
    expect(read).to_be_visible()
    hand.look()
    words = read.inner_text()

    hand.press(page.locator("button[name=edit]"))
    expect(page.locator("[name=reason][value=URGENT_DUTY]")).to_be_checked()
    expect(page.locator("[name=ways][value=OTHER_DATES]")).to_be_checked()
    hand.press(send)
    hand.press(page.locator("button[name=send]"))
    expect(page.locator(".undo").first).to_be_visible()
    hand.look()
    assert of(room).state == State.DECISION
    scenes.ten_minutes_pass()
    assert of(room).state == State.DEFERRED

    own = open_window(language, 320, java_script_enabled=False)
    scenes.enter(Pointer(own), room, "employee")
    own.goto(f"/cuti/{row.pk}/")
    told = own.locator("main .card.warn").inner_text()
    assert all(line in told for line in words.splitlines() if line.strip())
    Pointer(own).look()


def _tick(hand: Pointer, name: str, value: str) -> None:
    box = hand.page.locator(f"[name={name}][value={value}]")
    if isinstance(hand, Keyboard):
        hand.reach(box)
        hand.page.keyboard.press("Space")
    else:
        box.check()


def test_axe_reads_the_pages_of_the_desk(open_window, room):
    row = of(room)
    leave_cases.decide(room, row, now=timezone.now())
    scenes.ten_minutes_pass()
    hand = Careful(open_window("id", 320))
    page = scenes.enter(Pointer(hand.page), room, "hr")
    person = f"/h/pegawai/{row.employee_id}/"
    rule = f"/h/aturan/{row.leave_type_id}/"
    for path in (
        "/h/", f"/h/{row.pk}/", "/h/berjalan/", "/h/keputusan/", "/h/wakil/", "/h/aturan/",
        "/h/aturan/potongan/", "/h/aturan/potongan/sakit/", rule, "/h/atur/", "/h/minggu/",
        "/h/pegawai/", person, f"{person}minggu/", "/h/ekspor/", "/h/laporan/",
    ):  # fmt: skip
        page.goto(path)
        scenes.read_in_full(hand)
