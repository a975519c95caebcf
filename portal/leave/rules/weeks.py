"""Which days somebody works and for how long: spans of weeks, holidays, joint leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.calendars.choices import HolidayKind

_A_DAY = timedelta(days=1)


class NoCalendar(Exception):
    """Nothing says whether a day is worked; whoever counts has to stop, not to guess."""

    def __init__(self, day: date) -> None:
        super().__init__(f"no week covers {day.isoformat()}")
        self.day = day


@dataclass(frozen=True, slots=True)
class WeekSpan:
    """
    One and the same week over a time, both ends included; open when there is no last day.

    ``days`` are ISO weekdays, 1 Monday to 7 Sunday.
    """

    valid_from: date
    valid_until: date | None
    days: frozenset[int]
    daily_minutes: int

    def covers(self, day: date) -> bool:
        """Say whether the week holds on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """
    The days of one person: her weeks, the holidays where she works, the joint leave she worked.

    Spans do not overlap. A calendar read for a time knows nothing outside it: every question
    about a day that no span covers raises `NoCalendar`.
    """

    spans: Sequence[WeekSpan]
    holidays: Mapping[date, HolidayKind] = field(default_factory=dict)
    duty_days: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """
        Say whether she works on a day. Joint leave is free, unless she was on duty then.

        In every year: where joint leave costs annual leave, its days are taken off the year as
        a whole, and leave that lies over them does not pay for them again.

        :raises NoCalendar: if no week covers the day.
        """
        if day not in self.holidays:
            return self._is_weekday(day)
        return self.is_joint_leave(day) and day in self.duty_days

    def is_joint_leave(self, day: date) -> bool:
        """
        Say whether a day of her week is joint leave, worked or not.

        :raises NoCalendar: if no week covers the day.
        """
        return self._is_weekday(day) and self.holidays.get(day) == HolidayKind.JOINT_LEAVE

    def minutes_on(self, day: date) -> int:
        """
        Return the minutes she works on a day, none on a free one.

        :raises NoCalendar: if no week covers the day.
        """
        return self._span(day).daily_minutes if self.is_working(day) else 0

    def _is_weekday(self, day: date) -> bool:
        return day.isoweekday() in self._span(day).days

    def _span(self, day: date) -> WeekSpan:
        for span in self.spans:
            if span.covers(day):
                return span
        raise NoCalendar(day)


@dataclass(frozen=True, slots=True)
class Pattern:
    """
    A week as it was entered. ``rank`` is how near: the person's 0, then her units', upwards.

    One of Ramadan says how much is worked in a week of it, never on which days.
    """

    rank: int
    is_ramadan: bool
    valid_from: date
    valid_until: date | None
    days: frozenset[int]
    weekly_minutes: int

    def covers(self, day: date) -> bool:
        """Say whether the week holds on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def spans_between(
    patterns: Sequence[Pattern], *, first: date, last: date
) -> tuple[WeekSpan, ...]:
    """
    Return the weeks that hold from one day to another, both included, soonest first.

    The nearest usual week counts, of two equally near the one that began later. Days without a
    usual week have no span. Ramadan's weekly time is spread over the days of the usual week; it
    shortens them and never makes them longer than they are.
    """
    cuts = [cut for cut in _cuts(patterns) if first < cut <= last]
    starts = [first, *sorted(set(cuts))]
    ends = [*(start - _A_DAY for start in starts[1:]), last]
    found = (_span(patterns, start, end) for start, end in zip(starts, ends, strict=True))
    return tuple(span for span in found if span is not None)


def _cuts(patterns: Sequence[Pattern]) -> list[date]:
    """Return the days on which another week may begin to hold."""
    begins = [pattern.valid_from for pattern in patterns]
    ends = [pattern.valid_until for pattern in patterns]
    return begins + [end + _A_DAY for end in ends if end is not None and end < date.max]


def _span(patterns: Sequence[Pattern], start: date, end: date) -> WeekSpan | None:
    holding = [pattern for pattern in patterns if pattern.covers(start)]
    usual = _nearest([pattern for pattern in holding if not pattern.is_ramadan])
    if usual is None or not usual.days:
        return None
    minutes = usual.weekly_minutes // len(usual.days)
    ramadan = _nearest([pattern for pattern in holding if pattern.is_ramadan])
    if ramadan is not None:
        minutes = min(minutes, ramadan.weekly_minutes // len(usual.days))
    return WeekSpan(start, end, usual.days, minutes)


def _nearest(patterns: Sequence[Pattern]) -> Pattern | None:
    return min(
        patterns,
        key=lambda pattern: (pattern.rank, -pattern.valid_from.toordinal()),
        default=None,
    )
