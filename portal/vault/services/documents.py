"""
A document sealed once and opened by several persons, each with her own vault.

The document lies under a key of its own; the key is sealed to every reader. Taking a sealed key
away takes the reader away; without any of them nobody opens the document again, not even we.
"""

import struct
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from portal.vault import primitives
from portal.vault.primitives import CannotOpen
from portal.vault.services.persons import NoVault, seal_to_person

_LENGTH = struct.Struct(">I")
BUCKET_BYTES = 64 * 1024
"""
Documents are padded to whole buckets: a size to the byte would recognise a file that somebody
has seen elsewhere, in a mail say. Sixteen buckets a megabyte cost three per cent of space.
"""
_KIND = "document"


def new_document_key() -> bytes:
    """Return a fresh key for one document; keep it only sealed."""
    return primitives.new_key()


def seal_document(*, key: bytes, data: bytes, context: tuple[str, ...]) -> bytes:
    """
    Encrypt a document under its own key, bound to a context.

    Megabytes are fine; the result is a whole number of buckets long, plus a constant.
    """
    # The seal writes a length in front, too: together they fill the last bucket exactly.
    heads = 2 * _LENGTH.size
    whole = len(data) + heads
    room = whole + -whole % BUCKET_BYTES - _LENGTH.size
    padded = (_LENGTH.pack(len(data)) + data).ljust(room, b"\0")
    return primitives.seal(key, padded, _KIND, *context)


def open_document(*, key: bytes, blob: bytes, context: tuple[str, ...]) -> bytes:
    """
    Decrypt what `seal_document` made.

    :raises CannotOpen: if the key, the context or one bit of the value is another.
    """
    if len(key) != primitives.KEY_BYTES:
        raise CannotOpen
    padded = primitives.unseal(key, bytes(blob), _KIND, *context)
    (length,) = _LENGTH.unpack_from(padded)
    if length > len(padded) - _LENGTH.size:
        raise CannotOpen
    return padded[_LENGTH.size : _LENGTH.size + length]


def seal_key_for(
    *, user_ids: Iterable[UUID], key: bytes, context: tuple[str, ...]
) -> dict[UUID, bytes]:
    """
    Seal a document's key to each of these people who has a vault, by account.

    People without a vault are left out; with no reader left the answer is empty. Each opens
    hers with her vault and the same context. One query a person.

    :raises KeyTampered: if the key on record of one is not the one she made; nothing is sealed.
    """
    sealed: dict[UUID, bytes] = {}
    for user_id in sorted(set(user_ids)):
        with suppress(NoVault):
            sealed[user_id] = seal_to_person(user_id=user_id, data=key, context=context)
    return sealed
