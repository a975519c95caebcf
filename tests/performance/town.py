"""
A throw-away agency of any size: people through the services, the mass through SQL.

What is measured belongs to one agency with twenty counsellors; the others work elsewhere and
are there to be in the way. Sealed columns of the mass have the right length and open to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from counselling.models import Appointment, Availability, Client, Counsellor, Service
from counselling.policies import clients_of
from portal.common.db import database_now
from portal.people.models import Agency, Employee, RoleGrant, User
from portal.vault.services import make_dummy_keys, seal_field, seal_row, seal_to_notifier
from tests.factories import (
    LONG_AGO,
    Practice,
    account,
    add_counsellor,
    make_employee,
    make_practice,
    make_unit,
)
from tests.performance.rest import Rest, found_rest, grow_rest
from tests.support.groups import join, make_circle, plan_series

COUNSELLORS = 20
PER_SERVICE = 20
CLIENTS_EACH = 200
UNIT = 25
"""People of one unit: each of them is too close to the others to counsel them."""
SLOTS = 7
"""Meetings of 50 minutes and 10 to breathe, 09.00 to 16.00, on every day of the week."""
HOURS = tuple((day, 9 * 60, 16 * 60) for day in range(1, 8))
AHEAD_DAYS = 30
CIRCLES = 20
"""Groups of the agency that is measured, each with a weekly series and a few members."""
MEMBERS_EACH = 5
ONE_IN = 5
"""Every fifth time ahead is taken; the diary of the first counsellor is full today."""

_CLIENTS = """
INSERT INTO counselling_client (id, owner_tag, alias, alias_tag, contact, created_month)
SELECT md5('client' || n)::uuid, sha256(('owner' || n)::bytea), %(row)s,
       sha256(('alias' || n)::bytea), %(box)s, date '2026-01-01'
FROM generate_series(%(first)s::int, %(last)s::int - 1) AS n
"""
_APPOINTMENTS = """
INSERT INTO counselling_appointment (id, client_id, counsellor_id, service_id, period, blocked,
    mode, status, sealed_request, rev, cancelled_by, cancel_seen)
SELECT gen_random_uuid(), md5('client' || c.n * %(each)s + mod(k, %(each)s))::uuid,
       c.id, c.service_id,
       tstzrange(start, start + interval '50 min'), tstzrange(start, start + interval '1 hour'),
       'PHONE', %(status)s, %(sealed)s, 0, '', false
FROM bench_counsellor c, generate_series(%(first)s::int, %(last)s::int - 1) AS k,
     LATERAL (SELECT (%(day)s::date + %(step)s::int * (k / %(slots)s)
                      + make_interval(hours => 9 + mod(k, %(slots)s)))
                     AT TIME ZONE 'Asia/Jakarta' AS start) t
WHERE c.n >= %(from)s AND (NOT %(sparse)s OR mod(k + c.n, %(one_in)s) = 0
                           OR (c.n = 0 AND k < %(slots)s))
