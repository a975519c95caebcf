"""A counsellor's diary: the day, the week, one meeting, and who came."""

from contextlib import suppress
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from counselling import selectors, services
from counselling.choices import AppointmentStatus
from counselling.forms import BackForm
from counselling.selectors import AgendaDay, AgendaRow
from counselling.services import BookingRefused, RequestUnreadable
from counselling.views.things import MEETING, NICKNAME, WRITTEN
from portal.common.db import database_now
from portal.people.actors import actor_of
from portal.people.policies import Who, policy
from portal.people.vaults import NEXT_KEY, vault_of
from portal.vault.unlock import AFTER_APPOINTMENT, IDLE, Locked

UNDO_KEY: Final = "hours_undo"
"""In the session for one page: the last change of hours can be taken back there."""


@policy(
    "counselling.agenda",
    who=(Who.ASSIGNED,),
    thing=MEETING,
    sees={Who.ASSIGNED: _("the time, the way of meeting and your nickname")},
)
@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """Show today, the next meeting first."""
    return _day(request, None)


@policy("counselling.agenda_day", who=(Who.ASSIGNED,))
@require_safe
def agenda_day(request: HttpRequest, day: date) -> HttpResponse:
    """Show another day."""
    return _day(request, day)


@policy(
    "counselling.week",
    who=(Who.ASSIGNED,),
    thing=NICKNAME,
    sees={Who.ASSIGNED: _("in place of your name")},
)
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """Show this week as a list, and as a table on paper."""
    return _week(request, None)


@policy("counselling.week_of", who=(Who.ASSIGNED,))
@require_safe
def week_of(request: HttpRequest, day: date) -> HttpResponse:
    """Show another week."""
    return _week(request, day)


@policy(
    "counselling.agenda_appointment",
    who=(Who.ASSIGNED,),
    thing=WRITTEN,
    sees={
        Who.ASSIGNED: _("with a key of their own; every opening is recorded and shown to you")
    },
)
@require_safe
def agenda_appointment(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Show one meeting; what was written beforehand opens while the vault is unlocked."""
    actor, now = actor_of(request), timezone.now()
    row = selectors.get_agenda_appointment(actor=actor, appointment_id=appointment_id, now=now)
    opened, locked, unreadable = None, False, False
    try:
        opened = services.open_request(
            actor=actor,
            appointment_id=appointment_id,
            vault=vault_of(request),
            now=now,
        )
    except Locked:
        locked = True
        request.session[NEXT_KEY] = request.path
    except RequestUnreadable:
        unreadable = True
    _stay_open(request, row, now=now)
    return render(
        request,
        "counselling/agenda_appointment.html",
        {"row": row, "opened": opened, "is_locked": locked, "is_unreadable": unreadable},
    )


@policy("counselling.attendance_fulfil", who=(Who.ASSIGNED,))
@require_POST
def attendance_fulfil(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Note that a meeting took place."""
    return _note(request, appointment_id, AppointmentStatus.FULFILLED)


@policy("counselling.attendance_no_show", who=(Who.ASSIGNED,))
@require_POST
def attendance_no_show(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Note that nobody came."""
    return _note(request, appointment_id, AppointmentStatus.NO_SHOW)


@policy("counselling.attendance_take_back", who=(Who.ASSIGNED,))
@require_POST
def attendance_take_back(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Take a note about attendance back."""
    return _note(request, appointment_id, AppointmentStatus.BOOKED)


@policy("counselling.call_in_ill", who=(Who.COUNSELLOR,))
@require_POST
def call_in_ill(request: HttpRequest) -> HttpResponse:
    """Take back the rest of the day and tell everybody."""
    count = services.call_in_ill(actor=actor_of(request), now=database_now())
    said = ngettext(
        "Rest well. The day is closed, and %(count)d person is being told.",
        "Rest well. The day is closed, and %(count)d people are being told.",
        count,
    )
    messages.success(
        request, said % {"count": count} if count else _("Rest well. The day is closed.")
    )
    return redirect("counselling:agenda")


def _stay_open(request: HttpRequest, row: AgendaRow, *, now: datetime) -> None:
    """Keep an unlocked vault open to the end of a running meeting and a little longer."""
    begins = row.starts_at - IDLE  # she looks in before it starts, and would lose it meanwhile
    if row.status == AppointmentStatus.CANCELLED or not begins <= now < row.ends_at:
        return
    vault = vault_of(request)
    if vault.is_open:
        with suppress(Locked):
            vault.keep_open(until=row.ends_at + AFTER_APPOINTMENT)


def _day(request: HttpRequest, day: date | None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    shown = selectors.list_day(actor=actor, day=day, now=now)
    following = next((row for row in shown.rows if row.is_next), None)
    return render(
        request,
        "counselling/agenda.html",
        {
            "day": shown,
            "lines": _lines(shown, without=following),
            "next": following,
            "open_today": _ahead(shown, now=now),
            "undo": request.session.pop(UNDO_KEY, False),
        },
    )


def _week(request: HttpRequest, day: date | None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    days = selectors.list_week(actor=actor, day=day, now=now)
    return render(
        request,
        "counselling/week.html",
        {
            "days": days,
            "first": days[0],
            "last": days[-1],
            "count": sum(len(one.rows) for one in days),
            "is_this_week": any(one.is_today for one in days),
        },
    )


def _ahead(day: AgendaDay, *, now: datetime) -> int:
    """Return how many booked meetings of a day have not begun: those that being ill cancels."""
    ahead = [row for row in day.rows if row.starts_at > now]
    return sum(row.status == AppointmentStatus.BOOKED for row in ahead)


def _lines(
    day: AgendaDay, *, without: AgendaRow | None
) -> list[tuple[datetime, datetime, AgendaRow | None]]:
    """Return meetings and open stretches of a day in the order of the clock."""
    meetings = [(row.starts_at, row.ends_at, row) for row in day.rows if row is not without]
    stretches = [(starts_at, ends_at, None) for starts_at, ends_at in day.free]
    return sorted([*meetings, *stretches], key=lambda line: line[:2])


def _note(
    request: HttpRequest, appointment_id: UUID, outcome: AppointmentStatus
) -> HttpResponse:
    try:
        services.note_attendance(
            actor=actor_of(request),
            appointment_id=appointment_id,
            outcome=outcome,
            now=database_now(),
        )
    except BookingRefused as refused:
        messages.info(request, refused.reason.label)
    back = BackForm(request.POST)
    day = back.cleaned_data.get("day") if back.is_valid() else None
    if day is not None:
        return redirect("counselling:agenda-day", day)
    if "today" in request.POST:
        return redirect("counselling:agenda")
    return redirect("counselling:agenda-appointment", appointment_id)
