"""
Fifty people and one time, from two processes, with and without the lock.

Processes, not only threads: each has its own connections and its own interpreter.
"""

import os
import pickle
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection, connections

from counselling import services
from counselling.choices import AppointmentStatus, Refusal
from counselling.models import Appointment, Client
from counselling.services import BookingRefused, booking
from portal.notifications.models import Notification
from tests.factories import (
    NOW,
    add_counsellor,
    book,
    hold,
    make_client_account,
    make_practice,
    wib,
)

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 50
PATIENCE_SECONDS = 60


def race(calls) -> list:
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


CHILD = """
import pickle, sys
import django
django.setup()
from django.db import connections
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
connections["default"].settings_dict["NAME"] = sys.argv[1]
from tests.concurrency.test_one_time_fifty_clients import race, outcome, without_lock
from tests.factories import hold
job = pickle.loads(sys.stdin.buffer.read())
if job["without_lock"]:
    without_lock()
calls = [
    (lambda actor=actor, start=start: hold(job["practice"], actor, start))
    for actor, start in job["wants"]
]
sys.stdout.buffer.write(pickle.dumps([outcome(result) for result in race(calls)]))
"""


def outcome(result) -> str:
    """Name what came of one attempt, as a word that crosses processes."""
    if isinstance(result, BookingRefused):
        return result.reason.value
    return (
        "WON" if result is not None and not isinstance(result, BaseException) else repr(result)
    )


def without_lock() -> None:
    """Take the counsellor's lock away."""
    booking.lock = lambda namespace, subject_id: None


def from_two_processes(practice, wants, *, unlocked: bool = False) -> tuple[Counter, float]:
    """Let two processes of half the people each try at one moment; return outcomes, seconds."""
    job = {"practice": practice, "without_lock": unlocked}
    halves = [wants[::2], wants[1::2]]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    began = time.monotonic()
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, connection.settings_dict["NAME"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        for _ in halves
    ]
    for child, half in zip(children, halves, strict=True):
        child.stdin.write(pickle.dumps({**job, "wants": half}))
        child.stdin.close()
    outcomes: Counter = Counter()
    for child in children:
        outcomes.update(pickle.loads(child.stdout.read()))
        child.wait(PATIENCE_SECONDS)
    return outcomes, time.monotonic() - began


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def people(practice):
    return [make_client_account(practice) for _ in range(PEOPLE)]


def no_overlap() -> bool:
    rows = sorted(Appointment.objects.values_list("blocked", flat=True), key=lambda r: r.lower)
    return all(a.upper <= b.lower for a, b in pairwise(rows))


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_one_time_has_one_winner(practice, people, unlocked):
    outcomes, _ = from_two_processes(
        practice, [(actor, wib(11)) for actor in people], unlocked=unlocked
    )
    assert outcomes == Counter({"WON": 1, Refusal.SLOT_TAKEN.value: PEOPLE - 1})
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_overlapping_times_have_one_winner_each(practice, people, unlocked):
    # Staggered by a grid step within less than a meeting's length: all overlap all.
    wants = [(actor, wib(11, 15 * (place % 4))) for place, actor in enumerate(people)]
    outcomes, _ = from_two_processes(practice, wants, unlocked=unlocked)
    assert outcomes == Counter({"WON": 1, Refusal.SLOT_TAKEN.value: PEOPLE - 1})
    assert no_overlap()


