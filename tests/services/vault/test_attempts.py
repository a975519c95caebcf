"""Guessing a passphrase: ten failures in a quarter of an hour, with Redis or without."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import redis

from portal.common.redis import client
from portal.vault.services import (
    ATTEMPT_WINDOW,
    ATTEMPTS,
    attempts,
    count_failed_unlock,
    forget_failed_unlocks,
    unlock_allowed,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _clean():
    client().flushdb()
    attempts._failures.clear()
    yield
    client().flushdb()
    attempts._failures.clear()


@pytest.fixture
def without_redis(monkeypatch):
    class Gone:
        def __getattr__(self, name):
            def fail(*_args, **_kwargs):
                raise redis.ConnectionError

            return fail

    monkeypatch.setattr(attempts, "client", Gone)


def _fail(user_id, times, now=NOW):
    for _ in range(times):
        count_failed_unlock(user_id=user_id, now=now)


def test_the_tenth_failure_closes_the_door_for_this_person_alone():
    sari, dewi = uuid4(), uuid4()
    _fail(sari, ATTEMPTS - 1)
    assert unlock_allowed(user_id=sari, now=NOW)
    _fail(sari, 1)
    assert not unlock_allowed(user_id=sari, now=NOW)
    assert unlock_allowed(user_id=dewi, now=NOW)


def test_another_process_sees_it_too():
    sari = uuid4()
    _fail(sari, ATTEMPTS)
    attempts._failures.clear()
    assert not unlock_allowed(user_id=sari, now=NOW)


def test_success_starts_anew():
    sari = uuid4()
    _fail(sari, ATTEMPTS)
    forget_failed_unlocks(user_id=sari)
    assert unlock_allowed(user_id=sari, now=NOW)


def test_the_count_in_redis_dies_with_its_window():
    sari = uuid4()
    _fail(sari, 3)
    (name,) = client().keys()
    assert 0 < client().ttl(name) <= ATTEMPT_WINDOW.total_seconds()
    assert client().get(name) == b"3"


def test_redis_learns_no_name():
    sari = uuid4()
    _fail(sari, 1)
    (name,) = client().keys()
    assert str(sari).encode() not in name
    assert sari.hex.encode() not in name


@pytest.mark.usefixtures("without_redis")
def test_without_redis_the_process_counts():
    sari = uuid4()
    _fail(sari, ATTEMPTS)
    assert not unlock_allowed(user_id=sari, now=NOW)
    assert not unlock_allowed(user_id=sari, now=NOW + ATTEMPT_WINDOW - SECOND)
    assert unlock_allowed(user_id=sari, now=NOW + ATTEMPT_WINDOW)


def test_an_emptied_redis_does_not_give_ten_more():
    sari = uuid4()
    _fail(sari, ATTEMPTS)
    client().flushdb()
    assert not unlock_allowed(user_id=sari, now=NOW)


@pytest.mark.usefixtures("without_redis")
def test_memory_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr(attempts, "_MOST_KEPT", 5)
    for n in range(20):
        _fail(uuid4(), 1, now=NOW + n * ATTEMPT_WINDOW)
    assert len(attempts._failures) <= 6
