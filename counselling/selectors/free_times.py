"""
Free times, computed: weekly pattern, minus exceptions, holidays and busy periods, on the grid.

One statement serves the lists and the check under the locks, so that what is shown and what is
accepted cannot drift apart. The clock and every bound come in as parameters; SQL never asks for
the time itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from counselling import policies, rules
from counselling.choices import Mode, PartOfDay, Sex
from counselling.models import Counsellor, Service
from portal.people.actors import Account, Actor
from portal.people.choices import Role
from portal.people.models import RoleGrant
from portal.people.selectors import conflict_scope
from portal.vault.services import tag, users_with_vault

_EVERYTHING: Final = 100_000

SQL: Final = """
WITH people AS (
    SELECT c.id, c.zone, c.home_agency_id, c.display_name, c.modes,
           %(notice)s::timestamptz AS opens,
           -- The last day of the horizon is complete in the counsellor's own zone.
           LEAST(%(until)s::timestamptz,
                 ((%(now)s::timestamptz AT TIME ZONE c.zone)::date + %(horizon)s + 1)::timestamp
                     AT TIME ZONE c.zone) AS closes
    FROM counselling_counsellor c
    JOIN counselling_counsellor_services cs
      ON cs.counsellor_id = c.id AND cs.service_id = %(service)s
    WHERE c.id = ANY(%(counsellors)s) AND c.is_active
), days AS (
    -- One day more on either side: a range may join its neighbour over midnight.
    SELECT p.id, p.zone, p.home_agency_id, day::date AS day
    FROM people p, generate_series(
        (GREATEST(%(since)s, p.opens) AT TIME ZONE p.zone)::date - 1,
        (p.closes AT TIME ZONE p.zone)::date + 1, interval '1 day') AS day
), opened AS (
    SELECT d.id, tstzrange(
               (d.day + make_interval(mins => a.starts_minute)) AT TIME ZONE d.zone,
               (d.day + make_interval(mins => a.ends_minute)) AT TIME ZONE d.zone) AS period
    FROM days d
    JOIN counselling_availability a
      ON a.counsellor_id = d.id AND a.weekday = EXTRACT(isodow FROM d.day)
     AND a.valid_from <= d.day AND (a.valid_until IS NULL OR a.valid_until > d.day)
    -- In the hour that spring skips, a range can end where it begins, or before.
    WHERE (d.day + make_interval(mins => a.starts_minute)) AT TIME ZONE d.zone
        < (d.day + make_interval(mins => a.ends_minute)) AT TIME ZONE d.zone
      AND NOT EXISTS (
          SELECT 1 FROM calendars_holiday h
          WHERE h.day = d.day AND h.status <> 'REMOVED'
            AND (h.agency_id IS NULL OR h.agency_id = d.home_agency_id))
    UNION ALL
    SELECT e.counsellor_id, e.period
    FROM counselling_availabilityexception e JOIN people p ON p.id = e.counsellor_id
    WHERE e.kind = 'EXTRA' AND upper(e.period) > %(since)s
), closed AS (
    SELECT e.counsellor_id AS id, e.period
    FROM counselling_availabilityexception e JOIN people p ON p.id = e.counsellor_id
    WHERE e.kind = 'CLOSED' AND upper(e.period) > %(since)s
    UNION ALL
    -- Taken times widened by this service's own buffers; the taken ones carry theirs already.
    SELECT t.counsellor_id, tstzrange(lower(t.blocked) - %(after)s, upper(t.blocked) + %(before)s)
    FROM people p
    JOIN counselling_appointment t ON t.counsellor_id = p.id
    WHERE t.status IN ('HELD', 'BOOKED', 'FULFILLED', 'NO_SHOW')
      AND t.id IS DISTINCT FROM %(moving)s
      AND lower(t.blocked) > %(since)s - interval '1 day'
      AND lower(t.blocked) < p.closes + interval '1 day'
      AND NOT (t.status = 'HELD' AND (t.hold_expires_at <= %(now)s OR t.client_id = %(client)s))
), free AS (
    SELECT o.id, unnest(o.periods - COALESCE(c.periods, '{}'::tstzmultirange)) AS period
    FROM (SELECT id, range_agg(period) AS periods FROM opened GROUP BY id) o
    LEFT JOIN (SELECT id, range_agg(period) AS periods FROM closed GROUP BY id) c USING (id)
), starts AS (
    SELECT p.id, p.display_name, p.modes, p.zone, start
    FROM free f JOIN people p USING (id), generate_series(
        -- Round up to the grid of the wall clock.
        lower(f.period) + make_interval(secs => mod(
            %(grid)s - mod(EXTRACT(epoch FROM lower(f.period) AT TIME ZONE p.zone), %(grid)s),
            %(grid)s)::double precision),
        upper(f.period) - %(duration)s, make_interval(secs => %(grid)s)) AS start
    WHERE start >= %(since)s AND start >= p.opens AND start < p.closes
), fitting AS (
    SELECT s.*, row_number() OVER (
               PARTITION BY (s.start AT TIME ZONE %(viewer_zone)s)::date
               ORDER BY hashtextextended(s.id::text || EXTRACT(epoch FROM s.start), %(seed)s)
           ) AS draw
    FROM starts s
    WHERE (%(part)s::int4range IS NULL
           OR %(part)s::int4range @> EXTRACT(hour FROM s.start AT TIME ZONE %(viewer_zone)s)::int)
      AND NOT EXISTS (
          SELECT 1 FROM counselling_appointment own
          WHERE own.client_id = %(client)s AND own.status IN ('BOOKED', 'FULFILLED', 'NO_SHOW')
            AND own.id IS DISTINCT FROM %(moving)s
            AND own.period && tstzrange(s.start, s.start + %(duration)s))
)
SELECT id, display_name, modes, zone, start FROM fitting
WHERE draw <= %(sample)s ORDER BY start, display_name, id
"""

_PARTS: Final = {
    PartOfDay.MORNING: "[0,11)",
    PartOfDay.MIDDAY: "[11,15)",
    PartOfDay.EVENING: "[15,24)",
}


@dataclass(frozen=True, slots=True)
class TimeFilter:
    """What somebody wishes for; nothing is asked by default."""

    mode: Mode | None = None
    sex: Sex | None = None
    outside: bool = False
    part: PartOfDay | None = None
    counsellor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class FreeTime:
    """One time that can be booked now."""

    counsellor_id: UUID
    counsellor_name: str
    service_id: UUID
    starts_at: datetime
    ends_at: datetime
    mode: Mode
    modes: tuple[Mode, ...]
    counsellor_zone: str

    @property
    def token(self) -> str:
        """Return what a form sends back; it is checked afresh, never trusted."""
        starts = self.starts_at.isoformat()
        return f"{self.counsellor_id}|{self.service_id}|{starts}|{self.mode.value}"

    @property
    def mode_label(self) -> str:
        """Return the way of meeting in words."""
        return str(self.mode.label)


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the free-times statement; instants are aware, ``until`` is exclusive."""

    service: Service
    counsellor_ids: tuple[UUID, ...]
    since: datetime
    until: datetime
    now: datetime
    viewer_zone: str
    client_id: UUID | None = None
    moving_id: UUID | None = None
    part: PartOfDay | None = None
    seed: int = 0
    sample: int = field(default=_EVERYTHING)


