"""
A cache that outlives Redis.

Django's Redis cache raises when Redis is gone, and sign-in with it, because the limits on
sign-in attempts live there. This one stops asking Redis for a few seconds after a failure and
counts in the memory of the process meanwhile. The halves of unlocked vaults never come here.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import redis
from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.utils.crypto import salted_hmac

from portal.common.redis import PATIENCE_SECONDS

Answer = TypeVar("Answer")
PAUSE_SECONDS = 5.0
"""How long a failed Redis is left alone; a page then pays nothing for its absence."""


def hashed_key(key: str, key_prefix: str, version: int) -> str:
    """
    Return the name an entry has in Redis: a keyed hash.

    Libraries put accounts and addresses into theirs, and a copy of Redis is to name nobody.
    """
    name = salted_hmac("portal.common.cache", str(key), algorithm="sha256").hexdigest()
    return f"{key_prefix}:{version}:{name}"


class BreakerCache(RedisCache):
    """Redis while it answers, the process's own memory while it does not."""

    _silent_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "socket_timeout": PATIENCE_SECONDS,
            "socket_connect_timeout": PATIENCE_SECONDS,
            **params.pop("OPTIONS", {}),
        }
        params = {"KEY_PREFIX": "cache", "KEY_FUNCTION": hashed_key, **params}
        super().__init__(settings.REDIS_URL, {**params, "OPTIONS": options})
        self._memory = LocMemCache(server, params)

    def _ask(self, question: Callable[[BaseCache], Answer]) -> Answer:
        cls = type(self)
        if time.monotonic() >= cls._silent_until:
            try:
                return question(cast("BaseCache", super()))
            except (redis.RedisError, OSError):
                cls._silent_until = time.monotonic() + PAUSE_SECONDS
        return question(self._memory)

    def add(
        self,
        key: str,
        value: object,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Store unless there is something; return whether it was stored."""
        return self._ask(lambda store: store.add(key, value, timeout, version=version))

    def get(self, key: str, default: object = None, version: int | None = None) -> object:
        """Return what is stored, or the default."""
        return self._ask(lambda store: store.get(key, default, version=version))

    def set(
        self,
        key: str,
        value: object,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        """Store, over whatever was there."""
        self._ask(lambda store: store.set(key, value, timeout, version=version))

    def touch(
        self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Let an entry live on; return whether there is one."""
        return self._ask(lambda store: store.touch(key, timeout, version=version))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Remove an entry; return whether there was one."""
        return self._ask(lambda store: store.delete(key, version=version))

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """Return those of the entries that are there, by name."""
        return self._ask(lambda store: store.get_many(keys, version=version))

    def has_key(self, key: str, version: int | None = None) -> bool:
        """Return whether there is an entry."""
        return self._ask(lambda store: store.has_key(key, version=version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """
        Count on and return the new number.

        :raises ValueError: if there is no such entry.
        """
        return self._ask(lambda store: store.incr(key, delta, version=version))

    def set_many(
        self,
        data: dict[str, Any],
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> list[str]:
        """Store several; return the names of those that could not be stored."""
        return self._ask(lambda store: store.set_many(data, timeout, version=version))

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        """Remove several."""
        self._ask(lambda store: store.delete_many(keys, version=version))

    def clear(self) -> None:
        """Remove everything."""
        self._ask(lambda store: store.clear())
