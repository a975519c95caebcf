"""`make demo`, whole: it opens, says what it must, runs as it should, ends without a trace."""

import http.client
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from portal.demo_facts import PASSPHRASE, PASSWORD, PEOPLE
from portal.embedded import demo
from portal.embedded.leftovers import MARK, end_leftovers

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120

pytestmark = pytest.mark.slow


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def environment(home, port):
    """Return what a shell would hand to the demo, without what this test run stands on."""
    ours = ("TEDUH_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "PYTEST_")
    shell = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**shell, "TEDUH_HOME": str(home), "PORT": str(port)}


class Demo:
    """A demo in a home of its own, and everything it has printed so far."""

    def __init__(self, home, port):
        self.home, self.port = home, port
        self.environment = environment(home, port)
        self.process = None

    def start(self, **how):
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **how}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.embedded.demo"],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
            **how,
        )
        self.lines = []
        self.facts = threading.Event()
        if self.process.stdout is not None:
            threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.decode())
            if line.startswith(b"Open after"):
                self.facts.set()

    @property
    def text(self):
        return "".join(self.lines)

    def open(self):
        started = time.monotonic()
        self.start()
        while not self.facts.wait(0.2):
            assert self.process.poll() is None, self.text
            assert time.monotonic() - started < PATIENCE, self.text
        return time.monotonic() - started

    def get(self, path, host="localhost"):
        line = http.client.HTTPConnection(host, self.port, timeout=10)
        line.request("GET", path)
        answer = line.getresponse()
        body = answer.read()
        line.close()
        return answer.status, body

    def manage(self, *words):
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env={name: v for name, v in self.environment.items() if name != "PORT"},
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, statement):
        """Ask the demo's database as the role that owns the tables."""
        facts = json.loads((self.home / "demo.json").read_text())
        with psycopg.connect(facts["DATABASE_URL"]) as connection:
            return connection.execute(statement).fetchall()

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def end(self, number=signal.SIGINT):
        if self.is_running():
            os.killpg(self.process.pid, number)
            self.process.wait(30)

    def processes(self):
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get(MARK) == str(self.home)
                if ours or process.cwd().startswith(str(self.home)):
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = Demo(tmp_path_factory.mktemp("rina's") / ".portal", free_port())
    yield house
    house.end(signal.SIGKILL)
    for process in house.processes():
        process.kill()


@pytest.fixture
def opened(house):
    if not house.is_running():
        house.open()
    return house


@pytest.fixture
def closed(house):
    if house.is_running():
        house.end()
    return house


def test_it_says_what_people_and_scripts_need(opened):
    text = opened.text
    assert f"\naddress: http://localhost:{opened.port}/\n" in text
    assert f"\npassword: {PASSWORD}\n" in text
    assert f"\npassphrase: {PASSPHRASE}\n" in text
    assert re.search(r"^mails: \S+/mail/$", text, re.MULTILINE)
    for person in PEOPLE:
        assert re.search(
            rf"^  {person.handle}@demo\.test +{re.escape(person.role)}$", text, re.MULTILINE
        )
    assert "deliver_due --next-window" in text
    assert "Traceback" not in text


def test_it_answers_on_every_name_of_this_machine(opened):
    for host in ("localhost", "127.0.0.1"):
        status, body = opened.get("/healthz/", host)
        assert status == 200
        json.loads(body)


def test_the_front_page_has_its_style(opened):
    status, body = opened.get("/masuk/")
    assert status == 200
    sheet = re.search(rb'href="(/static/[^"]+\.css)"', body)
    assert opened.get(sheet[1].decode())[0] == 200


def test_the_house_runs_as_the_role_that_owns_nothing(opened):
    rows = opened.ask(
        "SELECT DISTINCT usename::text FROM pg_stat_activity"
        " WHERE datname = 'portal' AND pid <> pg_backend_pid()"
    )
    assert rows == [("portal_app",)]