def terms_of(service: Service) -> rules.ServiceTerms:
    """Return what a service asks of a booking."""
    return rules.ServiceTerms(
        duration=timedelta(minutes=service.duration_minutes),
        grid=timedelta(minutes=service.grid_minutes),
        buffer_before=timedelta(minutes=service.buffer_before_minutes),
        buffer_after=timedelta(minutes=service.buffer_after_minutes),
        min_notice=timedelta(minutes=service.min_notice_minutes),
        horizon_days=service.horizon_days,
    )


def find_starts(question: Question) -> list[tuple[UUID, str, list[str], str, datetime]]:
    """Return (counsellor, name, ways, zone, start) of every free time asked for, soonest first."""
    if not question.counsellor_ids:
        return []
    terms = terms_of(question.service)
    with connection.cursor() as cursor:
        cursor.execute(
            SQL,
            {
                "service": question.service.pk,
                "counsellors": list(question.counsellor_ids),
                "since": question.since,
                "until": question.until,
                "notice": question.now + terms.min_notice,
                "now": question.now,
                "horizon": terms.horizon_days,
                "duration": terms.duration,
                "grid": int(terms.grid.total_seconds()),
                "before": terms.buffer_before,
                "after": terms.buffer_after,
                "viewer_zone": question.viewer_zone,
                "client": question.client_id,
                "moving": question.moving_id,
                "part": _PARTS[question.part] if question.part else None,
                "seed": question.seed,
                "sample": question.sample,
            },
        )
        return cursor.fetchall()


