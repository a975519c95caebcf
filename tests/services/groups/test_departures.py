"""Who is taken off a group has nothing of it left, within the same transaction."""

from datetime import date, time, timedelta

import pytest
from django.http import Http404

from groups import policies
from groups.choices import AssignmentKind, DutyState, Mark, Readiness, Refusal, Way
from groups.models import Assignment, Duty, Facilitator, Meeting
from groups.notices import FACILITATOR, FOR_FACILITATOR_ASK, FOR_FACILITATOR_CO_LEFT
from groups.selectors.facilitation import get_group_page, list_desk
from groups.selectors.meeting import get_run_page
from groups.selectors.ready import readiness_by_meeting
from groups.selectors.words import get_announcements
from groups.services import (
    announcements,
    asking,
    attendance,
    crew,
    notes,
    rota,
    run,
)
from groups.services.desk import GroupRefused
from portal.audit.models import StaffEvent
from portal.notifications.models import Notification
from portal.notifications.selectors import list_inbox
from portal.notifications.services import inbox_tag
from portal.people.models import RoleGrant, User
from tests.factories import NOW, account
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_facilitator,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def circle():
    return make_circle(ways=(Way.ONLINE,))


@pytest.fixture
def meeting(circle):
    """Today at 14.00, with both facilitators; another one follows a week later."""
    plan_series(circle, starts_on=date(2026, 11, 23), at=time(14, 0), meetings=2)
    for row in meetings_of(circle):
        for actor in (circle.lead, circle.co):
            rota.confirm_duty(actor=actor, meeting_id=row.pk, now=NOW)
    return meetings_of(circle)[0]


@pytest.fixture
def rina(circle):
    return join(circle, alias="Kenanga")


def row_of(actor) -> Facilitator:
    return Facilitator.objects.get(user_id=actor.user_id)


def assignment_of(circle, actor) -> Assignment:
    return Assignment.objects.get(
        group=circle.group, facilitator=row_of(actor), ends_on__isnull=True
    )


def unassign(circle, actor, now=NOW, *, by=None):
    rota.unassign(
        actor=by or circle.head, assignment_id=assignment_of(circle, actor).pk, now=now
    )


def readiness(meeting) -> Readiness:
    fresh = Meeting.objects.select_related("group").get(pk=meeting.pk)
    return readiness_by_meeting([fresh])[meeting.pk]


def doors(circle, meeting, rina, actor, now):
    """Everything a facilitator can do with a meeting and its group."""
    group_id, meeting_id = circle.group.pk, meeting.pk
    enrolment_id = enrolment_of(circle, rina).pk
    said = {"actor": actor, "now": now}
    return [
        lambda: attendance.mark_attendance(
            meeting_id=meeting_id, enrolment_id=enrolment_id, mark=Mark.PRESENT, **said
        ),
        lambda: notes.save_note(
            meeting_id=meeting_id, themes=["SLEEP"], mood="", text="", **said
        ),
        lambda: notes.save_debrief(
            meeting_id=meeting_id, feeling="FINE", wants_talk=False, text="", **said
        ),
        lambda: run.step_run(meeting_id=meeting_id, block_no=0, **said),
        lambda: run.host_room(meeting_id=meeting_id, **said),
        lambda: announcements.announce(group_id=group_id, text="Halo.", **said),
        lambda: get_run_page(meeting_id=meeting_id, **said),
        lambda: get_group_page(group_id=group_id, **said),
        lambda: get_announcements(group_id=group_id, **said),
        lambda: rota.confirm_duty(meeting_id=meeting_id, **said),
        lambda: rota.vacate_duty(meeting_id=meeting_id, **said),
    ]


def test_every_door_is_closed_at_once(circle, meeting, rina):
    now = meeting.period.lower
    for door in doors(circle, meeting, rina, circle.co, now):
        door()
    rota.confirm_duty(actor=circle.co, meeting_id=meeting.pk, now=now)

    unassign(circle, circle.co, now)

    for door in doors(circle, meeting, rina, circle.co, now):
        with pytest.raises(Http404):
            door()
    assert list_desk(actor=circle.co, now=now).groups == ()
    assert list_desk(actor=circle.co, now=now).today == ()
    for door in doors(circle, meeting, rina, circle.lead, now):
        door()


def test_nor_does_she_keep_the_meeting_of_yesterday(circle, meeting, rina):
    tomorrow = meeting.period.upper + timedelta(hours=20)
    get_run_page(actor=circle.co, meeting_id=meeting.pk, now=tomorrow)

    unassign(circle, circle.co, tomorrow)

    with pytest.raises(Http404):
        get_run_page(actor=circle.co, meeting_id=meeting.pk, now=tomorrow)
    assert Duty.objects.get(meeting=meeting, facilitator=row_of(circle.co)).state == "CONFIRMED"


