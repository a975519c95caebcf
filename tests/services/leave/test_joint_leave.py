"""Joint leave in a year that takes it off the annual leave: once, and only what is there."""

from datetime import date
from decimal import Decimal

import pytest

from portal.calendars.choices import HolidayKind, HolidayStatus
from portal.calendars.models import Holiday
from portal.leave.choices import EntryKind, Family, Refusal, State
from portal.leave.models import (
    JointLeaveYear,
    LeaveAccount,
    LeaveDay,
    LeaveRequest,
    LeaveType,
    LedgerEntry,
    ServiceRecord,
)
from portal.leave.selectors.balances import balance_of
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.joint import settle_duties
from portal.leave.services.weeks import (
    record_joint_duty,
    set_joint_year,
    withdraw_joint_duty,
)
from portal.leave.services.years import check_ledger, open_years
from portal.people.models import User
from tests.factories import make_employee
from tests.support.granted import grant_leave
from tests.support.ledger import ANNUAL, ask, days_on, left, noon, replay, take, take_back

pytestmark = pytest.mark.django_db

NEW_YEAR = noon(date(2026, 1, 2))
MARCH, SEPTEMBER = noon(date(2026, 3, 2)), noon(date(2026, 9, 1))
DAYS = (date(2026, 2, 16), date(2026, 3, 18), date(2026, 5, 15), date(2026, 12, 24))
"""A Monday, a Wednesday, a Friday and a Thursday."""


@pytest.fixture
def joint(room):
    """Joint leave is announced, and the year takes it off."""
    JointLeaveYear.objects.create(agency=room.agency, year=2026, deducts=True, legal_basis="SE")
    return [announce(day) for day in DAYS]


def announce(day, **more):
    return Holiday.objects.create(
        day=day, kind=HolidayKind.JOINT_LEAVE, name="Cuti bersama", **more
    )


def available(room, year=2026):
    return left(room.employee, year).available


def taken_off(room):
    return list(
        LedgerEntry.objects.filter(account__employee=room.employee)
        .filter(kind=EntryKind.JOINT_LEAVE)
        .order_by("on_day")
        .values_list("on_day", "quantity")
    )


def adds_up():
    return not check_ledger(now=SEPTEMBER) and all(
        replay(account_id=one.pk) == one.available for one in LeaveAccount.objects.all()
    )


@pytest.mark.usefixtures("joint")
def test_the_year_begins_with_what_joint_leave_leaves(room):
    for _again in range(2):
        open_years(now=NEW_YEAR)
    assert available(room) == Decimal(8)
    assert taken_off(room) == [(day, Decimal(-1)) for day in DAYS]
    assert adds_up()


@pytest.mark.usefixtures("joint")
def test_it_is_known_before_the_year_is_opened(room):
    found = balance_of(
        employee_id=room.employee.pk, code=ANNUAL, year=2026, today=NEW_YEAR.date()
    )
    assert found.available == Decimal(8)
    with pytest.raises(LeaveRefused) as refused:
        ask(room.employee, days_on(date(2026, 7, 6), 9), on=NEW_YEAR.date())
    assert refused.value.reason == Refusal.NOT_ENOUGH_DAYS


@pytest.mark.usefixtures("joint")
def test_a_year_that_takes_nothing_off_leaves_all_of_it(room):
    JointLeaveYear.objects.update(deducts=False)
    open_years(now=NEW_YEAR)
    assert (available(room), taken_off(room)) == (Decimal(12), [])


@pytest.mark.usefixtures("joint")
def test_a_year_that_is_decided_late_takes_off_and_gives_back(room):
    open_years(now=NEW_YEAR)
    for deducts, days in ((False, 12), (True, 8), (False, 12)):
        set_joint_year(actor=room.hr, year=2026, deducts=deducts, legal_basis="SE", now=MARCH)
        open_years(now=MARCH)
        assert available(room) == Decimal(days)
    assert adds_up()


def test_only_days_of_her_own_week_and_of_her_service_cost_one(room, joint):
    saturday = announce(date(2026, 8, 1))
    ServiceRecord.objects.create(employee=room.employee, started_on=date(2024, 1, 1))
    ServiceRecord.objects.create(employee=room.manager, started_on=date(2026, 4, 1))
    open_years(now=NEW_YEAR)
    assert saturday.day not in dict(taken_off(room))
    assert left(room.manager, 2026).available == Decimal(10)
    assert joint


@pytest.mark.parametrize("gone", ["removed", "deleted", "public"])
def test_a_day_that_is_joint_leave_no_longer_comes_back(room, joint, gone):
    open_years(now=NEW_YEAR)
    if gone == "deleted":
        joint[2].delete()
    elif gone == "removed":
        Holiday.objects.filter(pk=joint[2].pk).update(status=HolidayStatus.REMOVED)
    else:
        Holiday.objects.filter(pk=joint[2].pk).update(kind=HolidayKind.PUBLIC)
    for _again in range(2):
        open_years(now=MARCH)
        assert available(room) == Decimal(9)
    assert adds_up()


def test_a_day_announced_again_costs_one_again(room, joint):
    open_years(now=NEW_YEAR)
    joint[2].delete()
    open_years(now=MARCH)
    announce(DAYS[2])
    open_years(now=MARCH)
    assert available(room) == Decimal(8)
    assert adds_up()


