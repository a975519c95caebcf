"""What every notice about leave is put together from: days in words, paths, rows."""

from collections.abc import Mapping, Set
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format

from portal.common.wording import plain_date
from portal.leave.choices import Action, State
from portal.leave.models import CaseEvent, Consideration, Decision, LeaveRequest, ReturnPlan

_SEEN: Final = (
    Action.GRANT,
    Action.AMEND,
    Action.END_EARLY,
    Action.RECALL,
    Action.CANCEL,
    Action.REVOKE,
    Action.SUPERSEDE,
)
_UNSEEN: Final = (Action.RECOUNT, Action.KEEP)
"""
Raise the revision although no date changes. Days are counted anew for some kinds alone: a line
that went away then would tell a superior which.
"""
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
    """
    Return requests with whose they are, and what a superior may notice of them; one query.

    ``is_moved``: it took the place of other days. ``unseen``: how often the revision has gone
    up since a superior was last told, for something that is not hers to see.
    """
    moved = Q(supersedes__isnull=False, supersedes__state=State.SUPERSEDED)
    found = LeaveRequest.objects.filter(pk__in=ids).select_related("employee__user")
    found = found.annotate(
        is_moved=ExpressionWrapper(moved, output_field=BooleanField()),
        unseen=Coalesce(Subquery(_unseen()), 0),
    )
    return {row.pk: row for row in found}


def _unseen() -> QuerySet[Any]:
    """Return how many steps after the last one she was told of have raised the revision."""
    seen = CaseEvent.objects.filter(request=OuterRef("request"), action__in=_SEEN)
    steps = CaseEvent.objects.filter(request=OuterRef("pk"), action__in=_UNSEEN)
    since = Subquery(seen.order_by("-number").values("number")[:1])
    later = steps.filter(number__gt=since).order_by().values("request")
    return later.annotate(count=Count("pk")).values("count")


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
