"""Requests that wait for the medical reviewer: plain typed functions."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from portal.leave.choices import Certificate, Issuer, Missing, State, Verdict
from portal.leave.models import Evidence, HealthDossier, LeaveRequest, LeaveType
from portal.leave.services import attestations, evidence, opening
from portal.leave.services.attestations import Finding
from portal.leave.services.details import Details, seal_details
from portal.people.actors import Account
from portal.people.models import Employee
from tests.factories import MONDAY, NOW
from tests.support.leave import Room, vault_of
from tests.support.scans import exif, picture

FIRST, LAST = MONDAY, date(2026, 11, 27)
WORDS = "Belum bisa tidur, ZX-KEJIWAAN-91, kata Sp.KJ"
"""A planted phrase, and how a doctor signs: neither may be found anywhere."""
ENOUGH = Finding(verdict=Verdict.ENOUGH, issuer=Issuer.DOCTOR)
SHORT = Finding(verdict=Verdict.NOT_ENOUGH, missing=(Missing.DATES, Missing.SIGNATURE))


def make_case(
    room: Room,
    *,
    employee: Employee | None = None,
    code: str = "CS",
    first: date = FIRST,
    last: date = LAST,
    state: State = State.EVIDENCE_DUE,
    **more: Any,
) -> LeaveRequest:
    """Write a request down as it stands after it was sent."""
    who = employee or room.employee
    row = LeaveRequest(
        employee=who,
        agency=room.agency,
        leave_type=LeaveType.objects.get(agency=room.agency, code=code),
        key=uuid4(),
        first_day=first,
        last_day=last,
        days=(last - first).days + 1,
        state=state,
        sent_on=MONDAY,
        **{"certificate": Certificate.LATER, "evidence_due_on": date(2026, 12, 14), **more},
    )
    seal_details(row, Details())
    row.save()
    HealthDossier.objects.create(request=row)
    return row


def photo(words: str = "ZX-KEJIWAAN-91") -> bytes:
    """Return a picture of a certificate that carries more than one sees."""
    return picture("JPEG", (300, 400), exif=exif(words=words))


def hand_in(row: LeaveRequest, actor: Account, *files: bytes) -> UUID:
    """Hand a certificate in."""
    return evidence.hand_in(
        actor=actor, request_id=row.pk, files=list(files) or [photo()], now=NOW
    )


def look(row: LeaveRequest, reviewer: Account) -> None:
    """Take a case on and open every page of it."""
    opening.take_on(actor=reviewer, request_id=row.pk, now=NOW)
    vault = vault_of(reviewer)
    for piece in Evidence.objects.filter(
        dossier__request=row, is_words=False, keys__reviewer_id=reviewer.user_id
    ):
        for number in range(1, piece.pages + 1):
            opening.open_page(
                actor=reviewer, vault=vault, evidence_id=piece.pk, number=number, now=NOW
            )


def opened_case(room: Room, **case: Any) -> LeaveRequest:
    """Return a request whose certificate a reviewer has opened."""
    row = make_case(room, **case)
    hand_in(row, room.asker)
    look(row, room.reviewer)
    return row


def part(first: date | None, last: date | None) -> Finding:
    """Return the verdict that a certificate is enough for some of the days."""
    return Finding(
        verdict=Verdict.PARTLY, covers_from=first, covers_until=last, issuer=Issuer.DOCTOR
    )


def attest(row: LeaveRequest, reviewer: Account, finding: Finding) -> UUID:
    """Give a verdict."""
    return attestations.attest(actor=reviewer, request_id=row.pk, ruling=finding, now=NOW)
