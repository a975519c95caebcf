"""A leave year opens by itself, once, whenever somebody comes by."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.leave.choices import EntryKind, Family, Mode, State, Unit
from portal.leave.models import (
    JointLeaveYear,
    LeaveDesk,
    LeaveType,
    LedgerEntry,
    ServiceRecord,
)
from portal.leave.selectors.balances import balance_of, balances_of
from portal.leave.selectors.books import long_years
from portal.leave.services import ledger
from portal.leave.services.desk import employee_locked
from portal.leave.services.years import check_ledger, open_years
from portal.people.choices import Employment
from portal.people.models import Employee, User
from tests.factories import make_employee
from tests.support.leave import PNS_NIP, open_room
from tests.support.ledger import (
    ANNUAL,
    ask,
    days_on,
    left,
    let_go,
    make_request,
    move,
    noon,
    open_for,
    take,
    take_back,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return open_room()


@pytest.fixture
def employee(room):
    return room.employee


def buckets(employee, year):
    return {source: days for source, days in left(employee, year).buckets if days}


def closed_years(employee):
    return long_years(employee_ids=[employee.pk]).get(employee.pk, frozenset())


def entries():
    return list(
        LedgerEntry.objects.order_by("key").values_list("key", "kind", "quantity", "on_day")
    )


def test_the_job_down_on_new_years_day_and_run_twice_on_the_fourth(employee):
    open_years(now=noon(date(2025, 1, 1)))
    open_years(now=noon(date(2026, 1, 1)))
    fourth = noon(date(2027, 1, 4))
    people = Employee.objects.count()
    assert open_years(now=fourth) == people
    once = entries()
    assert buckets(employee, 2027) == {2025: 6, 2026: 6, 2027: 12}
    assert open_years(now=fourth) == 0
    assert entries() == once
    assert {day for _key, kind, _days, day in once if kind == EntryKind.CARRY} == {
        date(2026, 1, 1),
        date(2027, 1, 1),
    }
    assert check_ledger(now=fourth) == []


def test_late_is_the_same_as_in_time(employee):
    late = make_employee("terlambat", agency=employee.agency, unit=employee.unit)
    for one in (employee, late):
        take(one, days_on(date(2025, 6, 2), 2))
    open_for(employee, 2026, on=date(2026, 1, 1))
    open_for(employee, 2027, on=date(2027, 1, 1))
    open_for(late, 2027, on=date(2027, 1, 4))
    assert left(employee, 2027).buckets == left(late, 2027).buckets


def test_nobody_needs_the_job_to_have_run(employee):
    open_for(employee, 2026)
    today = date(2027, 1, 1)
    before = LedgerEntry.objects.count()
    seen = balance_of(employee_id=employee.pk, code=ANNUAL, year=2027, today=today)
    assert (seen.available, seen.buckets) == (18, ((2026, Decimal(6)), (2027, Decimal(12))))
    assert LedgerEntry.objects.count() == before
    take(employee, days_on(date(2027, 1, 4), 18), on=today)
    assert left(employee, 2027).available == 0


def test_a_year_opens_where_the_employee_works():
    east = open_room(zone="Asia/Jayapura").employee
    west = open_room(zone="Asia/Jakarta").employee
    open_for(east, 2026)
    open_for(west, 2026)
    open_years(now=datetime(2026, 12, 31, 15, 30, tzinfo=UTC))
    assert buckets(east, 2027) == {2026: 6, 2027: 12}
    assert buckets(west, 2026) == {2026: 12}


def test_days_cross_into_two_years_like_form_v(employee):
    open_for(employee, 2024)
    open_for(employee, 2025)
    assert sum(buckets(employee, 2025).values()) == 18
    open_for(employee, 2026)
    assert buckets(employee, 2026) == {2024: 6, 2025: 6, 2026: 12}


def test_one_day_two_years_ago_and_none_last_year_makes_eighteen(employee):
    take(employee, days_on(date(2024, 5, 6)))
    open_for(employee, 2025)
    open_for(employee, 2026)
    assert sum(buckets(employee, 2026).values()) == 18


def test_a_deferred_year_makes_twenty_four_once(employee):
    row = ask(employee, days_on(date(2025, 11, 3), 12))
    let_go(row, State.DEFERRED, on=date(2025, 10, 20))
    open_for(employee, 2026)
    assert buckets(employee, 2026) == {2025: 12, 2026: 12}
    open_for(employee, 2027)
    assert buckets(employee, 2027) == {2026: 6, 2027: 12}


def test_what_is_deferred_after_new_year_still_goes_on_whole(employee):
    take(employee, days_on(date(2025, 3, 3), 2))
    row = ask(employee, days_on(date(2025, 12, 15), 10))
    open_for(employee, 2026)
    assert buckets(employee, 2026) == {2026: 12}
    let_go(row, State.DEFERRED, on=date(2026, 1, 8))
    assert buckets(employee, 2026) == {2025: 10, 2026: 12}
    assert left(employee, 2025).available == 0


def test_what_is_refused_after_new_year_goes_on_as_far_as_the_rule_lets_it(employee):
    row = ask(employee, days_on(date(2025, 12, 15), 10))
    open_for(employee, 2026)
    assert buckets(employee, 2026) == {2025: 2, 2026: 12}
    let_go(row, State.REFUSED, on=date(2026, 1, 8))
    assert buckets(employee, 2026) == {2025: 6, 2026: 12}
    assert left(employee, 2025).available == 0


def test_what_was_asked_before_new_year_can_be_granted_after_it(employee):
    days = days_on(date(2025, 12, 29), 3)
    row = ask(employee, days, on=date(2025, 12, 1))
    open_for(employee, 2026)
    with employee_locked(employee_id=employee.pk):
        move(row, State.GRANTED)
        ledger.consume(row, days, now=noon(date(2026, 1, 2)))
    assert left(employee, 2025).taken == 3


@pytest.fixture
def long_leave(room):
    return LeaveType.objects.create(
        agency=room.agency, code="CB", family=Family.LONG, employments=[Employment.PNS],
        name_id="Cuti besar", name_en="Long leave", unit=Unit.CALENDAR_DAY, most_months=3,
        valid_from=date(2020, 1, 1), legal_basis="PP 11/2017",
    )  # fmt: skip


def test_a_year_with_long_leave_has_no_annual_leave(employee, long_leave):
    open_for(employee, 2025)
    open_for(employee, 2026)
    days = days_on(date(2026, 9, 1), 60)
    row = take(employee, days, on=date(2026, 8, 3), code=long_leave.code)
    assert buckets(employee, 2026) == {2025: 6}
    assert closed_years(employee) == {2026}
    open_for(employee, 2026, on=date(2026, 9, 1))
    assert buckets(employee, 2026) == {2025: 6}
    take_back(row, days, on=date(2026, 8, 20))
    assert buckets(employee, 2026) == {2025: 6, 2026: 12}
    assert closed_years(employee) == set()


def test_annual_leave_taken_before_long_leave_stays_taken(employee, long_leave):
    take(employee, days_on(date(2026, 2, 2), 5))
    take(employee, days_on(date(2026, 9, 1), 60), on=date(2026, 8, 3), code=long_leave.code)
    balance = left(employee, 2026)
    assert (balance.available, balance.taken) == (0, 5)
    open_for(employee, 2027)
    assert buckets(employee, 2027) == {2027: 12}


def test_service_is_read_from_the_record_then_from_the_number(room):
    LeaveType.objects.filter(code=ANNUAL).update(service_months=12)
    employee = room.employee
    ServiceRecord.objects.create(employee=employee, started_on=date(2026, 2, 1))
    open_for(employee, 2026)
    assert buckets(employee, 2026) == {}
    open_for(employee, 2027)
    assert buckets(employee, 2027) == {2027: 12}
    other = room.manager
    User.objects.filter(pk=other.user_id).update(nip=PNS_NIP)
    open_for(other, 2026)
    assert buckets(other, 2026) == {2026: 12}


def test_the_number_of_a_contract_tells_the_year_alone(room):
    LeaveType.objects.filter(code=ANNUAL).update(service_months=12)
    person = room.manager
    Employee.objects.filter(pk=person.pk).update(employment=Employment.PPPK)
    User.objects.filter(pk=person.user_id).update(nip="198503152025212001")
    person.refresh_from_db()
    open_for(person, 2025)
    assert buckets(person, 2025) == {}
    open_for(person, 2026)
    assert buckets(person, 2026) == {2026: 12}


def test_nothing_opens_where_the_room_is_closed_or_somebody_has_left(room):
    User.objects.filter(pk=room.employee.user_id).update(is_active=False)
    open_years(now=noon(date(2026, 1, 1)))
    assert buckets(room.employee, 2026) == {}
    assert buckets(room.manager, 2026) == {2026: 12}
    LeaveDesk.objects.update(mode=Mode.OFF)
    assert open_years(now=noon(date(2027, 1, 1))) == 0


def test_a_changed_rule_brings_its_days_from_the_next_year(room):
    old = LeaveType.objects.get(code=ANNUAL)
    LeaveType.objects.filter(pk=old.pk).update(valid_until=date(2026, 6, 30))
    old.pk, old.yearly, old.valid_from, old.valid_until = None, 15, date(2026, 7, 1), None
    old.save(force_insert=True)
    open_for(room.employee, 2026, on=date(2026, 8, 1))
    assert buckets(room.employee, 2026) == {2026: 12}
    open_for(room.employee, 2027)
    assert buckets(room.employee, 2027) == {2026: 6, 2027: 15}


def test_a_balance_counts_its_queries_once_however_many_people(room, django_assert_num_queries):
    people = [room.employee.pk, room.manager.pk, room.director.pk]
    with django_assert_num_queries(7):
        balances_of(employee_ids=people[:1], code=ANNUAL, year=2026, today=date(2026, 3, 2))
    with django_assert_num_queries(7):
        found = balances_of(employee_ids=people, code=ANNUAL, year=2026, today=date(2026, 3, 2))
    assert {one.available for one in found.values()} == {12}


def test_a_kind_without_account_has_an_empty_balance(employee):
    balance = left(employee, 2026, code="CS")
    assert (balance.available, balance.buckets) == (0, ())


def test_the_flag_of_joint_leave_is_there_for_every_new_year(room):
    open_years(now=noon(date(2026, 1, 1)))
    JointLeaveYear.objects.filter(agency=room.agency, year=2027).update(deducts=True)
    open_years(now=noon(date(2027, 1, 1)))
    rows = JointLeaveYear.objects.filter(agency=room.agency).order_by("year")
    assert list(rows.values_list("year", "deducts")) == [
        (2025, False), (2026, False), (2027, True), (2028, False)
    ]  # fmt: skip


def test_two_pending_requests_cannot_be_more_than_a_whole_year(employee):
    ask(employee, days_on(date(2026, 3, 2), 8))
    row = make_request(employee, days_on(date(2026, 4, 6), 4))
    with employee_locked(employee_id=employee.pk):
        ledger.reserve(row, days_on(date(2026, 4, 6), 4), now=noon(date(2026, 3, 2)))
    assert left(employee, 2026).available == 0
