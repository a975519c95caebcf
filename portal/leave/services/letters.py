"""The letter: drawn once when it is signed, sealed, and never drawn again."""

from datetime import date
from uuid import UUID, uuid4

from portal.leave.choices import LetterKind, State
from portal.leave.models import Decision, LeaveRequest, Letter
from portal.leave.selectors.days import day_of
from portal.leave.selectors.papers import (
    LANGUAGE,
    bases,
    length_unit,
    office_of,
    place_of,
    public_name,
)
from portal.leave.services.numbering import new_code, take_number
from portal.papers.pdf import make_pdf
from portal.papers.shapes import DecisionLetter
from portal.vault import services as vault


def sign_letter(decision: Decision) -> Letter:
    """
    Make the letter of a granted leave, inside the deed that signs it: numbered, drawn, sealed.

    It says who, when and which statutory kind; a reason is a field of it nowhere. The number is
    of the day the official decided, the row of its series stays locked to the end.
    """
    row = decision.request
    signed_on = day_of(row, now=decision.decided_at)
    code = new_code()
    numbered = take_number(
        agency_id=row.agency_id, kind=LetterKind.DECISION, year=signed_on.year
    )
    paper = _paper(decision, number=numbered.number, signed_on=signed_on, url=code.url)
    letter = Letter(
        id=uuid4(),
        decision=decision,
        series=numbered.series,
        sequence=numbered.sequence,
        number=numbered.number,
        signed_by_id=decision.decided_by_id,
        signed_on=signed_on,
        token_tag=code.tag,
    )
    vault.seal_field(letter, "sealed_token", code.token)
    vault.seal_field(letter, "pdf", make_pdf(paper=paper))
    letter.save(force_insert=True)
    return letter


def revoke_letter(request_id: UUID, *, day: date) -> None:
    """Let the letter of a request be valid no longer; its number stays taken for ever."""
    Letter.objects.filter(decision__request=request_id, revoked_on=None).update(revoked_on=day)


def revoke_superseded(request_id: UUID, *, day: date) -> None:
    """Let the letter of leave that a later one has replaced be valid no longer."""
    if LeaveRequest.objects.filter(pk=request_id, state=State.SUPERSEDED).exists():
        revoke_letter(request_id, day=day)


def _paper(decision: Decision, *, number: str, signed_on: date, url: str) -> DecisionLetter:
    row, decree, official = decision.request, decision.decree, decision.decided_by
    return DecisionLetter(
        language=LANGUAGE,
        agency=row.agency.name,
        number=number,
        name=row.employee.user.full_name,
        nip=row.employee.user.nip or "",
        unit=row.employee.unit.name,
        leave_type=public_name(row.leave_type, LANGUAGE),
        starts_on=row.first_day,
        ends_on=row.last_day,
        length=row.days,
        length_unit=length_unit(row),
        legal_basis=bases(row.leave_type.legal_basis),
        place=place_of(row),
        signed_on=signed_on,
        official_name=official.full_name,
        official_nip=official.nip or "",
        official_office=office_of(decision),
        decree=decree.number if decree else "",
        decree_on=decree.issued_on if decree else None,
        verify_url=url,
    )
