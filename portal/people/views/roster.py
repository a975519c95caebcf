"""The roster by page: look first, then take it over. The file is never kept here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.people import administration, roster
from portal.people.actors import actor_of
from portal.people.admin_forms import RosterApplyForm, RosterForm
from portal.people.policies import Who, policy

PROBLEMS_SHOWN = 200
ABSENT_SHOWN = 50


@policy("people.roster.import", who=(Who.ADMIN,))
@require_http_methods(["GET", "HEAD", "POST"])
def roster_import(request: HttpRequest) -> HttpResponse:
    """Take a file or pasted lines and show what they would change."""
    actor, now = actor_of(request), timezone.now()
    agencies = administration.list_agencies(actor=actor, now=now)
    form = RosterForm(request.POST or None, request.FILES or None, agencies=agencies)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            plan = roster.read_roster(
                data["text"], agency_id=data["agency"], now=now, limit=roster.PAGE_LINES
            )
        except roster.Unreadable as error:
            form.add_error(None, str(error))
        else:
            return _preview(request, plan, data["text"])
    context = {"form": form, "columns": roster.COLUMNS, "most": roster.PAGE_LINES}
    return render(request, "people/roster_import.html", context)


@policy("people.roster.apply", who=(Who.ADMIN,))
@require_POST
def roster_apply(request: HttpRequest) -> HttpResponse:
    """Take over the lines of the preview."""
    actor, now = actor_of(request), timezone.now()
    agencies = administration.list_agencies(actor=actor, now=now)
    form = RosterApplyForm(request.POST, agencies=agencies)
    if not form.is_valid():
        messages.warning(request, _("The preview did not come back whole. Start once more."))
        return redirect("people:roster-import")
    data = form.cleaned_data
    try:
        plan = roster.read_roster(
            data["text"], agency_id=data["agency"], now=now, limit=roster.PAGE_LINES
        )
    except roster.Unreadable as error:
        messages.warning(request, str(error))
        return redirect("people:roster-import")
    try:
        applied = roster.apply_roster(
            actor=actor, plan=plan, close_absent=data["close_absent"], now=now
        )
    except roster.RosterRefused as refused:
        messages.warning(request, str(refused.reason.label))
        return _preview(request, plan, data["text"])
    messages.success(request, _summary(applied))
    return redirect("people:roster-import")


def _summary(applied: roster.Applied) -> str:
    counts = applied.counts
    return _("Taken over: %(new)d new, %(changed)d changed, %(closed)d accounts closed.") % {
        "new": counts.new,
        "changed": counts.changed,
        "closed": counts.closed + applied.closed_absent,
    }


def _preview(request: HttpRequest, plan: roster.RosterPlan, text: str) -> HttpResponse:
    counts = plan.counts
    context = {
        "counts": counts,
        "problems": plan.problems[:PROBLEMS_SHOWN],
        "more_problems": max(0, len(plan.problems) - PROBLEMS_SHOWN),
        "absent": plan.absent[:ABSENT_SHOWN],
        "more_absent": max(0, len(plan.absent) - ABSENT_SHOWN),
        "may_close_absent": bool(plan.absent) and not counts.left_out,
        "changes": counts.new or counts.changed or counts.units or counts.absent,
        "agency_id": plan.agency_id,
        "text": text,
    }
    return render(request, "people/roster_preview.html", context)