def test_who_only_stood_in_keeps_the_meeting_for_two_days(circle, meeting):
    third = make_facilitator(circle.agency, circle.head)
    rota.want_swap(actor=circle.co, meeting_id=meeting.pk, now=NOW)
    rota.take_over(actor=third, meeting_id=meeting.pk, now=NOW)

    page = get_run_page(
        actor=third, meeting_id=meeting.pk, now=meeting.period.upper + timedelta(days=1)
    )
    assert page.my_duty == "CONFIRMED"
    with pytest.raises(Http404):
        get_run_page(
            actor=third, meeting_id=meeting.pk, now=meeting.period.upper + timedelta(days=2)
        )


def test_coming_duties_are_free_and_meetings_lack_somebody(circle, meeting):
    second = meetings_of(circle)[1]
    now = meeting.period.upper + MINUTE
    assert readiness(second) == Readiness.READY

    unassign(circle, circle.co, now)

    states = dict(
        Duty.objects.filter(facilitator=row_of(circle.co)).values_list("meeting_id", "state")
    )
    assert states == {meeting.pk: DutyState.CONFIRMED, second.pk: DutyState.VACATED}
    assert (readiness(meeting), readiness(second)) == (Readiness.READY, Readiness.LACKING)


def test_a_decision_to_run_with_fewer_does_not_outlive_her(circle, meeting):
    rota.vacate_duty(actor=circle.lead, meeting_id=meeting.pk, now=NOW)
    rota.run_anyway(actor=circle.head, meeting_id=meeting.pk, now=NOW)

    unassign(circle, circle.co)
    rota.confirm_duty(actor=circle.lead, meeting_id=meeting.pk, now=NOW)

    assert readiness(meeting) == Readiness.LACKING


def test_the_address_of_the_room_is_another_one(circle, meeting, rina):
    now = meeting.period.lower
    before = run.host_room(actor=circle.co, meeting_id=meeting.pk, now=now).link

    unassign(circle, circle.co, now)

    entry = run.enter_room(actor=rina, meeting_id=meeting.pk, agreement_version=1, now=now)
    assert entry.link != before
    assert run.host_room(actor=circle.lead, meeting_id=meeting.pk, now=now).link == entry.link


def test_her_notices_are_withdrawn_and_those_who_stay_are_told(circle, meeting):
    other = make_circle(agency=circle.agency, head=circle.head)
    crew.assign(
        actor=circle.head,
        group_id=other.group.pk,
        facilitator_id=row_of(circle.co).pk,
        kind=AssignmentKind.CO,
        now=NOW,
    )
    Duty.objects.filter(meeting=meeting).update(state=DutyState.PROPOSED)
    asking.tell_asks(now=meeting.period.lower - timedelta(hours=3))
    tag = inbox_tag(namespace=FACILITATOR, user_id=circle.co.user_id)
    about = [circle.group.pk, *(row.pk for row in meetings_of(circle))]
    hers = Notification.objects.filter(recipient_tag=tag, subject_id__in=about)
    assert hers.filter(notice=FOR_FACILITATOR_ASK).exists()

    unassign(circle, circle.co)

    assert not hers.exists()
    kept = Notification.objects.filter(recipient_tag=tag)
    assert set(kept.values_list("subject_id", flat=True)) == {other.group.pk}
    told = Notification.objects.get(notice=FOR_FACILITATOR_CO_LEFT)
    assert told.subject_id == circle.group.pk
    assert bytes(told.recipient_tag) == inbox_tag(
        namespace=FACILITATOR, user_id=circle.lead.user_id
    )


def test_each_departure_is_told(circle, meeting):
    unassign(circle, circle.co)
    for _ in range(2):
        third = make_facilitator(circle.agency, circle.head)
        crew.assign(
            actor=circle.head,
            group_id=circle.group.pk,
            facilitator_id=row_of(third).pk,
            kind=AssignmentKind.CO,
            now=NOW,
        )
        unassign(circle, third)

    assert Notification.objects.filter(notice=FOR_FACILITATOR_CO_LEFT).count() == 3
    inbox = list_inbox(user_id=circle.lead.user_id, zone="Asia/Jakarta", now=NOW)
    assert len([row for row in inbox if circle.group.name in row.title]) >= 1


def test_ending_it_twice_changes_nothing(circle, meeting):
    assignment_id = assignment_of(circle, circle.co).pk
    for _ in range(2):
        rota.unassign(actor=circle.head, assignment_id=assignment_id, now=NOW)

    assert StaffEvent.objects.filter(action="circle.unassigned").count() == 1
    assert Notification.objects.filter(notice=FOR_FACILITATOR_CO_LEFT).count() == 1


