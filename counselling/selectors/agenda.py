"""What a counsellor sees of her own diary: days, weeks, one meeting. Aliases only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from counselling import policies, rules
from counselling.choices import AppointmentStatus, Mode
from counselling.models import Appointment, Counsellor
from counselling.selectors.client import alias_of
from counselling.selectors.free_times import Question, find_starts
from portal.calendars.rules import day_bounds, local_day
from portal.calendars.selectors import list_holidays
from portal.people.actors import Account


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """One meeting in a counsellor's diary."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: str
    alias: str
    mode_label: str
    status: str
    status_label: str
    is_first: bool
    can_fulfil: bool
    can_no_show: bool
    can_take_back: bool
    has_request: bool
    holiday_name: str
    room: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """One day of a counsellor's diary in her own zone; ``free`` are open stretches of it."""

    day: date
    zone: str
    rows: tuple[AgendaRow, ...]
    free: tuple[tuple[datetime, datetime], ...]
    previous: date
    following: date
    is_today: bool
    holiday_name: str

    @property
    def count(self) -> int:
        """Return how many meetings are still booked on this day."""
        return sum(row.status == AppointmentStatus.BOOKED for row in self.rows)


def list_day(*, actor: Account, day: date | None, now: datetime) -> AgendaDay:
    """
    Return one day of the actor's diary; None is today.

    :raises Http404: if the actor is no counsellor.
    """
    counsellor = policies.counsellor_of(actor)
    today = local_day(now, counsellor.zone)
    return _days(counsellor, first=day or today, count=1, now=now)[0]


def list_week(*, actor: Account, day: date | None, now: datetime) -> list[AgendaDay]:
    """
    Return the Monday to Sunday around a day; None is this week.

    :raises Http404: if the actor is no counsellor.
    """
    counsellor = policies.counsellor_of(actor)
    chosen = day or local_day(now, counsellor.zone)
    return _days(counsellor, first=chosen - timedelta(days=chosen.weekday()), count=7, now=now)


def get_agenda_appointment(*, actor: Account, appointment_id: UUID, now: datetime) -> AgendaRow:
    """
    Return one meeting of the actor's diary.

    :raises Http404: if it is not in her diary.
    """
    row = policies.get_assigned_appointment(actor=actor, appointment_id=appointment_id, now=now)
    firsts = _first_meetings({row.client_id}, counsellor=row.counsellor)
    return _row(
        row, counsellor=row.counsellor, firsts=firsts, holiday="", now=now, next_id=None
    )


def count_rest_of_today(*, actor: Account, now: datetime) -> int:
    """Return how many of today's booked meetings have not ended."""
    day = list_day(actor=actor, day=None, now=now)
    return sum(row.status == AppointmentStatus.BOOKED and row.ends_at > now for row in day.rows)


def _days(counsellor: Counsellor, *, first: date, count: int, now: datetime) -> list[AgendaDay]:
    edges = [
        day_bounds(first + timedelta(days=step), counsellor.zone).starts
        for step in range(count + 1)
    ]
    found = list(
        Appointment.objects.filter(counsellor=counsellor)
        .filter(period__startswith__gte=edges[0], period__startswith__lt=edges[-1])
        .exclude(status=AppointmentStatus.HELD)
        .exclude(status=AppointmentStatus.CANCELLED)
        .select_related("client")
        .order_by("period", "id")
    )
    firsts = _first_meetings({row.client_id for row in found}, counsellor=counsellor)
    holidays = _holidays(counsellor, first=first, count=count)
    free = _free(counsellor, since=edges[0], until=edges[-1], now=now)
    upcoming = [
        row.pk
        for row in found
        if row.status == AppointmentStatus.BOOKED and row.period.upper > now
    ]
    today = local_day(now, counsellor.zone)
    days = []
    for step in range(count):
        day = first + timedelta(days=step)
        name = holidays.get(day, "")
        rows = [
            _row(row, counsellor=counsellor, firsts=firsts, holiday=name, now=now,
                 next_id=upcoming[0] if upcoming and day == today else None)
            for row in found
            if edges[step] <= row.period.lower < edges[step + 1]
        ]  # fmt: skip
        days.append(
            AgendaDay(
                day=day,
                zone=counsellor.zone,
                rows=tuple(rows),
                free=tuple(s for s in free if edges[step] <= s[0] < edges[step + 1]),
                previous=day - timedelta(days=1),
                following=day + timedelta(days=1),
                is_today=day == today,
                holiday_name=name,
            )
        )
    return days


def _row(
    row: Appointment,
    *,
    counsellor: Counsellor,
    firsts: frozenset[UUID],
    holiday: str,
    now: datetime,
    next_id: UUID | None,
) -> AgendaRow:
    def may(outcome: AppointmentStatus) -> bool:
        refusal = rules.refuse_attendance(
            status=row.status,
            outcome=outcome,
            starts_at=row.period.lower,
            ends_at=row.period.upper,
            zone=counsellor.zone,
            now=now,
        )
        return row.status != outcome and refusal is None

    return AgendaRow(
        id=row.pk,
        starts_at=row.period.lower,
        ends_at=row.period.upper,
        zone=counsellor.zone,
        alias=alias_of(row.client),
        mode_label=str(Mode(row.mode).label),
        status=row.status,
        status_label=str(AppointmentStatus(row.status).label),
        is_first=row.pk in firsts,
        can_fulfil=may(AppointmentStatus.FULFILLED),
        can_no_show=may(AppointmentStatus.NO_SHOW),
        can_take_back=may(AppointmentStatus.BOOKED),
        has_request=row.sealed_request is not None,
        holiday_name=holiday,
        room=counsellor.room if row.mode == Mode.IN_PERSON else "",
        is_next=row.pk == next_id,
    )


def _first_meetings(client_ids: set[UUID], *, counsellor: Counsellor) -> frozenset[UUID]:
    """Return the appointments that are their client's first with this counsellor."""
    return frozenset(
        Appointment.objects.filter(counsellor=counsellor, client_id__in=client_ids)
        .filter(~Q(status__in=[AppointmentStatus.CANCELLED, AppointmentStatus.HELD]))
        .order_by("client_id", "period", "id")
        .distinct("client_id")
        .values_list("id", flat=True)
    )


def _free(
    counsellor: Counsellor, *, since: datetime, until: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Return open stretches: consecutive free starts of her first service joined together."""
    service = counsellor.services.filter(is_active=True).order_by("position", "id").first()
    if service is None:
        return []
    rows = find_starts(
        Question(
            service=service,
            counsellor_ids=(counsellor.pk,),
            since=max(since, now),
            until=until,
            now=now,
            viewer_zone=counsellor.zone,
        )
    )
    length = timedelta(minutes=service.duration_minutes)
    stretches: list[tuple[datetime, datetime]] = []
    for _, start in rows:
        starts_at, ends_at = start, start + length
        if stretches and starts_at <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(ends_at, stretches[-1][1]))
        else:
            stretches.append((starts_at, ends_at))
    return stretches


def _holidays(counsellor: Counsellor, *, first: date, count: int) -> dict[date, str]:
    last = first + timedelta(days=count - 1)
    return {
        row.day: row.name
        for year in range(first.year, last.year + 1)
        for row in list_holidays(year=year, agency_id=counsellor.home_agency_id)
        if first <= row.day <= last
    }
