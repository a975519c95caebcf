"""Deciding: pressed, taken back, signed once; what leaves when."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from portal.audit.models import ClientEvent, StaffEvent
from portal.leave import notices
from portal.leave.choices import DecisionState, EntryKind, Refusal, State
from portal.leave.models import (
    CaseEvent,
    Decision,
    LeaveDay,
    LeaveRequest,
    LedgerEntry,
    Letter,
    LetterSeries,
)
from portal.leave.rules.deciding import UNDO_FOR
from portal.leave.services import decisions
from portal.leave.services.requests import withdraw
from portal.notifications.models import Notification
from tests.factories import NOW, account, make_employee
from tests.support.leave_cases import (
    FIRST,
    LAST,
    decide,
    granted,
    later,
    left,
    read,
    ready,
    refused,
    sent,
    the_decision,
    the_letter,
)

pytestmark = pytest.mark.django_db(transaction=True)


def outside():
    """Count everything that anybody outside the desk could notice."""
    return (
        Letter.objects.count(),
        list(LetterSeries.objects.values_list("last_number", flat=True)),
        Notification.objects.count(),
        CaseEvent.objects.count(),
        LedgerEntry.objects.count(),
        list(LeaveRequest.objects.order_by("id").values_list("state", "version", "rev")),
        list(LeaveDay.objects.order_by("id").values_list("active", flat=True)),
    )


class TestTenMinutes:
    def test_nothing_leaves_before_it_is_signed(self, room):
        row = ready(room)
        before = outside()
        decide(room, row)
        assert outside() == before
        assert decisions.sign_due(now=NOW + UNDO_FOR - timedelta(seconds=1)) == 0
        assert outside() == before

    def test_taken_back_it_leaves_nothing_and_keeps_the_days(self, room):
        row = ready(room)
        before, days = outside(), left(room)
        decision_id = decide(room, row)
        decisions.undo_decision(actor=room.official, decision_id=decision_id, now=later(9))
        decisions.undo_decision(actor=room.official, decision_id=decision_id, now=later(9))
        assert decisions.sign_due(now=later(60)) == 0
        assert outside() == before
        assert left(room) == days == Decimal(9)
        assert the_decision(row).state == DecisionState.UNDONE

    def test_taken_back_it_can_be_decided_again(self, room):
        row = ready(room)
        decision_id = decide(room, row)
        decisions.undo_decision(actor=room.official, decision_id=decision_id, now=later(1))
        decide(room, row, now=later(2))
        assert decisions.sign_due(now=later(12)) == 1
        assert read(row.pk).state == State.GRANTED

    def test_after_ten_minutes_it_cannot_be_taken_back(self, room):
        decision_id = decide(room, ready(room))
        undo = {"actor": room.official, "decision_id": decision_id}
        assert refused(decisions.undo_decision, **undo, now=later(10)) == Refusal.UNDO_OVER
        decisions.sign_due(now=later(10))
        assert refused(decisions.undo_decision, **undo, now=later(1)) == Refusal.UNDO_OVER

    def test_signed_at_once(self, room):
        row = ready(room)
        decision_id = decide(room, row)
        decisions.sign_now(actor=room.official, decision_id=decision_id, now=later(1))
        decisions.sign_now(actor=room.official, decision_id=decision_id, now=later(2))
        assert read(row.pk).state == State.GRANTED
        assert Letter.objects.count() == 1
        assert decisions.sign_due(now=later(60)) == 0

    def test_nobody_else_takes_it_back_or_signs_it(self, room):
        decision_id = decide(room, ready(room))
        for call in (decisions.undo_decision, decisions.sign_now):
            for actor in (room.hr, room.asker, account(make_employee())):
                with pytest.raises(Http404):
                    call(actor=actor, decision_id=decision_id, now=later(1))

    def test_withdrawn_within_the_ten_minutes_it_comes_to_nothing(self, room):
        row = ready(room)
        decide(room, row)
        withdraw(actor=room.asker, request_id=row.pk, version=row.version, now=later(1))
        assert decisions.sign_due(now=later(10)) == 0
        assert read(row.pk).state == State.WITHDRAWN
        assert the_decision(row).state == DecisionState.UNDONE
        assert not Letter.objects.exists()
        assert left(room) == Decimal(12)

    def test_one_that_fails_does_not_stop_the_others(self, room, monkeypatch):
        first = ready(room)
        second = ready(room, first=date(2026, 12, 14), last=date(2026, 12, 15))
        decide(room, first)
        decide(room, second, now=later(1))
        make = decisions.sign_letter

        def fail_once(decision):
            if decision.request_id == first.pk:
                raise RuntimeError
            return make(decision)

        with monkeypatch.context() as patch:
            patch.setattr(decisions, "sign_letter", fail_once)
            assert decisions.sign_due(now=later(30)) == 1
        assert read(first.pk).state == State.DECISION
        assert the_decision(first).state == DecisionState.PENDING
        assert decisions.sign_due(now=later(31)) == 1
        assert {the_letter(first).sequence, the_letter(second).sequence} == {1, 2}


class TestGranted:
    def test_days_are_taken_and_the_letter_is_there(self, room):
        row = granted(room, ready(room))
        assert row.state == State.GRANTED
        kinds = LedgerEntry.objects.filter(request=row).values_list("kind", "quantity")
        assert sorted((kind, quantity) for kind, quantity in kinds) == [
            (EntryKind.CONSUME, Decimal(-1)),
            (EntryKind.CONSUME, Decimal(-1)),
            (EntryKind.CONSUME, Decimal(-1)),
            (EntryKind.RELEASE, Decimal(3)),
            (EntryKind.RESERVE, Decimal(-3)),
        ]
        assert left(room) == Decimal(9)
        assert the_letter(row).number == "1/SIC/2026"

    def test_owner_and_manager_are_told_when_it_is_signed(self, room):
        row = granted(room, ready(room))
        own = Notification.objects.get(notice=notices.DECIDED)
        assert own.subject_id == the_decision(row).pk
        dates = Notification.objects.get(notice=notices.FOR_MANAGER_DATES)
        assert (dates.subject_id, dates.rev) == (row.pk, row.rev)

    def test_the_manager_hears_the_same_of_sick_and_of_annual_leave(self, room):
        other = make_employee("lain", agency=room.agency, unit=room.unit, manager=room.manager)
        before = set(Notification.objects.values_list("id", flat=True))
        rows = [ready(room), ready(room, employee=other, code="CS")]
        for row in rows:
            granted(room, row)
        told_manager = [
            sorted(
                Notification.objects.filter(notice__startswith="cuti.m_", subject_id=row.pk)
                .exclude(pk__in=before)
                .values_list("notice", "rev", "created_hour")
            )
            for row in rows
        ]
        assert told_manager[0] == told_manager[1]
        assert len(told_manager[0]) == 1

    def test_the_deeds_are_written_by_role_and_never_in_the_chain_of_clients(self, room):
        row = granted(room, ready(room))
        deeds = StaffEvent.objects.filter(subject=str(row.pk)).values_list("action", "role")
        assert {("leave.decided", "OFFICIAL"), ("leave.signed", "OFFICIAL")} <= set(deeds)
        assert not ClientEvent.objects.exists()
        last = CaseEvent.objects.filter(request=row).order_by("-number").first()
        assert (last.action, last.role) == ("GRANT", "OFFICIAL")

    def test_sick_leave_is_provisional_no_longer(self, room):
        row = ready(room, code="CS")
        assert row.is_provisional
        assert not granted(room, row).is_provisional


class TestOnce:
    def test_a_second_decision_is_refused_kindly(self, room):
        row = ready(room)
        decide(room, row)
        assert refused(decide, room, row) == Refusal.ALREADY_DECIDED
        decisions.sign_due(now=later(10))
        assert refused(decide, room, row) == Refusal.ALREADY_DECIDED

    def test_a_stale_page_decides_nothing(self, room):
        row = ready(room)
        assert refused(decide, room, row, version=row.version - 1) == Refusal.STALE

    def test_what_waits_for_somebody_else_is_not_decided(self, room):
        row = sent(room)
        assert row.state == State.CONSIDERATION
        assert refused(decide, room, row) == Refusal.NOT_NOW

    def test_the_database_has_the_last_word(self, room):
        row = ready(room)
        decide(room, row)
        one = the_decision(row)
        with pytest.raises(IntegrityError, match="decision_once_a_round"), transaction.atomic():
            Decision.objects.create(
                request=row, round=row.round, outcome="GRANT", first_day=FIRST, last_day=LAST,
                decided_by_id=room.hr.user_id, decided_at=NOW, final_at=NOW,
            )  # fmt: skip
        assert the_decision(row) == one


def test_a_change_takes_the_place_of_what_it_changes(room):
    old = granted(room, ready(room))
    new = ready(room, first=FIRST, last=FIRST + timedelta(days=3), supersedes=old.pk)
    assert left(room) == Decimal(8)
    new = granted(room, new, now=later(60))
    old = read(old.pk)
    assert (old.state, new.state) == (State.SUPERSEDED, State.GRANTED)
    assert the_letter(old).revoked_on == date(2026, 11, 23)
    assert the_letter(new).revoked_on is None
    assert left(room) == Decimal(8)
    assert LeaveDay.objects.filter(request=new, active=True).count() == 4
    assert not LeaveDay.objects.filter(request=old, active=True).exists()
