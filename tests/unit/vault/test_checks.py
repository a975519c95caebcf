"""The house does not open with a cheap hash or with keys lying about."""

from portal.vault import checks, keys


def _ids(messages):
    return [message.id for message in messages]


def test_a_cheap_hash_is_refused_outside_demo_and_tests(settings):
    assert checks.check_passphrase_cost() == []
    settings.TESTING = False
    settings.DEMO = False
    assert _ids(checks.check_passphrase_cost()) == ["vault.E001"]
    settings.VAULT_KDF_MEMORY = 128 * 1024 * 1024
    assert _ids(checks.check_passphrase_cost()) == ["vault.E001"]
    settings.VAULT_KDF_OPS = 3
    assert checks.check_passphrase_cost() == []
    settings.VAULT_KDF_MEMORY -= 1
    assert _ids(checks.check_passphrase_cost()) == ["vault.E001"]
    settings.DEMO = True
    assert checks.check_passphrase_cost() == []


def test_missing_and_open_key_files_are_refused(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    assert _ids(checks.check_key_files()) == ["vault.E002"]
    keys.make_all(settings.KEYS_DIR)
    assert checks.check_key_files() == []
    (settings.KEYS_DIR / "row.keys").chmod(0o644)
    (problem,) = checks.check_key_files()
    assert problem.id == "vault.E003"
    assert "row.keys" in problem.msg
    settings.KEYS_DIR.chmod(0o750)
    assert len(checks.check_key_files()[0].msg.split(",")) == 2
