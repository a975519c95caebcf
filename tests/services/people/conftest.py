"""The agency that a roster is read for."""

import pytest

from portal.people.models import Agency


@pytest.fixture
def agency():
    return Agency.objects.create(name="Dinas Contoh", short_name="Contoh")
