"""Changing the rules: a changed rule is a new version, and a request keeps the one it had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypedDict, Unpack
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.timezone import localdate

from portal.common.db import lock
from portal.leave.choices import HR, Care, Decider, Family, ManagerSees, Profile, Refusal
from portal.leave.models import LeaveType, PayBand
from portal.leave.policies.desk import get_settled_agency
from portal.leave.rules.kinds import EvidenceStep
from portal.leave.rules.profiles.shapes import BandRow
from portal.leave.selectors.desks import desk_of
from portal.leave.services.desk import LeaveRefused, record
from portal.people.actors import Account

VERSION_MADE: Final = "leave.rule_changed"
SWITCHED_ON: Final = "leave.kind_on"
SWITCHED_OFF: Final = "leave.kind_off"
BANDS_SET: Final = "leave.bands_set"
_RULES_LOCK: Final = "leave.rules"
_NEVER_FOR_SICK: Final = ("can_refuse", "can_defer", "can_recall")
_A_DAY: Final = timedelta(days=1)


class RuleChanges(TypedDict, total=False):
    """What can be different in a new version; what is not named stays as it is."""

    name_id: str
    name_en: str
    most: int | None
    most_months: int | None
    extra_months: int
    service_months: int
    service_below: int
    yearly: int
    carry_one: int
    carry_two: int
    half_days: bool
    evidence: Sequence[EvidenceStep]
    evidence_within: int
    can_refuse: bool
    can_defer: bool
    can_recall: bool
    is_provisional: bool
    decider: Decider
    manager_sees: ManagerSees
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What one stretch of an episode takes off the allowance, in per cent a day."""

    code: str
    percent_a_day: Decimal
    care: Care = Care.ANY
    from_day: int = 1
    until_day: int | None = None


def new_version(
    *,
    actor: Account,
    leave_type_id: UUID,
    valid_from: date,
    legal_basis: str,
    now: datetime,
    **changes: Unpack[RuleChanges],
) -> UUID:
    """
    Make a new version of a kind of leave from a day on; return its id.

    The version before ends on the day before. Requests keep the version they were sent under,
    so one that is on its way notices nothing. Only the latest version is followed by another.

    :raises Http404: for a foreign or absent kind, and for anybody but an HR officer.
    :raises LeaveRefused: DATES_TAKEN if a later version is there, or this one starts no later
        than the one before; RULE_FORBIDS for what the law rules out for the kind.
    :raises ValueError: without a legal basis, with steps of evidence out of order or a name
        that is empty.
    """
    agency_id = get_settled_agency(actor)
    if not legal_basis.strip():
        raise ValueError("a rule names its basis")
    with transaction.atomic():
        lock(_RULES_LOCK, agency_id)
        row = _kind(agency_id, leave_type_id)
        _check_dates(row, valid_from)
        _check_changes(row, changes)
        ends = row.valid_until
        row.valid_until = valid_from - _A_DAY
        row.save(update_fields=["valid_until"])
        row.pk = uuid4()
        row.valid_from, row.valid_until, row.legal_basis = valid_from, ends, legal_basis.strip()
        for name, value in _columns(changes).items():
            setattr(row, name, value)
        row.save(force_insert=True)
        record(actor, HR, VERSION_MADE, row.pk, now=now)
        return row.pk


def switch_type(*, actor: Account, leave_type_id: UUID, is_on: bool, now: datetime) -> None:
    """
    Open a kind of leave or close it: the version of now and those ahead.

    Requests on their way and days in accounts stay as they are. Sick leave is not closed while
    the room is open: the room is for all sick leave or for none. Repeated it changes nothing.

    :raises Http404: for a foreign or absent kind, and for anybody but an HR officer.
    :raises LeaveRefused: RULE_FORBIDS for sick leave.
    """
    agency_id = get_settled_agency(actor)
    with transaction.atomic():
        lock(_RULES_LOCK, agency_id)
        row = _kind(agency_id, leave_type_id)
        if not is_on and row.family == Family.SICK and desk_of(agency_id=agency_id).is_open:
            raise LeaveRefused(Refusal.RULE_FORBIDS)
        changed = (
            LeaveType.objects.filter(agency=agency_id, code=row.code)
            .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=localdate(now)))
            .exclude(is_on=is_on)
            .update(is_on=is_on)
        )
        if changed:
            action = SWITCHED_ON if is_on else SWITCHED_OFF
            record(actor, HR, action, row.pk, now=now)


