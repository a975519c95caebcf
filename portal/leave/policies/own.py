"""What somebody asked for herself."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import BaseExpression
from django.http import Http404

from portal.leave.models import LeaveRequest
from portal.people.actors import Account
from portal.people.models import Employee
from portal.people.selectors import EmployeeCard, employee_of

_EMPLOYEE: Final = ("employee__user", "employee__unit", "employee__agency")


def employee_id_of(actor: Account) -> UUID:
    """
    Return the employee behind the actor; leave is an employee's.

    :raises Http404: for somebody who is none, such as an external counsellor.
    """
    found = Employee.objects.filter(user_id=actor.user_id).values_list("id", flat=True).first()
    if found is None:
        raise Http404
    return found


def own_card(actor: Account) -> EmployeeCard:
    """
    Return the actor as the rooms of the organisation know an employee.

    :raises Http404: for somebody who is none, such as an external counsellor.
    """
    found = employee_of(user_id=actor.user_id)
    if found is None:
        raise Http404
    return found


def own_requests(actor: Account) -> QuerySet[LeaveRequest]:
    """Return everything the actor asked for; nothing for somebody who is no employee."""
    return LeaveRequest.objects.filter(employee__user_id=actor.user_id)


def get_own_request(
    *, actor: Account, request_id: UUID, beside: Mapping[str, BaseExpression] | None = None
) -> LeaveRequest:
    """
    Return a request of the actor's own, with its kind, agency and employee; one query.

    ``beside`` is what else a page wants to know of it, by the name it is annotated with.

    :raises Http404: alike for a foreign and for an absent one.
    """
    found = (
        own_requests(actor)
        .filter(pk=request_id)
        .select_related("leave_type", "agency", *_EMPLOYEE)
        .annotate(**(beside or {}))
        .first()
    )
    if found is None:
        raise Http404
    return found


def recipient_id(row: LeaveRequest) -> UUID:
    """Return the account that is told about a request of her own."""
    return row.employee.user_id
