"""Seal and open under the house's own keys; tags and proofs."""

import struct

from django.db import models

from portal.vault import keys, primitives
from portal.vault.primitives import CannotOpen, Part

_NUMBER = struct.Struct(">H")
_ROW = bytes([primitives.ROW_VERSION])
_HEAD_BYTES = 1 + _NUMBER.size


def seal_row(data: str | bytes, *context: Part) -> bytes:
    """
    Seal something from the database (tier B), bound to its context.

    For columns use `seal_field`: `manage.py reseal` must be able to work the context out again.
    """
    number, key = keys.newest_row_key()
    head = _ROW + _NUMBER.pack(number)
    return head + primitives.seal(key, _as_bytes(data), head, *context)


def open_row(blob: bytes, *context: Part) -> bytes:
    """
    Open what `seal_row` made, under whichever key of the ring it was sealed with.

    :raises CannotOpen: if the context is another, or the value is damaged.
    :raises KeyMissing: if the ring no longer holds its key.
    """
    head, rest = bytes(blob[:_HEAD_BYTES]), bytes(blob[_HEAD_BYTES:])
    if head[:1] != _ROW or len(head) < _HEAD_BYTES:
        raise CannotOpen
    (number,) = _NUMBER.unpack(head[1:])
    return primitives.unseal(keys.row_key(number), rest, head, *context)


def open_row_text(blob: bytes, *context: Part) -> str:
    """
    Open what `seal_row` made of a text.

    :raises CannotOpen: if the context is another, or the value is damaged.
    """
    return open_row(blob, *context).decode()


def row_key_head(number: int) -> bytes:
    """Return the first bytes of every value sealed under the row key with this number."""
    return _ROW + _NUMBER.pack(number)


def row_context(instance: models.Model, field_name: str) -> tuple[str, str, str]:
    """Return the context of a column: model, field and primary key, so it can be derived."""
    return (instance._meta.label, field_name, str(instance.pk))


def seal_field(instance: models.Model, field_name: str, data: str | bytes) -> None:
    """Seal a value into a `RowSealedField` of an instance that has its primary key already."""
    if instance.pk is None:
        raise ValueError("a value cannot be bound to a row that has no key yet")
    setattr(instance, field_name, seal_row(data, *row_context(instance, field_name)))


def open_field(instance: models.Model, field_name: str) -> bytes:
    """
    Open a `RowSealedField` of an instance.

    :raises CannotOpen: if the value was moved here from elsewhere, or is damaged.
    """
    return open_row(getattr(instance, field_name), *row_context(instance, field_name))


def open_field_text(instance: models.Model, field_name: str) -> str:
    """
    Open a `RowSealedField` that holds a text.

    :raises CannotOpen: if the value was moved here from elsewhere, or is damaged.
    """
    return open_field(instance, field_name).decode()


def tag(namespace: str, *parts: Part) -> bytes:
    """Return the 32 bytes by which a row is found without naming its owner."""
    return primitives.hash_tag(keys.index_key(), "tag", namespace, *parts)


def mac(purpose: str, *parts: Part) -> bytes:
    """Return our 32-byte proof that these parts were written by us, for one purpose."""
    key = primitives.derive(keys.audit_key(), purpose)
    return primitives.hash_tag(key, purpose, *parts)


def seal_to_notifier(data: bytes, *context: Part) -> bytes:
    """Seal something that only the process that sends can open."""
    return primitives.box(keys.notifier_public_key(), data, "notifier", *context)


def open_as_notifier(blob: bytes, *context: Part) -> bytes:
    """
    Open what `seal_to_notifier` made.

    :raises NotifierKeyMissing: in a process that does not send.
    :raises CannotOpen: if the context is another, or the value is damaged.
    """
    return primitives.unbox(keys.notifier_private_key(), bytes(blob), "notifier", *context)


def mac_as_notifier(purpose: str, *parts: Part) -> bytes:
    """
    Return a 32-byte hash that only the notifier can make, so that nobody else ties it to a row.

    :raises NotifierKeyMissing: in a process that does not send.
    """
    key = primitives.derive(keys.notifier_private_key(), purpose)
    return primitives.hash_tag(key, purpose, *parts)


def _as_bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data
