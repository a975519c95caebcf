"""The inbox, and a word on how the outbox does."""

from dataclasses import asdict
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal.common.db import database_now
from portal.notifications import selectors, services
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

_THING = pgettext_lazy("policy", "Your news in this portal")
_SEES = {Who.OWNER: gettext_lazy("everything the portal has told you")}


@policy("notifications.inbox.read", who=(Who.OWNER,), sees=_SEES, thing=_THING)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what the portal has told this person, in the words that are true now."""
    actor = actor_of(request)
    rows = selectors.list_inbox(user_id=actor.user_id, zone=actor.zone, now=timezone.now())
    context = {
        "today": [row for row in rows if row.is_today],
        "earlier": [row for row in rows if not row.is_today],
        "has_unread": any(not row.read for row in rows),
        "zone": actor.zone,
    }
    return render(request, "notifications/inbox.html", context)


@policy("notifications.inbox.mark", who=(Who.OWNER,))
@require_POST
def item_read(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Mark one item as read and go where it leads, if the person wants to."""
    actor, now = actor_of(request), timezone.now()
    url = selectors.find_url(
        user_id=actor.user_id, notification_id=notification_id, zone=actor.zone, now=now
    )
    services.mark_read(user_id=actor.user_id, notification_id=notification_id, now=now)
    return redirect(url if url and "open" in request.POST else "notifications:inbox")


@policy("notifications.inbox.mark", who=(Who.OWNER,))
@require_POST
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    services.mark_all_read(user_id=actor_of(request).user_id, now=timezone.now())
    messages.success(request, _("Everything is marked as read."))
    return redirect("notifications:inbox")


@policy("notifications.outbox.health", who=(Who.ANYONE,), anonymous=True)
@require_safe
def outbox_health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django passes it
    """Say whether messages leave in time; 503 when the oldest waits for over three minutes."""
    health = selectors.outbox_health(now=database_now())
    return JsonResponse(asdict(health), status=200 if health.ok else 503)
