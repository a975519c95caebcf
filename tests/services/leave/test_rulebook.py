"""A changed rule is a new version; requests on their way keep the one they had."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.http import Http404

from portal.audit.models import StaffEvent
from portal.leave.choices import Care, Family, Issuer, Profile, Refusal
from portal.leave.models import LeaveDesk, LeaveType, PayBand
from portal.leave.rules.bands import Band
from portal.leave.rules.kinds import EvidenceStep
from portal.leave.rules.profiles.asn import EXAMPLE_BANDS
from portal.leave.selectors.kinds import kind_of, kinds_for
from portal.leave.selectors.rulebook import list_bands, list_rules
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.rulebook import new_version, set_bands, switch_type
from tests.support.leave import open_room
from tests.support.ledger import ask, days_on, noon

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NEXT = date(2027, 1, 1)
NOW = noon(TODAY)


@pytest.fixture
def room():
    return open_room()


def kind(room, code="CS"):
    return LeaveType.objects.get(agency=room.agency, code=code, valid_until=None)


def change(room, row, **changes):
    values = {
        "actor": room.hr,
        "leave_type_id": row.pk,
        "valid_from": NEXT,
        "legal_basis": "Peraturan BKN 9/2026",
        "now": NOW,
        **changes,
    }
    return new_version(**values)


def codes(room, on):
    return {one.code: one for one in kinds_for(employee_id=room.employee.pk, on=on)}


def test_a_request_keeps_the_version_it_was_sent_under(room):
    row = ask(room.employee, days_on(TODAY, 2), code="CS")
    old = kind(room)
    new_id = change(room, old, most_months=6, evidence_within=3)
    row.refresh_from_db()
    assert row.leave_type_id == old.pk
    assert kind_of(row.leave_type).most_months == 12
    assert codes(room, date(2026, 12, 31))["CS"].id == old.pk
    assert codes(room, NEXT)["CS"].id == new_id
    assert codes(room, NEXT)["CS"].most_months == 6
    old.refresh_from_db()
    assert (old.valid_until, old.most_months) == (date(2026, 12, 31), 12)
    new = LeaveType.objects.get(pk=new_id)
    assert (new.name_id, new.legal_basis) == ("Cuti sakit", "Peraturan BKN 9/2026")
    assert StaffEvent.objects.filter(action="leave.rule_changed").count() == 1


def test_evidence_is_changed_by_steps(room):
    steps = (
        EvidenceStep(1, (Issuer.DOCTOR,)),
        EvidenceStep(30, (Issuer.GOVERNMENT,)),
    )
    change(room, kind(room), evidence=steps)
    assert codes(room, NEXT)["CS"].evidence == steps


def test_sick_leave_keeps_a_certificate(room):
    with pytest.raises(LeaveRefused) as refusal:
        change(room, kind(room), evidence=())
    assert refusal.value.reason == Refusal.RULE_FORBIDS
    assert codes(room, NEXT)["CS"].evidence


def test_only_the_latest_version_is_followed_by_another(room):
    old = kind(room)
    change(room, old)
    for row, start in ((old, date(2027, 6, 1)), (kind(room), NEXT), (kind(room), TODAY)):
        with pytest.raises(LeaveRefused) as refusal:
            change(room, row, valid_from=start)
        assert refusal.value.reason == Refusal.DATES_TAKEN
    assert LeaveType.objects.filter(agency=room.agency, code="CS").count() == 2


@pytest.mark.parametrize("name", ["can_refuse", "can_defer", "can_recall"])
def test_sick_leave_is_not_made_refusable_deferrable_or_recallable(room, name):
    with pytest.raises(LeaveRefused) as refusal:
        change(room, kind(room), **{name: True})
    assert refusal.value.reason == Refusal.RULE_FORBIDS
    change(room, kind(room, "CT-PNS"), **{name: True})


def test_half_days_are_for_companies(room):
    with pytest.raises(LeaveRefused) as refusal:
        change(room, kind(room, "CT-PNS"), half_days=True)
    assert refusal.value.reason == Refusal.RULE_FORBIDS
    LeaveDesk.objects.update(profile=Profile.PRIVATE)
    change(room, kind(room, "CT-PNS"), half_days=True)
    assert codes(room, NEXT)["CT-PNS"].half_days


@pytest.mark.parametrize(
    "wrong",
    [
        {"legal_basis": " "},
        {"name_id": " "},
        {"name_en": ""},
        {"evidence": (EvidenceStep(5, (Issuer.DOCTOR,)), EvidenceStep(2, (Issuer.DOCTOR,)))},
        {"evidence": (EvidenceStep(0, (Issuer.DOCTOR,)),)},
        {"evidence": (EvidenceStep(1, ()),)},
    ],
)
def test_a_version_that_says_nothing_is_a_mistake_of_the_caller(room, wrong):
    with pytest.raises(ValueError, match=r"basis|name|step"):
        change(room, kind(room), **wrong)
    assert LeaveType.objects.filter(code="CS").count() == 1


def test_a_kind_is_switched_off_and_on(room):
    row = kind(room, "CT-PNS")
    change(room, row)
    for is_on in (False, False, True):
        switch_type(actor=room.hr, leave_type_id=row.pk, is_on=is_on, now=NOW)
        assert ("CT-PNS" in codes(room, TODAY)) is is_on
        assert ("CT-PNS" in codes(room, NEXT)) is is_on
    actions = ["leave.kind_off", "leave.kind_on"]
    assert [StaffEvent.objects.filter(action=one).count() for one in actions] == [1, 1]


def test_sick_leave_stays_on_while_the_room_is_open(room):
    with pytest.raises(LeaveRefused) as refusal:
        switch_type(actor=room.hr, leave_type_id=kind(room).pk, is_on=False, now=NOW)
    assert refusal.value.reason == Refusal.RULE_FORBIDS


def test_rules_of_another_agency_are_not_there(room):
    row = kind(open_room())
    with pytest.raises(Http404):
        change(room, row)
    with pytest.raises(Http404):
        switch_type(actor=room.hr, leave_type_id=row.pk, is_on=True, now=NOW)
    with pytest.raises(Http404):
        switch_type(actor=room.hr, leave_type_id=uuid4(), is_on=True, now=NOW)
    for actor in (room.official, room.reviewer, room.asker):
        with pytest.raises(Http404):
            change(room, kind(room), actor=actor)
        with pytest.raises(Http404):
            list_rules(actor=actor, now=NOW)


def test_the_rules_can_be_read_with_their_versions(room):
    change(room, kind(room), valid_from=date(2026, 12, 1))
    rows = [row for row in list_rules(actor=room.hr, now=NOW) if row.kind.code == "CS"]
    assert [(row.is_now, row.is_latest) for row in rows] == [(True, False), (False, True)]


BANDS = (
    Band(code="S0", percent_a_day=Decimal(0), until_day=3),
    Band(code="S1", percent_a_day=Decimal("1.00"), from_day=4),
    Band(code="S0", percent_a_day=Decimal(0), care=Care.INPATIENT, until_day=30),
)


def bands(room, rows=BANDS, **changes):
    values = {
        "actor": room.hr,
        "family": Family.SICK,
        "bands": rows,
        "valid_from": NEXT,
        "legal_basis": "Peraturan instansi 6/2026",
        "now": NOW,
        **changes,
    }
    set_bands(**values)


def test_bands_take_the_place_of_those_before(room):
    bands(room, rows=BANDS[:1] + BANDS[1:2], valid_from=date(2026, 1, 1))
    bands(room)
    old = PayBand.objects.filter(valid_until=date(2026, 12, 31))
    assert old.count() == 2
    lines = list_bands(actor=room.hr)
    assert [(line.code, line.care, line.percent_a_day) for line in lines[2:]] == [
        ("S0", Care.ANY, 0),
        ("S1", Care.ANY, 1),
        ("S0", Care.INPATIENT, 0),
    ]


def spans(room):
    return sorted(
        {(line.valid_from, line.valid_until) for line in list_bands(actor=room.hr)},
    )


def test_bands_to_come_are_set_again_and_those_in_force_are_not(room):
    first = date(2026, 1, 1)
    bands(room, valid_from=first)
    bands(room, rows=[Band(code="S5", percent_a_day=Decimal(50))])
    bands(room, rows=[Band(code="S5", percent_a_day=Decimal(5))])
    assert spans(room) == [(first, date(2026, 12, 31)), (NEXT, None)]
    assert PayBand.objects.get(code="S5").percent_a_day == 5
    bands(room, valid_from=date(2026, 12, 1))
    assert spans(room) == [(first, date(2026, 11, 30)), (date(2026, 12, 1), None)]
    for day in (first, date(2025, 6, 1)):
        with pytest.raises(LeaveRefused) as refusal:
            bands(room, valid_from=day)
        assert refusal.value.reason == Refusal.DATES_TAKEN
    assert len(spans(room)) == 2


def test_a_code_stands_for_one_rate_in_all_families(room):
    bands(room, valid_from=date(2026, 1, 1))
    other = [Band(code="S1", percent_a_day=Decimal(2))]
    for family in (Family.MATERNITY, Family.SICK):
        with pytest.raises(LeaveRefused) as refusal:
            bands(room, rows=other, family=family)
        assert refusal.value.reason == Refusal.BAND_CODE_TAKEN
    bands(room, rows=[Band(code="S1", percent_a_day=Decimal(1))], family=Family.MATERNITY)
    bands(open_room(), rows=other)


@pytest.mark.parametrize(
    "rows",
    [
        (),
        BANDS[1:2],
        (BANDS[0], BANDS[0]),
        (BANDS[0], Band(code="S1", percent_a_day=Decimal(1), from_day=5)),
        BANDS[2:],
        (*BANDS, BANDS[2]),
        (BANDS[0], Band(code="S0", percent_a_day=Decimal(1), from_day=4)),
        [Band(code="S9", percent_a_day=Decimal("100.01"))],
    ],
)
def test_bands_leave_no_day_of_an_episode_out(room, rows):
    with pytest.raises(ValueError, match="no day out"):
        bands(room, rows=rows)
    with pytest.raises(ValueError, match="basis"):
        bands(room, legal_basis=" ")


def test_the_example_of_a_profile_can_be_entered_as_it_is(room):
    bands(room, rows=EXAMPLE_BANDS)
    assert PayBand.objects.filter(valid_from=NEXT).count() == len(EXAMPLE_BANDS)
