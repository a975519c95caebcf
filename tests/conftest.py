"""Fixtures every kind of test may use."""

import pytest
from django.conf import settings
from django.utils import translation

from groups.selectors.every import look_again
from portal.common.cache import BreakerCache


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Give each test its own counters of sign-in, and Redis and groups asked again."""
    from django.core.cache import cache

    BreakerCache._silent_until = 0.0
    cache.clear()
    look_again()


@pytest.fixture(autouse=True)
def _as_it_was():
    """Start in the language of the house, and leave no setting behind for the next test."""
    translation.deactivate()
    yield
    assert settings.REQUIRE_STAFF_MFA, "left off: set it through the fixture `settings`"
