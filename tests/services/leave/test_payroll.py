"""What payroll learns: a name, days and a band, day by day, and neither kind nor care."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.http import Http404

from portal.audit.models import StaffEvent
from portal.leave.choices import Care, Family, Issuer, Verdict
from portal.leave.models import LeaveRequest, PayBand
from portal.leave.services.attestations import Finding
from portal.leave.statistics import payroll_csv, payroll_rows
from tests.factories import NOW
from tests.support.leave_cases import FIRST, considered, granted, read, ready, sent
from tests.support.leave_team import team_mate
from tests.support.reviews import ENOUGH, attest, hand_in, look

pytestmark = pytest.mark.django_db(transaction=True)
TWO_WEEKS = FIRST + timedelta(days=13)


def band(room, family, code, first, last=None, care=Care.ANY, **more):
    values = {"percent_a_day": 1, "valid_from": date(2020, 1, 1), "legal_basis": "Permen"}
    return PayBand.objects.create(
        agency=room.agency, family=family, code=code, from_day=first, until_day=last,
        care=care, **{**values, **more},
    )  # fmt: skip


def sick_leave(room, first, last, finding=ENOUGH):
    """Take somebody's sick leave from the request to the letter, with a real verdict."""
    row = considered(sent(room, code="CS", first=first, last=last))
    hand_in(row, room.asker)
    look(row, room.reviewer)
    attest(row, room.reviewer, finding)
    return granted(room, read(row.pk))


def told(room, month=FIRST):
    rows = payroll_rows(actor=room.hr, month=month, now=NOW)
    return {row.band: row.days for row in rows}


def test_a_name_days_and_a_band(room):
    PayBand.objects.create(
        agency=room.agency, family=Family.ANNUAL, code="A", percent_a_day=0,
        valid_from=date(2020, 1, 1), legal_basis="Permen",
    )  # fmt: skip
    other = team_mate(room, full_name="=Ani")
    granted(room, ready(room))
    sick = granted(room, ready(room, employee=other, code="CS"))
    LeaveRequest.objects.filter(pk=sick.pk).update(pay_bands=[[FIRST.isoformat(), "B2"]])
    ready(room, employee=team_mate(room))
    rows = payroll_rows(actor=room.hr, month=date(2026, 12, 24), now=NOW)
    assert [(row.name, row.days, row.band) for row in rows] == [
        ("=Ani", Decimal(3), "B2"),
        (room.employee.user.full_name, Decimal(3), "A"),
    ]
    assert payroll_csv(rows).splitlines()[:2] == [b"name,days,band", b"'=Ani,3,B2"]
    assert StaffEvent.objects.filter(action="leave.payroll_taken").count() == 1
    assert payroll_rows(actor=room.hr, month=date(2026, 11, 1), now=NOW) == []


def test_only_the_days_of_the_month(room):
    granted(room, ready(room, first=date(2026, 11, 30), last=date(2026, 12, 2)))
    days = [
        payroll_rows(actor=room.hr, month=date(2026, month, 1), now=NOW)[0].days
        for month in (11, 12)
    ]
    assert days == [Decimal(1), Decimal(2)]


def test_hr_alone_takes_it(room):
    for actor in (room.official, room.superior, room.reviewer, room.asker):
        with pytest.raises(Http404):
            payroll_rows(actor=actor, month=FIRST, now=NOW)


def test_each_day_counts_under_the_band_it_falls_into(room):
    band(room, Family.SICK, "S0", 1, 10)
    band(room, Family.SICK, "S1", 11)
    row = sick_leave(room, FIRST, TWO_WEEKS)
    eleventh = FIRST + timedelta(days=10)
    assert row.pay_bands == [[FIRST.isoformat(), "S0"], [eleventh.isoformat(), "S1"]]
    assert told(room) == {"S0": Decimal(10), "S1": Decimal(4)}


def test_leave_that_goes_on_counts_from_its_first_day(room):
    band(room, Family.SICK, "S0", 1, 10)
    band(room, Family.SICK, "S1", 11)
    sick_leave(room, FIRST, FIRST + timedelta(days=8))
    sick_leave(room, FIRST + timedelta(days=9), TWO_WEEKS)
    assert told(room) == {"S0": Decimal(10), "S1": Decimal(4)}


def test_a_care_of_its_own_wins_as_long_as_its_band_lasts(room):
    band(room, Family.SICK, "S1", 1)
    band(room, Family.SICK, "S0", 1, 3, Care.INPATIENT)
    inpatient = Finding(verdict=Verdict.ENOUGH, issuer=Issuer.DOCTOR, care=Care.INPATIENT)
    sick_leave(room, FIRST, TWO_WEEKS, inpatient)
    assert told(room) == {"S0": Decimal(3), "S1": Decimal(11)}


def test_without_a_certificate_the_days_are_counted_as_the_kind_counts_them(room):
    band(room, Family.ANNUAL, "A0", 1, 2)
    band(room, Family.ANNUAL, "A1", 3)
    granted(room, ready(room, first=date(2026, 11, 27), last=date(2026, 12, 2)))
    # Friday and Monday are the first two working days; the weekend between them is none.
    assert told(room, date(2026, 11, 1)) == {"A0": Decimal(2)}
    assert told(room) == {"A1": Decimal(2)}


def test_the_rule_is_the_one_in_force_when_leave_began(room):
    band(room, Family.ANNUAL, "A0", 1, valid_until=date(2026, 11, 30))
    band(room, Family.ANNUAL, "A1", 1, valid_from=date(2026, 12, 1))
    granted(room, ready(room, first=date(2026, 11, 30), last=date(2026, 12, 2)))
    granted(room, ready(room, employee=team_mate(room)))
    assert told(room) == {"A0": Decimal(2), "A1": Decimal(3)}


def test_days_no_band_speaks_of_change_nothing(room):
    band(room, Family.ANNUAL, "A1", 2)
    granted(room, ready(room))
    assert told(room) == {"0": Decimal(1), "A1": Decimal(2)}


def test_many_cost_as_few_questions_as_one(room, django_assert_max_num_queries):
    for _ in range(4):
        granted(room, ready(room, employee=team_mate(room)))
    with django_assert_max_num_queries(8):
        assert len(payroll_rows(actor=room.hr, month=FIRST, now=NOW)) == 4
