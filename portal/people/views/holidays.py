"""Holidays by year: confirm, take out, put back, add; each with a way back."""

from itertools import chain
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.calendars import selectors
from portal.calendars.choices import HolidayKind, HolidaySource, HolidayStatus
from portal.calendars.selectors import HolidayRow
from portal.calendars.services import HolidayRefused
from portal.people import administration, holidays
from portal.people.actors import actor_of
from portal.people.admin_forms import YEARS, HolidayForm, HolidayStatusForm
from portal.people.administration import Choice
from portal.people.policies import Who, policy

UNDO_KEY = "people.holiday"


@policy("people.holiday.list", who=(Who.ADMIN,))
@require_safe
def holiday_list(request: HttpRequest) -> HttpResponse:
    """Show the holidays of a year, removed ones included."""
    return _show(request, _year(request.GET.get("tahun", "")))


@policy("people.holiday.add", who=(Who.ADMIN,))
@require_POST
def holiday_add(request: HttpRequest) -> HttpResponse:
    """Enter a holiday by hand."""
    actor, now = actor_of(request), timezone.now()
    agencies = administration.list_agencies(actor=actor, now=now)
    form = HolidayForm(request.POST, agencies=agencies, units=_units(agencies))
    if not form.is_valid():
        return _show(request, _year(request.POST.get("day", "")[:4]), form)
    data = form.cleaned_data
    year = data["day"].year
    try:
        holiday_id = holidays.add_holiday(
            actor=actor,
            agency_id=data["agency"],
            day=data["day"],
            name=data["name"],
            kind=HolidayKind(data["kind"]),
            note=data["note"],
            unit_id=data["unit"],
            now=now,
        )
    except HolidayRefused as refused:
        form.add_error("day", str(refused.reason.label))
        return _show(request, year, form)
    _remember(request, holiday_id, HolidayStatus.REMOVED, HolidaySource.PEOPLE)
    return _back(year)


@policy("people.holiday.status", who=(Who.ADMIN,))
@require_POST
def holiday_status(request: HttpRequest, holiday_id: UUID) -> HttpResponse:
    """Confirm a holiday, take it out or put it back."""
    actor, now = actor_of(request), timezone.now()
    row = holidays.get_holiday(actor=actor, holiday_id=holiday_id, now=now)
    form = HolidayStatusForm(request.POST)
    if form.is_valid():
        status, source = holidays.set_holiday(
            actor=actor,
            holiday_id=holiday_id,
            status=HolidayStatus(form.cleaned_data["status"]),
            now=now,
        )
        _remember(request, holiday_id, status, source)
    return _back(row.day.year)


@policy("people.holiday.undo", who=(Who.ADMIN,))
@require_POST
def holiday_undo(request: HttpRequest) -> HttpResponse:
    """Take back the last change of this session."""
    actor, now = actor_of(request), timezone.now()
    last = request.session.pop(UNDO_KEY, None)
    if last is None:
        messages.warning(request, _("There is nothing to take back any more."))
        return redirect("people:holiday-list")
    row = holidays.get_holiday(actor=actor, holiday_id=UUID(last["id"]), now=now)
    holidays.set_holiday(
        actor=actor,
        holiday_id=row.id,
        status=HolidayStatus(last["status"]),
        source=HolidaySource(last["source"]),
        now=now,
    )
    messages.success(request, _("Taken back."))
    return _back(row.day.year)


def _remember(
    request: HttpRequest, holiday_id: UUID, status: HolidayStatus, source: HolidaySource
) -> None:
    request.session[UNDO_KEY] = {
        "id": str(holiday_id),
        "status": status.value,
        "source": source.value,
        "shown": False,
    }


def _undo(request: HttpRequest) -> dict[str, Any] | None:
    """Return the change to offer back, on the first page after it only."""
    last: dict[str, Any] | None = request.session.get(UNDO_KEY)
    if last is None or last["shown"]:
        return None
    request.session[UNDO_KEY] = {**last, "shown": True}
    return last


def _year(text: str) -> int:
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return year if year in YEARS else timezone.localdate().year


def _back(year: int) -> HttpResponse:
    return redirect(f"{reverse('people:holiday-list')}?tahun={year}")


def _places(row: HolidayRow) -> tuple[UUID, ...]:
    return tuple(key for key in (row.agency_id, row.unit_id) if key is not None)


def _units(agencies: list[Choice]) -> dict[UUID, list[Choice]]:
    return {one.id: administration.list_units(agency_id=one.id) for one in agencies}


def _show(request: HttpRequest, year: int, form: HolidayForm | None = None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    agencies = administration.list_agencies(actor=actor, now=now)
    rows = {
        row.id: row
        for agency in agencies
        for row in selectors.list_holidays(
            year=year, agency_id=agency.id, with_units=True, with_removed=True
        )
    }
    units = _units(agencies)
    names = {one.id: one.name for one in (*agencies, *chain.from_iterable(units.values()))}
    shown = sorted(rows.values(), key=lambda row: (row.day, row.kind, str(row.unit_id or "")))
    context = {
        "year": year,
        "before": year - 1 if year - 1 in YEARS else None,
        "after": year + 1 if year + 1 in YEARS else None,
        "rows": [(row, [names[key] for key in _places(row) if key in names]) for row in shown],
        "form": form or HolidayForm(agencies=agencies, units=units),
        "undo": _undo(request) if form is None else None,
    }
    return render(request, "people/holiday_list.html", context)
