"""A counsellor's hours: the weekly pattern, closings and openings, and the way back."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from counselling import selectors, services
from counselling.forms import BackForm, PeriodForm, RangeForm, StretchForm
from counselling.selectors import ExceptionRow
from counselling.services import ScheduleRefused
from counselling.views.agenda import UNDO_KEY
from portal.common.db import database_now
from portal.common.wording import zone_name
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

RANGE, CLOSING, OPENING = "pola", "tutup", "buka"
"""Prefixes of the three forms of one page, so that every field has an id of its own."""


@policy("counselling.schedule", who=(Who.COUNSELLOR,))
@require_safe
def schedule(request: HttpRequest) -> HttpResponse:
    """Show the weekly pattern, what deviates from it, and the forms to change both."""
    return _show(request)


@policy("counselling.schedule_add", who=(Who.COUNSELLOR,))
@require_POST
def schedule_add(request: HttpRequest) -> HttpResponse:
    """Open a weekly range."""
    form = RangeForm(request.POST, prefix=RANGE)
    if not form.is_valid():
        return _show(request, **{RANGE: form})
    try:
        services.add_range(actor=actor_of(request), **form.as_range(), now=database_now())
    except ScheduleRefused as refused:
        form.add_error("ends", str(refused.reason.label))
        return _show(request, **{RANGE: form})
    return _changed(request)


@policy("counselling.schedule_remove", who=(Who.COUNSELLOR,))
@require_POST
def schedule_remove(request: HttpRequest, range_id: UUID) -> HttpResponse:
    """Remove a weekly range."""
    services.remove_range(actor=actor_of(request), range_id=range_id, now=database_now())
    return _changed(request)


@policy("counselling.schedule_close", who=(Who.COUNSELLOR,))
@require_POST
def schedule_close(request: HttpRequest) -> HttpResponse:
    """Close a dated period, from the form here or from one button in the diary."""
    if "starts_at" in request.POST:
        return _close_stretch(request)
    return _except(request, CLOSING, services.close_period)


@policy("counselling.schedule_open", who=(Who.COUNSELLOR,))
@require_POST
def schedule_open(request: HttpRequest) -> HttpResponse:
    """Open a dated period beyond the pattern."""
    return _except(request, OPENING, services.open_period)


@policy("counselling.schedule_exception_remove", who=(Who.COUNSELLOR,))
@require_POST
def schedule_exception_remove(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Remove a dated closing or opening."""
    services.remove_exception(
        actor=actor_of(request), exception_id=exception_id, now=database_now()
    )
    return _changed(request)


@policy("counselling.schedule_undo", who=(Who.COUNSELLOR,))
@require_POST
def schedule_undo(request: HttpRequest) -> HttpResponse:
    """Take the latest change of hours back."""
    try:
        services.undo_schedule(actor=actor_of(request), now=database_now())
    except ScheduleRefused as refused:
        messages.info(request, refused.reason.label)
    else:
        messages.success(request, _("Everything is as it was before."))
    return _back(request)


def _except(request: HttpRequest, prefix: str, deed: Callable[..., UUID]) -> HttpResponse:
    actor, now = actor_of(request), database_now()
    form = PeriodForm(request.POST, prefix=prefix)
    if not form.is_valid():
        return _show(request, **{prefix: form})
    zone = selectors.get_schedule(actor=actor, now=now).zone
    starts_at, ends_at = form.period(zone=zone)
    try:
        deed(actor=actor, starts_at=starts_at, ends_at=ends_at, now=now)
    except ScheduleRefused as refused:
        form.add_error("day", str(refused.reason.label))
        return _show(request, **{prefix: form})
    return _changed(request)


def _close_stretch(request: HttpRequest) -> HttpResponse:
    form = StretchForm(request.POST)
    if not form.is_valid():
        messages.info(request, _("This time is not known. Look at the day once more."))
        return _back(request)
    try:
        services.close_period(actor=actor_of(request), **form.cleaned_data, now=database_now())
    except ScheduleRefused as refused:
        messages.info(request, refused.reason.label)
        return _back(request)
    return _changed(request)


def _changed(request: HttpRequest) -> HttpResponse:
    request.session[UNDO_KEY] = True
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """Lead back to the day of the diary a button stood on, or to the hours."""
    back = BackForm(request.POST)
    day = back.cleaned_data.get("day") if back.is_valid() else None
    if day is not None:
        return redirect("counselling:agenda-day", day)
    return redirect("counselling:agenda" if "today" in request.POST else "counselling:schedule")


def _show(request: HttpRequest, **tried: forms.Form) -> HttpResponse:
    now = timezone.now()
    shown = selectors.get_schedule(actor=actor_of(request), now=now)
    first_day: dict[str, Any] = {"valid_from": shown.today, "weekday": shown.today.isoweekday()}
    return render(
        request,
        "counselling/schedule.html",
        {
            "schedule": shown,
            "zone_name": zone_name(now, shown.zone),
            "days": [(str(WEEKDAYS[day.weekday - 1]), day.ranges) for day in shown.days],
            "exceptions": [(row, *_whole_days(row, shown.zone)) for row in shown.exceptions],
            "range_form": tried.get(RANGE) or RangeForm(prefix=RANGE, initial=first_day),
            "close_form": tried.get(CLOSING) or PeriodForm(prefix=CLOSING),
            "open_form": tried.get(OPENING) or PeriodForm(prefix=OPENING),
            "failed": next(iter(tried), ""),
            "undo": request.session.pop(UNDO_KEY, False),
            # The one that needs a fix: the title of the page and the summary speak of it.
            "form": next(iter(tried.values()), None),
        },
    )


def _whole_days(row: ExceptionRow, zone: str) -> tuple[date | None, date | None]:
    """Return the first and the last day of a period of whole days, else nothing twice."""
    here = ZoneInfo(zone)
    starts, ends = row.starts_at.astimezone(here), row.ends_at.astimezone(here)
    if starts.time() != time.min or ends.time() != time.min:
        return None, None
    return starts.date(), ends.date() - timedelta(days=1)
