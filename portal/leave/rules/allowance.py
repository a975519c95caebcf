"""What leave takes off the performance allowance, as far as it can be said beforehand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from portal.leave.choices import Care

_WHOLE: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Band:
    """One line of the rule: so much a day from one day of an episode to another, included."""

    care: Care
    from_day: int
    until_day: int | None
    percent_a_day: Decimal

    def covers(self, number: int) -> bool:
        """Say whether the line holds for a day of the episode, by its number."""
        return self.from_day <= number and (self.until_day is None or number <= self.until_day)


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
    """Return the rate of each day; a line for the very care wins over one without."""
    for number in numbers:
        fitting = [
            band for band in bands if band.care in (care, Care.ANY) and band.covers(number)
        ]
        best = max(fitting, key=lambda band: (band.care == care, band.from_day), default=None)
        yield best.percent_a_day if best else Decimal(0)
