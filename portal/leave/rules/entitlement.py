"""
Whose days are there: what a year brings, what goes on into the next, what is taken first.

Everything is computed from what the ledger says and posted as the difference to what stands
there already. Done twice, it posts nothing; done late, it posts the same.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from portal.leave.choices import EntryKind
from portal.leave.rules.counting import months_between
from portal.leave.rules.kinds import Kind

NONE: Final = Decimal(0)
_A_DAY: Final = Decimal(1)
LOOKS_BACK_YEARS: Final = 3
"""Leave of two years ago can still be taken; what happened before changes nothing."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """
    What the ledger says of one account: days of ``source_year`` to be taken in ``leave_year``.

    ``used`` is what was taken or is reserved, ``deferred`` what an official deferred of it,
    ``expired`` what was struck off and not put back.
    """

    leave_year: int
    source_year: int
    available: Decimal = NONE
    granted: Decimal = NONE
    carried: Decimal = NONE
    carried_deferred: Decimal = NONE
    used: Decimal = NONE
    reserved: Decimal = NONE
    deferred: Decimal = NONE
    expired: Decimal = NONE

    @property
    def left(self) -> Decimal:
        """Return what was not used, whether it has expired meanwhile or not."""
        return self.available + self.expired


@dataclass(frozen=True, slots=True)
class JointDay:
    """What one entry took off an account for a day of joint leave."""

    entry_id: UUID
    leave_year: int
    source_year: int
    day: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Posting:
    """
    One entry that is due in the account of a leave year and a source year.

    ``undoes`` is the entry that it gives back, if it does.
    """

    leave_year: int
    source_year: int
    kind: EntryKind
    quantity: Decimal
    on_day: date
    undoes: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the entitlement of one employee to one kind hangs on, beside the ledger."""

    kinds: Mapping[int, Kind]
    """The version of the kind by leave year; a year without one brings nothing."""
    since: date | None
    """Since when she serves; None if nobody knows, and then nothing is missing."""
    long_years: Collection[int]
    """Years in which she takes long leave: they bring no annual leave."""
    today: date
    joint_days: Collection[date] = ()
    """Days of joint leave that cost her a day, in all years looked at."""
    joint_taken: Collection[JointDay] = ()
    """What has been taken off for such days and stands."""


@dataclass(slots=True)
class Plan:
    """The entries that are due, and the buckets as they stand with them."""

    buckets: dict[tuple[int, int], Bucket]
    postings: list[Posting] = field(default_factory=list)

    def find(self, leave_year: int, source_year: int) -> Bucket:
        """Return a bucket; an empty one where there is none."""
        found = self.buckets.get((leave_year, source_year))
        return found or Bucket(leave_year, source_year)

    def of_year(self, leave_year: int) -> list[Bucket]:
        """Return the buckets that can be taken in a year, the oldest first."""
        rows = [one for one in self.buckets.values() if one.leave_year == leave_year]
        return sorted(rows, key=lambda one: one.source_year)

    def post(
        self,
        bucket: Bucket,
        kind: EntryKind,
        quantity: Decimal,
        on_day: date,
        *,
        undoes: UUID | None = None,
    ) -> None:
        """Put an entry down and let the bucket follow; nothing is no entry."""
        if not quantity:
            return
        place = (bucket.leave_year, bucket.source_year)
        self.postings.append(Posting(*place, kind, quantity, on_day, undoes))
        grown = replace(bucket, available=bucket.available + quantity)
        if kind == EntryKind.JOINT_LEAVE or undoes:
            self.buckets[place] = grown
            return
        if kind == EntryKind.GRANT:
            grown = replace(grown, granted=bucket.granted + quantity)
        elif kind == EntryKind.CARRY:
            grown = replace(grown, carried=bucket.carried + quantity)
        elif kind == EntryKind.DEFER_CARRY:
            grown = replace(grown, carried_deferred=bucket.carried_deferred + quantity)
        else:
            grown = replace(grown, expired=bucket.expired - quantity)
        self.buckets[place] = grown


def plan_year(buckets: Iterable[Bucket], *, year: int, terms: Terms) -> Plan:
    """
    Return what is due so that leave of a year can be taken, and how the buckets stand then.

    Years between the first one the ledger knows and this one are caught up. A year that is not
    over carries nothing on yet, so the year ahead has its own days alone. Years before the
    first one known are nobody's guess: what is left of them is entered by hand.
    """
    plan = Plan({(one.leave_year, one.source_year): one for one in buckets})
    known = [place[0] for place in plan.buckets if place[0] >= year - LOOKS_BACK_YEARS]
    start = min([year, *known])
    for each in range(start, year + 1):
        if each > start and terms.today.year >= each:
            _turn(plan, each, terms)
        is_open = terms.today.year <= each or (each, each) not in plan.buckets
        _bring(plan, each, terms, is_first=each == start)
        _settle_joint(plan, each, terms, is_open=is_open)
    return plan


