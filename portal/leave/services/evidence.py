"""
What is handed in: certificates and words, sealed to the medical reviewers before it is stored.

Each piece lies under a key of its own, and the key is sealed to every reviewer who may read it.
We hold none of them: without a reviewer's vault nobody opens a piece again, not even we.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db.models import Max

from portal.leave import notices
from portal.leave.choices import EMPLOYEE, Action, Certificate, Refusal, State
from portal.leave.models import (
    Attestation,
    Evidence,
    EvidenceKey,
    EvidencePage,
    HealthDossier,
    LeaveRequest,
)
from portal.leave.policies import employee_id_of, get_own_request, reviewers_for
from portal.leave.rules.transitions import next_states
from portal.leave.selectors.days import day_of
from portal.leave.services.considerations import renew_question
from portal.leave.services.desk import LeaveRefused, employee_locked, step
from portal.leave.services.telling import tell
from portal.papers.choices import CertificateReason
from portal.papers.pages import CertificateRefused, read_certificate
from portal.people.actors import Account
from portal.vault.services import (
    KeyTampered,
    new_document_key,
    seal_document,
    seal_key_for,
    users_with_vault,
)

MOST_PAGES: Final = 10
WORDS: Final = 1
"""The number of the only page of a piece that is words."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something on its way to its readers."""

    leaves: Sequence[bytes] = field(repr=False)
    sha256: str = ""
    is_words: bool = False


def page_context(evidence_id: UUID, number: int) -> tuple[str, ...]:
    """Return what a sealed page is bound to: it opens in no other place."""
    return ("leave.EvidencePage", "sealed", str(evidence_id), str(number))


def key_context(evidence_id: UUID) -> tuple[str, ...]:
    """Return what the sealed keys of a piece are bound to."""
    return ("leave.EvidenceKey", "sealed_key", str(evidence_id))


def seal_words(dossier: HealthDossier, words: str, *, now: datetime) -> UUID | None:
    """
    Seal a few words to the reviewers and return the piece; nothing for no words.

    Inside an open deed: needs the employee's lock.

    :raises LeaveRefused: if no reviewer could read them.
    """
    written = words.strip()
    if not written:
        return None
    piece = _Piece(leaves=[written.encode()], is_words=True)
    return _seal(dossier, piece, readers=readers_of(dossier, now=now), now=now).pk


def hand_in(*, actor: Account, request_id: UUID, files: Sequence[bytes], now: datetime) -> UUID:
    """
    Hand a certificate in, of one file or several, and return the piece it has become.

    Pages are kept as plain pictures, in the order of the files. The hash is that of the file;
    of several it is the hash of their hashes, one on a line, as
    ``sha256sum FILES | cut -c1-64 | sha256sum`` gives it. Reading takes seconds and happens
    before anything is locked. What stood until now is looked at anew. The reviewers are told.

    :raises Http404: if it is no request of the actor's own.
    :raises CertificateRefused: if a file cannot be read, or there are too many pages.
    :raises LeaveRefused: if nothing is handed in at this step, or no reviewer could read it.
    """
    employee_id = employee_id_of(actor)
    _check_step(get_own_request(actor=actor, request_id=request_id))
    piece = _read(files)
    with employee_locked(employee_id=employee_id):
        row = get_own_request(actor=actor, request_id=request_id)
        _check_step(row)
        dossier, _new = HealthDossier.objects.get_or_create(request=row)
        readers = readers_of(dossier, now=now)
        evidence = _seal(dossier, piece, readers=readers, now=now)
        if dossier.reviewer_id not in readers:
            dossier.reviewer = None
        dossier.emptied_on = None
        dossier.save(update_fields=["reviewer", "emptied_on"])
        row.certificate = Certificate.NOW
        look_anew(row, Action.HAND_IN, now=now)
        tell_reviewers(row, [dossier.reviewer_id] if dossier.reviewer_id else readers, now=now)
    return evidence.pk


