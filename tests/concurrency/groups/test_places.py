"""
Fifty people and one place, from two processes, with and without the lock; offers made at once.

Processes, not only threads: each has its own connections and its own interpreter.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from groups import notices
from groups.choices import GroupKind, Joined, PlaceState, Refusal, Turn, Way
from groups.models import CapacityPool, Enrolment, Place
from groups.services import desk, enrolment, offers, places
from groups.services.desk import GROUP_LOCK, GroupRefused
from portal.audit.models import ClientEvent
from portal.common.db import lock
from portal.notifications.models import Notification
from tests.concurrency.test_one_time_fifty_clients import PATIENCE_SECONDS, race
from tests.factories import NOW
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_member_account,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 50
LONG_PATIENCE = 60.0
CHILD = """
import pickle, sys
import django
django.setup()
from django.db import connections
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
connections["default"].settings_dict["NAME"] = sys.argv[1]
from tests.concurrency.groups.test_places import attempt, outcome, patient, without_lock
from tests.concurrency.test_one_time_fifty_clients import race
job = pickle.loads(sys.stdin.buffer.read())
without_lock() if job["without_lock"] else patient()
calls = [(lambda actor=actor: attempt(job, actor)) for actor in job["actors"]]
sys.stdout.buffer.write(pickle.dumps([outcome(result) for result in race(calls)]))
"""


def without_lock() -> None:
    """Take the lock of groups and members away."""
    desk.lock = lambda namespace, subject_id, patience=None: None


def patient() -> None:
    """Let everybody wait as long as it takes: fifty at once on a slow machine is the test."""
    desk.PATIENCE_SECONDS = LONG_PATIENCE


def attempt(job: dict, actor) -> str:
    """Press the button, or take a place in one meeting."""
    if job["meeting_id"] is not None:
        return places.take_place(
            actor=actor, meeting_id=job["meeting_id"], way=Way.ROOM, now=job["now"]
        )
    return enrolment.join_circle(
        actor=actor,
        group_id=job["group_id"],
        request=enrolment.JoinRequest(agreement_version=1),
        now=job["now"],
    )


def outcome(result) -> str:
    """Name what came of one attempt, as a word that crosses processes."""
    if isinstance(result, GroupRefused):
        return result.reason.value
    return result.value if isinstance(result, (Joined, PlaceState)) else repr(result)


def from_two_processes(
    circle, actors, *, unlocked=False, meeting_id: UUID | None = None, now=NOW
) -> Counter:
    """Let two processes of half the people each press at one moment."""
    job = {
        "group_id": circle.group.pk, "meeting_id": meeting_id, "now": now,
        "without_lock": unlocked,
    }  # fmt: skip
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
    for child, half in zip(children, (actors[::2], actors[1::2]), strict=True):
        child.stdin.write(pickle.dumps({**job, "actors": half}))
        child.stdin.close()
    outcomes: Counter = Counter()
    for child in children:
        outcomes.update(pickle.loads(child.stdout.read()))
        child.wait(PATIENCE_SECONDS)
    return outcomes


def numbers() -> list[int]:
    """Return the queue numbers there are, in order."""
    waiting = Place.objects.filter(state=PlaceState.WAITING)
    return sorted(waiting.values_list("queue_no", flat=True))


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_one_place_has_one_winner_and_everybody_else_a_number(unlocked):
    circle = make_circle(capacity=1)
    people = [make_member_account(circle) for _ in range(PEOPLE)]
    outcomes = from_two_processes(circle, people, unlocked=unlocked)
    assert outcomes == Counter({"JOINED": 1, "QUEUED": PEOPLE - 1})
    assert Place.objects.filter(state=PlaceState.TAKEN).count() == 1
    assert len(set(numbers())) == PEOPLE - 1
    # One row, one nickname, one notice and one line of the record for each.
    assert Enrolment.objects.count() == PEOPLE
    assert Enrolment.objects.values("alias_tag").distinct().count() == PEOPLE
    told = Notification.objects.filter(notice__in=[notices.JOINED, notices.QUEUED])
    assert told.count() == PEOPLE
    assert ClientEvent.objects.filter(action="lingkar.joined").count() == PEOPLE


def test_with_the_lock_the_numbers_have_no_gap():
    circle = make_circle(capacity=1)
    people = [make_member_account(circle) for _ in range(10)]
    from_two_processes(circle, people)
    assert numbers() == list(range(1, 10))


@pytest.fixture
def open_circle():
    circle = make_circle(kind=GroupKind.OPEN, capacity=1)
    plan_series(circle, starts_on=NOW.date().replace(day=30), at=NOW.time(), meetings=1)
    people = [join(circle) for _ in range(20)]
    return circle, meetings_of(circle)[0], people


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_one_place_in_a_meeting_has_one_winner(open_circle, unlocked):
    circle, meeting, people = open_circle
    outcomes = from_two_processes(circle, people, unlocked=unlocked, meeting_id=meeting.pk)
    assert outcomes == Counter({"TAKEN": 1, "WAITING": 19})
    assert len(set(numbers())) == 19


@contextmanager
def without_seat_constraints():
    """Take away what the database knows about seats."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX place_seat_once")
        cursor.execute("ALTER TABLE groups_place DISABLE TRIGGER place_seat_within_capacity")
    try:
        yield
    finally:
        Place.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX place_seat_once ON groups_place (pool_id, seat_no)"
                " WHERE state IN ('OFFERED', 'TAKEN')"
            )
            cursor.execute("ALTER TABLE groups_place ENABLE TRIGGER place_seat_within_capacity")


