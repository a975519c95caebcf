"""One way to Redis. It may be gone or frozen at any moment, and says so within 0.2 seconds."""

from functools import lru_cache

import redis
from django.conf import settings

PATIENCE_SECONDS = 0.2


@lru_cache(maxsize=1)
def client() -> "redis.Redis":
    """Return the process-wide client; every call on it may raise ``redis.RedisError``."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry_on_timeout=False,
        health_check_interval=0,
    )
