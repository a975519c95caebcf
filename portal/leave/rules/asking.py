"""Asking for leave: what is typed, and why it cannot be sent. No database, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from portal.leave.choices import (
    Certificate,
    Family,
    Instead,
    Mode,
    Part,
    Purpose,
    Refusal,
)
from portal.leave.rules.counting import CountedDay

ADDRESS_CHARACTERS: Final = 200
PHONE_CHARACTERS: Final = 40
FARTHEST_DAYS: Final = 366
"""How far ahead leave may start."""
LONGEST_DAYS: Final = 3 * 366
"""No kind lasts longer; the rule of a kind is usually far stricter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What comes with a request and is kept sealed; nothing of it says how somebody is."""

    purpose: Purpose = Purpose.NONE
    address: str = ""
    phone: str = ""
    leave_out_manager: bool = False

    def __repr__(self) -> str:
        return "<details>"

    def trimmed(self) -> "Details":
        """Return the same with texts on one line, printable, and not longer than allowed."""
        return replace(
            self,
            address=_one_line(self.address, ADDRESS_CHARACTERS),
            phone=_one_line(self.phone, PHONE_CHARACTERS),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveAsk:
    """
    What the form sends. ``key`` is the form's own: the same form twice is one request.

    ``code`` is empty where the employee answers the two questions only; the certificate then
    says which kind it is. ``continues`` makes an extension, ``supersedes`` a change of granted
    leave. ``words`` are for the medical reviewers alone and are sealed to them.
    """

    first_day: date
    last_day: date
    certificate: Certificate
    key: UUID
    part: Part = Part.FULL
    code: str = ""
    details: Details = field(default_factory=Details)
    is_abroad: bool = False
    words: str = ""
    continues: UUID | None = None
    supersedes: UUID | None = None

    def __repr__(self) -> str:
        return "<leave ask>"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveFacts:
    """
    Everything the answer to a request hangs on.

    ``needed`` and ``left`` are days by leave year of a kind with an account; ``left`` is None
    for one without. ``family`` is None where no such kind is open to the employee.
    """

    mode: Mode
    today: date
    first_day: date
    last_day: date
    part: Part
    certificate: Certificate
    family: Family | None
    half_days: bool = False
    asks_for_certificate: bool = False
    back_days: int = 0
    """Calendar days the first day may lie back; for a conversion as many as it takes."""
    counts: bool = True
    """Whether a day counts at all."""
    overlaps: bool = False
    is_stale: bool = False
    """The leave to be changed or extended is not there to be changed or extended any more."""
    in_flight: bool = False
    service_until_open: int = 0
    """Months of service that are missing."""
    over_limit: bool = False
    long_leave_year: bool = False
    needed: Mapping[int, Decimal] = field(default_factory=dict)
    left: Mapping[int, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One row of what a request claims: a day, or half of one.

    Not ``active`` while the leave it is to replace holds the same half.
    """

    day: date
    lower: int
    upper: int
    quantity: Decimal
    active: bool


def claims_beside(day: CountedDay, held: Mapping[date, tuple[int, int]]) -> tuple[Claim, ...]:
    """
    Return the claims for a day beside the halves that the leave to be replaced holds.

    Both halves of a day stand in one row, unless one of them is held and the other is not.
    """
    parts = tuple((_is_held(day.day, half, held), half) for half in range(day.lower, day.upper))
    if len({is_held for is_held, _half in parts}) == 1:
        return (Claim(day.day, day.lower, day.upper, day.quantity, active=not parts[0][0]),)
    return tuple(
        Claim(day.day, half, half + 1, day.quantity / len(parts), active=not is_held)
        for is_held, half in parts
    )


def still_to_reserve(
    days: Iterable[CountedDay], held: Mapping[date, tuple[int, int]]
) -> tuple[CountedDay, ...]:
    """Return what of the days is new beside the halves that are paid for already."""
    return tuple(
        CountedDay(day.day, claim.lower, claim.upper, claim.quantity, day.year)
        for day in days
        for claim in claims_beside(day, held)
        if claim.active
    )


def _is_held(day: date, half: int, held: Mapping[date, tuple[int, int]]) -> bool:
    lower, upper = held.get(day, (0, 0))
    return lower <= half < upper


def refuse_dates(facts: LeaveFacts) -> Refusal | None:
    """Return why nothing can be asked with these dates, before any day is counted."""
    if facts.mode == Mode.OFF:
        return Refusal.ROOM_CLOSED
    if facts.last_day < facts.first_day:
        return Refusal.ENDS_BEFORE_START
    if facts.first_day > facts.today + timedelta(days=FARTHEST_DAYS):
        return Refusal.TOO_FAR
    if (facts.last_day - facts.first_day).days >= LONGEST_DAYS:
        return Refusal.OVER_LIMIT
    return None


