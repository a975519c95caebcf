"""Series and single meetings: made half a year ahead, moved, cancelled, reinstated."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.http import Http404

from groups.choices import (
    CancelReason,
    ClockNote,
    GroupKind,
    HolidayPolicy,
    Refusal,
    Rhythm,
    Way,
)
from groups.models import Meeting
from groups.rules.series import TIME
from groups.selectors.planning import get_plan_meeting
from groups.services import meetings, rota, series, setup
from groups.services.desk import GroupRefused
from portal.audit.models import StaffEvent
from tests.factories import NOW
from tests.support.groups import join, make_circle, plan_series
from tests.support.plans import EIGHT, FRIDAY, meeting_rows, plan_fridays, rows, series_of

pytestmark = pytest.mark.django_db
CHRISTMAS = date(2026, 12, 25)


def local(row) -> datetime:
    return row.period.lower.astimezone(ZoneInfo(row.zone)).replace(tzinfo=None)


def refusal_of(deed, *args, **said):
    with pytest.raises(GroupRefused) as refused:
        deed(*args, **said)
    return refused.value.reason


def add(circle, *, day=FRIDAY, at=EIGHT, now=NOW, **more):
    values = {"duration_minutes": 90, "ways": [Way.ROOM], **more}
    return meetings.add_meeting(
        actor=circle.lead, group_id=circle.group.pk, day=day, at=at, now=now, **values
    )


def move(circle, row, *, day, at=EIGHT, rev=None, now=NOW, minutes=90):
    return meetings.move_meeting(
        actor=circle.lead,
        meeting_id=row.pk,
        day=day,
        at=at,
        duration_minutes=minutes,
        rev=row.rev if rev is None else rev,
        now=now,
    )


# --- planning -------------------------------------------------------------------------------


def test_a_series_makes_its_meetings_with_places_and_duties():
    circle = make_circle(kind=GroupKind.OPEN, ways=(Way.ROOM, Way.ONLINE), capacity=5)
    planned = plan_fridays(circle)
    assert [local(row) for row in planned] == [
        datetime(2026, 11, 27, 8) + timedelta(weeks=week) for week in range(8)
    ]
    assert planned[0].slot_key == "2026-11-27T08:00"
    assert planned[0].period_key == "2026-W48#1"
    for row in planned:
        assert set(row.pools.values_list("way", "capacity")) == {("ROOM", 5), ("ONLINE", 5)}
        assert row.duties.count() == 2
    (only,) = series_of(circle)
    assert only.until_on == date(2027, 1, 15)
    assert StaffEvent.objects.filter(action="circle.series_planned").count() == 1


def test_half_a_year_lies_ahead_and_every_night_adds_what_is_missing():
    circle = make_circle()
    planned = plan_fridays(circle, meetings=None)
    assert len(planned) == 26
    assert planned[-1].period.lower <= NOW + timedelta(weeks=26)
    assert series.materialise(now=NOW) == 0
    assert series.materialise(now=NOW + timedelta(days=6)) == 1
    assert series.materialise(now=NOW + timedelta(days=6)) == 0
    assert rows(circle)[-1].duties.count() == 2


def test_what_was_cancelled_never_comes_back():
    circle = make_circle()
    planned = plan_fridays(circle, meetings=None)
    meetings.cancel_meeting(actor=circle.lead, meeting_id=planned[3].pk, now=NOW)
    move(circle, planned[5], day=date(2027, 1, 4))
    before = meeting_rows(circle)
    assert series.materialise(now=NOW + timedelta(days=6)) == 1
    assert meeting_rows(circle)[: len(before)] == before


def test_a_slot_or_a_stretch_that_has_a_row_keeps_it():
    circle = make_circle()
    planned = plan_fridays(circle)
    meetings.cancel_meeting(actor=circle.lead, meeting_id=planned[3].pk, now=NOW)
    before = meeting_rows(circle)
    again = [
        Meeting(**{**row, "id": uuid4(), "status": "PLANNED", "cancel_reason": "", **other})
        for row in before
        for other in ({"slot_key": "2026-01-01T00:00"}, {"period_key": "2026-W01#1"})
    ]
    # As when another run has made them since this one looked.
    assert series.make_rows(again[:1] + again[3:]) == []
    assert meeting_rows(circle) == before


def test_nothing_is_made_in_the_past_or_for_a_group_that_ended():
    circle = make_circle()
    plan_fridays(circle, meetings=None)
    months = NOW + timedelta(weeks=30)
    made = series.materialise(now=months)
    assert made == 26
    assert not Meeting.objects.filter(
        period__startswith__gt=NOW + timedelta(weeks=26), period__startswith__lt=months
    ).exists()
    setup.end_group(actor=circle.lead, group_id=circle.group.pk, now=months)
    assert series.materialise(now=months + timedelta(weeks=2)) == 0


def test_a_busy_group_does_not_stop_the_others(monkeypatch):
    first, second = make_circle(), make_circle()
    for circle in (first, second):
        plan_fridays(circle, meetings=None)
    locked = series.group_locked

    def patience(*, group_id):
        if group_id == first.group.pk:
            raise GroupRefused(Refusal.BUSY)
        return locked(group_id=group_id)

    monkeypatch.setattr(series, "group_locked", patience)
    assert series.materialise(now=NOW + timedelta(days=6)) == 1


def test_plans_that_lie_in_the_past_or_give_nothing_are_refused():
    circle = make_circle()
    plan = series.SeriesPlan(
        rhythm=Rhythm.WEEKLY,
        starts_on=FRIDAY,
        at=EIGHT,
        duration_minutes=90,
        ways=[Way.ROOM],
        holiday_policy=HolidayPolicy.KEEP,
    )

    def refused(**other):
        values = {name: getattr(plan, name) for name in plan.__slots__} | other
        return refusal_of(
            series.plan_series,
            actor=circle.lead,
            group_id=circle.group.pk,
            plan=series.SeriesPlan(**values),
            now=NOW,
        )

    assert refused(starts_on=NOW.date(), at=EIGHT) == Refusal.PLAN_PAST  # it is eight now
    assert refused(until_on=FRIDAY - timedelta(days=1)) == Refusal.PLAN_EMPTY
    assert refused(ways=[Way.ONLINE]) == Refusal.WAY_NOT_OFFERED
    assert refused(ways=[]) == Refusal.WAY_NOT_OFFERED
    assert refusal_of(add, circle, day=NOW.date()) == Refusal.PLAN_PAST
    assert refusal_of(add, circle, ways=[Way.ONLINE]) == Refusal.WAY_NOT_OFFERED
    assert (series_of(circle), rows(circle)) == ([], [])


def test_only_who_leads_the_group_plans_it_and_only_while_it_goes_on():
    circle, other = make_circle(), make_circle()
    for actor in (other.lead, circle.head, join(circle)):
        with pytest.raises(Http404):
            plan_series(replace_lead(circle, actor), starts_on=FRIDAY, at=EIGHT)
    setup.end_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    with pytest.raises(Http404):
        plan_fridays(circle)
    with pytest.raises(Http404):
        add(circle)


def replace_lead(circle, actor):
    return type(circle)(circle.agency, circle.group, actor, circle.co, circle.head)


# --- one meeting ----------------------------------------------------------------------------


def test_a_meeting_can_stand_beside_every_series():
    circle = make_circle(kind=GroupKind.OPEN)
    row = Meeting.objects.get(pk=add(circle))
    assert (row.series_id, row.root_id, row.slot_key) == (None, None, "")
    assert row.duties.count() == 2
    assert row.pools.count() == 1
    move(circle, row, day=FRIDAY, at=time(13))
    row.refresh_from_db()
    assert (local(row), row.overrides) == (datetime(2026, 11, 27, 13), [])


def test_a_moved_meeting_is_apart_until_it_is_moved_back():
    circle = make_circle()
    row = plan_fridays(circle)[1]
    move(circle, row, day=date(2026, 12, 3), at=time(14), minutes=60)
    row.refresh_from_db()
    assert (local(row), row.overrides, row.rev) == (datetime(2026, 12, 3, 14), [TIME], 1)
    assert row.slot_key == "2026-12-04T08:00"
    move(circle, row, day=date(2026, 12, 4))
    row.refresh_from_db()
    assert (local(row), row.overrides, row.rev) == (datetime(2026, 12, 4, 8), [], 2)


def test_who_moves_what_another_has_moved_is_told():
    circle = make_circle()
    row = plan_fridays(circle)[1]
    move(circle, row, day=date(2026, 12, 3))
    before = meeting_rows(circle)
    assert refusal_of(move, circle, row, day=date(2026, 12, 2), rev=0) == Refusal.CHANGED
    assert (
        refusal_of(
            meetings.change_meeting_place,
            actor=circle.lead,
            meeting_id=row.pk,
            room="",
            directions="",
            ways=[Way.ROOM],
            rev=0,
            now=NOW,
        )
        == Refusal.CHANGED
    )
    assert meeting_rows(circle) == before


def test_what_has_begun_or_is_cancelled_stays():
    circle = make_circle()
    first, second = plan_fridays(circle)[:2]
    during, after = first.period.lower, first.period.upper
    for now, expected in ((during, Refusal.STARTED), (after, Refusal.OVER)):
        assert refusal_of(move, circle, first, day=CHRISTMAS, now=now) == expected
        for deed in (meetings.cancel_meeting,):
            reason = refusal_of(deed, actor=circle.lead, meeting_id=first.pk, now=now)
            assert reason == expected
    said = {"actor": circle.lead, "meeting_id": second.pk, "now": NOW}
    assert refusal_of(meetings.reinstate_meeting, **said) == Refusal.NOT_CANCELLED
    meetings.cancel_meeting(**said)
    assert refusal_of(meetings.cancel_meeting, **said) == Refusal.NOT_PLANNED
    second.refresh_from_db()
    assert refusal_of(move, circle, second, day=CHRISTMAS) == Refusal.NOT_PLANNED
    late = {**said, "now": second.period.upper}
    assert refusal_of(meetings.reinstate_meeting, **late) == Refusal.OVER
    assert refusal_of(move, circle, first, day=NOW.date()) == Refusal.PLAN_PAST


def test_a_time_the_clock_skips_is_moved_on_and_noted():
    circle = make_circle(zone="Europe/Berlin")
    row = Meeting.objects.get(pk=add(circle))
    move(circle, row, day=date(2027, 3, 28), at=time(2, 30))
    row.refresh_from_db()
    assert (local(row), row.clock_note) == (datetime(2027, 3, 28, 3, 30), ClockNote.GAP)
    shown = get_plan_meeting(actor=circle.lead, meeting_id=row.pk, now=NOW)
    assert shown.clock_note


def test_a_cancelled_meeting_keeps_places_duties_and_comes_back_as_it_was():
    circle = make_circle()
    row = plan_fridays(circle)[0]
    rota.confirm_duty(actor=circle.lead, meeting_id=row.pk, now=NOW)
    duties = list(row.duties.order_by("id").values())
    meetings.cancel_meeting(actor=circle.lead, meeting_id=row.pk, now=NOW)
    row.refresh_from_db()
    assert (row.status, row.cancel_reason) == ("CANCELLED", CancelReason.FACILITATOR)
    meetings.reinstate_meeting(actor=circle.lead, meeting_id=row.pk, now=NOW)
    row.refresh_from_db()
    assert (row.status, row.cancel_reason, row.rev) == ("PLANNED", "", 2)
    assert list(row.duties.order_by("id").values()) == duties
