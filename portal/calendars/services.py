"""Deeds on the calendars. Who may do them, and the record of it, is with the callers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import holidays
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from portal.calendars.choices import (
    HolidayKind,
    HolidayRefusal,
    HolidaySource,
    HolidayStatus,
)
from portal.calendars.models import Holiday
from portal.common.db import violated_constraint
from portal.common.errors import Refused

ESTIMATED_SUFFIX = " (perkiraan)"
"""How the library marks a date that depends on a moon not yet seen, in Indonesian."""
CATEGORIES = {"public": HolidayKind.PUBLIC, "government": HolidayKind.JOINT_LEAVE}
"""The library's word for *cuti bersama* is the category "government"."""


class HolidayRefused(Refused):
    """The day cannot be entered as asked."""


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What an import did: rows added, changed, withdrawn, left alone."""

    added: int
    changed: int
    withdrawn: int
    kept: int


@dataclass(frozen=True, slots=True)
class _Draft:
    day: date
    kind: HolidayKind
    name: str
    status: HolidayStatus


def import_holidays(*, years: Iterable[int], now: datetime) -> ImportCounts:
    """
    Take the national holidays and joint leave of these years from the library.

    A row that a person entered, confirmed, corrected or removed is left alone. Untouched rows
    follow the library: an estimated day that has moved is withdrawn and its new day added. Days
    already past are history and are not changed. Running it again changes nothing.
    """
    wanted = sorted(set(years))
    today = timezone.localdate(now)
    drafts = {(draft.day, draft.kind): draft for draft in _drafts(wanted)}
    with transaction.atomic():
        known = {
            (row.day, HolidayKind(row.kind)): row
            for row in Holiday.objects.select_for_update().filter(
                agency=None, day__year__in=wanted, kind__in=CATEGORIES.values()
            )
        }
        fresh = [
            Holiday(
                day=draft.day,
                kind=draft.kind,
                name=draft.name,
                status=draft.status,
                source=HolidaySource.LIBRARY,
            )
            for key, draft in drafts.items()
            if key not in known
        ]
        open_rows = {
            key: row
            for key, row in known.items()
            if row.source == HolidaySource.LIBRARY and row.day >= today
        }
        changed = [
            row for key, row in open_rows.items() if key in drafts and _follow(row, drafts[key])
        ]
        gone = [row.pk for key, row in open_rows.items() if key not in drafts]
        Holiday.objects.bulk_create(fresh, ignore_conflicts=True)
        Holiday.objects.bulk_update(changed, ["name", "status"])
        Holiday.objects.filter(pk__in=gone).delete()
    return ImportCounts(
        added=len(fresh),
        changed=len(changed),
        withdrawn=len(gone),
        kept=len(known) - len(changed) - len(gone),
    )


def add_holiday(
    *,
    day: date,
    name: str,
    kind: HolidayKind,
    agency_id: UUID | None,
    unit_id: UUID | None = None,
    note: str = "",
) -> UUID:
    """
    Enter a holiday by hand and return its id; a removed row of that day and kind comes back.

    With a unit, which has to be one of the agency, the day is local to it and those below.

    :raises HolidayRefused: if the day already has a holiday of that kind.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                holiday = Holiday.objects.create(
                    day=day,
                    name=name,
                    kind=kind,
                    agency_id=agency_id,
                    unit_id=unit_id,
                    note=note,
                )
        except IntegrityError as error:
            if violated_constraint(error) != "holiday_once_per_day_and_kind":
                raise
            holiday = Holiday.objects.select_for_update().get(
                _exactly("agency", agency_id), _exactly("unit", unit_id), day=day, kind=kind
            )
            if holiday.status != HolidayStatus.REMOVED:
                raise HolidayRefused(HolidayRefusal.ALREADY_THERE) from error
            holiday.name, holiday.note = name, note
            holiday.status, holiday.source = HolidayStatus.CONFIRMED, HolidaySource.PEOPLE
            holiday.save()
    return holiday.pk


def set_status(
    *,
    holiday_id: UUID,
    status: HolidayStatus,
    source: HolidaySource = HolidaySource.PEOPLE,
) -> tuple[HolidayStatus, HolidaySource]:
    """
    Confirm, remove or restore a holiday and return what it was, so that it can be undone.

    :raises Holiday.DoesNotExist: if there is none.
    """
    with transaction.atomic():
        holiday = Holiday.objects.select_for_update().get(pk=holiday_id)
        before = HolidayStatus(holiday.status), HolidaySource(holiday.source)
        holiday.status, holiday.source = status, source
        holiday.save(update_fields=["status", "source"])
    return before


def _exactly(name: str, key: UUID | None) -> Q:
    return Q(**{f"{name}_id": key}) if key else Q(**{f"{name}__isnull": True})


def _follow(row: Holiday, draft: _Draft) -> bool:
    """Bring an untouched row up to the library and say whether it differed."""
    if (row.name, row.status) == (draft.name, draft.status):
        return False
    row.name, row.status = draft.name, draft.status
    return True


def _drafts(years: list[int]) -> Iterator[_Draft]:
    for category, kind in CATEGORIES.items():
        calendar = holidays.country_holidays(
            "ID", years=years, categories=(category,), language="id"
        )
        for day in sorted(calendar):
            names = calendar.get_list(day)
            sure = all(not name.endswith(ESTIMATED_SUFFIX) for name in names)
            yield _Draft(
                day=day,
                kind=kind,
                name="; ".join(name.removesuffix(ESTIMATED_SUFFIX) for name in names)[:200],
                status=HolidayStatus.CONFIRMED if sure else HolidayStatus.ESTIMATED,
            )
