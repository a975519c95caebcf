"""Changing the rules: a changed rule is a new version, and a request keeps the one it had."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypedDict, Unpack
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.timezone import localdate

from portal.common.db import lock
from portal.leave.choices import HR, Decider, Family, ManagerSees, Profile, Refusal
from portal.leave.models import LeaveType, PayBand
from portal.leave.policies.desk import get_settled_agency
from portal.leave.rules.bands import AnyBand, find_flaws
from portal.leave.rules.kinds import EvidenceStep
from portal.leave.selectors.desks import desk_of
from portal.leave.selectors.rulebook import rates_of
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
        than the one before; RULE_FORBIDS for what the law rules out for the kind, such as sick
        leave without any certificate.
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
    bands: Sequence[AnyBand],
    valid_from: date,
    legal_basis: str,
    now: datetime,
) -> None:
    """
    Say from a day on what leave of a family takes off the performance allowance.

    Takes the place of all bands of the family, and of those to come from that day on: setting
    them again is how a mistake is mended. What has ever been in force stays, and payroll learns
    the codes alone. Rows of a profile can be given as they are: dates and basis are those given
    here.

    :raises Http404: for anybody but an HR officer.
    :raises LeaveRefused: DATES_TAKEN if bands in force begin on that day or later;
        BAND_CODE_TAKEN if a code of the agency stands for another rate.
    :raises ValueError: without a legal basis, without any band, or for those that are no rule
        by themselves, see `find_flaws`.
    """
    agency_id = get_settled_agency(actor)
    if not legal_basis.strip() or not bands or find_flaws(bands):
        raise ValueError("bands name their basis and leave no day out")
    with transaction.atomic():
        lock(_RULES_LOCK, agency_id)
        rows = PayBand.objects.filter(agency=agency_id, family=family)
        if rows.filter(valid_from__range=(valid_from, localdate(now))).exists():
            raise LeaveRefused(Refusal.DATES_TAKEN)
        rows.filter(valid_from__gte=valid_from).delete()
        if find_flaws(bands, rates=rates_of(agency_id=agency_id)):
            raise LeaveRefused(Refusal.BAND_CODE_TAKEN)
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
    if row.family == Family.SICK and "evidence" in changes and not changes["evidence"]:
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
