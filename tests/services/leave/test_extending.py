"""Sick leave that goes on, and annual leave instead of it."""

from datetime import date, timedelta

import pytest

from portal.leave.choices import (
    Certificate,
    ConsiderationState,
    Issuer,
    Mode,
    Opinion,
    Refusal,
    State,
)
from portal.leave.models import Consideration, Evidence, LeaveRequest
from portal.leave.selectors.preview import preview
from portal.leave.services import changes, requests
from portal.leave.services.considerations import consider
from portal.leave.services.details import Details, open_details
from portal.people.choices import Employment
from tests.factories import NOW
from tests.services.leave.asks import (
    DEC_1,
    DEC_3,
    DEC_4,
    DEC_7,
    TODAY,
    ask_for,
    claimed,
    left,
    refusal,
    row_of,
    send,
    sick,
)
from tests.support.leave import open_room

# --- extending


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


def test_an_attestation_desk_has_no_annual_leave_to_offer(db):
    room = open_room(mode=Mode.ATTESTATION)
    old = sick(room, TODAY, DEC_4)
    deed = {"actor": room.asker, "request_id": old, "version": 1, "now": NOW}
    assert refusal(changes.to_annual, **deed) == Refusal.ROOM_CLOSED
    assert row_of(old).state == State.EVIDENCE_DUE
