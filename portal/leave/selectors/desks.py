"""Reading what an agency does here; no row is the same as off."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from portal.leave.choices import Mode, Profile
from portal.leave.models import JointLeaveYear, LeaveDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """What one agency does here, and how."""

    mode: Mode = Mode.OFF
    profile: Profile = Profile.ASN
    all_sick_leave: bool = False
    reviewer_decree: str = ""
    reviewer_decree_on: date | None = None
    hr_decides: bool = False
    retention_days: int = 90
    retention_basis: str = ""
    number_template: str = "{no}/{kind}/{year}"
    place: str = ""
    joint_years: tuple[int, ...] = ()
    """The years whose joint leave is taken off the annual leave."""

    @property
    def is_open(self) -> bool:
        """Say whether anything of leave is done here."""
        return self.mode != Mode.OFF


_COLUMNS = (
    "mode", "profile", "all_sick_leave", "reviewer_decree", "reviewer_decree_on", "hr_decides",
    "retention_days", "retention_basis", "number_template", "place",
)  # fmt: skip


def desk_of(*, agency_id: UUID) -> DeskSettings:
    """Return what an agency does here; OFF where nobody has set anything. One query."""
    return desks_of(agency_ids=[agency_id])[agency_id]


def desks_of(*, agency_ids: Collection[UUID]) -> dict[UUID, DeskSettings]:
    """Return what these agencies do here, each of them; one query."""
    wanted = set(agency_ids)
    deducting = JointLeaveYear.objects.filter(agency=OuterRef("agency"), deducts=True)
    rows = (
        LeaveDesk.objects.filter(agency__in=wanted)
        .annotate(joint_years=ArraySubquery(deducting.order_by("year").values("year")))
        .values("agency_id", "joint_years", *_COLUMNS)
    )
    found = {row.pop("agency_id"): _settings(row) for row in rows}
    return {agency_id: found.get(agency_id, DeskSettings()) for agency_id in wanted}


def open_agencies() -> list[UUID]:
    """Return the agencies that do leave here, by id."""
    rows = LeaveDesk.objects.exclude(mode=Mode.OFF).order_by("agency_id")
    return list(rows.values_list("agency_id", flat=True))


def _settings(row: dict[str, Any]) -> DeskSettings:
    read = {
        "mode": Mode(row["mode"]),
        "profile": Profile(row["profile"]),
        "joint_years": tuple(row["joint_years"]),
    }
    return DeskSettings(**{**row, **read})
