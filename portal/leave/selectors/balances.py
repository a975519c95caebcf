"""What is left of the days of a year, by the bucket they come from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from portal.leave.choices import EntryKind
from portal.leave.models import LedgerEntry
from portal.leave.rules.entitlement import Bucket
from portal.leave.selectors.books import buckets_of, plans_for
from portal.people.selectors import employees_by_id


@dataclass(frozen=True, slots=True)
class Balance:
    """
    Days of one kind in one leave year.

    ``buckets`` are (source year, days available), the oldest first, as form V shows them.
    ``reserved`` is held by requests on their way, ``taken`` what was granted.
    """

    code: str
    year: int
    available: Decimal
    buckets: tuple[tuple[int, Decimal], ...]
    reserved: Decimal
    taken: Decimal


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of the ledger, for whoever it belongs to and for HR."""

    on_day: date
    kind: EntryKind
    quantity: Decimal
    leave_year: int
    source_year: int
    request_id: UUID | None


def balance_of(
    *, employee_id: UUID, code: str, year: int, today: date | None = None
) -> Balance:
    """Return what is left of one kind for somebody; see `balances_of`."""
    return balances_of(employee_ids=[employee_id], code=code, year=year, today=today)[
        employee_id
    ]


def balances_of(
    *, employee_ids: Collection[UUID], code: str, year: int, today: date | None = None
) -> dict[UUID, Balance]:
    """
    Return what is left of one kind for each of these employees; a constant number of queries.

    With ``today`` what is still due counts as done, so that nobody sees nothing because a
    nightly job is late. Without it the ledger counts as it stands, and a year that nobody has
    opened with its own days alone.
    """
    wanted = set(employee_ids)
    stored = buckets_of(employee_ids=wanted, since=year, code=code)
    found = {employee_id: list(stored.get((employee_id, code), ())) for employee_id in wanted}
    planned = [
        employee_id
        for employee_id, buckets in found.items()
        if today is not None or not any(one.granted for one in buckets)
    ]
    if planned:
        day = today or date(year - 1, 12, 31)
        cards = employees_by_id(employee_ids=planned).values()
        plans = plans_for(cards=cards, year=year, today=day)
        found |= {
            employee_id: plan.of_year(year)
            for (employee_id, own), plan in plans.items()
            if own == code
        }
    return {
        employee_id: _balance(buckets, code, year) for employee_id, buckets in found.items()
    }


def entries_of(*, employee_id: UUID, code: str, year: int) -> list[EntryRow]:
    """Return every line of the ledger of a leave year, in the order of days; one query."""
    rows = (
        LedgerEntry.objects.filter(
            account__employee=employee_id, account__code=code, account__leave_year=year
        )
        .select_related("account")
        .order_by("on_day", "account__source_year", "key")
    )
    return [
        EntryRow(
            on_day=row.on_day,
            kind=EntryKind(row.kind),
            quantity=row.quantity,
            leave_year=row.account.leave_year,
            source_year=row.account.source_year,
            request_id=row.request_id,
        )
        for row in rows
    ]


def _balance(buckets: Iterable[Bucket], code: str, year: int) -> Balance:
    rows = [one for one in buckets if one.leave_year == year]
    zero = Decimal(0)
    reserved = sum((one.reserved for one in rows), zero)
    return Balance(
        code=code,
        year=year,
        available=sum((one.available for one in rows), zero),
        buckets=tuple((one.source_year, one.available) for one in rows),
        reserved=reserved,
        taken=sum((one.used for one in rows), zero) - reserved,
    )
