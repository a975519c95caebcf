"""Asking for leave: two questions, a page to check, sent; and everything one can do with it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.leave.choices import Certificate, Mode, State
from portal.leave.models import Evidence, LeaveDesk, LeaveRequest
from portal.people.models import User
from tests.factories import MONDAY, NOW, make_user
from tests.pages.counselling.conftest import sign_in, text_of
from tests.support.clock import at, follow_the_clock
from tests.support.leave import know_notices, open_room
from tests.support.scans import picture

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
ANSWERS = {"start": "TOMORROW", "length": "ONE", "certificate": "NONE"}


@pytest.fixture(autouse=True)
def _house(monkeypatch, settings, transactional_db):
    settings.REQUIRE_STAFF_MFA = False
    know_notices(monkeypatch)
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


@pytest.fixture
def room(transactional_db):
    return open_room()


@pytest.fixture
def rina(room) -> Client:
    return sign_in(User.objects.get(pk=room.employee.user_id))


def key_of(page) -> str:
    return re.search(r'name="key" value="([^"]+)"', page.content.decode()).group(1)


def check(browser: Client, **answers: str):
    """Answer the questions, and return the page to check."""
    key = key_of(browser.get("/cuti/baru/"))
    return browser.post("/cuti/baru/", {**ANSWERS, "key": key, **answers})


def send(browser: Client, checked):
    """Press the button of the check page, with everything it carries."""
    carried = {
        unescape(name): unescape(value)
        for name, value in HIDDEN.findall(checked.content.decode())
        if name != "csrfmiddlewaretoken"
    }
    return browser.post("/cuti/kirim/", carried)


def test_two_questions_and_it_is_sent(rina, room):
    page = rina.get("/cuti/")
    assert "Ask for leave" in text_of(page) or "Ajukan cuti" in text_of(page)
    checked = check(rina, start="TOMORROW", length="THREE")
    assert checked.status_code == 200
    assert LeaveRequest.objects.count() == 0
    sent = send(rina, checked)
    row = LeaveRequest.objects.get()
    assert sent.status_code == 302
    assert sent.url == f"/cuti/{row.pk}/"
    assert (row.first_day, row.last_day) == (
        MONDAY + timedelta(days=1),
        MONDAY + timedelta(days=3),
    )
    assert row.leave_type.code == "CT-PNS"
    assert rina.get(sent.url).status_code == 200


def test_the_same_page_sent_twice_is_one_request(rina):
    checked = check(rina)
    first, second = send(rina, checked), send(rina, checked)
    assert first.url == second.url
    assert LeaveRequest.objects.count() == 1


def test_working_days_pass_over_a_weekend(rina):
    # Friday and the two working days after it.
    checked = check(rina, start="OTHER", start_day="2026-11-27", length="THREE")
    send(rina, checked)
    assert str(LeaveRequest.objects.get().last_day) == "2026-12-01"


def test_with_a_certificate_calendar_days_count(rina):
    checked = check(
        rina, start="OTHER", start_day="2026-11-27", length="THREE", certificate="LATER"
    )
    send(rina, checked)
    row = LeaveRequest.objects.get()
    assert (str(row.last_day), row.leave_type.code) == ("2026-11-29", "CS")
    assert row.state == State.EVIDENCE_DUE


def test_a_week_is_seven_days(rina):
    send(rina, check(rina, start="MONDAY", length="WEEK"))
    row = LeaveRequest.objects.get()
    assert (row.last_day - row.first_day).days == 6
    assert row.first_day.isoweekday() == 1


@pytest.mark.parametrize(
    "answers",
    [
        {"start": "OTHER"},
        {"start": "OTHER", "start_day": "besok"},
        {"length": "DAYS"},
        {"length": "DAYS", "length_days": "0"},
        {"length": "UNTIL"},
        {"length": "UNTIL", "until_day": "2026-11-01"},
        {"certificate": ""},
        {"certificate": "KEMARIN"},
        {"code": "XX"},
        {"start": "OTHER", "start_day": "9999-12-31"},
    ],
)
def test_a_missing_answer_is_asked_for_and_the_others_stay(rina, answers):
    page = check(rina, **{"certificate": "LATER", "words": "Lelah sekali, Dok.", **answers})
    assert page.status_code == 200
    assert LeaveRequest.objects.count() == 0
    assert "errsum" in page.content.decode()
    assert "Lelah sekali, Dok." in page.content.decode()


def test_words_without_a_certificate_come_back_with_a_sentence(rina):
    page = check(rina, words="Lelah sekali, Dok.").content.decode()
    assert "errsum" in page
    assert "Lelah sekali, Dok." in page


def test_what_is_refused_says_a_way_and_keeps_everything(rina):
    page = check(rina, length="DAYS", length_days="40", address="Jalan Melati 4")
    said = page.content.decode()
    assert "errsum" in said
    assert "Jalan Melati 4" in said
    assert "/temu/" in said


def test_change_something_brings_everything_back(rina):
    checked = check(
        rina, words="Lelah.", address="Jalan Melati 4", length="WEEK", certificate="LATER"
    )
    carried = {
        unescape(name): unescape(value)
        for name, value in HIDDEN.findall(checked.content.decode())
        if name != "csrfmiddlewaretoken"
    }
    page = rina.post("/cuti/baru/", {**carried, "edit": "1"}).content.decode()
    assert "Lelah." in page
    assert "Jalan Melati 4" in page
    assert re.search(r'value="WEEK"[^>]*checked', page)


def test_the_check_page_says_who_learns_what(rina):
    page = check(rina, certificate="LATER")
    assert "<dl" in page.content.decode()
    assert len(re.findall(r"<dt>", page.content.decode())) >= 5


def test_a_certificate_now_leads_to_handing_it_in(rina):
    sent = send(rina, check(rina, certificate="NOW"))
    row = LeaveRequest.objects.get()
    assert sent.url == f"/cuti/{row.pk}/surat/"
    photo = SimpleUploadedFile("surat dokter jiwa.jpg", picture("JPEG"), "image/jpeg")
    done = rina.post(sent.url, {"papers": photo})
    assert done.url == f"/cuti/{row.pk}/"
    row.refresh_from_db()
    assert row.state == State.EVIDENCE_REVIEW
    page = rina.get(done.url).content.decode()
    assert Evidence.objects.get().sha256 in page
    assert "jiwa" not in page
    assert rina.get(sent.url).status_code == 200


def test_who_may_sign_begins_with_a_capital_alone_and_not_within_a_sentence(rina, settings):
    rina.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    checked = check(rina, certificate="NOW")
    said = text_of(rina.get(send(rina, checked).url))

    assert "Licensed doctor or government doctor" in text_of(checked)
    assert "What the rule asks for: licensed doctor or government doctor" in said


def test_a_wrong_file_is_told_kindly(rina):
    sent = send(rina, check(rina, certificate="NOW"))
    page = rina.post(sent.url, {"papers": SimpleUploadedFile("a.txt", b"halo", "text/plain")})
    assert page.status_code == 200
    assert "errsum" in page.content.decode()
    page = rina.post(sent.url, {})
    assert "errsum" in page.content.decode()


def test_withdraw_frees_the_days(rina):
    url = send(rina, check(rina)).url
    page = rina.get(url)
    version = re.search(r'name="version" value="(\d+)"', page.content.decode()).group(1)
    assert rina.post(f"{url}tarik/", {"version": version}).url == url
    assert LeaveRequest.objects.get().state == State.WITHDRAWN
    assert send(rina, check(rina)).status_code == 302


def test_a_stale_press_changes_nothing(rina):
    url = send(rina, check(rina)).url
    rina.post(f"{url}tarik/", {"version": "99"})
    assert LeaveRequest.objects.get().state != State.WITHDRAWN
    rina.post(f"{url}tarik/", {})
    assert LeaveRequest.objects.get().state != State.WITHDRAWN


def test_what_is_granted_can_be_changed_and_ended(rina):
    url = send(rina, check(rina, start="MONDAY", length="WEEK")).url
    LeaveRequest.objects.update(state=State.GRANTED)
    page = rina.get(url).content.decode()
    for tail in ("ubah/", "perpanjang/", "pulang/"):
        assert f"{url}{tail}" in page
        assert rina.get(f"{url}{tail}").status_code == 200
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    rina.post(f"{url}batal/", {"version": version})
    assert LeaveRequest.objects.get().state == State.CANCEL_REQUESTED


def test_earlier_return_is_asked_for(rina):
    url = send(rina, check(rina, start="MONDAY", length="WEEK")).url
    LeaveRequest.objects.update(state=State.GRANTED)
    row = LeaveRequest.objects.get()
    day = row.first_day + timedelta(days=1)
    sent = {"version": str(row.version), "last_day": day.isoformat()}
    assert rina.post(f"{url}pulang/", sent).url == url
    row.refresh_from_db()
    assert (row.state, row.wanted_last_day) == (State.EARLY_RETURN_REQUESTED, day)


def test_nobody_else_finds_it(rina, room):
    url = send(rina, check(rina)).url
    others = [room.manager.user_id, room.hr.user_id, room.official.user_id]
    for user_id in [*others, room.reviewer.user_id, make_user("orang").pk]:
        browser = sign_in(User.objects.get(pk=user_id))
        for tail in ("", "surat/", "pulang/", "perpanjang/", "ubah/", "lagi/", "dokumen/"):
            assert browser.get(f"{url}{tail}").status_code == 404, tail
        for tail in ("tarik/", "batal/", "telaah/", "tahunan/"):
            browser.post(f"{url}{tail}", {"version": "1"})
    assert LeaveRequest.objects.get().state not in (State.WITHDRAWN, State.CANCELLED)


def test_a_closed_room_says_where_to_go(rina, room):
    LeaveDesk.objects.filter(agency=room.agency).update(mode=Mode.OFF)
    page = rina.get("/cuti/")
    assert page.status_code == 200
    assert "/temu/" in page.content.decode()
    assert "/cuti/baru/" not in page.content.decode()
    assert rina.get("/cuti/baru/").url == "/cuti/"


def test_the_form_is_a_pdf_with_a_name_by_chance(rina):
    url = send(rina, check(rina)).url
    answer = rina.get(f"{url}formulir/")
    assert answer.content[:5] == b"%PDF-"
    assert re.fullmatch(
        r'attachment; filename="[0-9a-f]{12}\.pdf"', answer["Content-Disposition"]
    )
    assert rina.get(f"{url}dokumen/").status_code == 404


def test_every_title_is_neutral(rina):
    sent = send(rina, check(rina, certificate="NOW"))
    row = LeaveRequest.objects.get()
    LeaveRequest.objects.update(certificate=Certificate.NOW)
    for url in ("/cuti/", "/cuti/baru/", f"/cuti/{row.pk}/", sent.url):
        page = rina.get(url).content.decode()
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL).group(1)
        assert title.strip().startswith(("Cuti ·", "Leave ·")), title
