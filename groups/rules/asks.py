"""Whom a meeting asks for a facilitator, and when. Pure: facts and ``now`` in, answers out."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Final

ASK_AHEAD: Final = timedelta(hours=72)
STAND_IN_AHEAD: Final = timedelta(hours=24)
GATE_AHEAD: Final = timedelta(hours=2)


class Ask(Enum):
    """What is asked: those assigned for their word, anybody for a stand-in, the head."""

    WORD = "WORD"
    STAND_IN = "STAND_IN"
    GATE = "GATE"


def asks_due(*, starts_at: datetime, is_ready: bool, now: datetime) -> frozenset[Ask]:
    """
    Return what a meeting asks at an instant; nothing once it has begun.

    From 72 hours ahead on whoever has not confirmed is asked for a word, ready or not. While
    somebody is missing, the agency's other facilitators are asked from 24 hours ahead on and
    the head of the service from two. The same facts give the same answer, however late anybody
    looks.
    """
    left = starts_at - now
    if not timedelta(0) < left <= ASK_AHEAD:
        return frozenset()
    asks = {Ask.WORD}
    if not is_ready and left <= STAND_IN_AHEAD:
        asks.add(Ask.STAND_IN)
    if not is_ready and left <= GATE_AHEAD:
        asks.add(Ask.GATE)
    return frozenset(asks)
