"""Arithmetic of time: half-open intervals, local days, and known zones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


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


def is_zone(name: str) -> bool:
    """Say whether the zone data knows this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)
