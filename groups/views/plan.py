"""When and where a group meets: series, single meetings, what changes, and the way back."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups.choices import Refusal, Way
from groups.forms.planning import (
    FollowingForm,
    MeetingForm,
    MoveForm,
    PlaceForm,
    SeriesForm,
    VersionForm,
)
from groups.selectors.planning import PlanMeetingRow, get_plan, get_plan_meeting
from groups.selectors.profile import get_profile
from groups.services import changes, following, meetings, series
from groups.services.desk import GroupRefused
from portal.common.db import database_now
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

_FORMS: Final = ["GET", "HEAD", "POST"]
MOVE, PLACE, FOLLOWING = "pindah", "tempat", "berikutnya"
"""Prefixes of the three forms of one page, so that every field has an id of its own."""


@policy("groups.group_plan", who=(Who.FACILITATOR,))
@require_safe
def group_plan(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Show the coming meetings as a list, and what still asks for an answer."""
    now = timezone.now()
    page = get_plan(actor=actor_of(request), group_id=group_id, now=now)
    ahead = [row for row in page.meetings if row.ends_at > now]
    return render(
        request,
        "groups/plan.html",
        {
            "plan": page,
            "asking": [row for row in ahead if row.needs_holiday_answer],
            "ahead": ahead,
        },
    )


