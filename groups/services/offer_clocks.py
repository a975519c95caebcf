"""When an offer made now ends, by the house's windows and the hours of its group."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.timezone import localdate

from groups.models import CapacityPool
from groups.rules.places import CLOSES, OFFER_HOURS, OPENS, OfferClock, offer_clock
from portal.calendars.rules import add_allowed
from portal.calendars.selectors import list_holidays
from portal.notifications.rules import next_window
from portal.notifications.services import house_windows

_SATURDAY: Final = 5
_TWO_MONTHS: Final = timedelta(days=62)


def clock_of(pool: CapacityPool, *, now: datetime) -> OfferClock:
    """Return when an offer of a place of a pool, made now, ends."""
    window = next_window(now, house_windows())
    return offer_clock(
        window=window,
        allowed_end=add_allowed(
            window,
            allowed=OFFER_HOURS,
            zone=pool.group.zone,
            opens=OPENS,
            closes=CLOSES,
            is_free_day=_free_days(pool.group.agency_id, now=now),
        ),
        starts_at=pool.meeting.period.lower if pool.meeting else None,
        now=now,
    )


def _free_days(agency_id: UUID, *, now: datetime) -> Callable[[date], bool]:
    years = {localdate(now).year, localdate(now + _TWO_MONTHS).year}
    days = {
        row.day
        for year in sorted(years)
        for row in list_holidays(year=year, agency_id=agency_id)
    }
    return lambda day: day.weekday() >= _SATURDAY or day in days
