"""Two administrators give one person two roles that exclude each other, at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from portal.people import services
from portal.people.choices import Role
from portal.people.models import RoleGrant, User
from tests.factories import make_agency, make_user

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = (Role.COUNSELLOR, Role.REVIEWER)
PATIENCE_SECONDS = 20


def give(user_id: UUID, agency_id: UUID, role: Role, barrier: Barrier) -> str:
    try:
        barrier.wait(PATIENCE_SECONDS)
        services.grant_role(
            actor=None, user_id=user_id, agency_id=agency_id, role=role, now=datetime.now(UTC)
        )
    except services.AccountRefused as refused:
        return refused.reason.value
    else:
        return "GIVEN"
    finally:
        connection.close()


def race() -> tuple[list[str], int]:
    user, agency, barrier = make_user(), make_agency(), Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(give, user.pk, agency.pk, role, barrier) for role in BOTH]
        ends = sorted(one.result(PATIENCE_SECONDS) for one in running)
    return ends, RoleGrant.objects.filter(user=user).count()


def test_one_of_them_is_refused():
    for _ in range(5):
        assert race() == (["GIVEN", "ROLES_DO_NOT_MIX"], 1)


def test_without_the_lock_she_would_get_both(monkeypatch):
    together = Barrier(2)
    record = services._record

    def unlocked(user_id: UUID) -> User:
        return User.objects.get(pk=user_id)

    def record_together(*args, **kwargs):
        if args[1] == "role.grant":
            together.wait(PATIENCE_SECONDS)
        record(*args, **kwargs)

    monkeypatch.setattr(services, "_locked", unlocked)
    monkeypatch.setattr(services, "_record", record_together)
    assert race() == (["GIVEN", "GIVEN"], 2)
