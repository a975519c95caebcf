"""What a client writes with a booking, and how it is sealed to the counsellor."""

import json
from dataclasses import dataclass

from counselling.choices import Refusal
from counselling.models import Appointment
from counselling.services.claims import BookingRefused
from portal.vault.services import KeyTampered, NoVault, seal_to_person


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """
    What a client gives with a booking; every part may stay empty.

    ``address``: None leaves the choice of mail as it is, "" is the portal only, anything else
    is one of her own verified private addresses.
    """

    alias: str = ""
    mode: str = ""
    name: str = ""
    reach: str = ""
    note: str = ""
    consent_version: int = 0
    address: str | None = None

    def __repr__(self) -> str:
        return "<booking request>"

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to seal."""
        return not (self.name or self.reach or self.note)


def seal_request(row: Appointment, request: BookingRequest) -> bytes | None:
    """
    Seal what was written to the counsellor of the row; None when nothing was.

    :raises BookingRefused: if her published key is gone or is not the one she published.
    """
    if request.is_empty:
        return None
    body = {"name": request.name, "reach": request.reach, "note": request.note}
    try:
        return seal_to_person(
            user_id=row.counsellor.user_id,
            data=json.dumps(body, ensure_ascii=False).encode(),
            context=request_context(row),
        )
    except (NoVault, KeyTampered) as error:
        raise BookingRefused(Refusal.SLOT_GONE) from error


def request_context(row: Appointment) -> tuple[str, str, str]:
    """Return what a sealed request is bound to: it opens in no other row and no other field."""
    return ("counselling.Appointment", "sealed_request", str(row.pk))
