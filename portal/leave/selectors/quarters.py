"""Frozen quarters as they were counted, for a page and for a file: the same table."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import Http404
from django.utils.translation import gettext as _

from portal.leave.choices import Family
from portal.leave.models import QuarterTable
from portal.leave.policies import desk_agency
from portal.leave.rules.quarters import OTHER, quarter_of
from portal.people.actors import Account
from portal.people.rules import neutral_cell

_MONTHS: Final = 3


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A line of a frozen table; ``name`` is empty for units that are told together."""

    name: str
    cells: tuple[tuple[str, int | None], ...]
    """The name of the column and how many people; None where it would tell too much."""


@dataclass(frozen=True, slots=True)
class QuarterNumbers:
    """A quarter as it was frozen; ``total`` is None where there is one line or none."""

    first_day: date
    year: int
    number: int
    columns: tuple[str, ...]
    lines: tuple[NumberLine, ...]
    total: NumberLine | None
    frozen_on: date


def list_quarters(*, actor: Account) -> list[QuarterNumbers]:
    """
    Return the frozen quarters of the agency whose leave the actor handles, newest first.

    :raises Http404: for anybody but HR and the authorised officials.
    """
    tables = QuarterTable.objects.filter(agency_id=desk_agency(actor))
    return [_read(table) for table in tables.order_by("-quarter")]


def get_quarter(*, actor: Account, year: int, number: int) -> QuarterNumbers:
    """
    Return one frozen quarter.

    :raises Http404: if it is not frozen, and for anybody but HR and the authorised officials.
    """
    for quarter in list_quarters(actor=actor):
        if (quarter.year, quarter.number) == (year, number):
            return quarter
    raise Http404


def quarter_csv(quarter: QuarterNumbers) -> bytes:
    """Return a quarter as a file: what the page shows and nothing else; hidden cells empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_("Unit"), *quarter.columns])
    for line in quarter.lines:
        writer.writerow([neutral_cell(line.name or _("Other units")), *_cells(line)])
    if quarter.total is not None:
        writer.writerow([_("All together"), *_cells(quarter.total)])
    return out.getvalue().encode()


def _cells(line: NumberLine) -> list[str]:
    return ["" if people is None else str(people) for _column, people in line.cells]


def _read(table: QuarterTable) -> QuarterNumbers:
    rows = table.rows
    first = quarter_of(table.quarter)
    columns = tuple(_label(column) for column in rows["columns"])
    return QuarterNumbers(
        first_day=first,
        year=first.year,
        number=(first.month + 2) // _MONTHS,
        columns=columns,
        lines=tuple(_line(row["name"], columns, row["cells"]) for row in rows["rows"]),
        total=_line("", columns, rows["total"]) if rows["total"] is not None else None,
        frozen_on=table.frozen_on,
    )


def _line(name: str, columns: tuple[str, ...], cells: list[int | None]) -> NumberLine:
    return NumberLine(name, tuple(zip(columns, cells, strict=True)))


def _label(column: str) -> str:
    return _("Other leave") if column == OTHER else str(Family(column).label)
