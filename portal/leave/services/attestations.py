"""The medical reviewer's verdict: what HR and the official get in place of the paper."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import translation

from portal.calendars.rules import local_day
from portal.leave import notices
from portal.leave.choices import HR, REVIEWER, Action, Care, LetterKind, Refusal, State, Verdict
from portal.leave.models import (
    Attestation,
    Evidence,
    EvidenceOpening,
    HealthDossier,
    LeaveDesk,
    LeaveRequest,
)
from portal.leave.policies import employee_id_of, get_own_request, get_review
from portal.leave.rules.attesting import (
    Finding,
    Measure,
    covered_days,
    due_again,
    refuse_finding,
    settled,
)
from portal.leave.rules.bands import codes_by_day, numbered
from portal.leave.selectors.attested import (
    attested_csv,
    attested_json,
    list_attested,
    reviewer_number,
)
from portal.leave.selectors.days import day_of
from portal.leave.selectors.episodes import measure_of
from portal.leave.selectors.rulebook import band_book
from portal.leave.services.desk import LeaveRefused, employee_locked, record, step
from portal.leave.services.evidence import look_anew, readers_of, tell_reviewers
from portal.leave.services.numbering import PaperCode, new_code, take_number
from portal.leave.services.opening import keepers_of, newest_paper
from portal.leave.services.settling import settle
from portal.leave.services.telling import tell_desk_ready, tell_owner
from portal.papers.pdf import make_pdf
from portal.papers.shapes import AttestationPaper
from portal.people.actors import Account
from portal.vault.services import seal_field

__all__ = ["Finding", "attest", "export_attested", "second_look"]

ATTESTED: Final = "leave.attested"
ASKED_AGAIN: Final = "leave.asked_again"
EXPORTED: Final = "leave.attested_exported"
PAPER_LANGUAGE: Final = "id"


def attest(*, actor: Account, request_id: UUID, ruling: Finding, now: datetime) -> UUID:
    """
    Give the verdict on the newest certificate of a case and return its id.

    Enough, or enough for part of the dates: it gets a number and a paper, and the request goes
    on to where it belongs. Not yet enough: the employee is told what is missing. The kind of
    care becomes band codes of the payroll here and is kept nowhere.

    :raises Http404: if the actor may not look at it, or a colleague looks after it.
    :raises LeaveRefused: if it waits for no verdict, another paper has come meanwhile, she has
        not looked at it, or the rule asks for another class of issuer.
    """
    today = local_day(now, actor.zone)
    found = get_review(actor=actor, request_id=request_id, today=today)
    with employee_locked(employee_id=found.request.employee_id):
        dossier = get_review(actor=actor, request_id=request_id, today=today)
        row = dossier.request
        paper = _paper_of(actor, dossier, ruling)
        measure = measure_of(row)
        refusal = refuse_finding(ruling, measure)
        if refusal is not None:
            raise LeaveRefused(refusal)
        finding = replace(ruling, verdict=settled(ruling, measure))
        Attestation.objects.filter(request=row).update(stands=False, replaced=True)
        verdict = _verdict(actor, row, finding, measure, paper, now=now)
        if finding.verdict == Verdict.NOT_ENOUGH:
            verdict.save()
            _ask_again(actor, row, now=now)
        else:
            _set_bands(row, finding.care, measure)
            _number(verdict, row)
            verdict.save()
            _pass_on(actor, row, now=now)
    return verdict.pk


def second_look(*, actor: Account, request_id: UUID, now: datetime) -> bool:
    """
    Ask another reviewer to look at the certificate; once for a request.

    Returns True if one who has a key looks at it now. False if the paper has to be handed in
    again, since no other reviewer has a key to it: then it goes to somebody else.

    :raises Http404: if it is no request of the actor's own.
    :raises LeaveRefused: if there is no verdict to look at again, or no second reviewer.
    """
    with employee_locked(employee_id=employee_id_of(actor)):
        row = get_own_request(actor=actor, request_id=request_id)
        stood = Attestation.objects.filter(request=row, stands=True).first()
        dossier = HealthDossier.objects.get(request=row)
        dossier.request = row
        if stood is None or row.state not in _LOOKED_AT:
            raise LeaveRefused(Refusal.NOT_NOW)
        if dossier.not_again_id is not None:
            raise LeaveRefused(Refusal.NO_SECOND_REVIEWER)
        dossier.not_again_id, dossier.reviewer = stood.reviewer_id, None
        if not readers_of(dossier, now=now):
            raise LeaveRefused(Refusal.NO_SECOND_REVIEWER)
        dossier.save(update_fields=["not_again", "reviewer"])
        keepers = keepers_of(dossier, now=now)
        if keepers:
            look_anew(row, Action.SECOND_LOOK, now=now)
            tell_reviewers(row, keepers, now=now)
        else:
            wait_again(row, now=now)
    return bool(keepers)


def export_attested(
    *, actor: Account, first: date, last: date, as_json: bool, now: datetime
) -> bytes:
    """
    Return the attestations of these days for the other system, as CSV or JSON in UTF-8.

    The NIP by which it finds people stands in the body alone: name the file neutrally. That
    somebody took them out is recorded.

    :raises Http404: for anybody but an HR officer.
    """
    rows = list_attested(actor=actor, first=first, last=last)
    record(actor, HR, EXPORTED, actor.agency_id, now=now)
    return attested_json(rows) if as_json else attested_csv(rows)


_LOOKED_AT: Final = (State.EVIDENCE_DUE, State.EVIDENCE_OVERDUE, State.RETURNED)


def wait_again(row: LeaveRequest, *, now: datetime) -> None:
    """Give somebody a week at least to complete her certificate; needs the employee's lock."""
    row.evidence_due_on = due_again(row.evidence_due_on, today=day_of(row, now=now))
    row.save(update_fields=["evidence_due_on"])