@policy("groups.series_new", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def series_new(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Plan a series of meetings."""
    group = get_profile(actor=actor_of(request), group_id=group_id, now=timezone.now())
    today = _today(group.zone)
    first = {"ways": group.ways, "starts_on": today + timedelta(days=1)}
    form = SeriesForm(request.POST or None, today=today, initial=first)
    if request.method == "POST" and form.is_valid():
        refusal = plan_from(request, group_id, form)
        if refusal is None:
            messages.success(request, _("The meetings are planned."))
            return redirect("groups:group-plan", group_id)
        form.add_error("starts_on", refusal)
    context = {"form": form, "group": group}
    return render(request, "groups/plan_series.html", context)


@policy("groups.meeting_new", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def meeting_new(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Add one meeting beside the series."""
    actor = actor_of(request)
    group = get_profile(actor=actor, group_id=group_id, now=timezone.now())
    form = MeetingForm(request.POST or None, initial={"ways": group.ways})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            meetings.add_meeting(
                actor=actor,
                group_id=group_id,
                day=data["day"],
                at=data["at"],
                duration_minutes=data["duration_minutes"],
                ways=[Way(way) for way in data["ways"]],
                now=database_now(),
            )
        except GroupRefused as refused:
            form.add_error("day", str(refused.reason.label))
        else:
            messages.success(request, _("The meeting is planned."))
            return redirect("groups:group-plan", group_id)
    return render(request, "groups/plan_meeting_new.html", {"form": form, "group": group})


@policy("groups.meeting_change", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def meeting_change(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Show everything that can change about a meeting, and move it."""
    if request.method != "POST":
        return _show(request, meeting_id)
    form = MoveForm(request.POST, prefix=MOVE)
    if not form.is_valid():
        return _show(request, meeting_id, {MOVE: form})
    return _try(request, meeting_id, meetings.move_meeting, form, at=f"{MOVE}-rev")


@policy("groups.meeting_place", who=(Who.FACILITATOR,))
@require_POST
def meeting_place(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Give one meeting another room or way."""
    form = PlaceForm(request.POST, prefix=PLACE)
    if not form.is_valid():
        return _show(request, meeting_id, {PLACE: form})
    return _try(request, meeting_id, meetings.change_meeting_place, form, at=f"{PLACE}-rev")


@policy("groups.meeting_following", who=(Who.FACILITATOR,))
@require_POST
def meeting_following(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Change this meeting and all later ones of its series."""
    form = FollowingForm(request.POST, prefix=FOLLOWING)
    if not form.is_valid():
        return _show(request, meeting_id, {FOLLOWING: form})
    return _try(
        request, meeting_id, following.change_following, form, at=f"{FOLLOWING}-version"
    )


@policy("groups.meeting_end_series", who=(Who.FACILITATOR,))
@require_POST
def meeting_end_series(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """End the series with the meeting before this one."""
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    return _deed(request, meeting_id, following.end_following, version=version)


@policy("groups.meeting_cancel", who=(Who.FACILITATOR,))
@require_POST
def meeting_cancel(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Cancel one meeting."""
    return _deed(request, meeting_id, meetings.cancel_meeting)


@policy("groups.meeting_reinstate", who=(Who.FACILITATOR,))
@require_POST
def meeting_reinstate(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Let a cancelled meeting take place again."""
    return _deed(request, meeting_id, meetings.reinstate_meeting)


@policy("groups.holiday_answer", who=(Who.FACILITATOR,))
@require_POST
def holiday_answer(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Say whether a meeting on a holiday takes place."""
    keep = request.POST.get("keep") == "1"
    said = str(_("It takes place, holiday or not.")) if keep else ""
    return _deed(request, meeting_id, meetings.answer_holiday, said, keep=keep)


@policy("groups.change_undo", who=(Who.FACILITATOR,))
@require_POST
def change_undo(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Take a change of the plan back before anybody hears of it."""
    try:
        changes.undo_change(actor=actor_of(request), change_id=change_id, now=database_now())
    except GroupRefused as refused:
        messages.info(request, refused.reason.label)
    else:
        messages.success(request, _("Everything is as it was before. Nobody was told."))
    group = request.POST.get("group", "")
    try:
        return redirect("groups:group-plan", UUID(group))
    except ValueError:
        return redirect("groups:desk")


def plan_from(request: HttpRequest, group_id: UUID, form: SeriesForm) -> str | None:
    """Plan what a form of a series says, or return in words why not."""
    try:
        series.plan_series(
            actor=actor_of(request), group_id=group_id, plan=form.series(), now=database_now()
        )
    except GroupRefused as refused:
        return str(refused.reason.label)
    return None


def _try(
    request: HttpRequest,
    meeting_id: UUID,
    deed: Callable[..., UUID],
    form: forms.Form,
    *,
    at: str,
) -> HttpResponse:
    """Do what a form says; where another was faster, show how it stands now, words kept."""
    actor = actor_of(request)
    row = get_plan_meeting(actor=actor, meeting_id=meeting_id, now=timezone.now())
    try:
        deed(actor=actor, meeting_id=meeting_id, **_said(form), now=database_now())
    except GroupRefused as refused:
        kept = type(form)(_fresh(request.POST, at, row), prefix=form.prefix)
        kept.is_valid()
        kept.add_error(None, str(refused.reason.label))
        changed = refused.reason == Refusal.CHANGED
        return _show(request, meeting_id, {str(form.prefix): kept}, changed=changed)
    return redirect("groups:group-plan", row.group_id)


def _said(form: forms.Form) -> dict[str, Any]:
    if isinstance(form, FollowingForm):
        return {"plan": form.following(), "version": form.cleaned_data["version"]}
    data = {**form.cleaned_data}
    if "ways" in data:
        data["ways"] = [Way(way) for way in data["ways"]]
    return data


def _fresh(sent: QueryDict, name: str, row: PlanMeetingRow) -> QueryDict:
    """Return what was sent with the state of the plan as it is now."""
    data = sent.copy()
    data[name] = str(row.version if name.endswith("version") else row.rev)
    return data


def _deed(
    request: HttpRequest,
    meeting_id: UUID,
    deed: Callable[..., object],
    said: str = "",
    **words: object,
) -> HttpResponse:
    """Change the plan; the page of the plan says what members will be told, and when."""
    actor = actor_of(request)
    row = get_plan_meeting(actor=actor, meeting_id=meeting_id, now=timezone.now())
    try:
        deed(actor=actor, meeting_id=meeting_id, **words, now=database_now())
    except GroupRefused as refused:
        messages.info(request, refused.reason.label)
    else:
        if said:
            messages.success(request, said)
    return redirect("groups:group-plan", row.group_id)


def _show(
    request: HttpRequest,
    meeting_id: UUID,
    tried: Mapping[str, forms.Form] | None = None,
    *,
    changed: bool = False,
) -> HttpResponse:
    tried = tried or {}
    now = timezone.now()
    row = get_plan_meeting(actor=actor_of(request), meeting_id=meeting_id, now=now)
    return render(
        request,
        "groups/plan_meeting.html",
        {
            "row": row,
            "has_begun": row.starts_at <= now,
            "changed": changed,
            "move_form": tried.get(MOVE) or MoveForm(prefix=MOVE, initial=_move_of(row)),
            "place_form": tried.get(PLACE) or PlaceForm(prefix=PLACE, initial=_place_of(row)),
            "following_form": tried.get(FOLLOWING)
            or FollowingForm(prefix=FOLLOWING, initial=_following_of(row)),
            "failed": next(iter(tried), ""),
            "form": next(iter(tried.values()), None),
        },
    )


def _move_of(row: PlanMeetingRow) -> dict[str, Any]:
    return MoveForm.initial_of(row.starts_at, row.ends_at, row.zone, row.rev)


def _place_of(row: PlanMeetingRow) -> dict[str, Any]:
    same = ("ways", "room", "directions", "rev")
    return {name: getattr(row, name) for name in same}


def _following_of(row: PlanMeetingRow) -> dict[str, Any]:
    if row.usual is None:
        return {}
    same = ("weekday", "at", "duration_minutes", "ways", "room", "directions")
    return {name: getattr(row.usual, name) for name in same} | {"version": row.version}


def _today(zone: str) -> date:
    return timezone.now().astimezone(ZoneInfo(zone)).date()
