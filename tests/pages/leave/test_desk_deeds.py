"""One press each at the desk: cancel, earlier return, stays, recall, revoke by two persons."""

from datetime import date, timedelta

import pytest
from django.test import Client

from portal.leave.choices import State
from portal.leave.models import LeaveRequest, Letter, Revocation
from portal.leave.services.changes import ask_cancel, ask_early_return
from portal.people.choices import Role
from portal.people.models import User
from tests.factories import NOW, account, grant, make_employee
from tests.support.desk import at_the_desk, said
from tests.support.leave import Room
from tests.support.leave_cases import FIRST, LAST, granted, left, read, ready

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def official(room) -> Client:
    return at_the_desk(room.official)


@pytest.fixture
def hr(room) -> Client:
    return at_the_desk(room.hr)


def asked_to_cancel(room: Room) -> LeaveRequest:
    row = granted(room, ready(room))
    ask_cancel(actor=room.asker, request_id=row.pk, version=row.version, now=NOW)
    return read(row.pk)


def asked_back(room: Room) -> LeaveRequest:
    row = granted(room, ready(room))
    ask_early_return(
        actor=room.asker, request_id=row.pk, last_day=FIRST, version=row.version, now=NOW
    )
    return read(row.pk)


def press(browser: Client, row: LeaveRequest, path: str, **typed: object):
    """Press a button of the page as it is now."""
    return browser.post(f"/h/{row.pk}/{path}", {"version": row.version, **typed}, follow=True)


def test_one_press_cancels_and_the_days_come_back(official, room):
    row = asked_to_cancel(room)
    before = left(room)
    page = official.get("/h/")
    assert "would like to cancel this leave." in said(page)
    answer = press(official, row, "batal/")
    assert "Cancelled. The days go back where they came from." in said(answer)
    assert answer.redirect_chain == [("/h/", 302)]
    assert read(row.pk).state == State.CANCELLED
    assert left(room) == before + 3


def test_one_press_lets_it_end_earlier(official, room):
    row = asked_back(room)
    assert "the last day of leave would be Monday 7 December 2026" in said(official.get("/h/"))
    answer = press(official, row, "pulang/", here="case")
    assert answer.redirect_chain == [(f"/h/{row.pk}/", 302)]
    assert read(row.pk).state == State.ENDED_EARLY
    assert read(row.pk).last_day == FIRST


@pytest.mark.parametrize("made", [asked_to_cancel, asked_back])
def test_or_it_stays(official, room, made):
    row = made(room)
    assert "The leave stays as it was granted." in said(press(official, row, "tetap/"))
    assert read(row.pk).state == State.GRANTED
    assert read(row.pk).last_day == LAST


def test_without_a_decree_there_is_no_button_and_a_sentence(hr, room):
    row = asked_to_cancel(room)
    page = hr.get("/h/")
    assert "The authorised official decides it." in said(page)
    assert "batal/" not in page.content.decode()
    assert "The authorised official decides it." in said(press(hr, row, "batal/"))
    assert read(row.pk).state == State.CANCEL_REQUESTED


def test_an_old_page_changes_nothing(official, room):
    row = asked_to_cancel(room)
    LeaveRequest.objects.filter(pk=row.pk).update(version=row.version + 1)
    answer = press(official, row, "batal/")
    assert "This request has changed meanwhile." in said(answer)
    assert read(row.pk).state == State.CANCEL_REQUESTED


def recall_fields(row: LeaveRequest, back_on: object) -> dict[str, object]:
    return {"panggil-version": row.version, "panggil-back_on": back_on}


def test_annual_leave_is_recalled_with_a_day(official, room):
    row = granted(room, ready(room))
    assert "Recall to work" in said(official.get(f"/h/{row.pk}/"))
    answer = press(official, row, "panggil/", **recall_fields(row, FIRST + timedelta(1)))
    assert "Recalled. Days that are not taken go back." in said(answer)
    assert read(row.pk).state == State.RECALLED
    assert read(row.pk).last_day == FIRST


