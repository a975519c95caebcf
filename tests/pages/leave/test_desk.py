"""The desk: two clicks grant, ten minutes undo, and who sees what of it."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.leave.choices import DecisionState, Outcome, State
from portal.leave.models import Decision, Decree, LeaveRequest, Letter
from portal.leave.services.decisions import sign_due
from portal.notifications.models import Notification
from portal.people.choices import Role
from portal.people.models import User
from tests.factories import NOW, account, grant, make_employee
from tests.pages.counselling.conftest import sign_in
from tests.support.clock import at
from tests.support.desk import at_the_desk, hidden, said
from tests.support.leave import open_room
from tests.support.leave_cases import granted, later, read, ready, the_decision

pytestmark = pytest.mark.django_db(transaction=True)

NEVER = "You see dates and the reviewer's verdict, never reasons of health."


@pytest.fixture
def official(room) -> Client:
    return at_the_desk(room.official)


@pytest.fixture
def hr(room) -> Client:
    return at_the_desk(room.hr)


def press_grant(browser: Client, row: LeaveRequest):
    """Press Grant in the row, then Yes."""
    queue = browser.get("/h/").content.decode()
    first = f"/h/{row.pk}/putus/"
    assert f'href="{first}"' in queue
    asked = browser.get(first)
    assert "Yes, grant" in said(asked)
    return browser.post(first, {name: values[0] for name, values in hidden(asked).items()})


def test_two_clicks_grant_and_nobody_is_told_for_ten_minutes(official, room):
    row = ready(room)
    before = Notification.objects.count()

    answer = press_grant(official, row)

    assert (answer.status_code, answer.url) == (302, "/h/")
    decision = the_decision(row)
    assert (decision.outcome, decision.state) == (Outcome.GRANT, DecisionState.PENDING)
    assert read(row.pk).state == State.DECISION
    assert Notification.objects.count() == before
    page = said(official.get("/h/"))
    assert "Taking effect soon" in page
    assert "Takes effect at 08.10 WIB; until then nobody is told." in page
    assert "Undo" in page
    assert "Sign now" in page


def test_looking_decides_nothing(official, room):
    row = ready(room)
    for path in ("/h/", f"/h/{row.pk}/", f"/h/{row.pk}/putus/", "/h/berjalan/"):
        assert official.get(path).status_code == 200
    for outcome in ("GRANT", "AMEND", "DEFER", "RETURN", "REFUSE", "ODD"):
        official.get(f"/h/{row.pk}/putus/?hasil={outcome}")
    assert not Decision.objects.exists()
    assert read(row.pk).version == row.version


def test_what_waits_long_says_so_in_words_and_nothing_more(official, room):
    row = ready(room, first=date(2026, 12, 21), last=date(2026, 12, 21))
    words = "Waits longer than five working days; UU 30/2014 art. 53 asks for an answer."
    assert words not in said(official.get("/h/"))
    with at(later(8 * 24 * 60)):
        assert said(at_the_desk(room.official).get("/h/")).count(words) == 1
    assert not Decision.objects.exists()
    assert read(row.pk).version == row.version


def test_undone_it_waits_again(official, room):
    row = ready(room)
    press_grant(official, row)
    decision = the_decision(row)

    answer = official.post(f"/h/putusan/{decision.pk}/urungkan/", follow=True)

    assert "Taken back. Nobody was told" in said(answer)
    decision.refresh_from_db()
    assert decision.state == DecisionState.UNDONE
    assert f"/h/{row.pk}/putus/" in answer.content.decode()


def test_signed_now_there_is_a_letter_on_the_running_page(official, room):
    row = ready(room)
    press_grant(official, row)

    answer = official.post(f"/h/putusan/{the_decision(row).pk}/tanda-tangan/", follow=True)

    assert "Signed." in said(answer)
    letter = Letter.objects.get()
    page = official.get("/h/berjalan/")
    assert letter.number in said(page)
    paper = official.get(f"/h/{row.pk}/dokumen/")
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    name = re.fullmatch(
        r'attachment; filename="([0-9a-f]{12})\.pdf"', paper["Content-Disposition"]
    )
    again = official.get(f"/h/{row.pk}/dokumen/")["Content-Disposition"]
    assert name is not None
    assert name.group(1) not in again


def test_after_ten_minutes_undo_says_what_is_possible(official, room):
    row = ready(room)
    press_grant(official, row)
    with at(later(11)):
        sign_due(now=later(11))
        answer = official.post(f"/h/putusan/{the_decision(row).pk}/urungkan/", follow=True)
        assert "Two people can revoke it." in said(answer)
    assert read(row.pk).state == State.GRANTED


def test_without_a_decree_the_row_says_who_decides_and_has_no_button(hr, room):
    row = ready(room)
    page = hr.get("/h/")
    assert "The authorised official decides it." in said(page)
    assert f"/h/{row.pk}/putus/" not in page.content.decode()
    case = hr.get(f"/h/{row.pk}/")
    assert "The authorised official decides it." in said(case)
    assert "putus" not in case.content.decode()
    answer = hr.post(f"/h/{row.pk}/putus/", {"version": row.version}, follow=True)
    assert answer.redirect_chain == [(f"/h/{row.pk}/", 302)]
    assert not Decision.objects.exists()


def test_her_own_request_never_appears(room):
    person = User.objects.get(pk=room.official.user_id)
    mine = ready(room, employee=person.employee)
    browser = at_the_desk(room.official)
    page = browser.get("/h/").content.decode()
    assert str(mine.pk) not in page
    assert browser.get(f"/h/{mine.pk}/").status_code == 404
    assert browser.post(f"/h/{mine.pk}/putus/", {"version": 1}).status_code == 404
    assert str(mine.pk) not in browser.get("/h/berjalan/").content.decode()


def test_another_agency_sees_nothing(room, official):
    row = ready(room)
    other = open_room()
    stranger = sign_in(User.objects.get(pk=other.official.user_id))
    assert str(row.pk) not in stranger.get("/h/").content.decode()
    for path in ("", "putus/", "dokumen/", "formulir/", "keterangan/"):
        assert stranger.get(f"/h/{row.pk}/{path}").status_code == 404


def test_two_tabs_decide_once(official, room):
    row = ready(room)
    press_grant(official, row)
    answer = official.post(f"/h/{row.pk}/putus/", {"version": row.version}, follow=True)
    assert "A colleague has decided this request." in said(answer)
    assert Decision.objects.count() == 1


def test_a_page_that_is_old_decides_nothing(official, room):
    row = ready(room)
    answer = official.post(f"/h/{row.pk}/putus/", {"version": row.version + 1}, follow=True)
    assert "This request has changed meanwhile." in said(answer)
    assert not Decision.objects.exists()


def test_somebody_decides_meanwhile_and_the_page_shows_it(official, room, hr):
    row = ready(room)
    press_grant(official, row)
    case = hr.get(f"/h/{row.pk}/")
    assert "Takes effect at" in said(case)
    assert "urungkan" not in case.content.decode()
    queue = hr.get("/h/")
    assert "Decided by" in said(queue)
    assert "urungkan" not in queue.content.decode()


def make_many(room, number: int) -> None:
    for one in range(number):
        person = make_employee(
            f"p{one}", agency=room.agency, unit=room.unit, manager=room.manager
        )
        ready(room, employee=person, code="CS" if one % 2 else "CT-PNS")


def test_the_queue_asks_ten_questions_whatever_its_length(official, room):
    counts = []
    for number in (2, 6):
        make_many(room, number)
        official.get("/h/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page = official.get("/h/")
        counts.append(len(seen))
        assert page.status_code == 200
    assert counts[0] == counts[1]
    assert counts[1] <= 10, [one["sql"][:160] for one in seen]


def test_nothing_of_the_kind_of_paper_or_the_doctor_is_said(official, room):
    row = ready(room, code="CS", words="ZX-KEJIWAAN-91 Sp.KJ")
    for path in ("/h/", f"/h/{row.pk}/", f"/h/{row.pk}/putus/", "/h/berjalan/"):
        page = official.get(path).content.decode()
        assert "ZX-KEJIWAAN-91" not in page
        assert "Sp.KJ" not in page
    assert NEVER in said(official.get("/h/"))
    assert NEVER in said(official.get(f"/h/{row.pk}/"))


def test_titles_are_neutral_in_both_languages(official, room):
    row = ready(room, code="CS")
    for path in ("/h/", f"/h/{row.pk}/", f"/h/{row.pk}/putus/"):
        page = official.get(path).content.decode()
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL).group(1)
        assert "Queue" in title
        assert room.employee.user.full_name not in title


def test_the_empty_desk_says_so(official, hr, room):
    assert "Nothing waits for you" in said(official.get("/h/"))
    assert "Nobody is on leave" in said(official.get("/h/berjalan/"))
    tabs = official.get("/h/").content.decode()
    assert "/h/aturan/" not in tabs
    assert "/h/aturan/" in hr.get("/h/").content.decode()


def test_running_tells_today_from_later(official, room):
    granted(room, ready(room))
    assert "Granted, still to come" in said(official.get("/h/berjalan/"))
    with at(NOW + timedelta(days=15)):
        browser = at_the_desk(room.official)
        page = said(browser.get("/h/berjalan/"))
    assert "On leave today 1" in page
    assert "Granted, still to come" not in page


def test_only_hr_and_officials_come_in(room, client):
    for who in (room.employee, room.manager):
        browser = sign_in(User.objects.get(pk=who.user_id))
        assert browser.get("/h/").status_code == 404
    keeps = [
        reverse(f"leave:{name}")
        for name in ("rules", "decrees", "delegations", "weeks", "people", "exports")
    ]
    official = sign_in(User.objects.get(pk=room.official.user_id))
    assert {official.get(path).status_code for path in keeps} == {404}
    assert client.get("/h/").status_code == 302


def test_hr_who_is_an_official_under_a_decree_decides(room, hr):
    grant(User.objects.get(pk=room.hr.user_id), room.agency, Role.OFFICIAL)
    Decree.objects.create(
        agency=room.agency, number="KEP-9/2026", issued_on=date(2020, 1, 1),
        holder_id=room.hr.user_id, office="Kepala SDM", entered_by_id=room.official.user_id,
        valid_from=date(2020, 1, 1),
    )  # fmt: skip
    row = ready(room)
    assert press_grant(hr, row).url == "/h/"
    assert account(room.employee).user_id != the_decision(row).decided_by_id
