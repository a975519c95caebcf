"""A superior's pages: what she is asked, who is away, who stands in, how to be of help."""

from datetime import date, timedelta

import pytest
from django.conf import settings as house
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.leave.choices import (
    ConsiderationState,
    DelegationKind,
    ManagerSees,
    PlanState,
    State,
)
from portal.leave.models import (
    Consideration,
    Delegation,
    LeaveRequest,
    LeaveType,
    ReturnPlan,
    ReturnStage,
)
from portal.leave.services.considerations import consider, withdraw_question
from portal.leave.services.deadlines import advance_considerations
from portal.leave.services.desk import employee_locked
from portal.people.models import Employee, User
from tests.factories import make_employee
from tests.pages.counselling.conftest import sign_in, text_of
from tests.support.clock import at, follow_the_clock
from tests.support.leave import know_notices, open_room
from tests.support.leave_team import (
    MONDAY,
    NOW,
    absent,
    on,
    open_question,
    send,
    stands_in,
)

TUESDAY = MONDAY + timedelta(days=1)
AGREED = {"opinion": "AGREED"}


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


def browser_of(employee: Employee) -> Client:
    return sign_in(User.objects.get(pk=employee.user_id))


@pytest.fixture
def manager(room):
    return browser_of(room.manager)


def colleague(room, handle="rekan", **more):
    return make_employee(handle, agency=room.agency, unit=room.unit, **more)


def page_of(row) -> str:
    return f"/t/{open_question(row).pk}/"


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

    for betraying in ("sakit", "Sakit", "SICK", "CS", "EVIDENCE", "surat keterangan"):
        assert betraying not in html.replace("CSRF", "").replace("DECISION", "")


def test_whoever_stands_in_answers_in_her_place(room):
    acting = colleague(room)
    stands_in(room.manager, acting)
    row = send(room)
    browser = browser_of(acting)

    said = text_of(browser.get("/t/"))
    assert room.manager.user.full_name in said
    assert browser.post(page_of(row), AGREED)["Location"] == "/t/"
    assert Consideration.objects.get().acted_by == acting


def test_at_midnight_it_is_over(room):
    acting = colleague(room)
    stands_in(room.manager, acting)
    path = page_of(send(room))

    with at(on(MONDAY, 23) + timedelta(minutes=59)):
        browser = browser_of(acting)
        assert browser.get(path).status_code == 200
    with at(on(TUESDAY, 0)):
        assert browser.get(path).status_code == 404
        assert browser.post(path, AGREED).status_code == 404
        assert browser.get("/t/").status_code == 404


def test_whoever_stands_in_sees_the_team_and_no_other(room):
    acting = colleague(room)
    stands_in(room.manager, acting)
    absent(room, room.employee, MONDAY, MONDAY)
    absent(room, room.manager, MONDAY, MONDAY)

    said = text_of(browser_of(acting).get("/t/"))

    assert "Pegawai Contoh" in said
    rows = browser_of(acting).get("/t/").content.decode()
    assert rows.count("Atasan Contoh") == 1  # in "You stand in for", not among the absent


def test_the_substitute_gets_the_page_after_two_days(room):
    path = page_of(send(room))
    assert browser_of(room.director).get(path).status_code == 404

    wednesday = MONDAY + timedelta(days=2)
    advance_considerations(now=on(wednesday))

    with at(on(wednesday, 10)):
        assert browser_of(room.director).get(path).status_code == 200


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


def test_naming_a_stand_in_and_ending_it(room, manager):
    peer = colleague(room, "sejawat", manager=room.director)
    typed = {
        "stand_in": str(peer.pk), "kind": "PLH", "decree_number": "SPR-12/2026",
        "valid_from": "2026-11-23", "valid_until": "2026-11-24",
    }  # fmt: skip

    assert manager.post("/t/wakil/", typed)["Location"] == "/t/wakil/"
    row = Delegation.objects.get()
    assert (row.giver, row.stand_in, row.kind) == (room.manager, peer, DelegationKind.PLH)
    said = text_of(manager.get("/t/wakil/"))
    assert "Sejawat Contoh" in said
    assert "SPR-12/2026" in said

    again = manager.post("/t/wakil/", typed)
    assert again.status_code == 200
    assert 'class="errsum"' in again.content.decode()

    assert manager.post(f"/t/wakil/{row.pk}/akhiri/")["Location"] == "/t/wakil/"
    row.refresh_from_db()
    assert row.withdrawn_on == MONDAY


@pytest.mark.parametrize(
    "wrong",
    [
        {"stand_in": ""},
        {"stand_in": "seseorang"},
        {"kind": "BOSS"},
        {"decree_number": " "},
        {"decree_number": "x" * 121},
        {"valid_from": ""},
        {"valid_until": "2026-11-22"},
        {"valid_from": "2026-11-20", "valid_until": "2026-11-21"},
    ],
)
def test_a_stand_in_that_does_not_fit_comes_back_in_words(room, manager, wrong):
    peer = colleague(room, "sejawat", manager=room.director)
    typed = {
        "stand_in": str(peer.pk), "kind": "PLH", "decree_number": "SPR-12/2026",
        "valid_from": "2026-11-23", "valid_until": "2026-11-24",
    }  # fmt: skip

    answer = manager.post("/t/wakil/", typed | wrong)

    assert answer.status_code == 200
    assert 'class="err"' in answer.content.decode()
    assert not Delegation.objects.exists()


def test_a_stand_in_names_no_other_for_her(room):
    acting = colleague(room)
    stands_in(room.manager, acting)
    browser = browser_of(acting)

    assert browser.get("/t/wakil/").status_code == 200
    assert browser.post("/t/wakil/", {}).status_code == 404
    given = Delegation.objects.get()
    assert browser.post(f"/t/wakil/{given.pk}/akhiri/").status_code == 404


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
