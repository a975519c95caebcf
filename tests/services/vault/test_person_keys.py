"""Vaults: made, opened, changed, lost; and dummies that nobody can tell from them."""

import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from portal.vault import primitives, services
from portal.vault.models import PersonKey
from portal.vault.services import persons
from portal.vault.unlock import OpenVault

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PASSPHRASE = "kuda laut biru tenang"
OTHER = "perahu kertas di senja"
CONTEXT = ("counselling.request", "b8a3")


def _person(name="sari"):
    user = get_user_model().objects.create(email=f"{name}@demo.test", full_name=name)
    services.make_dummy_keys(user_ids=[user.pk])
    return user.pk


def _with_vault(name="sari", passphrase=PASSPHRASE):
    user_id = _person(name)
    return user_id, services.make_vault(user_id=user_id, passphrase=passphrase, now=NOW)


def test_what_is_sealed_to_her_opens_with_her_passphrase_alone():
    sari, _ = _with_vault()
    dewi, _ = _with_vault("dewi", OTHER)
    blob = services.seal_to_person(user_id=sari, data=b"saya lelah", context=CONTEXT)
    hers = OpenVault(services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE))
    assert hers.open(blob, *CONTEXT) == b"saya lelah"
    with pytest.raises(services.CannotOpen):
        hers.open(blob, "counselling.request", "another row")
    others = OpenVault(services.open_with_passphrase(user_id=dewi, passphrase=OTHER))
    with pytest.raises(services.CannotOpen):
        others.open(blob, *CONTEXT)


@pytest.mark.parametrize("typed", ["kuda laut biru tenanG", "", PASSPHRASE + " ", OTHER])
def test_a_wrong_passphrase_is_refused(typed):
    sari, _ = _with_vault()
    with pytest.raises(services.WrongPassphrase):
        services.open_with_passphrase(user_id=sari, passphrase=typed)


def test_keyboards_that_write_letters_differently_open_the_same_vault():
    sari, _ = _with_vault(passphrase="cafe\N{COMBINING ACUTE ACCENT} di ujung jalan")
    typed = "caf\N{LATIN SMALL LETTER E WITH ACUTE} di ujung jalan"
    assert services.open_with_passphrase(user_id=sari, passphrase=typed)


def test_the_recovery_code_opens_however_it_is_typed():
    sari, code = _with_vault()
    private = services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE)
    typed = code.lower().replace("-", " ")
    assert services.open_with_recovery(user_id=sari, code=typed) == private
    wrong = code[:-1] + ("0" if code[-1] != "0" else "2")
    for text in (wrong, "", "no code at all"):
        with pytest.raises(services.WrongRecoveryCode):
            services.open_with_recovery(user_id=sari, code=text)


def test_changing_the_passphrase_ends_both_old_ways_and_keeps_what_was_sealed():
    sari, code = _with_vault()
    blob = services.seal_to_person(user_id=sari, data=b"before", context=CONTEXT)
    private = services.open_with_recovery(user_id=sari, code=code)
    fresh = services.change_passphrase(user_id=sari, private_key=private, passphrase=OTHER)
    assert fresh != code
    for open_again in (
        lambda: services.open_with_passphrase(user_id=sari, passphrase=OTHER),
        lambda: services.open_with_recovery(user_id=sari, code=fresh),
    ):
        assert OpenVault(open_again()).open(blob, *CONTEXT) == b"before"
    with pytest.raises(services.WrongPassphrase):
        services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE)
    with pytest.raises(services.WrongRecoveryCode):
        services.open_with_recovery(user_id=sari, code=code)


def test_nobody_elses_private_key_can_be_put_behind_her_passphrase():
    sari, _ = _with_vault()
    with pytest.raises(services.KeyTampered):
        services.change_passphrase(
            user_id=sari, private_key=primitives.new_key(), passphrase=OTHER
        )
    assert services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE)


