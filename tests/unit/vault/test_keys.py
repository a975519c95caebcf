"""The key files: made once, with the right modes, never overwritten, read when needed."""

import subprocess
import sys

import pytest

from portal.vault import keys, primitives, services
from portal.vault.keys import KeyMissing, NotifierKeyMissing


@pytest.fixture
def directory(tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    keys.forget()
    yield settings.KEYS_DIR
    keys.forget()


def test_all_are_made_once_and_with_tight_modes(directory):
    made = keys.make_all(directory)
    assert sorted(made) == sorted(
        ["index.key", "row.keys", "publish.key", "audit.key", "notifier.key", "notifier.pub",
         "django.key"]
    )  # fmt: skip
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o400}
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    assert len(set(before.values())) == 7
    assert keys.make_all(directory) == []
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before


def test_the_notifier_halves_belong_together(directory):
    keys.make_all(directory)
    assert primitives.public_half(keys.notifier_private_key()) == keys.notifier_public_key()


def test_a_host_without_the_private_half_stays_without(directory):
    keys.make_all(directory)
    (directory / "notifier.key").unlink()
    assert keys.make_all(directory) == []
    blob = services.seal_to_notifier(b"an address", "contact")
    with pytest.raises(NotifierKeyMissing):
        services.open_as_notifier(blob, "contact")


def test_a_missing_public_half_is_worked_out_again(directory):
    keys.make_all(directory)
    public = (directory / "notifier.pub").read_text()
    (directory / "notifier.pub").unlink()
    assert keys.make_all(directory) == ["notifier.pub"]
    assert (directory / "notifier.pub").read_text() == public


@pytest.mark.parametrize("content", [None, "", "zz", "00" * 31, "00" * 33])
def test_a_missing_or_damaged_key_is_named_and_nothing_else(directory, content):
    keys.make_all(directory)
    path = directory / "index.key"
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(KeyMissing, match=r"index\.key") as caught:
        services.tag("client", "x")
    assert content is None or len(content) < 4 or content not in str(caught.value)


def test_an_old_row_key_still_opens_and_a_new_one_seals(directory):
    keys.make_all(directory)
    old = services.seal_row("before", "x")
    assert keys.add_row_key(directory) == 2
    new = services.seal_row("after", "x")
    assert (old[:3], new[:3]) == (b"\x03\x00\x01", b"\x03\x00\x02")
    assert services.open_row_text(old, "x") == "before"
    assert services.open_row_text(new, "x") == "after"
    assert (directory / "row.keys").stat().st_mode & 0o777 == 0o400


def test_a_process_finds_a_key_that_another_added(directory):
    keys.make_all(directory)
    services.seal_row("fills the cache", "x")
    cached = dict(keys._read_ring(str(directory / "row.keys")))
    keys.add_row_key(directory)
    blob = services.seal_row("by the other process", "x")
    keys.forget()
    text = (directory / "row.keys").read_text()
    (directory / "row.keys").chmod(0o600)
    (directory / "row.keys").write_text(text.splitlines()[0] + "\n")
    assert keys.newest_row_key() == (1, cached[1])
    (directory / "row.keys").write_text(text)
    assert services.open_row_text(blob, "x") == "by the other process"


def test_a_row_key_that_is_gone_says_so(directory):
    keys.make_all(directory)
    blob = services.seal_row("text", "x")
    with pytest.raises(KeyMissing, match=r"row\.keys"):
        services.open_row(b"\x03\x00\x09" + blob[3:], "x")


def test_the_number_of_the_key_cannot_be_changed(directory):
    keys.make_all(directory)
    blob = services.seal_row("text", "x")
    lines = (directory / "row.keys").read_text().split()
    (directory / "row.keys").chmod(0o600)
    (directory / "row.keys").write_text(f"1 {lines[1]}\n2 {lines[1]}\n")
    keys.forget()
    with pytest.raises(services.CannotOpen):
        services.open_row(b"\x03\x00\x02" + blob[3:], "x")


def test_two_that_make_keys_at_once_agree(directory):
    script = (
        "import sys; from pathlib import Path; from portal.vault.keys import make_all; "
        "make_all(Path(sys.argv[1]))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(directory)]) for _ in range(3)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert sorted(path.name for path in directory.iterdir()) == sorted(
        ["index.key", "row.keys", "publish.key", "audit.key", "notifier.key", "notifier.pub",
         "django.key"]
    )  # fmt: skip
    assert primitives.public_half(keys.notifier_private_key()) == keys.notifier_public_key()


def test_loose_modes_and_missing_files_are_named(directory):
    keys.make_all(directory)
    assert keys.unsafe_files(directory) == []
    assert keys.missing_files(directory) == []
    (directory / "audit.key").chmod(0o440)
    (directory / "publish.key").unlink()
    assert keys.unsafe_files(directory) == ["audit.key"]
    assert keys.missing_files(directory) == ["publish.key"]
