"""An agency that does leave here, and the people in it: plain typed functions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import pytest

from portal.leave import notices
from portal.leave.choices import Family, Issuer, Mode, Profile, Unit
from portal.leave.models import Decree, LeaveDesk, LeaveType, WorkPattern
from portal.notifications import registry
from portal.people.actors import Account
from portal.people.choices import Employment, Role
from portal.people.models import Agency, Employee
from portal.people.models import Unit as Workplace
from tests.factories import account, grant, make_agency, make_employee, make_unit
from tests.support.groups import give_vault, vault_of

__all__ = ["Room", "give_vault", "know_notices", "open_room", "vault_of"]

NOTICES: Final = tuple(
    value
    for name, value in vars(notices).items()
    if isinstance(value, str)
    and name.isupper()
    and name not in {"OWN", "MANAGER", "REVIEWER", "DESK"}
)

SINCE = date(2020, 1, 1)
PNS_NIP = "198503152010012001"
"""Born 1985, appointed January 2010."""
BASIS = "PP 11/2017; BKN 24/2017"


@dataclass
class Room:
    """Somebody, the two superiors above her, and everybody who works on her leave."""

    agency: Agency
    unit: Workplace
    employee: Employee
    manager: Employee
    director: Employee
    hr: Account
    official: Account
    reviewer: Account
    other_reviewer: Account
    decree: Decree

    @property
    def asker(self) -> Account:
        """Return whoever asks for leave."""
        return account(self.employee)

    @property
    def superior(self) -> Account:
        """Return her line manager."""
        return account(self.manager)

    @property
    def chief(self) -> Account:
        """Return her manager's manager."""
        return account(self.director)


def open_room(
    *,
    agency: Agency | None = None,
    mode: Mode = Mode.FULL,
    employment: Employment = Employment.PNS,
    zone: str = "Asia/Jakarta",
    days: tuple[int, ...] = (1, 2, 3, 4, 5),
) -> Room:
    """Make an agency that does leave here: rules, a week, a line of three, and its desks."""
    agency = agency or make_agency(zone=zone)
    unit = make_unit(agency, zone=zone)
    director = make_employee("direktur", agency=agency, unit=unit)
    manager = make_employee("atasan", agency=agency, unit=unit, manager=director)
    employee = make_employee("pegawai", agency=agency, unit=unit, manager=manager)
    Employee.objects.filter(pk=employee.pk).update(employment=employment)
    employee.refresh_from_db()
    add_rules(agency, days=days)
    LeaveDesk.objects.create(
        agency=agency,
        mode=mode,
        profile=Profile.ASN,
        all_sick_leave=True,
        reviewer_decree="KEP-1/2026",
        reviewer_decree_on=SINCE,
        retention_basis="Jadwal retensi arsip",
        place="Jakarta",
    )
    hr = _with_role(agency, unit, "kepegawaian", Role.HR)
    official = _with_role(agency, unit, "pejabat", Role.OFFICIAL)
    reviewer = _with_role(agency, unit, "penelaah", Role.REVIEWER)
    other = _with_role(agency, unit, "penelaahdua", Role.REVIEWER)
    give_vault(reviewer.user_id)
    give_vault(other.user_id)
    decree = Decree.objects.create(
        agency=agency,
        number="KEP-7/2026",
        issued_on=SINCE,
        holder_id=official.user_id,
        office="Kepala Biro SDM",
        entered_by_id=hr.user_id,
        valid_from=SINCE,
    )
    return Room(
        agency=agency,
        unit=unit,
        employee=employee,
        manager=manager,
        director=director,
        hr=hr,
        official=official,
        reviewer=reviewer,
        other_reviewer=other,
        decree=decree,
    )


def _with_role(agency: Agency, unit: Workplace, handle: str, role: Role) -> Account:
    person = make_employee(handle, agency=agency, unit=unit)
    grant(person.user, agency, role)
    return account(person)


def add_rules(agency: Agency, *, days: tuple[int, ...] = (1, 2, 3, 4, 5)) -> None:
    """Give an agency a week, annual leave with an account, and sick leave with evidence."""
    WorkPattern.objects.create(agency=agency, days=list(days), valid_from=SINCE)
    everybody = [Employment.PNS, Employment.PPPK]
    LeaveType.objects.create(
        agency=agency,
        code="CT-PNS",
        family=Family.ANNUAL,
        employments=everybody,
        name_id="Cuti tahunan",
        name_en="Annual leave",
        unit=Unit.WORKING_DAY,
        has_account=True,
        yearly=12,
        carry_one=6,
        carry_two=6,
        can_defer=True,
        can_recall=True,
        valid_from=SINCE,
        legal_basis=BASIS,
    )
    LeaveType.objects.create(
        agency=agency,
        code="CS",
        family=Family.SICK,
        employments=[Employment.PNS],
        name_id="Cuti sakit",
        name_en="Sick leave",
        unit=Unit.CALENDAR_DAY,
        most_months=12,
        extra_months=6,
        evidence=[{"from_day": 1, "issuers": [Issuer.DOCTOR, Issuer.GOVERNMENT]}],
        evidence_within=21,
        is_provisional=True,
        valid_from=SINCE,
        legal_basis=BASIS,
        position=1,
    )
    LeaveType.objects.create(
        agency=agency,
        code="CS-PPPK",
        family=Family.SICK,
        employments=[Employment.PPPK],
        name_id="Cuti sakit",
        name_en="Sick leave",
        unit=Unit.CALENDAR_DAY,
        most_months=1,
        evidence=[
            {"from_day": 1, "issuers": [Issuer.DOCTOR, Issuer.GOVERNMENT]},
            {"from_day": 15, "issuers": [Issuer.GOVERNMENT]},
        ],
        evidence_within=21,
        is_provisional=True,
        valid_from=SINCE,
        legal_basis=BASIS,
        position=1,
    )


def know_notices(patch: pytest.MonkeyPatch) -> None:
    """Let this room's notices be told although no app has worded them yet."""
    known, spaces = dict(registry._notices), dict(registry._namespaces)
    for name in NOTICES:
        known.setdefault(name, registry.Notice(name, _always, _a_line))
    for space in (notices.OWN, notices.MANAGER, notices.REVIEWER, notices.DESK):
        spaces.setdefault(space, None)
    patch.setattr(registry, "_notices", known)
    patch.setattr(registry, "_namespaces", spaces)


def _always(_subject: UUID, _rev: int, _now: datetime) -> bool:
    return True


def _a_line(_subject: UUID, _zone: str) -> registry.InboxLines:
    return registry.InboxLines("Cuti", "", "/")