def test_a_second_vault_would_lose_the_first_and_is_refused():
    sari, _ = _with_vault()
    with pytest.raises(services.VaultExists):
        services.make_vault(user_id=sari, passphrase=OTHER, now=NOW)
    assert services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE)


def test_a_short_passphrase_is_refused_and_nothing_is_made():
    sari = _person()
    with pytest.raises(services.WeakPassphrase):
        services.make_vault(user_id=sari, passphrase="elevenchars", now=NOW)
    assert not services.has_vault(user_id=sari)


def test_a_person_without_any_row_gets_one_with_her_vault():
    user = get_user_model().objects.create(email="late@demo.test", full_name="late")
    assert services.make_vault(user_id=user.pk, passphrase=PASSPHRASE, now=NOW)
    assert services.has_vault(user_id=user.pk)


def test_a_dummy_is_no_vault():
    rina = _person("rina")
    assert not services.has_vault(user_id=rina)
    for ask in (
        lambda: services.seal_to_person(user_id=rina, data=b"x", context=CONTEXT),
        lambda: services.open_with_passphrase(user_id=rina, passphrase=PASSPHRASE),
        lambda: services.open_with_recovery(user_id=rina, code="0000"),
        lambda: services.fingerprint(user_id=rina),
        lambda: services.abandon_vault(user_id=rina),
        lambda: services.seal_to_person(user_id=uuid4(), data=b"x", context=CONTEXT),
    ):
        with pytest.raises(services.NoVault):
            ask()


def test_who_has_a_vault_is_told_in_one_query(django_assert_num_queries):
    sari, _ = _with_vault()
    dewi, _ = _with_vault("dewi")
    rina = _person("rina")
    with django_assert_num_queries(1):
        found = services.users_with_vault([sari, dewi, rina, uuid4()])
    assert found == {sari, dewi}


def test_an_abandoned_vault_becomes_a_dummy_and_can_be_made_anew():
    sari, _ = _with_vault()
    services.abandon_vault(user_id=sari)
    assert not services.has_vault(user_id=sari)
    services.make_vault(user_id=sari, passphrase=OTHER, now=NOW)
    assert services.open_with_passphrase(user_id=sari, passphrase=OTHER)


@pytest.mark.parametrize("column", ["public_key", "public_mac", "realness"])
def test_a_vault_whose_key_is_in_doubt_can_be_abandoned(column):
    sari, _ = _with_vault()
    other = PersonKey.objects.get(user_id=_person("rina"))
    PersonKey.objects.filter(user_id=sari).update(**{column: getattr(other, column)})
    with pytest.raises(services.KeyTampered):
        services.fingerprint(user_id=sari)
    assert services.users_with_vault([sari]) == frozenset()
    services.abandon_vault(user_id=sari)
    with pytest.raises(services.NoVault):
        services.fingerprint(user_id=sari)


def test_there_is_nothing_to_abandon_without_a_vault():
    rina = _person("rina")
    waiting = _person("wati")
    services.make_vault(user_id=waiting, passphrase=PASSPHRASE, waiting=True, now=NOW)
    for user_id in (rina, waiting, uuid4()):
        with pytest.raises(services.NoVault):
            services.abandon_vault(user_id=user_id)
    assert services.is_waiting(user_id=waiting)


# --- waiting for the code to be typed back ---------------------------------------------------


def _waiting(name="sari"):
    user_id = _person(name)
    code = services.make_vault(user_id=user_id, passphrase=PASSPHRASE, waiting=True, now=NOW)
    return user_id, code


def test_nothing_is_sealed_to_a_vault_whose_code_was_not_typed_back():
    sari, code = _waiting()
    assert services.is_waiting(user_id=sari)
    assert not services.has_vault(user_id=sari)
    assert services.users_with_vault([sari]) == frozenset()
    with pytest.raises(services.NoVault):
        services.seal_to_person(user_id=sari, data=b"x", context=CONTEXT)
    with pytest.raises(services.WrongRecoveryCode):
        services.confirm_vault(user_id=sari, code=code[::-1])
    assert services.is_waiting(user_id=sari)
    private = services.confirm_vault(user_id=sari, code=code.lower())
    assert private == services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE)
    assert not services.is_waiting(user_id=sari)
    assert services.has_vault(user_id=sari)


