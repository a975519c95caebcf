"""The page of a meeting: the run sheet, who came, notes without names, how she is."""

import re
from datetime import time, timedelta

import pytest

from groups.choices import Mark, SignalKind, Way
from groups.models import Attendance, Debrief, MeetingNote
from groups.services import run
from portal.people.models import User
from portal.people.sessions import AWAKE_KEY
from tests.factories import MONDAY, NOW, wib
from tests.pages.counselling.conftest import sign_in, text_of
from tests.support.clock import at, follow_the_clock
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    meetings_of,
    plan_series,
)

DURING = wib(15, 10)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(DURING):
        yield


@pytest.fixture
def circle(db):
    """A circle whose meeting began ten minutes ago, online as well."""
    circle = make_circle(name="Lingkar Kenanga", ways=(Way.ROOM, Way.ONLINE))
    plan_series(circle, starts_on=MONDAY, at=time(15, 0), meetings=2)
    return circle


@pytest.fixture
def langit(circle):
    """A member."""
    return join(circle, alias="Langit", way=Way.ROOM)


@pytest.fixture
def path(circle) -> str:
    """The page of the meeting that runs."""
    return f"/f/pertemuan/{meetings_of(circle)[0].pk}/"


@pytest.fixture
def browser(circle):
    """Its lead, at a browser."""
    return sign_in(User.objects.get(pk=circle.lead.user_id))


def tap(circle, member, mark: str) -> dict[str, str]:
    """Return what one tap sends."""
    return {"tap": f"{enrolment_of(circle, member).pk}|{mark}"}


def test_a_tap_is_kept_and_leads_back_to_its_row(circle, langit, path, browser):
    answer = browser.post(f"{path}kehadiran/", tap(circle, langit, "PRESENT"))

    assert answer["Location"] == f"{path}#p-{enrolment_of(circle, langit).pk}"
    assert Attendance.objects.get().mark == Mark.PRESENT
    html = browser.get(path).content.decode()
    assert html.count('aria-pressed="true"') == 1
    assert f'id="p-{enrolment_of(circle, langit).pk}"' in html

    browser.post(f"{path}kehadiran/", tap(circle, langit, ""))
    assert not Attendance.objects.exists()


def test_the_script_gets_an_answer_without_a_page(circle, langit, path, browser):
    quick = {"HTTP_ACCEPT": "application/json"}

    kept = browser.post(f"{path}kehadiran/", tap(circle, langit, "LATE"), **quick)
    again = browser.post(f"{path}kehadiran/", tap(circle, langit, "LATE"), **quick)
    wrong = browser.post(f"{path}kehadiran/", {"tap": "x|PRESENT"}, **quick)
    unknown = browser.post(f"{path}kehadiran/", tap(circle, langit, "ASLEEP"), **quick)

    assert (kept.status_code, kept.content) == (204, b"")
    assert again.status_code == 204
    assert (wrong.status_code, unknown.status_code) == (400, 400)
    assert Attendance.objects.get().mark == Mark.LATE


def test_too_early_a_tap_is_told_in_words(circle, langit, path, browser):
    with at(NOW):
        early = sign_in(User.objects.get(pk=circle.lead.user_id))
        sent = tap(circle, langit, "PRESENT")
        quick = early.post(f"{path}kehadiran/", sent, HTTP_ACCEPT="application/json")
        page = early.post(f"{path}kehadiran/", sent, follow=True)

    assert quick.status_code == 409
    assert quick.json()["said"] in text_of(page)
    assert "data-attendance" not in page.content.decode()
    assert not Attendance.objects.exists()


def test_a_stranger_cannot_tap(circle, langit, path):
    other = make_circle(agency=circle.agency, head=circle.head, name="Lingkar Lain")
    browser = sign_in(User.objects.get(pk=other.lead.user_id))

    for deed in ("kehadiran", "catatan", "langkah", "cerita", "tautan"):
        sent = {**tap(circle, langit, "PRESENT"), "feeling": "FINE", "text": "x"}
        assert browser.post(f"{path}{deed}/", sent).status_code == 404, deed
    assert browser.get(path).status_code == 404
    assert browser.get(f"{path}cetak/").status_code == 404


