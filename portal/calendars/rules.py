"""Arithmetic of time: half-open intervals, local days, and known zones."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LONGEST_CLOSED = 366
"""Days without an opening after which there is none to wait for."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A period ``[starts, ends)`` of aware instants, kept in UTC; never empty."""

    starts: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if self.starts.tzinfo is None or self.ends.tzinfo is None:
            raise ValueError("an interval needs aware instants")
        # Python compares two instants of one zone by their wall clock; in UTC both agree.
        object.__setattr__(self, "starts", self.starts.astimezone(UTC))
        object.__setattr__(self, "ends", self.ends.astimezone(UTC))
        if self.ends <= self.starts:
            raise ValueError("an interval ends after it starts")

    def overlaps(self, other: "Interval") -> bool:
        """Say whether the two share an instant; touching is not sharing."""
        return self.starts < other.ends and other.starts < self.ends

    def contains(self, instant: datetime) -> bool:
        """Say whether an instant lies inside; the end does not."""
        return self.starts <= instant < self.ends


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same instants as disjoint intervals that do not touch, soonest first."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.starts <= merged[-1].ends:
            last = merged.pop()
            merged.append(Interval(last.starts, max(last.ends, interval.ends)))
        else:
            merged.append(interval)
    return merged


def subtract(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """Return what is left of the first without the second, merged, soonest first."""
    left: list[Interval] = []
    holes = merge(taken)
    for interval in merge(intervals):
        starts = interval.starts
        for hole in holes:
            if hole.ends <= starts:
                continue
            if hole.starts >= interval.ends:
                break
            if hole.starts > starts:
                left.append(Interval(starts, hole.starts))
            starts = max(starts, hole.ends)
        if starts < interval.ends:
            left.append(Interval(starts, interval.ends))
    return left


def local_day(instant: datetime, zone: str) -> date:
    """Return the calendar day of an instant where the clock shows this zone."""
    if instant.tzinfo is None:
        raise ValueError("a local day needs an aware instant")
    return instant.astimezone(ZoneInfo(zone)).date()


def read_instant(text: str) -> datetime:
    """
    Read an aware instant in ISO 8601.

    :raises ValueError: if it is none, names no offset, or lies beyond our calendars.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant names its offset")
    try:
        instant.astimezone(ZoneInfo("Asia/Jayapura"))
    except OverflowError as error:
        raise ValueError("beyond the last day of the calendar") from error
    return instant


def day_bounds(day: date, zone: str) -> Interval:
    """Return a local day as an interval: 23, 24 or 25 hours long."""
    here = ZoneInfo(zone)
    return Interval(
        datetime.combine(day, time.min, here).astimezone(UTC),
        datetime.combine(day + timedelta(days=1), time.min, here).astimezone(UTC),
    )


def add_allowed(
    start: datetime,
    *,
    allowed: timedelta,
    zone: str,
    opens: time,
    closes: time,
    is_free_day: Callable[[date], bool],
) -> datetime:
    """
    Return the instant, in UTC, at which so much allowed time has passed since the start.

    Allowed is what lies in ``[opens, closes)`` on the clocks of a zone, on days that are not
    free; from outside it counts from the next opening. A window opens and closes when the clock
    first shows its time or a later one: a clock put forward shortens it, one put back lengthens
    it, and a second 02.30 opens nothing anew.

    :raises ValueError: for a naive start, a negative time, a window that does not open before
        it closes, or if no day of a whole year opens.
    """
    if start.tzinfo is None or allowed < timedelta(0) or opens >= closes:
        raise ValueError("allowed time needs an aware start and a window within a day")
    here, left, since = start.astimezone(UTC), allowed, 0
    day = local_day(start, zone)
    while since <= _LONGEST_CLOSED:
        begins = max(here, _first_shown(day, opens, zone))
        ends = _first_shown(day, closes, zone)
        since += 1
        if begins < ends and not is_free_day(day):
            if left <= ends - begins:
                return begins + left
            left, since = left - (ends - begins), 0
        day += timedelta(days=1)
    raise ValueError("no day of a whole year opens")


def _first_shown(day: date, wall: time, zone: str) -> datetime:
    """Return the first instant, in UTC, at which a local day's clock shows a time or later."""
    local = datetime.combine(day, wall.replace(fold=0), ZoneInfo(zone))
    first, other = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if other >= first:
        return first
    # The clock jumps over this time: look for the second of the jump between the two readings.
    before, after = other.replace(microsecond=0), first.replace(microsecond=0)
    offset = local.utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(ZoneInfo(zone)).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def is_zone(name: str) -> bool:
    """Say whether the zone data knows this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)
