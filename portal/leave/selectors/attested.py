"""Attestations as HR, the official and the employee have them: verdict, dates, number, hash."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from portal.leave.choices import State, Verdict
from portal.leave.models import Attestation
from portal.leave.policies import desk_requests, own_requests
from portal.leave.rules.attesting import is_valid
from portal.people.actors import Account
from portal.people.choices import Role
from portal.vault.services import open_field

COLUMNS: Final = (
    "number", "nip", "verdict", "covers_from", "covers_until", "attested_on", "sha256", "valid",
)  # fmt: skip
"""In the order of the file; the other system reads these names."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class AttestedRow:
    """
    One attestation with a number.

    ``nip`` finds the employee in the other system; it stands in the body of a file for HR and
    on no page.
    """

    request_id: UUID
    number: str
    name: str
    nip: str
    verdict: Verdict
    verdict_label: str
    covers_from: date
    covers_until: date
    attested_on: date
    sha256: str
    is_valid: bool

    def __repr__(self) -> str:
        return "<attested>"


def reviewer_number(user_id: UUID) -> str:
    """Return the number under which a reviewer stands on papers; the same on each of them."""
    return f"P-{user_id.hex[:8].upper()}"


def list_attested(*, actor: Account, first: date, last: date) -> list[AttestedRow]:
    """
    Return the attestations given on these days for the actor's agency, oldest first.

    Without those about herself: nobody handles her own. One that counts no longer is among
    them and says so, so that the other system learns it. Three queries at most.

    :raises Http404: for anybody but an HR officer.
    """
    if Role.HR not in actor.roles:
        raise Http404
    rows = (
        Attestation.objects.filter(
            request__in=desk_requests(actor), on_day__range=(first, last)
        )
        .exclude(number="")
        .select_related("request__employee__user")
        .order_by("on_day", "series", "sequence")
    )
    return list(_rows(rows))


def attested_csv(rows: Sequence[AttestedRow]) -> bytes:
    """Return rows as CSV in UTF-8, with a head; no cell is a formula for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_plain(value) for value in _values(row).values()])
    return out.getvalue().encode()


def attested_json(rows: Sequence[AttestedRow]) -> bytes:
    """Return rows as a JSON list of objects in UTF-8."""
    return json.dumps([_values(row) for row in rows], ensure_ascii=False).encode()


def attestation_pdf(*, actor: Account, request_id: UUID) -> bytes:
    """
    Return the paper of the newest attestation: to the employee, to HR, to the official.

    :raises Http404: alike for a foreign request and for one without a paper.
    """
    own = Q(request__in=own_requests(actor))
    at_work = actor.roles & {Role.HR, Role.OFFICIAL} and actor.agency_id is not None
    mine = own | Q(request__in=desk_requests(actor)) if at_work else own
    found = Attestation.objects.filter(mine, request=request_id, replaced=False).first()
    if found is None or found.pdf is None:
        raise Http404
    return open_field(found, "pdf")


def _rows(found: QuerySet[Attestation]) -> Iterator[AttestedRow]:
    for row in found:
        if row.covers_from is None or row.covers_until is None:
            continue
        verdict = Verdict(row.verdict)
        user = row.request.employee.user
        yield AttestedRow(
            request_id=row.request_id,
            number=row.number,
            name=user.full_name,
            nip=user.nip or "",
            verdict=verdict,
            verdict_label=str(verdict.label),
            covers_from=row.covers_from,
            covers_until=row.covers_until,
            attested_on=row.on_day,
            sha256=row.sha256,
            is_valid=is_valid(replaced=row.replaced, state=State(row.request.state)),
        )


def _values(row: AttestedRow) -> dict[str, str]:
    return {
        "number": row.number,
        "nip": row.nip,
        "verdict": row.verdict.value,
        "covers_from": row.covers_from.isoformat(),
        "covers_until": row.covers_until.isoformat(),
        "attested_on": row.attested_on.isoformat(),
        "sha256": row.sha256,
        "valid": "yes" if row.is_valid else "no",
    }


def _plain(text: str) -> str:
    """Write a cell so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
