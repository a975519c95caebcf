"""The administrators' pages: who enters, the staff list, slips."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.audit.models import StaffEvent
from portal.people import services
from portal.people.choices import Role
from portal.people.models import ActivationSlip, RoleGrant, User
from portal.people.roster import PAGE_LINES
from tests.factories import MONDAY, NOW, grant, make_agency, make_employee
from tests.support.admin_pages import client_of, text_of, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]
SITI, BUDI = "198503302003121002", "199001152023212007"
HEAD = "nip;nama;email;unit kode;unit nama;unit induk;zona;atasan nip;status"
ROSTER = f"""{HEAD}
{SITI};Siti Rahma;siti@dinas.test;SEK;Sekretariat;;WIB;;
{BUDI};Budi Tabuni;;JYP;Kantor Jayapura;SEK;WIT;{SITI};
12;Keliru;;SEK;;;;;
"""
GETS = ("admin-home", "roster-import", "account-list", "role-list", "slip-list", "holiday-list")


# --- the door ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GETS)
def test_administrators_enter_and_nobody_else(name, admin, agency):
    assert admin.get(url(name)).status_code == 200
    other = make_employee(agency=agency).user
    grant(other, agency, Role.HEAD)
    assert client_of(other).get(url(name)).status_code == 404
    assert Client().get(url(name)).headers["Location"].startswith("/masuk/")


@pytest.mark.parametrize("name", GETS)
def test_without_a_second_factor_the_way_leads_to_one(name, admin, settings):
    settings.REQUIRE_STAFF_MFA = True
    answer = admin.get(url(name))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/akun/2fa/")


def test_a_role_that_is_over_opens_nothing(admin, eko):
    RoleGrant.objects.filter(user=eko.user).update(ends_on=MONDAY)
    assert admin.get(url("admin-home")).status_code == 404


def test_the_first_page_says_what_the_role_cannot_do(admin):
    page = text_of(admin.get(url("admin-home")))
    assert "/a/pegawai/" in page
    assert "seal-line" in page


# --- the staff list ------------------------------------------------------------------------


def preview(client, **data):
    return client.post(url("roster-import"), data)


def test_pasted_lines_are_shown_first_and_written_on_agreement(admin, agency):
    page = text_of(preview(admin, agency=agency.pk, text=ROSTER))
    assert "Keliru" in page  # only as the text to send again
    assert not User.objects.filter(nip=SITI).exists()
    answer = admin.post(url("roster-apply"), {"agency": agency.pk, "text": ROSTER})
    assert answer.headers["Location"] == url("roster-import")
    assert set(User.objects.filter(nip__isnull=False).values_list("nip", flat=True)) == {
        SITI,
        BUDI,
    }
    assert StaffEvent.objects.filter(action="people.roster.apply", role=Role.ADMIN).count() == 1


def test_a_file_is_read_in_memory(admin, agency):
    file = SimpleUploadedFile("pegawai.csv", b"\xef\xbb\xbf" + ROSTER.encode(), "text/csv")
    assert "Siti Rahma" in text_of(preview(admin, agency=agency.pk, file=file))


def test_the_text_survives_the_round_trip_through_the_page(admin, agency):
    odd = ROSTER.replace("Siti Rahma", '"Siti ""Ti"" <b>Rahma</b> & co"')
    page = preview(admin, agency=agency.pk, text="\n" + odd)
    assert "<b>Rahma</b>" not in text_of(page)
    admin.post(url("roster-apply"), {"agency": agency.pk, "text": page.context["text"]})
    assert User.objects.get(nip=SITI).full_name == 'Siti "Ti" <b>Rahma</b> & co'


@pytest.mark.parametrize("text", ["", "   ", "a b c", "nip;nama", HEAD + '\n"1;2'])
def test_what_cannot_be_read_is_said_on_the_same_page(admin, agency, text):
    page = text_of(preview(admin, agency=agency.pk, text=text))
    assert 'class="errsum"' in page


def test_too_many_lines_lead_to_the_command(admin, agency):
    text = HEAD + f"\n{SITI};Siti;;SEK;;;;;" * (PAGE_LINES + 1)
    assert "import_roster" in text_of(preview(admin, agency=agency.pk, text=text))


def test_another_agency_is_not_for_this_administrator(admin):
    other = make_agency()
    assert 'class="errsum"' in text_of(preview(admin, agency=other.pk, text=ROSTER))
    answer = admin.post(url("roster-apply"), {"agency": other.pk, "text": ROSTER})
    assert answer.status_code == 302
    assert not User.objects.filter(nip=SITI).exists()


def test_the_absent_leave_only_when_ticked(admin, agency, eko):
    gone = make_employee("pergi", agency=agency).user
    good = "\n".join(ROSTER.splitlines()[:-1])
    page = preview(admin, agency=agency.pk, text=good)
    assert page.context["counts"].absent == 2
    assert page.context["may_close_absent"]
    data = {"agency": agency.pk, "text": good}
    admin.post(url("roster-apply"), data)
    gone.refresh_from_db()
    assert gone.is_active
    assert not preview(admin, agency=agency.pk, text=ROSTER).context["may_close_absent"]
    answer = admin.post(url("roster-apply"), {**data, "close_absent": "5"})
    assert answer.status_code == 200
    admin.post(url("roster-apply"), {**data, "close_absent": "2"})
    gone.refresh_from_db()
    assert not gone.is_active
    eko.user.refresh_from_db()
    assert eko.user.is_active


# --- slips ---------------------------------------------------------------------------------


@pytest.fixture
def newcomer(agency):
    user = make_employee("baru", agency=agency, full_name="Baru Datang").user
    user.set_unusable_password()
    user.nip = SITI
    user.save()
    return user


def test_slips_are_for_people_without_a_password(admin, newcomer, eko):
    page = text_of(admin.get(url("slip-list")))
    assert "Baru Datang" in page
    assert "Eko Wijaya" not in page
    unit = newcomer.employee.unit_id
    agency = newcomer.employee.agency_id
    assert "Baru Datang" in text_of(
        admin.post(url("slip-list"), {"agency": agency, "unit": unit})
    )
    other = {"agency": agency, "unit": eko.unit_id}
    assert "Baru Datang" not in text_of(admin.post(url("slip-list"), other))


def test_a_slip_shows_a_code_once_that_opens_the_account(admin, newcomer):
    answer = admin.post(url("slip-print"), {"people": [str(newcomer.pk)]})
    page = text_of(answer)
    (slip,) = answer.context["slips"]
    assert slip.code in page
    assert SITI not in page
    assert answer.headers["Cache-Control"].count("no-store") == 1
    assert slip.code.encode() not in bytes(ActivationSlip.objects.get().code_hash)
    user_id = services.activate(login=SITI, code=slip.code, password="sandi-baru-12", now=NOW)
    assert user_id == newcomer.pk
    assert "Baru Datang" not in text_of(admin.get(url("slip-list")))


def test_no_slip_for_strangers_or_people_with_a_password(admin, eko, newcomer):
    stranger = make_employee().user
    stranger.set_unusable_password()
    stranger.save()
    people = [str(stranger.pk), str(eko.user.pk)]
    answer = admin.post(url("slip-print"), {"people": people})
    assert answer.context["slips"] == []
    assert not ActivationSlip.objects.exists()
    for wrong in ([], ["x"], ["' OR 1=1"]):
        assert admin.post(url("slip-print"), {"people": wrong}).status_code == 302
