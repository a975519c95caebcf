"""
The one property that ties free times together.

Over random hours, exceptions, holidays, buffers, grids, zones and bookings: what the statement
offers is what a plain reading of the rules offers, every offered time is accepted when booked
at once, every time that is not offered is refused, and no two meetings ever overlap.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from counselling import selectors, services
from counselling.models import Appointment, Availability, AvailabilityException, Service
from counselling.selectors.free_times import Question, find_starts
from counselling.services import BookingRefused
from portal.calendars.models import Holiday
from tests.factories import hold, make_client_account, make_practice

pytestmark = pytest.mark.django_db

ZONES = (
    "Asia/Jakarta",
    "Asia/Makassar",
    "Asia/Jayapura",
    "America/New_York",
    "Australia/Sydney",
)
FIRST = date(2026, 10, 1)
SLOT = timedelta(minutes=5)

hours = st.lists(
    st.tuples(
        st.integers(1, 7),
        st.integers(0, 276).map(lambda n: n * 5),
        st.integers(6, 120).map(lambda n: n * 5),
    ),
    min_size=1,
    max_size=6,
)
terms = st.fixed_dictionaries(
    {
        "duration_minutes": st.sampled_from([25, 50, 90]),
        "grid_minutes": st.sampled_from([10, 15, 30]),
        "buffer_before_minutes": st.sampled_from([0, 5, 10]),
        "buffer_after_minutes": st.sampled_from([0, 10, 15]),
        "min_notice_minutes": st.sampled_from([0, 120, 1440]),
        "horizon_days": st.sampled_from([2, 5, 30]),
    }
)
worlds = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(ZONES),
        "hours": hours,
        "terms": terms,
        "day": st.integers(0, 170).map(lambda n: FIRST + timedelta(days=n)),
        "minute": st.integers(0, 1439),
        "exceptions": st.lists(
            st.tuples(
                st.sampled_from(["CLOSED", "EXTRA"]),
                st.integers(-600, 4000),
                st.integers(15, 900),
            ),
            max_size=4,
        ),
        "holidays": st.lists(st.integers(-1, 5), max_size=2, unique=True),
        "bookings": st.lists(st.integers(0, 10_000), max_size=5),
        "probes": st.lists(st.integers(-300, 6000), min_size=3, max_size=10),
    }
)


def naive_offer(world, service: Service, *, since: datetime, until: datetime, now: datetime):
    """Read the rules plainly, minute by minute, without ranges and without SQL."""
    zone = ZoneInfo(world["zone"])
    closed_days = {world["day"] + timedelta(days=n) for n in world["holidays"]}
    exceptions = list(AvailabilityException.objects.all())
    taken = [row.blocked for row in Appointment.objects.exclude(status="CANCELLED")]

    def is_open(minute: datetime) -> bool:
        extra = [e for e in exceptions if e.period.lower <= minute < e.period.upper]
        if any(e.kind == "CLOSED" for e in extra):
            return False
        if extra:
            return True
        local = minute.astimezone(zone)
        return local.date() not in closed_days and any(
            local.isoweekday() == weekday
            and start <= local.hour * 60 + local.minute < min(start + length, 1440)
            for weekday, start, length in world["hours"]
        )

    length = timedelta(minutes=service.duration_minutes)
    before = timedelta(minutes=service.buffer_before_minutes)
    after = timedelta(minutes=service.buffer_after_minutes)
    local_now = now.astimezone(zone).date()
    horizon = datetime.combine(
        local_now + timedelta(days=service.horizon_days + 1), time(), tzinfo=zone
    )
    opens = now + timedelta(minutes=service.min_notice_minutes)
    start = since
    while start < until:
        local = start.astimezone(zone)
        minutes = range(0, service.duration_minutes, 5)
        if (
            (local.hour * 60 + local.minute) % service.grid_minutes == 0
            and opens <= start < horizon
            and all(is_open(start + timedelta(minutes=m)) for m in minutes)
            and not any(
                start - before < busy.upper and busy.lower < start + length + after
                for busy in taken
            )
        ):
            yield start
        start += SLOT


def is_summer_time_change(zone: str, since: datetime, until: datetime) -> bool:
    """Return whether clocks change nearby: ranges there are pinned by examples, not by this."""
    tz = ZoneInfo(zone)
    edge = timedelta(days=2)
    return (since - edge).astimezone(tz).utcoffset() != (until + edge).astimezone(
        tz
    ).utcoffset()


def make_world(world, midnight: datetime):
    """Make the practice of one example, on an empty diary: examples share one transaction."""
    for model in (Appointment, AvailabilityException, Availability, Holiday):
        model.objects.all().delete()
    practice = make_practice(
        hours=[(d, s, min(s + n, 1440)) for d, s, n in world["hours"]],
        zone=world["zone"],
        **world["terms"],
    )
    for kind, offset, minutes in world["exceptions"]:
        begins = midnight + timedelta(minutes=offset - offset % 5)
        AvailabilityException.objects.create(
            counsellor=practice.counsellor,
            kind=kind,
            period=(begins, begins + timedelta(minutes=minutes - minutes % 5)),
        )
    for n in world["holidays"]:
        Holiday.objects.create(
            day=world["day"] + timedelta(days=n),
            name="Libur",
            kind="PUBLIC",
            status="CONFIRMED",
        )
    return practice


def book_some(choices, practice, offered, *, now: datetime) -> None:
    """Book one free time after another, for as long as there is one."""
    for choice in choices:
        free = offered()
        if not free:
            break
        client = make_client_account(practice)
        appointment_id = hold(practice, client, free[choice % len(free)], now=now)
        services.book_appointment(
            actor=client,
            appointment_id=appointment_id,
            request=services.BookingRequest(consent_version=1),
            now=now,
        )


def is_accepted(practice, starts_at: datetime, *, now: datetime) -> bool:
    """Return whether a time can be held; what was held is given back."""
    try:
        appointment_id = hold(practice, make_client_account(practice), starts_at, now=now)
    except BookingRefused:
        return False
    Appointment.objects.filter(pk=appointment_id).delete()
    return True


@settings(
    max_examples=40,
    deadline=None,
    # Shrinking a world of rows takes minutes; the seed that is printed is enough to go on.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds)
def test_offered_is_accepted_and_accepted_was_offered(world, db):
    zone = ZoneInfo(world["zone"])
    now = datetime.combine(world["day"], time(), tzinfo=zone) + timedelta(
        minutes=world["minute"]
    )
    now = now.astimezone(UTC)
    midnight = datetime.combine(world["day"], time(), tzinfo=zone).astimezone(UTC)
    practice = make_world(world, midnight)
    service = Service.objects.get(pk=practice.service_id)
    since, until = midnight, midnight + timedelta(days=4)

    def offered() -> list[datetime]:
        rows = find_starts(
            Question(
                service=service,
                counsellor_ids=(practice.counsellor.pk,),
                since=since,
                until=until,
                now=now,
                viewer_zone="UTC",
            )
        )
        return [start for _, start in rows]

    book_some(world["bookings"], practice, offered, now=now)
    free = offered()
    note(f"{len(free)} free of {len(set(free))}")
    assert free == sorted(set(free))
    if not is_summer_time_change(world["zone"], since, until):
        assert free == list(naive_offer(world, service, since=since, until=until, now=now))
    for offset in world["probes"]:
        probe = midnight + timedelta(minutes=offset - offset % 5)
        if since <= probe < until:
            assert is_accepted(practice, probe, now=now) == (probe in free), probe
    blocked = sorted(
        (row.blocked for row in Appointment.objects.all()), key=lambda period: period.lower
    )
    assert all(one.upper <= other.lower for one, other in pairwise(blocked))
    viewer = make_client_account(practice, zone="Asia/Jayapura")
    shown = selectors.list_free_times(
        actor=viewer, now=now, days=3, per_day=9999, first_day_offset=0
    )
    assert {row.starts_at for row in shown if row.starts_at < until} <= set(free)
