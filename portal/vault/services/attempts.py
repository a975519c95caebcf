"""
How often a passphrase may be tried: ten failures in a quarter of an hour.

Counted in Redis, under a keyed hash of the person, and in the process as well: when Redis is
gone or emptied, each process still counts for itself. Nothing about it reaches the database.
"""

import threading
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import redis

from portal.common.redis import client
from portal.vault.services.sealing import tag

ATTEMPTS = 10
ATTEMPT_WINDOW = timedelta(minutes=15)
_PREFIX = "teduh:unlock:"
_MOST_KEPT = 10_000

_failures: dict[str, list[datetime]] = {}
_failures_lock = threading.Lock()


def unlock_allowed(*, user_id: UUID, now: datetime) -> bool:
    """Tell whether this person may try her passphrase or recovery code now."""
    key = _key(user_id)
    return max(_in_process(key, now), _in_redis(key)) < ATTEMPTS


def count_failed_unlock(*, user_id: UUID, now: datetime) -> None:
    """Count one wrong passphrase or recovery code; the window starts with the first."""
    key = _key(user_id)
    with _failures_lock:
        if len(_failures) >= _MOST_KEPT:
            _drop_old(now)
        _failures.setdefault(key, []).append(now)
        del _failures[key][:-ATTEMPTS]
    with suppress(redis.RedisError):
        pipe = client().pipeline(transaction=True)
        pipe.set(key, 0, ex=int(ATTEMPT_WINDOW.total_seconds()), nx=True)
        pipe.incr(key)
        pipe.execute()


def forget_failed_unlocks(*, user_id: UUID) -> None:
    """Start counting anew: the person has just proved who she is."""
    key = _key(user_id)
    with _failures_lock:
        _failures.pop(key, None)
    with suppress(redis.RedisError):
        client().delete(key)


def _key(user_id: UUID) -> str:
    return _PREFIX + tag("unlock attempts", user_id).hex()


def _in_process(key: str, now: datetime) -> int:
    with _failures_lock:
        return sum(at > now - ATTEMPT_WINDOW for at in _failures.get(key, ()))


def _in_redis(key: str) -> int:
    try:
        return int(client().get(key) or 0)
    except redis.RedisError:
        return 0


def _drop_old(now: datetime) -> None:
    for key in [key for key, times in _failures.items() if times[-1] <= now - ATTEMPT_WINDOW]:
        del _failures[key]