def test_the_run_sheet_goes_on_and_back_and_says_until_when(path, browser, circle):
    browser.post(f"{path}langkah/", {"block_no": "0"})
    text = text_of(browser.get(path))
    assert "15.15 WIB" in text
    assert 'aria-current="step"' in browser.get(path).content.decode()

    browser.post(f"{path}langkah/", {"block_no": "1"})
    assert meetings_of(circle)[0].block_no == 1
    browser.post(f"{path}langkah/", {"block_no": "0"})
    assert meetings_of(circle)[0].block_no == 0
    browser.post(f"{path}langkah/", {"block_no": ""})
    assert meetings_of(circle)[0].block_no is None


def test_a_note_with_a_nickname_comes_back_with_the_words_marked(circle, langit, path, browser):
    text = "Langit bercerita lama.\nNomornya 081234567890."

    answer = browser.post(
        f"{path}catatan/", {"themes": ["WORKLOAD"], "mood": "CALM", "text": text}
    )
    html = answer.content.decode()

    assert answer.status_code == 200
    assert "<mark>Langit</mark>" in html
    assert "<mark>081234567890</mark>" in html
    assert "bercerita lama" in html
    assert re.search(r'value="WORKLOAD"[^>]*checked', html)
    assert not MeetingNote.objects.exists()


def test_a_note_without_names_is_kept_and_shown_again(path, browser):
    sent = {"themes": ["WORKLOAD", "SLEEP"], "mood": "MIXED", "text": "Banyak diam."}

    assert browser.post(f"{path}catatan/", sent)["Location"] == f"{path}#catatan"

    assert MeetingNote.objects.get().themes == ["WORKLOAD", "SLEEP"]
    assert "Banyak diam." in browser.get(path).content.decode()


def test_words_that_are_private_are_kept_from_the_browser(langit, path, browser):
    html = browser.get(path).content.decode()

    for tag in re.findall(r"<textarea[^>]*>", html):
        assert 'autocomplete="off"' in tag
        assert 'spellcheck="false"' in tag


def test_a_debrief_is_her_own(circle, path, browser):
    sent = {"feeling": "TIRED", "text": "Berat tadi."}
    browser.post(f"{path}cerita/", sent)
    assert Debrief.objects.get().feeling == "TIRED"
    assert "Berat tadi." in browser.get(path).content.decode()

    co = sign_in(User.objects.get(pk=circle.co.user_id))
    assert "Berat tadi." not in co.get(path).content.decode()


def test_somebody_who_stepped_out_is_seen_at_the_top(circle, langit, path, browser):
    meeting = meetings_of(circle)[0]
    run.send_signal(
        actor=langit, meeting_id=meeting.pk, kind=SignalKind.CHECK_ON_ME, now=DURING
    )

    html = browser.get(path).content.decode()

    top = html.split('id="panggilan"')[1].split("</div>")[0]
    assert "Langit" in top


def test_the_room_opens_half_an_hour_before_and_leaves_no_trace(circle, path, browser):
    shown = browser.post(f"{path}tautan/")
    html = shown.content.decode()

    assert "https://temu.instansi.test/lingkar" in html
    assert 'rel="noopener noreferrer"' in html
    assert shown["Referrer-Policy"] == "no-referrer"
    assert "no-store" in shown["Cache-Control"]
    assert browser.get(f"{path}tautan/").status_code == 405
    with at(NOW):
        early = sign_in(User.objects.get(pk=circle.lead.user_id))
        assert "temu.instansi.test" not in early.post(f"{path}tautan/").content.decode()


def test_paper_has_the_parts_the_nicknames_and_boxes(langit, path, browser):
    html = browser.get(f"{path}cetak/").content.decode()

    assert "Langit" in html
    assert html.count('class="box"') == 4
    assert "15.00\u201315.05 WIB" in text_of(browser.get(f"{path}cetak/"))


def test_nobody_is_signed_out_while_she_sits_with_her_group(circle, path, browser):
    browser.get(path)
    ends = meetings_of(circle)[0].period.upper
    assert browser.session[AWAKE_KEY] == (ends + timedelta(minutes=30)).timestamp()

    with at(NOW):
        early = sign_in(User.objects.get(pk=circle.lead.user_id))
        early.get(path)
        assert AWAKE_KEY not in early.session


def test_a_worry_has_a_way_of_its_own(path, browser):
    html = browser.get(path).content.decode()
    assert f"{path}serahkan/" in html
