"""What HR keeps of days: weeks, joint leave, somebody's account line by line, files."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from portal.audit.models import StaffEvent
from portal.calendars.choices import HolidayKind, HolidaySource, HolidayStatus
from portal.calendars.models import Holiday
from portal.leave.choices import EntryKind, PatternKind
from portal.leave.models import (
    JointLeaveDuty,
    JointLeaveYear,
    LedgerEntry,
    ServiceRecord,
    WorkPattern,
)
from portal.people.choices import Role
from portal.people.models import User
from tests.factories import account, grant, make_employee
from tests.support.desk import at_the_desk, hidden, said
from tests.support.leave_cases import granted, left, ready

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hr(room) -> Client:
    return at_the_desk(room.hr)


def week_fields(**more: object) -> dict[str, object]:
    return {
        "unit": "", "kind": "USUAL", "days": ["1", "2", "3", "4", "5", "6"], "hours": "37",
        "minutes": "30", "valid_from": "2027-01-04", "valid_until": "",
        "legal_basis": "Perpres 21/2023", **more,
    }  # fmt: skip


def test_a_week_is_entered_and_shown_in_words(hr, room):
    answer = hr.post("/h/minggu/", week_fields(), follow=True)
    assert "Granted leave is counted anew." in said(answer)
    assert "Monday to Saturday · 37 hours 30 minutes a week" in said(answer)
    made = WorkPattern.objects.get(agency=room.agency, valid_until=None)
    assert (made.days, made.weekly_minutes) == ([1, 2, 3, 4, 5, 6], 2250)


def test_a_unit_has_its_week_and_it_ends(hr, room):
    hr.post("/h/minggu/", week_fields(unit=room.unit.pk))
    made = WorkPattern.objects.get(unit=room.unit)
    answer = hr.post(f"/h/minggu/{made.pk}/akhiri/", {"last_day": "2027-03-01"}, follow=True)
    assert "Afterwards the next wider week holds." in said(answer)
    made.refresh_from_db()
    assert made.valid_until == date(2027, 3, 1)
    assert "Choose the last day." in said(
        hr.post(f"/h/minggu/{made.pk}/akhiri/", {"last_day": ""}, follow=True)
    )


def test_the_week_of_the_agency_does_not_end_alone(hr, room):
    usual = WorkPattern.objects.get(agency=room.agency)
    assert f"/h/minggu/{usual.pk}/akhiri/" not in hr.get("/h/minggu/").content.decode()
    hr.post(f"/h/minggu/{usual.pk}/akhiri/", {"last_day": "2026-12-01"})
    usual.refresh_from_db()
    assert usual.valid_until is None


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"days": []}, "Tick at least one day."),
        ({"kind": "RAMADAN"}, "Choose the last day of Ramadan."),
        ({"valid_until": "2026-01-01"}, "The last day lies before the first."),
        ({"hours": "200"}, "Write a whole number from 1 to 84."),
    ],
)
def test_a_week_that_lacks_something_comes_back(hr, room, more, sentence):
    answer = hr.post("/h/minggu/", week_fields(**more))
    assert sentence in said(answer)
    assert 'value="Perpres 21/2023"' in answer.content.decode()
    assert WorkPattern.objects.filter(agency=room.agency).count() == 1


def test_a_week_in_ramadan_has_its_days(hr, room):
    hr.post("/h/minggu/", week_fields(kind="RAMADAN", valid_until="2027-02-03", hours=32))
    made = WorkPattern.objects.get(agency=room.agency, kind=PatternKind.RAMADAN)
    assert made.weekly_minutes == 1950
    assert "Week in Ramadan · from 4 January 2027 to 3 February 2027" in said(
        hr.get("/h/minggu/")
    )


def test_without_a_week_the_page_says_what_follows(hr, room):
    WorkPattern.objects.filter(agency=room.agency).delete()
    assert "Until one is entered nothing can be counted" in said(hr.get("/h/minggu/"))


def test_joint_leave_of_a_year(hr, room):
    fields = {"bersama-year": "2026", "bersama-deducts": "1", "bersama-legal_basis": "SE 1"}
    answer = hr.post("/h/minggu/bersama/", fields, follow=True)
    assert "2026 : is taken off the annual leave" in said(answer)
    assert JointLeaveYear.objects.get(agency=room.agency, year=2026).deducts
    del fields["bersama-deducts"]
    page = hr.post("/h/minggu/bersama/", fields)
    assert "Choose one of the two." in said(page)
    assert 'value="SE 1"' in page.content.decode()


def test_somebody_is_found_by_name_and_no_address_carries_it(hr, room):
    page = hr.get("/h/pegawai/")
    assert 'method="post"' in page.content.decode()
    found = hr.post("/h/pegawai/", {"words": "pegawai con"})
    assert "Pegawai Contoh" in said(found)
    assert f"/h/pegawai/{room.employee.pk}/" in found.content.decode()
    nobody = hr.post("/h/pegawai/", {"words": "Zulkifli Entah"})
    assert "Nobody found" in said(nobody)
    assert "Write at least three letters." in said(hr.post("/h/pegawai/", {"words": "pe"}))
    assert "Kepegawaian Contoh" not in said(hr.post("/h/pegawai/", {"words": "kepegawaian"}))


def test_every_line_of_an_account_is_shown(hr, room):
    granted(room, ready(room))
    page = said(hr.get(f"/h/pegawai/{room.employee.pk}/"))
    assert "9 days left · 3 taken" in page
    assert "Granted for the year" in page
    assert "+12" in page
    assert "\N{MINUS SIGN}1" in page
    assert "Reserved" in page


@pytest.mark.parametrize(
    "year", ["2025", "1999", "entah", "\N{FULLWIDTH DIGIT TWO}026", "20260"]
)
def test_any_year_shows_a_page(hr, room, year):
    page = hr.get(f"/h/pegawai/{room.employee.pk}/?tahun={year}")
    assert page.status_code == 200
    assert ("Annual leave 2025" in said(page)) == (year == "2025")


def correction(browser: Client, room, **more: object) -> dict[str, object]:
    fields = hidden(browser.get(f"/h/pegawai/{room.employee.pk}/"))
    return {
        "koreksi-key": fields["koreksi-key"][0], "koreksi-code": "CT-PNS",
        "koreksi-year": "2026", "koreksi-source_year": "2025", "koreksi-way": "more",
        "koreksi-quantity": "2", "koreksi-why": "CARRY", **more,
    }  # fmt: skip


def correct(browser: Client, room, fields: dict[str, object]):
    return browser.post(f"/h/pegawai/{room.employee.pk}/koreksi/", fields, follow=True)


def test_days_are_put_right_by_a_line_of_their_own_once(hr, room):
    fields = correction(hr, room)
    answer = correct(hr, room, fields)
    assert "Corrected. The line stands below." in said(answer)
    correct(hr, room, fields)
    lines = LedgerEntry.objects.filter(kind=EntryKind.CARRY, key__startswith="adjust:")
    assert [one.quantity for one in lines] == [Decimal(2)]


def test_days_are_taken_off_by_a_correction_alone(hr, room):
    wrong = correction(hr, room, **{"koreksi-way": "fewer"})
    page = correct(hr, room, wrong)
    assert "Days are taken off by a correction." in said(page)
    assert "<details open>" in page.content.decode()
    right = {**wrong, "koreksi-why": "ADJUST", "koreksi-source_year": "2026"}
    assert "Corrected." in said(correct(hr, room, right))
    assert left(room) == 10


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("quantity", "0.7", "Whole and half days can be entered."),
        ("quantity", "", "Write how many days, for instance 2 or 0.5."),
        ("quantity", "-1", "Write how many days, for instance 2 or 0.5."),
        ("source_year", "2023", "Choose the leave year itself, or one of the two before."),
        ("code", "CS", "Choose one from the list."),
        ("way", "", "Choose one of the two."),
    ],
)
def test_a_correction_that_does_not_fit_comes_back(hr, room, name, value, sentence):
    page = correct(hr, room, correction(hr, room, **{f"koreksi-{name}": value}))
    assert sentence in said(page)
    assert not LedgerEntry.objects.filter(key__startswith="adjust:").exists()


def test_more_than_there_is_cannot_be_taken_off(hr, room):
    fields = correction(hr, room, **{
        "koreksi-way": "fewer", "koreksi-why": "ADJUST", "koreksi-source_year": "2026",
        "koreksi-quantity": "13",
    })  # fmt: skip
    page = correct(hr, room, fields)
    assert "There are not enough days left." in said(page)
    assert 'value="13"' in page.content.decode()


def test_service_is_written_down(hr, room):
    path = f"/h/pegawai/{room.employee.pk}/"
    fields = {"masa-started_on": "2015-03-01", "masa-contract_until": ""}
    answer = hr.post(f"{path}masa/", fields, follow=True)
    assert "Serves since 1 March 2015 (written down by HR)" in said(answer)
    assert ServiceRecord.objects.get(employee=room.employee).contract_until is None
    page = hr.post(f"{path}masa/", {**fields, "masa-contract_until": "2014-01-01"})
    assert "The last day lies before the first." in said(page)


def test_a_day_of_joint_leave_worked_comes_back_and_can_be_taken_back(hr, room):
    Holiday.objects.create(
        day=date(2026, 11, 20), name="Cuti bersama", kind=HolidayKind.JOINT_LEAVE,
        source=HolidaySource.LIBRARY, status=HolidayStatus.CONFIRMED,
    )  # fmt: skip
    path = f"/h/pegawai/{room.employee.pk}/"
    answer = hr.post(f"{path}bersama/", {"bersama-day": "2026-11-20"}, follow=True)
    assert "Written down. The day is given back." in said(answer)
    assert "Friday 20 November 2026" in said(answer)
    assert left(room) == 13
    page = hr.post(f"{path}bersama/", {"bersama-day": "2026-11-19"})
    assert "There was no joint leave on that day" in said(page)
    hr.post(f"{path}bersama/hapus/", {"day": "2026-11-20"})
    assert not JointLeaveDuty.objects.exists()
    assert left(room) == 12


def test_somebody_has_a_week_of_her_own(hr, room):
    path = f"/h/pegawai/{room.employee.pk}/minggu/"
    fields = week_fields(days=["1", "3"], hours="15", minutes="0")
    del fields["unit"]
    answer = hr.post(path, fields, follow=True)
    assert "Monday, Wednesday · 15 hours a week" in said(answer)
    assert WorkPattern.objects.get(employee=room.employee).days == [1, 3]
    assert "Tick at least one day." in said(hr.post(path, {**fields, "days": []}))


def test_nobody_keeps_her_own_days_or_a_strangers(hr, room):
    own = User.objects.get(pk=room.hr.user_id).employee
    stranger = make_employee("asing")
    for person in (own, stranger):
        path = f"/h/pegawai/{person.pk}/"
        assert hr.get(path).status_code == 404
        for deed in ("koreksi/", "masa/", "bersama/", "minggu/"):
            fields = {"masa-started_on": "2015-03-01", "bersama-day": "2026-11-20"}
            assert hr.post(path + deed, {**week_fields(), **fields}).status_code == 404


def test_payroll_learns_a_name_days_and_a_band(hr, room):
    granted(room, ready(room))
    answer = hr.post("/h/ekspor/gaji/", {"gaji-month": "2026-12"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="[0-9a-f]{12}\.csv"', answer["Content-Disposition"]
    )
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["name"], row["days"]) for row in rows] == [("Pegawai Contoh", "3")]
    assert "CT-PNS" not in answer.content.decode()
    for month in ("", "2026-13", "Desember"):
        page = hr.post("/h/ekspor/gaji/", {"gaji-month": month})
        assert page.status_code == 200
        assert "a month" in said(page)


def test_attestations_leave_in_two_shapes(hr, room):
    row = ready(room, code="CS")
    fields = {"keterangan-first": "2026-11-01", "keterangan-last": "2026-11-30"}
    as_json = hr.post("/h/ekspor/keterangan/", {**fields, "keterangan-kind": "json"})
    assert as_json["Content-Type"] == "application/json"
    assert json.loads(as_json.content)[0]["verdict"] == "ENOUGH"
    as_csv = hr.post("/h/ekspor/keterangan/", {**fields, "keterangan-kind": "csv"})
    assert b"ENOUGH" in as_csv.content
    taken = StaffEvent.objects.filter(handle=str(room.hr.user_id))
    assert taken.filter(action__contains="export").count() == 2
    page = hr.post("/h/ekspor/keterangan/", {**fields, "keterangan-last": "2026-01-01"})
    assert "The last day lies before the first." in said(page)
    assert f"/h/{row.pk}/keterangan/" in hr.get("/h/ekspor/").content.decode()


def test_looking_at_files_hands_out_none(hr, room):
    for path in ("/h/ekspor/gaji/", "/h/ekspor/keterangan/"):
        assert hr.get(path).status_code == 405


def test_an_official_keeps_nothing_of_this(room):
    person = make_employee("pejabatdua", agency=room.agency, unit=room.unit)
    grant(person.user, room.agency, Role.OFFICIAL)
    official = at_the_desk(account(person))
    for path in ("/h/pegawai/", f"/h/pegawai/{room.employee.pk}/", "/h/ekspor/", "/h/minggu/"):
        assert official.get(path).status_code == 404
    assert official.post("/h/ekspor/gaji/", {"gaji-month": "2026-12"}).status_code == 404
