"""Everything the house keeps of somebody's leave, for her own eyes; nothing of anybody else."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from portal.audit.selectors import OpenedRow, list_for_subjects
from portal.leave import policies
from portal.leave.choices import (
    UNDECIDED,
    ConsiderationState,
    EntryKind,
    Opinion,
    Place,
    PlanState,
    Purpose,
    Reason,
    Restriction,
)
from portal.leave.models import (
    Consideration,
    Evidence,
    JointLeaveDuty,
    LedgerEntry,
    ReturnPlan,
    ServiceRecord,
    WorkPattern,
)
from portal.leave.selectors.own import get_own
from portal.leave.selectors.own_shapes import OwnPage
from portal.people.actors import Account
from portal.people.selectors import employee_of

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
    person = employee_of(user_id=actor.user_id)
    rows = policies.own_requests(actor)
    states = dict(rows.values_list("id", "state"))
    pieces = Evidence.objects.filter(dossier__request__in=states, dossier__emptied_on=None)
    opened = list_for_subjects(subjects=_subjects(person.id, states)) if person else []
    return KeptLeave(
        requests=len(states),
        under_way=sum(state in UNDECIDED for state in states.values()),
        pieces=pieces.count(),
        opened=tuple(row for row in opened if row.action not in _NOT_YET),
    )


def export_own(*, actor: Account, now: datetime) -> dict[str, Any]:
    """
    Return all of it in plain shapes of JSON, in the language of now.

    What was handed in is named with its hash and the days it was opened; what it says is sealed
    to the medical reviewers, and the house cannot read it out. Other people stand in it by
    their part alone. Empty for somebody who is no employee.
    """
    person = employee_of(user_id=actor.user_id)
    if person is None:
        return {}
    rows = policies.own_requests(actor).order_by("first_day", "sent_on", "id")
    ids = rows.values_list("id", flat=True)
    pages = [get_own(actor=actor, request_id=one, now=now) for one in ids]
    return {
        "requests": [_request(page) for page in pages],
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


def _subjects(employee_id: UUID, requests: dict[UUID, str]) -> list[str]:
    """Return the ids under which the record knows something of hers."""
    of_requests = (
        Evidence.objects.filter(dossier__request__in=requests),
        Consideration.objects.filter(request__in=requests),
        ReturnPlan.objects.filter(request__in=requests),
        WorkPattern.objects.filter(employee=employee_id),
    )
    found = [employee_id, *requests]
    for rows in of_requests:
        found += rows.values_list("id", flat=True)
    return [str(one) for one in found]


def _request(page: OwnPage) -> dict[str, Any]:
    purpose = page.details.purpose
    return {
        "kind": page.kind_name,
        "first_day": page.first_day.isoformat(),
        "last_day": page.last_day.isoformat(),
        "part": str(page.part.label),
        "length": page.days_label,
        "state": page.state_label,
        "sent_on": page.sent_on.isoformat(),
        "abroad": page.is_abroad,
        "purpose": str(purpose.label) if purpose != Purpose.NONE else "",
        "address": page.details.address,
        "phone": page.details.phone,
        "manager_left_out": page.details.leave_out_manager,
        "steps": [
            {"step": one.label, "on": _day(one.on_day)} for one in page.steps if one.on_day
        ],
        "handed_in": [
            {
                "number": one.number,
                "sealed": one.deleted_on is None,
                "pages": one.pages,
                "sha256": one.sha256,
                "on": one.handed_in_on.isoformat(),
                "opened_on": [day.isoformat() for day, _who in one.openings],
                "deleted_on": _day(one.deleted_on),
            }
            for one in page.evidence
        ],
        "attestation": _attestation(page),
        "considerations": _considerations(page.id),
        "decision": _decision(page),
        "letter_number": page.letter_number,
        "plans": _plans(page.id),
    }


def _attestation(page: OwnPage) -> dict[str, Any] | None:
    found = page.attestation
    if found is None:
        return None
    return {
        "verdict": found.label,
        "covers_from": _day(found.covers_from),
        "covers_until": _day(found.covers_until),
        "number": found.number,
        "on": found.on_day.isoformat(),
    }


def _decision(page: OwnPage) -> dict[str, Any] | None:
    made = page.decision
    if made is None:
        return None
    return {
        "outcome": made.outcome_label,
        "reason": made.reason_label,
        "ways_forward": [one.label for one in made.ways],
        "first_day": made.first_day.isoformat(),
        "last_day": made.last_day.isoformat(),
        "other_first": _day(made.other_first),
        "other_last": _day(made.other_last),
    }


def _considerations(request_id: UUID) -> list[dict[str, Any]]:
    asked = Consideration.objects.filter(request=request_id)
    rows = asked.order_by("round", "asked_on", "step")
    return [
        {
            "state": str(ConsiderationState(one.state).label),
            "asked_on": one.asked_on.isoformat(),
            "answered_on": _day(one.answered_on),
            "opinion": str(Opinion(one.opinion).label) if one.opinion else "",
            "reason": str(Reason(one.reason).label) if one.reason else "",
            "other_first": _day(one.other_first),
            "other_last": _day(one.other_last),
        }
        for one in rows
    ]


def _plans(request_id: UUID) -> list[dict[str, Any]]:
    rows = ReturnPlan.objects.filter(request=request_id).prefetch_related("stages")
    return [
        {
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
        for one in rows.order_by("id")
    ]


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
