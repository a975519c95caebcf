"""Recurrence in wall time: which meetings a series has, and which of them replaces which."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import MO, relativedelta
from dateutil.rrule import rrulestr

from groups.choices import ClockNote, Rhythm

HORIZON: Final = timedelta(weeks=26)
"""How far ahead meetings exist as rows."""
UNDO: Final = timedelta(minutes=3)
"""How long a change of the plan waits before anybody is told of it."""
TIME: Final = "time"
WAYS: Final = "ways"
PLACE: Final = "place"
ASK: Final = "ask"
"""What `Meeting.overrides` may name."""
_MONTHLY: Final = "FREQ=MONTHLY"
_FORTNIGHTLY: Final = "INTERVAL=2"
_LAST: Final = -1
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Pattern:
    """
    What a series says: an RRULE without an end, a first day, a time on the clock of a zone.

    ``until_on`` is the last local day a meeting may lie on.
    """

    rule: str
    starts_on: date
    at: time
    zone: str
    minutes: int
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One meeting as its series gives it, in wall time (``day``) and as instants in UTC."""

    slot_key: str
    period_key: str
    day: date
    starts_at: datetime
    ends_at: datetime
    clock_note: ClockNote


def make_rule(rhythm: Rhythm, first: date) -> str:
    """
    Return the RRULE of a rhythm on the weekday of its first day.

    A month's fifth weekday is taken as its last one: not every month has a fifth.
    """
    day = _DAYS[first.weekday()]
    if rhythm == Rhythm.MONTHLY:
        nth = (first.day - 1) // 7 + 1
        return f"{_MONTHLY};BYDAY={_LAST if nth > 4 else nth}{day}"
    every = f";{_FORTNIGHTLY}" if rhythm == Rhythm.FORTNIGHTLY else ""
    return f"FREQ=WEEKLY{every};BYDAY={day}"


def rhythm_of(rule: str) -> Rhythm:
    """Return how often a rule of ours meets."""
    if rule.startswith(_MONTHLY):
        return Rhythm.MONTHLY
    return Rhythm.FORTNIGHTLY if _FORTNIGHTLY in rule else Rhythm.WEEKLY


def weekday_of(rule: str) -> int:
    """Return the weekday of a rule, Monday is 0."""
    return _DAYS.index(rule[-2:])


def nth_of(rule: str) -> int:
    """Return which of its weekdays in a month a rule takes: 1 to 4, -1 for the last, else 0."""
    return int(rule.rpartition("=")[2][:-2] or 0)


def on_weekday(rule: str, day: int | None) -> str:
    """Return the same rule on another weekday (Monday is 0); without one, the rule itself."""
    return rule if day is None else rule[:-2] + _DAYS[day]


def slots(pattern: Pattern, *, last: date) -> Iterator[Slot]:
    """
    Yield the slots of a series up to a local day, soonest first, past ones included.

    The rule is expanded from the start of its first week or month, so that a slot bears the
    same ``period_key`` whichever day of that stretch the series begins on.
    """
    if pattern.until_on is not None:
        last = min(last, pattern.until_on)
    anchor = _stretch_begins(pattern.starts_on, is_monthly=is_monthly(pattern.rule))
    stretch, ordinal = "", 0
    for wall in rrulestr(pattern.rule, dtstart=datetime.combine(anchor, pattern.at)):
        day = wall.date()
        if day > last:
            return
        here = _stretch_of(day, is_monthly=is_monthly(pattern.rule))
        stretch, ordinal = here, ordinal + 1 if here == stretch else 1
        if day >= pattern.starts_on:
            yield _slot(pattern, day, f"{stretch}#{ordinal}")


def last_day(pattern: Pattern, *, count: int | None) -> date | None:
    """Return the last local day of a series that ends after so many slots, or before that."""
    if count is None:
        return pattern.until_on
    days = [slot.day for slot in islice(slots(pattern, last=date.max), count)]
    return days[-1] if days else pattern.until_on


