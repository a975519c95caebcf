"""Worries on their pages: who reads them stands above the field, and nobody is left alone."""

import re
from datetime import time

import pytest

from groups.choices import ConcernLevel, ConcernState
from groups.models import Concern
from groups.selectors import concerns as selectors
from groups.services import concerns
from portal.audit.models import StaffEvent
from portal.people.models import RoleGrant, User
from portal.vault.services import open_with_passphrase
from portal.vault.unlock import remember
from tests.factories import MONDAY, NOW, PASSPHRASE
from tests.pages.counselling.conftest import sign_in, text_of
from tests.support.clock import at, follow_the_clock
from tests.support.groups import (
    enrolment_of,
    give_vault,
    join,
    make_circle,
    make_duty,
    meetings_of,
    plan_series,
)
from tests.support.worries import TEXT, hand_on, told, write

TOPIC = "Kerja tanpa henti"


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


@pytest.fixture
def circle(db):
    """A circle that meets today."""
    made = make_circle(name="Kenanga Senin", topic=TOPIC)
    plan_series(made, starts_on=MONDAY, at=time(10, 0))
    return made


@pytest.fixture
def duty(circle):
    """Somebody on duty."""
    return make_duty(circle.agency)


def browser_of(actor):
    browser = sign_in(User.objects.get(pk=actor.user_id))
    browser.post("/bahasa/", {"language": "en", "next": "/"})
    return browser


def unlock(browser, actor, settings) -> None:
    browser.cookies[settings.VAULT_COOKIE_NAME] = remember(
        private_key=open_with_passphrase(user_id=actor.user_id, passphrase=PASSPHRASE),
        user_id=actor.user_id,
        session_key=browser.session.session_key,
        now=NOW,
    )


def form_path(circle) -> str:
    return f"/f/pertemuan/{meetings_of(circle)[0].pk}/serahkan/"


def write_path(circle) -> str:
    return f"/lingkar/{circle.group.pk}/bicara/"


def main_of(page) -> str:
    return page.content.decode().partition("<main")[2].partition("</main>")[0]


# ---- a facilitator hands on


def test_a_facilitator_hands_a_worry_on_about_a_nickname(circle, duty):
    member = join(circle, alias="Langit")
    browser = browser_of(circle.lead)

    page = browser.get(form_path(circle))
    assert "Whoever is on duty reads this" in text_of(page)
    assert "Langit" in text_of(page)
    sent = {"who": enrolment_of(circle, member).pk, "level": "RED", "text": TEXT}
    answer = browser.post(form_path(circle), sent)

    assert answer["Location"] == f"/f/pertemuan/{meetings_of(circle)[0].pk}/"
    concern = Concern.objects.get()
    assert (concern.level, concern.enrolment) == (
        ConcernLevel.RED,
        enrolment_of(circle, member),
    )
    assert "whoever is on duty is told" in text_of(browser.get(answer["Location"]))


def test_where_nobody_is_on_duty_the_numbers_stand_in_place_of_the_form(circle):
    page = browser_of(circle.lead).get(form_path(circle))

    assert "Nobody on duty is called from here" in text_of(page)
    assert 'href="tel:119"' in main_of(page)
    assert "<textarea" not in main_of(page)


def test_what_was_typed_comes_back_when_everybody_has_gone_meanwhile(circle, duty):
    browser = browser_of(circle.lead)
    browser.get(form_path(circle))
    RoleGrant.objects.filter(user_id=duty.user_id).update(ends_on=MONDAY)

    page = browser.post(form_path(circle), {"who": "", "level": "AMBER", "text": TEXT})

    assert TEXT in main_of(page)
    assert "numbers on the help page" in text_of(page)
    assert not Concern.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"who": "", "level": "AMBER", "text": " "},
        {"who": "", "level": "AMBER", "text": "x" * 4001},
        {"who": "", "level": "", "text": TEXT},
        {"who": "", "level": "PURPLE", "text": TEXT},
        {"who": "not-an-id", "level": "AMBER", "text": TEXT},
        {},
    ],
)
def test_a_form_that_lacks_something_says_what(circle, duty, sent):
    page = browser_of(circle.lead).post(form_path(circle), sent)

    assert page.status_code == 200
    assert "Something needs a small fix" in text_of(page)
    assert sent.get("text", "").strip() in page.content.decode()
    assert not Concern.objects.exists()


