"""
What leaves the room for others to count with.

Payroll learns a name, days and a band code: what the band means stands in the rules of the
agency, and neither kind nor dates stand beside it.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Final
from uuid import UUID

from django.db import transaction

from portal.leave import policies
from portal.leave.choices import HR, KEPT, Care, Unit
from portal.leave.models import LeaveDay, LeaveRequest
from portal.leave.rules.bands import code_of, codes_by_day, numbered
from portal.leave.rules.counting import add_months
from portal.leave.selectors.rulebook import BandBook, band_book
from portal.leave.services.desk import record
from portal.people.actors import Account
from portal.people.rules import neutral_cell

PAYROLL_COLUMNS: Final = ("name", "days", "band")
"""In the order of the file; the payroll system reads these names."""
NO_BAND: Final = "0"
"""Leave that changes nothing of the allowance, and leave no rule speaks of."""


@dataclass(frozen=True, slots=True)
class PayrollRow:
    """How many days of a month somebody was on leave under one band."""

    name: str
    days: Decimal
    band: str

    def __repr__(self) -> str:
        return "<payroll row>"


def payroll_rows(*, actor: Account, month: date, now: datetime) -> list[PayrollRow]:
    """
    Return the granted leave of a month by person and band, by name; ``month`` is any day of it.

    A day counts under the band it falls into: that of the verdict where care is distinguished,
    else the one without distinction of the rule in force when the leave began. Every kind is
    among it, with a band or without, so that being in the list tells nothing. Without the
    actor's own: nobody handles herself. Two persons of one name have a row each. Writes down
    who took it. Three queries.

    :raises Http404: for anybody but an HR officer.
    """
    agency_id = policies.get_settled_agency(actor)
    first = month.replace(day=1)
    last = add_months(first, 1)
    requests = policies.desk_requests(actor).filter(state__in=KEPT, desk_only=False)
    on_leave = LeaveDay.objects.filter(
        request__in=requests, active=True, day__range=(first, last)
    )
    # All days of such leave, not the month's alone: a band counts them from the first on.
    taken = (
        LeaveDay.objects.filter(request__in=on_leave.values("request"), active=True)
        .select_related("request__leave_type", "employee__user")
        .defer("request__sealed_details")
        .order_by("request", "day", "id")
    )
    with transaction.atomic():
        book = band_book(agency_id=agency_id)
        sums: dict[tuple[str, UUID, str], Decimal] = defaultdict(Decimal)
        for _, claims in groupby(taken, key=attrgetter("request_id")):
            days = list(claims)
            changes = _changes(days[0].request, [one.day for one in days], book)
            for one in days:
                if first <= one.day <= last:
                    code = (changes and code_of(changes, one.day)) or NO_BAND
                    sums[one.employee.user.full_name, one.employee_id, code] += one.quantity
        record(actor, HR, "leave.payroll_taken", agency_id, now=now)
    in_order = sorted(sums, key=lambda key: (key[0].lower(), key[1], key[2]))
    return [PayrollRow(name=key[0], days=sums[key], band=key[2]) for key in in_order]


def _changes(
    request: LeaveRequest, days: Sequence[date], book: BandBook
) -> list[tuple[date, str]]:
    """Return from which day on which code holds: what the verdict said, else the rule."""
    if request.pay_bands:
        return [(date.fromisoformat(day), code) for day, code in request.pay_bands]
    kind = request.leave_type
    since = request.first_day if kind.unit == Unit.CALENDAR_DAY else None
    return codes_by_day(
        book.on(kind.family, request.first_day),
        care=Care.ANY,
        days=numbered(sorted(set(days)), since=since),
    )


def payroll_csv(rows: Iterable[PayrollRow]) -> bytes:
    """Return the rows as CSV in UTF-8, with a head; no cell is a formula for a spreadsheet."""
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(PAYROLL_COLUMNS)
    for row in rows:
        days = f"{row.days.normalize():f}"
        sheet.writerow((neutral_cell(row.name), days, neutral_cell(row.band)))
    return written.getvalue().encode()
