"""Every column is classified, every clock explained, and sealed columns refuse plain text."""

import pytest
from django.apps import apps
from django.db import connection, models

from portal.vault import checks, registry, services
from portal.vault.primitives import VERSIONS


def test_every_column_is_classified():
    assert registry.unclassified() == []


def test_every_clock_finer_than_a_day_is_explained():
    assert registry.unexplained_clocks() == []


def test_no_line_stands_for_nothing():
    assert registry.stale() == []


def test_the_lists_are_in_order():
    assert list(registry.PLAIN) == sorted(registry.PLAIN)
    assert list(registry.CLOCKS) == sorted(registry.CLOCKS)


def test_a_forgotten_column_is_found(monkeypatch):
    before = registry.unclassified(), registry.unexplained_clocks()
    monkeypatch.delitem(registry.PLAIN, "audit.StaffEvent")
    monkeypatch.delitem(registry.CLOCKS, "audit.StaffEvent.at")
    found = set(registry.unclassified()) - set(before[0])
    assert "audit.StaffEvent.reason" in found
    assert "audit.StaffEvent.mac" not in found
    assert set(registry.unexplained_clocks()) - set(before[1]) == {"audit.StaffEvent.at"}
    errors = checks.check_classification()
    assert {error.id for error in errors} == {"vault.E004"}
    assert len(errors) == len(registry.unclassified())


def test_a_line_for_a_column_that_is_gone_is_found(monkeypatch):
    before = registry.stale()
    listed = frozenset({"id", "ip_address", "mac"})
    monkeypatch.setitem(registry.PLAIN, "audit.StaffEvent", listed)
    monkeypatch.setitem(registry.CLOCKS, "audit.StaffEvent.role", "no clock at all")
    assert set(registry.stale()) - set(before) == {
        "audit.StaffEvent.ip_address", "audit.StaffEvent.mac", "audit.StaffEvent.role"
    }  # fmt: skip


def test_our_own_tables_are_all_walked():
    labels = {label for label, _, _ in registry._fields()}
    assert labels == {model._meta.label for model in apps.get_models()}
    assert "vault.PersonKey" in labels


def test_there_are_sealed_columns_to_test():
    assert "vault.PersonKey.realness" in {column.name for column in registry.sealed_columns()}


def _check_expressions(table, column):
    """Return the conditions of the CHECKs on this column alone, as PostgreSQL has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(c.conbin, c.conrelid) FROM pg_constraint c "
            "JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum] "
            "WHERE c.contype = 'c' AND c.conrelid = %s::regclass AND a.attname = %s",
            [table, column],
        )
        return [row[0] for row in cursor.fetchall()]


def _admitted(expressions, column, value):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {' AND '.join(f'({each})' for each in expressions)} "
            f'FROM (SELECT %s::bytea AS "{column}") AS one_row',
            [value],
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize("sealed", registry.sealed_columns(), ids=lambda column: column.name)
def test_a_sealed_column_refuses_plain_text(sealed):
    expressions = _check_expressions(sealed.table, sealed.column)
    assert expressions, "no CHECK: add sealed_check() to the model's constraints"
    for plain in (b"saya lelah", b"aku takut " * 90, b"{" + b" " * 700, b" " * 4):
        assert _admitted(expressions, sealed.column, plain) is False
    for version in range(256):
        value = bytes([version]) + bytes(800)
        known = version in VERSIONS
        assert _admitted(expressions, sealed.column, value) <= known
    for version in sealed.versions:
        assert _admitted(expressions, sealed.column, bytes([version]) + bytes(800)) is True
        assert _admitted(expressions, sealed.column, bytes([version]) + bytes(200)) is False


@pytest.mark.django_db
def test_what_a_row_seal_makes_is_admitted():
    expressions = _check_expressions("vault_personkey", "realness")
    assert _admitted(expressions, "realness", services.seal_row("R", "x")) is True


def test_bytes_that_are_neither_sealed_nor_a_tag_are_few_and_known():
    """A plain `BinaryField` is where something confidential would be kept by mistake."""
    plain = {name for _, field, name in registry._fields() if type(field) is models.BinaryField}
    assert plain <= {
        "people.ActivationSlip.code_hash",
        "vault.PersonKey.public_key",
        "vault.PersonKey.salt",
    }
