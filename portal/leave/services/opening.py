"""What a medical reviewer does with what was handed in: take it on, open it, give it back."""

from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from django.http import Http404

from portal.calendars.rules import local_day
from portal.leave import notices
from portal.leave.choices import REVIEWER, Refusal, State
from portal.leave.models import (
    Evidence,
    EvidenceKey,
    EvidenceOpening,
    EvidencePage,
    HealthDossier,
)
from portal.leave.policies import get_review, keyed_reviews
from portal.leave.selectors.days import day_of
from portal.leave.services.desk import LeaveRefused, employee_locked, record
from portal.leave.services.evidence import (
    WORDS,
    key_context,
    page_context,
    readers_of,
    tell_reviewers,
)
from portal.leave.services.telling import tell_owner
from portal.notifications.services import inbox_tag
from portal.notifications.services.outbox import withdraw_for
from portal.people.actors import Account
from portal.vault.services import CannotOpen, open_document

TAKEN: Final = "leave.taken_on"
GIVEN_BACK: Final = "leave.given_back"
OPENED: Final = "leave.evidence_opened"


class Vault(Protocol):
    """The unlocked vault of whoever asks; it raises ``Locked`` when it is not."""

    def open(self, blob: bytes, *context: str) -> bytes:
        """Open what was sealed to this person."""


class EvidenceUnreadable(Exception):
    """A piece was sealed to a key that its reader has no longer."""


def take_on(*, actor: Account, request_id: UUID, now: datetime) -> None:
    """
    Look after a case from now on; colleagues no longer see it. Repeated: no change.

    :raises Http404: if the actor has no key to it.
    :raises LeaveRefused: if a colleague has taken it on.
    """
    found = _keyed(actor, request_id, now=now)
    with employee_locked(employee_id=found.request.employee_id):
        dossier = _keyed(actor, request_id, now=now)
        if dossier.reviewer_id == actor.user_id:
            return
        if dossier.reviewer_id is not None:
            raise LeaveRefused(Refusal.TAKEN_ON)
        if dossier.request.state != State.EVIDENCE_REVIEW:
            raise LeaveRefused(Refusal.NOT_NOW)
        dossier.reviewer_id = actor.user_id
        dossier.save(update_fields=["reviewer"])
        record(actor, REVIEWER, TAKEN, request_id, now=now)
        _no_longer_waits(dossier, but=actor.user_id, now=now)


def give_back(*, actor: Account, request_id: UUID, now: datetime) -> None:
    """
    Hand a case to the colleagues: the actor gives up her keys to it, and they are told.

    For somebody who knows the employee, or whose vault is not the one it was sealed to. Where
    nobody else has a key the employee is asked for the paper again (`retention.return_cases`).

    :raises Http404: if she does not look after it.
    :raises LeaveRefused: if it does not wait for a verdict.
    """
    found = _own(actor, request_id, now=now)
    with employee_locked(employee_id=found.request.employee_id):
        dossier = _own(actor, request_id, now=now)
        if dossier.request.state != State.EVIDENCE_REVIEW:
            raise LeaveRefused(Refusal.NOT_NOW)
        EvidenceKey.objects.filter(
            evidence__dossier=dossier, reviewer_id=actor.user_id
        ).delete()
        release(dossier, now=now)
        record(actor, REVIEWER, GIVEN_BACK, request_id, now=now)


def release(dossier: HealthDossier, *, now: datetime) -> None:
    """
    Let the others who have a key look after a case; they are told, once a day.

    Needs the employee's lock.
    """
    dossier.reviewer = None
    dossier.save(update_fields=["reviewer"])
    row = dossier.request
    today = day_of(row, now=now).toordinal()
    tell_reviewers(row, keepers_of(dossier, now=now), rev=today, now=now)


def keepers_of(dossier: HealthDossier, *, now: datetime) -> list[UUID]:
    """Return the reviewers who can open the newest certificate of a case now, by id."""
    paper = newest_paper(dossier)
    held = set(EvidenceKey.objects.filter(evidence=paper).values_list("reviewer_id", flat=True))
    return [one for one in readers_of(dossier, now=now) if one in held]


def _no_longer_waits(dossier: HealthDossier, *, but: UUID, now: datetime) -> None:
    """Take back what colleagues have not read yet about a case that somebody looks after."""
    for user_id in keepers_of(dossier, now=now):
        if user_id != but:
            withdraw_for(
                tag=inbox_tag(namespace=notices.REVIEWER, user_id=user_id),
                notices=[notices.FOR_REVIEWER_PAPER],
                subject_id=dossier.request_id,
                now=now,
            )


