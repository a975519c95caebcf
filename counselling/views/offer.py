"""The head of the service sets up what is offered: services, counsellors, and numbers only."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counselling import policies, selectors, services, statistics
from counselling.choices import Refusal
from counselling.forms import CounsellorForm, NewCounsellorForm, ServiceForm
from counselling.services import OfferRefused
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

RETIRED: Final = "service_retired"
"""Session key: the service whose retiring can be undone on the next page."""
_FORMS = ["GET", "HEAD", "POST"]


@policy("counselling.offer", who=(Who.HEAD,))
@require_safe
def offer_home(request: HttpRequest) -> HttpResponse:
    """Show what to do next, and hours offered against booked."""
    actor, now = actor_of(request), timezone.now()
    weeks = statistics.capacity(agency_id=policies.headed_agency(actor), now=now)
    context = {
        "counts": selectors.count_offer(actor=actor, now=now),
        "weeks": weeks,
        "fewest": statistics.FEWEST,
    }
    return render(request, "counselling/offer_home.html", context)


@policy("counselling.service.list", who=(Who.HEAD,))
@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """Show every service, those no longer offered folded away."""
    rows = selectors.list_offered_services(actor=actor_of(request))
    context = {
        "offered": [row for row in rows if row.is_active],
        "retired": [row for row in rows if not row.is_active],
        "undo_id": request.session.pop(RETIRED, None),
    }
    return render(request, "counselling/offer_services.html", context)


@policy("counselling.service.add", who=(Who.HEAD,))
@require_http_methods(_FORMS)
def service_add(request: HttpRequest) -> HttpResponse:
    """Offer a new kind of meeting."""
    actor = actor_of(request)
    policies.headed_agency(actor)
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_service(
                actor=actor, terms=form.terms(is_active=True), now=timezone.now()
            )
        except OfferRefused as refused:
            form.add_error("name", str(refused.reason.label))
        else:
            messages.success(request, _("The service is offered. Tick it for each counsellor."))
            return redirect("counselling:service-list")
    return render(request, "counselling/offer_service_form.html", {"form": form})


@policy("counselling.service.change", who=(Who.HEAD,))
@require_http_methods(_FORMS)
def service_change(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Change how a kind of meeting is offered."""
    actor = actor_of(request)
    row = selectors.get_offered_service(actor=actor, service_id=service_id)
    form = ServiceForm(request.POST or None, initial=ServiceForm.initial_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_service(
                actor=actor,
                service_id=service_id,
                terms=form.terms(is_active=row.is_active),
                now=timezone.now(),
            )
        except OfferRefused as refused:
            form.add_error("name", str(refused.reason.label))
        else:
            messages.success(request, _("Saved. Meetings that are already booked stay."))
            return redirect("counselling:service-list")
    return render(request, "counselling/offer_service_form.html", {"form": form, "row": row})


@policy("counselling.service.retire", who=(Who.HEAD,))
@require_POST
def service_retire(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Offer a kind of meeting no longer; the next page offers to undo it."""
    services.retire_service(actor=actor_of(request), service_id=service_id, now=timezone.now())
    request.session[RETIRED] = str(service_id)
    return redirect("counselling:service-list")


@policy("counselling.service.restore", who=(Who.HEAD,))
@require_POST
def service_restore(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Offer a retired kind of meeting again."""
    services.restore_service(actor=actor_of(request), service_id=service_id, now=timezone.now())
    messages.success(request, _("The service is offered again."))
    return redirect("counselling:service-list")


@policy("counselling.counsellor.list", who=(Who.HEAD,))
@require_safe
def counsellor_list(request: HttpRequest) -> HttpResponse:
    """Show every counsellor and what still hinders a booking."""
    rows = selectors.list_offered_counsellors(actor=actor_of(request), now=timezone.now())
    return render(request, "counselling/offer_counsellors.html", {"rows": rows})


@policy("counselling.counsellor.add", who=(Who.HEAD,))
@require_http_methods(_FORMS)
def counsellor_add(request: HttpRequest) -> HttpResponse:
    """Set an account up as a counsellor."""
    actor = actor_of(request)
    offered = selectors.list_offered_services(actor=actor)
    first = {"zone": actor.zone, "services": [str(row.id) for row in offered if row.is_first]}
    form = NewCounsellorForm(
        request.POST or None, services=offered, zone=actor.zone, initial=first
    )
    if request.method == "POST" and form.is_valid():
        refusal = _add(request, form)
        if refusal is None:
            messages.success(request, _("Added. Below stands what still keeps people waiting."))
            return redirect("counselling:counsellor-list")
        form.add_error("login", refusal)
    return render(request, "counselling/offer_counsellor_form.html", {"form": form})


@policy("counselling.counsellor.change", who=(Who.HEAD,))
@require_http_methods(_FORMS)
def counsellor_change(request: HttpRequest, counsellor_id: UUID) -> HttpResponse:
    """Change what people read of a counsellor and what she takes part in."""
    actor, now = actor_of(request), timezone.now()
    row = selectors.read_offered_counsellor(actor=actor, counsellor_id=counsellor_id, now=now)
    form = CounsellorForm(
        request.POST or None,
        services=selectors.list_offered_services(actor=actor),
        zone=row.zone,
        initial=CounsellorForm.initial_of(row),
    )
    if request.method == "POST" and form.is_valid():
        services.change_counsellor(
            actor=actor,
            counsellor_id=counsellor_id,
            profile=form.profile(),
            service_ids=form.service_ids(),
            now=now,
        )
        messages.success(request, _("Saved. Meetings that are already booked stay."))
        return redirect("counselling:counsellor-list")
    context = {"form": form, "row": row}
    return render(request, "counselling/offer_counsellor_form.html", context)


def _add(request: HttpRequest, form: NewCounsellorForm) -> str | None:
    """Add the counsellor, or return in words why not."""
    actor, now = actor_of(request), timezone.now()
    user_id = selectors.find_account(actor=actor, login=form.cleaned_data["login"], now=now)
    if user_id is None:
        return str(Refusal.NO_SUCH_ACCOUNT.label)
    try:
        services.add_counsellor(
            actor=actor,
            user_id=user_id,
            profile=form.profile(),
            service_ids=form.service_ids(),
            now=now,
        )
    except OfferRefused as refused:
        return str(refused.reason.label)
    return None
