"""A group in the hands of its facilitators: making it, changing it, opening and ending it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import policies
from groups.choices import GroupStatus
from groups.forms.facilitator import AgreementForm, GroupForm, NewGroupForm, RunSheetForm
from groups.forms.planning import SeriesForm
from groups.selectors.facilitation import get_group_page
from groups.selectors.profile import get_profile, list_profiles
from groups.services import setup
from groups.services.desk import GroupRefused
from groups.views.plan import plan_from
from groups.views.things import NICKNAME
from portal.common.db import database_now
from portal.people.actors import Account, actor_of
from portal.people.policies import Who, policy

_FORMS: Final = ["GET", "HEAD", "POST"]


@policy("groups.group_new", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def group_new(request: HttpRequest) -> HttpResponse:
    """Make a group in one page."""
    actor = actor_of(request)
    policies.facilitator_of(actor)
    return _new(request, NewGroupForm.usual(zone=actor.zone), zone=actor.zone)


@policy("groups.group_copy", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def group_copy(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Make a group like one she leads; the name and the days stay to be chosen."""
    like = get_profile(actor=actor_of(request), group_id=group_id, now=timezone.now())
    return _new(request, NewGroupForm.copied(like), zone=like.zone, copied_from=like.name)


@policy(
    "groups.group",
    who=(Who.FACILITATOR,),
    thing=NICKNAME,
    sees={Who.FACILITATOR: _("in place of your name, for the members of their circles")},
)
@require_safe
def group(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Show one group: what waits, what comes, and what can be done."""
    actor, now = actor_of(request), timezone.now()
    shown = get_group_page(actor=actor, group_id=group_id, now=now)
    context = {
        "group": shown,
        "series": shown.series,
        "asking": shown.asking,
        "unwritten": [row for row in shown.past if not row.has_note],
    }
    return render(request, "groups/group.html", context)


@policy("groups.group_change", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def group_change(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Change what a group is; its kind stays."""
    actor = actor_of(request)
    shown = get_profile(actor=actor, group_id=group_id, now=timezone.now())
    form = GroupForm(request.POST or None, zone=shown.zone, initial=GroupForm.initial_of(shown))
    form.fields["kind"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            setup.change_group(
                actor=actor, group_id=group_id, plan=form.plan(), now=database_now()
            )
        except GroupRefused as refused:
            form.add_error("name", str(refused.reason.label))
        else:
            messages.success(request, _("Saved. Nobody loses a place by it."))
            return redirect("groups:group", group_id)
    return render(request, "groups/group_change.html", {"form": form, "group": shown})


@policy("groups.group_open", who=(Who.FACILITATOR,))
@require_POST
def group_open(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Let people see a group and join it."""
    said = _("The circle is open. People find it from now on.")
    return _deed(request, setup.open_group, group_id, said)


@policy("groups.group_pause", who=(Who.FACILITATOR,))
@require_POST
def group_pause(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Take nobody in for a while."""
    said = _("The circle is paused. Meetings and places stay; nobody new comes in.")
    return _deed(request, setup.pause_group, group_id, said)


@policy("groups.group_resume", who=(Who.FACILITATOR,))
@require_POST
def group_resume(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Let people in again."""
    return _deed(request, setup.open_group, group_id, _("The circle is open again."))


@policy("groups.group_end", who=(Who.FACILITATOR,))
@require_POST
def group_end(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """End a group for good."""
    said = _("The circle has ended, and its members are told. Thank you for leading it.")
    return _deed(request, setup.end_group, group_id, said)


@policy("groups.group_agreement", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def group_agreement(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Show the agreement and its earlier versions, and publish a new one."""
    actor = actor_of(request)
    shown = get_profile(actor=actor, group_id=group_id, now=timezone.now())
    words = {"text_id": shown.text_id, "text_en": shown.text_en}
    form = AgreementForm(request.POST or None, initial=words)
    if request.method == "POST" and form.is_valid():
        try:
            setup.publish_agreement(
                actor=actor, group_id=group_id, **form.cleaned_data, now=database_now()
            )
        except GroupRefused as refused:
            form.add_error("text_id", str(refused.reason.label))
        else:
            messages.success(request, _("This is the agreement from now on."))
            return redirect("groups:group-agreement", group_id)
    return render(request, "groups/group_agreement.html", {"form": form, "group": shown})


@policy("groups.group_run_sheet", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def group_run_sheet(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Weigh the parts of a meeting anew."""
    actor = actor_of(request)
    shown = get_profile(actor=actor, group_id=group_id, now=timezone.now())
    form = RunSheetForm(
        request.POST or None, initial=RunSheetForm.initial_of_sheet(shown.run_sheet)
    )
    if request.method == "POST" and form.is_valid():
        setup.set_run_sheet(
            actor=actor, group_id=group_id, minutes=form.minutes(), now=database_now()
        )
        messages.success(request, _("The run sheet is saved, for every coming meeting."))
        return redirect("groups:group-run-sheet", group_id)
    return render(request, "groups/group_run_sheet.html", {"form": form, "group": shown})


def _new(
    request: HttpRequest, first: dict[str, Any], *, zone: str, copied_from: str = ""
) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    today = now.astimezone(ZoneInfo(zone)).date()
    tomorrow = {"starts_on": today + timedelta(days=1)}
    form = NewGroupForm(
        request.POST or None, today=today, zone=zone, initial={**tomorrow, **first}
    )
    if request.method == "POST" and form.is_valid():
        try:
            group_id = _create(actor, form)
        except GroupRefused as refused:
            form.add_error("name", str(refused.reason.label))
        else:
            return _planned(request, group_id, form, today=today)
    own = list_profiles(actor=actor, now=now)
    context = {"form": form, "copied_from": copied_from, "own": own}
    return render(request, "groups/group_new.html", context)


def _create(actor: Account, form: NewGroupForm) -> UUID:
    """Make the group with its agreement and its run sheet; nobody sees it yet."""
    now = database_now()
    group_id = setup.create_group(actor=actor, plan=form.plan(), now=now)
    setup.publish_agreement(
        actor=actor,
        group_id=group_id,
        text_id=form.cleaned_data["text_id"],
        text_en=form.cleaned_data["text_en"],
        now=now,
    )
    setup.set_run_sheet(actor=actor, group_id=group_id, minutes=form.minutes(), now=now)
    return group_id


def _planned(
    request: HttpRequest, group_id: UUID, form: NewGroupForm, *, today: date
) -> HttpResponse:
    """Plan the meetings of a new group; where no meeting comes of it, ask for other days."""
    refusal = plan_from(request, group_id, form)
    if refusal is None:
        messages.success(request, _("The circle is made. Nobody sees it until you open it."))
        return redirect("groups:group", group_id)
    again = SeriesForm(request.POST, today=today)
    again.is_valid()
    again.add_error("starts_on", refusal)
    shown = get_profile(actor=actor_of(request), group_id=group_id, now=timezone.now())
    return render(
        request,
        "groups/plan_series.html",
        {"form": again, "group": shown, "is_made": shown.status == GroupStatus.DRAFT},
    )


def _deed(
    request: HttpRequest, deed: Callable[..., object], group_id: UUID, said: str | Promise
) -> HttpResponse:
    try:
        deed(actor=actor_of(request), group_id=group_id, now=database_now())
    except GroupRefused as refused:
        messages.info(request, refused.reason.label)
    else:
        messages.success(request, str(said))
    return redirect("groups:group", group_id)