def test_a_day_given_back_after_its_year_goes_on_with_the_others(room, joint):
    open_years(now=NEW_YEAR)
    take(room.employee, days_on(date(2026, 7, 6), 5), on=date(2026, 7, 6))
    open_years(now=noon(date(2027, 1, 4)))
    assert dict(left(room.employee, 2027).buckets)[2026] == Decimal(3)
    joint[3].delete()
    for _again in range(2):
        open_years(now=noon(date(2027, 1, 5)))
    assert dict(left(room.employee, 2027).buckets)[2026] == Decimal(4)
    assert available(room) == 0
    assert adds_up()


@pytest.mark.usefixtures("joint")
def test_after_the_year_nothing_is_taken_off_any_more(room):
    open_years(now=NEW_YEAR)
    open_years(now=noon(date(2027, 1, 4)))
    row = take(room.employee, days_on(date(2027, 2, 1), 2), on=date(2027, 1, 5))
    announce(date(2026, 6, 2))
    take_back(row, days_on(date(2027, 2, 1), 2), on=date(2027, 1, 6))
    open_years(now=noon(date(2027, 1, 7)))
    assert date(2026, 6, 2) not in dict(taken_off(room))
    assert dict(left(room.employee, 2027).buckets)[2026] == Decimal(6)


def test_what_is_not_there_is_not_taken_until_it_is(room):
    JointLeaveYear.objects.create(agency=room.agency, year=2026, deducts=True, legal_basis="SE")
    days = days_on(date(2026, 7, 6), 11)
    row = take(room.employee, days, on=NEW_YEAR.date())
    for day in DAYS:
        announce(day)
    open_years(now=MARCH)
    assert (available(room), len(taken_off(room))) == (Decimal(0), 1)
    take_back(row, days[:5], on=MARCH.date())
    open_years(now=MARCH)
    assert (available(room), len(taken_off(room))) == (Decimal(2), 4)
    assert adds_up()


@pytest.mark.usefixtures("joint")
def test_annual_leave_over_it_does_not_pay_for_it_again(room):
    row = grant_leave(room, date(2026, 3, 16), date(2026, 3, 20), now=NEW_YEAR)
    assert row.days == Decimal(4)
    open_years(now=MARCH)
    assert available(room) == Decimal(4)


@pytest.mark.usefixtures("joint")
@pytest.mark.parametrize("family", [Family.SICK, Family.MATERNITY])
def test_on_sick_or_maternity_leave_it_costs_no_annual_leave(room, family):
    LeaveType.objects.filter(agency=room.agency, code="CS").update(family=family)
    open_years(now=NEW_YEAR)
    row = grant_leave(room, date(2026, 3, 16), date(2026, 5, 15), code="CS", now=NEW_YEAR)
    assert row.days == Decimal(61)
    for _again in range(2):
        open_years(now=MARCH)
        assert available(room) == Decimal(10)
    assert adds_up()


@pytest.mark.usefixtures("joint")
@pytest.mark.parametrize("state", [State.DECISION, State.CANCELLED])
def test_leave_that_is_not_granted_or_no_longer_spares_nothing(room, state):
    open_years(now=NEW_YEAR)
    row = grant_leave(room, DAYS[1], DAYS[1], code="CS", now=NEW_YEAR)
    open_years(now=MARCH)
    assert available(room) == Decimal(9)
    LeaveRequest.objects.filter(pk=row.pk).update(state=state)
    open_years(now=MARCH)
    assert available(room) == Decimal(8)
    assert adds_up()


@pytest.mark.usefixtures("joint")
def test_sick_leave_cut_short_before_it_spares_nothing(room):
    row = grant_leave(room, date(2026, 3, 16), date(2026, 3, 20), code="CS", now=NEW_YEAR)
    open_years(now=NEW_YEAR)
    assert available(room) == Decimal(9)
    LeaveDay.objects.filter(request=row, day__gte=DAYS[1]).update(active=False)
    open_years(now=MARCH)
    assert available(room) == Decimal(8)


@pytest.mark.usefixtures("joint")
def test_whoever_worked_it_gets_back_what_was_taken_and_no_more(room):
    open_years(now=NEW_YEAR)
    deed = {"actor": room.hr, "employee_id": room.employee.pk, "day": DAYS[1]}
    for _again in range(2):
        record_joint_duty(**deed, now=SEPTEMBER)
        open_years(now=SEPTEMBER)
        assert available(room) == Decimal(9)
    withdraw_joint_duty(**deed, now=SEPTEMBER)
    assert available(room) == Decimal(8)
    assert adds_up()


@pytest.mark.usefixtures("joint")
def test_who_worked_it_is_looked_at_again_when_the_year_is_decided_late(room):
    JointLeaveYear.objects.update(deducts=False)
    record_joint_duty(actor=room.hr, employee_id=room.employee.pk, day=DAYS[1], now=SEPTEMBER)
    assert available(room) == Decimal(13)
    for deducts, days in ((True, 9), (False, 13)):
        set_joint_year(
            actor=room.hr, year=2026, deducts=deducts, legal_basis="SE", now=SEPTEMBER
        )
        open_years(now=SEPTEMBER)
        assert settle_duties(now=SEPTEMBER) == 1
        assert settle_duties(now=SEPTEMBER) == 0
        assert available(room) == Decimal(days)
    assert adds_up()


@pytest.mark.usefixtures("joint")
def test_another_agency_and_whoever_left_are_left_alone(room):
    elsewhere = make_employee("jauh")
    User.objects.filter(pk=room.manager.user_id).update(is_active=False)
    open_years(now=NEW_YEAR)
    owners = set(
        LedgerEntry.objects.filter(kind=EntryKind.JOINT_LEAVE).values_list(
            "account__employee", flat=True
        )
    )
    assert room.employee.pk in owners
    assert not owners & {elsewhere.pk, room.manager.pk}
