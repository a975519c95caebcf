"""What a group is, for the forms of its facilitators: as it stands, and to copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from groups import policies
from groups.choices import Block, GroupStatus, Rhythm, Way
from groups.models import MeetingSeries, SupportGroup
from portal.people.actors import Account

AGREEMENTS: Final = 20
"""How many versions of its agreement the page of a group shows, newest first."""


@dataclass(frozen=True, slots=True)
class GroupHead:
    """What every page of a group's facilitators says of it."""

    id: UUID
    name: str
    kind: str
    zone: str
    has_ended: bool


@dataclass(frozen=True, slots=True)
class SeriesProfile:
    """How the latest series of a group meets."""

    rhythm: Rhythm
    at: time
    duration_minutes: int
    holiday_policy: str


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One version of what members promise each other."""

    version: int
    text_id: str
    text_en: str
    published_on: date


@dataclass(frozen=True, slots=True)
class GroupProfile:
    """A group as its facilitators change it; ``capacity`` holds the pattern of each way."""

    id: UUID
    name: str
    topic: str
    about: str
    kind: str
    kind_label: str
    visibility: str
    visibility_label: str
    join_policy: str
    join_policy_label: str
    language: str
    status: str
    status_label: str
    zone: str
    ways: tuple[str, ...]
    capacity: Mapping[Way, int]
    room: str
    directions: str
    link_base: str
    min_facilitators: int
    run_sheet: Mapping[Block, int]
    ended_on: date | None
    agreements: tuple[AgreementRow, ...]
    series: SeriesProfile | None

    @property
    def text_id(self) -> str:
        """Return the agreement in force, in Indonesian."""
        return self.agreements[0].text_id if self.agreements else ""

    @property
    def text_en(self) -> str:
        """Return the agreement in force, in English."""
        return self.agreements[0].text_en if self.agreements else ""

    @property
    def minutes(self) -> int:
        """Return how long the run sheet is."""
        return sum(self.run_sheet.values())

    @property
    def is_open(self) -> bool:
        """Say whether people are let in."""
        return self.status == GroupStatus.ACTIVE

    @property
    def is_paused(self) -> bool:
        """Say whether nobody is let in for a while."""
        return self.status == GroupStatus.PAUSED

    @property
    def has_ended(self) -> bool:
        """Say whether the group is over for good."""
        return self.status == GroupStatus.ARCHIVED


def head_of(group: SupportGroup) -> GroupHead:
    """Return what every page of a group's facilitators says of it."""
    return GroupHead(
        id=group.pk,
        name=group.name,
        kind=group.kind,
        zone=group.zone,
        has_ended=group.status == GroupStatus.ARCHIVED,
    )


def get_profile(*, actor: Account, group_id: UUID, now: datetime) -> GroupProfile:
    """
    Return what a group is.

    :raises Http404: if the actor does not lead it.
    """
    group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
    return _profile(group)


def list_profiles(*, actor: Account, now: datetime) -> list[tuple[UUID, str]]:
    """
    Return id and name of the groups the actor leads, ended ones too, by name.

    :raises Http404: if the actor holds no facilitator's role today.
    """
    groups = policies.facilitated_groups(actor, now=now).order_by("name", "id")
    return [(group.pk, group.name) for group in groups]


def _profile(group: SupportGroup) -> GroupProfile:
    pools = group.pools.filter(meeting__isnull=True).values_list("way", "capacity")
    latest = group.series.order_by("-starts_on", "-version", "id").first()
    same = (
        "name", "topic", "about", "kind", "visibility", "join_policy", "language", "status",
        "zone", "room", "directions", "link_base", "min_facilitators", "ended_on",
    )  # fmt: skip
    return GroupProfile(
        id=group.pk,
        **{name: getattr(group, name) for name in same},
        kind_label=group.get_kind_display(),
        visibility_label=group.get_visibility_display(),
        join_policy_label=group.get_join_policy_display(),
        status_label=group.get_status_display(),
        ways=tuple(group.ways),
        capacity={Way(way): capacity for way, capacity in pools},
        run_sheet={Block(block): minutes for block, minutes in group.run_sheet},
        agreements=tuple(
            AgreementRow(row.version, row.text_id, row.text_en, row.published_on)
            for row in group.agreements.order_by("-version")[:AGREEMENTS]
        ),
        series=_series(latest) if latest else None,
    )


def _series(row: MeetingSeries) -> SeriesProfile:
    return SeriesProfile(
        rhythm=_rhythm(row.rule),
        at=row.at,
        duration_minutes=row.duration_minutes,
        holiday_policy=row.holiday_policy,
    )


def _rhythm(rule: str) -> Rhythm:
    if "MONTHLY" in rule:
        return Rhythm.MONTHLY
    return Rhythm.FORTNIGHTLY if "INTERVAL=2" in rule else Rhythm.WEEKLY
