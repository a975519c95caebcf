"""A facilitator's first page: today, what comes, her groups, and her word for each meeting."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from groups.selectors.facilitation import list_desk
from groups.services import rota
from groups.services.desk import GroupRefused
from portal.common.db import database_now
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

MEETING: Final = "meeting"
"""A button on a meeting's own page says so, and leads back there."""
SHOWN: Final = 5
"""How many coming meetings lie open; the later ones are folded, so that a phone is enough."""


@policy("groups.desk", who=(Who.FACILITATOR,))
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show today first, then what comes, the later folded, stand-ins wanted, her groups."""
    page = list_desk(actor=actor_of(request), now=timezone.now())
    context = {"desk": page, "next": page.coming[:SHOWN], "later": page.coming[SHOWN:]}
    return render(request, "groups/desk.html", context)


@policy("groups.duty_confirm", who=(Who.FACILITATOR,))
@require_POST
def duty_confirm(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Say that she is there."""
    return _deed(
        request, rota.confirm_duty, meeting_id, _("Good. You are noted as being there.")
    )


@policy("groups.duty_swap", who=(Who.FACILITATOR,))
@require_POST
def duty_swap(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Look for a stand-in; she stays on duty until somebody takes over."""
    said = _("The others are being asked. Until somebody takes over, it is still yours.")
    return _deed(request, rota.want_swap, meeting_id, said)


@policy("groups.duty_take", who=(Who.FACILITATOR,))
@require_POST
def duty_take(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Take over a meeting that lacks somebody."""
    said = _("Thank you. The meeting now stands among yours.")
    return _deed(request, rota.take_over, meeting_id, said)


@policy("groups.duty_vacate", who=(Who.FACILITATOR,))
@require_POST
def duty_vacate(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Say that she is not there, whether or not somebody stands in."""
    said = _("It is noted. Whoever could take over is being asked.")
    return _deed(request, rota.vacate_duty, meeting_id, said)


def _deed(
    request: HttpRequest, deed: Callable[..., object], meeting_id: UUID, said: str | Promise
) -> HttpResponse:
    try:
        deed(actor=actor_of(request), meeting_id=meeting_id, now=database_now())
    except GroupRefused as refused:
        messages.info(request, refused.reason.label)
    else:
        messages.success(request, str(said))
    if request.POST.get("here") == MEETING:
        return redirect("groups:meeting", meeting_id)
    return redirect("groups:desk")
