"""One Redis server of a home. It forgets everything when it stops, and may: nothing is lost."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psutil

from portal.embedded.binaries import BoxError, dying_with_parent, redis_program

START_SECONDS = 10
STOP_SECONDS = 5

SETTINGS = (
    ("port", "0"),
    ("unixsocketperm", "700"),
    ("pidfile", "redis.pid"),
    ("dir", "."),
    ("databases", "64"),
    ("save", '""'),
    ("appendonly", "no"),
    ("maxmemory-policy", "noeviction"),
    ("slowlog-log-slower-than", "-1"),
)


def with_database(url: str, number: int) -> str:
    """Return a Redis address that names another numbered database of the same server."""
    parts = urlsplit(url)
    query = {key: value for key, value in parse_qsl(parts.query) if key != "db"}
    if parts.scheme == "unix":
        return f"unix://{parts.path}?{urlencode({**query, 'db': number})}"
    return urlunsplit(parts._replace(path=f"/{number}", query=urlencode(query)))


def database_number(url: str) -> int:
    """Return the number of the database that a Redis address names."""
    parts = urlsplit(url)
    named = dict(parse_qsl(parts.query)).get("db")
    if named is None and parts.scheme != "unix":
        named = parts.path.strip("/")
    return int(named or 0)


class Redis:
    """
    The Redis server of one home.

    It writes nothing to disk and keeps no log of slow commands, which would hold their
    arguments. A throw-away server dies with the process that started it.
    """

    def __init__(self, *, home: Path, sockets: Path, throwaway: bool) -> None:
        self.directory = home / "redis"
        self.log = home / "log" / "redis.log"
        self.socket = sockets / "redis.sock"
        self.throwaway = throwaway
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, *, database: int = 0) -> str:
        """Return the address of a numbered database of this server."""
        return f"unix://{quote(str(self.socket))}?db={database}"

    def pid(self) -> int | None:
        """Return the number of the running server's process, also of an adopted one."""
        try:
            number = int((self.directory / "redis.pid").read_text())
            words = psutil.Process(number).cmdline()
        except (OSError, ValueError, psutil.Error):
            return None
        return number if any("redis-server" in word for word in words) else None

    def is_ready(self) -> bool:
        """Say whether the server answers within a second."""
        return self._ask(b"PING", seconds=1).startswith(b"+PONG")

    def start(self) -> None:
        """
        Start the server, or adopt the one that still runs from before.

        :raises BoxError: if it does not come up.
        """
        if self.is_ready():
            return
        self._kill()
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        words = [*(dying_with_parent("TERM") if self.throwaway else ()), redis_program(), "-"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                start_new_session=True,
            )
        settings = "".join(f"{name} {value}\n" for name, value in SETTINGS)
        # Redis quotes in its own way: every path but the socket's is relative to `cwd`.
        settings += f"unixsocket {self.socket}\n"
        if self._process.stdin is not None:
            with self._process.stdin as stdin:
                stdin.write(settings.encode())
        self._await_ready(self._process)

    def stop(self) -> None:
        """End the server; one that does not answer any more is killed."""
        self._ask(b"SHUTDOWN", seconds=3)
        self._kill()
        if self._process is not None:
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _ask(self, word: bytes, *, seconds: float) -> bytes:
        """Send one command of one word and return the first bytes of the answer, if any."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(seconds)
            try:
                line.connect(str(self.socket))
                line.sendall(b"*1\r\n$%d\r\n%s\r\n" % (len(word), word))
                return line.recv(64)
            except OSError:
                return b""

    def _kill(self) -> None:
        """Kill a server that holds the socket and does not answer."""
        pid = self.pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server answers."""
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace").strip()[-1500:]
                text = f"Redis did not start:\n{tail}"
                raise BoxError(text)
            time.sleep(0.02)
