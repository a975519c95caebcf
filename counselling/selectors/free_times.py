"""
Free times, computed: weekly pattern, minus exceptions, holidays and busy periods, on the grid.

One statement serves the lists and the check under the locks, so that what is shown and what is
accepted cannot drift apart. The clock and every bound come in as parameters; SQL never asks for
the time itself.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from counselling import policies, rules
from counselling.choices import Mode, PartOfDay
from counselling.models import Counsellor, Service
from counselling.selectors.bookable import Offer, TimeFilter, find_offer, modes_of
from portal.calendars.rules import day_bounds, local_day
from portal.people.actors import Account
from portal.vault.services import tag

_EVERYTHING: Final = 100_000

SQL: Final = """
WITH people AS (
    SELECT c.id, c.zone, c.home_agency_id,
           hashtextextended(c.id::text, %(seed)s) AS face,
           %(notice)s::timestamptz AS opens,
           -- The last day of the horizon is complete in the counsellor's own zone.
           LEAST(%(until)s::timestamptz,
                 ((%(now)s::timestamptz AT TIME ZONE c.zone)::date + %(horizon)s + 1)::timestamp
                     AT TIME ZONE c.zone) AS closes
    FROM counselling_counsellor c
    WHERE c.id = ANY(%(counsellors)s)
), me AS (
    SELECT id FROM counselling_client WHERE owner_tag = %(owner_tag)s OR id = %(client)s
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
    SELECT t.counsellor_id,
           tstzrange(lower(t.blocked) - %(after)s, upper(t.blocked) + %(before)s)
    FROM people p
    JOIN counselling_appointment t ON t.counsellor_id = p.id
    WHERE t.status IN ('HELD', 'BOOKED', 'FULFILLED', 'NO_SHOW')
      AND t.id IS DISTINCT FROM %(moving)s
      AND lower(t.blocked) > %(since)s - interval '1 day'
      AND lower(t.blocked) < p.closes + interval '1 day'
      AND NOT (t.status = 'HELD' AND (t.hold_expires_at <= %(now)s
                                      OR t.client_id IN (SELECT id FROM me)))
    UNION ALL
    -- Nobody meets two counsellors at once.
    SELECT p.id, own.period
    FROM people p
    JOIN counselling_appointment own ON own.client_id IN (SELECT id FROM me)
    WHERE own.status IN ('BOOKED', 'FULFILLED', 'NO_SHOW')
      AND own.id IS DISTINCT FROM %(moving)s
      AND upper(own.period) > %(since)s
), free AS (
    SELECT o.id, unnest(o.periods - COALESCE(c.periods, '{}'::tstzmultirange)) AS period
    FROM (SELECT id, range_agg(period) AS periods FROM opened GROUP BY id) o
    LEFT JOIN (SELECT id, range_agg(period) AS periods FROM closed GROUP BY id) c USING (id)
), starts AS (
    SELECT p.id, p.face, start
    FROM free f JOIN people p USING (id), generate_series(
        -- Round up to the grid of the wall clock.
        lower(f.period) + make_interval(secs => mod(
            %(grid)s - mod(EXTRACT(epoch FROM lower(f.period) AT TIME ZONE p.zone), %(grid)s),
            %(grid)s)::double precision),
        upper(f.period) - %(duration)s, make_interval(secs => %(grid)s)) AS start
    WHERE start >= %(since)s AND start >= p.opens AND start < p.closes
), fitting AS (
    SELECT s.id, s.start, (s.start AT TIME ZONE %(viewer_zone)s)::date AS day,
           hashint8extended(EXTRACT(epoch FROM s.start)::bigint, s.face) AS lot
    FROM starts s
    WHERE (%(part)s::int4range IS NULL
           OR %(part)s::int4range
              @> EXTRACT(hour FROM s.start AT TIME ZONE %(viewer_zone)s)::int)
), turns AS (
    -- Each counsellor's first lot comes before anybody's second: a day shows several faces.
    SELECT f.*, row_number() OVER (PARTITION BY day, id ORDER BY lot) AS turn FROM fitting f
), drawn AS (
    SELECT t.*, row_number() OVER (PARTITION BY day ORDER BY turn, lot) AS place
    FROM turns t WHERE turn <= %(sample)s
)
SELECT id, start FROM drawn WHERE place <= %(sample)s ORDER BY start, id
"""

_PARTS: Final = {
    PartOfDay.MORNING: "[0,11)",
    PartOfDay.MIDDAY: "[11,15)",
    PartOfDay.EVENING: "[15,24)",
}


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
    owner_tag: bytes | None = None
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


def find_starts(question: Question) -> list[tuple[UUID, datetime]]:
    """Return counsellor and start of every free time asked for, soonest first."""
    if not question.counsellor_ids:
        return []
    terms = terms_of(question.service)
    # Any, since django-stubs does not know that psycopg takes durations.
    facts: dict[str, Any] = {
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
        "owner_tag": question.owner_tag,
        "moving": question.moving_id,
        "part": _PARTS[question.part] if question.part else None,
        "seed": question.seed,
        "sample": question.sample,
    }
    with connection.cursor() as cursor:
        cursor.execute(SQL, facts)
        found: list[tuple[UUID, datetime]] = cursor.fetchall()
    return found


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
    return any(start == starts_at for _, start in rows)


def list_free_times(
    *,
    actor: Account,
    now: datetime,
    days: int = 14,
    first_day_offset: int = 0,
    wanted: TimeFilter | None = None,
    moving_id: UUID | None = None,
    per_day: int = rules.SHOWN_PER_DAY,
    offer: Offer | None = None,
) -> list[FreeTime]:
    """
    Return free times the actor can book, soonest first: a stable sample of each local day.

    The sample is the same all day for one person and another for the next, so that nobody reads
    a colleague's booking out of a diary that empties. Every other free time stays bookable.
    ``offer`` saves reading who can be booked twice.
    """
    wanted = wanted or TimeFilter()
    offer = offer or find_offer(actor=actor, now=now)
    if offer is None:
        return []
    fitting = {row.pk: row for row in offer.counsellors if wanted.fits(row, actor=actor)}
    rows = find_starts(
        Question(
            service=offer.service,
            counsellor_ids=tuple(fitting),
            since=max(now, _midnight(now, zone=actor.zone, offset=first_day_offset)),
            until=_midnight(now, zone=actor.zone, offset=first_day_offset + days),
            now=now,
            viewer_zone=actor.zone,
            owner_tag=policies.owner_tag_of(actor),
            moving_id=moving_id,
            part=wanted.part,
            seed=_seed(actor, now),
            sample=per_day,
        )
    )
    found = [
        _free_time(fitting[counsellor_id], offer.service, start, wanted=wanted)
        for counsellor_id, start in rows
    ]
    return sorted(found, key=lambda row: (row.starts_at, row.counsellor_name))


def nearest_times(*, actor: Account, now: datetime, count: int = 3) -> list[FreeTime]:
    """Return the next few times of the sample, within seven days."""
    offer = find_offer(actor=actor, now=now)
    if offer is None:
        return []
    found: list[FreeTime] = []
    # Two days mostly hold enough; a week costs three times as much.
    for days in (2, 7):
        found = list_free_times(actor=actor, now=now, days=days, offer=offer)
        if len(found) >= count:
            break
    return found[:count]


def _free_time(
    counsellor: Counsellor, service: Service, starts_at: datetime, *, wanted: TimeFilter
) -> FreeTime:
    modes = modes_of(counsellor, service)
    return FreeTime(
        counsellor_id=counsellor.pk,
        counsellor_name=counsellor.display_name,
        service_id=service.pk,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=service.duration_minutes),
        mode=wanted.mode if wanted.mode in modes and wanted.mode else modes[0],
        modes=modes,
        counsellor_zone=counsellor.zone,
    )


def _midnight(now: datetime, *, zone: str, offset: int) -> datetime:
    return day_bounds(local_day(now, zone) + timedelta(days=offset), zone).starts


def _seed(actor: Account, now: datetime) -> int:
    day = local_day(now, actor.zone).isoformat()
    return int.from_bytes(tag("shown", actor.user_id, day)[:8], "big", signed=True)
