"""Episodes: leave that belongs together because no day was worked in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.leave.rules.weeks import WorkCalendar

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Episode:
    """One time away, from its first to its last day; free days in between belong to it."""

    first: date
    last: date

    @property
    def calendar_days(self) -> int:
        """Return its length in calendar days."""
        return (self.last - self.first).days + 1


def episode_of(
    *,
    spans: Sequence[tuple[date, date]],
    first: date,
    last: date,
    calendar: WorkCalendar,
) -> Episode:
    """
    Return the episode that leave from one day to another belongs to.

    ``spans`` are first and last days of other leave of the same kind, in any order; they may
    overlap. Those belong to it that overlap, touch, or are parted by free days alone: sick on
    Friday and on Monday is one episode of four days. One worked day begins a new one.

    :raises NoCalendar: if the calendar does not cover the days between two of them; it is asked
        no further than to the nearest working day.
    """
    left = list(spans)
    while joined := [span for span in left if _belongs(span, first, last, calendar)]:
        left = [span for span in left if span not in joined]
        first = min(first, *(span[0] for span in joined))
        last = max(last, *(span[1] for span in joined))
    return Episode(first, last)


def _belongs(span: tuple[date, date], first: date, last: date, calendar: WorkCalendar) -> bool:
    """Say whether no day was worked between two times; overlapping ones have none between."""
    if span[1] < first:
        return _is_free_back_to(span[1], first, calendar)
    return span[0] <= last or _is_free_on_to(last, span[0], calendar)


def _is_free_back_to(end: date, start: date, calendar: WorkCalendar) -> bool:
    day = start - _A_DAY
    while day > end and not calendar.is_working(day):
        day -= _A_DAY
    return day <= end


def _is_free_on_to(end: date, start: date, calendar: WorkCalendar) -> bool:
    day = end + _A_DAY
    while day < start and not calendar.is_working(day):
        day += _A_DAY
    return day >= start