def test_a_vault_that_waits_can_be_made_anew():
    sari, old = _waiting()
    code = services.make_vault(user_id=sari, passphrase=OTHER, waiting=True, now=NOW)
    with pytest.raises(services.WrongRecoveryCode):
        services.confirm_vault(user_id=sari, code=old)
    services.confirm_vault(user_id=sari, code=code)
    assert services.open_with_passphrase(user_id=sari, passphrase=OTHER)


def test_what_does_not_wait_cannot_be_confirmed():
    sari, code = _with_vault()
    rina = _person("rina")
    for user_id in (sari, rina, uuid4()):
        with pytest.raises(services.NoVault):
            services.confirm_vault(user_id=user_id, code=code)


def test_a_key_swapped_while_it_waits_is_seen():
    sari, code = _waiting()
    row = PersonKey.objects.get(user_id=sari)
    row.public_key = primitives.new_key_pair()[1]
    row.public_mac = persons._proof(sari, row.public_key)
    persons._set_state(row, persons._WAITING)
    row.save()
    with pytest.raises(services.KeyTampered):
        services.confirm_vault(user_id=sari, code=code)


def test_somebody_elses_vault_does_not_cost_one_that_waits():
    sari, code = _waiting()
    for n in range(5):
        _with_vault(f"other{n}")
    assert services.confirm_vault(user_id=sari, code=code)


# --- a hand in the table -------------------------------------------------------------------


def test_a_swapped_public_key_is_refused_before_anything_is_sealed_to_it():
    sari, _ = _with_vault()
    before = services.fingerprint(user_id=sari)
    PersonKey.objects.filter(user_id=sari).update(public_key=primitives.new_key_pair()[1])
    for ask in (
        lambda: services.seal_to_person(user_id=sari, data=b"x", context=CONTEXT),
        lambda: services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE),
        lambda: services.fingerprint(user_id=sari),
    ):
        with pytest.raises(services.KeyTampered):
            ask()
    assert services.users_with_vault([sari]) == frozenset()
    assert before.count("-") == 3


def test_another_persons_key_and_proof_do_not_fit_her_row():
    sari, _ = _with_vault()
    dewi, _ = _with_vault("dewi")
    theirs = PersonKey.objects.values("public_key", "public_mac").get(user_id=dewi)
    PersonKey.objects.filter(user_id=sari).update(**theirs)
    with pytest.raises(services.KeyTampered):
        services.seal_to_person(user_id=sari, data=b"x", context=CONTEXT)


def test_even_with_a_valid_proof_a_swapped_key_is_seen_at_unlock():
    sari, _ = _with_vault()
    row = PersonKey.objects.get(user_id=sari)
    row.public_key = primitives.new_key_pair()[1]
    row.public_mac = persons._proof(sari, row.public_key)
    persons._set_state(row, persons._REAL)
    row.save()
    with pytest.raises(services.KeyTampered):
        services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE)


def test_an_old_dummy_put_back_is_not_taken_for_real():
    sari = _person()
    dummy = PersonKey.objects.values("public_key", "public_mac").get(user_id=sari)
    services.make_vault(user_id=sari, passphrase=PASSPHRASE, now=NOW)
    PersonKey.objects.filter(user_id=sari).update(**dummy)
    with pytest.raises(services.KeyTampered):
        services.seal_to_person(user_id=sari, data=b"x", context=CONTEXT)


def test_realness_cannot_be_copied_from_another_row():
    sari, _ = _with_vault()
    rina = _person("rina")
    real = PersonKey.objects.get(user_id=sari).realness
    PersonKey.objects.filter(user_id=rina).update(realness=real)
    assert not services.has_vault(user_id=rina)


