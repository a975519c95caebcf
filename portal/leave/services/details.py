"""
What comes with a request beside dates and kind: address, phone, purpose, whom to leave out.

Sealed from the tables under the house's key, not from the house: the letter prints the address,
and whoever is asked is chosen by it. Why somebody rests is never in here; see `evidence`.
"""

import json
from typing import Final

from portal.leave.models import LeaveRequest
from portal.leave.rules.asking import Details
from portal.leave.selectors.details import FIELD, open_details
from portal.vault import services as vault

__all__ = ["Details", "open_details", "seal_details"]

WHOLE_BYTES: Final = 1500
"""Every one is this long: a purpose, an address or a manager left out cannot be measured."""


def seal_details(row: LeaveRequest, details: Details) -> None:
    """
    Seal the wishes into a request that has its key; the caller saves it.

    Texts are cut to the lengths of `Details`, so that the padded value is always as long.
    """
    kept = details.trimmed()
    body = {
        "purpose": kept.purpose.value,
        "address": kept.address,
        "phone": kept.phone,
        "leave_out_manager": kept.leave_out_manager,
    }
    whole = json.dumps(body, ensure_ascii=False).encode().ljust(WHOLE_BYTES, b" ")
    vault.seal_field(row, FIELD, whole)
