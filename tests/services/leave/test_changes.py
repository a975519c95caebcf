"""Cancelling, coming back earlier, and changing leave that was granted."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal.leave.choices import (
    DecisionState,
    Outcome,
    Part,
    PlanState,
    Reason,
    Refusal,
    State,
    WayForward,
)
from portal.leave.models import (
    Decision,
    LeaveDay,
    LeaveRequest,
    LeaveType,
    LedgerEntry,
    ReturnPlan,
)
from portal.leave.selectors.preview import preview
from portal.leave.services import changes, ledger, requests
from portal.leave.services.decisions import Ruling, decide, sign_now
from portal.leave.services.desk import LeaveRefused, employee_locked
from tests.factories import NOW
from tests.services.leave.asks import (
    DEC_1,
    DEC_2,
    DEC_3,
    DEC_4,
    DEC_7,
    DEC_8,
    TODAY,
    ask_for,
    claimed,
    grant,
    left,
    refusal,
    row_of,
    send,
)

# --- cancelling and coming back earlier


def test_cancelling_is_asked_for_and_the_leave_stands(room):
    request_id = send(room, DEC_1, DEC_4)
    version = grant(request_id).version
    changes.ask_cancel(actor=room.asker, request_id=request_id, version=version, now=NOW)
    assert row_of(request_id).state == State.CANCEL_REQUESTED
    assert claimed(request_id) == [DEC_1, DEC_2, DEC_3, DEC_4]
    assert left(room) == 8


def test_leave_that_has_begun_is_ended_earlier_not_cancelled(room):
    request_id = send(room, DEC_1, DEC_4)
    version = grant(request_id).version
    begun = {"actor": room.asker, "request_id": request_id, "version": version,
             "now": NOW + timedelta(days=9)}  # fmt: skip
    assert refusal(changes.ask_cancel, **begun) == Refusal.NOT_NOW
    changes.ask_early_return(**begun, last_day=DEC_2)
    row = row_of(request_id)
    assert (row.state, row.wanted_last_day) == (State.EARLY_RETURN_REQUESTED, DEC_2)


def test_an_earlier_return_lies_within_the_leave(room):
    request_id = send(room, DEC_1, DEC_4)
    version = grant(request_id).version
    deed = {"actor": room.asker, "request_id": request_id, "version": version, "now": NOW}
    early = changes.ask_early_return
    assert refusal(early, **deed, last_day=DEC_4) == Refusal.NOT_EARLIER
    assert refusal(early, **deed, last_day=TODAY) == Refusal.ENDS_BEFORE_START
    deed["now"] = NOW + timedelta(days=20)
    assert refusal(early, **deed, last_day=DEC_2) == Refusal.NOT_NOW


def test_undecided_leave_is_withdrawn_not_cancelled(room):
    request_id = send(room, DEC_1, DEC_4)
    deed = {"actor": room.asker, "request_id": request_id, "version": 1, "now": NOW}
    assert refusal(changes.ask_cancel, **deed) == Refusal.NOT_NOW
    assert refusal(changes.ask_early_return, **deed, last_day=DEC_2) == Refusal.NOT_NOW


def test_a_stale_page_changes_nothing(room):
    request_id = send(room, DEC_1, DEC_4)
    version = grant(request_id).version
    deed = {"actor": room.asker, "request_id": request_id, "version": version - 1, "now": NOW}
    assert refusal(changes.ask_cancel, **deed) == Refusal.STALE
    assert refusal(changes.ask_early_return, **deed, last_day=DEC_2) == Refusal.STALE


# --- changing granted leave


def test_what_was_granted_stays_until_the_change_is_granted(room):
    old = send(room, DEC_1, DEC_3)
    grant(old)
    assert left(room) == 9
    new = send(room, DEC_2, DEC_4, supersedes=old)
    assert left(room) == 8  # the fourth alone is new
    assert (claimed(old), row_of(old).state) == ([DEC_1, DEC_2, DEC_3], State.GRANTED)
    assert (claimed(new), claimed(new, active=False)) == ([DEC_4], [DEC_2, DEC_3])

    grant(new)
    assert row_of(old).state == State.SUPERSEDED
    assert row_of(old).closed_on == TODAY
    assert (claimed(old), claimed(new)) == ([], [DEC_2, DEC_3, DEC_4])
    assert left(room) == 9


def test_a_change_gives_back_what_the_old_one_took_and_takes_its_own(room):
    old = send(room, DEC_1, DEC_8)
    grant(old)
    assert left(room) == 6
    ask = ask_for(DEC_7, DEC_8, supersedes=old)
    shown = preview(actor=room.asker, ask=ask, now=NOW)
    assert (shown.days, shown.left_after) == (2, 10)
    new = requests.submit_leave_request(actor=room.asker, ask=ask, now=NOW)
    assert left(room) == 6
    grant(new)
    assert left(room) == 10


def test_a_change_fits_although_both_together_would_not(room):
    old = send(room, DEC_1, date(2026, 12, 11))  # nine days
    grant(old)
    new = send(room, DEC_3, date(2026, 12, 16), supersedes=old)  # ten, three of them new
    assert left(room) == 0
    grant(new)
    assert left(room) == 2


def test_a_change_beyond_what_is_left_is_refused(room):
    old = send(room, DEC_1, date(2026, 12, 11))
    grant(old)
    assert refusal(
        send, room, DEC_3, date(2026, 12, 18), supersedes=old
    ) == Refusal.NOT_ENOUGH_DAYS  # fmt: skip


def test_a_withdrawn_change_leaves_everything_as_it_was(room):
    old = send(room, DEC_1, DEC_3)
    grant(old)
    new = send(room, DEC_2, DEC_4, supersedes=old)
    requests.withdraw(actor=room.asker, request_id=new, version=1, now=NOW)
    assert (claimed(old), left(room)) == ([DEC_1, DEC_2, DEC_3], 9)
    send(room, DEC_2, DEC_4, supersedes=old)


def test_one_change_at_a_time(room):
    old = send(room, DEC_1, DEC_3)
    version = grant(old).version
    new = send(room, DEC_2, DEC_4, supersedes=old)
    assert refusal(send, room, DEC_7, supersedes=old) == Refusal.IN_FLIGHT
    deed = {"actor": room.asker, "request_id": old, "version": version, "now": NOW}
    assert refusal(changes.ask_cancel, **deed) == Refusal.IN_FLIGHT
    assert refusal(changes.ask_early_return, **deed, last_day=DEC_2) == Refusal.IN_FLIGHT
    other = send(room, DEC_8)
    with pytest.raises(IntegrityError, match="one_change_in_flight"), transaction.atomic():
        LeaveRequest.objects.filter(pk=other).update(supersedes=old)
    assert row_of(new).supersedes_id == old


def test_the_constraint_has_the_last_word_about_changes(room, monkeypatch):
    old = send(room, DEC_1, DEC_3)
    grant(old)
    send(room, DEC_2, DEC_4, supersedes=old)
    monkeypatch.setattr("portal.leave.selectors.asking._in_flight", lambda _others: False)
    assert refusal(send, room, DEC_7, supersedes=old) == Refusal.IN_FLIGHT


def test_leave_that_began_or_is_not_granted_is_not_changed(room):
    old = send(room, DEC_1, DEC_3)
    assert refusal(send, room, DEC_4, supersedes=old) == Refusal.NOT_NOW
    grant(old)
    begun = NOW + timedelta(days=9)
    assert refusal(send, room, DEC_4, supersedes=old, now=begun) == Refusal.NOT_NOW


def test_half_days_stand_beside_each_other_in_a_change(room):
    LeaveType.objects.filter(code="CT-PNS").update(half_days=True)
    old = send(room, DEC_1, part=Part.MORNING)
    grant(old)
    new = send(room, DEC_1, supersedes=old)
    assert left(room) == 11  # the afternoon alone is new
    taken = LeaveDay.objects.filter(request=new).values_list("slots", "quantity", "active")
    assert sorted((s.lower, s.upper, q, a) for s, q, a in taken) == [
        (1, 2, Decimal("0.5"), False),
        (2, 3, Decimal("0.5"), True),
    ]
    assert refusal(send, room, DEC_1, part=Part.AFTERNOON) == Refusal.OVERLAP
    grant(new)
    assert left(room) == 11


def test_a_change_that_comes_too_late_is_not_signed(room):
    old = send(room, DEC_1, DEC_3)
    grant(old)
    new = row_of(send(room, DEC_7, supersedes=old))
    with pytest.raises(LeaveRefused) as caught, employee_locked(employee_id=new.employee_id):
        changes.take_over_days(new, now=NOW + timedelta(days=9))
    assert caught.value.reason == Refusal.NOT_NOW
    assert (claimed(old), row_of(old).state) == ([DEC_1, DEC_2, DEC_3], State.GRANTED)


def test_a_change_of_leave_that_ended_otherwise_takes_nothing_from_it(room):
    old = send(room, DEC_1, DEC_3)
    grant(old)
    new = send(room, DEC_2, DEC_4, supersedes=old)
    with employee_locked(employee_id=room.employee.pk):
        ledger.give_back(row_of(old), [DEC_2, DEC_3], now=NOW)
        LeaveDay.objects.filter(request=old, day__gte=DEC_2).update(active=False)
        LeaveRequest.objects.filter(pk=old).update(state=State.RECALLED)
    grant(new)
    assert row_of(old).state == State.RECALLED
    assert (claimed(old), claimed(new)) == ([DEC_1], [DEC_2, DEC_3, DEC_4])
    assert left(room) == 8


def test_days_taken_by_another_leave_meanwhile_are_not_signed_over(room):
    old = send(room, DEC_1, DEC_3)
    grant(old)
    new = send(room, DEC_2, DEC_4, supersedes=old)
    LeaveRequest.objects.filter(pk=old).update(state=State.RECALLED)
    LeaveDay.objects.filter(request=old).update(active=False)
    send(room, DEC_2)
    with pytest.raises(LeaveRefused) as caught:
        grant(new)
    assert caught.value.reason == Refusal.OVERLAP


def test_the_phased_return_of_what_is_replaced_ends(room):
    old = send(room, DEC_1, DEC_3)
    grant(old)
    plan = ReturnPlan.objects.create(
        request_id=old, proposed_by_id=room.asker.user_id, manager=room.manager
    )
    grant(send(room, DEC_2, supersedes=old))
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == (PlanState.ENDED, TODAY)


def test_what_changes_nothing_is_left_alone(room):
    row = row_of(send(room, DEC_1))
    with employee_locked(employee_id=row.employee_id):
        changes.take_over_days(row, now=NOW)
    assert claimed(row.pk) == [DEC_1]


def test_withdrawing_undoes_a_decision_that_is_not_signed(room):
    request_id = send(room, DEC_1)
    row = row_of(request_id)
    decision = Decision.objects.create(
        request=row, round=1, outcome=Outcome.GRANT, first_day=DEC_1, last_day=DEC_1,
        decided_by_id=room.official.user_id, decided_at=NOW, final_at=NOW,
    )  # fmt: skip
    requests.withdraw(actor=room.asker, request_id=request_id, version=1, now=NOW)
    decision.refresh_from_db()
    assert decision.state == DecisionState.UNDONE
    assert LedgerEntry.objects.filter(request=row, kind="RELEASE").exists()


# --- the whole way


def test_a_change_goes_the_whole_way_through_the_desk(room):
    def signed(request_id, first, last, outcome=Outcome.GRANT, **more):
        LeaveRequest.objects.filter(pk=request_id).update(state=State.DECISION)
        decision_id = decide(
            actor=room.official, request_id=request_id, version=row_of(request_id).version,
            ruling=Ruling(outcome=outcome, first_day=first, last_day=last, **more), now=NOW,
        )  # fmt: skip
        sign_now(actor=room.official, decision_id=decision_id, now=NOW)

    old = send(room, DEC_1, DEC_3)
    signed(old, DEC_1, DEC_3)
    assert left(room) == 9
    new = send(room, DEC_2, DEC_8, supersedes=old)
    assert left(room) == 6
    signed(
        new, DEC_2, DEC_4, Outcome.AMEND, reason=Reason.UNIT_FULL,
        ways_forward=[WayForward.OTHER_DATES],
    )  # fmt: skip
    assert (row_of(old).state, row_of(new).state) == (State.SUPERSEDED, State.GRANTED_AMENDED)
    assert (claimed(old), claimed(new)) == ([], [DEC_2, DEC_3, DEC_4])
    assert left(room) == 9
    send(room, DEC_1)
