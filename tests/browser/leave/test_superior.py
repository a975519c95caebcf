"""A superior answers and names a stand-in: at 320 pixels, without script, by keyboard alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.leave.models import Consideration, Delegation
from portal.people.models import User
from tests.browser.walks import cast as people
from tests.browser.walks import looks
from tests.browser.walks.hands import Keyboard, Pointer
from tests.factories import make_employee
from tests.support.leave import open_room
from tests.support.leave_team import absent, open_question, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def room(transactional_db):
    """A superior with one question, one colleague away, and somebody who could stand in."""
    room = open_room()
    now = timezone.now()
    later = now.date() + timedelta(days=21)
    peer = make_employee(
        "sejawat", agency=room.agency, unit=room.unit, manager=room.manager,
        full_name="Raden Ajeng Kusumaningtyas Purwaningrum Wijayakusuma",
    )  # fmt: skip
    absent(room, peer, now.date() - timedelta(days=1), later)
    send(room, first=later, last=later + timedelta(days=2), now=now)
    return room


def faults(page) -> list[str]:
    return [*looks.frame(page), *looks.shape(page), *looks.spaced(page), *looks.axe(page)]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    ("hands", "width", "script"), [(Pointer, 320, False), (Keyboard, 1280, True)]
)
def test_she_answers_in_two_steps(open_window, room, language, hands, width, script):
    hand = hands(open_window(language, width, java_script_enabled=script))
    page = people.sign_in(hand, User.objects.get(pk=room.manager.user_id))
    page.goto("/t/")
    if script:
        assert faults(page) == []
    question = Consideration.objects.get()

    hand.press(page.locator(f'a.btn[href="/t/{question.pk}/"]'))
    page.wait_for_url(f"**/t/{question.pk}/")
    if script:
        assert faults(page) == []
    else:
        assert looks.shape(page) == []
    hand.press(page.locator("main form button.btn.wide"))
    page.wait_for_selector(".errsum")
    hand.choose(page.locator('input[name="opinion"][value="DEFER"]'))
    hand.choose(page.locator('input[name="reason"][value="UNIT_FULL"]'))
    hand.press(page.locator("main form button.btn.wide"))
    page.wait_for_url("**/t/")

    question.refresh_from_db()
    assert (question.opinion, question.reason) == ("DEFER", "UNIT_FULL")
    assert open_question(question.request) is None


@pytest.mark.parametrize("language", ["id", "en"])
def test_her_pages_fit_a_small_phone(open_window, room, language):
    page = open_window(language, 320)
    people.sign_in(Pointer(page), User.objects.get(pk=room.manager.user_id))
    question = Consideration.objects.get()

    for path in ("/t/", f"/t/{question.pk}/", "/t/wakil/", "/t/cara/"):
        page.goto(path)
        assert faults(page) == [], path


def test_a_stand_in_is_named_without_script(open_window, room):
    hand = Pointer(open_window("id", 320, java_script_enabled=False))
    page = people.sign_in(hand, User.objects.get(pk=room.manager.user_id))
    page.goto("/t/wakil/")
    today = timezone.localdate()

    hand.pick(page.locator("#id_stand_in"), str(room.director.pk))
    hand.choose(page.locator('input[name="kind"][value="PLH"]'))
    hand.write(page.locator("#id_decree_number"), "SPR-12/2026")
    page.fill("#id_valid_from", today.isoformat())
    page.fill("#id_valid_until", (today + timedelta(days=3)).isoformat())
    hand.press(page.locator("main form button.btn.wide"))
    page.wait_for_selector("#given-title")
    assert Delegation.objects.get().stand_in == room.director

    hand.press(page.locator("section:has(#given-title) button"))
    page.wait_for_selector(".notice.success")
    assert Delegation.objects.get().withdrawn_on is not None
