"""
Asking for facilitators: a sweep that looks at the meetings of the next three days.

From state only: it may run late, twice at once, or never for a night. A question leaves when it
is due and not ahead of it, so that nobody reads of a gap that has closed meanwhile; the outbox
puts each to each person once a revision of the meeting.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from groups import notices
from groups.choices import DutyState, GroupStatus, Readiness
from groups.models import Facilitator, Meeting
from groups.rules.asks import ASK_AHEAD, Ask, asks_due
from groups.rules.readiness import is_trained
from groups.selectors.ready import Rota, rotas_of
from groups.services.telling import tell_facilitators, tell_head
from portal.calendars.rules import local_day
from portal.notifications.selectors import list_told
from portal.notifications.services import cannot_wait, inbox_tag
from portal.people.choices import Role
from portal.people.selectors import list_with_role

_ASKED: Final = {
    Ask.WORD: notices.FOR_FACILITATOR_ASK,
    Ask.STAND_IN: notices.FOR_FACILITATOR_STAND_IN,
    Ask.GATE: notices.FOR_HEAD_GATE,
}


@dataclass(frozen=True, slots=True)
class _Crew:
    """Who leads in an agency today, and who heads its service."""

    facilitators: tuple[Facilitator, ...]
    heads: tuple[UUID, ...]


def tell_asks(*, now: datetime) -> int:
    """
    Ask whoever has to be asked about coming meetings and has not been; return how many were.

    The number of queries does not grow with the meetings, but for those that ask for the first
    time.
    """
    meetings = list(
        Meeting.objects.planned()
        .ahead(now=now)
        .filter(period__startswith__lte=now + ASK_AHEAD, group__status=GroupStatus.ACTIVE)
        .select_related("group")
        .order_by("period", "id")
    )
    rotas = rotas_of(meetings)
    told = list_told(subject_ids=[row.pk for row in meetings], notices=sorted(_ASKED.values()))
    crews = {
        agency_id: _crew(agency_id, today=localdate(now))
        for agency_id in {row.group.agency_id for row in meetings}
    }
    count = 0
    for row in meetings:
        rota = rotas[row.pk]
        ready = rota.readiness != Readiness.LACKING
        for ask in asks_due(starts_at=row.period.lower, is_ready=ready, now=now):
            wanted = _whom(ask, row, rota, crews[row.group.agency_id])
            namespace = notices.HEAD if ask is Ask.GATE else notices.FACILITATOR
            fresh = [
                user_id
                for user_id in wanted
                if (
                    _ASKED[ask],
                    row.pk,
                    row.rev,
                    inbox_tag(namespace=namespace, user_id=user_id),
                )
                not in told
            ]
            count += _tell(ask, row, fresh, now=now)
    return count


def _whom(ask: Ask, meeting: Meeting, rota: Rota, crew: _Crew) -> Iterable[UUID]:
    if ask is Ask.GATE:
        return crew.heads
    if ask is Ask.WORD:
        holders = {one.user_id for one in crew.facilitators}
        asked = [duty for duty in rota.duties if duty.state == DutyState.PROPOSED]
        return [
            duty.facilitator.user_id for duty in asked if duty.facilitator.user_id in holders
        ]
    day = local_day(meeting.period.lower, meeting.zone)
    return _others(crew.facilitators, rota, day)


def _others(facilitators: Sequence[Facilitator], rota: Rota, day: date) -> list[UUID]:
    """Return who could stand in: trained, and without any word about this meeting yet."""
    spoken = {duty.facilitator_id for duty in rota.duties}
    return [
        one.user_id
        for one in facilitators
        if one.pk not in spoken and is_trained(one.trained_until, day=day)
    ]


def _crew(agency_id: UUID, *, today: date) -> _Crew:
    holders = list_with_role(agency_id=agency_id, role=Role.FACILITATOR, today=today)
    facilitators = Facilitator.objects.filter(
        agency_id=agency_id, is_active=True, user__in=holders
    ).order_by("id")
    heads = list_with_role(agency_id=agency_id, role=Role.HEAD, today=today)
    return _Crew(tuple(facilitators), tuple(heads))


def _tell(ask: Ask, meeting: Meeting, user_ids: Sequence[UUID], *, now: datetime) -> int:
    if not user_ids:
        return 0
    starts_at = meeting.period.lower
    urgent = cannot_wait(starts_at=starts_at, now=now)
    with transaction.atomic(durable=True):
        if ask is Ask.GATE:
            return tell_head(
                agency_id=meeting.group.agency_id,
                notice=_ASKED[ask],
                subject_id=meeting.pk,
                rev=meeting.rev,
                urgent=urgent,
                now=now,
            )
        return tell_facilitators(
            user_ids=user_ids,
            notice=_ASKED[ask],
            subject_id=meeting.pk,
            rev=meeting.rev,
            useful_until=starts_at,
            urgent=urgent,
            now=now,
        )
