"""What is looked after every minute: changes to tell, questions to ask, offers, signals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from groups.services.asking import tell_asks
from groups.services.changes import tell_changes
from groups.services.offers import sweep_offers
from groups.services.run import sweep_signals
from portal.common import steps as steps_of
from portal.common.steps import Step

_STEPS: Final[tuple[Step, ...]] = (
    ("changes of plan", tell_changes),
    ("questions to facilitators", tell_asks),
    ("offers", sweep_offers),
    ("signals", sweep_signals),
)


def sweep(*, now: datetime) -> int:
    """Take every step once and return what they did; safe to run at any time, twice."""
    return take_steps(_STEPS, now=now)


def take_steps(steps: Sequence[Step], *, now: datetime) -> int:
    """Take steps of this room, each by itself; return the sum of what they did."""
    return steps_of.take_steps(steps, room="groups", now=now)
