"""Deciding: pressed, taken back, signed; who may, what the rule knows, what leaves when."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from portal.audit.models import ClientEvent, StaffEvent
from portal.leave import notices
from portal.leave.choices import (
    Decider,
    DecisionState,
    EntryKind,
    Family,
    Outcome,
    Reason,
    Refusal,
    State,
    WayForward,
)
from portal.leave.models import (
    CaseEvent,
    Consideration,
    Decision,
    Decree,
    EvidenceOpening,
    LeaveDay,
    LeaveDesk,
    LeaveRequest,
    LeaveType,
    LedgerEntry,
    Letter,
    LetterSeries,
)
from portal.leave.rules.deciding import UNDO_FOR, Ruling
from portal.leave.services import decisions
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.requests import withdraw
from portal.notifications.models import Notification
from portal.people.choices import Role
from tests.factories import NOW, account, grant, make_employee, make_unit
from tests.support.leave import open_room
from tests.support.leave_cases import (
    FIRST,
    LAST,
    considered,
    decide,
    granted,
    later,
    left,
    read,
    ready,
    rules,
    sent,
    the_decision,
    the_letter,
)
from tests.support.reviews import hand_in

pytestmark = pytest.mark.django_db(transaction=True)


def refused(call, *args, **kwargs):
    with pytest.raises(LeaveRefused) as caught:
        call(*args, **kwargs)
    return caught.value.reason


def told(notice):
    return Notification.objects.filter(notice=notice).count()


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


class TestWhoMay:
    def test_without_a_decree_hr_decides_nothing(self, room):
        assert refused(decide, room, ready(room), actor=room.hr) == Refusal.NO_DECREE

    def test_nobody_without_a_desk_gets_to_it(self, room):
        row = ready(room)
        for actor in (room.asker, room.superior, room.reviewer, account(make_employee())):
            with pytest.raises(Http404):
                decide(room, row, actor=actor)

    def test_the_official_of_another_agency_finds_nothing(self, room):
        with pytest.raises(Http404):
            decide(room, ready(room), actor=open_room().official)

    def test_a_decree_ends_with_its_last_local_day(self):
        room = open_room(zone="Asia/Jayapura")
        row = ready(room)
        # 23 November 22.00 in Jakarta is 24 November 00.00 in Jayapura.
        Decree.objects.update(valid_until=date(2026, 11, 23))
        midnight = NOW.replace(hour=15)
        assert refused(decide, room, row, now=midnight) == Refusal.NO_DECREE
        decide(room, row, now=midnight - timedelta(seconds=1))

    def test_a_decree_of_yesterday_and_one_of_tomorrow(self, room):
        row = ready(room)
        Decree.objects.update(valid_until=date(2026, 11, 22))
        assert refused(decide, room, row) == Refusal.NO_DECREE
        Decree.objects.update(valid_from=date(2026, 11, 24), valid_until=None)
        assert refused(decide, room, row) == Refusal.NO_DECREE

    def test_decided_in_time_it_is_signed_after_midnight(self, room):
        row = ready(room)
        Decree.objects.update(valid_until=date(2026, 11, 23))
        before_midnight = NOW.replace(hour=16, minute=59)
        decide(room, row, now=before_midnight)
        assert decisions.sign_due(now=before_midnight + UNDO_FOR) == 1
        assert the_letter(row).signed_on == date(2026, 11, 23)

    def test_withdrawn_it_gives_nothing_and_signs_nothing(self, room):
        row = ready(room)
        decide(room, row)
        Decree.objects.update(withdrawn_on=date(2026, 11, 23))
        assert decisions.sign_due(now=later(10)) == 0
        assert the_decision(row).state == DecisionState.UNDONE
        assert refused(decide, room, row) == Refusal.NO_DECREE

    def test_a_decree_of_another_unit_and_of_a_unit_above(self, room):
        row = ready(room)
        Decree.objects.update(unit=make_unit(room.agency))
        assert refused(decide, room, row) == Refusal.NO_DECREE
        above = make_unit(room.agency)
        room.unit.parent = above
        room.unit.save()
        Decree.objects.update(unit=above)
        decide(room, row)

    def test_a_decree_of_another_family(self, room):
        row = ready(room)
        Decree.objects.update(families=[Family.SICK, Family.LONG])
        assert refused(decide, room, row) == Refusal.NO_DECREE
        Decree.objects.update(families=[Family.ANNUAL])
        decide(room, row)

    def test_in_a_company_hr_may_decide_without_one(self, room):
        LeaveDesk.objects.update(profile="PRIVATE", hr_decides=True)
        row = ready(room)
        decide(room, row, actor=room.hr)
        decisions.sign_due(now=later(10))
        events = CaseEvent.objects.filter(request=row, action="GRANT")
        assert events.get().role == "HR"

    def test_in_the_civil_service_that_cannot_even_be_set(self, room):
        with pytest.raises(IntegrityError, match="in_companies_only"), transaction.atomic():
            LeaveDesk.objects.update(hr_decides=True)

    @pytest.mark.parametrize("why", ["kind", "abroad"])
    def test_some_leave_is_decided_by_the_ppk_alone(self, room, why):
        if why == "kind":
            LeaveType.objects.filter(code="CT-PNS").update(decider=Decider.PPK)
        row = ready(room, is_abroad=why == "abroad")
        assert refused(decide, room, row) == Refusal.NO_DECREE
        Decree.objects.update(is_ppk=True)
        decide(room, row)

    def test_nobody_decides_about_herself(self, room):
        grant(room.employee.user, room.agency, Role.OFFICIAL)
        Decree.objects.update(holder=room.employee.user)
        row = ready(room)
        with pytest.raises(Http404):
            decide(room, row, actor=account(room.employee))

    def test_whoever_considered_it_does_not_decide(self, room):
        grant(room.manager.user, room.agency, Role.OFFICIAL)
        Decree.objects.update(holder=room.manager.user)
        row = ready(room)
        assert Consideration.objects.get(request=row).acted_by == room.manager
        actor = account(room.manager)
        assert refused(decide, room, row, actor=actor) == Refusal.CONFLICT

    @pytest.mark.parametrize("part", ["verdict", "dossier", "second look", "opening"])
    def test_whoever_looked_at_the_evidence_does_not_decide(self, room, part):
        """Roles end and begin: a former reviewer knows why all the same."""
        row = ready(room, code="CS")
        Decree.objects.update(holder_id=room.reviewer.user_id)
        actor = official_now(room)
        look_only(row, room, part)
        assert refused(decide, room, row, actor=actor) == Refusal.CONFLICT


def official_now(room):
    """Return the reviewer as an official: she has changed her role."""
    return replace(room.reviewer, roles=frozenset({Role.OFFICIAL}))


def look_only(row, room, part):
    from portal.leave.models import Attestation, Evidence, HealthDossier

    dossier = HealthDossier.objects.get(request=row)
    if part != "verdict":
        Attestation.objects.filter(request=row).update(reviewer_id=room.other_reviewer.user_id)
    if part == "dossier":
        HealthDossier.objects.filter(request=row).update(reviewer_id=room.reviewer.user_id)
    if part == "second look":
        HealthDossier.objects.filter(request=row).update(not_again_id=room.reviewer.user_id)
    if part == "opening":
        piece = Evidence.objects.create(dossier=dossier, number=9, pages=1, handed_in_on=FIRST)
        EvidenceOpening.objects.create(
            evidence=piece, reviewer_id=room.reviewer.user_id, on_day=FIRST
        )


class TestRules:
    @pytest.mark.parametrize("outcome", [Outcome.DEFER, Outcome.REFUSE])
    def test_sick_leave_knows_neither_deferral_nor_refusal(self, room, outcome):
        row = ready(room, code="CS")
        assert refused(decide, room, row, rules(row, outcome)) == Refusal.RULE_FORBIDS

    def test_annual_leave_of_a_pns_is_not_refused(self, room):
        row = ready(room)
        ruling = rules(row, Outcome.REFUSE)
        assert refused(decide, room, row, ruling) == Refusal.RULE_FORBIDS

    def test_where_the_rule_knows_it_leave_is_refused_and_the_days_are_free(self, room):
        LeaveType.objects.filter(code="CT-PNS").update(can_refuse=True)
        row = ready(room)
        row = granted(room, row, rules(row, Outcome.REFUSE))
        assert (row.state, row.closed_on) == (State.REFUSED, date(2026, 11, 23))
        assert left(room) == Decimal(12)
        assert not LeaveDay.objects.filter(request=row, active=True).exists()
        assert not Letter.objects.exists()
        assert (told(notices.DECIDED), told(notices.FOR_MANAGER_DATES)) == (1, 0)

    @pytest.mark.parametrize(
        "lacks",
        [{"reason": ""}, {"ways_forward": ()}, {"reason": "SICK"}, {"ways_forward": ("NO",)}],
    )
    def test_nothing_but_a_grant_goes_without_a_reason_and_a_way_forward(self, room, lacks):
        row = ready(room)
        for outcome in (Outcome.AMEND, Outcome.DEFER, Outcome.RETURN):
            ruling = rules(row, outcome, **lacks)
            assert refused(decide, room, row, ruling) == Refusal.NO_WAY_FORWARD

    def test_not_even_in_the_database(self, room):
        row = ready(room)
        decide(room, row, rules(row, Outcome.DEFER))
        for lacks in ({"reason": ""}, {"ways_forward": []}):
            with pytest.raises(IntegrityError, match="way_forward"), transaction.atomic():
                Decision.objects.update(**lacks)

    def test_an_attestation_of_fewer_days_carries_an_amended_grant_alone(self, room):
        row = ready(room, code="CS", covers=(FIRST, FIRST + timedelta(days=1)))
        assert refused(decide, room, row) == Refusal.BEYOND_EVIDENCE
        ruling = rules(
            row, Outcome.AMEND, last_day=FIRST + timedelta(days=1),
            reason=Reason.EVIDENCE_COVERS_LESS, ways_forward=(WayForward.ADD_EVIDENCE,),
        )  # fmt: skip
        row = granted(room, row, ruling)
        assert (row.state, row.last_day) == (State.GRANTED_AMENDED, ruling.last_day)
        assert (row.days, row.rev) == (Decimal(2), 1)
        assert LeaveDay.objects.filter(request=row, active=True).count() == 2

    def test_an_amended_grant_beyond_the_evidence_is_refused(self, room):
        row = ready(room, code="CS", covers=(FIRST, FIRST))
        ruling = rules(row, Outcome.AMEND, last_day=FIRST + timedelta(days=1))
        assert refused(decide, room, row, ruling) == Refusal.BEYOND_EVIDENCE

    def test_fewer_days_of_annual_leave_give_the_rest_back(self, room):
        row = ready(room)
        row = granted(room, row, rules(row, Outcome.AMEND, last_day=FIRST))
        assert (row.days, left(room)) == (Decimal(1), Decimal(11))

    def test_other_dates_are_counted_anew(self, room):
        row = ready(room)
        monday = FIRST + timedelta(days=7)
        ruling = rules(
            row, Outcome.AMEND, first_day=monday - timedelta(days=2), last_day=monday
        )
        row = granted(room, row, ruling)
        days = LeaveDay.objects.filter(request=row, active=True).values_list("day", flat=True)
        assert (list(days), row.days, left(room)) == ([monday], Decimal(1), Decimal(11))

    def test_other_dates_never_come_to_more(self, room):
        row = ready(room)
        ruling = rules(row, Outcome.AMEND, last_day=LAST + timedelta(days=1))
        assert refused(decide, room, row, ruling) == Refusal.OVER_LIMIT

    def test_other_dates_where_she_has_leave_are_refused(self, room):
        row = ready(room)
        other = ready(room, first=date(2026, 12, 14), last=date(2026, 12, 15))
        ruling = rules(row, Outcome.AMEND, first_day=other.first_day, last_day=other.last_day)
        assert refused(decide, room, row, ruling) == Refusal.OVERLAP

    def test_only_free_days_are_no_leave(self, room):
        row = ready(room)
        saturday = date(2026, 12, 12)
        ruling = rules(row, Outcome.AMEND, first_day=saturday, last_day=saturday)
        assert refused(decide, room, row, ruling) == Refusal.NO_DAYS

    @pytest.mark.parametrize(
        ("outcome", "first", "last", "why"),
        [
            (Outcome.GRANT, FIRST, FIRST, Refusal.NOT_NOW),
            (Outcome.AMEND, FIRST, LAST, Refusal.NOT_NOW),
            (Outcome.AMEND, LAST, FIRST, Refusal.ENDS_BEFORE_START),
            (Outcome.DEFER, FIRST, FIRST, Refusal.NOT_NOW),
        ],
    )
    def test_dates_that_do_not_fit_the_ruling(self, room, outcome, first, last, why):
        row = ready(room)
        ruling = rules(row, outcome, first_day=first, last_day=last)
        assert refused(decide, room, row, ruling) == why

    @pytest.mark.parametrize(
        ("first", "last", "why"),
        [
            (FIRST, None, Refusal.ENDS_BEFORE_START),
            (LAST, FIRST, Refusal.ENDS_BEFORE_START),
            (date(2028, 1, 3), date(2028, 1, 4), Refusal.TOO_FAR),
        ],
    )
    def test_dates_suggested_instead_make_sense(self, room, first, last, why):
        row = ready(room)
        ruling = rules(row, Outcome.DEFER, other_first=first, other_last=last)
        assert refused(decide, room, row, ruling) == why


class TestOtherOutcomes:
    def test_deferred_days_go_on_in_full_into_the_next_year(self, room):
        from portal.leave.services.desk import employee_locked
        from portal.leave.services.years import open_year

        row = ready(room, first=date(2026, 12, 1), last=date(2026, 12, 15))
        days = row.days
        row = granted(room, row, rules(row, Outcome.DEFER))
        assert (row.state, row.closed_on) == (State.DEFERRED, date(2026, 11, 23))
        assert left(room) == Decimal(12)
        new_year = NOW.replace(year=2027, month=1, day=4)
        with employee_locked(employee_id=row.employee_id):
            open_year(employee_id=row.employee_id, year=2027, now=new_year)
        carried = LedgerEntry.objects.filter(kind=EntryKind.DEFER_CARRY, quantity__gt=0)
        assert sum(carried.values_list("quantity", flat=True)) == days
        assert told(notices.FOR_MANAGER_DATES) == 0

    def test_sent_back_it_keeps_its_days_and_says_what_can_be_done(self, room):
        row = ready(room)
        held = left(room)
        row = granted(room, row, rules(row, Outcome.RETURN, reason=Reason.INCOMPLETE))
        assert (row.state, row.closed_on) == (State.RETURNED, None)
        assert left(room) == held
        assert LeaveDay.objects.filter(request=row, active=True).count() == 3
        assert told(notices.DECIDED) == 1

    def test_a_late_certificate_lets_it_be_sent_back_alone(self, room):
        row = considered(sent(room, code="CS"))
        LeaveRequest.objects.filter(pk=row.pk).update(state=State.EVIDENCE_OVERDUE)
        row = read(row.pk)
        assert refused(decide, room, row) == Refusal.NOT_NOW
        row = granted(room, row, rules(row, Outcome.RETURN, reason=Reason.INCOMPLETE))
        assert row.state == State.RETURNED

    def test_sent_back_it_no_longer_asks_a_superior_until_the_paper_comes(self, room):
        row = sent(room, code="CS")
        LeaveRequest.objects.filter(pk=row.pk).update(state=State.EVIDENCE_OVERDUE)
        row = read(row.pk)
        decide(room, row, rules(row, Outcome.RETURN, reason=Reason.INCOMPLETE))
        assert Consideration.objects.get(request=row).state == "OPEN"
        decisions.sign_due(now=later(10))
        assert Consideration.objects.get(request=row).state == "WITHDRAWN"
        hand_in(row, room.asker)
        asked = Consideration.objects.get(request=row, state="OPEN")
        assert (asked.asked, asked.round) == (room.manager, 2)

    def test_what_the_superior_said_goes_along_when_only_the_paper_was_missing(self, room):
        row = ready(room, code="CS")
        row = granted(room, row, rules(row, Outcome.RETURN, reason=Reason.INCOMPLETE))
        hand_in(row, room.asker)
        said = Consideration.objects.get(request=row)
        assert (said.state, said.round, read(row.pk).round) == ("GIVEN", 2, 2)

    def test_a_grant_keeps_no_reason(self, room):
        row = ready(room)
        ruling = Ruling(
            outcome=Outcome.GRANT, first_day=FIRST, last_day=LAST, reason=Reason.UNIT_FULL,
            ways_forward=(WayForward.PART,), other_first=FIRST, other_last=LAST,
        )  # fmt: skip
        decide(room, row, ruling)
        kept = the_decision(row)
        assert (kept.reason, kept.ways_forward, kept.other_first) == ("", [], None)


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
