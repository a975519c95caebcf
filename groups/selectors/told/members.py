"""What members read in their inbox: a discreet name, times with their zone, never a topic."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import F, Max
from django.template.defaultfilters import capfirst
from django.urls import reverse
from django.utils.translation import gettext as _

from groups import notices
from groups.choices import (
    MEMBERS,
    ChangeKind,
    EnrolmentState,
    GroupStatus,
    MeetingStatus,
    PlaceState,
    Way,
)
from groups.models import (
    Agreement,
    Announcement,
    Concern,
    Enrolment,
    Meeting,
    Place,
    PlanChange,
    SupportGroup,
)
from groups.selectors.told.concerned import in_group_of, waits_for
from groups.selectors.told.reminders import expected_at
from groups.selectors.told.saying import Moment, notice, page, when
from portal.common.wording import clock, long_day
from portal.notifications.registry import InboxLines, Notice


@dataclass(frozen=True, slots=True)
class Change:
    """A change of plan with the meetings it touched, soonest first."""

    row: PlanChange
    meetings: list[Meeting]


def load_changes(ids: Set[UUID]) -> Mapping[UUID, Change]:
    """Return changes of plan; two queries."""
    changes = list(PlanChange.objects.filter(pk__in=ids).select_related("group"))
    touched = {meeting_id for row in changes for meeting_id in row.affected}
    meetings = Meeting.objects.in_bulk(touched)
    return {
        row.pk: Change(
            row,
            sorted(
                (meetings[one] for one in row.affected if one in meetings),
                key=lambda meeting: (meeting.period.lower, meeting.pk),
            ),
        )
        for row in changes
    }


def change_words(change: Change, at: Moment) -> str | None:
    """Return how the plan has changed, or None once all of it lies in the past."""
    ahead = [one for one in change.meetings if one.period.upper > at.now]
    if not ahead:
        return None
    first = ahead[0]
    if change.row.kind == ChangeKind.FOLLOWING:
        return _following_words(ahead, at)
    if first.status == MeetingStatus.CANCELLED:
        return _("It does not take place: %(when)s.") % {"when": when(first, at.zone)}
    words = {
        ChangeKind.MOVED: _("It has another time now: %(when)s."),
        ChangeKind.PLACE: _("It meets in another room or way: %(when)s."),
        ChangeKind.REINSTATED: _("It takes place after all: %(when)s."),
        ChangeKind.CANCELLED: _("It takes place after all: %(when)s."),
    }
    return words[ChangeKind(change.row.kind)] % {"when": when(first, at.zone)}


def _following_words(ahead: list[Meeting], at: Moment) -> str:
    still_on = [one for one in ahead if one.status == MeetingStatus.PLANNED]
    if not still_on:
        return _("There are no more meetings from then on.")
    return _("All meetings from then on have changed. The next one: %(when)s.") % {
        "when": when(still_on[0], at.zone)
    }


def _changed(change: Change, at: Moment) -> InboxLines | None:
    words = change_words(change, at)
    if words is None or change.row.group.status == GroupStatus.ARCHIVED:
        return None
    title = _("The plan of %(name)s has changed, from %(day)s on") % {
        "name": change.row.group.name,
        "day": long_day(change.row.from_on),
    }
    if len(change.meetings) == 1:
        return InboxLines(title, words, page("circle-meeting", change.meetings[0].pk))
    return InboxLines(title, words, page("circle", change.row.group_id))


def load_enrolments(ids: Set[UUID]) -> Mapping[UUID, Enrolment]:
    """Return enrolments with their groups; one query."""
    return {row.pk: row for row in Enrolment.objects.filter(pk__in=ids).select_related("group")}


def load_places(ids: Set[UUID]) -> Mapping[UUID, Place]:
    """Return places with group and meeting; one query."""
    found = Place.objects.filter(pk__in=ids).select_related("pool__group", "pool__meeting")
    return {row.pk: row for row in found}


def load_groups(ids: Set[UUID]) -> Mapping[UUID, SupportGroup]:
    """Return groups; one query."""
    return SupportGroup.objects.in_bulk(ids)


def load_meetings(ids: Set[UUID]) -> Mapping[UUID, Meeting]:
    """Return meetings with their groups; one query."""
    return {row.pk: row for row in Meeting.objects.filter(pk__in=ids).select_related("group")}


def load_concerns(ids: Set[UUID]) -> Mapping[UUID, Concern]:
    """Return worries with their groups; one query."""
    return {row.pk: row for row in Concern.objects.filter(pk__in=ids).select_related("group")}


def _load_announcements(ids: Set[UUID]) -> Mapping[UUID, Announcement]:
    found = Announcement.objects.filter(pk__in=ids).select_related("group", "author")
    return {row.pk: row for row in found}


def _load_agreements(ids: Set[UUID]) -> Mapping[UUID, Agreement]:
    """Return those that are in force: a later version has taken the place of the others."""
    newest = Agreement.objects.annotate(newest=Max("group__agreements__version"))
    found = newest.filter(pk__in=ids, version=F("newest")).select_related("group")
    return {row.pk: row for row in found}


def _joined(row: Enrolment, at: Moment) -> InboxLines | None:
    if row.state not in MEMBERS or row.rev != at.rev:
        return None
    return InboxLines(
        _("You are part of %(name)s") % {"name": row.group.name},
        _("Its page shows when it meets and who is there for you."),
        page("circle", row.group_id),
    )


def _queued(row: Place, at: Moment) -> InboxLines | None:
    if row.state != PlaceState.WAITING or not _still_ahead(row.pool.meeting, at):
        return None
    return InboxLines(
        _("You are in the queue for %(what)s") % {"what": _what(row, at)},
        _("We tell you when a place opens. Until then there is nothing to do."),
        _place_page(row),
    )


def _offered(row: Place, at: Moment) -> InboxLines | None:
    ends_at = row.offer_expires_at
    if row.state != PlaceState.OFFERED or row.rev != at.rev or ends_at is None:
        return None
    if ends_at <= at.now or not _still_ahead(row.pool.meeting, at):
        return None
    until = f"{long_day(ends_at, at.zone)}, {clock(ends_at, at.zone)}"
    return InboxLines(
        _("A place is kept for you until %(when)s") % {"when": until},
        _("%(what)s. You can take it or let it go; both are fine.") % {"what": _what(row, at)},
        _place_page(row),
    )


def _first_come(row: Meeting, at: Moment) -> InboxLines | None:
    if row.rev != at.rev or not _still_ahead(row, at):
        return None
    return InboxLines(
        _("A place is free: %(name)s, %(when)s")
        % {"name": row.group.name, "when": when(row, at.zone)},
        _("It begins soon, so it is kept for nobody: whoever takes it first has it."),
        page("circle-meeting", row.pk),
    )


def _lapsed(row: Place, at: Moment) -> InboxLines | None:
    if row.state != PlaceState.LAPSED or row.rev != at.rev:
        return None
    return InboxLines(
        _("The place kept for you has gone on to the next person"),
        _("%(what)s. You can go back into the queue whenever you like.")
        % {"what": _what(row, at)},
        _place_page(row),
    )


def _referred(row: Enrolment, at: Moment) -> InboxLines | None:
    if row.state != EnrolmentState.REFERRED or row.rev != at.rev:
        return None
    return InboxLines(
        _("Something else may suit you better than %(name)s") % {"name": row.group.name},
        _("That says nothing about you. You find others on the list."),
        page("circles"),
    )


def _removed(row: Enrolment, at: Moment) -> InboxLines | None:
    gone = (EnrolmentState.REMOVED, EnrolmentState.BARRED)
    if row.state not in gone or row.rev != at.rev:
        return None
    return InboxLines(
        _("You are no longer part of %(name)s") % {"name": row.group.name},
        _("The others are given no reason. If you would like to talk, choose a time here."),
        reverse("counselling:times"),
    )


def _ended(row: SupportGroup, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    if row.status != GroupStatus.ARCHIVED:
        return None
    return InboxLines(
        _("%(name)s has come to its end") % {"name": row.name},
        _("Thank you for having been there. You find others on the list."),
        page("circles"),
    )


def _reminded(row: Meeting, at: Moment) -> InboxLines | None:
    if row.rev != at.rev or not _still_ahead(row, at):
        return None
    ways = ", ".join(str(Way(way).label) for way in row.ways)
    return InboxLines(
        _("Coming up: %(name)s, %(when)s")
        % {"name": row.group.name, "when": when(row, at.zone)},
        f"{capfirst(ways)}.",
        page("circle-meeting", row.pk),
    )


def _announced(row: Announcement, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    return InboxLines(
        _("News for %(name)s") % {"name": row.group.name},
        _("From %(author)s. You can read it on its page.")
        % {"author": row.author.display_name},
        page("circle", row.group_id),
    )


def _agreed(row: Agreement, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    return InboxLines(
        _("What you promise each other in %(name)s has changed") % {"name": row.group.name},
        _("Read it when you have a moment. You are asked for your yes before you come again."),
        page("circle", row.group_id),
    )


def _invited(row: Concern, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    return InboxLines(
        _("Somebody on duty would like to talk with you"),
        _(
            "It is up to you. You can choose a time here, or take one of the numbers on the"
            " help page."
        ),
        reverse("counselling:times"),
    )


def _still_ahead(meeting: Meeting | None, at: Moment) -> bool:
    """Say whether a meeting is planned and has not begun; without one nothing is over."""
    if meeting is None:
        return True
    return meeting.status == MeetingStatus.PLANNED and meeting.period.lower > at.now


def _what(row: Place, at: Moment) -> str:
    """Return what a place belongs to: the group, and the meeting where it is for one."""
    meeting = row.pool.meeting
    if meeting is None:
        return row.pool.group.name
    return f"{row.pool.group.name}, {when(meeting, at.zone)}"


def _place_page(row: Place) -> str:
    if row.pool.meeting_id is None:
        return page("circle", row.pool.group_id)
    return page("circle-meeting", row.pool.meeting_id)


MEMBER_NOTICES: Final[tuple[Notice, ...]] = (
    notice(notices.JOINED, load_enrolments, _joined),
    notice(notices.QUEUED, load_places, _queued),
    notice(notices.OFFERED, load_places, _offered),
    notice(notices.FIRST_COME, load_meetings, _first_come, concerns=waits_for),
    notice(notices.LAPSED, load_places, _lapsed),
    notice(notices.REFERRED, load_enrolments, _referred),
    notice(notices.REMOVED, load_enrolments, _removed),
    notice(notices.ENDED, load_groups, _ended),
    notice(notices.PLAN_CHANGED, load_changes, _changed, concerns=in_group_of(PlanChange)),
    notice(notices.REMINDER, load_meetings, _reminded, concerns=expected_at),
    notice(
        notices.ANNOUNCED, _load_announcements, _announced, concerns=in_group_of(Announcement)
    ),
    notice(notices.AGREEMENT, _load_agreements, _agreed, concerns=in_group_of(Agreement)),
    notice(notices.INVITED, load_concerns, _invited),
)
