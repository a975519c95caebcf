"""The organisation as the rooms that serve it read it: cards, lines of command, units."""

from uuid import uuid4

import pytest

from portal.people import selectors
from portal.people.models import Employee, User
from tests.factories import make_agency, make_employee, make_unit, make_user

pytestmark = pytest.mark.django_db


def test_a_card_says_who_somebody_is_and_its_repr_does_not():
    boss = make_employee("bos")
    rina = make_employee("rina", agency=boss.agency, manager=boss, full_name="Rina Wati")
    User.objects.filter(pk=rina.user_id).update(nip="198503122010012003")
    card = selectors.employee_of(user_id=rina.user_id)
    assert (card.id, card.user_id, card.agency_id) == (rina.pk, rina.user_id, rina.agency_id)
    assert (card.unit_id, card.unit_name) == (rina.unit_id, rina.unit.name)
    assert (card.full_name, card.nip) == ("Rina Wati", "198503122010012003")
    assert (card.manager_id, card.is_active) == (boss.pk, True)
    assert card.employment == "PNS"
    assert repr(card) == "<employee>"
    assert selectors.employee_of(user_id=boss.user_id).nip == ""
    assert selectors.employee_of(user_id=make_user("luar").pk) is None


@pytest.mark.parametrize(
    ("own", "unit", "agency", "zone"),
    [
        ("Asia/Jayapura", "Asia/Makassar", "Asia/Jakarta", "Asia/Jayapura"),
        ("", "Asia/Makassar", "Asia/Jakarta", "Asia/Makassar"),
        ("", "", "Asia/Pontianak", "Asia/Pontianak"),
        ("", "", "", "Asia/Jakarta"),
    ],
)
def test_the_nearest_zone_counts(own, unit, agency, zone):
    house = make_agency(zone=agency)
    employee = make_employee(unit=make_unit(house, zone=unit), zone=own)
    assert selectors.employee_of(user_id=employee.user_id).zone == zone


def test_cards_by_id_are_one_query_and_keep_the_departed(django_assert_num_queries):
    agency = make_agency()
    here, gone = (make_employee(name, agency=agency) for name in ("sini", "pergi"))
    User.objects.filter(pk=gone.user_id).update(is_active=False)
    with django_assert_num_queries(1):
        found = selectors.employees_by_id(employee_ids=[here.pk, gone.pk, here.pk, uuid4()])
    assert {pk: card.is_active for pk, card in found.items()} == {here.pk: True, gone.pk: False}
    with django_assert_num_queries(0):
        assert selectors.employees_by_id(employee_ids=[]) == {}


def line_of(count):
    """Return so many employees, each under the next."""
    agency, above, line = make_agency(), None, []
    for number in range(count):
        above = make_employee(f"p{number}", agency=agency, manager=above)
        line.insert(0, above)
    return line


def test_superiors_come_nearest_first_and_five_at_most(django_assert_num_queries):
    line = line_of(8)
    User.objects.filter(pk=line[2].user_id).update(is_active=False)
    with django_assert_num_queries(1):
        found = selectors.managers_above(employee_id=line[0].pk)
    assert [card.id for card in found] == [employee.pk for employee in line[1:6]]
    assert [card.is_active for card in found] == [True, False, True, True, True]
    assert found[0] == selectors.employee_of(user_id=line[1].user_id)
    assert selectors.managers_above(employee_id=line[-1].pk) == []
    assert selectors.managers_above(employee_id=uuid4()) == []


@pytest.mark.parametrize("back_to", [0, 1, 2])
def test_a_circle_of_superiors_ends(back_to):
    line = line_of(4)
    Employee.objects.filter(pk=line[3].pk).update(manager=line[back_to])
    found = selectors.managers_above(employee_id=line[0].pk)
    assert [card.id for card in found] == [employee.pk for employee in line[1:]]


def test_reports_are_who_works_directly_under_her_and_is_here_by_name():
    boss = make_employee("bos")
    names = ("Citra", "ayu", "Budi", "Dodo")
    reports = {
        name: make_employee("t", agency=boss.agency, manager=boss, full_name=name)
        for name in names
    }
    make_employee("bawah", agency=boss.agency, manager=reports["ayu"])
    User.objects.filter(pk=reports["Dodo"].user_id).update(is_active=False)
    found = selectors.reports_of(user_id=boss.user_id)
    assert [card.full_name for card in found] == ["ayu", "Budi", "Citra"]
    assert selectors.reports_of(user_id=reports["Budi"].user_id) == []


def test_units_above_below_and_at_the_top(django_assert_num_queries):
    agency = make_agency()
    top = make_unit(agency)
    left, right = make_unit(agency, parent=top), make_unit(agency, parent=top)
    leaf = make_unit(agency, parent=left)
    alone = make_unit(agency)
    assert selectors.unit_line(unit_id=leaf.pk) == [leaf.pk, left.pk, top.pk]
    assert selectors.unit_line(unit_id=top.pk) == [top.pk]
    assert selectors.unit_line(unit_id=uuid4()) == []
    assert selectors.unit_tree(unit_id=left.pk) == {left.pk, leaf.pk}
    assert selectors.unit_tree(unit_id=top.pk) == {top.pk, left.pk, right.pk, leaf.pk}
    assert selectors.unit_tree(unit_id=uuid4()) == frozenset()
    with django_assert_num_queries(1):
        tops = selectors.top_unit_of([leaf.pk, right.pk, alone.pk, uuid4()])
    assert tops == {leaf.pk: top.pk, right.pk: top.pk, alone.pk: alone.pk}
    with django_assert_num_queries(0):
        assert selectors.top_unit_of([]) == {}
    rows = selectors.list_units(agency_id=agency.pk)
    assert [row.name for row in rows] == sorted(row.name for row in rows)
    assert {row.id: row.parent_id for row in rows} == {
        top.pk: None, left.pk: top.pk, right.pk: top.pk, leaf.pk: left.pk, alone.pk: None,
    }  # fmt: skip
    assert make_unit(make_agency()).pk not in {row.id for row in rows}


def test_a_circle_of_units_ends():
    agency = make_agency()
    one = make_unit(agency)
    two = make_unit(agency, parent=one)
    one.parent = two
    one.save()
    assert selectors.unit_line(unit_id=two.pk) == [two.pk, one.pk]
    assert selectors.unit_tree(unit_id=two.pk) == {one.pk, two.pk}
    assert selectors.top_unit_of([two.pk]) == {two.pk: one.pk}
