"""Several people and sweeps decide, sign or revoke at one moment: one of them wins."""

import time
from collections import Counter
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from portal.leave import notices
from portal.leave.choices import (
    ConsiderationState,
    DecisionState,
    EntryKind,
    Refusal,
    RevokeReason,
    State,
)
from portal.leave.models import (
    Consideration,
    Decision,
    Decree,
    LeaveRequest,
    LedgerEntry,
    Letter,
    LetterSeries,
)
from portal.leave.rules.deciding import UNDO_FOR
from portal.leave.services import decisions, desk, endings
from portal.leave.services.deadlines import advance_considerations
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.requests import withdraw
from portal.leave.services.years import check_ledger
from portal.notifications.models import Notification
from portal.people.choices import Role
from tests.concurrency.test_one_time_fifty_clients import race
from tests.factories import NOW, account, grant, make_employee
from tests.support.leave import SINCE, know_notices, open_room
from tests.support.leave_cases import (
    decide,
    granted,
    later,
    left,
    outcome,
    read,
    ready,
    sent,
    the_decision,
)

pytestmark = pytest.mark.django_db(transaction=True)
LONG_PATIENCE = 60.0
DUE = NOW + UNDO_FOR


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    know_notices(monkeypatch)
    monkeypatch.setattr(desk, "PATIENCE_SECONDS", LONG_PATIENCE)


def no_lock(monkeypatch):
    """Take the employee's lock away."""
    monkeypatch.setattr(desk, "lock", lambda *_args: None)


def officials(room, count):
    """Return that many officials, each with a decree."""
    found = [room.official]
    for _ in range(count - 1):
        person = make_employee("pejabat", agency=room.agency)
        grant(person.user, room.agency, Role.OFFICIAL)
        Decree.objects.create(
            agency=room.agency, number="KEP-8/2026", issued_on=SINCE, holder=person.user,
            office="Kepala Biro", entered_by_id=room.hr.user_id, valid_from=SINCE,
        )  # fmt: skip
        found.append(account(person))
    return found


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_officials_who_grant_at_once_make_one_decision(monkeypatch, unlocked):
    room = open_room()
    row = ready(room)
    people = officials(room, 4)
    if unlocked:
        no_lock(monkeypatch)
    results = race([lambda a=one: decide(room, row, actor=a) for one in people])
    assert Counter(map(outcome, results)) == Counter(
        {"DONE": 1, Refusal.ALREADY_DECIDED.value: 3}
    )
    assert Decision.objects.count() == 1


def test_without_lock_and_constraint_the_race_is_real(monkeypatch):
    """Show that the set-up can fail: without both guards several decide."""
    room = open_room()
    row = ready(room)
    people = officials(room, 4)
    no_lock(monkeypatch)
    ask = decisions.right_to_decide

    def slowly(**kwargs):
        found = ask(**kwargs)
        time.sleep(0.5)
        return found

    monkeypatch.setattr(decisions, "right_to_decide", slowly)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX decision_once_a_round")
    try:
        race([lambda a=one: decide(room, row, actor=a) for one in people])
        assert Decision.objects.count() > 1
    finally:
        Decision.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX decision_once_a_round ON leave_decision"
                " (request_id, round) WHERE NOT (state = 'UNDONE')"
            )


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_sweeps_at_once_sign_it_once(monkeypatch, unlocked):
    room = open_room()
    row = ready(room)
    decision_id = decide(room, row)
    if unlocked:
        no_lock(monkeypatch)
    sign = [lambda: decisions.sign_due(now=DUE)] * 4
    now = [lambda: decisions.sign_now(actor=room.official, decision_id=decision_id, now=DUE)]
    results = race(sign + now)
    assert not [one for one in results if isinstance(one, (IntegrityError, RuntimeError))]
    assert read(row.pk).state == State.GRANTED
    assert (the_decision(row).state, Letter.objects.count()) == (DecisionState.FINAL, 1)
    assert list(LetterSeries.objects.values_list("last_number", flat=True)) == [1]
    taken = LedgerEntry.objects.filter(kind=EntryKind.CONSUME)
    assert sum(taken.values_list("quantity", flat=True)) == Decimal(-3)
    assert left(room) == Decimal(9)
    assert Notification.objects.filter(notice=notices.DECIDED).count() == 1
    assert Notification.objects.filter(notice=notices.FOR_MANAGER_DATES).count() == 1
    assert check_ledger(now=DUE) == []


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
@pytest.mark.parametrize("attempt", range(3))
def test_taking_back_against_signing_has_one_winner(monkeypatch, unlocked, attempt):
    room = open_room()
    row = ready(room)
    decision_id = decide(room, row)
    if unlocked:
        no_lock(monkeypatch)
    undone, _signed = race(
        [
            lambda: decisions.undo_decision(
                actor=room.official, decision_id=decision_id, now=later(9)
            ),
            lambda: decisions.sign_due(now=DUE),
        ]
    )
    state = the_decision(row).state
    if state == DecisionState.UNDONE:
        assert undone is None
        assert (read(row.pk).state, Letter.objects.count()) == (State.DECISION, 0)
        assert not LedgerEntry.objects.filter(kind=EntryKind.CONSUME).exists()
        assert not Notification.objects.filter(notice=notices.DECIDED).exists()
    else:
        assert undone.reason == Refusal.UNDO_OVER
        assert (read(row.pk).state, Letter.objects.count()) == (State.GRANTED, 1)
    assert left(room) == Decimal(9)


