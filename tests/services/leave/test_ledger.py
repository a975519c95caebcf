"""Days are reserved, taken and given back; the ledger only grows and is never overspent."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from portal.grants import ROLE, apply_grants
from portal.leave.choices import EntryKind, Refusal, State
from portal.leave.models import LeaveAccount, LedgerEntry
from portal.leave.selectors.balances import entries_of
from portal.leave.services import ledger
from portal.leave.services.desk import LeaveRefused, employee_locked
from portal.leave.services.years import check_ledger
from tests.support.leave import open_room
from tests.support.ledger import (
    ANNUAL,
    ask,
    days_on,
    grant_days,
    left,
    let_go,
    make_request,
    noon,
    open_for,
    replay,
    take,
    take_back,
)

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 2)


@pytest.fixture
def employee():
    return open_room().employee


def kinds_of(row):
    return [
        (entry.kind, entry.quantity)
        for entry in LedgerEntry.objects.filter(request=row).order_by("on_day", "key")
    ]


def test_a_request_holds_its_days_and_a_grant_takes_them(employee):
    days = days_on(MARCH, 3)
    row = ask(employee, days)
    assert (left(employee, 2026).available, left(employee, 2026).reserved) == (9, 3)
    grant_days(row, days)
    balance = left(employee, 2026)
    assert (balance.available, balance.reserved, balance.taken) == (9, 0, 3)
    assert balance.buckets == ((2026, Decimal(9)),)


def test_two_requests_cannot_hold_more_than_there_is(employee):
    ask(employee, days_on(MARCH, 8))
    with pytest.raises(LeaveRefused) as refusal:
        ask(employee, days_on(date(2026, 4, 6), 8))
    assert refusal.value.reason == Refusal.NOT_ENOUGH_DAYS
    assert left(employee, 2026).available == 4
    assert not check_ledger(now=noon(MARCH))


def test_what_is_not_granted_comes_back(employee):
    row = ask(employee, days_on(MARCH, 5))
    let_go(row, State.REFUSED, on=MARCH)
    let_go(row, State.REFUSED, on=MARCH)
    assert left(employee, 2026).available == 12
    assert LedgerEntry.objects.filter(request=row, kind=EntryKind.RELEASE).count() == 1


def test_reserving_again_replaces_and_the_same_again_changes_nothing(employee):
    days = days_on(MARCH, 5)
    row = ask(employee, days)
    count = LedgerEntry.objects.count()
    with employee_locked(employee_id=employee.pk):
        ledger.reserve(row, days, now=noon(MARCH))
    assert LedgerEntry.objects.count() == count
    with employee_locked(employee_id=employee.pk):
        ledger.reserve(row, days_on(MARCH, 12), now=noon(MARCH))
    assert left(employee, 2026).available == 0
    with pytest.raises(LeaveRefused), employee_locked(employee_id=employee.pk):
        ledger.reserve(row, days_on(MARCH, 13), now=noon(MARCH))
    assert left(employee, 2026).reserved == 12
    with employee_locked(employee_id=employee.pk):
        ledger.reserve(row, days_on(MARCH, 2), now=noon(MARCH))
    grant_days(row, days_on(MARCH, 2))
    assert left(employee, 2026).available == 10


def test_granting_twice_takes_once(employee):
    days = days_on(MARCH, 4)
    row = take(employee, days)
    count = LedgerEntry.objects.count()
    grant_days(row, days)
    assert LedgerEntry.objects.count() == count


def test_other_dates_than_asked_can_be_granted(employee):
    row = ask(employee, days_on(MARCH, 4))
    grant_days(row, days_on(MARCH, 6))
    assert (left(employee, 2026).available, left(employee, 2026).reserved) == (6, 0)


def test_more_than_is_left_is_not_granted_and_the_request_keeps_what_it_held(employee):
    row = ask(employee, days_on(MARCH, 4))
    ask(employee, days_on(date(2026, 5, 4), 6))
    with pytest.raises(LeaveRefused):
        grant_days(row, days_on(MARCH, 7))
    assert (left(employee, 2026).available, left(employee, 2026).reserved) == (2, 10)


def test_days_come_from_the_oldest_bucket_and_go_back_into_it(employee):
    open_for(employee, 2025)
    open_for(employee, 2026)
    assert left(employee, 2026).buckets == ((2025, Decimal(6)), (2026, Decimal(12)))
    days = days_on(MARCH, 8)
    row = take(employee, days)
    assert left(employee, 2026).buckets == ((2025, Decimal(0)), (2026, Decimal(10)))
    assert take_back(row, days[:1], on=MARCH) == 1
    assert left(employee, 2026).buckets == ((2025, Decimal(1)), (2026, Decimal(10)))
    assert take_back(row, days[7:], on=MARCH) == 1
    assert left(employee, 2026).buckets == ((2025, Decimal(1)), (2026, Decimal(11)))
    assert take_back(row, days, on=MARCH) == 6
    assert take_back(row, days, on=MARCH) == 0
    assert left(employee, 2026).buckets == ((2025, Decimal(6)), (2026, Decimal(12)))


def test_given_back_after_the_year_goes_where_it_came_from_and_expires(employee):
    open_for(employee, 2025)
    open_for(employee, 2026)
    early, days = days_on(date(2026, 2, 2)), days_on(date(2026, 12, 14), 2)
    take(employee, early)
    row = take(employee, days, on=date(2026, 12, 1))
    open_for(employee, 2027)
    before = left(employee, 2027).available
    assert take_back(row, days, on=date(2027, 1, 11)) == 2
    old = LeaveAccount.objects.get(employee=employee, leave_year=2026, source_year=2025)
    assert old.available == 0
    assert replay(account_id=old.pk) == 0
    tail = old.entries.filter(kind__in=(EntryKind.REVERSE, EntryKind.EXPIRE))
    assert sorted(tail.values_list("kind", "quantity")) == [
        ("EXPIRE", -3), ("EXPIRE", -2), ("REVERSE", 1), ("REVERSE", 1)
    ]  # fmt: skip
    assert left(employee, 2027).available == before == 18


def test_a_leave_over_new_year_takes_each_day_from_its_own_year(employee):
    days = days_on(date(2026, 12, 29), 6)
    row = take(employee, days, on=date(2026, 12, 1))
    assert left(employee, 2026).taken == 3
    assert left(employee, 2027).taken == 3
    open_for(employee, 2027, on=date(2027, 1, 4))
    assert left(employee, 2027).buckets == ((2026, Decimal(6)), (2027, Decimal(9)))
    assert take_back(row, days[2:4], on=date(2027, 1, 4)) == 2
    assert left(employee, 2027).buckets == ((2026, Decimal(6)), (2027, Decimal(10)))


def test_half_days_are_exact(employee):
    row = take(employee, days_on(MARCH, 3, quantity="0.5"))
    assert left(employee, 2026).available == Decimal("10.5")
    take(employee, days_on(date(2026, 4, 1), 10))
    take_back(row, days_on(MARCH), on=MARCH)
    assert left(employee, 2026).available == 1


def test_a_recount_takes_only_what_came_in_addition(employee):
    row = take(employee, days_on(MARCH, 3))
    grant_days(row, days_on(date(2026, 3, 5)))
    assert left(employee, 2026).taken == 4
    take_back(row, days_on(MARCH), on=MARCH)
    grant_days(row, days_on(MARCH, 4))
    assert left(employee, 2026).taken == 4
    assert LedgerEntry.objects.filter(request=row, kind=EntryKind.CONSUME).count() == 5


def test_joint_leave_that_was_worked_comes_on_top_once(employee):
    with employee_locked(employee_id=employee.pk):
        for day in (date(2026, 3, 20), date(2026, 3, 23), date(2026, 3, 24)):
            assert ledger.credit_joint(employee.pk, day, now=noon(day))
            assert not ledger.credit_joint(employee.pk, day, now=noon(day))
    assert left(employee, 2026).available == 15


def test_a_joint_day_entered_by_mistake_is_taken_back_and_can_come_again(employee):
    day = date(2026, 3, 20)
    with employee_locked(employee_id=employee.pk):
        ledger.credit_joint(employee.pk, day, now=noon(day))
        assert ledger.take_back_joint(employee.pk, day, now=noon(day))
        assert not ledger.take_back_joint(employee.pk, day, now=noon(day))
    assert left(employee, 2026).available == 12
    with employee_locked(employee_id=employee.pk):
        assert ledger.credit_joint(employee.pk, day, now=noon(day))
    assert left(employee, 2026).available == 13


def test_a_joint_day_recorded_after_its_year_counts_in_the_year_of_now(employee):
    open_for(employee, 2026)
    open_for(employee, 2027)
    with employee_locked(employee_id=employee.pk):
        ledger.credit_joint(employee.pk, date(2026, 12, 24), now=noon(date(2027, 1, 5)))
    assert left(employee, 2027).available == 19


def test_a_kind_without_an_account_moves_nothing(employee):
    days = days_on(MARCH, 9)
    row = take(employee, days, code="CS")
    assert take_back(row, days, on=MARCH) == 0
    let_go(row, State.CANCELLED, on=MARCH)
    assert not LedgerEntry.objects.filter(request=row).exists()


def test_the_lines_of_a_year_can_be_read(employee):
    take(employee, days_on(MARCH, 2))
    rows = entries_of(employee_id=employee.pk, since=2026)
    assert {(row.code, row.leave_year) for row in rows} == {(ANNUAL, 2026)}
    assert [(row.kind, row.quantity) for row in rows] == [
        (EntryKind.GRANT, 12),
        (EntryKind.CONSUME, -1),
        (EntryKind.RELEASE, 2),
        (EntryKind.RESERVE, -2),
        (EntryKind.CONSUME, -1),
    ]


def test_a_balance_that_lies_and_days_held_for_nothing_are_seen(employee):
    row = ask(employee, days_on(MARCH, 2))
    assert check_ledger(now=noon(MARCH)) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE leave_leaveaccount DISABLE TRIGGER USER")
        cursor.execute("UPDATE leave_leaveaccount SET available = available + 1")
        cursor.execute("ALTER TABLE leave_leaveaccount ENABLE TRIGGER USER")
    type(row).objects.filter(pk=row.pk).update(state=State.REFUSED)
    account = LeaveAccount.objects.get(employee=employee)
    assert check_ledger(now=noon(MARCH)) == [
        f"account {account.pk}: balance differs from its entries",
        f"request {row.pk}: ended, but still holds days",
    ]
    assert replay(account_id=account.pk) == 10


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE leave_ledgerentry SET quantity = 5",
        "DELETE FROM leave_ledgerentry",
        "TRUNCATE leave_ledgerentry",
        "DELETE FROM leave_leaveaccount",
        "ALTER TABLE leave_ledgerentry DISABLE TRIGGER ALL",
    ],
)
def test_the_running_house_cannot_rewrite_the_ledger(employee, statement):
    take(employee, days_on(MARCH, 2))
    apply_grants()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        with pytest.raises(DatabaseError) as refusal, transaction.atomic():
            cursor.execute(statement)
    assert refusal.value.__cause__.sqlstate == "42501"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE leave_ledgerentry SET quantity = quantity + 1",
        "DELETE FROM leave_ledgerentry",
        "UPDATE leave_leaveaccount SET available = available + 1",
        "UPDATE leave_leaveaccount SET available = 365",
        (
            "INSERT INTO leave_leaveaccount (id, employee_id, code, leave_year, source_year,"
            " available) SELECT gen_random_uuid(), employee_id, code, 2026, 1999, 300"
            " FROM leave_leaveaccount LIMIT 1"
        ),
    ],
)
def test_not_even_the_owner_of_the_tables_moves_days_past_the_ledger(employee, statement):
    take(employee, days_on(MARCH, 2))
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError) as refusal,
        transaction.atomic(),
    ):
        cursor.execute(statement)
    assert refusal.value.__cause__.sqlstate == "23001"
    assert left(employee, 2026).available == 10


def test_the_running_house_can_do_all_of_it(employee):
    apply_grants()
    days = days_on(MARCH, 3)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
    try:
        row = take(employee, days)
        take_back(row, days[:1], on=MARCH)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    assert left(employee, 2026).available == 10


def test_the_database_has_the_last_word(employee):
    open_for(employee, 2026)
    account = LeaveAccount.objects.get(employee=employee)
    row = make_request(employee, days_on(MARCH))
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        LedgerEntry.objects.create(
            account=account, kind=EntryKind.CONSUME, quantity=-13, request=row, key="too many",
            on_day=MARCH,
        )  # fmt: skip
    assert refusal.value.__cause__.diag.constraint_name == "leave_account_never_overspent"
    assert left(employee, 2026).available == 12
