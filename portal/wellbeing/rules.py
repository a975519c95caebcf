"""How long a checked number may be trusted, and which month a tap belongs to."""

from datetime import date, timedelta

CHECK_EVERY = timedelta(days=90)
# Source: of eight widely copied Indonesian lines three were dead, renamed or no crisis line.


def is_stale(checked_on: date | None, *, today: date) -> bool:
    """Return whether a number should be tried again: never, or over ninety days ago."""
    return checked_on is None or today - checked_on > CHECK_EVERY


def month_of(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)
