"""Fridays at eight in Jayapura become Thursdays at ten from the fourth of eight meetings on."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from groups.choices import CancelReason, GroupKind, MeetingStatus, PlaceState, Refusal, Way
from groups.models import Attendance, MeetingSeries, Place
from groups.services import changes, meetings, places, rota, series
from groups.services.desk import GroupRefused
from portal.notifications.models import Notification
from tests.factories import NOW
from tests.support.groups import enrolment_of, join, make_circle
from tests.support.plans import (
    full,
    kept_rows,
    meeting_rows,
    plan_fridays,
    rows,
    series_of,
    turn,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=4)


def local(row) -> datetime:
    return row.period.lower.astimezone(ZoneInfo(row.zone)).replace(tzinfo=None)


@pytest.fixture(params=[GroupKind.CLOSED, GroupKind.OPEN])
def jayapura(request):
    """A circle with eight meetings, the fifth cancelled, members, a queue, excuses."""
    circle = make_circle(kind=request.param, zone="Asia/Jayapura", capacity=2)
    planned = plan_fridays(circle)
    circle.members = [join(circle) for _ in range(3)]
    if request.param == GroupKind.OPEN:
        for member in circle.members:
            for row in planned[2:6]:
                places.take_place(actor=member, meeting_id=row.pk, way=Way.ROOM, now=NOW)
    seated = next(Place.objects.filter(state=PlaceState.TAKEN).order_by("id").iterator())
    for member in circle.members:
        if enrolment_of(circle, member).pk == seated.enrolment_id:
            places.excuse(actor=member, meeting_id=planned[5].pk, now=NOW)
    rota.confirm_duty(actor=circle.lead, meeting_id=planned[3].pk, now=NOW)
    meetings.cancel_meeting(actor=circle.lead, meeting_id=planned[4].pk, now=NOW)
    changes.tell_changes(now=LATER)
    Notification.objects.all().delete()
    return circle


def test_the_first_three_are_the_same_rows_to_the_byte(jayapura):
    before = meeting_rows(jayapura)
    turn(jayapura, rows(jayapura)[3], now=LATER)
    assert meeting_rows(jayapura)[:3] == before[:3]


def test_the_others_keep_their_ids_and_lie_on_thursdays_at_ten(jayapura):
    before = rows(jayapura)
    turn(jayapura, before[3], now=LATER)
    after = rows(jayapura)
    assert [row.pk for row in after] == [row.pk for row in before]
    assert [row.slot_key for row in after] == [row.slot_key for row in before]
    assert [row.period_key for row in after] == [row.period_key for row in before]
    assert [local(row) for row in after[3:]] == [
        local(row).replace(hour=10) - timedelta(days=1) for row in before[3:]
    ]
    assert all(row.period.upper - row.period.lower == timedelta(minutes=90) for row in after)
    assert [new.rev - old.rev for old, new in zip(before, after, strict=True)] == [0] * 3 + [
        1
    ] * 5


def test_everything_that_hangs_on_the_meetings_is_kept(jayapura):
    attended = full(model=Attendance, meeting__group=jayapura.group)
    before = kept_rows(jayapura)
    turn(jayapura, rows(jayapura)[3], now=LATER)
    after = kept_rows(jayapura)
    assert attended
    assert full(model=Attendance, meeting__group=jayapura.group) == attended
    assert {row["state"] for row in after["places"]} >= {PlaceState.TAKEN, PlaceState.WAITING}
    for row in [*before["places"], *after["places"]]:
        row.pop("asks_again")
    assert after == before


def test_who_has_a_place_in_a_moved_meeting_is_asked_again(jayapura):
    planned = rows(jayapura)
    turn(jayapura, planned[3], now=LATER)
    asked = Place.objects.filter(asks_again=True)
    if jayapura.group.kind == GroupKind.CLOSED:
        assert not asked.exists()
        return
    assert set(asked.values_list("pool__meeting", "state")) == {
        (row.pk, PlaceState.TAKEN) for row in planned[3:6]
    }
    assert Place.objects.filter(pool__meeting=planned[2], asks_again=True).count() == 0


def test_the_cancelled_fifth_stays_cancelled(jayapura):
    turn(jayapura, rows(jayapura)[3], now=LATER)
    series.materialise(now=LATER)
    after = rows(jayapura)
    assert [row.status == MeetingStatus.CANCELLED for row in after] == [False] * 4 + [True] + [
        False
    ] * 3
    assert after[4].cancel_reason == CancelReason.FACILITATOR


def test_the_old_series_ends_the_local_day_before(jayapura):
    pivot = rows(jayapura)[3]
    assert pivot.period.lower.date() == date(2026, 12, 17)  # a Thursday still in UTC
    turn(jayapura, pivot, now=LATER)
    old, new = series_of(jayapura)
    assert old.until_on == date(2026, 12, 17)
    assert (new.starts_on, new.until_on) == (date(2026, 12, 17), date(2027, 1, 14))
    assert new.root_id == old.pk
    assert series.materialise(now=LATER) == 0


def test_everybody_is_told_once(jayapura):
    change_id = turn(jayapura, rows(jayapura)[3], now=LATER)
    assert changes.tell_changes(now=LATER + timedelta(minutes=2, seconds=59)) == 0
    assert Notification.objects.count() == 0
    members = 2 if jayapura.group.kind == GroupKind.CLOSED else 3
    assert changes.tell_changes(now=LATER + timedelta(minutes=3)) == members + 1
    assert changes.tell_changes(now=LATER + timedelta(minutes=4)) == 0
    told = Notification.objects.values_list("subject_id", "notice", "recipient_tag")
    assert {row[0] for row in told} == {change_id}
    assert len(told) == len({row[2] for row in told}) == members + 1


def test_undone_within_three_minutes_nobody_is_told(jayapura):
    before, places_before = meeting_rows(jayapura), kept_rows(jayapura)["places"]
    series_before = full(model=MeetingSeries, group=jayapura.group)
    change_id = turn(jayapura, rows(jayapura)[3], now=LATER)
    soon = LATER + timedelta(minutes=2)
    changes.undo_change(actor=jayapura.lead, change_id=change_id, now=soon)
    assert changes.tell_changes(now=LATER + timedelta(hours=1)) == 0
    assert Notification.objects.count() == 0
    after = meeting_rows(jayapura)
    revs = [(old.pop("rev"), new.pop("rev")) for old, new in zip(before, after, strict=True)]
    assert [new - old for old, new in revs] == [0] * 3 + [2] * 5
    assert after == before
    assert kept_rows(jayapura)["places"] == places_before
    series_after = full(model=MeetingSeries, group=jayapura.group)
    for row in [*series_before, *series_after]:
        row.pop("version")
    assert series_after == series_before
    with pytest.raises(GroupRefused) as refused:
        changes.undo_change(actor=jayapura.lead, change_id=change_id, now=soon)
    assert refused.value.reason == Refusal.NOTHING_TO_UNDO
