"""What a medical reviewer sees: the list by number and dates, and one case she looks after."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from portal.calendars.rules import local_day
from portal.leave.choices import Care, Issuer, State, Verdict
from portal.leave.models import Attestation, Evidence, EvidenceKey, HealthDossier
from portal.leave.policies import get_review, reviews
from portal.leave.rules.attesting import Measure
from portal.leave.selectors.episodes import measure_of
from portal.leave.selectors.rulebook import band_book
from portal.people.actors import Account
from portal.vault.services import has_vault

_HANDLE_LETTERS: Final = 6


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """
    One case in the list: a number to speak of it, and its dates.

    The name is there for the one who looks after it; until then nobody needs it.
    """

    id: UUID
    number: str
    name: str
    first_day: date
    last_day: date
    handed_in_on: date
    is_mine: bool
    is_second: bool

    def __repr__(self) -> str:
        return "<review>"


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """What waits, oldest first: what the actor looks after, and what nobody does yet."""

    mine: tuple[ReviewRow, ...]
    waiting: tuple[ReviewRow, ...]
    has_vault: bool


@dataclass(frozen=True, slots=True)
class PieceRow:
    """Something handed in; ``page_numbers`` of a certificate, none of words."""

    id: UUID
    number: int
    is_words: bool
    page_numbers: range
    handed_in_on: date


@dataclass(frozen=True, slots=True)
class IssuerRow:
    """A class of issuer, and how far the rule lets it go in this case."""

    issuer: Issuer
    until: date | None
    is_enough: bool


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """
    One case. Name and pieces are there for the one who looks after it and while it waits.

    ``piece`` is the number of the newest certificate, which the verdict is about.
    """

    row: ReviewRow
    waits: bool
    pieces: tuple[PieceRow, ...]
    piece: int
    issuers: tuple[IssuerRow, ...]
    episode_days: int
    asks_for_care: bool
    verdict_label: str

    @property
    def is_open(self) -> bool:
        """Say whether the actor gives the verdict here."""
        return self.row.is_mine and self.waits


def list_reviews(*, actor: Account, now: datetime) -> ReviewQueue:
    """Return what waits for a verdict; four queries however much it is."""
    today = local_day(now, actor.zone)
    found = list(
        reviews(actor=actor, today=today)
        .filter(request__state=State.EVIDENCE_REVIEW)
        .select_related("request__employee__user")
    )
    papers = _newest_papers(found)
    rows = sorted(
        (_row(actor, dossier, papers) for dossier in found),
        key=lambda row: (row.handed_in_on, row.number, row.id),
    )
    return ReviewQueue(
        mine=tuple(row for row in rows if row.is_mine),
        waiting=tuple(row for row in rows if not row.is_mine),
        has_vault=has_vault(user_id=actor.user_id),
    )


def count_reviews(*, actor: Account, now: datetime) -> int:
    """Return how many cases wait for a verdict that the actor could give; two queries."""
    found = reviews(actor=actor, today=local_day(now, actor.zone))
    return found.filter(request__state=State.EVIDENCE_REVIEW).count()


def get_review_page(*, actor: Account, request_id: UUID, now: datetime) -> ReviewPage:
    """
    Return one case the actor may look at.

    :raises Http404: if she has no key to it, or a colleague looks after it.
    """
    today = local_day(now, actor.zone)
    dossier = get_review(actor=actor, request_id=request_id, today=today)
    row = _row(actor, dossier, _newest_papers([dossier]))
    waits = dossier.request.state == State.EVIDENCE_REVIEW
    is_open = row.is_mine and waits
    pieces = _pieces(actor, dossier) if is_open else ()
    measure = measure_of(dossier.request) if is_open else None
    return ReviewPage(
        row=row,
        waits=waits,
        pieces=pieces,
        piece=max((one.number for one in pieces if not one.is_words), default=0),
        issuers=_issuers(measure) if measure else (),
        episode_days=measure.days_until(measure.last) if measure else 0,
        asks_for_care=is_open and _asks_for_care(dossier),
        verdict_label="" if waits else _verdict_label(actor, dossier),
    )


def _row(actor: Account, dossier: HealthDossier, papers: Mapping[UUID, Evidence]) -> ReviewRow:
    request = dossier.request
    is_mine = dossier.reviewer_id == actor.user_id
    paper = papers.get(dossier.pk)
    return ReviewRow(
        id=request.pk,
        number=request.pk.hex[:_HANDLE_LETTERS].upper(),
        name=request.employee.user.full_name if is_mine else "",
        first_day=request.first_day,
        last_day=request.last_day,
        handed_in_on=paper.handed_in_on if paper else request.sent_on,
        is_mine=is_mine,
        is_second=dossier.not_again_id is not None,
    )


def _newest_papers(dossiers: Iterable[HealthDossier]) -> dict[UUID, Evidence]:
    papers = Evidence.objects.filter(dossier__in=list(dossiers), is_words=False)
    return {paper.dossier_id: paper for paper in papers.order_by("number")}


def _pieces(actor: Account, dossier: HealthDossier) -> tuple[PieceRow, ...]:
    """Return the pieces she has a key to: words first, then the newest certificate."""
    keys = EvidenceKey.objects.filter(evidence__dossier=dossier, reviewer=actor.user_id)
    pieces = Evidence.objects.filter(pk__in=keys.values("evidence"))
    return tuple(
        PieceRow(
            id=piece.pk,
            number=piece.number,
            is_words=piece.is_words,
            page_numbers=range(1, 1 if piece.is_words else piece.pages + 1),
            handed_in_on=piece.handed_in_on,
        )
        for piece in pieces.order_by("-is_words", "-number")
    )


def _issuers(measure: Measure) -> tuple[IssuerRow, ...]:
    until: dict[Issuer, date | None] = defaultdict(lambda: None)
    for issuer in Issuer:
        until[issuer] = measure.last_day_of(issuer)
    return tuple(
        IssuerRow(issuer, until[issuer], until[issuer] == measure.last) for issuer in Issuer
    )


def _asks_for_care(dossier: HealthDossier) -> bool:
    row = dossier.request
    bands = band_book(agency_id=row.agency_id).on(row.leave_type.family, row.first_day)
    return any(band.care != Care.ANY for band in bands)


def _verdict_label(actor: Account, dossier: HealthDossier) -> str:
    given = Attestation.objects.filter(request=dossier.request_id, reviewer=actor.user_id)
    newest = given.filter(stands=True).values_list("verdict", flat=True).first()
    return str(Verdict(newest).label) if newest else ""
