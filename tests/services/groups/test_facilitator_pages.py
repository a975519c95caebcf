"""What facilitators read: nicknames alone, and at a cost that does not grow with the rows."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from groups.choices import Block, GroupKind, Mark, Way
from groups.selectors.facilitation import get_group_page, list_desk
from groups.selectors.meeting import get_run_page
from groups.selectors.members import list_members
from groups.selectors.planning import get_plan, get_plan_meeting
from groups.selectors.profile import get_profile
from groups.selectors.words import get_announcements, get_resources
from groups.services import (
    announcements,
    attendance,
    meetings,
    places,
    resources,
    rota,
    setup,
    standing,
)
from tests.factories import NOW
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_facilitator,
    make_member_account,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle():
    return make_circle(capacity=20)


@pytest.fixture
def meeting(circle):
    plan_series(circle, starts_on=date(2026, 11, 23), at=time(14, 0), meetings=6)
    return meetings_of(circle)[0]


def cost_of(call) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def pages(circle, meeting):
    actor, now = circle.lead, meeting.period.lower
    group_id = circle.group.pk
    return {
        "desk": lambda: list_desk(actor=actor, now=now),
        "group": lambda: get_group_page(actor=actor, group_id=group_id, now=now),
        "profile": lambda: get_profile(actor=actor, group_id=group_id, now=now),
        "plan": lambda: get_plan(actor=actor, group_id=group_id, now=now),
        "planned": lambda: get_plan_meeting(actor=actor, meeting_id=meeting.pk, now=now),
        "run": lambda: get_run_page(actor=actor, meeting_id=meeting.pk, now=now),
        "members": lambda: list_members(actor=actor, group_id=group_id, now=now),
        "announcements": lambda: get_announcements(actor=actor, group_id=group_id, now=now),
        "resources": lambda: get_resources(actor=actor, group_id=group_id, now=now),
    }


def test_no_page_costs_more_when_there_is_more(circle, meeting):
    join(circle)
    announcements.announce(actor=circle.lead, group_id=circle.group.pk, text="Satu", now=NOW)
    before = {name: cost_of(call) for name, call in pages(circle, meeting).items()}
    for number in range(6):
        member = join(circle)
        attendance.mark_attendance(
            actor=circle.lead,
            meeting_id=meeting.pk,
            enrolment_id=enrolment_of(circle, member).pk,
            mark=Mark.PRESENT,
            now=meeting.period.lower,
        )
        announcements.announce(
            actor=circle.lead, group_id=circle.group.pk, text=f"Kabar {number}", now=NOW
        )
        resources.add_resource(
            actor=circle.lead, group_id=circle.group.pk, title=f"{number}", text="a", now=NOW
        )
    for _ in range(3):
        third = make_facilitator(circle.agency, circle.head)
        rota.take_over(
            actor=third, meeting_id=meeting.pk, now=meeting.period.lower - timedelta(hours=3)
        )
        rota.vacate_duty(actor=third, meeting_id=meeting.pk, now=NOW)
        other = make_circle(agency=circle.agency, head=circle.head)
        plan_series(other, starts_on=date(2026, 11, 24), at=time(9, 0), meetings=3)
        rota.want_swap(actor=other.co, meeting_id=meetings_of(other)[0].pk, now=NOW)

    after = {name: cost_of(call) for name, call in pages(circle, meeting).items()}
    assert after == before
    assert max(after.values()) <= 6


def test_the_desk_shows_today_what_comes_and_what_is_wanted(circle, meeting):
    other = make_circle(agency=circle.agency, head=circle.head)
    plan_series(other, starts_on=date(2026, 11, 24), at=time(9, 0), meetings=1)
    elsewhere = meetings_of(other)[0]
    rota.want_swap(actor=other.co, meeting_id=elsewhere.pk, now=NOW)
    join(circle)
    far = make_circle()  # another agency
    plan_series(far, starts_on=date(2026, 11, 23), at=time(15, 0), meetings=1)

    desk = list_desk(actor=circle.lead, now=NOW)

    assert [row.id for row in desk.today] == [meeting.pk]
    assert [row.id for row in desk.coming] == [row.pk for row in meetings_of(circle)[1:4]]
    assert [row.id for row in desk.wanted] == [elsewhere.pk]
    assert [(row.id, row.members, row.waiting) for row in desk.groups] == [
        (circle.group.pk, 1, 0)
    ]
    evening = list_desk(actor=circle.lead, now=meeting.period.upper + timedelta(hours=2))
    assert [row.id for row in evening.today] == [meeting.pk]


def test_a_meeting_that_goes_on_past_midnight_is_still_of_today(circle):
    plan_series(circle, starts_on=date(2026, 11, 23), at=time(23, 30), meetings=2)
    late, next_week = meetings_of(circle)
    after_midnight = late.period.lower + timedelta(minutes=40)
    assert late.period.lower < after_midnight < late.period.upper

    desk = list_desk(actor=circle.lead, now=after_midnight)
    assert [row.id for row in desk.today] == [late.pk]
    assert [row.id for row in desk.coming] == [next_week.pk]

    assert list_desk(actor=circle.lead, now=late.period.upper).today == ()


def test_a_desk_without_groups_is_empty_and_strangers_have_none(circle):
    third = make_facilitator(circle.agency, circle.head)
    desk = list_desk(actor=third, now=NOW)
    assert (desk.today, desk.coming, desk.groups, desk.wanted) == ((), (), (), ())

    for actor in (circle.head, make_member_account(circle)):
        with pytest.raises(Http404):
            list_desk(actor=actor, now=NOW)


def test_the_page_of_a_meeting_has_nicknames_alone(circle, meeting):
    rina, budi, resting = (join(circle, alias=name) for name in ("Langit", "awan", "Rumput"))
    standing.pause_circle(actor=resting, group_id=circle.group.pk, now=NOW)
    places.excuse(actor=budi, meeting_id=meeting.pk, now=NOW)
    attendance.mark_attendance(
        actor=circle.lead,
        meeting_id=meeting.pk,
        enrolment_id=enrolment_of(circle, rina).pk,
        mark=Mark.LATE,
        now=meeting.period.lower,
    )

    page = get_run_page(actor=circle.co, meeting_id=meeting.pk, now=meeting.period.lower)

    assert [(row.alias, row.mark) for row in page.people] == [
        ("awan", "EXCUSED"),
        ("Langit", "LATE"),
    ]
    assert (page.other_aliases, page.count_present) == (("Rumput",), 1)
    assert [row.minutes for row in page.blocks] == [5, 5, 5, 20, 35, 15, 5]
    assert page.blocks[-1].ends_at == meeting.period.upper
    assert (page.can_mark, page.room, page.is_host_open) == (True, "Ruang Melati", False)
    assert [(row.name, row.is_me) for row in page.facilitators] == [
        ("Lina", False),
        ("Tirta", True),
    ]
    assert str(rina.user_id) not in repr(page)


def test_a_shorter_meeting_and_another_sheet_still_fill_the_time(circle, meeting):
    setup.set_run_sheet(
        actor=circle.lead,
        group_id=circle.group.pk,
        minutes={Block.WELCOME: 10, Block.TOPIC: 60, Block.CHECK_OUT: 20},
        now=NOW,
    )
    page = get_run_page(actor=circle.lead, meeting_id=meeting.pk, now=NOW)
    assert [row.minutes for row in page.blocks] == [10, 60, 20]

    meetings.move_meeting(
        actor=circle.lead,
        meeting_id=meeting.pk,
        day=date(2026, 11, 23),
        at=time(14, 0),
        duration_minutes=45,
        rev=meeting.rev,
        now=NOW,
    )
    page = get_run_page(actor=circle.lead, meeting_id=meeting.pk, now=NOW)
    assert sum(row.minutes for row in page.blocks) == 45


def test_in_an_open_group_those_without_a_place_are_not_expected():
    circle = make_circle(kind=GroupKind.OPEN, capacity=1)
    plan_series(circle, starts_on=date(2026, 11, 23), at=time(14, 0), meetings=1)
    meeting = meetings_of(circle)[0]
    here, waits = join(circle, alias="Langit"), join(circle, alias="Awan")
    for member in (here, waits):
        places.take_place(actor=member, meeting_id=meeting.pk, way=Way.ROOM, now=NOW)

    page = get_run_page(actor=circle.lead, meeting_id=meeting.pk, now=NOW)

    assert [row.alias for row in page.people] == ["Langit"]
    assert page.other_aliases == ("Awan",)


def test_the_page_of_a_group_says_what_can_be_done(circle, meeting):
    def page(now=NOW):
        return get_group_page(actor=circle.lead, group_id=circle.group.pk, now=now)

    assert (page().can_pause, page().can_resume, page().can_open) == (True, False, False)
    assert [row.name for row in page().facilitators] == ["Lina", "Tirta"]
    assert page().coming[0].id == meeting.pk
    assert page().past == ()
    later = page(meeting.period.upper)
    assert [(row.id, row.has_note) for row in later.past] == [(meeting.pk, False)]
    setup.pause_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert (page().can_pause, page().can_resume) == (False, True)

    with pytest.raises(Http404):
        get_group_page(actor=make_circle().lead, group_id=circle.group.pk, now=NOW)
