"""Meetings on holidays, and the plan as its facilitators read it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import Http404
from django.utils.translation import override

from groups.choices import (
    CancelReason,
    HolidayPolicy,
    MeetingStatus,
    Readiness,
    Rhythm,
    Way,
)
from groups.selectors.planning import get_plan, get_plan_meeting, words_of
from groups.services import changes, meetings, series
from groups.services.desk import GroupRefused
from portal.calendars.choices import HolidayKind, HolidayStatus
from portal.calendars.models import Holiday
from tests.factories import NOW
from tests.support.groups import make_circle, plan_series
from tests.support.plans import EIGHT, FRIDAY, meeting_rows, plan_fridays, rows, series_of, turn

pytestmark = pytest.mark.django_db
CHRISTMAS = date(2026, 12, 25)


def local(row) -> datetime:
    return row.period.lower.astimezone(ZoneInfo(row.zone)).replace(tzinfo=None)


def refusal_of(deed, *args, **said):
    with pytest.raises(GroupRefused) as refused:
        deed(*args, **said)
    return refused.value.reason


def holiday(day, *, status=HolidayStatus.CONFIRMED, agency=None, name="Hari Libur"):
    return Holiday.objects.create(
        day=day, agency=agency, name=name, kind=HolidayKind.LOCAL, status=status
    )


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


def test_a_series_that_skips_holidays_makes_a_cancelled_row():
    holiday(CHRISTMAS)
    holiday(date(2027, 1, 1), status=HolidayStatus.ESTIMATED)
    holiday(date(2026, 12, 18), status=HolidayStatus.REMOVED)
    circle = make_circle()
    planned = plan_fridays(circle, holiday_policy=HolidayPolicy.SKIP)
    cancelled = [row for row in planned if row.status == MeetingStatus.CANCELLED]
    assert [(local(row).date(), row.cancel_reason) for row in cancelled] == [
        (CHRISTMAS, CancelReason.HOLIDAY)
    ]
    assert cancelled[0].duties.count() == 0
    # a day that may still move cancels nothing; somebody is asked
    assert asking(circle) == [date(2027, 1, 1)]
    meetings.reinstate_meeting(actor=circle.lead, meeting_id=cancelled[0].pk, now=NOW)
    assert cancelled[0].duties.count() == 2
    assert asking(circle) == [date(2027, 1, 1)]


def asking(circle):
    page = get_plan(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    return [row.day for row in page.meetings if row.needs_holiday_answer]


@pytest.mark.parametrize(
    ("policy", "asked"),
    [
        (HolidayPolicy.SKIP, [CHRISTMAS]),
        (HolidayPolicy.ASK, [CHRISTMAS]),
        (HolidayPolicy.KEEP, []),
    ],
)
def test_a_holiday_added_later_is_listed_and_cancels_nothing(policy, asked):
    circle = make_circle()
    plan_fridays(circle, holiday_policy=policy)
    before = meeting_rows(circle)
    holiday(CHRISTMAS, name="Hari Natal", agency=circle.agency)
    holiday(date(2026, 12, 4), agency=make_circle().agency)
    assert asking(circle) == asked
    series.materialise(now=NOW)
    assert meeting_rows(circle) == before
    page = get_plan(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert [row.holiday_name for row in page.meetings if row.day == CHRISTMAS] == ["Hari Natal"]


def test_the_answer_keeps_the_meeting_or_cancels_it():
    holiday(CHRISTMAS)
    holiday(date(2027, 1, 1))
    circle = make_circle()
    planned = plan_fridays(circle, holiday_policy=HolidayPolicy.ASK)
    assert asking(circle) == [CHRISTMAS, date(2027, 1, 1)]
    said = {"actor": circle.lead, "now": NOW}
    assert meetings.answer_holiday(meeting_id=planned[4].pk, keep=True, **said) is None
    change_id = meetings.answer_holiday(meeting_id=planned[5].pk, keep=False, **said)
    assert asking(circle) == []
    after = rows(circle)
    assert (after[4].status, after[4].rev, after[4].holiday_kept) == ("PLANNED", 0, True)
    assert (after[5].status, after[5].cancel_reason) == ("CANCELLED", CancelReason.HOLIDAY)
    changes.undo_change(actor=circle.lead, change_id=change_id, now=NOW)
    assert asking(circle) == [date(2027, 1, 1)]


def test_who_chooses_a_holiday_means_it_and_a_turn_onto_one_asks():
    holiday(CHRISTMAS)
    holiday(date(2026, 12, 31))
    circle = make_circle()
    planned = plan_fridays(circle, holiday_policy=HolidayPolicy.ASK)
    add(circle, day=CHRISTMAS)
    move(circle, planned[0], day=CHRISTMAS, at=time(13))
    meetings.answer_holiday(actor=circle.lead, meeting_id=planned[4].pk, keep=True, now=NOW)
    assert asking(circle) == []
    turn(circle, planned[3])
    assert asking(circle) == [date(2026, 12, 31)]
    assert not rows(circle)[5].holiday_kept


@pytest.mark.parametrize(
    ("rhythm", "first", "words"),
    [
        (Rhythm.WEEKLY, FRIDAY, "every Friday, 08.00\u201309.30 WIT"),
        (Rhythm.FORTNIGHTLY, FRIDAY, "every second week on Friday, 08.00\u201309.30 WIT"),
        (Rhythm.MONTHLY, FRIDAY, "every month on the fourth Friday, 08.00\u201309.30 WIT"),
        (
            Rhythm.MONTHLY,
            date(2026, 11, 30),
            "every month on the last Monday, 08.00\u201309.30 WIT",
        ),
    ],
)
def test_a_series_in_words(rhythm, first, words):
    circle = make_circle(zone="Asia/Jayapura")
    plan_series(circle, starts_on=first, at=EIGHT, meetings=3, rhythm=rhythm)
    with override("en"):
        assert words_of(series_of(circle)[0]) == words


def test_the_plan_of_a_group():
    circle = make_circle()
    planned = plan_fridays(circle)
    meetings.cancel_meeting(actor=circle.lead, meeting_id=planned[1].pk, now=NOW)
    page = get_plan(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert (page.group_id, page.zone) == (circle.group.pk, "Asia/Jakarta")
    assert [row.version for row in page.series] == [0]
    assert [row.is_planned for row in page.meetings] == [True, False] + [True] * 6
    assert {row.readiness for row in page.meetings} == {Readiness.LACKING}
    assert page.meetings[1].cancel_reason_label
    (pending,) = page.pending
    assert (pending.kind, pending.can_undo) == ("CANCELLED", True)
    for_the_other = get_plan(actor=circle.co, group_id=circle.group.pk, now=NOW)
    assert [row.can_undo for row in for_the_other.pending] == [False]
    changes.tell_changes(now=NOW + timedelta(minutes=3))
    later = NOW + timedelta(weeks=6)
    page = get_plan(actor=circle.lead, group_id=circle.group.pk, now=later)
    assert (len(page.meetings), page.pending) == (6, ())
    ended = NOW + timedelta(weeks=9)
    assert get_plan(actor=circle.lead, group_id=circle.group.pk, now=ended).series == ()


def test_the_plan_costs_the_same_for_two_meetings_and_for_twenty_six(
    django_assert_max_num_queries,
):
    circle = make_circle()
    plan_fridays(circle, meetings=None)
    with django_assert_max_num_queries(12):
        page = get_plan(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert len(page.meetings) == 26


def test_a_meeting_says_what_its_series_usually_does():
    circle = make_circle()
    planned = plan_fridays(circle)
    move(circle, planned[2], day=date(2026, 12, 9), at=time(15))
    row = get_plan_meeting(actor=circle.lead, meeting_id=planned[2].pk, now=NOW)
    assert (row.is_moved, row.asks_about_move, row.rev, row.version) == (True, False, 1, 0)
    assert (row.usual.weekday, row.usual.at, row.usual.duration_minutes) == (4, EIGHT, 90)
    turn(circle, planned[1])
    row = get_plan_meeting(actor=circle.co, meeting_id=planned[2].pk, now=NOW)
    assert (row.asks_about_move, row.usual.weekday, row.version) == (True, 3, 1)
    other = make_circle(agency=circle.agency, head=circle.head)
    with pytest.raises(Http404):
        get_plan_meeting(actor=other.lead, meeting_id=planned[2].pk, now=NOW)
