"""Opening the room, loading its rules, and correcting days by hand."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.http import Http404

from portal.audit.models import StaffEvent
from portal.leave.choices import Certificate, EntryKind, Family, Mode, Profile, Purpose, Refusal
from portal.leave.models import JointLeaveYear, LeaveDesk, LeaveType, PayBand, WorkPattern
from portal.leave.selectors.desks import desk_of, desks_of, open_agencies
from portal.leave.selectors.kinds import kind_for, kinds_for, rule_for
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.setup import adjust, close_desk, load_profile, open_desk
from portal.leave.services.years import check_ledger, open_years
from portal.people.choices import Employment, Role
from portal.people.models import Employee
from tests.factories import account, grant, make_agency, make_employee
from tests.support.leave import open_room
from tests.support.ledger import days_on, left, noon, open_for, take

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOW = noon(TODAY)


@pytest.fixture
def agency():
    return make_agency()


@pytest.fixture
def hr(agency):
    person = make_employee("kepegawaian", agency=agency)
    grant(person.user, agency, Role.HR)
    return account(person)


def settings(**changes):
    return {
        "mode": Mode.FULL,
        "profile": Profile.ASN,
        "reviewer_decree": "KEP-1/2026",
        "reviewer_decree_on": date(2026, 11, 2),
        "all_sick_leave": True,
        "retention_days": 90,
        "retention_basis": "Jadwal retensi arsip",
        "number_template": "{no}/{kind}/{year}",
        "place": "Jakarta",
        "now": NOW,
        **changes,
    }


def person_in(agency, employment=Employment.PNS):
    person = make_employee("pegawai", agency=agency)
    Employee.objects.filter(pk=person.pk).update(employment=employment)
    person.refresh_from_db()
    return person


def test_no_row_is_off(agency):
    assert desk_of(agency_id=agency.pk).mode == Mode.OFF
    assert not desk_of(agency_id=agency.pk).is_open
    assert open_agencies() == []


def test_a_room_opens_with_its_rules_and_a_record_of_it(agency, hr):
    made = open_desk(actor=hr, **settings())
    assert made > 20
    desk = desk_of(agency_id=agency.pk)
    assert (desk.mode, desk.place, desk.is_open) == (Mode.FULL, "Jakarta", True)
    assert open_agencies() == [agency.pk]
    assert StaffEvent.objects.filter(action="leave.desk_set").count() == 1
    person = person_in(agency)
    codes = [kind.code for kind in kinds_for(employee_id=person.pk, on=TODAY)]
    assert codes == ["CT-PNS", "CS", "CM", "CAP", "CB", "CLTN"]


def test_opened_again_nothing_is_loaded_twice(agency, hr):
    open_desk(actor=hr, **settings())
    assert open_desk(actor=hr, **settings(place="Bandung", mode=Mode.ATTESTATION)) == 0
    assert desk_of(agency_id=agency.pk).place == "Bandung"
    assert desks_of(agency_ids=[agency.pk])[agency.pk].mode == Mode.ATTESTATION


def test_what_people_entered_is_theirs(agency, hr):
    open_desk(actor=hr, **settings())
    LeaveType.objects.filter(agency=agency, code="CS").update(evidence_within=3)
    PayBand.objects.filter(agency=agency).exclude(family=Family.SICK).delete()
    JointLeaveYear.objects.filter(agency=agency, year=2026).update(deducts=True)
    assert load_profile(agency_id=agency.pk, profile=Profile.ASN, now=NOW) == 0
    assert LeaveType.objects.get(agency=agency, code="CS").evidence_within == 3
    assert PayBand.objects.filter(agency=agency).count() == 1
    assert JointLeaveYear.objects.get(agency=agency, year=2026).deducts


@pytest.mark.parametrize(
    "missing",
    [
        {"all_sick_leave": False},
        {"reviewer_decree": "  "},
        {"reviewer_decree_on": None},
        {"retention_basis": ""},
        {"number_template": " "},
        {"place": ""},
    ],
)
def test_it_opens_for_all_sick_leave_with_a_decree_or_not_at_all(agency, hr, missing):
    with pytest.raises(LeaveRefused) as refusal:
        open_desk(actor=hr, **settings(**missing))
    assert refusal.value.reason == Refusal.SETTINGS_INCOMPLETE
    assert not LeaveDesk.objects.exists()
    assert not LeaveType.objects.exists()


def test_hr_decides_without_a_decree_in_companies_alone(hr):
    with pytest.raises(LeaveRefused) as refusal:
        open_desk(actor=hr, **settings(hr_decides=True))
    assert refusal.value.reason == Refusal.RULE_FORBIDS
    open_desk(actor=hr, **settings(hr_decides=True, profile=Profile.PRIVATE))
    with pytest.raises(LeaveRefused) as refusal:
        open_desk(actor=hr, **settings())
    assert refusal.value.reason == Refusal.NOT_NOW


@pytest.mark.parametrize("wrong", [{"mode": Mode.OFF}, {"retention_days": 0}])
def test_a_desk_that_opens_does_something(hr, wrong):
    with pytest.raises(ValueError, match="desk"):
        open_desk(actor=hr, **settings(**wrong))


def test_somebody_else_opens_nothing(agency):
    official = make_employee("pejabat", agency=agency)
    grant(official.user, agency, Role.OFFICIAL)
    for stranger in (account(official), account(make_employee("lain", agency=agency))):
        with pytest.raises(Http404):
            open_desk(actor=stranger, **settings())
        with pytest.raises(Http404):
            close_desk(actor=stranger, now=NOW)


def test_a_room_closes_once(agency, hr):
    open_desk(actor=hr, **settings())
    close_desk(actor=hr, now=NOW)
    close_desk(actor=hr, now=NOW)
    assert not desk_of(agency_id=agency.pk).is_open
    assert StaffEvent.objects.filter(action="leave.desk_closed").count() == 1
    assert LeaveType.objects.filter(agency=agency).exists()


def test_answers_lead_to_the_kind_of_ones_employment(agency, hr):
    open_desk(actor=hr, **settings())
    for employment, annual, sick in (
        (Employment.PNS, "CT-PNS", "CS"),
        (Employment.PPPK, "CT-PPPK", "CS-PPPK"),
    ):
        who = {"employee_id": person_in(agency, employment).pk, "on": TODAY}
        assert kind_for(certificate=Certificate.NONE, code="", **who).code == annual
        assert kind_for(certificate=Certificate.LATER, code="", **who).code == sick
        assert kind_for(certificate=Certificate.LATER, code="CS-MISC", **who) is None


def test_a_sealed_purpose_bends_the_rule_and_leaves_the_kind(agency, hr):
    open_desk(actor=hr, **settings())
    person = person_in(agency, Employment.PPPK)
    kind = kind_for(employee_id=person.pk, certificate=Certificate.NOW, code="", on=TODAY)
    assert rule_for(kind, purpose=Purpose.NONE, on=TODAY) is kind
    assert rule_for(kind, purpose=Purpose.MARRIAGE, on=TODAY) == kind
    assert rule_for(kind, purpose=Purpose.MISCARRIAGE, on=TODAY).most == 45


def test_the_base_week_and_ramadan_are_loaded(agency, hr):
    open_desk(actor=hr, **settings())
    weeks = WorkPattern.objects.filter(agency=agency)
    assert weeks.on(date(2026, 3, 2)).count() == 2
    (usual,) = weeks.on(date(2026, 11, 23))
    assert (usual.days, usual.weekly_minutes) == ([1, 2, 3, 4, 5], 2250)


def test_the_house_opens_the_year_of_whoever_is_there(agency, hr):
    open_desk(actor=hr, **settings())
    person = person_in(agency)
    assert open_years(now=NOW) == 2
    assert left(person, 2026).available == 12


@pytest.fixture
def room():
    return open_room()


def fix(room, **changes):
    values = {
        "actor": room.hr,
        "employee_id": room.employee.pk,
        "code": "CT-PNS",
        "year": 2026,
        "quantity": Decimal(4),
        "now": NOW,
        **changes,
    }
    adjust(**values)


def test_days_from_before_the_portal_are_put_in_by_hand(room):
    fix(room, source_year=2025)
    fix(room, source_year=2024, quantity=Decimal(6), why=EntryKind.CARRY)
    assert left(room.employee, 2026).buckets == (
        (2024, Decimal(6)),
        (2025, Decimal(4)),
        (2026, Decimal(12)),
    )
    events = StaffEvent.objects.filter(action="leave.adjusted")
    assert events.count() == 2


def test_last_years_rest_goes_on_as_the_rule_lets_it(room):
    fix(room, year=2025, quantity=Decimal(9))
    assert left(room.employee, 2026).buckets == ((2025, Decimal(6)), (2026, Decimal(12)))
    assert left(room.employee, 2025).available == 0


def test_the_same_form_twice_is_one_entry(room):
    key = uuid4()
    fix(room, key=key)
    fix(room, key=key)
    assert left(room.employee, 2026).available == 16
    assert StaffEvent.objects.filter(action="leave.adjusted").count() == 1


def test_more_than_is_there_is_not_taken_off(room):
    take(room.employee, days_on(date(2026, 3, 2), 10))
    with pytest.raises(LeaveRefused) as refusal:
        fix(room, quantity=Decimal(-3))
    assert refusal.value.reason == Refusal.NOT_ENOUGH_DAYS
    fix(room, quantity=Decimal("-1.5"))
    assert left(room.employee, 2026).available == Decimal("0.5")
    assert check_ledger(now=NOW) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": Decimal(0)},
        {"quantity": Decimal("0.3")},
        {"quantity": Decimal(400)},
        {"quantity": Decimal(-1), "why": EntryKind.CARRY},
        {"why": EntryKind.GRANT},
        {"why": EntryKind.CONSUME},
        {"year": 2023},
        {"year": 2028},
        {"source_year": 2023},
        {"source_year": 2027},
    ],
)
def test_what_is_no_correction_is_a_mistake_of_the_caller(room, wrong):
    with pytest.raises(ValueError, match=r"days|correction|leave"):
        fix(room, **wrong)


@pytest.mark.parametrize("code", ["CS", "CT-PPPK", ""])
def test_a_kind_without_an_account_has_nothing_to_correct(room, code):
    with pytest.raises(LeaveRefused) as refusal:
        fix(room, code=code)
    assert refusal.value.reason == Refusal.NO_SUCH_TYPE


def test_nobody_corrects_her_own_days_or_those_of_another_agency(room):
    own = Employee.objects.get(user_id=room.hr.user_id)
    stranger = open_room().employee
    for who in (own, stranger):
        with pytest.raises(Http404):
            fix(room, employee_id=who.pk)
    with pytest.raises(Http404):
        fix(room, actor=room.official)


def test_a_correction_ahead_goes_into_next_year(room):
    open_for(room.employee, 2026)
    fix(room, year=2027, quantity=Decimal(1))
    assert left(room.employee, 2027).available == 13
