"""The desk of HR and the officials: what waits, one request, deciding it, who is away."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.calendars.rules import local_day
from portal.common.db import database_now
from portal.leave.choices import (
    EMPLOYEE,
    EVIDENCE_OPEN,
    HOUSE,
    HR,
    MANAGER,
    OFFICIAL,
    REVIEWER,
    Action,
    DecisionState,
    Outcome,
    Reason,
    Refusal,
    State,
    WayForward,
)
from portal.leave.forms.desk import OtherwiseForm, RecallForm, RevocationForm
from portal.leave.forms.versions import VersionForm
from portal.leave.rules.deciding import Ruling, action_of
from portal.leave.selectors.cases import CasePage, get_case
from portal.leave.selectors.own_parts import decision_words
from portal.leave.selectors.own_shapes import DecisionRow
from portal.leave.selectors.queue import list_queue, list_running
from portal.leave.services import decisions
from portal.leave.services.desk import LeaveRefused
from portal.leave.views.things import DATES, REQUEST
from portal.people.actors import Account, actor_of
from portal.people.choices import Role
from portal.people.policies import Who, policy

AT_THE_DESK: Final = (Who.HR, Who.OFFICIAL)
OUTCOME: Final = "hasil"
"""The name of the parameter that says what is about to be decided."""
RECALL, REVOKE = "panggil", "cabut"
"""Prefixes of the two forms of one page, so that every field has an id of its own."""
STEPS_OF_THE_DESK: Final = (
    State.DECISION,
    State.EVIDENCE_OVERDUE,
    State.CANCEL_REQUESTED,
    State.EARLY_RETURN_REQUESTED,
)
ROLES: Final = {
    EMPLOYEE: gettext_lazy("the employee"),
    MANAGER: gettext_lazy("the superior"),
    REVIEWER: gettext_lazy("the medical reviewer"),
    HR: gettext_lazy("human resources"),
    OFFICIAL: gettext_lazy("the official"),
    HOUSE: gettext_lazy("the portal, by itself"),
}
"""In which part somebody acted; never a name."""
_FORMS: Final = ["GET", "HEAD", "POST"]
_SEES: Final = gettext_lazy("dates, kind, days left and the verdict; never why")
_AWAY: Final = gettext_lazy("who is on leave and until when, with kind and letter; never why")


@policy(
    "leave.queue",
    who=AT_THE_DESK,
    thing=REQUEST,
    sees={Who.HR: _SEES, Who.OFFICIAL: _SEES},
)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show what waits: to be decided, asked for, taking effect soon, without its paper."""
    actor, now = actor_of(request), database_now()
    page = list_queue(actor=actor, now=now)
    context = {
        "page": page,
        "soon": [(row, _said(row.outcome)) for row in page.pending],
        "is_empty": not any(
            (page.waiting, page.overdue, page.asked, page.pending, page.revocations)
        ),
        **about(actor, "queue"),
    }
    return render(request, "leave/desk.html", context)


@policy(
    "leave.running", who=AT_THE_DESK, thing=DATES, sees={Who.HR: _AWAY, Who.OFFICIAL: _AWAY}
)
@require_safe
def running(request: HttpRequest) -> HttpResponse:
    """Show who is on leave and until when, who will be, and the letters."""
    actor, now = actor_of(request), database_now()
    today = local_day(now, actor.zone)
    rows = list_running(actor=actor, now=now)
    context = {
        "away": sorted(
            (row for row in rows if row.first_day <= today <= row.last_day),
            key=lambda row: (row.last_day, row.name.lower()),
        ),
        "coming": [row for row in rows if row.first_day > today],
        "over": [row for row in rows if row.last_day < today],
        **about(actor, "running"),
    }
    return render(request, "leave/desk_running.html", context)


