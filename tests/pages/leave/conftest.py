"""What every page of leave needs in a test."""

import pytest

from tests.factories import NOW
from tests.support.clock import at, follow_the_clock
from tests.support.leave import know_notices, open_room


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    know_notices(monkeypatch)
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


@pytest.fixture
def room(db):
    """An agency that does leave here, and its people."""
    return open_room()
