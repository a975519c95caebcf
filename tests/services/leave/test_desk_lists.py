"""What the desk sees: everything a page needs, in as many queries for one as for many."""

from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from portal.leave.choices import Action, Family, Outcome, Refusal, RevokeReason, State
from portal.leave.models import Decree, LeaveDesk, LeaveRequest, LeaveType
from portal.leave.rules.deciding import UNDO_FOR
from portal.leave.selectors.cases import get_case
from portal.leave.selectors.queue import list_queue, list_running
from portal.leave.services import decisions, endings
from portal.leave.services.changes import ask_cancel, ask_early_return
from portal.people.choices import Role
from portal.people.models import User
from tests.factories import NOW, account, grant, make_employee, make_unit
from tests.support.leave import PNS_NIP, open_room
from tests.support.leave_cases import (
    FIRST,
    considered,
    decide,
    granted,
    later,
    read,
    ready,
    refused,
    rules,
    sent,
)
from tests.support.leave_team import team_mate

pytestmark = pytest.mark.django_db(transaction=True)
MOST_QUERIES = 7


def queue(room, actor=None, now=NOW):
    return list_queue(actor=actor or room.official, now=now)


class TestQueue:
    def test_a_row_says_what_the_desk_needs_and_no_more(self, room):
        User.objects.filter(pk=room.employee.user_id).update(nip=PNS_NIP)
        row = ready(room)
        with override("en"):
            shown = queue(room).waiting[0]
        assert (shown.id, shown.kind_name) == (row.pk, "Annual leave")
        assert (shown.days_label, shown.balance_label) == (
            "3 working days",
            "9 working days left after this",
        )
        assert (shown.verdict_label, shown.opinion_label) == ("", "Agreed")
        assert (shown.is_covered, shown.can_decide, shown.conflict_label) == (True, True, "")
        assert shown.outcomes == (
            Outcome.GRANT, Outcome.AMEND, Outcome.DEFER, Outcome.RETURN,
        )  # fmt: skip
        assert (shown.version, shown.since) == (row.version, date(2026, 11, 23))
        assert PNS_NIP not in repr(asdict(shown))

    def test_what_the_attestation_covers_is_what_can_be_granted(self, room):
        ready(room, code="CS", covers=(FIRST, FIRST + timedelta(days=1)))
        shown = queue(room).waiting[0]
        assert not shown.is_covered
        assert (shown.covered_first, shown.covered_last) == (FIRST, FIRST + timedelta(days=1))
        assert shown.outcomes == (Outcome.AMEND, Outcome.RETURN)
        assert shown.balance_label == ""

    def test_each_thing_stands_in_its_list(self, room):
        waiting = ready(room)
        overdue = considered(sent(room, employee=team_mate(room), code="CS"))
        LeaveRequest.objects.filter(pk=overdue.pk).update(state=State.EVIDENCE_OVERDUE)
        pending = ready(room, employee=team_mate(room))
        decision_id = decide(room, pending, now=later(30))
        cancel, early, revoked = (team_mate(room) for _ in range(3))
        rows = [granted(room, ready(room, employee=one)) for one in (cancel, early, revoked)]
        ask_cancel(actor=account(cancel), request_id=rows[0].pk, version=rows[0].version,
                   now=NOW)  # fmt: skip
        ask_early_return(actor=account(early), request_id=rows[1].pk, last_day=FIRST,
                         version=rows[1].version, now=NOW)  # fmt: skip
        endings.ask_revocation(actor=room.hr, request_id=rows[2].pk, version=rows[2].version,
                               reason=RevokeReason.ERROR, now=NOW)  # fmt: skip
        page = queue(room)
        assert [one.id for one in page.waiting] == [waiting.pk]
        assert [(one.id, one.outcomes) for one in page.overdue] == [
            (overdue.pk, (Outcome.RETURN,))
        ]
        assert {(one.id, one.asks_cancel, one.wanted_last_day) for one in page.asked} == {
            (rows[0].pk, True, None), (rows[1].pk, False, FIRST),
        }  # fmt: skip
        assert [(one.decision_id, one.is_own) for one in page.pending] == [(decision_id, True)]
        assert page.pending[0].undo_until == later(40)
        assert [(one.request_id, one.can_confirm) for one in page.revocations] == [
            (rows[2].pk, True)
        ]
        mine = queue(room, actor=room.hr)
        assert [one.is_own for one in mine.pending] == [False]
        assert [(one.is_own, one.can_confirm) for one in mine.revocations] == [(True, False)]

    def test_it_agrees_with_the_service_about_who_may(self, room):
        row = ready(room)
        assert [one.can_decide for one in queue(room, actor=room.hr).waiting] == [False]
        assert queue(room, actor=room.hr).waiting[0].conflict_label == str(
            Refusal.NO_DECREE.label
        )
        grant(room.manager.user, room.agency, Role.OFFICIAL)
        Decree.objects.update(holder=room.manager.user)
        shown = queue(room, actor=account(room.manager)).waiting[0]
        assert (shown.id, shown.conflict_label) == (row.pk, str(Refusal.CONFLICT.label))
        LeaveDesk.objects.update(profile="PRIVATE", hr_decides=True)
        assert queue(room, actor=room.hr).waiting[0].can_decide

    def test_nobody_finds_her_own_or_another_agency_s(self, room):
        grant(room.employee.user, room.agency, Role.HR)
        row = ready(room)
        assert queue(room, actor=account(room.employee)).waiting == ()
        with pytest.raises(Http404):
            get_case(actor=account(room.employee), request_id=row.pk, now=NOW)
        stranger = open_room()
        assert queue(stranger).waiting == ()
        with pytest.raises(Http404):
            get_case(actor=stranger.official, request_id=row.pk, now=NOW)
        for actor in (room.superior, room.reviewer):
            for call in (list_queue, list_running):
                with pytest.raises(Http404):
                    call(actor=actor, now=NOW)

    def test_an_empty_queue(self, room):
        page = queue(room)
        lists = (page.waiting, page.overdue, page.asked, page.pending, page.revocations)
        assert lists == ((),) * 5
        assert list_running(actor=room.official, now=NOW) == []

    def test_as_many_queries_for_many_as_for_one(self, room):
        def cost(call):
            with CaptureQueriesContext(connection) as spent:
                call(actor=room.official, now=NOW)
            return len(spent)

        running = granted(room, ready(room, employee=team_mate(room)))
        assert running.state == State.GRANTED
        ready(room)
        few = cost(list_queue), cost(list_running)
        for number in range(4):
            unit = make_unit(room.agency, parent=room.unit)
            person = make_employee("lain", agency=room.agency, unit=unit, manager=room.manager)
            ready(room, employee=person, code="CS" if number % 2 else "CT-PNS")
        again = granted(room, ready(room, employee=team_mate(room)))
        assert again.state == State.GRANTED
        decide(room, ready(room, employee=team_mate(room)))
        many = cost(list_queue), cost(list_running)
        assert many == few
        assert max(many) <= MOST_QUERIES

    def test_a_kind_of_the_organisation_s_own_has_a_neutral_name(self, room):
        LeaveType.objects.filter(code="CT-PNS").update(
            family=Family.OWN, name_id="Cuti kesehatan jiwa", name_en="Mental health leave"
        )
        ready(room)
        for language in ("id", "en"):
            with override(language):
                shown = queue(room).waiting[0]
                assert shown.kind_name == str(Family.OWN.label)
                assert "jiwa" not in repr(asdict(shown))


