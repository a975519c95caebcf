"""Asking for leave: two questions, a page to check, sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.calendars.rules import local_day
from portal.common.db import database_now
from portal.leave import policies
from portal.leave.choices import Certificate, Mode, Refusal
from portal.leave.forms.own import AskForm, Length, Start
from portal.leave.selectors.desks import desk_of
from portal.leave.selectors.own import OwnAsked, get_asked
from portal.leave.selectors.preview import kind_names, preview
from portal.leave.selectors.spans import find_span
from portal.leave.services import requests
from portal.leave.services.desk import LeaveRefused
from portal.leave.views.things import REASON, REQUEST
from portal.people.actors import Account, actor_of
from portal.people.policies import Who, policy
from portal.people.selectors import EmployeeCard

_FORMS: Final = ["GET", "HEAD", "POST"]
_OWNER_REASON: Final = gettext_lazy(
    "you write it or hand it in; afterwards you see what lies there, not its content"
)


@policy("leave.ask", who=(Who.EMPLOYEE,), thing=REQUEST, sees={})
@require_http_methods(_FORMS)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask two questions; then show everything once before it is sent."""
    actor, now = actor_of(request), database_now()
    person = policies.own_card(actor)
    mode = desk_of(agency_id=person.agency_id).mode
    if mode == Mode.OFF:
        return redirect("leave:own")
    typed = request.POST if request.method == "POST" else None
    form = _form(actor, person, typed, mode=mode, now=now)
    if typed is None:
        return _questions(request, actor, form)
    if "edit" in request.POST or not form.is_valid():
        return _questions(request, actor, form)
    return _check(request, actor, form, now=now)


@policy(
    "leave.send",
    who=(Who.EMPLOYEE,),
    thing=REASON,
    sees={Who.OWNER: _OWNER_REASON},
)
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Send what was checked."""
    actor, now = actor_of(request), database_now()
    person = policies.own_card(actor)
    mode = desk_of(agency_id=person.agency_id).mode
    form = _form(actor, person, request.POST, mode=mode, now=now)
    if not form.is_valid():
        return _questions(request, actor, form)
    wanted = form.ask(find_span(actor=actor, wish=form.wish()))
    data = form.cleaned_data
    try:
        if data["again"]:
            request_id = data["again"]
            requests.resubmit(
                actor=actor,
                request_id=request_id,
                ask=wanted,
                version=data["version"] or 0,
                now=now,
            )
        else:
            request_id = requests.submit_leave_request(actor=actor, ask=wanted, now=now)
    except LeaveRefused as refused:
        return _refused(request, actor, form, refused)
    messages.success(request, _("Request sent. You need not explain anything to your manager."))
    if wanted.certificate == Certificate.NOW:
        return redirect("leave:certificate", request_id)
    return redirect("leave:request", request_id)


@policy("leave.extend", who=(Who.OWNER,))
@require_safe
def extend(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask for more days after a leave, under the same certificate's episode."""
    page, actor, now = _own(request, request_id)
    first = page.next_day
    initial = {"start": Start.OTHER, "start_day": first, "continues": page.id}
    initial |= {"certificate": Certificate.LATER, "code": page.code}
    return _asked_again(request, actor, initial, now=now)


@policy("leave.change", who=(Who.OWNER,))
@require_safe
def change(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask for other days in place of granted ones; those stand until the new ones do."""
    page, actor, now = _own(request, request_id)
    initial = {**_same_days(page), "supersedes": page.id}
    return _asked_again(request, actor, initial, now=now)


@policy("leave.resubmit", who=(Who.OWNER,))
@require_safe
def resubmit(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Complete a request that came back, and send it again."""
    page, actor, now = _own(request, request_id)
    initial = {**_same_days(page), "again": page.id, "version": page.version}
    return _asked_again(request, actor, initial, now=now)


def _own(request: HttpRequest, request_id: UUID) -> tuple[OwnAsked, Account, datetime]:
    actor, now = actor_of(request), database_now()
    return get_asked(actor=actor, request_id=request_id), actor, now


def _same_days(page: OwnAsked) -> dict[str, Any]:
    return {
        "start": Start.OTHER,
        "start_day": page.first_day,
        "length": Length.UNTIL,
        "until_day": page.last_day,
        "certificate": page.certificate,
        "code": page.code,
        "part": page.part,
        "is_abroad": page.is_abroad,
        "purpose": page.details.purpose,
        "address": page.details.address,
        "phone": page.details.phone,
        "leave_out_manager": page.details.leave_out_manager,
    }


def _form(
    actor: Account,
    person: EmployeeCard,
    data: object = None,
    *,
    mode: Mode,
    initial: Mapping[str, Any] | None = None,
    now: datetime,
) -> AskForm:
    return AskForm(
        data,
        kinds=kind_names(person, mode=mode, today=local_day(now, person.zone)),
        today=local_day(now, actor.zone),
        initial=dict(initial or {}),
    )


def _asked_again(
    request: HttpRequest, actor: Account, initial: Mapping[str, Any], *, now: datetime
) -> HttpResponse:
    """Ask with what is known of another request already."""
    person = policies.own_card(actor)
    mode = desk_of(agency_id=person.agency_id).mode
    form = _form(actor, person, mode=mode, initial=initial, now=now)
    return _questions(request, actor, form)


def _questions(request: HttpRequest, actor: Account, form: AskForm) -> HttpResponse:
    return render(request, "leave/ask.html", {"form": form, "zone": actor.zone})


def _check(
    request: HttpRequest, actor: Account, form: AskForm, *, now: datetime
) -> HttpResponse:
    wanted = form.ask(find_span(actor=actor, wish=form.wish()))
    found = preview(actor=actor, ask=wanted, again=form.cleaned_data["again"], now=now)
    if found.refusal is not None:
        form.add_error(None, str(Refusal(found.refusal).label))
        context = {"form": form, "zone": actor.zone, "ways": found.ways}
        return render(request, "leave/ask.html", context)
    context = {"page": found, "typed": list(form.typed()), "zone": actor.zone}
    return render(request, "leave/ask_check.html", context)


def _refused(
    request: HttpRequest, actor: Account, form: AskForm, refused: LeaveRefused
) -> HttpResponse:
    """Say what stands in the way; everything that was typed comes back."""
    form.add_error(None, str(refused.reason.label))
    return _questions(request, actor, form)
