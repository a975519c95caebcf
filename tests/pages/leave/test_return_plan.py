"""The page of a way back in stages, as each of the three sees it."""

import pytest
from django.conf import settings

from portal.leave.choices import State
from portal.leave.models import LeaveRequest
from portal.leave.rules.returns import PlanDraft, StageDraft
from portal.leave.services.returns import propose_plan
from portal.people.models import User
from tests.factories import NOW
from tests.pages.counselling.conftest import sign_in, text_of
from tests.support.leave_team import send


@pytest.mark.parametrize("part", ["employee", "manager", "reviewer"])
def test_a_stage_says_its_share_and_what_it_is_in_hours(room, part):
    row = send(room)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.GRANTED)
    stage = StageDraft(row.last_day.replace(day=17), row.last_day.replace(day=23), 50)
    plan_id = propose_plan(
        actor=room.asker, request_id=row.pk, draft=PlanDraft(stages=(stage,)), now=NOW
    )
    who, path = {
        "employee": (room.asker, f"/cuti/{row.pk}/kembali/"),
        "manager": (room.superior, f"/t/rencana/{plan_id}/"),
        "reviewer": (room.reviewer, f"/m/rencana/{plan_id}/"),
    }[part]
    browser = sign_in(User.objects.get(pk=who.user_id))
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    said = text_of(browser.get(path))

    assert "50 % 3 h 45 min a day" in said
