"""Calendar files that tell nothing: a time or days, and a word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event, vDuration

PRODUCT = "-//Portal//Agenda//ID"
REFRESH = timedelta(hours=6)
"""How often a calendar program is asked to look again; some look less often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysEntry:
    """
    Whole days in a calendar, the last one included. ``stamped_on`` is when they last changed.

    Days belong to nobody's clock: the same dates are shown in every zone.
    """

    uid: str
    title: str
    first_day: date
    last_day: date
    stamped_on: date
    sequence: int = 0
    cancelled: bool = False


def neutral_ics(
    *,
    uid: str,
    starts_at: datetime,
    ends_at: datetime,
    title: str,
    sequence: int,
    cancelled: bool,
    now: datetime,
) -> bytes:
    """
    Return a calendar file with one private entry: when, and ``title``; nothing else.

    No place, no description, nobody who organises or attends. ``uid`` has to be a word that no
    table holds, or the file and a copy of the database could be joined. The same ``uid`` with a
    higher ``sequence`` replaces an entry; ``cancelled`` takes it out of the calendar. Times are
    written in UTC and shown by the calendar in its own zone.

    :raises ValueError: if an instant is naive or the end does not lie after the start.
    """
    if starts_at.tzinfo is None or ends_at.tzinfo is None or now.tzinfo is None:
        raise ValueError("a calendar entry needs aware instants")
    if ends_at <= starts_at:
        raise ValueError("a calendar entry ends after it starts")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    event.add("summary", _one_line(title))
    event.add("class", "PRIVATE")
    event.add("sequence", sequence)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    calendar.add_component(event)
    file: bytes = calendar.to_ical()
    return file


def neutral_days(entries: Iterable[DaysEntry], *, is_feed: bool) -> bytes:
    """
    Return a calendar of private all-day entries: which days, a word each; nothing else.

    No place, no description, nobody who organises or attends, no clock. The same entries give
    the same bytes. A feed says how often to look again, and a cancelled entry stays in it as
    cancelled; a file with a cancelled entry takes that one out of a calendar.

    :raises ValueError: if days end before they start.
    """
    listed = list(entries)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    takes_out = not is_feed and any(entry.cancelled for entry in listed)
    calendar.add("method", "CANCEL" if takes_out else "PUBLISH")
    if is_feed:
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(REFRESH))
    for entry in listed:
        calendar.add_component(_days(entry))
    file: bytes = calendar.to_ical()
    return file


def _days(entry: DaysEntry) -> Event:
    if entry.last_day < entry.first_day:
        raise ValueError("days end after they start")
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", datetime.combine(entry.stamped_on, time(), tzinfo=UTC))
    event.add("dtstart", entry.first_day)
    # The first day that is free again: an all-day entry ends before its end.
    event.add("dtend", entry.last_day + timedelta(days=1))
    event.add("summary", _one_line(entry.title))
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    return event


def _one_line(text: str) -> str:
    """Return a text without anything that could begin a line of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
