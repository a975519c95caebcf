"""One's own leave: the list, one request with its way, and everything one can do with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.db import database_now
from portal.common.errors import Refused
from portal.leave.forms.certificate import CertificateForm
from portal.leave.forms.own import EarlyReturnForm
from portal.leave.forms.versions import VersionForm
from portal.leave.selectors.own import get_asked, get_hand_in, get_own, list_own
from portal.leave.services import attestations, changes, evidence, requests
from portal.leave.services.desk import LeaveRefused
from portal.leave.views.things import REASON, REQUEST
from portal.papers.pages import CertificateRefused
from portal.people.actors import Account, actor_of
from portal.people.policies import Who, policy

_FORMS: Final = ["GET", "HEAD", "POST"]


class Deed(Protocol):
    """A deed on one's own request that the page's version guards."""

    def __call__(
        self, *, actor: Account, request_id: UUID, version: int, now: datetime
    ) -> object:
        """Do it, or refuse."""


@policy("leave.own", who=(Who.EMPLOYEE,))
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show one's own requests, what is left of the year, and the way to ask."""
    actor, now = actor_of(request), database_now()
    page = list_own(actor=actor, now=now)
    return render(request, "leave/own.html", {"page": page, "zone": actor.zone})


@policy(
    "leave.request",
    who=(Who.OWNER,),
    thing=REQUEST,
    sees={Who.OWNER: gettext_lazy("everything about it, and who opened what you handed in")},
)
@require_safe
def leave_request(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Show one request: where it stands, what is next, what can be done."""
    return _show(request, request_id)


@policy("leave.certificate", who=(Who.OWNER,), thing=REASON, sees={})
@require_http_methods(_FORMS)
def certificate(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand in a certificate; it is sealed at once and never lies anywhere open."""
    actor, now = actor_of(request), database_now()
    page = get_hand_in(actor=actor, request_id=request_id)
    if not page.can_hand_in:
        return redirect("leave:request", request_id)
    sent = request.method == "POST"
    form = CertificateForm(request.POST, request.FILES) if sent else CertificateForm()
    if sent and form.is_valid():
        try:
            evidence.hand_in(
                actor=actor, request_id=request_id, files=form.cleaned_data["papers"], now=now
            )
        except (LeaveRefused, CertificateRefused) as refused:
            form.add_error("papers", str(refused.reason.label))
        else:
            messages.success(
                request, _("Handed in and sealed. The medical reviewer alone can open it.")
            )
            return redirect("leave:request", request_id)
    context = {"page": page, "form": form, "zone": actor.zone}
    return render(request, "leave/own_certificate.html", context)


@policy("leave.withdraw", who=(Who.OWNER,))
@require_POST
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take a request back before it is decided; nobody asks why."""
    done = _("Withdrawn. Your days are free again.")
    return _deed(request, request_id, requests.withdraw, done=done)


@policy("leave.cancel", who=(Who.OWNER,))
@require_POST
def cancel(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask for a granted leave to be cancelled."""
    done = _("Asked for. Your HR office confirms it; until then your leave stands.")
    return _deed(request, request_id, changes.ask_cancel, done=done)


@policy("leave.second_look", who=(Who.OWNER,))
@require_POST
def second_look(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask another doctor to look at the certificate."""
    try:
        looks = attestations.second_look(
            actor=actor_of(request), request_id=request_id, now=database_now()
        )
    except LeaveRefused as refused:
        messages.warning(request, str(refused.reason.label))
    else:
        if looks:
            messages.success(request, _("Another reviewer looks at your certificate now."))
        else:
            text = _("Please hand the certificate in once more: it goes to another reviewer.")
            messages.success(request, text)
    return redirect("leave:request", request_id)


@policy("leave.to_annual", who=(Who.OWNER,))
@require_POST
def to_annual(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take the days as annual leave, where the certificate does not come."""
    done = _("Changed into annual leave. Nothing of the certificate is asked any more.")
    return _deed(request, request_id, changes.to_annual, done=done, goes_on=True)


@policy("leave.early_return", who=(Who.OWNER,))
@require_http_methods(_FORMS)
def early_return(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask to come back earlier; the days that are not taken come back, too."""
    actor, now = actor_of(request), database_now()
    page = get_asked(actor=actor, request_id=request_id)
    form = EarlyReturnForm(request.POST or None, initial={"version": page.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            changes.ask_early_return(
                actor=actor,
                request_id=request_id,
                last_day=data["last_day"],
                version=data["version"],
                now=now,
            )
        except LeaveRefused as refused:
            form.add_error("last_day", str(refused.reason.label))
        else:
            messages.success(request, _("Asked for. Your HR office confirms it."))
            return redirect("leave:request", request_id)
    context = {"page": page, "form": form, "zone": actor.zone}
    return render(request, "leave/own_early_return.html", context)


def _deed(
    request: HttpRequest,
    request_id: UUID,
    deed: Deed | Callable[..., object],
    *,
    done: str,
    goes_on: bool = False,
) -> HttpResponse:
    """Do something with a request as the page showed it; ``goes_on`` leads to a new one."""
    version = VersionForm(request.POST).shown()
    try:
        made = deed(
            actor=actor_of(request),
            request_id=request_id,
            version=version,
            now=database_now(),
        )
    except Refused as refused:
        messages.warning(request, str(refused.reason.label))
        return redirect("leave:request", request_id)
    messages.success(request, done)
    return redirect("leave:request", made if goes_on and made else request_id)


def _show(request: HttpRequest, request_id: UUID) -> HttpResponse:
    actor, now = actor_of(request), database_now()
    page = get_own(actor=actor, request_id=request_id, now=now)
    return render(request, "leave/own_request.html", {"page": page, "zone": actor.zone})
