"""
The root keys: files outside the database, read when first needed and kept for the process.

=================  ======================================================================
index.key          tags that find rows (``K_index``)
row.keys           ring that hides columns from the database, ``number hex`` a line; the
                   highest number seals, all of them open (``K_row``)
publish.key        proof that a published public key is ours (``K_publish``)
audit.key          proof and chain of the record (``K_audit``)
notifier.pub/.key  addresses are sealed to the first; only the process that sends has the second
django.key         Django's signing key, read by the settings
=================  ======================================================================

Each holds 32 random bytes as hexadecimal (`django.key`: text). They are made with mode 0400 in
a directory of mode 0700, belong in the backup *of secrets*, never in the one of the database,
and are never environment variables. Without `index.key` nobody finds own records again; without
`row.keys` and `publish.key` sealed columns and vaults are lost.
"""

import os
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from portal.vault import primitives

FILE_MODE = 0o400
DIRECTORY_MODE = 0o700
INDEX, ROW, PUBLISH, AUDIT = "index.key", "row.keys", "publish.key", "audit.key"
NOTIFIER_PUBLIC, NOTIFIER_PRIVATE, DJANGO = "notifier.pub", "notifier.key", "django.key"
NEEDED = (INDEX, ROW, PUBLISH, AUDIT, NOTIFIER_PUBLIC)
"""What every process needs; `notifier.key` may be absent, `django.key` may lie elsewhere."""
MAX_ROW_NUMBER = 0xFFFF


class KeyMissing(Exception):
    """A key file is missing or damaged; `manage.py make_keys` makes those that are missing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"key file {name} is missing or damaged; see `manage.py make_keys`")


class NotifierKeyMissing(KeyMissing):
    """This process does not hold the notifier's private key, and should not."""


def index_key() -> bytes:
    """Return the key of tags. :raises KeyMissing: if its file is not there."""
    return _read_key(_path(INDEX))


def publish_key() -> bytes:
    """Return the key of published keys. :raises KeyMissing: if its file is not there."""
    return _read_key(_path(PUBLISH))


def audit_key() -> bytes:
    """Return the root of the record. :raises KeyMissing: if its file is not there."""
    return _read_key(_path(AUDIT))


def notifier_public_key() -> bytes:
    """Return what addresses are sealed to. :raises KeyMissing: if its file is not there."""
    return _read_key(_path(NOTIFIER_PUBLIC))


def notifier_private_key() -> bytes:
    """
    Return what opens addresses.

    It is read only here, so that a process that never sends never has it.

    :raises NotifierKeyMissing: in a process that does not send.
    """
    try:
        return _read_key(_path(NOTIFIER_PRIVATE))
    except KeyMissing:
        raise NotifierKeyMissing(NOTIFIER_PRIVATE) from None


def newest_row_key() -> tuple[int, bytes]:
    """Return number and key that seal from now on. :raises KeyMissing: without a ring."""
    ring = _read_ring(_path(ROW))
    number = max(ring)
    return number, ring[number]


def row_key(number: int) -> bytes:
    """
    Return the row key with a number.

    A number this process has not seen may have been added since: the file is read again, once.

    :raises KeyMissing: if the ring does not hold it.
    """
    path = _path(ROW)
    if number not in _read_ring(path):
        _read_ring.cache_clear()
    try:
        return _read_ring(path)[number]
    except KeyError:
        raise KeyMissing(ROW) from None


def add_row_key(directory: Path) -> int:
    """Add a fresh key to the ring and return its number; older ones keep opening."""
    path = directory / ROW
    _read_ring.cache_clear()
    ring = _read_ring(str(path))
    number = max(ring) + 1
    if number > MAX_ROW_NUMBER:
        raise ValueError("the ring is full")
    text = path.read_text(encoding="ascii")
    _put(path, f"{text.rstrip()}\n{number} {primitives.new_key().hex()}\n", replace=True)
    _read_ring.cache_clear()
    return number


def make_all(directory: Path) -> list[str]:
    """
    Make the key files that are missing and return their names; never touches one that exists.

    Safe to run twice at once: the first to finish wins, and both see the same keys afterwards.
    """
    directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    directory.chmod(DIRECTORY_MODE)
    fresh = {
        INDEX: _line(primitives.new_key()),
        ROW: f"1 {primitives.new_key().hex()}\n",
        PUBLISH: _line(primitives.new_key()),
        AUDIT: _line(primitives.new_key()),
        DJANGO: secrets.token_urlsafe(48) + "\n",
    }
    made = [name for name, text in fresh.items() if _put(directory / name, text)]
    return made + _make_notifier_pair(directory)


def forget() -> None:
    """Drop what this process has read; the next use reads the files again."""
    _read_key.cache_clear()
    _read_ring.cache_clear()


def unsafe_files(directory: Path) -> list[str]:
    """Return names of key files, and of the directory, that others than the owner may read."""
    paths = [directory, *(directory / name for name in (*NEEDED, NOTIFIER_PRIVATE, DJANGO))]
    return [path.name for path in paths if path.exists() and path.stat().st_mode & 0o077]


def missing_files(directory: Path) -> list[str]:
    """Return names of needed key files that are not there."""
    return [name for name in NEEDED if not (directory / name).exists()]


def _make_notifier_pair(directory: Path) -> list[str]:
    """Make both halves together; a host that has only the public one is left as it is."""
    private, public = directory / NOTIFIER_PRIVATE, directory / NOTIFIER_PUBLIC
    made = []
    if (
        not private.exists()
        and not public.exists()
        and _put(private, _line(primitives.new_key()))
    ):
        made.append(NOTIFIER_PRIVATE)
    if private.exists() and not public.exists():
        half = primitives.public_half(bytes.fromhex(private.read_text(encoding="ascii")))
        if _put(public, _line(half)):
            made.append(NOTIFIER_PUBLIC)
    return made


def _put(path: Path, text: str, *, replace: bool = False) -> bool:
    """Write a whole file or none, mode 0400; unless told to, never over one that exists."""
    if path.exists() and not replace:
        return False
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scratch.chmod(FILE_MODE)
        if replace:
            scratch.replace(path)
            return True
        try:
            path.hardlink_to(scratch)
        except FileExistsError:
            return False
        return True
    finally:
        scratch.unlink(missing_ok=True)


def _line(key: bytes) -> str:
    return key.hex() + "\n"


def _path(name: str) -> str:
    return str(Path(settings.KEYS_DIR) / name)


@lru_cache(maxsize=64)
def _read_key(path: str) -> bytes:
    try:
        key = bytes.fromhex(Path(path).read_text(encoding="ascii"))
    except (OSError, ValueError):
        raise KeyMissing(Path(path).name) from None
    if len(key) != primitives.KEY_BYTES:
        raise KeyMissing(Path(path).name)
    return key


@lru_cache(maxsize=16)
def _read_ring(path: str) -> dict[int, bytes]:
    try:
        lines = Path(path).read_text(encoding="ascii").splitlines()
        pairs = [line.split() for line in lines if line.strip()]
        ring = {int(number): bytes.fromhex(key) for number, key in pairs}
    except (OSError, ValueError):
        raise KeyMissing(Path(path).name) from None
    if not ring or any(len(key) != primitives.KEY_BYTES for key in ring.values()):
        raise KeyMissing(Path(path).name)
    return ring