def test_without_lock_and_constraint_the_race_is_real(practice, people):
    """Show that the set-up can fail: without both guards several people win."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE counselling_appointment"
            " DROP CONSTRAINT appointment_counsellor_no_overlap"
        )
    try:
        wants = [(actor, wib(11)) for actor in people]
        outcomes, _ = from_two_processes(practice, wants, unlocked=True)
        assert outcomes["WON"] > 1, outcomes
    finally:
        Appointment.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE counselling_appointment ADD CONSTRAINT"
                " appointment_counsellor_no_overlap EXCLUDE USING gist"
                " (counsellor_id WITH =, blocked WITH &&)"
                " WHERE (status IN ('HELD', 'BOOKED', 'FULFILLED', 'NO_SHOW'))"
            )


def test_one_client_two_counsellors_one_time(practice):
    other = add_counsellor(practice.agency, practice.head, [practice.service_id], name="Dewi")
    rina = make_client_account(practice)
    hold(practice, rina, wib(9, day=wib(9).date()), now=NOW - timedelta(days=1))
    Appointment.objects.all().delete()
    results = race(
        [
            lambda: book(practice, rina, wib(11)),
            lambda: book(practice, rina, wib(11), counsellor=other),
        ]
    )
    assert Appointment.objects.filter(status=AppointmentStatus.BOOKED).count() == 1, results
    assert Client.objects.count() == 1


def test_first_use_from_two_tabs_makes_one_client(practice):
    rina = make_client_account(practice)
    race([lambda: hold(practice, rina, wib(11)), lambda: hold(practice, rina, wib(14))])
    assert Client.objects.count() == 1
    assert Appointment.objects.count() == 1


def test_booking_against_closing_the_time(practice):
    for _ in range(5):
        rina = make_client_account(practice)
        appointment_id = hold(practice, rina, wib(11))
        results = race(
            [
                lambda a=rina, i=appointment_id: services.book_appointment(
                    actor=a,
                    appointment_id=i,
                    request=services.BookingRequest(consent_version=1),
                    now=NOW,
                ),
                lambda: services.close_period(
                    actor=practice.actor, starts_at=wib(11), ends_at=wib(12), now=NOW
                ),
            ]
        )
        # Booked before it was closed, or gone: never a hold left in a closed time.
        assert not Appointment.objects.filter(status=AppointmentStatus.HELD).exists(), results
        Appointment.objects.all().delete()
        services.undo_schedule(actor=practice.actor, now=NOW)


def test_two_tabs_book_one_hold_once_and_both_see_it_booked(practice):
    for _ in range(5):
        rina = make_client_account(practice)
        appointment_id = hold(practice, rina, wib(11))

        def press(a=rina, i=appointment_id):
            services.book_appointment(
                actor=a,
                appointment_id=i,
                request=services.BookingRequest(consent_version=1),
                now=NOW,
            )

        assert race([press, press]) == [None, None]
        assert Appointment.objects.get().status == AppointmentStatus.BOOKED
        assert Notification.objects.filter(subject_id=appointment_id).count() == 2
        Appointment.objects.all().delete()


def test_two_moves_of_one_meeting_leave_one_meeting(practice):
    rina = make_client_account(practice)
    appointment_id = book(practice, rina, wib(9), now=NOW - timedelta(days=1))

    def move(starts_at):
        services.reschedule_appointment(
            actor=rina,
            appointment_id=appointment_id,
            counsellor_id=practice.counsellor.pk,
            service_id=practice.service_id,
            starts_at=starts_at,
            mode="",
            request=None,
            now=NOW,
        )

    race([lambda: move(wib(11)), lambda: move(wib(14))])
    row = Appointment.objects.get()
    assert row.period.lower in {wib(11), wib(14)}
    assert row.rev == 2


def test_cancelling_against_noting_attendance(practice):
    rina = make_client_account(practice)
    appointment_id = book(practice, rina, wib(11))
    race(
        [
            lambda: services.cancel_appointment(
                actor=rina, appointment_id=appointment_id, now=NOW
            ),
            lambda: services.note_attendance(
                actor=practice.actor,
                appointment_id=appointment_id,
                outcome=AppointmentStatus.FULFILLED,
                now=NOW,
            ),
        ]
    )
    row = Appointment.objects.get()
    assert row.status in {"CANCELLED", "FULFILLED"}
    assert (row.status == "CANCELLED") == bool(row.cancelled_by)
