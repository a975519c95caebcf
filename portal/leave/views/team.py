"""A superior's pages: what she is asked, who is away, who stands in for her, how to help."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.calendars.rules import local_day
from portal.common.db import database_now
from portal.leave.choices import Refusal
from portal.leave.forms.team import ConsiderForm, StandInForm
from portal.leave.selectors.stand_ins import get_stand_ins
from portal.leave.selectors.team import get_question, get_reports, has_ended, leads_somebody
from portal.leave.services import considerations, delegations
from portal.leave.services.desk import LeaveRefused
from portal.leave.views.things import DATES
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

_FORMS: Final = ["GET", "HEAD", "POST"]
GONE_ON: Final = gettext_lazy("This one waits no more: it has been answered or has gone on.")


@policy(
    "leave.team",
    who=(Who.MANAGER,),
    thing=DATES,
    sees={
        Who.MANAGER: gettext_lazy(
            "your name and the dates, once granted or when asked; the kind only where the rule "
            "says so and your own page tells you first"
        )
    },
)
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Show what waits for a superior, who is away today and who will be."""
    page = get_reports(actor=actor_of(request), now=database_now())
    return render(request, "leave/team.html", {"page": page})


@policy("leave.question", who=(Who.MANAGER,))
@require_http_methods(_FORMS)
def question(request: HttpRequest, consideration_id: UUID) -> HttpResponse:
    """Ask for a consideration with the four boxes of the form; the same for every kind."""
    actor, now = actor_of(request), database_now()
    try:
        page = get_question(actor=actor, consideration_id=consideration_id, now=now)
    except Http404:
        if not has_ended(actor=actor, consideration_id=consideration_id):
            raise
        messages.info(request, GONE_ON)
        return redirect("leave:team")
    form = ConsiderForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            considerations.consider(
                actor=actor,
                consideration_id=consideration_id,
                opinion=form.cleaned_data["opinion"],
                reason=form.cleaned_data["reason"],
                other_first=form.cleaned_data["other_first"],
                other_last=form.cleaned_data["other_last"],
                now=now,
            )
        except LeaveRefused as refused:
            return _stays(request, refused)
        messages.success(request, _("Thank you. Your answer goes along to the decision."))
        return redirect("leave:team")
    context = {"page": page, "row": page.row, "form": form}
    return render(request, "leave/team_question.html", context)


@policy("leave.team_guide", who=(Who.EMPLOYEE,))
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Say how to be of help: what to say, and what never to ask."""
    actor, now = actor_of(request), database_now()
    context = {"leads_somebody": leads_somebody(actor=actor, now=now)}
    return render(request, "leave/team_guide.html", context)


@policy("leave.stand_ins", who=(Who.MANAGER,))
@require_http_methods(_FORMS)
def stand_ins(request: HttpRequest) -> HttpResponse:
    """Show who stands in for whom, and name a stand-in."""
    actor, now = actor_of(request), database_now()
    page = get_stand_ins(actor=actor, now=now)
    typed = request.POST if request.method == "POST" else None
    form = StandInForm(typed, colleagues=page.colleagues, today=local_day(now, actor.zone))
    if request.method == "POST":
        if not actor.leads:
            raise Http404
        if form.is_valid():
            try:
                delegations.delegate(
                    actor=actor,
                    stand_in_id=form.cleaned_data["stand_in"],
                    kind=form.cleaned_data["kind"],
                    decree_number=form.cleaned_data["decree_number"],
                    valid_from=form.cleaned_data["valid_from"],
                    valid_until=form.cleaned_data["valid_until"],
                    now=now,
                )
            except LeaveRefused as refused:
                form.add_error(None, str(refused.reason.label))
            else:
                messages.success(request, _("Noted. Rest well: somebody stands in for you."))
                return redirect("leave:stand-ins")
    return render(request, "leave/team_stand_ins.html", {"page": page, "form": form})


@policy("leave.stand_in_end", who=(Who.MANAGER,))
@require_POST
def stand_in_end(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """End a delegation at once."""
    delegations.end_delegation(
        actor=actor_of(request), delegation_id=delegation_id, now=database_now()
    )
    messages.success(request, _("Ended. What comes now comes to you again."))
    return redirect("leave:stand-ins")


def _stays(request: HttpRequest, refused: LeaveRefused) -> HttpResponse:
    if refused.reason == Refusal.STALE:
        messages.info(request, GONE_ON)
    else:
        messages.info(request, refused.reason.label)
    return redirect("leave:team")
