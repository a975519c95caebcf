"""
What may be told of a quarter in numbers: people, and no person.

Fixed tables only: units at the top by groups of kinds. A unit with few people is told together
with others, whatever its numbers are, so that the merging tells nothing. No sum is printed but
one down a column, and nothing that could be subtracted gives a small number away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from portal.common.tables import suppress
from portal.leave.choices import Family

FEWEST: Final = 10
"""A number made from fewer people than this is not shown."""
HEADCOUNT: Final = 20
"""A unit with fewer people than this has no line of its own."""
STEP: Final = 5
"""Numbers of people are rounded to this."""
OTHER: Final = "OTHER"
COLUMNS: Final = (Family.ANNUAL.value, Family.SICK.value, Family.MATERNITY.value, OTHER)
"""The columns of every table; what is rare stands together, a house's own kinds among it."""


@dataclass(frozen=True, slots=True)
class UnitCount:
    """What is counted of one unit at the top: its people, and who had leave, by column."""

    name: str
    headcount: int
    people: Mapping[str, int]


def column_of(family: str) -> str:
    """Return in which column a kind of leave is counted."""
    return family if family in COLUMNS else OTHER


def hide(units: Sequence[UnitCount]) -> dict[str, Any]:
    """
    Return what may be frozen: lines of units, the small ones together, and sums of columns.

    A cell is None where it would tell too much. Without twenty people in all there is no line.
    """
    lines = _lines(units)
    down = [[line.people.get(column, 0) for line in lines] for column in COLUMNS]
    # Each column by itself: nothing is printed that is a sum across them, and what is hidden
    # in one says nothing about another.
    shown = [
        suppress([[count] for count in counts], fewest=FEWEST, step=STEP) for counts in down
    ]
    rows = [
        {"name": line.name, "cells": [column[number][0] for column in shown]}
        for number, line in enumerate(lines)
    ]
    return {
        "columns": list(COLUMNS),
        "rows": rows,
        "total": [_sum(counts) for counts in down] if len(lines) > 1 else None,
    }


def _lines(units: Sequence[UnitCount]) -> list[UnitCount]:
    """Put units with few people together, with the next larger ones until they are enough."""
    by_size = sorted(units, key=lambda unit: (unit.headcount, unit.name))
    together = [unit for unit in by_size if unit.headcount < HEADCOUNT]
    alone = by_size[len(together) :]
    while together and alone and _headcount(together) < HEADCOUNT:
        together.append(alone.pop(0))
    lines = sorted(alone, key=lambda unit: (unit.name.lower(), unit.headcount))
    if together and _headcount(together) >= HEADCOUNT:
        lines.append(_merged(together))
    return lines


def _headcount(units: Sequence[UnitCount]) -> int:
    return sum(unit.headcount for unit in units)


def _merged(units: Sequence[UnitCount]) -> UnitCount:
    """Add units up; somebody works in one of them, so nobody is counted twice."""
    return UnitCount(
        name="",
        headcount=_headcount(units),
        people={
            column: sum(unit.people.get(column, 0) for unit in units) for column in COLUMNS
        },
    )


def _sum(counts: Sequence[int]) -> int | None:
    total = sum(counts)
    return (total + STEP // 2) // STEP * STEP if total >= FEWEST else None


def quarter_of(day: date) -> date:
    """Return the first day of the quarter a day lies in."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def after(quarter: date) -> date:
    """Return the first day of the quarter after one."""
    return date(quarter.year + quarter.month // 10, (quarter.month + 2) % 12 + 1, 1)
