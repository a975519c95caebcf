"""What facilitators tell a group: announcements, whom they reach, and what there is to read."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from groups import notices, policies
from groups.choices import EnrolmentState
from groups.models import Announcement
from groups.rules.words import MOST_TEXTS, NEWEST
from groups.selectors.profile import GroupHead, head_of
from portal.notifications.selectors import count_told_each
from portal.people.actors import Account
from portal.vault.services import open_field_text


@dataclass(frozen=True, slots=True)
class AnnouncementRow:
    """One announcement; ``told`` of ``expected`` were told, ``held`` inboxes still have it."""

    id: UUID
    text: str
    on_day: date
    author: str
    urgent_reason: str
    expected: int
    told: int
    held: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class AnnouncementPage:
    """What was announced in a group, and how many another announcement would reach now."""

    group: GroupHead
    expected: int
    rows: tuple[AnnouncementRow, ...]


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """Something to read."""

    id: UUID
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """What there is to read for the members of a group."""

    group: GroupHead
    rows: tuple[ResourceRow, ...]


def get_announcements(*, actor: Account, group_id: UUID, now: datetime) -> AnnouncementPage:
    """
    Return what was announced in a group, newest first, and whom it reached; three queries.

    ``held`` is counted anew in the inboxes; it falls when old items are tidied away or people
    leave, and is never more than ``told``.

    :raises Http404: if the actor does not lead it today.
    """
    # Whoever is held back is told as well, and counts nowhere: she shows on no list.
    active = Q(enrolments__state=EnrolmentState.ACTIVE, enrolments__held_back=False)
    own = policies.facilitated_groups(actor, now=now).filter(pk=group_id)
    group = policies.one_of(own.annotate(expected=Count("enrolments", filter=active)), now=now)
    rows = list(
        Announcement.objects.filter(group=group)
        .select_related("author")
        .order_by("-position")[:NEWEST]
    )
    held = count_told_each(subject_ids=[row.pk for row in rows], notice=notices.ANNOUNCED)
    return AnnouncementPage(
        group=head_of(group),
        expected=getattr(group, "expected", 0),
        rows=tuple(_announcement(row, held.get(row.pk, 0)) for row in rows),
    )


def get_resources(*, actor: Account, group_id: UUID, now: datetime) -> ResourcePage:
    """
    Return what there is to read for the members of a group, in its order; two queries.

    :raises Http404: if the actor does not lead it today.
    """
    group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
    return ResourcePage(
        group=head_of(group),
        rows=tuple(
            ResourceRow(id=row.pk, title=row.title, text=open_field_text(row, "text"))
            for row in group.resources.order_by("position", "id")[:MOST_TEXTS]
        ),
    )


def _announcement(row: Announcement, held: int) -> AnnouncementRow:
    return AnnouncementRow(
        id=row.pk,
        text=open_field_text(row, "text"),
        on_day=row.on_day,
        author=row.author.display_name,
        urgent_reason=row.urgent_reason,
        expected=row.expected,
        told=row.told,
        held=min(held, row.told),
        is_complete=row.told == row.expected,
    )
