"""Days that can be taken: accounts, and a ledger that only grows."""

from typing import Final

from django.db import models
from django.db.models import Q

from portal.common.db import BaseModel
from portal.leave.choices import EntryKind
from portal.leave.models.requests import LeaveRequest

NEVER_OVERSPENT: Final = "leave_account_never_overspent"
ENTRY_ONCE: Final = "ledger_entry_once"


class LeaveAccount(BaseModel):
    """
    The days of one source year that can be taken in one leave year: a bucket.

    Leave in 2026 is taken from the buckets of 2024, 2025 and 2026, oldest first. ``available``
    is the sum of its entries, kept by a trigger on the ledger; nothing else may write it.
    """

    employee = models.ForeignKey("people.Employee", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)
    """The code of the leave type it belongs to, whatever its version."""
    leave_year = models.PositiveSmallIntegerField()
    source_year = models.PositiveSmallIntegerField()
    available = models.DecimalField(max_digits=6, decimal_places=2, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "code", "leave_year", "source_year"],
                name="leave_account_once",
            ),
            models.CheckConstraint(condition=Q(available__gte=0), name=NEVER_OVERSPENT),
        ]


class LedgerEntry(BaseModel):
    """
    One change of one account, in days with a sign. Never changed, never deleted (a trigger).

    ``key`` names the fact it stands for: the same fact is never entered twice.
    """

    account = models.ForeignKey(LeaveAccount, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=EntryKind)
    quantity = models.DecimalField(max_digits=6, decimal_places=2)
    request = models.ForeignKey(
        LeaveRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="entries"
    )
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    key = models.CharField(max_length=120, unique=True)
    on_day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="ledger_entry_moves"),
        ]
