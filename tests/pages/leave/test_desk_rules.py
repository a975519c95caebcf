"""What HR keeps of rules: who decides, who stands in, kinds, the room; bad input comes back."""

import re
from datetime import date

import pytest
from django.test import Client

from portal.leave.choices import Family, Mode, Profile
from portal.leave.models import Decree, Delegation, LeaveDesk, LeaveType
from portal.leave.services.profiles import load_profile
from portal.people.choices import Role
from portal.people.models import User
from tests.factories import NOW, account, grant, make_agency, make_employee, make_unit
from tests.support.desk import at_the_desk, said
from tests.support.leave_cases import ready

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hr(room) -> Client:
    return at_the_desk(room.hr)


def decree_fields(room, **more: object) -> dict[str, object]:
    return {
        "holder": room.official.user_id, "office": "Kepala Biro", "number": "KEP-12/2026",
        "issued_on": "2026-11-01", "valid_from": "2026-11-02", "valid_until": "2026-12-31",
        "unit": "", "families": ["ANNUAL"], **more,
    }  # fmt: skip


def test_a_decree_is_entered_and_withdrawn(hr, room):
    answer = hr.post("/h/keputusan/", decree_fields(room), follow=True)
    assert answer.redirect_chain == [("/h/keputusan/", 302)]
    assert "from 2 November 2026 to 31 December 2026" in said(answer)
    made = Decree.objects.get(number="KEP-12/2026")
    assert (made.families, made.entered_by_id) == (["ANNUAL"], room.hr.user_id)
    hr.post(f"/h/keputusan/{made.pk}/cabut/")
    made.refresh_from_db()
    assert made.withdrawn_on is not None
    assert "withdrawn on 23 November 2026" in said(hr.get("/h/keputusan/"))


def test_nobody_names_herself_in_a_decree(hr, room):
    page = hr.get("/h/keputusan/").content.decode()
    assert str(room.official.user_id) in page
    assert f'<option value="{room.hr.user_id}"' not in page
    answer = hr.post("/h/keputusan/", decree_fields(room, holder=room.hr.user_id))
    assert answer.status_code == 200
    assert not Decree.objects.filter(number="KEP-12/2026").exists()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("number", "", "Write the number of the decree."),
        ("office", "", "Write the office."),
        ("holder", "", "Choose somebody from the list."),
        ("valid_until", "2026-01-01", "The last day lies before the first."),
        ("issued_on", "kemarin", "Write a date, for instance 24 11 2026."),
    ],
)
def test_a_decree_that_lacks_something_comes_back_whole(hr, room, name, value, sentence):
    answer = hr.post("/h/keputusan/", decree_fields(room, **{name: value}))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in said(answer)
    assert "Fix:" in page
    kept = {"number": "Kepala Biro", "office": "KEP-12/2026"}.get(name, "KEP-12/2026")
    assert f'value="{kept}"' in page
    assert re.search(r'value="ANNUAL"[^>]*checked', page)
    assert Decree.objects.count() == 1


def test_a_foreign_decree_is_not_there(hr, room):
    other = make_agency()
    foreign = make_employee("luar", agency=other)
    grant(foreign.user, other, Role.HR)
    stranger = at_the_desk(account(foreign))
    assert stranger.post(f"/h/keputusan/{room.decree.pk}/cabut/").status_code == 404
    assert room.decree.number not in said(stranger.get("/h/keputusan/"))
    assert "Until one is entered nobody can decide." in said(stranger.get("/h/keputusan/"))


def test_withdrawing_takes_the_button_away(hr, room):
    row = ready(room)
    official = at_the_desk(room.official)
    assert f"/h/{row.pk}/putus/" in official.get("/h/").content.decode()
    hr.post(f"/h/keputusan/{room.decree.pk}/cabut/")
    page = official.get("/h/")
    assert f"/h/{row.pk}/putus/" not in page.content.decode()
    assert "The authorised official decides it." in said(page)


def email_of(employee) -> str:
    return User.objects.get(pk=employee.user_id).email


def stand_in_fields(room, **more: object) -> dict[str, object]:
    return {
        "giver": email_of(room.manager), "stand_in": email_of(room.director), "kind": "PLH",
        "decree_number": "SPR-3/2026", "valid_from": "2026-11-23",
        "valid_until": "2026-11-27", **more,
    }  # fmt: skip


def test_a_stand_in_is_entered_by_mail_and_ended(hr, room):
    fields = stand_in_fields(room, stand_in=email_of(room.employee))
    answer = hr.post("/h/wakil/", fields, follow=True)
    assert "Entered. Whoever stands in is asked from the first day." in said(answer)
    row = Delegation.objects.get()
    assert (row.giver_id, row.stand_in_id) == (room.manager.pk, room.employee.pk)
    assert "Pegawai Contoh for Atasan Contoh" in said(answer)
    hr.post(f"/h/wakil/{row.pk}/akhiri/")
    assert "Nobody stands in" in said(hr.get("/h/wakil/"))


