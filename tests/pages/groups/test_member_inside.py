"""The page of a circle to a member, to whoever was one, and to whom it is closed."""

import re

import pytest

from groups.choices import EnrolmentState, GroupKind
from groups.models import Attendance, Enrolment, Place
from groups.services import enrolment, setup
from portal.notifications.models import Notification
from portal.people.models import User
from tests.factories import NOW, account, make_agency, make_employee
from tests.pages.counselling.conftest import text_of
from tests.support.circle_pages import asked, browser_of, fill_up, path_of, title_of
from tests.support.clock import at, follow_the_clock
from tests.support.groups import enrolment_of, join, make_circle, make_member_account


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


# ---- a member


def test_a_member_takes_a_break_and_comes_back(circle, rina):
    join(circle, rina)
    browser = browser_of(rina)

    browser.post(f"{path_of(circle)}jeda/")
    html = browser.get(path_of(circle)).content.decode()
    assert enrolment_of(circle, rina).state == EnrolmentState.PAUSED
    assert "/lanjut/" in html
    assert "/jeda/" not in html

    browser.post(f"{path_of(circle)}lanjut/")
    assert enrolment_of(circle, rina).state == EnrolmentState.ACTIVE


def test_a_new_agreement_is_said_yes_to_on_the_page(circle, rina):
    join(circle, rina)
    browser = browser_of(rina)
    assert "/setuju/" not in browser.get(path_of(circle)).content.decode()
    setup.publish_agreement(
        actor=circle.lead, group_id=circle.group.pk, text_id="Bunyi yang baru.",
        text_en="The new words.", now=NOW,
    )  # fmt: skip

    html = browser.get(path_of(circle)).content.decode()
    assert "Bunyi yang baru." in html
    browser.post(f"{path_of(circle)}setuju/", {"agreement": "1"})
    assert enrolment_of(circle, rina).agreement_version == 1
    browser.post(f"{path_of(circle)}setuju/", {"agreement": "2"})
    assert enrolment_of(circle, rina).agreement_version == 2
    assert "/setuju/" not in browser.get(path_of(circle)).content.decode()


def test_another_nickname_or_the_reason_why_not(circle, rina):
    join(circle, rina, alias="Langit Sore")
    browser = browser_of(rina)

    refused = browser.post(f"{path_of(circle)}samaran/", {"alias": "Rina"})
    html = refused.content.decode()
    assert 'value="Rina"' in html
    assert re.search(r"<details open>.{0,400}/samaran/", html, re.DOTALL)
    assert title_of(refused).startswith(("Perbaiki:", "Fix:"))
    assert browser.post(f"{path_of(circle)}samaran/", {"alias": ""}).status_code == 200

    browser.post(f"{path_of(circle)}samaran/", {"alias": "Hujan Pagi"})
    assert "Hujan Pagi" in text_of(browser.get(path_of(circle)))


@pytest.mark.parametrize("who", ["atasan", "nobody"])
def test_whom_not_to_meet_is_answered_alike_whoever_it_is(circle, rina, who):
    join(circle, rina)
    named = make_employee("atasan", agency=circle.agency).user.email
    browser = browser_of(rina)

    answer = browser.post(
        f"{path_of(circle)}hindari/",
        {"who": named if who == "atasan" else "tidak.ada@instansi.test"},
        follow=True,
    )

    assert answer.status_code == 200
    assert named not in text_of(answer)
    assert "/hindari/hapus/" in answer.content.decode()
    assert enrolment_of(circle, rina).blocks.count() == 1
    browser.post(f"{path_of(circle)}hindari/hapus/")
    assert enrolment_of(circle, rina).blocks.count() == 0
    empty = browser.post(f"{path_of(circle)}hindari/", {"who": " "})
    assert 'id="id_who_error"' in empty.content.decode()


def test_news_goes_to_the_portal_or_to_a_private_address(circle, rina):
    from allauth.account.models import EmailAddress

    user = User.objects.get(pk=rina.user_id)
    EmailAddress.objects.create(user=user, email="payung@kotak.test", verified=True)
    join(circle, rina)
    browser = browser_of(rina)
    page = browser.get(path_of(circle))
    html = page.content.decode()
    assert "payung@kotak.test" not in html
    masked = next(
        value for value in re.findall(r'name="address" value="([^"]*)"', html) if value
    )

    browser.post(f"{path_of(circle)}kabar/", {"address": masked})
    after = browser.get(path_of(circle)).content.decode()
    assert re.search(rf'value="{re.escape(masked)}"[^>]*checked', after)
    wrong = browser.post(f"{path_of(circle)}kabar/", {"address": "lain@kotak.test"})
    assert wrong.status_code == 200
    assert 'class="errsum"' in wrong.content.decode()


# ---- afterwards, and for whom it is not


def test_somebody_who_left_may_come_back(circle, rina):
    join(circle, rina)
    enrolment.leave_circle(actor=rina, group_id=circle.group.pk, now=NOW)
    browser = browser_of(rina)

    page = browser.get(path_of(circle))

    assert "/ikut/" in page.content.decode()
    assert browser.post(f"{path_of(circle)}ikut/", asked(page)).status_code == 302
    assert enrolment_of(circle, rina).state == EnrolmentState.ACTIVE


def test_an_ended_circle_thanks_those_who_were_in_it_and_is_gone_for_others(circle, rina):
    join(circle, rina)
    stranger = make_member_account(circle)
    setup.end_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)

    page = browser_of(rina).get(path_of(circle))

    assert page.status_code == 200
    assert "/ikut/" not in page.content.decode()
    assert "/jeda/" not in page.content.decode()
    assert 'href="/lingkar/"' in page.content.decode()
    assert browser_of(stranger).get(path_of(circle)).status_code == 404


def test_a_paused_circle_says_so(circle, rina):
    setup.pause_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)

    page = browser_of(rina).get(path_of(circle))

    assert page.status_code == 200
    assert "/ikut/" not in page.content.decode()
    answer = browser_of(rina).post(f"{path_of(circle)}ikut/", {"agreement": "1"}, follow=True)
    assert answer.status_code == 200
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(
    "deed", ["keluar", "jeda", "lanjut", "setuju", "samaran", "kabar", "hindari", "ikut"]
)
def test_another_agencys_circle_is_no_circle(circle, deed):
    stranger = account(make_employee("lain", agency=make_agency()))
    browser = browser_of(stranger)

    assert browser.get(path_of(circle)).status_code == 404
    sent = {"alias": "Awan", "who": "x@y.z", "agreement": "1"}
    assert browser.post(f"{path_of(circle)}{deed}/", sent).status_code == 404


@pytest.mark.parametrize("kind", GroupKind.values)
@pytest.mark.parametrize("capacity", [1, 8])
def test_looking_changes_nothing(kind, capacity):
    circle = make_circle(kind=kind, capacity=capacity)
    fill_up(circle)
    rina = join(circle, make_member_account(circle))
    browser = browser_of(rina)

    def rows() -> list[object]:
        tables = (Enrolment, Place, Attendance, Notification)
        return [list(table.objects.order_by("pk").values()) for table in tables]

    before = rows()
    for path in ("/", "/saya/", "/lingkar/", path_of(circle)):
        assert browser.get(path).status_code == 200
    assert rows() == before
