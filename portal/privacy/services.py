"""Reading the record leaves a line in the record."""

from datetime import datetime

from django.db import transaction

from portal.audit.services import record_staff
from portal.people.actors import Account
from portal.people.choices import Role
from portal.privacy.choices import Deed
from portal.privacy.rules import PAGE_SIZE
from portal.privacy.selectors import DeedRow, list_deeds


@transaction.atomic(durable=True)
def read_record(*, actor: Account, before: int | None, now: datetime) -> list[DeedRow]:
    """
    Return a page of the record to the data protection officer, and write down that he read it.

    The line about this reading is not on the page it opens, but on the next one.
    """
    rows = list_deeds(limit=PAGE_SIZE + 1, before=before)
    record_staff(
        role=Role.DPO,
        handle=str(actor.user_id),
        action=Deed.AUDIT_READ,
        subject=str(before or "newest"),
        now=now,
    )
    return rows
