"""What the rule of a kind asks and allows, by the sets of rules that ship."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from portal.leave.choices import (
    Certificate,
    Decider,
    Family,
    Issuer,
    ManagerSees,
    Profile,
    Purpose,
    Unit,
)
from portal.leave.rules.kinds import (
    Kind,
    bent_for,
    is_open,
    limit_of,
    months_missing,
    pick,
    required_issuers,
)
from portal.leave.rules.profiles import PROFILES
from portal.leave.rules.profiles.asn import EXAMPLE_BANDS
from portal.leave.rules.profiles.shapes import NEUTRAL_BAND
from portal.people.choices import Employment

FIELDS = set(Kind.__dataclass_fields__) - {"id", "agency_id", "manager_sees"}


def kinds(profile: Profile = Profile.ASN) -> dict[str, Kind]:
    return {
        row.code: Kind(
            id=uuid4(), agency_id=uuid4(), **{name: getattr(row, name) for name in FIELDS}
        )
        for row in PROFILES[profile].kinds
    }


ASN = kinds()
MARCH = date(2026, 3, 16)


def days_to(last: date) -> int:
    return (last - MARCH).days + 1


def test_a_contract_employee_needs_a_government_doctor_from_the_fifteenth_day():
    kind = ASN["CS-PPPK"]
    assert Issuer.DOCTOR in required_issuers(kind, days_to(date(2026, 3, 29)))
    assert required_issuers(kind, days_to(date(2026, 3, 30))) == (
        Issuer.GOVERNMENT,
        Issuer.BOARD,
    )


@pytest.mark.parametrize("days", [1, 15, 30, 200, 365])
def test_a_civil_servant_needs_any_licensed_doctor(days):
    assert Issuer.DOCTOR in required_issuers(ASN["CS"], days)


def test_beyond_a_year_the_board_examines_leap_years_or_not():
    for first, year in ((date(2026, 3, 16), 365), (date(2027, 3, 16), 366)):
        assert Issuer.DOCTOR in required_issuers(ASN["CS"], year, first=first)
        assert required_issuers(ASN["CS"], year + 1, first=first) == (Issuer.BOARD,)


def test_no_certificate_is_asked_for_annual_leave():
    assert required_issuers(ASN["CT-PNS"], 40) == ()


def test_months_limit_the_episode():
    assert limit_of(ASN["CS-PPPK"], episode_first=MARCH).last_day == date(2026, 4, 15)
    limit = limit_of(ASN["CS"], episode_first=MARCH)
    assert (limit.last_day, limit.with_more) == (date(2027, 3, 15), date(2027, 9, 15))
    assert limit_of(ASN["CB"], episode_first=MARCH).last_day == date(2026, 6, 15)
    assert limit_of(ASN["CT-PPPK-1"], episode_first=MARCH).days == 6
    free = limit_of(ASN["CT-PNS"], episode_first=MARCH)
    assert (free.days, free.last_day, free.with_more) == (None, None, None)


def test_service_opens_a_kind_and_an_unknown_one_takes_no_right_away():
    kind = ASN["CT-PNS"]
    assert months_missing(kind, since=date(2025, 5, 1), on=date(2026, 3, 16)) == 2
    assert months_missing(kind, since=date(2025, 3, 16), on=date(2026, 3, 16)) == 0
    assert months_missing(ASN["CB"], since=date(2025, 3, 16), on=date(2026, 3, 16)) == 48
    assert months_missing(kind, since=None, on=date(2026, 3, 16)) == 0


def test_the_days_of_the_first_year_are_open_in_the_first_year_alone():
    kind = ASN["CT-PPPK-1"]
    for since, found in (
        (date(2025, 6, 1), True),
        (date(2025, 3, 16), False),
        (None, False),
    ):
        assert is_open(kind, employment=Employment.PPPK, since=since, on=MARCH) is found
    assert not is_open(kind, employment=Employment.PNS, since=date(2025, 6, 1), on=MARCH)


def test_a_purpose_bends_limits_and_evidence_within_its_family():
    every = ASN.values()
    bent = bent_for(ASN["CS-PPPK"], Purpose.MISCARRIAGE, among=every)
    assert (bent.most, Issuer.MIDWIFE in required_issuers(bent, 40)) == (45, True)
    free = bent_for(ASN["CS-PPPK"], Purpose.ACCIDENT, among=every)
    assert limit_of(free, episode_first=MARCH).last_day is None
    assert free.code == "CS-PPPK-ACC"
    assert bent_for(ASN["CS"], Purpose.ACCIDENT, among=every).code == "CS-ACC"
    assert bent_for(ASN["CB"], Purpose.FIRST_HAJJ, among=every).service_months == 0
    assert bent_for(ASN["CT-PNS"], Purpose.FIRST_HAJJ, among=every) is ASN["CT-PNS"]
    assert required_issuers(bent_for(ASN["CAP"], Purpose.FAMILY_ILL, among=every), 1)
    assert not required_issuers(bent_for(ASN["CAP"], Purpose.MARRIAGE, among=every), 1)


def test_a_row_for_a_purpose_is_never_asked_for():
    bending = [kind for kind in ASN.values() if kind.purpose]
    assert len(bending) == 7
    for kind in bending:
        assert not is_open(kind, employment=kind.employments[0], since=None, on=MARCH)


def test_two_answers_lead_to_a_kind():
    mine = [ASN["CT-PNS"], ASN["CS"], ASN["CB"]]
    assert pick(mine, certificate=Certificate.NONE).code == "CT-PNS"
    assert pick(mine, certificate=Certificate.LATER).code == "CS"
    assert pick(mine, certificate=Certificate.NONE, code="CB").code == "CB"
    assert pick(mine, certificate=Certificate.NONE, code="CM") is None
    assert pick([], certificate=Certificate.NOW) is None


def test_a_name_follows_the_language():
    assert ASN["CS"].name("id") == "Cuti sakit"
    assert ASN["CS"].name("en-gb") == "Sick leave"


@pytest.mark.parametrize("profile", list(Profile))
def test_every_row_of_a_profile_holds_what_the_table_promises(profile):
    rules = PROFILES[profile]
    for row in rules.kinds:
        assert row.legal_basis
        assert len(row.code) <= 16
        assert row.name_id
        assert row.name_en
        days = [step.from_day for step in row.evidence]
        assert days == sorted(set(days))
        assert bool(row.evidence) <= bool(row.evidence_within)
        if row.family == Family.SICK:
            assert not (row.can_refuse)
            assert not (row.can_defer)
            assert not (row.can_recall)
            assert row.is_provisional
            assert {row.name_id, row.name_en} == {"Cuti sakit", "Sick leave"}
    assert len({row.code for row in rules.kinds}) == len(rules.kinds)
    for kind in kinds(profile).values():
        assert kind.manager_sees == ManagerSees.DATES
    covered = {band.family for band in rules.bands}
    assert {row.family for row in rules.kinds} <= covered


def test_the_civil_service_starts_without_any_cut_and_takes_whole_days():
    rules = PROFILES[Profile.ASN]
    assert {band.code for band in rules.bands} == {NEUTRAL_BAND}
    assert not any(band.percent_a_day for band in rules.bands)
    assert any(band.percent_a_day for band in EXAMPLE_BANDS)
    assert not any(row.half_days for row in rules.kinds)
    assert not rules.joint_deducts
    assert ASN["CLTN"].decider == Decider.PPK
    usual = [week for week in rules.weeks if week.kind == "USUAL"]
    assert all(week.weekly_minutes == 2250 for week in usual)
    for one, two in pairwise(usual):
        assert one.valid_until + timedelta(days=1) == two.valid_from
    fasting = [week for week in rules.weeks if week.kind == "RAMADAN"]
    assert {week.weekly_minutes for week in fasting} == {1950}
    assert all(week.valid_until for week in fasting)


def test_companies_know_half_days_and_take_joint_leave_off():
    rules = PROFILES[Profile.PRIVATE]
    annual = next(row for row in rules.kinds if row.family == Family.ANNUAL)
    assert annual.half_days
    assert annual.unit == Unit.WORKING_DAY
    assert rules.joint_deducts
    assert not next(row for row in rules.kinds if row.family == Family.OWN).is_on
