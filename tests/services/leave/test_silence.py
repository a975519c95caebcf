"""Nobody does anything: the request moves on the right working day, and nothing is decided."""

from datetime import date, timedelta

import pytest
from django.http import Http404

from portal.calendars.choices import HolidayKind, HolidaySource, HolidayStatus
from portal.calendars.models import Holiday
from portal.leave.choices import ConsiderationState, State
from portal.leave.models import CaseEvent, Consideration, Decision, LeaveDay, LeaveRequest
from portal.leave.services.considerations import consider
from portal.leave.services.deadlines import advance_considerations, advance_evidence
from portal.leave.services.desk import LeaveRefused
from portal.notifications.models import Notification
from portal.people.models import Employee
from tests.factories import account
from tests.support.leave import open_room
from tests.support.leave_team import (
    MONDAY,
    NOW,
    absent,
    colleague,
    on,
    open_question,
    send,
    stands_in,
)

pytestmark = pytest.mark.django_db(transaction=True)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=n) for n in range(1, 5))
NEXT_MONDAY = MONDAY + timedelta(days=7)


def holiday(day: date, kind: HolidayKind = HolidayKind.PUBLIC) -> None:
    Holiday.objects.create(
        day=day, name="Hari libur", kind=kind, source=HolidaySource.LIBRARY,
        status=HolidayStatus.CONFIRMED,
    )  # fmt: skip


def told(notice: str) -> int:
    return Notification.objects.filter(notice=notice).count()


def walk(*, since: date, days: int, row: LeaveRequest) -> list[tuple[date, str, str]]:
    """Let days pass with a sweep on each; return when the request or its question moved."""
    seen, moves = None, []
    for number in range(days):
        day = since + timedelta(days=number)
        for hour in (1, 9, 23):
            advance_considerations(now=on(day, hour))
            advance_evidence(now=on(day, hour))
        row.refresh_from_db()
        question = open_question(row)
        here = (
            row.state,
            f"{question.asked.user.full_name.split()[0]} {question.step}" if question else "",
        )
        if here != seen:
            moves.append((day, *here))
            seen = here
    return moves


@pytest.mark.parametrize("code", ["CT-PNS", "CS"])
def test_time_alone_leads_to_the_decision_and_decides_nothing(room, code):
    row = send(room, code=code)
    waits = row.state

    moves = walk(since=MONDAY, days=21, row=row)

    assert moves == [
        (MONDAY, waits, "Atasan 0"),
        (TUESDAY, waits, "Atasan 1"),
        (WEDNESDAY, waits, "Atasan 2"),
        (THURSDAY, waits, "Direktur 3"),
        (NEXT_MONDAY, State.DECISION if code == "CT-PNS" else waits, ""),
    ]
    assert not Decision.objects.exists()
    assert LeaveDay.objects.filter(request=row, active=True).count() == 3
    states = Consideration.objects.order_by("step").values_list("state", "opinion")
    assert set(states) == {(ConsiderationState.PASSED, ""), (ConsiderationState.LAPSED, "")}
    actions = CaseEvent.objects.order_by("number").values_list("action", "role")
    assert list(actions) == [("PASS_ON", "HOUSE"), ("LAPSE", "HOUSE")]


def test_free_days_do_not_count(room):
    holiday(TUESDAY)
    holiday(THURSDAY, HolidayKind.JOINT_LEAVE)
    row = send(room)

    moves = walk(since=MONDAY, days=21, row=row)

    assert [day for day, *_ in moves] == [
        MONDAY,
        WEDNESDAY,
        FRIDAY,
        NEXT_MONDAY,
        NEXT_MONDAY + timedelta(days=2),
    ]


def test_six_days_a_week_count_saturday():
    room = open_room(days=(1, 2, 3, 4, 5, 6))
    row = send(room)

    moves = walk(since=MONDAY, days=14, row=row)

    assert moves[-1][0] == FRIDAY + timedelta(days=1)


def test_asked_on_a_saturday_the_first_day_is_monday(room):
    saturday = MONDAY - timedelta(days=2)
    row = send(room, now=on(saturday))

    moves = walk(since=saturday, days=14, row=row)

    assert [day for day, *_ in moves] == [saturday, MONDAY, TUESDAY, WEDNESDAY, FRIDAY]


