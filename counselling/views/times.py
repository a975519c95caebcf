"""Choosing a time: the list, the wishes, and what happened to your last meeting."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counselling import selectors, services
from counselling.choices import Refusal
from counselling.forms import CarriedForm, TimeFilterForm, TimeForm, wanted_from
from counselling.selectors import FreeTime
from counselling.services import BookingRefused
from counselling.views.answers import check_page, time_is_gone
from portal.calendars.rules import local_day
from portal.common.db import database_now
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

FILTER_KEY: Final = "times_filter"
PAGE_DAYS: Final = 7
LAST_PAGE: Final = 9
NEXT_DAYS: Final = 3
"""Days after the page that are read with it, to name the day of the link; a weekend and one."""
LOOK_AHEAD_DAYS: Final = 35
"""How far the link to later times looks past days in which nothing is free."""


@policy("counselling.times", who=(Who.EMPLOYEE,))
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest) -> HttpResponse:
    """Show free times by day; a pressed one is kept for a moment."""
    return _hold(request) if request.method == "POST" else _show(request)


@policy("counselling.times_later", who=(Who.EMPLOYEE,))
@require_safe
def times_later(request: HttpRequest, page: int) -> HttpResponse:
    """Show the free times of a later week."""
    if not 1 < page <= LAST_PAGE:
        raise Http404
    return _show(request, page=page)


@policy("counselling.times_filter", who=(Who.EMPLOYEE,))
@require_POST
def times_filter(request: HttpRequest) -> HttpResponse:
    """Keep the wishes for this session, or drop them."""
    actor = actor_of(request)
    if "clear" in request.POST:
        request.session.pop(FILTER_KEY, None)
        return redirect("counselling:times")
    choices = selectors.list_counsellor_choices(actor=actor, now=timezone.now())
    form = TimeFilterForm(request.POST, counsellors=choices)
    if not form.is_valid():
        return _show(request, form=form)
    request.session[FILTER_KEY] = form.as_stored()
    return redirect("counselling:times")


@policy("counselling.cancel_seen", who=(Who.OWNER,))
@require_POST
def cancel_seen(request: HttpRequest) -> HttpResponse:
    """Put away the card that says a counsellor could not come."""
    services.mark_cancel_seen(actor=actor_of(request), now=database_now())
    return redirect("home:home")


def split_at(
    rows: Sequence[FreeTime], *, days: int, zone: str, now: datetime
) -> tuple[list[FreeTime], list[FreeTime]]:
    """Return the times of the next so many local days, and those after them."""
    edge = local_day(now, zone) + timedelta(days=days)
    soon = [row for row in rows if local_day(row.starts_at, zone) < edge]
    return soon, list(rows[len(soon) :])


def _hold(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), database_now()
    form, carried = TimeForm(request.POST), CarriedForm(request.POST).carried()
    if not form.is_valid():
        return time_is_gone(
            request, actor=actor, reason=Refusal.SLOT_GONE, carried=carried, now=now
        )
    try:
        held = services.hold_appointment(
            actor=actor, **asdict(form.cleaned_data["time"]), now=now
        )
    except BookingRefused as refused:
        return time_is_gone(
            request, actor=actor, reason=refused.reason, carried=carried, now=now
        )
    # What was written travels from page to page in the form, never through the session.
    row = selectors.get_check(actor=actor, appointment_id=held, now=now) if carried else None
    if row is not None:
        return check_page(request, actor=actor, row=row, carried=carried)
    return redirect("counselling:appointment", held)


def _show(
    request: HttpRequest, *, page: int = 1, form: TimeFilterForm | None = None
) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    stored = request.session.get(FILTER_KEY)
    wanted = wanted_from(stored)
    offer = selectors.find_offer(actor=actor, now=now)
    choices = selectors.list_counsellor_choices(actor=actor, now=now, offer=offer)
    ask = partial(selectors.list_free_times, actor=actor, offer=offer, now=now, wanted=wanted)
    before = (page - 1) * PAGE_DAYS
    rows = ask(days=PAGE_DAYS + NEXT_DAYS, first_day_offset=before)
    shown, later = split_at(rows, days=page * PAGE_DAYS, zone=actor.zone, now=now)
    if not later:
        # Mostly one of the next days has times; only a gap is worth looking across.
        after = before + PAGE_DAYS + NEXT_DAYS
        later = ask(days=LOOK_AHEAD_DAYS, first_day_offset=after, per_day=1)
    return render(
        request,
        "counselling/times.html",
        {
            "times": shown,
            "minutes": _minutes(shown or later),
            "zone": actor.zone,
            "form": form or TimeFilterForm(initial=stored or {}, counsellors=choices),
            "is_filtered": bool(stored),
            "counsellors": choices,
            "page": page,
            "earlier_page": page - 1,
            "later_page": _page_of(later, zone=actor.zone, now=now),
            "first_later": later[0].starts_at if later else None,
        },
    )


def _page_of(rows: Sequence[FreeTime], *, zone: str, now: datetime) -> int | None:
    """Return the page on which the first of the times stands."""
    if not rows:
        return None
    ahead = local_day(rows[0].starts_at, zone) - local_day(now, zone)
    page = ahead.days // PAGE_DAYS + 1
    return page if page <= LAST_PAGE else None


def _minutes(rows: Sequence[FreeTime]) -> int | None:
    """Return the length of a meeting where all have the same."""
    lengths = {int((row.ends_at - row.starts_at).total_seconds()) // 60 for row in rows}
    return lengths.pop() if len(lengths) == 1 else None
