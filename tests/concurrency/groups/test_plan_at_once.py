"""Two at once: the nightly run from two processes, two editors of one series, undo and beat."""

import os
import pickle
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from groups.choices import GroupKind, Refusal
from groups.models import CapacityPool, Duty, PlanChange
from groups.services import changes, series
from groups.services.desk import GroupRefused
from portal.notifications.models import Notification
from tests.factories import NOW
from tests.support.groups import join, make_circle
from tests.support.plans import meeting_rows, plan_fridays, rows, turn

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 60
LATER = NOW + timedelta(weeks=5)
DUE = NOW + timedelta(minutes=3)
CHILD = """
import pickle, sys
from contextlib import nullcontext
import django
django.setup()
from django.conf import settings
from django.db import connections, transaction
settings.DATABASES["default"]["NAME"] = sys.argv[1]
connections["default"].settings_dict["NAME"] = sys.argv[1]
from groups.services import series
connections["default"].ensure_connection()
sys.stdout.buffer.write(b".")
sys.stdout.flush()
now, unlocked = pickle.loads(sys.stdin.buffer.read())
if unlocked:
    series.group_locked = lambda *, group_id: transaction.atomic()
sys.stdout.buffer.write(pickle.dumps(series.materialise(now=now)))
"""


def race(*calls) -> list:
    """Run the calls at one moment in threads and return what came of each."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=PATIENCE_SECONDS)
            results[place] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at what it was
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return results


@pytest.mark.parametrize("unlocked", [False, True])
def test_two_nightly_runs_make_each_meeting_once(unlocked):
    circle = make_circle(kind=GroupKind.OPEN)
    plan_fridays(circle, meetings=None)
    before = meeting_rows(circle)
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, connection.settings_dict["NAME"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdout.read(1) == b"."
    for child in children:
        child.stdin.write(pickle.dumps((LATER, unlocked)))
        child.stdin.close()
    made = [pickle.loads(child.stdout.read()) for child in children]
    for child in children:
        child.wait(PATIENCE_SECONDS)
    after = meeting_rows(circle)
    assert sum(made) == 5
    assert after[: len(before)] == before
    assert len(after) == len(before) + 5
    assert CapacityPool.objects.filter(meeting__group=circle.group).count() == len(after)
    assert Duty.objects.filter(meeting__group=circle.group).count() == 2 * len(after)


def test_of_two_editors_at_once_one_wins_and_one_is_told():
    circle = make_circle()
    pivot = rows_of(circle)[3]
    results = race(
        lambda: turn(circle, pivot, version=0),
        lambda: turn(circle, pivot, actor=circle.co, version=0, weekday=0),
    )
    lost = [result for result in results if isinstance(result, GroupRefused)]
    assert [result.reason for result in lost] == [Refusal.CHANGED]
    assert circle.group.series.count() == 2
    assert PlanChange.objects.count() == 1
    weekdays = Counter(row.period.lower.weekday() for row in rows(circle))
    assert sorted(weekdays.values()) == [3, 5]


def rows_of(circle):
    plan_fridays(circle)
    return rows(circle)


def test_undo_and_beat_at_one_moment_tell_everybody_or_nobody():
    circle = make_circle()
    pivot = rows_of(circle)[3]
    join(circle)
    for _ in range(3):
        Notification.objects.all().delete()
        before = [row["period"] for row in meeting_rows(circle)]
        change_id = turn(circle, pivot, weekday=pivot.period.lower.weekday() - 1)
        undone, told = race(
            lambda change_id=change_id: changes.undo_change(
                actor=circle.lead, change_id=change_id, now=DUE
            ),
            lambda: changes.tell_changes(now=DUE),
        )
        after = [row["period"] for row in meeting_rows(circle)]
        if isinstance(undone, GroupRefused):
            assert (undone.reason, told) == (Refusal.NOTHING_TO_UNDO, 2)
            return
        assert (undone, told, after) == (None, 0, before)
        assert Notification.objects.count() == 0


def test_two_beats_at_once_tell_each_person_once():
    circle = make_circle()
    pivot = rows_of(circle)[3]
    join(circle)
    Notification.objects.all().delete()
    turn(circle, pivot)
    results = race(*[lambda: changes.tell_changes(now=DUE)] * 4)
    assert sorted(results) == [0, 0, 0, 2]
    assert Notification.objects.count() == 2
    assert series.materialise(now=NOW) == 0
