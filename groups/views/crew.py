"""The head of the service looks after the facilitators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import policies
from groups.choices import Refusal
from groups.forms.oversight import (
    FacilitatorForm,
    FormerFacilitatorForm,
    NewFacilitatorForm,
)
from groups.selectors.crew import find_holder, list_crew, read_facilitator
from groups.services import crew, departures
from groups.services.desk import GroupRefused
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

_FORMS = ["GET", "HEAD", "POST"]


@policy("groups.facilitator_list", who=(Who.HEAD,))
@require_safe
def facilitator_list(request: HttpRequest) -> HttpResponse:
    """Show every facilitator, her training and what she leads."""
    rows = list_crew(actor=actor_of(request), now=timezone.now())
    context = {
        "rows": [row for row in rows if row.is_active],
        "former": [row for row in rows if not row.is_active],
    }
    return render(request, "groups/facilitator_list.html", context)


@policy("groups.facilitator_add", who=(Who.HEAD,))
@require_http_methods(_FORMS)
def facilitator_add(request: HttpRequest) -> HttpResponse:
    """Set an account up as a facilitator."""
    policies.headed_agency(actor_of(request))
    form = NewFacilitatorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = _add(request, form)
        if refusal is None:
            messages.success(request, _("Added. On a group's page you can let her lead it."))
            return redirect("groups:facilitator-list")
        form.add_error("login", refusal)
    return render(request, "groups/facilitator_form.html", {"form": form})


@policy("groups.facilitator_change", who=(Who.HEAD,))
@require_http_methods(_FORMS)
def facilitator_change(request: HttpRequest, facilitator_id: UUID) -> HttpResponse:
    """Change what members read of a facilitator, and her training."""
    actor, now = actor_of(request), timezone.now()
    row = read_facilitator(actor=actor, facilitator_id=facilitator_id, now=now)
    kind = FacilitatorForm if row.is_active else FormerFacilitatorForm
    form = kind(request.POST or None, initial=FacilitatorForm.initial_of(row))
    if request.method == "POST" and form.is_valid():
        crew.change_facilitator(
            actor=actor, facilitator_id=facilitator_id, profile=form.profile(), now=now
        )
        messages.success(request, _("Saved."))
        return redirect("groups:facilitator-list")
    return render(request, "groups/facilitator_form.html", {"form": form, "row": row})


@policy("groups.facilitator_end", who=(Who.HEAD,))
@require_POST
def facilitator_end(request: HttpRequest, facilitator_id: UUID) -> HttpResponse:
    """End somebody's work as a facilitator: every right goes at once."""
    actor, now = actor_of(request), timezone.now()
    try:
        departures.end_facilitator(actor=actor, facilitator_id=facilitator_id, now=now)
    except GroupRefused as refused:
        messages.warning(request, str(refused.reason.label))
        return redirect("groups:facilitator-change", facilitator_id)
    messages.success(
        request, _("Her work as a facilitator has ended; all her rights went with it.")
    )
    return redirect("groups:facilitator-list")


def _add(request: HttpRequest, form: NewFacilitatorForm) -> str | None:
    """Add the facilitator, or return in words why not."""
    actor, now = actor_of(request), timezone.now()
    user_id = find_holder(actor=actor, login=form.cleaned_data["login"], now=now)
    if user_id is None:
        return str(Refusal.NO_SUCH_ACCOUNT.label)
    try:
        crew.add_facilitator(actor=actor, user_id=user_id, profile=form.profile(), now=now)
    except GroupRefused as refused:
        return str(refused.reason.label)
    return None
