"""When an account is closed, what she had under way ends quietly; what was granted stays."""

from datetime import date, timedelta

import pytest

from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.leave.choices import (
    ConsiderationState,
    DecisionState,
    FeedKind,
    PlanState,
    Refusal,
    State,
)
from portal.leave.models import (
    CalendarAddress,
    CaseEvent,
    Consideration,
    Decision,
    EvidenceKey,
    LeaveDay,
    LeaveRequest,
    ReturnPlan,
)
from portal.leave.rules.returns import PlanDraft, StageDraft
from portal.leave.services import decisions, departures, returns
from portal.leave.services.calendars import make_address
from portal.leave.services.departures import settle_departed
from portal.leave.services.desk import LeaveRefused, employee_locked
from portal.leave.services.recount import recount
from portal.leave.services.sweeping import tidy
from portal.leave.services.years import check_ledger
from portal.notifications.models import Notification
from portal.people.models import User
from portal.people.services import deactivate_user
from tests.factories import NOW
from tests.support.granted import grant_leave
from tests.support.leave_cases import decide, later, left, read, ready, sent

pytestmark = pytest.mark.django_db(transaction=True)
ENDS = date(2026, 12, 16)


def close(person):
    deactivate_user(actor=None, user_id=person.user_id, now=NOW)


def test_an_undecided_request_is_withdrawn_and_nobody_hears_of_it(room):
    row = sent(room)
    sick = sent(room, code="CS", first=ENDS, last=ENDS)
    close(room.employee)
    before = set(Notification.objects.values_list("pk", flat=True))

    assert [settle_departed(now=NOW) for _again in range(2)] == [2, 0]

    for one in (read(row.pk), read(sick.pk)):
        assert (one.state, one.closed_on) == (State.WITHDRAWN, date(2026, 11, 23))
        assert CaseEvent.objects.filter(request=one).latest("number").role == "HOUSE"
    assert set(Consideration.objects.values_list("state", flat=True)) == {
        ConsiderationState.WITHDRAWN
    }
    assert not LeaveDay.objects.filter(active=True).exists()
    assert left(room) == 12
    assert check_ledger(now=NOW) == []
    assert set(Notification.objects.values_list("pk", flat=True)) <= before


def test_a_decision_that_was_not_signed_comes_to_nothing(room):
    row = ready(room)
    decide(room, row)
    close(room.employee)

    assert tidy(now=NOW) > 0

    assert decisions.sign_due(now=later(20)) == 0
    assert Decision.objects.get().state == DecisionState.UNDONE


def test_addresses_and_plans_end(room):
    row = grant_leave(room, date(2026, 12, 14), ENDS, now=NOW)
    first = ENDS + timedelta(days=1)
    stage = StageDraft(first, first + timedelta(days=6), 50)
    returns.propose_plan(
        actor=room.asker, request_id=row.pk, draft=PlanDraft(stages=(stage,)), now=NOW
    )
    make_address(actor=room.asker, kind=FeedKind.OWN, now=NOW)
    make_address(actor=room.superior, kind=FeedKind.UNDER_ME, now=NOW)
    close(room.employee)
    before = set(Notification.objects.values_list("pk", flat=True))

    assert [settle_departed(now=NOW) for _again in range(2)] == [2, 0]

    assert CalendarAddress.objects.get().owner_id == room.manager.user_id
    plan = ReturnPlan.objects.get()
    assert (plan.state, plan.ended_on) == (PlanState.ENDED, date(2026, 11, 23))
    assert read(row.pk).state == State.GRANTED
    assert set(Notification.objects.values_list("pk", flat=True)) <= before


def test_whoever_has_left_is_told_nothing(room):
    grant_leave(room, date(2026, 12, 14), ENDS, now=NOW)
    close(room.employee)
    Holiday.objects.create(day=ENDS, kind=HolidayKind.PUBLIC, name="Libur")

    assert recount(now=NOW) == 1
    assert Notification.objects.count() == 0


def test_a_superior_or_reviewer_who_has_left_is_passed_over(room):
    close(room.manager)
    User.objects.filter(pk=room.reviewer.user_id).update(is_active=False)
    row = sent(room, code="CS", words="Tidak enak badan")

    readers = set(EvidenceKey.objects.values_list("reviewer", flat=True))
    assert readers == {room.other_reviewer.user_id}
    assert Consideration.objects.get(request=row).asked == room.director
    assert settle_departed(now=NOW) == 0


def test_somebody_whose_leave_is_being_changed_waits_for_the_next_run(room, monkeypatch):
    row = sent(room)
    close(room.employee)

    def taken(*, employee_id):
        raise LeaveRefused(Refusal.BUSY)

    monkeypatch.setattr(departures, "employee_locked", taken)
    assert settle_departed(now=NOW) == 0
    monkeypatch.setattr(departures, "employee_locked", employee_locked)
    assert settle_departed(now=NOW) == 1
    assert LeaveRequest.objects.get(pk=row.pk).state == State.WITHDRAWN
