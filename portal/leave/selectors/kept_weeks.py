"""Weeks, joint leave and the days of one employee, as HR keeps them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import BaseExpression
from django.db.models.functions import Lower
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.calendars.rules import local_day
from portal.leave import policies
from portal.leave.choices import EntryKind, PatternKind
from portal.leave.models import JointLeaveDuty, JointLeaveYear, ServiceRecord, WorkPattern
from portal.leave.policies.desk import get_settled_employee
from portal.leave.rules.entitlement import LOOKS_BACK_YEARS
from portal.leave.rules.kinds import INDONESIAN
from portal.leave.selectors.balances import (
    Balance,
    EntryRow,
    entries_of,
    joint_taken_among,
    own_balances,
)
from portal.leave.selectors.books import Known
from portal.leave.selectors.kept import PersonRow
from portal.leave.selectors.kinds import all_kinds, open_among
from portal.leave.selectors.service import service_of
from portal.people.actors import Account
from portal.people.choices import Employment
from portal.people.selectors import card_of

MINUTES: Final = 60


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week with its time; ``owner`` is empty for the agency's."""

    id: UUID
    owner: str
    employee_id: UUID | None
    kind_label: str
    days_label: str
    hours_label: str
    valid_from: date
    valid_until: date | None
    legal_basis: str
    is_now: bool
    is_over: bool
    can_end: bool

    def __repr__(self) -> str:
        return "<week>"


@dataclass(frozen=True, slots=True)
class JointYearRow:
    """Whether the joint leave of a year is taken off the annual leave."""

    year: int
    deducts: bool
    legal_basis: str


@dataclass(frozen=True, slots=True)
class WeeksPage:
    """The weeks of an agency, of its units and of its people, and the years of joint leave."""

    weeks: tuple[WeekRow, ...]
    past: tuple[WeekRow, ...]
    joint_years: tuple[JointYearRow, ...]

    @property
    def has_week(self) -> bool:
        """Say whether the agency has a week of its own; nothing is counted without one."""
        return any(not row.owner and row.is_now for row in self.weeks)


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of the ledger, in words."""

    on_day: date
    label: str
    quantity: str
    source_year: int
    request_id: UUID | None


@dataclass(frozen=True, slots=True)
class BookRow:
    """One kind with an account: what is left, and every line behind it."""

    name: str
    balance: Balance
    lines: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementPage:
    """What HR keeps of somebody's days; no request, no reason."""

    id: UUID
    name: str
    unit: str
    employment_label: str
    is_active: bool
    year: int
    years: tuple[int, ...]
    since: date | None
    is_recorded: bool
    """Whether HR wrote the start of service down; otherwise the number tells it."""
    contract_until: date | None
    books: tuple[BookRow, ...]
    codes: tuple[tuple[str, str], ...]
    duties: tuple[date, ...]
    weeks: tuple[WeekRow, ...]

    def __repr__(self) -> str:
        return "<entitlement>"


def list_weeks(*, actor: Account, now: datetime) -> WeeksPage:
    """
    Return every week of the agency: its own first, then units, then people; two queries.

    :raises Http404: for anybody but an HR officer.
    """
    agency_id = policies.get_settled_agency(actor)
    today = local_day(now, actor.zone)
    rows = list(_weeks(WorkPattern.objects.filter(agency_id=agency_id), today=today))
    years = JointLeaveYear.objects.filter(agency_id=agency_id).order_by("-year")
    return WeeksPage(
        weeks=tuple(row for row in rows if not row.is_over),
        past=tuple(row for row in rows if row.is_over),
        joint_years=tuple(
            JointYearRow(row.year, row.deducts, row.legal_basis) for row in years
        ),
    )


