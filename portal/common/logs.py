"""
Logs that cannot tell on anybody.

A line names an event and a status, never a path, a person, an address or a value: Django's own
loggers put the requested path and the text of exceptions into their lines, so every record is
rebuilt here. A stack is kept as files and lines, without messages and without locals.
"""

import logging
import traceback
from types import TracebackType

_ALLOWED = ("status", "count", "state", "task", "seconds")
_OURS = "teduh"
_CHATTY = ("gunicorn", "celery.beat", "celery.worker", "celery.apps", "kombu")
# Their own words are kept: process numbers, names of tasks and queues; our tasks carry nothing.


class NeutralFormatter(logging.Formatter):
    """Write time, level, logger and a neutral word; nothing that came in with a request."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and a stack below it when there was an exception."""
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {_word(record)}"
        if record.exc_info and record.exc_info[0] is not None:
            line += "\n" + _stack(record.exc_info[0], record.exc_info[2])
        return line


def event(name: str, **facts: object) -> None:
    """Log one of our own events; only counts, states and durations may come with it."""
    refused = set(facts) - set(_ALLOWED)
    if refused:
        msg = f"not for the log: {sorted(refused)}"
        raise ValueError(msg)
    words = "".join(f" {key}={value}" for key, value in facts.items())
    logging.getLogger(_OURS).info("%s%s", name, words, extra={"neutral": True})


def _word(record: logging.LogRecord) -> str:
    if getattr(record, "neutral", False):
        return record.getMessage()
    if record.name.startswith(("django.request", "django.security")):
        return f"request status={getattr(record, 'status_code', '-')}"
    if record.name.startswith(_CHATTY):
        return record.getMessage()
    return f"{record.module}:{record.lineno}"


def _stack(kind: type[BaseException], trace: TracebackType | None) -> str:
    frames = [
        f"  {frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]
    return "\n".join([*frames, kind.__name__])
