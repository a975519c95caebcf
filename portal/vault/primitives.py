"""
All cryptography of the house; the only module that may import ``nacl``.

Every sealed value begins with a version byte, so that a later version can live beside this one:

=====  ==============================================================================
byte   what follows
=====  ==============================================================================
0x01   XChaCha20-Poly1305: 24 bytes of nonce, ciphertext, 16 bytes of tag
0x02   X25519 sealed box: 32 bytes of ephemeral key, ciphertext, 16 bytes of tag
0x03   two bytes of key number, then a 0x01 value (made by ``services``: the row ring)
0x04   one byte of passes, four of KiB, then a 0x01 value (a key behind a passphrase)
=====  ==============================================================================

The context of a value (which model, which field, which row) is authenticated data of a seal; a
sealed box has none, so its hash travels inside. Both pad what they hold to a multiple of 256
bytes: the length of a sealed value tells the bucket and nothing else.

The values under ``tests/unit/vault/vectors.json`` must open for ever.
"""

import hmac
import struct
import threading
from hashlib import blake2b
from secrets import token_bytes
from uuid import UUID

from nacl.bindings import crypto_box_keypair, crypto_scalarmult_base
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.secret import Aead

KEY_BYTES = 32
SALT_BYTES = argon2id.SALTBYTES
TAG_BYTES = 32
BUCKET_BYTES = 256

SEAL_VERSION = 0x01
BOX_VERSION = 0x02
ROW_VERSION = 0x03
WRAP_VERSION = 0x04
VERSIONS = (SEAL_VERSION, BOX_VERSION, ROW_VERSION, WRAP_VERSION)

_LENGTH = struct.Struct(">I")
_COST = struct.Struct(">BI")
_KIB = 1024
_SEAL = bytes([SEAL_VERSION])
_BOX = bytes([BOX_VERSION])
_WRAP = bytes([WRAP_VERSION])

SEAL_OVERHEAD_BYTES = 1 + Aead.NONCE_SIZE + Aead.MACBYTES
BOX_OVERHEAD_BYTES = 1 + 32 + 16
WRAP_OVERHEAD_BYTES = 1 + _COST.size + SEAL_OVERHEAD_BYTES
MIN_SEALED_BYTES = SEAL_OVERHEAD_BYTES + BUCKET_BYTES

UNLOCKS_AT_ONCE = 2
"""Argon2id takes 128 MiB each time; more at once in one process would starve the pages."""
UNLOCK_PATIENCE_SECONDS = 20.0
_unlocks = threading.BoundedSemaphore(UNLOCKS_AT_ONCE)

Part = str | bytes | UUID


class CannotOpen(Exception):
    """A sealed value does not open: other key, other context, other version, or damaged."""

    def __init__(self) -> None:
        super().__init__("the sealed value does not open here")


class TooManyUnlocks(Exception):
    """Too many passphrases are being tried at once in this process; try again shortly."""


def encode(parts: tuple[Part, ...]) -> bytes:
    """
    Return an unambiguous encoding: two different sequences never give the same bytes.

    A ``str`` and the ``bytes`` of its UTF-8 form count as the same part, and so does a ``UUID``
    and its canonical text.
    """
    encoded = [_bytes(part) for part in parts]
    return b"".join(
        [_LENGTH.pack(len(encoded)), *(_LENGTH.pack(len(part)) + part for part in encoded)]
    )


def seal(key: bytes, data: bytes, *context: Part) -> bytes:
    """Encrypt under a 32-byte key, bound to a context."""
    return _SEAL + bytes(Aead(key).encrypt(_pad(data), _SEAL + encode(context)))


def unseal(key: bytes, blob: bytes, *context: Part) -> bytes:
    """
    Decrypt what `seal` made.

    :raises CannotOpen: if the key, the context or one bit of the value is another.
    """
    if blob[:1] != _SEAL or len(blob) < MIN_SEALED_BYTES:
        raise CannotOpen
    try:
        padded = Aead(key).decrypt(bytes(blob[1:]), _SEAL + encode(context))
    except (CryptoError, ValueError):
        raise CannotOpen from None
    return _unpad(padded)


def box(public_key: bytes, data: bytes, *context: Part) -> bytes:
    """Encrypt to the holder of a key pair; afterwards only she can open it, not even we."""
    inner = _pad(_context_hash(context) + data)
    return _BOX + bytes(SealedBox(PublicKey(public_key)).encrypt(inner))


def unbox(private_key: bytes, blob: bytes, *context: Part) -> bytes:
    """
    Decrypt what `box` made.

    :raises CannotOpen: if the key, the context or one bit of the value is another.
    """
    if blob[:1] != _BOX or len(blob) < BOX_OVERHEAD_BYTES + BUCKET_BYTES:
        raise CannotOpen
    try:
        padded = SealedBox(PrivateKey(private_key)).decrypt(bytes(blob[1:]))
    except (CryptoError, ValueError):
        raise CannotOpen from None
    inner = _unpad(padded)
    if not hmac.compare_digest(inner[:TAG_BYTES], _context_hash(context)):
        raise CannotOpen
    return inner[TAG_BYTES:]