def test_only_the_sending_process_is_shown_the_key_that_opens_addresses(opened):
    holders = set()
    for process in opened.processes():
        shown = process.environ().get("TEDUH_KEYS_DIR")
        if shown and (Path(shown) / "notifier.key").exists():
            holders.add(" ".join(process.cmdline()))
    assert len(holders) == 1
    assert "-Q notify" in holders.pop()


def test_commands_find_the_running_demo(opened):
    done = opened.manage("migrate", "--check")
    assert (done.returncode, done.stderr) == (0, "")
    done = opened.manage("deliver_due", "--next-window")
    assert done.returncode == 0, done.stderr


def test_the_record_cannot_be_emptied_in_the_demo(opened):
    with pytest.raises(psycopg.Error):
        opened.ask("TRUNCATE audit_staffevent")


def test_a_second_demo_of_this_clone_is_refused_in_one_line(opened):
    other = Demo(opened.home, free_port())
    other.start()
    assert other.process.wait(30) == 1
    deadline = time.monotonic() + 5
    while not other.lines and time.monotonic() < deadline:
        time.sleep(0.05)
    assert other.lines == [
        f"A demo of this clone is running already: http://localhost:{opened.port}/\n"
    ]


def test_a_taken_port_is_said_in_one_line(opened, tmp_path):
    other = Demo(tmp_path / "other", opened.port)
    other.start()
    assert other.process.wait(30) == 1
    deadline = time.monotonic() + 5
    while not other.lines and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(other.lines) == 1
    assert other.lines[0].startswith(f"Port {opened.port} is taken; choose another")


def test_servers_know_no_word_of_the_people(opened):
    text = "".join(log.read_text() for log in (opened.home / "log").iterdir())
    assert "ready to accept connections" in text
    for word in ("rina", "demo.test", PASSPHRASE):
        assert word not in text.lower()


def test_after_a_kill_the_next_start_ends_and_adopts_what_is_left_and_keeps_the_data(opened):
    people = opened.ask("SELECT count(*) FROM people_user")
    assert people[0][0] >= len(PEOPLE)
    postmaster = (opened.home / "pg" / "postmaster.pid").read_text().split()[0]
    opened.process.kill()
    opened.process.wait()
    left = [process for process in opened.processes() if "gunicorn" in process.cmdline()]
    assert left != []
    opened.open()
    assert not any(process.is_running() for process in left)
    assert (opened.home / "pg" / "postmaster.pid").read_text().split()[0] == postmaster
    assert opened.ask("SELECT count(*) FROM people_user") == people


def test_a_part_that_dies_stops_all_of_it(opened):
    beat = next(process for process in opened.processes() if "beat" in process.cmdline())
    beat.kill()
    assert opened.process.wait(30) != 0
    assert "ended by itself" in opened.text
    assert opened.processes() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_without_a_trace(opened, number):
    opened.end(number)
    assert opened.processes() == []
    assert not (opened.home / "demo.json").exists()
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", opened.port))


def test_it_ends_when_its_terminal_is_closed(closed):
    mine, its = pty.openpty()
    closed.start(stdin=its, stdout=its, stderr=its)
    os.close(its)
    seen = b""
    while b"Open after" not in seen:
        seen += os.read(mine, 4096)
    os.close(mine)
    closed.process.wait(30)
    assert closed.processes() == []


def test_reset_forgets(closed):
    closed.home.mkdir(parents=True, exist_ok=True)
    (closed.home / "mail").mkdir(exist_ok=True)
    words = [sys.executable, "-m", "portal.embedded.demo", "--reset"]
    subprocess.run(words, cwd=ROOT, env=closed.environment, check=True)
    assert not closed.home.exists()


def test_leftovers_are_found_by_their_mark(tmp_path):
    words = [sys.executable, "-c", "import time; time.sleep(60)"]
    ours = subprocess.Popen(words, env={**os.environ, MARK: str(tmp_path)})
    others = subprocess.Popen(words, env={**os.environ, MARK: f"{tmp_path}-other"})
    assert end_leftovers(tmp_path) == 1
    assert ours.poll() is not None
    assert others.poll() is None
    others.kill()
    others.wait()


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        assert demo.is_open(door.getsockname()[1]) is False
