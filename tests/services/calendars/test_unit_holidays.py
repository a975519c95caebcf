"""Local holidays of one unit: they count there and below, and nowhere else."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from portal.calendars import selectors, services
from portal.calendars.choices import HolidayKind, HolidayStatus
from portal.calendars.models import Holiday
from portal.people.selectors import unit_line
from tests.factories import make_agency, make_unit

pytestmark = pytest.mark.django_db
DAY = date(2027, 6, 22)


@pytest.fixture
def agency():
    return make_agency()


def add(agency, unit=None, name="Hari Jadi", **more):
    return services.add_holiday(
        day=DAY,
        name=name,
        kind=HolidayKind.LOCAL,
        agency_id=agency.pk,
        unit_id=unit.pk if unit else None,
        **more,
    )


def names_for(unit):
    rows = selectors.list_holidays_between(
        first=DAY, last=DAY, agency_id=unit.agency_id, unit_ids=unit_line(unit_id=unit.pk)
    )
    return [row.name for row in rows]


def test_a_day_of_a_unit_concerns_it_and_what_is_below_not_its_sister(agency):
    top = make_unit(agency)
    office, sister = make_unit(agency, parent=top), make_unit(agency, parent=top)
    desk = make_unit(agency, parent=office)
    add(agency, office)
    assert names_for(office) == names_for(desk) == ["Hari Jadi"]
    assert names_for(sister) == names_for(top) == []


def test_who_asks_for_an_agency_does_not_get_the_days_of_units(agency):
    office = make_unit(agency)
    add(agency, office)
    assert selectors.list_holidays(year=2027, agency_id=agency.pk) == []
    assert selectors.list_holidays_between(first=DAY, last=DAY, agency_id=agency.pk) == []
    assert selectors.list_holidays_between(first=DAY, last=DAY) == []
    assert selectors.list_holidays(year=2027, with_units=True) == []
    other = make_agency()
    assert selectors.list_holidays(year=2027, agency_id=other.pk, with_units=True) == []
    (row,) = selectors.list_holidays(year=2027, agency_id=agency.pk, with_units=True)
    assert (row.agency_id, row.unit_id) == (agency.pk, office.pk)


def test_agency_and_units_may_share_a_day_each_once(agency, django_assert_num_queries):
    office, branch = make_unit(agency), make_unit(agency)
    add(agency, name="Semua")
    add(agency, office, name="Kantor")
    add(agency, branch, name="Cabang")
    with pytest.raises(services.HolidayRefused):
        add(agency, office)
    with pytest.raises(services.HolidayRefused):
        add(agency)
    with django_assert_num_queries(1):
        rows = selectors.list_holidays_between(
            first=DAY, last=DAY, agency_id=agency.pk, unit_ids=[office.pk]
        )
    assert {(row.name, row.unit_id) for row in rows} == {
        ("Semua", None),
        ("Kantor", office.pk),
    }


def test_a_removed_day_of_a_unit_comes_back_as_itself(agency):
    office = make_unit(agency)
    whole, local = add(agency), add(agency, office)
    services.set_status(holiday_id=local, status=HolidayStatus.REMOVED)
    assert names_for(office) == ["Hari Jadi"]
    assert add(agency, office, name="Lagi") == local
    assert Holiday.objects.get(pk=whole).name == "Hari Jadi"


@pytest.mark.parametrize("kind", [HolidayKind.PUBLIC, HolidayKind.JOINT_LEAVE])
def test_only_a_local_day_of_an_agency_can_belong_to_a_unit(agency, kind):
    unit = make_unit(agency)
    for row in (
        {"kind": kind, "agency": agency},
        {"kind": kind, "agency": None},
        {"kind": HolidayKind.LOCAL, "agency": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Holiday.objects.create(day=DAY, name="Libur", unit=unit, **row)


def test_a_unit_does_not_take_its_holidays_along(agency):
    unit = make_unit(agency)
    add(agency, unit)
    with pytest.raises(ProtectedError):
        unit.delete()
