"""A superior's pages: what she is asked, who is away, how to be of help."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings as house
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.leave.choices import ConsiderationState, ManagerSees, PlanState, State
from portal.leave.models import Consideration, LeaveRequest, LeaveType, ReturnPlan, ReturnStage
from portal.leave.services.considerations import consider, withdraw_question
from portal.leave.services.desk import employee_locked
from portal.people.models import Employee
from tests.pages.counselling.conftest import text_of
from tests.support.clock import at
from tests.support.leave_team import (
    MONDAY,
    NOW,
    absent,
    browser_of,
    colleague,
    open_question,
    page_of,
    send,
)

pytestmark = pytest.mark.django_db(transaction=True)
TUESDAY = MONDAY + timedelta(days=1)
AGREED = {"opinion": "AGREED"}


@pytest.fixture(autouse=True)
def _at_nine(_clock):
    with at(NOW):
        yield


@pytest.fixture
def manager(room):
    return browser_of(room.manager)


def test_the_page_says_what_waits_and_until_when(room, manager):
    row = send(room)

    said = text_of(manager.get("/t/"))

    assert room.employee.user.full_name in said
    assert "14 Desember" in said
    assert "30 November" in said
    assert page_of(row) in manager.get("/t/").content.decode()


def test_two_steps_are_enough(room, manager):
    row = send(room)

    answer = manager.post(page_of(row), AGREED)

    assert answer["Location"] == "/t/"
    question = Consideration.objects.get()
    assert (question.state, question.opinion) == (ConsiderationState.GIVEN, "AGREED")
    assert (question.acted_by, question.answered_on) == (room.manager, MONDAY)
    row.refresh_from_db()
    assert row.state == State.DECISION
    said = text_of(manager.get("/t/"))
    assert room.employee.user.full_name in said


def test_nothing_that_does_not_belong_to_the_answer_is_kept(room, manager):
    row = send(room)

    manager.post(
        page_of(row),
        {
            "opinion": "DISAGREED", "reason": "URGENT_DUTY",
            "other_first": "2026-12-21", "other_last": "2026-12-22",
        },
    )  # fmt: skip

    question = Consideration.objects.get()
    assert (question.opinion, question.reason) == ("DISAGREED", "URGENT_DUTY")
    assert (question.other_first, question.other_last) == (None, None)


def test_other_dates_are_kept(room, manager):
    row = send(room)

    manager.post(
        page_of(row),
        {
            "opinion": "CHANGED", "reason": "UNIT_FULL",
            "other_first": "21 12 2026", "other_last": "2026-12-22",
        },
    )  # fmt: skip

    question = Consideration.objects.get()
    assert (question.other_first, question.other_last) == (
        date(2026, 12, 21), date(2026, 12, 22)
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"opinion": "SICK"},
        {"opinion": "DEFER"},
        {"opinion": "DISAGREED", "reason": "RULE_LIMIT"},
        {"opinion": "CHANGED", "reason": "UNIT_FULL"},
        {"opinion": "CHANGED", "reason": "UNIT_FULL", "other_first": "2026-12-21"},
        {"opinion": "CHANGED", "reason": "UNIT_FULL", "other_first": "2026-12-21",
         "other_last": "2026-12-20"},
        {"opinion": "CHANGED", "reason": "UNIT_FULL", "other_first": "besok",
         "other_last": "2026-12-20"},
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_what_was_typed_stays(room, manager, typed):
    row = send(room)

    answer = manager.post(page_of(row), typed)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="errsum"' in html
    assert open_question(row) is not None
    if typed.get("opinion") in {"CHANGED", "DEFER"}:
        assert f'value="{typed["opinion"]}"' in html
        assert "checked" in html


def test_an_old_link_leads_back_kindly(room, manager):
    row = send(room)
    path = page_of(row)
    manager.post(path, AGREED)

    for answer in (manager.get(path), manager.post(path, {"opinion": "DISAGREED"})):
        assert answer["Location"] == "/t/"
    assert Consideration.objects.get().opinion == "AGREED"


def test_a_question_taken_back_leads_back_kindly(room, manager):
    row = send(room)
    path = page_of(row)
    with employee_locked(employee_id=row.employee_id):
        withdraw_question(row, now=NOW)

    assert manager.get(path)["Location"] == "/t/"
    assert room.employee.user.full_name not in text_of(manager.get("/t/"))


@pytest.mark.parametrize("who", ["director", "employee", "colleague", "official"])
def test_a_question_is_nobody_elses(room, who):
    row = send(room)
    person = {
        "director": room.director,
        "employee": room.employee,
        "colleague": colleague(room),
        "official": Employee.objects.get(user_id=room.official.user_id),
    }[who]

    browser = browser_of(person)

    assert browser.get(page_of(row)).status_code == 404
    assert browser.post(page_of(row), AGREED).status_code == 404
    assert open_question(row) is not None


@pytest.mark.parametrize("path", ["/t/", "/t/wakil/"])
def test_who_leads_nobody_finds_no_page(room, path):
    assert browser_of(room.employee).get(path).status_code == 404


def test_signed_out_leads_to_sign_in(room):
    row = send(room)
    for path in ("/t/", "/t/wakil/", "/t/cara/", page_of(row)):
        assert "/masuk/" in Client().get(path)["Location"]


def test_a_manager_left_out_learns_the_dates_with_everybody(room, manager):
    row = send(room, leave_out_manager=True)
    name = room.employee.user.full_name
    assert name not in text_of(manager.get("/t/"))
    assert name in text_of(browser_of(room.director).get("/t/"))

    LeaveRequest.objects.filter(pk=row.pk).update(state=State.GRANTED)

    said = text_of(manager.get("/t/"))
    assert name in said
    assert "14 Desember" in said


def test_left_out_in_a_later_round_she_sees_no_more_of_it(room, manager):
    row = send(room)
    consider(
        actor=room.superior, consideration_id=open_question(row).pk, opinion="AGREED", now=NOW
    )
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.RETURNED)
    name = room.employee.user.full_name
    assert name in text_of(manager.get("/t/"))

    LeaveRequest.objects.filter(pk=row.pk).update(state=State.CONSIDERATION, round=2)

    assert name not in text_of(manager.get("/t/"))


def test_away_today_and_to_come_and_nothing_of_the_past(room, manager):
    here = colleague(room, "ini", manager=room.manager)
    next_week = colleague(room, "depan", manager=room.manager)
    past = colleague(room, "lalu", manager=room.manager)
    absent(room, here, MONDAY, TUESDAY)
    absent(room, next_week, MONDAY + timedelta(7), MONDAY + timedelta(8))
    absent(room, past, MONDAY - timedelta(8), MONDAY - timedelta(7), state=State.CLOSED)

    html = manager.get("/t/").content.decode()

    assert html.index("Ini Contoh") < html.index("Depan Contoh")
    assert "Lalu Contoh" not in html


def test_nobody_elses_team_is_shown(room, manager):
    stranger = colleague(room, "orang", manager=room.director)
    absent(room, stranger, MONDAY, MONDAY)

    assert "Orang Contoh" not in text_of(manager.get("/t/"))
    assert "Orang Contoh" in text_of(browser_of(room.director).get("/t/"))


def test_cancelled_leave_is_gone(room, manager):
    row = absent(room, room.employee, MONDAY, MONDAY)
    assert room.employee.user.full_name in text_of(manager.get("/t/"))

    LeaveRequest.objects.filter(pk=row.pk).update(state=State.CANCELLED)

    assert room.employee.user.full_name not in text_of(manager.get("/t/"))


def test_the_kind_shows_where_its_rule_shows_it(room, manager):
    row = send(room)
    LeaveType.objects.update(manager_sees=ManagerSees.TYPE)

    for path in ("/t/", page_of(row)):
        assert "Cuti tahunan" in text_of(manager.get(path))
    manager.cookies[house.LANGUAGE_COOKIE_NAME] = "en"
    assert "Annual leave" in text_of(manager.get("/t/"))


def test_no_kind_no_count_no_state_stands_on_the_pages(room, manager):
    row = send(room, code="CS")
    html = "".join(manager.get(path).content.decode() for path in ("/t/", page_of(row)))

    html = re.sub(r'value="[A-Za-z0-9]{64}"', "", html)  # a token may spell anything
    for betraying in ("sakit", "Sakit", "SICK", "CS", "EVIDENCE", "surat keterangan"):
        assert betraying not in html.replace("CSRF", "").replace("DECISION", "")


def test_plans_stand_beside(room, manager):
    row = absent(room, room.employee, MONDAY, MONDAY)
    plan = ReturnPlan.objects.create(
        request=row, manager=room.manager, proposed_by=room.employee.user,
        state=PlanState.PROPOSED,
    )  # fmt: skip
    ReturnStage.objects.create(
        plan=plan, number=1, first_day=TUESDAY, last_day=TUESDAY, percent=50
    )

    html = manager.get("/t/").content.decode()

    assert 'id="plans-title"' in html


def test_how_to_be_of_help_is_open_to_everybody(room):
    with_team, without = browser_of(room.manager), browser_of(room.employee)

    assert "/t/" in with_team.get("/t/cara/").content.decode()
    page = without.get("/t/cara/")
    assert page.status_code == 200
    assert 'href="/t/"' not in page.content.decode()


def test_titles_are_neutral(room, manager):
    row = send(room)
    for path in ("/t/", "/t/wakil/", "/t/cara/", page_of(row)):
        title = manager.get(path).content.decode().partition("<title>")[2].partition("<")[0]
        assert not any(word in title.lower() for word in ("cuti", "sakit", "leave", "sick"))


def test_an_empty_team_says_so(room, manager):
    said = text_of(manager.get("/t/"))

    assert manager.get("/t/").status_code == 200
    assert "<h2" in manager.get("/t/").content.decode()
    assert room.employee.user.full_name not in said


def test_the_cost_does_not_grow_with_the_team(room, manager):
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert manager.get("/t/").status_code == 200
        return len(queries)

    send(room)
    absent(room, colleague(room, "dua", manager=room.manager), MONDAY, MONDAY)
    cost()
    few = cost()
    for number in range(4):
        person = colleague(room, f"orang{number}", manager=room.manager)
        send(room, employee=person)
        absent(room, person, MONDAY, MONDAY)
    assert cost() == few
    assert few <= 24
