"""Known answers: what was sealed once must open for ever. Add vectors, never change one."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from portal.vault import codes, keys, primitives, services
from portal.vault.unlock import OpenVault

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
KINDS = {
    "box", "code", "derive", "digest", "note", "notifier", "person", "recovery", "row", "seal",
    "tag", "wrap",
}  # fmt: skip


def _hex(vector, name):
    return bytes.fromhex(vector[name])


def test_none_was_removed():
    assert set(VECTORS) >= KINDS
    assert [len(VECTORS[kind]) for kind in ("seal", "box", "wrap", "row")] >= [3, 3, 2, 2]


@pytest.mark.parametrize("vector", VECTORS["seal"])
def test_seal(vector):
    opened = primitives.unseal(_hex(vector, "key"), _hex(vector, "sealed"), *vector["context"])
    assert opened.decode() == vector["text"]


@pytest.mark.parametrize("vector", VECTORS["box"])
def test_box(vector):
    private = _hex(vector, "private_key")
    assert primitives.public_half(private) == _hex(vector, "public_key")
    opened = primitives.unbox(private, _hex(vector, "sealed"), *vector["context"])
    assert opened.decode() == vector["text"]


@pytest.mark.parametrize("vector", VECTORS["wrap"], ids=lambda v: str(v["memory"]))
def test_wrap(vector):
    opened = primitives.unwrap(
        vector["passphrase"], _hex(vector, "salt"), _hex(vector, "sealed"), *vector["context"],
        max_memory=1 << 28,
    )  # fmt: skip
    assert opened == _hex(vector, "private_key")


@pytest.mark.parametrize("vector", VECTORS["row"], ids=lambda v: str(v["number"]))
def test_row(vector, monkeypatch):
    ring = {int(number): bytes.fromhex(key) for number, key in vector["ring"].items()}
    monkeypatch.setattr(keys, "row_key", ring.__getitem__)
    assert services.open_row_text(_hex(vector, "sealed"), *vector["context"]) == vector["text"]


@pytest.mark.parametrize("vector", VECTORS["tag"])
def test_tag(vector, monkeypatch):
    monkeypatch.setattr(keys, "index_key", lambda: _hex(vector, "key"))
    _, namespace, owner = vector["parts"]
    assert services.tag(namespace, UUID(owner)) == _hex(vector, "tag")


@pytest.mark.parametrize("vector", VECTORS["derive"])
def test_derive(vector):
    assert primitives.derive(_hex(vector, "root"), vector["label"]) == _hex(vector, "key")


@pytest.mark.parametrize("vector", VECTORS["digest"])
def test_digest(vector):
    assert primitives.digest(_hex(vector, "data"), vector["label"]) == _hex(vector, "digest")


@pytest.mark.parametrize("vector", VECTORS["code"])
def test_code(vector):
    assert codes.parse(vector["printed"]) == _hex(vector, "secret")


@pytest.mark.parametrize("vector", VECTORS["recovery"])
def test_recovery(vector):
    key = primitives.derive(codes.parse(vector["code"]), "recovery")
    context = ("wrap", "recovery", vector["user_id"])
    assert primitives.unseal(key, _hex(vector, "sealed"), *context) == _hex(
        vector, "private_key"
    )


@pytest.mark.parametrize("vector", VECTORS["person"])
def test_person(vector):
    vault = OpenVault(_hex(vector, "private_key"))
    opened = vault.open(_hex(vector, "sealed"), *vector["context"])
    assert opened.decode() == vector["text"]


@pytest.mark.parametrize("vector", VECTORS["notifier"])
def test_notifier(vector, monkeypatch):
    monkeypatch.setattr(keys, "notifier_private_key", lambda: _hex(vector, "private_key"))
    opened = services.open_as_notifier(_hex(vector, "sealed"), *vector["context"])
    assert opened.decode() == vector["text"]
