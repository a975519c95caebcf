"""The last day, asked for by many at one moment: one has it."""

import threading
from collections import Counter
from datetime import date

import pytest
from django.db import connection, connections, transaction

from portal.leave.choices import Refusal, State
from portal.leave.models import LeaveAccount, LeaveRequest, LedgerEntry
from portal.leave.services import ledger
from portal.leave.services.desk import LeaveRefused, employee_locked
from portal.leave.services.years import check_ledger, open_years
from tests.support.leave import open_room
from tests.support.ledger import (
    days_on,
    grant_days,
    left,
    make_request,
    move,
    noon,
    open_for,
    take,
)

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = date(2026, 3, 2)
MANY = 20
PATIENCE_SECONDS = 60


def race(calls):
    """Run the calls at one moment in threads and return what came of each."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def one(place, call):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=PATIENCE_SECONDS)
            results[place] = call()
        except LeaveRefused as error:
            results[place] = error.reason
        except Exception as error:  # noqa: BLE001 - the test looks at what it was
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return results


@pytest.fixture
def employee():
    return open_room().employee


def reserve_one(employee, *, with_lock):
    days = days_on(date(2026, 6, 1))

    def call():
        if with_lock:
            with employee_locked(employee_id=employee.pk):
                ledger.reserve(make_request(employee, days), days, now=noon(MARCH))
        else:
            with transaction.atomic():
                ledger.reserve(make_request(employee, days), days, now=noon(MARCH))

    return call


@pytest.mark.parametrize("with_lock", [True, False], ids=["a deed", "the rows alone"])
def test_one_of_twenty_has_the_last_day(employee, with_lock):
    take(employee, days_on(MARCH, 11))
    results = race([reserve_one(employee, with_lock=with_lock)] * MANY)
    assert Counter(results) == Counter({None: 1, Refusal.NOT_ENOUGH_DAYS: MANY - 1})
    balance = left(employee, 2026)
    assert (balance.available, balance.reserved, balance.taken) == (0, 1, 11)
    assert LeaveRequest.objects.filter(employee=employee).count() == 2
    assert check_ledger(now=noon(MARCH)) == []


def test_two_who_grant_at_once_take_the_days_once(employee):
    days = days_on(MARCH, 3)
    row = make_request(employee, days)
    with employee_locked(employee_id=employee.pk):
        ledger.reserve(row, days, now=noon(MARCH))
    results = race([lambda: grant_days(LeaveRequest.objects.get(pk=row.pk), days)] * 2)
    assert results == [None, None]
    assert LedgerEntry.objects.filter(request=row, kind="CONSUME").count() == 3
    assert left(employee, 2026).taken == 3


def test_days_given_back_at_once_come_back_once(employee):
    days = days_on(MARCH, 3)
    row = take(employee, days)

    def back():
        with employee_locked(employee_id=employee.pk):
            found = LeaveRequest.objects.get(pk=row.pk)
            move(found, State.CANCELLED)
            return ledger.give_back(found, [one.day for one in days], now=noon(MARCH))

    assert sorted(race([back] * 4)) == [0, 0, 0, 3]
    assert left(employee, 2026).available == 12


def test_two_jobs_and_a_request_open_a_year_once(employee):
    open_for(employee, 2025)
    now = noon(date(2026, 1, 4))
    days = days_on(date(2026, 6, 1))

    def reserve():
        with employee_locked(employee_id=employee.pk):
            ledger.reserve(make_request(employee, days), days, now=now)

    race([lambda: open_years(now=now), lambda: open_years(now=now), reserve])
    open_years(now=now)
    assert left(employee, 2026).available == 17
    grants = LedgerEntry.objects.filter(
        account__employee=employee, account__leave_year=2026, kind__in=("GRANT", "CARRY")
    )
    assert grants.count() == 2
    assert check_ledger(now=now) == []


def test_accounts_are_locked_in_one_order(employee):
    open_for(employee, 2025)
    open_for(employee, 2026)
    ids = list(LeaveAccount.objects.filter(employee=employee).values_list("id", flat=True))
    assert len(ids) == 3

    def hold():
        with transaction.atomic():
            days = days_on(date(2026, 6, 1), 2)
            ledger.reserve(make_request(employee, days), days, now=noon(MARCH))

    assert race([hold] * 6) == [None] * 6
    assert left(employee, 2026).reserved == 12
