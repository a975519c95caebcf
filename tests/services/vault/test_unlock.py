"""An unlocked vault: two halves, two clocks, one unlock for all processes."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import redis

from portal.common.redis import client
from portal.vault import primitives, unlock
from portal.vault.unlock import ABSOLUTE, IDLE, Locked

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SESSION = "a-session-of-hers"
KEY = bytes(range(32))
SARI, DEWI = uuid4(), uuid4()
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _clean():
    client().flushdb()
    yield
    client().flushdb()


def _remember(now=NOW):
    return unlock.remember(private_key=KEY, user_id=SARI, session_key=SESSION, now=now)


def _recall(secret, now=NOW, user_id=SARI, session_key=SESSION):
    return unlock.recall(secret=secret, user_id=user_id, session_key=session_key, now=now)


def test_both_halves_open():
    assert _recall(_remember()) == KEY


@pytest.mark.parametrize(
    "changed", [{"session_key": "another sign-in"}, {"user_id": DEWI}, {"session_key": ""}]
)
def test_the_cookie_is_worth_nothing_in_another_session(changed):
    secret = _remember()
    with pytest.raises(Locked):
        _recall(secret, **changed)
    assert _recall(secret) == KEY


@pytest.mark.parametrize("secret", ["", "x", "é", "AAAA", "A" * 43, "=" * 44])
def test_no_cookie_or_a_made_up_one_opens_nothing(secret):
    _remember()
    with pytest.raises(Locked):
        _recall(secret)


def test_redis_alone_holds_neither_key_nor_secret_nor_person():
    secret = _remember()
    raw = unlock._raw(secret)
    held = b"".join(name + client().get(name) for name in client().scan_iter())
    assert len(held) > 300
    for needle in (KEY, raw, secret.encode(), str(SARI).encode(), SARI.bytes, SESSION.encode()):
        assert needle not in held
        assert needle.hex().encode() not in held


def test_another_half_from_redis_does_not_fit():
    mine, other = _remember(), _remember()
    names = [unlock._name(unlock._raw(secret)) for secret in (mine, other)]
    client().set(names[0], client().get(names[1]))
    with pytest.raises(Locked):
        _recall(mine)


def test_it_ends_after_fifteen_idle_minutes():
    secret = _remember()
    assert _recall(secret, NOW + IDLE - SECOND) == KEY
    assert _recall(secret, NOW + 2 * IDLE - 2 * SECOND) == KEY
    with pytest.raises(Locked):
        _recall(secret, NOW + 3 * IDLE)
    with pytest.raises(Locked):
        _recall(secret, NOW)
    assert client().dbsize() == 0


def test_it_ends_after_eight_hours_of_use():
    secret, at = _remember(), NOW
    while at < NOW + ABSOLUTE:
        assert _recall(secret, at) == KEY
        at += timedelta(minutes=10)
    assert _recall(secret, NOW + ABSOLUTE - SECOND) == KEY
    with pytest.raises(Locked):
        _recall(secret, NOW + ABSOLUTE)


def test_redis_forgets_by_itself():
    secret = _remember()
    name = unlock._name(unlock._raw(secret))
    assert 890_000 < client().pttl(name) <= 900_000
    client().pexpire(name, 5_000)
    _recall(secret)
    assert 890_000 < client().pttl(name) <= 900_000


def _keep(secret, until, now=NOW):
    unlock.keep_open(secret=secret, user_id=SARI, session_key=SESSION, until=until, now=now)


def test_an_appointment_keeps_it_open():
    secret = _remember()
    until = NOW + timedelta(minutes=65)
    _keep(secret, until)
    assert client().pttl(unlock._name(unlock._raw(secret))) > 64 * 60 * 1000
    assert _recall(secret, NOW + timedelta(minutes=40)) == KEY
    assert _recall(secret, until - SECOND) == KEY
    with pytest.raises(Locked):
        _recall(secret, until + IDLE)


def test_an_appointment_does_not_shorten_nor_pass_the_eight_hours():
    secret = _remember()
    _keep(secret, NOW + timedelta(minutes=1))
    assert _recall(secret, NOW + IDLE - SECOND) == KEY
    _keep(secret, NOW + timedelta(hours=24), now=NOW + IDLE)
    assert _recall(secret, NOW + ABSOLUTE - SECOND) == KEY
    with pytest.raises(Locked):
        _recall(secret, NOW + ABSOLUTE)


def test_locking_is_final_even_against_a_request_under_way(monkeypatch):
    secret = _remember()
    load = unlock._load

    def lock_in_between(*args):
        found = load(*args)
        unlock.forget(secret=secret)
        return found

    monkeypatch.setattr(unlock, "_load", lock_in_between)
    with pytest.raises(Locked):
        _recall(secret)
    monkeypatch.undo()
    with pytest.raises(Locked):
        _recall(secret)
    assert client().dbsize() == 0


@pytest.mark.parametrize("secret", ["", "x", "é"])
def test_locking_without_a_vault_is_nothing(secret):
    unlock.forget(secret=secret)


class _Gone:
    def __getattr__(self, name):
        def fail(*_args, **_kwargs):
            raise redis.ConnectionError

        return fail


def test_without_redis_vaults_are_locked(monkeypatch):
    secret = _remember()
    monkeypatch.setattr(unlock, "client", _Gone)
    with pytest.raises(Locked):
        _recall(secret)
    with pytest.raises(Locked):
        _remember()
    unlock.forget(secret=secret)
    monkeypatch.undo()
    assert _recall(secret) == KEY


def test_an_emptied_redis_locks():
    secret = _remember()
    client().flushdb()
    with pytest.raises(Locked):
        _recall(secret)


def test_two_processes_share_one_unlock():
    secret = _remember()
    script = (
        "import django, json, sys; django.setup()\n"
        "from datetime import datetime\nfrom uuid import UUID\n"
        "from portal.vault import unlock\n"
        "s, u, at = json.loads(sys.argv[1])\n"
        "now = datetime.fromisoformat(at)\n"
        "print(unlock.recall(secret=s, user_id=UUID(u), "
        "session_key='a-session-of-hers', now=now).hex())\n"
        "unlock.forget(secret=s)\n"
    )
    words = json.dumps([secret, str(SARI), (NOW + SECOND).isoformat()])
    other = subprocess.run(
        [sys.executable, "-c", script, words],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert other.stdout.strip() == KEY.hex()
    with pytest.raises(Locked):
        _recall(secret)


def test_a_forged_value_in_redis_opens_nothing():
    secret = _remember()
    name = unlock._name(unlock._raw(secret))
    for value in (b"", b"plain", primitives.seal(bytes(32), KEY, "unlock")):
        client().set(name, value)
        with pytest.raises(Locked):
            _recall(secret)
