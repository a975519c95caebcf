"""How long an answer usually takes in an agency: one number for every kind of leave."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median_high
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count, F
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.leave.choices import DecisionState, Outcome
from portal.leave.models import Decision, LeaveRequest
from portal.leave.rules.counting import working_days_between
from portal.leave.rules.weeks import NoCalendar, WorkCalendar
from portal.leave.selectors.calendars import calendars_for
from portal.people.selectors import card_of

LOOK_BACK: Final = timedelta(days=90)
FEWEST: Final = 10
"""Decisions, and people they are about, below which a usual time would tell of somebody."""
_Spans = Sequence[tuple[date, date, int]]
"""Sent on, signed on, and how many decisions took just that long."""


def usual_words(row: LeaveRequest, *, zone: str, now: datetime) -> str:
    """Return how long an answer usually takes where a request was sent, or that it is open."""
    usual = usual_days(row, zone=zone, now=now)
    if usual is None:
        return _("How long an answer usually takes cannot be said yet.")
    if usual == 0:
        return _(
            "An answer usually comes on the same working day (median of the last 90 days)."
        )
    return ngettext(
        "An answer usually takes %(count)s working day (median of the last 90 days).",
        "An answer usually takes %(count)s working days (median of the last 90 days).",
        usual,
    ) % {"count": usual}


def usual_days(row: LeaveRequest, *, zone: str, now: datetime) -> int | None:
    """
    Return the median of working days from sending to signing in the agency of a request.

    Of the decisions of the last 90 days, whatever their kind and outcome; one that sent a
    request back is none, and a request sent again counts from then. By the calendar of the
    employee who reads it, so that the working days are her own; of two in the middle the
    longer one. None with fewer than ten decisions or ten people, and where no week is known.
    One query, and one and those of a calendar if it can be said.
    """
    found = Decision.objects.filter(
        state=DecisionState.FINAL,
        request__agency=row.agency_id,
        round=F("request__round"),
        decided_at__gt=now - LOOK_BACK,
        decided_at__lte=now,
    ).exclude(outcome=Outcome.RETURN)
    counts = found.aggregate(
        decisions=Count("pk"), people=Count("request__employee", distinct=True)
    )
    if min(counts.values()) < FEWEST:
        return None
    spans = list(
        found.annotate(signed_on=TruncDate("decided_at", tzinfo=ZoneInfo(zone)))
        .order_by()
        .values_list("request__sent_on", "signed_on")
        .annotate(times=Count("pk"))
    )
    calendars = calendars_for(
        [card_of(row.employee)],
        first=min(sent_on for sent_on, _signed_on, _times in spans),
        last=max(signed_on for _sent_on, signed_on, _times in spans),
    )
    try:
        return _median(spans, calendars[row.employee_id])
    except NoCalendar:
        return None


def _median(spans: _Spans, calendar: WorkCalendar) -> int:
    """
    Return the median of working days, the higher one of two in the middle.

    :raises NoCalendar: if no week covers one of the days.
    """
    lengths: Counter[int] = Counter()
    for sent_on, signed_on, times in spans:
        lengths[working_days_between(sent_on, signed_on, calendar)] += times
    return median_high(lengths.elements())
