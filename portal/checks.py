"""
What must be true before the house opens.

Plain checks run with every command. Those marked ``deploy`` run with `manage.py check --deploy
--database default`, which the start of the web process runs: they need the production
environment or the database. Keys and the cost of passphrases are checked by the vault.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections
from psycopg import IsolationLevel

NO_KEY = "no-key-yet"
SIGN_IN = {
    "ACCOUNT_PREVENT_ENUMERATION": "strict",
    "ACCOUNT_LOGOUT_ON_GET": False,
    "ACCOUNT_EMAIL_NOTIFICATIONS": False,
    "MFA_TRUST_ENABLED": False,
    "SOCIALACCOUNT_STORE_TOKENS": False,
    "SESSION_ENGINE": "portal.people.sessions",
}
"""Settings that other promises lean on, and the only value each may have."""

_ROLE = """
SELECT r.rolsuper OR r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind = 'r' AND n.nspname = 'public'
               AND pg_has_role(current_user, c.relowner, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = current_user
"""
_ASKED_LEVEL = re.compile(r"default_transaction_isolation *= *['\"]?(\w+ ?\w*)")
"""The level in the options for the server, as in ``-c default_transaction_isolation=…``."""


def _trying() -> bool:
    return settings.DEMO or getattr(settings, "TESTING", False)


@register(Tags.security)
def check_signing_key(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """Refuse to start without Django's signing key."""
    if not settings.SECRET_KEY.startswith(NO_KEY):
        return []
    return [
        Error(
            "There is no signing key.",
            hint="Run `manage.py make_keys`, or name the file in TEDUH_SECRET_KEY_FILE.",
            id="portal.E001",
        )
    ]


@register(Tags.compatibility)
def check_transactions(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """Refuse ATOMIC_REQUESTS: services open durable transactions of their own."""
    return [
        Error(
            "ATOMIC_REQUESTS is on.",
            hint="Services open `atomic(durable=True)`; a request around them breaks them.",
            id="portal.E002",
        )
        for alias in settings.DATABASES
        if settings.DATABASES[alias].get("ATOMIC_REQUESTS")
    ]


@register(Tags.compatibility)
def check_isolation(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """
    Refuse any isolation level but PostgreSQL's own default, READ COMMITTED.

    Places are counted under an advisory lock. Under REPEATABLE READ whoever has waited for the
    lock still counts what was there before she waited, and the place is given twice.
    """
    return [
        Error(
            "The isolation level of the database is not READ COMMITTED.",
            hint="Take `isolation_level` and `default_transaction_isolation` out of DATABASES; "
            "under REPEATABLE READ a lock sells one place twice.",
            id="portal.E008",
        )
        for alias in settings.DATABASES
        if not _reads_committed(settings.DATABASES[alias])
    ]


def _reads_committed(database: Mapping[str, object]) -> bool:
    options: Any = database.get("OPTIONS") or {}
    level = options.get("isolation_level")
    if level not in {None, IsolationLevel.READ_COMMITTED}:
        return False
    words = str(options.get("options") or "").replace("\\", "").casefold()
    return all(asked == "read committed" for asked in _ASKED_LEVEL.findall(words))


@register(Tags.security)
def check_second_factor(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """Refuse staff without a second factor outside the demonstration."""
    if settings.REQUIRE_STAFF_MFA or _trying():
        return []
    return [
        Error(
            "Staff may sign in without a second factor.",
            hint="TEDUH_REQUIRE_STAFF_MFA can be off only together with TEDUH_DEMO.",
            id="portal.E003",
        )
    ]


@register(Tags.security)
def check_sign_in(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """Refuse settings under which the sign-in pages tell on somebody."""
    return [
        Error(f"{name} is not {value!r}.", hint="See portal/checks.py.", id="portal.E004")
        for name, value in SIGN_IN.items()
        if getattr(settings, name, None) != value
    ]


@register(Tags.security, deploy=True)
def check_address(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """Refuse plain http outside the demonstration."""
    if settings.PUBLIC_URL.startswith("https://") or _trying():
        return []
    return [
        Error(
            "The public address is not https.",
            hint="Set TEDUH_PUBLIC_URL; plain http is for the demonstration only.",
            id="portal.E005",
        )
    ]


@register(Tags.database, deploy=True)
def check_database_role(**words: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """Refuse a run-time role that is a superuser or owns tables: it could edit the record."""
    databases = words.get("databases")
    if _trying() or not databases:
        return []
    problems: list[CheckMessage] = []
    for alias in databases:
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute(_ROLE)
                row = cursor.fetchone()
        except DatabaseError:
            problems.append(Error("The database does not answer.", id="portal.E007"))
            continue
        if row is None or any(row):
            problems.append(
                Error(
                    "The database role of this process is a superuser or owns tables.",
                    hint="Run as portal_app: TEDUH_DB_ROLE, and `manage.py grant_roles`.",
                    id="portal.E006",
                )
            )
    return problems
