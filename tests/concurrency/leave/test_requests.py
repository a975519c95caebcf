"""
Twenty requests for the last day, from two processes, with and without the guards.

Processes, not only threads: each has its own connections and its own interpreter.
"""

import os
import pickle
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection

from portal.leave.choices import Certificate, Refusal
from portal.leave.models import (
    DAY_ONCE,
    NEVER_OVERSPENT,
    Consideration,
    HealthDossier,
    LeaveAccount,
    LeaveDay,
    LeaveRequest,
)
from portal.leave.services import changes, desk, ledger, requests, years
from portal.leave.services.desk import LeaveRefused
from tests.concurrency.test_one_time_fifty_clients import PATIENCE_SECONDS, race
from tests.factories import NOW
from tests.services.leave.asks import DEC_1, TODAY, ask_for, left, send
from tests.support.leave import know_notices, open_room

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 20
LONG_PATIENCE = 60.0
DEADLOCK = "OperationalError('deadlock"
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
CHILD = """
import pickle, sys
import django
django.setup()
import pytest
from django.db import connections
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
connections["default"].settings_dict["NAME"] = sys.argv[1]
from tests.concurrency.leave.test_requests import attempt, outcome, patient, unguarded
from tests.concurrency.leave.test_requests import without_lock
from tests.concurrency.test_one_time_fifty_clients import race
from tests.support.leave import know_notices
know_notices(pytest.MonkeyPatch())
job = pickle.loads(sys.stdin.buffer.read())
patient()
if job["unlocked"]:
    without_lock()
if job["unguarded"]:
    unguarded()
calls = [(lambda ask=ask: attempt(job["actor"], ask)) for ask in job["asks"]]
sys.stdout.buffer.write(pickle.dumps([outcome(result) for result in race(calls)]))
"""


def patient() -> None:
    """Let everybody wait as long as it takes: twenty at once on a slow machine is the test."""
    desk.PATIENCE_SECONDS = LONG_PATIENCE


def without_lock() -> None:
    """Take the lock of the employee away."""
    desk.lock = lambda namespace, subject_id, patience=None: None


def unguarded() -> None:
    """Let the ledger read its accounts without locking their rows."""

    def unlocked(*, employee_id):
        rows = LeaveAccount.objects.filter(employee=employee_id).order_by("id")
        return {(row.code, row.leave_year, row.source_year): row for row in rows}

    ledger.locked_accounts = unlocked
    years.locked_accounts = unlocked


def attempt(actor, ask) -> UUID:
    """Press the button."""
    return requests.submit_leave_request(actor=actor, ask=ask, now=NOW)


def outcome(result) -> str:
    """Name what came of one attempt, as a word that crosses processes."""
    if isinstance(result, LeaveRefused):
        return result.reason.value
    return f"SENT {result}" if isinstance(result, UUID) else repr(result)


def from_two_processes(actor, asks, *, unlocked=False, unguarded=False) -> Counter:
    """Let two processes press half of the buttons each at one moment."""
    job = {"actor": actor, "unlocked": unlocked, "unguarded": unguarded}
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
    for child, half in zip(children, (asks[::2], asks[1::2]), strict=True):
        child.stdin.write(pickle.dumps({**job, "asks": half}))
        child.stdin.close()
    outcomes: Counter = Counter()
    for child in children:
        outcomes.update(pickle.loads(child.stdout.read()))
        child.wait(PATIENCE_SECONDS)
    return outcomes


def words(outcomes: Counter) -> Counter:
    """Leave the ids of the requests out."""
    found: Counter = Counter()
    for word, times in outcomes.items():
        found[word.partition(" ")[0]] += times
    return found


@pytest.fixture(autouse=True)
def _ready(monkeypatch):
    know_notices(monkeypatch)
    monkeypatch.setattr(desk, "PATIENCE_SECONDS", LONG_PATIENCE)


@pytest.fixture
def room():
    """Somebody who works every day and has one day left."""
    made = open_room(days=EVERY_DAY)
    send(made, TODAY + timedelta(days=1), TODAY + timedelta(days=11))
    assert left(made) == 1
    return made