@pytest.mark.parametrize(
    ("column", "constraint"),
    [
        ("wrapped_by_passphrase", "person_key_passphrase_sealed"),
        ("wrapped_by_recovery", "person_key_recovery_sealed"),
        ("realness", "person_key_realness_sealed"),
        ("public_mac", "person_key_mac_length"),
        ("public_key", "person_key_public_length"),
        ("salt", "person_key_salt_length"),
    ],
)
def test_the_database_refuses_plain_text(column, constraint):
    sari = _person()
    for plain in (b"plain text", b"plain text " * 50, b""):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            PersonKey.objects.filter(user_id=sari).update(**{column: plain})


# --- nobody can tell -----------------------------------------------------------------------


def _columns():
    names = ("public_key", "public_mac", "salt", "wrapped_by_passphrase",
             "wrapped_by_recovery", "realness")  # fmt: skip
    return names, {
        user_id: [bytes(value) for value in values]
        for user_id, *values in PersonKey.objects.values_list("user_id", *names)
    }


def test_real_rows_and_dummies_have_the_same_form():
    real = {_with_vault(f"real{n}")[0] for n in range(6)}
    real |= {_waiting(f"waiting{n}")[0] for n in range(3)}
    dummies = {_person(f"dummy{n}") for n in range(40)}
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
    rows = [PersonKey.objects.get(user_id=_person(f"dummy{n}")) for n in range(60)]
    for name, skip in (("wrapped_by_passphrase", 7), ("wrapped_by_recovery", 1)):
        body = b"".join(getattr(row, name)[skip:] for row in rows)
        ones = sum(byte.bit_count() for byte in body) / (len(body) * 8)
        assert 0.49 < ones < 0.51


def test_dummies_are_points_like_real_keys():
    """Half of all 32-byte strings lie on the twist of the curve; a real key never does."""
    p = 2**255 - 19
    rows = [PersonKey.objects.get(user_id=_person(f"dummy{n}")) for n in range(20)]
    for row in rows:
        u = int.from_bytes(bytes(row.public_key), "little")
        square = (u * u * u + 486662 * u * u + u) % p
        assert pow(square, (p - 1) // 2, p) == 1


def test_whoever_makes_a_vault_moves_in_company():
    people = {_person(f"p{n}") for n in range(persons.COMPANY + 20)}
    _, before = _columns()
    sari = next(iter(people))
    services.make_vault(user_id=sari, passphrase=PASSPHRASE, now=NOW)
    _, after = _columns()
    moved = {user_id for user_id in people if before[user_id] != after[user_id]}
    assert sari in moved
    assert len(moved) == persons.COMPANY + 1
    assert services.users_with_vault(people) == {sari}


def test_company_never_costs_anybody_a_vault():
    vaults = dict(_with_vault(f"real{n}") for n in range(3))
    for n in range(5):
        _person(f"dummy{n}")
    newcomer = _person("new")
    services.make_vault(user_id=newcomer, passphrase=OTHER, now=NOW)
    for user_id in vaults:
        assert services.open_with_passphrase(user_id=user_id, passphrase=PASSPHRASE)


# --- many ----------------------------------------------------------------------------------


def test_dummies_are_made_once():
    rina = _person("rina")
    before = PersonKey.objects.get(user_id=rina)
    assert services.make_dummy_keys(user_ids=[rina, rina]) == 0
    after = PersonKey.objects.get(user_id=rina)
    assert (before.pk, bytes(before.public_key)) == (after.pk, bytes(after.public_key))
    sari, _ = _with_vault()
    assert services.make_dummy_keys(user_ids=[sari]) == 0
    assert services.has_vault(user_id=sari)


def test_a_roster_gets_its_dummies_quickly():
    """A hundred thousand in well under a minute is the aim; five thousand show the rate."""
    model = get_user_model()
    people = [model(email=f"r{n}@demo.test", full_name="r") for n in range(5000)]
    model.objects.bulk_create(people)
    ids = [person.pk for person in people]
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