def get_entitlement(
    *, actor: Account, employee_id: UUID, year: int | None, now: datetime
) -> EntitlementPage:
    """
    Return somebody's days of a year, this one if none is named, with every line behind them.

    A year that is neither one of the two last, this nor the next counts as this one.

    :raises Http404: alike for a foreign and for an absent one, and for oneself.
    """
    employee = get_settled_employee(actor=actor, employee_id=employee_id, beside=_kept())
    recorded: date | None = getattr(employee, "started_on", None)
    duties: list[date] = getattr(employee, "duties", [])
    person, today = card_of(employee), local_day(now, employee.work_zone)
    years = tuple(range(today.year - 2, today.year + 2))
    shown = year if year in years else today.year
    versions = all_kinds(agency_ids=[person.agency_id])
    since = service_of(person, recorded=recorded)
    names = {
        kind.code: kind.name(get_language() or INDONESIAN)
        for kind in open_among(versions, person, since=since, on=today)
        if kind.has_account
    }
    entries = entries_of(employee_id=person.id, since=shown - LOOKS_BACK_YEARS)
    known = Known(
        kinds=versions,
        services={person.id: since},
        joint_taken=joint_taken_among(entries, employee_id=person.id),
    )
    left = own_balances(person, codes=names, year=shown, today=today, known=known)
    return EntitlementPage(
        id=employee.pk,
        name=employee.user.full_name,
        unit=employee.unit.name,
        employment_label=str(Employment(employee.employment).label),
        is_active=employee.user.is_active,
        year=shown,
        years=years,
        since=since,
        is_recorded=recorded is not None,
        contract_until=getattr(employee, "contract_until", None),
        books=tuple(_book(name, left[code], entries) for code, name in names.items()),
        codes=tuple(names.items()),
        duties=tuple(day for day in duties if day.year == shown),
        weeks=tuple(_weeks(WorkPattern.objects.filter(employee=employee), today=today)),
    )


def get_person(*, actor: Account, employee_id: UUID) -> PersonRow:
    """
    Return somebody whose days the actor keeps; one query.

    :raises Http404: alike for a foreign and for an absent one, and for oneself.
    """
    found = get_settled_employee(actor=actor, employee_id=employee_id)
    return PersonRow(found.pk, found.user.full_name, found.unit.name)


def _kept() -> dict[str, BaseExpression]:
    """Return what HR wrote down of somebody, to be read with her."""
    record = ServiceRecord.objects.filter(employee=OuterRef("pk"))
    duties = JointLeaveDuty.objects.filter(employee=OuterRef("pk")).order_by("day")
    return {
        "started_on": Subquery(record.values("started_on")),
        "contract_until": Subquery(record.values("contract_until")),
        "duties": ArraySubquery(duties.values("day")),
    }


def _book(name: str, balance: Balance, entries: Iterable[EntryRow]) -> BookRow:
    place = (balance.code, balance.year)
    return BookRow(
        name=name,
        balance=balance,
        lines=tuple(
            LineRow(
                on_day=line.on_day,
                label=str(EntryKind(line.kind).label),
                quantity=f"{line.quantity.normalize():+f}".replace("-", "\N{MINUS SIGN}"),
                source_year=line.source_year,
                request_id=line.request_id,
            )
            for line in entries
            if (line.code, line.leave_year) == place
        ),
    )


def _weeks(rows: QuerySet[WorkPattern], *, today: date) -> Iterator[WeekRow]:
    """Yield weeks in words: the agency's, then units, then people; the newest first."""
    named = rows.select_related("unit", "employee__user").order_by(
        Lower("employee__user__full_name").asc(nulls_first=True),
        Lower("unit__name").asc(nulls_first=True),
        "-valid_from",
        "id",
    )
    for row in named:
        is_over = row.valid_until is not None and row.valid_until < today
        is_house = row.unit is None and row.employee is None
        yield WeekRow(
            id=row.pk,
            owner=_owner(row),
            employee_id=row.employee_id,
            kind_label=str(PatternKind(row.kind).label),
            days_label=days_in_words(row.days),
            hours_label=hours_in_words(row.weekly_minutes),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            legal_basis=row.legal_basis,
            is_now=not is_over and row.valid_from <= today,
            is_over=is_over,
            can_end=not is_over and not (is_house and row.kind == PatternKind.USUAL),
        )


def _owner(row: WorkPattern) -> str:
    if row.employee is not None:
        return row.employee.user.full_name
    return row.unit.name if row.unit is not None else ""


def days_in_words(days: Collection[int]) -> str:
    """Return working days in words: Monday to Friday, or one by one; 1 is Monday."""
    worked = sorted(set(days))
    names = [str(WEEKDAYS[day - 1]) for day in worked]
    if len(worked) > 2 and worked[-1] - worked[0] == len(worked) - 1:
        return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return ", ".join(names)


def hours_in_words(minutes: int) -> str:
    """Return the length of a working week in words."""
    hours, rest = divmod(minutes, MINUTES)
    if rest:
        return _("%(hours)s hours %(minutes)s minutes a week") % {
            "hours": hours,
            "minutes": rest,
        }
    return _("%(hours)s hours a week") % {"hours": hours}
