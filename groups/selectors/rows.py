"""What the pages of a member show of circles and meetings, as plain rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from groups.choices import Band, PlaceState, SignalKind


@dataclass(frozen=True, slots=True)
class CircleRow:
    """
    A circle on a list; ``state`` is empty for whoever is not in it nor on her way.

    Without a ``band`` the list says nothing of places, neither of this group nor of any other.
    """

    id: UUID
    name: str
    topic: str
    language: str
    way_labels: tuple[str, ...]
    kind_label: str
    facilitators: tuple[str, ...]
    next_id: UUID | None
    next_starts_at: datetime | None
    next_ends_at: datetime | None
    zone: str
    status: str
    band: Band | None
    band_label: str
    state: str
    state_label: str
    has_offer: bool
    agreement_is_stale: bool


@dataclass(frozen=True, slots=True)
class CircleList:
    """One's own circles, and the others there are; by name."""

    own: list[CircleRow]
    others: list[CircleRow]


@dataclass(frozen=True, slots=True)
class OtherRow:
    """Another circle, where the page of one has no place to give."""

    id: UUID
    name: str
    topic: str


@dataclass(frozen=True, slots=True)
class WayRow:
    """A way of meeting, and how many places are free in words."""

    way: str
    label: str
    band: Band
    band_label: str


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """The agreement as it stands, in the reader's language where it is written in it."""

    version: int
    text: str
    published_on: date


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A place that is kept; ``meeting_id`` is None for a place in the circle itself."""

    place_id: UUID
    expires_at: datetime
    meeting_id: UUID | None


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """
    Somebody's own standing in a circle.

    ``state`` is an `EnrolmentState`, ``LAPSED`` for whoever can go back into the queue, and
    ``REMOVED`` for whoever was removed, whether she may come back or not.
    """

    enrolment_id: UUID
    state: str
    state_label: str
    alias: str
    way_label: str
    queue_label: str
    offer: OfferRow | None
    agreement_is_stale: bool
    blocks: int
    is_member: bool


@dataclass(frozen=True, slots=True)
class MemberMeetingRow:
    """One meeting on the page of its circle, as a member sees it."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: str
    status: str
    status_label: str
    way_labels: tuple[str, ...]
    place_state: PlaceState | None
    place_label: str
    is_excused: bool
    asks_again: bool
    holiday_name: str
    clock_note: str


@dataclass(frozen=True, slots=True)
class ComingRow:
    """A coming meeting of one's own, for the home page."""

    id: UUID
    group_id: UUID
    group_name: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    way_labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CirclePage:
    """The page of one circle; what only members read is empty for everybody else."""

    id: UUID
    name: str
    topic: str
    about: str
    language: str
    kind: str
    kind_label: str
    zone: str
    rhythm: str
    status: str
    facilitators: tuple[tuple[str, str], ...]
    ways: tuple[WayRow, ...]
    is_full: bool
    agreement: AgreementRow | None
    needs_code: bool
    needs_talk: bool
    can_join: bool
    suggested_alias: str
    addresses: tuple[tuple[str, str], ...]
    """(address, masked) of the verified private addresses; empty for somebody without one."""
    address: str | None
    own: OwnStanding | None
    meetings: tuple[MemberMeetingRow, ...]
    announcements: tuple[tuple[str, date, str], ...]
    resources: tuple[tuple[UUID, str, str], ...]
    others: tuple[OtherRow, ...]


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """One meeting as its member sees it; where it happens shows only to who may be there."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: str
    status: str
    status_label: str
    cancel_reason_label: str
    way_labels: tuple[str, ...]
    place_state: PlaceState | None
    place_label: str
    is_excused: bool
    asks_again: bool
    holiday_name: str
    clock_note: str
    rev: int
    group_id: UUID
    group_name: str
    topic: str
    kind: str
    room: str
    directions: str
    ways: tuple[WayRow, ...]
    agreement: AgreementRow | None
    alias: str
    can_excuse: bool
    can_take: bool
    can_give_up: bool
    offer: OfferRow | None
    room_opens_at: datetime
    is_room_open: bool
    is_online: bool
    is_running: bool
    signal: SignalKind | None
