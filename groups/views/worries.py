"""Worries: handing one on as a facilitator or a member, reading and taking them on duty."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups.choices import ConcernLevel
from groups.forms.worries import DUTY, FACILITATORS, CircleWorryForm, MeetingWorryForm
from groups.selectors import concerns as selectors
from groups.selectors.concerns import CircleWorry, MeetingWorry
from groups.services import concerns
from groups.services.concerns import ConcernUnreadable, Written
from groups.services.desk import GroupRefused
from portal.common.db import database_now
from portal.people.actors import actor_of
from portal.people.policies import Who, policy
from portal.people.vaults import NEXT_KEY, vault_of
from portal.vault.unlock import Locked

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WORRY: Final = _("What a member or a facilitator of a circle hands on because it worries them")
NICKNAMED: Final = _("About whom it is")
_FORMS: Final = ["GET", "HEAD", "POST"]


@policy(
    "groups.duty_desk",
    who=(Who.DUTY, Who.FACILITATOR),
    thing=NICKNAMED,
    sees={
        Who.DUTY: _("a nickname, where it was handed to them"),
        Who.FACILITATOR: _("a nickname, where a member of their own circle wrote to them"),
    },
)
@require_safe
def duty_desk(request: HttpRequest) -> HttpResponse:
    """List the worries that were handed to whoever asks, the pressing ones first."""
    desk = selectors.list_concerns(actor=actor_of(request), now=timezone.now())
    return render(
        request,
        "groups/duty_desk.html",
        {"desk": desk, "is_open": desk.has_vault and vault_of(request).is_open},
    )


@policy(
    "groups.concern",
    who=(Who.DUTY, Who.FACILITATOR),
    thing=WORRY,
    sees={
        Who.DUTY: _("what was handed to them, with a key of their own; it is recorded"),
        Who.FACILITATOR: _(
            "what a member of their own circle wrote to them, with a key of their own; it is"
            " recorded"
        ),
    },
)
@require_safe
def concern(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Show one worry; what was written opens while the vault is unlocked."""
    actor, now = actor_of(request), timezone.now()
    page = selectors.get_concern_page(actor=actor, concern_id=concern_id, now=now)
    text, locked, unreadable = "", False, False
    try:
        text = concerns.open_concern(
            actor=actor, concern_id=concern_id, vault=vault_of(request), now=now
        )
    except Locked:
        locked = True
        request.session[NEXT_KEY] = request.path
    except ConcernUnreadable:
        unreadable = True
    return render(
        request,
        "groups/concern.html",
        {
            "page": page,
            "row": page.row,
            "text": text,
            "is_locked": locked,
            "is_unreadable": unreadable,
        },
    )


@policy("groups.concern_take", who=(Who.DUTY, Who.FACILITATOR))
@require_POST
def concern_take(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Look after a worry from now on."""
    return _do(request, concern_id, concerns.take_concern, _("You look after this now."))


@policy("groups.concern_close", who=(Who.DUTY, Who.FACILITATOR))
@require_POST
def concern_close(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Close a worry."""
    return _do(request, concern_id, concerns.close_concern, _("This one is closed."))


@policy("groups.concern_invite", who=(Who.DUTY,))
@require_POST
def concern_invite(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Tell the member that somebody on duty would like to talk with her."""
    said = _("The invitation lies in the member's inbox. Coming is up to them.")
    return _do(request, concern_id, concerns.invite_to_talk, said)


@policy(
    "groups.meeting_worry",
    who=(Who.FACILITATOR,),
    thing=WORRY,
    sees={Who.FACILITATOR: _("while they write it; once sent it is sealed, for them as well")},
)
@sensitive_post_parameters()
@require_http_methods(_FORMS)
def meeting_worry(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Hand a worry on to who is on duty; what was typed comes back with every no."""
    actor, now = actor_of(request), database_now()
    page = selectors.get_meeting_worry(actor=actor, meeting_id=meeting_id, now=now)
    form = MeetingWorryForm(_sent(request), people=page.people)
    if form.is_valid():
        try:
            concerns.raise_concern(
                actor=actor,
                meeting_id=meeting_id,
                enrolment_id=form.enrolment_id(),
                level=ConcernLevel(form.cleaned_data["level"]),
                text=form.cleaned_data["text"],
                now=now,
            )
        except GroupRefused as refused:
            form.add_error(None, refused.reason.label)
        else:
            messages.success(request, _("It is handed on, and whoever is on duty is told."))
            return redirect("groups:meeting", meeting_id)
    return _form_page(request, "groups/meeting_worry.html", form, page)


@policy(
    "groups.circle_worry",
    who=(Who.OWNER,),
    thing=WORRY,
    sees={Who.OWNER: _("while you write it; once sent it is sealed, for you as well")},
)
@sensitive_post_parameters()
@require_http_methods(_FORMS)
def circle_worry(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Tell the facilitators or who is on duty, in private, that something worries a member."""
    actor, now = actor_of(request), database_now()
    page = selectors.get_circle_worry(actor=actor, group_id=group_id, now=now)
    form = CircleWorryForm(_sent(request), readers=_readers(page))
    if form.is_valid():
        try:
            done = concerns.write_to_facilitators(
                actor=actor,
                group_id=group_id,
                text=form.cleaned_data["text"],
                level=ConcernLevel(form.cleaned_data["level"]),
                to_duty=form.is_for_duty(),
                now=now,
            )
        except GroupRefused as refused:
            form.add_error(None, refused.reason.label)
        else:
            messages.success(request, _thanks(done))
            return redirect("groups:circle", group_id)
    return _form_page(request, "groups/circle_worry.html", form, page)


def _sent(request: HttpRequest) -> QueryDict | None:
    """Return what was sent; a form that came back empty is a form, too."""
    return request.POST if request.method == "POST" else None


def _form_page(
    request: HttpRequest,
    template: str,
    form: forms.Form,
    page: MeetingWorry | CircleWorry,
) -> HttpResponse:
    """Show a form; where nobody would read it, the numbers stand in its place."""
    somebody = page.is_duty_reachable or getattr(page, "are_facilitators_reachable", False)
    return render(
        request,
        template,
        {
            "page": page,
            "form": form,
            # What was typed is never lost, even if everybody has gone meanwhile.
            "shows_form": somebody or form.is_bound,
        },
    )


def _readers(page: CircleWorry) -> list[str]:
    """Return for whose eyes one can write; both where nobody is there, so that a no says so."""
    reachable = {
        FACILITATORS: page.are_facilitators_reachable,
        DUTY: page.is_duty_reachable,
    }
    return [one for one, there in reachable.items() if there] or [FACILITATORS, DUTY]


def _thanks(done: Written) -> "StrOrPromise":
    if done.by_facilitators and done.by_duty:
        return _("Thank you. The facilitators and whoever is on duty can read it now.")
    if done.by_duty:
        return _("Thank you. Whoever is on duty can read it now, and nobody else.")
    return _("Thank you. The facilitators can read it now, and nobody else.")


def _do(
    request: HttpRequest, concern_id: UUID, deed: Callable[..., None], said: "StrOrPromise"
) -> HttpResponse:
    try:
        deed(actor=actor_of(request), concern_id=concern_id, now=database_now())
    except GroupRefused as refused:
        messages.info(request, refused.reason.label)
    else:
        messages.success(request, said)
    return redirect("groups:concern", concern_id)
