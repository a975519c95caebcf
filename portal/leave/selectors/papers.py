"""What letters and forms say of a request, from its facts alone."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.leave.choices import Family, Unit
from portal.leave.models import Decision, LeaveRequest, LeaveType
from portal.leave.selectors.desks import desk_of
from portal.papers.choices import LengthUnit
from portal.papers.shapes import Language

LANGUAGE: Final[Language] = "id"
"""Official papers are in Indonesian, whoever reads the pages."""
_UNITS: Final = {
    Unit.WORKING_DAY: LengthUnit.WORKING_DAYS,
    Unit.CALENDAR_DAY: LengthUnit.CALENDAR_DAYS,
}


def public_name(leave_type: LeaveType, language: str) -> str:
    """
    Return what others than the employee read as the kind of leave.

    A kind of the organisation's own is called by the neutral label of its family: its name
    would say why.
    """
    if leave_type.family == Family.OWN:
        with override(language):
            return str(Family.OWN.label)
    return leave_type.name_id if language.startswith("id") else leave_type.name_en


def length_unit(row: LeaveRequest) -> LengthUnit:
    """Return in what a paper counts the length of a leave."""
    return _UNITS[Unit(row.leave_type.unit)]


def bases(legal_basis: str) -> tuple[str, ...]:
    """Return the rules a paper names, one by one."""
    return tuple(one.strip() for one in legal_basis.split(";") if one.strip())


def place_of(row: LeaveRequest) -> str:
    """Return the town that stands on a paper, or the agency where none is set. One query."""
    return desk_of(agency_id=row.agency_id).place or row.agency.short_name


def office_of(decision: Decision) -> str:
    """Return the office somebody signs as: that of the decree, or the human resources'."""
    if decision.decree:
        return decision.decree.office
    with override(LANGUAGE):
        return _("Human resources")