def newest_paper(dossier: HealthDossier) -> Evidence | None:
    """Return the certificate that a verdict is about: the one handed in last."""
    papers = Evidence.objects.filter(dossier=dossier, is_words=False)
    return papers.order_by("-number").first()


def open_page(
    *, actor: Account, vault: Vault, evidence_id: UUID, number: int, now: datetime
) -> bytes:
    """
    Return one page of a certificate as a picture, and write down that it was opened.

    The employee reads by whom and on which day, and is told once a day.

    :raises Http404: if the actor does not look after it, it waits for no verdict, or there is
        no such page.
    :raises Locked: if her vault is locked.
    :raises EvidenceUnreadable: if it was sealed to a key that she has no longer.
    """
    return _open(actor, vault, evidence_id, number, is_words=False, now=now)


def open_words(*, actor: Account, vault: Vault, evidence_id: UUID, now: datetime) -> str:
    """
    Return words that were handed in, and write down that they were opened; see `open_page`.

    :raises Http404: as `open_page`.
    :raises Locked: if her vault is locked.
    :raises EvidenceUnreadable: if they were sealed to a key that she has no longer.
    """
    return _open(actor, vault, evidence_id, WORDS, is_words=True, now=now).decode()


def check_key(*, actor: Account, vault: Vault, evidence_id: UUID) -> None:
    """
    Look whether the actor's vault still opens the key of a piece; opens no page of it.

    :raises Locked: if her vault is locked.
    :raises EvidenceUnreadable: if she has no key to it, or it was sealed to another vault.
    """
    key = EvidenceKey.objects.filter(evidence=evidence_id, reviewer=actor.user_id).first()
    if key is None:
        raise EvidenceUnreadable
    try:
        vault.open(key.sealed_key, *key_context(evidence_id))
    except CannotOpen:
        raise EvidenceUnreadable from None


def _open(
    actor: Account,
    vault: Vault,
    evidence_id: UUID,
    number: int,
    *,
    is_words: bool,
    now: datetime,
) -> bytes:
    request_id = (
        Evidence.objects.filter(pk=evidence_id, is_words=is_words)
        .values_list("dossier__request", flat=True)
        .first()
    )
    if request_id is None:
        raise Http404
    dossier = _own(actor, request_id, now=now)
    page = EvidencePage.objects.filter(evidence=evidence_id, number=number).first()
    key = EvidenceKey.objects.filter(evidence=evidence_id, reviewer=actor.user_id).first()
    if dossier.request.state != State.EVIDENCE_REVIEW or page is None or key is None:
        raise Http404
    try:
        opened = open_document(
            key=vault.open(key.sealed_key, *key_context(evidence_id)),
            blob=page.sealed,
            context=page_context(evidence_id, number),
        )
    except CannotOpen:
        raise EvidenceUnreadable from None
    _note_opening(actor, dossier, evidence_id, now=now)
    return opened


def _note_opening(
    actor: Account, dossier: HealthDossier, evidence_id: UUID, *, now: datetime
) -> None:
    """
    Write down that a piece was opened today; the first time of a day is told and recorded.

    Several pages open at once: the lock lets one of them write it.
    """
    row = dossier.request
    today = day_of(row, now=now)
    written = EvidenceOpening.objects.filter(
        evidence=evidence_id, reviewer=actor.user_id, on_day=today
    )
    if written.exists():
        return
    with employee_locked(employee_id=row.employee_id):
        _opening, is_new = EvidenceOpening.objects.get_or_create(
            evidence_id=evidence_id, reviewer_id=actor.user_id, on_day=today
        )
        if not is_new:
            return
        record(actor, REVIEWER, OPENED, evidence_id, now=now)
        tell_owner(row, notices.OPENED, rev=today.toordinal(), now=now)


def _keyed(actor: Account, request_id: UUID, *, now: datetime) -> HealthDossier:
    """
    Return a case the actor has a key to, whoever looks after it.

    :raises Http404: if she has none.
    """
    found = (
        keyed_reviews(actor=actor, today=local_day(now, actor.zone))
        .filter(request_id=request_id)
        .select_related("request__employee__unit", "request__employee__agency")
        .first()
    )
    if found is None:
        raise Http404
    return found


def _own(actor: Account, request_id: UUID, *, now: datetime) -> HealthDossier:
    """
    Return a case the actor looks after.

    :raises Http404: if she does not.
    """
    found = get_review(actor=actor, request_id=request_id, today=local_day(now, actor.zone))
    if found.reviewer_id != actor.user_id:
        raise Http404
    return found
