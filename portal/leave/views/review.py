"""The medical reviewer's pages: open a case, look at the certificate, send the verdict."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from portal.common.db import database_now
from portal.leave.forms.review import VerdictForm
from portal.leave.selectors.returns import list_plans_to_review
from portal.leave.selectors.reviews import ReviewPage, get_review_page, list_reviews
from portal.leave.services import attestations, opening
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.opening import EvidenceUnreadable
from portal.leave.views.things import REASON
from portal.papers.pages import PAGE_TYPE
from portal.people.actors import actor_of
from portal.people.policies import Who, policy
from portal.people.vaults import vault_of
from portal.vault.unlock import Locked

_FORMS: Final = ["GET", "HEAD", "POST"]
LOCKED: Final = 423


@policy("leave.reviews", who=(Who.REVIEWER,))
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """List what waits for a verdict, oldest first: a number and dates; then plans to return."""
    actor, now = actor_of(request), database_now()
    context = {
        "queue": list_reviews(actor=actor, now=now),
        "plans": list_plans_to_review(actor=actor, now=now),
    }
    return render(request, "leave/reviews.html", context)


@policy("leave.review_take", who=(Who.REVIEWER,))
@require_POST
def review_take(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Look after a case from now on, and open it."""
    try:
        opening.take_on(actor=actor_of(request), request_id=request_id, now=database_now())
    except LeaveRefused as refused:
        messages.info(request, str(refused.reason.label))
        return redirect("leave:reviews")
    return redirect("leave:review", request_id)


@policy("leave.review_release", who=(Who.REVIEWER,))
@require_POST
def review_release(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand a case to the colleagues."""
    try:
        opening.give_back(actor=actor_of(request), request_id=request_id, now=database_now())
    except LeaveRefused as refused:
        messages.info(request, str(refused.reason.label))
    else:
        messages.success(request, _("A colleague looks at it. You cannot open it any more."))
    return redirect("leave:reviews")


@policy(
    "leave.review",
    who=(Who.REVIEWER,),
    thing=REASON,
    sees={
        Who.REVIEWER: gettext_lazy(
            "the one who looks after your request, with a key of their own; every opening is "
            "recorded and shown to you"
        )
    },
)
@require_http_methods(_FORMS)
def review(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """
    Show one case and take the verdict; what was chosen comes back with every no.

    A locked vault leads to the passphrase and back, with what was chosen.
    """
    actor, now = actor_of(request), database_now()
    page = get_review_page(actor=actor, request_id=request_id, now=now)
    if not page.is_open:
        return render(request, "leave/review.html", {"page": page, "row": page.row})
    if not vault_of(request).is_open:
        raise Locked
    form = VerdictForm(request.POST if request.method == "POST" else None, page=page)
    if form.is_valid():
        try:
            attestations.attest(
                actor=actor, request_id=request_id, ruling=form.finding(), now=now
            )
        except LeaveRefused as refused:
            form.add_error(None, str(refused.reason.label))
            page = get_review_page(actor=actor, request_id=request_id, now=now)
        else:
            messages.success(request, _("Sent. The certificate stays sealed."))
            return redirect("leave:reviews")
    return _desk(request, page, form)


@policy("leave.evidence_page", who=(Who.REVIEWER,))
@require_GET
def evidence_page(request: HttpRequest, evidence_id: UUID, number: int) -> HttpResponse:
    """
    Serve one page of a certificate as a picture; nothing keeps a copy.

    With a locked vault there is no picture and no detour: the page around it asks.
    """
    try:
        data = opening.open_page(
            actor=actor_of(request),
            vault=vault_of(request),
            evidence_id=evidence_id,
            number=number,
            now=database_now(),
        )
    except Locked:
        return HttpResponse(status=LOCKED, content_type="text/plain")
    except (EvidenceUnreadable, LeaveRefused) as error:
        raise Http404 from error
    return HttpResponse(
        data,
        content_type=PAGE_TYPE,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": "inline",
        },
    )


def _desk(request: HttpRequest, page: ReviewPage, form: VerdictForm) -> HttpResponse:
    """Render a case with its words; a piece of a lost key says so in its place."""
    actor, vault, now = actor_of(request), vault_of(request), database_now()
    words: list[str] = []
    unreadable = not page.pieces
    for piece in page.pieces:
        try:
            if piece.is_words:
                words.append(
                    opening.open_words(actor=actor, vault=vault, evidence_id=piece.id, now=now)
                )
            else:
                opening.check_key(actor=actor, vault=vault, evidence_id=piece.id)
        except EvidenceUnreadable:
            unreadable = True
    return render(
        request,
        "leave/review.html",
        {
            "page": page,
            "row": page.row,
            "form": form,
            "words": words,
            "papers": [piece for piece in page.pieces if not piece.is_words],
            "is_unreadable": unreadable,
        },
    )
