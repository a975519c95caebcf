"""
What ends by itself when an account is closed: wishes, addresses, plans; quietly.

Leave that was granted stays as it is: HR settles it. Superiors, officials and reviewers who
have left are passed over wherever somebody is asked or told, so nothing waits for them here.
"""

from datetime import datetime
from uuid import UUID

from portal.leave.choices import HOUSE, PlanState, Refusal
from portal.leave.models import CalendarAddress, LeaveRequest, ReturnPlan
from portal.leave.selectors.days import day_of
from portal.leave.services.desk import LeaveRefused, employee_locked
from portal.leave.services.returns import end_quietly
from portal.leave.services.sending import take_back


def settle_departed(*, now: datetime) -> int:
    """
    End what closed accounts had under way here; return how many things ended. Tells nobody.

    Undecided requests are withdrawn, with their days, reservations and questions; calendar
    addresses lead nowhere; plans to come back in stages end. Employee by employee, each in a
    transaction of its own; whose leave is being changed right now waits for the next run.
    """
    gone, _rows = CalendarAddress.objects.filter(owner__is_active=False).delete()
    undecided = LeaveRequest.objects.undecided().filter(employee__user__is_active=False)
    plans = ReturnPlan.objects.exclude(state=PlanState.ENDED).filter(
        request__employee__user__is_active=False
    )
    employees = {
        *undecided.values_list("employee_id", flat=True),
        *plans.values_list("request__employee_id", flat=True),
    }
    return gone + sum(_settle(employee_id, now=now) for employee_id in sorted(employees))


def _settle(employee_id: UUID, *, now: datetime) -> int:
    try:
        with employee_locked(employee_id=employee_id):
            return _withdraw(employee_id, now=now) + _end_plans(employee_id, now=now)
    except LeaveRefused as refused:
        if refused.reason != Refusal.BUSY:
            raise
        return 0


def _withdraw(employee_id: UUID, *, now: datetime) -> int:
    rows = list(
        LeaveRequest.objects.undecided()
        .filter(employee=employee_id, employee__user__is_active=False)
        .select_related("leave_type", "employee__user", "employee__unit", "employee__agency")
        .order_by("sent_on", "id")
    )
    for row in rows:
        take_back(row, version=row.version, role=HOUSE, now=now)
    return len(rows)


def _end_plans(employee_id: UUID, *, now: datetime) -> int:
    running = (
        ReturnPlan.objects.exclude(state=PlanState.ENDED)
        .filter(request__employee=employee_id, request__employee__user__is_active=False)
        .select_related("request__employee__unit", "request__employee__agency")
    )
    return sum(
        end_quietly(plan, today=day_of(plan.request, now=now), now=now) for plan in running
    )
