"""What the schedule editor shows of a counsellor's own pattern."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from counselling import policies
from counselling.choices import ExceptionKind, Mode
from counselling.models import Availability, AvailabilityException
from portal.calendars.rules import local_day
from portal.people.actors import Account


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One weekly range, in wall time of the counsellor's zone."""

    id: UUID
    weekday: int
    starts: str
    ends: str
    valid_from: date
    valid_until: date | None
    is_future: bool

    @property
    def last_day(self) -> date | None:
        """Return the last day the range holds, or None while it is open."""
        return self.valid_until - timedelta(days=1) if self.valid_until else None


@dataclass(frozen=True, slots=True)
class DayRow:
    """One weekday (ISO, Monday is 1) with its ranges, earliest first."""

    weekday: int
    ranges: tuple[RangeRow, ...]


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """One dated closing or opening."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    kind: str
    kind_label: str


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service the counsellor takes part in."""

    id: UUID
    name: str
    minutes: int
    modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A counsellor's pattern, what deviates from it, and whether a change can be taken back."""

    zone: str
    today: date
    days: tuple[DayRow, ...]
    exceptions: tuple[ExceptionRow, ...]
    services: tuple[ServiceRow, ...]
    can_undo: bool


def get_schedule(*, actor: Account, now: datetime) -> ScheduleView:
    """
    Return the actor's own schedule: ranges that are or will be valid, exceptions not yet over.

    :raises Http404: if the actor is no counsellor.
    """
    counsellor = policies.counsellor_of(actor)
    today = local_day(now, counsellor.zone)
    ranges = list(
        Availability.objects.filter(counsellor=counsellor)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=today))
        .order_by("weekday", "starts_minute", "valid_from", "id")
    )
    exceptions = AvailabilityException.objects.filter(
        counsellor=counsellor, period__endswith__gt=now
    ).order_by("period", "id")
    services = counsellor.services.filter(is_active=True).order_by("position", "name", "id")
    return ScheduleView(
        zone=counsellor.zone,
        today=today,
        days=tuple(
            DayRow(
                weekday=weekday,
                ranges=tuple(_range(row, today) for row in ranges if row.weekday == weekday),
            )
            for weekday in range(1, 8)
        ),
        exceptions=tuple(
            ExceptionRow(
                id=row.pk,
                starts_at=row.period.lower,
                ends_at=row.period.upper,
                kind=row.kind,
                kind_label=str(ExceptionKind(row.kind).label),
            )
            for row in exceptions
        ),
        services=tuple(
            ServiceRow(
                id=row.pk,
                name=row.name,
                minutes=row.duration_minutes,
                modes=tuple(str(Mode(m).label) for m in counsellor.modes if m in row.modes),
            )
            for row in services
        ),
        can_undo=counsellor.revisions.exists(),
    )


def _range(row: Availability, today: date) -> RangeRow:
    return RangeRow(
        id=row.pk,
        weekday=row.weekday,
        starts=clock_of(row.starts_minute),
        ends=clock_of(row.ends_minute),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        is_future=row.valid_from > today,
    )


def clock_of(minute: int) -> str:
    """Return a minute of the day as wall time, 1440 as 24.00."""
    return f"{minute // 60:02d}.{minute % 60:02d}"
