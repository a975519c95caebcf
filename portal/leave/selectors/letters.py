"""Signed papers as they are kept, the form, and what a code on a paper tells."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.common.wording import plain_date
from portal.leave import policies
from portal.leave.choices import (
    ConsiderationState,
    DecisionState,
    Family,
    Opinion,
    Outcome,
    Reason,
    State,
)
from portal.leave.models import (
    Attestation,
    Consideration,
    Decision,
    LeaveAccount,
    LeaveRequest,
    LeaveType,
    Letter,
)
from portal.leave.rules.attesting import is_valid
from portal.leave.rules.counting import months_between
from portal.leave.selectors.days import day_of
from portal.leave.selectors.details import open_details
from portal.leave.selectors.papers import (
    LANGUAGE,
    length_unit,
    office_of,
    place_of,
    public_name,
)
from portal.leave.selectors.service import services_of
from portal.papers.choices import Answer, LeaveBox
from portal.papers.pdf import make_pdf
from portal.papers.shapes import LeaveForm, YearBalance
from portal.people.actors import Account
from portal.people.selectors import card_of
from portal.vault import services as vault

_ANSWERS: Final = {
    Opinion.AGREED: Answer.APPROVED,
    Opinion.CHANGED: Answer.CHANGED,
    Opinion.DEFER: Answer.DEFERRED,
    Opinion.DISAGREED: Answer.NOT_APPROVED,
    Outcome.GRANT: Answer.APPROVED,
    Outcome.AMEND: Answer.CHANGED,
    Outcome.DEFER: Answer.DEFERRED,
    Outcome.REFUSE: Answer.NOT_APPROVED,
}
"""The boxes of the form; one sent back to be completed has none."""
_BUCKETS: Final = (2, 1, 0)
"""How many years back the form shows, the oldest first."""


@dataclass(frozen=True, slots=True)
class LetterCheck:
    """What whoever scans a paper learns."""

    number: str
    is_valid: bool


def token_tag(token: str) -> bytes:
    """Return by what a paper is found from the code on it; the code itself is on paper only."""
    return vault.tag("leave.paper", token)


def check_url(token: str) -> str:
    """Return the address that is printed beside the code of a paper."""
    return f"{settings.PUBLIC_URL}/periksa/{token}/"


def check_letter(*, token: str) -> LetterCheck | None:
    """
    Return number and validity of the paper that carries a code; None for every other code.

    Letters and attestations alike; nobody learns here which of the two it is, whose, or when.
    Two queries at most.
    """
    tag = token_tag(token)
    letter = Letter.objects.filter(token_tag=tag).values_list("number", "revoked_on").first()
    if letter is not None:
        return LetterCheck(number=letter[0], is_valid=letter[1] is None)
    paper = (
        Attestation.objects.filter(token_tag=tag)
        .values_list("number", "replaced", "request__state")
        .first()
    )
    if paper is None:
        return None
    number, replaced, state = paper
    return LetterCheck(number=number, is_valid=is_valid(replaced=replaced, state=State(state)))


def letter_pdf(*, actor: Account, request_id: UUID) -> bytes:
    """
    Return the letter as it was signed, byte for byte.

    For whoever asked for the leave, and for the desk of her agency. A revoked one is still
    there to be read; the code on it says that it is no longer valid.

    :raises Http404: for anybody else's request, and where nothing is signed.
    """
    return _letter(_readable(actor=actor, request_id=request_id))


def own_letter_pdf(*, actor: Account, request_id: UUID) -> bytes:
    """
    Return the letter on a leave of the actor's own; see `letter_pdf`.

    :raises Http404: for anybody else's request, and where nothing is signed.
    """
    return _letter(policies.get_own_request(actor=actor, request_id=request_id))


def _letter(row: LeaveRequest) -> bytes:
    letter = Letter.objects.filter(decision__request=row).order_by("-signed_on", "-pk").first()
    if letter is None:
        raise Http404
    return vault.open_field(letter, "pdf")


def form_pdf(*, actor: Account, request_id: UUID) -> bytes:
    """
    Return the form *Permintaan dan Pemberian Cuti*, drawn from what is known now.

    Section III is the same sentence for every kind. A decision stands on it once it is signed.

    :raises Http404: for anybody else's request.
    """
    return _drawn(_readable(actor=actor, request_id=request_id))


def own_form_pdf(*, actor: Account, request_id: UUID) -> bytes:
    """
    Return the form of a leave of the actor's own; see `form_pdf`.

    :raises Http404: for anybody else's request.
    """
    return _drawn(policies.get_own_request(actor=actor, request_id=request_id))


def _drawn(row: LeaveRequest) -> bytes:
    with override(LANGUAGE):
        paper = _form(row)
    return make_pdf(paper=paper)


def _readable(*, actor: Account, request_id: UUID) -> LeaveRequest:
    if policies.own_requests(actor).filter(pk=request_id).exists():
        return policies.get_own_request(actor=actor, request_id=request_id)
    return policies.get_desk_request(actor=actor, request_id=request_id)


def _form(row: LeaveRequest) -> LeaveForm:
    details = open_details(row)
    person = row.employee.user
    kind = row.leave_type
    box = next((box for box in LeaveBox if box.value == kind.family), None)
    return LeaveForm(
        language=LANGUAGE,
        agency=row.agency.name,
        place=place_of(row),
        asked_on=row.sent_on,
        addressed_to=_("the official authorised to grant leave"),
        name=person.full_name,
        nip=person.nip or "",
        position="",
        service_length=_service_length(row),
        unit=row.employee.unit.name,
        kind=box,
        other_kind="" if box else public_name(kind, LANGUAGE),
        length=row.days,
        length_unit=length_unit(row),
        starts_on=row.first_day,
        ends_on=row.last_day,
        balances=_balances(row),
        address=details.address,
        phone=details.phone,
        **_considered(row),
        **_decided(row),
    )


def _considered(row: LeaveRequest) -> dict[str, Any]:
    """Return section VII: who considered it last, and what she said."""
    found = (
        Consideration.objects.filter(
            request=row,
            round=row.round,
            state__in=(ConsiderationState.GIVEN, ConsiderationState.LAPSED),
        )
        .select_related("asked__user", "acted_by__user")
        .order_by("-asked_on", "-answered_on", "-step", "pk")
        .first()
    )
    if found is None:
        return {"consideration": None}
    superior = (found.acted_by or found.asked).user
    is_given = found.state == ConsiderationState.GIVEN
    return {
        "consideration": _ANSWERS[Opinion(found.opinion)] if is_given else None,
        "consideration_note": _note(found.reason, found.other_first, found.other_last)
        if is_given
        else str(ConsiderationState.LAPSED.label),
        "superior_name": superior.full_name,
        "superior_nip": superior.nip or "",
        "considered_on": found.answered_on,
    }


def _decided(row: LeaveRequest) -> dict[str, Any]:
    """Return section VIII: the signed decision of the round, its number and its code."""
    found = (
        Decision.objects.filter(request=row, round=row.round, state=DecisionState.FINAL)
        .select_related("decree", "decided_by", "letter")
        .defer("letter__pdf")
        .first()
    )
    if found is None or found.outcome not in _ANSWERS:
        return {"decision": None}
    letter = getattr(found, "letter", None)
    decree = found.decree
    token = vault.open_field_text(letter, "sealed_token") if letter else ""
    return {
        "decision": _ANSWERS[Outcome(found.outcome)],
        "decision_note": _note(found.reason, found.other_first, found.other_last),
        "official_name": found.decided_by.full_name,
        "official_nip": found.decided_by.nip or "",
        "official_office": office_of(found),
        "decided_on": day_of(row, now=found.decided_at),
        "decree": decree.number if decree else "",
        "number": letter.number if letter else "",
        "verify_url": check_url(token) if token else "",
    }


def _note(reason: str, first: date | None, last: date | None) -> str:
    """Return the reason in the words of the fixed vocabulary, and other dates suggested."""
    words = [str(Reason(reason).label)] if reason else []
    if first and last:
        dates = {"first": plain_date(first), "last": plain_date(last)}
        words.append(_("suggested instead: %(first)s to %(last)s") % dates)
    return "; ".join(words)


def _service_length(row: LeaveRequest) -> str:
    """Return how long somebody has served when asking, in years and months; or nothing."""
    since = services_of([card_of(row.employee)])[row.employee_id]
    if since is None:
        return ""
    years, months = divmod(months_between(since, row.sent_on), 12)
    return _("%(years)s years %(months)s months") % {"years": years, "months": months}


def _balances(row: LeaveRequest) -> tuple[YearBalance, ...]:
    """Return what is left of annual leave, oldest year first; nothing before a year is open."""
    year = row.first_day.year
    annual = LeaveType.objects.filter(agency=row.agency_id, family=Family.ANNUAL)
    left = dict(
        LeaveAccount.objects.filter(
            employee=row.employee_id, leave_year=year, code__in=annual.values("code")
        ).values_list("source_year", "available")
    )
    if not left:
        return ()
    return tuple(
        YearBalance(year=year - back, left=left.get(year - back, Decimal(0)))
        for back in _BUCKETS
    )
