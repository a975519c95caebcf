"""
The property of the ledger: whatever is done, in whatever order, it adds up.

Over random histories of asking, letting go, granting, giving back, crediting, joint leave that
is announced and taken back, and years turning:
after every step each balance is what its entries come to and none is below zero; what was taken
is what stands; requests that have ended hold nothing; a year opened again is due nothing.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.leave.choices import EntryKind, State
from portal.leave.models import JointLeaveYear, LeaveRequest, LedgerEntry
from portal.leave.services import ledger, years
from portal.leave.services.desk import LeaveRefused, employee_locked
from portal.people.models import Employee, User
from tests.support.leave import open_room
from tests.support.ledger import days_on, make_request, move, noon

pytestmark = pytest.mark.django_db
BALANCES = """
SELECT a.available, coalesce(sum(e.quantity), 0)
FROM leave_leaveaccount a LEFT JOIN leave_ledgerentry e ON e.account_id = a.id
WHERE a.employee_id = %s GROUP BY a.id
"""
STATES = {"refuse": State.REFUSED, "defer": State.DEFERRED}
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "ask",
                "ask",
                "grant",
                "grant",
                "back",
                "refuse",
                "defer",
                "credit",
                "joint",
                "year",
            ]
        ),
        st.integers(0, 3),
        st.sampled_from([1, 2, 5, 12, 20]),
        st.sampled_from(["1", "1", "0.5"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


class History:
    """One employee, what has happened to her days, and the day it is."""

    def __init__(self, colleague: Employee) -> None:
        user = User.objects.create(full_name="Riwayat", email=f"{uuid4().hex}@instansi.test")
        self.employee = Employee.objects.create(
            user=user, agency=colleague.agency, unit=colleague.unit
        )
        Holiday.objects.all().delete()
        self.today = date(2025, 12, 20)
        self.rows: list[tuple[LeaveRequest, list]] = []
        self.taken: dict = defaultdict(dict)

    def do(self, step) -> None:
        """Do one thing that could happen, if it can."""
        self.today += timedelta(days=3)
        with employee_locked(employee_id=self.employee.pk):
            try:
                getattr(self, f"_{step[0]}")(*step)
            except LeaveRefused:
                connection.set_rollback(False)

    def _ask(self, _kind, which, count, quantity, ahead) -> None:
        first = self.today + timedelta(days=which * 20 + (9 if ahead else 0))
        days = days_on(first, count, quantity=quantity)
        row = make_request(self.employee, days)
        self.rows.append((row, days))
        ledger.reserve(row, days, now=noon(self.today))

    def _grant(self, _kind, which, count, *_rest) -> None:
        if not self.rows:
            return
        row, days = self.rows[which % len(self.rows)]
        if row.state != State.DECISION:
            return
        ledger.consume(row, days[:count], now=noon(self.today))
        move(row, State.GRANTED)
        self.taken[row.pk] = {one.day: one.quantity for one in days[:count]}

    def _back(self, _kind, which, count, *_rest) -> None:
        if not self.rows:
            return
        row, days = self.rows[which % len(self.rows)]
        back = [one.day for one in days[:count]]
        given = ledger.give_back(row, back, now=noon(self.today))
        stood = self.taken[row.pk]
        assert given == sum((stood.pop(day, Decimal(0)) for day in back), Decimal(0))

    def _refuse(self, kind, which, *_rest) -> None:
        if not self.rows:
            return
        row, _days = self.rows[which % len(self.rows)]
        if row.state == State.DECISION:
            move(row, STATES[kind])
            ledger.release(row, now=noon(self.today))

    _defer = _refuse

    def _credit(self, _kind, which, *_rest) -> None:
        ledger.credit_joint(
            self.employee.pk, self.today - timedelta(days=which), now=noon(self.today)
        )

    def _joint(self, _kind, which, count, *_rest) -> None:
        """Announce a day of joint leave that costs one, or take the announcement back."""
        day = date(self.today.year, 4 + which, count)
        if not Holiday.objects.filter(day=day).delete()[0]:
            Holiday.objects.create(day=day, kind=HolidayKind.JOINT_LEAVE, name="Cuti bersama")
        years.open_year(
            employee_id=self.employee.pk, year=self.today.year, now=noon(self.today)
        )

    def _year(self, *_step) -> None:
        self.today = date(self.today.year + 1, 1, 4)
        year = self.today.year
        years.open_year(employee_id=self.employee.pk, year=year, now=noon(self.today))

    def look(self) -> None:
        """Compare every balance with its entries, as they stand between two steps."""
        with connection.cursor() as cursor:
            cursor.execute(BALANCES, [self.employee.pk])
            for available, total in cursor.fetchall():
                assert 0 <= available == total <= 366

    def check(self) -> None:
        """Compare what stands with what happened."""
        moved = defaultdict(Decimal)
        held = defaultdict(Decimal)
        for kind, row_id, quantity in LedgerEntry.objects.filter(
            account__employee=self.employee, request__isnull=False
        ).values_list("kind", "request_id", "quantity"):
            is_held = kind in (EntryKind.RESERVE, EntryKind.RELEASE)
            (held if is_held else moved)[row_id] -= quantity
        for row, _days in self.rows:
            assert moved[row.pk] == sum(self.taken[row.pk].values(), Decimal(0))
            assert row.state == State.DECISION or not held[row.pk]


@example(
    history=[
        ("ask", 0, 12, "1", True),
        ("year", 0, 1, "1", False),
        ("grant", 0, 12, "1", False),
        ("back", 0, 12, "1", False),
        ("year", 0, 1, "1", False),
    ]
)
@settings(
    max_examples=1000,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(history=steps)
def test_the_ledger_adds_up_after_any_history(colleague, history):
    person = History(colleague)
    for step in history:
        person.do(step)
        person.look()
    person.check()
    if not any(step[0] == "year" for step in history):
        return
    with employee_locked(employee_id=person.employee.pk):
        now = noon(person.today)
        again = {"employee_id": person.employee.pk, "year": person.today.year, "now": now}
        years.open_year(**again)
        assert years.open_year(**again) == 0


@pytest.fixture
def colleague():
    room = open_room()
    for year in range(2025, 2032):
        JointLeaveYear.objects.create(
            agency=room.agency, year=year, deducts=True, legal_basis="SE"
        )
    return room.employee