def wrap(
    passphrase: str, salt: bytes, data: bytes, *context: Part, passes: int, memory: int
) -> bytes:
    """
    Encrypt under a passphrase, through Argon2id; ``memory`` is in bytes, whole KiB.

    The cost is written in front of the value and authenticated with it, so that it can be
    raised later without shutting anybody out, and cannot be lowered by whoever writes to the
    table.

    :raises TooManyUnlocks: if no turn came within the patience.
    """
    cost = _COST.pack(passes, memory // _KIB)
    key = _stretch(passphrase, salt, passes=passes, memory=memory // _KIB * _KIB)
    return _WRAP + cost + seal(key, data, _WRAP + cost, salt, *context)


def unwrap(passphrase: str, salt: bytes, blob: bytes, *context: Part, max_memory: int) -> bytes:
    """
    Decrypt what `wrap` made; a cost above ``max_memory`` bytes is refused untried.

    :raises CannotOpen: if the passphrase, the salt, the context or one bit is another.
    :raises TooManyUnlocks: if no turn came within the patience.
    """
    if blob[:1] != _WRAP or len(blob) < WRAP_OVERHEAD_BYTES + BUCKET_BYTES:
        raise CannotOpen
    cost = blob[1 : 1 + _COST.size]
    passes, kibibytes = _COST.unpack(cost)
    if not (0 < passes <= 16 and 0 < kibibytes * _KIB <= max_memory):
        raise CannotOpen
    key = _stretch(passphrase, salt, passes=passes, memory=kibibytes * _KIB)
    return unseal(key, blob[1 + _COST.size :], _WRAP + cost, salt, *context)


def sealed_length(data_bytes: int) -> int:
    """Return how long `seal` makes a value of so many bytes."""
    return SEAL_OVERHEAD_BYTES + _padded_length(data_bytes)


def random_wrap(data_bytes: int, *, passes: int, memory: int) -> bytes:
    """Return noise that nobody can tell from a `wrap` of so many bytes."""
    cost = _COST.pack(passes, memory // _KIB)
    return _WRAP + cost + random_seal(data_bytes)


def random_seal(data_bytes: int) -> bytes:
    """Return noise that nobody can tell from a `seal` of so many bytes."""
    return _SEAL + token_bytes(sealed_length(data_bytes) - 1)


def hash_tag(key: bytes, *parts: Part) -> bytes:
    """Return the 32-byte HMAC-SHA-256 of an unambiguous encoding of the parts."""
    return hmac.digest(key, encode(parts), "sha256")


def same(left: bytes, right: bytes) -> bool:
    """Compare without telling by the time taken where two values differ."""
    return hmac.compare_digest(left, right)


def derive(root: bytes, label: str) -> bytes:
    """Return a 32-byte key for one purpose; knowing it tells nothing about the root."""
    return blake2b(
        label.encode(), key=root, digest_size=KEY_BYTES, person=b"teduh-derive"
    ).digest()


def digest(data: bytes, label: str) -> bytes:
    """Return a 32-byte hash of the data that is of use for one purpose only."""
    return blake2b(encode((label, data)), digest_size=32, person=b"teduh-digest").digest()


def new_key() -> bytes:
    """Return 32 fresh random bytes."""
    return token_bytes(KEY_BYTES)


def new_salt() -> bytes:
    """Return a fresh salt for `wrap`."""
    return token_bytes(SALT_BYTES)


def new_key_pair() -> tuple[bytes, bytes]:
    """Return a fresh X25519 pair: private half first."""
    public_key, private_key = crypto_box_keypair()
    return bytes(private_key), bytes(public_key)


def public_half(private_key: bytes) -> bytes:
    """Return the public half that belongs to a private one."""
    return bytes(crypto_scalarmult_base(private_key))


def _stretch(passphrase: str, salt: bytes, *, passes: int, memory: int) -> bytes:
    if not _unlocks.acquire(timeout=UNLOCK_PATIENCE_SECONDS):
        raise TooManyUnlocks
    try:
        return bytes(
            argon2id.kdf(KEY_BYTES, passphrase.encode(), salt, opslimit=passes, memlimit=memory)
        )
    finally:
        _unlocks.release()


def _bytes(part: Part) -> bytes:
    if isinstance(part, bytes):
        return part
    return str(part).encode()


def _context_hash(context: tuple[Part, ...]) -> bytes:
    return blake2b(
        _BOX + encode(context), digest_size=TAG_BYTES, person=b"teduh-context"
    ).digest()


def _padded_length(data_bytes: int) -> int:
    whole = data_bytes + _LENGTH.size
    return whole + -whole % BUCKET_BYTES


def _pad(data: bytes) -> bytes:
    return (_LENGTH.pack(len(data)) + data).ljust(_padded_length(len(data)), b"\0")


def _unpad(padded: bytes) -> bytes:
    (length,) = _LENGTH.unpack_from(padded)
    if length > len(padded) - _LENGTH.size:
        raise CannotOpen
    return padded[_LENGTH.size : _LENGTH.size + length]
