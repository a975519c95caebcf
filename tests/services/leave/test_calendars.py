"""The calendar somebody works by, read from the tables."""

from datetime import UTC, date, datetime

import pytest

from portal.calendars.choices import HolidayKind, HolidayStatus
from portal.calendars.models import Holiday
from portal.calendars.rules import local_day
from portal.leave.choices import Part, PatternKind, Unit
from portal.leave.models import JointLeaveDuty, WorkPattern
from portal.leave.rules.counting import count_days
from portal.leave.rules.weeks import NoCalendar
from portal.leave.selectors.calendars import work_calendar, work_calendars
from tests.factories import make_agency, make_employee, make_unit
from tests.support.weeks import HOLIDAYS, SINCE

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
A_SATURDAY = date(2026, 10, 3)


@pytest.fixture
def agency():
    agency = make_agency()
    give_week(agency)
    return agency


def give_week(agency, days=(1, 2, 3, 4, 5), *, minutes=2250, since=SINCE, **more):
    return WorkPattern.objects.create(
        agency=agency, days=list(days), weekly_minutes=minutes, valid_from=since, **more
    )


def publish(*years):
    Holiday.objects.bulk_create(
        Holiday(day=day, name="Hari libur", kind=kind)
        for day, kind in HOLIDAYS.items()
        if day.year in years
    )


def calendar_of(employee, first=FIRST, last=LAST):
    return work_calendar(employee_id=employee.pk, first=first, last=last)


def days_of(employee, first, last):
    return count_days(
        unit=Unit.WORKING_DAY,
        first=first,
        last=last,
        part=Part.FULL,
        calendar=calendar_of(employee, first, last),
    )


def test_the_weeks_of_eid_as_they_were_published(agency):
    publish(2026)
    six = make_unit(agency)
    give_week(agency, range(1, 7), unit=six)

    first = date(2026, 3, 16)
    assert len(days_of(make_employee(agency=agency), first, date(2026, 3, 27))) == 5
    assert len(days_of(make_employee(unit=six), first, date(2026, 3, 28))) == 6


def test_a_person_s_week_counts_before_her_unit_s_and_that_before_the_agency_s(agency):
    above = make_unit(agency)
    below = make_unit(agency, parent=make_unit(agency, parent=above))
    person = make_employee(unit=below)

    def sunday():
        return calendar_of(person).is_working(date(2026, 10, 4))

    assert not sunday()
    give_week(agency, [7], unit=above)
    assert sunday()
    give_week(agency, [1], unit=below)
    assert not sunday()
    give_week(agency, [7], employee=person)
    assert sunday()


def test_a_week_of_a_neighbour_or_of_a_unit_below_is_nobody_else_s(agency):
    unit = make_unit(agency)
    give_week(agency, [6], unit=make_unit(agency, parent=unit))
    give_week(agency, [6], employee=make_employee(unit=unit))
    give_week(make_agency(), [6])

    assert not calendar_of(make_employee(unit=unit)).is_working(A_SATURDAY)


def test_a_change_of_week_holds_from_its_day(agency):
    person = make_employee(agency=agency)
    WorkPattern.objects.update(valid_until=date(2026, 10, 9))
    give_week(agency, range(1, 7), since=date(2026, 10, 10))

    by = calendar_of(person)

    assert not by.is_working(A_SATURDAY)
    assert by.is_working(date(2026, 10, 10))


def test_ramadan_shortens_the_week(agency):
    give_week(
        agency,
        kind=PatternKind.RAMADAN,
        minutes=1950,
        since=date(2026, 2, 18),
        valid_until=date(2026, 3, 19),
    )
    by = calendar_of(make_employee(agency=agency))

    assert by.minutes_on(date(2026, 2, 17)) == 450
    assert by.minutes_on(date(2026, 2, 18)) == 390


def test_a_local_holiday_frees_its_unit_and_those_below_alone(agency):
    unit = make_unit(agency)
    day = date(2026, 10, 6)
    Holiday.objects.create(
        day=day, agency=agency, unit=unit, kind=HolidayKind.LOCAL, name="Galungan"
    )
    inside = make_employee(unit=make_unit(agency, parent=unit))
    outside = make_employee(agency=agency)

    found = work_calendars(employee_ids=[inside.pk, outside.pk], first=FIRST, last=LAST)

    assert not found[inside.pk].is_working(day)
    assert found[outside.pk].is_working(day)


def test_a_removed_holiday_is_a_working_day_and_an_estimated_one_is_not(agency):
    person = make_employee(agency=agency)
    gone, likely = date(2026, 10, 6), date(2026, 10, 7)
    for day, status in ((gone, HolidayStatus.REMOVED), (likely, HolidayStatus.ESTIMATED)):
        Holiday.objects.create(day=day, kind=HolidayKind.PUBLIC, status=status, name="Libur")

    by = calendar_of(person)

    assert by.is_working(gone)
    assert not by.is_working(likely)


def test_a_day_of_joint_leave_that_is_a_local_holiday_too_can_be_nobody_s_duty(agency):
    day = date(2026, 12, 24)
    publish(2026)
    unit = make_unit(agency)
    Holiday.objects.create(
        day=day, agency=agency, unit=unit, kind=HolidayKind.LOCAL, name="Libur setempat"
    )

    people = make_employee(agency=agency), make_employee(unit=unit)
    for person in people:
        JointLeaveDuty.objects.create(employee=person, day=day)
    assert [calendar_of(person).is_working(day) for person in people] == [True, False]


def test_duty_on_joint_leave_is_one_person_s(agency):
    publish(2026)
    day = date(2026, 3, 18)
    on_duty, off_duty = make_employee(agency=agency), make_employee(agency=agency)
    JointLeaveDuty.objects.create(employee=on_duty, day=day)

    assert calendar_of(on_duty).is_working(day)
    assert not calendar_of(off_duty).is_working(day)


def test_without_any_week_nothing_is_counted():
    person = make_employee()

    with pytest.raises(NoCalendar):
        days_of(person, date(2026, 10, 5), date(2026, 10, 5))


def test_half_past_midnight_in_jayapura_is_the_day_there(agency):
    publish(2026)
    person = make_employee(agency=agency, zone="Asia/Jayapura")
    asked_at = datetime(2026, 3, 24, 15, 30, tzinfo=UTC)
    today = local_day(asked_at, person.unit.zone)

    assert today == date(2026, 3, 25)
    assert [found.day for found in days_of(person, today, today)] == [date(2026, 3, 25)]
    assert local_day(asked_at, "Asia/Jakarta") == date(2026, 3, 24)
    assert days_of(person, date(2026, 3, 24), date(2026, 3, 24)) == []


def test_nobody_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert work_calendars(employee_ids=[], first=FIRST, last=LAST) == {}


def test_many_cost_as_much_as_one(agency, django_assert_num_queries):
    publish(2026)
    units = [make_unit(agency) for _ in range(4)]
    people = [make_employee(unit=unit).pk for unit in units for _ in range(3)]

    for some in (people[:1], people):
        with django_assert_num_queries(5):
            assert set(work_calendars(employee_ids=some, first=FIRST, last=LAST)) == set(some)
