"""Writing the ledger: accounts locked in one order, entries that never come twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from portal.common.db import violated_constraint
from portal.leave.choices import EntryKind, Refusal
from portal.leave.models import NEVER_OVERSPENT, LeaveAccount, LeaveRequest, LedgerEntry
from portal.leave.services.desk import LeaveRefused

_UNIQUE_VIOLATION: Final = "23505"
Place = tuple[str, int, int]
"""A code, the leave year, the source year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry to be written; ``key`` names the fact it stands for."""

    account: LeaveAccount
    kind: EntryKind
    quantity: Decimal
    key: str
    on_day: date
    request: LeaveRequest | None = None
    reverses: LedgerEntry | None = None


def locked_accounts(*, employee_id: UUID) -> dict[Place, LeaveAccount]:
    """
    Lock every account of an employee, in the order of their ids, and return them as they are.

    The order is the same for everybody, so that two never wait for each other.
    """
    rows = LeaveAccount.objects.filter(employee=employee_id).order_by("id").select_for_update()
    return {(row.code, row.leave_year, row.source_year): row for row in rows}


def account_for(
    *, employee_id: UUID, code: str, leave_year: int, source_year: int
) -> LeaveAccount:
    """Return one account, made empty if it is not there yet, and locked."""
    row, _made = LeaveAccount.objects.select_for_update().get_or_create(
        employee_id=employee_id,
        code=code,
        leave_year=leave_year,
        source_year=source_year,
    )
    return row


def post(lines: Sequence[Line]) -> None:
    """
    Write entries in their order; the balances follow. Needs the accounts locked.

    :raises LeaveRefused: NOT_ENOUGH_DAYS if an account would be overspent, STALE if the fact
        has been entered already; nothing is written then.
    """
    if not lines:
        return
    entries = [
        LedgerEntry(
            account=line.account,
            kind=line.kind,
            quantity=line.quantity,
            request=line.request,
            reverses=line.reverses,
            key=line.key,
            on_day=line.on_day,
        )
        for line in lines
    ]
    try:
        with transaction.atomic():
            LedgerEntry.objects.bulk_create(entries)
    except IntegrityError as error:
        if violated_constraint(error) == NEVER_OVERSPENT:
            raise LeaveRefused(Refusal.NOT_ENOUGH_DAYS) from error
        if getattr(error.__cause__, "sqlstate", None) == _UNIQUE_VIOLATION:
            raise LeaveRefused(Refusal.STALE) from error
        raise


class Numbers:
    """
    Numbers for facts that can come again, such as a second reservation of one request.

    Counted from the entries that are there, so that two who count the same make the same key,
    and the second of them is refused.
    """

    def __init__(self, accounts: Iterable[LeaveAccount]) -> None:
        self._next: dict[UUID, int] = {}
        keys = LedgerEntry.objects.filter(account__in=list(accounts))
        for account_id in keys.values_list("account_id", flat=True):
            self._next[account_id] = self._next.get(account_id, 0) + 1

    def take(self, account: LeaveAccount) -> int:
        """Return the next number in an account."""
        number = self._next.get(account.pk, 0)
        self._next[account.pk] = number + 1
        return number
