"""This and following: rows keep their ids, and everything that hangs on them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import Http404

from groups.choices import (
    CancelReason,
    ClockNote,
    GroupKind,
    Refusal,
    Rhythm,
    Way,
)
from groups.models import Meeting
from groups.rules.series import ASK, TIME
from groups.selectors.planning import get_plan_meeting
from groups.services import changes, following, meetings, rota, series
from groups.services.desk import GroupRefused
from tests.factories import NOW
from tests.support.groups import make_circle
from tests.support.plans import (
    EIGHT,
    FRIDAY,
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


def refusal_of(deed, **said):
    with pytest.raises(GroupRefused) as refused:
        deed(**said)
    return refused.value.reason


@pytest.fixture
def circle():
    """A circle with eight Fridays at eight in Jakarta."""
    made = make_circle(ways=(Way.ROOM, Way.ONLINE))
    plan_fridays(made)
    return made


def test_the_first_meeting_as_pivot_changes_the_series_itself(circle):
    before = rows(circle)
    turn(circle, before[0])
    (only,) = series_of(circle)
    assert (only.starts_on, only.until_on, only.version) == (
        date(2026, 11, 26),
        date(2027, 1, 14),
        1,
    )
    after = rows(circle)
    assert [row.pk for row in after] == [row.pk for row in before]
    assert {local(row).hour for row in after} == {10}
    assert {row.series_id for row in after} == {only.pk}


def test_of_two_who_edit_at_once_the_second_is_told(circle):
    pivot = rows(circle)[3]
    turn(circle, pivot)
    after = meeting_rows(circle)
    for attempt in (turn, end):
        reason = refusal_of(attempt, circle=circle, pivot=pivot, actor=circle.co, version=0)
        assert reason == Refusal.CHANGED
    assert meeting_rows(circle) == after


def end(circle, pivot, *, actor=None, version=None, now=NOW):
    row = Meeting.objects.select_related("series").get(pk=pivot.pk)
    return following.end_following(
        actor=actor or circle.lead,
        meeting_id=pivot.pk,
        version=row.series.version if version is None else version,
        now=now,
    )


def test_a_meeting_moved_on_its_own_keeps_its_time_and_asks(circle):
    planned = rows(circle)
    meetings.move_meeting(
        actor=circle.lead,
        meeting_id=planned[5].pk,
        day=planned[5].period.lower.date() + timedelta(days=3),
        at=time(15),
        duration_minutes=60,
        rev=0,
        now=NOW,
    )
    moved = meeting_rows(circle)[5]
    turn(circle, planned[3])
    sixth = rows(circle)[5]
    assert sixth.period == moved["period"]
    assert (sixth.rev, sixth.overrides) == (moved["rev"], [ASK, TIME])
    assert sixth.series_id == series_of(circle)[1].pk
    # where it stands now is an answer, told to nobody
    written = last_of(circle)
    here = local(sixth)
    meetings.move_meeting(
        actor=circle.lead,
        meeting_id=sixth.pk,
        day=here.date(),
        at=here.time(),
        duration_minutes=60,
        rev=sixth.rev,
        now=LATER,
    )
    sixth.refresh_from_db()
    assert (sixth.rev, sixth.overrides) == (moved["rev"], [TIME])
    assert last_of(circle) != written
    assert last_of(circle).told


def last_of(circle):
    return circle.group.changes.order_by("-tell_at").first()


def test_a_meeting_in_another_room_keeps_its_room_and_takes_the_new_time(circle):
    planned = rows(circle)
    meetings.change_meeting_place(
        actor=circle.lead,
        meeting_id=planned[5].pk,
        room="Ruang Kecil",
        directions="",
        ways=[Way.ROOM],
        rev=0,
        now=NOW,
    )
    turn(circle, planned[3], room="Ruang Besar", directions="Lantai 2")
    after = rows(circle)
    assert [row.room for row in after] == [""] * 3 + ["Ruang Besar"] * 2 + ["Ruang Kecil"] + [
        "Ruang Besar"
    ] * 2
    assert after[5].ways == [Way.ROOM]
    assert after[6].ways == [Way.ONLINE, Way.ROOM]
    assert local(after[5]) == datetime(2026, 12, 31, 10)
    assert ASK not in after[5].overrides


def test_where_only_the_room_changes_no_notice_gets_stale_and_nobody_is_asked(circle):
    planned = rows(circle)
    meetings.move_meeting(
        actor=circle.lead,
        meeting_id=planned[5].pk,
        day=date(2027, 1, 4),
        at=EIGHT,
        duration_minutes=90,
        rev=0,
        now=NOW,
    )
    revs = [row.rev for row in rows(circle)]
    change_id = turn(circle, planned[3], weekday=None, at=EIGHT, room="Ruang Besar")
    after = rows(circle)
    assert [row.rev for row in after] == revs
    assert after[5].overrides == [TIME]
    assert {row.room for row in after[3:]} == {"Ruang Besar"}
    change = circle.group.changes.get(pk=change_id)
    assert set(change.affected) == {row.pk for row in after[3:]}
    assert changes.tell_changes(now=LATER) == 1  # the other facilitator


def test_other_ways_raise_the_count_and_make_places(circle):
    opened = make_circle(kind=GroupKind.OPEN, ways=(Way.ROOM, Way.ONLINE))
    planned = plan_fridays(opened, ways=[Way.ROOM])
    turn(opened, planned[6], weekday=None, at=EIGHT, ways=[Way.ONLINE])
    after = rows(opened)
    assert [row.rev for row in after] == [0] * 6 + [1] * 2
    assert set(after[7].pools.values_list("way", flat=True)) == {Way.ROOM, Way.ONLINE}
    assert set(after[5].pools.values_list("way", flat=True)) == {Way.ROOM}


def test_a_way_the_group_does_not_meet_in_is_refused():
    circle = make_circle()
    planned = plan_fridays(circle)
    before = meeting_rows(circle)
    for ways in ([Way.ONLINE], []):
        reason = refusal_of(turn, circle=circle, pivot=planned[3], ways=ways)
        assert reason == Refusal.WAY_NOT_OFFERED
    assert meeting_rows(circle) == before


def test_every_second_week_leaves_out_weeks_and_going_back_makes_them_anew(circle):
    planned = rows(circle)
    change_id = turn(circle, planned[3], weekday=None, at=EIGHT, rhythm=Rhythm.FORTNIGHTLY)
    after = rows(circle)
    assert [row.pk for row in after] == [row.pk for row in planned]
    assert [row.cancel_reason for row in after] == ["", "", "", "", "PLAN", "", "PLAN", ""]
    change = circle.group.changes.get(pk=change_id)
    assert set(change.affected) == {after[4].pk, after[6].pk}
    # a row of the old plan stays a tombstone: weekly again does not bring it back
    turn(circle, after[5], weekday=None, at=EIGHT, rhythm=Rhythm.WEEKLY, now=LATER)
    again = rows(circle)
    assert [row.cancel_reason for row in again] == ["", "", "", "", "PLAN", "", "PLAN", ""]


def test_a_quicker_rhythm_makes_the_meetings_between():
    circle = make_circle()
    planned = plan_fridays(circle, meetings=4, rhythm=Rhythm.FORTNIGHTLY)
    turn(circle, planned[1], weekday=None, at=EIGHT, rhythm=Rhythm.WEEKLY)
    after = rows(circle)
    assert [row.slot_key for row in after] == [
        "2026-11-27T08:00",
        "2026-12-11T08:00",
        "2026-12-18T08:00",
        "2026-12-25T08:00",
        "2027-01-01T08:00",
        "2027-01-08T08:00",
    ]
    assert {row.pk for row in planned} <= {row.pk for row in after}
    assert after[2].duties.count() == 2


def test_a_monthly_series_cannot_pair_and_starts_a_root_of_its_own(circle):
    planned = rows(circle)
    turn(circle, planned[3], weekday=None, at=EIGHT, rhythm=Rhythm.MONTHLY)
    old, new = series_of(circle)
    assert new.root_id == new.pk != old.pk
    assert [row.cancel_reason for row in planned_now(planned)] == [""] * 3 + ["PLAN"] * 5
    assert [local(row) for row in new.meetings.order_by("period")] == [
        datetime(2026, 12, 18, 8),
        datetime(2027, 1, 15, 8),
    ]


def planned_now(planned):
    found = Meeting.objects.in_bulk([row.pk for row in planned])
    return [found[row.pk] for row in planned]


def test_past_and_running_meetings_are_not_touched(circle):
    planned = rows(circle)
    during = planned[2].period.lower + timedelta(minutes=10)
    before = meeting_rows(circle)
    assert refusal_of(turn, circle=circle, pivot=planned[2], now=during) == Refusal.STARTED
    assert refusal_of(turn, circle=circle, pivot=planned[1], now=during) == Refusal.OVER
    assert refusal_of(end, circle=circle, pivot=planned[1], now=during) == Refusal.OVER
    turn(circle, planned[3], now=during)
    assert meeting_rows(circle)[:3] == before[:3]


def test_a_later_meeting_that_was_moved_into_the_past_is_not_touched(circle):
    planned = rows(circle)
    meetings.move_meeting(
        actor=circle.lead,
        meeting_id=planned[4].pk,
        day=FRIDAY,
        at=time(13),
        duration_minutes=90,
        rev=0,
        now=NOW,
    )
    before = meeting_rows(circle)[4]
    turn(circle, planned[3], now=NOW + timedelta(days=7))
    assert meeting_rows(circle)[4] == before
    assert len(meeting_rows(circle)) == 8


def test_a_weekday_that_has_passed_is_refused(circle):
    wednesday = NOW + timedelta(days=2)
    before = meeting_rows(circle)
    reason = refusal_of(turn, circle=circle, pivot=rows(circle)[0], weekday=1, now=wednesday)
    assert reason == Refusal.PLAN_PAST
    assert meeting_rows(circle) == before


def test_a_cancelled_meeting_or_one_beside_every_series_is_no_pivot(circle):
    planned = rows(circle)
    meetings.cancel_meeting(actor=circle.lead, meeting_id=planned[3].pk, now=NOW)
    assert refusal_of(turn, circle=circle, pivot=planned[3]) == Refusal.NOT_PLANNED
    alone = meetings.add_meeting(
        actor=circle.lead,
        group_id=circle.group.pk,
        day=FRIDAY,
        at=EIGHT,
        duration_minutes=90,
        ways=[Way.ROOM],
        now=NOW,
    )
    with pytest.raises(Http404):
        following.end_following(actor=circle.lead, meeting_id=alone, version=0, now=NOW)


def test_the_pivot_takes_what_is_said_although_it_was_moved_before(circle):
    planned = rows(circle)
    meetings.move_meeting(
        actor=circle.lead,
        meeting_id=planned[3].pk,
        day=date(2026, 12, 16),
        at=time(15),
        duration_minutes=90,
        rev=0,
        now=NOW,
    )
    turn(circle, planned[3])
    fourth = rows(circle)[3]
    assert (local(fourth), fourth.overrides) == (datetime(2026, 12, 17, 10), [])
    assert series_of(circle)[0].until_on == date(2026, 12, 17)


def test_a_pivot_moved_before_keeps_its_time_when_only_the_room_changes(circle):
    planned = rows(circle)
    meetings.move_meeting(
        actor=circle.lead,
        meeting_id=planned[3].pk,
        day=date(2026, 12, 16),
        at=time(15),
        duration_minutes=90,
        rev=0,
        now=NOW,
    )
    turn(circle, planned[3], weekday=None, at=EIGHT, room="Ruang Besar")
    fourth = rows(circle)[3]
    assert (local(fourth), fourth.overrides) == (datetime(2026, 12, 16, 15), [TIME])
    assert fourth.room == "Ruang Besar"


def test_new_meetings_of_a_changed_series_are_made_as_it_says():
    circle = make_circle(ways=(Way.ROOM, Way.ONLINE))
    planned = plan_fridays(circle, meetings=None)
    turn(circle, planned[3], ways=[Way.ROOM], room="Ruang Besar")
    assert series.materialise(now=NOW + timedelta(weeks=4)) == 4
    last = rows(circle)[-1]
    assert (local(last).weekday(), local(last).hour) == (3, 10)
    assert (last.room, last.ways, last.root_id) == (
        "Ruang Besar",
        [Way.ROOM],
        series_of(circle)[0].pk,
    )
    assert last.clock_note == ClockNote.NONE
    periods = [row.period_key for row in rows(circle)]
    assert len(periods) == len(set(periods))


def test_a_series_can_be_changed_twice_and_its_count_stays(circle):
    planned = rows(circle)
    turn(circle, planned[3])
    turn(circle, planned[5], weekday=0, at=time(14), now=LATER)
    turn(circle, planned[1], weekday=2, at=time(9), now=LATER)
    after = rows(circle)
    assert [row.pk for row in after] == [row.pk for row in planned]
    assert [local(row).weekday() for row in after] == [4, 2, 2, 3, 3, 0, 0, 0]
    series.materialise(now=NOW)
    assert len(rows(circle)) == 8
    assert [row.until_on for row in series_of(circle)] == [
        date(2026, 12, 3),
        date(2026, 12, 9),
        date(2026, 12, 30),
        date(2027, 1, 11),
    ]


def test_to_end_a_series_cancels_this_and_the_later_ones(circle):
    planned = rows(circle)
    end(circle, planned[3])
    after = rows(circle)
    assert [row.cancel_reason for row in after] == [""] * 3 + [CancelReason.PLAN] * 5
    assert series_of(circle)[0].until_on == date(2026, 12, 17)
    series.materialise(now=NOW)
    assert len(rows(circle)) == 8
    assert changes.tell_changes(now=LATER) == 1


def test_who_only_stands_in_or_leads_another_group_changes_no_plan(circle):
    other = make_circle(agency=circle.agency, head=circle.head)
    rota.stand_in(
        actor=circle.head,
        meeting_id=rows(circle)[3].pk,
        facilitator_id=circle.facilitator(other.lead).pk,
        now=NOW,
    )
    for actor in (other.lead, circle.head):
        with pytest.raises(Http404):
            turn(circle, rows(circle)[3], actor=actor)
        with pytest.raises(Http404):
            meetings.cancel_meeting(actor=actor, meeting_id=rows(circle)[3].pk, now=NOW)
        with pytest.raises(Http404):
            get_plan_meeting(actor=actor, meeting_id=rows(circle)[3].pk, now=NOW)
