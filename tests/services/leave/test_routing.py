"""Whom a request reaches: at the moment somebody acts, and never somebody it should not."""

from datetime import date, timedelta

import pytest

from portal.leave.choices import Part, State
from portal.leave.models import Consideration
from portal.leave.services.considerations import consider
from portal.notifications.models import Notification
from portal.people.choices import Role
from portal.people.models import Employee
from tests.factories import grant
from tests.support.leave import know_notices, open_room
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
SUNDAY = MONDAY - timedelta(days=1)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _told(monkeypatch):
    know_notices(monkeypatch)


@pytest.fixture
def room(db):
    """An agency that does leave here."""
    return open_room()


def asked(row):
    question = open_question(row)
    return None if question is None else (question.asked, question.stand_in)


def leave_the_house(employee: Employee) -> None:
    employee.user.is_active = False
    employee.user.save()


def test_the_line_manager_is_asked_and_told(room):
    row = send(room)

    assert asked(row) == (room.manager, None)
    assert row.state == State.CONSIDERATION
    assert Notification.objects.filter(notice="cuti.m_asked").count() == 1


@pytest.mark.parametrize("code", ["CT-PNS", "CS"])
def test_every_kind_asks_at_the_same_moment(room, code):
    row = send(room, code=code)

    assert asked(row) == (room.manager, None)
    assert open_question(row).asked_on == MONDAY


def test_whoever_stands_in_today_may_answer_too(room):
    acting = colleague(room)
    stands_in(room.manager, acting)

    assert asked(send(room)) == (room.manager, acting)
    assert Notification.objects.filter(notice="cuti.m_asked").count() == 2


@pytest.mark.parametrize(
    ("hour", "zone", "stands"),
    [(9, "Asia/Jakarta", True), (23, "Asia/Jakarta", True), (0, "Asia/Jakarta", False)],
)
def test_a_delegation_ends_at_midnight_where_the_giver_works(room, hour, zone, stands):
    acting = colleague(room)
    stands_in(room.manager, acting, first=SUNDAY, last=MONDAY)
    now = on(MONDAY if hour else TUESDAY, hour)

    assert asked(send(room, now=now)) == (room.manager, acting if stands else None)


def test_jayapura_is_a_day_ahead():
    room = open_room(zone="Asia/Jayapura")
    acting = colleague(room)
    stands_in(room.manager, acting, first=TUESDAY, last=TUESDAY)

    # Half past midnight in Jayapura, still Monday by UTC and in Jakarta.
    now = on(TUESDAY, 0, "Asia/Jayapura") + timedelta(minutes=30)
    assert now.date() == MONDAY
    assert asked(send(room, now=now)) == (room.manager, acting)


def test_a_withdrawn_delegation_ends_at_once(room):
    given = stands_in(room.manager, colleague(room))
    given.withdrawn_on = MONDAY
    given.save()

    assert asked(send(room)) == (room.manager, None)


def test_a_superior_on_leave_is_passed_over_unless_somebody_stands_in(room):
    absent(room, room.manager, MONDAY, MONDAY)
    assert asked(send(room)) == (room.director, None)

    acting = colleague(room)
    stands_in(room.manager, acting)
    later = send(room, first=date(2027, 1, 11), last=date(2027, 1, 12))
    assert asked(later) == (room.manager, acting)


def test_back_tomorrow_is_not_back_today(room):
    absent(room, room.manager, MONDAY - timedelta(days=3), MONDAY)
    tomorrow = send(room, first=date(2027, 1, 11), last=date(2027, 1, 12), now=on(TUESDAY))

    assert asked(send(room)) == (room.director, None)
    assert asked(tomorrow) == (room.manager, None)


@pytest.mark.parametrize(
    "state", [State.CONSIDERATION, State.DECISION, State.EVIDENCE_DUE, State.CANCELLED]
)
def test_leave_that_is_not_granted_keeps_nobody_away(room, state):
    absent(room, room.manager, MONDAY, MONDAY, state=state)

    assert asked(send(room)) == (room.manager, None)


