"""When something comes between: a time taken, a hold lapsed, a counsellor who falls ill."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from counselling.models import Appointment
from tests.browser.walks import cast as people
from tests.browser.walks import steps
from tests.browser.walks.hands import Careful, Pointer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOTE = "Ingin mulai dari tidur."


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


def _let_lapse(page) -> None:
    held = UUID(page.url.rstrip("/").rsplit("/", 1)[1])
    past = timezone.now() - timedelta(seconds=1)
    assert Appointment.objects.filter(pk=held).update(hold_expires_at=past) == 1


def test_two_clicks_and_no_key_lead_to_a_meeting(open_window):
    cast = people.make_cast()
    page = people.sign_in(Pointer(open_window()), cast.rina)
    sent: list[str] = []
    page.on(
        "request", lambda one: sent.append(one.method) if one.is_navigation_request() else 0
    )
    page.evaluate("addEventListener('keydown', () => { throw new Error('a key was typed') })")
    page.locator("button.slot").first.click()
    page.wait_for_url(steps.MEETING)
    page.evaluate("addEventListener('keydown', () => { throw new Error('a key was typed') })")
    steps.form(page, "/pesan/").click()
    expect(page.locator("a[href$='/pindah/']")).to_be_visible()
    assert sent.count("POST") == 2
    assert people.open_meeting(cast.rina).status == "BOOKED"


def test_a_time_taken_meanwhile_gets_the_kind_page(open_window):
    cast = people.make_cast()
    page = people.sign_in(Pointer(open_window("id", 320)), cast.rina)
    wanted = page.locator("button.slot").first
    token = wanted.get_attribute("value")
    people.take(cast, people.instant_of(token))
    wanted.click()
    expect(page.locator("h1")).to_have_text(
        "Waktu itu baru saja terisi. Ini yang paling dekat."
    )
    expect(page.locator("h1")).to_be_focused()
    Careful(page).look()
    offered = page.locator("button.slot")
    expect(offered).to_have_count(3)
    assert token not in [one.get_attribute("value") for one in offered.all()]
    offered.first.click()
    page.wait_for_url(steps.MEETING)
    steps.confirm(Pointer(page))


def test_a_lapsed_hold_loses_no_word(open_window):
    cast = people.make_cast()
    hand = Pointer(open_window("id", 320))
    page = people.sign_in(hand, cast.rina)
    steps.choose_nearest(hand)
    steps.write_beforehand(hand, NOTE, alias="Hujan Sore")
    _let_lapse(page)
    steps.form(page, "/pesan/").click()
    expect(page.locator("h1")).to_contain_text("sepuluh menit")
    Careful(page).look()
    page.locator("button.slot").first.click()
    expect(page.locator("[name=note]")).to_be_visible()
    assert page.locator("[name=note]").input_value() == NOTE
    assert page.locator("[name=alias]").input_value() == "Hujan Sore"
    steps.confirm(hand)
    expect(page.locator("main")).to_contain_text("Hujan Sore")


def test_looking_again_at_a_lapsed_hold_says_so(open_window):
    cast = people.make_cast()
    hand = Pointer(open_window("en", 320))
    page = people.sign_in(hand, cast.rina)
    steps.choose_nearest(hand)
    _let_lapse(page)
    page.reload()
    expect(page.locator("h1")).to_contain_text("ten minutes")
    expect(page.locator("button.slot")).to_have_count(3)
    Careful(page).look()


@pytest.mark.parametrize("script", [True, False])
def test_a_counsellor_who_falls_ill(open_window, script):
    cast = people.make_cast()
    meeting_id = people.meeting_later_today(cast, cast.rina)
    sari = Pointer(open_window("id", 320, java_script_enabled=script))
    people.sign_in(sari, cast.sari)
    steps.close_today(sari)
    expect(sari.page.locator(".notice")).to_contain_text("1 orang")

    kind = Careful if script else Pointer
    rina = kind(open_window("id", 320, java_script_enabled=script))
    page = people.sign_in(rina, cast.rina)
    expect(page.locator(".card.note")).to_be_visible()
    expect(page.locator("button.slot")).to_have_count(3)
    expect(page.locator("nav.nav .count")).to_be_visible()
    rina.look()
    page.goto(f"/temu/{meeting_id}/")
    expect(page.locator("h1")).to_contain_text("Sari")
    expect(page.locator("button.slot")).to_have_count(3)
    rina.look()
    page.goto("/saya/kabar/")
    assert page.locator("main li.card").count() >= 1
    page.goto("/")
    rina.press(steps.form(page, "/temu/mengerti/"))
    page.wait_for_url(lambda url: url.endswith("/"))
    expect(page.locator("form[action='/temu/mengerti/']")).to_have_count(0)
    expect(page.locator("button.slot")).to_have_count(3)
    page.locator("button.slot").first.click()
    page.wait_for_url(steps.MEETING)
    steps.confirm(rina)
