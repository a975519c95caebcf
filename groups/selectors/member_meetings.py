"""Meetings as their members see them: on a circle's page, on their own page, at home."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language

from groups import policies
from groups.choices import (
    LIVE_PLACES,
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
    Agreement,
    Attendance,
    Enrolment,
    Meeting,
    MeetingSignal,
    Place,
    SupportGroup,
)
from groups.rules.run import MEMBERS_ENTER
from groups.selectors.closeness import is_closed_to
from groups.selectors.meeting import is_room_open
from groups.selectors.planning import holidays_between
from groups.selectors.pools import count_pools, is_first_come, way_rows
from groups.selectors.rows import (
    AgreementRow,
    ComingRow,
    MeetingPage,
    MemberMeetingRow,
    OfferRow,
)
from portal.calendars.rules import local_day
from portal.people.actors import Account
from portal.vault.services import open_field_text

SHOWN = 8
"""How many coming meetings the page of a circle shows."""


def coming_meetings(group: SupportGroup, *, now: datetime) -> list[Meeting]:
    """Return the next meetings of a group, cancelled ones included, soonest first."""
    return list(group.meetings.coming(now=now).order_by("period", "pk")[:SHOWN])


def meeting_rows(
    meetings: Sequence[Meeting], *, group: SupportGroup, own: Enrolment | None
) -> tuple[MemberMeetingRow, ...]:
    """Return meetings with one's own place in each; three queries at most."""
    if not meetings:
        return ()
    days = [local_day(row.period.lower, row.zone) for row in meetings]
    holidays = holidays_between(agency_id=group.agency_id, first=min(days), last=max(days))
    places, excused = _own_in(meetings, own)
    return tuple(
        _row(
            row,
            places.get(row.pk),
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
    meeting, own = policies.get_member_meeting(actor=actor, meeting_id=meeting_id, now=now)
    group = meeting.group
    (row,) = meeting_rows([meeting], group=group, own=own)
    place = _place_in(meeting, own)
    first_come = is_first_come(meeting, now=now)
    is_closed = is_closed_to(actor=actor, group_id=group.pk, now=now) and own.held_back
    is_open = group.kind == GroupKind.OPEN
    is_planned = meeting.status == MeetingStatus.PLANNED
    may_be_there = own.state in MEMBERS and (
        not is_open or (place is not None and place.state == PlaceState.TAKEN)
    )
    is_ahead = is_planned and meeting.period.lower > now
    can_settle = is_ahead and own.state in MEMBERS
    is_settled = place is not None and not (
        first_come and place.state == PlaceState.WAITING and not own.held_back
    )
    shows_room = may_be_there and Way.ROOM in meeting.ways
    signal = MeetingSignal.objects.filter(meeting=meeting, enrolment=own).first()
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
        ways=way_rows(
            group,
            count_pools(meeting_ids=[meeting.pk]),
            is_closed=is_closed,
            first_come=first_come,
        ),
        agreement=agreement_row(group.pk),
        alias=open_field_text(own, "alias"),
        can_excuse=can_settle and not is_open and not row.is_excused,
        can_take=can_settle
        and is_open
        and not is_settled
        and group.status == GroupStatus.ACTIVE,
        can_give_up=can_settle and is_open and place is not None,
        offer=_offer(place),
        room_opens_at=meeting.period.lower - MEMBERS_ENTER,
        is_room_open=may_be_there and is_room_open(meeting, now=now),
        is_online=Way.ONLINE in meeting.ways,
        is_running=may_be_there
        and is_planned
        and meeting.period.lower <= now < meeting.period.upper,
        signal=SignalKind(signal.kind) if signal else None,
    )


def list_coming(*, actor: Account, now: datetime, count: int = 2) -> list[ComingRow]:
    """
    Return the actor's own next meetings, soonest first; what she has excused is left out.

    Three queries: the circles there are, which are hers, and the meetings.
    """
    if actor.agency_id is None:
        return []
    group_ids = list(
        policies.visible_groups(actor)
        .filter(status=GroupStatus.ACTIVE)
        .values_list("pk", flat=True)
    )
    own = dict(
        policies.enrolments_of(actor=actor, group_ids=group_ids)
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


def agreement_row(group_id: UUID) -> AgreementRow | None:
    """Return the agreement of a group as it stands, in the reader's language; one query."""
    newest = Agreement.objects.filter(group=group_id).order_by("-version").first()
    if newest is None:
        return None
    english = (get_language() or "id").startswith("en")
    text = newest.text_en if english and newest.text_en else newest.text_id
    return AgreementRow(version=newest.version, text=text, published_on=newest.published_on)


def _own_in(
    meetings: Sequence[Meeting], own: Enrolment | None
) -> tuple[dict[UUID, Place], set[UUID]]:
    """Return one's own claims by meeting, a seat before a turn, and what one excused."""
    if own is None:
        return {}, set()
    ids = [row.pk for row in meetings]
    live = own.places.filter(pool__meeting__in=ids, state__in=LIVE_PLACES)
    ordered = sorted(
        live.select_related("pool"), key=lambda place: place.state != PlaceState.WAITING
    )
    excused = own.attendances.filter(meeting__in=ids, mark=Mark.EXCUSED)
    return (
        {place.pool.meeting_id: place for place in ordered if place.pool.meeting_id},
        set(excused.values_list("meeting_id", flat=True)),
    )


def _place_in(meeting: Meeting, own: Enrolment) -> Place | None:
    places, _excused = _own_in([meeting], own)
    return places.get(meeting.pk)


def _row(
    meeting: Meeting, place: Place | None, *, is_excused: bool, holiday_name: str
) -> MemberMeetingRow:
    state = PlaceState(place.state) if place else None
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


def _offer(place: Place | None) -> OfferRow | None:
    if place is None or place.state != PlaceState.OFFERED or place.offer_expires_at is None:
        return None
    return OfferRow(place.pk, place.offer_expires_at, place.pool.meeting_id)


def _way_labels(ways: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(Way(way).label) for way in ways)
