"""What a set of rules is made of; the columns of the tables, as values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from portal.leave.choices import Care, Decider, Family, Issuer, PatternKind, Purpose, Unit
from portal.leave.rules.kinds import EvidenceStep
from portal.people.choices import Employment

DOCTORS: Final = (Issuer.DOCTOR, Issuer.GOVERNMENT, Issuer.BOARD)
"""Any licensed doctor; one in government service or on the board is one too."""
NEUTRAL_BAND: Final = "P0"
"""The band that takes nothing off; every agency starts with it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """
    A row of `LeaveType` to be made. The superior sees dates alone, whatever the kind.

    ``evidence_within`` are calendar days from the first day of leave.
    """

    code: str
    family: Family
    employments: tuple[Employment, ...]
    name_id: str
    name_en: str
    unit: Unit
    legal_basis: str
    valid_from: date
    valid_until: date | None = None
    most: int | None = None
    most_months: int | None = None
    extra_months: int = 0
    service_months: int = 0
    service_below: int = 0
    purpose: Purpose | None = None
    has_account: bool = False
    yearly: int = 0
    carry_one: int = 0
    carry_two: int = 0
    half_days: bool = False
    evidence: tuple[EvidenceStep, ...] = ()
    evidence_within: int = 0
    can_refuse: bool = False
    can_defer: bool = False
    can_recall: bool = False
    is_provisional: bool = False
    decider: Decider = Decider.OFFICIAL
    is_on: bool = True
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """A row of `PayBand`: what a stretch of days takes off the allowance, a day."""

    family: Family
    code: str
    percent_a_day: Decimal
    legal_basis: str
    valid_from: date
    valid_until: date | None = None
    care: Care = Care.ANY
    from_day: int = 1
    until_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRow:
    """A row of `WorkPattern` for a whole agency; ISO weekdays, minutes of the week."""

    days: tuple[int, ...]
    weekly_minutes: int
    legal_basis: str
    valid_from: date
    valid_until: date | None = None
    kind: PatternKind = PatternKind.USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Everything a profile brings."""

    kinds: tuple[KindRow, ...]
    bands: tuple[BandRow, ...]
    weeks: tuple[WeekRow, ...]
    joint_deducts: bool
    joint_basis: str


def neutral_bands(basis: str, valid_from: date) -> tuple[BandRow, ...]:
    """Return a band for every family that takes nothing off."""
    return tuple(
        BandRow(
            family=family,
            code=NEUTRAL_BAND,
            percent_a_day=Decimal(0),
            legal_basis=basis,
            valid_from=valid_from,
        )
        for family in Family
        if family != Family.JOINT
    )