def _paper_of(actor: Account, dossier: HealthDossier, ruling: Finding) -> Evidence:
    """
    Return the certificate that the verdict is about.

    :raises LeaveRefused: if there is none to judge, or she has not seen the newest one.
    """
    if dossier.request.state != State.EVIDENCE_REVIEW:
        raise LeaveRefused(Refusal.NOT_NOW)
    paper = newest_paper(dossier)
    if paper is None:
        raise LeaveRefused(Refusal.CERTIFICATE_FIRST)
    if ruling.piece not in (0, paper.number):
        raise LeaveRefused(Refusal.STALE)
    seen = EvidenceOpening.objects.filter(evidence=paper, reviewer=actor.user_id).exists()
    if dossier.reviewer_id != actor.user_id or not seen:
        raise LeaveRefused(Refusal.LOOK_FIRST)
    return paper


def _verdict(
    actor: Account,
    row: LeaveRequest,
    finding: Finding,
    measure: Measure,
    paper: Evidence,
    *,
    now: datetime,
) -> Attestation:
    covered = covered_days(finding, measure) or (None, None)
    is_short = finding.verdict == Verdict.NOT_ENOUGH
    return Attestation(
        request=row,
        reviewer_id=actor.user_id,
        verdict=finding.verdict,
        covers_from=covered[0],
        covers_until=covered[1],
        issuer="" if is_short or finding.issuer is None else finding.issuer,
        missing=sorted(set(finding.missing)) if is_short else [],
        sha256=paper.sha256,
        on_day=day_of(row, now=now),
    )


def _ask_again(actor: Account, row: LeaveRequest, *, now: datetime) -> None:
    row.evidence_due_on = due_again(row.evidence_due_on, today=day_of(row, now=now))
    step(
        row,
        Action.ASK_AGAIN,
        to=State.EVIDENCE_DUE,
        role=REVIEWER,
        fields=["evidence_due_on"],
        now=now,
    )
    record(actor, REVIEWER, ASKED_AGAIN, row.pk, now=now)
    tell_owner(row, notices.NEEDS_MORE, rev=row.version, now=now)


def _pass_on(actor: Account, row: LeaveRequest, *, now: datetime) -> None:
    """Let the request go on; whoever handles it next is told, the same way as ever."""
    settle(row, Action.ATTEST, role=REVIEWER, now=now)
    record(actor, REVIEWER, ATTESTED, row.pk, now=now)
    if row.state == State.ATTESTED:
        row.closed_on = day_of(row, now=now)
        row.save(update_fields=["closed_on"])
        tell_owner(row, notices.ENDED, rev=row.rev, now=now)
    tell_desk_ready(row, now=now)


def _set_bands(row: LeaveRequest, care: Care, measure: Measure) -> None:
    """Keep what the care means to payroll, day by day of the whole leave; never the care."""
    bands = band_book(agency_id=row.agency_id).on(row.leave_type.family, row.first_day)
    length = (measure.last - measure.first).days + 1
    days = [measure.first + timedelta(days=number) for number in range(length)]
    changes = codes_by_day(bands, care=care, days=numbered(days, since=measure.episode_first))
    row.pay_bands = [[day.isoformat(), code] for day, code in changes]
    row.save(update_fields=["pay_bands"])


def _number(verdict: Attestation, row: LeaveRequest) -> None:
    """Put the number and the code of the check page on a verdict, and draw its paper."""
    code = new_code()
    taken = take_number(
        agency_id=row.agency_id, kind=LetterKind.ATTESTATION, year=verdict.on_day.year
    )
    verdict.series, verdict.sequence, verdict.number = taken
    verdict.token_tag = code.tag
    seal_field(verdict, "pdf", make_pdf(paper=_paper(verdict, row, code)))


def _paper(verdict: Attestation, row: LeaveRequest, code: PaperCode) -> AttestationPaper:
    """
    Fill the paper in; it says dates, a verdict and a hash.

    The class of issuer is not on it: a midwife's name would say why, and that the class is
    right is what the verdict says.
    """
    place = LeaveDesk.objects.filter(agency=row.agency_id).values_list("place", flat=True)
    with translation.override(PAPER_LANGUAGE):
        label = str(Verdict(verdict.verdict).label)
    return AttestationPaper(
        language=PAPER_LANGUAGE,
        agency=row.agency.name,
        number=verdict.number,
        place=place.first() or "",
        issued_on=verdict.on_day,
        name=row.employee.user.full_name,
        nip=row.employee.user.nip or "",
        covers=(_span(verdict.covers_from, verdict.covers_until),),
        verdict=label,
        certificate_sha256=verdict.sha256,
        reviewer_number=reviewer_number(verdict.reviewer_id),
        verify_url=code.url,
    )


def _span(first: date | None, last: date | None) -> tuple[date, date]:
    """
    Return the days on the paper.

    :raises ValueError: for a verdict that covers none, which has no paper.
    """
    if first is None or last is None:
        raise ValueError("a paper covers days")
    return first, last
