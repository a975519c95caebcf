"""The head of the service looks after groups and who leads them; no member, no nickname."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groups.forms.oversight import AssignForm, CapacityForm, StandInForm
from groups.selectors.gates import GatePage, get_gate
from groups.selectors.oversight import (
    GroupOversight,
    group_of_assignment,
    oversee,
    oversee_group,
)
from groups.services import crew, departures, meetings, places, rota
from groups.services.desk import GroupRefused
from portal.people.actors import actor_of
from portal.people.policies import Who, policy


@policy("groups.circle_desk", who=(Who.HEAD,))
@require_safe
def circle_desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for a decision, then every group of the agency."""
    page = oversee(actor=actor_of(request), now=timezone.now())
    return render(request, "groups/circle_desk.html", {"page": page})


@policy("groups.circle_oversee", who=(Who.HEAD,))
@require_safe
def circle_oversee(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Show who leads a group, its places, and its coming meetings."""
    return _group_page(request, group_id)


@policy("groups.circle_assign", who=(Who.HEAD,))
@require_POST
def circle_assign(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Let a facilitator lead a group from today on."""
    actor, now = actor_of(request), timezone.now()
    page = oversee_group(actor=actor, group_id=group_id, now=now)
    form = AssignForm(request.POST, people=page.free)
    if not form.is_valid():
        return _group_page(request, group_id, form=form)
    try:
        crew.assign(
            actor=actor,
            group_id=group_id,
            facilitator_id=form.facilitator_id(),
            kind=form.chosen_kind(),
            now=now,
        )
    except GroupRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, _("She leads along from today on, and has been told."))
    return redirect("groups:circle-oversee", group_id)


@policy("groups.circle_unassign", who=(Who.HEAD,))
@require_POST
def circle_unassign(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Let somebody lead a group no longer: her rights to it end at once."""
    actor, now = actor_of(request), timezone.now()
    group_id = group_of_assignment(actor=actor, assignment_id=assignment_id)
    try:
        departures.unassign(actor=actor, assignment_id=assignment_id, now=now)
    except GroupRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(
            request, _("Her part in this group has ended; its meetings show who is missing.")
        )
    return redirect("groups:circle-oversee", group_id)


@policy("groups.circle_capacity", who=(Who.HEAD,))
@require_POST
def circle_capacity(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Change how many places a way of meeting has; nobody loses one by it."""
    actor, now = actor_of(request), timezone.now()
    page = oversee_group(actor=actor, group_id=group_id, now=now)
    forms = _capacity_forms(page, request)
    sent = [form for form in forms if form.is_bound]
    if not sent or not all(form.is_valid() for form in sent):
        return _group_page(request, group_id, capacity_forms=forms)
    try:
        for form in sent:
            places.set_capacity(
                actor=actor, group_id=group_id, way=form.way, capacity=form.capacity(), now=now
            )
    except GroupRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, _("Saved. Nobody loses a place by it."))
    return redirect("groups:circle-oversee", group_id)


@policy("groups.gate", who=(Who.HEAD,))
@require_safe
def gate(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Show a meeting, who is there, and the three things that can be decided."""
    page = get_gate(actor=actor_of(request), meeting_id=meeting_id, now=timezone.now())
    return _gate_page(request, page)


@policy("groups.gate_stand_in", who=(Who.HEAD,))
@require_POST
def gate_stand_in(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Put a trained facilitator into a meeting; she is told."""
    actor, now = actor_of(request), timezone.now()
    page = get_gate(actor=actor, meeting_id=meeting_id, now=now)
    form = StandInForm(request.POST, people=page.stand_ins)
    if not form.is_valid():
        return _gate_page(request, page, form=form)
    try:
        rota.stand_in(
            actor=actor, meeting_id=meeting_id, facilitator_id=form.facilitator_id(), now=now
        )
    except GroupRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, _("She stands in, and has been told."))
    return redirect("groups:gate", meeting_id)


@policy("groups.gate_run", who=(Who.HEAD,))
@require_POST
def gate_run(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Let a meeting take place with fewer facilitators this once."""
    try:
        rota.run_anyway(actor=actor_of(request), meeting_id=meeting_id, now=timezone.now())
    except GroupRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, _("The meeting takes place with fewer this time."))
    return redirect("groups:gate", meeting_id)


@policy("groups.gate_cancel", who=(Who.HEAD,))
@require_POST
def gate_cancel(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Cancel a meeting that cannot be led; members are told once, three minutes later."""
    try:
        meetings.cancel_by_head(
            actor=actor_of(request), meeting_id=meeting_id, now=timezone.now()
        )
    except GroupRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, _("The meeting is cancelled. The members are told."))
    return redirect("groups:gate", meeting_id)


def _group_page(
    request: HttpRequest,
    group_id: UUID,
    *,
    form: AssignForm | None = None,
    capacity_forms: list[CapacityForm] | None = None,
) -> HttpResponse:
    page = oversee_group(actor=actor_of(request), group_id=group_id, now=timezone.now())
    wrong = next((one for one in capacity_forms or [] if one.errors), None)
    context = {
        "page": page,
        "group": page.group,
        "assign_form": form or AssignForm(people=page.free),
        "capacity_forms": capacity_forms or _capacity_forms(page),
        "form": form or wrong,
    }
    return render(request, "groups/circle_oversee.html", context)


def _capacity_forms(
    page: GroupOversight, request: HttpRequest | None = None
) -> list[CapacityForm]:
    """Return a form a way; bound are those whose field was sent."""
    found = []
    for pool in page.group.pools:
        sent = request is not None and f"{pool.way.lower()}-capacity" in request.POST
        found.append(
            CapacityForm(
                request.POST if request is not None and sent else None,
                way=pool.way,
                label=pool.way_label,
                initial={"capacity": pool.capacity},
            )
        )
    return found


def _gate_page(
    request: HttpRequest, page: GatePage, *, form: StandInForm | None = None
) -> HttpResponse:
    context = {
        "page": page,
        "meeting": page.meeting,
        "stand_in_form": form or StandInForm(people=page.stand_ins),
        "form": form,
    }
    return render(request, "groups/gate.html", context)
