"""Two sweeps freeze the same quarter at the same moment: one table comes of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from portal.leave.choices import FeedKind
from portal.leave.models import CalendarAddress, QuarterTable
from portal.leave.services import calendars, quarters
from tests.support.leave import open_room
from tests.support.leave_team import NOW, absent

pytestmark = pytest.mark.django_db(transaction=True)
LATER = datetime(2026, 11, 1, tzinfo=UTC)
PATIENCE_SECONDS = 20


def at_once(deed) -> list:
    """Do something twice in the same moment; return what came of it."""
    barrier = Barrier(2)

    def one() -> object:
        try:
            barrier.wait(PATIENCE_SECONDS)
            return deed()
        except IntegrityError:
            return "broken"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(one) for _ in range(2)]
        return sorted((each.result(PATIENCE_SECONDS) for each in running), key=str)


def race() -> list:
    room = open_room()
    absent(room, room.employee, date(2026, 8, 3), date(2026, 8, 4))
    return at_once(lambda: quarters.freeze(now=LATER))


def test_one_of_them_makes_it():
    assert race() == [0, 1]
    assert QuarterTable.objects.count() == 1


def test_without_the_lock_one_breaks(monkeypatch):
    together = Barrier(2)
    count = quarters._count

    def count_together(*args):
        together.wait(PATIENCE_SECONDS)
        return count(*args)

    monkeypatch.setattr(quarters, "lock", lambda *_: None)
    monkeypatch.setattr(quarters, "_count", count_together)
    assert race() == [1, "broken"]


def test_two_presses_for_an_address_leave_one():
    actor = open_room().asker
    made = at_once(lambda: calendars.make_address(actor=actor, kind=FeedKind.OWN, now=NOW))
    assert len(set(made)) == 2
    assert CalendarAddress.objects.count() == 1
