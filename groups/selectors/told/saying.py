"""What every notice about groups is put together from."""

from typing import Any

from django.urls import reverse

from groups.models import Meeting
from portal.common.wording import clock, long_day, other_clock
from portal.notifications.saying import Moment, notice

__all__ = ["Moment", "notice", "page", "when"]


def when(meeting: Meeting, zone: str) -> str:
    """Return when a meeting begins, on the reader's clock and, if it differs, on its own."""
    starts_at = meeting.period.lower
    own_clock = other_clock(starts_at, zone, meeting.zone)
    said = f"{long_day(starts_at, zone)}, {clock(starts_at, zone)} {own_clock}"
    return said.rstrip()


def page(name: str, *args: Any) -> str:  # noqa: ANN401 - whatever stands in a path
    """Return the address of a page of this room."""
    return reverse(f"groups:{name}", args=args)
