"""While a meeting runs: its parts, quiet signals, and who gets into the online room."""

from datetime import date, time, timedelta

import pytest
from django.http import Http404

from groups.choices import GroupKind, Refusal, SignalKind, Way
from groups.models import Meeting, MeetingSignal
from groups.selectors.meeting import get_run_page
from groups.services import leaving, meetings, places, run, setup, standing
from groups.services.desk import GroupRefused
from portal.audit.models import ClientEvent, StaffEvent
from portal.notifications.models import Notification
from tests.factories import NOW
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_member_account,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def circle():
    return make_circle(ways=(Way.ONLINE,), capacity=2)


@pytest.fixture
def meeting(circle):
    return plan(circle)


@pytest.fixture
def rina(circle):
    return join(circle, alias="Kenanga")


def plan(circle) -> Meeting:
    plan_series(circle, starts_on=date(2026, 11, 23), at=time(14, 0), meetings=2)
    return meetings_of(circle)[0]


def start_of(meeting):
    return meeting.period.lower


# ---- the run sheet


def step(circle, meeting, no, now, *, actor=None):
    run.step_run(actor=actor or circle.lead, meeting_id=meeting.pk, block_no=no, now=now)


def page_of(circle, meeting, now):
    return get_run_page(actor=circle.lead, meeting_id=meeting.pk, now=now)


def test_the_run_sheet_goes_on_back_and_stops(circle, meeting):
    start = start_of(meeting)
    step(circle, meeting, 0, start)
    step(circle, meeting, 1, start + 7 * MINUTE)

    page = page_of(circle, meeting, start + 8 * MINUTE)
    assert (page.block_no, page.ends_block_at) == (1, start + 12 * MINUTE)
    assert page.late_minutes == 2

    step(circle, meeting, 0, start + 9 * MINUTE)
    assert page_of(circle, meeting, start + 9 * MINUTE).block_no == 0
    step(circle, meeting, None, start + 10 * MINUTE)
    assert page_of(circle, meeting, start + 10 * MINUTE).block_no is None


def test_two_who_press_at_once_do_not_restart_a_part(circle, meeting):
    start = start_of(meeting)
    step(circle, meeting, 1, start)
    step(circle, meeting, 1, start + 3 * MINUTE, actor=circle.co)

    assert Meeting.objects.get(pk=meeting.pk).block_since == start


def test_a_part_that_is_not_there_is_refused(circle, meeting):
    for no in (-1, 7, 100):
        with pytest.raises(GroupRefused) as refused:
            step(circle, meeting, no, start_of(meeting))
        assert refused.value.reason == Refusal.CHANGED


def test_the_run_sheet_has_its_time_and_its_people(circle, meeting, rina):
    with pytest.raises(GroupRefused) as early:
        step(circle, meeting, 0, start_of(meeting) - timedelta(hours=2))
    with pytest.raises(GroupRefused) as late:
        step(circle, meeting, 0, meeting.period.upper + timedelta(hours=2))
    with pytest.raises(Http404):
        step(circle, meeting, 0, start_of(meeting), actor=rina)

    assert (early.value.reason, late.value.reason) == (Refusal.NOT_YET, Refusal.OVER)


# ---- signals


def signal(meeting, member, kind, now=None):
    run.send_signal(
        actor=member, meeting_id=meeting.pk, kind=kind, now=now or start_of(meeting)
    )


def test_a_signal_is_seen_by_nickname_changed_and_taken_back(circle, meeting, rina):
    signal(meeting, rina, SignalKind.STEPPED_OUT)
    signal(meeting, rina, SignalKind.CHECK_ON_ME)

    row = page_of(circle, meeting, start_of(meeting)).people[0]
    assert (row.alias, row.signal) == ("Kenanga", "CHECK_ON_ME")

    signal(meeting, rina, None)
    assert page_of(circle, meeting, start_of(meeting)).people[0].signal == ""


def test_a_signal_leaves_no_trace(circle, meeting, rina):
    before = (StaffEvent.objects.count(), ClientEvent.objects.count())
    told = Notification.objects.count()

    signal(meeting, rina, SignalKind.CHECK_ON_ME)

    assert (StaffEvent.objects.count(), ClientEvent.objects.count()) == before
    assert Notification.objects.count() == told


def test_signals_have_their_time(circle, meeting, rina):
    signal(meeting, rina, SignalKind.PASS, now=start_of(meeting) - 15 * MINUTE)
    signal(meeting, rina, SignalKind.PASS, now=meeting.period.upper + 15 * MINUTE)
    for now in (
        start_of(meeting) - 15 * MINUTE - SECOND,
        meeting.period.upper + 15 * MINUTE + SECOND,
    ):
        with pytest.raises(GroupRefused) as refused:
            signal(meeting, rina, SignalKind.CHECK_ON_ME, now=now)
        assert refused.value.reason == Refusal.NOT_RUNNING


def test_only_who_is_expected_may_signal(circle, meeting):
    resting = join(circle)
    standing.pause_circle(actor=resting, group_id=circle.group.pk, now=NOW)
    for actor in (resting, make_member_account(circle), circle.lead):
        with pytest.raises(Http404):
            signal(meeting, actor, SignalKind.PASS)


def test_signals_go_with_the_meeting(circle, meeting, rina):
    signal(meeting, rina, SignalKind.CHECK_ON_ME)

    assert run.sweep_signals(now=meeting.period.upper + 15 * MINUTE) == 0
    assert run.sweep_signals(now=meeting.period.upper + 15 * MINUTE + SECOND) == 1
    assert not MeetingSignal.objects.exists()


