"""The house does not open when a promise could not be kept."""

import pytest
from psycopg import IsolationLevel

from portal import checks


@pytest.fixture
def production(settings):
    settings.DEMO, settings.TESTING = False, False
    return settings


def ids(found) -> list[str]:
    return [message.id for message in found]


def test_the_tests_own_settings_pass():
    for check in (
        checks.check_signing_key,
        checks.check_transactions,
        checks.check_sign_in,
        checks.check_isolation,
        checks.check_second_factor,
        checks.check_address,
    ):
        assert check() == []


def test_without_a_signing_key(settings):
    settings.SECRET_KEY = "no-key-yet: run it"
    assert ids(checks.check_signing_key()) == ["portal.E001"]


def test_with_a_transaction_around_requests(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ATOMIC_REQUESTS", True)
    assert ids(checks.check_transactions()) == ["portal.E002"]


@pytest.mark.parametrize(
    "options",
    [
        {"isolation_level": IsolationLevel.REPEATABLE_READ},
        {"isolation_level": 4},
        {"isolation_level": IsolationLevel.READ_UNCOMMITTED},
        {"options": "-c default_transaction_isolation=serializable"},
        {"options": r"-c lock_timeout=5s -c default_transaction_isolation=repeatable\ read"},
        {"options": "-c default_transaction_isolation='REPEATABLE READ'"},
    ],
)
def test_with_an_isolation_under_which_a_lock_sells_twice(settings, monkeypatch, options):
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", options)
    assert ids(checks.check_isolation()) == ["portal.E008"]


@pytest.mark.parametrize(
    "options",
    [
        None,
        {"connect_timeout": 5},
        {"isolation_level": IsolationLevel.READ_COMMITTED},
        {"isolation_level": None},
        {"options": r"-c default_transaction_isolation=read\ committed -c lock_timeout=3s"},
    ],
)
def test_with_the_isolation_that_postgresql_ships(settings, monkeypatch, options):
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", options)
    assert checks.check_isolation() == []


def test_staff_without_a_second_factor_only_in_the_demonstration(production):
    production.REQUIRE_STAFF_MFA = False
    assert ids(checks.check_second_factor()) == ["portal.E003"]
    production.DEMO = True
    assert checks.check_second_factor() == []


@pytest.mark.parametrize("name", list(checks.SIGN_IN))
def test_sign_in_that_tells_on_somebody(settings, name):
    setattr(settings, name, "something else")
    assert ids(checks.check_sign_in()) == ["portal.E004"]


def test_plain_http_only_in_the_demonstration(production):
    production.PUBLIC_URL = "http://portal.instansi.test"
    assert ids(checks.check_address()) == ["portal.E005"]
    production.PUBLIC_URL = "https://portal.instansi.test"
    assert checks.check_address() == []


@pytest.mark.django_db
def test_a_role_that_owns_tables_does_not_serve(production):
    assert ids(checks.check_database_role(databases=["default"])) == ["portal.E006"]
    production.DEMO = True
    assert checks.check_database_role(databases=["default"]) == []
