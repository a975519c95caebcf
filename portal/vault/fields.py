"""
Columns that hold what the database must not read.

The class of a field is its classification (see `registry`): a sealed column is not a matter of
remembering to seal, since each carries a CHECK, made by `sealed_check`, that refuses plain
text. In migrations all of them are plain `BinaryField`s, so that old migrations never import
our code.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models
from django.db.models import Q
from django.db.models.expressions import F, Func, Value
from django.db.models.lookups import Exact, GreaterThanOrEqual, In, Lookup

from portal.vault import primitives

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")

if TYPE_CHECKING:
    _Base = models.BinaryField
else:

    class _Base(models.BinaryField, Generic[_Set, _Get]):
        """What the type checker takes Django's field for: one that knows its types."""


_MINIMUM = {
    primitives.SEAL_VERSION: primitives.MIN_SEALED_BYTES,
    primitives.BOX_VERSION: primitives.BOX_OVERHEAD_BYTES + primitives.BUCKET_BYTES,
    primitives.ROW_VERSION: 3 + primitives.MIN_SEALED_BYTES,
    primitives.WRAP_VERSION: primitives.WRAP_OVERHEAD_BYTES + primitives.BUCKET_BYTES,
}


class _BytesField(_Base[_Set, _Get]):
    """Bytes in, bytes out; a `BinaryField` in migrations."""

    if TYPE_CHECKING:
        _pyi_private_set_type: bytes
        _pyi_private_get_type: bytes

    versions: tuple[int, ...] = ()

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Name Django's own field, so that migrations do not depend on this module."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def from_db_value(self, value: bytes | memoryview | None, *_: object) -> bytes | None:
        """Return bytes whatever the driver gives."""
        return None if value is None else bytes(value)


class SealedField(_BytesField[_Set, _Get]):
    """Tier A: sealed to a person; the server cannot open it while she is away."""

    versions = (primitives.BOX_VERSION, primitives.SEAL_VERSION)


class RowSealedField(_BytesField[_Set, _Get]):
    """
    Tier B: opened by a server process whose key lies outside the database.

    Seal it with `services.seal_field`, whose context follows from model, field and primary key:
    only then `manage.py reseal` can carry it over to a new key.
    """

    versions = (primitives.ROW_VERSION,)


class BoxField(_BytesField[_Set, _Get]):
    """Sealed to the notifier: a web process writes it, only the process that sends opens it."""

    versions = (primitives.BOX_VERSION,)


class WrapField(_BytesField[_Set, _Get]):
    """A private key behind a passphrase or a recovery code."""

    versions = (primitives.WRAP_VERSION, primitives.SEAL_VERSION)


class TagField(_BytesField[_Set, _Get]):
    """A 32-byte keyed hash that finds a row and names nobody."""


SEALED_FIELDS: tuple[type[_BytesField[Any, Any]], ...] = (
    SealedField,
    RowSealedField,
    BoxField,
    WrapField,
)


def sealed_check(
    field: str, name: str, kind: type[_BytesField[Any, Any]] | None = None
) -> models.CheckConstraint:
    """
    Return the constraint that keeps plain text out of a sealed column.

    It asks for a known version byte and for the shortest length a sealed value can have; with
    ``kind`` the version byte must be one of that field class. NULL passes where it is allowed.
    """
    versions = kind.versions if kind else primitives.VERSIONS
    shortest = min(_MINIMUM[version] for version in versions)
    length = Func(F(field), function="octet_length", output_field=models.IntegerField())
    first = Func(F(field), Value(0), function="get_byte", output_field=models.IntegerField())
    known: Lookup[Any] = (
        Exact(first, versions[0]) if len(versions) == 1 else In(first, sorted(versions))
    )
    return models.CheckConstraint(
        condition=Q(GreaterThanOrEqual(length, shortest)) & Q(known), name=name
    )


def tag_check(
    field: str, name: str, length_bytes: int = primitives.TAG_BYTES
) -> models.CheckConstraint:
    """Return the constraint that a tag has its 32 bytes. NULL passes where it is allowed."""
    length = Func(F(field), function="octet_length", output_field=models.IntegerField())
    return models.CheckConstraint(condition=Q(Exact(length, length_bytes)), name=name)
