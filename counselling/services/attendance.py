"""What a counsellor does with a meeting in her diary: open the request, note attendance."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction

from counselling import policies, rules
from counselling.choices import AppointmentStatus
from counselling.models import Appointment
from counselling.services.claims import COUNSELLOR_LOCK, BookingRefused
from counselling.services.requests import request_context
from portal.audit.services import record_staff
from portal.common.db import lock
from portal.people.actors import Account
from portal.vault.services import CannotOpen


class Vault(Protocol):
    """The unlocked vault of whoever asks; it raises ``Locked`` when it is not."""

    def open(self, blob: bytes, *context: str) -> bytes:
        """Open what was sealed to this person."""


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """What a client wrote with a booking."""

    name: str
    reach: str
    note: str

    def __repr__(self) -> str:
        return "<opened request>"


class RequestUnreadable(Exception):
    """What was written was sealed to a key that nobody has any more."""


def open_request(
    *, actor: Account, appointment_id: UUID, vault: Vault, now: datetime
) -> OpenedRequest | None:
    """
    Open what the client wrote, with the counsellor's own key, and record that it was opened.

    None when nothing was written. The server cannot do this while she is away.

    :raises Http404: if the meeting is not in the actor's diary.
    :raises Locked: if her vault is locked.
    :raises RequestUnreadable: if it was sealed to a key that is gone.
    """
    row = policies.get_assigned_appointment(actor=actor, appointment_id=appointment_id, now=now)
    if row.sealed_request is None:
        return None
    try:
        body = json.loads(vault.open(row.sealed_request, *request_context(row)))
    except CannotOpen as error:
        raise RequestUnreadable from error
    record_staff(
        role="COUNSELLOR",
        handle=str(row.counsellor_id),
        action="request.opened",
        subject=str(row.client_id),
        now=now,
    )
    return OpenedRequest(name=body["name"], reach=body["reach"], note=body["note"])


def note_attendance(
    *, actor: Account, appointment_id: UUID, outcome: AppointmentStatus, now: datetime
) -> None:
    """
    Note that a meeting took place or was missed, or take such a note back (``BOOKED``).

    A missed one is never punished. Noting the same twice changes nothing. Locks the counsellor.

    :raises Http404: if the meeting is not in the actor's diary.
    :raises BookingRefused: if it is too early, too late, or the meeting was cancelled.
    """
    with transaction.atomic(durable=True):
        found = policies.get_assigned_appointment(
            actor=actor, appointment_id=appointment_id, now=now
        )
        lock(COUNSELLOR_LOCK, found.counsellor_id)
        row = Appointment.objects.select_for_update().get(pk=found.pk)
        if row.status == outcome:
            return
        refusal = rules.refuse_attendance(
            status=row.status,
            outcome=outcome,
            starts_at=row.period.lower,
            ends_at=row.period.upper,
            zone=found.counsellor.zone,
            now=now,
        )
        if refusal is not None:
            raise BookingRefused(refusal)
        row.status = outcome
        row.save(update_fields=["status"])
        record_staff(
            role="COUNSELLOR",
            handle=str(row.counsellor_id),
            action=f"attendance.{outcome.value.lower()}",
            subject=str(row.client_id),
            now=now,
        )
