"""Vaults: made, opened, changed, lost; waiting for their code; and a hand in the table."""

from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from portal.vault import primitives, services
from portal.vault.models import PersonKey
from portal.vault.services import persons
from portal.vault.unlock import OpenVault
from tests.support.vaults import CONTEXT, NOW, OTHER, PASSPHRASE, person, waiting, with_vault

pytestmark = pytest.mark.django_db


def test_what_is_sealed_to_her_opens_with_her_passphrase_alone():
    sari, _ = with_vault()
    dewi, _ = with_vault("dewi", OTHER)
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
    sari, _ = with_vault()
    with pytest.raises(services.WrongPassphrase):
        services.open_with_passphrase(user_id=sari, passphrase=typed)


def test_keyboards_that_write_letters_differently_open_the_same_vault():
    sari, _ = with_vault(passphrase="cafe\N{COMBINING ACUTE ACCENT} di ujung jalan")
    typed = "caf\N{LATIN SMALL LETTER E WITH ACUTE} di ujung jalan"
    assert services.open_with_passphrase(user_id=sari, passphrase=typed)


def test_the_recovery_code_opens_however_it_is_typed():
    sari, code = with_vault()
    private = services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE)
    typed = code.lower().replace("-", " ")
    assert services.open_with_recovery(user_id=sari, code=typed) == private
    wrong = code[:-1] + ("0" if code[-1] != "0" else "2")
    for text in (wrong, "", "no code at all"):
        with pytest.raises(services.WrongRecoveryCode):
            services.open_with_recovery(user_id=sari, code=text)


def test_changing_the_passphrase_ends_both_old_ways_and_keeps_what_was_sealed():
    sari, code = with_vault()
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
    sari, _ = with_vault()
    with pytest.raises(services.KeyTampered):
        services.change_passphrase(
            user_id=sari, private_key=primitives.new_key(), passphrase=OTHER
        )
    assert services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE)


def test_a_second_vault_would_lose_the_first_and_is_refused():
    sari, _ = with_vault()
    with pytest.raises(services.VaultExists):
        services.make_vault(user_id=sari, passphrase=OTHER, now=NOW)
    assert services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE)


def test_a_short_passphrase_is_refused_and_nothing_is_made():
    sari = person()
    with pytest.raises(services.WeakPassphrase):
        services.make_vault(user_id=sari, passphrase="elevenchars", now=NOW)
    assert not services.has_vault(user_id=sari)


def test_a_person_without_any_row_gets_one_with_her_vault():
    user = get_user_model().objects.create(email="late@demo.test", full_name="late")
    assert services.make_vault(user_id=user.pk, passphrase=PASSPHRASE, now=NOW)
    assert services.has_vault(user_id=user.pk)


def test_a_dummy_is_no_vault():
    rina = person("rina")
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
    sari, _ = with_vault()
    dewi, _ = with_vault("dewi")
    rina = person("rina")
    with django_assert_num_queries(1):
        found = services.users_with_vault([sari, dewi, rina, uuid4()])
    assert found == {sari, dewi}


def test_an_abandoned_vault_becomes_a_dummy_and_can_be_made_anew():
    sari, _ = with_vault()
    services.abandon_vault(user_id=sari)
    assert not services.has_vault(user_id=sari)
    services.make_vault(user_id=sari, passphrase=OTHER, now=NOW)
    assert services.open_with_passphrase(user_id=sari, passphrase=OTHER)


@pytest.mark.parametrize("column", ["public_key", "public_mac", "realness"])
def test_a_vault_whose_key_is_in_doubt_can_be_abandoned(column):
    sari, _ = with_vault()
    other = PersonKey.objects.get(user_id=person("rina"))
    PersonKey.objects.filter(user_id=sari).update(**{column: getattr(other, column)})
    with pytest.raises(services.KeyTampered):
        services.fingerprint(user_id=sari)
    assert services.users_with_vault([sari]) == frozenset()
    services.abandon_vault(user_id=sari)
    with pytest.raises(services.NoVault):
        services.fingerprint(user_id=sari)


def test_there_is_nothing_to_abandon_without_a_vault():
    rina = person("rina")
    wati = person("wati")
    services.make_vault(user_id=wati, passphrase=PASSPHRASE, waiting=True, now=NOW)
    for user_id in (rina, wati, uuid4()):
        with pytest.raises(services.NoVault):
            services.abandon_vault(user_id=user_id)
    assert services.is_waiting(user_id=wati)


def test_nothing_is_sealed_to_a_vault_whose_code_was_not_typed_back():
    sari, code = waiting()
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
    sari, old = waiting()
    code = services.make_vault(user_id=sari, passphrase=OTHER, waiting=True, now=NOW)
    with pytest.raises(services.WrongRecoveryCode):
        services.confirm_vault(user_id=sari, code=old)
    services.confirm_vault(user_id=sari, code=code)
    assert services.open_with_passphrase(user_id=sari, passphrase=OTHER)


def test_what_does_not_wait_cannot_be_confirmed():
    sari, code = with_vault()
    rina = person("rina")
    for user_id in (sari, rina, uuid4()):
        with pytest.raises(services.NoVault):
            services.confirm_vault(user_id=user_id, code=code)


def test_a_key_swapped_while_it_waits_is_seen():
    sari, code = waiting()
    row = PersonKey.objects.get(user_id=sari)
    row.public_key = primitives.new_key_pair()[1]
    row.public_mac = persons._proof(sari, row.public_key)
    persons._set_state(row, persons._WAITING)
    row.save()
    with pytest.raises(services.KeyTampered):
        services.confirm_vault(user_id=sari, code=code)


def test_somebody_elses_vault_does_not_cost_one_that_waits():
    sari, code = waiting()
    for n in range(5):
        with_vault(f"other{n}")
    assert services.confirm_vault(user_id=sari, code=code)


# --- a hand in the table -------------------------------------------------------------------


def test_a_swapped_public_key_is_refused_before_anything_is_sealed_to_it():
    sari, _ = with_vault()
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
    sari, _ = with_vault()
    dewi, _ = with_vault("dewi")
    theirs = PersonKey.objects.values("public_key", "public_mac").get(user_id=dewi)
    PersonKey.objects.filter(user_id=sari).update(**theirs)
    with pytest.raises(services.KeyTampered):
        services.seal_to_person(user_id=sari, data=b"x", context=CONTEXT)


def test_even_with_a_valid_proof_a_swapped_key_is_seen_at_unlock():
    sari, _ = with_vault()
    row = PersonKey.objects.get(user_id=sari)
    row.public_key = primitives.new_key_pair()[1]
    row.public_mac = persons._proof(sari, row.public_key)
    persons._set_state(row, persons._REAL)
    row.save()
    with pytest.raises(services.KeyTampered):
        services.open_with_passphrase(user_id=sari, passphrase=PASSPHRASE)


def test_an_old_dummy_put_back_is_not_taken_for_real():
    sari = person()
    dummy = PersonKey.objects.values("public_key", "public_mac").get(user_id=sari)
    services.make_vault(user_id=sari, passphrase=PASSPHRASE, now=NOW)
    PersonKey.objects.filter(user_id=sari).update(**dummy)
    with pytest.raises(services.KeyTampered):
        services.seal_to_person(user_id=sari, data=b"x", context=CONTEXT)


def test_realness_cannot_be_copied_from_another_row():
    sari, _ = with_vault()
    rina = person("rina")
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
    sari = person()
    for plain in (b"plain text", b"plain text " * 50, b""):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            PersonKey.objects.filter(user_id=sari).update(**{column: plain})
