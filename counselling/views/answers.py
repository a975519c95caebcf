"""Answers that several pages of a client give: the check page, and a time that fell through."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare, salted_hmac

from counselling import selectors
from counselling.choices import AppointmentStatus, Refusal
from counselling.forms import BookForm
from counselling.selectors import CheckRow
from portal.people.actors import Account

OWN_IN_THE_WAY = frozenset({Refusal.FIRST_FIRST, Refusal.TOO_MANY_OPEN, Refusal.OVERLAPS_OWN})
"""Refusals that a meeting of one's own explains: the page leads there."""


def time_is_gone(
    request: HttpRequest,
    *,
    actor: Account,
    reason: TextChoices,
    carried: Mapping[str, str] | None = None,
    now: datetime,
) -> HttpResponse:
    """Answer 200 with the nearest other times and everything that was already written."""
    own_first = reason in OWN_IN_THE_WAY
    return render(
        request,
        "counselling/time_taken.html",
        {
            "reason": reason.label,
            "own": selectors.list_own_appointments(actor=actor, now=now).coming
            if own_first
            else (),
            "own_first": own_first,
            "nearest": [] if own_first else selectors.nearest_times(actor=actor, now=now),
            "carried": carried or {},
            "zone": actor.zone,
        },
    )


def check_page(
    request: HttpRequest,
    *,
    actor: Account,
    row: CheckRow,
    form: BookForm | None = None,
    carried: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Answer with what is about to be booked; ``carried`` is what was written before."""
    return render(
        request,
        "counselling/appointment_check.html",
        {
            "row": row,
            "form": form or book_form(row, actor=actor, carried=carried),
            "zone": actor.zone,
        },
    )


def book_form(
    row: CheckRow,
    *,
    actor: Account,
    data: Any = None,  # noqa: ANN401 - what Django's forms take
    carried: Mapping[str, str] | None = None,
) -> BookForm:
    """Make the form of the check page, filled in where an answer is known."""
    return BookForm(
        data,
        modes=row.modes,
        addresses=row.addresses,
        initial={
            "alias": row.alias,
            "mode": row.mode,
            "address": row.address_choice or "",
            "consent": row.consent_version,
            "kept": proof_of_hold(actor=actor, appointment_id=row.id),
            **(carried or {}),
        },
    )


def no_hold(
    request: HttpRequest,
    *,
    actor: Account,
    appointment_id: UUID,
    carried: Mapping[str, str] | None = None,
    now: datetime,
) -> HttpResponse:
    """Answer for a hold that lapsed or is gone, or lead to the meeting it has become."""
    try:
        status = selectors.appointment_status(
            actor=actor, appointment_id=appointment_id, now=now
        )
    except Http404:
        status = AppointmentStatus.HELD
    if status != AppointmentStatus.HELD:
        return redirect("counselling:appointment", appointment_id)
    return time_is_gone(
        request, actor=actor, reason=Refusal.HOLD_LAPSED, carried=carried, now=now
    )


def proof_of_hold(*, actor: Account, appointment_id: UUID) -> str:
    """
    Return a word that shows a page was made for this person's own hold.

    A lapsed hold is deleted when somebody else takes the time. This word in the page tells
    a late form from a guessed path, which stays a 404.
    """
    return salted_hmac("counselling.hold", f"{appointment_id}:{actor.user_id}").hexdigest()


def held_once(word: str, *, actor: Account, appointment_id: UUID) -> bool:
    """Say whether a word is the proof of this hold."""
    expected = proof_of_hold(actor=actor, appointment_id=appointment_id)
    return constant_time_compare(word.encode("utf-8", "replace"), expected)
