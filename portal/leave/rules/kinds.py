"""Kinds of leave as values: what their rule asks and allows. No database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from portal.leave.choices import (
    Certificate,
    Decider,
    Family,
    Issuer,
    ManagerSees,
    Purpose,
    Unit,
)
from portal.leave.rules.counting import add_months, months_between
from portal.people.choices import Employment

INDONESIAN: Final = "id"


@dataclass(frozen=True, slots=True)
class EvidenceStep:
    """Who may sign the certificate of an episode that lasts so many calendar days or more."""

    from_day: int
    issuers: tuple[Issuer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One version of a kind of leave: the row of the rule, without the table behind it."""

    id: UUID
    agency_id: UUID
    code: str
    family: Family
    employments: tuple[Employment, ...]
    name_id: str
    name_en: str
    unit: Unit
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
    manager_sees: ManagerSees = ManagerSees.DATES
    position: int = 0
    valid_from: date
    valid_until: date | None = None
    legal_basis: str

    def name(self, language: str) -> str:
        """Return its name in the language of a page, such as ``id`` or ``en-gb``."""
        return self.name_id if language.startswith(INDONESIAN) else self.name_en


@dataclass(frozen=True, slots=True)
class Limit:
    """
    How long leave may last: days in the unit of the kind, and the last day of the episode.

    ``last_day`` is where the rule ends, ``with_more`` where it ends with the evidence of the
    highest step; None where the rule sets no such limit.
    """

    days: int | None
    last_day: date | None
    with_more: date | None


def limit_of(kind: Kind, *, episode_first: date) -> Limit:
    """
    Return how long one leave may last that belongs to an episode starting on a day.

    ``days`` limits a single leave, the two days limit the whole episode by calendar months.
    """
    if kind.most_months is None:
        return Limit(kind.most, None, None)
    last = add_months(episode_first, kind.most_months)
    more = add_months(episode_first, kind.most_months + kind.extra_months)
    return Limit(kind.most, last, more)


def required_issuers(
    kind: Kind, episode_days: int, *, first: date | None = None
) -> tuple[Issuer, ...]:
    """
    Return who may sign a certificate for an episode of so many calendar days; empty: none.

    With the ``first`` day of the episode the highest step of a kind with extra months starts
    the day after its months, leap years or not; without it, it starts with its own number.
    """
    steps = sorted(kind.evidence, key=lambda step: step.from_day)
    if not steps:
        return ()
    if first is not None and kind.extra_months and kind.most_months and len(steps) > 1:
        usual = (add_months(first, kind.most_months) - first).days + 1
        steps[-1] = EvidenceStep(usual + 1, steps[-1].issuers)
    reached = [step.issuers for step in steps if step.from_day <= episode_days]
    return reached[-1] if reached else ()


def months_missing(kind: Kind, *, since: date | None, on: date) -> int:
    """
    Return how many months of service are missing on a day before the kind opens.

    Where nobody has recorded since when somebody serves, none: whoever decides knows her, and
    a missing record takes no right away.
    """
    if since is None:
        return 0
    return max(0, kind.service_months - months_between(since, on))


def is_open(kind: Kind, *, employment: Employment, since: date | None, on: date) -> bool:
    """
    Say whether a kind can be asked for by somebody on a day; too short a service still can.

    A kind for the first months of service is open to those known to be in them alone.
    """
    if kind.purpose is not None or employment not in kind.employments:
        return False
    if not kind.service_below:
        return True
    return since is not None and months_between(since, on) < kind.service_below


def bent_for(kind: Kind, purpose: Purpose, *, among: Iterable[Kind]) -> Kind:
    """
    Return the rule that holds for a purpose: that of the kind, unless a row bends it.

    The answer carries limits and evidence; its code says why and is written nowhere.
    """
    found = (
        row
        for row in among
        if row.purpose == purpose
        and row.family == kind.family
        and set(row.employments) & set(kind.employments)
    )
    return next(found, kind)


def pick(kinds: Iterable[Kind], *, certificate: Certificate, code: str = "") -> Kind | None:
    """
    Return the kind that two answers lead to: with a certificate sick leave, else annual leave.

    A code that was chosen wins; one that is not among the kinds gives None. The first one by
    position if there are several.
    """
    if code:
        return next((kind for kind in kinds if kind.code == code), None)
    family = Family.ANNUAL if certificate == Certificate.NONE else Family.SICK
    return next((kind for kind in kinds if kind.family == family), None)