def test_without_lock_and_constraint_the_race_is_real():
    """Show that the set-up can fail: without both guards several people win."""
    circle = make_circle(capacity=1)
    people = [make_member_account(circle) for _ in range(PEOPLE)]
    with without_seat_constraints():
        outcomes = from_two_processes(circle, people, unlocked=True)
        assert outcomes["JOINED"] > 1, outcomes


def test_promotions_at_once_make_five_offers_to_the_five_who_came_first(monkeypatch):
    monkeypatch.setattr(desk, "PATIENCE_SECONDS", LONG_PATIENCE)
    circle = make_circle(capacity=6)
    inside = [join(circle) for _ in range(6)]
    waiting = [join(circle) for _ in range(20)]
    pool = CapacityPool.objects.get()
    group_id = circle.group.pk
    results = race(
        [
            *(
                lambda a=one: enrolment.leave_circle(actor=a, group_id=group_id, now=NOW)
                for one in inside[:3]
            ),
            lambda: places.set_capacity(
                actor=circle.lead, group_id=group_id, way=Way.ROOM, capacity=8, now=NOW
            ),
            lambda: offers.offer_next(actor=circle.lead, pool_id=pool.pk, now=NOW),
            lambda: offers.sweep_offers(now=NOW),
            lambda: offers.sweep_offers(now=NOW),
        ]
    )
    assert not [one for one in results if isinstance(one, BaseException)], results
    offered = Place.objects.filter(state=PlaceState.OFFERED)
    assert sorted(offered.values_list("queue_no", flat=True)) == [1, 2, 3, 4, 5]
    told = Notification.objects.filter(notice=notices.OFFERED)
    first_five = {bytes(enrolment_of(circle, one).member_tag) for one in waiting[:5]}
    assert told.count() == 5
    assert {bytes(row.recipient_tag) for row in told} == first_five
    assert set(Place.objects.seated().values_list("seat_no", flat=True)) == set(range(1, 9))


