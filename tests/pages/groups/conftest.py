"""A circle and somebody who could take part in it; files with another circle make their own."""

import pytest

from tests.support.groups import make_circle, make_member_account


@pytest.fixture
def circle(db):
    """A closed circle with eight places."""
    return make_circle(name="Lingkar Kenanga", topic="Kerja tanpa henti")


@pytest.fixture
def rina(circle):
    """An employee of the circle's agency."""
    return make_member_account(circle)
