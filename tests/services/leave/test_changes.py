"""Cancelling, coming back earlier, extending, changing, and annual leave instead."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal.leave.choices import (
    Action,
    Certificate,
    ConsiderationState,
    DecisionState,
    Issuer,
    Mode,
    Opinion,
    Outcome,
    Part,
    PlanState,
    Reason,
    Refusal,
    State,
    Verdict,
    WayForward,
)
from portal.leave.models import (
    Attestation,
    Consideration,
    Decision,
    Evidence,
    LeaveDay,
    LeaveRequest,
    LeaveType,
    LedgerEntry,
    ReturnPlan,
)
from portal.leave.selectors.preview import preview
from portal.leave.services import changes, ledger, requests
from portal.leave.services.considerations import consider
from portal.leave.services.decisions import Ruling, decide, sign_now
from portal.leave.services.desk import LeaveRefused, employee_locked, step
from portal.leave.services.details import Details, open_details
from portal.leave.services.ledger import consume
from portal.people.choices import Employment
from tests.factories import NOW
from tests.services.leave.asks import DEC_1, TODAY, ask_for, left, send
from tests.support.leave import open_room

DEC_2, DEC_3, DEC_4, DEC_7, DEC_8 = (date(2026, 12, day) for day in (2, 3, 4, 7, 8))


def row_of(request_id) -> LeaveRequest:
    return LeaveRequest.objects.get(pk=request_id)


def refusal(call, *args, **more) -> Refusal:
    with pytest.raises(LeaveRefused) as caught:
        call(*args, **more)
    return caught.value.reason


def claimed(request_id, *, active=True) -> list[date]:
    rows = LeaveDay.objects.filter(request=request_id, active=active)
    return sorted(rows.values_list("day", flat=True))


def counted(row):
    from portal.leave.rules.counting import CountedDay

    return [
        CountedDay(one.day, one.slots.lower, one.slots.upper, one.quantity, one.day.year)
        for one in LeaveDay.objects.filter(request=row, active=True).order_by("day")
    ]


def grant(request_id) -> LeaveRequest:
    """Sign a grant as the desk does: days over, then taken."""
    row = row_of(request_id)
    with employee_locked(employee_id=row.employee_id):
        LeaveRequest.objects.filter(pk=row.pk).update(state=State.DECISION)
        row.refresh_from_db()
        changes.take_over_days(row, now=NOW)
        step(row, Action.GRANT, to=State.GRANTED, role="OFFICIAL", now=NOW)
        consume(row, counted(row), now=NOW)
    return row


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


# --- extending


def sick(room, first, last, **more):
    return send(room, first, last, Certificate.LATER, **more)


@pytest.mark.parametrize("linked", [True, False])
def test_an_extension_keeps_one_episode(db, linked):
    room = open_room(employment=Employment.PPPK)
    first = sick(room, TODAY, TODAY + timedelta(days=10))  # eleven days, until a Thursday
    more = {"continues": first} if linked else {}
    ask = ask_for(date(2026, 12, 4), date(2026, 12, 7), Certificate.LATER, **more)
    shown = preview(actor=room.asker, ask=ask, now=NOW)
    assert shown.evidence == (str(Issuer.GOVERNMENT.label),)
    row = row_of(requests.submit_leave_request(actor=room.asker, ask=ask, now=NOW))
    assert row.continues_id == (first if linked else None)


def test_after_a_worked_day_a_new_episode_starts(db):
    room = open_room(employment=Employment.PPPK)
    first = sick(room, TODAY, TODAY + timedelta(days=9))  # until a Wednesday
    ask = ask_for(date(2026, 12, 4), date(2026, 12, 7), Certificate.LATER, continues=first)
    shown = preview(actor=room.asker, ask=ask, now=NOW)
    assert shown.evidence == (str(Issuer.DOCTOR.label), str(Issuer.GOVERNMENT.label))
    row = row_of(requests.submit_leave_request(actor=room.asker, ask=ask, now=NOW))
    assert row.continues_id is None


def test_a_weekend_in_between_does_not_break_an_episode(db):
    room = open_room(employment=Employment.PPPK)
    first = sick(room, TODAY, TODAY + timedelta(days=11))  # until Friday 4 December
    ask = ask_for(DEC_7, DEC_7, Certificate.LATER, continues=first)
    shown = preview(actor=room.asker, ask=ask, now=NOW)
    assert shown.evidence == (str(Issuer.GOVERNMENT.label),)
    assert row_of(
        requests.submit_leave_request(actor=room.asker, ask=ask, now=NOW)
    ).continues_id == first  # fmt: skip


def test_a_withdrawn_case_belongs_to_no_episode(db):
    room = open_room(employment=Employment.PPPK)
    first = sick(room, TODAY, TODAY + timedelta(days=11))
    requests.withdraw(actor=room.asker, request_id=first, version=1, now=NOW)
    ask = ask_for(DEC_7, DEC_7, Certificate.LATER)
    assert len(preview(actor=room.asker, ask=ask, now=NOW).evidence) == 2


# --- annual leave instead


def test_without_a_certificate_the_days_become_annual_leave(room):
    details = Details(address="Jalan Melati 3", leave_out_manager=True)
    old = sick(room, TODAY, DEC_4, details=details, words="lelah")
    late = NOW + timedelta(days=30)
    LeaveRequest.objects.filter(pk=old).update(state=State.EVIDENCE_OVERDUE)
    deed = {"actor": room.asker, "request_id": old, "version": 1, "now": late}
    new = changes.to_annual(**deed)
    row = row_of(new)
    assert row_of(old).state == State.WITHDRAWN
    assert (row.leave_type.code, row.certificate, row.days) == ("CT-PNS", "NONE", 10)
    assert (row.first_day, row.last_day) == (TODAY, DEC_4)
    assert row.supersedes_id is None
    assert row.continues_id is None
    assert open_details(row) == details
    assert left(room) == 2
    assert not Evidence.objects.filter(dossier__request=new).exists()
    assert changes.to_annual(**deed) == new


def test_the_superior_is_not_asked_twice_about_the_same_dates(room):
    old = sick(room, TODAY, DEC_4)
    asked = Consideration.objects.get(request=old)
    new = changes.to_annual(actor=room.asker, request_id=old, version=1, now=NOW)
    moved = Consideration.objects.get()
    assert (moved.pk, moved.request_id, moved.state) == (
        asked.pk, new, ConsiderationState.OPEN,
    )  # fmt: skip
    assert row_of(new).state == State.CONSIDERATION


def test_an_answer_goes_over_and_the_decision_is_next(room):
    old = sick(room, TODAY, DEC_4)
    asked = Consideration.objects.get(request=old)
    consider(actor=room.superior, consideration_id=asked.pk, opinion=Opinion.AGREED, now=NOW)
    version = row_of(old).version
    new = changes.to_annual(actor=room.asker, request_id=old, version=version, now=NOW)
    assert row_of(new).state == State.DECISION
    assert Consideration.objects.count() == 1


def test_too_few_days_leave_the_request_as_it_is(room):
    send(room, date(2026, 12, 14), date(2026, 12, 23))
    old = sick(room, TODAY, DEC_4)
    deed = {"actor": room.asker, "request_id": old, "version": 1, "now": NOW}
    assert refusal(changes.to_annual, **deed) == Refusal.NOT_ENOUGH_DAYS
    assert row_of(old).state == State.EVIDENCE_DUE
    assert claimed(old)
    assert Consideration.objects.get(request=old).state == ConsiderationState.OPEN


def test_annual_leave_and_a_certificate_under_review_are_not_converted(room):
    annual, under_review = send(room, DEC_1), sick(room, DEC_3, DEC_4)
    LeaveRequest.objects.filter(pk=under_review).update(state=State.EVIDENCE_REVIEW)
    for request_id in (annual, under_review):
        deed = {"actor": room.asker, "request_id": request_id, "version": 1, "now": NOW}
        assert refusal(changes.to_annual, **deed) == Refusal.NOT_NOW


# --- sending again


def returned(room, request_id) -> LeaveRequest:
    LeaveRequest.objects.filter(pk=request_id).update(state=State.RETURNED)
    Consideration.objects.filter(request=request_id).update(
        state=ConsiderationState.GIVEN, opinion=Opinion.AGREED
    )
    return row_of(request_id)


def test_a_returned_request_is_sent_again_with_other_days(room):
    request_id = send(room, DEC_1, DEC_4)
    row = returned(room, request_id)
    ask = ask_for(DEC_3, DEC_8)
    shown = preview(actor=room.asker, ask=ask, again=request_id, now=NOW)
    assert (shown.refusal, shown.days, shown.left_after) == (None, 4, 8)
    for _time in range(2):
        requests.resubmit(
            actor=room.asker, request_id=request_id, ask=ask, version=row.version, now=NOW
        )
    row = row_of(request_id)
    assert (row.state, row.round, row.rev) == (State.CONSIDERATION, 2, 1)
    assert claimed(request_id) == [DEC_3, DEC_4, DEC_7, DEC_8]
    assert left(room) == 8
    asked = Consideration.objects.get(request=row, state=ConsiderationState.OPEN)
    assert asked.round == 2


def test_a_returned_request_may_become_another_kind(room):
    row = returned(room, send(room, DEC_1, DEC_4))
    requests.resubmit(
        actor=room.asker, request_id=row.pk, version=row.version, now=NOW,
        ask=ask_for(DEC_1, DEC_4, Certificate.LATER),
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.leave_type.code, row.state) == ("CS", State.EVIDENCE_DUE)
    assert left(room) == 12


def attest(room, request_id, first, last):
    return Attestation.objects.create(
        request_id=request_id, reviewer_id=room.reviewer.user_id, verdict=Verdict.ENOUGH,
        covers_from=first, covers_until=last, issuer=Issuer.DOCTOR, on_day=TODAY,
    )  # fmt: skip


def again(room, row, first, last):
    requests.resubmit(
        actor=room.asker, request_id=row.pk, version=row.version, now=NOW,
        ask=ask_for(first, last, Certificate.LATER),
    )  # fmt: skip
    row.refresh_from_db()
    return row


def test_a_verdict_that_covers_what_is_asked_now_still_counts(room):
    row = returned(room, sick(room, DEC_1, DEC_8))
    verdict = attest(room, row.pk, DEC_1, DEC_4)
    assert again(room, row, DEC_1, DEC_4).state == State.CONSIDERATION
    verdict.refresh_from_db()
    assert verdict.stands


def test_a_verdict_that_covers_less_counts_no_longer(room):
    row = returned(room, sick(room, DEC_1, DEC_8))
    verdict = attest(room, row.pk, DEC_1, DEC_4)
    row = again(room, row, DEC_1, DEC_8)
    assert row.state == State.EVIDENCE_DUE
    assert row.evidence_due_on >= TODAY + timedelta(days=3)
    verdict.refresh_from_db()
    assert not verdict.stands


def test_only_what_came_back_is_sent_again(room):
    request_id = send(room, DEC_1, DEC_4)
    call = {"actor": room.asker, "request_id": request_id, "now": NOW, "ask": ask_for(DEC_3)}
    assert refusal(requests.resubmit, **call, version=1) == Refusal.NOT_NOW
    assert refusal(requests.resubmit, **call, version=7) == Refusal.STALE
    returned(room, request_id)
    call["ask"] = ask_for(date(2026, 12, 5))
    assert refusal(requests.resubmit, **call, version=1) == Refusal.NO_DAYS
    assert claimed(request_id) == [DEC_1, DEC_2, DEC_3, DEC_4]
    assert left(room) == 8


def test_a_change_that_came_back_stays_a_change(room):
    old = send(room, DEC_1, DEC_3)
    grant(old)
    row = returned(room, send(room, DEC_2, DEC_4, supersedes=old))
    requests.resubmit(
        actor=room.asker, request_id=row.pk, version=row.version, now=NOW,
        ask=ask_for(DEC_3, DEC_7),
    )  # fmt: skip
    row.refresh_from_db()
    assert row.supersedes_id == old
    assert (claimed(row.pk), claimed(row.pk, active=False)) == ([DEC_4, DEC_7], [DEC_3])
    assert left(room) == 7
    grant(row.pk)
    assert left(room) == 9


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


def test_an_attestation_desk_has_no_annual_leave_to_offer(db):
    room = open_room(mode=Mode.ATTESTATION)
    old = sick(room, TODAY, DEC_4)
    deed = {"actor": room.asker, "request_id": old, "version": 1, "now": NOW}
    assert refusal(changes.to_annual, **deed) == Refusal.ROOM_CLOSED
    assert row_of(old).state == State.EVIDENCE_DUE
