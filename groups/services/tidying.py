"""What is put in order now and then: meetings ahead, people who left, rows of the past."""

from datetime import datetime, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils.timezone import localdate

from groups.choices import ConcernState
from groups.models import Concern, Place, PlanChange, SealedCopy
from groups.services.departures import vacate_for_departed
from groups.services.leaving import forget_old_aliases, leave_for_departed
from groups.services.series import materialise
from groups.services.sweeping import take_steps
from portal.common.steps import Step

KEEP_PAST: Final = timedelta(days=90)
"""How long places of past meetings and told changes of plan are kept."""
KEEP_WORRIES: Final = relativedelta(months=12)
"""How long a worry is kept, from the day it was handed on, once it is closed."""


def tidy(*, now: datetime) -> int:
    """Take every step once and return what they did; safe to run at any time, twice."""
    return take_steps(_STEPS, now=now)


def forget_past_places(*, now: datetime) -> int:
    """Delete who had or wanted a place in a meeting that ended 90 days ago; return how many."""
    with transaction.atomic():
        past = Place.objects.filter(pool__meeting__period__endswith__lt=now - KEEP_PAST)
        return past.delete()[0]


def forget_closed_worries(*, now: datetime) -> int:
    """
    Delete worries that are closed and were handed on twelve months ago, with their copies.

    One that waits or that somebody looks after stays, however old. Return how many rows went.
    """
    with transaction.atomic():
        last = localdate(now) - KEEP_WORRIES
        closed = Concern.objects.filter(state=ConcernState.CLOSED, on_day__lte=last)
        old = list(closed.values_list("pk", flat=True))
        copies = SealedCopy.objects.filter(subject_id__in=old).delete()[0]
        return copies + Concern.objects.filter(pk__in=old).delete()[0]


def forget_told_changes(*, now: datetime) -> int:
    """Delete changes of plan that were told 90 days ago; return how many."""
    with transaction.atomic():
        old = PlanChange.objects.filter(told=True, tell_at__lt=now - KEEP_PAST)
        return old.delete()[0]


_STEPS: Final[tuple[Step, ...]] = (
    ("meetings ahead", materialise),
    ("members who departed", leave_for_departed),
    ("facilitators who departed", vacate_for_departed),
    ("closed worries", forget_closed_worries),
    ("old nicknames", forget_old_aliases),
    ("past places", forget_past_places),
    ("told changes", forget_told_changes),
)