@pytest.mark.parametrize("name", ["giver", "stand_in"])
def test_a_stranger_stands_in_for_nobody(hr, room, name):
    stranger = make_employee("asing")
    fields = stand_in_fields(room, **{name: email_of(stranger)})
    answer = hr.post("/h/wakil/", fields)
    assert "We did not find this colleague in your agency." in said(answer)
    assert 'value="SPR-3/2026"' in answer.content.decode()
    assert not Delegation.objects.exists()


def test_a_circle_of_stand_ins_is_told(hr, room):
    hr.post("/h/wakil/", stand_in_fields(room))
    back = stand_in_fields(room, giver=email_of(room.director), stand_in=email_of(room.manager))
    answer = hr.post("/h/wakil/", back)
    assert "would lead back to where they start" in said(answer)
    assert Delegation.objects.count() == 1


def version_fields(**more: object) -> dict[str, object]:
    return {
        "valid_from": "2027-01-01", "legal_basis": "PP 99/2026", "yearly": "14",
        "carry_one": "6", "carry_two": "6", "service_months": "12", "can_defer": "on",
        "manager_sees": "DATES", **more,
    }  # fmt: skip


def annual(room) -> LeaveType:
    return LeaveType.objects.get(agency=room.agency, code="CT-PNS", valid_until=None)


def test_rules_show_basis_dates_and_what_the_superior_sees(hr, room):
    load_profile(agency_id=room.agency.pk, profile=Profile.ASN, now=NOW)
    page = said(hr.get("/h/aturan/"))
    assert "12 days a year" in page
    assert "PP 11/2017; BKN 24/2017" in page
    assert "The superior sees The dates, and nothing else" in page
    assert "Where the rule bends" in page


def test_a_new_version_keeps_the_old_one(hr, room):
    before = annual(room)
    answer = hr.post(f"/h/aturan/{before.pk}/", version_fields(), follow=True)
    assert "Requests already sent keep the old one." in said(answer)
    made = annual(room)
    assert (made.yearly, made.legal_basis, made.can_recall) == (14, "PP 99/2026", False)
    assert LeaveType.objects.get(pk=before.pk).valid_until == date(2026, 12, 31)
    old = hr.get(f"/h/aturan/{before.pk}/")
    assert "A later version is there" in said(old)
    assert 'name="legal_basis"' not in old.content.decode()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("legal_basis", " ", "Write which rule says so"),
        ("valid_from", "", "Choose from which day on."),
        ("valid_from", "2019-01-01", "There is one for these dates already."),
        ("yearly", "banyak", "Write a whole number from 0 to 366."),
    ],
)
def test_a_version_that_lacks_something_comes_back(hr, room, name, value, sentence):
    row = annual(room)
    answer = hr.post(f"/h/aturan/{row.pk}/", version_fields(**{name: value}))
    assert sentence in said(answer)
    assert 'value="14"' in answer.content.decode() or name == "yearly"
    assert LeaveType.objects.filter(code="CT-PNS").count() == 1


def test_sick_leave_offers_nothing_the_law_rules_out(hr, room):
    sick = LeaveType.objects.get(agency=room.agency, code="CS")
    page = hr.get(f"/h/aturan/{sick.pk}/").content.decode()
    for name in ("can_refuse", "can_defer", "can_recall", "half_days", "yearly"):
        assert f'name="{name}"' not in page
    assert "Close this kind" not in page
    hr.post(f"/h/aturan/{sick.pk}/nyala/", {"is_on": "0"})
    sick.refresh_from_db()
    assert sick.is_on


def sick_of(room) -> LeaveType:
    return LeaveType.objects.get(agency=room.agency, code="CS", valid_until=None)


def sick_fields(**more: object) -> dict[str, object]:
    return {
        "valid_from": "2027-01-01", "legal_basis": "PP 99/2026", "most_months": "12",
        "evidence_within": "7", "manager_sees": "DATES",
        "from_1": "15", "issuers_1": ["GOVERNMENT"],
        "from_3": "1", "issuers_3": ["DOCTOR", "GOVERNMENT"], **more,
    }  # fmt: skip


def test_steps_of_evidence_are_filled_in_and_changed(hr, room):
    page = hr.get(f"/h/aturan/{sick_of(room).pk}/").content.decode()
    assert 'name="from_1" value="1"' in page
    assert re.search(r'name="issuers_1" value="DOCTOR"[^>]*checked', page)
    answer = hr.post(f"/h/aturan/{sick_of(room).pk}/", sick_fields(), follow=True)
    assert sick_of(room).evidence == [
        {"from_day": 1, "issuers": ["DOCTOR", "GOVERNMENT"]},
        {"from_day": 15, "issuers": ["GOVERNMENT"]},
    ]
    assert "from day 15 on: government doctor" in said(answer)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"from_1": ""}, "Step 1: Write from which day of the leave on it is needed."),
        ({"issuers_3": []}, "Step 3: Choose who may issue it."),
        ({"from_3": "15"}, "Step 3: Another step begins on this day."),
        ({"from_3": "nol"}, "Step 3: Write a whole number from 1 to 9999."),
        ({"issuers_1": ["DUKUN"]}, "Step 1: Choose one from the list."),
        ({"evidence_within": "0"}, "Write how many days there are to hand it in."),
        (
            {"from_1": "", "issuers_1": [], "from_3": "", "issuers_3": []},
            "Step 1: Sick leave rests on a certificate. Write one step at least.",
        ),
    ],
)
def test_a_step_that_says_half_comes_back(hr, room, more, sentence):
    answer = hr.post(f"/h/aturan/{sick_of(room).pk}/", sick_fields(**more))
    assert said(answer).count(sentence) == 2
    assert 'value="PP 99/2026"' in answer.content.decode()
    assert LeaveType.objects.filter(agency=room.agency, code="CS").count() == 1


