"""The administrators' pages: the staff list, roles, slips, accounts, holidays."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.audit.models import StaffEvent
from portal.calendars import services as calendars
from portal.calendars.choices import HolidayKind, HolidaySource, HolidayStatus
from portal.calendars.models import Holiday
from portal.people import services
from portal.people.choices import PeopleRefusal, Role
from portal.people.models import ActivationSlip, RoleGrant, User
from portal.people.roster import PAGE_LINES
from tests.factories import grant, make_agency, make_employee, make_unit, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
SITI, BUDI = "198503302003121002", "199001152023212007"
HEAD = "nip;nama;email;unit kode;unit nama;unit induk;zona;atasan nip;status"
ROSTER = f"""{HEAD}
{SITI};Siti Rahma;siti@dinas.test;SEK;Sekretariat;;WIB;;
{BUDI};Budi Tabuni;;JYP;Kantor Jayapura;SEK;WIT;{SITI};
12;Keliru;;SEK;;;;;
"""
GETS = ("admin-home", "roster-import", "account-list", "role-list", "slip-list", "holiday-list")


@pytest.fixture(autouse=True)
def clock(settings):
    settings.REQUIRE_STAFF_MFA = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agency():
    return make_agency()


@pytest.fixture
def eko(agency):
    employee = make_employee("eko", agency=agency, full_name="Eko Wijaya")
    grant(employee.user, agency, Role.ADMIN)
    return employee


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(eko):
    return client_of(eko.user)


def url(name, *args):
    return reverse(f"people:{name}", args=args)


def text_of(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


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
    RoleGrant.objects.filter(user=eko.user).update(ends_on=TODAY)
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


# --- roles ---------------------------------------------------------------------------------


def test_a_person_is_found_by_name_address_or_nip_and_never_by_url(admin, agency):
    employee = make_employee("rina", agency=agency, full_name="Rina Kusuma")
    User.objects.filter(pk=employee.user.pk).update(nip=SITI)
    for text in ("rina kus", employee.user.email.upper(), "19850330 200312 1 002"):
        page = text_of(admin.post(url("role-list"), {"text": text}))
        assert "Rina Kusuma" in page
        assert SITI not in page
    assert "Rina Kusuma" not in text_of(admin.get(url("role-list") + "?text=rina"))


def test_people_of_other_agencies_are_not_found(admin):
    make_employee("lain", full_name="Lain Sekali")
    assert "Lain Sekali" not in text_of(admin.post(url("role-list"), {"text": "Sekali"}))


def give(client, user, agency, role, **more):
    return client.post(
        url("role-grant"), {"user": user.pk, "agency": agency.pk, "role": role, **more}
    )


def test_a_role_is_given_from_a_day_to_a_day(admin, agency):
    user = make_user("dewi")
    answer = give(
        admin, user, agency, Role.COUNSELLOR, starts_on="2026-12-01", last_day="31 12 2026"
    )
    assert answer.headers["Location"] == url("role-list")
    row = RoleGrant.objects.get(user=user)
    assert (row.starts_on, row.ends_on) == (date(2026, 12, 1), date(2027, 1, 1))
    assert user.full_name in text_of(admin.get(url("role-list")))


def test_roles_that_stay_apart_are_refused_kindly(admin, agency):
    user = make_user("putri")
    give(admin, user, agency, Role.REVIEWER)
    page = text_of(give(admin, user, agency, Role.COUNSELLOR))
    assert 'class="errsum"' in page
    assert user.full_name in page
    assert [row.role for row in RoleGrant.objects.filter(user=user)] == [Role.REVIEWER]


def test_a_coming_role_already_stands_apart(admin, agency):
    user = make_user("putri")
    give(admin, user, agency, Role.REVIEWER, starts_on="2026-12-01")
    assert 'class="errsum"' in text_of(give(admin, user, agency, Role.COUNSELLOR))


def test_nobody_gives_herself_a_role(admin, eko, agency):
    page = text_of(give(admin, eko.user, agency, Role.DPO))
    assert str(PeopleRefusal.OWN_ROLE.label) in page
    assert RoleGrant.objects.filter(user=eko.user).count() == 1


@pytest.mark.parametrize(
    "more",
    [
        {"starts_on": "2026-11-22"},
        {"starts_on": "2026-12-02", "last_day": "2026-12-01"},
        {"last_day": "kemarin"},
    ],
)
def test_days_that_do_not_follow_are_asked_again(admin, agency, more):
    user = make_user()
    assert 'class="errsum"' in text_of(give(admin, user, agency, Role.HR, **more))
    assert not RoleGrant.objects.filter(user=user).exists()


def test_a_foreign_person_or_agency_is_a_404_or_a_sentence(admin, agency):
    stranger = make_employee().user
    assert give(admin, stranger, agency, Role.HR).status_code == 404
    assert give(admin, make_user(), make_agency(), Role.HR).status_code == 200
    assert not RoleGrant.objects.filter(role=Role.HR).exists()


def test_ending_a_role_signs_the_person_out_and_can_be_undone(admin, agency):
    user = make_employee("sari", agency=agency).user
    row = grant(user, agency, Role.HEAD)
    theirs = client_of(user)
    assert theirs.get("/brankas/").status_code == 200
    admin.post(url("role-end", row.pk))
    row.refresh_from_db()
    assert row.ends_on == TODAY
    assert theirs.get("/brankas/").status_code == 302
    assert url("role-reopen", row.pk) in text_of(admin.get(url("role-list")))
    admin.post(url("role-reopen", row.pk))
    row.refresh_from_db()
    assert row.ends_on is None
    actions = set(StaffEvent.objects.values_list("action", flat=True))
    assert {"people.role.end", "people.role.reopen"} <= actions


def test_an_end_cannot_be_undone_past_an_exclusive_role_or_another_day(admin, agency):
    user = make_user("putri")
    row = grant(user, agency, Role.REVIEWER)
    admin.post(url("role-end", row.pk))
    give(admin, user, agency, Role.COUNSELLOR)
    admin.post(url("role-reopen", row.pk))
    row.refresh_from_db()
    assert row.ends_on == TODAY
    RoleGrant.objects.exclude(pk=row.pk).filter(user=user).delete()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        admin.post(url("role-reopen", row.pk))
    row.refresh_from_db()
    assert row.ends_on == TODAY


def test_an_administrator_keeps_her_own_role(admin, eko):
    row = RoleGrant.objects.get(user=eko.user)
    admin.post(url("role-end", row.pk))
    row.refresh_from_db()
    assert row.ends_on is None


def test_a_foreign_role_is_a_404(admin):
    other = make_agency()
    row = grant(make_user(), other, Role.HEAD)
    assert admin.post(url("role-end", row.pk)).status_code == 404
    assert admin.post(url("role-reopen", row.pk)).status_code == 404


# --- accounts ------------------------------------------------------------------------------


def test_an_account_is_closed_after_a_question_and_opened_again(admin, agency):
    user = make_employee("pergi", agency=agency).user
    assert url("account-close", user.pk) in text_of(
        admin.post(url("account-list"), {"text": user.full_name})
    )
    assert user.full_name in text_of(admin.get(url("account-close", user.pk)))
    page = text_of(admin.post(url("account-close", user.pk)))
    assert url("account-open", user.pk) in page
    user.refresh_from_db()
    assert not user.is_active
    admin.post(url("account-open", user.pk))
    user.refresh_from_db()
    assert user.is_active


def test_own_and_foreign_accounts_are_left_alone(admin, eko):
    admin.post(url("account-close", eko.user.pk))
    eko.user.refresh_from_db()
    assert eko.user.is_active
    stranger = make_employee().user
    for name in ("account-close", "account-open"):
        assert admin.post(url(name, stranger.pk)).status_code == 404
    assert admin.get(url("account-close", stranger.pk)).status_code == 404


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


# --- holidays ------------------------------------------------------------------------------


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