def test_another_circle_s_facilitator_finds_no_page(circle, duty):
    other = make_circle(agency=circle.agency, head=circle.head)
    browser = browser_of(other.lead)

    assert browser.get(form_path(circle)).status_code == 404
    sent = {"who": "", "level": "AMBER", "text": TEXT}
    assert browser.post(form_path(circle), sent).status_code == 404


# ---- a member writes


def test_a_member_chooses_who_reads(circle, duty):
    give_vault(circle.lead.user_id)
    member = join(circle)
    browser = browser_of(member)

    page = browser.get(write_path(circle))
    assert "You choose who reads this" in text_of(page)
    assert "never your name" in text_of(page)
    sent = {"text": TEXT, "level": "AMBER", "reader": "duty"}
    answer = browser.post(write_path(circle), sent)

    assert answer["Location"] == f"/lingkar/{circle.group.pk}/"
    assert Concern.objects.get().for_duty
    assert "Whoever is on duty can read it now" in text_of(browser.get(answer["Location"]))


@pytest.mark.parametrize("there", ["facilitators", "duty"])
def test_where_one_alone_could_read_there_is_nothing_to_choose(circle, there):
    if there == "duty":
        make_duty(circle.agency)
    else:
        give_vault(circle.lead.user_id)
    browser = browser_of(join(circle))

    page = browser.get(write_path(circle))
    assert 'name="reader"' not in main_of(page)
    browser.post(write_path(circle), {"text": TEXT, "level": "AMBER"})

    assert Concern.objects.get().for_duty is (there == "duty")


def test_a_member_whom_nobody_could_read_finds_numbers(circle):
    browser = browser_of(join(circle))

    page = browser.get(write_path(circle))
    assert 'href="tel:119"' in main_of(page)
    assert "<textarea" not in main_of(page)

    page = browser.post(
        write_path(circle), {"text": TEXT, "level": "AMBER", "reader": "facilitators"}
    )
    assert TEXT in main_of(page)
    assert "who is on duty instead" in text_of(page)


def test_danger_leads_to_the_numbers_on_every_form(circle, duty):
    give_vault(circle.lead.user_id)
    for browser, path in (
        (browser_of(circle.lead), form_path(circle)),
        (browser_of(join(circle)), write_path(circle)),
    ):
        assert 'href="/bantuan/"' in main_of(browser.get(path))


def test_who_is_not_in_the_circle_finds_no_page(circle, duty):
    outsider = join(make_circle(agency=circle.agency, head=circle.head))
    browser = browser_of(outsider)

    assert browser.get(write_path(circle)).status_code == 404
    assert browser.get(f"/lingkar/{duty.user_id}/bicara/").status_code == 404


# ---- on duty


def test_an_empty_desk_is_calm_and_asks_for_a_vault_where_there_is_none(circle, duty):
    calm = browser_of(duty).get("/j/")
    bare = browser_of(make_duty(circle.agency, with_vault=False)).get("/j/")

    assert 'class="empty"' in calm.content.decode()
    assert "You have no vault yet" not in text_of(calm)
    assert "You have no vault yet" in text_of(bare)


def test_the_desk_lists_what_was_handed_on_without_its_words(circle, duty):
    concern_id = hand_on(circle, level=ConcernLevel.RED)

    page = browser_of(duty).get("/j/")

    assert f"/j/{concern_id}/" in main_of(page)
    assert "Kenanga Senin" in text_of(page)
    assert TEXT not in text_of(page)
    assert page.content.decode().count("<h1") == 1
    assert not re.search(r"<title>[^<]*(Kenanga|lingkar)", page.content.decode(), re.IGNORECASE)


def test_words_wait_behind_a_locked_vault_and_every_opening_is_recorded(circle, duty, settings):
    concern_id = hand_on(circle)
    browser = browser_of(duty)

    locked = browser.get(f"/j/{concern_id}/")
    assert TEXT not in text_of(locked)
    assert "/brankas/buka/" in main_of(locked)
    assert "I look after this" in text_of(locked)
    assert not StaffEvent.objects.filter(action="circle.concern_opened").exists()

    unlock(browser, duty, settings)
    opened = browser.get(f"/j/{concern_id}/")
    assert TEXT in text_of(opened)
    assert StaffEvent.objects.filter(action="circle.concern_opened").count() == 1


