"""What a superior is asked about, and the dates of the people under her."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from portal.calendars.rules import local_day
from portal.leave.choices import KEPT, ConsiderationState
from portal.leave.models import Consideration, Delegation, LeaveRequest
from portal.leave.rules.deadlines import Step
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import Employee


def delegations_on(
    *, now: datetime, giver_ids: Collection[UUID] | None = None, user_id: UUID | None = None
) -> list[Delegation]:
    """
    Return the delegations in force at an instant, the newest first, with giver and stand-in.

    Those of some givers (employees), or those to an account. Their days are days where the
    giver works: one that ends today is over at midnight there. One query.
    """
    rows = Delegation.objects.select_related(
        "giver__user", "giver__unit", "giver__agency", "stand_in__user"
    ).order_by("-valid_from", "id")
    if giver_ids is not None:
        rows = rows.filter(giver__in=giver_ids)
    if user_id is not None:
        rows = rows.filter(stand_in__user_id=user_id)
    return [row for row in rows if is_in_force(row, now=now)]


def is_in_force(row: Delegation, *, now: datetime) -> bool:
    """Say whether somebody stands in right now; a withdrawn delegation ends at once."""
    day = local_day(now, row.giver.work_zone)
    if row.withdrawn_on is not None and row.withdrawn_on <= day:
        return False
    return row.covers(day)


def is_over(row: Delegation, *, now: datetime) -> bool:
    """Say whether the last day of a delegation has passed where the giver works."""
    return row.valid_until is not None and row.valid_until < local_day(now, row.giver.work_zone)


def open_considerations(
    actor: Account, *, now: datetime, given: Iterable[Delegation] | None = None
) -> QuerySet[Consideration]:
    """
    Return what waits for the actor, as the one asked or as the one who stands in.

    Never a request of her own. A stand-in by delegation has it as long as the delegation is in
    force, a substitute from the second reminder on. ``given`` are the delegations to her of
    now, where they have been read already.
    """
    stands_in_for = _givers(actor, given, now=now)
    was_delegate = Delegation.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=OuterRef("asked_on")),
        Q(withdrawn_on=None) | Q(withdrawn_on__gte=OuterRef("asked_on")),
        giver=OuterRef("asked"),
        stand_in__user_id=actor.user_id,
        valid_from__lte=now.date() + timedelta(days=1),
    )
    by_delegation = Q(stand_in__user_id=actor.user_id, asked__in=stands_in_for)
    as_substitute = Q(stand_in__user_id=actor.user_id, step__gte=Step.SUBSTITUTE)
    return Consideration.objects.filter(
        Q(asked__user_id=actor.user_id) | by_delegation | as_substitute & ~Exists(was_delegate),
        state=ConsiderationState.OPEN,
    ).exclude(request__employee__user_id=actor.user_id)


def get_consideration(
    *, actor: Account, consideration_id: UUID, now: datetime
) -> Consideration:
    """
    Return an open question to the actor, with its request.

    :raises Http404: for one that is another's, answered, or about a request of her own.
    """
    found = (
        open_considerations(actor, now=now)
        .filter(pk=consideration_id)
        .select_related(
            "request__leave_type",
            "request__employee__user",
            "request__employee__unit",
            "request__employee__agency",
            "asked__user",
        )
        .first()
    )
    if found is None:
        raise Http404
    return found


def answered_considerations(actor: Account) -> QuerySet[Consideration]:
    """
    Return the questions whose turn with the actor is over while the request goes on.

    She knows the dates already and still has to plan with them. Questions taken back are gone.
    """
    return Consideration.objects.filter(
        Q(asked__user_id=actor.user_id) | Q(acted_by__user_id=actor.user_id),
        state__in=(
            ConsiderationState.GIVEN,
            ConsiderationState.PASSED,
            ConsiderationState.LAPSED,
        ),
    )


def ended_considerations(actor: Account) -> QuerySet[Consideration]:
    """Return the questions that once were the actor's and are answered, passed on or gone."""
    return Consideration.objects.filter(
        Q(asked__user_id=actor.user_id)
        | Q(stand_in__user_id=actor.user_id)
        | Q(acted_by__user_id=actor.user_id)
    ).exclude(state=ConsiderationState.OPEN)


def requests_of_reports(
    actor: Account, *, now: datetime, given: Iterable[Delegation] | None = None
) -> QuerySet[LeaveRequest]:
    """
    Return the granted leave of the actor's direct reports.

    And of the reports of whom she stands in for today: she sees what they see, no more. What is
    still being decided appears only where she is asked about it: a superior whom somebody left
    out learns the dates when they are granted, like everybody in the team. ``given`` as in
    `open_considerations`.
    """
    givers = _givers(actor, given, now=now)
    return LeaveRequest.objects.filter(
        Q(employee__manager__user_id=actor.user_id) | Q(employee__manager__in=givers),
        state__in=KEPT,
        desk_only=False,
    ).exclude(employee__user_id=actor.user_id)


def own_delegations(actor: Account) -> QuerySet[Delegation]:
    """Return what the actor has delegated, or was given to stand in for."""
    return Delegation.objects.filter(
        Q(giver__user_id=actor.user_id) | Q(stand_in__user_id=actor.user_id)
    )


def get_delegation(*, actor: Account, delegation_id: UUID) -> Delegation:
    """
    Return a delegation the actor may end: her own, or as HR one of her agency.

    :raises Http404: for any other.
    """
    found = (
        Delegation.objects.filter(pk=delegation_id)
        .select_related("giver__unit", "giver__agency")
        .first()
    )
    if found is None or not _may_settle(actor, found.giver):
        raise Http404
    return found


def get_giver(*, actor: Account, giver_id: UUID | None) -> Employee:
    """
    Return the superior for whom the actor may name a stand-in: herself, or as HR anybody.

    Anybody of her own agency, that is. Without an id it is the actor herself.

    :raises Http404: if she may not, or is no employee.
    """
    wanted = Q(pk=giver_id) if giver_id else Q(user_id=actor.user_id)
    found = Employee.objects.filter(wanted).select_related("unit", "agency").first()
    if found is None or not _may_settle(actor, found):
        raise Http404
    return found


def _givers(actor: Account, given: Iterable[Delegation] | None, *, now: datetime) -> set[UUID]:
    rows = delegations_on(user_id=actor.user_id, now=now) if given is None else given
    return {row.giver_id for row in rows}


def _may_settle(actor: Account, giver: Employee) -> bool:
    if giver.user_id == actor.user_id:
        return True
    return Role.HR in actor.roles and giver.agency_id == actor.agency_id