class TestCase:
    def test_what_was_said_and_decided(self, room):
        row = ready(room, code="CS", covers=(FIRST, FIRST))
        page = get_case(actor=room.official, request_id=row.pk, now=NOW)
        assert page.row.id == row.pk
        assert page.outcomes == (Outcome.AMEND, Outcome.RETURN)
        assert (page.verdict.covers_from, page.verdict.covers_until) == (FIRST, FIRST)
        assert [one.asked for one in page.opinions] == [room.manager.user.full_name]
        decide(room, row, rules(row, Outcome.AMEND, last_day=FIRST))
        page = get_case(actor=room.official, request_id=row.pk, now=NOW)
        assert (page.outcomes, page.decisions[0].is_own) == ((), True)
        assert page.decisions[0].letter_number == ""
        decisions.sign_due(now=NOW + UNDO_FOR)
        page = get_case(actor=room.official, request_id=row.pk, now=NOW)
        assert (page.decisions[0].letter_number, page.has_letter) == ("1/SIC/2026", True)
        assert page.can == {Action.REVOKE}
        assert [one.role for one in page.events][-1] == "OFFICIAL"

    def test_who_else_of_the_unit_is_away(self, room):
        other = granted(room, ready(room, employee=team_mate(room)))
        row = ready(room)
        page = get_case(actor=room.official, request_id=row.pk, now=NOW)
        assert other.state == State.GRANTED
        assert page.unit_away == 1
        size = User.objects.filter(employee__unit=room.unit, is_active=True).count()
        assert page.unit_size == size
        assert page.buckets == ((2026, "9"),)

    def test_what_can_be_done_with_granted_leave(self, room):
        row = granted(room, ready(room))
        case = {"request_id": row.pk, "now": NOW}
        assert get_case(actor=room.official, **case).can == {Action.RECALL, Action.REVOKE}
        assert get_case(actor=room.hr, **case).can == {Action.REVOKE}
        ask_cancel(actor=room.asker, request_id=row.pk, version=row.version, now=NOW)
        assert get_case(actor=room.official, **case).can == {
            Action.CANCEL, Action.KEEP, Action.RECALL, Action.REVOKE,
        }  # fmt: skip
        endings.ask_revocation(
            actor=room.hr, request_id=row.pk, version=read(row.pk).version,
            reason=RevokeReason.FRAUD, now=NOW,
        )  # fmt: skip
        page = get_case(actor=room.hr, **case)
        assert (page.revocation_is_own, Action.REVOKE in page.can) == (True, False)

    def test_the_first_pilgrimage_is_not_put_off(self, room):
        from portal.leave.choices import Purpose
        from portal.leave.rules.asking import Details

        LeaveType.objects.filter(code="CT-PNS").update(family=Family.LONG, has_account=False)
        hajj = Details(purpose=Purpose.FIRST_HAJJ)
        row = ready(room, details=hajj)
        ruling = rules(row, Outcome.DEFER)
        assert refused(decide, room, row, ruling) == Refusal.RULE_FORBIDS
        page = get_case(actor=room.official, request_id=row.pk, now=NOW)
        assert Outcome.DEFER not in page.outcomes
        other = ready(room, employee=team_mate(room))
        decide(room, other, rules(other, Outcome.DEFER))


def test_running_leave(room):
    row = granted(room, ready(room))
    ready(room, employee=team_mate(room))
    with override("id"):
        (shown,) = list_running(actor=room.official, now=NOW)
    assert (shown.id, shown.letter_number, shown.can_recall) == (row.pk, "1/SIC/2026", True)
    assert list_running(actor=room.hr, now=NOW)[0].can_recall is False
    endings.close_finished(now=NOW.replace(month=12, day=10))
    assert list_running(actor=room.official, now=NOW) == []
