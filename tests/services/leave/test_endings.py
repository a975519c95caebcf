"""How granted leave ends: every day goes back where it came from, and the letter knows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from portal.audit.models import StaffEvent
from portal.leave import notices
from portal.leave.choices import (
    EntryKind,
    Outcome,
    PlanState,
    Refusal,
    RevokeReason,
    State,
)
from portal.leave.models import (
    CaseEvent,
    Decree,
    LeaveAccount,
    LeaveDay,
    LeaveRequest,
    LedgerEntry,
    Letter,
    ReturnPlan,
    Revocation,
)
from portal.leave.selectors.letters import check_letter
from portal.leave.services import endings
from portal.leave.services.changes import ask_cancel, ask_early_return
from portal.leave.services.desk import LeaveRefused, employee_locked
from portal.leave.services.years import check_ledger, open_year
from portal.notifications.models import Notification
from portal.people.choices import Role
from portal.vault.services import open_field_text
from tests.factories import NOW, account, grant, make_employee
from tests.support.leave import open_room
from tests.support.leave_cases import (
    FIRST,
    LAST,
    granted,
    left,
    read,
    ready,
    rules,
    the_letter,
)

pytestmark = pytest.mark.django_db(transaction=True)
DURING = NOW.replace(month=12, day=8)
"""The Tuesday of the leave; NOW is a Monday two weeks before."""
AFTER = NOW.replace(month=12, day=10)


def refused(call, **kwargs):
    with pytest.raises(LeaveRefused) as caught:
        call(**kwargs)
    return caught.value.reason


def told(notice, row):
    rows = Notification.objects.filter(notice=notice, subject_id=row.pk)
    return sorted(rows.values_list("rev", flat=True))


def active(row):
    return list(
        LeaveDay.objects.filter(request=row, active=True)
        .order_by("day")
        .values_list("day", flat=True)
    )


def on_paper(row):
    return check_letter(token=open_field_text(the_letter(row), "sealed_token"))


@pytest.fixture
def leave(room):
    """Three granted days of annual leave."""
    return granted(room, ready(room))


class TestCancel:
    @pytest.fixture
    def asked(self, room, leave):
        ask_cancel(actor=room.asker, request_id=leave.pk, version=leave.version, now=NOW)
        return read(leave.pk)

    def agree(self, room, row, *, actor=None, version=None, now=NOW):
        endings.agree_cancel(
            actor=actor or room.official, request_id=row.pk,
            version=version or row.version, now=now,
        )  # fmt: skip

    def test_agreed_every_day_comes_back(self, room, asked):
        self.agree(room, asked)
        row = read(asked.pk)
        assert (row.state, row.closed_on) == (State.CANCELLED, date(2026, 11, 23))
        assert (left(room), active(row)) == (Decimal(12), [])
        assert on_paper(row).is_valid is False
        assert told(notices.ENDED, row) == [row.rev]
        assert told(notices.FOR_MANAGER_DATES, row) == [0, row.rev]
        assert check_ledger(now=NOW) == []

    def test_kept_it_stays_as_it_was_and_the_manager_hears_nothing(self, room, asked):
        endings.keep(actor=room.official, request_id=asked.pk, version=asked.version, now=NOW)
        row = read(asked.pk)
        assert row.state == State.GRANTED
        assert (left(room), len(active(row))) == (Decimal(9), 3)
        assert on_paper(row).is_valid
        assert told(notices.ENDED, row) == [row.rev]
        assert told(notices.FOR_MANAGER_DATES, row) == [0]

    def test_kept_an_amended_one_is_amended_still(self, room):
        row = ready(room)
        row = granted(room, row, rules(row, Outcome.AMEND, last_day=FIRST))
        ask_early = {"actor": room.asker, "request_id": row.pk, "version": row.version}
        ask_cancel(**ask_early, now=NOW)
        row = read(row.pk)
        endings.keep(actor=room.official, request_id=row.pk, version=row.version, now=NOW)
        assert read(row.pk).state == State.GRANTED_AMENDED

    def test_the_second_press_finds_it_changed(self, room, asked):
        self.agree(room, asked)
        assert refused(
            endings.agree_cancel, actor=room.official, request_id=asked.pk,
            version=asked.version, now=NOW,
        ) in {Refusal.STALE, Refusal.NOT_NOW}  # fmt: skip
        entries = LedgerEntry.objects.filter(request=asked, kind=EntryKind.REVERSE)
        assert entries.count() == 3

    def test_nobody_without_the_right_agrees(self, room, asked):
        call = {"request_id": asked.pk, "version": asked.version, "now": NOW}
        assert refused(endings.agree_cancel, actor=room.hr, **call) == Refusal.NO_DECREE
        for actor in (room.asker, room.superior, room.reviewer, open_room().official):
            with pytest.raises(Http404):
                endings.agree_cancel(actor=actor, **call)

    def test_what_was_not_asked_is_not_agreed(self, room, leave):
        call = {"actor": room.official, "request_id": leave.pk, "version": leave.version}
        for ending in (endings.agree_cancel, endings.keep, endings.agree_early_return):
            assert refused(ending, **call, now=NOW) == Refusal.NOT_NOW


class TestEarlyReturn:
    def test_unused_days_come_back_and_the_letter_stands(self, room, leave):
        call = {"actor": room.asker, "request_id": leave.pk, "version": leave.version}
        ask_early_return(**call, last_day=FIRST, now=DURING)
        asked = read(leave.pk)
        endings.agree_early_return(
            actor=room.official, request_id=asked.pk, version=asked.version, now=DURING
        )
        row = read(leave.pk)
        assert (row.state, row.last_day, row.days) == (State.ENDED_EARLY, FIRST, Decimal(1))
        assert (left(room), active(row)) == (Decimal(11), [FIRST])
        assert on_paper(row).is_valid
        assert told(notices.FOR_MANAGER_DATES, row) == [0, 1]
        assert row.wanted_last_day is None

    def test_kept_she_stays_away_as_granted(self, room, leave):
        call = {"actor": room.asker, "request_id": leave.pk, "version": leave.version}
        ask_early_return(**call, last_day=FIRST, now=DURING)
        row = read(leave.pk)
        endings.keep(actor=room.official, request_id=row.pk, version=row.version, now=DURING)
        row = read(row.pk)
        assert (row.state, row.wanted_last_day, row.last_day) == (State.GRANTED, None, LAST)


class TestRecall:
    def recall(self, room, row, back_on, *, now=DURING, actor=None):
        endings.recall(
            actor=actor or room.official, request_id=row.pk, back_on=back_on,
            version=row.version, now=now,
        )  # fmt: skip

    def test_what_is_left_goes_back_into_the_bucket_it_came_from(self, room):
        """Twelve days of last year went on as six; they are taken first."""
        with employee_locked(employee_id=room.employee.pk):
            for year in (2025, 2026):
                when = NOW.replace(year=year, month=1, day=5)
                open_year(employee_id=room.employee.pk, year=year, now=when)
        before = buckets(room)
        row = granted(room, ready(room))
        assert buckets(room) != before
        self.recall(room, row, FIRST + timedelta(days=1))
        row = read(row.pk)
        assert (row.state, row.last_day, row.days) == (State.RECALLED, FIRST, Decimal(1))
        after = buckets(room)
        oldest = min(before)
        assert after == {**before, oldest: before[oldest] - 1}
        assert on_paper(row).is_valid

    def test_sick_leave_is_never_recalled(self, room):
        row = granted(room, ready(room, code="CS"))
        call = {"actor": room.official, "request_id": row.pk, "back_on": FIRST}
        assert refused(
            endings.recall, **call, version=row.version, now=NOW
        ) == Refusal.RULE_FORBIDS  # fmt: skip
        assert len(active(row)) == 3

    @pytest.mark.parametrize(
        ("back_on", "why"),
        [
            (FIRST, Refusal.PAST_DATES),
            (LAST + timedelta(days=1), Refusal.NOT_NOW),
        ],
    )
    def test_back_to_work_on_a_day_of_the_leave_that_is_to_come(
        self, room, leave, back_on, why
    ):
        with pytest.raises(LeaveRefused) as caught:
            self.recall(room, leave, back_on)
        assert caught.value.reason == why

    def test_before_it_began_nothing_of_it_is_left(self, room, leave):
        self.recall(room, leave, FIRST, now=NOW)
        row = read(leave.pk)
        assert (row.state, row.days, active(row)) == (State.RECALLED, Decimal(0), [])
        assert left(room) == Decimal(12)
        assert on_paper(row).is_valid is False


def buckets(room):
    rows = LeaveAccount.objects.filter(employee=room.employee, leave_year=2026)
    return dict(rows.values_list("source_year", "available"))


class TestRevocation:
    @pytest.fixture
    def second(self, room):
        """A second official with a decree of her own."""
        person = make_employee("pejabatdua", agency=room.agency)
        grant(person.user, room.agency, Role.OFFICIAL)
        return account(person)

    def ask(self, actor, row):
        return endings.ask_revocation(
            actor=actor, request_id=row.pk, reason=RevokeReason.ERROR,
            version=row.version, now=NOW,
        )  # fmt: skip

    def confirm(self, actor, row, now=NOW):
        endings.confirm_revocation(actor=actor, request_id=row.pk, version=row.version, now=now)

    def test_two_persons_take_it_back_whole(self, room, leave):
        plan = ReturnPlan.objects.create(
            request=leave, proposed_by_id=room.reviewer.user_id, manager=room.manager
        )
        self.ask(room.hr, leave)
        assert read(leave.pk).state == State.GRANTED
        assert on_paper(leave).is_valid
        self.confirm(room.official, leave)
        row = read(leave.pk)
        plan.refresh_from_db()
        assert (row.state, row.closed_on) == (State.REVOKED, date(2026, 11, 23))
        assert (left(room), active(row)) == (Decimal(12), [])
        assert (plan.state, plan.ended_on) == (PlanState.ENDED, date(2026, 11, 23))
        check = on_paper(row)
        assert (check.number, check.is_valid) == ("1/SIC/2026", False)
        assert told(notices.ENDED, row) == [1]
        assert told(notices.FOR_MANAGER_DATES, row) == [0, 1]

    def test_the_number_is_never_given_again(self, room, leave):
        self.ask(room.hr, leave)
        self.confirm(room.official, leave)
        again = granted(room, ready(room))
        assert the_letter(again).number == "2/SIC/2026"
        assert Letter.objects.count() == 2

    def test_one_person_is_not_two(self, room, leave):
        self.ask(room.official, leave)
        with pytest.raises(LeaveRefused) as caught:
            self.confirm(room.official, leave)
        assert caught.value.reason == Refusal.SECOND_PERSON
        row = Revocation.objects.get()
        with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
            Revocation.objects.filter(pk=row.pk).update(confirmed_by=row.asked_by)

    def test_either_of_the_two_may_hold_the_decree(self, room, leave):
        self.ask(room.official, leave)
        self.confirm(room.hr, leave)
        assert read(leave.pk).state == State.REVOKED

    def test_one_of_the_two_has_to(self, room, leave, second):
        self.ask(room.hr, leave)
        with pytest.raises(LeaveRefused) as caught:
            self.confirm(second, leave)
        assert caught.value.reason == Refusal.NO_DECREE
        Decree.objects.update(holder_id=second.user_id)
        self.confirm(second, leave)

    def test_nobody_with_a_part_in_it(self, room, leave):
        grant(room.manager.user, room.agency, Role.HR)
        manager = account(room.manager)
        with pytest.raises(LeaveRefused) as caught:
            self.ask(manager, leave)
        assert caught.value.reason == Refusal.CONFLICT
        self.ask(room.hr, leave)
        with pytest.raises(LeaveRefused) as caught:
            self.confirm(manager, leave)
        assert caught.value.reason == Refusal.CONFLICT
        with pytest.raises(Http404):
            self.confirm(room.asker, leave)

    def test_asked_again_it_is_one_question_and_it_can_be_dropped(self, room, leave):
        assert self.ask(room.hr, leave) == self.ask(room.official, leave)
        for _ in range(2):
            endings.drop_revocation(actor=room.hr, request_id=leave.pk, now=NOW)
        assert not Revocation.objects.exists()
        with pytest.raises(LeaveRefused) as caught:
            self.confirm(room.official, leave)
        assert caught.value.reason == Refusal.NOT_NOW
        dropped = StaffEvent.objects.filter(action="leave.revocation_dropped")
        assert dropped.count() == 1

    def test_there_is_nothing_to_revoke_before_it_is_granted(self, room):
        with pytest.raises(LeaveRefused) as caught:
            self.ask(room.hr, ready(room))
        assert caught.value.reason == Refusal.NOT_NOW

    def test_days_that_are_over_come_back_as_well(self, room, leave):
        assert endings.close_finished(now=AFTER) == 1
        row = read(leave.pk)
        self.ask(room.hr, row)
        self.confirm(room.official, row, now=AFTER)
        assert (read(row.pk).state, left(room)) == (State.REVOKED, Decimal(12))


class TestClosing:
    def test_the_day_after_its_last_it_is_closed_by_the_house(self, room, leave):
        assert endings.close_finished(now=DURING) == 0
        assert endings.close_finished(now=AFTER) == 1
        assert endings.close_finished(now=AFTER) == 0
        row = read(leave.pk)
        assert (row.state, row.closed_on) == (State.CLOSED, date(2026, 12, 10))
        assert len(active(row)) == 3
        last = CaseEvent.objects.filter(request=row).order_by("-number").first()
        assert (last.action, last.role) == ("CLOSE", "HOUSE")

    def test_its_day_ends_where_she_works(self):
        room = open_room(zone="Asia/Jayapura")
        granted(room, ready(room))
        # 9 December 22.00 in Jakarta is 10 December in Jayapura.
        midnight = NOW.replace(month=12, day=9, hour=15)
        assert endings.close_finished(now=midnight - timedelta(seconds=1)) == 0
        assert endings.close_finished(now=midnight) == 1

    def test_a_question_nobody_has_answered_keeps_it_open(self, room, leave):
        ask_cancel(actor=room.asker, request_id=leave.pk, version=leave.version, now=NOW)
        assert endings.close_finished(now=AFTER) == 0
        assert read(leave.pk).state == State.CANCEL_REQUESTED

    def test_a_change_that_is_being_decided_keeps_it_open(self, room, leave):
        ready(room, first=FIRST, last=LAST + timedelta(days=1), supersedes=leave.pk)
        assert endings.close_finished(now=AFTER) == 0

    def test_one_that_fails_does_not_stop_the_others(self, room, leave, monkeypatch):
        granted(room, ready(room, first=date(2026, 12, 3), last=date(2026, 12, 4)))
        close, seen = endings._close, []

        def fail_first(request_id, employee_id, *, now):
            seen.append(request_id)
            if len(seen) == 1:
                raise RuntimeError
            return close(request_id, employee_id, now=now)

        monkeypatch.setattr(endings, "_close", fail_first)
        assert endings.close_finished(now=AFTER) == 1
        assert LeaveRequest.objects.filter(state=State.CLOSED).count() == 1
