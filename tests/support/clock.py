"""A clock that tests can set, for the pages and for the database alike."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
import time_machine
from django.utils import timezone


def follow_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever asks the database for the time get the time that a test has set."""
    for module in list(sys.modules.values()):
        name = getattr(module, "__name__", "")
        ours = name.startswith(("portal", "counselling", "groups"))
        if ours and hasattr(module, "database_now"):
            monkeypatch.setattr(module, "database_now", timezone.now)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Begin at an instant and let time go on from there."""
    with time_machine.travel(instant, tick=True):
        yield
