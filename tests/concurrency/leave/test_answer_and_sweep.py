"""A superior's answer, the sweep and the official at one moment: one effect, nothing stray."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.http import Http404

from portal.leave.choices import ConsiderationState, Outcome, Refusal, State
from portal.leave.models import CaseEvent, Consideration, Decision, Delegation, LeaveRequest
from portal.leave.rules.deciding import Ruling
from portal.leave.services import considerations, decisions
from portal.leave.services.considerations import consider
from portal.leave.services.deadlines import advance_considerations
from portal.leave.services.delegations import delegate
from portal.leave.services.desk import LeaveRefused
from portal.notifications.models import Notification
from tests.factories import account, make_employee
from tests.support.leave import know_notices, open_room
from tests.support.leave_team import MONDAY, NOW, on, open_question, send, stands_in

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 30
THURSDAY, LAST = MONDAY + timedelta(days=3), MONDAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def _told(monkeypatch):
    know_notices(monkeypatch)


@pytest.fixture
def room(db):
    return open_room()


def race(calls) -> list:
    """Run the calls at one moment in threads and return what came of each."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def one(place, call):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=PATIENCE_SECONDS)
            results[place] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at what it was
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return results


def answer(actor, question, *, now):
    return consider(actor=actor, consideration_id=question.pk, opinion="AGREED", now=now)


def told(notice: str) -> int:
    return Notification.objects.filter(notice=notice).count()


@pytest.mark.parametrize("attempt", range(5))
def test_answer_or_lapse_never_both(room, attempt):
    row = send(room)
    question = open_question(row)
    now = on(LAST)

    said, *_ = race(
        [
            lambda: answer(room.superior, question, now=now),
            *[lambda: advance_considerations(now=now)] * 3,
        ]
    )

    question.refresh_from_db()
    row.refresh_from_db()
    is_given = said is None
    if not is_given:
        assert isinstance(said, LeaveRefused)
    assert question.state == (
        ConsiderationState.GIVEN if is_given else ConsiderationState.LAPSED
    )
    assert list(CaseEvent.objects.values_list("action", flat=True)) == [
        "CONSIDER" if is_given else "LAPSE"
    ]
    assert row.state == State.DECISION
    assert told("cuti.h_ready") == 2
    assert not Decision.objects.exists()


@pytest.mark.parametrize("attempt", range(5))
def test_answer_or_next_instance_never_both(room, attempt):
    row = send(room)
    question = open_question(row)
    now = on(THURSDAY)

    said, *_ = race(
        [
            lambda: answer(room.superior, question, now=now),
            *[lambda: advance_considerations(now=now)] * 3,
        ]
    )

    actions = list(CaseEvent.objects.values_list("action", flat=True))
    states = Counter(Consideration.objects.values_list("state", flat=True))
    if said is None:
        assert actions == ["CONSIDER"]
        assert states == Counter({"GIVEN": 1})
        assert told("cuti.m_asked") == 0  # answered: it is no question any more
    else:
        assert isinstance(said, LeaveRefused)
        assert actions == ["PASS_ON"]
        assert states == Counter({"PASSED": 1, "OPEN": 1})
        assert told("cuti.m_asked") == 1


def test_a_question_that_ends_while_it_is_looked_up_is_told_so(room, monkeypatch):
    question = open_question(send(room))
    look = considerations.policies.get_consideration

    def too_late(**asked):
        Consideration.objects.filter(pk=question.pk).update(state=ConsiderationState.LAPSED)
        return look(**asked)

    monkeypatch.setattr(considerations.policies, "get_consideration", too_late)
    with pytest.raises(LeaveRefused) as refused:
        answer(room.superior, question, now=NOW)
    assert refused.value.reason == Refusal.STALE


def test_two_who_may_answer_give_one_answer(room):
    acting = make_employee("rekan", agency=room.agency, unit=room.unit)
    stands_in(room.manager, acting)
    question = open_question(send(room))

    results = race(
        [
            lambda actor=actor: answer(actor, question, now=NOW)
            for actor in [room.superior, account(acting)] * 3
        ]
    )

    assert results.count(None) == 1
    assert all(one is None or isinstance(one, LeaveRefused) for one in results)
    assert list(CaseEvent.objects.values_list("action", flat=True)) == ["CONSIDER"]
    assert told("cuti.h_ready") == 2


@pytest.mark.parametrize("attempt", range(3))
def test_sweeps_tell_nothing_of_what_is_granted_meanwhile(room, attempt):
    row = send(room)
    answer(room.superior, open_question(row), now=NOW)
    row.refresh_from_db()
    before = told("cuti.m_asked")

    decided, *_ = race(
        [
            lambda: decisions.decide(
                actor=room.official,
                request_id=row.pk,
                ruling=Ruling(
                    outcome=Outcome.GRANT, first_day=row.first_day, last_day=row.last_day
                ),
                version=row.version,
                now=on(LAST),
            ),
            *[lambda: advance_considerations(now=on(LAST))] * 4,
        ]
    )

    assert not isinstance(decided, Exception)
    assert told("cuti.m_asked") == before
    assert list(CaseEvent.objects.values_list("action", flat=True)) == ["CONSIDER"]
    assert Consideration.objects.get().state == ConsiderationState.GIVEN


def test_a_request_granted_under_the_sweeps_eyes_gets_no_notice(room, monkeypatch):
    """The sweep has picked the question when somebody grants: it looks again."""
    row = send(room)
    question = open_question(row)
    from portal.leave.services import deadlines

    picked = deadlines._due_questions(on(LAST))
    assert picked == [(question.pk, row.employee_id)]
    answer(room.superior, question, now=on(LAST))
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.GRANTED)
    before = Notification.objects.count()
    monkeypatch.setattr(deadlines, "_due_questions", lambda _now: picked)

    assert advance_considerations(now=on(LAST)) == 0

    row.refresh_from_db()
    assert row.state == State.GRANTED
    assert Notification.objects.count() == before


def test_two_delegations_at_once_close_no_circle(room):
    one, two = room.manager, room.director

    def name(giver, stand_in):
        return delegate(
            actor=account(giver),
            stand_in_id=stand_in.pk,
            kind="PLH",
            decree_number="SPR-1/2026",
            valid_from=MONDAY,
            valid_until=MONDAY,
            now=NOW,
        )

    results = race([lambda: name(one, two), lambda: name(two, one)] * 3)

    assert Delegation.objects.count() == 1
    refused = [one for one in results if isinstance(one, LeaveRefused)]
    assert len(refused) == 5
    assert not [one for one in results if isinstance(one, Http404)]
