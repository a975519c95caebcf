"""The administrators' pages of roles and accounts: given, ended, closed, and taken back."""

from datetime import date, timedelta

import pytest
import time_machine

from portal.audit.models import StaffEvent
from portal.people.choices import PeopleRefusal, Role
from portal.people.models import RoleGrant, User
from tests.factories import MONDAY, NOW, grant, make_agency, make_employee, make_user
from tests.support.admin_pages import client_of, text_of, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]
SITI = "198503302003121002"


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
    assert row.ends_on == MONDAY
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
    assert row.ends_on == MONDAY
    RoleGrant.objects.exclude(pk=row.pk).filter(user=user).delete()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        admin.post(url("role-reopen", row.pk))
    row.refresh_from_db()
    assert row.ends_on == MONDAY


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
