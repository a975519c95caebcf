"""Who stands above and below a person, where she works, and who holds a role today."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.people import selectors, services
from portal.people.actors import Account
from portal.people.choices import PeopleRefusal, Role
from portal.people.models import Employee, RoleGrant, Unit, User
from tests.factories import LONG_AGO, account, grant, make_agency, make_employee, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def staff(managers: list[int | None]) -> list[Employee]:
    """Make one employee a number; each names her superior by position, circles included."""
    agency = make_agency()
    unit = Unit.objects.create(agency=agency, code="U", name="Unit")
    users = User.objects.bulk_create(
        User(email=f"{uuid4().hex}@instansi.test", full_name="Pegawai") for _ in managers
    )
    people = Employee.objects.bulk_create(
        Employee(user=user, agency=agency, unit=unit) for user in users
    )
    for person, manager in zip(people, managers, strict=True):
        if manager is not None and people[manager] != person:
            person.manager = people[manager]
    Employee.objects.bulk_update(people, ["manager"])
    return people


def actor(person: Employee) -> Account:
    return Account(user_id=person.user_id, agency_id=None, zone="Asia/Jakarta")


def line(person: Employee) -> list[UUID]:
    return selectors.line_of(actor=actor(person))


def above(person: Employee, people: dict[UUID, Employee]) -> set[UUID]:
    """Return everybody up the line, by walking."""
    seen: set[UUID] = set()
    while person.manager_id is not None and person.manager_id not in seen:
        seen.add(person.manager_id)
        person = people[person.manager_id]
    return seen


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.none() | st.integers(0, 11), min_size=1, max_size=12))
def test_the_line_is_what_walking_up_finds_and_it_is_symmetric(db, managers):
    people = staff([None if m is None or m >= len(managers) else m for m in managers])
    by_id = {person.pk: person for person in people}
    ups = {person.pk: above(person, by_id) for person in people}
    for person in people:
        wanted = {
            other.user_id
            for other in people
            if other != person and (other.pk in ups[person.pk] or person.pk in ups[other.pk])
        }
        found = line(person)
        assert set(found) == wanted
        assert found == sorted(wanted)


def test_a_colleague_under_the_same_superior_is_not_in_the_line():
    head, one, other = staff([None, 0, 0])
    assert line(one) == [head.user_id]
    assert set(line(head)) == {one.user_id, other.user_id}


def test_a_circle_ends_and_nobody_is_in_her_own_line():
    one, two, three = staff([1, 2, 0])
    assert set(line(one)) == {two.user_id, three.user_id}


def test_the_line_costs_one_query_and_an_outsider_has_none():
    people = staff([None, *range(30)])
    with CaptureQueriesContext(connection) as captured:
        assert len(line(people[15])) == 30
    assert len(captured) == 1
    assert selectors.line_of(actor=account(make_user())) == []


def test_where_a_person_works_is_named_by_unit_code_and_agency():
    person = make_employee()
    assert selectors.signs_of(user_id=person.user_id).units == (
        person.unit.name, person.unit.code, person.agency.short_name
    )  # fmt: skip
    assert selectors.signs_of(user_id=make_user().pk).units == ()


def test_holders_of_a_role_are_those_of_today_in_this_agency():
    agency, other = make_agency(), make_agency()
    holders = [make_user() for _ in range(3)]
    for user in holders:
        grant(user, agency, Role.DUTY)
    grant(make_user(), other, Role.DUTY)
    grant(make_user(), agency, Role.HEAD)
    grant(make_user(), agency, Role.DUTY, since=TODAY + timedelta(days=1))
    ended = grant(make_user(), agency, Role.DUTY)
    RoleGrant.objects.filter(pk=ended.pk).update(ends_on=TODAY)
    closed = make_user()
    grant(closed, agency, Role.DUTY)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    twice = holders[0]
    RoleGrant.objects.create(
        user=twice,
        agency=agency,
        role=Role.DUTY,
        starts_on=TODAY - timedelta(days=9),
        ends_on=TODAY + timedelta(days=9),
    )
    found = selectors.list_with_role(agency_id=agency.pk, role=Role.DUTY, today=TODAY)
    assert found == sorted(user.pk for user in holders)


@pytest.mark.parametrize("first", [Role.DUTY, Role.REVIEWER])
def test_whoever_hears_a_worry_does_not_judge_a_certificate(first):
    user, agency = make_user(), make_agency()
    second = {Role.DUTY: Role.REVIEWER, Role.REVIEWER: Role.DUTY}[first]
    words = {"actor": None, "user_id": user.pk, "agency_id": agency.pk, "now": LONG_AGO}
    services.grant_role(role=first, **words)
    with pytest.raises(services.AccountRefused) as refused:
        services.grant_role(role=second, **words)
    assert refused.value.reason is PeopleRefusal.ROLES_DO_NOT_MIX
    services.grant_role(role=Role.HEAD, **words)
