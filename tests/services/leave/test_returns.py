"""Coming back in stages: agreed by three, and it never says why."""

from dataclasses import replace
from datetime import date, timedelta

import pypdfium2
import pytest
from django.http import Http404
from django.utils.translation import override

from portal.leave.choices import (
    EMPLOYEE,
    MANAGER,
    REVIEWER,
    PatternKind,
    Place,
    PlanState,
    Refusal,
    Restriction,
    State,
)
from portal.leave.models import LeaveRequest, ReturnPlan, WorkPattern
from portal.leave.rules.returns import PlanDraft, StageDraft, refuse_plan
from portal.leave.selectors.returns import (
    get_managed_plan,
    get_own_plan,
    get_reviewed_plan,
    list_plans_to_review,
    own_plan_pdf,
)
from portal.leave.services import returns
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.weeks import set_week
from portal.notifications.models import Notification
from portal.people.models import User
from tests.support.leave import open_room
from tests.support.leave_team import NOW, send

pytestmark = pytest.mark.django_db(transaction=True)

ENDS = date(2026, 12, 16)
FIRST = ENDS + timedelta(days=1)
DRAFT = PlanDraft(
    stages=(
        StageDraft(FIRST, FIRST + timedelta(days=6), 50, Place.HOME),
        StageDraft(FIRST + timedelta(days=7), FIRST + timedelta(days=13), 80),
    ),
    restrictions=(Restriction.NO_STANDBY, Restriction.ONE_TASK),
    review_days=(FIRST + timedelta(days=7),),
)


@pytest.fixture
def room():
    return open_room()


@pytest.fixture
def granted(room):
    row = send(room)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.GRANTED)
    return row


def propose(room, row, draft=DRAFT):
    return returns.propose_plan(actor=room.asker, request_id=row.pk, draft=draft, now=NOW)


def agree(actor, plan_id, role, version=1):
    returns.agree_plan(actor=actor, plan_id=plan_id, role=role, version=version, now=NOW)


def test_three_agreements_make_a_plan(room, granted):
    plan_id = propose(room, granted)
    agree(room.superior, plan_id, MANAGER)
    assert ReturnPlan.objects.get().state == PlanState.PROPOSED
    agree(room.reviewer, plan_id, REVIEWER)
    page = get_own_plan(actor=room.asker, request_id=granted.pk)
    assert page.state == PlanState.AGREED
    assert [row.agreed_on is not None for row in page.agreements] == [True, True, True]
    assert [stage.percent for stage in page.stages] == [50, 80]


def test_the_database_knows_no_plan_agreed_by_two(room, granted):
    from django.db import IntegrityError, transaction

    plan_id = propose(room, granted)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReturnPlan.objects.filter(pk=plan_id).update(state=PlanState.AGREED)


def test_another_proposal_asks_everybody_anew(room, granted):
    plan_id = propose(room, granted)
    agree(room.reviewer, plan_id, REVIEWER)
    other = replace(DRAFT, stages=(replace(DRAFT.stages[0], percent=60),), restrictions=())
    other = replace(other, review_days=())
    returns.propose_otherwise(
        actor=room.superior, plan_id=plan_id, draft=other, role=MANAGER, version=1, now=NOW
    )
    plan = ReturnPlan.objects.get()
    assert (plan.version, plan.manager_agreed_on is not None) == (2, True)
    assert (plan.employee_agreed_on, plan.reviewer_agreed_on) == (None, None)
    # What helps is the reviewer's to say: a superior does not take it away.
    assert plan.restrictions == [Restriction.NO_STANDBY, Restriction.ONE_TASK]
    with pytest.raises(LeaveRefused, match=Refusal.STALE):
        agree(room.reviewer, plan_id, REVIEWER, version=1)


def test_a_superior_who_was_left_out_is_not_asked(room):
    row = send(room, leave_out_manager=True)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.GRANTED)
    plan_id = propose(room, row)
    assert ReturnPlan.objects.get().manager_id == room.director.pk
    with pytest.raises(Http404):
        get_managed_plan(actor=room.superior, plan_id=plan_id)
    assert get_managed_plan(actor=room.chief, plan_id=plan_id).id == plan_id


def test_nobody_else_finds_it(room, granted):
    plan_id = propose(room, granted)
    stranger = open_room()
    for actor in (stranger.superior, room.hr, room.official, room.asker):
        with pytest.raises(Http404):
            get_managed_plan(actor=actor, plan_id=plan_id)
    for actor in (stranger.reviewer, room.superior, room.hr):
        with pytest.raises(Http404):
            get_reviewed_plan(actor=actor, plan_id=plan_id, now=NOW)
    with pytest.raises(Http404):
        get_own_plan(actor=room.superior, request_id=granted.pk)
    with pytest.raises(Http404):
        agree(room.hr, plan_id, "HR")


def test_only_from_granted_leave(room):
    row = send(room)
    with pytest.raises(Http404):
        propose(room, row)


