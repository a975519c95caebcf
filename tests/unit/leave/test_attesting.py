"""What a verdict may say: dates within the request, class of issuer, band of payroll."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from portal.leave.choices import Care, Family, Issuer, Missing, Refusal, Unit, Verdict
from portal.leave.rules.attesting import (
    Finding,
    Measure,
    covered_days,
    due_again,
    refuse_finding,
    settled,
)
from portal.leave.rules.kinds import EvidenceStep, Kind
from portal.people.choices import Employment

FIRST = date(2026, 3, 16)
A_DAY = timedelta(days=1)
KIND = Kind(
    id=uuid4(),
    agency_id=uuid4(),
    code="CS-PPPK",
    family=Family.SICK,
    employments=(Employment.PPPK,),
    name_id="Cuti sakit",
    name_en="Sick leave",
    unit=Unit.CALENDAR_DAY,
    evidence=(
        EvidenceStep(1, (Issuer.DOCTOR, Issuer.GOVERNMENT)),
        EvidenceStep(15, (Issuer.GOVERNMENT,)),
    ),
    valid_from=date(2020, 1, 1),
    legal_basis="BKN 7/2022",
)


def measure(days, *, before=0, kind=KIND):
    return Measure(
        kind=kind,
        first=FIRST,
        last=FIRST + (days - 1) * A_DAY,
        episode_first=FIRST - before * A_DAY,
    )


def enough(issuer=Issuer.DOCTOR):
    return Finding(verdict=Verdict.ENOUGH, issuer=issuer)


@pytest.mark.parametrize(
    ("days", "before", "issuer", "refused"),
    [
        (14, 0, Issuer.DOCTOR, None),
        (15, 0, Issuer.DOCTOR, Refusal.OTHER_ISSUER),
        (15, 0, Issuer.GOVERNMENT, None),
        (1, 13, Issuer.DOCTOR, None),
        (1, 14, Issuer.DOCTOR, Refusal.OTHER_ISSUER),
        (3, 0, Issuer.MIDWIFE, Refusal.OTHER_ISSUER),
        (3, 0, None, Refusal.OTHER_ISSUER),
    ],
)
def test_the_class_of_issuer_follows_the_whole_episode(days, before, issuer, refused):
    assert refuse_finding(enough(issuer), measure(days, before=before)) == refused


def test_where_the_rule_asks_for_none_anybody_may_sign():
    free = replace(KIND, evidence=())

    assert refuse_finding(enough(Issuer.MIDWIFE), measure(40, kind=free)) is None


@pytest.mark.parametrize(
    ("days", "before", "until"), [(20, 0, 14), (10, 0, 10), (20, 10, 4), (20, 14, None)]
)
def test_how_far_a_class_of_issuer_goes(days, before, until):
    last = FIRST + (until - 1) * A_DAY if until else None

    assert measure(days, before=before).last_day_of(Issuer.DOCTOR) == last


def test_part_of_the_dates_within_what_the_issuer_may_sign():
    finding = Finding(
        verdict=Verdict.PARTLY,
        covers_from=FIRST,
        covers_until=FIRST + 13 * A_DAY,
        issuer=Issuer.DOCTOR,
    )

    assert refuse_finding(finding, measure(20)) is None
    longer = replace(finding, covers_until=FIRST + 14 * A_DAY)
    assert refuse_finding(longer, measure(20)) == Refusal.OTHER_ISSUER


def test_part_that_is_everything_is_enough():
    whole = Finding(
        verdict=Verdict.PARTLY,
        covers_from=FIRST,
        covers_until=FIRST + 2 * A_DAY,
        issuer=Issuer.DOCTOR,
    )

    assert settled(whole, measure(3)) == Verdict.ENOUGH
    assert settled(whole, measure(4)) == Verdict.PARTLY


def test_not_enough_covers_nothing_and_names_what_is_missing():
    short = Finding(verdict=Verdict.NOT_ENOUGH, missing=(Missing.ISSUER,))

    assert covered_days(short, measure(3)) is None
    assert refuse_finding(short, measure(3)) is None
    assert refuse_finding(replace(short, missing=()), measure(3)) == Refusal.SAY_WHAT_IS_MISSING


@pytest.mark.parametrize(("due", "expected"), [(None, 7), (0, 7), (6, 7), (20, 20)])
def test_there_is_a_week_at_least_to_complete_a_certificate(due, expected):
    due_on = None if due is None else FIRST + due * A_DAY

    assert due_again(due_on, today=FIRST) == FIRST + expected * A_DAY


def test_the_kind_of_care_is_in_no_repr():
    assert "INPATIENT" not in repr(replace(enough(), care=Care.INPATIENT))
