"""The circles there are, the page of one, and joining it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from groups.choices import Refusal
from groups.forms.member import JoinForm
from groups.selectors.circles import get_circle_page, list_circles
from groups.services.desk import GroupRefused
from groups.services.enrolment import JoinRequest, join_circle
from groups.views.circle_page import Filled, busy, join_form, show_circle
from groups.views.things import APPLICATION, MEMBERSHIP
from portal.common.db import database_now
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

AT_FIELD = {
    Refusal.ALIAS_TELLS: "alias",
    Refusal.ALIAS_TAKEN: "alias",
    Refusal.ALIAS_EMPTY: "alias",
    Refusal.CODE_UNKNOWN: "code",
    Refusal.WAY_NOT_OFFERED: "way",
    Refusal.NO_DUTY: "words",
}
"""Where on the page the sentence of a refusal stands; the others stand above it."""


@policy("groups.circles", who=(Who.EMPLOYEE,))
@require_safe
def circles(request: HttpRequest) -> HttpResponse:
    """Show one's own circles first, with what waits there, then the others."""
    actor = actor_of(request)
    page = list_circles(actor=actor, now=timezone.now())
    context = {"page": page, "zone": actor.zone, "belongs": actor.agency_id is not None}
    return render(request, "groups/circles.html", context)


@policy(
    "groups.circle",
    who=(Who.EMPLOYEE, Who.OWNER),
    thing=MEMBERSHIP,
    sees={Who.OWNER: _("everything: which circle, your place, the next meetings")},
)
@require_safe
def circle(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Show a circle: what it is to somebody new, what comes next to a member."""
    actor = actor_of(request)
    page = get_circle_page(actor=actor, group_id=group_id, now=database_now())
    return show_circle(request, actor=actor, page=page)


@policy(
    "groups.circle_join",
    who=(Who.EMPLOYEE,),
    thing=APPLICATION,
    sees={Who.OWNER: _("while you write it; once sent it is sealed, for you as well")},
)
@require_POST
def circle_join(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Join a circle, or its queue; a refusal brings back what was written."""
    actor, now = actor_of(request), database_now()
    form = JoinForm.of_any_circle(request.POST)
    if not form.is_valid() or form.has_no_code():
        page = get_circle_page(actor=actor, group_id=group_id, now=now)
        form = join_form(page, request.POST)
        if not form.is_valid():
            return show_circle(request, actor=actor, page=page, filled=Filled(join=form))
    try:
        join_circle(actor=actor, group_id=group_id, request=_asked(form), now=now)
    except GroupRefused as refused:
        return _not_yet(request, group_id, refused)
    return redirect("groups:circle", group_id)


def _asked(form: JoinForm) -> JoinRequest:
    data = form.cleaned_data
    return JoinRequest(
        alias=data["alias"],
        way=data.get("way", ""),
        agreement_version=data["agreement"],
        code=data.get("code", ""),
        words=data.get("words", ""),
    )


def _not_yet(request: HttpRequest, group_id: UUID, refused: GroupRefused) -> HttpResponse:
    """Answer a refusal: at its field, above the form, on the circle's page, or to try again."""
    actor, reason = actor_of(request), refused.reason
    if reason == Refusal.BUSY:
        return busy(request, on_to=("groups:circle", group_id))
    if reason in {Refusal.ALREADY_IN, Refusal.NOT_OPEN}:
        messages.info(request, str(reason.label))
        return redirect("groups:circle", group_id)
    # Read anew: where the agreement has changed, the page shows, and sends, the new one.
    page = get_circle_page(actor=actor, group_id=group_id, now=database_now())
    form, field = join_form(page, request.POST), AT_FIELD.get(Refusal(reason))
    if form.is_valid():
        form.add_error(field if field in form.fields else None, str(reason.label))
    return show_circle(request, actor=actor, page=page, filled=Filled(join=form))
