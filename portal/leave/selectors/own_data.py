"""Everything the house keeps of somebody's leave, for her own eyes; nothing of anybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import get_language

from portal.audit.selectors import OpenedRow, list_for_subjects
from portal.leave import policies
from portal.leave.choices import (
    UNDECIDED,
    Action,
    ConsiderationState,
    DecisionState,
    EntryKind,
    Opinion,
    Outcome,
    Part,
    Place,
    PlanState,
    Purpose,
    Reason,
    Restriction,
    State,
    Unit,
    Verdict,
    WayForward,
)
from portal.leave.models import (
    Attestation,
    Consideration,
    Decision,
    Evidence,
    JointLeaveDuty,
    LeaveRequest,
    LedgerEntry,
    ReturnPlan,
    ServiceRecord,
    WorkPattern,
)
from portal.leave.selectors.details import open_details
from portal.leave.selectors.kinds import kind_of
from portal.leave.selectors.lengths import days_label
from portal.leave.selectors.own_parts import decision_words
from portal.people.actors import Account
from portal.people.models import Employee
from portal.people.selectors import employee_of

_DECIDED: Final = Prefetch(
    "decisions",
    Decision.objects.filter(state=DecisionState.FINAL)
    .select_related("letter")
    .order_by("-round"),
    to_attr="decided",
)
_PLANS: Final = Prefetch("plans", ReturnPlan.objects.order_by("id").prefetch_related("stages"))
_NOT_YET: Final = (
    "leave.decided",
    "leave.undone",
    "leave.revocation_asked",
    "leave.revocation_dropped",
)
"""Deeds that can still be taken back, or were: she learns what holds, when it does."""


@dataclass(frozen=True, slots=True)
class KeptLeave:
    """How much is kept of somebody's leave, and who opened or changed something of it."""

    requests: int
    under_way: int
    pieces: int
    """Certificates and words that lie sealed to the medical reviewers."""
    opened: tuple[OpenedRow, ...]


def read_kept(*, actor: Account) -> KeptLeave:
    """Return what is kept of the actor's leave; nothing is written, nothing recorded."""
    states = dict(policies.own_requests(actor).values_list("id", "state"))
    pieces = dict(
        Evidence.objects.filter(dossier__request__in=states).values_list(
            "id", "dossier__emptied_on"
        )
    )
    subjects = [*states, *pieces, *_other_subjects(actor)]
    opened = list_for_subjects(subjects=[str(one) for one in subjects])
    return KeptLeave(
        requests=len(states),
        under_way=sum(state in UNDECIDED for state in states.values()),
        pieces=sum(emptied_on is None for emptied_on in pieces.values()),
        opened=tuple(row for row in opened if row.action not in _NOT_YET),
    )


def export_own(*, actor: Account) -> dict[str, Any]:
    """
    Return all of it in plain shapes of JSON, in the language of now.

    What was handed in is named with its hash and the days it was opened; what it says is sealed
    to the medical reviewers, and the house cannot read it out. Other people stand in it by
    their part alone. Empty for somebody who is no employee.
    """
    person = employee_of(user_id=actor.user_id)
    if person is None:
        return {}
    rows = (
        policies.own_requests(actor)
        .select_related("leave_type")
        .prefetch_related("events", "attestations", "considerations", _DECIDED, _PLANS)
        .order_by("first_day", "sent_on", "id")
    )
    pieces = _pieces(actor)
    return {
        "requests": [_request(row, pieces.get(row.pk, [])) for row in rows],
        "ledger": _ledger(person.id),
        "service": _service(person.id),
        "weeks": _weeks(person.id),
        "worked_on_joint_leave": [
            one.isoformat()
            for one in JointLeaveDuty.objects.filter(employee=person.id)
            .order_by("day")
            .values_list("day", flat=True)
        ],
    }


def _other_subjects(actor: Account) -> list[UUID]:
    """Return under which other ids the record knows something of hers, in one query."""
    requests = policies.own_requests(actor)
    herself = Employee.objects.filter(user_id=actor.user_id).values_list("id", flat=True)
    asked = Consideration.objects.filter(request__in=requests).values_list("id", flat=True)
    plans = ReturnPlan.objects.filter(request__in=requests).values_list("id", flat=True)
    weeks = WorkPattern.objects.filter(employee__in=herself).values_list("id", flat=True)
    return list(herself.union(asked, plans, weeks))


def _pieces(actor: Account) -> dict[UUID, list[Evidence]]:
    """Return what was handed in, by request, in its order; two queries."""
    found: dict[UUID, list[Evidence]] = {}
    rows = (
        Evidence.objects.filter(dossier__request__in=policies.own_requests(actor))
        .select_related("dossier")
        .prefetch_related("openings")
        .order_by("number")
    )
    for piece in rows:
        found.setdefault(piece.dossier.request_id, []).append(piece)
    return found


