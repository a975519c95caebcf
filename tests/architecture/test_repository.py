"""The repository names no machine, no package index and no secret."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.sources import ROOT, name_of

INDEXES = re.compile(
    r"pythonhosted|pypi\.(org|python)|--(extra-)?index-url|find-links|registry\.npmjs|"
    r"artifactory|devpi|simple/index",
    re.IGNORECASE,
)
MACHINES = re.compile(r"(?<![\w.}])/(home|Users|root)/\w+")
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bghp_\w{36}\b")
BINARY = {".woff2", ".png", ".ico", ".jpg", ".mo"}
HERE = Path(__file__)


def tracked() -> list[Path]:
    """Return the files of the repository; without git, those of the source folders."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run(
            [git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        return [ROOT / name for name in listed.split("\0") if name]
    folders = ("portal", "counselling", "groups", "tests", "templates", "docs", ".ci", "deploy")
    loose = [path for path in ROOT.iterdir() if path.is_file()]
    return loose + [path for folder in folders for path in (ROOT / folder).rglob("*.*")]


def strangers(text: str) -> list[str]:
    """Return what ties a text to one machine, one index or one secret."""
    found = [match.group() for match in (*INDEXES.finditer(text), *MACHINES.finditer(text))]
    found += [match.group() for match in SECRETS.finditer(text)]
    return found + ([str(ROOT)] if len(str(ROOT)) > 4 and f"{ROOT}/" in text else [])


def test_the_repository_is_at_home_anywhere() -> None:
    found = []
    for path in tracked():
        if path == HERE or path.suffix in BINARY or not path.is_file():
            continue
        found += [
            f"{name_of(path)}: {what}"
            for what in strangers(path.read_text("utf-8", errors="ignore"))
        ]
    assert not found


def test_nothing_private_is_kept() -> None:
    kept = [
        name_of(path)
        for path in tracked()
        if path.suffix in {".key", ".keys", ".sqlite3", ".log", ".pyc"} or path.name == ".env"
    ]
    assert not kept


def test_the_lock_has_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "--hash=sha256:" in lock
    assert "http" not in lock


@pytest.mark.parametrize(
    "text",
    ["--index-url https://example.test", "https://files.pythonhosted.org/x", f"{ROOT}/portal",
     "/home/sari/keys", "-----BEGIN PRIVATE KEY-----"],
)  # fmt: skip
def test_a_stranger_is_found(text: str) -> None:
    assert strangers(text)
