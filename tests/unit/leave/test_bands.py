"""Which bands of the allowance are one rule, and what is said where they are not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal.leave.choices import BandFlaw, Care, Profile
from portal.leave.rules.bands import Band, band_on, code_of, codes_by_day, find_flaws
from portal.leave.rules.profiles import PROFILES
from portal.leave.rules.profiles.asn import EXAMPLE_BANDS

ANY, INPATIENT = Care.ANY, Care.INPATIENT


def band(first, last=None, percent="1", code="S1", care=ANY):
    return Band(
        code=code, percent_a_day=Decimal(percent), care=care, from_day=first, until_day=last
    )


def flaws(*bands, **known):
    return find_flaws(bands, **known)


def test_bands_that_follow_each_other_are_a_rule():
    assert not flaws(band(1))
    assert not flaws(band(4), band(1, 3, "0", "S0"))
    assert not flaws(band(1), band(8, 20, "0", "S0", INPATIENT), band(31, None, care=INPATIENT))
    assert not find_flaws(EXAMPLE_BANDS)


@pytest.mark.parametrize("profile", list(Profile))
def test_what_a_profile_brings_is_a_rule_for_each_family(profile):
    bands = PROFILES[profile].bands
    for family in {one.family for one in bands}:
        assert not find_flaws([one for one in bands if one.family == family])


@pytest.mark.parametrize(
    ("bands", "found"),
    [
        ((band(2),), [(0, BandFlaw.NOT_FROM_ONE)]),
        ((band(1, care=INPATIENT),), [(0, BandFlaw.NOT_FROM_ONE)]),
        ((band(1, 3), band(5)), [(1, BandFlaw.GAP)]),
        ((band(5), band(1, 3)), [(0, BandFlaw.GAP)]),
        ((band(1, 5), band(5)), [(1, BandFlaw.OVERLAP)]),
        ((band(1), band(9)), [(1, BandFlaw.OVERLAP)]),
        (
            (band(1), band(1, 9, care=INPATIENT), band(9, 12, care=INPATIENT)),
            [(2, BandFlaw.OVERLAP)],
        ),
        ((band(1, 0),), [(0, BandFlaw.ENDS_BEFORE)]),
        ((band(0),), [(0, BandFlaw.NO_DAY)]),
        ((band(1, percent="-0.5"),), [(0, BandFlaw.PERCENT)]),
        ((band(1, percent="100.01"),), [(0, BandFlaw.PERCENT)]),
        ((band(1, 3), band(4, percent="2")), [(1, BandFlaw.TWO_RATES)]),
    ],
)
def test_what_is_no_rule_is_said_at_its_band(bands, found):
    assert flaws(*bands) == found


def test_a_code_keeps_the_rate_it_has():
    assert flaws(band(1), rates={"S1": {Decimal("1.00")}}) == []
    assert flaws(band(1), rates={"S1": {Decimal(2)}}) == [(0, BandFlaw.TAKEN)]
    assert flaws(band(1), rates={"S2": {Decimal(2)}}) == []


BY_CARE = (
    band(1, 2, code="A"),
    band(3, code="B"),
    band(1, 30, code="C", care=INPATIENT),
    band(4, code="D", care=Care.OUTPATIENT),
)
DAY = date(2026, 12, 7)


def on_leave(*numbers):
    return [(number, DAY + timedelta(days=number)) for number in numbers]


@pytest.mark.parametrize(
    ("care", "number", "code"),
    [
        (ANY, 2, "A"),
        (ANY, 3, "B"),
        (INPATIENT, 3, "C"),
        (INPATIENT, 31, "B"),
        (Care.OUTPATIENT, 3, "B"),
        (Care.OUTPATIENT, 4, "D"),
        (Care.SPECIALIST, 400, "B"),
    ],
)
def test_the_band_is_the_one_for_the_care_then_for_everybody(care, number, code):
    assert band_on(BY_CARE, care=care, number=number).code == code


def test_without_a_rule_there_is_no_band():
    assert band_on((), care=INPATIENT, number=3) is None
    assert codes_by_day((), care=ANY, days=on_leave(1, 2)) == []


def test_codes_are_told_where_they_change():
    changes = codes_by_day(BY_CARE, care=ANY, days=on_leave(1, 2, 3, 4))
    assert changes == [(DAY + timedelta(days=1), "A"), (DAY + timedelta(days=3), "B")]
    assert [code_of(changes, day) for _, day in on_leave(0, 1, 2, 3, 9)] == list("AAABB")


def test_days_no_band_speaks_of_have_an_empty_code():
    changes = codes_by_day((band(2, 3, code="A"),), care=ANY, days=on_leave(1, 2, 3, 4))
    assert [code for _, code in changes] == ["", "A", ""]
