"""
Several people, processes and sweeps decide and sign at one moment.

One decision, one number, days taken once; numbers without a gap, whoever fails among them.
"""

import os
import pickle
import subprocess
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

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
from portal.leave.services import decisions, desk, endings, letters
from portal.leave.services.deadlines import advance_considerations
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.numbering import Numbered
from portal.leave.services.requests import withdraw
from portal.leave.services.years import check_ledger
from portal.notifications.models import Notification
from portal.people.choices import Role
from tests.concurrency.test_one_time_fifty_clients import PATIENCE_SECONDS, race
from tests.factories import NOW, account, grant, make_employee
from tests.support.leave import SINCE, know_notices, open_room
from tests.support.leave_cases import (
    decide,
    granted,
    later,
    left,
    read,
    ready,
    sent,
    the_decision,
)

pytestmark = pytest.mark.django_db(transaction=True)
LONG_PATIENCE = 60.0
DUE = NOW + UNDO_FOR
CHILD = """
import pickle, sys
import django
django.setup()
from django.db import connections
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
connections["default"].settings_dict["NAME"] = sys.argv[1]
import pytest
from tests.concurrency.leave.test_decisions_at_once import outcome, patient, sign_all
from tests.support.leave import know_notices
know_notices(pytest.MonkeyPatch())
patient()
job = pickle.loads(sys.stdin.buffer.read())
sys.stdout.buffer.write(pickle.dumps(sign_all(job)))
"""


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    know_notices(monkeypatch)
    monkeypatch.setattr(desk, "PATIENCE_SECONDS", LONG_PATIENCE)


def patient():
    """Let everybody wait as long as it takes: ten at once on a slow machine is the test."""
    desk.PATIENCE_SECONDS = LONG_PATIENCE


def no_lock(monkeypatch):
    """Take the employee's lock away."""
    monkeypatch.setattr(desk, "lock", lambda *_args: None)


def outcome(result):
    """Name what came of an attempt, as a word that crosses processes."""
    if isinstance(result, LeaveRefused):
        return result.reason.value
    return "DONE" if not isinstance(result, BaseException) else repr(result)


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


def ten_decided(room):
    """Return ten requests of ten people, each decided and not signed."""
    people = [
        make_employee("rekan", agency=room.agency, unit=room.unit, manager=room.manager)
        for _ in range(10)
    ]
    rows = [ready(room, employee=person) for person in people]
    return [decide(room, row) for row in rows]


def sign_all(job):
    """Sign some decisions at one moment; the one that is to fail fails after its number."""
    make = letters.make_pdf
    seen = []

    def fail_one(*, paper):
        if job["fails"] == paper.name and not seen:
            seen.append(paper.number)
            raise RuntimeError("the printer is out of paper")
        return make(paper=paper)

    letters.make_pdf = fail_one
    try:
        results = race(
            [
                lambda d=one: decisions.sign_now(
                    actor=job["actor"], decision_id=d, now=job["now"]
                )
                for one in job["decisions"]
            ]
        )
    finally:
        letters.make_pdf = make
    return [outcome(result) for result in results]


def from_two_processes(room, decision_ids, *, fails=""):
    """Let two processes sign half of the decisions each, all at one moment."""
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, connection.settings_dict["NAME"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        for _ in range(2)
    ]
    for child, half in zip(children, (decision_ids[::2], decision_ids[1::2]), strict=True):
        job = {"actor": room.official, "now": NOW, "decisions": half, "fails": fails}
        child.stdin.write(pickle.dumps(job))
        child.stdin.close()
    outcomes = Counter()
    for child in children:
        outcomes.update(pickle.loads(child.stdout.read()))
        child.wait(PATIENCE_SECONDS)
    return outcomes


def numbers():
    return sorted(Letter.objects.values_list("sequence", flat=True))


def test_ten_signed_at_once_from_two_processes_have_ten_consecutive_numbers():
    room = open_room()
    assert from_two_processes(room, ten_decided(room)) == Counter({"DONE": 10})
    assert numbers() == list(range(1, 11))
    assert Letter.objects.values("number").distinct().count() == 10


def test_when_one_of_the_ten_fails_no_number_is_missing():
    room = open_room()
    decision_ids = ten_decided(room)
    unlucky = Decision.objects.get(pk=decision_ids[4]).request.employee.user
    unlucky.full_name = "Satu Gagal"
    unlucky.save()
    outcomes = from_two_processes(room, decision_ids, fails="Satu Gagal")
    assert outcomes["DONE"] == 9
    assert numbers() == list(range(1, 10))
    left_over = Decision.objects.get(pk=decision_ids[4])
    assert left_over.state == DecisionState.PENDING
    assert read(left_over.request_id).state == State.DECISION
    assert decisions.sign_due(now=DUE) == 1
    assert numbers() == list(range(1, 11))


def test_without_the_lock_of_the_series_numbers_collide(monkeypatch):
    """Show that the set-up can fail: read and written back, the counter gives one twice."""
    room = open_room()
    decision_ids = ten_decided(room)[:6]
    first = decisions.sign_now
    first(actor=room.official, decision_id=decision_ids[0], now=NOW)

    def unlocked(*, agency_id, kind, year):
        series = LetterSeries.objects.get(agency_id=agency_id, kind=kind, year=year)
        time.sleep(0.5)
        number = series.last_number + 1
        LetterSeries.objects.filter(pk=series.pk).update(last_number=number)
        return Numbered(series, number, f"{number}")

    monkeypatch.setattr(letters, "take_number", unlocked)
    race(
        [
            lambda d=one: decisions.sign_now(actor=room.official, decision_id=d, now=NOW)
            for one in decision_ids[1:]
        ]
    )
    assert Letter.objects.count() < len(decision_ids)


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