def _request(row: LeaveRequest, pieces: Sequence[Evidence]) -> dict[str, Any]:
    details = open_details(row)
    made = next(iter(row.decided), None)  # type: ignore[attr-defined]  # prefetched
    letter = getattr(made, "letter", None)
    return {
        "kind": kind_of(row.leave_type).name(get_language() or "id"),
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "part": str(Part(row.part).label),
        "length": days_label(row.days, Unit(row.leave_type.unit)),
        "state": str(State(row.state).label),
        "sent_on": row.sent_on.isoformat(),
        "abroad": row.is_abroad,
        "purpose": str(details.purpose.label) if details.purpose != Purpose.NONE else "",
        "address": details.address,
        "phone": details.phone,
        "manager_left_out": details.leave_out_manager,
        "steps": [
            {"step": str(Action(one.action).label), "on": one.on_day.isoformat()}
            for one in sorted(row.events.all(), key=lambda event: event.number)
        ],
        "handed_in": [_piece(one) for one in pieces],
        "attestations": [_attestation(one) for one in row.attestations.all()],
        "considerations": [_consideration(one) for one in row.considerations.all()],
        "decision": _decision(made) if made else None,
        "letter_number": letter.number if letter else "",
        "plans": [_plan(one) for one in row.plans.all()],
    }


def _piece(one: Evidence) -> dict[str, Any]:
    opened = sorted(opening.on_day for opening in one.openings.all())
    return {
        "number": one.number,
        "sealed": one.dossier.emptied_on is None,
        "pages": one.pages,
        "sha256": one.sha256,
        "on": one.handed_in_on.isoformat(),
        "opened_on": [day.isoformat() for day in opened],
        "deleted_on": _day(one.dossier.emptied_on),
    }


def _attestation(one: Attestation) -> dict[str, Any]:
    return {
        "verdict": str(Verdict(one.verdict).label),
        "covers_from": _day(one.covers_from),
        "covers_until": _day(one.covers_until),
        "number": one.number,
        "stands": one.stands,
        "on": one.on_day.isoformat(),
    }


def _decision(made: Decision) -> dict[str, Any]:
    words = decision_words(
        outcome=Outcome(made.outcome),
        reason=made.reason,
        ways=[WayForward(way) for way in made.ways_forward],
        days=(made.first_day, made.last_day),
        other=(made.other_first, made.other_last),
    )
    return {
        "outcome": words.outcome_label,
        "reason": words.reason_label,
        "ways_forward": [way.label for way in words.ways],
        "first_day": words.first_day.isoformat(),
        "last_day": words.last_day.isoformat(),
        "other_first": _day(words.other_first),
        "other_last": _day(words.other_last),
    }


def _consideration(one: Consideration) -> dict[str, Any]:
    return {
        "state": str(ConsiderationState(one.state).label),
        "asked_on": one.asked_on.isoformat(),
        "answered_on": _day(one.answered_on),
        "opinion": str(Opinion(one.opinion).label) if one.opinion else "",
        "reason": str(Reason(one.reason).label) if one.reason else "",
        "other_first": _day(one.other_first),
        "other_last": _day(one.other_last),
    }


def _plan(one: ReturnPlan) -> dict[str, Any]:
    return {
        "state": str(PlanState(one.state).label),
        "restrictions": [str(Restriction(each).label) for each in one.restrictions],
        "review_days": [day.isoformat() for day in one.review_days],
        "stages": [
            {
                "first_day": stage.first_day.isoformat(),
                "last_day": stage.last_day.isoformat(),
                "percent": stage.percent,
                "place": str(Place(stage.place).label),
            }
            for stage in sorted(one.stages.all(), key=lambda stage: stage.number)
        ],
    }


def _ledger(employee_id: UUID) -> list[dict[str, Any]]:
    rows = LedgerEntry.objects.filter(account__employee=employee_id).select_related("account")
    order = ("account__code", "account__leave_year", "on_day", "account__source_year", "key")
    return [
        {
            "kind": one.account.code,
            "leave_year": one.account.leave_year,
            "source_year": one.account.source_year,
            "on": one.on_day.isoformat(),
            "entry": str(EntryKind(one.kind).label),
            "days": str(one.quantity),
        }
        for one in rows.order_by(*order)
    ]


def _service(employee_id: UUID) -> dict[str, Any] | None:
    found = ServiceRecord.objects.filter(employee=employee_id).first()
    if found is None:
        return None
    return {
        "since": found.started_on.isoformat(),
        "contract_until": _day(found.contract_until),
    }


def _weeks(employee_id: UUID) -> list[dict[str, Any]]:
    rows = WorkPattern.objects.filter(employee=employee_id).order_by("valid_from", "id")
    return [
        {
            "days": one.days,
            "weekly_minutes": one.weekly_minutes,
            "valid_from": one.valid_from.isoformat(),
            "valid_until": _day(one.valid_until),
        }
        for one in rows
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
