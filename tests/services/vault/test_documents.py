"""Documents sealed once and opened by several persons."""

import time
from datetime import UTC, datetime
from secrets import token_bytes

import pytest

from portal.vault import services
from portal.vault.models import PersonKey
from portal.vault.services.documents import BUCKET_BYTES
from portal.vault.unlock import OpenVault
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PASSPHRASE = "kuda laut biru tenang"
CONTEXT = ("leave.EvidencePage", "image", "b8a3")
CONSTANT = len(services.seal_document(key=bytes(32), data=b"", context=CONTEXT)) - BUCKET_BYTES


def with_vault(name):
    user_id = make_user(name).pk
    services.make_vault(user_id=user_id, passphrase=PASSPHRASE, now=NOW)
    return user_id


def vault_of(user_id):
    return OpenVault(services.open_with_passphrase(user_id=user_id, passphrase=PASSPHRASE))


def test_each_reader_opens_the_document_with_her_own_vault():
    readers = {with_vault("putri"), with_vault("sari")}
    without, waits = make_user("tanpa").pk, make_user("menunggu").pk
    services.make_vault(user_id=waits, passphrase=PASSPHRASE, waiting=True, now=NOW)
    key, data = services.new_document_key(), token_bytes(600_000)
    blob = services.seal_document(key=key, data=data, context=CONTEXT)
    sealed = services.seal_key_for(
        user_ids=[*readers, *readers, without, waits], key=key, context=CONTEXT
    )
    assert sealed.keys() == readers
    for user_id, box in sealed.items():
        opened = vault_of(user_id).open(box, *CONTEXT)
        assert services.open_document(key=opened, blob=blob, context=CONTEXT) == data
    assert key not in blob
    assert not any(key in box for box in sealed.values())


def test_another_person_and_another_place_open_nothing():
    putri, sari = with_vault("putri"), with_vault("sari")
    key = services.new_document_key()
    sealed = services.seal_key_for(user_ids=[putri], key=key, context=CONTEXT)
    with pytest.raises(services.CannotOpen):
        vault_of(sari).open(sealed[putri], *CONTEXT)
    with pytest.raises(services.CannotOpen):
        vault_of(putri).open(sealed[putri], *CONTEXT[:2], "another")


@pytest.mark.parametrize(
    "context", [("leave.EvidencePage", "image", "b8a4"), CONTEXT[:2], (*CONTEXT, "")]
)
def test_a_page_moved_elsewhere_does_not_open(context):
    key = services.new_document_key()
    blob = services.seal_document(key=key, data=b"surat", context=CONTEXT)
    with pytest.raises(services.CannotOpen):
        services.open_document(key=key, blob=blob, context=context)


def test_one_bit_or_another_key_does_not_open():
    key = services.new_document_key()
    blob = services.seal_document(key=key, data=b"surat", context=CONTEXT)
    for place in (0, 1, 30, len(blob) // 2, len(blob) - 1):
        bent = bytearray(blob)
        bent[place] ^= 1
        with pytest.raises(services.CannotOpen):
            services.open_document(key=key, blob=bytes(bent), context=CONTEXT)
    for wrong in (services.new_document_key(), b"", key[:-1]):
        with pytest.raises(services.CannotOpen):
            services.open_document(key=wrong, blob=blob, context=CONTEXT)
    for cut in (b"", blob[:40], blob[:-1]):
        with pytest.raises(services.CannotOpen):
            services.open_document(key=key, blob=cut, context=CONTEXT)


def test_a_key_on_record_that_she_did_not_make_gets_nothing():
    putri, sari = with_vault("putri"), with_vault("sari")
    row = PersonKey.objects.get(user_id=sari)
    PersonKey.objects.filter(user_id=sari).update(
        public_key=bytes(reversed(bytes(row.public_key)))
    )
    with pytest.raises(services.KeyTampered):
        services.seal_key_for(
            user_ids=[putri, sari], key=services.new_document_key(), context=CONTEXT
        )


def test_nobody_with_a_vault_is_nobody():
    key = services.new_document_key()
    nobody = services.seal_key_for(user_ids=[make_user().pk], key=key, context=CONTEXT)
    assert nobody == services.seal_key_for(user_ids=[], key=key, context=CONTEXT) == {}


@pytest.mark.parametrize(
    ("size", "buckets"),
    [
        (0, 1), (1, 1), (BUCKET_BYTES - 8, 1), (BUCKET_BYTES - 7, 2), (BUCKET_BYTES, 2),
        (600_000, 10), (5 * 1024 * 1024, 81),
    ],
)  # fmt: skip
def test_a_length_tells_the_bucket_and_nothing_else(size, buckets):
    data = token_bytes(size)
    key = services.new_document_key()
    blob = services.seal_document(key=key, data=data, context=CONTEXT)
    assert len(blob) - CONSTANT == buckets * BUCKET_BYTES
    assert services.open_document(key=key, blob=blob, context=CONTEXT) == data


def test_the_same_page_twice_is_never_the_same_value():
    key = services.new_document_key()
    pages = {services.seal_document(key=key, data=b"surat", context=CONTEXT) for _ in range(5)}
    assert len(pages) == 5


def test_a_page_is_sealed_and_opened_in_less_than_the_blink_of_an_eye():
    key, data = services.new_document_key(), token_bytes(600_000)
    best = 1.0
    for _ in range(5):
        began = time.perf_counter()
        blob = services.seal_document(key=key, data=data, context=CONTEXT)
        services.open_document(key=key, blob=blob, context=CONTEXT)
        best = min(best, time.perf_counter() - began)
    assert best < 0.05
