"""What a verdict on a certificate may say; pure decisions of the medical reviewer's desk."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from portal.leave.choices import Care, Issuer, Refusal, State, Verdict
from portal.leave.rules.kinds import Kind, required_issuers

DAYS_TO_COMPLETE: Final = 7
"""Calendar days that somebody has at least after one more thing was asked for."""
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    What a reviewer found: enough or not, for which days, signed by whom, what is missing.

    ``care`` becomes a band code of the payroll at once and is kept nowhere. ``piece`` is the
    number of the certificate she saw; 0 stands for the newest.
    """

    verdict: Verdict
    covers_from: date | None = None
    covers_until: date | None = None
    issuer: Issuer | None = None
    care: Care = field(default=Care.ANY, repr=False)
    missing: tuple[str, ...] = ()
    piece: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """A request as the rule sees it: its days, its kind, and since when the episode lasts."""

    kind: Kind
    first: date
    last: date
    episode_first: date

    def days_until(self, day: date) -> int:
        """Return how many calendar days the episode has lasted on a day."""
        return (day - self.episode_first).days + 1

    def issuers_until(self, day: date) -> tuple[Issuer, ...]:
        """Return who may sign a certificate that covers the days up to one; empty: anybody."""
        return required_issuers(self.kind, self.days_until(day), first=self.episode_first)

    def is_enough(self, issuer: Issuer, until: date) -> bool:
        """Say whether somebody of a class may sign for the days up to one."""
        allowed = self.issuers_until(until)
        return not allowed or issuer in allowed

    def last_day_of(self, issuer: Issuer) -> date | None:
        """Return up to which day a class of issuer is enough; None if not for the first."""
        found, day = None, self.first
        while day <= self.last and self.is_enough(issuer, day):
            found, day = day, day + _A_DAY
        return found


def covered_days(finding: Finding, measure: Measure) -> tuple[date, date] | None:
    """Return the days a verdict covers: all of them, those named, or none."""
    if finding.verdict == Verdict.NOT_ENOUGH:
        return None
    if finding.verdict == Verdict.ENOUGH:
        return measure.first, measure.last
    if finding.covers_from is None or finding.covers_until is None:
        return None
    return finding.covers_from, finding.covers_until


def refuse_finding(finding: Finding, measure: Measure) -> Refusal | None:
    """Return why a verdict cannot be sent as it is, or None."""
    if finding.verdict == Verdict.NOT_ENOUGH:
        return None if finding.missing else Refusal.SAY_WHAT_IS_MISSING
    covered = covered_days(finding, measure)
    if covered is None:
        return Refusal.DATES_OF_REQUEST
    first, last = covered
    if not measure.first <= first <= last <= measure.last:
        return Refusal.DATES_OF_REQUEST
    if finding.issuer is None or not measure.is_enough(finding.issuer, last):
        return Refusal.OTHER_ISSUER
    return None


def settled(finding: Finding, measure: Measure) -> Verdict:
    """Return the verdict; part of the dates that is all of them is all of them."""
    if covered_days(finding, measure) == (measure.first, measure.last):
        return Verdict.ENOUGH
    return finding.verdict


def is_valid(*, replaced: bool, state: State) -> bool:
    """
    Say whether a paper about a checked certificate is valid; ``state`` is that of its request.

    It says that a certificate was checked, and that stays so however the request ended: taken
    back, refused, cancelled or replaced, and while the certificate is looked at anew. It is no
    longer valid once another verdict has taken the place of its own, or once the leave was
    revoked, which happens for a mistake or fraud alone.
    """
    return not replaced and state != State.REVOKED


def due_again(due_on: date | None, *, today: date) -> date:
    """Return until when one more thing is waited for: never shorter than before."""
    return max(due_on or today, today + timedelta(days=DAYS_TO_COMPLETE))
