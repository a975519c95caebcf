"""How time moves a request on, by working days; it never decides anything."""

from datetime import date, timedelta
from enum import IntEnum
from typing import Final

from portal.leave.rules.counting import working_day_after, working_days_between
from portal.leave.rules.weeks import WorkCalendar


class Step(IntEnum):
    """The working day after the question on which each step is taken."""

    ASKED = 0
    REMIND = 1
    SUBSTITUTE = 2
    """A second reminder, and somebody else may answer as well."""
    PASS_ON = 3
    LAPSE = 5


LOOK_AHEAD: Final = timedelta(days=60)
"""How far past today a calendar is read, so that five working days lie in it."""
SOON: Final = timedelta(days=1)
"""How long before its last day somebody is reminded of a certificate."""
ANSWER_WITHIN: Final = 5
"""Working days in which UU 30/2014 art. 53 asks for an answer where no rule sets a time."""


def due_step(*, asked_on: date, today: date, calendar: WorkCalendar) -> Step:
    """
    Return the last step whose working day has come; `Step.ASKED` before the first one.

    ``asked_on`` is the day of the first question of the round, whoever was asked: five working
    days are five in all. Steps missed while nothing ran are not made up for.

    :raises NoCalendar: if the calendar does not cover the time.
    """
    passed = [
        step
        for step in Step
        if step == Step.ASKED or working_day_after(asked_on, step, calendar) <= today
    ]
    return passed[-1]


def lapses_on(*, asked_on: date, calendar: WorkCalendar) -> date:
    """
    Return the working day on which a request goes on without an answer.

    :raises NoCalendar: if the calendar does not cover the time.
    """
    return working_day_after(asked_on, Step.LAPSE, calendar)


def is_certificate_soon(*, due_on: date, today: date) -> bool:
    """Say whether the last days for a certificate have come: the eve, and the day itself."""
    return due_on - SOON <= today <= due_on


def is_certificate_late(*, due_on: date, today: date) -> bool:
    """Say whether the day until which a certificate was waited for is over."""
    return today > due_on


def has_waited_long(*, since: date, today: date, calendar: WorkCalendar) -> bool:
    """
    Say whether a request has waited for its decision for more working days than it should.

    ``since`` is the day it came to the desk, which does not count. Time decides nothing: a
    request that has waited long goes on waiting, and is pointed out.

    :raises NoCalendar: if the calendar does not cover the time.
    """
    return working_days_between(since, today, calendar) > ANSWER_WITHIN
