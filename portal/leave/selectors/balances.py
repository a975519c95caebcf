"""What is left of the days of a year, by the bucket they come from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef

from portal.leave.choices import EntryKind
from portal.leave.models import LedgerEntry
from portal.leave.rules.entitlement import Bucket, JointDay
from portal.leave.selectors.books import Known, buckets_of, plans_for
from portal.people.selectors import EmployeeCard, employees_by_id

Place = tuple[UUID, str]
"""An employee and the code of a kind."""
Taken = Mapping[Place, Sequence[JointDay]]


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
    """
    One line of the ledger, for whoever it belongs to and for HR.

    ``stands`` says that no other line reverses it.
    """

    id: UUID
    code: str
    on_day: date
    kind: EntryKind
    quantity: Decimal
    leave_year: int
    source_year: int
    request_id: UUID | None
    stands: bool


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
    if today is not None:
        cards = employees_by_id(employee_ids=wanted).values()
        due = _due(cards, [code], year=year, today=today)
        return {employee_id: due[employee_id, code] for employee_id in wanted}
    found = _stored(wanted, [code], year=year)
    unopened = [
        employee_id
        for (employee_id, _code), buckets in found.items()
        if not any(one.granted for one in buckets)
    ]
    if unopened:
        cards = employees_by_id(employee_ids=unopened).values()
        plans = plans_for(cards=cards, year=year, today=date(year - 1, 12, 31))
        found |= {place: plan.of_year(year) for place, plan in plans.items()}
    return {
        employee_id: _balance(found[employee_id, code], code, year) for employee_id in wanted
    }


def own_balances(
    person: EmployeeCard,
    *,
    codes: Collection[str],
    year: int,
    today: date,
    known: Known | None = None,
) -> dict[str, Balance]:
    """
    Return what is left of each of these kinds for somebody who is read already.

    What is still due counts as done, see `balances_of`. A constant number of queries, however
    many kinds; none for none, and fewer where more is ``known``.
    """
    if not codes:
        return {}
    due = _due([person], codes, year=year, today=today, known=known)
    return {code: due[person.id, code] for code in codes}


def entries_of(*, employee_id: UUID, since: int) -> list[EntryRow]:
    """Return every line of somebody's ledger from a leave year on, by day; one query."""
    reversing = LedgerEntry.objects.filter(reverses=OuterRef("pk"))
    rows = (
        LedgerEntry.objects.filter(
            account__employee=employee_id, account__leave_year__gte=since
        )
        .annotate(stands=~Exists(reversing))
        .select_related("account")
        .order_by("on_day", "account__source_year", "key")
    )
    return [
        EntryRow(
            id=row.pk,
            code=row.account.code,
            on_day=row.on_day,
            kind=EntryKind(row.kind),
            quantity=row.quantity,
            leave_year=row.account.leave_year,
            source_year=row.account.source_year,
            request_id=row.request_id,
            stands=row.stands,
        )
        for row in rows
    ]


def joint_taken_among(entries: Iterable[EntryRow], *, employee_id: UUID) -> Taken:
    """Return what was taken off for joint leave and stands, of lines that are read already."""
    found: dict[Place, list[JointDay]] = {}
    for line in entries:
        if line.kind == EntryKind.JOINT_LEAVE and line.stands:
            day = JointDay(
                line.id, line.leave_year, line.source_year, line.on_day, -line.quantity
            )
            found.setdefault((employee_id, line.code), []).append(day)
    return found


def _due(
    cards: Collection[EmployeeCard],
    codes: Collection[str],
    *,
    year: int,
    today: date,
    known: Known | None = None,
) -> dict[Place, Balance]:
    """Return balances with what is due; where nothing can be due, the ledger as it stands."""
    plans = plans_for(cards=cards, year=year, today=today, known=known)
    wanted = [(card.id, code) for card in cards for code in codes]
    rest = [place for place in wanted if place not in plans]
    found: dict[Place, Sequence[Bucket]] = {}
    if rest:
        found |= _stored({employee_id for employee_id, _code in rest}, codes, year=year)
    found |= {place: plan.of_year(year) for place, plan in plans.items()}
    return {place: _balance(found[place], place[1], year) for place in wanted}


def _stored(
    employee_ids: Collection[UUID], codes: Collection[str], *, year: int
) -> dict[Place, Sequence[Bucket]]:
    """Return the buckets of each of these kinds for each of these employees; one query."""
    code = next(iter(codes)) if len(codes) == 1 else ""
    rows = buckets_of(employee_ids=employee_ids, since=year, code=code)
    return {
        (employee_id, code): rows.get((employee_id, code), ())
        for employee_id in employee_ids
        for code in codes
    }


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
