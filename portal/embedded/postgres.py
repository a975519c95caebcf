"""One PostgreSQL server of a home: made, started, adopted, swept up after and stopped."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from portal.embedded.binaries import (
    NOBODY,
    BoxError,
    dying_with_parent,
    postgres_program,
    run_quietly,
    runs_as_nobody,
    unprivileged,
)

PORT = 5432  # the name of the socket; there is no TCP
START_SECONDS = 60
STOP_SECONDS = 30

# The server's own log stays free of what people write: no statements, no parameters, no
# "Key (email)=(…) already exists". Errors of statements reach the caller, who reports them.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "off",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
}
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def database_url(*, sockets: Path, user: str, database: str) -> str:
    """Return the libpq address of a database behind a socket."""
    return f"postgresql://{user}@/{database}?host={quote(str(sockets), safe='')}&port={PORT}"


class Postgres:
    """
    The PostgreSQL server of one home.

    A throw-away server skips every write to disk it can and dies with the process that
    started it, however that process ends.
    """

    def __init__(self, *, home: Path, sockets: Path, throwaway: bool) -> None:
        self.data = home / "pg"
        self.log = home / "log" / "postgresql.log"
        self.sockets = sockets
        self.throwaway = throwaway
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, *, user: str, database: str) -> str:
        """Return the address of a database of this server for one role."""
        return database_url(sockets=self.sockets, user=user, database=database)

    def is_ready(self) -> bool:
        """Say whether the server takes connections; a pid file proves nothing."""
        words = [postgres_program("pg_isready"), "-q", "-h", str(self.sockets), "-p", str(PORT)]
        words += ["-U", "postgres", "-d", "postgres"]
        return subprocess.run(words, check=False).returncode == 0

    def start(self) -> None:
        """
        Start the server, or adopt the one that still runs from before.

        :raises BoxError: if it does not come up.
        """
        self._make_data()
        if self.is_ready():
            return
        self._sweep()
        self._write_settings()
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        words = [*unprivileged(), *(dying_with_parent("INT") if self.throwaway else ())]
        words += [postgres_program("postgres"), "-D", str(self.data)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._await_ready(self._process)

    def stop(self) -> None:
        """End the server and whatever is left of it; a throw-away one at once."""
        postmaster = self._postmaster()
        if postmaster is not None:
            try:
                postmaster.send_signal(signal.SIGQUIT if self.throwaway else signal.SIGINT)
                postmaster.wait(STOP_SECONDS)
            except psutil.Error:
                pass  # gone by itself, or the sweep ends it
        self._sweep()
        if self._process is not None:
            self._process.wait()
            self._process = None

    def execute(
        self, statement: str, *, database: str = "postgres"
    ) -> list[tuple[object, ...]]:
        """Run one statement as the server's superuser and return its rows."""
        url = self.url(user="postgres", database=database)
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return list(cursor.fetchall()) if cursor.description else []

    def _make_data(self) -> None:
        """Make the data directory, and again if an earlier making was cut short."""
        done = self.data / ".initdone"
        if done.exists():
            self._refuse_other_version()
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self._hand_over()
        words = [*unprivileged(), postgres_program("initdb"), "-D", str(self.data)]
        words += ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        words += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        run_quietly(words)
        done.touch()

    def _hand_over(self) -> None:
        """Give the directories to nobody where PostgreSQL has to run as nobody."""
        if not runs_as_nobody():
            return
        for directory in (self.data, self.sockets):
            os.chown(directory, NOBODY, NOBODY)
        for directory in (self.data.parent, self.sockets.parent):
            if directory.stat().st_uid == os.getuid():
                directory.chmod(0o711)
        reach = [*unprivileged(), "test", "-x", postgres_program("postgres"), "-a", "-w"]
        if subprocess.run([*reach, str(self.data)], check=False).returncode != 0:
            raise BoxError(
                "PostgreSQL cannot run as root here: use a plain user, or set DATABASE_URL."
            )

    def _refuse_other_version(self) -> None:
        """Say in one line that another PostgreSQL made this data."""
        made_by = (self.data / "PG_VERSION").read_text().strip()
        words = [postgres_program("postgres"), "--version"]
        answer = subprocess.run(words, capture_output=True, check=True).stdout.decode()
        if made_by not in {word.partition(".")[0] for word in answer.split()}:
            text = f"The data was made by PostgreSQL {made_by}: `make demo-reset` starts anew."
            raise BoxError(text)

    def _write_settings(self) -> None:
        """Write every setting anew, so that old data follows new code."""
        settings = {**SETTINGS, "unix_socket_directories": str(self.sockets)}
        if self.throwaway:
            settings |= THROWAWAY_SETTINGS
        quoted = {name: value.replace("'", "''") for name, value in settings.items()}
        lines = [f"{name} = '{value}'\n" for name, value in quoted.items()]
        (self.data / "postgresql.auto.conf").write_text("".join(lines))

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server takes connections."""
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace").strip()[-1500:]
                text = f"PostgreSQL did not start:\n{tail}"
                raise BoxError(text)
            time.sleep(0.05)

    def _processes(self) -> list[psutil.Process]:
        """List the server's processes. Only their working directory names the data."""
        found = []
        for process in psutil.process_iter():
            try:
                if "postgres" in process.name() and process.cwd() == str(self.data):
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    def _postmaster(self) -> psutil.Process | None:
        """Return the server's first process: the one whose parent is none of them."""
        processes = self._processes()
        ours = {process.pid for process in processes}
        return next((one for one in processes if one.ppid() not in ours), None)

    def _sweep(self) -> None:
        """
        End what a killed server left behind, then remove what would stop the next one.

        Orphaned backends keep the shared memory; the pid file may be empty or name a stranger.
        """
        left = self._processes()
        for process in left:
            try:
                process.send_signal(signal.SIGQUIT)
            except psutil.Error:
                continue
        for process in psutil.wait_procs(left, timeout=5)[1]:
            process.kill()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for socket_file in self.sockets.glob(".s.PGSQL.*"):
            socket_file.unlink(missing_ok=True)
