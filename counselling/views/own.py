"""A client's own meeting: check it, book it, keep it, move it, take it back."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from counselling import selectors, services
from counselling.choices import AppointmentStatus, Refusal
from counselling.forms import BookForm, CarriedForm
from counselling.selectors import CheckRow, FreeTime, TicketRow, TimeFilter
from counselling.services import AliasRefused, BookingRefused, BookingRequest
from counselling.views.answers import book_form, check_page, held_once, no_hold, time_is_gone
from counselling.views.things import ADDRESS, MEETING, NICKNAME, WRITTEN
from portal.calendars.files import neutral_ics
from portal.common.db import database_now
from portal.common.errors import Refused
from portal.common.forms import AddressForm, CalendarForm
from portal.people.actors import Account, actor_of
from portal.people.policies import Who, policy

AGAIN: Final = 3


@policy(
    "counselling.appointment",
    who=(Who.OWNER,),
    thing=MEETING,
    sees={Who.OWNER: _("everything: when, with whom, where")},
)
@require_safe
def appointment(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Show a kept time to be checked, or the meeting it has become."""
    actor, now = actor_of(request), timezone.now()
    row = selectors.get_check(actor=actor, appointment_id=appointment_id, now=now)
    if row is not None:
        return check_page(request, actor=actor, row=row)
    status = selectors.appointment_status(actor=actor, appointment_id=appointment_id, now=now)
    if status == AppointmentStatus.HELD:
        return time_is_gone(request, actor=actor, reason=Refusal.HOLD_LAPSED, now=now)
    return _ticket(request, appointment_id, now=now)


