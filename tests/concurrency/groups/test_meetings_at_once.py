"""Two facilitators at one moment: one swap has one winner, two taps leave one mark."""

import threading
from collections import Counter
from datetime import date, time

import pytest
from django.db import connection, connections

from groups.choices import Mark, Refusal
from groups.models import Attendance, Duty, Meeting
from groups.services import attendance, rota, run
from groups.services.desk import GroupRefused
from tests.factories import NOW
from tests.support.groups import (
    Way,
    enrolment_of,
    join,
    make_circle,
    make_facilitator,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 30


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


def plan(circle) -> Meeting:
    plan_series(circle, starts_on=date(2026, 11, 27), at=time(14, 0), meetings=1)
    return meetings_of(circle)[0]


def test_one_of_many_takes_a_swap():
    circle = make_circle()
    meeting = plan(circle)
    rota.confirm_duty(actor=circle.lead, meeting_id=meeting.pk, now=NOW)
    rota.want_swap(actor=circle.co, meeting_id=meeting.pk, now=NOW)
    others = [make_facilitator(circle.agency, circle.head) for _ in range(6)]

    results = race(
        [
            lambda actor=actor: rota.take_over(actor=actor, meeting_id=meeting.pk, now=NOW)
            for actor in others
        ]
    )

    said = Counter(
        error.reason if isinstance(error, GroupRefused) else error for error in results
    )
    assert said == Counter({None: 1, Refusal.DUTY_GONE: 5})
    states = Counter(Duty.objects.filter(meeting=meeting).values_list("state", flat=True))
    assert states == Counter({"CONFIRMED": 2, "VACATED": 1})


def test_two_taps_at_once_leave_one_mark():
    circle = make_circle()
    meeting = plan(circle)
    enrolment_id = enrolment_of(circle, join(circle)).pk
    taps = [(circle.lead, Mark.PRESENT), (circle.co, Mark.LATE)] * 3

    results = race(
        [
            lambda actor=actor, mark=mark: attendance.mark_attendance(
                actor=actor,
                meeting_id=meeting.pk,
                enrolment_id=enrolment_id,
                mark=mark,
                now=meeting.period.lower,
            )
            for actor, mark in taps
        ]
    )

    assert results == [None] * len(taps)
    assert Attendance.objects.get(meeting=meeting).mark in {"PRESENT", "LATE"}


def test_all_who_come_at_once_get_one_room():
    circle = make_circle(ways=(Way.ONLINE,))
    meeting = plan(circle)
    members = [join(circle) for _ in range(5)]
    now = meeting.period.lower

    entries = race(
        [
            *(
                lambda actor=actor: run.enter_room(
                    actor=actor, meeting_id=meeting.pk, agreement_version=1, now=now
                )
                for actor in members
            ),
            lambda: run.host_room(actor=circle.lead, meeting_id=meeting.pk, now=now),
        ]
    )

    assert len({entry.link for entry in entries}) == 1
