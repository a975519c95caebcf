"""What HR keeps of working time, and what stands in its history afterwards."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import Http404

from portal.audit.models import StaffEvent
from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.leave.choices import PatternKind, Refusal
from portal.leave.models import (
    JointLeaveDuty,
    JointLeaveYear,
    LedgerEntry,
    ServiceRecord,
    WorkPattern,
)
from portal.leave.rules.weeks import NoCalendar
from portal.leave.selectors.balances import balance_of
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.weeks import (
    end_week,
    record_joint_duty,
    set_joint_year,
    set_service,
    set_week,
    withdraw_joint_duty,
)
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import Employee
from tests.factories import NOW, account, at, grant, make_agency, make_employee, make_unit

pytestmark = pytest.mark.django_db

FIVE, SIX = (1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6)
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
END_OF_JULY = date(2026, 7, 31)
JOINT_DAY = date(2026, 3, 18)


def week_of(room, days=SIX, since=JULY, until=None, *, actor=None, minutes=2250, **more):
    return set_week(
        actor=actor or room.hr,
        days=days,
        weekly_minutes=minutes,
        valid_from=since,
        valid_until=until,
        now=NOW,
        **more,
    )


def history(**owner):
    rows = WorkPattern.objects.filter(**owner).order_by("kind", "valid_from")
    return [(row.valid_from, row.valid_until, tuple(row.days)) for row in rows]


def of_agency(room):
    return history(agency=room.agency, unit=None, employee=None, kind=PatternKind.USUAL)


def refused(reason):
    return pytest.raises(LeaveRefused, match=f"^{reason.value}$")


def test_a_new_week_ends_the_one_before_the_day_before(room):
    week_of(room)

    assert of_agency(room) == [
        (date(2020, 1, 1), date(2026, 6, 30), FIVE),
        (JULY, None, SIX),
    ]


def test_after_a_week_for_a_time_the_one_before_holds_again(room):
    week_of(room, until=END_OF_JULY)

    assert of_agency(room) == [
        (date(2020, 1, 1), date(2026, 6, 30), FIVE),
        (JULY, END_OF_JULY, SIX),
        (AUGUST, None, FIVE),
    ]


def test_a_week_with_the_same_first_day_is_corrected(room):
    week_of(room)
    week_of(room, days=(1, 2, 3, 4))

    assert of_agency(room) == [
        (date(2020, 1, 1), date(2026, 6, 30), FIVE),
        (JULY, None, (1, 2, 3, 4)),
    ]


def test_a_week_that_begins_later_keeps_its_dates(room):
    week_of(room, since=AUGUST)

    with refused(Refusal.DATES_TAKEN):
        week_of(room, days=FIVE)

    week_of(room, days=(1,), until=END_OF_JULY)
    assert [since for since, _until, _days in of_agency(room)] == [
        date(2020, 1, 1), JULY, AUGUST,
    ]  # fmt: skip


def test_whose_week_it_is_keeps_histories_apart(room):
    unit = make_unit(room.agency)
    week_of(room, unit_id=unit.pk)
    week_of(room, employee_id=room.employee.pk, days=(1, 2))
    week_of(
        room, kind=PatternKind.RAMADAN, since=JULY, until=END_OF_JULY, minutes=1950, days=FIVE
    )

    assert of_agency(room) == [(date(2020, 1, 1), None, FIVE)]
    assert history(unit=unit) == [(JULY, None, SIX)]
    assert history(employee=room.employee) == [(JULY, None, (1, 2))]


def test_days_are_kept_in_order_and_once(room):
    week_of(room, days=[5, 1, 1, 3])

    assert of_agency(room)[-1][2] == (1, 3, 5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": []},
        {"days": [0, 1]},
        {"days": [8]},
        {"minutes": 0},
        {"minutes": 7 * 24 * 60 + 1},
        {"kind": PatternKind.RAMADAN},
    ],
)
def test_a_week_that_cannot_be_is_a_mistake_of_the_caller(room, wrong):
    with pytest.raises(ValueError, match=r"week has|has a last day"):
        week_of(room, **wrong)
    assert len(of_agency(room)) == 1


def test_a_week_is_a_unit_s_or_a_person_s(room):
    with pytest.raises(ValueError, match="or"):
        week_of(room, unit_id=room.unit.pk, employee_id=room.employee.pk)


def test_a_week_does_not_end_before_it_starts(room):
    with refused(Refusal.ENDS_BEFORE_START):
        week_of(room, until=date(2026, 6, 30))


def test_nobody_but_hr_of_the_agency_sets_weeks(room):
    elsewhere = make_agency()
    stranger = make_employee(agency=elsewhere)
    grant(stranger.user, elsewhere, Role.HR)

    for actor in (room.asker, room.superior, room.official, room.reviewer):
        with pytest.raises(Http404):
            week_of(room, actor=actor)
    with pytest.raises(Http404):
        week_of(room, actor=account(stranger), employee_id=room.employee.pk)
    with pytest.raises(Http404):
        week_of(room, actor=account(stranger), unit_id=room.unit.pk)
    assert WorkPattern.objects.count() == 1


def hr_as_employee(room):
    return Employee.objects.get(user_id=room.hr.user_id)


def test_nobody_keeps_her_own_time(room):
    own = hr_as_employee(room).pk

    with pytest.raises(Http404):
        week_of(room, employee_id=own)
    with pytest.raises(Http404):
        record_joint_duty(actor=room.hr, employee_id=own, day=JOINT_DAY, now=NOW)
    with pytest.raises(Http404):
        set_service(actor=room.hr, employee_id=own, started_on=JULY, now=NOW)


def test_each_deed_is_in_the_record(room):
    joint_day(JOINT_DAY)
    pattern_id = week_of(room, employee_id=room.employee.pk)
    end_week(actor=room.hr, pattern_id=pattern_id, last_day=END_OF_JULY, now=NOW)
    record_joint_duty(actor=room.hr, employee_id=room.employee.pk, day=JOINT_DAY, now=NOW)
    withdraw_joint_duty(actor=room.hr, employee_id=room.employee.pk, day=JOINT_DAY, now=NOW)
    set_joint_year(actor=room.hr, year=2027, deducts=True, legal_basis="SKB", now=NOW)
    set_service(actor=room.hr, employee_id=room.employee.pk, started_on=JULY, now=NOW)

    assert list(
        StaffEvent.objects.filter(role="HR", handle=str(room.hr.user_id))
        .order_by("sequence")
        .values_list("action", flat=True)
    ) == [
        "leave.week_set",
        "leave.week_ended",
        "leave.joint_duty",
        "leave.joint_duty_withdrawn",
        "leave.joint_year",
        "leave.service_set",
    ]


def test_a_week_of_one_s_own_ends_and_the_unit_s_holds(room):
    pattern_id = week_of(room, employee_id=room.employee.pk)

    end_week(actor=room.hr, pattern_id=pattern_id, last_day=END_OF_JULY, now=NOW)
    end_week(actor=room.hr, pattern_id=pattern_id, last_day=date(2026, 8, 9), now=NOW)

    assert history(employee=room.employee) == [(JULY, END_OF_JULY, SIX)]


def test_a_week_ended_before_it_began_goes_altogether(room):
    pattern_id = week_of(room, unit_id=room.unit.pk)

    end_week(actor=room.hr, pattern_id=pattern_id, last_day=date(2026, 6, 30), now=NOW)

    assert history(unit=room.unit) == []


def test_the_usual_week_of_the_agency_does_not_end(room):
    base = WorkPattern.objects.get(agency=room.agency)
    ramadan = week_of(room, kind=PatternKind.RAMADAN, until=END_OF_JULY)

    with refused(Refusal.NOT_NOW):
        end_week(actor=room.hr, pattern_id=base.pk, last_day=END_OF_JULY, now=NOW)
    end_week(actor=room.hr, pattern_id=ramadan, last_day=date(2026, 7, 15), now=NOW)
    assert WorkPattern.objects.get(pk=ramadan).valid_until == date(2026, 7, 15)


def test_a_week_of_another_agency_or_of_one_s_own_is_not_ended(room):
    foreign = WorkPattern.objects.create(
        agency=make_agency(), days=[1], valid_from=date(2020, 1, 1)
    )
    own = WorkPattern.objects.create(
        agency=room.agency,
        employee=hr_as_employee(room),
        days=[1],
        valid_from=date(2020, 1, 1),
    )

    for row in (foreign, own):
        with pytest.raises(Http404):
            end_week(actor=room.hr, pattern_id=row.pk, last_day=JULY, now=NOW)


def joint_day(day):
    return Holiday.objects.create(day=day, kind=HolidayKind.JOINT_LEAVE, name="Cuti bersama")


def available(room, year=2026):
    return balance_of(employee_id=room.employee.pk, code="CT-PNS", year=year).available


def duty(room, day=JOINT_DAY, now=NOW):
    record_joint_duty(actor=room.hr, employee_id=room.employee.pk, day=day, now=now)


def test_three_days_of_joint_leave_worked_are_three_days_more(room):
    for day in (date(2026, 3, 18), date(2026, 3, 20), date(2026, 3, 23)):
        joint_day(day)
        duty(room, day)

    assert available(room) == Decimal(15)


def test_the_same_day_is_given_once(room):
    joint_day(JOINT_DAY)
    duty(room)
    duty(room)

    assert available(room) == Decimal(13)
    assert JointLeaveDuty.objects.count() == 1
    assert StaffEvent.objects.filter(action="leave.joint_duty").count() == 1


def test_a_day_written_down_by_mistake_is_taken_back_and_can_be_given_again(room):
    joint_day(JOINT_DAY)
    duty(room)
    withdraw_joint_duty(actor=room.hr, employee_id=room.employee.pk, day=JOINT_DAY, now=NOW)

    assert available(room) == Decimal(12)
    with pytest.raises(Http404):
        withdraw_joint_duty(actor=room.hr, employee_id=room.employee.pk, day=JOINT_DAY, now=NOW)
    duty(room)
    assert available(room) == Decimal(13)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (JOINT_DAY, HolidayKind.PUBLIC),
        (JOINT_DAY, HolidayKind.LOCAL),
        (date(2026, 3, 21), HolidayKind.JOINT_LEAVE),
        (date(2026, 12, 24), HolidayKind.JOINT_LEAVE),
    ],
    ids=["public", "local", "on a Saturday", "to come"],
)
def test_what_could_not_be_worked_gives_no_day(room, day, kind):
    agency = room.agency if kind == HolidayKind.LOCAL else None
    Holiday.objects.create(day=day, kind=kind, name="Libur", agency=agency)

    with refused(Refusal.NO_JOINT_LEAVE):
        duty(room, day)
    assert not LedgerEntry.objects.exists()


def test_an_ordinary_day_gives_no_day(room):
    with refused(Refusal.NO_JOINT_LEAVE):
        duty(room, date(2026, 3, 17))


def test_the_day_is_over_where_she_works(room):
    Employee.objects.filter(pk=room.employee.pk).update(zone="Asia/Jayapura")
    day = date(2026, 12, 24)
    joint_day(day)
    there = at("Asia/Jayapura", 0, 30, day=day)

    duty(room, day, now=there)

    assert JointLeaveDuty.objects.get().day == day


def test_without_a_week_nothing_is_written_down(room):
    WorkPattern.objects.all().delete()
    joint_day(JOINT_DAY)

    with pytest.raises(NoCalendar):
        duty(room)


def test_whether_a_year_deducts_can_be_set_and_changed(room):
    for deducts in (True, False, True):
        set_joint_year(actor=room.hr, year=2026, deducts=deducts, legal_basis=" SKB ", now=NOW)

    row = JointLeaveYear.objects.get()
    assert (row.year, row.deducts, row.legal_basis) == (2026, True, "SKB")


def test_a_rule_without_a_basis_is_none(room):
    with pytest.raises(ValueError, match="basis"):
        set_joint_year(actor=room.hr, year=2026, deducts=True, legal_basis=" ", now=NOW)


def test_length_of_service_is_kept_and_corrected(room):
    person = room.employee.pk
    set_service(
        actor=room.hr, employee_id=person, started_on=JULY, contract_until=AUGUST, now=NOW
    )
    set_service(actor=room.hr, employee_id=person, started_on=date(2025, 1, 1), now=NOW)

    row = ServiceRecord.objects.get()
    assert (row.started_on, row.contract_until) == (date(2025, 1, 1), None)
    with refused(Refusal.ENDS_BEFORE_START):
        set_service(
            actor=room.hr, employee_id=person, started_on=AUGUST, contract_until=JULY, now=NOW
        )


def test_the_entitlement_of_others_is_not_touched(room):
    elsewhere = make_employee()
    nobody = Account(user_id=room.hr.user_id, agency_id=None, zone="Asia/Jakarta")

    with pytest.raises(Http404):
        set_service(actor=room.hr, employee_id=elsewhere.pk, started_on=JULY, now=NOW)
    with pytest.raises(Http404):
        set_service(actor=nobody, employee_id=room.employee.pk, started_on=JULY, now=NOW)
    with pytest.raises(Http404):
        withdraw_joint_duty(
            actor=room.asker, employee_id=room.employee.pk, day=JOINT_DAY, now=NOW
        )
