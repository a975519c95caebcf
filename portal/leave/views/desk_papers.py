"""Papers and files that leave the desk: letters, forms, attestations, payroll."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from portal.calendars.rules import local_day
from portal.common.db import database_now
from portal.common.files import FileKind, file_answer
from portal.leave.forms.desk import MonthForm, PeriodForm
from portal.leave.selectors.attested import attestation_pdf, list_attested
from portal.leave.selectors.letters import form_pdf, letter_pdf
from portal.leave.services import attestations
from portal.leave.statistics import payroll_csv, payroll_rows
from portal.leave.views.desk import AT_THE_DESK, about
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

RECENT: Final = timedelta(days=30)
PAYROLL, ATTESTED = "gaji", "keterangan"
"""Prefixes of the two forms of one page."""


@policy("leave.desk_letter", who=AT_THE_DESK)
@require_safe
def desk_letter(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand out the letter as it was signed."""
    return _paper(request, request_id, letter_pdf)


@policy("leave.desk_form", who=AT_THE_DESK)
@require_safe
def desk_form(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand out the form of the request."""
    return _paper(request, request_id, form_pdf)


@policy("leave.desk_attestation", who=AT_THE_DESK)
@require_safe
def desk_attestation(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand out the attestation: verdict, dates and number, never the certificate."""
    return _paper(request, request_id, attestation_pdf)


@policy("leave.exports", who=(Who.HR,))
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """Offer the files for payroll and for the leave system beside."""
    return _show(request)


@policy("leave.export_payroll", who=(Who.HR,))
@require_POST
def export_payroll(request: HttpRequest) -> HttpResponse:
    """Hand out a month for payroll: name, days and the code of a band, no kind, no reason."""
    form = MonthForm(request.POST, prefix=PAYROLL)
    if not form.is_valid():
        return _show(request, payroll_form=form)
    rows = payroll_rows(actor=actor_of(request), month=form.first_day(), now=database_now())
    return file_answer(payroll_csv(rows), FileKind.CSV)


@policy("leave.export_attested", who=(Who.HR,))
@require_POST
def export_attested(request: HttpRequest) -> HttpResponse:
    """Hand out the attestations of some days for the leave system beside."""
    form = PeriodForm(request.POST, prefix=ATTESTED)
    if not form.is_valid():
        return _show(request, attested_form=form)
    data = form.cleaned_data
    as_json = data["kind"] == PeriodForm.JSON
    content = attestations.export_attested(
        actor=actor_of(request),
        first=data["first"],
        last=data["last"],
        as_json=as_json,
        now=database_now(),
    )
    return file_answer(content, FileKind.JSON if as_json else FileKind.CSV)


def _show(
    request: HttpRequest,
    *,
    payroll_form: MonthForm | None = None,
    attested_form: PeriodForm | None = None,
) -> HttpResponse:
    actor, now = actor_of(request), database_now()
    today = local_day(now, actor.zone)
    context = {
        "attested": list_attested(actor=actor, first=today - RECENT, last=today)[::-1],
        "payroll_form": payroll_form or MonthForm(prefix=PAYROLL),
        "attested_form": attested_form or PeriodForm(prefix=ATTESTED),
        "form": payroll_form or attested_form,
        **about(actor, "exports"),
    }
    return render(request, "leave/desk_exports.html", context)


def _paper(request: HttpRequest, request_id: UUID, draw: Callable[..., bytes]) -> HttpResponse:
    data = draw(actor=actor_of(request), request_id=request_id)
    return file_answer(data, FileKind.PDF)
