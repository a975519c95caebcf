"""
Moving days: reserved when asked for, taken when granted, given back as they came.

Everything here happens inside an open deed (`desk.employee_locked`) and locks the accounts of
the employee. Days are taken from the oldest bucket first and go back into the bucket they came
from, whatever has happened since; where its year is over they expire there again. Kinds without
an account pass through untouched.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum

from portal.leave.choices import EntryKind, Family, Refusal, State
from portal.leave.models import LeaveAccount, LeaveRequest, LedgerEntry
from portal.leave.rules.counting import CountedDay
from portal.leave.rules.entitlement import Bucket, draw
from portal.leave.rules.kinds import Kind
from portal.leave.selectors.books import DEFER_KEY
from portal.leave.selectors.days import day_at, day_of
from portal.leave.selectors.kinds import account_kinds
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.posting import (
    Line,
    Numbers,
    Place,
    account_for,
    locked_accounts,
    post,
)
from portal.leave.services.years import open_year
from portal.people.selectors import employees_by_id

Accounts = dict[Place, LeaveAccount]
Parts = list[tuple[Place, Decimal]]


def reserve(row: LeaveRequest, days: Sequence[CountedDay], *, now: datetime) -> None:
    """
    Hold the days of a request until it is decided, each from its own leave year.

    What the request held before is replaced, so that a request sent again holds its new days
    alone. Repeated with the same days it changes nothing.

    :raises LeaveRefused: NOT_ENOUGH_DAYS, and nothing is held or let go then.
    """
    if not row.leave_type.has_account:
        return
    wanted = _by_year(days)
    accounts = _opened(row, wanted, now=now)
    held = _held(row, accounts)
    if _sums(held) == wanted:
        return
    lines = _Lines(row, accounts, on_day=day_of(row, now=now))
    lines.release(held)
    for year, quantity in sorted(wanted.items()):
        for place, part in _draw(lines.after, row.leave_type.code, year, quantity):
            lines.add(EntryKind.RESERVE, "reserve:", place, -part)
    lines.post()


def release(row: LeaveRequest, *, now: datetime) -> None:
    """
    Let go of what a request holds; nothing held, nothing done.

    Call it after the request has moved: days of one that now stands as DEFERRED are carried on
    in full into the next year, and into no other.
    """
    if not row.leave_type.has_account:
        return
    accounts = locked_accounts(employee_id=row.employee_id)
    held = _held(row, accounts)
    lines = _Lines(row, accounts, on_day=day_of(row, now=now))
    lines.release(held, key=DEFER_KEY if row.state == State.DEFERRED else "release:")
    lines.post()
    _settle(row, held, now=now)


def consume(row: LeaveRequest, days: Sequence[CountedDay], *, now: datetime) -> None:
    """
    Take the days that are granted; what the request held is let go before.

    Days it has taken already are not taken again, so a recount passes those that came in
    addition. Granted long leave closes the annual leave of the year it starts in.

    :raises LeaveRefused: NOT_ENOUGH_DAYS, and nothing is taken or let go then.
    """
    if not row.leave_type.has_account:
        _close_for_long_leave(row, now=now)
        return
    accounts = _opened(row, _by_year(days), now=now)
    held = _held(row, accounts)
    lines = _Lines(row, accounts, on_day=day_of(row, now=now))
    lines.release(held)
    taken = _taken(row)
    for counted in sorted(days, key=lambda one: one.day):
        missing = counted.quantity - taken.get(counted.day, Decimal(0))
        if missing <= 0:
            continue
        code, year = row.leave_type.code, counted.year
        for place, part in _draw(lines.after, code, year, missing):
            lines.add(EntryKind.CONSUME, "consume:", place, -part, on_day=counted.day)
    lines.post()
    _settle(row, held, now=now)


def give_back(row: LeaveRequest, days: Collection[date], *, now: datetime) -> Decimal:
    """
    Give taken days back into the buckets they came from; return how many.

    Where the year of a bucket is over, they expire there again, unless the rule would have let
    them go on. Days that were not taken, or were given back before, give nothing.
    """
    if not row.leave_type.has_account:
        _close_for_long_leave(row, now=now)
        return Decimal(0)
    accounts = {one.pk: one for one in locked_accounts(employee_id=row.employee_id).values()}
    entries = _standing(row, days)
    today = day_of(row, now=now)
    post(
        [
            Line(
                account=accounts[entry.account_id],
                kind=EntryKind.REVERSE,
                quantity=-entry.quantity,
                key=f"reverse:{entry.pk}",
                on_day=today,
                request=row,
                reverses=entry,
            )
            for entry in entries
        ]
    )
    _settle(row, [_place(accounts[entry.account_id]) for entry in entries], now=now)
    return -sum((entry.quantity for entry in entries), Decimal(0))


def credit_joint(employee_id: UUID, day: date, *, now: datetime) -> bool:
    """
    Add a day for joint leave that somebody worked; return whether it was added now.

    It belongs to the annual leave of its year; recorded when that year is over, to the year of
    now. The same day is never added twice.
    """
    last = _joint_entry(employee_id, day)
    if last is not None and last.kind == EntryKind.JOINT_CREDIT:
        return False
    today = day_at(employee_id=employee_id, now=now)
    year = max(day.year, today.year)
    kind = _annual_kind(employee_id, year)
    if kind is None:
        return False
    open_year(employee_id=employee_id, year=year, now=now)
    account = account_for(
        employee_id=employee_id, code=kind.code, leave_year=year, source_year=year
    )
    number = _joint_entries(employee_id, day).count()
    key = f"{_joint_key(employee_id, day)}{number}"
    post([_joint_line(account, EntryKind.JOINT_CREDIT, Decimal(1), key, today)])
    return True


def take_back_joint(employee_id: UUID, day: date, *, now: datetime) -> bool:
    """
    Take a day back that was added by mistake for joint leave; return whether there was one.

    :raises LeaveRefused: NOT_ENOUGH_DAYS if it has been taken meanwhile.
    """
    last = _joint_entry(employee_id, day)
    if last is None or last.kind != EntryKind.JOINT_CREDIT:
        return False
    accounts = {one.pk: one for one in locked_accounts(employee_id=employee_id).values()}
    number = _joint_entries(employee_id, day).count()
    key = f"{_joint_key(employee_id, day)}{number}"
    today = day_at(employee_id=employee_id, now=now)
    account = accounts[last.account_id]
    post([_joint_line(account, EntryKind.REVERSE, -last.quantity, key, today, last)])
    return True


class _Lines:
    """The entries of one deed for one request, and what the accounts hold with them."""

    def __init__(self, row: LeaveRequest, accounts: Accounts, *, on_day: date) -> None:
        self.after = {place: one.available for place, one in accounts.items()}
        self._row, self._accounts, self._on_day = row, accounts, on_day
        self._numbers = Numbers(accounts.values())
        self._lines: list[Line] = []

    def add(
        self,
        kind: EntryKind,
        key: str,
        place: Place,
        quantity: Decimal,
        *,
        on_day: date | None = None,
    ) -> None:
        account = self._accounts[place]
        day = on_day or self._on_day
        number = self._numbers.take(account)
        self._lines.append(
            Line(
                account=account,
                kind=kind,
                quantity=quantity,
                key=f"{key}{self._row.pk}:{account.pk}:{number}",
                on_day=day,
                request=self._row,
            )
        )
        self.after[place] += quantity

    def release(self, held: Mapping[Place, Decimal], *, key: str = "release:") -> None:
        for place, quantity in sorted(held.items()):
            self.add(EntryKind.RELEASE, key, place, quantity)

    def post(self) -> None:
        post(self._lines)


def _opened(row: LeaveRequest, years: Iterable[int], *, now: datetime) -> Accounts:
    """Open the leave years that days fall into and return the accounts, locked."""
    for year in sorted(set(years)):
        open_year(employee_id=row.employee_id, year=year, now=now)
    return locked_accounts(employee_id=row.employee_id)


def _by_year(days: Iterable[CountedDay]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for counted in days:
        sums[counted.year] = sums.get(counted.year, Decimal(0)) + counted.quantity
    return sums


def _held(row: LeaveRequest, accounts: Accounts) -> dict[Place, Decimal]:
    """Return by place what a request holds; places where it holds nothing are left out."""
    sums = dict(
        LedgerEntry.objects.filter(request=row, kind__in=(EntryKind.RESERVE, EntryKind.RELEASE))
        .values_list("account_id")
        .annotate(total=Sum("quantity"))
    )
    return {
        place: -sums[account.pk] for place, account in accounts.items() if sums.get(account.pk)
    }


def _sums(held: Mapping[Place, Decimal]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for (_code, year, _source), quantity in held.items():
        sums[year] = sums.get(year, Decimal(0)) + quantity
    return sums


def _draw(after: Mapping[Place, Decimal], code: str, year: int, quantity: Decimal) -> Parts:
    buckets = [
        Bucket(leave_year, source_year, available)
        for (own, leave_year, source_year), available in after.items()
        if own == code and leave_year == year
    ]
    parts = draw(buckets, quantity)
    if parts is None:
        raise LeaveRefused(Refusal.NOT_ENOUGH_DAYS)
    return [((code, *place), part) for place, part in parts]


def _standing(row: LeaveRequest, days: Collection[date]) -> list[LedgerEntry]:
    """Return what a request took on some days and has not given back, by day."""
    taken = LedgerEntry.objects.filter(
        request=row, kind=EntryKind.CONSUME, on_day__in=set(days)
    )
    undone = LedgerEntry.objects.filter(request=row, kind=EntryKind.REVERSE).values("reverses")
    return list(taken.exclude(pk__in=undone).order_by("on_day", "id"))


def _taken(row: LeaveRequest) -> dict[date, Decimal]:
    """Return by day what a request has taken and not given back."""
    undone = LedgerEntry.objects.filter(request=row, kind=EntryKind.REVERSE).values("reverses")
    rows = (
        LedgerEntry.objects.filter(request=row, kind=EntryKind.CONSUME)
        .exclude(pk__in=undone)
        .values_list("on_day")
        .annotate(total=Sum("quantity"))
    )
    return {day: -total for day, total in rows}


def _place(account: LeaveAccount) -> Place:
    return (account.code, account.leave_year, account.source_year)


def _settle(row: LeaveRequest, places: Iterable[Place], *, now: datetime) -> None:
    """Let days expire, or go on, that came back into a year that is over."""
    this_year = day_of(row, now=now).year
    if any(leave_year < this_year for _code, leave_year, _source in places):
        open_year(employee_id=row.employee_id, year=this_year, now=now)


def _close_for_long_leave(row: LeaveRequest, *, now: datetime) -> None:
    """Close the annual leave of the year a long leave starts in, or open it again."""
    if row.leave_type.family != Family.LONG:
        return
    year = max(row.first_day.year, day_of(row, now=now).year)
    open_year(employee_id=row.employee_id, year=year, now=now)


def _annual_kind(employee_id: UUID, year: int) -> Kind | None:
    card = employees_by_id(employee_ids=[employee_id])[employee_id]
    kinds = account_kinds(agency_ids=[card.agency_id], years=[year])
    mine = (by_year[year] for by_year in kinds.values())
    return next(
        (
            kind
            for kind in mine
            if kind.family == Family.ANNUAL and card.employment in kind.employments
        ),
        None,
    )


def _joint_key(employee_id: UUID, day: date) -> str:
    return f"joint:{employee_id}:{day}:"


def _joint_entries(employee_id: UUID, day: date) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(key__startswith=_joint_key(employee_id, day))


def _joint_entry(employee_id: UUID, day: date) -> LedgerEntry | None:
    """Return the latest entry for a day of joint leave; the keys count up."""
    entries = list(_joint_entries(employee_id, day))
    return max(entries, key=lambda entry: int(entry.key.rpartition(":")[2]), default=None)


def _joint_line(
    account: LeaveAccount,
    kind: EntryKind,
    quantity: Decimal,
    key: str,
    on_day: date,
    reverses: LedgerEntry | None = None,
) -> Line:
    return Line(
        account=account,
        kind=kind,
        quantity=quantity,
        key=key,
        on_day=on_day,
        reverses=reverses,
    )
