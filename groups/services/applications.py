"""What people wrote when they asked to join, opened by the facilitator it was sealed to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from groups import policies
from groups.choices import EnrolmentState
from groups.models import Enrolment, SealedCopy
from groups.services.applicants import copy_context
from portal.audit.services import record_staff
from portal.people.actors import Account
from portal.vault.services import CannotOpen


class Vault(Protocol):
    """The vault of whoever asks."""

    @property
    def is_open(self) -> bool:
        """Say whether it is unlocked."""

    def open(self, blob: bytes, *context: str) -> bytes:
        """Open what was sealed to this person."""


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody wrote; empty while the vault is locked, or where the key is gone."""

    words: str = ""
    is_locked: bool = False
    is_unreadable: bool = False

    def __repr__(self) -> str:
        return "<application>"


def open_applications(
    *, actor: Account, group_id: UUID, vault: Vault, now: datetime
) -> dict[UUID, Application]:
    """
    Open what those who ask to join wrote for the actor; each opening is recorded.

    Whoever wrote nothing is not in the answer. One query for any number of them.

    :raises Http404: if the actor does not lead the group.
    """
    group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
    asking = Enrolment.objects.filter(
        group=group, state=EnrolmentState.APPLIED, held_back=False
    )
    copies = list(
        SealedCopy.objects.filter(
            subject_id__in=asking.values("pk"),
            reader_tag=policies.reader_tag_of(user_id=actor.user_id),
        )
    )
    if not vault.is_open:
        return {copy.subject_id: Application(is_locked=True) for copy in copies}
    _record(actor, (copy.subject_id for copy in copies), now=now)
    return {copy.subject_id: _opened(copy, vault) for copy in copies}


def _opened(copy: SealedCopy, vault: Vault) -> Application:
    try:
        words = vault.open(bytes(copy.sealed), *copy_context(copy.subject_id)).decode()
    except CannotOpen:
        return Application(is_unreadable=True)
    return Application(words.strip())


def _record(actor: Account, enrolment_ids: Iterable[UUID], *, now: datetime) -> None:
    for enrolment_id in enrolment_ids:
        record_staff(
            role="FACILITATOR",
            handle=str(policies.facilitator_of(actor).pk),
            action="circle.application_opened",
            subject=str(enrolment_id),
            now=now,
        )
