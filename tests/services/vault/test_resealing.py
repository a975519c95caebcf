"""A new row key: everything is carried over, and nothing that is used meanwhile is lost."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from portal.vault import keys, services
from portal.vault.models import PersonKey
from portal.vault.services import resealing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
COLUMN = "vault.PersonKey.realness"


@pytest.fixture(autouse=True)
def directory(tmp_path, settings, monkeypatch):
    settings.KEYS_DIR = tmp_path / "keys"
    keys.forget()
    keys.make_all(settings.KEYS_DIR)
    monkeypatch.setattr(resealing, "_BATCH", 3)
    monkeypatch.setattr(resealing, "_resealers", {})
    yield settings.KEYS_DIR
    keys.forget()


def _people(count):
    model = get_user_model()
    people = [model(email=f"r{n}@demo.test", full_name="r") for n in range(count)]
    model.objects.bulk_create(people)
    ids = [person.pk for person in people]
    services.make_dummy_keys(user_ids=ids)
    return ids


def _heads():
    return {bytes(value)[:3] for value in PersonKey.objects.values_list("realness", flat=True)}


def test_everything_is_carried_over_and_still_says_the_same(directory):
    ids = _people(10)
    services.make_vault(user_id=ids[4], passphrase="kuda laut biru", now=NOW)
    keys.add_row_key(directory)
    assert services.reseal().done[COLUMN] == 10
    assert _heads() == {b"\x03\x00\x02"}
    assert services.users_with_vault(ids) == {ids[4]}
    assert services.reseal().done[COLUMN] == 0


def test_afterwards_the_old_key_is_not_needed(directory):
    ids = _people(4)
    services.make_vault(user_id=ids[0], passphrase="kuda laut biru", now=NOW)
    keys.add_row_key(directory)
    services.reseal()
    newest = (directory / "row.keys").read_text().splitlines()[1]
    (directory / "row.keys").unlink()
    (directory / "row.keys").write_text(newest + "\n")
    keys.forget()
    assert services.users_with_vault(ids) == {ids[0]}


def test_what_does_not_open_is_named_and_left_alone(directory, capsys):
    ids = _people(5)
    foreign = services.seal_row("R", "another", "context")
    PersonKey.objects.filter(user_id=ids[2]).update(realness=foreign)
    keys.add_row_key(directory)
    with pytest.raises(CommandError, match=COLUMN):
        call_command("reseal")
    assert f"{COLUMN}: 4" in capsys.readouterr().out
    assert PersonKey.objects.get(user_id=ids[2]).realness == foreign


def test_a_value_that_changed_meanwhile_is_left_alone(directory, monkeypatch):
    (user_id,) = _people(1)
    keys.add_row_key(directory)
    fresh = []
    seal = resealing.seal_field

    def somebody_is_quicker(row, name, data):
        other = PersonKey.objects.get(pk=row.pk)
        seal(other, name, b"newer")
        other.save()
        fresh.append(other.realness)
        seal(row, name, data)

    monkeypatch.setattr(resealing, "seal_field", somebody_is_quicker)
    assert services.reseal().done[COLUMN] == 0
    assert PersonKey.objects.get(user_id=user_id).realness == fresh[0]


def test_a_room_can_carry_its_own_over():
    services.register_resealer("people.totp", lambda: 7)
    assert services.reseal().done["people.totp"] == 7


def test_the_command_makes_keys_and_prints_none(directory, capsys):
    call_command("make_keys", "--add-row-key")
    out = capsys.readouterr().out
    assert "all keys are there" in out
    assert "row key 2" in out
    for path in directory.iterdir():
        for word in path.read_text().split():
            assert len(word) < 5 or word not in out
