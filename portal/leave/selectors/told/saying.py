"""What every notice about leave is put together from: days in words, paths, rows."""

from collections.abc import Mapping, Set
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.urls import reverse
from django.utils.formats import date_format

from portal.common.wording import plain_date
from portal.leave.choices import State
from portal.leave.models import Consideration, Decision, LeaveRequest, ReturnPlan

_DASH = "\N{EN DASH}"


def days_of(first: date, last: date) -> str:
    """Write the days of a leave, with the month and the year said once where they are one."""
    if first == last:
        return plain_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{_DASH}{plain_date(last)}"
    if first.year == last.year:
        return f"{date_format(first, 'j F')} {_DASH} {plain_date(last)}"
    return f"{plain_date(first)} {_DASH} {plain_date(last)}"


def dates(row: LeaveRequest) -> dict[str, str]:
    """Return the days of a request, to be put into a sentence."""
    return {"dates": days_of(row.first_day, row.last_day)}


def page(name: str, *args: Any) -> str:  # noqa: ANN401 - whatever stands in a path
    """Return the address of a page of this room."""
    return reverse(f"leave:{name}", args=args)


def load_requests(ids: Set[UUID]) -> Mapping[UUID, LeaveRequest]:
    """Return requests with whose they are; one query. Of the kind nothing is read."""
    found = LeaveRequest.objects.filter(pk__in=ids).select_related("employee__user")
    return {row.pk: row for row in found}


def load_absences(ids: Set[UUID]) -> Mapping[UUID, LeaveRequest]:
    """Return requests with whose they are and ``is_moved``: it took the place of other days."""
    moved = Q(supersedes__isnull=False, supersedes__state=State.SUPERSEDED)
    found = LeaveRequest.objects.filter(pk__in=ids).select_related("employee__user")
    found = found.annotate(is_moved=ExpressionWrapper(moved, output_field=BooleanField()))
    return {row.pk: row for row in found}


def load_decisions(ids: Set[UUID]) -> Mapping[UUID, Decision]:
    """Return decisions with their requests; one query."""
    return {
        row.pk: row for row in Decision.objects.filter(pk__in=ids).select_related("request")
    }


def load_questions(ids: Set[UUID]) -> Mapping[UUID, Consideration]:
    """Return questions to superiors with the requests they are about; one query."""
    found = Consideration.objects.filter(pk__in=ids)
    return {row.pk: row for row in found.select_related("request__employee__user")}


def load_plans(ids: Set[UUID]) -> Mapping[UUID, ReturnPlan]:
    """Return phased returns with whose they are; one query."""
    found = ReturnPlan.objects.filter(pk__in=ids)
    return {row.pk: row for row in found.select_related("request__employee__user")}
