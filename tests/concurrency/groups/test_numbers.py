"""Two sweeps freeze the same quarter at the same moment: one table comes of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from groups import statistics
from groups.choices import GroupKind, Way
from groups.models import Meeting, QuarterTable, SupportGroup
from tests.factories import make_agency, wib

pytestmark = pytest.mark.django_db(transaction=True)
LATER = datetime(2027, 2, 1, tzinfo=UTC)
PATIENCE_SECONDS = 20


def freeze(barrier: Barrier) -> int | str:
    try:
        barrier.wait(PATIENCE_SECONDS)
        return statistics.freeze(now=LATER)
    except IntegrityError:
        return "broken"
    finally:
        connection.close()


def race() -> list[int | str]:
    group = SupportGroup.objects.create(
        agency=make_agency(), name="Kenanga", topic="Tidur", kind=GroupKind.CLOSED,
        zone="Asia/Jakarta", ways=[Way.ROOM],
    )  # fmt: skip
    Meeting.objects.create(
        group=group, period=DateTimeTZRange(wib(9), wib(9) + timedelta(hours=1)),
        zone="Asia/Jakarta", ways=[Way.ROOM],
    )  # fmt: skip
    barrier = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(freeze, barrier) for _ in range(2)]
        return sorted((one.result(PATIENCE_SECONDS) for one in running), key=str)


def test_one_of_them_makes_it():
    for made in range(1, 6):
        assert race() == [0, 1]
        assert QuarterTable.objects.count() == made


def test_without_the_lock_one_breaks(monkeypatch):
    together = Barrier(2)
    count = statistics._count

    def count_together(*args):
        together.wait(PATIENCE_SECONDS)
        return count(*args)

    monkeypatch.setattr(statistics, "lock", lambda *_: None)
    monkeypatch.setattr(statistics, "_count", count_together)
    assert race() == [1, "broken"]
