"""Our columns are Django's own in migrations."""

import pytest
from django.db import models

from portal.vault.fields import BoxField, RowSealedField, SealedField, TagField, WrapField


@pytest.mark.parametrize("kind", [SealedField, RowSealedField, BoxField, TagField, WrapField])
def test_migrations_do_not_know_our_classes(kind):
    _, path, args, kwargs = kind(null=True, unique=True).deconstruct()
    assert path == "django.db.models.BinaryField"
    assert kwargs == {"null": True, "unique": True}
    assert isinstance(models.BinaryField(*args, **kwargs), models.BinaryField)


@pytest.mark.parametrize("value", [b"abc", memoryview(b"abc"), bytearray(b"abc")])
def test_bytes_come_out_whatever_the_driver_gives(value):
    out = TagField().from_db_value(value, None, None)
    assert type(out) is bytes
    assert out == b"abc"


def test_nothing_comes_out_as_nothing():
    assert TagField().from_db_value(None, None, None) is None
