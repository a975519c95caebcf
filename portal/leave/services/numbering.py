"""Numbers without gaps, and the codes that stand beside them on a paper."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from portal.leave.choices import LetterKind
from portal.leave.models import LeaveDesk, LetterSeries
from portal.leave.selectors.letters import check_url, token_tag

USUAL_TEMPLATE: Final = "{no}/{kind}/{year}"
KIND_CODES: Final = {LetterKind.DECISION: "SIC", LetterKind.ATTESTATION: "SKV"}
"""What ``{kind}`` becomes: *surat izin cuti* and *surat keterangan verifikasi*."""
_TOKEN_BYTES: Final = 18
_MOST_LETTERS: Final = 120


class Numbered(NamedTuple):
    """A number that was taken: its series, its place in it, and how it is written."""

    series: LetterSeries
    sequence: int
    number: str


@dataclass(frozen=True, slots=True)
class PaperCode:
    """A code for one paper: what is printed, what is stored, and where it leads."""

    token: str
    tag: bytes
    url: str

    def __repr__(self) -> str:
        return "<paper code>"


def take_number(*, agency_id: UUID, kind: LetterKind, year: int) -> Numbered:
    """
    Take the next number of a series, inside the transaction that signs the paper.

    The row of the series stays locked to the end of that transaction: whoever signs next waits,
    and a transaction that fails gives its number back, so that none is missing and none comes
    twice. Take it as late as possible.

    :raises TransactionManagementError: outside a transaction.
    :raises OperationalError: if the patience of the deed runs out (`desk.employee_locked`).
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a number belongs to what it is put on")
    LetterSeries.objects.bulk_create(
        [LetterSeries(agency_id=agency_id, kind=kind, year=year)], ignore_conflicts=True
    )
    series = LetterSeries.objects.select_for_update().get(
        agency_id=agency_id, kind=kind, year=year
    )
    series.last_number += 1
    series.save(update_fields=["last_number"])
    return Numbered(
        series=series,
        sequence=series.last_number,
        number=write_number(_template(agency_id), kind, year, series.last_number),
    )


def write_number(template: str, kind: LetterKind, year: int, sequence: int) -> str:
    """
    Write a number the way an agency does: ``{no}``, ``{kind}`` and ``{year}`` are filled in.

    Anything else in the template stays as it is. One that forgets ``{no}`` gets it in front:
    two letters never carry the same number.
    """
    written = template if "{no}" in template else f"{{no}}/{template}".rstrip("/")
    for name, value in (("{no}", sequence), ("{kind}", KIND_CODES[kind]), ("{year}", year)):
        written = written.replace(name, str(value))
    return written[:_MOST_LETTERS]


def new_code() -> PaperCode:
    """Return a code nobody can guess; whoever scans it learns number and validity."""
    token = token_urlsafe(_TOKEN_BYTES)
    return PaperCode(token=token, tag=token_tag(token), url=check_url(token))


def _template(agency_id: UUID) -> str:
    found = LeaveDesk.objects.filter(agency_id=agency_id).values_list("number_template")
    return next((row[0] for row in found), USUAL_TEMPLATE)
