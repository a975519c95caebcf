"""Steps of a sweep, each by itself: one that fails does not hold up the others."""

from collections.abc import Callable, Sequence
from datetime import datetime

from portal.common.logs import event

Step = tuple[str, Callable[..., int]]
"""What a step is called in the log, and the step; it takes ``now`` and says what it did."""


def take_steps(steps: Sequence[Step], *, room: str, now: datetime) -> int:
    """
    Take steps that each open their own transactions; return the sum of what they did.

    One that fails is noted without a word about anybody and does not stop the others.
    """
    done = 0
    for name, step in steps:
        try:
            done += step(now=now)
        except Exception:  # noqa: BLE001 - the other steps still have to be taken
            event(f"{room}: {name} failed", state="FAILED")
    return done
