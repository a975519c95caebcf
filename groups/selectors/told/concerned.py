"""Whom a notice concerns still; a row that was written while somebody left stays silent."""

from collections.abc import Callable, Set
from datetime import datetime

from groups.choices import DutyState, PlaceState
from groups.models import Agreement, Announcement, Duty, Enrolment, Place, PlanChange
from groups.notices import FACILITATOR
from portal.notifications.registry import SubjectFor
from portal.notifications.services import inbox_tag


def in_group_of(
    model: type[PlanChange] | type[Announcement] | type[Agreement],
) -> Callable[[Set[SubjectFor], datetime], Set[SubjectFor]]:
    """Return what keeps those who are in the group of the subject, or on their way into it."""

    def concerns(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:  # noqa: ARG001 - one signature
        live = Enrolment.objects.live().filter(member_tag__in={tag for _one, tag in pairs})
        rows = model._base_manager.filter(
            pk__in={subject_id for subject_id, _tag in pairs}, group__enrolments__in=live
        ).values_list("pk", "group__enrolments__member_tag")
        return pairs & {(subject_id, bytes(tag)) for subject_id, tag in rows}

    return concerns


def waits_for(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:  # noqa: ARG001 - one signature
    """Keep those who wait for a place in these meetings."""
    waiting = Place.objects.filter(
        state=PlaceState.WAITING, enrolment__member_tag__in={tag for _subject_id, tag in pairs}
    ).values_list("pool__meeting_id", "enrolment__member_tag")
    there = {(meeting_id, bytes(tag)) for meeting_id, tag in waiting}
    return {pair for pair in pairs if pair in there}


def not_confirmed(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:  # noqa: ARG001 - one signature
    """Keep the facilitators who have not said yet whether they come to these meetings."""
    return _whose_word_is(DutyState.PROPOSED, pairs)


def has_confirmed(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:  # noqa: ARG001 - one signature
    """Keep the facilitators who are to be at these meetings."""
    return _whose_word_is(DutyState.CONFIRMED, pairs)


def _whose_word_is(state: DutyState, pairs: Set[SubjectFor]) -> Set[SubjectFor]:
    given = Duty.objects.filter(
        meeting__in={subject_id for subject_id, _tag in pairs}, state=state
    ).values_list("meeting_id", "facilitator__user_id")
    there = {
        (meeting_id, inbox_tag(namespace=FACILITATOR, user_id=user_id))
        for meeting_id, user_id in given
    }
    return {pair for pair in pairs if pair in there}
