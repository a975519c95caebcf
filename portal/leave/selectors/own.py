"""What somebody sees of her own leave: the list, and one request with everything about it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import get_language

from portal.calendars.rules import local_day
from portal.leave import policies
from portal.leave.choices import (
    EMPLOYEE,
    LIVE,
    UNDECIDED,
    Action,
    Certificate,
    Family,
    Mode,
    Part,
    State,
    Unit,
)
from portal.leave.models import LeaveRequest
from portal.leave.rules.transitions import TABLE
from portal.leave.selectors.books import Known, long_years_among
from portal.leave.selectors.desks import desk_of
from portal.leave.selectors.details import open_details
from portal.leave.selectors.kinds import kind_of
from portal.leave.selectors.lengths import days_label
from portal.leave.selectors.own_parts import (
    Papers,
    asks_paper_again,
    attestation_row,
    beside,
    decided,
    evidence_rows,
    expected,
    issuer_labels,
    lead_of,
    missing_labels,
    needs_of,
    papers_of,
)
from portal.leave.selectors.own_shapes import (
    BalanceRow,
    HandIn,
    OwnAsked,
    OwnList,
    OwnPage,
    OwnRow,
)
from portal.leave.selectors.preview import open_kinds
from portal.leave.selectors.timeline import steps_of
from portal.people.actors import Account

__all__ = [
    "BalanceRow",
    "HandIn",
    "OwnAsked",
    "OwnList",
    "OwnPage",
    "OwnRow",
    "get_asked",
    "get_hand_in",
    "get_own",
    "list_own",
]

_ENDING: Final = (
    State.RETURNED,
    State.CANCEL_REQUESTED,
    State.EARLY_RETURN_REQUESTED,
    State.ENDED_EARLY,
    State.RECALLED,
)
"""On its way back, or to an end: more days would go against it."""
_CHANGEABLE: Final = (State.GRANTED, State.GRANTED_AMENDED)
_OUT: Final = (State.EVIDENCE_DUE, State.EVIDENCE_OVERDUE, State.RETURNED)


def list_own(*, actor: Account, now: datetime) -> OwnList:
    """
    Return somebody's own leave, by first day, and what is left of the year.

    A closed room still shows what there is. A constant number of queries.

    :raises Http404: for somebody who is no employee.
    """
    person = policies.own_card(actor)
    desk = desk_of(agency_id=person.agency_id)
    today = local_day(now, person.zone)
    own = policies.own_requests(actor).select_related("leave_type")
    rows = list(own.order_by("first_day", "sent_on", "id"))
    known = Known(
        long_years=long_years_among(rows), joint_years={person.agency_id: desk.joint_years}
    )
    return OwnList(
        is_closed=desk.mode == Mode.OFF,
        is_desk=desk.mode == Mode.ATTESTATION,
        rows=tuple(OwnRow(**_row(row)) for row in rows),
        balances=tuple(
            BalanceRow(
                name=kind.name,
                year=kind.balance.year,
                available=kind.balance.available,
                reserved=kind.balance.reserved,
                buckets=kind.balance.buckets,
            )
            for kind in open_kinds(person, mode=desk.mode, today=today, known=known)
            if kind.balance is not None
        ),
        today=today,
    )


def get_own(*, actor: Account, request_id: UUID, now: datetime) -> OwnPage:
    """
    Return one request of the actor's own with everything about it.

    Of what was handed in it says that it is there and who opened it, never what it says. A
    decision that can still be taken back is not shown.

    :raises Http404: alike for a foreign and for an absent one.
    """
    row = policies.get_own_request(actor=actor, request_id=request_id, beside=beside())
    zone = row.employee.work_zone
    today = local_day(now, zone)
    papers = papers_of(row)
    decision, letter_number = decided(row)
    has_change = papers.change_id is not None
    return OwnPage(
        **_asked(row),
        family=Family(row.leave_type.family),
        desk_only=row.desk_only,
        provisional=row.is_provisional,
        lead=lead_of(row, today=today),
        sent_on=row.sent_on,
        steps=steps_of(row, papers.events, is_asked=papers.asked_on is not None),
        evidence=evidence_rows(papers),
        evidence_labels=issuer_labels(row),
        evidence_due_on=row.evidence_due_on if row.state in _OUT else None,
        attestation=attestation_row(papers),
        missing_labels=missing_labels(row, papers),
        asks_paper_again=asks_paper_again(row, papers),
        decision=decision,
        letter_number=letter_number,
        can=_can(row, papers, has_change=has_change, today=today),
        can_extend=_can_extend(row),
        can_change=_can_change(row, has_change=has_change, today=today),
        can_to_annual=_can_to_annual(row),
        expected_words=expected(row, papers, zone=zone, now=now),
        plan_id=papers.plan_id,
        sequence=row.rev,
        continues_id=row.continues_id,
        supersedes_id=row.supersedes_id,
        change_id=papers.change_id,
        wanted_last_day=row.wanted_last_day,
    )


def get_asked(*, actor: Account, request_id: UUID) -> OwnAsked:
    """
    Return one request of the actor's own as it was asked for; one query.

    :raises Http404: alike for a foreign and for an absent one.
    """
    return OwnAsked(**_asked(policies.get_own_request(actor=actor, request_id=request_id)))


def get_hand_in(*, actor: Account, request_id: UUID) -> HandIn:
    """
    Return where the certificate of one request of the actor's own is handed in.

    :raises Http404: alike for a foreign and for an absent one.
    """
    row = policies.get_own_request(actor=actor, request_id=request_id)
    return HandIn(
        id=row.pk,
        first_day=row.first_day,
        last_day=row.last_day,
        can_hand_in=Action.HAND_IN in _known(row) and row.certificate != Certificate.NONE,
        evidence_labels=issuer_labels(row),
    )


def _asked(row: LeaveRequest) -> Mapping[str, Any]:
    return {
        **_row(row),
        "version": row.version,
        "code": row.leave_type.code,
        "part": Part(row.part),
        "certificate": Certificate(row.certificate),
        "details": open_details(row),
        "is_abroad": row.is_abroad,
    }


def _row(row: LeaveRequest) -> Mapping[str, Any]:
    return {
        "id": row.pk,
        "kind_name": kind_of(row.leave_type).name(get_language() or "id"),
        "first_day": row.first_day,
        "last_day": row.last_day,
        "days_label": days_label(row.days, Unit(row.leave_type.unit)),
        "state": State(row.state),
        "state_label": str(State(row.state).label),
        "is_open": row.state in UNDECIDED,
        "needs": needs_of(row),
    }


def _can(
    row: LeaveRequest, papers: Papers, *, has_change: bool, today: date
) -> frozenset[Action]:
    """Return the steps of her own that the table knows from here, and the facts allow."""
    allowed = {
        Action.HAND_IN: row.certificate != Certificate.NONE,
        Action.SECOND_LOOK: papers.standing is not None and not papers.looked_twice,
        Action.ASK_CANCEL: not has_change and row.first_day >= today,
        Action.ASK_EARLY_RETURN: not has_change
        and row.first_day < row.last_day
        and row.last_day >= today,
    }
    return frozenset(action for action in _known(row) if allowed.get(action, True))


def _known(row: LeaveRequest) -> frozenset[Action]:
    """Return the steps of her own that the table knows from here."""
    return frozenset(
        line.action for line in TABLE if line.who == EMPLOYEE and row.state in line.before
    )


def _can_extend(row: LeaveRequest) -> bool:
    """Say whether more days can follow: while it is asked for, granted or attested."""
    return row.state in LIVE and row.state not in _ENDING


def _can_change(row: LeaveRequest, *, has_change: bool, today: date) -> bool:
    is_granted = row.state in _CHANGEABLE and not row.desk_only
    return is_granted and not has_change and row.first_day >= today


def _can_to_annual(row: LeaveRequest) -> bool:
    is_waiting = row.state in _OUT and row.certificate != Certificate.NONE
    return is_waiting and row.leave_type.family == Family.SICK and not row.desk_only
