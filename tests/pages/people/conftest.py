"""An administrator at her browser, on a Monday morning; asked for by name, never by itself."""

import pytest
import time_machine

from portal.people.choices import Role
from tests.factories import NOW, grant, make_agency, make_employee
from tests.support.admin_pages import client_of


@pytest.fixture
def monday_morning(settings):
    """Stop the clock, and leave the second factor to its own tests."""
    settings.REQUIRE_STAFF_MFA = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agency():
    return make_agency()


@pytest.fixture
def eko(agency):
    """Somebody of the agency who is its administrator."""
    employee = make_employee("eko", agency=agency, full_name="Eko Wijaya")
    grant(employee.user, agency, Role.ADMIN)
    return employee


@pytest.fixture
def admin(eko):
    """The administrator's browser."""
    return client_of(eko.user)
