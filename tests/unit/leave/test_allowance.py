"""What leave takes off the allowance; and halves of days beside those that are held."""

from datetime import date
from decimal import Decimal

from portal.leave.choices import Care
from portal.leave.rules.allowance import allowance_range
from portal.leave.rules.asking import Claim, claims_beside, still_to_reserve
from portal.leave.rules.bands import Band
from portal.leave.rules.counting import CountedDay

HALF, WHOLE = Decimal("0.5"), Decimal(1)
DAY = date(2026, 12, 1)
FULL = CountedDay(DAY, 1, 3, WHOLE, 2026)


def band(percent, first, last=None, care=Care.ANY) -> Band:
    return Band(
        code="P", percent_a_day=Decimal(percent), care=care, from_day=first, until_day=last
    )


def test_no_rule_says_nothing():
    assert allowance_range([], first_number=1, days=5) is None


def test_each_day_counts_by_its_number_in_the_episode():
    bands = [band(0, 1, 2), band("2.5", 3, 180)]
    assert allowance_range(bands, first_number=1, days=4) == (5, 5)
    assert allowance_range(bands, first_number=3, days=4) == (10, 10)
    assert allowance_range(bands, first_number=181, days=4) == (0, 0)


def test_the_range_goes_over_all_care_and_never_beyond_the_whole():
    bands = [band(2, 4, None, Care.OUTPATIENT), band(0, 1, 25, Care.INPATIENT)]
    assert allowance_range(bands, first_number=1, days=10) == (0, 14)
    assert allowance_range(bands, first_number=1, days=99) == (0, 100)


def test_a_care_the_rule_does_not_name_follows_the_lines_without_distinction():
    bands = [band(0, 1, 3), band(1, 4, 90), band(0, 1, 30, Care.INPATIENT)]
    assert allowance_range(bands, first_number=1, days=10) == (0, 7)
    assert allowance_range(bands, first_number=31, days=2) == (2, 2)
    last = [band(2, 1), band(0, 1, 25, Care.INPATIENT)]
    for lines in (last, last[::-1]):
        assert allowance_range(lines, first_number=1, days=10) == (0, 20)


def test_a_free_day_is_one_active_claim():
    assert claims_beside(FULL, {}) == (Claim(DAY, 1, 3, WHOLE, active=True),)
    assert still_to_reserve([FULL], {}) == (FULL,)


def test_a_held_day_waits_and_costs_nothing_again():
    held = {DAY: (1, 3)}
    assert claims_beside(FULL, held) == (Claim(DAY, 1, 3, WHOLE, active=False),)
    assert still_to_reserve([FULL], held) == ()


def test_beside_a_held_half_the_other_one_is_new():
    held = {DAY: (2, 3)}
    assert claims_beside(FULL, held) == (
        Claim(DAY, 1, 2, HALF, active=True),
        Claim(DAY, 2, 3, HALF, active=False),
    )
    assert still_to_reserve([FULL], held) == (CountedDay(DAY, 1, 2, HALF, 2026),)


def test_a_half_beside_the_other_half_is_free():
    morning = CountedDay(DAY, 1, 2, HALF, 2026)
    assert still_to_reserve([morning], {DAY: (2, 3)}) == (morning,)
    assert still_to_reserve([morning], {DAY: (1, 2)}) == ()
