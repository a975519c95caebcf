"""Two sweeps count the same leave anew at the same moment: one day comes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.leave import notices
from portal.leave.choices import EntryKind
from portal.leave.models import LeaveRequest, LedgerEntry
from portal.leave.services import recount as recounting
from portal.leave.services.recount import recount
from portal.notifications.models import Notification
from tests.factories import wib
from tests.support.granted import grant_leave
from tests.support.leave import know_notices, open_room

pytestmark = pytest.mark.django_db(transaction=True)
NOW = wib(9, day=date(2025, 8, 15))
PATIENCE_SECONDS = 20


@pytest.fixture(autouse=True)
def _notices(monkeypatch):
    know_notices(monkeypatch)


def sweep() -> int:
    try:
        return recount(now=NOW)
    finally:
        connection.close()


def test_one_of_two_sweeps_gives_the_day_back(monkeypatch):
    room = open_room()
    row = grant_leave(room, date(2025, 8, 14), date(2025, 8, 20), now=NOW)
    Holiday.objects.create(
        day=date(2025, 8, 18), kind=HolidayKind.JOINT_LEAVE, name="Cuti bersama"
    )
    together = Barrier(2)
    recount_one = recounting._recount_one

    def both_have_looked(*args, now):
        together.wait(PATIENCE_SECONDS)
        return recount_one(*args, now=now)

    monkeypatch.setattr(recounting, "_recount_one", both_have_looked)
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(sweep) for _ in range(2)]
        done = sorted(one.result(PATIENCE_SECONDS) for one in running)

    assert done == [0, 1]
    back = LedgerEntry.objects.filter(kind=EntryKind.REVERSE)
    assert [(one.quantity, one.request_id) for one in back] == [(Decimal(1), row.pk)]
    assert LeaveRequest.objects.get().rev == 1
    assert Notification.objects.filter(notice=notices.RECOUNTED).count() == 1