def test_annual_leave_asks_for_no_certificate(hr, room):
    page = hr.get(f"/h/aturan/{annual(room).pk}/").content.decode()
    assert 'name="from_1"' not in page
    assert 'name="evidence_within"' not in page


def test_a_kind_is_closed_and_opened_again(hr, room):
    row = annual(room)
    answer = hr.post(f"/h/aturan/{row.pk}/nyala/", {"is_on": "0"}, follow=True)
    assert "Closed. What was asked for before goes on." in said(answer)
    assert "Open this kind again" in said(answer)
    assert not annual(room).is_on
    hr.post(f"/h/aturan/{row.pk}/nyala/", {"is_on": "1"})
    assert annual(room).is_on


def test_a_foreign_rule_is_not_there(room):
    foreign = make_employee("luar")
    grant(foreign.user, foreign.agency, Role.HR)
    stranger = at_the_desk(account(foreign))
    assert stranger.get(f"/h/aturan/{annual(room).pk}/").status_code == 404
    answer = stranger.post(f"/h/aturan/{annual(room).pk}/nyala/", {"is_on": "0"})
    assert answer.status_code == 404
    assert "No rules are loaded yet" in said(stranger.get("/h/aturan/"))


def settings_fields(**more: object) -> dict[str, object]:
    return {
        "all_sick_leave": "on", "reviewer_decree": "KEP-1/2026",
        "reviewer_decree_on": "2026-01-05", "mode": "FULL", "retention_days": "120",
        "retention_basis": "JRA 2026", "number_template": "{no}/{kind}/{year}",
        "place": "Kupang", "profile": "ASN", **more,
    }  # fmt: skip


@pytest.fixture
def new_hr(db) -> Client:
    """HR of an agency that has never opened the room."""
    person = make_employee("baru", unit=None, agency=make_agency())
    make_unit(person.agency)
    grant(person.user, person.agency, Role.HR)
    return at_the_desk(account(person))


def test_the_room_opens_with_its_rules(new_hr):
    page = said(new_hr.get("/h/atur/"))
    assert page.index("First the condition") < page.index("What is done here")
    assert "The room is closed" in page
    answer = new_hr.post("/h/atur/", settings_fields(), follow=True)
    assert "rules of the profile were loaded." in said(answer)
    desk = LeaveDesk.objects.get()
    assert (desk.mode, desk.place, desk.retention_days) == (Mode.FULL, "Kupang", 120)
    assert LeaveType.objects.filter(agency=desk.agency, family=Family.SICK).exists()
    again = new_hr.get("/h/atur/").content.decode()
    assert 'name="profile"' not in again
    assert 'name="hr_decides"' not in again


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "all_sick_leave",
            "The room opens once all sick leave passes through it. Until then: off.",
        ),
        ("reviewer_decree", "The room opens with this decree. Write its number."),
        ("reviewer_decree_on", "Choose the day it was issued."),
        ("retention_basis", "Write which rule says so"),
        ("place", "Write the town, for instance Jakarta."),
    ],
)
def test_the_room_stays_off_without_its_conditions(new_hr, name, sentence):
    fields = settings_fields()
    del fields[name]
    answer = new_hr.post("/h/atur/", fields)
    assert answer.status_code == 200
    assert sentence in said(answer)
    assert 'value="120"' in answer.content.decode()
    assert not LeaveDesk.objects.exists()


@pytest.mark.parametrize("template", ["{kind}/{year}", "{no}/{nama}", "{no", ""])
def test_a_number_needs_its_running_number(new_hr, template):
    answer = new_hr.post("/h/atur/", settings_fields(number_template=template))
    assert answer.status_code == 200
    assert not LeaveDesk.objects.exists()


def test_hr_decides_without_a_decree_in_companies_alone(new_hr):
    new_hr.post("/h/atur/", settings_fields(hr_decides="on"))
    assert not LeaveDesk.objects.exists()
    new_hr.post("/h/atur/", settings_fields(hr_decides="on", profile="PRIVATE"))
    assert LeaveDesk.objects.get().hr_decides


def test_the_room_closes_and_what_was_typed_stays(hr, room):
    answer = hr.post("/h/atur/", settings_fields(mode="OFF"), follow=True)
    assert "Closed. What is on its way goes on to its end." in said(answer)
    assert LeaveDesk.objects.get(agency=room.agency).mode == Mode.OFF
