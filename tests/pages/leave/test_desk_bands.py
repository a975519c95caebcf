"""Bands of the allowance as HR sets them: what is no rule comes back whole, at its row."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from portal.leave.choices import Care, Family, Profile
from portal.leave.models import PayBand
from portal.leave.rules.profiles.asn import EXAMPLE_BANDS
from portal.leave.services.profiles import load_profile
from portal.leave.services.rulebook import set_bands
from portal.people.choices import Role
from tests.factories import NOW, account, grant, make_employee
from tests.support.desk import at_the_desk, said

pytestmark = pytest.mark.django_db(transaction=True)
SICK = "/h/aturan/potongan/sakit/"
ALL = "/h/aturan/potongan/"


@pytest.fixture
def hr(room) -> Client:
    load_profile(agency_id=room.agency.pk, profile=Profile.ASN, now=NOW)
    return at_the_desk(room.hr)


def fields(**more: str) -> dict[str, str]:
    return {
        "valid_from": "2027-01-01", "legal_basis": "Peraturan 6/2026",
        "code_1": "S0", "from_1": "1", "until_1": "3", "percent_1": "0", "care_1": "ANY",
        "code_2": "S1", "from_2": "4", "until_2": "", "percent_2": "2,5 %", "care_2": "ANY",
        "code_4": "S0", "from_4": "1", "until_4": "30", "percent_4": "0.00",
        "care_4": "INPATIENT", **more,
    }  # fmt: skip


def of(room, **more):
    return PayBand.objects.filter(agency=room.agency, family=Family.SICK, **more)


def test_every_family_is_there_with_what_it_takes_off(hr, room):
    page = said(hr.get(ALL))
    assert page.count("P0: every day, nothing is taken off") == len(Family) - 1
    assert "Sick leave" in page
    assert "Joint leave" not in page
    PayBand.objects.filter(agency=room.agency).delete()
    page = said(hr.get(ALL))
    assert page.count("Nothing is taken off: no band is in force.") == len(Family) - 1
    assert page.count("Set bands") == len(Family) - 1
    assert ALL in hr.get("/h/aturan/").content.decode()


def test_bands_are_set_from_a_day_on_and_read_in_words(hr, room):
    answer = hr.post(SICK, fields(), follow=True)
    assert answer.redirect_chain == [(ALL, 302)]
    page = said(answer)
    assert "The bands are set from 1 January 2027 on." in page
    assert "To come S0: days 1 to 3, nothing is taken off" in page
    assert "S1: from day 4 on, 2.5 % a day" in page
    assert "S0 (Inpatient): days 1 to 30, nothing is taken off" in page
    made = of(room, code="S1").get()
    assert (made.percent_a_day, made.care) == (Decimal("2.50"), Care.ANY)
    assert of(room, code="P0").get().valid_until == date(2026, 12, 31)


def test_they_are_read_and_set_in_indonesian(hr, room):
    reader = at_the_desk(room.hr, language="id")
    hr.post(SICK, fields())
    assert re.search(r"S1: [^%]*2,5 %", said(reader.get(ALL)))
    assert 'name="percent_2" value="2,5"' in reader.get(SICK).content.decode()
    answer = reader.post(SICK, fields(from_2="dua"))
    assert said(answer).count(" 2: Tulis bilangan bulat dari 1 sampai 9999.") == 2


def test_what_is_to_come_is_filled_in_and_set_again(hr, room):
    hr.post(SICK, fields())
    page = hr.get(SICK).content.decode()
    assert 'value="2027-01-01"' in page
    assert 'name="percent_2" value="2.5"' in page
    assert re.search(r'name="care_3".*?value="INPATIENT" selected', page, re.DOTALL)
    assert "Others are to come from 1 January 2027 on." in said(hr.get(SICK))
    answer = hr.post(SICK, fields(percent_2="3"), follow=True)
    assert "S1: from day 4 on, 3 % a day" in said(answer)
    assert of(room, code="S1").get().percent_a_day == 3
    assert of(room, valid_from="2027-01-01").count() == 3


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("valid_from", "", "Choose from which day on."),
        ("valid_from", "2017-04-07", "Bands are in force since 7 April 2017 already."),
        ("legal_basis", " ", "Write which rule says so"),
        ("code_2", "", "Band 2: Write the code payroll learns, for instance S1."),
        ("code_2", "S12345678", "Band 2: At most 8 letters fit here."),
        ("from_2", "", "Band 2: Write from which day of the leave on it holds, 1 or later."),
        ("from_2", "empat", "Band 2: Write a whole number from 1 to 9999."),
        ("from_2", "6", "Band 2: Days before this band have none."),
        ("from_2", "3", "Band 2: Another band for the same care holds on some of these days."),
        ("from_1", "2", "Band 1: The first days have no band."),
        ("until_2", "2", "Band 2: The last day lies before the first. Look again."),
        ("percent_2", "", "Band 2: Write a rate from 0 to 100, with two decimals at most."),
        ("percent_2", "100,01", "Band 2: Write a rate from 0 to 100"),
        ("percent_2", "-1", "Band 2: Write a rate from 0 to 100"),
        ("percent_2", "1.234", "Band 2: Write a rate from 0 to 100"),
        ("percent_2", "NaN", "Band 2: Write a rate from 0 to 100"),
        ("code_2", "S0", "Band 2: This code stands for another rate further up."),
        ("code_2", "P0", "Band 2: This code stands for another rate already."),
        ("care_2", "LAIN", "Band 2: Choose one from the list."),
    ],
)
def test_what_is_no_rule_comes_back_whole(hr, room, name, value, sentence):
    answer = hr.post(SICK, fields(**{name: value}))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert said(answer).count(sentence) == 2  # in the summary, and at its field
    assert "Fix:" in page
    kept = {"legal_basis": 'value="30"'}.get(name, 'value="Peraturan 6/2026"')
    assert kept in page
    assert not of(room, valid_from__gte="2020-01-01").exists()


def test_without_any_band_nothing_is_set(hr, room):
    empty = {name: "" for name in fields() if name[-1].isdigit()}
    answer = hr.post(SICK, {**fields(), **empty})
    assert "Write one band at least. With 0 per cent nothing is taken off." in said(answer)
    assert of(room).count() == 1


def test_a_code_of_bands_in_between_is_refused_by_the_service(hr, room):
    """Bands to come may be set again, so the form lets their codes pass."""
    hr.post(SICK, fields())
    answer = hr.post(SICK, fields(valid_from="2027-06-01", percent_2="4"))
    assert answer.status_code == 200
    assert "One of these codes stands for another rate already." in said(answer)
    assert 'name="percent_2" value="4"' in answer.content.decode()
    assert not of(room, valid_from="2027-06-01").exists()


def test_earlier_bands_stay_to_be_read(hr, room):
    set_bands(
        actor=room.hr, family=Family.SICK, valid_from=date(2026, 1, 1), legal_basis="Lama",
        bands=EXAMPLE_BANDS, now=NOW,
    )  # fmt: skip
    page = said(hr.get(ALL))
    assert "Earlier bands (1)" in page
    assert "from 7 April 2017 to 31 December 2025" in page


def test_whoever_is_no_hr_and_joint_leave_find_nothing(hr, room):
    for actor in (room.official, room.reviewer, room.asker):
        browser = at_the_desk(actor)
        assert [browser.get(path).status_code for path in (ALL, SICK)] == [404, 404]
        assert browser.post(SICK, fields()).status_code == 404
    for name in ("bersama", "SICK", "x"):
        assert hr.get(f"{ALL}{name}/").status_code == 404


def test_bands_of_another_agency_are_not_there(hr, room):
    hr.post(SICK, fields())
    foreign = make_employee("luar")
    grant(foreign.user, foreign.agency, Role.HR)
    stranger = at_the_desk(account(foreign))
    assert "S1" not in said(stranger.get(ALL))
    assert "S1" not in stranger.get(SICK).content.decode()
    assert stranger.post(SICK, fields(percent_2="7")).status_code == 302
    assert of(room, code="S1").get().percent_a_day == Decimal("2.50")
