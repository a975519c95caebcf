"""The medical reviewer at a browser: three clicks, a narrow phone, the keyboard, no script."""

import pytest
from playwright.sync_api import Page, expect

from portal.leave.choices import State, Verdict
from portal.leave.models import Attestation, HealthDossier
from portal.leave.services import evidence
from portal.leave.services.desk import employee_locked
from portal.people.models import User
from tests.browser.walks import cast as people
from tests.browser.walks.hands import Pointer
from tests.factories import NOW, PASSPHRASE
from tests.support.leave import know_notices, open_room
from tests.support.reviews import hand_in, make_case, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_second_factor(settings, monkeypatch):
    settings.REQUIRE_STAFF_MFA = False
    know_notices(monkeypatch)


@pytest.fixture
def room(db):
    """An agency that does leave here, and its people."""
    return open_room()


@pytest.fixture
def row(room):
    """A request with words and a certificate of two pages."""
    case = make_case(room)
    with employee_locked(employee_id=case.employee_id):
        evidence.seal_words(
            HealthDossier.objects.get(request=case), "Saya perlu beristirahat.", now=NOW
        )
    hand_in(case, room.asker, photo("a"), photo("b"))
    return case


def at_the_list(page: Page, room) -> Page:
    """Sign the reviewer in, open her vault, and go to her list."""
    people.sign_in(Pointer(page), User.objects.get(pk=room.reviewer.user_id))
    page.goto("/brankas/buka/")
    page.fill("[name=passphrase]", PASSPHRASE)
    page.locator("main form button").first.click()
    page.goto("/m/")
    return page


def fits(page: Page) -> bool:
    """Say whether nothing has to be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("script", [True, False])
def test_open_choose_send(open_window, room, row, language, script):
    window = open_window(language, 320, java_script_enabled=script)
    page = at_the_list(window, room)
    assert not script or fits(page)

    page.locator("main form button").first.click()
    pictures = page.locator("img.paper")
    expect(pictures).to_have_count(2)
    if script:
        for picture in pictures.all():
            expect(picture).to_have_js_property("complete", value=True)
            assert picture.evaluate("image => image.naturalWidth") > 0
        assert fits(page)
    page.locator("[name=verdict][value=ENOUGH]").check()
    if script:
        expect(page.locator("[data-when='verdict=NOT_ENOUGH']")).to_be_hidden()
        expect(page.locator("[data-when='verdict=PARTLY']")).to_be_hidden()
    page.locator("main form button.wide").click()

    expect(page).to_have_url(f"{page.url.split('/m/')[0]}/m/")
    row.refresh_from_db()
    assert row.state == State.DECISION
    assert Attestation.objects.get().verdict == Verdict.ENOUGH


def test_with_the_keyboard_alone(open_window, room, row):
    page = at_the_list(open_window("en", 1280), room)
    page.locator("main form button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("img.paper").first).to_be_visible()
    page.wait_for_load_state("networkidle")

    page.locator("[name=verdict]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=verdict][value=NOT_ENOUGH]")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("[name=missing]").first).to_be_focused()
    page.keyboard.press("Space")
    page.locator("main form button.wide").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Sent. The certificate stays sealed.")).to_be_visible()
    assert Attestation.objects.get().missing == ["DATES"]


def test_an_empty_verdict_leads_to_what_is_missing(open_window, room, row):
    page = at_the_list(open_window("en", 320), room)
    page.locator("main form button").first.click()

    page.locator("main form button.wide").click()

    expect(page.locator(".errsum")).to_be_focused()
    for part in page.locator("[data-when]").all():
        expect(part).to_be_hidden()
    assert fits(page)
