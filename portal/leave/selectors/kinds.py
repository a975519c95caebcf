"""Reading the kinds of leave of an agency, by the version that is valid on a day."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from portal.leave.choices import (
    Certificate,
    Decider,
    Family,
    Issuer,
    ManagerSees,
    Purpose,
    Unit,
)
from portal.leave.models import LeaveType
from portal.leave.rules.kinds import EvidenceStep, Kind, bent_for, is_open, pick
from portal.leave.selectors.service import services_of
from portal.people.choices import Employment
from portal.people.selectors import EmployeeCard, employees_by_id


def kind_of(leave_type: LeaveType) -> Kind:
    """Return a row of the rule as a value."""
    return Kind(
        id=leave_type.pk,
        agency_id=leave_type.agency_id,
        code=leave_type.code,
        family=Family(leave_type.family),
        employments=tuple(Employment(one) for one in leave_type.employments),
        name_id=leave_type.name_id,
        name_en=leave_type.name_en,
        unit=Unit(leave_type.unit),
        most=leave_type.most,
        most_months=leave_type.most_months,
        extra_months=leave_type.extra_months,
        service_months=leave_type.service_months,
        service_below=leave_type.service_below,
        purpose=Purpose(leave_type.purpose) if leave_type.purpose else None,
        has_account=leave_type.has_account,
        yearly=leave_type.yearly,
        carry_one=leave_type.carry_one,
        carry_two=leave_type.carry_two,
        half_days=leave_type.half_days,
        evidence=tuple(
            EvidenceStep(step["from_day"], tuple(Issuer(one) for one in step["issuers"]))
            for step in leave_type.evidence
        ),
        evidence_within=leave_type.evidence_within,
        can_refuse=leave_type.can_refuse,
        can_defer=leave_type.can_defer,
        can_recall=leave_type.can_recall,
        is_provisional=leave_type.is_provisional,
        decider=Decider(leave_type.decider),
        manager_sees=ManagerSees(leave_type.manager_sees),
        position=leave_type.position,
        valid_from=leave_type.valid_from,
        valid_until=leave_type.valid_until,
        legal_basis=leave_type.legal_basis,
    )


def kinds_for(*, employee_id: UUID, on: date) -> list[Kind]:
    """
    Return the kinds that somebody can ask for on a day, by position and code.

    Those of her agency that are valid, switched on and meant for her employment. One that
    opens after a longer service is among them: the refusal says so.
    """
    card = employees_by_id(employee_ids=[employee_id]).get(employee_id)
    return kinds_open_to(card, on=on) if card else []


def kinds_open_to(person: EmployeeCard, *, on: date) -> list[Kind]:
    """Return the kinds that somebody who is read already can ask for; see `kinds_for`."""
    rows = kinds_of(agency_id=person.agency_id, on=on)
    since = services_of([person])[person.id] if _asks_for_service(rows) else None
    return open_among(rows, person, since=since, on=on)


def open_among(
    versions: Iterable[Kind], person: EmployeeCard, *, since: date | None, on: date
) -> list[Kind]:
    """Return those of some kinds that somebody who serves ``since`` can ask for on a day."""
    return [
        kind
        for kind in versions
        if kind.valid_from <= on
        and (kind.valid_until is None or kind.valid_until >= on)
        and is_open(kind, employment=person.employment, since=since, on=on)
    ]


def kind_for(
    *, employee_id: UUID, certificate: Certificate, code: str, on: date
) -> Kind | None:
    """Return the kind that somebody's answers lead to on a day; None if there is none."""
    return pick(kinds_for(employee_id=employee_id, on=on), certificate=certificate, code=code)


def rule_for(kind: Kind, *, purpose: Purpose, on: date) -> Kind:
    """
    Return the rule whose limits, service and evidence hold for a purpose on a day.

    The kind itself, unless the agency bends it for the purpose. Ask before sealing the purpose
    and write neither code nor id of the answer down: they would say why. No query where there
    is no purpose.
    """
    if purpose == Purpose.NONE:
        return kind
    rows = _rows(kind.agency_id, on).filter(purpose=purpose, is_on=True)
    return bent_for(kind, purpose, among=[kind_of(row) for row in rows])


def kinds_of(*, agency_id: UUID, on: date) -> list[Kind]:
    """Return the kinds of an agency that can be asked for on a day, by position and code."""
    return [kind_of(row) for row in _rows(agency_id, on).filter(is_on=True, purpose="")]


def account_kinds(
    *, agency_ids: Collection[UUID], years: Iterable[int]
) -> dict[tuple[UUID, str], dict[int, Kind]]:
    """
    Return the kinds with an account by agency and code: for each year the version it follows.

    The one valid on 1 January, or the first to become valid in the year; a year without one is
    left out. By position and code; one query.
    """
    rows = _versions(agency_ids).filter(has_account=True)
    return accounts_among([kind_of(row) for row in rows], years=years)


def all_kinds(*, agency_ids: Collection[UUID]) -> list[Kind]:
    """
    Return the kinds of these agencies that are switched on, in every version of theirs.

    By position, code and first day; one query.
    """
    return [kind_of(row) for row in _versions(agency_ids)]


def accounts_among(
    kinds: Iterable[Kind], *, years: Iterable[int]
) -> dict[tuple[UUID, str], dict[int, Kind]]:
    """Return those with an account of what `all_kinds` read; see `account_kinds`."""
    versions: dict[tuple[UUID, str], list[Kind]] = {}
    for one in kinds:
        if one.has_account:
            versions.setdefault((one.agency_id, one.code), []).append(one)
    span = list(years)
    found = {
        place: {year: kind for year in span if (kind := _of_year(own, year)) is not None}
        for place, own in versions.items()
    }
    return {place: by_year for place, by_year in found.items() if by_year}


def _of_year(versions: Iterable[Kind], year: int) -> Kind | None:
    first, last = date(year, 1, 1), date(year, 12, 31)
    valid = (
        kind
        for kind in versions
        if kind.valid_from <= last and (kind.valid_until is None or kind.valid_until >= first)
    )
    return next(valid, None)


def _versions(agency_ids: Collection[UUID]) -> QuerySet[LeaveType]:
    rows = LeaveType.objects.filter(agency__in=set(agency_ids), is_on=True)
    return rows.order_by("position", "code", "valid_from")


def _rows(agency_id: UUID, on: date) -> QuerySet[LeaveType]:
    rows: QuerySet[LeaveType] = LeaveType.objects.on(on).filter(agency_id=agency_id)
    return rows.order_by("position", "code")


def _asks_for_service(kinds: Collection[Kind]) -> bool:
    return any(kind.service_below for kind in kinds)
