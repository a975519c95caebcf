"""Asking for facilitators: from the rows, when it is due, each once."""

from datetime import date, time, timedelta

import pytest

from groups import notices
from groups.choices import DutyState, GroupStatus
from groups.models import Duty, Facilitator, Meeting, SupportGroup
from groups.services import meetings as plan
from groups.services import rota
from groups.services.asking import tell_asks
from portal.notifications import services as notifications
from portal.notifications.models import Delivery, Notification
from portal.people.choices import Role
from portal.people.models import RoleGrant
from tests.factories import NOW
from tests.support.groups import Circle, make_circle, make_facilitator, meetings_of, plan_series
from tests.support.worries import told

pytestmark = pytest.mark.django_db

FRIDAY = date(2026, 11, 27)
ASK, STAND_IN, GATE = (
    notices.FOR_FACILITATOR_ASK,
    notices.FOR_FACILITATOR_STAND_IN,
    notices.FOR_HEAD_GATE,
)


@pytest.fixture
def circle() -> Circle:
    """A circle that meets on Fridays at 10.00 WIB."""
    made = make_circle()
    plan_series(made, starts_on=FRIDAY, at=time(10, 0), meetings=1)
    return made


@pytest.fixture
def meeting(circle) -> Meeting:
    """Its first meeting."""
    return meetings_of(circle)[0]


def before(meeting, **left):
    return meeting.period.lower - timedelta(**left)


def asked(notice) -> int:
    return Notification.objects.filter(notice=notice).count()


def confirm(meeting, *actors):
    for actor in actors:
        rota.confirm_duty(actor=actor, meeting_id=meeting.pk, now=NOW)


def test_nothing_is_asked_before_three_days(meeting):
    assert tell_asks(now=before(meeting, hours=72, minutes=1)) == 0


def test_three_days_ahead_who_has_not_answered_is_asked_once(circle, meeting):
    confirm(meeting, circle.lead)
    now = before(meeting, hours=72)

    assert tell_asks(now=now) == 1
    assert tell_asks(now=now + timedelta(minutes=1)) == 0

    assert any("Are you coming" in one for one in told(circle.co, now=now))
    assert not any("Are you coming" in one for one in told(circle.lead, now=now))


def test_an_answer_takes_the_question_out_of_the_inbox(circle, meeting):
    now = before(meeting, hours=72)
    tell_asks(now=now)
    confirm(meeting, circle.co)

    assert not any("Are you coming" in one for one in told(circle.co, now=now))
    assert any("Are you coming" in one for one in told(circle.lead, now=now))


def test_an_answer_keeps_the_mail_from_leaving(circle, meeting):
    notifications.choose_address(
        namespace=notices.FACILITATOR,
        user_id=circle.co.user_id,
        address="t@rumah.test",
        now=NOW,
    )
    now = before(meeting, hours=72)
    tell_asks(now=now)
    confirm(meeting, circle.co)

    report = notifications.deliver_due(now=now + timedelta(hours=12))

    assert (report.sent, report.suppressed) == (0, 1)


def test_a_day_ahead_the_others_of_the_agency_are_asked(circle, meeting):
    trained = make_facilitator(circle.agency, circle.head, name="Wira")
    make_facilitator(circle.agency, circle.head, name="Baru", trained_until=None)
    make_facilitator(circle.agency, circle.head, name="Lewat", trained_until=FRIDAY)
    gone = make_facilitator(circle.agency, circle.head, name="Pergi")
    RoleGrant.objects.filter(user_id=gone.user_id).update(ends_on=NOW.date())
    away = make_facilitator(circle.agency, circle.head, name="Tutup")
    Facilitator.objects.filter(user_id=away.user_id).update(is_active=False)
    elsewhere = make_circle()
    now = before(meeting, hours=24)

    tell_asks(now=now)

    assert asked(STAND_IN) == 1
    assert any("looks for somebody" in one for one in told(trained, now=now))
    assert not any("looks for somebody" in one for one in told(elsewhere.lead, now=now))


