"""Bands of the performance allowance as HR reads them: in force, to come, and over."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from django.http import Http404
from django.utils.formats import localize
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from portal.leave.choices import Care, Family
from portal.leave.rules.bands import Rates
from portal.leave.selectors.kept import labels_of
from portal.leave.selectors.rulebook import BandLine, list_bands
from portal.people.actors import Account


@dataclass(frozen=True, slots=True)
class BandSet:
    """What leave of a family takes off from one day to another; ``words`` has a line a band."""

    valid_from: date
    valid_until: date | None
    legal_basis: str
    bands: tuple[BandLine, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FamilyBands:
    """The bands of one family; what comes is in order, what is over has the newest first."""

    family: Family
    label: str
    now: BandSet | None
    coming: tuple[BandSet, ...]
    past: tuple[BandSet, ...]

    @property
    def newest(self) -> BandSet | None:
        """Return what a change starts from: the last to come, else what is in force."""
        return self.coming[-1] if self.coming else self.now

    @property
    def since(self) -> date | None:
        """Return since when the last bands that ever held do; new ones begin later."""
        held = [one.valid_from for one in (self.now, *self.past) if one is not None]
        return max(held, default=None)


def list_family_bands(*, actor: Account, now: datetime) -> list[FamilyBands]:
    """
    Return the bands of every family that can be asked for, with or without any; one query.

    :raises Http404: for anybody but an HR officer.
    """
    return _by_family(list_bands(actor=actor), today=localdate(now))


def get_family_bands(
    *, actor: Account, family: Family, now: datetime
) -> tuple[FamilyBands, Rates]:
    """
    Return the bands of a family, and the rates that codes of the agency stand for already.

    Without those of bands to come of the same family: they may be set again. One query.

    :raises Http404: for anybody but an HR officer, and for joint leave, which nobody asks for.
    """
    today, lines = localdate(now), list_bands(actor=actor)
    found = next((one for one in _by_family(lines, today=today) if one.family == family), None)
    if found is None:
        raise Http404
    rates: dict[str, set[Decimal]] = defaultdict(set)
    for line in lines:
        if line.family != family or line.valid_from <= today:
            rates[line.code].add(line.percent_a_day)
    return found, rates


def percent(rate: Decimal) -> str:
    """Return a rate as it is written in the language of the page."""
    return str(localize(rate.normalize() + 0))


def _by_family(lines: Sequence[BandLine], *, today: date) -> list[FamilyBands]:
    families = [one for one in Family if one != Family.JOINT]
    return [
        _family(family, label, [line for line in lines if line.family == family], today=today)
        for family, label in zip(families, labels_of(families), strict=True)
    ]


def _family(
    family: Family, label: str, lines: Iterable[BandLine], *, today: date
) -> FamilyBands:
    sets = [
        _set(start, until, tuple(rows))
        for (start, until), rows in groupby(
            lines, lambda one: (one.valid_from, one.valid_until)
        )
    ]
    begun = [one for one in sets if one.valid_from <= today]
    held = [one for one in begun if one.valid_until is None or one.valid_until >= today]
    return FamilyBands(
        family=family,
        label=label,
        now=held[0] if held else None,
        coming=tuple(one for one in sets if one.valid_from > today),
        past=tuple(one for one in reversed(begun) if one not in held),
    )


def _set(start: date, until: date | None, bands: tuple[BandLine, ...]) -> BandSet:
    words = tuple(_words(band) for band in bands)
    return BandSet(start, until, bands[0].legal_basis, bands, words)


def _words(band: BandLine) -> str:
    """Return a band in one line: its code, for what care, on which days, how much."""
    name = band.code if band.care == Care.ANY else f"{band.code} ({band.care.label})"
    rate = _("nothing is taken off")
    if band.percent_a_day:
        rate = _("%(percent)s %% a day") % {"percent": percent(band.percent_a_day)}
    return f"{name}: {_days(band.from_day, band.until_day)}, {rate}"


def _days(first: int, last: int | None) -> str:
    if last is None:
        return _("every day") if first == 1 else _("from day %(first)s on") % {"first": first}
    if first == last:
        return _("day %(first)s") % {"first": first}
    return _("days %(first)s to %(last)s") % {"first": first, "last": last}
