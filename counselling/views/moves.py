"""Moving one's own meeting to another time, or to another counsellor."""

from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from counselling import selectors, services
from counselling.choices import Mode, Refusal
from counselling.forms import TimeForm, WrittenForm
from counselling.selectors import FreeTime, Offer, TicketRow, TimeFilter
from counselling.services import BookingRefused, BookingRequest
from counselling.views.times import split_at
from portal.common.db import database_now
from portal.people.actors import Account, actor_of
from portal.people.policies import Who, policy

SOON_DAYS: Final = 7
AHEAD_DAYS: Final = 28
OTHERS_SHOWN: Final = 12


@policy("counselling.appointment_move", who=(Who.OWNER,))
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_move(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Offer other times for a meeting; pressing one moves it, and nothing is lost on a no."""
    if request.method == "POST":
        return _move(request, appointment_id)
    actor, now = actor_of(request), timezone.now()
    ticket = selectors.get_ticket(actor=actor, appointment_id=appointment_id, now=now)
    if not ticket.can_change:
        return redirect("counselling:appointment", appointment_id)
    return _offer(request, actor, ticket, now=now)


def _move(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    actor, now = actor_of(request), database_now()
    ticket = selectors.get_ticket(actor=actor, appointment_id=appointment_id, now=now)
    pressed = TimeForm(request.POST)
    if not pressed.is_valid():
        return _offer(request, actor, ticket, reason=str(Refusal.SLOT_GONE.label), now=now)
    written = WrittenForm(request.POST) if "again" in request.POST else None
    if written is not None and not written.is_valid():
        return _ask_again(request, actor, ticket, pressed=pressed, written=written)
    try:
        services.reschedule_appointment(
            actor=actor,
            appointment_id=appointment_id,
            **asdict(pressed.cleaned_data["time"]),
            request=BookingRequest(**written.cleaned_data) if written else None,
            now=now,
        )
    except BookingRefused as refused:
        if refused.reason == Refusal.NOTE_NEEDED:
            return _ask_again(request, actor, ticket, pressed=pressed, written=WrittenForm())
        if refused.reason in {Refusal.NOT_OPEN, Refusal.ALREADY_STARTED}:
            return redirect("counselling:appointment", appointment_id)
        return _offer(request, actor, ticket, reason=str(refused.reason.label), now=now)
    return redirect("counselling:appointment", appointment_id)


def _offer(
    request: HttpRequest, actor: Account, ticket: TicketRow, *, reason: str = "", now: datetime
) -> HttpResponse:
    """Answer with times of the same counsellor, and of others folded away."""
    offer = selectors.find_offer(actor=actor, now=now)
    same = selectors.list_free_times(
        actor=actor,
        offer=offer,
        now=now,
        days=AHEAD_DAYS,
        wanted=TimeFilter(mode=Mode(ticket.mode), counsellor_id=ticket.counsellor_id),
        moving_id=ticket.id,
    )
    soon, later = split_at(
        [row for row in same if row.starts_at != ticket.starts_at],
        days=SOON_DAYS,
        zone=actor.zone,
        now=now,
    )
    return render(
        request,
        "counselling/appointment_move.html",
        {
            "ticket": ticket,
            "soon": soon,
            "later": later,
            "others": _others(actor, ticket, offer=offer, now=now),
            "reason": reason,
            "zone": actor.zone,
        },
    )


def _others(
    actor: Account, ticket: TicketRow, *, offer: Offer | None, now: datetime
) -> list[FreeTime]:
    rows = selectors.list_free_times(actor=actor, offer=offer, now=now, moving_id=ticket.id)
    return [row for row in rows if row.counsellor_id != ticket.counsellor_id][:OTHERS_SHOWN]


def _ask_again(
    request: HttpRequest,
    actor: Account,
    ticket: TicketRow,
    *,
    pressed: TimeForm,
    written: WrittenForm,
) -> HttpResponse:
    """Answer with the question what the next counsellor shall read."""
    return render(
        request,
        "counselling/appointment_move_note.html",
        {
            "ticket": ticket,
            "token": pressed.data["time"],
            "choice": pressed.cleaned_data["time"],
            "form": written,
            "zone": actor.zone,
        },
    )
