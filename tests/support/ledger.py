"""Making requests and moving days without the rest of the room: for tests of the ledger."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from portal.leave.choices import Certificate, State
from portal.leave.models import LeaveRequest, LeaveType, LedgerEntry
from portal.leave.rules.asking import Details
from portal.leave.rules.counting import CountedDay
from portal.leave.selectors.balances import Balance, balance_of
from portal.leave.services import ledger, years
from portal.leave.services.desk import employee_locked
from portal.leave.services.details import seal_details
from portal.people.models import Employee

ANNUAL = "CT-PNS"


def noon(day: date) -> datetime:
    """Return the middle of a day in Jakarta."""
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


def days_on(first: date, count: int = 1, *, quantity: str = "1") -> list[CountedDay]:
    """Return so many days in a row, each of them counting."""
    return [
        CountedDay(day, 1, 3, Decimal(quantity), day.year)
        for day in (first + timedelta(days=number) for number in range(count))
    ]


def make_request(
    employee: Employee,
    days: Sequence[CountedDay],
    *,
    code: str = ANNUAL,
    state: State = State.DECISION,
) -> LeaveRequest:
    """Write a request down without anything around it."""
    kind = LeaveType.objects.get(agency=employee.agency, code=code)
    row = LeaveRequest(
        employee=employee,
        agency=employee.agency,
        leave_type=kind,
        key=uuid4(),
        first_day=days[0].day,
        last_day=days[-1].day,
        days=sum(counted.quantity for counted in days),
        state=state,
        certificate=Certificate.NONE,
        sent_on=days[0].day,
    )
    seal_details(row, Details())
    row.save(force_insert=True)
    return row


def open_for(employee: Employee, year: int, *, on: date | None = None) -> int:
    """Open a leave year; by default on its first day."""
    with employee_locked(employee_id=employee.pk):
        return years.open_year(
            employee_id=employee.pk, year=year, now=noon(on or date(year, 1, 1))
        )


def ask(employee: Employee, days: Sequence[CountedDay], *, on: date | None = None, **rest):
    """Ask for days, so that they are reserved."""
    with employee_locked(employee_id=employee.pk):
        row = make_request(employee, days, **rest)
        ledger.reserve(row, days, now=noon(on or days[0].day))
    return row


def take(
    employee: Employee, days: Sequence[CountedDay], *, on: date | None = None, **rest
) -> LeaveRequest:
    """Ask for days and have them granted."""
    row = ask(employee, days, on=on, **rest)
    grant_days(row, days, on=on)
    return row


def grant_days(
    row: LeaveRequest, days: Sequence[CountedDay], *, on: date | None = None
) -> None:
    """Grant a request."""
    with employee_locked(employee_id=row.employee_id):
        move(row, State.GRANTED)
        ledger.consume(row, days, now=noon(on or days[0].day))


def let_go(row: LeaveRequest, state: State, *, on: date) -> None:
    """End a request that holds days."""
    with employee_locked(employee_id=row.employee_id):
        move(row, state)
        ledger.release(row, now=noon(on))


def take_back(row: LeaveRequest, days: Sequence[CountedDay], *, on: date) -> Decimal:
    """Give days of a granted request back."""
    with employee_locked(employee_id=row.employee_id):
        move(row, State.CANCELLED)
        return ledger.give_back(row, [counted.day for counted in days], now=noon(on))


def move(row: LeaveRequest, state: State) -> None:
    """Put a request into a state, without the steps between."""
    row.state = state
    LeaveRequest.objects.filter(pk=row.pk).update(state=state)


def left(employee: Employee, year: int, *, code: str = ANNUAL) -> Balance:
    """Return the balance of a year as the ledger stands."""
    return balance_of(employee_id=employee.pk, code=code, year=year)


def replay(*, account_id: UUID) -> Decimal:
    """Return what the entries of an account come to, added up by hand."""
    entries = LedgerEntry.objects.filter(account=account_id)
    return sum(entries.values_list("quantity", flat=True), Decimal(0))