@pytest.mark.parametrize("unlocked", [False, True], ids=["locked", "lock removed"])
def test_sweeps_at_once_make_each_offer_once(monkeypatch, unlocked):
    circle = make_circle(capacity=1)
    join(circle)
    for _ in range(6):
        join(circle)
    CapacityPool.objects.update(capacity=4)
    if unlocked:
        monkeypatch.setattr(desk, "lock", lambda *args: None)
    results = race([lambda: offers.sweep_offers(now=NOW)] * 6)
    assert sum(one for one in results if isinstance(one, int)) == 3, results
    offered = Place.objects.filter(state=PlaceState.OFFERED)
    assert sorted(offered.values_list("queue_no", flat=True)) == [1, 2, 3]
    assert Notification.objects.filter(notice=notices.OFFERED).count() == 3


def test_two_tabs_take_one_offer_once():
    circle = make_circle(capacity=1)
    inside, rina = join(circle), join(circle)
    enrolment.leave_circle(actor=inside, group_id=circle.group.pk, now=NOW)
    place = Place.objects.get(state=PlaceState.OFFERED)

    def take():
        offers.take_offer(actor=rina, place_id=place.pk, now=NOW)

    assert race([take, take]) == [None, None]
    assert Place.objects.get(pk=place.pk).state == PlaceState.TAKEN
    assert ClientEvent.objects.filter(action="lingkar.took_place").count() == 1


def test_two_tabs_join_once():
    circle = make_circle(capacity=5)
    rina = make_member_account(circle)
    results = race([lambda: join(circle, rina), lambda: join(circle, rina)])
    assert Enrolment.objects.count() == Place.objects.count() == 1
    refused = [one.reason for one in results if isinstance(one, GroupRefused)]
    assert refused == [Refusal.ALREADY_IN]


def test_taking_an_offer_against_its_end():
    circle = make_circle(capacity=1)
    inside, rina, next_one = join(circle), join(circle), join(circle)
    enrolment.leave_circle(actor=inside, group_id=circle.group.pk, now=NOW)
    place = Place.objects.get(state=PlaceState.OFFERED)
    ends = place.offer_expires_at
    race(
        [
            lambda: offers.take_offer(actor=rina, place_id=place.pk, now=NOW),
            lambda: offers.sweep_offers(now=ends),
        ]
    )
    seated = Place.objects.seated().get()
    assert seated.enrolment in {enrolment_of(circle, rina), enrolment_of(circle, next_one)}
    assert (seated.state == PlaceState.TAKEN) == (seated.pk == place.pk)


def test_a_referral_code_opens_for_one_of_two():
    from groups.choices import Visibility
    from groups.services import setup

    circle = make_circle(visibility=Visibility.REFERRAL)
    code = setup.make_invitation(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    people = [make_member_account(circle) for _ in range(2)]
    results = race([lambda a=one: join(circle, a, code=code) for one in people])
    assert [one.reason for one in results if isinstance(one, GroupRefused)] == [
        Refusal.CODE_UNKNOWN
    ]
    assert Place.objects.get().turn == Turn.REFERRED


def test_who_waits_too_long_is_told_kindly_and_nothing_is_written(monkeypatch):
    monkeypatch.setattr(desk, "PATIENCE_SECONDS", 0.2)
    circle = make_circle(capacity=1)
    rina = make_member_account(circle)
    held, done = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                lock(GROUP_LOCK, circle.group.pk)
                held.set()
                done.wait(PATIENCE_SECONDS)
        finally:
            connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(PATIENCE_SECONDS)
        with pytest.raises(GroupRefused) as caught:
            join(circle, rina)
        assert caught.value.reason == Refusal.BUSY
        assert offers.sweep_offers(now=NOW) == 0
    finally:
        done.set()
        holder.join(PATIENCE_SECONDS)
    for model in (Enrolment, Place, Notification, ClientEvent):
        assert not model.objects.filter().exclude(pk__in=_before(model)).exists()
    assert CapacityPool.objects.get().last_number == 0


def _before(model):
    """Return the rows the circle itself was made with; members make the others."""
    if model is Notification:
        return model.objects.exclude(notice__in=[notices.JOINED, notices.QUEUED]).values("pk")
    return []