def bookable_counsellors(
    *, actor: Actor, service: Service, now: datetime, wanted: TimeFilter | None = None
) -> tuple[UUID, ...]:
    """
    Return the counsellors this actor may book for a service, in no order.

    Left out: whoever has no role in the agency today, no active account or no published key, and
    whoever is too close to the actor. The reasons look alike from outside: no time is offered.
    """
    wanted = wanted or TimeFilter()
    in_force = RoleGrant.objects.on(localdate(now)).filter(
        user=OuterRef("user"), agency=service.agency_id, role=Role.COUNSELLOR
    )
    found = Counsellor.objects.filter(
        Exists(in_force), services=service, is_active=True, user__is_active=True
    )
    if wanted.counsellor_id:
        found = found.filter(pk=wanted.counsellor_id)
    if wanted.sex:
        found = found.filter(sex=wanted.sex)
    if wanted.mode:
        found = found.filter(modes__contains=[wanted.mode])
    rows = list(found.values_list("id", "user_id", "home_agency_id"))
    if isinstance(actor, Account):
        close = conflict_scope(actor=actor)
        rows = [row for row in rows if row[1] not in close]
        if wanted.outside:
            rows = [row for row in rows if row[2] != actor.agency_id]
    published = users_with_vault(row[1] for row in rows)
    return tuple(row[0] for row in rows if row[1] in published)


def is_offered(
    *,
    service: Service,
    counsellor_id: UUID,
    starts_at: datetime,
    client_id: UUID | None,
    moving_id: UUID | None = None,
    now: datetime,
) -> bool:
    """Return whether exactly this start is free now; ask it under the locks to rely on it."""
    rows = find_starts(
        Question(
            service=service,
            counsellor_ids=(counsellor_id,),
            since=starts_at,
            until=starts_at + timedelta(microseconds=1),
            now=now,
            viewer_zone="UTC",
            client_id=client_id,
            moving_id=moving_id,
        )
    )
    return any(row[4] == starts_at for row in rows)


def default_service(*, agency_id: UUID | None) -> Service | None:
    """Return the service an agency shows first, or None when it has none."""
    found = Service.objects.filter(is_active=True, agency_id=agency_id)
    return found.order_by("position", "name", "id").first()


def list_free_times(
    *,
    actor: Account,
    now: datetime,
    days: int = 14,
    first_day_offset: int = 0,
    wanted: TimeFilter | None = None,
    client_id: UUID | None = None,
    moving_id: UUID | None = None,
    per_day: int = rules.SHOWN_PER_DAY,
) -> list[FreeTime]:
    """
    Return free times the actor can book, soonest first: a stable sample of each local day.

    The sample is the same all day for one person and another for the next, so that nobody reads
    a colleague's booking out of a diary that empties. Every other free time stays bookable.
    """
    wanted = wanted or TimeFilter()
    service = default_service(agency_id=actor.agency_id)
    if service is None:
        return []
    midnight = _midnight(now, zone=actor.zone, offset=first_day_offset)
    rows = find_starts(
        Question(
            service=service,
            counsellor_ids=bookable_counsellors(
                actor=actor, service=service, now=now, wanted=wanted
            ),
            since=max(now, midnight),
            until=_midnight(now, zone=actor.zone, offset=first_day_offset + days),
            now=now,
            viewer_zone=actor.zone,
            client_id=client_id or _client_id(actor),
            moving_id=moving_id,
            part=wanted.part,
            seed=_seed(actor, now),
            sample=per_day,
        )
    )
    return list(_rows(rows, service=service, wanted=wanted))


def nearest_times(*, actor: Account, now: datetime, count: int = 3) -> list[FreeTime]:
    """Return the next few times of the sample, within seven days."""
    return list_free_times(actor=actor, now=now, days=7)[:count]


def _rows(
    rows: Iterable[tuple[UUID, str, list[str], str, datetime]],
    *,
    service: Service,
    wanted: TimeFilter,
) -> Iterable[FreeTime]:
    duration = timedelta(minutes=service.duration_minutes)
    for counsellor_id, name, offered, zone, starts_at in rows:
        modes = tuple(Mode(mode) for mode in offered if mode in service.modes)
        if not modes:
            continue
        yield FreeTime(
            counsellor_id=counsellor_id,
            counsellor_name=name,
            service_id=service.pk,
            starts_at=starts_at,
            ends_at=starts_at + duration,
            mode=wanted.mode if wanted.mode in modes and wanted.mode else modes[0],
            modes=modes,
            counsellor_zone=zone,
        )


def _midnight(now: datetime, *, zone: str, offset: int) -> datetime:
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=offset)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))


def _client_id(actor: Account) -> UUID | None:
    return policies.clients_of(actor).values_list("id", flat=True).first()


def _seed(actor: Account, now: datetime) -> int:
    day = now.astimezone(ZoneInfo(actor.zone)).date().isoformat()
    return int.from_bytes(tag("shown", actor.user_id, day)[:8], "big", signed=True)
