"""Sealing from the database: bound to its place, tags that name nobody, proofs by purpose."""

from types import SimpleNamespace
from uuid import UUID

import pytest

from portal.vault import services
from portal.vault.models import PersonKey

ID = UUID("7b2c5f7e-0a35-4f2e-8d62-6f2f8f0f6f11")


def test_text_and_bytes_come_back():
    assert services.open_row_text(services.seal_row("temu ✓", "a", "b"), "a", "b") == "temu ✓"
    assert services.open_row(services.seal_row(b"\x00\xff", "a"), "a") == b"\x00\xff"


@pytest.mark.parametrize("context", [("a",), ("b", "a"), ("ab",), ("a", "b", "")])
def test_elsewhere_it_does_not_open(context):
    with pytest.raises(services.CannotOpen):
        services.open_row(services.seal_row("x", "a", "b"), *context)


def test_a_field_is_bound_to_model_column_and_row():
    row = PersonKey()
    services.seal_field(row, "realness", "R")
    assert services.row_context(row, "realness") == ("vault.PersonKey", "realness", str(row.pk))
    assert services.open_field_text(row, "realness") == "R"
    moved = PersonKey(realness=row.realness)
    with pytest.raises(services.CannotOpen):
        services.open_field(moved, "realness")
    row.wrapped_by_recovery = row.realness
    with pytest.raises(services.CannotOpen):
        services.open_field(row, "wrapped_by_recovery")


def test_nothing_is_bound_to_a_row_without_a_key():
    with pytest.raises(ValueError, match="no key yet"):
        services.seal_field(SimpleNamespace(pk=None), "x", "y")


def test_tags_are_stable_and_differ_by_namespace_and_owner():
    tag = services.tag("client", ID)
    assert tag == services.tag("client", str(ID))
    assert len(tag) == 32
    others = {
        services.tag("member", ID),
        services.tag("client", ID, ""),
        services.tag("client"),
    }
    assert len({tag, *others}) == 4
    assert ID.bytes not in tag


def test_proofs_differ_by_purpose_and_from_tags():
    assert services.mac("a", "x") != services.mac("b", "x")
    assert services.mac("a", "x", "y") != services.mac("a", "xy")
    assert services.mac("a", "x") == services.mac("a", "x")
    assert services.mac("a", "x") != services.tag("a", "x")


def test_only_the_notifier_opens_an_address():
    blob = services.seal_to_notifier(b"rina", "contact", "counselling.client")
    assert services.open_as_notifier(blob, "contact", "counselling.client") == b"rina"
    with pytest.raises(services.CannotOpen):
        services.open_as_notifier(blob, "contact", "groups.member")
