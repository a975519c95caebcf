"""The list of circles and the page of one before joining, with the form of joining."""

import re

import pytest

from groups.choices import EnrolmentState, JoinPolicy, Refusal, Visibility, Way
from groups.models import Enrolment, Place
from groups.services import enrolment, setup
from groups.services.desk import GroupRefused
from portal.people.models import User
from tests.factories import NOW, make_employee
from tests.pages.counselling.conftest import sign_in, text_of, words
from tests.support.circle_pages import asked, browser_of, path_of, title_of
from tests.support.clock import at, follow_the_clock
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_member_account,
    plan_series,
)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


# ---- the list


def test_the_list_says_what_a_circle_is_and_never_a_number_of_places(circle, rina):
    plan_series(circle, starts_on=NOW.date(), at=NOW.time().replace(hour=15))

    page = browser_of(rina).get("/lingkar/")
    text = text_of(page)

    for said in ("Lingkar Kenanga", "Kerja tanpa henti", "Lina", "Tirta", "WIB"):
        assert said in text
    assert "8" not in re.sub(r"\d\d\.\d\d|\d+ \w+ember", "", words(text.split("Lina")[0]))
    assert "Kenanga" not in title_of(page)
    assert "Kerja" not in title_of(page)


def test_own_circles_come_first_and_say_what_waits(circle, rina):
    other = make_circle(agency=circle.agency, head=circle.head, name="Lingkar Melati")
    small = make_circle(
        agency=circle.agency, head=circle.head, name="Lingkar Teratai", capacity=1
    )
    first = join(small)
    join(circle, rina)
    join(small, rina)
    enrolment.leave_circle(actor=first, group_id=small.group.pk, now=NOW)

    page = browser_of(rina).get("/lingkar/")
    html = page.content.decode()

    order = [html.index(name) for name in ("Lingkar Kenanga", "Lingkar Melati")]
    assert order == sorted(order)
    assert html.index("Lingkar Teratai") < html.index("Lingkar Melati")
    assert [row.name for row in page.context["page"].own if row.has_offer] == [
        "Lingkar Teratai"
    ]
    assert other.group.name in [row.name for row in page.context["page"].others]


def test_with_no_circle_the_list_shows_a_way_forward(db):
    rina = make_employee("rina")

    page = sign_in(rina.user).get("/lingkar/")

    assert 'class="empty"' in page.content.decode()
    assert 'href="/temu/"' in page.content.decode()


def test_somebody_from_outside_every_agency_is_told_kindly(circle):
    head = User.objects.get(pk=circle.head.user_id)
    outside = make_employee("luar")
    user = outside.user
    outside.delete()

    page = sign_in(user).get("/lingkar/")

    assert page.status_code == 200
    assert "Kenanga" not in text_of(page)
    assert 'class="empty"' in page.content.decode()
    assert sign_in(user).get(path_of(circle)).status_code == 404
    assert head.pk != user.pk


def test_the_circles_clock_stands_beside_ones_own(circle):
    there = make_circle(agency=circle.agency, head=circle.head, zone="Asia/Jayapura")
    plan_series(there, starts_on=NOW.date(), at=NOW.time().replace(hour=18))
    rina = make_member_account(there)

    text = text_of(browser_of(rina).get("/lingkar/"))

    assert "16.00\N{EN DASH}17.30 WIB" in text
    assert "(18.00 WIT" in text


# ---- joining


def test_joining_needs_no_field(circle, rina):
    browser = browser_of(rina)
    page = browser.get(path_of(circle))
    html = page.content.decode()
    assert " required" not in html.split("/ikut/")[1].split("</form>")[0]
    assert html.index("Yang diceritakan di sini tinggal di sini.") < html.index("btn wide")

    answer = browser.post(f"{path_of(circle)}ikut/", asked(page))

    assert answer.status_code == 302
    assert answer["Location"] == path_of(circle)
    row = enrolment_of(circle, rina)
    assert row.state == EnrolmentState.ACTIVE
    assert "/jeda/" in browser.get(path_of(circle)).content.decode()


def test_the_page_says_no_name_of_mine_and_keeps_a_neutral_title(circle, rina):
    page = browser_of(rina).get(path_of(circle))

    assert "Rina" not in text_of(page)
    assert "Kenanga" not in title_of(page)
    assert "Kerja" not in title_of(page)
    assert page["Cache-Control"] == "no-store" or "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("alias", ["Rina", "R!", "x" * 31])
