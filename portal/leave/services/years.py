"""Opening a leave year: grant, carry, expire; and comparing balances with the ledger."""

import logging
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import DecimalField, F, Sum, Value
from django.db.models.functions import Coalesce

from portal.calendars.rules import local_day
from portal.leave.choices import ENDED, EntryKind, Refusal
from portal.leave.models import LeaveAccount, LedgerEntry
from portal.leave.rules.entitlement import Posting
from portal.leave.selectors.books import REOPEN_KEY, plans_for
from portal.leave.selectors.days import day_at
from portal.leave.selectors.desks import open_agencies
from portal.leave.services.desk import LeaveRefused, employee_locked
from portal.leave.services.posting import (
    Line,
    Numbers,
    account_for,
    locked_accounts,
    post,
)
from portal.leave.services.profiles import load_joint_years
from portal.people.models import Employee
from portal.people.selectors import EmployeeCard, employees_by_id

logger = logging.getLogger(__name__)
BATCH: Final = 500
"""Employees looked at in one go."""
_KEYS: Final = {
    EntryKind.GRANT: "grant:",
    EntryKind.CARRY: "carry:",
    EntryKind.DEFER_CARRY: "defercarry:",
    EntryKind.EXPIRE: "expire:",
    EntryKind.JOINT_LEAVE: "jointleave:",
    EntryKind.REVERSE: REOPEN_KEY,
}


def open_year(*, employee_id: UUID, year: int, now: datetime) -> int:
    """
    Make everything due in the accounts of a leave year; return how many entries that took.

    Inside an open deed. Locks the accounts of the employee. Done again it does nothing; done
    late it does the same. Years that are over are settled on the way: what may go on goes on,
    the rest expires. Where joint leave costs annual leave, it is taken off here.
    """
    locked_accounts(employee_id=employee_id)
    card = employees_by_id(employee_ids=[employee_id])[employee_id]
    plans = plans_for(cards=[card], year=year, today=local_day(now, card.zone))
    due = [(code, posting) for (_who, code), plan in plans.items() for posting in plan.postings]
    if not due:
        return 0
    accounts = {
        (code, posting.leave_year, posting.source_year): account_for(
            employee_id=employee_id,
            code=code,
            leave_year=posting.leave_year,
            source_year=posting.source_year,
        )
        for code, posting in due
    }
    numbers = Numbers(accounts.values())
    back = [posting.undoes for _code, posting in due if posting.undoes]
    undone = LedgerEntry.objects.in_bulk(back) if back else {}
    post(
        [
            _line(
                accounts[code, posting.leave_year, posting.source_year],
                posting,
                numbers,
                undone.get(posting.undoes) if posting.undoes else None,
            )
            for code, posting in due
        ]
    )
    return len(due)


def open_years(*, now: datetime) -> int:
    """
    Open this year for everybody whose agency does leave here; return for how many it took.

    Idempotent, and it catches up: who runs it late gets the same. Somebody whose leave is
    being changed right now is left for the next run.
    """
    opened = 0
    for agency_id in open_agencies():
        load_joint_years(agency_id=agency_id, now=now)
        for employee_ids in _batches(agency_id):
            for employee_id in _due(employee_ids, now=now):
                opened += _open_one(employee_id, now=now)
    return opened


def check_ledger(*, now: datetime) -> list[str]:
    """
    Return what does not add up, in words for the log: nothing, unless somebody broke in.

    Balances that differ from their entries, and reservations of requests that have ended.
    Names rows by their ids and nobody. ``now`` is when it was looked at, for the log.
    """
    zero = Value(Decimal(0), output_field=DecimalField())
    wrong = (
        LeaveAccount.objects.annotate(total=Coalesce(Sum("entries__quantity"), zero))
        .exclude(total=F("available"))
        .order_by("id")
        .values_list("id", flat=True)
    )
    held = (
        LedgerEntry.objects.filter(
            kind__in=(EntryKind.RESERVE, EntryKind.RELEASE), request__state__in=ENDED
        )
        .values("request_id")
        .annotate(total=Sum("quantity"))
        .exclude(total=0)
        .order_by("request_id")
        .values_list("request_id", flat=True)
    )
    found = [f"account {key}: balance differs from its entries" for key in wrong]
    found += [f"request {key}: ended, but still holds days" for key in held]
    if found:
        logger.error("the leave ledger does not add up on %s: %s", now.date(), len(found))
    return found


def _line(
    account: LeaveAccount, posting: Posting, numbers: Numbers, undone: LedgerEntry | None
) -> Line:
    number = numbers.take(account)
    key = f"{_KEYS[posting.kind]}{account.pk}"
    if posting.kind != EntryKind.GRANT:
        key = f"{key}:{number}"
    return Line(
        account=account,
        kind=posting.kind,
        quantity=posting.quantity,
        key=f"reverse:{undone.pk}" if undone else key,
        on_day=posting.on_day,
        reverses=undone,
    )


def _due(employee_ids: list[UUID], *, now: datetime) -> list[UUID]:
    """Return those of a batch for whom something is due, in the zones they work in."""
    found: set[UUID] = set()
    by_day: dict[date, list[EmployeeCard]] = {}
    for card in employees_by_id(employee_ids=employee_ids).values():
        by_day.setdefault(local_day(now, card.zone), []).append(card)
    for today, cards in by_day.items():
        plans = plans_for(cards=cards, year=today.year, today=today)
        found |= {employee_id for (employee_id, _), plan in plans.items() if plan.postings}
    return sorted(found)


def _open_one(employee_id: UUID, *, now: datetime) -> bool:
    try:
        with employee_locked(employee_id=employee_id):
            year = day_at(employee_id=employee_id, now=now).year
            return open_year(employee_id=employee_id, year=year, now=now) > 0
    except LeaveRefused as error:
        if error.reason != Refusal.BUSY:
            raise
        return False


def _batches(agency_id: UUID) -> Iterator[list[UUID]]:
    ids = list(
        Employee.objects.filter(agency=agency_id, user__is_active=True)
        .order_by("id")
        .values_list("id", flat=True)
    )
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
