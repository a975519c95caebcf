"""
`make demo`: the whole house on one machine, from nothing, until Ctrl-C.

One demo a clone, held by a lock on `.portal/lock`. However it ends, nothing of it runs on; only
`kill -9` of this very process leaves parts behind, which the next start ends or adopts.
"""

import fcntl
import http.client
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

from portal.demo_facts import PASSPHRASE, PASSWORD, PEOPLE
from portal.embedded.binaries import BoxError
from portal.embedded.house import demo_environment, run_house
from portal.embedded.leftovers import MARK, end_leftovers
from portal.embedded.ports import chosen_port, free_addresses
from portal.embedded.servers import Servers

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("TEDUH_HOME") or ROOT / ".portal").resolve()
ENVIRONMENT = HOME / "demo.json"  # where manage.py finds the running demo
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READY_SECONDS = 60
STOPPED = {0, 128 + signal.SIGINT, 128 + signal.SIGTERM}


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def facts(port: int) -> str:
    """Return what people and scripts need to know about the demo that has just opened."""
    mails = HOME / "mail"
    lines = ["", f"address: http://localhost:{port}/", ""]
    lines += [f"  {person.email:<18}{person.role}" for person in PEOPLE]
    lines += [
        "",
        f"password: {PASSWORD}",
        f"passphrase: {PASSPHRASE}",
        f"mails: {mails.relative_to(ROOT) if mails.is_relative_to(ROOT) else mails}/",
        "",
        "Timed mails wait for their window; from a second terminal, open the next one now:",
        "  .venv/bin/python manage.py deliver_due --next-window",
        "Ctrl-C stops everything and keeps the data; `make demo-reset` forgets it.",
        "",
    ]
    return "\n".join(lines)


def take_lock() -> TextIO:
    """
    Hold the one lock of this clone until the process ends.

    A POSIX lock, which no child inherits: killed with its holder, it is free at once.

    :raises BoxError: if another demo of this clone holds it.
    """
    HOME.mkdir(mode=0o700, exist_ok=True)
    lock = (HOME / "lock").open("a+")
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        text = f"A demo of this clone is running already: {lock.read().strip()}"
        raise BoxError(text) from None
    return lock


def leave(number: int, _frame: FrameType | None) -> NoReturn:
    """Turn a signal into an orderly end: every `finally` runs."""
    raise SystemExit(128 + number)


def leave_without_terminal(_number: int, _frame: FrameType | None) -> None:
    """End after the terminal was closed, where each further word printed would raise."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.kill(os.getpid(), signal.SIGTERM)


def watch_terminal() -> None:
    """
    Hang up by ourselves when the terminal is gone.

    The kernel tells only the first process of a session; if that is `make`, nobody tells us.
    """
    terminal = select.poll()
    terminal.register(sys.stdout.fileno(), 0)  # hanging up is always reported
    terminal.poll()
    os.kill(os.getpid(), signal.SIGHUP)


def prepare(environment: dict[str, str]) -> None:
    """
    Make keys, tables, rights, static files and people.

    :raises BoxError: if a step fails; it has said why.
    """
    everything = {**os.environ, **environment, MARK: str(HOME)}
    for step in (["manage.py", "make_keys"], ["-m", "portal.embedded.prepare"]):
        done = subprocess.run(
            [sys.executable, *step],
            cwd=ROOT,
            env=everything,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # the terminal's Ctrl-C is for us; we end it
            check=False,
        )
        if done.returncode != 0:
            text = f"The demo could not be prepared ({step[-1]})."
            raise BoxError(text)


def is_open(port: int) -> bool:
    """Say whether the house answers that it is well; asked directly, never through a proxy."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/healthz/")
        return line.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def announce(port: int, since: float) -> None:
    """Wait until the house is open, then print the facts."""
    deadline = time.monotonic() + READY_SECONDS
    while not is_open(port):
        if time.monotonic() > deadline:
            say(f"Not open after {READY_SECONDS} s; the lines above may say why.")
            os.kill(os.getpid(), signal.SIGTERM)
            return
        time.sleep(0.1)
    say(facts(port) + f"Open after {time.monotonic() - since:.1f} s.")


def open_house(servers: Servers, *, port: int, since: float) -> int:
    """Start the servers, prepare, and run the house until it is told to end."""
    addresses = free_addresses(port)
    say("Starting PostgreSQL and Redis.")
    servers.start()
    environment = demo_environment(servers, port=port)
    say("Preparing the database and the people.")
    prepare(environment)
    ENVIRONMENT.write_text(json.dumps(environment))
    (HOME / "mail").mkdir(mode=0o700, exist_ok=True)
    threading.Thread(target=announce, args=(port, since), daemon=True).start()
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, leave_without_terminal)
    return run_house(servers, root=ROOT, port=port, addresses=addresses)


def run_demo() -> int:
    """Run the demo of this clone and return its exit status."""
    since = time.monotonic()
    port = chosen_port(os.environ)
    lock = take_lock()
    for ending in ENDINGS:
        # Scripts start us with Ctrl-C ignored; only `nohup` means it.
        if ending != signal.SIGHUP or signal.getsignal(ending) is not signal.SIG_IGN:
            signal.signal(ending, leave)
    if sys.stdout.isatty():
        threading.Thread(target=watch_terminal, daemon=True).start()
    end_leftovers(HOME)
    lock.truncate(0)
    lock.write(f"http://localhost:{port}/\n")
    lock.flush()
    servers = Servers(HOME)
    try:
        status = open_house(servers, port=port, since=since)
    finally:
        for ending in ENDINGS:
            signal.signal(ending, signal.SIG_IGN)
        ENVIRONMENT.unlink(missing_ok=True)
        end_leftovers(HOME)
        servers.stop()
    if status not in STOPPED:
        say(f"A part of the house ended by itself (status {status}), so all of it was stopped.")
    return status


def reset() -> int:
    """Forget the demo of this clone: its data, keys and mails."""
    lock = take_lock()
    end_leftovers(HOME)
    Servers(HOME).stop()
    shutil.rmtree(HOME)
    lock.close()
    say("The demo has forgotten everything.")
    return 0


def main(words: list[str]) -> int:
    """Run or reset the demo, and turn every known trouble into one line."""
    if "DATABASE_URL" not in os.environ:
        # libpq would take them over into our own server's addresses.
        for name in [name for name in os.environ if name.startswith("PG")]:
            del os.environ[name]
    try:
        return reset() if words == ["--reset"] else run_demo()
    except BoxError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1


if __name__ == "__main__":
    STATUS = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:
        STATUS = STATUS or 1
    # Not sys.exit: Python would wait for ever for honcho's helpers.
    os._exit(STATUS)
