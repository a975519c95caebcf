"""What facilitators tell a group: announcements to everybody, and things to read."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from groups.forms.facilitator import AnnounceForm, ResourceForm
from groups.selectors.words import get_announcements, get_resources
from groups.services import announcements, resources
from groups.services.desk import GroupRefused
from portal.common.db import database_now
from portal.notifications.rules import next_window
from portal.notifications.services import house_windows
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

_FORMS: Final = ["GET", "HEAD", "POST"]


@policy("groups.group_announcements", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def group_announcements(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Tell everybody in a group something, and see whom the earlier words reached."""
    actor, now = actor_of(request), timezone.now()
    page = get_announcements(actor=actor, group_id=group_id, now=now)
    form = AnnounceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            announcements.announce(
                actor=actor,
                group_id=group_id,
                text=form.cleaned_data["text"],
                urgent_reason=form.reason(),
                now=database_now(),
            )
        except GroupRefused as refused:
            form.add_error("text", str(refused.reason.label))
        else:
            messages.success(request, _("It stands on the page of the circle for everybody."))
            return redirect("groups:group-announcements", group_id)
    context = {
        "form": form,
        "group": page.group,
        "rows": page.rows,
        "expected": page.expected,
        "leaves_at": next_window(now, house_windows()),
        "zone": actor.zone,
    }
    return render(request, "groups/group_announcements.html", context)


@policy("groups.group_resources", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def group_resources(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Show and add things to read."""
    actor, now = actor_of(request), timezone.now()
    page = get_resources(actor=actor, group_id=group_id, now=now)
    form = ResourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        resources.add_resource(
            actor=actor, group_id=group_id, **form.cleaned_data, now=database_now()
        )
        messages.success(request, _("Members can read it now."))
        return redirect("groups:group-resources", group_id)
    context = {"form": form, "group": page.group, "rows": page.rows}
    return render(request, "groups/group_resources.html", context)


@policy("groups.resource_remove", who=(Who.FACILITATOR,))
@require_POST
def resource_remove(request: HttpRequest, group_id: UUID, resource_id: UUID) -> HttpResponse:
    """Take something to read off the page."""
    resources.remove_resource(
        actor=actor_of(request), group_id=group_id, resource_id=resource_id, now=database_now()
    )
    messages.success(request, _("It is off the page of the circle."))
    return redirect("groups:group-resources", group_id)
