"""
What leaves the room for others to count with.

Payroll learns a name, days and a band code: what the band means stands in the rules of the
agency, and neither kind nor dates stand beside it.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from portal.leave import policies
from portal.leave.choices import HR, KEPT, Care
from portal.leave.models import LeaveDay, PayBand
from portal.leave.rules.counting import add_months
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

    Every kind is among it, with a band or without, so that being in the list tells nothing.
    Without the actor's own: nobody handles herself. Two persons of one name have a row each.
    Writes down who took it. Three queries.

    :raises Http404: for anybody but an HR officer.
    """
    agency_id = policies.get_settled_agency(actor)
    first = month.replace(day=1)
    taken = (
        LeaveDay.objects.filter(
            request__in=policies.desk_requests(actor).filter(state__in=KEPT, desk_only=False),
            active=True,
            day__range=(first, add_months(first, 1)),
        )
        .values_list(
            "employee_id",
            "employee__user__full_name",
            "request__pay_band",
            "request__leave_type__family",
        )
        .annotate(days=Sum("quantity"))
    )
    with transaction.atomic():
        usual = _usual_bands(agency_id, first)
        sums: dict[tuple[str, UUID, str], Decimal] = {}
        for employee_id, name, band, family, days in taken:
            key = (name, employee_id, band or usual.get(family, NO_BAND))
            sums[key] = sums.get(key, Decimal(0)) + days
        record(actor, HR, "leave.payroll_taken", agency_id, now=now)
    in_order = sorted(sums, key=lambda key: (key[0].lower(), key[1], key[2]))
    return [PayrollRow(name=key[0], days=sums[key], band=key[2]) for key in in_order]


def payroll_csv(rows: Iterable[PayrollRow]) -> bytes:
    """Return the rows as CSV in UTF-8, with a head; no cell is a formula for a spreadsheet."""
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(PAYROLL_COLUMNS)
    for row in rows:
        days = f"{row.days.normalize():f}"
        sheet.writerow((neutral_cell(row.name), days, neutral_cell(row.band)))
    return written.getvalue().encode()


def _usual_bands(agency_id: UUID, day: date) -> dict[str, str]:
    """Return the band of each family that asks for no kind of care, from its first day on."""
    rows = (
        PayBand.objects.on(day)
        .filter(agency_id=agency_id, care=Care.ANY)
        .order_by("family", "-from_day", "-valid_from", "id")
    )
    return {row.family: row.code for row in rows}
