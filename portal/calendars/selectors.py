"""Reading the calendars."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from portal.calendars.choices import HolidayKind, HolidaySource, HolidayStatus
from portal.calendars.models import Holiday


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """
    A holiday as pages show it.

    ``agency_id`` is None for the whole country, ``unit_id`` for the whole agency.
    """

    id: UUID
    day: date
    name: str
    kind: HolidayKind
    status: HolidayStatus
    source: HolidaySource
    agency_id: UUID | None
    unit_id: UUID | None
    note: str

    @property
    def is_removed(self) -> bool:
        """Say whether the day counts for nobody."""
        return self.status == HolidayStatus.REMOVED

    @property
    def is_estimated(self) -> bool:
        """Say whether the day may still move."""
        return self.status == HolidayStatus.ESTIMATED


def list_holidays(
    *,
    year: int,
    agency_id: UUID | None = None,
    with_units: bool = False,
    with_removed: bool = False,
) -> list[HolidayRow]:
    """
    Return the holidays of a year, soonest first: the national ones and those of one agency.

    Without an agency only the national ones. Days of single units of the agency and removed
    days come only when asked for.
    """
    concerns = _concerns(agency_id)
    if with_units and agency_id:
        concerns |= Q(agency_id=agency_id)
    rows = Holiday.objects.filter(concerns, day__year=year)
    if not with_removed:
        rows = rows.exclude(status=HolidayStatus.REMOVED)
    return [_row(holiday) for holiday in rows.order_by("day", "kind", "id")]


def list_holidays_between(
    *,
    first: date,
    last: date,
    agency_id: UUID | None = None,
    unit_ids: Collection[UUID] = (),
) -> list[HolidayRow]:
    """
    Return the holidays from one day to another, both included, soonest first; one query.

    The national ones and those of one agency; without an agency only the national ones. Days of
    single units come for ``unit_ids``: whoever asks for a person passes her unit and those it
    belongs to. One day may come twice, for the agency and for a unit.
    """
    rows = Holiday.objects.filter(_concerns(agency_id, unit_ids), day__range=(first, last))
    counting = rows.exclude(status=HolidayStatus.REMOVED)
    return [_row(holiday) for holiday in counting.order_by("day", "kind", "id")]


def find_holiday(*, holiday_id: UUID) -> HolidayRow | None:
    """Return one holiday, removed or not."""
    holiday = Holiday.objects.filter(pk=holiday_id).first()
    return _row(holiday) if holiday else None


def _concerns(agency_id: UUID | None, unit_ids: Collection[UUID] = ()) -> Q:
    concerns = Q(agency=None)
    if agency_id:
        concerns |= Q(agency_id=agency_id, unit=None)
    if unit_ids:
        concerns |= Q(unit_id__in=list(unit_ids))
    return concerns


def _row(holiday: Holiday) -> HolidayRow:
    return HolidayRow(
        id=holiday.pk,
        day=holiday.day,
        name=holiday.name,
        kind=HolidayKind(holiday.kind),
        status=HolidayStatus(holiday.status),
        source=HolidaySource(holiday.source),
        agency_id=holiday.agency_id,
        unit_id=holiday.unit_id,
        note=holiday.note,
    )
