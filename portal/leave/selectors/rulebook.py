"""The rules of an agency as HR reads them: kinds with their versions, and pay bands."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.timezone import localdate

from portal.leave.choices import Care, Family
from portal.leave.models import LeaveType, PayBand
from portal.leave.policies.desk import get_settled_agency
from portal.leave.rules.bands import Band, Rates
from portal.leave.rules.kinds import Kind
from portal.leave.selectors.kinds import kind_of
from portal.people.actors import Account


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One version of a kind; ``is_now`` where it is the one in force today."""

    kind: Kind
    is_on: bool
    is_now: bool
    is_latest: bool


@dataclass(frozen=True, slots=True)
class BandLine:
    """One stretch of a pay rule, in force, ahead or over."""

    id: UUID
    family: Family
    code: str
    care: Care
    from_day: int
    until_day: int | None
    percent_a_day: Decimal
    valid_from: date
    valid_until: date | None
    legal_basis: str


@dataclass(frozen=True, slots=True)
class BandBook:
    """Every pay band an agency has or had, to look one rule up after another."""

    rows: tuple[PayBand, ...]

    def on(self, family: str, day: date) -> list[Band]:
        """Return the bands of a family in force on a day, by day of the episode."""
        return [
            Band(
                code=row.code,
                percent_a_day=row.percent_a_day,
                care=Care(row.care),
                from_day=row.from_day,
                until_day=row.until_day,
            )
            for row in self.rows
            if row.family == family and row.covers(day)
        ]


def band_book(*, agency_id: UUID) -> BandBook:
    """Return the bands of an agency; one query."""
    return BandBook(tuple(PayBand.objects.filter(agency=agency_id).order_by("from_day", "id")))


def list_rules(*, actor: Account, now: datetime) -> list[RuleRow]:
    """
    Return every version of every kind of the actor's agency, by position, code and time.

    Rows that bend a rule for a purpose are among them. One query.

    :raises Http404: for anybody but an HR officer.
    """
    rows = LeaveType.objects.filter(agency=get_settled_agency(actor)).order_by(
        "position", "code", "valid_from"
    )
    kinds = [(kind_of(row), row.is_on) for row in rows]
    latest = {kind.code: kind.id for kind, _is_on in kinds}
    today = localdate(now)
    return [
        RuleRow(
            kind=kind,
            is_on=is_on,
            is_now=kind.valid_from <= today
            and (kind.valid_until is None or kind.valid_until >= today),
            is_latest=latest[kind.code] == kind.id,
        )
        for kind, is_on in kinds
    ]


def list_bands(*, actor: Account) -> list[BandLine]:
    """
    Return every pay band the actor's agency has or had; one query.

    By family, time, care and day of the episode.

    :raises Http404: for anybody but an HR officer.
    """
    rows = PayBand.objects.filter(agency=get_settled_agency(actor)).order_by(
        "family", "valid_from", "care", "from_day", "id"
    )
    return [
        BandLine(
            id=row.pk,
            family=Family(row.family),
            code=row.code,
            care=Care(row.care),
            from_day=row.from_day,
            until_day=row.until_day,
            percent_a_day=row.percent_a_day,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            legal_basis=row.legal_basis,
        )
        for row in rows
    ]


def rates_of(*, agency_id: UUID) -> Rates:
    """Return what the codes of an agency stand for or stood for, per cent a day; one query."""
    found: dict[str, set[Decimal]] = defaultdict(set)
    rows = PayBand.objects.filter(agency=agency_id)
    for code, percent in rows.values_list("code", "percent_a_day"):
        found[code].add(percent)
    return found