def test_nobody_is_asked_to_stand_in_where_all_are_there(circle, meeting):
    make_facilitator(circle.agency, circle.head, name="Wira")
    confirm(meeting, circle.lead, circle.co)

    assert tell_asks(now=before(meeting, hours=1)) == 0


def test_a_gap_that_closes_is_read_of_no_more(circle, meeting):
    trained = make_facilitator(circle.agency, circle.head, name="Wira")
    now = before(meeting, hours=24)
    tell_asks(now=now)
    confirm(meeting, circle.lead, circle.co)

    assert not any("looks for somebody" in one for one in told(trained, now=now))


def test_two_hours_ahead_the_head_is_told_at_once(circle, meeting):
    notifications.choose_address(
        namespace=notices.HEAD, user_id=circle.head.user_id, address="k@rumah.test", now=NOW
    )
    confirm(meeting, circle.lead)
    assert asked(GATE) == 0
    now = before(meeting, hours=2)

    tell_asks(now=now)
    tell_asks(now=now + timedelta(minutes=1))

    assert asked(GATE) == 1
    assert any("facilitator is missing" in one for one in told(circle.head, now=now))
    # 08.00 is after the window of 07.15, and that of 12.15 comes too late.
    assert Delivery.objects.get().not_before == now


def test_a_decision_to_run_anyway_asks_nobody(circle, meeting):
    confirm(meeting, circle.lead)
    rota.run_anyway(actor=circle.head, meeting_id=meeting.pk, now=NOW)

    tell_asks(now=before(meeting, hours=2))

    assert asked(GATE) == asked(STAND_IN) == 0


def test_a_sweep_that_comes_late_asks_all_the_same(circle, meeting):
    make_facilitator(circle.agency, circle.head, name="Wira")

    tell_asks(now=before(meeting, minutes=30))

    assert (asked(ASK), asked(STAND_IN), asked(GATE)) == (2, 1, 1)


def test_a_meeting_that_moves_asks_anew(circle, meeting):
    tell_asks(now=before(meeting, hours=72))
    plan.move_meeting(
        actor=circle.lead, meeting_id=meeting.pk, day=FRIDAY, at=time(11, 0),
        duration_minutes=90, rev=meeting.rev, now=NOW,
    )  # fmt: skip
    Duty.objects.update(state=DutyState.PROPOSED)
    meeting.refresh_from_db()

    tell_asks(now=before(meeting, hours=71))

    revs = Notification.objects.filter(notice=ASK).values_list("rev", flat=True)
    assert set(revs) >= {meeting.rev}


@pytest.mark.parametrize("change", ["cancelled", "paused"])
def test_what_does_not_take_place_asks_nobody(meeting, change):
    if change == "cancelled":
        Meeting.objects.update(status="CANCELLED", cancel_reason="FACILITATOR")
    else:
        SupportGroup.objects.update(status=GroupStatus.PAUSED)

    assert tell_asks(now=before(meeting, hours=1)) == 0


def test_a_second_look_costs_the_same_for_one_meeting_and_for_ten(
    circle, meeting, django_assert_max_num_queries
):
    now = before(meeting, hours=1)
    tell_asks(now=now)
    with django_assert_max_num_queries(6):
        assert tell_asks(now=now) == 0

    for _ in range(3):
        another = make_circle(agency=circle.agency, head=circle.head)
        plan_series(another, starts_on=FRIDAY, at=time(10, 0), meetings=1)
    tell_asks(now=now)
    with django_assert_max_num_queries(6):
        assert tell_asks(now=now) == 0


def test_heads_are_those_of_the_agency(circle, meeting):
    other = make_circle()
    assert RoleGrant.objects.filter(role=Role.HEAD).count() == 2

    tell_asks(now=before(meeting, hours=2))

    assert not told(other.head, now=before(meeting, hours=2))
