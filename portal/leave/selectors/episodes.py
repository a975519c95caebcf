"""How long somebody has been away in one episode when a certificate is looked at."""

from datetime import date, timedelta
from typing import Final

from django.db.models import Max, Min

from portal.leave.choices import LIVE, Family
from portal.leave.models import LeaveDay, LeaveRequest
from portal.leave.rules.attesting import Measure
from portal.leave.rules.episodes import episode_of
from portal.leave.selectors.calendars import work_calendar
from portal.leave.selectors.details import open_details
from portal.leave.selectors.kinds import kind_of, rule_for

_SINCE: Final = timedelta(days=730)
"""How far back an episode is followed; no sick leave may last longer."""
_MARGIN: Final = timedelta(days=31)
"""Around the leave, so that the nearest working day is within reach."""


def measure_of(row: LeaveRequest) -> Measure:
    """
    Return a request as the rule of certificates sees it.

    The kind is the version it was sent under, bent for its purpose. Earlier sick leave belongs
    to the episode unless a day was worked in between; later leave is measured when its own
    certificate is.

    :raises NoCalendar: if no week says whether the days before it were worked.
    """
    kind = kind_of(row.leave_type)
    rule = rule_for(kind, purpose=open_details(row).purpose, on=row.first_day)
    return Measure(
        kind=rule, first=row.first_day, last=row.last_day, episode_first=_episode_first(row)
    )


def _episode_first(row: LeaveRequest) -> date:
    if row.leave_type.family != Family.SICK:
        return row.first_day
    before = (
        LeaveDay.objects.filter(
            employee=row.employee_id,
            active=True,
            day__gte=row.first_day - _SINCE,
            day__lt=row.first_day,
            request__leave_type__family=Family.SICK,
            request__state__in=LIVE,
        )
        .exclude(request=row.pk)
        .exclude(request=row.supersedes_id)
        .values("request")
        .annotate(first=Min("day"), last=Max("day"))
    )
    spans = [(one["first"], one["last"]) for one in before]
    if not spans:
        return row.first_day
    calendar = work_calendar(
        employee_id=row.employee_id,
        first=min(span[0] for span in spans) - _MARGIN,
        last=row.last_day + _MARGIN,
    )
    episode = episode_of(spans=spans, first=row.first_day, last=row.last_day, calendar=calendar)
    return episode.first
