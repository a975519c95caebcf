"""Every minute and every hour: all steps are taken, late ones too, and none stops another."""

from datetime import date, timedelta

import pytest

from portal.audit.models import StaffEvent
from portal.celery import app
from portal.leave import tasks
from portal.leave.choices import DecisionState, Outcome, State
from portal.leave.models import Consideration, Decision, LeaveRequest, QuarterTable
from portal.leave.services import sweeping
from portal.leave.services.sweeping import HOURLY, MINUTELY, sweep, tidy
from portal.notifications.models import Notification
from tests.support.leave_team import MONDAY, NOW, absent, on, open_question, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("broken", range(len(HOURLY)))
def test_a_step_that_fails_does_not_stop_the_others(monkeypatch, caplog, broken):
    taken = []

    def step(number):
        def take(*, now):
            if number == broken:
                raise RuntimeError("rahasia")
            taken.append(number)
            return 1

        return take

    names = [name for name, _step in HOURLY]
    steps = tuple((name, step(number)) for number, name in enumerate(names))
    monkeypatch.setattr(sweeping, "HOURLY", steps)

    assert tidy(now=NOW) == len(HOURLY) - 1
    assert taken == [number for number in range(len(HOURLY)) if number != broken]
    assert f"leave: {names[broken]} failed" in caplog.text
    assert "rahasia" not in caplog.text


def test_every_step_runs_on_an_empty_house():
    for _name, step in (*MINUTELY, *HOURLY):
        assert step(now=NOW) == 0


def test_tidying_twice_changes_nothing(room):
    send(room)
    send(room, code="CS", first=date(2026, 12, 21), last=date(2026, 12, 22))
    absent(room, room.manager, MONDAY - timedelta(days=7), MONDAY - timedelta(days=3))
    later = on(MONDAY + timedelta(days=1))
    assert tidy(now=later) > 0

    before = (
        Notification.objects.count(),
        list(LeaveRequest.objects.order_by("id").values_list("state", "version")),
        StaffEvent.objects.count(),
    )
    assert tidy(now=later) == 0
    assert before == (
        Notification.objects.count(),
        list(LeaveRequest.objects.order_by("id").values_list("state", "version")),
        StaffEvent.objects.count(),
    )


def test_a_decision_is_signed_by_the_first_sweep_after_its_ten_minutes(room):
    row = send(room)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.DECISION)
    Consideration.objects.all().delete()
    decision = Decision.objects.create(
        request=row, round=1, outcome=Outcome.GRANT, decided_by_id=room.official.user_id,
        decree=room.decree, first_day=row.first_day, last_day=row.last_day,
        decided_at=NOW, final_at=NOW + timedelta(minutes=10),
    )  # fmt: skip
    assert sweep(now=NOW + timedelta(minutes=9)) == 0
    assert sweep(now=NOW + timedelta(minutes=10)) == 1
    assert sweep(now=NOW + timedelta(minutes=11)) == 0
    decision.refresh_from_db()
    row.refresh_from_db()
    assert (decision.state, row.state) == (DecisionState.FINAL, State.GRANTED)


def test_after_days_of_rest_one_run_catches_up(room):
    row = send(room)
    over = absent(room, room.director, MONDAY - timedelta(days=3), MONDAY + timedelta(days=1))
    papers = absent(room, room.manager, date(2026, 7, 6), date(2026, 7, 7))

    tidy(now=on(MONDAY + timedelta(days=9)))

    row.refresh_from_db()
    over.refresh_from_db()
    papers.refresh_from_db()
    assert open_question(row) is None
    assert (row.state, over.state, papers.state) == (State.DECISION, *(State.CLOSED,) * 2)
    assert QuarterTable.objects.get().quarter == date(2026, 7, 1)


def test_the_timetable_carries_nothing_about_anybody():
    lines = {line["task"]: line for line in app.conf.beat_schedule.values()}
    for name, seconds in (("sweep", 60), ("tidy", 3600)):
        line = lines[f"portal.leave.tasks.{name}"]
        assert f"portal.leave.tasks.{name}" in app.tasks
        assert (line["schedule"], line["options"]["expires"]) == (seconds, seconds * 0.8)
        assert not line.get("args")
        assert not line.get("kwargs")


def test_the_tasks_take_the_steps(room, monkeypatch):
    seen = []
    for name in ("sweep", "tidy"):
        monkeypatch.setattr(sweeping, name, lambda *, now, name=name: seen.append(name))
    tasks.sweep()
    tasks.tidy()
    assert seen == ["sweep", "tidy"]
