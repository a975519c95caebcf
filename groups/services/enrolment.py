"""Joining a group, and what a member settles for herself in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from groups import notices, policies
from groups.choices import (
    LIVE_ENROLMENTS,
    LIVE_PLACES,
    MEMBERS,
    EnrolmentState,
    GroupKind,
    Joined,
    JoinPolicy,
    Refusal,
    Turn,
    Visibility,
)
from groups.models import Enrolment, SupportGroup
from groups.rules.enrolment import JoinFacts, refuse_join
from groups.selectors.closeness import is_closed_to
from groups.selectors.nicknames import (
    Telling,
    own_everywhere,
    refuse_alias,
    suggest_alias,
    telling_of,
)
from groups.selectors.shapes import version_of, with_version
from groups.services.applicants import apply, take_in, tell_applied
from groups.services.codes import check_code, spend_code
from groups.services.desk import GroupRefused, group_locked, month_of, record_member
from groups.services.leaving import leave_circle, remove_member
from groups.services.offers import fill
from groups.services.standing import (
    accept_agreement,
    block_person,
    choose_circle_address,
    clear_blocks,
    pause_circle,
    rename_in_circle,
    resume_circle,
    save_alias,
    set_address,
    wear,
)
from portal.notifications import services as notifications
from portal.people.actors import Account
from portal.people.rules import clean_alias

__all__ = [
    "JoinRequest",
    "accept_agreement",
    "block_person",
    "choose_circle_address",
    "clear_blocks",
    "join_circle",
    "leave_circle",
    "pause_circle",
    "recheck",
    "remove_member",
    "rename_in_circle",
    "resume_circle",
]

DRAWS: Final = 20
"""A draw fails only when two people draw one nickname at one moment."""


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """
    What somebody gives when she joins; every part may stay empty.

    Without an alias one is drawn; without a way the first with room is taken. ``address``: None
    leaves the choice of mail as it is, "" is the portal only, anything else is one of her own
    verified private addresses.
    """

    alias: str = ""
    way: str = ""
    agreement_version: int = 0
    code: str = ""
    words: str = ""
    address: str | None = None

    def __repr__(self) -> str:
        return "<join request>"


def join_circle(
    *, actor: Account, group_id: UUID, request: JoinRequest, now: datetime
) -> Joined:
    """
    Join a group, its queue, or ask to; pressing the button is a yes to its agreement.

    Locks the member, then the group. Whoever something stands in the way of is answered as
    before a full group, with the same words, rows and queries.

    :raises Http404: if there is no such group for her.
    :raises GroupRefused: if the rules say no, or her nickname cannot be taken.
    """
    group = policies.get_circle(actor=actor, group_id=group_id, now=now)
    code_tag = _code_of(actor, group, request, now=now)
    own_tag = policies.member_tag_of(user_id=actor.user_id, group_id=group_id)
    with group_locked(group_id=group_id, member_tag=own_tag):
        group = with_version(SupportGroup.objects.filter(pk=group_id)).get()
        everywhere = list(own_everywhere(actor=actor, group_id=group_id))
        before = next((row for row in everywhere if row.group_id == group_id), None)
        _refuse(group, before, request, has_code=code_tag is not None)
        turn = before.turn if before and _is_live(before) else Turn.USUAL
        if code_tag is not None:
            turn = spend_code(group_id=group_id, code_tag=code_tag, now=now)
        telling = telling_of(actor=actor, own=everywhere, group_id=group_id)
        row = _enrol(actor, group, before, request, telling=telling, turn=turn, now=now)
        set_address(actor, group_id, request.address, now=now)
        if group.join_policy == JoinPolicy.SCREENING and row.state == EnrolmentState.APPLIED:
            came = apply(row, group, actor=actor, words=request.words, now=now)
        else:
            came = take_in(row, group, now=now)
        record_member(row, "lingkar.joined", now=now)
    return came


def recheck(*, actor: Account, group_id: UUID, now: datetime) -> None:
    """
    Look, when she asks, whether anything still stands between the actor and a place.

    For everybody on the way into a group, held back or not, at the same cost; whoever is in
    already stays. Where nothing does any more she is in the queue like anybody.

    :raises Http404: if she was never in the group.
    :raises GroupRefused: if the group stays locked.
    """
    seen = policies.own_enrolment(actor=actor, group_id=group_id, now=now)
    if not _can_change(seen):
        return
    with group_locked(group_id=group_id, member_tag=bytes(seen.member_tag)):
        row = policies.own_enrolment(actor=actor, group_id=group_id, now=now)
        if not _can_change(row):
            return
        is_closed = is_closed_to(actor=actor, group_id=group_id, now=now)
        # Whoever is in already stays in.
        held_back = is_closed and (row.held_back or row.state not in MEMBERS)
        # The same statement whether anything changes or not.
        Enrolment.objects.filter(pk=row.pk).update(held_back=held_back)
        pools = row.places.filter(state__in=LIVE_PLACES).values_list("pool_id", flat=True)
        fill(pool_ids=list(pools), now=now)
        if row.held_back and not held_back and row.state == EnrolmentState.APPLIED:
            row.held_back = False
            tell_applied(row, row.group, now=now)


def _code_of(
    actor: Account, group: SupportGroup, request: JoinRequest, *, now: datetime
) -> bytes | None:
    """Check the code a group asks for; whoever is on her way into it needs none."""
    if group.visibility != Visibility.REFERRAL:
        return None
    live = policies.enrolments_of(actor=actor, group_ids=[group.pk]).live()
    if live.exists():
        return None
    return check_code(actor=actor, group_id=group.pk, typed=request.code, now=now)


def _refuse(
    group: SupportGroup, before: Enrolment | None, request: JoinRequest, *, has_code: bool
) -> None:
    is_live = before is not None and _is_live(before)
    refusal = refuse_join(
        JoinFacts(
            group_status=group.status,
            is_live=is_live,
            has_lapsed=is_live and before is not None and _has_lapsed(before),
            needs_code=group.visibility == Visibility.REFERRAL,
            has_code=has_code,
            agreement_version=request.agreement_version,
            current_version=version_of(group),
            way=request.way,
            ways=group.ways,
        )
    )
    if refusal is not None:
        raise GroupRefused(refusal)


def _is_live(row: Enrolment) -> bool:
    return row.state in LIVE_ENROLMENTS


def _has_lapsed(row: Enrolment) -> bool:
    return (
        row.state == EnrolmentState.WAITING
        and not row.places.filter(state__in=LIVE_PLACES).exists()
    )


def _enrol(
    actor: Account,
    group: SupportGroup,
    before: Enrolment | None,
    request: JoinRequest,
    *,
    telling: Telling,
    turn: int,
    now: datetime,
) -> Enrolment:
    """
    Write who joins, with a nickname of her own; her row of an earlier time lives again.

    :raises GroupRefused: if the nickname cannot be taken.
    """
    row = before or _fresh(actor, group)
    came_back = before is None or not _is_live(before)
    screened = group.join_policy == JoinPolicy.SCREENING
    row.state = EnrolmentState.APPLIED if screened and came_back else EnrolmentState.WAITING
    row.held_back = is_closed_to(actor=actor, group_id=group.pk, now=now)
    row.way, row.turn, row.rev = request.way, turn, row.rev + 1
    row.agreement_version = request.agreement_version
    row.joined_month, row.left_month = month_of(now), None
    wanted = clean_alias(request.alias)
    for _ in range(DRAWS):
        alias = wanted or suggest_alias(
            actor=actor, group_id=group.pk, telling=telling, now=now
        )
        # A nickname that was drawn is free already, and tells nothing.
        refusal = (
            refuse_alias(alias=wanted, group_id=group.pk, telling=telling, own_id=row.pk)
            if wanted
            else None
        )
        if refusal is None and _write(row, alias, is_new=before is None):
            return row
        if wanted or refusal not in {None, Refusal.ALIAS_TAKEN}:
            raise GroupRefused(refusal or Refusal.ALIAS_TAKEN)
    raise GroupRefused(Refusal.ALIAS_TAKEN)


def _fresh(actor: Account, group: SupportGroup) -> Enrolment:
    recipient = notifications.recipient_for(
        namespace=notices.MEMBER, user_id=actor.user_id, scope=group.pk
    )
    return Enrolment(group=group, member_tag=recipient.tag, contact=recipient.contact)


def _write(row: Enrolment, alias: str, *, is_new: bool) -> bool:
    """Write a row; return whether its nickname was still free."""
    wear(row, alias)
    if not is_new:
        save_alias(row, None)
        return True
    Enrolment.objects.bulk_create([row], ignore_conflicts=True)
    return Enrolment.objects.filter(pk=row.pk).exists()


def _can_change(row: Enrolment) -> bool:
    """Say whether looking anew is for her: on the way in, or in a group of single places."""
    return row.state in {EnrolmentState.APPLIED, EnrolmentState.WAITING} or (
        row.state in MEMBERS and row.group.kind == GroupKind.OPEN
    )
