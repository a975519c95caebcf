"""Who can see what, using the portal safely, the record, who opened my data."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.common.files import FileKind, file_answer
from portal.people.actors import actor_of
from portal.people.policies import Who, policy
from portal.privacy import selectors, services
from portal.privacy.rules import PAGE_SIZE


@policy("privacy.who", who=(Who.ANYONE,), anonymous=True)
@require_safe
def who(request: HttpRequest) -> HttpResponse:
    """Show who can see what, written from the register of doors."""
    return render(request, "privacy/who.html", {"things": selectors.list_things()})


@policy("privacy.safe", who=(Who.ANYONE,), anonymous=True)
@require_safe
def safe(request: HttpRequest) -> HttpResponse:
    """Show how to use the portal without leaving more than one likes."""
    return render(request, "privacy/safe.html", {"inspected": settings.TLS_INSPECTED})


@policy("privacy.data", who=(Who.EMPLOYEE,))
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show who opened what of the actor's, and what is kept of her circles and her leave."""
    own = selectors.read_own_data(actor=actor_of(request))
    return render(request, "privacy/data.html", {"rows": own.opened, "own": own})


@policy("privacy.leave_data", who=(Who.EMPLOYEE,))
@require_safe
def leave_data(request: HttpRequest) -> HttpResponse:
    """Give the actor what is kept of her leave, as a file."""
    body = selectors.export_leave(actor=actor_of(request))
    return file_answer(body, FileKind.JSON)


@policy("privacy.audit", who=(Who.DPO,))
@require_safe
def audit(request: HttpRequest, before: int | None = None) -> HttpResponse:
    """Show the record of staff deeds; reading it is recorded."""
    actor = actor_of(request)
    rows = services.read_record(actor=actor, before=before, now=timezone.now())
    older = rows[PAGE_SIZE - 1].sequence if len(rows) > PAGE_SIZE else None
    context = {"rows": rows[:PAGE_SIZE], "older": older, "before": before, "zone": actor.zone}
    return render(request, "privacy/audit.html", context)
