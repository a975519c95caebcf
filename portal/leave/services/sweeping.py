"""
What is looked after by itself: every minute decisions to sign, every hour all else.

Each step looks at the facts of now, never at when it ran last: after a rest of days one run
catches up, and a second run finds nothing to do.
"""

from datetime import datetime
from typing import Final

from portal.common.steps import Step, take_steps
from portal.leave.services.deadlines import advance_considerations, advance_evidence
from portal.leave.services.decisions import sign_due
from portal.leave.services.departures import settle_departed
from portal.leave.services.endings import close_finished
from portal.leave.services.joint import settle_duties
from portal.leave.services.quarters import freeze
from portal.leave.services.recount import recount
from portal.leave.services.retention import empty_dossiers, return_cases
from portal.leave.services.returns import end_finished_plans
from portal.leave.services.years import check_ledger, open_years

_ROOM: Final = "leave"


def sweep(*, now: datetime) -> int:
    """Sign what has had its ten minutes; return what was done."""
    return take_steps(MINUTELY, room=_ROOM, now=now)


def tidy(*, now: datetime) -> int:
    """Take every other step once and return what they did; safe to run at any time, twice."""
    return take_steps(HOURLY, room=_ROOM, now=now)


def look_through_ledger(*, now: datetime) -> int:
    """Return in how many places the ledger does not add up; the log has counted them."""
    return len(check_ledger(now=now))


MINUTELY: Final[tuple[Step, ...]] = (("decisions", sign_due),)
HOURLY: Final[tuple[Step, ...]] = (
    ("people who left", settle_departed),
    ("reviewers who left", return_cases),
    ("considerations", advance_considerations),
    ("certificates", advance_evidence),
    ("years", open_years),
    ("joint leave that was worked", settle_duties),
    ("changed holidays", recount),
    ("leave that is over", close_finished),
    ("plans that are over", end_finished_plans),
    ("papers whose time is over", empty_dossiers),
    ("tables of a quarter", freeze),
    ("the ledger", look_through_ledger),
)
