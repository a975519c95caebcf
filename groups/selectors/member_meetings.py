"""Meetings as their members see them: on a circle's page, on their own page, at home."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from groups import policies
from groups.choices import (
    MEMBERS,
    CancelReason,
    ClockNote,
    EnrolmentState,
    GroupKind,
    GroupStatus,
    Mark,
    MeetingStatus,
    PlaceState,
    SignalKind,
    Way,
)
from groups.models import (
    Attendance,
    Enrolment,
    Meeting,
    MeetingSignal,
    Place,
    SupportGroup,
)
from groups.models.members import EnrolmentQuerySet
from groups.rules.run import MEMBERS_ENTER
from groups.selectors.closeness import is_closed_to
from groups.selectors.every import every_group
from groups.selectors.meeting import is_room_open
from groups.selectors.planning import holidays_between, words_of
from groups.selectors.pools import count_pools, is_first_come, way_rows
from groups.selectors.rows import (
    ComingRow,
    MeetingPage,
    MemberMeetingRow,
    OfferRow,
    WayRow,
)
from groups.selectors.shapes import (
    Claim,
    agreement_of,
    claims_in,
    newest_agreement,
    with_claims,
)
from portal.calendars.rules import local_day
from portal.people.actors import Account
from portal.vault.services import open_field_text

SHOWN = 8
"""How many coming meetings the page of a circle shows."""


def coming_meetings(
    group: SupportGroup, *, own: Enrolment | None, now: datetime
) -> list[Meeting]:
    """Return the next meetings of a group with their series, soonest first; one query."""
    excused = Attendance.objects.filter(
        meeting=OuterRef("pk"), enrolment=own.pk if own else None, mark=Mark.EXCUSED
    )
    coming = group.meetings.coming(now=now).select_related("series")
    shaped = coming.annotate(is_excused=Exists(excused))
    return list(shaped.order_by("period", "pk")[:SHOWN])


def excused_in(meetings: Sequence[Meeting]) -> list[UUID]:
    """Return those of the `coming_meetings` that she does not come to."""
    return [row.pk for row in meetings if vars(row)["is_excused"]]


def rhythm_of(meetings: Sequence[Meeting], *, now: datetime) -> str:
    """Return how a group meets, in words, by the first series that still gives meetings."""
    series = {row.series.pk: row.series for row in meetings if row.series is not None}
    going_on = [
        row
        for row in series.values()
        if row.until_on is None or row.until_on >= max(local_day(now, row.zone), row.starts_on)
    ]
    first = min(going_on, key=lambda row: (row.starts_on, row.at, row.pk), default=None)
    return words_of(first) if first else ""


def meeting_rows(
    meetings: Sequence[Meeting],
    *,
    group: SupportGroup,
    own: Enrolment | None,
    excused: Collection[UUID],
    with_holidays: bool = True,
) -> tuple[MemberMeetingRow, ...]:
    """
    Return meetings with one's own place in each; one query, none without holidays.

    ``own`` was read `with_claims`; ``excused`` are the meetings she does not come to.
    """
    if not meetings:
        return ()
    days = [local_day(row.period.lower, row.zone) for row in meetings]
    holidays = (
        holidays_between(agency_id=group.agency_id, first=min(days), last=max(days))
        if with_holidays
        else {}
    )
    claims = claims_in(own, {row.pk for row in meetings}) if own else {}
    return tuple(
        _row(
            row,
            claims.get(row.pk),
            is_excused=row.pk in excused,
            holiday_name=holidays[day].name if day in holidays else "",
        )
        for row, day in zip(meetings, days, strict=True)
    )


def get_meeting_page(*, actor: Account, meeting_id: UUID, now: datetime) -> MeetingPage:
    """
    Return one meeting of a group the actor is in or waits for.

    Where it happens shows only to whoever may be there: members of a closed group, and in an
    open one whoever has a place.

    :raises Http404: if it is not hers.
    """
    meeting, own = policies.get_member_meeting(
        actor=actor,
        meeting_id=meeting_id,
        now=now,
        shape=_with_agreement,
        own_shape=partial(_in_meeting, meeting_id=meeting_id),
    )
    group = meeting.group
    said = vars(own)
    excused = [meeting.pk] if said["is_excused"] else []
    (row,) = meeting_rows([meeting], group=group, own=own, excused=excused)
    place = claims_in(own, {meeting.pk}).get(meeting.pk)
    first_come = is_first_come(meeting, now=now)
    is_open = group.kind == GroupKind.OPEN
    is_planned = meeting.status == MeetingStatus.PLANNED
    may_be_there = own.state in MEMBERS and (
        not is_open
        or (place is not None and place.state == PlaceState.TAKEN and place.way in meeting.ways)
    )
    is_ahead = is_planned and meeting.period.lower > now
    can_settle = is_ahead and own.state in MEMBERS
    is_settled = place is not None and not (
        first_come and place.state == PlaceState.WAITING and not own.held_back
    )
    shows_room = may_be_there and Way.ROOM in meeting.ways
    return MeetingPage(
        **_columns(row),
        cancel_reason_label=""
        if is_planned
        else str(CancelReason(meeting.cancel_reason).label),
        rev=meeting.rev,
        group_id=group.pk,
        group_name=group.name,
        topic=group.topic,
        kind=group.kind,
        room=(meeting.room or group.room) if shows_room else "",
        directions=(meeting.directions or group.directions) if shows_room else "",
        ways=_ways(actor, meeting, own, now=now) if is_open else (),
        agreement=agreement_of(meeting),
        alias=open_field_text(own, "alias"),
        can_excuse=can_settle and not is_open and not row.is_excused,
        can_take=can_settle
        and is_open
        and not is_settled
        and group.status == GroupStatus.ACTIVE,
        can_give_up=can_settle and is_open and place is not None,
        offer=offer_row(place),
        room_opens_at=meeting.period.lower - MEMBERS_ENTER,
        is_room_open=may_be_there and is_room_open(meeting, now=now),
        is_online=Way.ONLINE in meeting.ways,
        is_running=may_be_there
        and is_planned
        and meeting.period.lower <= now < meeting.period.upper,
        signal=SignalKind(said["signal"]) if said["signal"] else None,
    )


def list_coming(*, actor: Account, now: datetime, count: int = 2) -> list[ComingRow]:
    """
    Return the actor's own next meetings, soonest first; what she has excused is left out.

    Two queries: which circles are hers, and the meetings.
    """
    if actor.agency_id is None:
        return []
    own = dict(
        policies.enrolments_of(actor=actor, group_ids=list(every_group()))
        .filter(state=EnrolmentState.ACTIVE)
        .values_list("pk", "group_id")
    )
    if not own:
        return []
    taken = Place.objects.filter(
        pool__meeting=OuterRef("pk"), enrolment__in=list(own), state=PlaceState.TAKEN
    )
    excused = Attendance.objects.filter(
        meeting=OuterRef("pk"), enrolment__in=list(own), mark=Mark.EXCUSED
    )
    meetings = (
        Meeting.objects.planned()
        .coming(now=now)
        .filter(~Exists(excused), group__in=list(own.values()))
        .filter(group__agency=actor.agency_id, group__status=GroupStatus.ACTIVE)
        .filter(Q(group__kind=GroupKind.CLOSED) | Exists(taken))
        .select_related("group")
        .order_by("period", "pk")[:count]
    )
    return [
        ComingRow(
            id=row.pk,
            group_id=row.group_id,
            group_name=row.group.name,
            starts_at=row.period.lower,
            ends_at=row.period.upper,
            zone=row.zone,
            way_labels=_way_labels(row.ways),
        )
        for row in meetings
    ]


def offer_row(place: Claim | None) -> OfferRow | None:
    """Return a place that is kept, as a page shows it; None for any other claim."""
    if place is None or place.state != PlaceState.OFFERED or place.expires_at is None:
        return None
    return OfferRow(place.place_id, place.expires_at, place.meeting_id)


def _with_agreement(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    return meetings.annotate(agreement_row=newest_agreement("group"))


def _in_meeting(enrolments: EnrolmentQuerySet, *, meeting_id: UUID) -> EnrolmentQuerySet:
    """Bring along one's own claims, and what one said about a meeting."""
    excused = Attendance.objects.filter(
        enrolment=OuterRef("pk"), meeting=meeting_id, mark=Mark.EXCUSED
    )
    signal = MeetingSignal.objects.filter(enrolment=OuterRef("pk"), meeting=meeting_id)
    return with_claims(enrolments).annotate(
        is_excused=Exists(excused), signal=Subquery(signal.values("kind")[:1])
    )


