"""Putting a set of rules into the tables of an agency; what stands there is never changed."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from portal.leave.choices import Profile
from portal.leave.models import JointLeaveYear, LeaveDesk, LeaveType, PayBand, WorkPattern
from portal.leave.rules.profiles import PROFILES
from portal.leave.rules.profiles.shapes import BandRow, KindRow, WeekRow


def load_profile(*, agency_id: UUID, profile: Profile, now: datetime) -> int:
    """
    Give an agency the rules of a profile that it does not have yet; return how many rows.

    A kind whose code is there in any version is left alone, and so are pay bands and weeks
    once there are any: what people have entered is theirs. Repeated it adds nothing.
    """
    rules = PROFILES[profile]
    with transaction.atomic():
        made = _load_kinds(agency_id, rules.kinds)
        made += _load_bands(agency_id, rules.bands)
        made += _load_weeks(agency_id, rules.weeks)
        return made + _load_joint(agency_id, profile, localdate(now).year)


def load_joint_years(*, agency_id: UUID, now: datetime) -> int:
    """
    Say for the years around now whether joint leave is taken off, as the profile does.

    A year for which somebody has said so is left alone. Returns how many rows were made.
    """
    profile = LeaveDesk.objects.values_list("profile", flat=True).get(agency=agency_id)
    return _load_joint(agency_id, Profile(profile), localdate(now).year)


def columns_of(row: KindRow) -> dict[str, Any]:
    """Return the columns of a kind as the table wants them."""
    columns = asdict(row)
    columns["employments"] = [employment.value for employment in row.employments]
    columns["purpose"] = row.purpose.value if row.purpose else ""
    columns["evidence"] = [
        {"from_day": step.from_day, "issuers": [issuer.value for issuer in step.issuers]}
        for step in row.evidence
    ]
    return columns


def _load_kinds(agency_id: UUID, rows: tuple[KindRow, ...]) -> int:
    known = set(LeaveType.objects.filter(agency=agency_id).values_list("code", flat=True))
    new = [
        LeaveType(agency_id=agency_id, **columns_of(row))
        for row in rows
        if row.code not in known
    ]
    return len(LeaveType.objects.bulk_create(new))


def _load_bands(agency_id: UUID, rows: tuple[BandRow, ...]) -> int:
    if PayBand.objects.filter(agency=agency_id).exists():
        return 0
    return len(
        PayBand.objects.bulk_create(PayBand(agency_id=agency_id, **asdict(row)) for row in rows)
    )


def _load_weeks(agency_id: UUID, rows: tuple[WeekRow, ...]) -> int:
    whole_agency = WorkPattern.objects.filter(
        agency=agency_id, unit__isnull=True, employee__isnull=True
    )
    known = set(whole_agency.values_list("kind", flat=True))
    new = [
        WorkPattern(agency_id=agency_id, **{**asdict(row), "days": list(row.days)})
        for row in rows
        if row.kind.value not in known
    ]
    return len(WorkPattern.objects.bulk_create(new))


def _load_joint(agency_id: UUID, profile: Profile, year: int) -> int:
    rules = PROFILES[profile]
    made = 0
    for each in (year - 1, year, year + 1):
        _row, is_new = JointLeaveYear.objects.get_or_create(
            agency_id=agency_id,
            year=each,
            defaults={"deducts": rules.joint_deducts, "legal_basis": rules.joint_basis},
        )
        made += is_new
    return made
