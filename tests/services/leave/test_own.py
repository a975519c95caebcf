"""What somebody sees of her own leave: where it stands, what waits, who opened what."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.http import Http404
from django.utils import translation

from portal.leave.choices import (
    Action,
    Certificate,
    DecisionState,
    Missing,
    Mode,
    Outcome,
    Reason,
    State,
    Verdict,
    WayForward,
)
from portal.leave.models import Attestation, Decision, Evidence, EvidenceOpening, LeaveRequest
from portal.leave.selectors.own import get_own, list_own
from portal.leave.services import requests
from tests.factories import NOW, account, make_employee
from tests.services.leave.asks import DEC_1, TODAY, send
from tests.support.leave import open_room


def page(room, request_id):
    return get_own(actor=room.asker, request_id=request_id, now=NOW)


def test_an_empty_list_says_what_is_left(room):
    shown = list_own(actor=room.asker, now=NOW)
    assert (shown.is_closed, shown.rows, shown.open) == (False, (), ())
    assert [(one.year, one.available) for one in shown.balances] == [(2026, Decimal(12))]


def test_a_closed_room_says_so(db):
    shown = list_own(actor=open_room(mode=Mode.OFF).asker, now=NOW)
    assert shown.is_closed
    assert shown.balances == ()


def test_the_list_has_what_is_open_coming_and_past(room):
    first = send(room, DEC_1)
    second = send(room, date(2026, 12, 3), certificate=Certificate.LATER)
    third = send(room, date(2026, 12, 8))
    requests.withdraw(actor=room.asker, request_id=third, version=1, now=NOW)
    LeaveRequest.objects.filter(pk=first).update(state=State.GRANTED)
    shown = list_own(actor=room.asker, now=NOW)
    assert [row.id for row in shown.open] == [second]
    assert [row.id for row in shown.coming] == [first]
    assert [row.id for row in shown.past] == [third]
    assert "2026" in shown.open[0].needs


def test_the_list_costs_the_same_however_long_it_is(room, django_assert_max_num_queries):
    for day in (1, 2, 3, 4, 7, 8):
        send(room, date(2026, 12, day))
    with django_assert_max_num_queries(25):
        list_own(actor=room.asker, now=NOW)


def test_a_fresh_request_of_annual_leave(room):
    found = page(room, send(room, DEC_1, date(2026, 12, 4)))
    assert found.can == {Action.WITHDRAW}
    assert found.can_extend
    assert not found.can_change
    assert not found.can_to_annual
    assert found.evidence == ()
    assert found.evidence_due_on is None
    assert [(one.state, one.on_day) for one in found.steps] == [
        ("done", TODAY), ("now", None), ("next", None), ("next", None),
    ]  # fmt: skip
    assert found.expected_words
    assert found.next_day == date(2026, 12, 5)


def test_a_fresh_request_with_a_certificate_to_come(room):
    found = page(room, send(room, DEC_1, certificate=Certificate.LATER, words="lelah"))
    assert found.can == {Action.WITHDRAW, Action.HAND_IN}
    assert found.can_to_annual
    assert found.evidence_due_on == DEC_1 + timedelta(days=21)
    assert len(found.evidence_labels) == 2
    assert [piece.is_words for piece in found.evidence] == [True]
    assert "lelah" not in repr(found)


def test_the_page_says_who_opened_what_on_which_day(room):
    request_id = send(room, DEC_1, certificate=Certificate.LATER, words="lelah")
    piece = Evidence.objects.get(dossier__request=request_id)
    EvidenceOpening.objects.create(
        evidence=piece, reviewer_id=room.reviewer.user_id, on_day=TODAY
    )
    ((day, who),) = page(room, request_id).evidence[0].openings
    assert day == TODAY
    assert "Penelaah" in who


def test_what_is_missing_is_shown_with_a_second_look(room):
    request_id = send(room, DEC_1, certificate=Certificate.LATER)
    Attestation.objects.create(
        request_id=request_id, reviewer_id=room.reviewer.user_id, on_day=TODAY,
        verdict=Verdict.NOT_ENOUGH, missing=[Missing.SIGNATURE],
    )  # fmt: skip
    found = page(room, request_id)
    assert found.missing_labels == (str(Missing.SIGNATURE.label),)
    assert found.can_second_look
    assert found.attestation.label == str(Verdict.NOT_ENOUGH.label)


def decide(room, request_id, state, outcome, **more):
    row = LeaveRequest.objects.get(pk=request_id)
    return Decision.objects.create(
        request=row, round=row.round, outcome=outcome, state=state, first_day=row.first_day,
        last_day=row.last_day, decided_by_id=room.official.user_id, decided_at=NOW,
        final_at=NOW, **more,
    )  # fmt: skip


def test_a_decision_that_can_be_taken_back_is_not_shown(room):
    request_id = send(room, DEC_1)
    decide(room, request_id, DecisionState.PENDING, Outcome.GRANT)
    assert page(room, request_id).decision is None


def test_a_refusal_shows_its_reason_and_the_ways_on(room):
    request_id = send(room, DEC_1)
    LeaveRequest.objects.filter(pk=request_id).update(state=State.RETURNED)
    decide(
        room, request_id, DecisionState.FINAL, Outcome.RETURN, reason=Reason.INCOMPLETE,
        ways_forward=[WayForward.ADD_EVIDENCE],
    )  # fmt: skip
    found = page(room, request_id)
    assert found.decision.reason_label == str(Reason.INCOMPLETE.label)
    assert [way.way for way in found.decision.ways] == [WayForward.ADD_EVIDENCE]
    assert found.can_resubmit
    assert found.needs


def test_granted_leave_can_be_changed_cancelled_and_shortened_in_time(room):
    request_id = send(room, DEC_1, date(2026, 12, 4))
    LeaveRequest.objects.filter(pk=request_id).update(state=State.GRANTED)
    found = page(room, request_id)
    assert found.can == {Action.ASK_CANCEL, Action.ASK_EARLY_RETURN}
    assert found.can_change
    later = get_own(actor=room.asker, request_id=request_id, now=NOW + timedelta(days=9))
    assert later.can == {Action.ASK_EARLY_RETURN}
    assert not later.can_change
    over = get_own(actor=room.asker, request_id=request_id, now=NOW + timedelta(days=20))
    assert over.can == frozenset()


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_page_in_both_languages(room, state):
    request_id = send(room, DEC_1)
    LeaveRequest.objects.filter(pk=request_id).update(state=state)
    for language in ("id", "en"):
        with translation.override(language):
            found = page(room, request_id)
            assert found.lead
            assert found.steps
            assert found.state_label


def test_nobody_sees_another_ones_leave(room):
    request_id = send(room, DEC_1)
    for other in (
        account(make_employee("lain", agency=room.agency)), room.hr, room.reviewer,
        room.superior, room.official,
    ):  # fmt: skip
        with pytest.raises(Http404):
            get_own(actor=other, request_id=request_id, now=NOW)
        assert list_own(actor=other, now=NOW).rows == ()