def _ways(
    actor: Account, meeting: Meeting, own: Enrolment, *, now: datetime
) -> tuple[WayRow, ...]:
    """Return the ways of an open group's meeting; full for whoever may still not come in."""
    is_closed = is_closed_to(actor=actor, group_id=meeting.group_id, now=now)
    pools = count_pools(meeting_ids=[meeting.pk])
    return way_rows(
        meeting.group,
        [pool for pool in pools if pool.way in meeting.ways],
        is_closed=is_closed and own.held_back,
        first_come=is_first_come(meeting, now=now),
    )


def _row(
    meeting: Meeting, place: Claim | None, *, is_excused: bool, holiday_name: str
) -> MemberMeetingRow:
    state = place.state if place else None
    return MemberMeetingRow(
        id=meeting.pk,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        zone=meeting.zone,
        status=meeting.status,
        status_label=str(MeetingStatus(meeting.status).label),
        way_labels=_way_labels(meeting.ways),
        place_state=state,
        place_label=str(state.label) if state else "",
        is_excused=is_excused,
        asks_again=place is not None and place.asks_again,
        holiday_name=holiday_name,
        clock_note=str(ClockNote(meeting.clock_note).label),
    )


def _columns(row: MemberMeetingRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MemberMeetingRow.__slots__}


def _way_labels(ways: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(Way(way).label) for way in ways)
