"""The administrators' pages of holidays: confirmed, taken out, added for one office."""

from datetime import date

import pytest

from portal.audit.models import StaffEvent
from portal.calendars import services as calendars
from portal.calendars.choices import HolidayKind, HolidaySource, HolidayStatus
from portal.calendars.models import Holiday
from portal.people.choices import Role
from tests.factories import NOW, grant, make_agency, make_unit
from tests.support.admin_pages import text_of, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]


@pytest.fixture
def independence():
    calendars.import_holidays(years=[2026, 2027], now=NOW)
    return Holiday.objects.get(day=date(2027, 8, 17))


def test_the_year_is_shown_and_others_are_a_step_away(admin, independence):
    page = text_of(admin.get(url("holiday-list") + "?tahun=2027"))
    assert independence.name in page
    assert "?tahun=2028" in page
    for odd in ("", "x", "20266", "0", "٢٠٢٧"):
        assert admin.get(url("holiday-list"), {"tahun": odd}).status_code == 200
    assert admin.get(url("holiday-list") + "?tahun=2099").status_code == 200


def test_a_day_is_taken_out_and_the_change_taken_back(admin, independence):
    answer = admin.post(url("holiday-status", independence.pk), {"status": "REMOVED"})
    assert answer.headers["Location"].endswith("?tahun=2027")
    independence.refresh_from_db()
    assert independence.status == HolidayStatus.REMOVED
    back = answer.headers["Location"]
    assert url("holiday-undo") in text_of(admin.get(back))
    assert url("holiday-undo") not in text_of(admin.get(back))
    admin.post(url("holiday-undo"))
    independence.refresh_from_db()
    assert independence.status == HolidayStatus.CONFIRMED
    assert independence.source == HolidaySource.LIBRARY
    assert admin.post(url("holiday-undo")).status_code == 302
    assert StaffEvent.objects.filter(action="people.holiday.status").count() == 2


def test_an_estimated_day_is_confirmed(admin, independence):
    eid = Holiday.objects.get(day=date(2027, 3, 10))
    assert eid.status == HolidayStatus.ESTIMATED
    admin.post(url("holiday-status", eid.pk), {"status": "CONFIRMED"})
    eid.refresh_from_db()
    assert (eid.status, eid.source) == (HolidayStatus.CONFIRMED, HolidaySource.PEOPLE)


def add(client, agency, **more):
    data = {"agency": agency.pk, "day": "2027-06-22", "name": "Hari Jadi", "kind": "LOCAL"}
    return client.post(url("holiday-add"), {**data, **more})


def test_a_local_day_belongs_to_the_agency_and_others_to_everybody(admin, agency):
    add(admin, agency)
    add(admin, agency, kind="PUBLIC", name="Pemilu", day="23 06 2027")
    local = Holiday.objects.get(kind=HolidayKind.LOCAL)
    assert local.agency_id == agency.pk
    assert Holiday.objects.get(kind=HolidayKind.PUBLIC).agency_id is None
    assert 'class="errsum"' in text_of(add(admin, agency))
    for wrong in ("besok", "0001-01-01", ""):
        assert 'class="errsum"' in text_of(add(admin, agency, name="", day=wrong))
    admin.post(url("holiday-undo"))
    assert Holiday.objects.get(kind=HolidayKind.PUBLIC).status == HolidayStatus.REMOVED


def test_a_day_of_another_agency_is_a_404(admin):
    other = make_agency()
    holiday_id = calendars.add_holiday(
        day=date(2027, 6, 22), name="Lain", kind=HolidayKind.LOCAL, agency_id=other.pk
    )
    answer = admin.post(url("holiday-status", holiday_id), {"status": "REMOVED"})
    assert answer.status_code == 404
    assert Holiday.objects.get().status == HolidayStatus.CONFIRMED


def test_a_local_day_may_belong_to_one_unit(admin, agency):
    unit = make_unit(agency)
    page = text_of(admin.get(url("holiday-list")))
    assert f'<option value="{unit.pk}">{unit.name}</option>' in page
    add(admin, agency)
    answer = add(admin, agency, unit=unit.pk, name="Hari Jadi Kantor")
    local = Holiday.objects.get(unit=unit)
    assert (local.agency_id, local.kind) == (agency.pk, HolidayKind.LOCAL)
    shown = text_of(admin.get(answer.headers["Location"]))
    assert f"{agency.name} · {unit.name}" in shown
    assert 'class="errsum"' in text_of(add(admin, agency, unit=unit.pk))
    admin.post(url("holiday-undo"))
    local.refresh_from_db()
    assert local.status == HolidayStatus.REMOVED


def test_a_day_of_a_unit_is_local_and_of_the_agency(admin, agency):
    here, there = make_unit(agency), make_unit(make_agency())
    for wrong in ({"unit": here.pk, "kind": "PUBLIC"}, {"unit": there.pk}, {"unit": "x"}):
        assert 'class="errsum"' in text_of(add(admin, agency, **wrong))
    assert not Holiday.objects.exists()


def test_an_administrator_of_two_agencies_chooses_a_unit_of_the_right_one(admin, eko, agency):
    second = make_agency("Badan Kedua")
    grant(eko.user, second, Role.ADMIN)
    unit = make_unit(second)
    assert f'<optgroup label="{second.name}">' in text_of(admin.get(url("holiday-list")))
    assert 'class="errsum"' in text_of(add(admin, agency, unit=unit.pk))
    add(admin, second, unit=unit.pk)
    assert Holiday.objects.get().unit_id == unit.pk
