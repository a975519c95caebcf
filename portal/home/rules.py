"""Greeting by the hour, and counting working days."""

from collections.abc import Collection
from datetime import date, timedelta

MIDDAY, AFTERNOON, EVENING = 11, 15, 18
# Source: how Indonesian divides the day: pagi to 11, siang to 15, sore to 18, then malam.
NIGHT_ENDS = 4
SATURDAY = 5


def part_of_day(hour: int) -> str:
    """Return the part of the day an hour lies in: morning, midday, afternoon or evening."""
    if hour < NIGHT_ENDS or hour >= EVENING:
        return "evening"
    if hour < MIDDAY:
        return "morning"
    return "midday" if hour < AFTERNOON else "afternoon"


def count_working_days(first: date, *, free: Collection[date]) -> int:
    """Return the Mondays to Fridays of the month beginning on ``first``, less free days."""
    following = (first + timedelta(days=32)).replace(day=1)
    days = (first + timedelta(days=step) for step in range((following - first).days))
    return sum(day.weekday() < SATURDAY and day not in free for day in days)
