"""What has waited long for a decision is pointed out; nothing is decided by it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.leave.choices import State
from portal.leave.models import Decision, WorkPattern
from portal.leave.selectors.queue import list_queue
from tests.factories import NOW, make_employee, make_unit
from tests.support.leave_cases import decide, read, ready

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = {"code": "CT-PNS", "first": date(2026, 12, 21), "last": date(2026, 12, 22)}
NEXT_MONDAY, NEXT_TUESDAY = 7, 8
"""Calendar days after a Monday: five working days after it, and six."""


def long_at(room, days: int) -> list[bool]:
    page = list_queue(actor=room.official, now=NOW + timedelta(days=days))
    return [row.waits_long for row in page.waiting]


def colleague(room, **more):
    return make_employee("rekan", agency=room.agency, manager=room.manager, **more)


@pytest.mark.parametrize("code", ["CT-PNS", "CS"])
def test_five_working_days_are_not_long_and_six_are(room, code):
    row = ready(room, **{**DAYS, "code": code})
    assert [long_at(room, days) for days in (0, 5, NEXT_MONDAY, NEXT_TUESDAY)] == [
        [False], [False], [False], [True],
    ]  # fmt: skip
    after = read(row.pk)
    assert (after.state, after.version) == (State.DECISION, row.version)
    assert not Decision.objects.exists()


def test_a_holiday_and_a_week_of_her_own_count(room):
    ready(room, **DAYS)
    Holiday.objects.create(day=date(2026, 11, 25), kind=HolidayKind.PUBLIC, name="Libur")
    assert long_at(room, NEXT_TUESDAY) == [False]
    Holiday.objects.all().delete()
    assert long_at(room, NEXT_TUESDAY) == [True]
    WorkPattern.objects.create(
        agency=room.agency, employee=room.employee, days=[1, 2, 3], valid_from=date(2020, 1, 1)
    )
    assert long_at(room, NEXT_TUESDAY) == [False]


def test_what_is_decided_already_is_not_pressed_for(room):
    row = ready(room, **DAYS)
    decide(room, row, now=NOW + timedelta(days=NEXT_TUESDAY))
    assert long_at(room, NEXT_TUESDAY) == []


def test_without_a_known_week_nothing_is_said(room):
    ready(room, **DAYS)
    WorkPattern.objects.all().delete()
    assert long_at(room, NEXT_TUESDAY) == [False]


def test_as_many_queries_for_many_as_for_one(room):
    def cost() -> int:
        with CaptureQueriesContext(connection) as spent:
            long_at(room, NEXT_TUESDAY)
        return len(spent)

    ready(room, **DAYS)
    one = cost()
    for _number in range(3):
        ready(room, employee=colleague(room, unit=make_unit(room.agency)), **DAYS)
    assert long_at(room, NEXT_TUESDAY) == [True] * 4
    assert cost() == one
