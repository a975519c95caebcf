"""Accounts, roles, slips, and who is too close to whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory

from portal.audit.models import StaffEvent
from portal.people import policies, selectors, services
from portal.people.actors import Account, actor_of
from portal.people.choices import PeopleRefusal, Role
from portal.people.models import ActivationSlip, Employee, RoleGrant, User
from portal.people.policies import Who
from portal.people.sessions import SessionStore
from portal.people.tasks import tidy
from portal.vault.models import PersonKey
from tests.factories import (
    PASSWORD,
    account,
    grant,
    make_agency,
    make_employee,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
TODAY = NOW.astimezone().date()


def refusal(call, **words) -> PeopleRefusal:
    with pytest.raises(services.AccountRefused) as refused:
        call(actor=None, now=NOW, **words)
    return refused.value.reason


def test_an_account_gets_a_trusted_address_and_a_key_row_like_everybody():
    user = make_user()
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == (user.email, True, True)
    assert PersonKey.objects.filter(user=user).exists()
    assert StaffEvent.objects.filter(action="people.account.create", subject=user.pk).exists()


def test_two_accounts_cannot_share_a_name():
    user = make_user()
    taken = refusal(services.create_user, full_name="Lain", email=user.email.upper())
    assert taken is PeopleRefusal.NAME_TAKEN
    nip = "199001012015031001"
    services.create_user(actor=None, full_name="A", nip=nip, now=NOW)
    assert refusal(services.create_user, full_name="B", nip=nip) is PeopleRefusal.NAME_TAKEN


def test_an_address_that_is_somebodys_private_one_is_taken():
    EmailAddress.objects.create(user=make_user(), email="rina@surat.test", verified=True)
    taken = refusal(services.create_user, full_name="Lain", email="rina@surat.test")
    assert taken is PeopleRefusal.NAME_TAKEN


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Role.COUNSELLOR, Role.REVIEWER),
        (Role.REVIEWER, Role.COUNSELLOR),
        (Role.REVIEWER, Role.DUTY),
        (Role.REVIEWER, Role.HR),
        (Role.HR, Role.REVIEWER),
        (Role.REVIEWER, Role.OFFICIAL),
        (Role.OFFICIAL, Role.REVIEWER),
        (Role.ADMIN, Role.DPO),
        (Role.DPO, Role.ADMIN),
    ],
)
def test_roles_that_stay_apart_are_not_given_together(first, second):
    user, agency = make_user(), make_agency()
    words = {"user_id": user.pk, "agency_id": agency.pk}
    given = services.grant_role(actor=None, role=first, now=NOW, **words)
    assert refusal(services.grant_role, role=second, **words) is PeopleRefusal.ROLES_DO_NOT_MIX
    assert refusal(services.grant_role, role=first, **words) is PeopleRefusal.ROLE_HELD
    services.end_role(actor=None, grant_id=given, now=NOW)
    services.grant_role(actor=None, role=second, now=NOW, **words)


def test_a_role_that_ended_today_does_not_count_and_the_deed_is_recorded():
    user, agency = make_user(), make_agency()
    given = grant(user, agency, Role.DPO)
    stamp = user.session_stamp
    services.end_role(actor=None, grant_id=given.pk, now=NOW)
    user.refresh_from_db()
    assert user.session_stamp != stamp
    assert not RoleGrant.objects.on(NOW.astimezone().date()).exists()
    event = StaffEvent.objects.get(action="people.role.end")
    assert (event.subject, event.reason) == (str(user.pk), "DPO")


def test_closing_an_account_ends_roles_and_slips_and_opening_brings_no_role_back():
    user, agency = make_user(), make_agency()
    grant(user, agency, Role.DPO)
    services.make_slip(actor=None, user_id=user.pk, now=NOW)
    services.deactivate_user(actor=None, user_id=user.pk, now=NOW)
    assert not selectors.is_active(user_id=user.pk)
    assert not RoleGrant.objects.filter(ends_on=None).exists()
    assert not ActivationSlip.objects.exists()
    assert refusal(services.make_slip, user_id=user.pk) is PeopleRefusal.ACCOUNT_CLOSED
    closed = refusal(services.grant_role, user_id=user.pk, agency_id=agency.pk, role=Role.HR)
    assert closed is PeopleRefusal.ACCOUNT_CLOSED
    services.reactivate_user(actor=None, user_id=user.pk, now=NOW)
    assert selectors.is_active(user_id=user.pk)
    assert not RoleGrant.objects.filter(ends_on=None).exists()


def test_nobody_closes_her_own_account():
    admin = account(make_user(), roles=[Role.ADMIN])
    with pytest.raises(services.AccountRefused) as refused:
        services.deactivate_user(actor=admin, user_id=admin.user_id, now=NOW)
    assert refused.value.reason is PeopleRefusal.OWN_ACCOUNT


def test_a_slip_works_once_however_it_is_typed():
    user = make_user()
    code = services.make_slip(actor=None, user_id=user.pk, now=NOW)
    assert code not in bytes(ActivationSlip.objects.get().code_hash).hex()
    new = "payung biru di beranda"
    typed = code.lower().replace("-", " ")
    services.activate(login=user.email.upper(), code=typed, password=new, now=NOW)
    assert User.objects.get(pk=user.pk).check_password(new)
    with pytest.raises(services.AccountRefused):
        services.activate(login=user.email, code=code, password=PASSWORD, now=NOW)


def test_an_old_slip_and_a_replaced_one_are_waste_paper():
    user = make_user()
    first = services.make_slip(actor=None, user_id=user.pk, now=NOW)
    second = services.make_slip(actor=None, user_id=user.pk, now=NOW)
    later = NOW + timedelta(days=services.SLIP_DAYS + 1)
    for code, now in ((first, NOW), (second, later)):
        with pytest.raises(services.AccountRefused):
            services.activate(login=user.email, code=code, password=PASSWORD, now=now)
    assert services.tidy_slips(now=later) == 1


def test_the_page_sets_the_password_and_leads_to_sign_in():
    user = make_user()
    code = services.make_slip(actor=None, user_id=user.pk, now=NOW)
    new = "payung biru di beranda"
    words = {"login": user.email, "code": code, "password": new}
    client = Client()
    assert "errsum" in client.post("/akun/aktivasi/", {**words, "again": "x"}).content.decode()
    answer = client.post("/akun/aktivasi/", {**words, "again": new})
    assert answer.headers["Location"] == "/masuk/"
    assert client.post("/masuk/", {"login": user.email, "password": new}).status_code == 302


def test_tries_with_slips_are_limited():
    words = {
        "login": "siapa@instansi.test",
        "code": "X",
        "password": PASSWORD,
        "again": PASSWORD,
    }
    statuses = [Client().post("/akun/aktivasi/", words).status_code for _ in range(7)]
    assert statuses == [200] * 6 + [429]


def test_account_mail_without_a_room_that_sends_is_an_error(monkeypatch):
    monkeypatch.setattr(services, "_account_mail", [])
    with pytest.raises(RuntimeError, match="notifications"):
        services.send_account_mail(address="a@b.test", subject="", body="", now=NOW)


def test_the_sweep_removes_what_is_over():
    user = make_user()
    services.make_slip(actor=None, user_id=user.pk, now=NOW - timedelta(days=90))
    tidy()
    assert not ActivationSlip.objects.exists()


def too_close(person):
    query = selectors.conflict_query(actor=account(person))
    return set(User.objects.filter(pk__in=query).values_list("pk", flat=True))


def actor_in_a_request(user):
    request = RequestFactory().get("/")
    request.user, request.session = user, SessionStore()
    return actor_of(request)


class TestCloseness:
    """Superiors up the line, reports below, colleagues beside; nobody else."""

    def test_line_reports_and_unit_are_too_close(self):
        agency = make_agency()
        top = make_employee("top", agency=agency)
        boss = make_employee("boss", agency=agency, manager=top)
        unit = make_unit(agency)
        me = make_employee("me", unit=unit, manager=boss)
        beside = make_employee("beside", unit=unit)
        report = make_employee("report", agency=agency, manager=me)
        below = make_employee("below", agency=agency, manager=report)
        other = make_employee("other", agency=agency, manager=boss)
        scope = too_close(me)
        near = {person.user_id for person in (me, boss, top, beside, report)}
        assert scope == near
        assert not scope & {below.user_id, other.user_id}

    def test_a_circle_in_the_line_ends(self):
        agency = make_agency()
        one = make_employee("one", agency=agency)
        two = make_employee("two", agency=agency, manager=one)
        Employee.objects.filter(pk=one.pk).update(manager=two)
        scope = too_close(one)
        assert scope == {one.user_id, two.user_id}

    def test_somebody_from_outside_is_close_to_herself_alone(self):
        user = make_user()
        assert too_close(user) == {user.pk}


class TestReading:
    """Zone, agency, addresses, and the actor of a request."""

    def test_the_zone_is_ones_own_then_the_units(self):
        unit = make_unit(make_agency(zone="Asia/Jakarta"), zone="Asia/Makassar")
        employee = make_employee(unit=unit)
        user = User.objects.get(pk=employee.user_id)
        assert actor_in_a_request(user).zone == "Asia/Makassar"
        Employee.objects.filter(pk=employee.pk).update(zone="Asia/Jayapura")
        user = User.objects.get(pk=employee.user_id)
        assert actor_in_a_request(user).zone == "Asia/Jayapura"
        assert actor_in_a_request(make_user()).zone == "Asia/Jakarta"
        assert selectors.agency_of(user_id=employee.user_id) == unit.agency_id

    def test_private_addresses_are_verified_and_masked(self):
        user = make_user()
        EmailAddress.objects.create(user=user, email="rina.sari@surat.test", verified=True)
        EmailAddress.objects.create(user=user, email="belum@surat.test", verified=False)
        (address,) = selectors.private_addresses(actor=account(user))
        assert (address.email, address.masked) == ("rina.sari@surat.test", "r•••@surat.test")

    def test_the_actor_is_one_query_with_the_roles_of_today(self, django_assert_num_queries):
        employee = make_employee(zone="Asia/Jayapura")
        grant(employee.user, employee.agency, Role.HR)
        grant(employee.user, make_agency(), Role.HEAD)
        past = grant(employee.user, employee.agency, Role.DPO)
        RoleGrant.objects.filter(pk=past.pk).update(ends_on=date(2021, 1, 1))
        future = grant(employee.user, employee.agency, Role.ADMIN)
        RoleGrant.objects.filter(pk=future.pk).update(starts_on=date(2090, 1, 1))
        request = RequestFactory().get("/")
        request.user, request.session = employee.user, SessionStore()
        with django_assert_num_queries(1):
            actor = actor_of(request)
            assert actor_of(request) is actor
        assert actor == Account(
            user_id=employee.user_id,
            agency_id=employee.agency_id,
            zone="Asia/Jayapura",
            roles=frozenset({Role.HR, Role.HEAD}),
            has_mfa=False,
        )
        assert str(employee.user_id) not in repr(actor)


def test_a_door_without_the_role_is_a_missing_page(settings):
    settings.REQUIRE_STAFF_MFA = False
    door = policies.policy("tests.services.door", who=(Who.HR,))(
        lambda _request: HttpResponse()
    )
    user = make_user()
    request = RequestFactory().get("/")
    request.user, request.session = user, SessionStore()
    with pytest.raises(Http404):
        door(request)
    grant(user, make_agency(), Role.HR)
    request = RequestFactory().get("/")
    request.user, request.session = user, SessionStore()
    assert door(request).status_code == 200