def test_unlocking_leads_back_to_the_worry(circle, duty):
    concern_id = hand_on(circle)
    browser = browser_of(duty)
    browser.get(f"/j/{concern_id}/")

    answer = browser.post("/brankas/buka/", {"passphrase": PASSPHRASE})

    assert answer["Location"] == f"/j/{concern_id}/"


def test_what_is_written_cannot_be_markup(circle, duty, settings):
    concern_id = hand_on(circle, text="<script>alert(1)</script>")
    browser = browser_of(duty)
    unlock(browser, duty, settings)

    html = browser.get(f"/j/{concern_id}/").content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_taken_offered_a_talk_and_closed(circle, duty):
    member = join(circle, alias="Langit")
    concern_id = hand_on(circle, about=enrolment_of(circle, member).pk)
    browser, path = browser_of(duty), f"/j/{concern_id}/"
    assert "Langit" in text_of(browser.get(path))

    assert browser.post(f"{path}ambil/")["Location"] == path
    page = browser.get(path)
    assert "I look after this" not in text_of(page)
    browser.post(f"{path}ajak/")
    assert "has been asked whether" in text_of(browser.get(path))
    browser.post(f"{path}tutup/")

    assert Concern.objects.get().state == ConcernState.CLOSED
    closed = main_of(browser.get(path))
    assert "<button" not in closed.replace("/brankas/", "")
    assert any("talk with you" in one for one in told(member))


def test_of_two_the_second_is_thanked(circle, duty):
    second = make_duty(circle.agency)
    concern_id = hand_on(circle)
    concerns.take_concern(actor=duty, concern_id=concern_id, now=NOW)
    browser = browser_of(second)

    answer = browser.post(f"/j/{concern_id}/ambil/")
    page = browser.get(answer["Location"])

    assert "Somebody else has taken this over already" in text_of(page)
    assert "Somebody else looks after this already" in text_of(page)
    assert f"/j/{concern_id}/ambil/" not in main_of(page)


def test_a_worry_about_nobody_in_particular_offers_no_talk(circle, duty):
    concern_id = hand_on(circle)
    browser = browser_of(duty)

    assert f"/j/{concern_id}/ajak/" not in main_of(browser.get(f"/j/{concern_id}/"))
    assert browser.post(f"/j/{concern_id}/ajak/").status_code == 404


def test_a_facilitator_reads_what_her_members_wrote_to_her(circle, settings):
    give_vault(circle.lead.user_id)
    write(circle, join(circle, alias="Langit"))
    concern = Concern.objects.get()
    browser = browser_of(circle.lead)
    unlock(browser, circle.lead, settings)

    assert f"/j/{concern.pk}/" in main_of(browser.get("/j/"))
    page = browser.get(f"/j/{concern.pk}/")

    assert TEXT in text_of(page)
    assert "Langit" in text_of(page)
    assert f"/j/{concern.pk}/ajak/" not in main_of(page)


@pytest.mark.parametrize("path", ["", "ambil/", "tutup/", "ajak/"])
def test_nobody_else_finds_the_page(circle, duty, path):
    concern_id = hand_on(circle)
    elsewhere = make_duty(make_circle().agency)
    for actor in (elsewhere, circle.lead, circle.head, join(circle)):
        browser = browser_of(actor)
        method = browser.get if path == "" else browser.post
        assert method(f"/j/{concern_id}/{path}").status_code == 404


def test_pages_ask_the_database_alike_for_one_worry_and_for_ten(
    circle, duty, django_assert_num_queries
):
    for _ in range(2):
        hand_on(circle)
    with django_assert_num_queries(3):
        selectors.list_concerns(actor=duty, now=NOW)
    for _ in range(8):
        hand_on(circle)
    with django_assert_num_queries(3):
        assert len(selectors.list_concerns(actor=duty, now=NOW).waiting) == 10
