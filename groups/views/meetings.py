"""One meeting of a circle, for a member: her place, coming in, a quiet word, her calendar."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from groups.choices import Block, MeetingStatus, PlaceState, Refusal, SignalKind
from groups.forms.member import SignalForm, VersionForm, WayForm
from groups.selectors.circles import MeetingPage, get_meeting_page
from groups.services import places, run
from groups.services.desk import GroupRefused
from groups.views.circle_page import busy, do_or_say
from groups.views.things import MEMBERSHIP, SIGNAL
from portal.calendars.files import neutral_ics
from portal.common.db import database_now
from portal.common.forms import CalendarForm
from portal.people.actors import Account, actor_of
from portal.people.policies import Who, policy

PAGE: Final = "groups:circle-meeting"


@policy(
    "groups.circle_meeting",
    who=(Who.OWNER,),
    thing=MEMBERSHIP,
    sees={Who.OWNER: gettext_lazy("everything: which circle, your place, the next meetings")},
)
@require_safe
def circle_meeting(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Show when and where, one's own place, and the door when it is time."""
    return _show(request, meeting_id, now=timezone.now())


@policy("groups.place_take", who=(Who.OWNER,))
@require_POST
def place_take(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Take a place at an open meeting, or stand in its queue."""
    form = WayForm(request.POST)
    way = form.cleaned_data["way"] if form.is_valid() else ""

    def take(**deed: Any) -> None:  # noqa: ANN401 - handed on as it is
        if places.take_place(way=way, **deed) == PlaceState.TAKEN:
            messages.success(request, _("You have a place. See you there."))
        else:
            messages.info(request, str(Refusal.NO_PLACE.label))

    return _deed(request, take, meeting_id)


@policy("groups.place_give_up", who=(Who.OWNER,))
@require_POST
def place_give_up(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Give up a place, or a turn in the queue."""
    done = _("Your place is free for somebody else now. Thank you for telling.")
    return _deed(request, places.give_up_place, meeting_id, done=done)


@policy("groups.place_confirm", who=(Who.OWNER,))
@require_POST
def place_confirm(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Say that a meeting which was moved still suits."""
    return _deed(request, places.confirm_place, meeting_id, done=_("Good. See you there."))


@policy("groups.excuse", who=(Who.OWNER,))
@require_POST
def excuse(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Say that one cannot come this time; no reason."""
    return _deed(request, places.excuse, meeting_id)


@policy("groups.excuse_take_back", who=(Who.OWNER,))
@require_POST
def excuse_take_back(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Say that one can come after all."""
    return _deed(request, places.take_back_excuse, meeting_id, done=_("Good. See you there."))


@policy("groups.meeting_enter", who=(Who.OWNER,))
@require_POST
def meeting_enter(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Say yes to the agreement once more, and get the link; it stands on no other page."""
    actor, now = actor_of(request), database_now()
    form = VersionForm(request.POST)
    version = form.cleaned_data["agreement"] if form.is_valid() else 0
    page = get_meeting_page(actor=actor, meeting_id=meeting_id, now=now)
    try:
        entry = run.enter_room(
            actor=actor, meeting_id=meeting_id, agreement_version=version, now=now
        )
    except GroupRefused as refused:
        if refused.reason == Refusal.BUSY:
            return busy(request, on_to=(PAGE, meeting_id))
        messages.info(request, str(refused.reason.label))
        return redirect(PAGE, meeting_id)
    context = {"entry": entry, "page": page, "zone": actor.zone, "signals": SignalKind}
    response = render(request, "groups/circle_room.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


@policy(
    "groups.signal",
    who=(Who.OWNER,),
    thing=SIGNAL,
    sees={
        Who.OWNER: gettext_lazy("you give it and take it back; it goes when the meeting ends"),
        Who.FACILITATOR: gettext_lazy("beside your nickname, until the meeting ends"),
    },
)
@require_POST
def signal(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Let the facilitators know something quietly, or take it back."""
    form = SignalForm(request.POST)
    kind = form.cleaned_data["kind"] if form.is_valid() else None
    return _deed(request, partial(run.send_signal, kind=kind), meeting_id)


@policy("groups.meeting_calendar", who=(Who.OWNER,))
@require_POST
def meeting_calendar(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Hand out a calendar file with a title of one's own choice."""
    actor, now = actor_of(request), timezone.now()
    form = CalendarForm(request.POST)
    if not form.is_valid():
        return _show(request, meeting_id, calendar=form, now=now)
    page = get_meeting_page(actor=actor, meeting_id=meeting_id, now=now)
    return HttpResponse(
        _file(actor, page, title=form.chosen_title(), now=now),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="agenda.ics"'},
    )


def _file(actor: Account, page: MeetingPage, *, title: str, now: datetime) -> bytes:
    # No table holds this word, and no two members of a meeting get the same.
    word = salted_hmac("groups.calendar", f"{page.id}:{actor.user_id}").hexdigest()[:32]
    return neutral_ics(
        uid=word,
        starts_at=page.starts_at,
        ends_at=page.ends_at,
        title=title,
        sequence=page.rev,
        cancelled=page.status == MeetingStatus.CANCELLED,
        now=now,
    )


def _deed(
    request: HttpRequest, deed: Callable[..., object], meeting_id: UUID, *, done: str = ""
) -> HttpResponse:
    actor, now = actor_of(request), database_now()
    return do_or_say(
        request,
        partial(deed, actor=actor, meeting_id=meeting_id, now=now),
        on_to=(PAGE, meeting_id),
        done=done,
    )


def _show(
    request: HttpRequest,
    meeting_id: UUID,
    *,
    calendar: CalendarForm | None = None,
    now: datetime,
) -> HttpResponse:
    actor = actor_of(request)
    page = get_meeting_page(actor=actor, meeting_id=meeting_id, now=now)
    return render(
        request,
        "groups/circle_meeting.html",
        {
            "page": page,
            "is_over": page.ends_at <= now,
            "zone": actor.zone,
            "blocks": Block.labels,
            "signals": SignalKind,
            "calendar_form": calendar or CalendarForm(),
            "form": calendar,
        },
    )