def set_bands(
    *,
    actor: Account,
    family: Family,
    bands: Sequence[Band | BandRow],
    valid_from: date,
    legal_basis: str,
    now: datetime,
) -> None:
    """
    Say from a day on what leave of a family takes off the performance allowance.

    Takes the place of all bands of the family; payroll learns the codes alone. Rows of a
    profile can be given as they are: dates and basis are those given here.

    :raises Http404: for anybody but an HR officer.
    :raises LeaveRefused: DATES_TAKEN if bands from that day or a later one are there.
    :raises ValueError: without a legal basis, or if some day of an episode without any
        special care has no band or two.
    """
    agency_id = get_settled_agency(actor)
    if not legal_basis.strip() or not _covers_all(bands):
        raise ValueError("bands name their basis and leave no day out")
    with transaction.atomic():
        lock(_RULES_LOCK, agency_id)
        rows = PayBand.objects.filter(agency=agency_id, family=family)
        if rows.filter(valid_from__gte=valid_from).exists():
            raise LeaveRefused(Refusal.DATES_TAKEN)
        rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=valid_from)).update(
            valid_until=valid_from - _A_DAY
        )
        PayBand.objects.bulk_create(
            PayBand(
                agency_id=agency_id,
                family=family,
                code=band.code,
                care=band.care,
                from_day=band.from_day,
                until_day=band.until_day,
                percent_a_day=band.percent_a_day,
                valid_from=valid_from,
                legal_basis=legal_basis.strip(),
            )
            for band in bands
        )
        record(actor, HR, BANDS_SET, agency_id, now=now)


def _kind(agency_id: UUID, leave_type_id: UUID) -> LeaveType:
    found = LeaveType.objects.filter(pk=leave_type_id, agency=agency_id).first()
    if found is None:
        raise Http404
    return found


def _check_dates(row: LeaveType, valid_from: date) -> None:
    later = LeaveType.objects.filter(
        agency=row.agency_id, code=row.code, valid_from__gt=row.valid_from
    )
    is_late = row.valid_until is not None and valid_from > row.valid_until
    if valid_from <= row.valid_from or is_late or later.exists():
        raise LeaveRefused(Refusal.DATES_TAKEN)


def _check_changes(row: LeaveType, changes: RuleChanges) -> None:
    is_asn = desk_of(agency_id=row.agency_id).profile == Profile.ASN
    if row.family == Family.SICK and any(changes.get(name) for name in _NEVER_FOR_SICK):
        raise LeaveRefused(Refusal.RULE_FORBIDS)
    if is_asn and changes.get("half_days"):
        raise LeaveRefused(Refusal.RULE_FORBIDS)
    if not all((changes.get("name_id", "-").strip(), changes.get("name_en", "-").strip())):
        raise ValueError("a kind has a name in both languages")
    days = [step.from_day for step in changes.get("evidence", ())]
    if days != sorted(set(days)) or any(day < 1 for day in days):
        raise ValueError("steps of evidence go up")
    if any(not step.issuers for step in changes.get("evidence", ())):
        raise ValueError("a step of evidence names who may sign")


def _columns(changes: RuleChanges) -> dict[str, object]:
    columns: dict[str, object] = dict(changes)
    if "evidence" in changes:
        columns["evidence"] = [
            {"from_day": step.from_day, "issuers": [issuer.value for issuer in step.issuers]}
            for step in changes["evidence"]
        ]
    return columns


def _covers_all(bands: Sequence[Band | BandRow]) -> bool:
    """Say whether the bands without special care follow each other from the first day on."""
    expected: int | None = 1
    usual = sorted((band for band in bands if band.care == Care.ANY), key=lambda b: b.from_day)
    for band in usual:
        if expected is None or band.from_day != expected:
            return False
        expected = None if band.until_day is None else band.until_day + 1
    return bool(usual)