def refuse_leave(facts: LeaveFacts) -> Refusal | None:
    """
    Return why leave cannot be asked for as it stands, or None if it can.

    In the order in which somebody can do something about it: the room, the dates, the kind, the
    days, the balance. An attestation desk beside another system asks for neither limits nor
    balance: those are decided there.
    """
    return refuse_dates(facts) or _refuse_kind(facts) or _refuse_days(facts) or _refuse_rule(
        facts
    )  # fmt: skip


def _refuse_kind(facts: LeaveFacts) -> Refusal | None:
    if facts.family is None:
        return Refusal.NO_SUCH_TYPE
    if facts.mode == Mode.ATTESTATION and facts.family != Family.SICK:
        return Refusal.ROOM_CLOSED
    if facts.first_day < facts.today - timedelta(days=facts.back_days):
        return Refusal.PAST_DATES
    if facts.part != Part.FULL and not facts.half_days:
        return Refusal.NO_HALF_DAYS
    if facts.asks_for_certificate and facts.certificate == Certificate.NONE:
        return Refusal.NEEDS_CERTIFICATE
    return None


def _refuse_days(facts: LeaveFacts) -> Refusal | None:
    for stands, refusal in (
        (facts.is_stale, Refusal.NOT_NOW),
        (facts.in_flight, Refusal.IN_FLIGHT),
        (not facts.counts, Refusal.NO_DAYS),
        (facts.overlaps, Refusal.OVERLAP),
    ):
        if stands:
            return refusal
    return None


def _refuse_rule(facts: LeaveFacts) -> Refusal | None:
    if facts.mode == Mode.ATTESTATION:
        return None
    for stands, refusal in (
        (facts.service_until_open > 0, Refusal.NOT_YET_ENTITLED),
        (facts.long_leave_year, Refusal.LONG_LEAVE_YEAR),
        (facts.over_limit, Refusal.OVER_LIMIT),
        (is_short(facts), Refusal.NOT_ENOUGH_DAYS),
    ):
        if stands:
            return refusal
    return None


def is_short(facts: LeaveFacts) -> bool:
    """Say whether some leave year has fewer days left than are asked for."""
    left = facts.left
    if left is None:
        return False
    return any(needed > left.get(year, Decimal(0)) for year, needed in facts.needed.items())


_WAYS: Final[Mapping[Refusal, tuple[Instead, ...]]] = {
    Refusal.ROOM_CLOSED: (Instead.HR, Instead.COUNSELLING),
    Refusal.PAST_DATES: (Instead.OTHER_DATES, Instead.HR),
    Refusal.NO_SUCH_TYPE: (Instead.OTHER_KIND, Instead.HR),
    Refusal.NO_HALF_DAYS: (Instead.WHOLE_DAYS, Instead.COUNSELLING),
    Refusal.NEEDS_CERTIFICATE: (Instead.LATER, Instead.OTHER_KIND, Instead.COUNSELLING),
    Refusal.NOT_YET_ENTITLED: (Instead.OTHER_KIND, Instead.FLEXIBLE, Instead.COUNSELLING),
    Refusal.LONG_LEAVE_YEAR: (Instead.OTHER_KIND, Instead.FLEXIBLE, Instead.COUNSELLING),
    Refusal.NOT_ENOUGH_DAYS: (
        Instead.FEWER_DAYS,
        Instead.OTHER_KIND,
        Instead.FLEXIBLE,
        Instead.COUNSELLING,
    ),
    Refusal.OVER_LIMIT: (Instead.FEWER_DAYS, Instead.HR),
    Refusal.OVERLAP: (Instead.OTHER_DATES, Instead.CHANGE),
    Refusal.IN_FLIGHT: (Instead.CHANGE,),
    Refusal.NOT_NOW: (Instead.HR,),
    Refusal.NOT_EARLIER: (Instead.OTHER_DATES,),
    Refusal.NO_WEEK: (Instead.HR, Instead.COUNSELLING),
}


def ways_after(refusal: Refusal | None) -> tuple[Instead, ...]:
    """Return what can be done instead; every refusal has a way, nothing refused has none."""
    if refusal is None:
        return ()
    return _WAYS.get(refusal, (Instead.OTHER_DATES,))


def _one_line(text: str, most: int) -> str:
    whole = " ".join(text.split())
    return "".join(sign for sign in whole if sign.isprintable())[:most]
