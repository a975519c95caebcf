"""A meeting as its facilitators see it: the run sheet, who came, notes, and how they are."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from groups import policies
from groups.choices import MeetingStatus, SignalKind
from groups.forms.running import DebriefForm, MarkForm, NoteForm, StepForm
from groups.selectors.meeting import RunPage, get_run_page
from groups.services import attendance as attendances
from groups.services import notes, run
from groups.services.desk import GroupRefused
from groups.services.notes import NoteRefused
from portal.common.db import database_now
from portal.people.actors import actor_of
from portal.people.policies import Who, policy
from portal.people.sessions import AWAKE_KEY

BEFORE: Final = timedelta(minutes=30)
AFTER: Final = timedelta(minutes=30)
"""How long around a meeting its facilitator is not signed out for being idle."""
LOOK_SECONDS: Final = 20
"""How often the open page looks for signals while the meeting runs."""
JSON: Final = "application/json"
CAME: Final = _("Whether you were at a meeting of a circle")
NOTES: Final = _("What a meeting of a circle was about")


@policy(
    "groups.meeting",
    who=(Who.FACILITATOR,),
    thing=CAME,
    sees={Who.FACILITATOR: _("with your nickname alone, for the meetings of their circles")},
)
@require_safe
def meeting(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Show a meeting before, while and after it takes place."""
    return _show(request, meeting_id)