@pytest.mark.parametrize("back_on", ["", "2027-03-01", "kapan-kapan"])
def test_a_recall_that_does_not_fit_keeps_its_form_open(official, room, back_on):
    row = granted(room, ready(room))
    page = press(official, row, "panggil/", **recall_fields(row, back_on))
    assert page.status_code == 200
    assert "<details open>" in page.content.decode()
    assert "Something needs a small fix" in said(page)
    assert f'value="{back_on}"' in page.content.decode() or not back_on
    assert read(row.pk).state == State.GRANTED


def test_sick_leave_is_never_recalled(official, room):
    row = granted(room, ready(room, code="CS"))
    assert "Recall" not in said(official.get(f"/h/{row.pk}/"))
    answer = press(official, row, "panggil/", **recall_fields(row, FIRST + timedelta(1)))
    assert "The rule of this kind of leave does not know this step." in said(answer)
    assert read(row.pk).state == State.GRANTED


def ask_to_revoke(browser: Client, row: LeaveRequest):
    fields = {"cabut-version": row.version, "cabut-reason": "ERROR"}
    return press(browser, row, "cabut/", **fields)


def test_revoking_takes_two_persons(official, hr, room):
    row = granted(room, ready(room))
    answer = ask_to_revoke(hr, row)
    assert "Nothing changes before a colleague confirms it." in said(answer)
    assert read(row.pk).state == State.GRANTED
    assert "Confirm: revoke this leave" not in said(hr.get(f"/h/{row.pk}/"))
    assert "A second person confirms this." in said(press(hr, row, "cabut/sah/", here="case"))

    assert "To be confirmed by a second person" in said(official.get("/h/"))
    answer = press(official, row, "cabut/sah/", here="case")
    assert "Revoked. The letter is valid no longer" in said(answer)
    assert read(row.pk).state == State.REVOKED
    assert Letter.objects.get().revoked_on is not None
    assert "no longer valid" in said(official.get(f"/h/{row.pk}/"))


def test_the_question_can_be_taken_back(official, hr, room):
    row = granted(room, ready(room))
    ask_to_revoke(hr, row)
    assert "The question is taken back." in said(press(hr, row, "cabut/urung/", here="case"))
    assert not Revocation.objects.exists()
    assert "Confirm: revoke" not in said(official.get(f"/h/{row.pk}/"))


def test_revoking_needs_one_of_the_two_reasons(hr, room):
    row = granted(room, ready(room))
    page = press(hr, row, "cabut/", **{"cabut-version": row.version})
    assert "Choose one of the two." in said(page)
    assert "<details open>" in page.content.decode()
    assert not Revocation.objects.exists()


def test_every_press_is_a_post(official, room):
    row = asked_to_cancel(room)
    for path in ("batal/", "pulang/", "tetap/", "panggil/", "cabut/", "cabut/sah/"):
        assert official.get(f"/h/{row.pk}/{path}").status_code == 405


def test_whoever_gave_an_opinion_decides_nothing(room):
    grant(User.objects.get(pk=room.superior.user_id), room.agency, Role.HR)
    row = ready(room)
    boss = at_the_desk(account(room.manager))
    page = boss.get("/h/")
    assert "You have a part in this request already. Somebody else decides it." in said(page)
    case = boss.get(f"/h/{row.pk}/")
    assert "You have a part in this request already." in said(case)
    assert "Revoke this leave" not in said(case)


def test_own_and_foreign_requests_answer_alike(room, official):
    mine = granted(room, ready(room))
    person = make_employee("asing", manager=None)
    grant(person.user, person.agency, Role.OFFICIAL)
    stranger = at_the_desk(account(person))
    for path in ("batal/", "tetap/", "cabut/", "cabut/sah/", "cabut/urung/"):
        fields = {"cabut-version": 1, "cabut-reason": "ERROR"}
        assert press(stranger, mine, path, **fields).status_code == 404
    assert read(mine.pk).state == State.GRANTED
    assert read(mine.pk).first_day == date(2026, 12, 7)
