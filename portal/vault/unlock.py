"""
An unlocked vault, held in two halves that are each worth nothing.

The browser holds a random secret ``S`` in a cookie; Redis holds the private key encrypted under
a hash of ``S``, bound to the login session and the person. A copy of Redis, of the database, of
one cookie or of the other opens nothing. Any process can serve the next request.

An unlock ends fifteen idle minutes after its last use, eight hours after it was made at the
latest. During an appointment it may be kept open longer (`keep_open`), never past the eight
hours.

This never falls back to the memory of a process: with Redis gone, vaults are locked.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import redis

from portal.common.redis import client
from portal.vault import primitives
from portal.vault.primitives import CannotOpen, Part

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
AFTER_APPOINTMENT = timedelta(minutes=15)
_SECRET_BYTES = 32
_PREFIX = "teduh:vault:"
_TIMES = struct.Struct(">qqq")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Locked(Exception):
    """The vault is locked; the passphrase opens it."""


@dataclass(frozen=True, slots=True)
class OpenVault:
    """A vault during one request; it opens what was sealed to its owner."""

    private_key: bytes = field(repr=False)

    def open(self, blob: bytes, *context: Part) -> bytes:
        """
        Open what `services.seal_to_person` made.

        :raises CannotOpen: if it was sealed to somebody else, stands elsewhere, or is damaged.
        """
        return primitives.unbox(self.private_key, bytes(blob), "person", *context)

    def __repr__(self) -> str:
        return "<open vault>"


def remember(*, private_key: bytes, user_id: UUID, session_key: str, now: datetime) -> str:
    """
    Keep a private key for this session and return the cookie's half.

    :raises Locked: if Redis is not there to keep the other half.
    """
    secret = primitives.new_key()
    held = _Held(opened_at=now, seen_at=now, until=now, private_key=private_key)
    _store(secret, held, user_id, session_key, now, must_exist=False)
    return urlsafe_b64encode(secret).decode().rstrip("=")


def recall(*, secret: str, user_id: UUID, session_key: str, now: datetime) -> bytes:
    """
    Return the private key and start the idle time anew.

    :raises Locked: if a half is missing or another's, the time is over, or Redis is away.
    """
    raw, held = _load(secret, user_id, session_key, now)
    held.seen_at = now
    _store(raw, held, user_id, session_key, now, must_exist=True)
    return held.private_key


def keep_open(
    *, secret: str, user_id: UUID, session_key: str, until: datetime, now: datetime
) -> None:
    """
    Let no idle time close the vault before an instant, within the eight hours.

    ``until`` is the end of the running appointment plus `AFTER_APPOINTMENT`. Never shortens.

    :raises Locked: if it is closed already.
    """
    raw, held = _load(secret, user_id, session_key, now)
    held.seen_at = now
    held.until = max(held.until, until)
    _store(raw, held, user_id, session_key, now, must_exist=True)


def forget(*, secret: str) -> None:
    """Lock: drop the half in Redis. Never fails; with Redis gone the half dies of idleness."""
    with suppress(Locked, redis.RedisError):
        client().delete(_name(_raw(secret)))


@dataclass
class _Held:
    opened_at: datetime
    seen_at: datetime
    until: datetime
    private_key: bytes = field(repr=False)

    def ends_at(self) -> datetime:
        return min(self.opened_at + ABSOLUTE, max(self.seen_at + IDLE, self.until))


def _store(
    secret: bytes,
    held: _Held,
    user_id: UUID,
    session_key: str,
    now: datetime,
    *,
    must_exist: bool,
) -> None:
    """Write the half; ``must_exist`` so that a lock in another tab is not undone."""
    times = (_milliseconds(at) for at in (held.opened_at, held.seen_at, held.until))
    value = primitives.seal(
        _key(secret), _TIMES.pack(*times) + held.private_key, *_bound_to(user_id, session_key)
    )
    left = max(1, _milliseconds(held.ends_at()) - _milliseconds(now))
    try:
        kept = client().set(_name(secret), value, px=left, xx=must_exist)
    except redis.RedisError:
        raise Locked from None
    if not kept:
        raise Locked


def _load(secret: str, user_id: UUID, session_key: str, now: datetime) -> tuple[bytes, _Held]:
    raw = _raw(secret)
    try:
        value: object = client().get(_name(raw))
        blob = value if isinstance(value, bytes) else b""
        data = primitives.unseal(_key(raw), blob, *_bound_to(user_id, session_key))
    except (redis.RedisError, CannotOpen):
        raise Locked from None
    opened_at, seen_at, until = map(_instant, _TIMES.unpack_from(data))
    held = _Held(opened_at, seen_at, until, data[_TIMES.size :])
    if now >= held.ends_at():
        forget(secret=secret)
        raise Locked
    return raw, held


def _raw(secret: str) -> bytes:
    try:
        raw = urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    except (NotBase64, ValueError):
        raise Locked from None
    if len(raw) != _SECRET_BYTES:
        raise Locked
    return raw


def _name(secret: bytes) -> str:
    return _PREFIX + primitives.digest(secret, "vault name").hex()


def _key(secret: bytes) -> bytes:
    return primitives.digest(secret, "vault key")


def _bound_to(user_id: UUID, session_key: str) -> tuple[Part, ...]:
    session = primitives.digest(session_key.encode(), "vault session")
    return ("unlock", user_id, session)


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _instant(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)