@policy("groups.attendance", who=(Who.FACILITATOR,))
@require_POST
def attendance(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Note with one tap how somebody came; the page's script asks for an answer without one."""
    form = MarkForm(request.POST)
    quick = request.headers.get("Accept") == JSON
    if not form.is_valid():
        policies.get_facilitated_meeting(
            actor=actor_of(request), meeting_id=meeting_id, now=database_now()
        )
        return HttpResponse(status=400) if quick else redirect("groups:meeting", meeting_id)
    enrolment_id, mark = form.read()
    try:
        attendances.mark_attendance(
            actor=actor_of(request),
            meeting_id=meeting_id,
            enrolment_id=enrolment_id,
            mark=mark,
            now=database_now(),
        )
    except GroupRefused as refused:
        if quick:
            return JsonResponse({"said": str(refused.reason.label)}, status=409)
        messages.info(request, refused.reason.label)
    if quick:
        return HttpResponse(status=204)
    return _back(meeting_id, f"p-{enrolment_id}")


@policy(
    "groups.meeting_note",
    who=(Who.FACILITATOR,),
    thing=NOTES,
    sees={Who.FACILITATOR: _("themes and a few sentences, never a name")},
)
@require_POST
def meeting_note(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Keep what a meeting was about; names and numbers come back marked."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show(request, meeting_id, note_form=form)
    try:
        notes.save_note(
            actor=actor_of(request),
            meeting_id=meeting_id,
            themes=form.cleaned_data["themes"],
            mood=form.cleaned_data["mood"],
            text=form.cleaned_data["text"],
            now=database_now(),
        )
    except NoteRefused as refused:
        pieces = _pieces(form.cleaned_data["text"], refused.spans)
        form.add_error("text", str(refused.reason.label))
        return _show(request, meeting_id, note_form=form, pieces=pieces)
    except GroupRefused as refused:
        form.add_error("text", str(refused.reason.label))
        return _show(request, meeting_id, note_form=form)
    messages.success(request, _("The note is saved."))
    return _back(meeting_id, "catatan")


@policy("groups.run_step", who=(Who.FACILITATOR,))
@require_POST
def run_step(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Begin the run sheet, go on, go back, or stop it."""
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            run.step_run(
                actor=actor_of(request),
                meeting_id=meeting_id,
                block_no=form.cleaned_data["block_no"],
                now=database_now(),
            )
        except GroupRefused as refused:
            messages.info(request, refused.reason.label)
    return _back(meeting_id, "susunan")


@policy("groups.debrief", who=(Who.FACILITATOR,))
@require_POST
def debrief(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Keep how she came out of a meeting; her words are read by herself alone."""
    form = DebriefForm(request.POST)
    if not form.is_valid():
        return _show(request, meeting_id, debrief_form=form)
    try:
        notes.save_debrief(
            actor=actor_of(request),
            meeting_id=meeting_id,
            feeling=form.cleaned_data["feeling"],
            wants_talk=form.cleaned_data["wants_talk"],
            text=form.cleaned_data["text"],
            now=database_now(),
        )
    except GroupRefused as refused:
        form.add_error("feeling", str(refused.reason.label))
        return _show(request, meeting_id, debrief_form=form)
    messages.success(request, _("Thank you. Take a moment for yourself, too."))
    return _back(meeting_id, "sesudah")


@policy("groups.meeting_print", who=(Who.FACILITATOR,))
@require_safe
def meeting_print(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Show the run sheet and the nicknames with empty boxes, for rooms without a screen."""
    page = get_run_page(actor=actor_of(request), meeting_id=meeting_id, now=timezone.now())
    return render(request, "groups/meeting_print.html", {"meeting": page})


@policy("groups.meeting_host", who=(Who.FACILITATOR,))
@require_POST
def meeting_host(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Hand out the address of the room, from half an hour before; it stands in no history."""
    try:
        entry = run.host_room(
            actor=actor_of(request), meeting_id=meeting_id, now=database_now()
        )
    except GroupRefused as refused:
        messages.info(request, refused.reason.label)
        return redirect("groups:meeting", meeting_id)
    context = {"entry": entry, "meeting_id": meeting_id}
    response = render(request, "groups/meeting_host.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _show(request: HttpRequest, meeting_id: UUID, **tried: Any) -> HttpResponse:  # noqa: ANN401 - forms that need a fix
    now = timezone.now()
    page = get_run_page(actor=actor_of(request), meeting_id=meeting_id, now=now)
    _stay_awake(request, page, now=now)
    failed = next((form for form in tried.values() if isinstance(form, forms.Form)), None)
    return render(
        request,
        "groups/meeting.html",
        {
            "meeting": page,
            "now": now,
            "left": _seconds_left(page, now=now),
            "next_no": None if page.block_no is None else page.block_no + 1,
            "before_no": page.block_no - 1 if page.block_no else 0,
            "last_no": len(page.blocks) - 1,
            "is_over": page.ends_at <= now,
            "is_near": page.starts_at - BEFORE <= now < page.ends_at,
            "live": LOOK_SECONDS,
            "calls": [one for one in page.people if _calls(one.signal_label)],
            "noted": sum(1 for one in page.people if one.mark and one.mark != "EXCUSED"),
            "note_form": tried.get("note_form") or NoteForm(initial=_note_of(page)),
            "debrief_form": tried.get("debrief_form") or DebriefForm(initial=_debrief_of(page)),
            "pieces": tried.get("pieces"),
            "form": failed,
        },
    )


def _calls(label: object) -> bool:
    return str(label) == str(SignalKind.CHECK_ON_ME.label)


def _seconds_left(page: RunPage, *, now: datetime) -> int:
    if page.ends_block_at is None:
        return 0
    return max(0, int((page.ends_block_at - now).total_seconds()))


def _note_of(page: RunPage) -> dict[str, Any]:
    if page.note is None:
        return {}
    return {"themes": page.note.themes, "mood": page.note.mood, "text": page.note.text}


def _debrief_of(page: RunPage) -> dict[str, Any]:
    if page.debrief is None:
        return {}
    same = ("feeling", "wants_talk", "text")
    return {name: getattr(page.debrief, name) for name in same}


def _pieces(text: str, spans: tuple[tuple[int, int], ...]) -> list[tuple[str, bool]]:
    """Cut a text into pieces, each with whether it is one of the spans."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        pieces += [(text[at:start], False), (text[max(at, start) : end], True)]
        at = max(at, end)
    pieces.append((text[at:], False))
    return [(piece, marked) for piece, marked in pieces if piece]


def _stay_awake(request: HttpRequest, page: RunPage, *, now: datetime) -> None:
    """Sign nobody out for being idle while she sits with her group."""
    if page.status == MeetingStatus.CANCELLED:
        return
    if not page.starts_at - BEFORE <= now < page.ends_at:
        return
    until = (page.ends_at + AFTER).timestamp()
    if request.session.get(AWAKE_KEY, 0.0) < until:
        request.session[AWAKE_KEY] = until


def _back(meeting_id: UUID, place: str) -> HttpResponse:
    return redirect(f"{reverse('groups:meeting', args=[meeting_id])}#{place}")
