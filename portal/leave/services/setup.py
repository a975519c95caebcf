"""Opening the room for an agency, and putting right by hand what no rule knows."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from portal.calendars.rules import local_day
from portal.common.db import lock
from portal.leave.choices import HR, EntryKind, Mode, Profile, Refusal
from portal.leave.models import LeaveDesk, LeaveType
from portal.leave.policies.desk import get_settled_agency, get_settled_employee
from portal.leave.selectors.kinds import account_kinds
from portal.leave.services.desk import LeaveRefused, employee_locked, record
from portal.leave.services.posting import Line, account_for, post
from portal.leave.services.profiles import load_profile
from portal.leave.services.years import open_year
from portal.people.actors import Account
from portal.people.models import Employee

__all__ = ["adjust", "close_desk", "load_profile", "open_desk"]

DESK_SET: Final = "leave.desk_set"
DESK_CLOSED: Final = "leave.desk_closed"
ADJUSTED: Final = "leave.adjusted"
_SETTINGS_LOCK: Final = "leave.settings"
_BY_HAND: Final = (EntryKind.ADJUST, EntryKind.CARRY, EntryKind.DEFER_CARRY)
_MOST_DAYS: Final = 366


def open_desk(
    *,
    actor: Account,
    mode: Mode,
    profile: Profile,
    reviewer_decree: str,
    reviewer_decree_on: date | None,
    all_sick_leave: bool,
    retention_days: int,
    retention_basis: str,
    number_template: str,
    place: str,
    hr_decides: bool = False,
    now: datetime,
) -> int:
    """
    Open the room for the actor's agency, or change how it is open; return new rows of rules.

    It opens only when all sick leave passes through it, a dated decree makes the reviewer the
    receiving official, and the time certificates are kept has a basis. The rules of the profile
    are loaded where they are missing. A profile stays once its rules are in use.

    :raises Http404: for anybody but an HR officer.
    :raises LeaveRefused: SETTINGS_INCOMPLETE, RULE_FORBIDS if HR would decide in the civil
        service, NOT_NOW for another profile than the one in use.
    :raises ValueError: if it is opened as OFF or certificates are kept for no day.
    """
    agency_id = get_settled_agency(actor)
    if mode == Mode.OFF or not 1 <= retention_days <= 3660:
        raise ValueError("a desk that opens does something, and keeps certificates a while")
    texts = {
        "reviewer_decree": reviewer_decree.strip(),
        "retention_basis": retention_basis.strip(),
        "number_template": number_template.strip(),
        "place": place.strip(),
    }
    if not all_sick_leave or reviewer_decree_on is None or not all(texts.values()):
        raise LeaveRefused(Refusal.SETTINGS_INCOMPLETE)
    if hr_decides and profile != Profile.PRIVATE:
        raise LeaveRefused(Refusal.RULE_FORBIDS)
    with transaction.atomic():
        lock(_SETTINGS_LOCK, agency_id)
        _keep_profile(agency_id, profile)
        values: dict[str, Any] = {
            **texts,
            "mode": mode,
            "profile": profile,
            "reviewer_decree_on": reviewer_decree_on,
            "all_sick_leave": all_sick_leave,
            "retention_days": retention_days,
            "hr_decides": hr_decides,
        }
        LeaveDesk.objects.update_or_create(agency_id=agency_id, defaults=values)
        made = load_profile(agency_id=agency_id, profile=profile, now=now)
        record(actor, HR, DESK_SET, agency_id, now=now)
    return made


def close_desk(*, actor: Account, now: datetime) -> None:
    """
    Take no more requests for the actor's agency; what is on its way goes on to its end.

    Rules, balances and letters stay. Closed already, nothing happens.

    :raises Http404: for anybody but an HR officer.
    """
    agency_id = get_settled_agency(actor)
    with transaction.atomic():
        lock(_SETTINGS_LOCK, agency_id)
        open_desks = LeaveDesk.objects.filter(agency=agency_id).exclude(mode=Mode.OFF)
        if open_desks.update(mode=Mode.OFF):
            record(actor, HR, DESK_CLOSED, agency_id, now=now)


def adjust(
    *,
    actor: Account,
    employee_id: UUID,
    code: str,
    year: int,
    quantity: Decimal,
    why: EntryKind = EntryKind.ADJUST,
    source_year: int | None = None,
    key: UUID | None = None,
    now: datetime,
) -> None:
    """
    Put the days of a leave year right by hand, such as what is left from before the portal.

    ``quantity`` is in days, by halves, with a sign; only a correction takes days off.
    ``source_year`` is the year the days were earned in, the leave year itself or one of the two
    before. ``key`` is the form's own: the same form twice is one entry. Days put into a year
    that is over go on as the rule lets them.

    :raises Http404: if the actor does not keep her entitlement, as nobody keeps her own.
    :raises LeaveRefused: NO_SUCH_TYPE for a kind without an account or not open to her,
        NOT_ENOUGH_DAYS if more would be taken off than is there, BUSY.
    :raises ValueError: for no days, too many, thirds of days, other years or another reason.
    """
    employee = get_settled_employee(actor=actor, employee_id=employee_id)
    source = year if source_year is None else source_year
    today = local_day(now, employee.work_zone)
    _check(quantity, why, year=year, source=source, this_year=today.year)
    if not _has_account(employee, code, year):
        raise LeaveRefused(Refusal.NO_SUCH_TYPE)
    with employee_locked(employee_id=employee_id):
        open_year(employee_id=employee_id, year=max(year, today.year), now=now)
        account = account_for(
            employee_id=employee_id, code=code, leave_year=year, source_year=source
        )
        name = f"adjust:{key or uuid4()}"
        if account.entries.filter(key=name).exists():
            return
        line = Line(account=account, kind=why, quantity=quantity, key=name, on_day=today)
        post([line])
        if year < today.year:
            open_year(employee_id=employee_id, year=today.year, now=now)
        record(actor, HR, ADJUSTED, employee_id, now=now)


def _keep_profile(agency_id: UUID, profile: Profile) -> None:
    stands = LeaveDesk.objects.filter(agency=agency_id).exclude(profile=profile).exists()
    if stands and LeaveType.objects.filter(agency=agency_id).exists():
        raise LeaveRefused(Refusal.NOT_NOW)


def _check(
    quantity: Decimal, why: EntryKind, *, year: int, source: int, this_year: int
) -> None:
    if not quantity or abs(quantity) > _MOST_DAYS or quantity * 2 % 1:
        raise ValueError("days are corrected by halves")
    if why not in _BY_HAND or (quantity < 0 and why != EntryKind.ADJUST):
        raise ValueError("only a correction takes days off")
    if not this_year - 2 <= year <= this_year + 1 or not year - 2 <= source <= year:
        raise ValueError("leave is taken from its own year and the two before")


def _has_account(employee: Employee, code: str, year: int) -> bool:
    kinds = account_kinds(agency_ids=[employee.agency_id], years=[year])
    kind = kinds.get((employee.agency_id, code), {}).get(year)
    return kind is not None and employee.employment in kind.employments