"""


@dataclass
class Town:
    """What was made, and how far the past of everybody reaches."""

    practice: Practice
    counsellors: int
    rina: User
    """An employee without a meeting: her first page offers times."""
    bram: User
    """An employee with a past."""
    crowd: list[User]
    """Employees who have never booked; each books once."""
    today: date
    rest: Rest
    past_each: int = 0

    @property
    def counsellor(self) -> User:
        """Return the counsellor whose day is full."""
        return self.practice.counsellor.user

    def appointments(self) -> int:
        """Return how many appointments there are."""
        return Appointment.objects.count()


def found(*, today: date, crowd: int) -> Town:
    """Make the agency that is measured, with a quiet future and no past."""
    practice = make_practice(hours=HOURS)
    for _ in range(COUNSELLORS - 1):
        add_counsellor(practice.agency, practice.head, [practice.service_id], hours=HOURS)
    people = _crowd(practice.agency, crowd + UNIT)
    rina, bram = (
        make_employee(name, unit=people[0].employee.unit) for name in ("rina", "bram")
    )
    rest = found_rest(practice.agency, today=today, now=database_now())
    town = Town(practice, COUNSELLORS, rina.user, bram.user, people[UNIT:], today, rest)
    _circles(town)
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS bench_counsellor;"
            "CREATE TEMP TABLE bench_counsellor (n int PRIMARY KEY, id uuid, service_id uuid)"
        )
    first = practice.counsellor.pk
    ids = [first, *Counsellor.objects.exclude(pk=first).values_list("id", flat=True)]
    _enlist(town, [(one, practice.service_id) for one in ids], since=0)
    _name_clients()
    return town


def _circles(town: Town) -> None:
    """Found the circles; nobody of the crowd that books later is in one."""
    for number in range(CIRCLES):
        circle = make_circle(
            agency=town.practice.agency, head=town.practice.head, name=f"Lingkar {number:02}"
        )
        plan_series(
            circle,
            starts_on=town.today + timedelta(days=1 + number % 7),
            at=time(16),
            now=database_now(),
        )
        for member in town.crowd[-MEMBERS_EACH:]:
            join(circle, account(member), now=LONG_AGO)


def add_past(town: Town, user: User, *, count: int) -> None:
    """Give somebody who has a client record meetings long ago."""
    mine = clients_of(account(user)).get()
    start = datetime(2015, 1, 5, 3, tzinfo=UTC)
    rows = []
    for week in range(count):
        begins = start + timedelta(weeks=week)
        ends = begins + timedelta(minutes=50)
        rows.append(
            Appointment(
                client=mine, counsellor=town.practice.counsellor,
                service_id=town.practice.service_id, period=DateTimeTZRange(begins, ends),
                blocked=DateTimeTZRange(begins, ends + timedelta(minutes=10)), mode="PHONE",
                status="FULFILLED",
            )
        )  # fmt: skip
    Appointment.objects.bulk_create(rows)


def grow(town: Town, *, counsellors: int, appointments: int, requests: int) -> None:
    """
    Add counsellors of other services, then past meetings of everybody up to a number.

    And people of the same agency who asked for leave, up to so many requests.
    """
    grow_rest(town.rest, requests=requests, today=town.today)
    if counsellors > town.counsellors:
        _add_elsewhere(town, counsellors - town.counsellors)
    missing = appointments - town.appointments()
    until = town.past_each + max(0, round(missing / town.counsellors))
    with _unguarded():
        for first in range(town.past_each, until, 500):
            last = min(first + 500, until)
            _appoint(town, first=first, last=last, since=0, past=True)
    town.past_each = until
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _crowd(agency: Agency, count: int) -> list[User]:
    users = [
        User(email=f"banyak{n}@instansi.test", full_name=f"Pegawai {n}", password="!")
        for n in range(count)
    ]
    User.objects.bulk_create(users)
    units = [make_unit(agency) for _ in range(-(-count // UNIT))]
    Employee.objects.bulk_create(
        [Employee(user=u, agency=agency, unit=units[n // UNIT]) for n, u in enumerate(users)]
    )
    make_dummy_keys(user_ids=[user.pk for user in users])
    return users


def _add_elsewhere(town: Town, count: int) -> None:
    agency = Agency.objects.create(name=f"Lain {town.counsellors}", short_name="Lain")
    since = town.counsellors
    users = [
        User(email=f"lain{since + n}@instansi.test", full_name=f"Konselor {n}", password="!")
        for n in range(count)
    ]
    User.objects.bulk_create(users)
    make_dummy_keys(user_ids=[user.pk for user in users])
    RoleGrant.objects.bulk_create(
        [
            RoleGrant(user=u, agency=agency, role="COUNSELLOR", starts_on=date(2020, 1, 1))
            for u in users
        ]
    )
    others = [
        Service(agency=agency, name=f"Temu {n}", modes=["PHONE"])
        for n in range(-(-count // PER_SERVICE))
    ]
    Service.objects.bulk_create(others)
    model = Counsellor(zone="Asia/Jakarta", sex="WOMAN", modes=["PHONE"])
    rows = [
        Counsellor(user=u, display_name=u.full_name, zone=model.zone, sex=model.sex,
                   modes=model.modes)
        for u in users
    ]  # fmt: skip
    Counsellor.objects.bulk_create(rows)
    pairs = [(row.pk, others[n // PER_SERVICE].pk) for n, row in enumerate(rows)]
    offering = Counsellor.services.through
    offering.objects.bulk_create(
        [offering(counsellor_id=one, service_id=service) for one, service in pairs]
    )
    Availability.objects.bulk_create(
        [
            Availability(counsellor=row, weekday=day, starts_minute=first, ends_minute=last,
                         valid_from=date(2020, 1, 1))
            for row in rows
            for day, first, last in HOURS
        ]
    )  # fmt: skip
    town.counsellors += count
    _enlist(town, pairs, since=since)


def _enlist(town: Town, pairs: Sequence[tuple[object, object]], *, since: int) -> None:
    """Number the counsellors, give them clients, a quiet future and the past of the others."""
    rows = [(since + n, one, service) for n, (one, service) in enumerate(pairs)]
    blobs = {"row": seal_row("x", "bench"), "box": seal_to_notifier(b"x", "bench")}
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bench_counsellor VALUES (%s, %s, %s)", rows)
        span = {"first": since * CLIENTS_EACH, "last": (since + len(rows)) * CLIENTS_EACH}
        cursor.execute(_CLIENTS, {**blobs, **span})
    _appoint(town, first=0, last=AHEAD_DAYS * SLOTS, since=since, past=False)
    if town.past_each:
        _appoint(town, first=0, last=town.past_each, since=since, past=True)


def _appoint(town: Town, *, first: int, last: int, since: int, past: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _APPOINTMENTS,
            {
                "first": first, "last": last, "from": since, "each": CLIENTS_EACH,
                "slots": SLOTS, "one_in": ONE_IN, "sparse": not past, "step": -1 if past else 1,
                "day": town.today - timedelta(days=1) if past else town.today,
                "status": "FULFILLED" if past else "BOOKED",
                "sealed": seal_row("x", "bench"),
            },
        )  # fmt: skip


def _name_clients() -> None:
    """Give the clients of the first counsellor nicknames that open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5('client' || n)::uuid FROM generate_series(0, %s) n", [CLIENTS_EACH - 1]
        )
        ids = [row[0] for row in cursor.fetchall()]
    clients = list(Client.objects.filter(pk__in=ids))
    for number, client in enumerate(clients):
        seal_field(client, "alias", f"Awan {number}")
    Client.objects.bulk_update(clients, ["alias"])


class _unguarded:  # noqa: N801 - reads as what it is at its one place
    """Take foreign keys and exclusions away while much is written; check them after."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE contype IN ('f', 'x')"
                " AND conrelid = 'counselling_appointment'::regclass"
            )
            self.known = cursor.fetchall()
            for name, _ in self.known:
                cursor.execute(f'ALTER TABLE counselling_appointment DROP CONSTRAINT "{name}"')

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            for name, words in self.known:
                cursor.execute(
                    f'ALTER TABLE counselling_appointment ADD CONSTRAINT "{name}" {words}'
                )
