"""A real web process over the database of this process, and browsers that speak HTTP to it."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from importlib import import_module
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from psycopg.conninfo import make_conninfo

from portal.embedded.binaries import dying_with_parent
from portal.people.models import User

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "c" * 32
"""Cookie and form carry the same secret: that is all the check of a form asks for."""
START_SECONDS = 60
STALE_SECONDS = 1.0
"""The server closes a silent line after two seconds; nobody should write into a closing one."""


def database_url() -> str:
    """Return the address of the database this process works on."""
    row = connection.settings_dict
    return make_conninfo(
        dbname=row["NAME"],
        user=row["USER"],
        password=row["PASSWORD"],
        host=row["HOST"],
        port=row["PORT"],
    )


def child_environment(**more: str) -> dict[str, str]:
    """Return what a process of the house needs to work on the same database."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.performance.settings",
        "TEDUH_REQUIRE_STAFF_MFA": "0",
        **more,
    }


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
    return port


class Web:
    """gunicorn as the demo starts it: one process, eight threads, a pool of connections."""

    def __init__(self, **more: str) -> None:
        self.port = free_port()
        self.environment = child_environment(
            PORT=str(self.port),
            TEDUH_PUBLIC_URL=f"http://localhost:{self.port}",
            TEDUH_DB_POOL="1",
            **more,
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process

    def __enter__(self) -> "Web":
        words = [
            *dying_with_parent("TERM"), sys.executable, "-m", "gunicorn", "portal.wsgi",
            "-k", "gthread", "-w", "1", "--threads", "8", "-b", f"127.0.0.1:{self.port}",
            "--no-control-socket", "--graceful-timeout", "1", "--log-level", "warning",
        ]  # fmt: skip
        self._process = subprocess.Popen(
            words, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if Browser(self).get("/healthz/").status == http.client.OK:
                    return self
            except OSError:
                pass
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise AssertionError(f"no web process: {self.words()[-2000:]}")
            time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def words(self) -> str:
        """Return what the process has said so far."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    location: str
    text: str
    seconds: float


class Browser:
    """One person's line to the web process, kept open between pages."""

    def __init__(self, web: Web, user: User | None = None) -> None:
        self.cookies = {f"csrf_{web.port}": TOKEN}
        if user is not None:
            self.cookies[f"teduh_{web.port}"] = session_key_of(user)
        self._line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=120)
        self._last = 0.0

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form."""
        return self._ask("POST", path, {**fields, "csrfmiddlewaretoken": TOKEN})

    def _ask(self, method: str, path: str, fields: dict[str, str] | None) -> Answer:
        if time.monotonic() - self._last > STALE_SECONDS:
            self._line.close()
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Accept-Language": "id"}
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields)
        began = time.perf_counter()
        self._line.request(method, path, body=body, headers=headers)
        response = self._line.getresponse()
        text = response.read()
        seconds = time.perf_counter() - began
        self._last = time.monotonic()
        for header in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return Answer(
            response.status, response.headers.get("Location", ""), text.decode(), seconds
        )


def session_key_of(user: User) -> str:
    """Sign somebody in without a page and return what her browser's cookie holds."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    key: str = session.session_key
    return key
