"""What leave takes off the performance allowance, as far as it can be said beforehand."""

from collections.abc import Sequence
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
    not asked here: the range goes over all of them, and never beyond the whole.
    """
    if not bands:
        return None
    cares = {band.care for band in bands} - {Care.ANY} or {Care.ANY}
    sums = [
        min(_WHOLE, _sum([b for b in bands if b.care in (Care.ANY, care)], first_number, days))
        for care in cares
    ]
    return min(sums), max(sums)


def _sum(bands: Sequence[Band], first_number: int, days: int) -> Decimal:
    numbers = range(first_number, first_number + days)
    return sum(
        (
            next((band.percent_a_day for band in bands if band.covers(number)), Decimal(0))
            for number in numbers
        ),
        Decimal(0),
    )