@pytest.mark.parametrize(
    ("stages", "refusal"),
    [
        ((), Refusal.PLAN_DATES),
        ((StageDraft(ENDS, ENDS + timedelta(days=6), 50),), Refusal.PLAN_DATES),
        ((StageDraft(FIRST, FIRST - timedelta(days=1), 50),), Refusal.PLAN_DATES),
        (
            (
                StageDraft(FIRST, FIRST + timedelta(days=6), 50),
                StageDraft(FIRST + timedelta(days=8), FIRST + timedelta(days=9), 80),
            ),
            Refusal.PLAN_DATES,
        ),
        ((StageDraft(FIRST, FIRST + timedelta(days=56), 50),), Refusal.PLAN_TOO_LONG),
        (
            (StageDraft(FIRST + timedelta(days=60), FIRST + timedelta(days=65), 50),),
            Refusal.PLAN_DATES,
        ),
        ((StageDraft(FIRST, FIRST + timedelta(days=55), 50),), None),
    ],
)
def test_what_a_plan_may_look_like(stages, refusal):
    assert refuse_plan(PlanDraft(stages=stages), leave_ends=ENDS) == refusal


def test_the_other_two_are_told_and_whoever_acted_is_not(room, granted):
    Notification.objects.all().delete()
    plan_id = propose(room, granted)
    names = sorted(Notification.objects.values_list("notice", flat=True))
    assert names == ["cuti.m_plan", "cuti.r_plan", "cuti.r_plan"]
    agree(room.superior, plan_id, MANAGER)
    assert Notification.objects.count() == 3
    agree(room.reviewer, plan_id, REVIEWER)
    # Now it holds: that is news to the three of them, the superior too.
    assert Notification.objects.filter(notice="cuti.return_plan").count() == 1
    assert Notification.objects.filter(notice="cuti.m_plan").count() == 1


def test_it_ends_after_its_last_day_and_once(room, granted):
    propose(room, granted)
    last = DRAFT.stages[-1].last_day
    before, after = NOW + (last - NOW.date()), NOW + (last - NOW.date()) + timedelta(days=1)
    assert returns.end_finished_plans(now=before) == 0
    assert returns.end_finished_plans(now=after) == 1
    assert returns.end_finished_plans(now=after) == 0


def test_any_of_the_three_ends_it_and_a_new_one_can_begin(room, granted):
    plan_id = propose(room, granted)
    returns.end_plan(actor=room.superior, plan_id=plan_id, role=MANAGER, now=NOW)
    assert not get_own_plan(actor=room.asker, request_id=granted.pk).is_running
    assert propose(room, granted) != plan_id
    assert get_own_plan(actor=room.asker, request_id=granted.pk).is_running
    returns.end_plan(
        actor=room.asker,
        plan_id=ReturnPlan.objects.get(ended_on=None).pk,
        role=EMPLOYEE,
        now=NOW,
    )


def test_the_reviewer_has_a_list_of_what_waits(room, granted):
    plan_id = propose(room, granted)
    rows = list_plans_to_review(actor=room.reviewer, now=NOW)
    assert [row.id for row in rows] == [plan_id]
    agree(room.reviewer, plan_id, REVIEWER)
    assert list_plans_to_review(actor=room.reviewer, now=NOW) == []


def test_the_paper_names_work_and_no_reviewer(room, granted):
    plan_id = propose(room, granted)
    with pytest.raises(Http404):
        own_plan_pdf(actor=room.asker, request_id=granted.pk)
    agree(room.superior, plan_id, MANAGER)
    agree(room.reviewer, plan_id, REVIEWER)
    with pytest.raises(Http404):
        own_plan_pdf(actor=room.superior, request_id=granted.pk)
    pdf = pypdfium2.PdfDocument(own_plan_pdf(actor=room.asker, request_id=granted.pk))
    text = "".join(pdf[number].get_textpage().get_text_range() for number in range(len(pdf)))
    assert room.employee.user.full_name in text
    assert "50" in text
    assert User.objects.get(pk=room.reviewer.user_id).full_name not in text


def test_a_plan_is_suggested_from_the_next_working_day(room):
    row = send(room, first=date(2026, 12, 14), last=date(2026, 12, 18))
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.GRANTED)
    page = get_own_plan(actor=room.asker, request_id=row.pk)
    assert page.earliest == date(2026, 12, 21)


def stages_of(page):
    return [(stage.percent, stage.daily_label) for stage in page.stages]


def test_all_three_and_the_paper_say_a_stage_in_hours_of_her_own_day(room, granted):
    half_way = DRAFT.stages[1].first_day + timedelta(days=4)
    set_week(
        actor=room.hr,
        unit_id=None,
        employee_id=None,
        kind=PatternKind.RAMADAN,
        days=range(1, 6),
        weekly_minutes=1950,
        valid_from=half_way,
        valid_until=half_way + timedelta(days=29),
        legal_basis="",
        now=NOW,
    )
    plan_id = propose(room, granted)
    with override("en"):
        seen = [
            get_own_plan(actor=room.asker, request_id=granted.pk),
            get_managed_plan(actor=room.superior, plan_id=plan_id),
            get_reviewed_plan(actor=room.reviewer, plan_id=plan_id, now=NOW),
        ]
        agree(room.superior, plan_id, MANAGER)
        agree(room.reviewer, plan_id, REVIEWER)
        pdf = pypdfium2.PdfDocument(own_plan_pdf(actor=room.asker, request_id=granted.pk))
    text = "".join(page.get_textpage().get_text_range() for page in pdf)

    expected = [(50, "3 h 45 min a day"), (80, "5 h 12 min to 6 h a day")]
    assert [stages_of(page) for page in seen] == [expected] * 3
    assert "50%,3h45minaday" in "".join(text.split())


def test_where_no_week_is_entered_the_share_stands_alone(room, granted):
    propose(room, granted)
    WorkPattern.objects.all().delete()

    page = get_own_plan(actor=room.asker, request_id=granted.pk)

    assert stages_of(page) == [(50, ""), (80, "")]
