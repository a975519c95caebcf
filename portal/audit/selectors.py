"""What the record answers: to the data protection officer, and to whom it is about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from portal.audit.models import ClientEvent, RefusalCount, StaffEvent, house_day


@dataclass(frozen=True, slots=True)
class EventRow:
    """A staff deed as the data protection officer sees it."""

    sequence: int
    at: datetime
    role: str
    handle: str
    action: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClientEventRow:
    """A client's deed as the data protection officer sees it: a random id and a day."""

    sequence: int
    on_day: date
    handle: str
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """Who opened something of mine: the role, the deed and the day; never a name or an hour."""

    role: str
    action: str
    day: date


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """How often a route refused within an hour."""

    route: str
    hour: datetime
    count: int


def list_events(*, limit: int, before: int | None = None) -> list[EventRow]:
    """Return staff deeds, newest first; ``before`` is the last number of the page before."""
    events = StaffEvent.objects.order_by("-sequence")
    if before is not None:
        events = events.filter(sequence__lt=before)
    return [
        EventRow(e.sequence, e.at, e.role, e.handle, e.action, e.subject, e.reason)
        for e in events[:limit]
    ]


def list_client_events(*, limit: int, before: int | None = None) -> list[ClientEventRow]:
    """Return client deeds, newest first; ``before`` is the last number of the page before."""
    events = ClientEvent.objects.order_by("-sequence")
    if before is not None:
        events = events.filter(sequence__lt=before)
    return [
        ClientEventRow(e.sequence, e.on_day, e.handle, e.action, e.subject)
        for e in events[:limit]
    ]


def list_for_subject(*, subject: str, limit: int = 200) -> list[OpenedRow]:
    """Return who did what to a subject, newest first, to show to whom it is about."""
    events = StaffEvent.objects.filter(subject=subject).order_by("-sequence")[:limit]
    return [OpenedRow(e.role, e.action, house_day(e.at)) for e in events]


def list_for_subjects(*, subjects: Collection[str], limit: int = 200) -> list[OpenedRow]:
    """Return who did what to any of several subjects, newest first; one question for all."""
    if not subjects:
        return []
    events = StaffEvent.objects.filter(subject__in=subjects).order_by("-sequence")[:limit]
    return [OpenedRow(e.role, e.action, house_day(e.at)) for e in events]


def list_refusals(*, limit: int) -> list[RefusalRow]:
    """Return how often routes refused, newest hour first."""
    counts = RefusalCount.objects.order_by("-hour", "route")[:limit]
    return [RefusalRow(c.route, c.hour, c.count) for c in counts]
