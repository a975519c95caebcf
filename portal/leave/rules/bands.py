"""Bands of the performance allowance: what a set of them may say. No database, no clock."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from portal.leave.choices import BandFlaw, Care
from portal.leave.rules.profiles.shapes import BandRow

_NOTHING: Final = Decimal(0)
_WHOLE: Final = Decimal(100)
Rates = Mapping[str, Collection[Decimal]]
"""The rates that codes stand for already, in per cent a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What one stretch of an episode takes off the allowance, in per cent a day."""

    code: str
    percent_a_day: Decimal
    care: Care = Care.ANY
    from_day: int = 1
    until_day: int | None = None

    def covers(self, number: int) -> bool:
        """Say whether it holds for a day of an episode, by its number; the first is 1."""
        return self.from_day <= number and (self.until_day is None or number <= self.until_day)


AnyBand = Band | BandRow


def band_on(bands: Iterable[Band], *, care: Care, number: int) -> Band | None:
    """
    Return the band a day of an episode falls into, by its number, or None.

    One for the very care wins over one that makes no distinction, then the later one.
    """
    fitting = [band for band in bands if band.care in (care, Care.ANY) and band.covers(number)]
    return max(fitting, key=lambda band: (band.care == care, band.from_day), default=None)


def numbered(days: Iterable[date], *, since: date | None) -> list[tuple[int, date]]:
    """
    Return days of leave, in order, each with its number in the episode.

    ``since`` is the episode's first day where calendar days count; without it the days
    themselves are counted.
    """
    return [
        (place if since is None else (day - since).days + 1, day)
        for place, day in enumerate(days, start=1)
    ]


def codes_by_day(
    bands: Sequence[Band], *, care: Care, days: Iterable[tuple[int, date]]
) -> list[tuple[date, str]]:
    """
    Return from which day on payroll learns which code, in order; empty without a rule.

    ``days`` are those of leave in order, each with its number in the episode. An empty code
    stands for days no band speaks of.
    """
    changes: list[tuple[date, str]] = []
    for number, day in days if bands else ():
        band = band_on(bands, care=care, number=number)
        code = band.code if band else ""
        if not changes or changes[-1][1] != code:
            changes.append((day, code))
    return changes


def code_of(changes: Sequence[tuple[date, str]], day: date) -> str:
    """Return the code of a day; days before the first change have the code of the first."""
    code = changes[0][1]
    for since, other in changes:
        if since <= day:
            code = other
    return code


def find_flaws(
    bands: Sequence[AnyBand], *, rates: Rates | None = None
) -> list[tuple[int, BandFlaw]]:
    """
    Return what keeps bands from being one rule, each with the place of its band; by place.

    Bands without distinction follow each other from the first day of an episode on; those for
    a care of their own may leave days to them. No day has two bands of one care. A code stands
    for one rate: payroll learns nothing else, neither the family nor the care.
    """
    found = [(place, flaw) for place, band in enumerate(bands) for flaw in _alone(band)]
    if not found:
        found = [*_in_order(bands), *_codes(bands, rates or {})]
    return sorted(found)


def _alone(band: AnyBand) -> Iterator[BandFlaw]:
    if not _NOTHING <= band.percent_a_day <= _WHOLE:
        yield BandFlaw.PERCENT
    if band.from_day < 1:
        yield BandFlaw.NO_DAY
    elif band.until_day is not None and band.until_day < band.from_day:
        yield BandFlaw.ENDS_BEFORE


def _in_order(bands: Sequence[AnyBand]) -> Iterator[tuple[int, BandFlaw]]:
    for care in Care:
        expected: int | None = 1
        mine = [place for place, band in enumerate(bands) if band.care == care]
        for place in sorted(mine, key=lambda one: bands[one].from_day):
            band = bands[place]
            if expected is None or band.from_day < expected:
                yield place, BandFlaw.OVERLAP
            elif band.from_day > expected and care == Care.ANY:
                yield place, BandFlaw.NOT_FROM_ONE if expected == 1 else BandFlaw.GAP
            expected = None if band.until_day is None else band.until_day + 1
    if bands and not any(band.care == Care.ANY for band in bands):
        yield 0, BandFlaw.NOT_FROM_ONE


def _codes(bands: Sequence[AnyBand], rates: Rates) -> Iterator[tuple[int, BandFlaw]]:
    first: dict[str, Decimal] = {}
    for place, band in enumerate(bands):
        if first.setdefault(band.code, band.percent_a_day) != band.percent_a_day:
            yield place, BandFlaw.TWO_RATES
        elif any(rate != band.percent_a_day for rate in rates.get(band.code, ())):
            yield place, BandFlaw.TAKEN
