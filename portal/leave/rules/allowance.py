"""What leave takes off the performance allowance, as far as it can be said beforehand."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from portal.leave.choices import Care
from portal.leave.rules.bands import Band, band_on

_WHOLE: Final = Decimal(100)


def allowance_range(
    bands: Sequence[Band], *, first_number: int, days: int
) -> tuple[Decimal, Decimal] | None:
    """
    Return the lowest and highest part of a month's allowance, in per cent, or None if no rule.

    ``first_number`` is which day of the episode leave begins with. Which care somebody has is
    not asked here: the range goes over all that the rule may distinguish, also the one it
    leaves to the lines without distinction, and never beyond the whole.
    """
    if not bands:
        return None
    numbers = range(first_number, first_number + days)
    is_one = all(band.care == Care.ANY for band in bands)
    sums = [
        min(_WHOLE, sum(_rates(bands, care, numbers), Decimal(0)))
        for care in ((Care.ANY,) if is_one else Care)
    ]
    return min(sums), max(sums)


def _rates(bands: Sequence[Band], care: Care, numbers: range) -> Iterator[Decimal]:
    for number in numbers:
        band = band_on(bands, care=care, number=number)
        yield band.percent_a_day if band else Decimal(0)
