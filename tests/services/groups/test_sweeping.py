"""Every minute and every hour: all steps are taken, and one that fails stops nobody."""

from datetime import date, time, timedelta

import pytest
from dateutil.relativedelta import relativedelta

from groups import tasks
from groups.choices import ChangeKind, EnrolmentState, GroupKind, PlaceState
from groups.models import Concern, Duty, Enrolment, Meeting, Place, PlanChange, SealedCopy
from groups.services import changes, concerns, places, sweeping, tidying
from groups.services.sweeping import sweep
from groups.services.tidying import KEEP_PAST, tidy
from portal.celery import app
from portal.people.models import User
from tests.factories import NOW
from tests.support.groups import (
    Circle,
    enrolment_of,
    join,
    make_circle,
    make_duty,
    meetings_of,
    plan_series,
)
from tests.support.worries import hand_on, told

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 11, 25)


@pytest.fixture
def circle() -> Circle:
    """An open circle with one place that meets on Wednesdays."""
    made = make_circle(kind=GroupKind.OPEN, capacity=1)
    plan_series(made, starts_on=WEDNESDAY, at=time(10, 0), meetings=None)
    return made


def test_a_sweep_tells_offers_and_asks(circle):
    first, second = join(circle), join(circle)
    meeting = meetings_of(circle)[0]
    for actor in (first, second):
        places.take_place(actor=actor, meeting_id=meeting.pk, way="ROOM", now=NOW)
    Place.objects.filter(enrolment=enrolment_of(circle, first)).update(
        state=PlaceState.RELEASED, seat_no=None
    )

    assert sweep(now=NOW) > 0

    assert Place.objects.get(enrolment=enrolment_of(circle, second)).state == PlaceState.OFFERED
    assert any("Are you coming" in one for one in told(circle.co))


@pytest.mark.parametrize("broken", range(4))
def test_a_step_that_fails_does_not_stop_the_others(monkeypatch, caplog, broken):
    taken = []

    def step(number):
        def take(*, now):
            if number == broken:
                raise RuntimeError("rahasia")
            taken.append(now)
            return 1

        return take

    steps = [(f"step {number}", step(number)) for number in range(4)]

    assert sweeping.take_steps(steps, now=NOW) == 3
    assert taken == [NOW] * 3
    assert f"step {broken} failed" in caplog.text
    assert "rahasia" not in caplog.text


def test_every_step_is_one_of_ours_and_runs_on_an_empty_house():
    for steps in (sweeping._STEPS, tidying._STEPS):
        for _name, step in steps:
            assert step(now=NOW) >= 0


def test_tidying_twice_changes_nothing(circle):
    join(circle)
    tidy(now=NOW)

    assert tidy(now=NOW) == 0


def test_closed_accounts_leave_their_groups_and_their_duties(circle):
    actor = join(circle)
    User.objects.filter(pk__in=[actor.user_id, circle.co.user_id]).update(is_active=False)

    tidy(now=NOW)

    assert Enrolment.objects.get().state == EnrolmentState.LEFT
    assert not Duty.objects.filter(
        facilitator__user_id=circle.co.user_id, state__in=["PROPOSED", "CONFIRMED"]
    ).exists()
    assert not circle.group.assignments.filter(
        facilitator__user_id=circle.co.user_id, ends_on__isnull=True
    ).exists()


def test_meetings_are_kept_half_a_year_ahead(circle):
    before = Meeting.objects.count()

    tidy(now=NOW + timedelta(days=30))

    assert Meeting.objects.count() > before


def test_places_of_the_past_are_forgotten_and_no_others(circle):
    actor = join(circle)
    first, second = meetings_of(circle)[:2]
    for meeting in (first, second):
        places.take_place(actor=actor, meeting_id=meeting.pk, way="ROOM", now=NOW)

    ended = first.period.upper
    assert tidying.forget_past_places(now=ended + KEEP_PAST) == 0
    assert tidying.forget_past_places(now=ended + KEEP_PAST + timedelta(seconds=1)) == 1
    assert Place.objects.get().pool.meeting_id == second.pk


def test_closed_worries_go_with_their_copies_after_a_year_and_no_others(circle):
    duty = make_duty(circle.agency)
    states = dict.fromkeys((hand_on(circle) for _ in range(3)), "")
    closed, taken, waiting = states
    concerns.close_concern(actor=duty, concern_id=closed, now=NOW)
    concerns.take_concern(actor=duty, concern_id=taken, now=NOW)
    year = relativedelta(years=1)

    assert tidying.forget_closed_worries(now=NOW + year - timedelta(days=1)) == 0
    assert tidying.forget_closed_worries(now=NOW + year) == 2
    tidy(now=NOW + year + timedelta(days=900))

    assert set(Concern.objects.values_list("pk", flat=True)) == {taken, waiting}
    assert set(SealedCopy.objects.values_list("subject_id", flat=True)) == {taken, waiting}
    # Whoever has its notice still reads that it is gone, not an error.
    assert told(duty) is not None


def test_changes_that_were_told_are_forgotten_and_no_others(circle):
    for number, is_told in enumerate((True, False)):
        PlanChange.objects.create(
            group=circle.group, kind=ChangeKind.MOVED, affected=[], from_on=WEDNESDAY,
            tell_at=NOW + timedelta(minutes=number), told=is_told,
        )  # fmt: skip

    assert tidying.forget_told_changes(now=NOW + KEEP_PAST) == 0
    assert tidying.forget_told_changes(now=NOW + KEEP_PAST + timedelta(hours=1)) == 1
    assert not PlanChange.objects.get().told


def test_a_sweep_reaches_the_changes_of_plan(monkeypatch, circle):
    assert changes.tell_changes in [step for _name, step in sweeping._STEPS]


def test_beat_calls_both_and_lets_missed_turns_go():
    lines = {line["task"]: line for line in app.conf.beat_schedule.values()}

    assert lines["groups.tasks.sweep"]["schedule"] == 60
    assert lines["groups.tasks.tidy"]["schedule"] == 3600
    for name in ("groups.tasks.sweep", "groups.tasks.tidy"):
        assert lines[name]["options"]["expires"] < lines[name]["schedule"]
    tasks.sweep()
    tasks.tidy()
