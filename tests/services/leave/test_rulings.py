"""What a ruling may say: reasons, ways forward, other dates; deferred, refused, sent back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal.leave import notices
from portal.leave.choices import EntryKind, Outcome, Reason, Refusal, State, WayForward
from portal.leave.models import (
    Consideration,
    Decision,
    LeaveDay,
    LeaveRequest,
    LeaveType,
    LedgerEntry,
    Letter,
)
from portal.leave.rules.deciding import Ruling
from portal.leave.services import decisions
from portal.notifications.models import Notification
from tests.factories import NOW
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
    refused,
    rules,
    sent,
    the_decision,
)
from tests.support.reviews import hand_in

pytestmark = pytest.mark.django_db(transaction=True)


def told(notice):
    return Notification.objects.filter(notice=notice).count()


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
