"""Dummies that nobody can tell from vaults, by form, noise or who moves; and many of them."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from portal.vault import services
from portal.vault.models import PersonKey
from portal.vault.services import persons
from tests.support.vaults import NOW, OTHER, PASSPHRASE, person, waiting, with_vault

pytestmark = pytest.mark.django_db


def _columns():
    names = ("public_key", "public_mac", "salt", "wrapped_by_passphrase",
             "wrapped_by_recovery", "realness")  # fmt: skip
    return names, {
        user_id: [bytes(value) for value in values]
        for user_id, *values in PersonKey.objects.values_list("user_id", *names)
    }


def test_real_rows_and_dummies_have_the_same_form():
    real = {with_vault(f"real{n}")[0] for n in range(6)}
    real |= {waiting(f"waiting{n}")[0] for n in range(3)}
    dummies = {person(f"dummy{n}") for n in range(40)}
    names, rows = _columns()
    for at, name in enumerate(names):
        heads = {len(rows[user_id][at]) for user_id in rows}
        assert len(heads) == 1, name
    fixed = {"wrapped_by_passphrase": 7, "wrapped_by_recovery": 1, "realness": 4}
    for name, length in fixed.items():
        at = names.index(name)
        assert len({row[at][:length] for row in rows.values()}) == 1, name
    for who in (real, dummies):
        # The top bit of an X25519 public key is never set; noise would set it half the time.
        assert not any(rows[user_id][0][31] & 0x80 for user_id in who)
        for at, name in enumerate(names):
            seen = {rows[user_id][at] for user_id in who}
            assert len(seen) == len(who), name


def test_the_noise_of_a_dummy_is_noise():
    rows = [PersonKey.objects.get(user_id=person(f"dummy{n}")) for n in range(60)]
    for name, skip in (("wrapped_by_passphrase", 7), ("wrapped_by_recovery", 1)):
        body = b"".join(getattr(row, name)[skip:] for row in rows)
        ones = sum(byte.bit_count() for byte in body) / (len(body) * 8)
        assert 0.49 < ones < 0.51


def test_dummies_are_points_like_real_keys():
    """Half of all 32-byte strings lie on the twist of the curve; a real key never does."""
    p = 2**255 - 19
    rows = [PersonKey.objects.get(user_id=person(f"dummy{n}")) for n in range(20)]
    for row in rows:
        u = int.from_bytes(bytes(row.public_key), "little")
        square = (u * u * u + 486662 * u * u + u) % p
        assert pow(square, (p - 1) // 2, p) == 1


def test_whoever_makes_a_vault_moves_in_company():
    people = {person(f"p{n}") for n in range(persons.COMPANY + 20)}
    _, before = _columns()
    sari = next(iter(people))
    services.make_vault(user_id=sari, passphrase=PASSPHRASE, now=NOW)
    _, after = _columns()
    moved = {user_id for user_id in people if before[user_id] != after[user_id]}
    assert sari in moved
    assert len(moved) == persons.COMPANY + 1
    assert services.users_with_vault(people) == {sari}


def test_company_never_costs_anybody_a_vault():
    vaults = dict(with_vault(f"real{n}") for n in range(3))
    for n in range(5):
        person(f"dummy{n}")
    newcomer = person("new")
    services.make_vault(user_id=newcomer, passphrase=OTHER, now=NOW)
    for user_id in vaults:
        assert services.open_with_passphrase(user_id=user_id, passphrase=PASSPHRASE)


# --- many ----------------------------------------------------------------------------------


def test_dummies_are_made_once():
    rina = person("rina")
    before = PersonKey.objects.get(user_id=rina)
    assert services.make_dummy_keys(user_ids=[rina, rina]) == 0
    after = PersonKey.objects.get(user_id=rina)
    assert (before.pk, bytes(before.public_key)) == (after.pk, bytes(after.public_key))
    sari, _ = with_vault()
    assert services.make_dummy_keys(user_ids=[sari]) == 0
    assert services.has_vault(user_id=sari)


def test_a_roster_gets_its_dummies_quickly():
    """A hundred thousand in well under a minute is the aim; five thousand show the rate."""
    model = get_user_model()
    people = [model(email=f"r{n}@demo.test", full_name="r") for n in range(5000)]
    model.objects.bulk_create(people)
    ids = [one.pk for one in people]
    count = _Count()
    began = time.perf_counter()
    with connection.execute_wrapper(count):
        assert services.make_dummy_keys(user_ids=ids) == 5000
    took = time.perf_counter() - began
    print(f"5,000 dummies: {took:.2f} s")
    assert count.number <= 3 * 4
    assert PersonKey.objects.filter(user_id__in=ids).count() == 5000


class _Count:
    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)