def slot_of(pattern: Pattern, period_key: str) -> Slot | None:
    """Return the slot of a stretch, wherever the series ends; None if the rule has none."""
    whole = replace(pattern, until_on=None)
    found = (slot for slot in slots(whole, last=_ends(period_key)))
    return next((slot for slot in found if slot.period_key == period_key), None)


def are_alike(rule: str, other: str) -> bool:
    """Say whether two rules count in the same stretches, so that their slots can pair."""
    return is_monthly(rule) == is_monthly(other)


def replacing(old: Pattern, new: Pattern, *, since: Slot) -> Pattern:
    """
    Return a new pattern that takes over from a slot of an old one on.

    It begins in the stretch of that slot and ends with the stretch of the last old slot, so
    that a series that had so many meetings left has as many again. Rules that do not count in
    the same stretches begin with the first day from the slot's on and end on the old day.
    """
    if not are_alike(old.rule, new.rule):
        return replace(new, starts_on=since.day, until_on=old.until_on)
    opening = _stretch_begins(since.day, is_monthly=is_monthly(new.rule))
    begun = replace(new, starts_on=opening, until_on=None)
    begun = replace(begun, starts_on=next(slots(begun, last=date.max)).day)
    if old.until_on is None:
        return begun
    final = max((slot.period_key for slot in slots(old, last=old.until_on)), default="")
    final = max(final, since.period_key)
    days = [slot.day for slot in slots(begun, last=_ends(final))]
    return replace(begun, until_on=days[-1])


def pair(old: Iterable[str], pattern: Pattern) -> dict[str, Slot]:
    """
    Return which slot of a new plan takes over each stretch that has a row; never by position.

    Stretches the new rule leaves out are left out. Rows after the end of the plan keep their
    slot: somebody let them take place all the same.
    """
    known = set(old)
    last = max((_ends(key) for key in known), default=date.min)
    whole = replace(pattern, until_on=None)
    return {s.period_key: s for s in slots(whole, last=last) if s.period_key in known}


def on_the_clock(
    day: date, at: time, zone: str, minutes: int
) -> tuple[datetime, datetime, ClockNote]:
    """
    Return start and end, in UTC, of a wall time, and what a changed clock did to it.

    A time the clock skips is moved on by as much as it skips; of a time it shows twice the
    first is meant. The length is time that passes, whatever the clock does meanwhile.
    """
    here = ZoneInfo(zone)
    starts_at = datetime.combine(day, at.replace(fold=0), here).astimezone(UTC)
    shown = starts_at.astimezone(here).replace(tzinfo=None, fold=0)
    is_gap = shown != datetime.combine(day, at)
    note = ClockNote.GAP if is_gap else ClockNote.NONE
    return starts_at, starts_at + timedelta(minutes=minutes), note


def is_monthly(rule: str) -> bool:
    """Say whether a rule counts in months; the others count in weeks."""
    return rule.startswith(_MONTHLY)


def _slot(pattern: Pattern, day: date, period_key: str) -> Slot:
    starts_at, ends_at, note = on_the_clock(day, pattern.at, pattern.zone, pattern.minutes)
    return Slot(
        slot_key=f"{day.isoformat()}T{pattern.at:%H:%M}",
        period_key=period_key,
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        clock_note=note,
    )


def _stretch_of(day: date, *, is_monthly: bool) -> str:
    if is_monthly:
        return f"{day:%Y-%m}"
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"


def _stretch_begins(day: date, *, is_monthly: bool) -> date:
    begins: date = day + relativedelta(**({"day": 1} if is_monthly else {"weekday": MO(-1)}))
    return begins


def _ends(period_key: str) -> date:
    """Return the last day of the stretch a key names."""
    stretch = period_key.partition("#")[0]
    if "W" in stretch:
        year, _w, week = stretch.partition("-W")
        return date.fromisocalendar(int(year), int(week), 7)
    ends: date = date.fromisoformat(f"{stretch}-01") + relativedelta(day=31)
    return ends
