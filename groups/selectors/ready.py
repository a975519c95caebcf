"""Whether meetings have the facilitators they need; one query for any number of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from groups.choices import Readiness
from groups.models import Duty, Meeting
from groups.rules.readiness import DutyFacts, readiness_of
from portal.calendars.rules import local_day


@dataclass(frozen=True, slots=True)
class Rota:
    """The words of the facilitators for one meeting, and what follows from them."""

    duties: tuple[Duty, ...]
    facts: tuple[DutyFacts, ...]
    readiness: Readiness

    def of_user(self, user_id: UUID) -> Duty | None:
        """Return somebody's own word, or None."""
        return next((row for row in self.duties if row.facilitator.user_id == user_id), None)


def facts_of(duty: Duty) -> DutyFacts:
    """Return what the rules need to know about a duty whose facilitator is loaded."""
    facilitator = duty.facilitator
    return DutyFacts(
        state=duty.state,
        trained_until=facilitator.trained_until,
        is_active=facilitator.is_active and facilitator.user.is_active,
    )


def rotas_of(meetings: Sequence[Meeting]) -> dict[UUID, Rota]:
    """Return the rota of each meeting; its group is loaded. One query."""
    found = list_duties(row.pk for row in meetings)
    return {row.pk: _rota(row, found.get(row.pk, [])) for row in meetings}


def readiness_by_meeting(meetings: Sequence[Meeting]) -> dict[UUID, Readiness]:
    """Return whether each of these meetings, their groups loaded, has whom it needs."""
    return {meeting_id: rota.readiness for meeting_id, rota in rotas_of(meetings).items()}


def list_duties(meeting_ids: Iterable[UUID]) -> dict[UUID, list[Duty]]:
    """Return the duties of meetings with their facilitators, by name. One query."""
    rows = (
        Duty.objects.filter(meeting__in=list(meeting_ids))
        .select_related("facilitator__user")
        .order_by("facilitator__display_name", "id")
    )
    by_meeting: dict[UUID, list[Duty]] = {}
    for row in rows:
        by_meeting.setdefault(row.meeting_id, []).append(row)
    return by_meeting


def _rota(meeting: Meeting, duties: Sequence[Duty]) -> Rota:
    facts = tuple(facts_of(duty) for duty in duties)
    readiness = readiness_of(
        facts,
        needed=meeting.group.min_facilitators,
        runs_anyway=meeting.runs_anyway,
        day=local_day(meeting.period.lower, meeting.zone),
    )
    return Rota(tuple(duties), facts, readiness)
