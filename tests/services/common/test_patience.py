"""A lock that somebody else holds is waited for as long as one has patience, and no longer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection, transaction

from portal.common.db import is_lock_timeout, lock

WAIT_SECONDS = 20


def hold(subject_id: UUID, held: Event, done: Event) -> None:
    try:
        with transaction.atomic():
            lock("test", subject_id)
            held.set()
            done.wait(WAIT_SECONDS)
    finally:
        connection.close()


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_patience_runs_out_and_leaves_nothing_behind():
    subject_id, held, done = uuid4(), Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold, subject_id, held, done)
        try:
            assert held.wait(WAIT_SECONDS)
            began = monotonic()
            with pytest.raises(OperationalError) as caught, transaction.atomic():
                lock("test", subject_id, patience_seconds=0.2)
            assert is_lock_timeout(caught.value)
            assert 0.15 < monotonic() - began < 5
            with transaction.atomic():
                lock("test", uuid4(), patience_seconds=0.2)
        finally:
            done.set()
        holding.result(WAIT_SECONDS)
    assert lock_timeout() == "0"
    with transaction.atomic():
        lock("test", subject_id, patience_seconds=0.2)


@pytest.mark.django_db(transaction=True)
def test_patience_lasts_to_the_end_of_the_transaction():
    with transaction.atomic():
        lock("test", uuid4(), patience_seconds=3)
        assert lock_timeout() == "3s"
        lock("test", uuid4())
        assert lock_timeout() == "3s"
    assert lock_timeout() == "0"


@pytest.mark.django_db
@pytest.mark.parametrize("patience", [0, -1, 0.0001])
def test_no_patience_at_all_would_mean_waiting_for_ever(patience):
    with pytest.raises(ValueError, match="millisecond"):
        lock("test", uuid4(), patience_seconds=patience)


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        lock("test", uuid4(), patience_seconds=1)


@pytest.mark.django_db
def test_another_failure_is_no_lock_timeout():
    assert not is_lock_timeout(OperationalError("the server has gone"))
    with (
        pytest.raises(OperationalError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)")
    assert not is_lock_timeout(caught.value)