def test_an_open_group_keeps_somebody_who_leads_it(circle, meeting):
    for deed in (
        lambda: unassign(circle, circle.lead),
        lambda: rota.end_facilitator(
            actor=circle.head, facilitator_id=row_of(circle.lead).pk, now=NOW
        ),
    ):
        with pytest.raises(GroupRefused) as refused:
            deed()
        assert refused.value.reason == Refusal.LAST_LEAD
    assert row_of(circle.lead).is_active
    get_group_page(actor=circle.lead, group_id=circle.group.pk, now=NOW)

    second = make_facilitator(circle.agency, circle.head)
    crew.assign(
        actor=circle.head,
        group_id=circle.group.pk,
        facilitator_id=row_of(second).pk,
        kind=AssignmentKind.LEAD,
        now=NOW,
    )
    unassign(circle, circle.lead)

    with pytest.raises(Http404):
        get_group_page(actor=circle.lead, group_id=circle.group.pk, now=NOW)


def test_only_the_head_of_her_agency_takes_a_group_away(circle, meeting):
    for actor in (make_circle().head, circle.lead, circle.co):
        with pytest.raises(Http404):
            unassign(circle, circle.co, by=actor)
        with pytest.raises(Http404):
            rota.end_facilitator(actor=actor, facilitator_id=row_of(circle.co).pk, now=NOW)

    get_group_page(actor=circle.co, group_id=circle.group.pk, now=NOW)


def test_the_end_of_a_facilitator_takes_all_groups_and_stand_ins(circle, meeting):
    other = make_circle(agency=circle.agency, head=circle.head)
    plan_series(other, starts_on=date(2026, 11, 24), at=time(9, 0), meetings=1)
    elsewhere = meetings_of(other)[0]
    rota.want_swap(actor=other.co, meeting_id=elsewhere.pk, now=NOW)
    rota.take_over(actor=circle.co, meeting_id=elsewhere.pk, now=NOW)

    for _ in range(2):
        rota.end_facilitator(actor=circle.head, facilitator_id=row_of(circle.co).pk, now=NOW)

    row = row_of(circle.co)
    assert not row.is_active
    assert not row.assignments.filter(ends_on__isnull=True).exists()
    assert set(row.duties.values_list("state", flat=True)) == {DutyState.VACATED}
    with pytest.raises(Http404):
        policies.facilitator_of(circle.co)
    assert StaffEvent.objects.filter(action="facilitator.ended").count() == 1


def test_a_facilitator_without_groups_is_ended_as_well(circle):
    third = make_facilitator(circle.agency, circle.head)

    rota.end_facilitator(actor=circle.head, facilitator_id=row_of(third).pk, now=NOW)

    assert not row_of(third).is_active


def test_a_role_that_ended_closes_every_door_before_any_sweep(circle, meeting, rina):
    now = meeting.period.lower
    RoleGrant.objects.filter(user_id=circle.co.user_id).update(ends_on=date(2026, 11, 23))
    without = account(User.objects.get(pk=circle.co.user_id))

    for door in doors(circle, meeting, rina, without, now):
        with pytest.raises(Http404):
            door()


@pytest.mark.parametrize("how", ["role", "account", "entry"])
def test_what_departed_facilitators_leave_behind_is_cleaned(circle, meeting, rina, how):
    now = meeting.period.lower
    link = run.host_room(actor=circle.co, meeting_id=meeting.pk, now=now).link
    if how == "role":
        RoleGrant.objects.filter(user_id=circle.co.user_id).update(ends_on=date(2026, 11, 23))
    elif how == "account":
        User.objects.filter(pk=circle.co.user_id).update(is_active=False)
    else:
        crew.change_facilitator(
            actor=circle.head,
            facilitator_id=row_of(circle.co).pk,
            profile=crew.FacilitatorProfile(display_name="Tirta", is_active=False),
            now=NOW,
        )

    assert rota.vacate_for_departed(now=now) == 1
    assert rota.vacate_for_departed(now=now) == 0

    assert readiness(meeting) == Readiness.LACKING
    assert not assignment_exists(circle, circle.co)
    assert run.host_room(actor=circle.lead, meeting_id=meeting.pk, now=now).link != link
    assert Notification.objects.filter(notice=FOR_FACILITATOR_CO_LEFT).count() == 1


def test_nobody_who_still_leads_is_swept_away(circle, meeting):
    assert rota.vacate_for_departed(now=NOW) == 0
    assert assignment_exists(circle, circle.co)


def assignment_exists(circle, actor) -> bool:
    rows = Assignment.objects.filter(group=circle.group, facilitator=row_of(actor))
    return rows.filter(ends_on__isnull=True).exists()
