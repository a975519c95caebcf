"""A facilitator's word for a meeting: confirmed, given away, taken over, decided upon."""

from datetime import date, time, timedelta

import pytest
from django.http import Http404

from groups.choices import DutyState, Readiness, Refusal
from groups.models import Duty, Facilitator, Meeting
from groups.notices import FOR_FACILITATOR_STAND_IN, FOR_FACILITATOR_STANDS_IN
from groups.selectors.facilitation import list_desk
from groups.selectors.ready import readiness_by_meeting
from groups.services import crew, meetings, rota
from groups.services.desk import GroupRefused
from portal.audit.models import StaffEvent
from portal.notifications.models import Notification
from portal.notifications.selectors import list_inbox
from portal.people.actors import Account
from portal.people.models import RoleGrant
from tests.factories import NOW
from tests.support.groups import (
    join,
    make_circle,
    make_facilitator,
    make_head,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle():
    return make_circle()


@pytest.fixture
def meeting(circle):
    plan_series(circle, starts_on=date(2026, 11, 27), at=time(14, 0), meetings=2)
    return meetings_of(circle)[0]


@pytest.fixture
def third(circle):
    return make_facilitator(circle.agency, circle.head, name="Wulan")


def word(meeting, actor: Account) -> str | None:
    row = Duty.objects.filter(meeting=meeting, facilitator__user_id=actor.user_id).first()
    return row.state if row else None


def readiness(meeting) -> Readiness:
    fresh = Meeting.objects.select_related("group").get(pk=meeting.pk)
    return readiness_by_meeting([fresh])[meeting.pk]


def row_of(actor: Account) -> Facilitator:
    return Facilitator.objects.get(user_id=actor.user_id)


def confirm(meeting, *actors, now=NOW):
    for actor in actors:
        rota.confirm_duty(actor=actor, meeting_id=meeting.pk, now=now)


def refusal_of(call, **arguments) -> Refusal:
    with pytest.raises(GroupRefused) as refused:
        call(**arguments)
    return refused.value.reason


def inbox(actor: Account) -> list[str]:
    rows = list_inbox(user_id=actor.user_id, zone="Asia/Jakarta", now=NOW)
    return [row.title for row in rows]


def test_a_meeting_is_ready_once_two_have_confirmed(circle, meeting):
    assert (word(meeting, circle.lead), readiness(meeting)) == (
        DutyState.PROPOSED,
        Readiness.LACKING,
    )
    confirm(meeting, circle.lead)
    assert readiness(meeting) == Readiness.LACKING
    confirm(meeting, circle.co, circle.co)

    assert readiness(meeting) == Readiness.READY
    assert StaffEvent.objects.filter(action="duty.confirmed").count() == 2


def test_a_training_that_ends_before_the_meeting_does_not_count(circle, meeting):
    confirm(meeting, circle.lead, circle.co)
    for trained_until, expected in (
        (date(2026, 11, 28), Readiness.READY),
        (date(2026, 11, 27), Readiness.LACKING),
        (None, Readiness.LACKING),
    ):
        crew.change_facilitator(
            actor=circle.head,
            facilitator_id=row_of(circle.co).pk,
            profile=crew.FacilitatorProfile(display_name="Tirta", trained_until=trained_until),
            now=NOW,
        )
        assert readiness(meeting) == expected


def test_who_looks_for_a_stand_in_does_not_count_and_the_rota_is_asked(circle, meeting, third):
    make_circle()  # facilitators of another agency
    confirm(meeting, circle.lead, circle.co)
    rota.want_swap(actor=circle.co, meeting_id=meeting.pk, now=NOW)

    assert readiness(meeting) == Readiness.LACKING
    assert Notification.objects.filter(notice=FOR_FACILITATOR_STAND_IN).count() == 1
    assert any("Kenanga" in title for title in inbox(third))
    desk = list_desk(actor=third, now=NOW)
    assert [row.id for row in desk.wanted] == [meeting.pk]
    assert list_desk(actor=circle.lead, now=NOW).wanted == ()

    confirm(meeting, circle.co)
    assert readiness(meeting) == Readiness.READY
    assert list_desk(actor=third, now=NOW).wanted == ()


def test_a_swap_is_taken_once(circle, meeting, third):
    fourth = make_facilitator(circle.agency, circle.head)
    confirm(meeting, circle.lead, circle.co)
    rota.want_swap(actor=circle.co, meeting_id=meeting.pk, now=NOW)

    for _ in range(2):
        rota.take_over(actor=third, meeting_id=meeting.pk, now=NOW)

    assert (word(meeting, third), word(meeting, circle.co)) == ("CONFIRMED", "VACATED")
    assert readiness(meeting) == Readiness.READY
    gone = refusal_of(rota.take_over, actor=fourth, meeting_id=meeting.pk, now=NOW)
    assert (gone, word(meeting, fourth)) == (Refusal.DUTY_GONE, None)
    assert StaffEvent.objects.filter(action="duty.taken_over").count() == 1


def test_a_co_facilitator_of_the_group_may_take_the_swap(circle, meeting):
    rota.want_swap(actor=circle.lead, meeting_id=meeting.pk, now=NOW)

    rota.take_over(actor=circle.co, meeting_id=meeting.pk, now=NOW)

    assert (word(meeting, circle.co), word(meeting, circle.lead)) == ("CONFIRMED", "VACATED")


def test_nobody_takes_what_is_still_being_asked_until_the_day_before(circle, meeting, third):
    assert (
        refusal_of(rota.take_over, actor=third, meeting_id=meeting.pk, now=NOW)
        == Refusal.DUTY_GONE
    )
    late = meeting.period.lower - timedelta(hours=24)

    rota.take_over(actor=third, meeting_id=meeting.pk, now=late)

    assert word(meeting, third) == "CONFIRMED"


def test_only_trained_and_active_facilitators_of_the_agency_take_over(circle, meeting):
    rota.want_swap(actor=circle.co, meeting_id=meeting.pk, now=NOW)
    untrained = make_facilitator(circle.agency, circle.head, trained_until=date(2026, 11, 27))
    stranger = make_circle().lead
    former = make_facilitator(circle.agency, circle.head)
    rota.end_facilitator(actor=circle.head, facilitator_id=row_of(former).pk, now=NOW)

    assert (
        refusal_of(rota.take_over, actor=untrained, meeting_id=meeting.pk, now=NOW)
        == Refusal.NOT_TRAINED
    )
    for actor in (stranger, former, circle.head, join(circle)):
        with pytest.raises(Http404):
            rota.take_over(actor=actor, meeting_id=meeting.pk, now=NOW)

    assert list_desk(actor=untrained, now=NOW).wanted == ()


def test_a_meeting_that_has_begun_or_is_cancelled_takes_nobody(circle, meeting, third):
    rota.want_swap(actor=circle.co, meeting_id=meeting.pk, now=NOW)
    with pytest.raises(Http404):
        rota.take_over(actor=third, meeting_id=meeting.pk, now=meeting.period.lower)
    assert (
        refusal_of(
            rota.confirm_duty,
            actor=circle.lead,
            meeting_id=meeting.pk,
            now=meeting.period.upper,
        )
        == Refusal.OVER
    )
    meetings.cancel_meeting(actor=circle.lead, meeting_id=meeting.pk, now=NOW)

    with pytest.raises(Http404):
        rota.take_over(actor=third, meeting_id=meeting.pk, now=NOW)
    for deed in (rota.confirm_duty, rota.want_swap, rota.vacate_duty):
        assert (
            refusal_of(deed, actor=circle.co, meeting_id=meeting.pk, now=NOW)
            == Refusal.NOT_PLANNED
        )


def test_an_absence_asks_the_rota_and_can_be_taken_back(circle, meeting, third):
    confirm(meeting, circle.lead, circle.co)
    rota.vacate_duty(actor=circle.co, meeting_id=meeting.pk, now=NOW)

    assert (word(meeting, circle.co), readiness(meeting)) == ("VACATED", Readiness.LACKING)
    assert [row.id for row in list_desk(actor=third, now=NOW).wanted] == [meeting.pk]

    confirm(meeting, circle.co)
    assert readiness(meeting) == Readiness.READY


def test_the_head_names_a_stand_in_who_is_told(circle, meeting, third):
    confirm(meeting, circle.lead, circle.co)
    rota.want_swap(actor=circle.co, meeting_id=meeting.pk, now=NOW)

    for _ in range(2):
        rota.stand_in(
            actor=circle.head, meeting_id=meeting.pk, facilitator_id=row_of(third).pk, now=NOW
        )

    assert (word(meeting, third), word(meeting, circle.co)) == ("CONFIRMED", "VACATED")
    assert readiness(meeting) == Readiness.READY
    assert Notification.objects.filter(notice=FOR_FACILITATOR_STANDS_IN).count() == 1
    assert len(inbox(third)) == 1
    assert list_desk(actor=third, now=NOW).coming[0].my_duty == "CONFIRMED"


def test_the_head_names_nobody_who_may_not_lead(circle, meeting, third):
    untrained = make_facilitator(circle.agency, circle.head, trained_until=None)
    RoleGrant.objects.filter(user_id=third.user_id).update(ends_on=date(2026, 11, 1))
    other = make_circle()

    def name(actor, facilitator):
        rota.stand_in(
            actor=actor,
            meeting_id=meeting.pk,
            facilitator_id=row_of(facilitator).pk,
            now=NOW,
        )

    assert refusal_of(name, actor=circle.head, facilitator=untrained) == Refusal.NOT_TRAINED
    assert refusal_of(name, actor=circle.head, facilitator=third) == Refusal.NO_SUCH_ACCOUNT
    for actor, facilitator in (
        (circle.head, other.lead),
        (other.head, other.lead),
        (circle.lead, circle.co),
    ):
        with pytest.raises(Http404):
            name(actor, facilitator)


@pytest.mark.parametrize("leave", [rota.vacate_duty, rota.want_swap])
def test_a_meeting_runs_with_fewer_for_as_long_as_they_are_there(circle, meeting, leave):
    def decide():
        rota.run_anyway(actor=circle.head, meeting_id=meeting.pk, now=NOW)

    assert refusal_of(decide) == Refusal.NOBODY_THERE
    confirm(meeting, circle.lead)
    decide()
    decide()
    assert readiness(meeting) == Readiness.RUNS_ANYWAY
    assert StaffEvent.objects.filter(action="duty.runs_anyway").count() == 1

    leave(actor=circle.lead, meeting_id=meeting.pk, now=NOW)
    confirm(meeting, circle.co)
    assert readiness(meeting) == Readiness.LACKING

    with pytest.raises(Http404):
        rota.run_anyway(actor=make_head(make_circle().agency), meeting_id=meeting.pk, now=NOW)
