"""What is put in order now and then: meetings ahead, people who left, rows of the past."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from groups.models import Place, PlanChange
from groups.services.departures import vacate_for_departed
from groups.services.leaving import forget_old_aliases, leave_for_departed
from groups.services.series import materialise
from groups.services.sweeping import Step, take_steps

KEEP_PAST: Final = timedelta(days=90)
"""How long places of past meetings and told changes of plan are kept."""


def tidy(*, now: datetime) -> int:
    """Take every step once and return what they did; safe to run at any time, twice."""
    return take_steps(_STEPS, now=now)


def forget_past_places(*, now: datetime) -> int:
    """Delete who had or wanted a place in a meeting that ended 90 days ago; return how many."""
    with transaction.atomic():
        past = Place.objects.filter(pool__meeting__period__endswith__lt=now - KEEP_PAST)
        return past.delete()[0]


def forget_told_changes(*, now: datetime) -> int:
    """Delete changes of plan that were told 90 days ago; return how many."""
    with transaction.atomic():
        old = PlanChange.objects.filter(told=True, tell_at__lt=now - KEEP_PAST)
        return old.delete()[0]


_STEPS: Final[tuple[Step, ...]] = (
    ("meetings ahead", materialise),
    ("members who departed", leave_for_departed),
    ("facilitators who departed", vacate_for_departed),
    ("old nicknames", forget_old_aliases),
    ("past places", forget_past_places),
    ("told changes", forget_told_changes),
)
