"""Holidays in the hands of administrators; the calendars themselves know no persons."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from portal.calendars import selectors as calendars
from portal.calendars import services as calendar_services
from portal.calendars.choices import HolidayKind, HolidaySource, HolidayStatus
from portal.calendars.selectors import HolidayRow
from portal.people.actors import Account
from portal.people.administration import get_agency, list_units, record


def get_holiday(*, actor: Account, holiday_id: UUID, now: datetime) -> HolidayRow:
    """Return a national holiday or one of the actor's agencies; others are a 404."""
    row = calendars.find_holiday(holiday_id=holiday_id)
    if row is None:
        raise Http404
    if row.agency_id is not None:
        get_agency(actor=actor, agency_id=row.agency_id, now=now)
    return row


def add_holiday(
    *,
    actor: Account,
    agency_id: UUID,
    day: date,
    name: str,
    kind: HolidayKind,
    note: str,
    unit_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """
    Enter a holiday: a local one for the agency or one unit, the others for the whole country.

    A unit of another agency is a 404.

    :raises HolidayRefused: if the day already has one of that kind.
    """
    get_agency(actor=actor, agency_id=agency_id, now=now)
    is_local = kind == HolidayKind.LOCAL
    if is_local and unit_id is not None:
        _get_unit(unit_id, agency_id)
    with transaction.atomic():
        holiday_id = calendar_services.add_holiday(
            day=day,
            name=name,
            kind=kind,
            agency_id=agency_id if is_local else None,
            unit_id=unit_id if is_local else None,
            note=note,
        )
        record(actor, "holiday.add", holiday_id, kind.value, now)
    return holiday_id


def _get_unit(unit_id: UUID, agency_id: UUID) -> None:
    if unit_id not in {unit.id for unit in list_units(agency_id=agency_id)}:
        raise Http404


def set_holiday(
    *,
    actor: Account,
    holiday_id: UUID,
    status: HolidayStatus,
    source: HolidaySource = HolidaySource.PEOPLE,
    now: datetime,
) -> tuple[HolidayStatus, HolidaySource]:
    """Confirm, remove or restore a holiday and return what it was."""
    get_holiday(actor=actor, holiday_id=holiday_id, now=now)
    with transaction.atomic():
        before = calendar_services.set_status(
            holiday_id=holiday_id, status=status, source=source
        )
        record(actor, "holiday.status", holiday_id, status.value, now)
    return before
