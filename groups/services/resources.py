"""What there is to read for the members of a group."""

from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.http import Http404

from groups import policies
from groups.choices import Refusal
from groups.models import Resource
from groups.rules.words import MOST_TEXTS
from groups.services.desk import GroupRefused, group_locked
from portal.audit.services import record_staff
from portal.people.actors import Account
from portal.vault.services import seal_field


def add_resource(
    *, actor: Account, group_id: UUID, title: str, text: str, now: datetime
) -> UUID:
    """
    Put something to read at the end of a group's list. Locks the group.

    :raises Http404: if the actor does not lead the group.
    :raises GroupRefused: if title or text is empty, or the list is full.
    """
    if not (title.strip() and text.strip()):
        raise GroupRefused(Refusal.TEXT_EMPTY)
    with group_locked(group_id=group_id):
        group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
        if group.resources.count() >= MOST_TEXTS:
            raise GroupRefused(Refusal.LIST_FULL)
        last = group.resources.aggregate(last=Max("position"))["last"]
        row = Resource(group=group, title=title.strip(), position=(last or 0) + 1)
        seal_field(row, "text", text.strip())
        row.save(force_insert=True)
        _record(actor, "circle.resource_added", group_id, now=now)
    return row.pk


def remove_resource(
    *, actor: Account, group_id: UUID, resource_id: UUID, now: datetime
) -> None:
    """
    Take something off a group's list. Locks the group.

    :raises Http404: if the actor does not lead the group, or it is not on its list.
    """
    with group_locked(group_id=group_id):
        group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
        if not group.resources.filter(pk=resource_id).delete()[0]:
            raise Http404
        _record(actor, "circle.resource_removed", group_id, now=now)


def _record(actor: Account, action: str, group_id: UUID, *, now: datetime) -> None:
    record_staff(
        role="FACILITATOR",
        handle=str(policies.facilitator_of(actor).pk),
        action=action,
        subject=str(group_id),
        now=now,
    )
