"""A holiday that changes afterwards gives days back, or takes them, and says so."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest

from portal.calendars.choices import HolidayKind, HolidayStatus
from portal.calendars.models import Holiday
from portal.leave import notices
from portal.leave.choices import Action, EntryKind, Part, State
from portal.leave.models import (
    CaseEvent,
    JointLeaveYear,
    LeaveDay,
    LeaveRequest,
    LedgerEntry,
    WorkPattern,
)
from portal.leave.selectors.balances import balance_of
from portal.leave.services import recount as recounting
from portal.leave.services.desk import employee_locked
from portal.leave.services.recount import recount
from portal.leave.services.weeks import set_joint_year, set_week
from portal.leave.services.years import open_year, open_years
from portal.notifications.models import Notification
from portal.people.models import Employee
from tests.factories import make_employee, make_unit, wib
from tests.support.granted import grant_leave

pytestmark = pytest.mark.django_db

BEFORE = wib(9, day=date(2025, 8, 4))
DURING = wib(9, day=date(2025, 8, 15))
AFTER = wib(9, day=date(2025, 9, 1))
NEXT_YEAR = wib(9, day=date(2026, 2, 2))
FIRST, LAST = date(2025, 8, 14), date(2025, 8, 20)
THE_18TH = date(2025, 8, 18)
"""Made joint leave when leave over it had long been granted."""


def granted(room, first=FIRST, last=LAST, *, now=BEFORE, **more):
    return grant_leave(room, first, last, now=now, **more)


def add_holiday(day=THE_18TH, kind=HolidayKind.JOINT_LEAVE, **more):
    return Holiday.objects.create(day=day, kind=kind, name="Libur", **more)


def available(room, year=2025, *, now=DURING):
    return balance_of(
        employee_id=room.employee.pk, code="CT-PNS", year=year, today=now.date()
    ).available


def entries(row):
    found = LedgerEntry.objects.filter(request=row).order_by("on_day", "kind")
    return [(one.kind, one.on_day, one.quantity) for one in found]


def active_days(row):
    found = LeaveDay.objects.filter(request=row, active=True).order_by("day")
    return list(found.values_list("day", flat=True))


def told(row):
    found = Notification.objects.filter(notice=notices.RECOUNTED, subject_id=row.pk)
    return list(found.order_by("rev").values_list("rev", flat=True))


def test_a_day_of_joint_leave_added_afterwards_comes_back_by_an_entry_of_its_own(room):
    row = granted(room)
    before = list(LedgerEntry.objects.order_by("id").values())
    assert available(room) == Decimal(7)
    add_holiday()

    assert recount(now=DURING) == 1

    assert available(room) == Decimal(8)
    old = LedgerEntry.objects.filter(pk__in=[one["id"] for one in before])
    assert list(old.order_by("id").values()) == before
    new = LedgerEntry.objects.exclude(pk__in=[one["id"] for one in before]).get()
    assert (new.kind, new.quantity, new.request_id) == (EntryKind.REVERSE, 1, row.pk)
    assert (new.reverses.on_day, new.account) == (THE_18TH, new.reverses.account)


def test_the_request_follows_and_the_employee_is_told(room):
    row = granted(room)
    add_holiday()
    recount(now=DURING)
    version = row.version
    row.refresh_from_db()

    assert (row.days, row.rev, row.version) == (Decimal(4), 1, version + 1)
    assert (row.first_day, row.last_day, row.state) == (FIRST, LAST, State.GRANTED)
    assert THE_18TH not in active_days(row)
    assert LeaveDay.objects.filter(request=row, day=THE_18TH, active=False).exists()
    event = CaseEvent.objects.get(request=row)
    assert (event.action, event.role, event.state) == (
        Action.RECOUNT, "HOUSE", State.GRANTED,
    )  # fmt: skip
    assert told(row) == [1]


def test_counting_anew_again_changes_nothing(room):
    row = granted(room)
    add_holiday()
    recount(now=DURING)
    count = LedgerEntry.objects.count()

    assert recount(now=DURING) == 0
    assert recount(now=AFTER) == 0
    assert (LedgerEntry.objects.count(), told(row)) == (count, [1])


def test_nothing_changes_where_no_holiday_did(room):
    granted(room)

    assert recount(now=DURING) == 0


@pytest.mark.parametrize("state", [State.CLOSED, State.ENDED_EARLY, State.RECALLED])
def test_leave_that_is_over_gets_its_day_back_too(room, state):
    row = granted(room, state=state)
    add_holiday()

    assert recount(now=AFTER) == 1
    assert available(room) == Decimal(8)
    assert told(row) == [1]


@pytest.mark.parametrize(
    "state", [State.CONSIDERATION, State.DECISION, State.CANCELLED, State.REVOKED]
)
def test_leave_that_is_not_granted_is_left_alone(room, state):
    granted(room, state=state)
    add_holiday()

    assert recount(now=DURING) == 0


def test_a_day_of_last_year_comes_back_and_what_goes_on_agrees(room):
    granted(room)
    add_holiday()
    with employee_locked(employee_id=room.employee.pk):
        open_year(employee_id=room.employee.pk, year=2026, now=NEXT_YEAR)
    carried = available(room, 2026, now=NEXT_YEAR)

    assert recount(now=NEXT_YEAR) == 1

    # Seven were left and six of them went on; the eighth expires as the seventh did.
    assert carried == available(room, 2026, now=NEXT_YEAR) == Decimal(18)
    assert available(room, now=NEXT_YEAR) == Decimal(0)


def test_a_day_of_last_year_that_may_go_on_goes_on(room):
    granted(room, date(2025, 8, 4), date(2025, 8, 14), now=wib(9, day=date(2025, 8, 1)))
    add_holiday(date(2025, 8, 12))
    with employee_locked(employee_id=room.employee.pk):
        open_year(employee_id=room.employee.pk, year=2026, now=NEXT_YEAR)
    assert available(room, 2026, now=NEXT_YEAR) == Decimal(15)

    assert recount(now=NEXT_YEAR) == 1
    assert available(room, 2026, now=NEXT_YEAR) == Decimal(16)


def test_days_before_last_year_are_closed(room):
    granted(room)
    add_holiday()

    assert recount(now=wib(9, day=date(2027, 1, 4))) == 0


def test_leave_of_one_day_is_left_with_none(room):
    row = granted(room, THE_18TH, THE_18TH)
    add_holiday()

    assert recount(now=DURING) == 1
    row.refresh_from_db()
    assert (row.days, active_days(row), available(room)) == (Decimal(0), [], Decimal(12))
    assert recount(now=DURING) == 0


def test_half_days_come_back_by_halves(room):
    row = granted(room, part=Part.MORNING)
    assert available(room) == Decimal("9.5")
    add_holiday()

    assert recount(now=DURING) == 1
    row.refresh_from_db()
    assert (available(room), row.days) == (Decimal(10), Decimal(2))


def test_a_local_holiday_gives_back_where_it_holds_alone(room):
    other = Employee.objects.get(pk=room.director.pk)
    Employee.objects.filter(pk=other.pk).update(unit=make_unit(room.agency))
    mine, theirs = granted(room), granted(room, employee=other)
    add_holiday(kind=HolidayKind.LOCAL, agency=room.agency, unit=room.unit)

    assert recount(now=DURING) == 1
    assert (told(mine), told(theirs)) == ([1], [])


def test_calendar_days_are_never_counted_anew(room):
    row = granted(room, code="CS")
    add_holiday()

    assert recount(now=DURING) == 0
    assert told(row) == []


def test_a_day_to_come_that_became_a_working_day_is_taken(room):
    holiday = add_holiday()
    row = granted(room)
    assert available(room) == Decimal(8)
    holiday.status = HolidayStatus.REMOVED
    holiday.save()

    assert recount(now=DURING) == 1
    row.refresh_from_db()
    assert (available(room), row.days, row.rev) == (Decimal(7), Decimal(5), 1)
    assert THE_18TH in active_days(row)
    assert (EntryKind.CONSUME, THE_18TH, Decimal(-1)) in entries(row)


def test_a_day_that_comes_and_goes_is_taken_and_given_each_time(room):
    row = granted(room)
    holiday = add_holiday()
    for rev, status, left in (
        (1, HolidayStatus.CONFIRMED, 8),
        (2, HolidayStatus.REMOVED, 7),
        (3, HolidayStatus.CONFIRMED, 8),
        (4, HolidayStatus.REMOVED, 7),
    ):
        Holiday.objects.filter(pk=holiday.pk).update(status=status)
        assert recount(now=DURING) == 1
        assert available(room) == Decimal(left)
        assert told(row) == [rev], "the unread line of the count before is taken back"


def test_a_day_that_has_come_is_not_taken_afterwards(room):
    holiday = add_holiday()
    granted(room)
    holiday.delete()

    assert recount(now=wib(9, day=THE_18TH)) == 0
    assert available(room) == Decimal(8)


def test_a_day_that_is_not_there_any_more_stays_hers(room):
    holiday = add_holiday()
    row = granted(room)
    granted(room, date(2025, 10, 6), date(2025, 10, 15))
    assert available(room) == Decimal(0)
    holiday.delete()

    assert recount(now=DURING) == 0
    row.refresh_from_db()
    assert (row.days, row.rev, available(room)) == (Decimal(4), 0, Decimal(0))


def test_of_two_days_the_one_that_is_there_is_taken(room):
    for day in (THE_18TH, date(2025, 8, 19)):
        add_holiday(day)
    row = granted(room)
    granted(room, date(2025, 10, 6), date(2025, 10, 15))
    assert available(room) == Decimal(1)
    Holiday.objects.all().delete()

    assert recount(now=DURING) == 1
    assert (available(room), active_days(row).count(THE_18TH)) == (Decimal(0), 1)
    assert recount(now=DURING) == 0


def test_a_day_that_other_leave_claims_is_not_claimed_twice(room):
    holiday = add_holiday()
    row = granted(room)
    holiday.delete()
    granted(room, THE_18TH, THE_18TH)

    assert recount(now=DURING) == 0
    assert THE_18TH not in active_days(row)


def test_leave_that_was_ended_takes_no_further_day(room):
    holiday = add_holiday()
    row = granted(room, state=State.RECALLED)
    holiday.delete()

    assert recount(now=BEFORE) == 0
    add_holiday(date(2025, 8, 19))
    assert recount(now=BEFORE) == 1
    assert active_days(row) == [date(2025, 8, 14), date(2025, 8, 15), date(2025, 8, 20)]


def test_leave_that_is_revoked_between_the_look_and_the_deed_is_left_alone(room, monkeypatch):
    row = granted(room)
    add_holiday()
    locked = recounting.employee_locked

    @contextmanager
    def after_the_other(*, employee_id):
        LeaveRequest.objects.update(state=State.REVOKED)
        with locked(employee_id=employee_id):
            yield

    monkeypatch.setattr(recounting, "employee_locked", after_the_other)

    assert recount(now=DURING) == 0
    assert told(row) == []


def test_a_change_of_week_reaches_the_days_to_come_alone(room):
    first, last = date(2025, 8, 11), date(2025, 8, 24)
    row = granted(room, first, last)
    assert row.days == 10
    set_week(
        actor=room.hr,
        days=[1, 2, 3, 4, 5, 6],
        weekly_minutes=2250,
        valid_from=date(2025, 8, 1),
        valid_until=None,
        now=DURING,
    )

    assert recount(now=wib(9, day=date(2025, 8, 18))) == 1
    row.refresh_from_db()
    assert row.days == Decimal(11)
    assert date(2025, 8, 16) not in active_days(row)
    assert date(2025, 8, 23) in active_days(row)


def test_moving_to_a_unit_with_another_week_rewrites_nothing_that_has_been(room):
    row = granted(room)
    unit = make_unit(room.agency)
    WorkPattern.objects.create(
        agency=room.agency, unit=unit, days=[6, 7], valid_from=date(2020, 1, 1)
    )
    Employee.objects.filter(pk=room.employee.pk).update(unit=unit)

    assert recount(now=AFTER) == 0
    assert len(active_days(row)) == 5


def test_joint_leave_that_costs_a_day_costs_it_once_where_leave_lies_over_it(room):
    JointLeaveYear.objects.create(
        agency=room.agency, year=2025, deducts=True, legal_basis="SKB"
    )
    granted(room)
    assert available(room) == Decimal(7)
    add_holiday()

    for _again in range(2):
        recount(now=DURING)
        open_years(now=DURING)
        assert available(room) == Decimal(7)

    set_joint_year(actor=room.hr, year=2025, deducts=False, legal_basis="SKB", now=DURING)
    open_years(now=DURING)

    assert recount(now=AFTER) == 0
    assert available(room) == Decimal(8)


def test_leave_without_a_calendar_stays_as_it_was(room):
    row = granted(room)
    WorkPattern.objects.all().delete()
    add_holiday()

    assert recount(now=DURING) == 0
    assert len(active_days(row)) == 5


def test_somebody_who_changes_a_leave_right_now_goes_first(room, monkeypatch):
    granted(room)
    add_holiday()

    def taken(*, employee_id):
        raise recounting.LeaveRefused(recounting.Refusal.BUSY)

    monkeypatch.setattr(recounting, "employee_locked", taken)
    assert recount(now=DURING) == 0


def test_the_house_reads_as_much_for_many_as_for_one(room, django_assert_max_num_queries):
    for month in (9, 10, 11):
        for _ in range(4):
            day = date(2025, month, 3)
            granted(room, day, day, employee=make_employee(unit=room.unit))

    with django_assert_max_num_queries(16):
        assert recount(now=DURING) == 0
