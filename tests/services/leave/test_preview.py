"""What somebody sees before she sends; every refusal shows a way on."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.http import Http404
from django.utils import translation

from portal.leave import policies
from portal.leave.choices import (
    Care,
    Certificate,
    Family,
    Instead,
    Issuer,
    ManagerSees,
    Mode,
    Part,
    Refusal,
)
from portal.leave.models import LeaveRequest, LeaveType, LedgerEntry, PayBand
from portal.leave.selectors.preview import kind_names, open_kinds, preview
from portal.leave.services.details import Details
from portal.people.choices import Employment
from tests.factories import NOW, account, make_employee, make_user
from tests.services.leave.asks import DEC_1, TODAY, ask_for, send
from tests.support.leave import open_room

MARCH_16 = date(2026, 3, 16)
IN_MARCH = NOW - timedelta(days=252)  # 16 March 2026


def look(room, *args, now=NOW, **more):
    return preview(actor=room.asker, ask=ask_for(*args, **more), now=now)


def test_annual_leave_says_what_is_left_afterwards(room):
    found = look(room, DEC_1, date(2026, 12, 4))
    assert (found.code, found.family, found.days) == ("CT-PNS", Family.ANNUAL, 4)
    assert (found.balance.available, found.left_after) == (12, 8)
    assert (found.evidence, found.evidence_due_on, found.effects) == ((), None, ())
    assert (found.refusal, found.ways, found.provisional) == (None, (), False)


def test_nothing_is_written_by_looking(room):
    look(room, DEC_1, certificate=Certificate.LATER, words="ZX-KEJIWAAN-91")
    assert not LeaveRequest.objects.exists()
    assert not LedgerEntry.objects.filter(kind="RESERVE").exists()


def test_what_is_shown_does_not_carry_the_words(room):
    found = look(room, DEC_1, certificate=Certificate.LATER, words="ZX-KEJIWAAN-91")
    assert "ZX-KEJIWAAN" not in repr(found)


@pytest.mark.parametrize("certificate", [Certificate.NOW, Certificate.LATER])
def test_a_certificate_makes_it_sick_leave(room, certificate):
    found = look(room, DEC_1, certificate=certificate)
    assert (found.family, found.provisional) == (Family.SICK, True)
    assert found.evidence_due_on == DEC_1 + timedelta(days=21)
    assert found.balance is None


@pytest.mark.parametrize(
    ("last", "issuers"),
    [
        (date(2026, 3, 29), (Issuer.DOCTOR, Issuer.GOVERNMENT)),  # 14 days
        (date(2026, 3, 30), (Issuer.GOVERNMENT,)),  # 15 days
    ],
    ids=["14", "15"],
)
def test_a_pppk_needs_a_government_doctor_from_the_fifteenth_day_on(db, last, issuers):
    room = open_room(employment=Employment.PPPK)
    found = look(room, MARCH_16, last, certificate=Certificate.LATER, now=IN_MARCH)
    assert found.evidence == tuple(str(one.label) for one in issuers)


@pytest.mark.parametrize("days", [1, 15, 30, 200])
def test_a_pns_needs_any_licensed_doctor(room, days):
    last = DEC_1 + timedelta(days=days - 1)
    found = look(room, DEC_1, last, certificate=Certificate.LATER)
    assert str(Issuer.DOCTOR.label) in found.evidence
    assert found.refusal is None


def test_days_of_two_years_are_shown_by_year(room):
    found = look(room, date(2026, 12, 30), date(2027, 1, 4))
    assert [(one.year, one.available - one.after) for one in found.years] == [
        (2026, 2), (2027, 2),
    ]  # fmt: skip


def test_too_few_days_offer_other_ways(room):
    send(room, DEC_1, date(2026, 12, 11))
    found = look(room, date(2026, 12, 14), date(2026, 12, 18))
    assert found.refusal == Refusal.NOT_ENOUGH_DAYS
    assert str(Instead.COUNSELLING.label) in found.ways
    assert str(Instead.OTHER_KIND.label) in found.ways


def test_too_short_a_service_offers_other_ways(room):
    from portal.leave.models import ServiceRecord

    LeaveType.objects.filter(code="CT-PNS").update(service_months=12)
    ServiceRecord.objects.create(employee=room.employee, started_on=date(2026, 6, 1))
    found = look(room, DEC_1)
    assert found.refusal == Refusal.NOT_YET_ENTITLED
    assert str(Instead.COUNSELLING.label) in found.ways


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.ATTESTATION])
def test_a_room_that_does_not_take_it_shows_where_to_go(db, mode):
    found = look(open_room(mode=mode), DEC_1)
    assert found.refusal == Refusal.ROOM_CLOSED
    assert found.ways


def test_an_attestation_desk_shows_no_balance_and_no_superior(db):
    room = open_room(mode=Mode.ATTESTATION)
    found = look(room, DEC_1, certificate=Certificate.NOW)
    assert (found.refusal, found.desk_only, found.balance) == (None, True, None)
    assert not found.provisional
    assert [(one.code, one.balance) for one in _kinds(room, Mode.ATTESTATION)] == [("CS", None)]
    assert [code for code, _name in _names(room, Mode.ATTESTATION)] == ["CS"]


def test_the_kinds_that_are_open(room):
    kinds = _kinds(room, Mode.FULL)
    assert [(one.code, one.balance and one.balance.available) for one in kinds] == [
        ("CT-PNS", Decimal(12)), ("CS", None),
    ]  # fmt: skip
    assert _names(room, Mode.FULL) == [(one.code, one.name) for one in kinds]
    assert (_kinds(room, Mode.OFF), _names(room, Mode.OFF)) == ([], [])
    with pytest.raises(Http404):
        policies.own_card(account(make_user()))


def _kinds(room, mode):
    return open_kinds(policies.own_card(room.asker), mode=mode, today=TODAY)


def _names(room, mode):
    return kind_names(policies.own_card(room.asker), mode=mode, today=TODAY)


def band(room, percent, first, last=None, care=Care.ANY):
    PayBand.objects.create(
        agency=room.agency, family=Family.SICK, code=f"{care[:3]}{first}", care=care,
        from_day=first, until_day=last, percent_a_day=percent, legal_basis="PM 8/2025",
        valid_from=date(2020, 1, 1),
    )  # fmt: skip


def test_the_effect_on_the_allowance_goes_over_all_care(room):
    band(room, 0, 1, 3, Care.OUTPATIENT)
    band(room, 2, 4, None, Care.OUTPATIENT)
    band(room, 0, 1, 25, Care.INPATIENT)
    with translation.override("en"):
        (effect,) = look(room, DEC_1, date(2026, 12, 7), certificate=Certificate.LATER).effects
    assert "Between 0 and 8 %" in effect
    with translation.override("en"):
        (nothing,) = look(room, DEC_1, date(2026, 12, 3), certificate=Certificate.LATER).effects
    assert "Nothing" in nothing


def test_it_says_what_the_manager_sees(room):
    with translation.override("en"):
        plain = look(room, DEC_1).manager_sees
        sick = look(room, DEC_1, certificate=Certificate.LATER).manager_sees
        assert plain == sick
        out = look(room, DEC_1, details=Details(leave_out_manager=True)).manager_sees
        assert out != plain
        LeaveType.objects.filter(code="CS").update(manager_sees=ManagerSees.TYPE)
        named = look(room, DEC_1, certificate=Certificate.LATER).manager_sees
        assert "Sick leave" in named


def test_half_days_of_companies_are_counted(room):
    LeaveType.objects.filter(code="CT-PNS").update(half_days=True)
    found = look(room, DEC_1, part=Part.MORNING)
    assert (found.days, found.left_after) == (Decimal("0.5"), Decimal("11.5"))


def test_another_ones_request_is_not_there(room):
    request_id = send(room, DEC_1)
    other = account(make_employee("lain", agency=room.agency))
    with pytest.raises(Http404):
        preview(actor=other, ask=ask_for(DEC_1), again=request_id, now=NOW)
    with pytest.raises(Http404):
        preview(actor=other, ask=ask_for(DEC_1, supersedes=request_id), now=NOW)
    with pytest.raises(Http404):
        preview(actor=account(make_user()), ask=ask_for(TODAY), now=NOW)
