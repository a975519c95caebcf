"""Decrees that let somebody decide: entered by HR, never by the one they name; withdrawn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import Http404

from portal.calendars.rules import local_day
from portal.common.db import lock
from portal.leave import policies
from portal.leave.choices import HR, Family, Refusal
from portal.leave.models import Decree
from portal.leave.services.desk import LeaveRefused, record
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.selectors import list_units, list_with_role

_LOCK = "leave.decrees"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecreeTerms:
    """
    What a decree says. ``unit_id`` empty is the whole agency, ``families`` empty every kind.

    It is valid from its first to its last day, both included; without a last one until it is
    withdrawn.
    """

    number: str
    issued_on: date
    holder_id: UUID
    office: str
    valid_from: date
    valid_until: date | None = None
    unit_id: UUID | None = None
    families: tuple[Family, ...] = ()
    is_ppk: bool = False


def enter_decree(*, actor: Account, terms: DecreeTerms, now: datetime) -> UUID:
    """
    Record a written delegation; return its id. The same one twice is refused.

    :raises Http404: for anybody but an HR officer, for a holder who has no desk in the agency,
        and for a unit of another one.
    :raises LeaveRefused: if it names the actor, ends before it starts, or is there already.
    """
    agency_id = policies.get_settled_agency(actor)
    if terms.holder_id == actor.user_id:
        raise LeaveRefused(Refusal.OWN_DECREE)
    if terms.valid_until is not None and terms.valid_until < terms.valid_from:
        raise LeaveRefused(Refusal.ENDS_BEFORE_START)
    with transaction.atomic(durable=True):
        lock(_LOCK, agency_id)
        _refuse_strangers(agency_id, terms, today=local_day(now, actor.zone))
        if _is_there(agency_id, terms):
            raise LeaveRefused(Refusal.DATES_TAKEN)
        row = Decree.objects.create(
            agency_id=agency_id,
            number=terms.number,
            issued_on=terms.issued_on,
            holder_id=terms.holder_id,
            office=terms.office,
            unit_id=terms.unit_id,
            families=[Family(one) for one in terms.families],
            is_ppk=terms.is_ppk,
            valid_from=terms.valid_from,
            valid_until=terms.valid_until,
            entered_by_id=actor.user_id,
        )
        record(actor, HR, "leave.decree_entered", row.pk, now=now)
    return row.pk


def withdraw_decree(*, actor: Account, decree_id: UUID, now: datetime) -> None:
    """
    Withdraw a decree: from now on nothing is decided under it; repeated it changes nothing.

    A decision made under it that is not signed yet goes back to the queue.

    :raises Http404: for a decree of another agency, and for anybody but an HR officer.
    """
    policies.get_decree(actor=actor, decree_id=decree_id)
    with transaction.atomic(durable=True):
        today = local_day(now, actor.zone)
        open_one = Decree.objects.filter(pk=decree_id, withdrawn_on=None)
        if open_one.update(withdrawn_on=today):
            record(actor, HR, "leave.decree_withdrawn", decree_id, now=now)


def _refuse_strangers(agency_id: UUID, terms: DecreeTerms, *, today: date) -> None:
    """
    Ask whether holder and unit belong to the agency.

    :raises Http404: if not.
    """
    if terms.holder_id not in possible_holders(agency_id=agency_id, today=today):
        raise Http404
    if terms.unit_id and terms.unit_id not in {u.id for u in list_units(agency_id=agency_id)}:
        raise Http404


def possible_holders(*, agency_id: UUID, today: date) -> Collection[UUID]:
    """Return the accounts a decree can name: officials and HR officers of the agency."""
    return {
        user_id
        for role in (Role.OFFICIAL, Role.HR)
        for user_id in list_with_role(agency_id=agency_id, role=role, today=today)
    }


def _is_there(agency_id: UUID, terms: DecreeTerms) -> bool:
    same = Decree.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=terms.valid_from),
        agency_id=agency_id,
        number=terms.number,
        holder_id=terms.holder_id,
        withdrawn_on=None,
    )
    same = same.filter(unit_id=terms.unit_id) if terms.unit_id else same.filter(unit=None)
    if terms.valid_until is not None:
        same = same.filter(valid_from__lte=terms.valid_until)
    return same.exists()
