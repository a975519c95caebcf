"""Leave in one's own calendar: addresses to subscribe to, and one leave as a file."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal.common.db import database_now
from portal.leave.choices import FeedKind
from portal.leave.selectors import feeds
from portal.leave.services.calendars import make_address, remove_address
from portal.leave.views.things import ADDRESS
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

_KINDS: Final = {"saya": FeedKind.OWN, "bersama": FeedKind.UNDER_ME}
"""How a kind of calendar is called in a path."""
_SLUGS: Final = {kind: slug for slug, kind in _KINDS.items()}
_TYPE: Final = "text/calendar; charset=utf-8"


@policy(
    "leave.calendars",
    who=(Who.OWNER,),
    thing=ADDRESS,
    sees={Who.OWNER: gettext_lazy("the whole address, until you take it back")},
)
@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    """Show the addresses somebody has, and how to get one."""
    rows = feeds.list_feeds(actor=actor_of(request))
    context = {"feeds": [(_SLUGS[row.kind], row) for row in rows], "keep": feeds.KEEP.days}
    return render(request, "leave/calendars.html", context)


@policy("leave.calendar_new", who=(Who.OWNER,))
@require_POST
def calendar_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Make an address; one that was there stops working."""
    make_address(actor=actor_of(request), kind=_kind(kind), now=database_now())
    messages.success(
        request, _("This is your address. Whoever knows it can read it: keep it to yourself.")
    )
    return redirect("leave:calendars")


@policy("leave.calendar_remove", who=(Who.OWNER,))
@require_POST
def calendar_remove(request: HttpRequest, kind: str) -> HttpResponse:
    """Take an address back; it leads nowhere from now on."""
    if remove_address(actor=actor_of(request), kind=_kind(kind)):
        messages.success(request, _("Taken back. The address leads nowhere from now on."))
    return redirect("leave:calendars")


@policy("leave.request_calendar", who=(Who.OWNER,))
@require_safe
def request_calendar(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand out one leave as a file for a calendar."""
    file = feeds.request_file(
        actor=actor_of(request), request_id=request_id, now=database_now()
    )
    return HttpResponse(
        file,
        content_type=_TYPE,
        headers={"Content-Disposition": 'attachment; filename="agenda.ics"'},
    )


@policy("leave.feed", who=(Who.ANYONE,), anonymous=True)
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - one signature
    """Answer a calendar program that knows an address; all others find no page."""
    file = feeds.feed(token=token, now=database_now())
    if file is None:
        raise Http404
    return HttpResponse(file, content_type=_TYPE)


def _kind(slug: str) -> FeedKind:
    if slug not in _KINDS:
        raise Http404
    return _KINDS[slug]
