"""What a phased return may look like: stages in a row, eight weeks at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from portal.leave.choices import Place, Refusal, Restriction
from portal.leave.rules.weeks import NoCalendar, WorkCalendar

MOST_DAYS: Final = 56
LATEST_START_DAYS: Final = 56
"""A return in stages begins within eight weeks after the last day of leave."""
MOST_STAGES: Final = 6
_WHOLE: Final = 100
_HALF: Final = 50


@dataclass(frozen=True, slots=True)
class StageDraft:
    """A stage, both days included; ``percent`` of the usual hours, 10 to 100."""

    first_day: date
    last_day: date
    percent: int
    place: Place = Place.OFFICE


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A phased return as somebody proposes it, stages in the order of their days."""

    stages: tuple[StageDraft, ...]
    restrictions: tuple[Restriction, ...] = ()
    review_days: tuple[date, ...] = ()


def refuse_plan(draft: PlanDraft, *, leave_ends: date) -> Refusal | None:
    """
    Say what stands in the way of a plan, if anything.

    Stages follow each other without gaps and overlaps, begin after the leave and within eight
    weeks of it, and last eight weeks at most. Days of review lie within the plan.
    """
    stages = draft.stages
    if not 1 <= len(stages) <= MOST_STAGES or not _in_a_row(stages):
        return Refusal.PLAN_DATES
    first, last = stages[0].first_day, stages[-1].last_day
    if first <= leave_ends or first > leave_ends + timedelta(days=LATEST_START_DAYS):
        return Refusal.PLAN_DATES
    if (last - first).days + 1 > MOST_DAYS:
        return Refusal.PLAN_TOO_LONG
    if any(not first <= day <= last for day in draft.review_days):
        return Refusal.PLAN_DATES
    return None


def minutes_a_day(
    *, first: date, last: date, percent: int, calendar: WorkCalendar
) -> tuple[int, int] | None:
    """
    Return the fewest and the most minutes that a stage asks for on a day worked.

    They differ where her days do, as when Ramadan begins in the middle. Half a minute counts as
    a whole one. None where no day of the stage is worked, or no week says how long.
    """
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    try:
        usual = {calendar.minutes_on(day) for day in days} - {0}
    except NoCalendar:
        return None
    asked = [(minutes * percent + _HALF) // _WHOLE for minutes in usual]
    return (min(asked), max(asked)) if asked else None


def _in_a_row(stages: Sequence[StageDraft]) -> bool:
    if any(stage.last_day < stage.first_day for stage in stages):
        return False
    return all(
        after.first_day == before.last_day + timedelta(days=1)
        for before, after in pairwise(stages)
    )
