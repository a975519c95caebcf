"""What a member settles for herself in a group: a break, her nickname, whom not to meet."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from groups import notices, policies
from groups.choices import LIVE_ENROLMENTS, MEMBERS, EnrolmentState, Refusal
from groups.models import ALIAS_ONCE, Block, Enrolment, SupportGroup
from groups.selectors.nicknames import (
    alias_tag_of,
    own_everywhere,
    refuse_alias,
    telling_of,
)
from groups.services.desk import GroupRefused, group_locked, record_member
from portal.common.db import violated_constraint
from portal.notifications import services as notifications
from portal.people.actors import Account
from portal.people.rules import clean_alias
from portal.people.selectors import find_account, private_addresses
from portal.vault.services import open_field_text, seal_field, tag


def pause_circle(*, actor: Account, group_id: UUID, now: datetime) -> None:
    """
    Take a break: the place stays, reminders do not come.

    :raises Http404: if she was never in the group.
    :raises GroupRefused: if she is not a member.
    """
    _settle(actor, group_id, _to(EnrolmentState.PAUSED), "lingkar.paused", now=now)


def resume_circle(*, actor: Account, group_id: UUID, now: datetime) -> None:
    """
    Come back from a break.

    :raises Http404: if she was never in the group.
    :raises GroupRefused: if she is not a member.
    """
    _settle(actor, group_id, _to(EnrolmentState.ACTIVE), "lingkar.resumed", now=now)


def rename_in_circle(*, actor: Account, group_id: UUID, alias: str, now: datetime) -> None:
    """
    Take another nickname in one group; an equal one changes nothing.

    :raises Http404: if she was never in the group.
    :raises GroupRefused: if she is not in it, or the nickname cannot be taken.
    """
    with _own(actor, group_id, now=now):
        row = _live_one(actor, group_id, now=now)
        wanted = clean_alias(alias)
        if row.alias is not None and wanted == open_field_text(row, "alias"):
            return
        everywhere = own_everywhere(actor=actor, group_id=group_id)
        telling = telling_of(actor=actor, own=everywhere, group_id=group_id)
        refusal = refuse_alias(alias=wanted, group_id=group_id, telling=telling, own_id=row.pk)
        if refusal is not None:
            raise GroupRefused(refusal)
        wear(row, wanted)
        save_alias(row, ["alias", "alias_tag"])
        record_member(row, "lingkar.renamed", now=now)


def accept_agreement(*, actor: Account, group_id: UUID, version: int, now: datetime) -> None:
    """
    Say yes to the agreement as it stands now.

    :raises Http404: if she was never in the group.
    :raises GroupRefused: if she is not in it, or it has changed since she read it.
    """
    with _own(actor, group_id, now=now):
        row = _live_one(actor, group_id, now=now)
        if version != current_version(row.group):
            raise GroupRefused(Refusal.AGREEMENT_CHANGED)
        Enrolment.objects.filter(pk=row.pk).update(agreement_version=version)
        record_member(row, "lingkar.agreed", now=now)


def choose_circle_address(
    *, actor: Account, group_id: UUID, address: str, now: datetime
) -> None:
    """
    Choose where neutral mails about one group go: a verified private address, or none.

    :raises Http404: if she was never in the group.
    :raises GroupRefused: if she is not in it.
    """
    with _own(actor, group_id, now=now):
        _live_one(actor, group_id, now=now)
        set_address(actor, group_id, address, now=now)


def block_person(*, actor: Account, group_id: UUID, who: str, now: datetime) -> None:
    """
    Ask never to meet somebody in a group, by work mail or NIP.

    Nothing shows whether that is anybody, or in the group: the answer is the same. It keeps
    later comers out; whoever is in already stays.

    :raises Http404: if the actor was never in the group.
    :raises GroupRefused: if she is not a member, or nothing was written.
    """
    if not who.strip():
        raise GroupRefused(Refusal.TEXT_EMPTY)
    user_id = find_account(who=who)
    if user_id is None:
        blocked = tag("groups.block of nobody", group_id, "".join(who.lower().split()))
    else:
        blocked = policies.blocked_tag_of(user_id=user_id, group_id=group_id)

    def add(row: Enrolment) -> None:
        fresh = Block(enrolment=row, blocked_tag=blocked)
        Block.objects.bulk_create([fresh], ignore_conflicts=True)

    _settle(actor, group_id, add, "lingkar.avoided", now=now)


def clear_blocks(*, actor: Account, group_id: UUID, now: datetime) -> None:
    """
    Take back every wish never to meet somebody in a group.

    :raises Http404: if the actor was never in the group.
    :raises GroupRefused: if she is not a member.
    """

    def clear(row: Enrolment) -> None:
        row.blocks.all().delete()

    _settle(actor, group_id, clear, "lingkar.avoided_none", now=now)


def current_version(group: SupportGroup) -> int:
    """Return the newest version of a group's agreement, 0 where there is none."""
    newest = group.agreements.order_by("-version").values_list("version", flat=True).first()
    return newest or 0


def wear(row: Enrolment, alias: str) -> None:
    """Put a nickname onto a row that is not saved yet."""
    row.alias_tag = alias_tag_of(group_id=row.group_id, alias=alias)
    seal_field(row, "alias", alias)


def save_alias(row: Enrolment, columns: list[str] | None) -> None:
    """
    Save a row with its nickname.

    :raises GroupRefused: if somebody else was faster with it.
    """
    try:
        with transaction.atomic():
            row.save(update_fields=columns)
    except IntegrityError as error:
        if violated_constraint(error) != ALIAS_ONCE:
            raise
        raise GroupRefused(Refusal.ALIAS_TAKEN) from error


def _own(actor: Account, group_id: UUID, *, now: datetime) -> AbstractContextManager[None]:
    """Open the desk for a member's own deed; a stranger finds no door."""
    seen = policies.own_enrolment(actor=actor, group_id=group_id, now=now)
    return group_locked(group_id=group_id, member_tag=bytes(seen.member_tag))


def _live_one(actor: Account, group_id: UUID, *, now: datetime) -> Enrolment:
    row = policies.own_enrolment(actor=actor, group_id=group_id, now=now)
    if row.state not in LIVE_ENROLMENTS:
        raise GroupRefused(Refusal.NOT_MEMBER)
    return row


def _settle(
    actor: Account,
    group_id: UUID,
    deed: Callable[[Enrolment], None],
    action: str,
    *,
    now: datetime,
) -> None:
    """Do a deed of a member's own, locked and recorded."""
    with _own(actor, group_id, now=now):
        row = _live_one(actor, group_id, now=now)
        if row.state not in MEMBERS:
            raise GroupRefused(Refusal.NOT_MEMBER)
        deed(row)
        record_member(row, action, now=now)


def _to(state: EnrolmentState) -> Callable[[Enrolment], None]:
    def change(row: Enrolment) -> None:
        Enrolment.objects.filter(pk=row.pk).update(state=state)

    return change


def set_address(actor: Account, group_id: UUID, address: str | None, *, now: datetime) -> None:
    """Write the choice of mail in the caller's transaction; a foreign address is no choice."""
    if address is None:
        return
    own = {row.email for row in private_addresses(actor=actor)}
    notifications.choose_address(
        namespace=notices.MEMBER,
        user_id=actor.user_id,
        scope=group_id,
        address=address if address in own else None,
        now=now,
    )
