"""A change of the plan: what waits is taken back at once, told once, or undone."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from groups import notices
from groups.choices import (
    ChangeKind,
    GroupKind,
    MeetingStatus,
    PlaceState,
    Refusal,
    Rhythm,
    Way,
)
from groups.models import Enrolment, MeetingSeries, Place, PlanChange
from groups.services import changes, meetings, places, rota, setup
from groups.services.desk import GroupRefused
from portal.notifications import services as notifications
from portal.notifications.models import Delivery, Notification
from tests.factories import NOW
from tests.support.groups import enrolment_of, join, make_circle
from tests.support.plans import meeting_rows, plan_fridays, rows, series_of, turn

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DUE = NOW + 3 * MINUTE


@pytest.fixture
def circle():
    """A closed circle with eight Fridays and three members."""
    made = make_circle()
    plan_fridays(made)
    made.members = [join(made) for _ in range(3)]
    Notification.objects.all().delete()
    return made


def cancel(circle, row, *, actor=None, now=NOW):
    return meetings.cancel_meeting(actor=actor or circle.lead, meeting_id=row.pk, now=now)


def move(circle, row, *, now=NOW, actor=None, **when):
    row.refresh_from_db()
    values = {"day": date(2026, 12, 2), "at": time(15), "duration_minutes": 90, **when}
    return meetings.move_meeting(
        actor=actor or circle.lead, meeting_id=row.pk, rev=row.rev, now=now, **values
    )


def undo(circle, change_id, *, actor=None, now=NOW + MINUTE):
    changes.undo_change(actor=actor or circle.lead, change_id=change_id, now=now)


def refusal_of(deed, *args, **said):
    with pytest.raises(GroupRefused) as refused:
        deed(*args, **said)
    return refused.value.reason


def told(notice=notices.PLAN_CHANGED):
    found = Notification.objects.filter(notice=notice)
    return list(found.values_list("subject_id", flat=True))


def choose(circle, member):
    """Give a member a private address and choose it for this circle."""
    notifications.choose_address(
        namespace=notices.MEMBER,
        user_id=member.user_id,
        scope=circle.group.pk,
        address=f"p{member.user_id.hex[:8]}@mail.test",
        now=NOW,
    )


# --- telling --------------------------------------------------------------------


def test_a_change_keeps_no_name_and_empties_its_way_back_when_told(circle):
    change_id = cancel(circle, rows(circle)[1])
    change = PlanChange.objects.get(pk=change_id)
    assert (change.kind, change.tell_at, change.told) == (ChangeKind.CANCELLED, DUE, False)
    assert set(change.before) == {"rows", "series", "target", "asked"}
    changes.tell_changes(now=DUE)
    change.refresh_from_db()
    assert (change.told, change.before) == (True, {})


def test_a_notice_names_the_first_day_before_and_after(circle):
    row = rows(circle)[1]
    earlier = PlanChange.objects.get(pk=move(circle, row, day=date(2026, 12, 2)))
    later = PlanChange.objects.get(pk=move(circle, row, day=date(2026, 12, 9)))
    thursday = PlanChange.objects.get(pk=turn(circle, rows(circle)[3]))
    assert (earlier.from_on, later.from_on) == (date(2026, 12, 2), date(2026, 12, 2))
    assert thursday.from_on == date(2026, 12, 17)


def test_members_are_told_and_the_other_facilitator_but_not_the_author(circle):
    change_id = cancel(circle, rows(circle)[1])
    assert changes.tell_changes(now=DUE - timedelta(seconds=1)) == 0
    assert changes.tell_changes(now=DUE) == 4
    assert told() == [change_id] * 3
    tags = set(Notification.objects.values_list("recipient_tag", flat=True))
    assert tags == {
        *Enrolment.objects.values_list("member_tag", flat=True),
        notifications.inbox_tag(namespace=notices.FACILITATOR, user_id=circle.co.user_id),
    }


def test_somebody_who_stands_in_is_told_too(circle):
    other = make_circle(agency=circle.agency, head=circle.head)
    row = rows(circle)[1]
    rota.stand_in(
        actor=circle.head,
        meeting_id=row.pk,
        facilitator_id=circle.facilitator(other.lead).pk,
        now=NOW,
    )
    Notification.objects.all().delete()
    cancel(circle, row)
    assert changes.tell_changes(now=DUE) == 5


def test_two_changes_in_one_sweep_are_one_message_a_person_about_the_newer(circle):
    planned = rows(circle)
    cancel(circle, planned[1])
    second = move(circle, planned[0], now=NOW + MINUTE)
    assert changes.tell_changes(now=NOW + 10 * MINUTE) == 4
    assert told() == [second] * 3
    assert not PlanChange.objects.filter(told=False).exists()


def test_two_changes_in_two_sweeps_are_two_messages(circle):
    planned = rows(circle)
    first = cancel(circle, planned[1])
    second = move(circle, planned[0], now=NOW + 2 * MINUTE)
    changes.tell_changes(now=DUE)
    assert told() == [first] * 3
    changes.tell_changes(now=NOW + 5 * MINUTE)
    assert sorted(told()) == sorted([first] * 3 + [second] * 3)


def test_each_facilitator_hears_of_what_the_other_did(circle):
    planned = rows(circle)
    first = cancel(circle, planned[1])
    second = move(circle, planned[0], actor=circle.co, now=NOW + MINUTE)
    changes.tell_changes(now=NOW + 10 * MINUTE)
    assert sorted(told(notices.FOR_FACILITATOR_PLAN)) == sorted([first, second])


def test_in_an_open_group_only_who_claims_a_place_is_told():
    circle = make_circle(kind=GroupKind.OPEN, capacity=1)
    planned = plan_fridays(circle)
    seated, waiting, elsewhere, left = (join(circle) for _ in range(4))
    for member, row in ((seated, 1), (waiting, 1), (left, 1), (elsewhere, 2)):
        places.take_place(actor=member, meeting_id=planned[row].pk, way=Way.ROOM, now=NOW)
    places.give_up_place(actor=left, meeting_id=planned[1].pk, now=NOW)
    Notification.objects.all().delete()
    cancel(circle, planned[1])
    changes.tell_changes(now=DUE)
    tags = set(
        Notification.objects.filter(notice=notices.PLAN_CHANGED).values_list(
            "recipient_tag", flat=True
        )
    )
    assert tags == {enrolment_of(circle, who).member_tag for who in (seated, waiting)}
    # two changes in one sweep: each hears of the one that concerns her
    Notification.objects.all().delete()
    move(circle, planned[2], now=DUE)
    meetings.reinstate_meeting(actor=circle.lead, meeting_id=planned[1].pk, now=DUE + MINUTE)
    changes.tell_changes(now=DUE + 10 * MINUTE)
    assert Notification.objects.filter(notice=notices.PLAN_CHANGED).count() == 3


def test_what_cannot_wait_for_a_window_leaves_at_once(circle):
    planned = rows(circle)
    member = circle.members[0]
    choose(circle, member)
    cancel(circle, planned[2])
    changes.tell_changes(now=DUE)
    assert Delivery.objects.get().not_before > DUE
    Delivery.objects.all().delete()
    shortly = planned[0].period.lower - timedelta(minutes=20)
    cancel(circle, planned[0], now=shortly)
    changes.tell_changes(now=shortly + 3 * MINUTE)
    assert Delivery.objects.get().not_before == shortly + 3 * MINUTE


def test_nobody_is_told_about_the_plan_of_a_group_that_ended(circle):
    cancel(circle, rows(circle)[1])
    setup.end_group(actor=circle.lead, group_id=circle.group.pk, now=NOW + MINUTE)
    Notification.objects.all().delete()
    assert changes.tell_changes(now=DUE) == 0
    assert not PlanChange.objects.filter(told=False).exists()


# --- undoing --------------------------------------------------------------------


def test_undo_is_the_authors_and_ends_when_it_is_told(circle):
    change_id = cancel(circle, rows(circle)[1])
    for actor in (circle.co, circle.lead):
        if actor == circle.lead:
            changes.tell_changes(now=DUE)
        reason = refusal_of(undo, circle, change_id, actor=actor, now=DUE)
        assert reason == Refusal.NOTHING_TO_UNDO
    stranger = make_circle(agency=circle.agency, head=circle.head).lead
    with pytest.raises(Http404):
        undo(circle, change_id, actor=stranger)
    assert rows(circle)[1].status == MeetingStatus.CANCELLED


@pytest.mark.parametrize("deed", [cancel, move])
def test_what_has_begun_meanwhile_is_not_brought_back_nor_taken_away(circle, deed):
    row = rows(circle)[0]
    late = row.period.lower - timedelta(minutes=1)
    change_id = deed(circle, row, now=late)
    before = meeting_rows(circle)
    started = late + timedelta(minutes=2)
    said = {"change_id": change_id, "now": started}
    assert refusal_of(undo, circle, **said) == Refusal.STARTED
    assert meeting_rows(circle) == before


def test_a_later_change_of_the_same_meeting_has_to_be_undone_first(circle):
    before = meeting_rows(circle)
    first = turn(circle, rows(circle)[3])
    second = cancel(circle, rows(circle)[5], now=NOW + timedelta(seconds=30))
    after = meeting_rows(circle)
    assert refusal_of(undo, circle, first) == Refusal.CHANGED
    assert meeting_rows(circle) == after
    undo(circle, second)
    undo(circle, first)
    again = meeting_rows(circle)
    assert all(row.pop("rev") <= new.pop("rev") for row, new in zip(before, again, strict=True))
    assert again == before
    assert changes.tell_changes(now=NOW + timedelta(hours=1)) == 0


def test_a_later_turn_of_the_new_series_has_to_be_undone_first(circle):
    first = turn(circle, rows(circle)[3])
    turn(circle, rows(circle)[5], weekday=0)
    assert refusal_of(undo, circle, first) == Refusal.CHANGED


@pytest.mark.parametrize("place", [0, 3])
def test_undone_turns_leave_one_series_and_no_row_too_many(circle, place):
    open_ended = make_circle()
    planned = plan_fridays(open_ended, meetings=6, rhythm=Rhythm.FORTNIGHTLY)
    before = {row["id"]: {**row, "rev": 0} for row in meeting_rows(open_ended)}
    change_id = turn(open_ended, planned[place], rhythm=Rhythm.WEEKLY)
    assert len(rows(open_ended)) > 6
    undo(open_ended, change_id)
    assert {row["id"]: {**row, "rev": 0} for row in meeting_rows(open_ended)} == before
    (only,) = series_of(open_ended)
    assert only.rule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"
    assert only.until_on == planned[-1].period.lower.date()


def test_a_meeting_made_meanwhile_by_the_new_series_becomes_one_of_the_old(circle):
    open_ended = make_circle()
    planned = plan_fridays(open_ended, meetings=None)
    friday = planned[-1].period.lower + timedelta(days=6) - timedelta(weeks=26)
    change_id = turn(open_ended, planned[5], now=friday)
    made = rows(open_ended)[-1]
    assert made.pk not in {row.pk for row in planned}
    undo(open_ended, change_id, now=friday + MINUTE)
    made.refresh_from_db()
    (old,) = series_of(open_ended)
    assert made.series_id == old.pk
    assert made.period.lower == planned[-1].period.lower + timedelta(weeks=1)


def test_who_took_a_place_in_a_meeting_of_the_undone_plan_is_told_it_is_off():
    circle = make_circle(kind=GroupKind.OPEN)
    planned = plan_fridays(circle, meetings=4, rhythm=Rhythm.FORTNIGHTLY)
    member = join(circle)
    change_id = turn(circle, planned[0], rhythm=Rhythm.WEEKLY)
    between = rows(circle)[1]
    assert between.pk not in {row.pk for row in planned}
    places.take_place(actor=member, meeting_id=between.pk, way=Way.ROOM, now=NOW)
    undo(circle, change_id)
    between.refresh_from_db()
    assert between.status == MeetingStatus.CANCELLED
    assert Place.objects.get(pool__meeting=between).state == PlaceState.TAKEN
    Notification.objects.all().delete()
    changes.tell_changes(now=NOW + 4 * MINUTE)
    assert len(told()) == 1


def test_undo_takes_back_the_question_whether_it_still_suits():
    circle = make_circle(kind=GroupKind.OPEN)
    planned = plan_fridays(circle)
    member = join(circle)
    places.take_place(actor=member, meeting_id=planned[0].pk, way=Way.ROOM, now=NOW)
    change_id = move(circle, planned[0])
    assert Place.objects.get().asks_again
    undo(circle, change_id)
    assert not Place.objects.get().asks_again
    assert Place.objects.get().state == PlaceState.TAKEN


def test_versions_and_revisions_never_go_back(circle):
    change_id = turn(circle, rows(circle)[0])
    undo(circle, change_id)
    assert series_of(circle)[0].version == 2
    assert [row.rev for row in rows(circle)] == [2] * 8
    assert MeetingSeries.objects.count() == 1


def test_the_head_can_cancel_and_every_facilitator_is_told(circle):
    row = rows(circle)[0]
    change_id = meetings.cancel_by_head(actor=circle.head, meeting_id=row.pk, now=NOW)
    row.refresh_from_db()
    assert (row.status, row.cancel_reason) == (MeetingStatus.CANCELLED, "GATE")
    assert changes.tell_changes(now=DUE) == 5
    assert refusal_of(undo, circle, change_id) == Refusal.NOTHING_TO_UNDO
    for stranger in (circle.lead, make_circle().head):
        with pytest.raises(Http404):
            meetings.cancel_by_head(actor=stranger, meeting_id=row.pk, now=NOW)


def test_a_member_changes_no_plan(circle):
    change_id = cancel(circle, rows(circle)[1])
    before = meeting_rows(circle)
    with pytest.raises(Http404):
        undo(circle, change_id, actor=circle.members[0])
    with pytest.raises(Http404):
        move(circle, rows(circle)[0], actor=circle.members[0])
    assert meeting_rows(circle) == before


def test_a_change_over_many_meetings_costs_one_statement_a_meeting():
    def cost(meetings) -> int:
        made = make_circle()
        first = plan_fridays(made, meetings=meetings)[0]
        join(made)
        with CaptureQueriesContext(connection) as queries:
            turn(made, first, at=time(11))
        return len(queries)

    assert cost(24) - cost(4) <= 20


def test_to_end_a_circle_costs_the_same_however_many_meetings_fall_away():
    def cost(meetings) -> int:
        made = make_circle()
        plan_fridays(made, meetings=meetings)
        with CaptureQueriesContext(connection) as queries:
            setup.end_group(actor=made.lead, group_id=made.group.pk, now=NOW)
        return len(queries)

    assert cost(24) == cost(4)
