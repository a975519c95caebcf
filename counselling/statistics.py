"""
Numbers about the offer for the head of the service: hours, never a person, never a nickname.

Whoever looks again and again must not learn from a difference that somebody booked. So weeks
are whole calendar weeks, which do not roll with the day; fewer than ten meetings have none;
and a number of booked hours is rounded to five.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from counselling.choices import AppointmentStatus, ExceptionKind
from counselling.models import (
    Appointment,
    Availability,
    AvailabilityException,
    Counsellor,
    Service,
)
from counselling.selectors.bookable import with_published_key
from portal.calendars.rules import Interval, day_bounds, local_day, merge, subtract
from portal.calendars.selectors import list_holidays
from portal.people.choices import Role, Zone
from portal.people.models import Agency, RoleGrant

FEWEST: Final = 10
"""A number made from fewer meetings than this is not shown."""
DAYS_AHEAD: Final = 14
OFFERED_STEP_MINUTES: Final = 60
BOOKED_STEP_MINUTES: Final = 300
_MET: Final = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.FULFILLED,
    AppointmentStatus.NO_SHOW,
)


@dataclass(frozen=True, slots=True)
class WeekCapacity:
    """
    A calendar week from its Monday: rounded minutes offered, and of those booked.

    ``booked_minutes`` is None where fewer than ten meetings make it up.
    """

    week_starts_on: date
    offered_minutes: int
    booked_minutes: int | None

    @property
    def offered_hours(self) -> int:
        """Return the hours offered; the minutes are whole hours already."""
        return self.offered_minutes // 60

    @property
    def booked_hours(self) -> int | None:
        """Return the hours booked, or None where fewer than ten meetings make them up."""
        return None if self.booked_minutes is None else self.booked_minutes // 60


def capacity(*, agency_id: UUID, now: datetime) -> list[WeekCapacity]:
    """
    Return the whole weeks that hold the next 14 days, in the agency's zone: two or three.

    Offered are the opened hours of everybody who can be booked, less closings and holidays. A
    counsellor who serves several agencies counts with all her hours in each.
    """
    zone = (
        Agency.objects.filter(pk=agency_id).values_list("zone", flat=True).first()
        or Zone.JAKARTA.value
    )
    today = local_day(now, zone)
    first = today - timedelta(days=today.weekday())
    mondays = [
        monday
        for monday in (first + timedelta(weeks=week) for week in range(3))
        if monday < today + timedelta(days=DAYS_AHEAD)
    ]
    weeks = [
        Interval(day_bounds(day, zone).starts, day_bounds(day + timedelta(days=6), zone).ends)
        for day in mondays
    ]
    opened = [
        _open_hours(counsellor, since=weeks[0].starts, until=weeks[-1].ends)
        for counsellor in _bookable(agency_id, now=now)
    ]
    return [
        WeekCapacity(
            week_starts_on=monday,
            offered_minutes=_rounded(
                sum(_minutes_within(hours, week) for hours in opened), OFFERED_STEP_MINUTES
            ),
            booked_minutes=_booked(agency_id, week),
        )
        for monday, week in zip(mondays, weeks, strict=True)
    ]


def _bookable(agency_id: UUID, *, now: datetime) -> list[Counsellor]:
    in_force = RoleGrant.objects.on(localdate(now)).filter(
        user=OuterRef("user"), agency_id=agency_id, role=Role.COUNSELLOR
    )
    offered = Service.objects.filter(
        counsellors=OuterRef("pk"), agency_id=agency_id, is_active=True
    )
    found = list(
        Counsellor.objects.filter(
            Exists(in_force), Exists(offered), is_active=True, user__is_active=True
        )
    )
    published = with_published_key({row.user_id for row in found}, now=now)
    return [row for row in found if row.user_id in published]


def _open_hours(counsellor: Counsellor, *, since: datetime, until: datetime) -> list[Interval]:
    """Return when a counsellor is open: her weekly pattern and extra times, less closings."""
    zone = counsellor.zone
    first, last = local_day(since, zone), local_day(until, zone)
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    holidays = {
        row.day
        for year in {first.year, last.year}
        for row in list_holidays(year=year, agency_id=counsellor.home_agency_id)
    }
    pattern = list(Availability.objects.filter(counsellor=counsellor))
    weekly = [
        hours
        for day in days
        if day not in holidays
        for hours in _hours_of(day, pattern, zone=ZoneInfo(zone))
    ]
    dated = AvailabilityException.objects.filter(
        counsellor=counsellor, period__overlap=(since, until)
    )
    periods = [(row.kind, Interval(row.period.lower, row.period.upper)) for row in dated]
    extra = [period for kind, period in periods if kind == ExceptionKind.EXTRA]
    closed = [period for kind, period in periods if kind == ExceptionKind.CLOSED]
    return subtract([*weekly, *extra], closed)


def _hours_of(day: date, pattern: Sequence[Availability], *, zone: ZoneInfo) -> list[Interval]:
    midnight = datetime.combine(day, time.min)
    found = []
    for row in pattern:
        is_valid = row.valid_from <= day and (row.valid_until is None or row.valid_until > day)
        if row.weekday != day.isoweekday() or not is_valid:
            continue
        # Minutes are wall time: added before the zone, so that a changed clock stays a clock.
        starts = (midnight + timedelta(minutes=row.starts_minute)).replace(tzinfo=zone)
        ends = (midnight + timedelta(minutes=row.ends_minute)).replace(tzinfo=zone)
        if starts.timestamp() < ends.timestamp():
            found.append(Interval(starts, ends))
    return found


def _minutes_within(hours: Iterable[Interval], week: Interval) -> float:
    seconds = 0.0
    for one in merge(hours):
        inside = min(one.ends, week.ends) - max(one.starts, week.starts)
        seconds += max(inside.total_seconds(), 0.0)
    return seconds / 60


def _booked(agency_id: UUID, week: Interval) -> int | None:
    periods = Appointment.objects.filter(
        service__agency_id=agency_id,
        status__in=_MET,
        period__startswith__gte=week.starts,
        period__startswith__lt=week.ends,
    ).values_list("period", flat=True)
    lengths = [(period.upper - period.lower).total_seconds() / 60 for period in periods]
    return _rounded(sum(lengths), BOOKED_STEP_MINUTES) if len(lengths) >= FEWEST else None


def _rounded(minutes: float, step: int) -> int:
    return round(minutes / step) * step
