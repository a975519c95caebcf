"""Fixtures every kind of test may use."""

import pytest

from groups.selectors.every import look_again
from portal.common.cache import BreakerCache


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Give each test its own counters of sign-in, and Redis and groups asked again."""
    from django.core.cache import cache

    BreakerCache._silent_until = 0.0
    cache.clear()
    look_again()
