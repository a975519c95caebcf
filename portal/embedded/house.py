"""The four processes of the house, what each is told, and how they start and stop together."""

import contextlib
import os
import shlex
import sys
from pathlib import Path

from honcho.manager import Manager
from psycopg.conninfo import make_conninfo

from portal.embedded.leftovers import MARK
from portal.embedded.roles import APP
from portal.embedded.servers import Servers

THREADS = 8
# What the sending process alone may read; the others get a directory of keys without it.
NOTIFIER_KEY = "notifier.key"
CELERY = "celery -q -A portal"
# Threads let a running task finish on Ctrl-C; a forking pool kills it.
ROOT_WARNING = "ignore:You're running the worker"  # a demo may; Celery says it at length
WORKER = f"{CELERY} worker -l warning -P threads -c 2 --without-gossip --without-mingle"


def demo_environment(servers: Servers, *, port: int) -> dict[str, str]:
    """Return what every command of this demo must know, migrations included."""
    return {
        "DATABASE_URL": servers.owner_url(),
        "REDIS_URL": servers.redis_url(),
        "TEDUH_DEMO": "1",
        "TEDUH_REQUIRE_STAFF_MFA": "0",
        "TEDUH_HOME": str(servers.home),
        "TEDUH_KEYS_DIR": str(servers.home / "keys"),
        "TEDUH_MAIL_DIR": str(servers.home / "mail"),
        "TEDUH_STATIC_ROOT": str(servers.home / "static"),
        "TEDUH_PUBLIC_URL": f"http://localhost:{port}",
        "PORT": str(port),
    }


def _runtime(servers: Servers) -> dict[str, str]:
    """Return how the running house reaches PostgreSQL: as the role that owns nothing."""
    if servers.given_database is None:
        return {"TEDUH_DB_ROLE": APP}
    url = make_conninfo(servers.given_database, options=f"-c role={APP}")
    return {"DATABASE_URL": url}


def keys_without_notifier(home: Path) -> Path:
    """Link every key but the notifier's private one into a directory, and return it."""
    directory = home / "keys-without-notifier"
    directory.mkdir(mode=0o700, exist_ok=True)
    for link in directory.iterdir():
        link.unlink()
    for key in (home / "keys").iterdir():
        if key.name != NOTIFIER_KEY:
            os.link(key, directory / key.name)
    return directory


def _words(module: str) -> str:
    """Return a shell line that becomes a Python module, wherever the clone lies."""
    return f"exec {shlex.quote(sys.executable)} -m {module}"


def _web(addresses: list[str]) -> str:
    """Return the web server's line: one process, several threads, no words about visitors."""
    binds = " ".join(f"-b {shlex.quote(address)}" for address in addresses)
    shm = "--worker-tmp-dir /dev/shm" if os.access("/dev/shm", os.W_OK) else ""  # noqa: S108
    return (
        f"gunicorn portal.wsgi -k gthread -w 1 --threads {THREADS} {binds} {shm} "
        "--no-control-socket --graceful-timeout 3 --log-level warning"
    )


def run_house(servers: Servers, *, root: Path, port: int, addresses: list[str]) -> int:
    """Run web, worker, notify and beat until one ends or a signal comes; return the status."""
    everywhere = {**os.environ, **demo_environment(servers, port=port), **_runtime(servers)}
    everywhere |= {
        MARK: str(servers.home),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": ROOT_WARNING,
    }
    plain = {**everywhere, "TEDUH_KEYS_DIR": str(keys_without_notifier(servers.home))}
    beat = shlex.quote(str(servers.home / "beat-schedule"))
    for old in servers.home.glob("beat-schedule*"):
        old.unlink()
    manager = Manager()
    lines = {
        "web": (_web(addresses), {**plain, "TEDUH_DB_POOL": "1"}),
        "worker": (f"{WORKER} -Q celery,default -n worker@%h", plain),
        "notify": (f"{WORKER} -Q notify -n notify@%h", everywhere),
        "beat": (f"{CELERY} beat -l warning --pidfile= -s {beat}", plain),
    }
    for name, (module, environment) in lines.items():
        manager.add_process(name, _words(module), env=environment, cwd=str(root))
    with contextlib.suppress(KeyError):  # honcho was asked to stop before all had started
        manager.loop()
    return 0 if manager.returncode is None else int(manager.returncode)
