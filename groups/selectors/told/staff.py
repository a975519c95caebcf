"""What facilitators, the head of the service and who is on duty read in their inboxes."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from groups import notices
from groups.choices import (
    ConcernLevel,
    ConcernState,
    EnrolmentState,
    GroupStatus,
    MeetingStatus,
    PlaceState,
    Readiness,
)
from groups.models import Concern, Debrief, Enrolment, Meeting, Place, SupportGroup
from groups.rules.readiness import has_open_seat
from groups.selectors.ready import Rota, rotas_of
from groups.selectors.told.concerned import has_confirmed, not_confirmed
from groups.selectors.told.members import (
    Change,
    change_words,
    load_changes,
    load_concerns,
    load_enrolments,
    load_groups,
    load_meetings,
    load_places,
)
from groups.selectors.told.saying import Moment, notice, page, when
from portal.calendars.rules import local_day
from portal.notifications.registry import InboxLines, Notice


@dataclass(frozen=True, slots=True)
class _Staffed:
    """A meeting, and the words of its facilitators."""

    meeting: Meeting
    rota: Rota

    @property
    def rev(self) -> int:
        """Return the revision of the meeting."""
        return self.meeting.rev


def _load_staffed(ids: Set[UUID]) -> Mapping[UUID, _Staffed]:
    meetings = load_meetings(ids)
    rotas = rotas_of(list(meetings.values()))
    return {pk: _Staffed(row, rotas[pk]) for pk, row in meetings.items()}


def _load_debriefs(ids: Set[UUID]) -> Mapping[UUID, Debrief]:
    return {
        row.pk: row for row in Debrief.objects.filter(pk__in=ids).select_related("facilitator")
    }


def _plan_changed(change: Change, at: Moment) -> InboxLines | None:
    words = change_words(change, at)
    if words is None:
        return None
    return InboxLines(
        _("The plan of %(name)s has changed") % {"name": change.row.group.name},
        words,
        page("group-plan", change.row.group_id),
    )


def _asked(row: Meeting, at: Moment) -> InboxLines | None:
    if not _is_due(row, at):
        return None
    return InboxLines(
        _("Are you coming? %(name)s, %(when)s") % _names(row, at),
        _("One press says yes; another looks for a stand-in."),
        page("meeting", row.pk),
    )


def _wanted(row: _Staffed, at: Moment) -> InboxLines | None:
    if not _is_due(row.meeting, at) or not _has_open_seat(row, at):
        return None
    return InboxLines(
        _("%(name)s looks for somebody: %(when)s") % _names(row.meeting, at),
        _("If you can lead along that time, you can take it over."),
        page("desk"),
    )


def _stands_in(row: Meeting, at: Moment) -> InboxLines | None:
    if not _is_due(row, at):
        return None
    return InboxLines(
        _("You stand in: %(name)s, %(when)s") % _names(row, at),
        _("The head of the service has noted it. Its page shows where, and who leads along."),
        page("meeting", row.pk),
    )


def _co_left(row: SupportGroup, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    if row.status == GroupStatus.ARCHIVED:
        return None
    return InboxLines(
        _("Somebody no longer leads %(name)s along with you") % {"name": row.name},
        _("The plan shows which meetings need a stand-in."),
        page("group-plan", row.pk),
    )


def _assigned(row: SupportGroup, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    if row.status == GroupStatus.ARCHIVED:
        return None
    return InboxLines(
        _("You lead %(name)s from now on") % {"name": row.name},
        _("Its page shows when it meets, and asks whether you are there."),
        page("group", row.pk),
    )


def _applied(row: Enrolment, at: Moment) -> InboxLines | None:
    if row.state != EnrolmentState.APPLIED or row.rev != at.rev:
        return None
    return InboxLines(
        _("Somebody would like to join %(name)s") % {"name": row.group.name},
        _("You see a nickname, and what was written to you."),
        page("group-members", row.group_id),
    )


def _written(row: Concern, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    if row.state != ConcernState.OPEN or row.for_duty:
        return None
    return InboxLines(
        _("Somebody in %(name)s has written to you") % {"name": row.group.name},
        _("It opens with your vault."),
        page("concern", row.pk),
    )


def _gate(row: _Staffed, at: Moment) -> InboxLines | None:
    if not _is_due(row.meeting, at) or row.rota.readiness != Readiness.LACKING:
        return None
    return InboxLines(
        _("A facilitator is missing: %(name)s, %(when)s") % _names(row.meeting, at),
        _("You can name a stand-in, let it run with fewer, or cancel it."),
        page("gate", row.meeting.pk),
    )


def _undelivered(row: Place, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    if row.state != PlaceState.OFFERED or not row.undelivered:
        return None
    return InboxLines(
        _("A message about a place could not be delivered"),
        _("%(name)s. The turn is kept a little longer, and the portal shows it, too.")
        % {"name": row.pool.group.name},
        page("circle-oversee", row.pool.group_id),
    )


def _would_talk(row: Debrief, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    if not row.wants_talk:
        return None
    return InboxLines(
        _("%(name)s would like to talk after a meeting")
        % {"name": row.facilitator.display_name},
        _("What was written stays with the writer. A call is enough."),
        page("facilitator-list"),
    )


def _handed_on(row: Concern, at: Moment) -> InboxLines | None:  # noqa: ARG001 - one signature
    if row.state != ConcernState.OPEN or not row.for_duty:
        return None
    if row.level == ConcernLevel.RED:
        title = _("Somebody may be in danger: %(name)s") % {"name": row.group.name}
    else:
        title = _("Somebody should be talked with soon: %(name)s") % {"name": row.group.name}
    # The list, not the page: it lets also those in to whom this one is not sealed.
    return InboxLines(title, _("What was written opens with your vault."), page("duty-desk"))


def _is_due(row: Meeting, at: Moment) -> bool:
    return (
        row.status == MeetingStatus.PLANNED
        and row.rev == at.rev
        and row.period.lower > at.now
        and row.group.status == GroupStatus.ACTIVE
    )


def _has_open_seat(row: _Staffed, at: Moment) -> bool:
    starts_at = row.meeting.period.lower
    return has_open_seat(
        row.rota.facts,
        needed=row.meeting.group.min_facilitators,
        day=local_day(starts_at, row.meeting.zone),
        starts_at=starts_at,
        now=at.now,
    )


def _names(row: Meeting, at: Moment) -> dict[str, str]:
    return {"name": row.group.name, "when": when(row, at.zone)}


_WORK: Final[tuple[Notice, ...]] = (
    notice(notices.FOR_FACILITATOR_PLAN, load_changes, _plan_changed),
    notice(notices.FOR_FACILITATOR_ASK, load_meetings, _asked, concerns=not_confirmed),
    notice(notices.FOR_FACILITATOR_STAND_IN, _load_staffed, _wanted),
    notice(
        notices.FOR_FACILITATOR_STANDS_IN, load_meetings, _stands_in, concerns=has_confirmed
    ),
    notice(notices.FOR_FACILITATOR_CO_LEFT, load_groups, _co_left),
    notice(notices.FOR_FACILITATOR_ASSIGNED, load_groups, _assigned),
    notice(notices.FOR_FACILITATOR_APPLIED, load_enrolments, _applied),
    notice(notices.FOR_FACILITATOR_CONCERN, load_concerns, _written),
    notice(notices.FOR_HEAD_GATE, _load_staffed, _gate),
    notice(notices.FOR_HEAD_UNDELIVERED, load_places, _undelivered),
    notice(notices.FOR_HEAD_TALK, _load_debriefs, _would_talk),
)
STAFF_NOTICES: Final[tuple[Notice, ...]] = (
    *(replace(one, organisation=True) for one in _WORK),
    # Somebody waits behind a worry: it reaches who is on duty, on leave or not.
    notice(notices.FOR_DUTY_CONCERN, load_concerns, _handed_on),
)
