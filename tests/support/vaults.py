"""People with a vault, without one, and with one that waits; plain typed functions."""

from datetime import UTC, datetime
from uuid import UUID

from portal.people.models import User
from portal.vault import services

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PASSPHRASE = "kuda laut biru tenang"
OTHER = "perahu kertas di senja"
CONTEXT = ("counselling.request", "b8a3")


def person(name: str = "sari") -> UUID:
    """Make somebody who has no vault, only the dummy of one."""
    user = User.objects.create(email=f"{name}@demo.test", full_name=name)
    services.make_dummy_keys(user_ids=[user.pk])
    return user.pk


def with_vault(name: str = "sari", passphrase: str = PASSPHRASE) -> tuple[UUID, str]:
    """Make somebody with a vault, and return her recovery code as well."""
    user_id = person(name)
    return user_id, services.make_vault(user_id=user_id, passphrase=passphrase, now=NOW)


def waiting(name: str = "sari") -> tuple[UUID, str]:
    """Make somebody whose vault waits until its code is typed back; and that code."""
    user_id = person(name)
    code = services.make_vault(user_id=user_id, passphrase=PASSPHRASE, waiting=True, now=NOW)
    return user_id, code
