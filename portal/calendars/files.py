"""Calendar files that tell nothing: a time and a word of the person's own choice."""

from datetime import UTC, datetime

from icalendar import Calendar, Event

PRODUCT = "-//Portal//Agenda//ID"


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


def _one_line(text: str) -> str:
    """Return a text without anything that could begin a line of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
