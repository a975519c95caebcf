"""Seals, boxes and wraps by example; properties: `tests/property/test_vault_seals.py`."""

import threading
from uuid import UUID

import pytest

from portal.vault import primitives
from portal.vault.primitives import CannotOpen, TooManyUnlocks

KEY = bytes(range(32))
COST = {"passes": 1, "memory": 8 * 1024}
SALT = bytes(16)


def test_context_is_unambiguous():
    assert primitives.encode(("a", "bc")) != primitives.encode(("ab", "c"))
    assert primitives.encode(("a", "")) != primitives.encode(("a",))
    assert primitives.encode(()) != primitives.encode(("",))


def test_a_uuid_and_its_text_are_the_same_part():
    same = UUID("7b2c5f7e-0a35-4f2e-8d62-6f2f8f0f6f11")
    assert primitives.encode((same,)) == primitives.encode((str(same),))


def test_two_seals_of_the_same_text_share_no_bytes_but_the_version():
    first, second = (primitives.seal(KEY, b"same", "x") for _ in range(2))
    assert first[:1] == second[:1] == b"\x01"
    assert first[1:25] != second[1:25]
    assert first[25:] != second[25:]


@pytest.mark.parametrize("blob", [b"", b"\x01", b"plain text", b"\x01" + bytes(400)])
def test_what_is_no_seal_does_not_open(blob):
    with pytest.raises(CannotOpen):
        primitives.unseal(KEY, blob, "x")
    with pytest.raises(CannotOpen):
        primitives.unbox(KEY, blob, "x")
    with pytest.raises(CannotOpen):
        primitives.unwrap("passphrase", SALT, blob, "x", max_memory=1 << 20)


def test_a_seal_is_no_box_and_a_box_is_no_seal():
    private, public = primitives.new_key_pair()
    with pytest.raises(CannotOpen):
        primitives.unbox(private, primitives.seal(KEY, b"x", "c"), "c")
    with pytest.raises(CannotOpen):
        primitives.unseal(KEY, primitives.box(public, b"x", "c"), "c")


def test_the_sender_cannot_open_the_box_again():
    _, public = primitives.new_key_pair()
    blob = primitives.box(public, b"for her alone", "c")
    with pytest.raises(CannotOpen):
        primitives.unbox(public, blob, "c")


def test_wrap_opens_with_the_passphrase_alone():
    blob = primitives.wrap("kuda laut biru", SALT, KEY, "u", **COST)
    assert primitives.unwrap("kuda laut biru", SALT, blob, "u", max_memory=8192) == KEY
    for passphrase, salt, context in (
        ("kuda laut birU", SALT, "u"),
        ("kuda laut biru", b"1" * 16, "u"),
        ("kuda laut biru", SALT, "v"),
    ):
        with pytest.raises(CannotOpen):
            primitives.unwrap(passphrase, salt, blob, context, max_memory=8192)


def test_the_cost_in_front_of_a_wrap_cannot_be_changed():
    blob = bytearray(primitives.wrap("kuda laut biru", SALT, KEY, "u", **COST))
    assert blob[:6] == b"\x04\x01" + (8).to_bytes(4, "big")
    blob[1] = 2
    with pytest.raises(CannotOpen):
        primitives.unwrap("kuda laut biru", SALT, bytes(blob), "u", max_memory=8192)


def test_an_absurd_cost_is_refused_untried(monkeypatch):
    blob = bytearray(primitives.wrap("kuda laut biru", SALT, KEY, "u", **COST))
    blob[2:6] = (1 << 31).to_bytes(4, "big")
    monkeypatch.setattr(primitives, "_stretch", lambda *_a, **_k: pytest.fail("it was tried"))
    with pytest.raises(CannotOpen):
        primitives.unwrap("kuda laut biru", SALT, bytes(blob), "u", max_memory=1 << 20)


def test_only_so_many_passphrases_are_tried_at_once(monkeypatch):
    monkeypatch.setattr(primitives, "UNLOCK_PATIENCE_SECONDS", 0.05)
    running, most, gate = [], [], threading.Event()

    def slow(*_args, **_kwargs):
        running.append(1)
        most.append(len(running))
        gate.wait(5)
        running.pop()
        return bytes(32)

    monkeypatch.setattr(primitives.argon2id, "kdf", slow)
    refused = []

    def unlock():
        try:
            primitives.wrap("kuda laut biru", SALT, KEY, "u", **COST)
        except TooManyUnlocks:
            refused.append(1)

    threads = [threading.Thread(target=unlock) for _ in range(primitives.UNLOCKS_AT_ONCE + 3)]
    for thread in threads:
        thread.start()
    for thread in threads[primitives.UNLOCKS_AT_ONCE :]:
        thread.join(0.3)
    gate.set()
    for thread in threads:
        thread.join(5)
    assert max(most) == primitives.UNLOCKS_AT_ONCE
    assert len(refused) == 3


def test_noise_has_the_form_of_the_real_thing():
    real = primitives.wrap("kuda laut biru", SALT, KEY, "u", **COST)
    noise = primitives.random_wrap(len(KEY), **COST)
    assert len(noise) == len(real)
    assert noise[:7] == real[:7]
    assert len(primitives.random_seal(32)) == len(primitives.seal(KEY, KEY, "u"))


def test_derived_keys_differ_by_purpose_and_from_their_root():
    keys = {primitives.derive(KEY, "a"), primitives.derive(KEY, "b"), KEY}
    assert len(keys) == 3
