"""A quarter is counted once, in people, when it has settled; later cases change nothing."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.utils import translation

from portal.grants import ROLE, apply_grants
from portal.leave.choices import Certificate, Mode, State
from portal.leave.models import LeaveDay, LeaveDesk, LeaveRequest, LeaveType, QuarterTable
from portal.leave.rules.asking import Details
from portal.leave.rules.quarters import after, quarter_of
from portal.leave.selectors.quarters import get_quarter, list_quarters, quarter_csv
from portal.leave.services.details import seal_details
from portal.leave.services.quarters import SETTLED_AFTER, freeze
from portal.people.models import Employee, Unit
from tests.factories import make_employee, make_unit
from tests.support.leave import Room
from tests.support.leave_team import claim, on

pytestmark = pytest.mark.django_db

Q3 = date(2026, 7, 1)
SETTLED = on(date(2026, 10, 1) + SETTLED_AFTER, 0)
"""Midnight thirty days after the third quarter."""
_numbers = count(1)


@dataclass
class Workplace:
    """A unit and the people in it."""

    unit: Unit
    people: list[Employee]


def workplace(
    room: Room, name: str, headcount: int, *, parent: Unit | None = None
) -> Workplace:
    unit = make_unit(room.agency)
    Unit.objects.filter(pk=unit.pk).update(name=name, parent=parent)
    people = [
        make_employee(f"orang{next(_numbers)}", agency=room.agency, unit=unit)
        for _ in range(headcount)
    ]
    return Workplace(unit, people)


def had_leave(
    room: Room, people, code: str = "CT-PNS", day: date = date(2026, 8, 3),
    state: State = State.CLOSED, **more,
) -> None:  # fmt: skip
    """Let people have had leave, written as rows: how it came about does not count here."""
    kind = LeaveType.objects.get(agency=room.agency, code=code)
    for employee in people:
        row = LeaveRequest.objects.create(
            employee=employee, agency=room.agency, leave_type=kind, key=uuid4(),
            first_day=day, last_day=day, days=1, state=state, certificate=Certificate.NONE,
            sent_on=day, sealed_details=SEALED[0], **more,
        )  # fmt: skip
        claim(row)


SEALED: list[bytes] = []


@pytest.fixture(autouse=True)
def _sealed(room):
    """One sealed value for all rows: nothing here opens it."""
    row = LeaveRequest()
    seal_details(row, Details())
    SEALED[:] = [bytes(row.sealed_details)]


def only(room: Room):
    with translation.override("en"):
        (quarter,) = list_quarters(actor=room.hr)
    return quarter


def shown(quarter) -> dict[str, dict[str, int | None]]:
    return {line.name: dict(line.cells) for line in quarter.lines}


def test_people_count_once_however_often_they_were_away(room):
    place = workplace(room, "Biro A", 30)
    had_leave(room, place.people[:14])
    had_leave(room, place.people[:12], day=date(2026, 9, 7))
    had_leave(room, place.people[:11], "CS", day=date(2026, 9, 21))
    freeze(now=SETTLED)
    quarter = only(room)
    assert (quarter.year, quarter.number, quarter.frozen_on) == (2026, 3, date(2026, 10, 31))
    assert shown(quarter)[""] == {
        "Annual leave": 15, "Sick leave": 10, "Maternity leave": None, "Other leave": None,
    }  # fmt: skip


def test_what_was_not_leave_or_not_then_does_not_count(room):
    place = workplace(room, "Biro A", 60)
    had_leave(room, place.people[:10])
    had_leave(room, place.people[10:20], state=State.CANCELLED)
    had_leave(room, place.people[20:30], state=State.DECISION)
    had_leave(room, place.people[30:40], desk_only=True)
    had_leave(room, place.people[40:50], day=date(2026, 10, 1))
    LeaveDay.objects.filter(request__state__in=(State.CANCELLED,)).update(active=False)
    freeze(now=SETTLED)
    assert shown(only(room))[""]["Annual leave"] == 10


def test_units_below_are_counted_at_the_top_and_small_ones_together(room):
    top = workplace(room, "Biro A", 5)
    below = workplace(room, "Bagian B", 18, parent=top.unit)
    big = workplace(room, "Biro C", 25)
    small = workplace(room, "Loka D", 4)
    had_leave(room, [*below.people, *big.people[:16], *small.people])
    freeze(now=SETTLED)
    quarter = only(room)
    # The unit of the fixture has seven people; with the four of Loka D that is too few alone.
    assert [line.name for line in quarter.lines] == ["Biro C", ""]
    assert shown(quarter)["Biro C"]["Annual leave"] == 15
    assert shown(quarter)[""]["Annual leave"] == 20
    assert dict(quarter.total.cells)["Annual leave"] == 40


def test_nine_are_hidden_and_another_unit_with_them(room):
    workplace(room, "Loka Z", 15)
    for name, people in (("Biro A", 9), ("Biro B", 20), ("Biro C", 30)):
        had_leave(room, workplace(room, name, 40).people[:people])
    freeze(now=SETTLED)
    cells = {name: row["Annual leave"] for name, row in shown(only(room)).items()}
    assert (cells["Biro A"], cells["Biro C"]) == (None, 30)
    assert dict(only(room).total.cells)["Annual leave"] == 60
    assert sum(value is None for value in cells.values()) > 1


def test_a_house_of_few_has_no_line_at_all(room):
    had_leave(room, [room.employee, room.manager])
    freeze(now=SETTLED)
    assert (only(room).lines, only(room).total) == ((), None)


def test_a_quarter_waits_until_it_has_settled(room):
    had_leave(room, [room.employee])
    assert freeze(now=SETTLED - timedelta(seconds=1)) == 0
    assert list_quarters(actor=room.hr) == []
    assert freeze(now=SETTLED) == 1
    assert freeze(now=SETTLED) == 0


def test_one_more_case_makes_no_second_table_to_subtract(room):
    """Two exports before and after one new case are one and the same file."""
    place = workplace(room, "Biro A", 40)
    had_leave(room, place.people[:12])
    freeze(now=SETTLED)
    before = quarter_csv(only(room))
    had_leave(room, place.people[12:13])
    assert freeze(now=SETTLED + timedelta(days=40)) == 0
    assert quarter_csv(only(room)) == before
    assert QuarterTable.objects.filter(quarter=Q3).count() == 1


def test_every_quarter_that_was_missed_is_made_up_for(room):
    had_leave(room, [room.employee], day=date(2025, 11, 3))
    assert freeze(now=SETTLED) == 4
    quarters = list_quarters(actor=room.hr)
    assert [(one.year, one.number) for one in quarters] == [
        (2026, 3), (2026, 2), (2026, 1), (2025, 4),
    ]  # fmt: skip


def test_the_file_is_the_table(room):
    place = workplace(room, "=Biro A", 40)
    workplace(room, "Loka Z", 15)
    had_leave(room, place.people[:13])
    freeze(now=SETTLED)
    with translation.override("en"):
        found = get_quarter(actor=room.hr, year=2026, number=3)
        text = quarter_csv(found).decode()
    assert text.splitlines()[0] == "Unit,Annual leave,Sick leave,Maternity leave,Other leave"
    assert text.splitlines()[1:] == [
        "'=Biro A,,,,", "Other units,,,,", "All together,15,,,",
    ]  # fmt: skip


def test_another_agency_and_other_people_find_nothing(room):
    had_leave(room, [room.employee])
    freeze(now=SETTLED)
    assert list_quarters(actor=room.official)
    for actor in (room.asker, room.superior, room.reviewer):
        with pytest.raises(Http404):
            list_quarters(actor=actor)
    with pytest.raises(Http404):
        get_quarter(actor=room.hr, year=2026, number=4)


def test_an_agency_that_is_off_is_not_counted(room):
    had_leave(room, [room.employee])
    LeaveDesk.objects.update(mode=Mode.OFF)
    assert freeze(now=SETTLED) == 0


def test_the_running_house_can_make_a_table_and_cannot_change_one(room):
    had_leave(room, [room.employee])
    apply_grants()
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
        assert freeze(now=SETTLED) == 1
        for statement in (
            "UPDATE leave_quartertable SET rows = '{}'",
            "DELETE FROM leave_quartertable",
        ):
            with pytest.raises(DatabaseError) as refusal, transaction.atomic():
                cursor.execute(statement)
            assert refusal.value.__cause__.sqlstate == "42501"
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    ("day", "quarter", "following"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 6, 30), date(2026, 4, 1), date(2026, 7, 1)),
        (date(2026, 9, 30), date(2026, 7, 1), date(2026, 10, 1)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_days_belong_to_quarters(day, quarter, following):
    assert quarter_of(day) == quarter
    assert after(quarter) == following
