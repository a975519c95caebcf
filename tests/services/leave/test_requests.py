"""Asking for leave: what is written, what is refused, and what nobody reads."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.http import Http404

from portal.leave.choices import (
    Action,
    Certificate,
    ConsiderationState,
    Family,
    Mode,
    Part,
    Refusal,
    State,
)
from portal.leave.models import (
    CaseEvent,
    Consideration,
    Evidence,
    HealthDossier,
    LeaveDay,
    LeaveRequest,
    LeaveType,
    LedgerEntry,
)
from portal.leave.services import requests
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.details import Details, open_details
from portal.people.choices import Employment
from tests.factories import NOW, account, at, make_employee
from tests.services.leave.asks import DEC_1, TODAY, ask_for, left, send
from tests.support.leave import open_room


def refused(room, *args, **more) -> Refusal:
    before = (LeaveRequest.objects.count(), LedgerEntry.objects.count())
    with pytest.raises(LeaveRefused) as caught:
        send(room, *args, **more)
    # The year may be opened anew at any time; nothing of a request is left.
    assert LeaveRequest.objects.count() == before[0]
    assert not LedgerEntry.objects.filter(request__isnull=True, kind="RESERVE").exists()
    return caught.value.reason


def test_annual_leave_is_written_reserved_and_asked(room):
    before = left(room)
    request_id = send(room, DEC_1, date(2026, 12, 4))
    row = LeaveRequest.objects.get(pk=request_id)
    assert (row.state, row.days, row.certificate) == (State.CONSIDERATION, 4, "NONE")
    assert row.leave_type.family == Family.ANNUAL
    assert row.sent_on == TODAY
    assert row.evidence_due_on is None
    assert not row.is_provisional
    assert left(room) == before - 4
    assert LeaveDay.objects.filter(request=row, active=True).count() == 4
    assert Consideration.objects.get(request=row).asked_id == room.manager.pk
    assert HealthDossier.objects.filter(request=row).count() == 1
    events = CaseEvent.objects.filter(request=row).values_list("action", "state", "role")
    assert list(events) == [(Action.SUBMIT, State.CONSIDERATION, "EMPLOYEE")]


@pytest.mark.parametrize("certificate", [Certificate.NOW, Certificate.LATER])
def test_a_certificate_makes_it_sick_leave_that_counts_at_once(room, certificate):
    row = LeaveRequest.objects.get(pk=send(room, TODAY, TODAY + timedelta(days=2), certificate))
    assert row.leave_type.family == Family.SICK
    assert row.state == State.EVIDENCE_DUE
    assert row.is_provisional
    assert row.evidence_due_on == TODAY + timedelta(days=21)
    assert row.days == 3
    assert not row.entries.exists()
    assert Consideration.objects.filter(request=row, state=ConsiderationState.OPEN).exists()


def test_the_same_form_twice_is_one_request(room):
    key = uuid4()
    first = send(room, DEC_1, key=key)
    assert send(room, DEC_1, key=key) == first
    assert send(room, date(2026, 12, 3), key=key) == first
    assert LeaveRequest.objects.count() == 1
    assert Consideration.objects.count() == 1


def test_two_pending_of_eight_days_do_not_both_fit_into_twelve(room):
    assert left(room) == 12
    send(room, DEC_1, date(2026, 12, 10))
    assert left(room) == 4
    assert refused(room, date(2026, 12, 14), date(2026, 12, 23)) == Refusal.NOT_ENOUGH_DAYS
    assert left(room) == 4


@pytest.mark.parametrize(
    ("first", "last"),
    [(2, 3), (1, 4), (1, 2), (4, 8), (3, 3), (1, 30)],
    ids=["inside", "same", "start", "end edge", "one day", "enclosing"],
)
def test_leave_never_overlaps(room, first, last):
    send(room, DEC_1, date(2026, 12, 4), Certificate.LATER)
    dates = (date(2026, 12, first), date(2026, 12, last))
    for certificate in (Certificate.NONE, Certificate.LATER):
        assert refused(room, *dates, certificate) == Refusal.OVERLAP


def test_leave_may_touch(room):
    send(room, DEC_1, date(2026, 12, 2))
    send(room, date(2026, 12, 3), date(2026, 12, 4))
    send(room, date(2026, 11, 30))
    assert LeaveRequest.objects.count() == 3


def half_days(room):
    LeaveType.objects.filter(agency=room.agency, code="CT-PNS").update(half_days=True)


@pytest.mark.parametrize("day", [DEC_1, TODAY], ids=["later", "today"])
def test_morning_and_afternoon_of_one_day_are_two_leaves(room, day):
    half_days(room)
    send(room, day, part=Part.MORNING)
    send(room, day, part=Part.AFTERNOON)
    assert left(room) == 11
    assert refused(room, day) == Refusal.OVERLAP
    assert refused(room, day, part=Part.MORNING) == Refusal.OVERLAP


def test_a_morning_and_a_whole_day_do_not_fit(room):
    half_days(room)
    send(room, DEC_1, part=Part.MORNING)
    assert refused(room, DEC_1) == Refusal.OVERLAP


def test_half_days_only_where_the_rule_knows_them(room):
    assert refused(room, DEC_1, part=Part.MORNING) == Refusal.NO_HALF_DAYS
    half_days(room)
    assert LeaveRequest.objects.get(pk=send(room, DEC_1, part=Part.MORNING)).days == Decimal(
        "0.5"
    )


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 12, 5), date(2026, 12, 6))], ids=["weekend"]
)
def test_days_that_are_free_anyway_are_refused_and_reserve_nothing(room, first, last):
    before = left(room)
    assert refused(room, first, last) == Refusal.NO_DAYS
    assert left(room) == before


def test_the_date_is_that_of_jayapura(db):
    room = open_room(zone="Asia/Jayapura")
    half_past_midnight = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    row = LeaveRequest.objects.get(pk=send(room, date(2026, 11, 24), now=half_past_midnight))
    assert row.sent_on == date(2026, 11, 24)
    assert row.events.get().on_day == date(2026, 11, 24)
    assert row.considerations.get().asked_on == date(2026, 11, 24)
    assert refused(room, date(2026, 11, 23), now=half_past_midnight) == Refusal.PAST_DATES


def test_sick_leave_starts_some_days_back_and_annual_leave_does_not(room):
    assert refused(room, TODAY - timedelta(days=3)) == Refusal.PAST_DATES
    too_far = TODAY - timedelta(days=22)
    assert refused(room, too_far, certificate=Certificate.LATER) == Refusal.PAST_DATES
    back = TODAY - timedelta(days=21)
    row = LeaveRequest.objects.get(pk=send(room, back, certificate=Certificate.LATER))
    assert row.evidence_due_on == TODAY


def test_words_are_sealed_to_the_reviewers_and_stand_nowhere_else(room, caplog):
    words = "ZX-KEJIWAAN-91"
    request_id = send(room, DEC_1, certificate=Certificate.LATER, words=words)
    piece = Evidence.objects.get(dossier__request=request_id)
    assert piece.is_words
    assert piece.keys.count() == 2
    row = LeaveRequest.objects.get(pk=request_id)
    dump = repr([row.__dict__, list(row.events.values()), list(row.considerations.values())])
    dump += repr([piece.__dict__, list(piece.leaves.values())]) + caplog.text
    assert words not in dump


def test_words_that_nobody_could_read_are_not_sent(room):
    from portal.people.models import RoleGrant

    RoleGrant.objects.filter(role="REVIEWER").delete()
    assert refused(room, DEC_1, words="lelah sekali") == Refusal.NO_REVIEWER
    send(room, DEC_1)


def test_an_error_says_nothing_of_what_was_written(room, monkeypatch):
    def breaks(*_args, **_more):
        raise RuntimeError("the machine stopped")

    monkeypatch.setattr(requests, "ask_superior", breaks)
    typed = {"words": "ZX-KEJIWAAN-91", "details": Details(address="Jalan Melati")}
    with pytest.raises(RuntimeError) as caught:
        send(room, DEC_1, **typed)
    import traceback

    told = "".join(traceback.format_exception(caught.value))
    assert "ZX-KEJIWAAN" not in told
    assert "Melati" not in told
    assert not LeaveRequest.objects.exists()


def test_wishes_are_kept_sealed(room):
    details = Details(address="Jalan Melati 3", phone="0812", leave_out_manager=True)
    row = LeaveRequest.objects.get(pk=send(room, DEC_1, details=details))
    assert open_details(row) == details
    assert row.considerations.get().asked_id == room.director.pk


def test_a_closed_room_refuses_kindly(db):
    room = open_room(mode=Mode.OFF)
    assert refused(room, DEC_1) == Refusal.ROOM_CLOSED


def test_an_attestation_desk_takes_sick_leave_and_asks_nobody(db):
    room = open_room(mode=Mode.ATTESTATION)
    assert refused(room, DEC_1) == Refusal.ROOM_CLOSED
    row = LeaveRequest.objects.get(pk=send(room, DEC_1, certificate=Certificate.LATER))
    assert row.desk_only
    assert row.state == State.EVIDENCE_DUE
    assert not row.is_provisional
    assert not row.considerations.exists()
    assert not LedgerEntry.objects.exists()
    assert refused(room, DEC_1, certificate=Certificate.LATER) == Refusal.OVERLAP


def test_only_employees_ask(room):
    from tests.factories import make_user

    with pytest.raises(Http404):
        requests.submit_leave_request(actor=account(make_user()), ask=ask_for(DEC_1), now=NOW)


def test_a_foreign_request_is_neither_continued_nor_changed_nor_withdrawn(room):
    other = account(make_employee("lain", agency=room.agency, unit=room.unit))
    mine = send(room, DEC_1)
    for more in ({"continues": mine}, {"supersedes": mine}):
        with pytest.raises(Http404):
            requests.submit_leave_request(actor=other, ask=ask_for(DEC_1, **more), now=NOW)
    with pytest.raises(Http404):
        requests.withdraw(actor=other, request_id=mine, version=1, now=NOW)


def test_where_no_superior_is_left_it_goes_on_to_the_decision(room):
    from portal.people.models import Employee

    Employee.objects.filter(pk=room.employee.pk).update(manager=None)
    row = LeaveRequest.objects.get(pk=send(room, DEC_1))
    assert row.state in (State.DECISION, State.CONSIDERATION)
    assert (row.state == State.DECISION) == (not row.considerations.exists())


# --- withdrawing


def test_after_withdrawing_days_and_balance_are_free_again(room):
    before = left(room)
    request_id = send(room, DEC_1, date(2026, 12, 4))
    requests.withdraw(actor=room.asker, request_id=request_id, version=1, now=NOW)
    row = LeaveRequest.objects.get(pk=request_id)
    assert (row.state, row.closed_on) == (State.WITHDRAWN, TODAY)
    assert left(room) == before
    assert not LeaveDay.objects.filter(active=True).exists()
    assert LeaveDay.objects.filter(request=row).count() == 4
    assert row.considerations.get().state == ConsiderationState.WITHDRAWN
    send(room, DEC_1, date(2026, 12, 4))


def test_withdrawing_is_guarded_by_what_the_page_showed(room):
    request_id = send(room, DEC_1)
    with pytest.raises(LeaveRefused) as caught:
        requests.withdraw(actor=room.asker, request_id=request_id, version=9, now=NOW)
    assert caught.value.reason == Refusal.STALE
    requests.withdraw(actor=room.asker, request_id=request_id, version=1, now=NOW)
    with pytest.raises(LeaveRefused) as caught:
        requests.withdraw(actor=room.asker, request_id=request_id, version=2, now=NOW)
    assert caught.value.reason == Refusal.NOT_NOW


# --- the rule of the kind


def test_the_version_of_the_rule_is_that_of_the_first_day(room):
    old = LeaveType.objects.get(code="CT-PNS")
    LeaveType.objects.filter(pk=old.pk).update(valid_until=date(2026, 12, 31))
    new = LeaveType.objects.get(pk=old.pk)
    new.pk, new.valid_from, new.valid_until = uuid4(), date(2027, 1, 1), None
    new._state.adding = True
    new.save()
    row = LeaveRequest.objects.get(pk=send(room, DEC_1))
    assert row.leave_type_id == old.pk
    later = LeaveRequest.objects.get(pk=send(room, date(2027, 1, 5)))
    assert later.leave_type_id == new.pk


def test_a_chosen_kind_wins_over_the_answer(room):
    row = LeaveRequest.objects.get(
        pk=send(room, DEC_1, certificate=Certificate.LATER, code="CT-PNS")
    )
    assert row.leave_type.code == "CT-PNS"
    assert row.certificate == Certificate.NONE
    assert row.state == State.CONSIDERATION
    assert refused(room, date(2026, 12, 3), code="CS") == Refusal.NEEDS_CERTIFICATE
    assert refused(room, date(2026, 12, 3), code="NONSENSE") == Refusal.NO_SUCH_TYPE


def test_the_limit_is_of_the_episode_and_a_worked_day_starts_a_new_one(db):
    room = open_room(employment=Employment.PPPK)
    month = date(2026, 12, 31)
    assert refused(room, DEC_1, month + timedelta(days=1), Certificate.LATER) == (
        Refusal.OVER_LIMIT
    )
    send(room, DEC_1, month, Certificate.LATER)
    assert refused(room, date(2027, 1, 1), certificate=Certificate.LATER) == Refusal.OVER_LIMIT
    after_a_worked_day = date(2027, 1, 2)
    send(room, after_a_worked_day, certificate=Certificate.LATER)


def test_long_leave_closes_the_annual_leave_of_its_year(room):
    LeaveType.objects.create(
        agency=room.agency, code="CB", family=Family.LONG, employments=[Employment.PNS],
        name_id="Cuti besar", name_en="Long leave", unit="WORKING_DAY", most_months=3,
        valid_from=date(2020, 1, 1), legal_basis="PP 11/2017",
    )  # fmt: skip
    send(room, date(2026, 12, 7), date(2026, 12, 11), code="CB")
    assert refused(room, DEC_1) == Refusal.LONG_LEAVE_YEAR


def test_no_week_on_file_refuses_kindly(room):
    from portal.leave.models import WorkPattern

    WorkPattern.objects.all().delete()
    assert refused(room, DEC_1) == Refusal.NO_WEEK


def test_the_night_of_the_employee_not_of_the_server(room):
    late = at("Asia/Jakarta", 23, 30, day=TODAY)
    assert LeaveRequest.objects.get(pk=send(room, TODAY, now=late)).sent_on == TODAY
