"""One-way word of the facilitators to everybody in a group."""

from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils.timezone import localdate

from groups import notices, policies
from groups.choices import EnrolmentState, Refusal
from groups.models import Announcement
from groups.services.desk import GroupRefused, group_locked
from groups.services.telling import tell_members
from portal.audit.services import record_staff
from portal.notifications.selectors import count_told
from portal.people.actors import Account
from portal.vault.services import seal_field


def announce(
    *,
    actor: Account,
    group_id: UUID,
    text: str,
    urgent_reason: str | None = None,
    now: datetime,
) -> UUID:
    """
    Tell all active members of a group something, each in her own inbox; nobody can answer.

    A mail about it leaves in the next window or, with a reason, at once; None is not urgent.
    How many were to be told and how many were is counted here, without those who are held back:
    they are told and show nowhere. Locks the group.

    :raises Http404: if the actor does not lead the group.
    :raises GroupRefused: if nothing is written, or it is urgent without a reason.
    """
    if not text.strip():
        raise GroupRefused(Refusal.TEXT_EMPTY)
    if urgent_reason is not None and not urgent_reason.strip():
        raise GroupRefused(Refusal.REASON_MISSING)
    reason = (urgent_reason or "").strip()
    with group_locked(group_id=group_id):
        group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
        members = list(group.enrolments.filter(state=EnrolmentState.ACTIVE).order_by("id"))
        last = group.announcements.aggregate(last=Max("position"))["last"]
        hidden = sum(row.held_back for row in members)
        facilitator = policies.facilitator_of(actor)
        row = Announcement(
            group=group,
            author=facilitator,
            urgent_reason=reason,
            expected=len(members) - hidden,
            told=0,
            position=(last or 0) + 1,
            on_day=localdate(now),
        )
        seal_field(row, "text", text.strip())
        row.save(force_insert=True)
        tell_members(
            enrolments=members,
            notice=notices.ANNOUNCED,
            subject_id=row.pk,
            urgent=bool(reason),
            now=now,
        )
        # Counted where it lies, not as it was meant: the two are shown side by side.
        row.told = count_told(subject_id=row.pk, notice=notices.ANNOUNCED) - hidden
        row.save(update_fields=["told"])
        record_staff(
            role="FACILITATOR",
            handle=str(facilitator.pk),
            action="circle.announced",
            subject=str(group.pk),
            now=now,
        )
    return row.pk