def draw(
    buckets: Iterable[Bucket], quantity: Decimal
) -> list[tuple[tuple[int, int], Decimal]] | None:
    """Return from which buckets days are taken, the oldest first; None if they are too few."""
    parts: list[tuple[tuple[int, int], Decimal]] = []
    for bucket in sorted(buckets, key=lambda one: one.source_year):
        part = min(quantity, bucket.available)
        if part > 0:
            parts.append(((bucket.leave_year, bucket.source_year), part))
            quantity -= part
    return None if quantity > 0 else parts


def _bring(plan: Plan, year: int, terms: Terms, *, is_first: bool) -> None:
    """
    Grant a year's own days, or strike them off where there is no right to them after all.

    That is so in a year of long leave, and when a shorter service is recorded later. What has
    been taken stays taken; if the right comes back, so do the days.
    """
    kind, own, today = terms.kinds.get(year), plan.find(year, year), terms.today
    if kind is None:
        return
    is_over = today.year > year
    yearly = NONE if year in terms.long_years else _yearly(kind, year, terms)
    on_day = max(date(year, 1, 1), min(today, date(year, 12, 31)))
    if not own.granted:
        if not is_over or (not is_first and (year, year) not in plan.buckets):
            plan.post(own, EntryKind.GRANT, yearly, date(year, 1, 1))
    elif is_over:
        return
    elif not yearly:
        lost = min(own.available, own.granted - own.used - own.expired)
        plan.post(own, EntryKind.EXPIRE, -max(NONE, lost), on_day)
    else:
        plan.post(own, EntryKind.REVERSE, own.expired, on_day)


def _yearly(kind: Kind, year: int, terms: Terms) -> Decimal:
    """Return what a year brings: all of it once the service is long enough within the year."""
    since = terms.since
    if kind.service_below:
        is_new = since is not None and months_between(since, date(year, 1, 1)) < (
            kind.service_below
        )
        return Decimal(kind.yearly) if is_new else NONE
    if since is not None and months_between(since, date(year, 12, 31)) < kind.service_months:
        return NONE
    return Decimal(kind.yearly)


def _settle_joint(plan: Plan, year: int, terms: Terms, *, is_open: bool) -> None:
    """
    Take the joint leave of a year off its own days, soonest first; what is not there stays.

    A day that is none any more, or that she worked, comes back, whenever that becomes known.
    Nothing is taken off a year that was closed without it.
    """
    due = {day for day in terms.joint_days if day.year == year}
    stands = dict.fromkeys(due, NONE)
    for one in terms.joint_taken:
        if one.day in due:
            stands[one.day] += one.quantity
        elif one.day.year == year:
            place = plan.find(one.leave_year, one.source_year)
            today = terms.today
            plan.post(place, EntryKind.REVERSE, one.quantity, today, undoes=one.entry_id)
    for day in sorted(due) if is_open else ():
        own = plan.find(year, year)
        plan.post(own, EntryKind.JOINT_LEAVE, -min(own.available, _A_DAY - stands[day]), day)


def _turn(plan: Plan, year: int, terms: Terms) -> None:
    """Carry into a year what the rule lets go on from the one before; the rest expires."""
    kind, last = terms.kinds.get(year), year - 1
    first_day = date(year, 1, 1)
    if kind is not None:
        for source, quantities in _carried(plan, kind, last, terms).items():
            for entry, quantity in quantities.items():
                place = plan.find(year, source)
                stands = place.carried if entry == EntryKind.CARRY else place.carried_deferred
                plan.post(place, entry, max(NONE, quantity - stands), first_day)
    for bucket in plan.of_year(last):
        plan.post(bucket, EntryKind.EXPIRE, -bucket.available, first_day)


def _carried(
    plan: Plan, kind: Kind, last: int, terms: Terms
) -> dict[int, dict[EntryKind, Decimal]]:
    """
    Return by source year what goes on from a year that is over.

    Deferred days go on whole, once. Of the rest of the year ``carry_one`` goes on; of what was
    carried from the year before ``carry_two``, if neither year was touched. Together never
    more than the two, or a full year.
    """
    own, older = plan.find(last, last), plan.find(last, last - 1)
    own_left = NONE if last in terms.long_years else own.left
    deferred = min(own.deferred, own_left)
    older_deferred = min(older.deferred, older.left)
    rest = min(Decimal(kind.carry_one), own_left - deferred)
    older_rest = NONE
    if _untouched(plan, last) and _untouched(plan, last - 1):
        usual = older.left - older_deferred - older.carried_deferred
        older_rest = min(Decimal(kind.carry_two), max(NONE, usual))
    room = max(Decimal(kind.carry_one + kind.carry_two), Decimal(kind.yearly))
    shares = []
    for wanted in (deferred, older_deferred, rest, older_rest):
        share = min(wanted, room)
        shares.append(share)
        room -= share
    return {
        last: {EntryKind.DEFER_CARRY: shares[0], EntryKind.CARRY: shares[2]},
        last - 1: {EntryKind.DEFER_CARRY: shares[1], EntryKind.CARRY: shares[3]},
    }


def _untouched(plan: Plan, year: int) -> bool:
    """Say whether a year the ledger knows passed without a day taken or asked for."""
    buckets = plan.of_year(year)
    return bool(buckets) and not any(bucket.used for bucket in buckets)