def test_half_a_day_away_is_half_a_day(room):
    absent(room, room.manager, MONDAY, MONDAY, part=Part.AFTERNOON)

    assert asked(send(room, now=on(MONDAY, 9))) == (room.manager, None)
    after = send(room, first=date(2027, 1, 11), last=date(2027, 1, 11), now=on(MONDAY, 13))
    assert asked(after) == (room.director, None)


def test_who_has_departed_is_passed_over(room):
    leave_the_house(room.manager)

    assert asked(send(room)) == (room.director, None)


def test_somebody_acts_for_a_vacant_post(room):
    acting = colleague(room)
    leave_the_house(room.manager)
    stands_in(room.manager, acting)

    assert asked(send(room)) == (room.manager, acting)


def test_the_asker_never_stands_in_for_her_own_manager(room):
    stands_in(room.manager, room.employee)

    assert asked(send(room)) == (room.manager, None)


def test_the_asker_standing_in_for_a_manager_away_is_passed_over(room):
    absent(room, room.manager, MONDAY, MONDAY)
    stands_in(room.manager, room.employee)

    assert asked(send(room)) == (room.director, None)


def test_delegations_in_a_circle_end(room):
    stands_in(room.manager, room.director)
    stands_in(room.director, room.manager)
    absent(room, room.manager, MONDAY, MONDAY)

    assert asked(send(room)) == (room.manager, room.director)


def test_what_was_delegated_is_not_passed_on(room):
    first, second = colleague(room, "satu"), colleague(room, "dua")
    stands_in(room.manager, first)
    stands_in(first, second)
    absent(room, first, MONDAY, MONDAY)

    assert asked(send(room)) == (room.manager, None)


def test_a_circle_in_the_line_ends(room):
    Employee.objects.filter(pk=room.director.pk).update(manager=room.manager)
    absent(room, room.manager, MONDAY, MONDAY)
    absent(room, room.director, MONDAY, MONDAY)

    row = send(room)

    assert asked(row) is None
    assert row.state == State.DECISION


def test_nobody_is_looked_for_beyond_five_steps(room):
    top = room.director
    for number in range(5):
        above = colleague(room, f"atas{number}")
        Employee.objects.filter(pk=top.pk).update(manager=above)
        leave_the_house(top)
        top = above
    leave_the_house(room.manager)

    assert asked(send(room)) is None


def test_without_a_superior_it_goes_straight_to_the_decision(room):
    Employee.objects.filter(pk=room.employee.pk).update(manager=None)
    room.employee.refresh_from_db()

    row = send(room)

    assert asked(row) is None
    assert not Consideration.objects.exists()


def test_leaving_the_manager_out_leaves_out_who_stands_in_for_her(room):
    acting = colleague(room)
    stands_in(room.manager, acting)
    stands_in(room.director, acting)

    assert asked(send(room, leave_out_manager=True)) == (room.director, None)


def test_leaving_the_manager_out_keeps_her_from_standing_in_for_the_next(room):
    absent(room, room.director, MONDAY, MONDAY)
    stands_in(room.director, room.manager)

    assert asked(send(room, leave_out_manager=True)) is None


def test_leaving_out_the_only_superior_goes_straight_to_the_decision(room):
    Employee.objects.filter(pk=room.manager.pk).update(manager=None)

    assert asked(send(room, leave_out_manager=True)) is None


def test_a_medical_reviewer_stands_in_for_nobody(room):
    stands_in(room.manager, Employee.objects.get(user_id=room.reviewer.user_id))

    assert asked(send(room)) == (room.manager, None)


def test_a_medical_reviewer_is_asked_about_her_own_reports(room):
    grant(room.manager.user, room.agency, Role.REVIEWER)

    assert asked(send(room)) == (room.manager, None)


def test_a_new_round_asks_the_manager_anew(room):
    row = send(room)
    consider(
        actor=room.superior, consideration_id=open_question(row).pk, opinion="AGREED", now=NOW
    )
    row.refresh_from_db()
    assert row.state == State.DECISION

    from portal.leave.services.considerations import ask_superior
    from portal.leave.services.desk import employee_locked

    row.round = 2
    row.save()
    with employee_locked(employee_id=row.employee_id):
        assert ask_superior(row, now=NOW)
    assert asked(row) == (room.manager, None)