@policy(
    "counselling.appointment_book",
    who=(Who.OWNER,),
    thing=WRITTEN,
    sees={Who.OWNER: _("while you write it; once sent it is sealed, for you as well")},
)
@require_POST
def appointment_book(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Turn a kept time into a meeting; a refusal brings back what was written."""
    actor, now = actor_of(request), database_now()
    sent = request.POST
    same_address = sent.get("address") == sent.get("address_was")
    row = _held(request, actor, appointment_id, with_addresses=not same_address, now=now)
    if row is None:
        carried = CarriedForm(sent).carried()
        return no_hold(
            request, actor=actor, appointment_id=appointment_id, carried=carried, now=now
        )
    form = book_form(row, actor=actor, data=sent)
    if not form.is_valid():
        return _check_again(request, actor, appointment_id, now=now)
    try:
        services.book_appointment(
            actor=actor, appointment_id=appointment_id, request=_booking(form), now=now
        )
    except AliasRefused as refused:
        return _check_again(request, actor, appointment_id, ("alias", refused), now=now)
    except BookingRefused as refused:
        if refused.reason in {Refusal.CONSENT_CHANGED, Refusal.MODE_NOT_OFFERED}:
            return _check_again(request, actor, appointment_id, (None, refused), now=now)
        carried = CarriedForm(sent).carried()
        return time_is_gone(
            request, actor=actor, reason=refused.reason, carried=carried, now=now
        )
    return redirect("counselling:appointment", appointment_id)


@policy("counselling.appointment_release", who=(Who.OWNER,))
@require_POST
def appointment_release(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Let a kept time go and lead back to the list."""
    services.release_hold(
        actor=actor_of(request), appointment_id=appointment_id, now=database_now()
    )
    return redirect("counselling:times")


@policy(
    "counselling.appointment_cancel",
    who=(Who.OWNER,),
    thing=NICKNAME,
    sees={Who.OWNER: _("you choose it, and can change it with every booking")},
)
@require_POST
def appointment_cancel(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Take a meeting back; its page then says so, and offers other times."""
    try:
        services.cancel_appointment(
            actor=actor_of(request), appointment_id=appointment_id, now=database_now()
        )
    except BookingRefused as refused:
        messages.info(request, refused.reason.label)
    return redirect("counselling:appointment", appointment_id)


@policy("counselling.appointment_calendar", who=(Who.OWNER,))
@require_POST
def appointment_calendar(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Hand out a calendar file with a title of one's own choice."""
    actor, now = actor_of(request), timezone.now()
    form = CalendarForm(request.POST)
    if not form.is_valid():
        return _ticket(request, appointment_id, calendar=form, now=now)
    ticket = selectors.get_ticket(actor=actor, appointment_id=appointment_id, now=now)
    cancelled = ticket.status == AppointmentStatus.CANCELLED
    file = neutral_ics(
        # No table holds this word, so a calendar and a copy of the database cannot be joined.
        uid=salted_hmac("counselling.calendar", str(ticket.id)).hexdigest()[:32],
        starts_at=ticket.starts_at,
        ends_at=ticket.ends_at,
        title=form.chosen_title(),
        sequence=ticket.rev + cancelled,
        cancelled=cancelled,
        now=now,
    )
    return HttpResponse(
        file,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="agenda.ics"'},
    )


@policy(
    "counselling.appointment_address",
    who=(Who.OWNER,),
    thing=ADDRESS,
    sees={Who.OWNER: _("you choose it; the page shows it shortened")},
)
@require_POST
def appointment_address(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Choose where reminders go."""
    actor, now = actor_of(request), database_now()
    ticket = selectors.get_ticket(actor=actor, appointment_id=appointment_id, now=now)
    form = AddressForm(request.POST, addresses=ticket.addresses)
    if not form.is_valid():
        return _ticket(request, appointment_id, address=form, now=now)
    services.choose_address(actor=actor, address=form.cleaned_data["address"], now=now)
    messages.success(request, _("Saved."))
    return redirect("counselling:appointment", appointment_id)


def _check_again(
    request: HttpRequest,
    actor: Account,
    appointment_id: UUID,
    said: tuple[str | None, Refused] | None = None,
    *,
    now: datetime,
) -> HttpResponse:
    """Answer with the check page as it was sent, and with what stands in the way."""
    row = _held(request, actor, appointment_id, now=now)
    if row is None:
        carried = CarriedForm(request.POST).carried()
        return no_hold(
            request, actor=actor, appointment_id=appointment_id, carried=carried, now=now
        )
    form = book_form(row, actor=actor, data=request.POST)
    if said is not None:
        form.add_error(said[0], str(said[1].reason.label))
    return check_page(request, actor=actor, row=row, form=form)


def _held(
    request: HttpRequest,
    actor: Account,
    appointment_id: UUID,
    *,
    with_addresses: bool = True,
    now: datetime,
) -> CheckRow | None:
    """Return the kept time; None where it lapsed, also where somebody has taken it since."""
    try:
        return selectors.get_check(
            actor=actor, appointment_id=appointment_id, with_addresses=with_addresses, now=now
        )
    except Http404:
        if not held_once(
            request.POST.get("kept", ""), actor=actor, appointment_id=appointment_id
        ):
            raise
        return None


def _booking(form: BookForm) -> BookingRequest:
    data = form.cleaned_data
    return BookingRequest(
        alias=data["alias"],
        mode=data.get("mode", ""),
        name=data["name"],
        reach=data["reach"],
        note=data["note"],
        consent_version=data["consent"],
        address=data.get("address") if "address" in form.changed_data else None,
    )


def _ticket(
    request: HttpRequest,
    appointment_id: UUID,
    *,
    calendar: CalendarForm | None = None,
    address: AddressForm | None = None,
    now: datetime,
) -> HttpResponse:
    actor = actor_of(request)
    ticket = selectors.get_ticket(actor=actor, appointment_id=appointment_id, now=now)
    over = ticket.ends_at <= now
    return render(
        request,
        "counselling/appointment_ticket.html",
        {
            "ticket": ticket,
            "is_over": over,
            "again": _again(actor, ticket, over=over, now=now),
            "zone": actor.zone,
            "calendar_form": calendar or CalendarForm(),
            "address_form": address
            or AddressForm(
                addresses=ticket.addresses, initial={"address": ticket.address_choice or ""}
            ),
            # The one that needs a fix: the title of the page and the summary speak of it.
            "form": calendar or address,
        },
    )


def _again(actor: Account, ticket: TicketRow, *, over: bool, now: datetime) -> list[FreeTime]:
    """Return a few times to choose next: with the same counsellor after a meeting that was."""
    if ticket.status == AppointmentStatus.BOOKED and not over:
        return []
    if ticket.status in {AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW}:
        return selectors.nearest_times(actor=actor, now=now, count=AGAIN)
    same = TimeFilter(counsellor_id=ticket.counsellor_id)
    return selectors.list_free_times(actor=actor, now=now, wanted=same)[:AGAIN]
