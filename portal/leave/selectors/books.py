"""Reading the ledger the way the rules of entitlement want it."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, ExtractYear

from portal.leave.choices import EntryKind, Family
from portal.leave.models import LeaveAccount, LeaveRequest
from portal.leave.rules.entitlement import (
    LOOKS_BACK_YEARS,
    Bucket,
    Plan,
    Terms,
    plan_year,
)
from portal.leave.rules.kinds import Kind
from portal.leave.selectors.kinds import account_kinds
from portal.leave.selectors.service import services_since
from portal.people.selectors import EmployeeCard, employees_by_id

DEFER_KEY: Final = "defer:"
"""How the key of a release begins that was made because an official deferred the leave."""
REOPEN_KEY: Final = "reopen:"
"""How the key of an entry begins that puts back what had expired."""
_PART = "entries__"


def plans_for(
    *, employee_ids: Collection[UUID], year: int, today: date
) -> dict[tuple[UUID, str], Plan]:
    """
    Return by employee and code what is due in the accounts of a year, and how they stand then.

    For every kind with an account that her employment opens. Departed employees have none. A
    constant number of queries, however many employees.
    """
    cards = employees_by_id(employee_ids=employee_ids)
    years = range(year - LOOKS_BACK_YEARS, year + 1)
    kinds = account_kinds(agency_ids={card.agency_id for card in cards.values()}, years=years)
    if not kinds:
        return {}
    services = services_since(employee_ids=list(cards))
    long = long_years(employee_ids=list(cards))
    buckets = buckets_of(employee_ids=list(cards), since=years.start)
    return {
        (card.id, code): plan_year(
            buckets.get((card.id, code), ()),
            year=year,
            terms=Terms(
                kinds=mine,
                since=services.get(card.id),
                long_years=_closed(mine, long.get(card.id, frozenset())),
                today=today,
            ),
        )
        for card in cards.values()
        if card.is_active
        for code, mine in _codes(card, kinds).items()
    }


def buckets_of(
    *, employee_ids: Collection[UUID], since: int, code: str = ""
) -> dict[tuple[UUID, str], list[Bucket]]:
    """Return the buckets of these employees by code, from a leave year on; one query."""
    rows = LeaveAccount.objects.filter(employee__in=set(employee_ids), leave_year__gte=since)
    if code:
        rows = rows.filter(code=code)
    found: dict[tuple[UUID, str], list[Bucket]] = {}
    for row in _summed(rows).order_by("leave_year", "source_year"):
        bucket = Bucket(
            leave_year=row.leave_year,
            source_year=row.source_year,
            available=row.available,
            granted=row.granted,
            carried=row.carried,
            carried_deferred=row.carried_deferred,
            used=-row.moved,
            reserved=-row.held,
            deferred=row.deferred,
            expired=-row.struck,
        )
        found.setdefault((row.employee_id, row.code), []).append(bucket)
    return found


def long_years(*, employee_ids: Collection[UUID]) -> dict[UUID, frozenset[int]]:
    """
    Return in which years each of these employees takes long leave; one query.

    A long leave belongs to the year it starts in, and counts once it has been granted.
    """
    rows = (
        LeaveRequest.objects.kept()
        .filter(employee__in=set(employee_ids), leave_type__family=Family.LONG)
        .annotate(year=ExtractYear("first_day"))
        .values_list("employee_id", "year")
    )
    found: dict[UUID, set[int]] = {}
    for employee_id, year in rows:
        found.setdefault(employee_id, set()).add(year)
    return {employee_id: frozenset(years) for employee_id, years in found.items()}


def _summed(rows: QuerySet[LeaveAccount]) -> QuerySet[LeaveAccount]:
    kind = f"{_PART}kind"
    of_a_request = Q(**{f"{_PART}request__isnull": False})
    put_back = Q(**{kind: EntryKind.REVERSE, f"{_PART}key__startswith": REOPEN_KEY})
    moves = Q(
        **{
            f"{kind}__in": (
                EntryKind.RESERVE,
                EntryKind.RELEASE,
                EntryKind.CONSUME,
                EntryKind.REVERSE,
            )
        }
    )
    return rows.annotate(
        granted=_sum(Q(**{kind: EntryKind.GRANT})),
        carried=_sum(Q(**{kind: EntryKind.CARRY})),
        carried_deferred=_sum(Q(**{kind: EntryKind.DEFER_CARRY})),
        moved=_sum(moves & of_a_request),
        held=_sum(Q(**{f"{kind}__in": (EntryKind.RESERVE, EntryKind.RELEASE)})),
        deferred=_sum(Q(**{kind: EntryKind.RELEASE, f"{_PART}key__startswith": DEFER_KEY})),
        struck=_sum(Q(**{kind: EntryKind.EXPIRE}) | put_back),
    )


def _sum(which: Q) -> Coalesce:
    zero = Value(Decimal(0), output_field=DecimalField())
    return Coalesce(Sum(f"{_PART}quantity", filter=which), zero)


def _codes(
    card: EmployeeCard, kinds: Mapping[tuple[UUID, str], Mapping[int, Kind]]
) -> dict[str, dict[int, Kind]]:
    mine = {
        code: {
            year: kind for year, kind in by_year.items() if card.employment in kind.employments
        }
        for (agency_id, code), by_year in kinds.items()
        if agency_id == card.agency_id
    }
    return {code: by_year for code, by_year in mine.items() if by_year}


def _closed(kinds: Mapping[int, Kind], years: frozenset[int]) -> frozenset[int]:
    """Keep the years of long leave for annual leave, which alone they close."""
    is_annual = any(kind.family == Family.ANNUAL for kind in kinds.values())
    return years if is_annual else frozenset()
