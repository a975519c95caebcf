"""What HR and the authorised officials of an agency see: dates, kind, balance, verdict."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import BaseExpression
from django.http import Http404

from portal.leave.models import Decision, Decree, LeaveRequest, WorkPattern
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import Employee


def desk_agency(actor: Account) -> UUID:
    """
    Return the agency whose leave the actor handles, as HR officer or authorised official.

    :raises Http404: if there is none.
    """
    if not actor.roles & {Role.HR, Role.OFFICIAL} or actor.agency_id is None:
        raise Http404
    return actor.agency_id


def get_settled_agency(actor: Account) -> UUID:
    """
    Return the agency whose rules, weeks and decrees the actor keeps: an HR officer's.

    :raises Http404: for anybody else.
    """
    if Role.HR not in actor.roles or actor.agency_id is None:
        raise Http404
    return actor.agency_id


def desk_requests(actor: Account) -> QuerySet[LeaveRequest]:
    """Return the requests of the actor's agency, without her own: nobody handles herself."""
    return LeaveRequest.objects.filter(agency_id=desk_agency(actor)).exclude(
        employee__user_id=actor.user_id
    )


def get_desk_request(*, actor: Account, request_id: UUID) -> LeaveRequest:
    """
    Return a request of the actor's agency that is not her own.

    :raises Http404: alike for a foreign and for an absent one.
    """
    found = (
        desk_requests(actor)
        .filter(pk=request_id)
        .select_related(
            "leave_type",
            "agency",
            "employee__agency",
            "employee__manager__user",
            "employee__unit",
            "employee__user",
        )
        .first()
    )
    if found is None:
        raise Http404
    return found


def settled_employees(actor: Account, *, herself: bool = False) -> QuerySet[Employee]:
    """
    Return the employees whose days the actor keeps: those of her agency, without herself.

    With ``herself`` she is among them, where nothing of hers is kept but her name.

    :raises Http404: for anybody but an HR officer.
    """
    rows = Employee.objects.filter(agency_id=get_settled_agency(actor))
    return rows if herself else rows.exclude(user_id=actor.user_id)


def get_settled_employee(
    *, actor: Account, employee_id: UUID, beside: Mapping[str, BaseExpression] | None = None
) -> Employee:
    """
    Return an employee whose weeks and entitlement the actor keeps: of her agency, not herself.

    With her account, unit and agency. ``beside`` is what else a page wants to know of her, by
    the name it is annotated with.

    :raises Http404: alike for a foreign and for an absent one, and for herself.
    """
    found = (
        settled_employees(actor)
        .filter(pk=employee_id)
        .select_related("user", "unit", "agency")
        .annotate(**(beside or {}))
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_settled_week(*, actor: Account, pattern_id: UUID) -> WorkPattern:
    """
    Return a week the actor keeps: her agency's, a unit's, or that of anybody but herself.

    :raises Http404: for a foreign or absent one, for her own, and for anybody but HR.
    """
    agency_id = get_settled_agency(actor)
    found = WorkPattern.objects.filter(pk=pattern_id, agency_id=agency_id).first()
    if found is None:
        raise Http404
    if found.employee_id is not None:
        get_settled_employee(actor=actor, employee_id=found.employee_id)
    return found


def get_own_decision(*, actor: Account, decision_id: UUID) -> Decision:
    """
    Return a decision the actor made herself, with its request.

    :raises Http404: alike for somebody else's and for an absent one.
    """
    found = (
        Decision.objects.filter(
            pk=decision_id, decided_by_id=actor.user_id, request__in=desk_requests(actor)
        )
        .select_related("request")
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_decree(*, actor: Account, decree_id: UUID) -> Decree:
    """
    Return a decree of the agency whose rules the actor keeps.

    :raises Http404: for a foreign or absent one, and for anybody but an HR officer.
    """
    agency_id = get_settled_agency(actor)
    found = Decree.objects.filter(pk=decree_id, agency_id=agency_id).first()
    if found is None:
        raise Http404
    return found