# ---- the room


def enter(meeting, member, *, version=1, now=None):
    return run.enter_room(
        actor=member,
        meeting_id=meeting.pk,
        agreement_version=version,
        now=now or start_of(meeting),
    )


def test_a_member_gets_the_link_and_goes_by_her_nickname(circle, meeting, rina):
    entry = enter(meeting, rina)

    base, _, secret = entry.link.rpartition("/")
    assert (base, entry.alias) == (circle.group.link_base, "Kenanga")
    assert len(secret) >= 22
    assert enter(meeting, rina) == entry
    assert secret.encode() not in bytes(Meeting.objects.get(pk=meeting.pk).room_secret)
    assert secret not in repr(entry)


def test_each_meeting_has_a_room_of_its_own(circle, meeting, rina):
    other = meetings_of(circle)[1]

    assert enter(meeting, rina).link != enter(other, rina).link


def test_facilitators_get_the_same_room_earlier(circle, meeting, rina):
    early = start_of(meeting) - 30 * MINUTE
    host = run.host_room(actor=circle.lead, meeting_id=meeting.pk, now=early)

    assert (host.alias, host.link) == ("Lina", enter(meeting, rina).link)
    for now in (early - SECOND, meeting.period.upper):
        with pytest.raises(Http404):
            run.host_room(actor=circle.lead, meeting_id=meeting.pk, now=now)
    for actor in (make_circle().lead, circle.head, rina):
        with pytest.raises(Http404):
            run.host_room(actor=actor, meeting_id=meeting.pk, now=early)


def test_the_door_opens_a_quarter_of_an_hour_before_and_closes_at_the_end(meeting, rina):
    enter(meeting, rina, now=start_of(meeting) - 15 * MINUTE)
    enter(meeting, rina, now=meeting.period.upper - SECOND)
    for now in (
        start_of(meeting) - 16 * MINUTE,
        start_of(meeting) - 15 * MINUTE - SECOND,
        meeting.period.upper,
    ):
        with pytest.raises(Http404):
            enter(meeting, rina, now=now)


def test_who_has_no_place_gets_the_same_404(circle, meeting, rina):
    second = join(circle)
    waiting = join(circle)
    resting = second
    standing.pause_circle(actor=resting, group_id=circle.group.pk, now=NOW)
    gone = join(circle)
    leaving.leave_circle(actor=gone, group_id=circle.group.pk, now=NOW)

    for actor in (waiting, resting, gone, make_member_account(circle), make_circle().lead):
        with pytest.raises(Http404):
            enter(meeting, actor)


def test_a_meeting_that_does_not_take_place_online_has_no_room(circle, meeting, rina):
    other = meetings_of(circle)[1]
    meetings.cancel_meeting(actor=circle.lead, meeting_id=meeting.pk, now=NOW)
    with pytest.raises(Http404):
        enter(meeting, rina)

    setup.pause_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    with pytest.raises(Http404):
        enter(other, rina)

    in_a_room = make_circle()
    here = join(in_a_room)
    with pytest.raises(Http404):
        enter(plan(in_a_room), here)

    nowhere = make_circle(ways=(Way.ONLINE,), link_base="")
    there = join(nowhere)
    with pytest.raises(Http404):
        enter(plan(nowhere), there)


def test_the_agreement_is_accepted_at_the_door(circle, meeting, rina):
    setup.publish_agreement(
        actor=circle.lead, group_id=circle.group.pk, text_id="Baru.", text_en="New.", now=NOW
    )
    for stale in (1, 0, 3):
        with pytest.raises(GroupRefused) as refused:
            enter(meeting, rina, version=stale)
        assert refused.value.reason == Refusal.AGREEMENT_CHANGED
    assert Meeting.objects.get(pk=meeting.pk).room_secret is None

    enter(meeting, rina, version=2)

    row = enrolment_of(circle, rina)
    assert row.agreement_version == 2
    event = ClientEvent.objects.get(action="lingkar.agreed")
    assert event.handle == str(row.pk)
    enter(meeting, rina, version=2)
    assert ClientEvent.objects.filter(action="lingkar.agreed").count() == 1


def test_a_stale_agreement_does_not_tell_a_stranger_that_there_is_one(circle, meeting):
    with pytest.raises(Http404):
        enter(meeting, make_member_account(circle), version=0)


def test_in_an_open_group_only_who_has_a_place_online():
    circle = make_circle(kind=GroupKind.OPEN, ways=(Way.ROOM, Way.ONLINE), capacity=1)
    meeting = plan(circle)
    online, in_room, waits, none = (join(circle) for _ in range(4))
    for member, way in ((online, Way.ONLINE), (in_room, Way.ROOM), (waits, Way.ONLINE)):
        places.take_place(actor=member, meeting_id=meeting.pk, way=way, now=NOW)

    assert enter(meeting, online).link
    for actor in (in_room, waits, none):
        with pytest.raises(Http404):
            enter(meeting, actor)


def test_a_link_from_before_a_removal_leads_nowhere(circle, meeting, rina):
    other = join(circle)
    before = enter(meeting, rina).link
    assert enter(meeting, other).link == before

    leaving.remove_member(
        actor=circle.lead,
        enrolment_id=enrolment_of(circle, other).pk,
        may_return=False,
        now=start_of(meeting),
    )

    with pytest.raises(Http404):
        enter(meeting, other)
    assert enter(meeting, rina).link != before
