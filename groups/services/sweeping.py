"""What is looked after every minute: changes to tell, questions to ask, offers, signals."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from groups.services.asking import tell_asks
from groups.services.changes import tell_changes
from groups.services.offers import sweep_offers
from groups.services.run import sweep_signals
from portal.common.logs import event

Step = tuple[str, Callable[..., int]]

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
    """
    Take steps that each open their own transactions; return the sum of what they did.

    One that fails is noted without a word about anybody and does not stop the others.
    """
    done = 0
    for name, step in steps:
        try:
            done += step(now=now)
        except Exception:  # noqa: BLE001 - the other steps still have to be taken
            event(f"groups: {name} failed", state="FAILED")
    return done
