"""Reading the ledger the way the rules of entitlement want it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models.functions import ExtractYear

from portal.leave.choices import KEPT, Family
from portal.leave.models import LeaveRequest
from portal.leave.rules.entitlement import (
    LOOKS_BACK_YEARS,
    Bucket,
    JointDay,
    Plan,
    Terms,
    plan_year,
)
from portal.leave.rules.kinds import Kind
from portal.leave.selectors.joint import Code, joint_days_off, joint_days_taken
from portal.leave.selectors.kinds import account_kinds, accounts_among
from portal.leave.selectors.service import services_of
from portal.people.selectors import EmployeeCard

DEFER_KEY: Final = "defer:"
"""How the key of a release begins that was made because an official deferred the leave."""
REOPEN_KEY: Final = "reopen:"
"""How the key of an entry begins that puts back what had expired."""

_T = TypeVar("_T")

_BUCKETS = """
SELECT a.employee_id, a.code, a.leave_year, a.source_year, a.available,
    coalesce(sum(e.quantity) FILTER (WHERE e.kind = 'GRANT'), 0),
    coalesce(sum(e.quantity) FILTER (WHERE e.kind = 'CARRY'), 0),
    coalesce(sum(e.quantity) FILTER (WHERE e.kind = 'DEFER_CARRY'), 0),
    -coalesce(sum(e.quantity) FILTER (WHERE e.request_id IS NOT NULL), 0),
    -coalesce(sum(e.quantity) FILTER (WHERE e.kind IN ('RESERVE', 'RELEASE')), 0),
    coalesce(sum(e.quantity) FILTER (WHERE e.key LIKE %(defer)s), 0),
    -coalesce(
        sum(e.quantity) FILTER (WHERE e.kind = 'EXPIRE' OR e.key LIKE %(reopen)s), 0
    )
FROM leave_leaveaccount a LEFT JOIN leave_ledgerentry e ON e.account_id = a.id
WHERE a.employee_id = ANY (%(people)s) AND a.leave_year >= %(since)s
    AND (%(code)s = '' OR a.code = %(code)s)
GROUP BY a.id
ORDER BY a.leave_year, a.source_year
"""
"""The columns of `Bucket` in their order, after the employee and the code."""


@dataclass(frozen=True, slots=True)
class Known:
    """
    What has been read already about the people whose days are counted; None where nothing has.

    ``kinds`` as `all_kinds` reads them, ``services`` as `services_of`, ``long_years`` as the
    function of that name, ``joint_years`` those each agency takes off, ``joint_taken`` what was
    taken off since the first year a plan looks back to.
    """

    kinds: Sequence[Kind] | None = None
    services: Mapping[UUID, date | None] | None = None
    long_years: Mapping[UUID, frozenset[int]] | None = None
    joint_years: Mapping[UUID, Collection[int]] | None = None
    joint_taken: Mapping[Code, Sequence[JointDay]] | None = None

    def __repr__(self) -> str:
        return "<known>"


def plans_for(
    *, cards: Iterable[EmployeeCard], year: int, today: date, known: Known | None = None
) -> dict[tuple[UUID, str], Plan]:
    """
    Return by employee and code what is due in the accounts of a year, and how they stand then.

    For every kind with an account that her employment opens. Departed employees have none. A
    constant number of queries, however many employees; what is ``known`` is not read again.
    """
    people = [card for card in cards if card.is_active]
    years = range(year - LOOKS_BACK_YEARS, year + 1)
    read = known or Known()
    kinds = _accounts(people, years, read)
    if not kinds:
        return {}
    ids = [card.id for card in people]
    services = services_of(people) if read.services is None else read.services
    long = long_years(employee_ids=ids) if read.long_years is None else read.long_years
    buckets = buckets_of(employee_ids=ids, since=years.start)
    off = joint_days_off(people, years=years, deducting=read.joint_years)
    taken = read.joint_taken
    if taken is None:
        taken = joint_days_taken(employee_ids=ids, since=years.start)
    return {
        (card.id, code): plan_year(
            buckets.get((card.id, code), ()),
            year=year,
            terms=Terms(
                kinds=mine,
                since=services.get(card.id),
                long_years=_of_annual(mine, long.get(card.id, frozenset())),
                today=today,
                joint_days=_since(
                    services.get(card.id), _of_annual(mine, off.get(card.id, frozenset()))
                ),
                joint_taken=taken.get((card.id, code), ()),
            ),
        )
        for card in people
        for code, mine in _codes(card, kinds).items()
    }


def buckets_of(
    *, employee_ids: Collection[UUID], since: int, code: str = ""
) -> dict[tuple[UUID, str], list[Bucket]]:
    """Return the buckets of these employees by code, from a leave year on; one query."""
    found: dict[tuple[UUID, str], list[Bucket]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _BUCKETS,
            {
                "defer": f"{DEFER_KEY}%",
                "reopen": f"{REOPEN_KEY}%",
                "people": list(employee_ids),
                "since": since,
                "code": code,
            },
        )
        for employee_id, own, *columns in cursor.fetchall():
            found.setdefault((employee_id, own), []).append(Bucket(*columns))
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
    return _years_of(rows)


def long_years_among(rows: Iterable[LeaveRequest]) -> dict[UUID, frozenset[int]]:
    """Return the same of requests that are read already, with their kinds; see `long_years`."""
    return _years_of(
        (row.employee_id, row.first_day.year)
        for row in rows
        if row.state in KEPT and row.leave_type.family == Family.LONG
    )


def _years_of(found: Iterable[tuple[UUID, int]]) -> dict[UUID, frozenset[int]]:
    years: dict[UUID, set[int]] = {}
    for employee_id, year in found:
        years.setdefault(employee_id, set()).add(year)
    return {employee_id: frozenset(own) for employee_id, own in years.items()}


def _accounts(
    people: Iterable[EmployeeCard], years: range, read: Known
) -> dict[tuple[UUID, str], dict[int, Kind]]:
    if read.kinds is not None:
        return accounts_among(read.kinds, years=years)
    return account_kinds(agency_ids={card.agency_id for card in people}, years=years)


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


def _of_annual(kinds: Mapping[int, Kind], found: frozenset[_T]) -> frozenset[_T]:
    """Keep what concerns annual leave alone: years of long leave, and joint leave."""
    is_annual = any(kind.family == Family.ANNUAL for kind in kinds.values())
    return found if is_annual else frozenset()


def _since(service: date | None, days: frozenset[date]) -> frozenset[date]:
    """Leave out the days before somebody served."""
    return days if service is None else frozenset(day for day in days if day >= service)
