"""Holidays from the library: a first draft that people correct and an import respects."""

from datetime import UTC, date, datetime

import pytest

from portal.calendars import selectors, services
from portal.calendars.choices import HolidayKind, HolidaySource, HolidayStatus
from portal.calendars.models import Holiday
from portal.people.models import Agency

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
YEARS = (2026, 2027)


def load(years=YEARS, now=NOW):
    return services.import_holidays(years=years, now=now)


def on(day, kind=HolidayKind.PUBLIC):
    return Holiday.objects.get(day=day, kind=kind, agency=None)


def test_national_days_and_joint_leave_come_in_with_indonesian_names():
    counts = load()
    assert counts.added == Holiday.objects.count() > 40
    assert on(date(2026, 8, 17)).name == "Hari Kemerdekaan Republik Indonesia"
    assert (
        on(date(2026, 12, 24), HolidayKind.JOINT_LEAVE).name == "Cuti Bersama Hari Raya Natal"
    )
    assert {row.source for row in Holiday.objects.all()} == {HolidaySource.LIBRARY}


def test_a_date_that_waits_for_the_moon_is_estimated_and_its_name_is_clean():
    load()
    eid = on(date(2027, 3, 10))
    assert (eid.status, eid.name) == (HolidayStatus.ESTIMATED, "Hari Raya Idul Fitri")
    assert on(date(2026, 12, 25)).status == HolidayStatus.CONFIRMED
    assert not Holiday.objects.filter(name__contains="perkiraan").exists()


def test_a_second_import_changes_nothing():
    first = load()
    again = load()
    assert (again.added, again.changed, again.withdrawn) == (0, 0, 0)
    assert again.kept == first.added


def test_what_people_removed_stays_removed():
    load()
    services.set_status(holiday_id=on(date(2027, 8, 17)).pk, status=HolidayStatus.REMOVED)
    assert load().added == 0
    assert on(date(2027, 8, 17)).status == HolidayStatus.REMOVED
    days = [row.day for row in selectors.list_holidays(year=2027)]
    assert date(2027, 8, 17) not in days
    shown = selectors.list_holidays(year=2027, with_removed=True)
    assert [row.is_removed for row in shown if row.day == date(2027, 8, 17)] == [True]


def test_what_people_confirmed_stays_confirmed():
    load()
    before = services.set_status(
        holiday_id=on(date(2027, 3, 10)).pk, status=HolidayStatus.CONFIRMED
    )
    assert before == (HolidayStatus.ESTIMATED, HolidaySource.LIBRARY)
    load()
    assert on(date(2027, 3, 10)).status == HolidayStatus.CONFIRMED


def test_an_estimated_day_that_moved_moves_here_too():
    load()
    Holiday.objects.filter(day=date(2027, 3, 10), kind=HolidayKind.PUBLIC).update(
        day=date(2027, 3, 9)
    )
    counts = load()
    assert (counts.added, counts.withdrawn) == (1, 1)
    assert not Holiday.objects.filter(day=date(2027, 3, 9), kind=HolidayKind.PUBLIC).exists()
    assert on(date(2027, 3, 10)).status == HolidayStatus.ESTIMATED


def test_an_untouched_row_follows_a_better_name():
    load()
    Holiday.objects.filter(day=date(2027, 8, 17)).update(name="Tujuh belasan")
    assert load().changed == 1
    assert on(date(2027, 8, 17)).name == "Hari Kemerdekaan Republik Indonesia"


def test_days_past_are_history():
    load()
    Holiday.objects.filter(day=date(2026, 8, 17)).update(name="As it was printed then")
    assert load().changed == 0
    assert on(date(2026, 8, 17)).name == "As it was printed then"


def test_a_day_people_entered_before_the_library_knew_it_is_kept():
    services.add_holiday(
        day=date(2027, 8, 17), name="HUT RI", kind=HolidayKind.PUBLIC, agency_id=None
    )
    load()
    assert on(date(2027, 8, 17)).name == "HUT RI"


def test_years_not_asked_for_are_left_alone():
    load()
    assert load(years=[2028]).withdrawn == 0
    assert {day.year for day in Holiday.objects.dates("day", "year")} == {2026, 2027, 2028}


def test_a_local_holiday_belongs_to_its_agency():
    here = Agency.objects.create(name="Dinas Satu", short_name="Satu")
    there = Agency.objects.create(name="Dinas Dua", short_name="Dua")
    day = date(2027, 6, 22)
    services.add_holiday(
        day=day, name="Hari Jadi Kota", kind=HolidayKind.LOCAL, agency_id=here.pk
    )
    assert [row.name for row in selectors.list_holidays(year=2027, agency_id=here.pk)] == [
        "Hari Jadi Kota"
    ]
    assert selectors.list_holidays(year=2027, agency_id=there.pk) == []
    assert selectors.list_holidays(year=2027) == []


@pytest.mark.parametrize("national", [True, False])
def test_one_row_a_day_and_kind(national):
    agency = Agency.objects.create(name="Dinas Satu", short_name="Satu")
    one = {
        "day": date(2027, 6, 22),
        "name": "Hari Jadi",
        "kind": HolidayKind.LOCAL,
        "agency_id": None if national else agency.pk,
    }
    services.add_holiday(**one)
    with pytest.raises(services.HolidayRefused):
        services.add_holiday(**one)
    assert Holiday.objects.count() == 1


def test_a_removed_day_can_be_entered_again():
    one = {"day": date(2027, 6, 22), "kind": HolidayKind.PUBLIC, "agency_id": None}
    first = services.add_holiday(name="Hari Pemilu", **one)
    services.set_status(holiday_id=first, status=HolidayStatus.REMOVED)
    assert services.add_holiday(name="Hari Pilkada", **one) == first
    assert [row.name for row in selectors.list_holidays(year=2027)] == ["Hari Pilkada"]


def test_undoing_a_correction_gives_the_day_back_to_the_library():
    load()
    eid = on(date(2027, 3, 10))
    status, source = services.set_status(holiday_id=eid.pk, status=HolidayStatus.REMOVED)
    services.set_status(holiday_id=eid.pk, status=status, source=source)
    eid.refresh_from_db()
    assert (eid.status, eid.source) == (HolidayStatus.ESTIMATED, HolidaySource.LIBRARY)
