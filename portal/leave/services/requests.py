"""Asking for leave, asking once more, taking it back."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from portal.leave.choices import EMPLOYEE, Action, Refusal, State, Verdict
from portal.leave.models import (
    Attestation,
    HealthDossier,
    LeaveDay,
    LeaveRequest,
    LeaveType,
)
from portal.leave.policies import employee_id_of, get_own_request
from portal.leave.rules.asking import LeaveAsk
from portal.leave.rules.transitions import next_states
from portal.leave.selectors.asking import Weighed, weigh
from portal.leave.services import ledger, sending
from portal.leave.services.considerations import ask_superior, withdraw_question
from portal.leave.services.desk import LeaveRefused, step
from portal.leave.services.evidence import seal_words
from portal.leave.services.settling import waits_for
from portal.people.actors import Account

__all__ = ["LeaveAsk", "resubmit", "submit_leave_request", "withdraw"]

_SENT_AGAIN: Final = (*sending.FILLED, "key", "certificate", "rev", "round", "sent_on")


def submit_leave_request(*, actor: Account, ask: LeaveAsk, now: datetime) -> UUID:
    """
    Ask for leave and return the request; the same form twice is the same request.

    One deed: kind and days by the facts under the lock, a dossier whatever the kind, the
    reservation, the words sealed to the reviewers, the superior asked. Who is told what is the
    same for every kind. An attestation desk asks no superior and keeps no balance.

    :raises Http404: for somebody who is no employee, or if what is continued or changed is not
        her own.
    :raises LeaveRefused: with what stands in the way; nothing is written then.
    """
    employee_id = employee_id_of(actor)
    try:
        with sending.asking(employee_id=employee_id):
            sent = _sent_with(employee_id, ask.key)
            if sent is not None:
                return sent
            found = weigh(actor=actor, ask=ask, now=now)
            sending.refuse(found)
            row = sending.write(found, now=now)
            if not row.desk_only:
                ask_superior(row, now=now)
            sending.send_on(row, now=now)
    except (sending.SentAlready, LeaveRefused):
        # The same form, sent twice at once, is in its own way: what stands is what was asked.
        sent = _sent_with(employee_id, ask.key)
        if sent is None:
            raise
        return sent
    return row.pk


def resubmit(
    *, actor: Account, request_id: UUID, ask: LeaveAsk, version: int, now: datetime
) -> None:
    """
    Send a request again that came back to be completed; the same form twice changes nothing.

    Days and reservation are made anew. A verdict stays where it is enough for what is asked
    now; otherwise the certificate is waited for again. The superior is asked in every round.

    :raises Http404: if it is no request of the actor's own.
    :raises LeaveRefused: with what stands in the way; nothing is written then.
    """
    with sending.asking(employee_id=employee_id_of(actor)):
        row = get_own_request(actor=actor, request_id=request_id)
        if row.key == ask.key and row.round > 1:
            return
        _refuse_step(row, version)
        found = weigh(actor=actor, ask=_same_links(ask, row), again=row, now=now)
        sending.refuse(found)
        _rewrite(row, found, now=now)
        state = _where_next(row, found)
        step(
            row,
            Action.RESUBMIT,
            to=state,
            role=EMPLOYEE,
            version=version,
            fields=_SENT_AGAIN,
            now=now,
        )
        sending.tell_sent(row, now=now)


def withdraw(*, actor: Account, request_id: UUID, version: int, now: datetime) -> None:
    """
    Take a request back before it is decided; its days are free again. Nobody asks why.

    :raises Http404: if it is no request of the actor's own.
    :raises LeaveRefused: if it is decided, or no longer what the page showed.
    """
    with sending.asking(employee_id=employee_id_of(actor)):
        row = get_own_request(actor=actor, request_id=request_id)
        sending.take_back(row, version=version, now=now)


def _sent_with(employee_id: UUID, key: UUID) -> UUID | None:
    rows = LeaveRequest.objects.filter(employee=employee_id, key=key)
    return rows.values_list("id", flat=True).first()


def _refuse_step(row: LeaveRequest, version: int) -> None:
    if version != row.version:
        raise LeaveRefused(Refusal.STALE)
    if not next_states(Action.RESUBMIT, State(row.state)):
        raise LeaveRefused(Refusal.NOT_NOW)


def _same_links(ask: LeaveAsk, row: LeaveRequest) -> LeaveAsk:
    """Keep a change a change and an extension an extension, whatever the form says."""
    return replace(
        ask,
        supersedes=row.supersedes_id,
        continues=ask.continues or row.continues_id,
    )


def _rewrite(row: LeaveRequest, found: Weighed, *, now: datetime) -> None:
    """Put new days in the place of the old ones; those of an earlier round leave no rows."""
    LeaveDay.objects.filter(request=row).delete()
    ledger.release(row, now=now)
    withdraw_question(row, now=now)
    if (row.first_day, row.last_day) != (found.ask.first_day, found.ask.last_day):
        row.rev += 1
    row.key, row.sent_on, row.round = found.ask.key, found.today, row.round + 1
    sending.fill(row, found)
    row.leave_type = LeaveType.objects.get(pk=row.leave_type_id)
    sending.claim(row, found.claims)
    sending.reserve(row, found, now=now)
    dossier, _made = HealthDossier.objects.get_or_create(request=row)
    seal_words(dossier, found.ask.words, now=now)
    ask_superior(row, now=now)


def _where_next(row: LeaveRequest, found: Weighed) -> State:
    """Return where the request waits now; a verdict that is not enough stands no longer."""
    if _is_attested(row, found):
        return waits_for(row)
    Attestation.objects.filter(request=row, stands=True).update(stands=False)
    row.certificate = found.ask.certificate
    return State.EVIDENCE_DUE if found.issuers else waits_for(row)


def _is_attested(row: LeaveRequest, found: Weighed) -> bool:
    """Say whether the verdict that stands covers every day, by an issuer the rule accepts."""
    if not found.issuers:
        return False
    verdicts = Attestation.objects.filter(
        request=row,
        stands=True,
        covers_from__lte=found.ask.first_day,
        covers_until__gte=found.ask.last_day,
        issuer__in=found.issuers,
    )
    return verdicts.exclude(verdict=Verdict.NOT_ENOUGH).exists()