def test_a_nickname_that_does_not_do_comes_back_at_its_field(circle, rina, alias):
    browser = browser_of(rina)
    sent = asked(browser.get(path_of(circle)), alias=alias)

    page = browser.post(f"{path_of(circle)}ikut/", sent)
    html = page.content.decode()

    assert page.status_code == 200
    assert f'value="{alias}"' in html
    assert 'id="id_alias_error"' in html
    assert 'class="errsum"' in html
    assert not Enrolment.objects.filter(state__in=["ACTIVE", "WAITING"]).exists()


def test_a_taken_nickname_comes_back_at_its_field(circle, rina):
    join(circle, alias="Langit Sore")
    browser = browser_of(rina)

    page = browser.post(
        f"{path_of(circle)}ikut/", asked(browser.get(path_of(circle)), alias="Langit sore")
    )

    assert 'id="id_alias_error"' in page.content.decode()


def test_a_changed_agreement_is_shown_with_everything_typed(circle, rina):
    browser = browser_of(rina)
    sent = asked(browser.get(path_of(circle)), alias="Langit Sore")
    setup.publish_agreement(
        actor=circle.lead, group_id=circle.group.pk, text_id="Bunyi yang baru.",
        text_en="The new words.", now=NOW,
    )  # fmt: skip

    page = browser.post(f"{path_of(circle)}ikut/", sent)
    html = page.content.decode()

    assert page.status_code == 200
    assert "Bunyi yang baru." in html
    assert 'value="Langit Sore"' in html
    assert 'name="agreement" value="2"' in html
    again = browser.post(f"{path_of(circle)}ikut/", asked(page))
    assert again.status_code == 302
    assert enrolment_of(circle, rina).agreement_version == 2


def test_many_people_at_once_get_a_button_that_sends_the_same_again(circle, rina, monkeypatch):
    browser = browser_of(rina)
    sent = asked(browser.get(path_of(circle)), alias="Langit Sore")

    def busy(**_):
        raise GroupRefused(Refusal.BUSY)

    with monkeypatch.context() as patched:
        patched.setattr("groups.views.circles.join_circle", busy)
        page = browser.post(f"{path_of(circle)}ikut/", sent)
    html = page.content.decode()

    assert 'name="alias" value="Langit Sore"' in html
    assert f'name="agreement" value="{sent["agreement"]}"' in html
    assert "csrfmiddlewaretoken" in html
    assert html.count("csrfmiddlewaretoken") == html.count("<form")
    resent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
    resent.pop("next", None)
    assert browser.post(f"{path_of(circle)}ikut/", resent).status_code == 302
    assert enrolment_of(circle, rina).state == EnrolmentState.ACTIVE


def test_a_code_is_asked_for_where_one_is_needed(db):
    circle = make_circle(visibility=Visibility.REFERRAL)
    rina = make_member_account(circle)
    browser = browser_of(rina)
    page = browser.get(path_of(circle))
    assert 'name="code"' in page.content.decode()

    wrong = browser.post(f"{path_of(circle)}ikut/", asked(page, code="salah", alias="Awan"))
    assert 'id="id_code_error"' in wrong.content.decode()
    assert 'value="Awan"' in wrong.content.decode()
    missing = browser.post(f"{path_of(circle)}ikut/", asked(page, code=""))
    assert 'id="id_code_error"' in missing.content.decode()

    code = setup.make_invitation(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert browser.post(
        f"{path_of(circle)}ikut/", asked(page, code=code)
    ).status_code == 302  # fmt: skip


def test_words_go_to_the_facilitators_where_they_talk_first(db):
    circle = make_circle(join_policy=JoinPolicy.SCREENING)
    rina = make_member_account(circle)
    browser = browser_of(rina)
    page = browser.get(path_of(circle))
    assert 'name="words"' in page.content.decode()
    too_long = browser.post(f"{path_of(circle)}ikut/", asked(page, words="k" * 1001))
    assert "k" * 1001 in too_long.content.decode()
    assert 'id="id_words_error"' in too_long.content.decode()

    browser.post(f"{path_of(circle)}ikut/", asked(page))

    assert enrolment_of(circle, rina).state == EnrolmentState.APPLIED
    after = browser.get(path_of(circle)).content.decode()
    assert "/keluar/" in after
    assert "/ikut/" not in after


def test_several_ways_are_chosen_on_the_page(db):
    circle = make_circle(ways=[Way.ROOM, Way.ONLINE], capacity=3)
    rina = make_member_account(circle)
    browser = browser_of(rina)
    page = browser.get(path_of(circle))
    assert page.content.decode().count('name="way"') == 2

    browser.post(f"{path_of(circle)}ikut/", asked(page, way="ONLINE"))

    assert Place.objects.get().pool.way == Way.ONLINE
