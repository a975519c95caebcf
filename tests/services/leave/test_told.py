"""Every line of the inbox about leave: true to the facts, the same for every kind."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from portal.leave import notices
from portal.leave.choices import (
    Certificate,
    ConsiderationState,
    DecisionState,
    Outcome,
    PlanState,
    Reason,
    State,
    WayForward,
)
from portal.leave.models import (
    Consideration,
    Decision,
    HealthDossier,
    LeaveRequest,
    ReturnPlan,
)
from portal.leave.selectors.told.saying import days_of
from portal.leave.services.deadlines import advance_considerations
from portal.notifications import registry
from portal.notifications.services import inbox_tag
from portal.people.choices import Role
from portal.people.models import Employee, RoleGrant
from tests.factories import grant, make_employee
from tests.security.test_notices import denied_in
from tests.support.leave import Room
from tests.support.leave_team import MONDAY, NOW, absent, on, open_question, send, stands_in
from tests.support.reviews import hand_in
from tests.support.words import avoided_in

pytestmark = pytest.mark.django_db(transaction=True)

ALL = sorted(
    value
    for name, value in vars(notices).items()
    if isinstance(value, str)
    and name.isupper()
    and name not in {"OWN", "MANAGER", "REVIEWER", "DESK"}
)
OWN = [name for name in ALL if not re.search(r"\.[mrh]_", name)]
FIRST, LAST = date(2026, 12, 14), date(2026, 12, 16)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


@dataclass
class Scene:
    """A request of one kind, and a subject with its revision for everything told of it."""

    row: LeaveRequest
    subjects: dict[str, tuple[UUID, int]]
    state: dict[str, str]


def lines(notice: str, subject: tuple[UUID, int], now=NOW) -> registry.InboxLines | None:
    return registry.find_notice(notice).many([subject], "Asia/Jakarta", now).get(subject)


def true(notice: str, subject: tuple[UUID, int], now=NOW) -> bool:
    return registry.find_notice(notice).still_true(*subject, now)


def keeps(notice: str, subject_id: UUID, namespace: str, person, now=NOW) -> bool:
    pair = (subject_id, inbox_tag(namespace=namespace, user_id=person.user_id))
    return pair in registry.find_notice(notice).concerns({pair}, now)


def put(row: LeaveRequest, state: State, **more) -> None:
    LeaveRequest.objects.filter(pk=row.pk).update(state=state, **more)


def signed(room: Room, row: LeaveRequest, outcome: Outcome = Outcome.GRANT) -> Decision:
    why = {} if outcome == Outcome.GRANT else {
        "reason": Reason.UNIT_FULL, "ways_forward": [WayForward.OTHER_DATES],
    }  # fmt: skip
    return Decision.objects.create(
        request=row, round=row.round, outcome=outcome, state=DecisionState.FINAL,
        first_day=row.first_day, last_day=row.last_day, decided_by_id=room.official.user_id,
        decided_at=NOW, final_at=NOW, **why,
    )  # fmt: skip


def play(room: Room, code: str) -> Scene:
    """Let everything be told about one request; the rows stand as the words need them."""
    employee = make_employee(
        f"orang{code.lower()}", agency=room.agency, unit=room.unit, manager=room.manager
    )
    row = send(room, code=code, employee=employee, first=FIRST, last=LAST)
    LeaveRequest.objects.filter(pk=row.pk).update(evidence_due_on=date(2027, 1, 4))
    employee.user.full_name = "Siti Rahma"
    employee.user.save(update_fields=["full_name"])
    plan = ReturnPlan.objects.create(
        request=row, proposed_by_id=room.reviewer.user_id, manager=room.manager
    )
    decision = signed(room, row)
    of_row = (row.pk, 1)
    subjects = dict.fromkeys(ALL, of_row) | {
        notices.DECIDED: (decision.pk, 0),
        notices.ENDED: (row.pk, 0),
        notices.RECOUNTED: (row.pk, 0),
        notices.OPENED: (row.pk, MONDAY.toordinal()),
        notices.RETURN_PLAN: (plan.pk, 1),
        notices.FOR_MANAGER_ASKED: (open_question(row).pk, 0),
        notices.FOR_MANAGER_DATES: (row.pk, 0),
        notices.FOR_MANAGER_PLAN: (plan.pk, 1),
        notices.FOR_REVIEWER_PLAN: (plan.pk, 1),
    }
    state = dict.fromkeys(ALL, State.EVIDENCE_DUE) | {
        notices.EVIDENCE_LATE: State.EVIDENCE_OVERDUE,
        notices.DECIDED: State.GRANTED,
        notices.ENDED: State.CANCELLED,
        notices.RECOUNTED: State.GRANTED,
        notices.FOR_MANAGER_DATES: State.GRANTED,
        notices.FOR_REVIEWER_PAPER: State.EVIDENCE_REVIEW,
        notices.FOR_DESK_READY: State.DECISION,
        notices.FOR_DESK_ASKED: State.CANCEL_REQUESTED,
        notices.FOR_DESK_OVERDUE: State.EVIDENCE_OVERDUE,
    }
    return Scene(row, subjects, state)


def said(scene: Scene, notice: str) -> registry.InboxLines:
    put(scene.row, scene.state[notice])
    found = lines(notice, scene.subjects[notice])
    assert found is not None, notice
    return found


def without_ids(found: registry.InboxLines) -> tuple[str, str, str]:
    return found.title, found.body, re.sub(r"[0-9a-f-]{36}", "ID", found.url)


@pytest.fixture
def sick(room) -> Scene:
    return play(room, "CS")


def test_every_notice_is_worded_and_every_inbox_known():
    known = {one.name for one in registry.list_notices() if one.name.startswith("cuti.")}
    assert known == set(ALL)
    assert {notices.OWN, notices.MANAGER, notices.REVIEWER, notices.DESK} <= set(
        registry.list_namespaces()
    )
    assert [one for one in OWN if registry.find_notice(one).organisation] == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_sick_and_annual_leave_of_equal_dates_read_the_same(room, sick, language):
    annual = play(room, "CT-PNS")
    with translation.override(language):
        for notice in ALL:
            assert without_ids(said(annual, notice)) == without_ids(said(sick, notice)), notice


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_line_gives_anything_away(sick, language):
    with translation.override(language):
        for notice in ALL:
            found = said(sick, notice)
            text = f"{found.title} {found.body} {found.url}"
            assert denied_in(text) == [], notice
            assert avoided_in(text) == [], notice
            assert found.url.startswith(("/cuti/", "/t/", "/m/", "/h/"))


def test_a_superior_reads_name_and_dates(sick):
    with translation.override("en"):
        asked = said(sick, notices.FOR_MANAGER_ASKED)
        told = said(sick, notices.FOR_MANAGER_DATES)
    assert asked.title == (
        "Your consideration is awaited: Siti Rahma, leave 14\N{EN DASH}16 December 2026"
    )
    assert told.title == "Siti Rahma is on leave, 14\N{EN DASH}16 December 2026"


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_reviewer_reads_dates_and_no_name_before_she_takes_it_on(room, sick, language):
    with translation.override(language):
        told = said(sick, notices.FOR_REVIEWER_PAPER)
    assert "Siti" not in f"{told.title} {told.body}"
    assert "14\N{EN DASH}16" in told.title


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (FIRST, FIRST, "14 December 2026"),
        (FIRST, LAST, "14-16 December 2026"),
        (date(2026, 11, 30), LAST, "30 November - 16 December 2026"),
        (date(2026, 12, 30), date(2027, 1, 2), "30 December 2026 - 2 January 2027"),
    ],
)
def test_days_are_written_short(first, last, words):
    with translation.override("en"):
        assert days_of(first, last) == words.replace("-", "\N{EN DASH}")


# --- what has passed over is not said any more ---------------------------------------------


@pytest.mark.parametrize(
    ("notice", "state"),
    [
        (notices.SENT, State.WITHDRAWN),
        (notices.SENT, State.GRANTED),
        (notices.NEEDS_MORE, State.EVIDENCE_REVIEW),
        (notices.EVIDENCE_SOON, State.EVIDENCE_REVIEW),
        (notices.EVIDENCE_LATE, State.EVIDENCE_REVIEW),
        (notices.DECIDED, State.CANCELLED),
        (notices.RECOUNTED, State.CANCELLED),
        (notices.FOR_MANAGER_DATES, State.DECISION),
        (notices.FOR_REVIEWER_PAPER, State.DECISION),
        (notices.FOR_DESK_READY, State.GRANTED),
        (notices.FOR_DESK_ASKED, State.CANCELLED),
        (notices.FOR_DESK_OVERDUE, State.RETURNED),
    ],
)
def test_what_has_passed_over_stays_silent(sick, notice, state):
    assert said(sick, notice)
    put(sick.row, state)
    assert not true(notice, sick.subjects[notice])


@pytest.mark.parametrize(
    "notice",
    [
        notices.SENT,
        notices.EVIDENCE_SOON,
        notices.EVIDENCE_LATE,
        notices.DECIDED,
        notices.FOR_DESK_READY,
        notices.FOR_DESK_OVERDUE,
    ],
)
def test_what_was_told_of_an_earlier_round_stays_silent(sick, notice):
    put(sick.row, sick.state[notice], round=2)
    assert not true(notice, sick.subjects[notice])


def test_dates_of_an_older_revision_stay_silent(sick):
    put(sick.row, State.GRANTED, rev=1)
    for notice in (notices.FOR_MANAGER_DATES, notices.ENDED, notices.RECOUNTED):
        assert not true(notice, (sick.row.pk, 0))
        assert true(notice, (sick.row.pk, 1))


def test_leave_that_does_not_take_place_is_told_as_that(sick):
    put(sick.row, State.CANCELLED, rev=1)
    with translation.override("en"):
        found = lines(notices.FOR_MANAGER_DATES, (sick.row.pk, 1))
    assert found.title.startswith("Siti Rahma is not on leave after all")


def test_a_decision_says_nothing_before_it_is_signed(sick):
    put(sick.row, State.DECISION)
    decision_id, _ = sick.subjects[notices.DECIDED]
    Decision.objects.filter(pk=decision_id).update(state=DecisionState.PENDING)
    assert not true(notices.DECIDED, (decision_id, 0))


@pytest.mark.parametrize("state", [State.DEFERRED, State.RETURNED, State.REFUSED])
def test_an_answer_that_is_no_grant_shows_a_way_on(room, state):
    row = send(room)
    decision = signed(room, row, Outcome.DEFER)
    put(row, state)
    with translation.override("en"):
        found = lines(notices.DECIDED, (decision.pk, 0))
    assert found.body.endswith("Its page shows what you can do.")
    assert "no judgement" in found.body


def test_a_question_is_said_once_however_often_it_was_reminded_of(room):
    row = send(room)
    advance_considerations(now=on(TUESDAY))
    advance_considerations(now=on(WEDNESDAY))
    question = open_question(row).pk
    many = registry.find_notice(notices.FOR_MANAGER_ASKED).many
    pairs = [(question, 0), (question, 2), (question, 1)]
    assert list(many(pairs, "Asia/Jakarta", NOW)) == [(question, 2)]
    Consideration.objects.filter(pk=question).update(
        state=ConsiderationState.GIVEN, opinion="AGREED"
    )
    assert many(pairs, "Asia/Jakarta", NOW) == {}


def test_plans_speak_of_the_version_that_was_told(sick):
    plan_id, _ = sick.subjects[notices.RETURN_PLAN]
    ReturnPlan.objects.filter(pk=plan_id).update(version=2)
    for notice in (notices.RETURN_PLAN, notices.FOR_MANAGER_PLAN, notices.FOR_REVIEWER_PLAN):
        assert not true(notice, (plan_id, 1))
        assert true(notice, (plan_id, 2))
    ReturnPlan.objects.filter(pk=plan_id).update(state=PlanState.ENDED)
    assert true(notices.RETURN_PLAN, (plan_id, 2))
    assert not true(notices.FOR_MANAGER_PLAN, (plan_id, 2))


# --- whom it concerns still ----------------------------------------------------------------


def test_dates_follow_the_line_manager_of_now(room):
    row = send(room)
    asked = (notices.FOR_MANAGER_DATES, row.pk, notices.MANAGER)
    assert keeps(*asked, room.manager)
    assert not keeps(*asked, room.director)
    Employee.objects.filter(pk=room.employee.pk).update(manager=room.director)
    assert not keeps(*asked, room.manager)
    assert keeps(*asked, room.director)


def test_a_question_leaves_whoever_no_longer_stands_in(room):
    acting = make_employee("rekan", agency=room.agency, unit=room.unit)
    stands_in(room.manager, acting)
    question = open_question(send(room)).pk
    asked = (notices.FOR_MANAGER_ASKED, question, notices.MANAGER)
    assert keeps(*asked, acting)
    assert keeps(*asked, room.manager)
    assert not keeps(*asked, room.director)
    assert not keeps(*asked, acting, now=on(TUESDAY, 0))
    assert keeps(*asked, room.manager, now=on(TUESDAY, 0))


def test_a_substitute_is_concerned_from_the_second_reminder_on(room):
    row = send(room)
    advance_considerations(now=on(WEDNESDAY))
    asked = (notices.FOR_MANAGER_ASKED, open_question(row).pk, notices.MANAGER)
    assert keeps(*asked, room.director, now=on(WEDNESDAY))


def test_a_paper_concerns_those_who_can_open_it(room):
    row = send(room, code="CS", certificate=Certificate.LATER)
    HealthDossier.objects.get_or_create(request=row)
    hand_in(row, room.asker)
    asked = (notices.FOR_REVIEWER_PAPER, row.pk, notices.REVIEWER)
    stranger = make_employee("penelaahlain", agency=room.agency, unit=room.unit)
    assert keeps(*asked, room.reviewer)
    assert keeps(*asked, room.other_reviewer)
    assert not keeps(*asked, stranger)
    HealthDossier.objects.update(reviewer_id=room.reviewer.user_id)
    assert keeps(*asked, room.reviewer)
    assert not keeps(*asked, room.other_reviewer)


def test_the_desk_is_who_has_the_role_today(room):
    row = send(room)
    for person in (room.hr, room.official):
        assert keeps(notices.FOR_DESK_READY, row.pk, notices.DESK, person)
    assert not keeps(notices.FOR_DESK_READY, row.pk, notices.DESK, room.reviewer)
    RoleGrant.objects.filter(user_id=room.hr.user_id).update(
        starts_on=MONDAY - timedelta(days=30), ends_on=MONDAY
    )
    assert not keeps(notices.FOR_DESK_READY, row.pk, notices.DESK, room.hr)


def test_plans_concern_reviewers_and_the_superior_named_in_them(room, sick):
    plan_id, _ = sick.subjects[notices.RETURN_PLAN]
    assert keeps(notices.FOR_REVIEWER_PLAN, plan_id, notices.REVIEWER, room.reviewer)
    assert not keeps(notices.FOR_REVIEWER_PLAN, plan_id, notices.REVIEWER, room.hr)
    assert keeps(notices.FOR_MANAGER_PLAN, plan_id, notices.MANAGER, room.manager)
    assert not keeps(notices.FOR_MANAGER_PLAN, plan_id, notices.MANAGER, room.director)


def test_another_agency_is_not_concerned(room):
    row = send(room)
    elsewhere = make_employee("jauh")
    grant(elsewhere.user, elsewhere.agency, Role.HR)
    assert not keeps(notices.FOR_DESK_READY, row.pk, notices.DESK, elsewhere)


# --- and its cost --------------------------------------------------------------------------


def test_a_page_of_lines_costs_the_same_as_one(room):
    days = [FIRST + timedelta(days=7 * number) for number in range(8)]
    rows = [absent(room, room.employee, day, day) for day in days]
    notice = registry.find_notice(notices.FOR_MANAGER_DATES)
    costs = []
    for count in (1, 8):
        pairs = [(row.pk, 0) for row in rows[:count]]
        tags = {(row.pk, inbox_tag(namespace=notices.MANAGER, user_id=room.manager.user_id))
                for row in rows[:count]}  # fmt: skip
        with CaptureQueriesContext(connection) as seen:
            assert len(notice.many(pairs, "Asia/Jakarta", NOW)) == count
            assert notice.concerns(tags, NOW) == tags
        costs.append(len(seen))
    assert costs == [2, 2]