def test_jayapura_counts_its_own_days():
    room = open_room(zone="Asia/Jayapura")
    row = send(room, now=on(MONDAY, 9, "Asia/Jayapura"))

    advance_considerations(now=on(MONDAY, 23, "Asia/Jayapura"))
    assert open_question(row).step == 0
    # Ten past midnight there: still Monday evening in Jakarta.
    advance_considerations(now=on(TUESDAY, 0, "Asia/Jayapura") + timedelta(minutes=10))
    assert open_question(row).step == 1


def test_each_reminder_is_told_once(room):
    row = send(room)
    assert told("cuti.m_asked") == 1

    for hour in (1, 2, 9, 10):
        advance_considerations(now=on(TUESDAY, hour))
    assert told("cuti.m_asked") == 2

    assert advance_considerations(now=on(WEDNESDAY)) == 1
    assert advance_considerations(now=on(WEDNESDAY)) == 0
    # To her and to her substitute.
    assert told("cuti.m_asked") == 4
    assert open_question(row).stand_in == room.director


def test_days_of_rest_are_caught_up_in_one_sweep(room):
    row = send(room)

    assert advance_considerations(now=on(THURSDAY)) == 1

    assert open_question(row).asked == room.director
    # What the first one had not read yet is no question to her any more.
    assert told("cuti.m_asked") == 1


def test_after_a_long_rest_the_request_goes_straight_on(room):
    row = send(room)

    assert advance_considerations(now=on(MONDAY + timedelta(days=30))) == 1

    row.refresh_from_db()
    assert row.state == State.DECISION
    assert told("cuti.m_asked") == 0
    assert told("cuti.h_ready") == 2
    assert not Decision.objects.exists()
    assert advance_considerations(now=on(MONDAY + timedelta(days=31))) == 0


def test_the_substitute_answers_from_the_second_reminder_on(room):
    row = send(room)
    question = open_question(row)
    advance_considerations(now=on(TUESDAY))
    with pytest.raises(Http404):
        consider(
            actor=room.chief, consideration_id=question.pk, opinion="AGREED", now=on(TUESDAY)
        )

    advance_considerations(now=on(WEDNESDAY))
    consider(
        actor=room.chief, consideration_id=question.pk, opinion="AGREED", now=on(WEDNESDAY)
    )

    question.refresh_from_db()
    row.refresh_from_db()
    assert (question.asked, question.acted_by) == (room.manager, room.director)
    assert row.state == State.DECISION


def test_without_anybody_above_she_keeps_the_question_until_it_lapses(room):
    Employee.objects.filter(pk=room.manager.pk).update(manager=None)
    row = send(room)

    moves = walk(since=MONDAY, days=14, row=row)

    assert [(day, question) for day, _, question in moves] == [
        (MONDAY, "Atasan 0"),
        (TUESDAY, "Atasan 1"),
        (WEDNESDAY, "Atasan 2"),
        (THURSDAY, "Atasan 3"),
        (NEXT_MONDAY, ""),
    ]
    assert "PASS_ON" not in CaseEvent.objects.values_list("action", flat=True)


def test_the_third_day_passes_over_who_is_away(room):
    top = colleague(room, "puncak")
    Employee.objects.filter(pk=room.director.pk).update(manager=top)
    row = send(room)
    absent(room, room.director, THURSDAY, THURSDAY)

    advance_considerations(now=on(THURSDAY))

    assert open_question(row).asked == top


def test_a_manager_left_out_is_never_asked_however_long_it_takes(room):
    stands_in(room.director, room.manager, first=MONDAY, last=NEXT_MONDAY)
    row = send(room, leave_out_manager=True)

    walk(since=MONDAY, days=14, row=row)

    people = {room.manager.pk}
    for column in ("asked", "stand_in", "acted_by"):
        assert not people & set(Consideration.objects.values_list(column, flat=True))
    row.refresh_from_db()
    assert row.state == State.DECISION


def test_whoever_begins_to_stand_in_gets_what_lies_open(room):
    row = send(room)
    acting = colleague(room)
    stands_in(room.manager, acting, first=TUESDAY, last=TUESDAY)

    advance_considerations(now=on(MONDAY, 23))
    assert open_question(row).stand_in is None
    advance_considerations(now=on(TUESDAY, 1))

    assert open_question(row).stand_in == acting
    assert told("cuti.m_asked") == 3
    assert advance_considerations(now=on(TUESDAY, 2)) == 0


def test_one_who_begins_to_stand_in_between_reminders_is_told(room):
    row = send(room)
    advance_considerations(now=on(TUESDAY, 1))
    acting = colleague(room)
    stands_in(room.manager, acting, first=TUESDAY, last=TUESDAY)

    assert advance_considerations(now=on(TUESDAY, 2)) == 1
    assert open_question(row).stand_in == acting
    assert advance_considerations(now=on(TUESDAY, 3)) == 0


