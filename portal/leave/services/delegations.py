"""Standing in for a superior for a time, by decree: Plt., Plh. or delegate."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from portal.calendars.rules import local_day
from portal.common.db import lock
from portal.leave import policies
from portal.leave.choices import HR, MANAGER, DelegationKind, Refusal
from portal.leave.models import Delegation
from portal.leave.rules.routing import leads_back
from portal.leave.services.desk import LeaveRefused, record
from portal.people.actors import Account
from portal.people.models import Employee

_LOCK: Final = "leave.delegations"
_NEVER: Final = date.max


def delegate(
    *,
    actor: Account,
    stand_in_id: UUID,
    kind: DelegationKind,
    decree_number: str,
    valid_from: date,
    valid_until: date | None,
    giver_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """
    Let somebody stand in for a superior from one day to another, both included.

    A superior names her own stand-in; an HR officer enters one for anybody of her agency.
    Whoever stands in is asked from the first day on, also about what lies open; at midnight
    after the last day, where the giver works, it is over. What was delegated is not passed on.

    :raises Http404: if the actor may not settle this for the giver.
    :raises LeaveRefused: if there is one for these dates, if it would lead back to the giver,
        if the dates are past or in the wrong order, or if nobody of that id works there.
    :raises ValueError: without the number of a decree; the form sees to it.
    """
    if not decree_number.strip():
        raise ValueError("a delegation names its decree")
    giver = policies.get_giver(actor=actor, giver_id=giver_id)
    today = local_day(now, giver.work_zone)
    _refuse_dates(valid_from, valid_until, today)
    with transaction.atomic(durable=True):
        lock(_LOCK, giver.agency_id)
        _refuse_colleague(giver, stand_in_id)
        _refuse_clash(giver, stand_in_id, valid_from, valid_until)
        row = Delegation.objects.create(
            giver=giver,
            stand_in_id=stand_in_id,
            kind=kind,
            decree_number=decree_number.strip(),
            valid_from=valid_from,
            valid_until=valid_until,
            entered_by_id=actor.user_id,
        )
        record(actor, _part(actor, giver), "leave.delegate", row.pk, now=now)
    return row.pk


def end_delegation(*, actor: Account, delegation_id: UUID, now: datetime) -> None:
    """
    End a delegation at once, or take back one that has not begun; twice is as once.

    Questions nobody has answered stay with the superior who was asked.

    :raises Http404: if it is not the actor's to end.
    """
    row = policies.get_delegation(actor=actor, delegation_id=delegation_id)
    today = local_day(now, row.giver.work_zone)
    with transaction.atomic(durable=True):
        lock(_LOCK, row.giver.agency_id)
        ended = Delegation.objects.filter(pk=row.pk, withdrawn_on=None).update(
            withdrawn_on=today
        )
        if ended:
            record(actor, _part(actor, row.giver), "leave.end_delegation", row.pk, now=now)


def _part(actor: Account, giver: Employee) -> str:
    return MANAGER if giver.user_id == actor.user_id else HR


def _refuse_dates(valid_from: date, valid_until: date | None, today: date) -> None:
    if valid_until is None:
        return
    if valid_until < valid_from:
        raise LeaveRefused(Refusal.ENDS_BEFORE_START)
    if valid_until < today:
        raise LeaveRefused(Refusal.PAST_DATES)


def _refuse_colleague(giver: Employee, stand_in_id: UUID) -> None:
    works_there = Employee.objects.filter(
        pk=stand_in_id, agency=giver.agency_id, user__is_active=True
    ).exclude(pk=giver.pk)
    if not works_there.exists():
        raise LeaveRefused(Refusal.NO_SUCH_COLLEAGUE)


def _refuse_clash(
    giver: Employee, stand_in_id: UUID, valid_from: date, valid_until: date | None
) -> None:
    pairs = set(
        Delegation.objects.filter(
            Q(valid_until=None) | Q(valid_until__gte=valid_from),
            giver__agency=giver.agency_id,
            valid_from__lte=valid_until or _NEVER,
            withdrawn_on=None,
        ).values_list("giver", "stand_in")
    )
    if any(one == giver.pk for one, _stand_in in pairs):
        raise LeaveRefused(Refusal.DATES_TAKEN)
    if leads_back(pairs=pairs, giver=giver.pk, stand_in=stand_in_id):
        raise LeaveRefused(Refusal.DELEGATION_CIRCLE)
