"""What came back is sent again: other days, another kind, a verdict that still counts."""

from datetime import date, timedelta

from portal.leave.choices import (
    Certificate,
    ConsiderationState,
    Issuer,
    Opinion,
    Refusal,
    State,
    Verdict,
)
from portal.leave.models import Attestation, Consideration, LeaveRequest
from portal.leave.selectors.preview import preview
from portal.leave.services import requests
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
    sick,
)


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