def test_a_stand_in_whose_time_is_over_cannot_answer_any_more(room):
    acting = colleague(room)
    stands_in(room.manager, acting)
    question = open_question(send(room))

    with pytest.raises(Http404):
        consider(
            actor=account(acting), consideration_id=question.pk, opinion="AGREED",
            now=on(TUESDAY, 0),
        )  # fmt: skip
    question.refresh_from_db()
    assert question.state == ConsiderationState.OPEN

    consider(
        actor=account(acting), consideration_id=question.pk, opinion="AGREED",
        now=on(MONDAY, 23),
    )  # fmt: skip
    question.refresh_from_db()
    assert (question.asked, question.acted_by) == (room.manager, acting)


def test_an_expired_stand_in_stays_out_after_the_second_reminder(room):
    acting = colleague(room)
    stands_in(room.manager, acting, last=TUESDAY)
    question = open_question(send(room))

    advance_considerations(now=on(WEDNESDAY))

    question.refresh_from_db()
    assert question.stand_in == room.director


def test_who_departs_with_a_question_open_does_not_hold_it_up(room):
    row = send(room)
    room.manager.user.is_active = False
    room.manager.user.save()

    assert advance_considerations(now=on(MONDAY, 10)) == 1
    assert open_question(row).asked == room.director


def test_a_question_left_over_is_closed_quietly(room):
    row = send(room)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.RETURNED)

    assert advance_considerations(now=on(MONDAY, 10)) == 1

    assert Consideration.objects.get().state == ConsiderationState.WITHDRAWN
    assert told("cuti.m_asked") == 0


def test_one_request_that_cannot_be_counted_does_not_hold_up_the_others(room):
    send(room)
    elsewhere = open_room()
    row = send(elsewhere)
    from portal.leave.models import WorkPattern

    WorkPattern.objects.filter(agency=room.agency).delete()

    assert advance_considerations(now=on(TUESDAY)) == 1
    assert open_question(row).step == 1


def test_a_late_certificate_ends_what_had_taken_effect_and_marks_nobody(room):
    row = send(room, code="CS", first=MONDAY, last=WEDNESDAY)
    due = row.evidence_due_on
    assert row.is_provisional

    assert advance_evidence(now=on(due - timedelta(days=2), 23)) == 0
    assert told("cuti.evidence_soon") == 0
    for day in (due - timedelta(days=1), due):
        assert advance_evidence(now=on(day)) == 0
    assert told("cuti.evidence_soon") == 1
    assert advance_evidence(now=on(due + timedelta(days=1), 0)) == 1
    assert advance_evidence(now=on(due + timedelta(days=1), 9)) == 0

    row.refresh_from_db()
    assert (row.state, row.is_provisional) == (State.EVIDENCE_OVERDUE, False)
    assert told("cuti.evidence_late") == 1
    assert told("cuti.h_overdue") == 1
    assert LeaveDay.objects.filter(request=row, active=True).count() == 3
    assert not Decision.objects.exists()


def test_a_late_certificate_leaves_the_superior_her_question(room):
    row = send(room, code="CS", first=MONDAY, last=WEDNESDAY)
    LeaveRequest.objects.filter(pk=row.pk).update(evidence_due_on=MONDAY)

    advance_evidence(now=on(TUESDAY))
    consider(
        actor=room.superior,
        consideration_id=open_question(row).pk,
        opinion="AGREED",
        now=on(TUESDAY),
    )

    row.refresh_from_db()
    assert row.state == State.EVIDENCE_OVERDUE


def test_an_answer_that_comes_too_late_says_so(room):
    question = open_question(send(room))
    advance_considerations(now=on(THURSDAY))

    with pytest.raises(LeaveRefused) as refused:
        consider(
            actor=room.superior, consideration_id=question.pk, opinion="AGREED",
            now=on(THURSDAY, 10),
        )  # fmt: skip
    assert refused.value.reason == "STALE"


def test_the_answer_before_the_sweep_stands(room):
    row = send(room)
    question = open_question(row)
    consider(actor=room.superior, consideration_id=question.pk, opinion="AGREED", now=NOW)

    assert advance_considerations(now=on(NEXT_MONDAY)) == 0

    question.refresh_from_db()
    row.refresh_from_db()
    assert question.state == ConsiderationState.GIVEN
    assert row.state == State.DECISION
    assert told("cuti.h_ready") == 2
