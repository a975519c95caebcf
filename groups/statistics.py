"""
Numbers about a quarter for the head of the service: people, and no person.

People are told apart by their enrolment: whoever comes to two circles counts twice, because
nobody can tell that two nicknames are one person. A circle under ten people is told together
with others, never alone, and a sum never gives it away. A quarter is counted once, when
nobody can mark attendance in it any more, and never again: two versions of one table could be
subtracted to find somebody. There are no filters, and no number about a quarter that runs.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Min
from django.db.models.functions import Lower

from groups.choices import CAME
from groups.models import Attendance, Meeting, QuarterTable, SupportGroup
from portal.calendars.rules import day_bounds, local_day
from portal.common.db import lock
from portal.common.tables import suppress
from portal.people.models import Agency

FEWEST: Final = 10
"""A number made from fewer people than this is not shown."""
STEP: Final = 5
"""Numbers of people are rounded to this."""
SETTLED_AFTER: Final = timedelta(days=15)
"""Attendance can be marked for fourteen days after a meeting; a quarter is counted then."""
_LOCK: Final = "groups.quarter"


@dataclass(frozen=True, slots=True)
class CircleCount:
    """What is counted of one circle in one quarter, before anything is hidden."""

    name: str
    meetings: int
    people: int


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A line of a frozen table; ``people`` is None where a number would tell too much."""

    name: str
    circles: int
    meetings: int
    people: int | None


@dataclass(frozen=True, slots=True)
class QuarterNumbers:
    """
    A quarter as it was frozen: circles by name, the small ones together, and the sum.

    ``others`` is None where every circle has a line of its own.
    """

    year: int
    number: int
    circles: tuple[NumberRow, ...]
    others: NumberRow | None
    total: NumberRow
    frozen_on: date


def freeze(*, now: datetime) -> int:
    """
    Count every quarter that has settled and has no table yet; return how many were made.

    Repeated it makes none. Of two at once one waits for the other and finds nothing to do.
    """
    made = 0
    for agency in Agency.objects.order_by("id"):
        for quarter in _settled(agency, now=now):
            made += _freeze_one(agency, quarter, now=now)
    return made


def list_quarters(*, agency_id: UUID) -> list[QuarterNumbers]:
    """Return the frozen quarters of an agency, newest first."""
    tables = QuarterTable.objects.filter(agency_id=agency_id).order_by("-quarter")
    return [_read(table) for table in tables]


def hide(counts: Sequence[CircleCount]) -> dict[str, Any]:
    """
    Return what may be frozen of a quarter: circles that stand alone, the others, the sum.

    What is hidden is always two circles or more with ten people or more together, so the sum
    less what is shown says no more than the line of the others does.
    """
    shown = suppress([[one.people] for one in counts], fewest=FEWEST, step=STEP)
    alone = [
        _line(one.name, [one], people=people)
        for one, (people,) in zip(counts, shown, strict=True)
        if people is not None
    ]
    together = [one for one, (people,) in zip(counts, shown, strict=True) if people is None]
    return {
        "circles": alone,
        "others": _line("", together) if together else None,
        "total": _line("", counts),
    }


def _line(
    name: str, counts: Sequence[CircleCount], *, people: int | None = None
) -> dict[str, Any]:
    sum_of_people = sum(one.people for one in counts)
    rounded = (sum_of_people + STEP // 2) // STEP * STEP
    return {
        "name": name,
        "circles": len(counts),
        "meetings": sum(one.meetings for one in counts),
        "people": people or (rounded if sum_of_people >= FEWEST else None),
    }


def _settled(agency: Agency, *, now: datetime) -> list[str]:
    """Return the quarters since the first meeting that have settled and are not frozen."""
    meetings = Meeting.objects.filter(group__agency=agency)
    first = meetings.aggregate(first=Min("period__startswith"))["first"]
    if first is None:
        return []
    frozen = set(QuarterTable.objects.filter(agency=agency).values_list("quarter", flat=True))
    found, day = [], local_day(first, agency.zone)
    while _bounds(quarter_of(day), agency.zone)[1] + SETTLED_AFTER <= now:
        if quarter_of(day) not in frozen:
            found.append(quarter_of(day))
        day = _first_day_after(quarter_of(day))
    return found


def _freeze_one(agency: Agency, quarter: str, *, now: datetime) -> int:
    with transaction.atomic():
        lock(_LOCK, agency.pk)
        if QuarterTable.objects.filter(agency=agency, quarter=quarter).exists():
            return 0
        QuarterTable.objects.create(
            agency=agency,
            quarter=quarter,
            rows=hide(_count(agency, quarter)),
            frozen_on=local_day(now, agency.zone),
        )
    return 1


def _count(agency: Agency, quarter: str) -> list[CircleCount]:
    """Return a line for every circle that met in the quarter, by name."""
    starts, ends = _bounds(quarter, agency.zone)
    within = {"period__startswith__gte": starts, "period__startswith__lt": ends}
    held: Mapping[UUID, int] = Counter(
        Meeting.objects.planned()
        .filter(group__agency=agency, **within)
        .values_list("group_id", flat=True)
    )
    people = dict(
        Attendance.objects.filter(
            meeting__in=Meeting.objects.planned().filter(group__agency=agency, **within),
            mark__in=CAME,
        )
        .values_list("meeting__group_id")
        .annotate(people=Count("enrolment", distinct=True))
    )
    groups = SupportGroup.objects.filter(pk__in=held).order_by(Lower("name"), "id")
    return [CircleCount(row.name, held[row.pk], people.get(row.pk, 0)) for row in groups]


def quarter_of(day: date) -> str:
    """Return the quarter of a day: ``2026Q4``."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def _bounds(quarter: str, zone: str) -> tuple[datetime, datetime]:
    """Return the first instant of a quarter on an agency's clock, and the first after it."""
    year, number = map(int, quarter.split("Q"))
    first = date(year, 3 * number - 2, 1)
    return day_bounds(first, zone).starts, day_bounds(_first_day_after(quarter), zone).starts


def _first_day_after(quarter: str) -> date:
    year, number = map(int, quarter.split("Q"))
    return date(year + number // 4, 3 * (number % 4) + 1, 1)


def _read(table: QuarterTable) -> QuarterNumbers:
    year, number = map(int, table.quarter.split("Q"))
    rows = table.rows
    return QuarterNumbers(
        year=year,
        number=number,
        circles=tuple(NumberRow(**row) for row in rows["circles"]),
        others=NumberRow(**rows["others"]) if rows["others"] else None,
        total=NumberRow(**rows["total"]),
        frozen_on=table.frozen_on,
    )