def look_anew(row: LeaveRequest, action: Action, *, now: datetime) -> None:
    """
    Send a request to the medical reviewer (again); a verdict that stood counts no longer.

    The paper of that verdict stays valid until the next one: a certificate was checked. One
    that came back from the decision begins a new round, since a decision belongs to a
    round; a superior who had not answered is asked again. Needs the employee's lock.

    :raises LeaveRefused: if the table of transitions does not know the step.
    """
    Attestation.objects.filter(request=row, stands=True).update(stands=False)
    is_back = row.state == State.RETURNED
    if is_back:
        row.round += 1
    step(
        row,
        action,
        to=State.EVIDENCE_REVIEW,
        role=EMPLOYEE,
        fields=["certificate", "round"],
        now=now,
    )
    if is_back:
        renew_question(row, now=now)


def readers_of(dossier: HealthDossier, *, now: datetime) -> list[UUID]:
    """Return the reviewers to whom something of this dossier can be sealed now, by id."""
    row = dossier.request
    may = reviewers_for(row, today=day_of(row, now=now))
    able = users_with_vault(may)
    return [one for one in may if one in able and one != dossier.not_again_id]


def tell_reviewers(
    row: LeaveRequest, user_ids: Collection[UUID], *, rev: int | None = None, now: datetime
) -> None:
    """
    Tell these reviewers that a paper waits: those who can open it, and nobody else.

    Without ``rev`` it is told once for each version of the request, so for each piece.
    """
    tell(
        user_ids=user_ids,
        namespace=notices.REVIEWER,
        notice=notices.FOR_REVIEWER_PAPER,
        subject_id=row.pk,
        rev=row.version if rev is None else rev,
        now=now,
    )


def _check_step(row: LeaveRequest) -> None:
    if not next_states(Action.HAND_IN, State(row.state)):
        raise LeaveRefused(Refusal.NOT_NOW)


def _read(files: Sequence[bytes]) -> _Piece:
    """
    Return the pages of all files; ten at most.

    :raises CertificateRefused: if a file cannot be read, or there are too many pages.
    """
    if not files:
        raise CertificateRefused(CertificateReason.EMPTY)
    if len(files) > MOST_PAGES:
        raise CertificateRefused(CertificateReason.TOO_MANY_PAGES)
    leaves: list[bytes] = []
    hashes: list[str] = []
    for data in files:
        read = read_certificate(data=data)
        leaves += read.pages
        hashes.append(read.sha256)
        if len(leaves) > MOST_PAGES:
            raise CertificateRefused(CertificateReason.TOO_MANY_PAGES)
    return _Piece(leaves=leaves, sha256=_hash_of(hashes))


def _hash_of(hashes: Sequence[str]) -> str:
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256("".join(f"{one}\n" for one in hashes).encode()).hexdigest()


def _seal(
    dossier: HealthDossier, piece: _Piece, *, readers: Collection[UUID], now: datetime
) -> Evidence:
    """
    Store a piece, readable by these people alone.

    :raises LeaveRefused: if there is nobody among them who has a key of her own.
    """
    key, evidence_id = new_document_key(), uuid4()
    try:
        keys = seal_key_for(user_ids=readers, key=key, context=key_context(evidence_id))
    except KeyTampered as error:
        raise LeaveRefused(Refusal.NO_REVIEWER) from error
    if not keys:
        raise LeaveRefused(Refusal.NO_REVIEWER)
    evidence = Evidence.objects.create(
        pk=evidence_id,
        dossier=dossier,
        number=_next_number(dossier),
        is_words=piece.is_words,
        pages=len(piece.leaves),
        sha256=piece.sha256,
        handed_in_on=day_of(dossier.request, now=now),
    )
    EvidencePage.objects.bulk_create(
        EvidencePage(
            evidence=evidence,
            number=number,
            sealed=seal_document(key=key, data=data, context=page_context(evidence_id, number)),
        )
        for number, data in enumerate(piece.leaves, start=1)
    )
    EvidenceKey.objects.bulk_create(
        EvidenceKey(evidence=evidence, reviewer_id=user_id, sealed_key=sealed)
        for user_id, sealed in keys.items()
    )
    return evidence


def _next_number(dossier: HealthDossier) -> int:
    last = Evidence.objects.filter(dossier=dossier).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1