def twenty_days() -> list:
    """Return requests for one day each, none of them the same."""
    first = TODAY + timedelta(days=13)
    return [ask_for(first + timedelta(days=number)) for number in range(AT_ONCE)]


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_one_of_twenty_gets_the_last_day(room, unlocked):
    outcomes = words(from_two_processes(room.asker, twenty_days(), unlocked=unlocked))
    assert outcomes == Counter({"SENT": 1, Refusal.NOT_ENOUGH_DAYS.value: AT_ONCE - 1})
    assert left(room) == 0
    # What is left of the others is nothing: no request, day, dossier or question.
    assert LeaveRequest.objects.count() == 2
    assert HealthDossier.objects.count() == 2
    assert Consideration.objects.count() == 2
    assert LeaveDay.objects.count() == 12


def test_the_constraint_alone_keeps_the_balance(room):
    """Without any lock the database has the last word, and the answer stays kind."""
    outcomes = words(
        from_two_processes(room.asker, twenty_days(), unlocked=True, unguarded=True)
    )
    assert outcomes == Counter({"SENT": 1, Refusal.NOT_ENOUGH_DAYS.value: AT_ONCE - 1})
    assert left(room) == 0


@contextmanager
def without_constraint(table: str, name: str):
    """Take one promise of the database away, and give it back when nothing breaks it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        )
        (definition,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE leave_leaveaccount, leave_leaveday CASCADE")
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def test_without_locks_and_constraint_the_race_is_real(room):
    """Show that the set-up can fail: without the guards several get the last day."""
    with without_constraint("leave_leaveaccount", NEVER_OVERSPENT):
        outcomes = words(
            from_two_processes(room.asker, twenty_days(), unlocked=True, unguarded=True)
        )
        assert outcomes["SENT"] > 1, outcomes


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_one_of_many_overlapping_requests_stands(unlocked):
    made = open_room(days=EVERY_DAY)
    asks = [
        ask_for(
            DEC_1 + timedelta(days=number % 2),
            DEC_1 + timedelta(days=2 + number % 3),
            Certificate.LATER if number % 2 else Certificate.NONE,
        )
        for number in range(10)
    ]
    outcomes = words(from_two_processes(made.asker, asks, unlocked=unlocked))
    # Two inserts that meet in an exclusion constraint can stop each other; the lock keeps them
    # apart, and without it one of them is told no by PostgreSQL in its own words.
    victims = outcomes.pop(DEADLOCK, 0) if unlocked else 0
    assert outcomes == Counter({"SENT": 1, Refusal.OVERLAP.value: 9 - victims})
    assert LeaveRequest.objects.count() == 1


def test_without_lock_and_constraint_they_would_overlap():
    made = open_room(days=EVERY_DAY)
    asks = [ask_for(DEC_1, certificate=Certificate.LATER) for _ in range(10)]
    with without_constraint("leave_leaveday", DAY_ONCE):
        outcomes = words(from_two_processes(made.asker, asks, unlocked=True))
        assert outcomes["SENT"] > 1, outcomes


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_the_same_form_ten_times_at_once_is_one_request(unlocked):
    made = open_room(days=EVERY_DAY)
    ask = ask_for(DEC_1, key=uuid4())
    outcomes = from_two_processes(made.asker, [ask] * 10, unlocked=unlocked)
    assert list(outcomes.values()) == [10]
    assert words(outcomes) == Counter({"SENT": 10})
    assert LeaveRequest.objects.count() == 1


def test_withdrawn_once_and_converted_once_at_one_moment():
    made = open_room(days=EVERY_DAY)
    request_id = send(made, DEC_1, certificate=Certificate.LATER)
    deed = {"actor": made.asker, "request_id": request_id, "version": 1, "now": NOW}
    calls = [lambda: requests.withdraw(**deed), lambda: changes.to_annual(**deed)] * 3
    results = race(calls)
    states = Counter(LeaveRequest.objects.values_list("state", flat=True))
    made_ids = {one for one in results if isinstance(one, UUID)}
    assert states["WITHDRAWN"] == 1
    assert len(made_ids) == states["CONSIDERATION"]
    assert results.count(None) + len(made_ids) == 1
    for one in results:
        assert one is None or isinstance(one, (UUID, LeaveRefused)), one
