"""The parts of the page of one's own request: evidence, verdict, decision, and what comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Prefetch, Subquery, When
from django.db.models.expressions import BaseExpression
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.common.wording import long_day
from portal.leave.choices import (
    EVIDENCE_OPEN,
    IN_FORCE,
    ConsiderationState,
    DecisionState,
    Missing,
    Outcome,
    PlanState,
    Reason,
    State,
    Verdict,
    WayForward,
)
from portal.leave.models import (
    Attestation,
    CaseEvent,
    Consideration,
    Decision,
    Evidence,
    EvidenceOpening,
    HealthDossier,
    LeaveRequest,
    ReturnPlan,
)
from portal.leave.rules.deadlines import LOOK_AHEAD, lapses_on
from portal.leave.rules.kinds import required_issuers
from portal.leave.rules.weeks import NoCalendar
from portal.leave.selectors.calendars import calendars_for
from portal.leave.selectors.episodes import measure_of
from portal.leave.selectors.own_shapes import (
    AttestationRow,
    DecisionRow,
    EvidenceRow,
    WayRow,
)
from portal.leave.selectors.usual import usual_words
from portal.people.selectors import card_of

_OUT: Final = (State.EVIDENCE_DUE, State.EVIDENCE_OVERDUE, State.RETURNED)
_ON_ITS_WAY: Final = (*EVIDENCE_OPEN, State.CONSIDERATION, State.DECISION)
_LEADS: Final = {
    State.EVIDENCE_DUE: gettext_lazy("On its way. The certificate can follow."),
    State.EVIDENCE_REVIEW: gettext_lazy("The doctor looks at your certificate."),
    State.EVIDENCE_OVERDUE: gettext_lazy(
        "The certificate has not come yet. It still can, or you take the days as annual leave."
    ),
    State.CONSIDERATION: gettext_lazy("On its way. Nothing is left for you to do."),
    State.DECISION: gettext_lazy("On its way. Nothing is left for you to do."),
    State.DEFERRED: gettext_lazy("It cannot be on these days. Your days stay yours."),
    State.RETURNED: gettext_lazy("One thing is missing. Then it goes on."),
    State.REFUSED: gettext_lazy("It cannot be granted like this. Below is what you can do."),
    State.WITHDRAWN: gettext_lazy("Withdrawn. Your days are free again."),
    State.CANCEL_REQUESTED: gettext_lazy(
        "Your HR office confirms the cancelling. Until then your leave stands."
    ),
    State.CANCELLED: gettext_lazy("Cancelled. Your days have come back."),
    State.EARLY_RETURN_REQUESTED: gettext_lazy(
        "Your HR office confirms that you come back earlier."
    ),
    State.ENDED_EARLY: gettext_lazy("Ended earlier. Days you did not take have come back."),
    State.RECALLED: gettext_lazy("You were called back. Days you did not take have come back."),
    State.REVOKED: gettext_lazy("This leave was revoked. Your HR office can tell you more."),
    State.SUPERSEDED: gettext_lazy("Another leave has taken the place of this one."),
    State.ATTESTED: gettext_lazy("Attested. The decision is made in the other system."),
    State.CLOSED: gettext_lazy("Over. Good that you rested."),
}


@dataclass(frozen=True, slots=True)
class Papers:
    """What belongs to a request, read at once."""

    pieces: Sequence[Evidence]
    standing: Attestation | None
    events: Sequence[CaseEvent]
    asked_on: date | None
    """When the question that is open was asked first; None if none is."""
    change_id: UUID | None
    """The change of this leave that is being decided."""
    plan_id: UUID | None
    """The phased return that has not ended."""

    @property
    def dossier(self) -> HealthDossier | None:
        """Return what the pieces lie in; without one there is nothing to know of it."""
        return self.pieces[0].dossier if self.pieces else None

    @property
    def looked_twice(self) -> bool:
        """Say whether a second look has been asked for."""
        return self.dossier is not None and self.dossier.not_again_id is not None

    @property
    def paper_again(self) -> bool:
        """
        Say whether a second look waits for the paper itself, since nobody else has a key to it.

        The verdict that stands is still that of the one who is not to look again.
        """
        return (
            self.looked_twice
            and self.dossier is not None
            and self.standing is not None
            and self.standing.reviewer_id == self.dossier.not_again_id
        )


def beside() -> dict[str, BaseExpression]:
    """Return what is read with a request, for `papers_of`."""
    asked = Consideration.objects.filter(request=OuterRef("pk"), round=OuterRef("round"))
    changes = LeaveRequest.objects.filter(supersedes=OuterRef("pk")).undecided()
    plans = ReturnPlan.objects.filter(request=OuterRef("pk")).exclude(state=PlanState.ENDED)
    return {
        "asked_on": Case(
            When(
                Exists(asked.filter(state=ConsiderationState.OPEN)),
                then=Subquery(asked.order_by("asked_on").values("asked_on")[:1]),
            )
        ),
        "change_id": Subquery(changes.values("pk")[:1]),
        "plan_id": Subquery(plans.values("pk")[:1]),
    }


def papers_of(row: LeaveRequest) -> Papers:
    """Return what belongs to a request that was read with `beside`; four queries at most."""
    openings = Prefetch("openings", EvidenceOpening.objects.select_related("reviewer"))
    pieces = Evidence.objects.filter(dossier__request=row).select_related("dossier")
    return Papers(
        pieces=list(pieces.prefetch_related(openings).order_by("number")),
        standing=Attestation.objects.filter(request=row, stands=True).defer("pdf").first(),
        events=list(CaseEvent.objects.filter(request=row).order_by("number")),
        asked_on=getattr(row, "asked_on", None),
        change_id=getattr(row, "change_id", None),
        plan_id=getattr(row, "plan_id", None),
    )


def evidence_rows(papers: Papers) -> tuple[EvidenceRow, ...]:
    """Return what was handed in, in order, with who opened it on which day."""
    emptied_on = papers.dossier.emptied_on if papers.dossier else None
    return tuple(
        EvidenceRow(
            id=piece.pk,
            number=piece.number,
            is_words=piece.is_words,
            pages=piece.pages,
            sha256=piece.sha256,
            handed_in_on=piece.handed_in_on,
            openings=tuple(
                sorted((one.on_day, one.reviewer.full_name) for one in piece.openings.all())
            ),
            deleted_on=emptied_on,
        )
        for piece in papers.pieces
    )


def attestation_row(papers: Papers) -> AttestationRow | None:
    """Return the verdict that stands."""
    found = papers.standing
    if found is None:
        return None
    return AttestationRow(
        label=str(Verdict(found.verdict).label),
        covers_from=found.covers_from,
        covers_until=found.covers_until,
        number=found.number,
        on_day=found.on_day,
    )


def asks_paper_again(row: LeaveRequest, papers: Papers) -> bool:
    """Say whether the paper is to be handed in once more, for another reviewer to look at."""
    return papers.paper_again and row.state in _OUT


def missing_labels(row: LeaveRequest, papers: Papers) -> tuple[str, ...]:
    """Return what the reviewer asks for, as long as it can be handed in to that reviewer."""
    if papers.standing is None or row.state not in _OUT or papers.paper_again:
        return ()
    return tuple(str(Missing(one).label) for one in papers.standing.missing)


def issuer_labels(row: LeaveRequest) -> tuple[str, ...]:
    """Return who may sign the certificate that is waited for, by the length of the episode."""
    if row.state not in _OUT:
        return ()
    try:
        measure = measure_of(row)
    except NoCalendar:
        return ()
    days = (row.last_day - measure.episode_first).days + 1
    issuers = required_issuers(measure.kind, days, first=measure.episode_first)
    return tuple(str(one.label) for one in issuers)


def decided(row: LeaveRequest) -> tuple[DecisionRow | None, str]:
    """Return the decision of this round that is signed, and the number of its letter."""
    found = (
        Decision.objects.filter(request=row, state=DecisionState.FINAL)
        .select_related("letter")
        .defer("letter__pdf")
        .order_by("-round")
        .first()
    )
    if found is None or (found.round != row.round and row.state not in IN_FORCE):
        return None, ""
    letter = getattr(found, "letter", None)
    made = decision_words(
        outcome=Outcome(found.outcome),
        reason=found.reason,
        ways=[WayForward(one) for one in found.ways_forward],
        days=(found.first_day, found.last_day),
        other=(found.other_first, found.other_last),
    )
    return made, letter.number if letter and letter.revoked_on is None else ""


def decision_words(
    *,
    outcome: Outcome,
    reason: str,
    ways: Sequence[WayForward],
    days: tuple[date, date],
    other: tuple[date | None, date | None],
) -> DecisionRow:
    """Return a decision in the words its employee reads; whoever decides reads them first."""
    return DecisionRow(
        outcome=outcome,
        outcome_label=_outcome(outcome),
        reason_label=str(Reason(reason).label) if reason else "",
        ways=tuple(WayRow(way, str(way.label)) for way in ways),
        first_day=days[0],
        last_day=days[1],
        other_first=other[0],
        other_last=other[1],
    )


def needs_of(row: LeaveRequest) -> str:
    """Return what waits for the asker, in a few words; empty for nothing."""
    if row.state == State.EVIDENCE_DUE and row.evidence_due_on:
        return _("Certificate until %(day)s") % {"day": long_day(row.evidence_due_on)}
    if row.state == State.EVIDENCE_OVERDUE:
        return _("Choose how it goes on")
    if row.state == State.RETURNED:
        return _("Complete it and send it again")
    return ""


def lead_of(row: LeaveRequest, *, today: date) -> str:
    """Return the one sentence that says where a request stands."""
    if row.state in (State.GRANTED, State.GRANTED_AMENDED):
        if row.last_day < today:
            return _("This leave is over.")
        return _("Your leave is granted. Rest. Work can wait without you.")
    if row.state == State.EVIDENCE_OVERDUE and row.desk_only:
        return _("The certificate has not come yet. It still can.")
    return str(_LEADS[State(row.state)])


def expected(row: LeaveRequest, papers: Papers, *, zone: str, now: datetime) -> str:
    """
    Return what comes next and when, as far as it can be promised.

    As long as it is on its way it begins with how long an answer usually takes, in the same
    words for every kind and at every step.
    """
    if row.state not in _ON_ITS_WAY or row.desk_only:
        return ""
    usual = usual_words(row, zone=zone, now=now)
    return " ".join(filter(None, (usual, _promised(row, papers))))


def _promised(row: LeaveRequest, papers: Papers) -> str:
    if papers.asked_on is not None:
        day = _lapses(row, papers.asked_on)
        if day is not None:
            return _(
                "A superior is asked about the dates. Without an answer it goes on without one "
                "on %(day)s; time alone neither grants nor refuses it."
            ) % {"day": long_day(day)}
    if row.state == State.DECISION:
        return _("An official decides it. Time alone neither grants nor refuses it.")
    return ""


def _outcome(outcome: Outcome) -> str:
    """Return what was decided in words that are fit for whoever asked."""
    return {
        Outcome.GRANT: _("Granted"),
        Outcome.AMEND: _("Granted for other dates"),
        Outcome.DEFER: _("Not on these days"),
        Outcome.RETURN: _("One thing is missing"),
        Outcome.REFUSE: _("Cannot be granted like this yet"),
    }[outcome]


def _lapses(row: LeaveRequest, asked_on: date) -> date | None:
    calendars = calendars_for(
        [card_of(row.employee)], first=asked_on, last=asked_on + LOOK_AHEAD
    )
    try:
        return lapses_on(asked_on=asked_on, calendar=calendars[row.employee_id])
    except NoCalendar:
        return None
