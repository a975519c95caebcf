"""What is done at the desk with one press: undo, sign, agree, keep, recall, revoke."""

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.common.db import database_now
from portal.leave.choices import RevokeReason
from portal.leave.forms.desk import RecallForm, RevocationForm
from portal.leave.forms.versions import VersionForm
from portal.leave.services import decisions, endings
from portal.leave.services.desk import LeaveRefused
from portal.leave.views.desk import AT_THE_DESK, RECALL, REVOKE, show_case
from portal.people.actors import actor_of
from portal.people.policies import policy

CASE: Final = "case"
"""A button on the page of one request says so, and leads back there."""


@policy("leave.decision_undo", who=AT_THE_DESK)
@require_POST
def decision_undo(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Take a decision of one's own back before it takes effect."""
    said = _("Taken back. Nobody was told, and the request waits again.")
    return _decision(request, decisions.undo_decision, decision_id, said)


@policy("leave.decision_sign", who=AT_THE_DESK)
@require_POST
def decision_sign(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Sign a decision of one's own at once."""
    said = _("Signed. The employee is being told.")
    return _decision(request, decisions.sign_now, decision_id, said)


@policy("leave.case_cancel", who=AT_THE_DESK)
@require_POST
def case_cancel(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Cancel granted leave as its employee asked."""
    said = _("Cancelled. The days go back where they came from.")
    return _deed(request, request_id, endings.agree_cancel, said)


@policy("leave.case_early_return", who=AT_THE_DESK)
@require_POST
def case_early_return(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Let somebody come back earlier, as she asked."""
    said = _("The leave ends earlier. Days that are not taken go back.")
    return _deed(request, request_id, endings.agree_early_return, said)


@policy("leave.case_keep", who=AT_THE_DESK)
@require_POST
def case_keep(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Let granted leave stay as it is."""
    return _deed(request, request_id, endings.keep, _("The leave stays as it was granted."))


@policy("leave.case_recall", who=AT_THE_DESK)
@require_POST
def case_recall(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Call somebody back to work, where the rule of the kind knows it."""
    form = RecallForm(request.POST, prefix=RECALL)
    if form.is_valid():
        data = form.cleaned_data
        try:
            endings.recall(
                actor=actor_of(request),
                request_id=request_id,
                back_on=data["back_on"],
                version=data["version"],
                now=database_now(),
            )
        except LeaveRefused as refused:
            form.add_error("back_on", str(refused.reason.label))
        else:
            messages.success(request, _("Recalled. Days that are not taken go back."))
            return redirect("leave:case", request_id)
    return show_case(request, request_id, recall_form=form)


@policy("leave.revocation_ask", who=AT_THE_DESK)
@require_POST
def revocation_ask(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask for granted leave to be revoked; a second person confirms it."""
    form = RevocationForm(request.POST, prefix=REVOKE)
    if form.is_valid():
        data = form.cleaned_data
        try:
            endings.ask_revocation(
                actor=actor_of(request),
                request_id=request_id,
                reason=RevokeReason(data["reason"]),
                version=data["version"],
                now=database_now(),
            )
        except LeaveRefused as refused:
            form.add_error("reason", str(refused.reason.label))
        else:
            messages.success(
                request, _("Asked for. Nothing changes before a colleague confirms it.")
            )
            return redirect("leave:case", request_id)
    return show_case(request, request_id, revocation_form=form)


@policy("leave.revocation_confirm", who=AT_THE_DESK)
@require_POST
def revocation_confirm(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Revoke granted leave, as the second person."""
    said = _("Revoked. The letter is valid no longer, and the days go back.")
    return _deed(request, request_id, endings.confirm_revocation, said)


@policy("leave.revocation_drop", who=AT_THE_DESK)
@require_POST
def revocation_drop(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take the question back whether granted leave is revoked."""
    deed = partial(_drop, endings.drop_revocation)
    return _deed(request, request_id, deed, _("The question is taken back. The leave stands."))


def _drop(deed: Callable[..., None], *, version: int, **rest: object) -> None:  # noqa: ARG001 - the question has its own guard
    deed(**rest)


def _decision(
    request: HttpRequest, deed: Callable[..., None], decision_id: UUID, said: str
) -> HttpResponse:
    try:
        deed(actor=actor_of(request), decision_id=decision_id, now=database_now())
    except LeaveRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, said)
    return redirect("leave:queue")


def _deed(
    request: HttpRequest, request_id: UUID, deed: Callable[..., None], said: str
) -> HttpResponse:
    """Do something with a request as the page showed it; then back to where the button was."""
    version = VersionForm(request.POST).shown()
    try:
        deed(
            actor=actor_of(request), request_id=request_id, version=version, now=database_now()
        )
    except LeaveRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        messages.success(request, said)
    if request.POST.get("here") == CASE:
        return redirect("leave:case", request_id)
    return redirect("leave:queue")
