"""What every test of leave's services needs."""

import pytest

from tests.support.leave import know_notices, open_room


@pytest.fixture(autouse=True)
def _notices(monkeypatch):
    know_notices(monkeypatch)


@pytest.fixture
def room(db):
    """An agency that does leave here, and its people."""
    return open_room()
