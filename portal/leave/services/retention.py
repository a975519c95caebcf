"""What goes by itself: certificates after their time, keys of reviewers who have left."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from portal.leave import notices
from portal.leave.choices import ENDED, HOUSE, Action, Refusal, State
from portal.leave.models import (
    EvidenceKey,
    EvidencePage,
    HealthDossier,
    LeaveDesk,
)
from portal.leave.selectors.days import day_of
from portal.leave.services.attestations import wait_again
from portal.leave.services.desk import LeaveRefused, employee_locked, step
from portal.leave.services.opening import keepers_of, release
from portal.leave.services.telling import tell_owner

USUAL_DAYS: Final = 90
OVER: Final = (*ENDED, State.CLOSED, State.ATTESTED)
"""Nothing is handed in or opened any more."""
LEFT_LYING: Final = (State.RETURNED, State.EVIDENCE_OVERDUE)
"""Whoever never comes back to it does not leave a certificate here for ever."""


def empty_dossiers(*, now: datetime) -> int:
    """
    Delete certificates and words whose time is over; return how many cases that were.

    ``retention_days`` of the agency after the request was closed or ended, by the calendar of
    the employee; or after the last step of one that was sent back, or whose certificate was
    late, and never taken up again. Pages and keys are deleted and nothing brings them back;
    that something was handed in, its hash, who opened it and the attestation stay. Repeated it
    changes nothing.
    """
    days = dict(LeaveDesk.objects.values_list("agency", "retention_days"))
    emptied = 0
    for dossier in list(_over()):
        row = dossier.request
        kept = timedelta(days=days.get(row.agency_id, USUAL_DAYS))
        ended_on: date | None = getattr(dossier, "over_on", None)
        if ended_on is not None and ended_on + kept < day_of(row, now=now):
            emptied += _empty(dossier, now=now)
    return emptied


def return_cases(*, now: datetime) -> int:
    """
    Give cases whose reviewer has left to the others; return how many that were.

    Where nobody is left who could open the certificate, the employee is asked for it again and
    told so. Repeated it changes nothing.
    """
    waiting = HealthDossier.objects.filter(request__state=State.EVIDENCE_REVIEW)
    found = waiting.order_by("id").values_list("id", "request__employee_id")
    return sum(_return(*case, now=now) for case in list(found))


def _over() -> QuerySet[HealthDossier]:
    """Return the cases that are over and still hold something, and since when."""
    return (
        HealthDossier.objects.filter(request__state__in=(*OVER, *LEFT_LYING))
        .filter(Exists(EvidencePage.objects.filter(evidence__dossier=OuterRef("pk"))))
        .annotate(over_on=Coalesce("request__closed_on", Max("request__events__on_day")))
        .select_related(
            "request__employee__unit", "request__employee__agency", "request__employee"
        )
        .order_by("id")
    )


def _empty(dossier: HealthDossier, *, now: datetime) -> bool:
    row = dossier.request
    try:
        with employee_locked(employee_id=row.employee_id):
            EvidenceKey.objects.filter(evidence__dossier=dossier).delete()
            EvidencePage.objects.filter(evidence__dossier=dossier).delete()
            HealthDossier.objects.filter(pk=dossier.pk).update(emptied_on=day_of(row, now=now))
    except LeaveRefused as refused:
        if refused.reason != Refusal.BUSY:
            raise
        return False
    return True


def _return(dossier_id: UUID, employee_id: UUID, *, now: datetime) -> bool:
    try:
        with employee_locked(employee_id=employee_id):
            return _return_locked(dossier_id, now=now)
    except LeaveRefused as refused:
        if refused.reason != Refusal.BUSY:
            raise
        return False


def _return_locked(dossier_id: UUID, *, now: datetime) -> bool:
    dossier = (
        HealthDossier.objects.select_related(
            "request__employee__unit", "request__employee__agency"
        )
        .filter(pk=dossier_id, request__state=State.EVIDENCE_REVIEW)
        .first()
    )
    if dossier is None:
        return False
    keepers = keepers_of(dossier, now=now)
    if not keepers:
        _ask_again(dossier, now=now)
        return True
    if dossier.reviewer_id is None or dossier.reviewer_id in keepers:
        return False
    release(dossier, now=now)
    return True


def _ask_again(dossier: HealthDossier, *, now: datetime) -> None:
    dossier.reviewer = None
    dossier.save(update_fields=["reviewer"])
    row = dossier.request
    wait_again(row, now=now)
    step(row, Action.ASK_AGAIN, to=State.EVIDENCE_DUE, role=HOUSE, now=now)
    tell_owner(row, notices.NEEDS_MORE, rev=row.version, now=now)
