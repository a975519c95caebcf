"""Where the sockets of one home live: short, private and free of odd characters."""

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from portal.embedded.binaries import BoxError

# The kernel takes 107 bytes; PostgreSQL's lock file is the longest name we make.
LONGEST_PATH = 100
LONGEST_NAME = ".s.PGSQL.5432.lock"
# Spaces, quotes, commas, "@" and "%" each mean something to one of the programs in between.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")


def _candidates(home: Path) -> Iterator[Path]:
    """Yield the directories that could hold the sockets, the nearest first."""
    yield home / "run"
    short = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - ours is 0700 inside
        yield parent / f"teduh-{os.getuid()}-{short}"


def _fits(directory: Path) -> bool:
    """Say whether every program in between can be told this path."""
    path = str(directory / LONGEST_NAME)
    return len(os.fsencode(path)) <= LONGEST_PATH and PLAIN_PATH.fullmatch(path) is not None


def socket_directory(home: Path) -> Path:
    """
    Return the socket directory of a home, made if missing, open to its owner only.

    :raises BoxError: if no path fits, or somebody else's directory stands there.
    """
    directory = next((place for place in _candidates(home) if _fits(place)), None)
    if directory is None:
        raise BoxError("No short path for sockets here: set TMPDIR to a short directory.")
    directory.mkdir(mode=0o700, exist_ok=True)
    facts = os.lstat(directory)
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        text = f"{directory} is not ours: remove it, or set TMPDIR to another directory."
        raise BoxError(text)
    directory.chmod(0o700)
    return directory