@pytest.mark.parametrize("attempt", range(3))
def test_withdrawing_against_signing_has_one_winner(attempt):
    room = open_room()
    row = ready(room)
    decide(room, row)
    race(
        [
            lambda: withdraw(actor=room.asker, request_id=row.pk, version=row.version, now=DUE),
            lambda: decisions.sign_due(now=DUE),
        ]
    )
    after = read(row.pk)
    assert after.state in {State.WITHDRAWN, State.GRANTED}
    is_granted = after.state == State.GRANTED
    assert Letter.objects.count() == int(is_granted)
    assert left(room) == Decimal(9 if is_granted else 12)
    told = Notification.objects.filter(notice=notices.DECIDED).exists()
    assert told == is_granted
    assert the_decision(row).state == ("FINAL" if is_granted else "UNDONE")
    assert check_ledger(now=DUE) == []


@pytest.mark.parametrize("attempt", range(3))
def test_deciding_against_the_sweep_of_considerations(attempt):
    """Five working days are over: either it lapses first and is decided, or it is too early."""
    room = open_room()
    row = sent(room)
    lapses = NOW.replace(day=30)
    for day in (24, 25, 26):
        advance_considerations(now=NOW.replace(day=day))
    row = read(row.pk)
    decided, _moved = race(
        [
            lambda: decide(room, row, now=lapses),
            lambda: advance_considerations(now=lapses),
        ]
    )
    if isinstance(decided, LeaveRefused):
        assert decided.reason in {Refusal.NOT_NOW, Refusal.STALE}
        assert not Decision.objects.exists()
    open_ones = Consideration.objects.filter(state=ConsiderationState.OPEN)
    assert not (Decision.objects.exists() and open_ones.exists())


def test_once_it_is_decided_the_sweep_asks_nobody_any_more():
    room = open_room()
    row = ready(room)
    decide(room, row)
    asked = Notification.objects.filter(notice=notices.FOR_MANAGER_ASKED)
    before = set(asked.values_list("id", "rev"))
    later_day = NOW.replace(day=30)
    results = race(
        [lambda: decisions.sign_due(now=later_day)]
        + [lambda: advance_considerations(now=later_day)] * 3
    )
    assert not [one for one in results if isinstance(one, BaseException)], results
    assert read(row.pk).state == State.GRANTED
    assert set(asked.values_list("id", "rev")) == before
    states = set(Consideration.objects.values_list("state", flat=True))
    assert states == {ConsiderationState.GIVEN.value}


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_revoked_at_once_days_come_back_once(monkeypatch, unlocked):
    room = open_room()
    row = granted(room, ready(room))
    endings.ask_revocation(
        actor=room.hr, request_id=row.pk, reason=RevokeReason.ERROR, version=row.version,
        now=NOW,
    )  # fmt: skip
    people = officials(room, 3)
    if unlocked:
        no_lock(monkeypatch)
    race(
        [
            lambda a=one: endings.confirm_revocation(
                actor=a, request_id=row.pk, version=row.version, now=NOW
            )
            for one in people
        ]
    )
    assert LeaveRequest.objects.get(pk=row.pk).state == State.REVOKED
    assert LedgerEntry.objects.filter(kind=EntryKind.REVERSE).count() == 3
    assert left(room) == Decimal(12)