@policy("leave.case", who=AT_THE_DESK)
@require_safe
def case(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Show one request: facts, way, verdict, opinion, and what can be done with it."""
    return show_case(request, request_id)


@policy("leave.decide", who=AT_THE_DESK)
@require_http_methods(_FORMS)
def decide(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask once more before a grant; for anything else ask why and what can be done instead."""
    actor, now = actor_of(request), database_now()
    page = get_case(actor=actor, request_id=request_id, now=now)
    sent = request.POST if request.method == "POST" else request.GET
    outcome = _outcome(sent)
    if outcome not in page.outcomes:
        messages.info(request, _why_not(page))
        return redirect("leave:case", request_id)
    if outcome == Outcome.GRANT:
        return _grant(request, actor, page, now=now)
    return _otherwise(request, actor, page, outcome, now=now)


def show_case(
    request: HttpRequest,
    request_id: UUID,
    *,
    recall_form: RecallForm | None = None,
    revocation_form: RevocationForm | None = None,
) -> HttpResponse:
    """Show one request; a form that came back keeps what was typed and lies open."""
    actor, now = actor_of(request), database_now()
    page = get_case(actor=actor, request_id=request_id, now=now)
    row = page.row
    first = {"version": row.version}
    pending = next((one for one in page.decisions if one.state == DecisionState.PENDING), None)
    context = {
        "page": page,
        "row": row,
        "pending": pending,
        "pending_said": pending and _said(pending.outcome),
        "signed": [
            (one, _said(one.outcome))
            for one in page.decisions
            if one.state == DecisionState.FINAL
        ],
        "events": [(one, ROLES[one.role]) for one in page.events],
        "has_no_verdict_yet": row.state in EVIDENCE_OPEN,
        "can_grant": Outcome.GRANT in page.outcomes,
        "otherwise": [one for one in page.outcomes if one != Outcome.GRANT],
        "can_answer": Action.KEEP in page.can,
        "can_recall": Action.RECALL in page.can,
        "can_revoke": Action.REVOKE in page.can,
        "hindered": not pending and row.state in STEPS_OF_THE_DESK and not row.can_decide,
        "recall_form": recall_form or RecallForm(prefix=RECALL, initial=first),
        "revocation_form": revocation_form or RevocationForm(prefix=REVOKE, initial=first),
        "form": recall_form or revocation_form,
        "failed": "recall" if recall_form else "revoke" if revocation_form else "",
        **about(actor, "queue"),
    }
    return render(request, "leave/desk_case.html", context)


def _said(outcome: Outcome) -> str:
    """Return what a decision makes of a request, in the words of its state."""
    return str(action_of(outcome)[1].label)


def about(actor: Account, here: str) -> dict[str, Any]:
    """Return what every page of the desk needs: the tabs of whoever looks, and her zone."""
    return {"here": here, "is_hr": Role.HR in actor.roles, "zone": actor.zone}


def _outcome(sent: QueryDict) -> Outcome | None:
    try:
        return Outcome(sent.get(OUTCOME, Outcome.GRANT.value))
    except ValueError:
        return None


def _why_not(page: CasePage) -> str:
    """Return why something cannot be decided now, in a sentence that leads on."""
    if any(one.state == DecisionState.PENDING for one in page.decisions):
        return str(Refusal.ALREADY_DECIDED.label)
    return page.row.conflict_label or str(Refusal.NOT_NOW.label)


def _grant(
    request: HttpRequest, actor: Account, page: CasePage, *, now: datetime
) -> HttpResponse:
    row = page.row
    if request.method != "POST":
        context = {"page": page, "row": row, **about(actor, "queue")}
        return render(request, "leave/desk_grant.html", context)
    version = VersionForm(request.POST).shown()
    ruling = Ruling(outcome=Outcome.GRANT, first_day=row.first_day, last_day=row.last_day)
    try:
        decisions.decide(
            actor=actor, request_id=row.id, ruling=ruling, version=version, now=now
        )
    except LeaveRefused as refused:
        messages.warning(request, str(refused.reason.label))
        return redirect("leave:case", row.id)
    return redirect("leave:queue")


def _otherwise(
    request: HttpRequest,
    actor: Account,
    page: CasePage,
    outcome: Outcome,
    *,
    now: datetime,
) -> HttpResponse:
    """Ask why and what instead; show the sentence she will read; then decide."""
    if request.method != "POST":
        return _ask(request, actor, page, _form(page, outcome))
    form = _form(page, outcome, request.POST)
    if "edit" in request.POST or not form.is_valid():
        return _ask(request, actor, page, form)
    if "send" not in request.POST:
        return _preview(request, actor, page, form)
    try:
        decisions.decide(
            actor=actor,
            request_id=page.row.id,
            ruling=form.ruling(),
            version=form.cleaned_data["version"],
            now=now,
        )
    except LeaveRefused as refused:
        fresh = request.POST.copy()
        fresh["version"] = str(page.row.version)
        kept = _form(page, outcome, fresh)
        kept.is_valid()
        kept.add_error(None, str(refused.reason.label))
        return _ask(request, actor, page, kept)
    return redirect("leave:queue")


def _form(page: CasePage, outcome: Outcome, data: QueryDict | None = None) -> OtherwiseForm:
    row = page.row
    initial: dict[str, Any] = {"version": row.version}
    if outcome == Outcome.AMEND and not row.is_covered:
        initial |= {
            "first_day": row.covered_first,
            "last_day": row.covered_last,
            "reason": Reason.EVIDENCE_COVERS_LESS,
            "ways": [WayForward.SECOND_LOOK, WayForward.ADD_EVIDENCE],
        }
    elif outcome == Outcome.AMEND:
        initial |= {"first_day": row.first_day, "last_day": row.last_day}
    elif outcome == Outcome.RETURN:
        initial |= {"reason": Reason.INCOMPLETE, "ways": [WayForward.ADD_EVIDENCE]}
    return OtherwiseForm(
        data,
        outcome=outcome,
        asked=(row.first_day, row.last_day),
        has_evidence=page.verdict is not None or row.state == State.EVIDENCE_OVERDUE,
        initial=initial,
    )


def _ask(
    request: HttpRequest, actor: Account, page: CasePage, form: OtherwiseForm
) -> HttpResponse:
    context = {"page": page, "row": page.row, "form": form, **about(actor, "queue")}
    return render(request, "leave/desk_otherwise.html", context)


def _preview(
    request: HttpRequest, actor: Account, page: CasePage, form: OtherwiseForm
) -> HttpResponse:
    context = {
        "page": page,
        "row": page.row,
        "outcome": form.outcome,
        "decision": _words(form.ruling()),
        "typed": list(_typed(form)),
        **about(actor, "queue"),
    }
    return render(request, "leave/desk_preview.html", context)


def _words(ruling: Ruling) -> DecisionRow:
    return decision_words(
        outcome=ruling.outcome,
        reason=ruling.reason,
        ways=ruling.ways_forward,
        days=(ruling.first_day, ruling.last_day),
        other=(ruling.other_first, ruling.other_last),
    )


def _typed(form: OtherwiseForm) -> Iterator[tuple[str, str]]:
    """Yield everything that was typed, for the hidden fields of the preview."""
    data = form.data
    for name in form.fields:
        values = data.getlist(name) if isinstance(data, QueryDict) else [data.get(name, "")]
        for value in values:
            yield name, str(value)
