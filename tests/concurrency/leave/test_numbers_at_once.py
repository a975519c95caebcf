"""Ten letters signed at one moment by two processes: no gap in the numbers, whoever fails."""

import os
import pickle
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from portal.leave.choices import DecisionState, State
from portal.leave.models import Decision, Letter, LetterSeries
from portal.leave.rules.deciding import UNDO_FOR
from portal.leave.services import decisions, desk, letters
from portal.leave.services.numbering import Numbered
from tests.concurrency.test_one_time_fifty_clients import PATIENCE_SECONDS, race
from tests.factories import NOW, make_employee
from tests.support.leave import know_notices, open_room
from tests.support.leave_cases import decide, outcome, read, ready

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
from tests.concurrency.leave.test_numbers_at_once import patient, sign_all
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
